// Chapter 4: K-means by half-steps, with Voronoi cells that follow the centres, a stretch of one axis, and a dial σ.

import { button, checkbox, decimalsOf, field, node, parsed, select, set, snapped, spoken } from "./base.js";
import { curvePanel } from "./curve.js";
import { distancesPanel } from "./distances.js";
import { frameOf } from "./frame.js";
import { nComponents } from "./kernel.js";
import { differentCentres, fromHash, fromTraits, halfStep, inSettings, inertiaOf, initialOf, isAtRest, looksIn, rounded, runToRest, squaredDistance, startOf, toHash, toPython, toTraits, words } from "./kmeans_state.js";
import { changed, mixtureHandles, now, pointsFrom } from "./mixture_state.js";
import { numbersPanel } from "./numbers.js";
import { planePanel } from "./plane.js";
import { domainsOf, ownPoints } from "./soft_em_state.js";
import { createStore, storeOf } from "./store.js";
import { cellsOf } from "./voronoi.js";

const STARTS = [["hand", "by hand"], ["random", "random points"], ["kmeans++", "K-means++"]];
const MOST_COMPONENTS = 6, NOTCHES = 100;

export function kmeansView({ model, el, shared: views }) {
  const sets = model.get("datasets"), id = `gmm-x-${Math.random().toString(36).slice(2, 8)}`;
  const store = storeOf(views, () => createStore({ model, initial: initialOf(model), toTraits, fromTraits, keep: looksIn }));
  const axesOf = ({ data, domains }) => domains.map((domain, d) => ({ label: sets[data].axes[d], domain }));

  // ---- moves
  const act = (patch, how = "edit") => { frame.pause(); store.update(patch, how); };
  function restart(choices) {
    const { state } = store, next = { ...state, K: nComponents(now(state).params), x: now(state).x, ...choices };
    const { K, x, ...rest } = next, begun = startOf(next);
    if (begun.event) act(begun); // and nothing else: there is no start to show
    else act({ ...rest, ...begun, active: 0, at: Math.min(state.at, Math.max(0, x.length / 2 - 1)) });
  }
  function half(kind) {
    const patch = halfStep(store.state, kind);
    if (patch) return store.update(patch, "step");
    if (kind === "M" && !now(store.state).posterior) return frame.tell("First assign the points: no centre has any yet.");
    return frame.tell(kind === "E" ? "Assign: nothing changes, for each point has its nearest centre." : "Move: nothing changes, for each centre is the mean of its points.");
  }
  const nextOf = (state) => (now(state).posterior === now(state).params ? "M" : "E");
  // σ and the stretch: a drag of the slider is one move, and the run to rest belongs to it.
  function turn(settings, how) {
    const { state } = store, { sd, stretch, domains } = state;
    const turned = { ...state, ...inSettings(state, "hand", { sd, stretch, domains, ...settings }) };
    act(controls.follows() ? { ...turned, ...runToRest(turned) } : turned, how);
  }
  const setPoints = (x) => act(ownPoints(store.state, x));
  function tapped(place, { n, distance }) {
    const { state } = store, { x } = now(state), grid = state.domains.map((domain) => Math.max(0, decimalsOf(domain) - 1));
    if (!state.tap) return distance < 40 && store.update({ at: n }, "look");
    if (distance < 12) return setPoints(x.filter((_, i) => Math.floor(i / 2) !== n));
    return setPoints(Float64Array.from([...x, ...place.map((value, d) => snapped(value, grid[d]))]));
  }

  // ---- panels and controls
  const spec = {
    name: "kmeans", title: "K-means by half-steps", toHash, fromHash: (given) => fromHash(given, sets), toPython: (state) => toPython(state, sets),
    words, advance: () => half(nextOf(store.state)), isAtRest,
  };
  const frame = frameOf(spec, { model, store, id });
  const shared = { store, id, tell: frame.tell };
  const centresAlone = (spaceOf) => {
    const all = mixtureHandles({ structureOf: () => "spherical", spaceOf });
    return (state) => all(state).filter(({ look }) => look === "mean").map((handle, k) => ({ ...handle, label: `Centre ${k + 1}` }));
  };
  const plane = planePanel({ axesOf, handlesOf: centresAlone, onTap: tapped, cellsOf: ({ means }, { domains, stretch }) => cellsOf(means, domains, stretch) }, shared);
  const curve = curvePanel({ name: "inertia", valuesOf: (state) => state.entries.map((entry) => ({ label: entry.label, value: inertiaOf(state, entry) })) });
  const distances = distancesPanel({ squaredDistanceOf: (state, n, k) => squaredDistance(state, now(state), n, k) }, shared);
  const numbers = numbersPanel({ shown: [1, 2], structureOf: () => "spherical", onParams: (params) => act(changed(store.state, "hand", { params })), onPoints: setPoints }, shared);
  const controls = controlsOf({ sets, store, restart, act, half, turn, frame });
  const panels = [{ root: controls.head, draw: (state) => controls.draw(state, nextOf(state)), stop() {} }, plane, curve, distances, numbers];
  el.append(frame.root);
  frame.show([controls.head,
    node("div", { class: "gmm-x-body" },
      node("div", { class: "gmm-x-left" }, plane.root, controls.switches, controls.dials),
      node("div", { class: "gmm-x-right" }, controls.steps, frame.tools, frame.status, curve.root),
      node("div", { class: "gmm-x-under" }, distances.root)),
    numbers.root, frame.foot], panels);
  return () => { frame.stop(); frame.root.remove(); };
}

// A range and a field for one positive number on a logarithmic scale; `zero` is what notch 0 stands for, if anything.
function dial({ label, words, between, zero, onTurn }) {
  const range = node("input", { type: "range", min: 0, max: NOTCHES, step: 1, "aria-label": label, "data-lm-suppress-shortcuts": true });
  const lowest = zero === undefined ? 0 : 1;
  const valueAt = (notch) => {
    const [low, high] = between();
    return notch < lowest ? zero : rounded(low * (high / low) ** ((notch - lowest) / (NOTCHES - lowest)));
  };
  const notchOf = (value) => {
    const [low, high] = between();
    return value ? Math.round(Math.max(lowest, Math.min(NOTCHES, lowest + ((NOTCHES - lowest) * Math.log(value / low)) / Math.log(high / low)))) : 0;
  };
  const written = field(label, { size: 6 }, (text) => onTurn(parsed(text), "edit"));
  range.addEventListener("input", () => onTurn(valueAt(Number(range.value)), "drag"));
  return {
    root: node("div", { class: "gmm-x-dial" }, written.root, range),
    draw(value) {
      if (document.activeElement !== range) range.value = notchOf(value);
      set(range, { "aria-valuetext": words(value) });
      if (document.activeElement !== written.control) written.control.value = String(value);
    },
    range,
  };
}

function controlsOf({ sets, store, restart, act, half, turn, frame }) {
  const data = select("Data", Object.entries(sets).map(([name, { label }]) => [name, label]), (name) => (
    name === "own" ? act({ data: "own", tap: true }) : restart({ data: name, x: pointsFrom(sets[name].points), domains: domainsOf(pointsFrom(sets[name].points)) })));
  const count = select("K", Array.from({ length: MOST_COMPONENTS }, (_, i) => [i + 1, i + 1]), (K) => restart({ K: Number(K) }));
  const start = select("Start", STARTS, (name) => restart({ start: name }));
  const seed = field("Seed", { inputmode: "numeric", size: 4 }, (text) => {
    const value = parsed(text);
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) restart({ seed: value });
    else frame.tell("A seed is a whole number from 0 to 4294967295.");
  });
  const fresh = button("New start", "", () => restart({ seed: (store.state.seed + 1) % 2 ** 32, start: store.state.start === "hand" ? "random" : store.state.start }));
  const steps = [["E", "Assign points"], ["M", "Move centres"]].map(([kind, label]) => button(label, "gmm-x-step", () => { frame.pause(); half(kind); }));
  frame.tools.append(button("Run to rest", "", () => act(runToRest(store.state), "step")), button("Start over", "", () => restart({})));
  const tap = checkbox("Tap to add or remove points", (on) => store.update({ tap: on }, "look"));
  const clear = button("Clear points", "", () => act({ ...changed(store.state, "points", { x: new Float64Array() }), data: "own", tap: true }));
  const follow = checkbox("Run to rest when a dial turns", () => {});
  const widthOf = () => store.state.domains[0][1] - store.state.domains[0][0];
  const dials = [
    dial({ label: "σ, soft EM (0: K-means)", words: (sd) => (sd ? `σ ${spoken(sd, 3)}` : "0, K-means"), zero: 0, between: () => [0.005 * widthOf(), 0.6 * widthOf()],
      onTurn: (sd, how) => (sd >= 0 && sd < 1e50 ? turn({ sd }, how) : frame.tell("σ is a number that is not negative.")) }),
    dial({ label: "Stretch of the second axis", words: (stretch) => `times ${spoken(stretch, 3)}`, between: () => [0.01, 100],
      onTurn: (stretch, how) => (stretch >= 1e-6 && stretch <= 1e6 ? turn({ stretch }, how) : frame.tell("A stretch lies between 0.000001 and 1000000.")) }),
  ];
  dials.forEach(({ range }) => ["change", "blur"].forEach((type) => range.addEventListener(type, () => store.settle())));
  const seen = node("p");
  return {
    head: node("div", { class: "gmm-x-head" }, data.root, count.root, start.root, seed.root, fresh),
    steps: node("div", { class: "gmm-x-steps" }, ...steps), switches: node("div", { class: "gmm-x-switches" }, tap.root, clear),
    dials: node("div", { class: "gmm-x-dials" }, ...dials.map(({ root }) => root), follow.root, seen), follows: () => follow.control.checked,
    draw(state, next) {
      Object.entries({ data: data.control, start: start.control }).forEach(([name, control]) => { control.value = state[name]; });
      const K = nComponents(now(state).params);
      count.control.value = K;
      if (document.activeElement !== seed.control) seed.control.value = state.seed;
      tap.control.checked = state.tap;
      clear.hidden = !state.tap;
      dials[0].draw(state.sd);
      dials[1].draw(state.stretch);
      seen.textContent = `${differentCentres(state, now(state))} of ${K} centres can be told apart.`;
      steps.forEach((step, i) => set(step, { class: `gmm-x-step${"EM"[i] === next ? " gmm-x-next" : ""}` }));
    },
  };
}
