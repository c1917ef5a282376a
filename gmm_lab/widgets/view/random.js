// Draws from a seeded generator: samples, and places where a run starts, as in gmm_lab.mixture and gmm_lab.initialization.
// `random` is a function without arguments that returns the next uniform number of [0, 1). One seed gives the same draws
// in every browser; they are not those of NumPy's generators.
//
// A start is { params, event } or { centres, chosen, event }; the event is null or all else is. Events: { name: "too few places", needed,
// found }, { name: "constant feature", feature } (from 0), and those of moments.js.

import { cholesky, nComponents, nFeatures, oneHot } from "./kernel.js";
import { kmeans } from "./kmeans.js";
import { tied } from "./moments.js";

// The generator sfc32 (Doty-Humphrey, PractRand), two outputs a number so that all 53 bits are random. The seed is a
// whole number from 0 to 2^32 - 1.
export function seededRandom(seed) {
  let a = 0, b = seed | 0, c = 0, counter = 1;
  const next = () => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 15; i += 1) next(); // seeds that differ in one bit begin alike
  return () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

// An index, drawn with probability in proportion to `shares` (not all 0).
export function choose(shares, random) {
  const target = random() * shares.reduce((sum, share) => sum + share, 0);
  let sum = 0, last = 0;
  for (let i = 0; i < shares.length; i += 1) {
    sum += shares[i];
    if (sum > target) return i;
    if (shares[i] > 0) last = i;
  }
  return last; // the target was rounded up to the whole
}

// n points by ancestral sampling, first the component and then the point: { x, labels }. Three uniform numbers a point,
// so that a longer sample from the same seed begins with the shorter one.
export function sample(params, n, random) {
  const D = nFeatures(params);
  const factors = Array.from(params.weights, (_, k) => cholesky(params, k));
  const x = new Float64Array(n * D), labels = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    const k = labels[i] = choose(params.weights, random);
    // Box and Muller (1958); 1 - u is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - random())), angle = 2 * Math.PI * random();
    const step = factors[k].sd * radius * Math.cos(angle);
    x[i * D] = params.means[k * D] + step;
    if (D === 2) x[i * D + 1] = params.means[k * D + 1] + factors[k].slope * step + factors[k].rest * radius * Math.sin(angle);
  }
  return { x, labels };
}

// The different points of x as rows, in the order of their coordinates.
function places(x, D) {
  const rows = Array.from({ length: x.length / D }, (_, n) => x.subarray(n * D, (n + 1) * D));
  const compare = (a, b) => a[0] - b[0] || (D === 2 ? a[1] - b[1] : 0);
  return rows.sort(compare).filter((row, i) => i === 0 || compare(row, rows[i - 1]) !== 0);
}

const tooFew = (rows, K) => (rows.length < K ? { name: "too few places", needed: K, found: rows.length } : null);

// Equal weights, means at K different points of the data, and the data's own variance in each feature.
export function randomStart(x, K, random, nFeatures = 2) {
  const D = nFeatures, rows = places(x, D);
  const variances = Array.from({ length: D }, (_, d) => variance(x.filter((_, i) => i % D === d)));
  const event = tooFew(rows, K) ?? (variances.includes(0) ? { name: "constant feature", feature: variances.indexOf(0) } : null);
  if (event) return { params: null, event };
  const means = new Float64Array(K * D);
  for (let k = 0; k < K; k += 1) {
    // The next of a shuffled deck (Fisher and Yates): every choice of K places is as likely.
    const at = k + Math.floor(random() * (rows.length - k));
    [rows[k], rows[at]] = [rows[at], rows[k]];
    means.set(rows[k], k * D);
  }
  const covariances = new Float64Array(K * D * D).map((_, i) => (i % (D * D) % (D + 1) ? 0 : variances[i % D]));
  return { params: { weights: new Float64Array(K).fill(1 / K), means, covariances }, event };
}

// With divisor N; exactly 0 if all values are equal, which their rounded mean alone would not give.
function variance(values) {
  if (values.every((value) => value === values[0])) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

// The squared distance of each point to the nearest centre, as parts of the largest: the weights of K-means++'s next draw.
export function squaredDistanceShares(x, centres, nFeatures = 2) {
  const D = nFeatures, distances = new Float64Array(x.length / D).fill(Infinity);
  for (let i = 0; i < centres.length; i += D) {
    for (let n = 0; n < distances.length; n += 1) {
      const dx = x[n * D] - centres[i], dy = D === 2 ? x[n * D + 1] - centres[i + 1] : 0;
      distances[n] = Math.min(distances[n], Math.sqrt(dx * dx + dy * dy));
    }
  }
  const farthest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  return distances.map((distance) => (distance / farthest) ** 2); // the square of a tiny distance would underflow to 0
}

// K centres at points of x: the first at random, each next one in proportion to its squared distance to the nearest
// centre so far; `chosen` are their indices, in the order of choice (Arthur and Vassilvitskii 2007).
export function kmeansPlusPlus(x, K, random, nFeatures = 2) {
  const D = nFeatures, N = x.length / D, event = tooFew(places(x, D), K);
  if (event) return { centres: null, chosen: null, event };
  const centres = new Float64Array(K * D), chosen = new Int32Array(K);
  for (let k = 0; k < K; k += 1) {
    chosen[k] = k ? choose(squaredDistanceShares(x, centres.subarray(0, k * D), D), random) : Math.floor(random() * N);
    centres.set(x.subarray(chosen[k] * D, (chosen[k] + 1) * D), k * D);
  }
  return { centres, chosen, event };
}

// K-means++ and K-means, then the shares and means of the clusters and the covariance within them, pooled.
export function kmeansStart(x, K, random, nFeatures = 2) {
  const { centres, event } = kmeansPlusPlus(x, K, random, nFeatures);
  return event ? { params: null, event } : tied(x, oneHot(kmeans(x, centres, nFeatures).labels, K), K);
}
