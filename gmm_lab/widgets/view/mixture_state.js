// A mixture and the points it meets, as explorables hold them: what follows from the state, and the moves that change it.
//
// An entry is { label, x, params, posterior }, a value; with `shares` in place of the E-step, if it has its own. q is not kept as N x K numbers: it is the posterior at the
// parameters `posterior` (null: uniform), so that links and undo are cheap. The last of `state.entries` is the present.

import { cholesky, eStep, elbo, klGap, logJoint, mixtureParams, nComponents } from "./kernel.js";
import { spoken } from "./base.js";

export const now = (state) => state.entries.at(-1);
const MOST = 200; // entries that the ledger can go back

const posteriors = new WeakMap(); // params -> the E-step at them, for the points it was made with
export function posteriorAt(x, params, shares = eStep) {
  const held = posteriors.get(params);
  if (held?.x === x) return held;
  const made = { x, ...shares(x, params) };
  posteriors.set(params, made);
  return made;
}

const derivations = new WeakMap();
// Everything that is shown of an entry: { resp, q, logLikelihood, elbo, kl }.
export function derive(entry) {
  if (!derivations.has(entry)) {
    const { x, params, posterior, shares } = entry, K = nComponents(params);
    const { resp, logLikelihood } = posteriorAt(x, params, shares);
    const q = posterior ? posteriorAt(x, posterior, shares).resp : new Float64Array(resp.length).fill(1 / K);
    const kl = posterior === params ? 0 : klGap(x, q, params);
    derivations.set(entry, { resp, q, logLikelihood, kl, elbo: kl === 0 ? logLikelihood : elbo(x, q, params) });
  }
  return derivations.get(entry);
}

// The patch that makes `changes` to the present and calls it `label`; by hand again, it replaces the last one by hand.
export function changed(state, label, changes) {
  const entry = { ...now(state), ...changes, label };
  derive(entry); // refused here, with a reason, rather than when it is drawn
  const kept = label === "hand" && now(state).label === "hand" ? state.entries.slice(0, -1) : state.entries;
  return { entries: [...kept.slice(1 - MOST), entry], event: null };
}

export const restarted = (label, x, params, posterior = null) => (
  { entries: [{ label, x, params, posterior }], round: 0, event: null });

// ----------------------------------------------------------------------------------------------- one component's numbers

export const meanOf = ({ means }, k) => [means[2 * k], means[2 * k + 1]];

export function spreadOf({ covariances }, k) {
  const [a, , b, c] = covariances.subarray(4 * k, 4 * k + 4);
  const [s1, s2] = [Math.sqrt(a), Math.sqrt(c)];
  return { s1, s2, rho: Math.max(-1, Math.min(1, b / (s1 * s2))) };
}

export const covarianceOf = ({ s1, s2, rho }) => [s1 * s1, rho * s1 * s2, rho * s1 * s2, s2 * s2];

const put = (values, k, part) => {
  const copy = values.slice();
  copy.set(part, k * part.length);
  return copy;
};

export const withMean = (params, k, mean) => ({ ...params, means: put(params.means, k, mean) });

// With another covariance for component k, and what the structure makes of it for the others.
export function withCovariance(params, k, covariance, structure) {
  const all = structure === "tied" ? [...params.weights.keys()] : [k];
  const one = projected(covariance, structure);
  const covariances = all.reduce((values, at) => put(values, at, one), params.covariances);
  return mixtureParams(params.weights, params.means, covariances);
}

// With weight π_k, the others in the proportions they had.
export function withWeight(params, k, weight) {
  if (!(weight > 0 && weight < 1)) throw new RangeError("A weight lies between 0 and 1.");
  const rest = 1 - params.weights[k];
  const others = (w) => (rest > 0 ? (w * (1 - weight)) / rest : (1 - weight) / (params.weights.length - 1));
  return mixtureParams(params.weights.map((w, i) => (i === k ? weight : others(w))), params.means, params.covariances);
}

function projected([a, b, , c], structure) {
  if (structure === "diagonal") return [a, 0, 0, c];
  if (structure === "spherical") return [(a + c) / 2, 0, 0, (a + c) / 2];
  return [a, b, b, c];
}

// The mixture in another structure: what its M-step would make of these covariances, if they were scatters.
export function inStructure(params, structure) {
  const K = nComponents(params), sum = [0, 0, 0, 0];
  for (let k = 0; k < K; k += 1) sum.forEach((_, i) => { sum[i] += params.weights[k] * params.covariances[4 * k + i]; });
  const parts = Array.from({ length: K }, (_, k) => (
    structure === "tied" ? sum : projected(params.covariances.subarray(4 * k, 4 * k + 4), structure)));
  return mixtureParams(params.weights, params.means, parts.flat());
}

// ------------------------------------------------------------------------------------------------------------- handles

// Handles on the screen's principal axes of each mean's ellipse at two standard deviations; those of the active
// component alone can stretch and turn it. `spaceOf()` gives { toX, toY, toData, step }, which change with the picture.
export function mixtureHandles({ structureOf, spaceOf }) {
  const turned = new Map(); // component -> angle of its first axis when last seen, so that the two never change roles

  function axesOf(state, k) {
    const { toX, toY } = spaceOf(), { params } = now(state), structure = structureOf(state);
    const [fx, fy] = [toX(1) - toX(0), toY(1) - toY(0)], { s1, s2, rho } = spreadOf(params, k);
    const [a, b, c] = [(s1 * fx) ** 2, rho * s1 * s2 * fx * fy, (s2 * fy) ** 2];
    let angle = structure === "diagonal" || structure === "spherical" ? 0 : Math.atan2(2 * b, a - c) / 2;
    const before = turned.get(k) ?? angle, quarter = Math.PI / 2;
    angle += quarter * Math.round((before - angle) / quarter);
    turned.set(k, angle);
    const along = (t) => Math.sqrt(Math.max(0, a * Math.cos(t) ** 2 + 2 * b * Math.cos(t) * Math.sin(t) + c * Math.sin(t) ** 2));
    return { angle, lengths: [along(angle), along(angle + quarter)] };
  }

  function stretched(state, k, axis, place) {
    const { toX, toY } = spaceOf(), { params } = now(state), structure = structureOf(state);
    const [m1, m2] = meanOf(params, k), [fx, fy] = [toX(1) - toX(0), toY(1) - toY(0)];
    let [dx, dy] = [(place[0] - m1) * fx, (place[1] - m2) * fy];
    const { angle, lengths } = axesOf(state, k);
    const straight = structure === "diagonal" || structure === "spherical";
    if (straight) [dx, dy] = Math.abs(Math.cos(angle + (axis * Math.PI) / 2)) > 0.5 ? [dx, 0] : [0, dy];
    const length = Math.max(1e-3, Math.hypot(dx, dy) / 2);
    const t = straight ? angle + (axis * Math.PI) / 2 : Math.atan2(dy, dx);
    const other = lengths[1 - axis], [u, v] = [Math.cos(t), Math.sin(t)];
    turned.set(k, t - (axis * Math.PI) / 2);
    const [a, b, c] = [length ** 2 * u * u + other ** 2 * v * v, (length ** 2 - other ** 2) * u * v, length ** 2 * v * v + other ** 2 * u * u];
    const covariance = [a / fx ** 2, b / (fx * fy), b / (fx * fy), c / fy ** 2];
    if (structure === "spherical") covariance.fill((Math.abs(u) > 0.5 ? length / Math.abs(fx) : length / Math.abs(fy)) ** 2);
    return withCovariance(params, k, covariance, structure);
  }

  function end(k, axis) {
    return {
      id: `end-${k}-${axis}`, k, look: "end", label: `Ellipse ${k + 1}, ${axis ? "second" : "first"} axis`,
      place(state) {
        const { toX, toY, toData } = spaceOf(), [m1, m2] = meanOf(now(state).params, k);
        const { angle, lengths } = axesOf(state, k), t = angle + (axis * Math.PI) / 2;
        return toData([toX(m1) + 2 * lengths[axis] * Math.cos(t), toY(m2) + 2 * lengths[axis] * Math.sin(t)]);
      },
      drag: (state, place) => changed(state, "hand", { params: stretched(state, k, axis, place) }),
      text(state) {
        const { s1, s2, rho } = spreadOf(now(state).params, k);
        return `standard deviations ${spoken(s1)} and ${spoken(s2)}, correlation ${spoken(rho, 3)}`;
      },
      stepOf: () => spaceOf().step,
    };
  }

  const mean = (k) => ({
    id: `mean-${k}`, k, look: "mean", label: `Mean of component ${k + 1}`,
    place: (state) => meanOf(now(state).params, k),
    drag: (state, place) => changed(state, "hand", { params: withMean(now(state).params, k, place) }),
    text: (state) => meanOf(now(state).params, k).map((value) => spoken(value)).join(", "),
    stepOf: () => spaceOf().step,
  });

  return (state) => Array.from({ length: nComponents(now(state).params) }, (_, k) => k)
    .flatMap((k) => (k === state.active ? [mean(k), end(k, 0), end(k, 1)] : [mean(k)]));
}

// -------------------------------------------------------------------------------------------------- traits and Python

const nested = (flat, width) => Array.from({ length: flat.length / width }, (_, i) => [...flat.subarray(i * width, (i + 1) * width)]);
const plains = new WeakMap(), values = new WeakMap();

// Parameters as Python's trait has them, the same object for the same parameters; and back.
export function plainParams(params) {
  if (!params) return null;
  if (!plains.has(params)) {
    const plain = { weights: [...params.weights], means: nested(params.means, 2), covariances: nested(params.covariances, 4).map(([a, b, c, d]) => [[a, b], [c, d]]) };
    plains.set(params, plain);
    values.set(plain, params);
  }
  return plains.get(params);
}

export function paramsFrom(plain) {
  if (!plain) return null;
  if (!values.has(plain)) {
    const params = mixtureParams(plain.weights, plain.means, plain.covariances);
    values.set(plain, params);
    plains.set(params, plain);
  }
  return values.get(plain);
}

// Whether `plain` is what `own`, the plain form of a value, says: a kernel sends back what it was sent. If so, that value
// has this plain form from now on.
export function isEcho(own, plain) {
  if (own === plain) return true;
  if (!own || !plain || JSON.stringify(own) !== JSON.stringify(plain)) return false;
  const value = values.get(own);
  values.set(plain, value);
  plains.set(value, plain);
  return true;
}

export function plainPoints(x) {
  if (!plains.has(x)) {
    plains.set(x, nested(x, 2));
    values.set(plains.get(x), x);
  }
  return plains.get(x);
}

export function pointsFrom(plain) {
  if (!values.has(plain)) {
    const x = Float64Array.from(plain.flat());
    values.set(plain, x);
    plains.set(x, plain);
  }
  return values.get(plain);
}

export function paramsAsPython(params) {
  const { weights, means, covariances } = plainParams(params);
  return `MixtureParams(\n    ${JSON.stringify(weights)},\n    ${JSON.stringify(means)},\n    ${JSON.stringify(covariances)},\n)`;
}

// The terms of point n: log π_k N(x_n | μ_k, Σ_k) for each k.
export const termsOf = ({ x, params }, n) => logJoint(x.subarray(2 * n, 2 * n + 2), params);

// The outline of the ellipse at `sd` standard deviations, as places in data units.
const CIRCLE = Array.from({ length: 73 }, (_, i) => [Math.cos((i * Math.PI) / 36), Math.sin((i * Math.PI) / 36)]);
export function ellipse(params, k, sds) {
  const { sd, slope, rest } = cholesky(params, k), [m1, m2] = meanOf(params, k);
  return CIRCLE.map(([u, v]) => [m1 + sds * sd * u, m2 + sds * (slope * sd * u + rest * v)]);
}
