// What stands around every explorable: undo, play, the sentence that says what happened, links, and the rhythm of drawing.

import { button, node, setOff } from "./base.js";
import { hashOf, wordsIn } from "./codec.js";

const PLAY_INTERVAL = 700; // ms: time to see what changed
const LOST = "Python does not answer any more: its kernel was restarted or has ended. Run this cell again to link the two; the figure goes on working.";

// spec: { name, title, toHash(state) -> words, fromHash(words) -> state patch, toPython(state), words(state, before), isAtRest(state), advance() }
// parts: elements { head, main, side, below } with the panels in them. Returns { root, tell, stop }.
export function frameOf(spec, { model, store, id }) {
  let timer, panels = [];
  const status = node("p", { class: "gmm-x-status", role: "status", "aria-live": "polite" });
  const tell = (words) => { if (status.textContent !== words) status.textContent = words; };

  const play = spec.advance && button("Play", "", () => (timer ? pause() : begin()));
  const undo = button("Undo", "", () => { pause(); store.undo(); });
  const redo = button("Redo", "", () => { pause(); store.redo(); });
  const tools = node("div", { class: "gmm-x-tools" }, undo, redo, ...(play ? [play] : []));

  function begin() {
    timer = setInterval(() => {
      spec.advance();
      if (spec.isAtRest(store.state)) pause();
    }, PLAY_INTERVAL);
    play.textContent = "Pause";
    status.setAttribute("aria-live", "off"); // a screen reader would never come to an end
  }

  function pause() {
    if (!timer) return;
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
    status.setAttribute("aria-live", "polite");
  }

  // Where copying is refused (no permission, no https) the text is shown, to be copied by hand.
  const shownText = node("textarea", { class: "gmm-x-copied", readonly: true, rows: 4, hidden: true, "aria-label": "To copy", "data-lm-suppress-shortcuts": true });
  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      shownText.hidden = true;
      tell(`${what} copied.`);
    } catch {
      shownText.hidden = false;
      shownText.value = text;
      shownText.select();
      tell(`${what} below: copy it from there.`);
    }
  }

  function copyLink() {
    const hash = hashOf(spec.name, spec.toHash(store.state));
    history.replaceState(null, "", hash);
    copy(location.href.split("#")[0] + hash, "Link");
  }

  // In a notebook the address is that of the client, and leads nowhere.
  const link = model.send ? [] : [button("Copy link", "", copyLink)];
  const foot = node("div", { class: "gmm-x-foot" }, ...link, button("Copy as Python", "", () => copy(spec.toPython(store.state), "Python")), shownText);

  function openLink() {
    if (model.send) return false;
    try {
      const words = wordsIn(location.hash, spec.name);
      if (!words) return false;
      store.update(spec.fromHash(words), "edit");
      return true;
    } catch {
      tell("The link is damaged: it does not lead to a state. This is the usual beginning.");
      return false;
    }
  }

  // JupyterLab tells a model that its kernel has gone: the figure goes on, but Python does not hear of it any more.
  const alone = node("p", { class: "gmm-x-alone", "aria-live": "polite" });
  const onLost = () => { alone.textContent = LOST; };

  const root = node("div", { class: "gmm-explorable", role: "group", "aria-label": spec.title, id });

  function drawAll(state, how, before) {
    setOff(undo, !store.canUndo);
    setOff(redo, !store.canRedo);
    panels.forEach((panel) => panel.draw(state, how));
    if (how === "step" || how === "settle" || how === "edit" || how === "undo" || how === "outside") tell(spec.words(state, before));
  }

  const off = store.subscribe(drawAll);
  const observer = new ResizeObserver(() => panels.forEach((panel) => panel.draw(store.state, "quiet")));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const recolor = () => panels.forEach((panel) => panel.recolor?.());
  const themes = new MutationObserver(recolor); // the book's and JupyterLab's switch between light and dark
  const onHash = () => openLink() && root.scrollIntoView();

  function show(parts, all) {
    panels = all;
    root.append(...parts, alone);
    all.forEach(({ root: own }) => observer.observe(own));
    [document.documentElement, document.body].forEach((element) => themes.observe(element, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light"] }));
    dark.addEventListener("change", recolor);
    addEventListener("hashchange", onHash);
    model.on("comm_live_update", onLost);
    if (openLink()) requestAnimationFrame(() => root.scrollIntoView());
    drawAll(store.state, "quiet");
    if (!status.textContent) tell(spec.words(store.state));
  }

  function stop() {
    pause();
    off();
    observer.disconnect();
    themes.disconnect();
    dark.removeEventListener("change", recolor);
    removeEventListener("hashchange", onHash);
    model.off("comm_live_update", onLost);
    panels.forEach((panel) => panel.stop());
  }

  return { root, tools, status, foot, tell, pause, show, stop };
}
