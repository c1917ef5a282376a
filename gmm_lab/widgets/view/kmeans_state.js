// The state of the explorable of chapter 4, and what becomes of it: traits, an address, Python, words.
//
// { data, start, seed, sd, stretch, domains, entries, round, event, first } and how it is looked at { at, active, tap }
//
// sd is the σ of soft EM with equal weights and round components, in units of the first feature; 0 is K-means, its limit.
// Distances count the second feature `stretch` times. An entry holds the centres as a mixture, which the plane draws.

import { spoken } from "./base.js";
import { packed, unpacked } from "./codec.js";
import { eStep, mixtureParams, nComponents, oneHot } from "./kernel.js";
import { moveCentres, nearest } from "./kmeans.js";
import { changed, derive, now, plainPoints, pointsFrom, restarted } from "./mixture_state.js";
import { moments } from "./moments.js";
import { kmeansPlusPlus, randomStart, seededRandom } from "./random.js";
import { domainsOf } from "./soft_em_state.js";

const VERSION = "1", MOST_ROUNDS = 2000, REST = 1e-9; // of the plane's width: centres that move less are at rest
export const looksIn = ({ at, active, tap }, there) => ({
  at: Math.max(0, Math.min(at, now(there).x.length / 2 - 1)), active: Math.min(active, nComponents(now(there).params) - 1), tap,
});
const EVENTS = {
  "too few places": ({ needed, found }) => `A start needs ${needed} different points, and there are ${found}. Add points, or take a smaller K.`,
  "constant feature": ({ feature }) => `All points have the same x${"₁₂"[feature]}. Add one that differs.`,
};

const stretched = (places, stretch) => places.map((value, i) => (i % 2 ? stretch * value : value));

// A value with three figures, which a link and Python take over as it is.
export const rounded = (value) => (value ? Number(value.toPrecision(3)) : 0);

// The centres as a mixture of equal weights; K-means has no spread, and a small one stands for it.
export function paramsOf(centres, { sd, stretch, domains }) {
  const K = centres.length / 2, spread = sd || 1e-4 * (domains[0][1] - domains[0][0]);
  const covariance = [[spread ** 2, 0], [0, (spread / stretch) ** 2]];
  return mixtureParams(Array(K).fill(1 / K), centres, Array(K).fill(covariance));
}

// How an entry shares its points: by the nearest centre, or softly.
const sharesOf = ({ sd, stretch }) => (sd ? eStep : (x, { means }) => {
  const K = means.length / 2, { labels } = nearest(stretched(x, stretch), stretched(means, stretch));
  return { resp: oneHot(labels, K), logLikelihood: 0 };
});

// The patch that begins at these centres, with the shares they make or none yet.
export function begunAt(label, x, centres, settings, isAssigned = false) {
  const params = paramsOf(centres, settings), patch = restarted(label, x, params, isAssigned ? params : null);
  patch.entries[0].shares = sharesOf(settings);
  return patch;
}

// The present, with other settings: the shares are those of the centres as they are.
export function inSettings(state, label, settings) {
  const params = paramsOf(now(state).params.means, settings);
  return { ...settings, ...changed(state, label, { params, posterior: params, shares: sharesOf(settings) }) };
}

// |x_n - μ_k|², in units of the first feature squared.
export const squaredDistance = ({ stretch }, { x, params: { means } }, n, k) => (
  (x[2 * n] - means[2 * k]) ** 2 + (stretch * (x[2 * n + 1] - means[2 * k + 1])) ** 2);

// Σ_n Σ_k q_k(x_n) |x_n - μ_k|².
export function inertiaOf(state, entry) {
  const K = nComponents(entry.params);
  return derive(entry).q.reduce((sum, share, i) => sum + share * squaredDistance(state, entry, Math.floor(i / K), i % K), 0);
}

// The centres after an M-step: means of their points, or of shares; one without points stays.
function moved({ sd }, entry) {
  const { x, params: { means } } = entry, { q } = derive(entry), K = means.length / 2;
  if (!sd) return moveCentres(x, Int32Array.from({ length: x.length / 2 }, (_, n) => q.subarray(n * K, (n + 1) * K).indexOf(1)), means);
  const found = moments(x, q, K);
  return found.means.map((value, i) => (found.counts[Math.floor(i / 2)] ? value : means[i]));
}

// The patch of a half-step, or null where it changes nothing.
export function halfStep(state, kind) {
  const entry = now(state), label = `${kind}${state.round + 1}`;
  if (kind === "E") return entry.posterior === entry.params ? null : changed(state, label, { posterior: entry.params });
  if (!entry.posterior) return null;
  const means = moved(state, entry);
  if (means.every((value, i) => value === entry.params.means[i])) return null;
  return { ...changed(state, label, { params: paramsOf(means, state) }), round: state.round + 1 };
}

const SHAKE = 1e-3; // of the plane's width: closer centres are one to the eye
const widthOf = ({ domains }) => domains[0][1] - domains[0][0];
const apart = (means, j, k, stretch) => Math.hypot(means[2 * j] - means[2 * k], stretch * (means[2 * j + 1] - means[2 * k + 1]));

// The centres, where soft ones in one place are moved apart by a hair: they rest there like a ball on a peak, and would
// stay together at every σ.
function shaken(means, state) {
  const size = SHAKE * widthOf(state), moved = means.slice();
  for (let k = 1; k < means.length / 2; k += 1) {
    for (let j = 0; j < k; j += 1) {
      if (apart(means, j, k, state.stretch) > size) continue;
      moved[2 * k] += size * Math.cos(k);
      moved[2 * k + 1] += (size * Math.sin(k)) / state.stretch;
      break;
    }
  }
  return moved;
}

// The patch that leads to rest, in one entry.
export function runToRest(state) {
  const begin = state.sd ? paramsOf(shaken(now(state).params.means, state), state) : now(state).params;
  let entry = { ...now(state), params: begin, posterior: begin }, round = state.round;
  for (let i = 0; i < MOST_ROUNDS; i += 1) {
    const means = moved(state, entry), before = entry.params.means, params = paramsOf(means, state);
    const step = Math.max(...means.map((value, d) => Math.abs(value - before[d]) * (d % 2 ? state.stretch : 1)));
    entry = { ...entry, params, posterior: params };
    round += 1;
    if (step <= REST * widthOf(state)) break;
  }
  return { ...changed(state, "rest", { params: entry.params, posterior: entry.params }), round };
}

// How many centres there are to be seen: those closer than a thousandth of the plane's width are one.
export function differentCentres(state, { params: { means } }) {
  const kept = [];
  for (let k = 0; k < means.length / 2; k += 1) {
    if (kept.every((j) => apart(means, j, k, state.stretch) > SHAKE * widthOf(state))) kept.push(k);
  }
  return kept.length;
}

// The patch that begins anew, or one that says why it cannot.
export function startOf({ x, K, start, seed, data, first, ...settings }) {
  const random = seededRandom(seed), { domains, stretch } = settings;
  const at = (d, t) => domains[d][0] + t * (domains[d][1] - domains[d][0]);
  const byHand = () => (first.data === data && first.centres.length === 2 * K ? first.centres
    : Float64Array.from({ length: 2 * K }, (_, i) => at(i % 2, (i % 2 ? 0.85 : 0.15) + ((i % 2 ? -0.7 : 0.7) * (Math.floor(i / 2) + 0.5)) / K)));
  const makers = {
    hand: () => ({ centres: byHand(), event: null }),
    random: () => { const made = randomStart(x, K, random); return { centres: made.params?.means, event: made.event }; },
    "kmeans++": () => {
      const { chosen, event } = kmeansPlusPlus(stretched(x, stretch), K, random);
      return { centres: chosen && Float64Array.from({ length: 2 * K }, (_, i) => x[2 * chosen[Math.floor(i / 2)] + (i % 2)]), event };
    },
  };
  const { centres, event } = makers[start]();
  return event ? { event } : begunAt("start", x, centres, settings);
}

// --------------------------------------------------------------------------------------------------------------- traits

const SETTINGS = ["data", "start", "seed", "sd", "stretch"];
const settingsOf = (model) => Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));

// An entry whose shares are those of `assigned`: the centres themselves, others, or null for none.
function assignedTo(patch, assigned, settings) {
  const entry = patch.entries.at(-1), same = assigned && assigned.every((value, i) => value === entry.params.means[i]);
  const posterior = same ? entry.params : assigned && assigned.length === entry.params.means.length ? paramsOf(assigned, settings) : null;
  return { ...patch, entries: [...patch.entries.slice(0, -1), { ...entry, posterior, shares: sharesOf(settings) }] };
}

export function initialOf(model) {
  const x = pointsFrom(model.get("x")), centres = pointsFrom(model.get("centres")), assigned = model.get("assigned");
  const settings = { ...settingsOf(model), domains: domainsOf(x) }, first = { data: settings.data, centres };
  const patch = assignedTo(begunAt("start", x, centres, settings), assigned && pointsFrom(assigned), settings);
  return { ...settings, first, at: Math.floor(x.length / 4), active: 0, tap: settings.data === "own", ...patch };
}

export function toTraits(state) {
  const { x, params, posterior } = now(state), settings = Object.fromEntries(SETTINGS.map((name) => [name, state[name]]));
  return { ...settings, x: plainPoints(x), centres: plainPoints(params.means), assigned: posterior && plainPoints(posterior.means) };
}

// The state as Python has set it, or null where it is as before.
export function fromTraits(model, state) {
  const own = toTraits(state);
  if (Object.keys(own).every((name) => model.get(name) === own[name])) return null;
  const x = pointsFrom(model.get("x")), centres = pointsFrom(model.get("centres")), assigned = model.get("assigned");
  const settings = { ...settingsOf(model), domains: x === now(state).x ? state.domains : domainsOf(x) };
  const patch = changed(state, "Python", { x, params: paramsOf(centres, settings), posterior: null, shares: sharesOf(settings) });
  return {
    ...state, ...settings, ...assignedTo(patch, assigned && pointsFrom(assigned), settings),
    active: Math.min(state.active, centres.length / 2 - 1), at: Math.max(0, Math.min(state.at, x.length / 2 - 1)),
  };
}

// -------------------------------------------------------------------------------------------------- address and Python

export function toHash(state) {
  const { x, params, posterior } = now(state), q = posterior === params ? "same" : posterior ? packed(posterior.means) : "";
  return [VERSION, state.data, state.start, state.seed, state.round, now(state).label, state.at, state.active,
    packed([state.sd, state.stretch, ...params.means]), q, state.data === "own" ? packed([...state.domains.flat(), ...x]) : ""];
}

// The patch that leads to the state in the words of a link; it throws where they are no state.
export function fromHash([version, data, start, seed, round, label, at, active, theta, q, own], sets) {
  if (version !== VERSION || !Object.hasOwn(sets, data) || !["hand", "random", "kmeans++"].includes(start)) throw new RangeError("unknown");
  if (![seed, round, at, active].every((word) => /^\d+$/.test(word))) throw new RangeError("unknown");
  const values = data === "own" ? unpacked(own) : null, x = values ? values.slice(4) : pointsFrom(sets[data].points);
  if (values && !(values.length % 2 === 0 && values.every(Number.isFinite) && values[0] < values[1] && values[2] < values[3])) throw new RangeError("points");
  const [sd, stretch, ...centres] = unpacked(theta);
  if (!(sd >= 0 && stretch > 0 && centres.length >= 2 && centres.length % 2 === 0)) throw new RangeError("centres");
  const domains = values ? [[values[0], values[1]], [values[2], values[3]]] : domainsOf(x), settings = { data, start, seed: Number(seed), sd, stretch, domains };
  const assigned = q === "same" ? Float64Array.from(centres) : q ? unpacked(q) : null;
  const patch = assignedTo(begunAt(label.slice(0, 8), x, Float64Array.from(centres), settings), assigned, settings);
  derive(patch.entries[0]); // it throws where a point is out of reach
  return { ...settings, ...patch, round: Number(round),
    at: Math.max(0, Math.min(Number(at), x.length / 2 - 1)), active: Math.min(Number(active), centres.length / 2 - 1) };
}

export function toPython(state, sets) {
  const { x, params } = now(state), { sd, stretch } = state, centres = JSON.stringify(plainPoints(params.means));
  const lines = ["import numpy as np", "from gmm_lab import datasets, e_step, kmeans_states", "from gmm_lab.kmeans import sphere_mixture", "",
    `unit = np.array([1, ${stretch}])  # what distances count`, `x = ${sets[state.data].python || `np.array(${JSON.stringify(plainPoints(x))})`} * unit`, `centres = ${centres} * unit`];
  const shares = [`resp, _ = e_step(x, sphere_mixture(centres, ${sd}))`, "print(((x[:, np.newaxis] - centres) ** 2).sum(axis=2).ravel() @ resp.ravel())"];
  return [...lines, ...(sd ? shares : ["state = next(kmeans_states(x, centres))", "print(state.labels, state.inertia)"]), ""].join("\n");
}

// ---------------------------------------------------------------------------------------------------------------- words

// A whole step has moved no centre.
export const isAtRest = (state) => state.event !== null || (!halfStep(state, "E") && !halfStep(state, "M"));

export function words(state) {
  if (state.event) return EVENTS[state.event.name](state.event);
  const entry = now(state), before = state.entries.at(-2), K = nComponents(entry.params), seen = differentCentres(state, entry);
  const inertia = inertiaOf(state, entry), by = before ? inertia - inertiaOf(state, before) : 0;
  const total = `Inertia ${spoken(inertia, 5)}${by ? ` (${by < 0 ? "down" : "up"} ${spoken(Math.abs(by), 3)})` : ""}.`;
  const merged = seen < K ? ` ${K - seen + 1 === 2 ? "Two" : "Several"} centres are in one place: ${seen} of ${K} can be seen.` : "";
  if (/^E\d/.test(entry.label)) return `${entry.label}: ${newLabels(entry, before)} of ${entry.x.length / 2} points changed their centre. ${total}`;
  if (/^M\d/.test(entry.label)) return `${entry.label}: each centre moved to the mean of its points. ${total}${merged}${isAtRest(state) ? " At rest." : ""}`;
  if (entry.label === "rest") return `At rest. ${total}${merged}`;
  return `${{ start: "A start", points: "Other points", Python: "From Python", hand: "By hand" }[entry.label] ?? entry.label}: ${entry.x.length / 2} points, K = ${K}. ${total}${merged}`;
}

// How many points have another most likely centre than before.
function newLabels(entry, before) {
  const K = nComponents(entry.params), top = ({ q }, n) => { const row = q.subarray(n * K, (n + 1) * K); return row.indexOf(Math.max(...row)); };
  const [to, from] = [derive(entry), before && before.posterior && derive(before)];
  return Array.from({ length: entry.x.length / 2 }, (_, n) => !from || top(to, n) !== top(from, n)).filter(Boolean).length;
}
