// K-means by half-steps, as in gmm_lab.kmeans. Centres are Float64Array(K·D), inertia is in data units squared.

// The nearest centre of each point, a tie goes to the lowest index; and the sum of squared distances to them.
export function nearest(x, centres, nFeatures = 2) {
  const D = nFeatures, labels = new Int32Array(x.length / D);
  let inertia = 0;
  for (let n = 0; n < labels.length; n += 1) {
    let least = Infinity;
    for (let k = 0; k < centres.length / D; k += 1) {
      let squaredDistance = 0;
      for (let d = 0; d < D; d += 1) squaredDistance += (x[n * D + d] - centres[k * D + d]) ** 2;
      if (squaredDistance < least) [least, labels[n]] = [squaredDistance, k];
    }
    inertia += least;
  }
  return { labels, inertia };
}

// Each centre at the mean of its points; one without points stays where it is.
export function moveCentres(x, labels, centres, nFeatures = 2) {
  const D = nFeatures, sums = new Float64Array(centres.length), counts = new Float64Array(centres.length / D);
  labels.forEach((k, n) => {
    counts[k] += 1;
    for (let d = 0; d < D; d += 1) sums[k * D + d] += x[n * D + d];
  });
  return sums.map((sum, i) => (counts[Math.floor(i / D)] ? sum / counts[Math.floor(i / D)] : centres[i]));
}

// Both half-steps in turn until no label changes: { centres, labels, inertia, inertias, converged }; inertias has one
// entry for each step, the start included (Lloyd 1982).
export function kmeans(x, centres, nFeatures = 2, maxSteps = 1000) {
  const inertias = [];
  for (let step = 0, before = null; ; step += 1) {
    const { labels, inertia } = nearest(x, centres, nFeatures);
    inertias.push(inertia);
    const converged = before !== null && labels.every((k, n) => k === before[n]);
    if (converged || step === maxSteps) return { centres, labels, inertia, inertias, converged };
    centres = moveCentres(x, labels, centres, nFeatures);
    before = labels;
  }
}

// Equal weights and Σ_k = σ²I around the centres: the mixture for which hard EM is K-means; σ = sd in data units.
export function sphereMixture(centres, sd, nFeatures = 2) {
  const D = nFeatures, K = centres.length / D;
  return {
    weights: new Float64Array(K).fill(1 / K),
    means: centres.slice(),
    covariances: new Float64Array(K * D * D).map((_, i) => (i % (D * D) % (D + 1) ? 0 : sd ** 2)),
  };
}
