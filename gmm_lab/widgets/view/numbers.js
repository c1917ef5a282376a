// The parameters as numbers that can be written: π, μ, σ and ρ of each component, and all points as text.
//
// σ and ρ rather than Σ: each entry is valid by itself.

import { KEYS_ARE_OURS, button, field, node, parsed, select, set, sign, spoken } from "./base.js";
import { covarianceOf, meanOf, now, spreadOf, withCovariance, withMean, withWeight } from "./mixture_state.js";

const ENTRIES = ["π", "μ₁", "μ₂", "σ₁", "σ₂", "ρ"];

const entriesOf = (params, k) => {
  const { s1, s2, rho } = spreadOf(params, k);
  return [params.weights[k], ...meanOf(params, k), s1, s2, rho];
};

// The parameters with entry i of component k set to `value`; RangeError if there are none.
export function withEntry(params, k, i, value, structure) {
  if (!Number.isFinite(value)) throw new RangeError(`${ENTRIES[i]} must be a number.`);
  if (i === 0) return withWeight(params, k, value);
  const all = entriesOf(params, k);
  all[i] = value;
  if (i < 3) return withMean(params, k, all.slice(1, 3));
  if (!(all[3] > 0 && all[4] > 0)) throw new RangeError("A standard deviation must be positive.");
  if (!(Math.abs(all[5]) < 1)) throw new RangeError("A correlation lies between −1 and 1.");
  if (structure === "spherical") all[3] = all[4] = value;
  return withCovariance(params, k, covarianceOf({ s1: all[3], s2: all[4], rho: all[5] }), structure);
}

// spec: { shown: indices of ENTRIES, all if not given, structureOf(state), onParams(params), onPoints(x) }; `tell` says what was refused.
export function numbersPanel(spec, { store, tell }) {
  const rows = [], shown = spec.shown ?? [...ENTRIES.keys()];
  const which = select("Component", [], (value) => store.update({ active: Number(value) }, "look"));
  which.root.classList.add("gmm-x-which");
  const list = node("div", { class: "gmm-x-rows" });
  const points = node("textarea", { rows: 6, spellcheck: false, ...KEYS_ARE_OURS, "aria-label": "All points, one a line: x₁, x₂" });
  const take = button("Take these points", "", () => attempt(() => spec.onPoints(pointsIn(points.value))));
  const pointsFold = node("details", {}, node("summary", KEYS_ARE_OURS, "Points as numbers"), points, take);
  const root = node("details", { class: "gmm-x-numbers" }, node("summary", KEYS_ARE_OURS, "Parameters and points as numbers"), which.root, list, pointsFold);
  const redraw = () => draw(store.state, "edit");
  root.addEventListener("toggle", redraw);
  pointsFold.addEventListener("toggle", redraw);

  function attempt(act) {
    try {
      act();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      tell(error.message);
      redraw();
    }
  }

  function makeRow(k) {
    const write = (i) => (text) => attempt(() => {
      const { state } = store;
      spec.onParams(withEntry(now(state).params, k, i, parsed(text), spec.structureOf(state)));
    });
    const fields = shown.map((i) => field(ENTRIES[i], { "aria-label": `${ENTRIES[i]} of component ${k + 1}` }, write(i)));
    const row = node("div", { class: "gmm-x-row", role: "group", "aria-label": `Component ${k + 1}` }, node("span", { class: "gmm-x-name" }, sign(k), ` ${k + 1}`), ...fields.map((one) => one.root));
    row.addEventListener("focusin", () => store.state.active !== k && store.update({ active: k }, "look"));
    return { row, fields };
  }

  function draw(state, how) {
    if (!root.open || how === "drag") return;
    const { params, x } = now(state), K = params.weights.length, structure = spec.structureOf(state);
    while (rows.length < K) { rows.push(makeRow(rows.length)); list.append(rows.at(-1).row); }
    while (rows.length > K) rows.pop().row.remove();
    if (which.control.options.length !== K) which.control.replaceChildren(...rows.map((_, k) => node("option", { value: k }, String(k + 1))));
    which.control.value = state.active;
    rows.forEach(({ row, fields }, k) => {
      set(row, { "data-active": k === state.active });
      shown.forEach((i, at) => {
        const { control } = fields[at], value = entriesOf(params, k)[i];
        control.readOnly = i === 5 && (structure === "diagonal" || structure === "spherical");
        control.title = String(value);
        control.value = spoken(value, 5);
      });
    });
    if (pointsFold.open && document.activeElement !== points) {
      points.value = Array.from({ length: x.length / 2 }, (_, n) => `${x[2 * n]}, ${x[2 * n + 1]}`).join("\n");
    }
  }

  return { root, draw, stop() {} };
}

// Points in text, one a line; RangeError names the line that is none.
function pointsIn(text) {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const flat = lines.flatMap((line, i) => {
    const pair = line.split(/[\s,;]+/).filter(Boolean).map(parsed);
    if (pair.length !== 2 || !pair.every((value) => Math.abs(value) < 1e100)) throw new RangeError(`Line ${i + 1} is not a pair of numbers: ${line}`);
    return pair;
  });
  return Float64Array.from(flat);
}
