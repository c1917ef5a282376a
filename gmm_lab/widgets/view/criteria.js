// Scores for the number of components, as in gmm_lab.selection; in nats, lower is better. A structure is "full", "tied",
// "diagonal" or "spherical", the name of the M-step that fitted the covariances.

import { assign, completeLogLikelihood, logLikelihood, nComponents, nFeatures } from "./kernel.js";

// Free entries of all K covariances together.
const COVARIANCE_PARAMETERS = {
  full: (K, D) => (K * D * (D + 1)) / 2,
  tied: (K, D) => (D * (D + 1)) / 2,
  diagonal: (K, D) => K * D,
  spherical: (K) => K,
};

// K - 1 weights (they sum to 1), K·D means, and the covariances.
export const nFreeParameters = (K, D, structure = "full") => K - 1 + K * D + COVARIANCE_PARAMETERS[structure](K, D);

// Schwarz (1978).
export const bic = (x, params, structure) => -2 * logLikelihood(x, params) + logPenalty(x, params, structure);

// Akaike (1974).
export const aic = (x, params, structure) => -2 * logLikelihood(x, params) + 2 * parametersOf(params, structure);

// Biernacki, Celeux and Govaert (2000), at the most likely labels.
export const icl = (x, params, structure) => (
  -2 * completeLogLikelihood(x, assign(x, params), params) + logPenalty(x, params, structure));

const parametersOf = (params, structure) => nFreeParameters(nComponents(params), nFeatures(params), structure);

const logPenalty = (x, params, structure) => parametersOf(params, structure) * Math.log(x.length / nFeatures(params));
