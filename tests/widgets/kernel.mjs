// Runs copies of the kernel on listed states: node kernel.mjs STATES.json FOLDER..., writes FOLDER/numbers.f64 for each,
// all numbers of all states in the order of tests/kernel_reference.py. A copy that throws has NaN for that state.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const EVENTS = { "no points": 1, "no spread": 2, "too few places": 3, "constant feature": 4 };

const load = async (folder) => {
  const names = ["kernel", "moments", "kmeans", "criteria", "random"];
  return Object.assign({}, ...await Promise.all(names.map((name) => import(pathToFileURL(`${folder}/${name}.js`)))));
};

// A function that returns the listed uniforms one by one.
const listed = (uniforms) => {
  let at = 0;
  return () => uniforms[at++];
};

function numbersOf(gmm, state) {
  const x = Float64Array.from(state.x), resp = Float64Array.from(state.resp);
  const params = gmm.mixtureParams(state.weights, state.means, state.covariances);
  const K = gmm.nComponents(params), D = gmm.nFeatures(params), N = x.length / D;
  const numbers = [];
  const add = (...values) => values.forEach((value) => (value.length === undefined ? numbers.push(value) : numbers.push(...value)));
  const addEvent = (event) => add(event ? EVENTS[event.name] : 0, event?.component ?? event?.feature ?? 0);
  const addOutcome = ({ params: found, event }) => {
    addEvent(event);
    if (found) add(found.weights, found.means, found.covariances);
    else add(new Float64Array(K + K * D + K * D * D));
  };

  const { resp: posterior, logLikelihood } = gmm.eStep(x, params);
  const rowSums = Array.from({ length: N }, (_, n) => posterior.subarray(n * K, (n + 1) * K).reduce((sum, q) => sum + q, 0));
  add(gmm.logJoint(x, params), gmm.logDensity(x, params), gmm.logLikelihood(x, params), posterior, rowSums, logLikelihood);
  add(gmm.assign(x, params));
  const column = (d, count) => x.filter((_, i) => i % D === d).slice(0, count);
  add(D === 2 ? gmm.densityGrid(params, column(0, 3), column(1, 2)) : gmm.densityGrid(params, column(0, 3)));

  const labels = Int32Array.from({ length: N }, (_, n) => {
    const row = resp.subarray(n * K, (n + 1) * K);
    return row.indexOf(Math.max(...row));
  });
  add(gmm.entropy(resp), gmm.expectedCompleteLogLikelihood(x, resp, params), gmm.elbo(x, resp, params));
  add(gmm.klGap(x, resp, params), gmm.completeLogLikelihood(x, labels, params));
  add(gmm.nFreeParameters(K, D, state.structure));
  add({ BIC: gmm.bic, AIC: gmm.aic, ICL: gmm.icl }[state.criterion](x, params, state.structure));
  for (const step of Object.values(gmm.M_STEPS)) addOutcome(step(x, resp, K));
  addOutcome(gmm.completeMle(x, labels, K));

  const first = gmm.nearest(x, params.means, D), end = gmm.kmeans(x, params.means, D);
  add(first.labels, first.inertia, gmm.moveCentres(x, first.labels, params.means, D));
  add(end.centres, end.labels, end.inertia, end.inertias.reduce((sum, value) => sum + value, 0));
  add(end.inertias.length, Number(end.converged));
  const spheres = gmm.sphereMixture(params.means, 0.3, D);
  add(spheres.weights, spheres.covariances);

  const drawn = gmm.sample(params, 5, listed(state.uniforms));
  add(drawn.labels, drawn.x);
  addOutcome(gmm.randomStart(x, K, listed(state.uniforms), D));
  const { centres, event } = gmm.kmeansPlusPlus(x, K, listed(state.uniforms), D);
  addEvent(event);
  add(centres ?? new Float64Array(K * D));
  addOutcome(gmm.kmeansStart(x, K, listed(state.uniforms), D));
  return numbers;
}

const [, , states, ...folders] = process.argv;
const { all, lengths } = JSON.parse(readFileSync(states, "utf8"));
for (const folder of folders) {
  const gmm = await load(folder);
  const numbers = all.map((state, i) => {
    try {
      const values = numbersOf(gmm, state);
      if (values.length !== lengths[i]) throw new RangeError(`${values.length} numbers, not ${lengths[i]}`);
      return values;
    } catch (error) {
      if (folder === folders[0]) console.error(`state ${i}: ${error.stack}`);
      return new Array(lengths[i]).fill(NaN);
    }
  });
  writeFileSync(`${folder}/numbers.f64`, Float64Array.from(numbers.flat()));
}
