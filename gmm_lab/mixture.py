"""Chapter 1: a mixture of Gaussians, its density, and how it generates points."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import logsumexp

from ._convert import as_floats, shown
from ._typing import Array, Labels
from ._validate import check_count, check_data, check_mixture, check_rng, check_same_features
from ._value import Value
from .gaussian import _log_gaussian


@dataclass(frozen=True, eq=False)
class MixtureParams(Value):
    """Parameters θ = (π, μ, Σ) of K Gaussians in D dimensions.

    Parameters
    ----------
    weights : (K,) array
        Mixing proportions π_k, non-negative, sum to 1.
    means : (K, D) array
        μ_k, in data units.
    covariances : (K, D, D) array
        Σ_k, symmetric positive definite, in data units squared.

    Raises
    ------
    ValueError
        If shapes disagree, π is not a distribution, or a Σ_k is not symmetric positive definite.

    References
    ----------
    Bishop (2006), eq. 9.7.
    """

    weights: Array
    means: Array
    covariances: Array

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, np.array(as_floats(field.name, getattr(self, field.name))))
        super().__post_init__()
        check_mixture(self.weights, self.means, self.covariances)

    @property
    def n_components(self) -> int:
        """K."""
        return len(self.means)

    @property
    def n_features(self) -> int:
        """D."""
        return self.means.shape[1]


def check_params(name: str, params: object, n_features: int | None = None) -> MixtureParams:
    """Return `params` if it is a MixtureParams, of D = `n_features` where x gives it; a bare tuple is not checked."""
    if not isinstance(params, MixtureParams):
        raise ValueError(
            f"{name} must be a MixtureParams, got {shown(params)}. Wrap weights, means and covariances in one."
        )
    if n_features not in (None, params.n_features):
        raise ValueError(f"{name} has D = {params.n_features}, but x has D = {n_features}. Give both the same.")
    return params


def check_pair(x: object, name: str, params: object) -> tuple[Array, MixtureParams]:
    """Return points (N, D) and a mixture that have the same D."""
    x, params = check_data(x), check_params(name, params)
    check_same_features(x, params.n_features)
    return x, params


def log_joint(x: object, params: MixtureParams) -> Array:
    """log p(x_n, z_n = k | θ) of each point with each component.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    params : MixtureParams
        K components in the same D.

    Returns
    -------
    (N, K) array
        log π_k + log N(x_n | μ_k, Σ_k) in nats; minus infinity where π_k is 0.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or its D is not that of `params`.

    References
    ----------
    Bishop (2006), eq. 9.12 (the terms of its sum); book section 5.1.
    """
    return _log_joint(*check_pair(x, "params", params))


def _log_joint(x: Array, params: MixtureParams) -> Array:
    """The kernel of `log_joint`, for points (N, D) that have been checked."""
    with np.errstate(divide="ignore"):  # an empty component has log π_k = -inf, and that is the right value
        log_weights = np.log(params.weights)
    components = zip(params.means, params.covariances, strict=True)
    return log_weights + np.stack([_log_gaussian(x, mean, covariance) for mean, covariance in components], axis=1)


def log_density(x: object, params: MixtureParams) -> Array:
    """log p(x_n | θ) of each point, in nats, shape (N,).

    Parameters and errors are those of `log_joint`. A density is not a probability: it has the unit of
    1 / (data units)^D, its logarithm may be positive, and it moves when the data are rescaled.

    References
    ----------
    Bishop (2006), eq. 9.7.
    """
    # In the log domain: far from every mean all K densities underflow to 0, and log 0 follows.
    return logsumexp(log_joint(x, params), axis=1)


def sample(params: MixtureParams, n: int, rng: np.random.Generator) -> tuple[Array, Labels]:
    """Draw n points by ancestral sampling: first the component, then the point.

    Parameters
    ----------
    params : MixtureParams
        K components in D dimensions.
    n : int
        Number of points, at least 1.
    rng : numpy.random.Generator
        Source of randomness; it advances.

    Returns
    -------
    x : (n, D) array
        Points, in data units.
    z : (n,) integer array
        The component, 0 to K - 1, that each point was drawn from.

    Raises
    ------
    ValueError
        If `n` is not a whole number of at least 1, or `rng` is not a Generator.

    References
    ----------
    Bishop (2006), section 8.1.2 and figure 9.5.
    """
    params, n, rng = check_params("params", params), check_count("n", n), check_rng(rng)
    # Generators draw 64-bit integers on every machine; an index may have 32.
    labels = rng.choice(params.n_components, size=n, p=params.weights).astype(np.intp, copy=False)
    lower = np.linalg.cholesky(params.covariances)
    x = rng.standard_normal((n, params.n_features))
    for k, mean in enumerate(params.means):  # by component: lower[z] would hold a matrix for each point
        own = labels == k
        x[own] = mean + np.einsum("ij,nj->ni", lower[k], x[own])
    return x, labels
