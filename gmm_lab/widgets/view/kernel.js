// The mixture of Gaussians, its posterior and its bound, as gmm_lab computes them: pure functions, no DOM, one or two
// features. The modules beside this one hold the rest: moments.js (M-steps), kmeans.js, criteria.js, random.js. Names
// are those of gmm_lab in camelCase; tests/widgets/test_kernel.py holds every number against gmm_lab.
//
//   x            Float64Array(N·D), one point after the other, in data units; D = 1 or 2
//   params       { weights: Float64Array(K), means: Float64Array(K·D), covariances: Float64Array(K·D·D) }, a value:
//                never written to after it was made; `mixtureParams` makes one from nested lists and checks it
//   resp, joint  Float64Array(N·K), the K entries of one point after the other
//   labels       Int32Array(N), 0 to K - 1
//
// Log quantities are in nats, summed over n. What cannot go on is an event with a name (moments.js); what is no mixture,
// or leaves the range of numbers, is a RangeError that says what and where. Nothing returns NaN.

const LOG_2PI = Math.log(2 * Math.PI);
const SUM_TOLERANCE = 1e-9;
const LARGEST = 1e140; // beyond it a sum of squares leaves the range of numbers

export const nComponents = (params) => params.weights.length;
export const nFeatures = (params) => params.means.length / params.weights.length;

// A mixture from lists, nested or flat; RangeError if it is none: link, table and Python all come in through this door.
export function mixtureParams(weights, means, covariances) {
  const number = (value) => (typeof value === "number" ? value : NaN); // null would become 0
  const flat = (values) => Float64Array.from(ArrayBuffer.isView(values) ? values : values.flat(2), number);
  const params = { weights: flat(weights), means: flat(means), covariances: flat(covariances) };
  const K = nComponents(params), D = nFeatures(params);
  if (!K || (D !== 1 && D !== 2) || params.covariances.length !== K * D * D) {
    throw new RangeError(`The sizes of weights (${K}), means and covariances disagree.`);
  }
  const sum = params.weights.reduce((before, weight) => before + weight, 0);
  if (!params.weights.every((weight) => weight >= 0) || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
    throw new RangeError(`The weights must be non-negative and sum to 1, not ${sum}.`);
  }
  if (!params.means.every((value) => Math.abs(value) <= LARGEST)) throw new RangeError("A mean is too large, or no number.");
  for (let k = 0; k < K; k += 1) cholesky(params, k);
  return params;
}

// Σ_k = L Lᵀ with L = [[sd, 0], [slope·sd, rest]]. Only the entries on and below the diagonal count.
export function cholesky(params, k) {
  const D = nFeatures(params);
  const [variance, , b, c] = params.covariances.subarray(k * D * D, (k + 1) * D * D);
  const sd = Math.sqrt(variance);
  let slope = 0, rest = 1;
  if (D === 2) {
    slope = b / variance;
    // What the first feature leaves of the second variance, c - b²/a. At condition 1e12 the rounding of slope · b alone
    // is as large as that, so both roundings are brought back: that of the quotient and that of the product.
    const lost = productError(slope, variance, b);
    rest = Math.sqrt(c - slope * b - productError(slope, b, slope * b) + lost * slope);
  }
  if (!(sd > 0 && rest > 0 && sd < Infinity && rest < Infinity)) {
    throw new RangeError(`The covariance of component ${k + 1} is not positive definite.`);
  }
  return { sd, slope, rest };
}

// a · b - near without rounding, for `near` close to the product: products of halves of 26 bits are exact (Dekker 1971).
function productError(a, b, near) {
  const high = (value) => value * 134217729 - (value * 134217729 - value);
  const aHigh = high(a), bHigh = high(b), aLow = a - aHigh, bLow = b - bHigh;
  return aHigh * bHigh - near + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

// log π_k + log N(x_n | μ_k, Σ_k), (N, K); minus infinity where π_k is 0 (Bishop 2006, eqs. 2.43 and 9.12).
export function logJoint(x, params) {
  const K = nComponents(params), D = nFeatures(params), N = x.length / D;
  const joint = new Float64Array(N * K);
  for (let k = 0; k < K; k += 1) {
    const { sd, slope, rest } = cholesky(params, k);
    const constant = Math.log(params.weights[k]) - Math.log(sd) - Math.log(rest) - (D * LOG_2PI) / 2;
    for (let n = 0; n < N; n += 1) {
      // Solve, do not invert: a sum of squares cannot come out negative, whatever the rounding.
      const dx = x[n * D] - params.means[k * D];
      const first = dx / sd;
      const second = D === 2 ? (x[n * D + 1] - params.means[k * D + 1] - slope * dx) / rest : 0;
      const squaredDistance = first * first + second * second;
      if (!(squaredDistance < Infinity)) throw new RangeError(`Point ${n + 1} is too far from component ${k + 1}.`);
      joint[n * K + k] = constant - squaredDistance / 2;
    }
  }
  return joint;
}

// Where the largest of the K entries from `row` on stands: the first of equals.
function argmax(joint, row, K) {
  let at = row;
  for (let i = row + 1; i < row + K; i += 1) if (joint[i] > joint[at]) at = i;
  return at;
}

// log Σ_k exp(joint[n, k]) of each row.
function logSumExp(joint, K) {
  const values = new Float64Array(joint.length / K);
  for (let row = 0; row < joint.length; row += K) {
    // Far from every mean all K densities underflow to 0, and log 0 follows: take the row's maximum out.
    const top = joint[argmax(joint, row, K)];
    let sum = 0;
    for (let i = row; i < row + K; i += 1) sum += Math.exp(joint[i] - top);
    values[row / K] = top + Math.log(sum);
  }
  return values;
}

// log p(x_n | θ) of each point, (N,).
export const logDensity = (x, params) => logSumExp(logJoint(x, params), nComponents(params));

// Σ_n log p(x_n | θ) (Bishop 2006, eq. 9.14).
export const logLikelihood = (x, params) => logDensity(x, params).reduce((sum, value) => sum + value, 0);

// p(x_n | θ) of each point, in 1 / (data units)^D, (N,).
export const density = (x, params) => logDensity(x, params).map(Math.exp);

// The density at each node of a grid, row by row: values[j · xs.length + i] at (xs[i], ys[j]); one feature: without ys.
export function densityGrid(params, xs, ys) {
  if (!ys) return density(Float64Array.from(xs), params);
  const nodes = new Float64Array(2 * xs.length * ys.length);
  for (let n = 0; n < nodes.length / 2; n += 1) {
    nodes[2 * n] = xs[n % xs.length];
    nodes[2 * n + 1] = ys[Math.floor(n / xs.length)];
  }
  return density(nodes, params);
}

// The posterior q_k(x_n), whose rows sum to 1, and the log-likelihood at the same params (Bishop 2006, eq. 9.13).
export function eStep(x, params) {
  const K = nComponents(params), resp = logJoint(x, params);
  let sumOfLogs = 0;
  for (let row = 0; row < resp.length; row += K) {
    const top = resp[argmax(resp, row, K)];
    let sum = 0;
    for (let i = row; i < row + K; i += 1) sum += resp[i] = Math.exp(resp[i] - top);
    // Divide by the sum: exp(joint - log p) misses 1 by the rounding of log p, which is large far away.
    for (let i = row; i < row + K; i += 1) resp[i] /= sum;
    sumOfLogs += top + Math.log(sum);
  }
  return { resp, logLikelihood: sumOfLogs };
}

// The most likely component of each point; a tie goes to the lowest index.
export function assign(x, params) {
  const K = nComponents(params), joint = logJoint(x, params);
  return new Int32Array(joint.length / K).map((_, n) => argmax(joint, n * K, K) - n * K);
}

// Labels as responsibilities of 0 and 1, (N, K).
export function oneHot(labels, K) {
  const resp = new Float64Array(labels.length * K);
  labels.forEach((k, n) => { resp[n * K + k] = 1; });
  return resp;
}

// Σ_n log p(x_n, z_n | θ); minus infinity where a label has a component with π_k = 0.
export function completeLogLikelihood(x, labels, params) {
  const K = nComponents(params), joint = logJoint(x, params);
  return labels.reduce((sum, k, n) => sum + joint[n * K + k], 0);
}

// H(q) = -Σ q log q; 0 log 0 counts as 0, since 0 times infinity would be NaN. So it does in the next two.
export const entropy = (resp) => resp.reduce((sum, q) => (q > 0 ? sum - q * Math.log(q) : sum), 0);

// E_q[log p(X, Z | θ)]; minus infinity where q gives weight to a component with π_k = 0 (Bishop 2006, eq. 9.40).
export function expectedCompleteLogLikelihood(x, resp, params) {
  const joint = logJoint(x, params);
  return resp.reduce((sum, q, i) => (q > 0 ? sum + q * joint[i] : sum), 0);
}

// The bound L(q, θ) (Bishop 2006, eq. 9.71).
export const elbo = (x, resp, params) => expectedCompleteLogLikelihood(x, resp, params) + entropy(resp);

// KL(q || p(Z | X, θ)), computed on its own and not as a difference (Bishop 2006, eq. 9.72).
export function klGap(x, resp, params) {
  const K = nComponents(params), joint = logJoint(x, params), evidence = logSumExp(joint, K);
  return resp.reduce((sum, q, i) => (q > 0 ? sum + q * (Math.log(q) - (joint[i] - evidence[Math.floor(i / K)])) : sum), 0);
}
