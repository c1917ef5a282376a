// Handles that a reader takes hold of, by mouse, finger or key: each is a slider for those who cannot see it.
//
// handle = { id, label, look, k, place(state) -> [x, y], drag(state, [x, y]) -> patch, text(state), stepOf(state) }

import { KEYS_ARE_OURS, colorOf, set, shapeOf, svgNode } from "./base.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const FINER = 0.1;

// `spaceOf()` gives { toX, toY, toData, fromPointer }; `tell` says what could not be done.
export function createHandles({ layer, store, handlesOf, spaceOf, tell }) {
  const shown = new Map(); // id -> { element, handle }
  let held = null; // { id, offset } of the handle under a pointer

  function move(id, place, how) {
    try {
      store.update(shown.get(id).handle.drag(store.state, place), how);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      tell(error.message);
    }
  }

  function make(handle) {
    const element = svgNode("g", {
      class: `gmm-x-handle gmm-x-${handle.look}`, role: "slider", tabindex: 0, "aria-roledescription": "handle", ...KEYS_ARE_OURS,
      style: `--gmm-own:${colorOf(handle.k)}`, "data-handle": handle.id,
    }, svgNode("circle", { class: "gmm-x-reach", r: 22 }), handle.look === "mean"
      ? svgNode("path", { class: "gmm-x-knob", d: shapeOf(handle.k), transform: "scale(7)" }) : svgNode("circle", { class: "gmm-x-knob", r: 5.5 }));
    const activate = () => handle.look === "mean" && store.state.active !== handle.k && store.update({ active: handle.k }, "look");
    element.addEventListener("focus", activate);
    // Without this a finger that drags would scroll the page: touch-action on a <g> is not heeded.
    element.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    element.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.stopPropagation();
      element.setPointerCapture(event.pointerId);
      element.focus({ preventScroll: true });
      const { toX, toY, fromPointer } = spaceOf(), [x, y] = shown.get(handle.id).handle.place(store.state), [px, py] = fromPointer(event);
      held = { id: handle.id, offset: [toX(x) - px, toY(y) - py] };
    });
    element.addEventListener("pointermove", (event) => {
      if (held?.id !== handle.id) return;
      const { toData, fromPointer } = spaceOf(), [px, py] = fromPointer(event);
      move(handle.id, toData([px + held.offset[0], py + held.offset[1]]), "drag");
    });
    const release = () => {
      if (held?.id !== handle.id) return;
      held = null;
      store.settle();
    };
    ["pointerup", "pointercancel", "lostpointercapture"].forEach((type) => element.addEventListener(type, release));
    element.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const { handle: own } = shown.get(handle.id), [x, y] = own.place(store.state), [dx, dy] = own.stepOf(store.state);
      const size = event.shiftKey ? FINER : 1;
      move(handle.id, [x + way[0] * dx * size, y + way[1] * dy * size], "drag"); // one gesture until the key is let go
    });
    element.addEventListener("keyup", (event) => ARROWS[event.key] && store.settle());
    element.addEventListener("blur", () => store.settle());
    return element;
  }

  function draw(state) {
    const { toX, toY } = spaceOf(), wanted = handlesOf(state);
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, { element }] of shown) {
      if (ids.has(id)) continue;
      element.remove();
      shown.delete(id);
    }
    wanted.forEach((handle, i) => {
      if (!shown.has(handle.id)) shown.set(handle.id, { element: make(handle) });
      const own = shown.get(handle.id), [x, y] = handle.place(state);
      own.handle = handle;
      // Moving an element in the document would take its focus away.
      if (layer.children[i] !== own.element) layer.insertBefore(own.element, layer.children[i] ?? null);
      set(own.element, {
        transform: `translate(${toX(x).toFixed(1)} ${toY(y).toFixed(1)})`, "aria-label": handle.label, "aria-valuenow": x.toPrecision(6),
        "aria-valuetext": handle.text(state), "data-active": handle.k === state.active,
      });
    });
  }

  return { draw };
}
