// M-steps: maximum likelihood with shared points, as in gmm_lab.soft_em, gmm_lab.covariance and gmm_lab.likelihood.
//
// An M-step takes (x, resp, nComponents) and returns { params, event }, one of which is null. An event says why there
// are no parameters, by the rule and the thresholds of gmm_lab: { name: "no points", component } or
// { name: "no spread", component, count, sds }; component counts from 0, sds are in data units.

import { oneHot } from "./kernel.js";

// Counts N_k (K), means (K·D) and scatters about them (K·D·D) of points that resp shares out, and the largest magnitude
// of each feature (D) (Bishop 2006, eqs. 9.24, 9.25, 9.27). A component with count 0 has neither mean nor scatter.
export function moments(x, resp, K) {
  const N = resp.length / K, D = x.length / N;
  const counts = new Float64Array(K), means = new Float64Array(K * D), scatters = new Float64Array(K * D * D);
  const largest = new Float64Array(D);
  for (let n = 0; n < N; n += 1) {
    for (let d = 0; d < D; d += 1) largest[d] = Math.max(largest[d], Math.abs(x[n * D + d]));
    for (let k = 0; k < K; k += 1) {
      counts[k] += resp[n * K + k];
      for (let d = 0; d < D; d += 1) means[k * D + d] += resp[n * K + k] * x[n * D + d];
    }
  }
  for (let i = 0; i < K * D; i += 1) means[i] /= counts[Math.floor(i / D)];
  for (let n = 0; n < N; n += 1) {
    for (let k = 0; k < K; k += 1) {
      for (let i = 0; i < D; i += 1) {
        // Centre first: Σ q x xᵀ - N_k μ μᵀ loses every digit when the data are far from the origin.
        const part = resp[n * K + k] * (x[n * D + i] - means[k * D + i]);
        for (let j = 0; j < D; j += 1) scatters[(k * D + i) * D + j] += part * (x[n * D + j] - means[k * D + j]);
      }
    }
  }
  return { counts, means, scatters, largest };
}

// An M-step from how it makes covariances of moments.
const mStepOf = (covariancesOf) => (x, resp, K) => {
  const { counts, means, scatters, largest } = moments(x, resp, K);
  const empty = counts.indexOf(0);
  if (empty >= 0) return { params: null, event: { name: "no points", component: empty } };
  const N = resp.length / K, D = largest.length;
  const covariances = covariancesOf(scatters, counts, D, N);
  const event = collapseOf(counts, covariances, largest);
  return event ? { params: null, event } : { params: { weights: counts.map((count) => count / N), means, covariances }, event };
};

// The first component without spread, as an event, or null.
function collapseOf(counts, covariances, largest) {
  const D = largest.length;
  for (let k = 0; k < counts.length; k += 1) {
    const at = (i, j) => covariances[(k * D + i) * D + j];
    const sds = Array.from(largest, (_, d) => Math.sqrt(at(d, d)));
    // A spread of a few units in the last place of the data is rounding; so the data give the threshold.
    const isWide = sds.every((sd, d) => sd > 8 * Number.EPSILON * largest[d]);
    // The smallest eigenvalue of the correlation matrix: free of units, 0 for points on a line.
    const isFull = D === 1 || 1 - Math.abs(at(1, 0) / sds[0] / sds[1]) >= D * 1e-14;
    if (!isWide || !isFull) return { name: "no spread", component: k, count: counts[k], sds };
  }
  return null;
}

// The M-step for full covariances, with divisor N_k (Bishop 2006, eqs. 9.24 to 9.26).
export const mStep = mStepOf((scatters, counts, D) => scatters.map((value, i) => value / counts[Math.floor(i / (D * D))]));

// One covariance that all components share: the scatter within components, divided by N.
export const tied = mStepOf((scatters, counts, D, N) => scatters.map((_, i) => {
  let sum = 0;
  for (let j = i % (D * D); j < scatters.length; j += D * D) sum += scatters[j];
  return sum / N;
}));

// Covariances without correlation.
export const diagonal = mStepOf((scatters, counts, D) => scatters.map((value, i) => (
  i % (D * D) % (D + 1) ? 0 : value / counts[Math.floor(i / (D * D))])));

// Round components: one variance each, the mean of its variances over features.
export const spherical = mStepOf((scatters, counts, D) => scatters.map((_, i) => {
  if (i % (D * D) % (D + 1)) return 0;
  const k = Math.floor(i / (D * D));
  return (scatters[k * D * D] + (D === 2 ? scatters[k * D * D + 3] : 0)) / (counts[k] * D);
}));

// The four by the names that nFreeParameters knows.
export const M_STEPS = { full: mStep, tied, diagonal, spherical };

// The M-step of hard EM, from labels.
export const completeMle = (x, labels, K) => mStep(x, oneHot(labels, K), K);
