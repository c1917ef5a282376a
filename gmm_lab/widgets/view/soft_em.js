// Chapter 5: the E-step and the M-step as two buttons, with the ledger log-likelihood = ELBO + KL.

import { button, checkbox, decimalsOf, field, node, parsed, select, set, snapped } from "./base.js";
import { frameOf } from "./frame.js";
import { inspectorPanel } from "./inspector.js";
import { nComponents } from "./kernel.js";
import { ledgerPanel } from "./ledger.js";
import { changed, derive, inStructure, mixtureHandles, now, pointsFrom } from "./mixture_state.js";
import { M_STEPS } from "./moments.js";
import { numbersPanel } from "./numbers.js";
import { planePanel } from "./plane.js";
import { domainsOf, fromHash, fromTraits, initialOf, isAtRest, looksIn, ownPoints, startOf, toHash, toPython, toTraits, words } from "./soft_em_state.js";
import { createStore, storeOf } from "./store.js";

const STARTS = [["hand", "by hand"], ["random", "random points"], ["kmeans++", "K-means++"]];
const MOST_COMPONENTS = 6;

export function softEm({ model, el, shared: views }) {
  const sets = model.get("datasets"), id = `gmm-x-${Math.random().toString(36).slice(2, 8)}`;
  const store = storeOf(views, () => createStore({ model, initial: initialOf(model), toTraits, fromTraits, keep: looksIn }));
  const axesOf = ({ data, domains }) => domains.map((domain, d) => ({ label: sets[data].axes[d], domain }));
  const structureOf = ({ structure }) => structure;

  // ---- moves
  const act = (patch, how = "edit") => { frame.pause(); store.update(patch, how); };
  function restart(choices) {
    const { state } = store, next = { ...state, K: nComponents(now(state).params), x: now(state).x, ...choices };
    const { K, x, ...rest } = next, begun = startOf(next);
    if (begun.event) act(begun); // and nothing else: there is no start to show
    else act({ ...rest, ...begun, active: 0, at: Math.min(state.at, Math.max(0, x.length / 2 - 1)) });
  }
  function half(kind) {
    const { state } = store, { x, params, posterior } = now(state), label = `${kind}${state.round + 1}`;
    if (kind === "E") {
      if (posterior === params) return frame.tell("E-step: nothing changes, for q is the posterior of these components already.");
      return store.update(changed(state, label, { posterior: params }), "step");
    }
    const made = M_STEPS[state.structure](x, derive(now(state)).q, nComponents(params));
    if (made.event) return store.update({ event: made.event }, "step");
    if (isSame(made.params, params)) return frame.tell("M-step: nothing changes, for these components are the best for these shares already.");
    return store.update({ ...changed(state, label, { params: made.params }), round: state.round + 1 }, "step");
  }
  const isSame = (a, b) => Object.keys(a).every((name) => a[name].every((value, i) => value === b[name][i]));
  const nextOf = (state) => (now(state).posterior === now(state).params ? "M" : "E");
  const setPoints = (x) => act(ownPoints(store.state, x));
  const without = (x, n) => x.filter((_, i) => Math.floor(i / 2) !== n);
  function tapped(place, { n, distance }) {
    const { state } = store;
    if (!state.tap) return distance < 40 && store.update({ at: n }, "look");
    const { x } = now(state), grid = state.domains.map((domain) => Math.max(0, decimalsOf(domain) - 1));
    if (distance < 12) return setPoints(without(x, n));
    const added = Float64Array.from([...x, ...place.map((value, d) => snapped(value, grid[d]))]);
    setPoints(added);
    return store.update({ at: added.length / 2 - 1 }, "look");
  }

  // ---- panels and controls
  const spec = {
    name: "soft_em", title: "Soft EM by half-steps", toHash, fromHash: (words) => fromHash(words, sets), toPython: (state) => toPython(state, sets),
    words, advance: () => half(nextOf(store.state)), isAtRest,
  };
  const frame = frameOf(spec, { model, store, id });
  const shared = { store, id, tell: frame.tell };
  const plane = planePanel({ axesOf, handlesOf: (spaceOf) => mixtureHandles({ structureOf, spaceOf }), onTap: tapped }, shared);
  const ledger = ledgerPanel({}, shared);
  const inspector = inspectorPanel({ axesOf, onMove: movePoint, onRemove: (n) => now(store.state).x.length && setPoints(without(now(store.state).x, n)) }, shared);
  const numbers = numbersPanel({ structureOf, onParams: (params) => act(changed(store.state, "hand", { params })), onPoints: setPoints }, shared);
  function movePoint(n, place) {
    if (!place.every((value) => Math.abs(value) < 1e100)) return frame.tell("A point is a pair of numbers.");
    const x = now(store.state).x.slice();
    x.set(place, 2 * n);
    return setPoints(x);
  }
  const controls = controlsOf({ sets, store, restart, act, half, frame });
  const panels = [{ root: controls.head, draw: (state) => controls.draw(state, nextOf(state)), stop() {} }, plane, ledger, inspector, numbers];
  el.append(frame.root);
  frame.show([controls.head,
    node("div", { class: "gmm-x-body" },
      node("div", { class: "gmm-x-left" }, plane.root, controls.switches),
      node("div", { class: "gmm-x-right" }, controls.steps, frame.tools, frame.status, ledger.root),
      node("div", { class: "gmm-x-under" }, inspector.root)),
    numbers.root, frame.foot], panels);
  return () => { frame.stop(); frame.root.remove(); };
}

function controlsOf({ sets, store, restart, act, half, frame }) {
  const numbersTo = (n) => Array.from({ length: n }, (_, i) => [i + 1, i + 1]);
  const data = select("Data", Object.entries(sets).map(([name, { label }]) => [name, label]), (name) => (
    name === "own" ? act({ data: "own", tap: true }) : restart({ data: name, x: pointsFrom(sets[name].points), domains: domainsOf(pointsFrom(sets[name].points)) })));
  const count = select("K", numbersTo(MOST_COMPONENTS), (K) => restart({ K: Number(K) }));
  const structure = select("Covariances", Object.keys(M_STEPS).map((name) => [name, name]), (name) => (
    act({ ...changed(store.state, "hand", { params: inStructure(now(store.state).params, name) }), structure: name })));
  const start = select("Start", STARTS, (name) => restart({ start: name }));
  const seed = field("Seed", { inputmode: "numeric", size: 4 }, (text) => {
    const value = parsed(text);
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) restart({ seed: value });
    else frame.tell("A seed is a whole number from 0 to 4294967295.");
  });
  const fresh = button("New start", "", () => restart({ seed: (store.state.seed + 1) % 2 ** 32, start: store.state.start === "hand" ? "random" : store.state.start }));
  frame.tools.append(button("Start over", "", () => restart({})));
  const clear = button("Clear points", "", () => act({ ...changed(store.state, "points", { x: new Float64Array() }), data: "own", tap: true }));
  const head = node("div", { class: "gmm-x-head" }, data.root, count.root, structure.root, start.root, seed.root, fresh);
  const steps = ["E", "M"].map((kind) => button(`${kind}-step`, "gmm-x-step", () => { frame.pause(); half(kind); }));
  const tap = checkbox("Tap to add or remove points", (on) => store.update({ tap: on }, "look"));
  const density = checkbox("Density", (on) => store.update({ density: on }, "look"));
  return {
    head, steps: node("div", { class: "gmm-x-steps" }, ...steps), switches: node("div", { class: "gmm-x-switches" }, tap.root, density.root, clear),
    draw(state, next) {
      Object.entries({ data: data.control, structure: structure.control, start: start.control }).forEach(([name, control]) => { control.value = state[name]; });
      count.control.value = nComponents(now(state).params);
      if (document.activeElement !== seed.control) seed.control.value = state.seed;
      tap.control.checked = state.tap;
      density.control.checked = state.density;
      clear.hidden = !state.tap;
      steps.forEach((step, i) => set(step, { class: `gmm-x-step${"EM"[i] === next ? " gmm-x-next" : ""}` }));
    },
  };
}
