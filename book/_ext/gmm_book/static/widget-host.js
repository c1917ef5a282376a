// Shows the saved anywidgets of a page without a kernel: reads the state that Jupyter saved in the page, imports each
// distinct view module once, and gives it a model. The static picture beside a widget stays until the live one is there.

const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

const saved = Object.assign({}, ...[...document.querySelectorAll(STATE)].map((s) => JSON.parse(s.textContent).state));
const models = new Map();
const modules = new Map();
const styles = new Set();

// The part of anywidget's model that makes sense without Python; `send` is absent, so that a view can tell.
function createModel(entry) {
  const state = structuredClone(entry.state);
  for (const { path, data } of entry.buffers ?? []) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    path.slice(0, -1).reduce((node, key) => node[key], state)[path.at(-1)] = new DataView(bytes.buffer);
  }
  const listeners = new Map();
  const emit = (event, ...args) => [...(listeners.get(event) ?? [])].forEach((callback) => callback(...args));
  const model = {
    get: (name) => state[name],
    set(name, value) {
      const changes = typeof name === "object" ? name : { [name]: value };
      const changed = Object.keys(changes).filter((key) => state[key] !== changes[key]);
      Object.assign(state, changes);
      changed.forEach((key) => emit(`change:${key}`, model, state[key]));
      if (changed.length) emit("change", model);
    },
    save_changes() {},
    on(events, callback) {
      for (const event of events.split(" ")) {
        if (!listeners.has(event)) listeners.set(event, new Set());
        listeners.get(event).add(callback);
      }
    },
    off(events, callback) {
      if (!events) return listeners.clear();
      for (const event of events.split(" ")) {
        if (callback) listeners.get(event)?.delete(callback);
        else listeners.delete(event);
      }
    },
  };
  return model;
}

// A blob: URL, because import() takes no source text; a Content-Security-Policy must allow `script-src blob:`.
function importOnce(source) {
  if (!modules.has(source)) modules.set(source, import(URL.createObjectURL(new Blob([source], { type: "text/javascript" }))));
  return modules.get(source);
}

function addStyleOnce(css) {
  if (!css || styles.has(css)) return;
  styles.add(css);
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
}

async function loadModel(id) {
  const entry = saved[id];
  const module = await importOnce(entry.state._esm);
  const widget = typeof module.default === "function" ? await module.default() : (module.default ?? module);
  const model = createModel(entry);
  await widget.initialize?.({ model });
  addStyleOnce(entry.state._css);
  return { model, widget };
}

async function mount(script) {
  const frame = script.closest(".gmm-widget");
  if (frame.dataset.state) return; // the observer and the idle callback both come by
  frame.dataset.state = "loading";
  const el = document.createElement("div");
  el.className = "gmm-live";
  try {
    const { model_id: id } = JSON.parse(script.textContent);
    if (!models.has(id)) models.set(id, loadModel(id)); // two views of one model share its state
    const { model, widget } = await models.get(id);
    script.before(el); // in the page before it draws: a view measures itself
    await widget.render({ model, el });
    frame.dataset.state = "live"; // hides the static picture, see gmm-book.css
  } catch (error) {
    el.remove();
    frame.dataset.state = "failed";
    console.warn("This widget could not start; its static picture stays.", error);
  }
}

const views = [...document.querySelectorAll(VIEW)];
const near = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
    near.unobserve(entry.target);
    mount(entry.target.querySelector(VIEW));
  }),
  { rootMargin: "600px" },
);
views.forEach((script) => near.observe(script.closest(".gmm-widget")));
const whenIdle = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 1000)); // Safari has none
whenIdle(async () => { for (const script of views) await mount(script); });
