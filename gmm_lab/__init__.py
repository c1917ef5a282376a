"""Reference code for the book, one module per chapter idea: the names that its chapters call.

What is built on them is reached through its module, as in `from gmm_lab import trace`: `trace` has runs by half-steps
as JSON and compared, `selection` the folds, `datasets` the data. `exercises`, `plots` and `widgets` are imported by
name.
"""

from . import datasets, selection, trace
from .anomaly import is_anomaly, log_threshold
from .convergence import BestFit, best_of, convergence_rate, fit_accelerated
from .covariance import diagonal, spherical, tied
from .elbo import elbo, entropy, expected_complete_log_likelihood, kl_gap
from .gaussian import log_gaussian
from .hard_em import HardEMState, assign, hard_em, hard_em_states
from .initialization import kmeans_plus_plus, kmeans_start, random_start
from .kmeans import KMeansFit, KMeansState, equal_spheres, kmeans, kmeans_states
from .likelihood import Fit, complete_log_likelihood, complete_mle, fit_direct, log_likelihood
from .mixture import MixtureParams, log_density, log_joint, sample
from .moments import ComponentCollapsed
from .selection import aic, bic, cross_validate, icl, n_free_parameters
from .soft_em import EMState, e_step, em_states, fit, m_step
from .trace import em_half_steps, hard_em_half_steps, kmeans_half_steps

# fmt: off
__all__ = [
    "BestFit", "ComponentCollapsed", "EMState", "Fit", "HardEMState", "KMeansFit", "KMeansState", "MixtureParams",
    "aic", "assign", "best_of", "bic", "complete_log_likelihood", "complete_mle", "convergence_rate",
    "cross_validate", "datasets", "diagonal", "e_step", "elbo", "em_half_steps", "em_states", "entropy",
    "equal_spheres", "expected_complete_log_likelihood", "fit", "fit_accelerated", "fit_direct", "hard_em",
    "hard_em_half_steps", "hard_em_states", "icl", "is_anomaly", "kl_gap", "kmeans", "kmeans_half_steps",
    "kmeans_plus_plus", "kmeans_start", "kmeans_states", "log_density", "log_gaussian", "log_joint",
    "log_likelihood", "log_threshold", "m_step", "n_free_parameters", "random_start", "sample", "selection",
    "spherical", "tied", "trace",
]
# fmt: on
