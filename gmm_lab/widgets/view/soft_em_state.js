// The state of the explorable of chapter 5, and what becomes of it: traits, an address, Python, words.
//
// { data, structure, start, seed, first, domains, entries, round, event } and how it is looked at { at, active, density, tap }

import { fixed } from "./base.js";
import { packed, unpacked } from "./codec.js";
import { mixtureParams, nComponents } from "./kernel.js";
import { rounded } from "./ledger.js";
import { changed, derive, inStructure, isEcho, now, paramsAsPython, paramsFrom, plainParams, plainPoints, pointsFrom, restarted } from "./mixture_state.js";
import { M_STEPS } from "./moments.js";
import { kmeansStart, randomStart, seededRandom } from "./random.js";

const REST = 1e-4; // nats that a whole step gains, below which play stops
const VERSION = "1";
const MOST_POINTS = 2000;

// How a state is looked at, as far as another one has that point and that component.
export const looksIn = ({ at, active, density, tap }, there) => ({
  at: Math.max(0, Math.min(at, now(there).x.length / 2 - 1)), active: Math.min(active, nComponents(now(there).params) - 1), density, tap,
});
const EVENTS = {
  "no points": ({ component }) => `Component ${component + 1} has no share of any point left.`,
  "no spread": ({ component, count }) => `Component ${component + 1} has collapsed: it holds ${fixed(count, 2)} points and has no spread left in some direction. The likelihood is unbounded there (chapter 8). Undo, or drag it away.`,
  "too few places": ({ needed, found }) => `A start needs ${needed} different points, and there are ${found}. Add points, or take a smaller K.`,
  "constant feature": ({ feature }) => `All points have the same x${"₁₂"[feature]}. Add one that differs.`,
};

// The bad start that a hand would make: means far apart on the falling diagonal, the spread of all points each.
function handStart(x, domains, K) {
  const at = (d, t) => domains[d][0] + t * (domains[d][1] - domains[d][0]);
  const means = Array.from({ length: K }, (_, k) => [at(0, 0.15 + (0.7 * (k + 0.5)) / K), at(1, 0.85 - (0.7 * (k + 0.5)) / K)]);
  const sd = domains.map(([low, high]) => (high - low) / 5);
  return { params: mixtureParams(Array(K).fill(1 / K), means, Array.from({ length: K }, () => [[sd[0] ** 2, 0], [0, sd[1] ** 2]])), event: null };
}

// The axes that hold all points, with a margin.
export function domainsOf(x) {
  return [0, 1].map((d) => {
    const column = x.filter((_, i) => i % 2 === d), low = Math.min(...column), high = Math.max(...column);
    const margin = high > low ? 0.09 * (high - low) : 1;
    return column.length ? [low - margin, high + margin] : [0, 10];
  });
}

// The reader's own points as a move: the picture grows if one lies outside, and the selected point is one that is there.
export function ownPoints(state, x) {
  if (x.length / 2 > MOST_POINTS) throw new RangeError(`At most ${MOST_POINTS} points can be shown.`);
  const inside = x.every((value, i) => value >= state.domains[i % 2][0] && value <= state.domains[i % 2][1]);
  const at = Math.max(0, Math.min(state.at, x.length / 2 - 1));
  return { ...changed(state, "points", { x }), data: "own", domains: inside ? state.domains : domainsOf(x), at };
}

// The patch that begins anew, or one that says why it cannot.
export function startOf({ x, K, data, start, seed, structure, domains, first }) {
  const isFirst = first.data === data && nComponents(first.params) === K; // what Python or the page began from
  const makers = { hand: () => (isFirst ? { params: first.params } : handStart(x, domains, K)), random: () => randomStart(x, K, seededRandom(seed)), "kmeans++": () => kmeansStart(x, K, seededRandom(seed)) };
  const { params, event } = makers[start]();
  return params ? restarted("start", x, inStructure(params, structure)) : { event };
}

// --------------------------------------------------------------------------------------------------------------- traits

export function initialOf(model) {
  const x = pointsFrom(model.get("x")), params = paramsFrom(model.get("params"));
  const [data, structure, start, seed] = ["data", "structure", "start", "seed"].map((name) => model.get(name));
  const looks = { at: Math.floor(x.length / 4), active: 0, density: true, tap: data === "own" };
  return { data, structure, start, seed, first: { data, params }, domains: domainsOf(x), ...looks, ...restarted("start", x, params, posteriorOf(model, params)) };
}

// q of another K is of no use.
function posteriorOf(model, params) {
  const posterior = paramsFrom(model.get("posterior"));
  return posterior && nComponents(posterior) === nComponents(params) ? posterior : null;
}

export function toTraits(state) {
  const { data, structure, start, seed } = state, { x, params, posterior } = now(state);
  return { data, structure, start, seed, x: plainPoints(x), params: plainParams(params), posterior: plainParams(posterior) };
}

// The state as Python has set it, or null where it is as before.
export function fromTraits(model, state) {
  const own = toTraits(state);
  const news = Object.keys(own).filter((name) => !isEcho(own[name], model.get(name)));
  if (!news.length) return null;
  const x = pointsFrom(model.get("x")), params = paramsFrom(model.get("params"));
  const moved = x !== now(state).x, settings = Object.fromEntries(["data", "structure", "start", "seed"].map((name) => [name, model.get(name)]));
  return {
    ...state, ...settings, ...changed(state, "Python", { x, params, posterior: posteriorOf(model, params) }),
    domains: moved ? domainsOf(x) : state.domains, active: Math.min(state.active, nComponents(params) - 1), at: Math.max(0, Math.min(state.at, x.length / 2 - 1)),
  };
}

// -------------------------------------------------------------------------------------------------- address and Python

const flat = ({ weights, means, covariances }) => [...weights, ...means, ...covariances];

export function toHash(state) {
  const { x, params, posterior } = now(state), own = state.data === "own";
  const q = posterior === params ? "same" : posterior ? packed(flat(posterior)) : "";
  return [VERSION, state.data, state.structure, state.start, state.seed, state.round, now(state).label, state.at, state.active, Number(state.density),
    packed(flat(params)), q, own ? packed([...state.domains.flat(), ...x]) : ""];
}

// The patch that leads to the state in the words of a link; it throws where they are no state.
export function fromHash(given, sets) {
  const [version, data, structure, start, seed, round, label, at, active, density, theta, q, own] = given;
  if (version !== VERSION || !Object.hasOwn(sets, data) || !Object.hasOwn(M_STEPS, structure)) throw new RangeError("unknown");
  if (!["hand", "random", "kmeans++"].includes(start) || ![seed, round, at, active].every((word) => /^\d+$/.test(word))) throw new RangeError("unknown");
  const values = data === "own" ? unpacked(own) : null, x = values ? values.slice(4) : pointsFrom(sets[data].points);
  if (values && !(values.length % 2 === 0 && values.every(Number.isFinite) && values[0] < values[1] && values[2] < values[3])) throw new RangeError("points");
  const params = mixtureFrom(theta), K = nComponents(params), posterior = q === "same" ? params : q ? mixtureFrom(q) : null;
  if (posterior && nComponents(posterior) !== K) throw new RangeError("K");
  const patch = { ...restarted(label.slice(0, 8), x, params, posterior), data, structure, start, seed: Number(seed), round: Number(round), density: density === "1" };
  derive(patch.entries[0]); // it throws where a point is out of reach
  return { ...patch, domains: values ? [[values[0], values[1]], [values[2], values[3]]] : domainsOf(x),
    at: Math.max(0, Math.min(Number(at), x.length / 2 - 1)), active: Math.min(Number(active), K - 1) };
}

function mixtureFrom(text) {
  const values = unpacked(text), K = values.length / 7;
  return mixtureParams(values.subarray(0, K), values.subarray(K, 3 * K), values.subarray(3 * K));
}

export function toPython(state, sets) {
  const { x, params, posterior } = now(state), K = nComponents(params);
  const points = sets[state.data].python || `np.array(${JSON.stringify(plainPoints(x))})`;
  const q = posterior ? `e_step(x, ${posterior === params ? "params" : paramsAsPython(posterior)})[0]` : `np.full((len(x), ${K}), 1 / ${K})`;
  const step = { full: "from gmm_lab import m_step", tied: "from gmm_lab import tied as m_step" }[state.structure] ?? `from gmm_lab import ${state.structure} as m_step`;
  return ["import numpy as np", "from gmm_lab import MixtureParams, datasets, e_step, elbo, kl_gap, log_likelihood", `${step}  # ${state.structure} covariances`, "",
    `x = ${points}`, `params = ${paramsAsPython(params)}`, `resp = ${q}`, "print(log_likelihood(x, params), elbo(x, resp, params), kl_gap(x, resp, params))", ""].join("\n");
}

// ---------------------------------------------------------------------------------------------------------------- words

const totalOf = (entry) => derive(entry).logLikelihood;

// A whole step has gained next to nothing, or the run cannot go on.
export function isAtRest({ entries, event, round }) {
  return event !== null || (/^M/.test(entries.at(-1).label) && round >= 3 && entries.length >= 3 && totalOf(entries.at(-1)) - totalOf(entries.at(-3)) < REST);
}

export function words(state) {
  if (state.event) return EVENTS[state.event.name](state.event);
  const entry = now(state), sums = rounded(derive(entry)), before = state.entries.length > 1 ? rounded(derive(state.entries.at(-2))) : null;
  const nats = (value) => fixed(value, 2), all = `Log-likelihood ${nats(sums.logLikelihood)}, ELBO ${nats(sums.elbo)}, KL ${nats(sums.kl)} nats.`;
  const rise = (name) => { const by = sums[name] - before[name]; return `${by < 0 ? "down" : "up"} ${nats(Math.abs(by))} nats`; };
  if (before && /^E\d/.test(entry.label)) return `${entry.label}: new shares, same components. ELBO ${rise("elbo")}, to the log-likelihood.`;
  if (before && /^M\d/.test(entry.label)) {
    const rest = isAtRest(state) ? " EM is at rest: a whole step gained less than 0.0001 nats." : "";
    return `${entry.label}: new components, same shares. Log-likelihood ${rise("logLikelihood")}.${rest}`;
  }
  if (before && entry.label === "hand") return `By hand: log-likelihood ${rise("logLikelihood")}, KL ${nats(sums.kl)} nats.`;
  return `${{ start: "A start", points: "Other points", Python: "From Python", hand: "By hand" }[entry.label] ?? entry.label}: ${entry.x.length / 2} points, K = ${nComponents(entry.params)}. ${all}`;
}
