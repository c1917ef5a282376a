"""θ as one vector without constraints, for methods that add vectors: general optimisers and acceleration."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import logsumexp, softmax

from ._typing import Array
from ._validate import check_varies
from .mixture import MixtureParams, check_params


@dataclass(frozen=True, eq=False)
class Coordinates:
    """Softmax weights, means, and log-Cholesky factors, of data standardised by column so that units do not matter.

    A vector holds K logits, then K·D means, then for each component the lower triangle of its Cholesky factor, row
    by row, the diagonal as logarithms.

    References
    ----------
    Pinheiro and Bates (1996), section 3 (the log-Cholesky parametrisation); book section 2.5.
    """

    shift: Array  # (D,), data units
    unit: Array  # (D,), data units

    @classmethod
    def of(cls, x: Array) -> "Coordinates":
        """Coordinates for the points x (N, D); ValueError if a column is constant."""
        return cls(x.mean(axis=0), check_varies(x).std(axis=0))

    def standardise(self, x: Array) -> Array:
        """Points (N, D) in units of their standard deviations."""
        return (x - self.shift) / self.unit

    def pack(self, name: str, params: MixtureParams) -> Array:
        """The vector of `params`; ValueError naming the argument `name` if a weight is 0."""
        params = check_params(name, params)
        if not params.weights.all():
            raise ValueError(f"{name} has the weight 0 for component {params.weights.argmin()}. Leave it out.")
        lower = np.linalg.cholesky(params.covariances) / self.unit[:, np.newaxis]
        rows, columns = np.tril_indices(len(self.unit))
        entries = lower[:, rows, columns]
        entries[:, rows == columns] = np.log(entries[:, rows == columns])
        means = (params.means - self.shift) / self.unit
        return np.concatenate([np.log(params.weights), means.ravel(), entries.ravel()])

    def unpack(self, theta: Array) -> MixtureParams:
        """The mixture of a vector; ValueError if its numbers overflow or its covariances are singular in float64."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            weights, means, lower = unpack_standardised(theta, len(self.unit))
            lower = self.unit[:, np.newaxis] * lower
            covariances = lower @ lower.transpose(0, 2, 1)
        return MixtureParams(weights / weights.sum(), self.shift + self.unit * means, covariances)


def unpack_standardised(theta: Array, n_features: int) -> tuple[Array, Array, Array]:
    """Weights (K,), means (K, D) and lower Cholesky factors (K, D, D) of the standardised points."""
    rows, columns = np.tril_indices(n_features)
    n_components = theta.size // (1 + n_features + rows.size)
    logits, means, entries = np.split(theta, [n_components, n_components * (1 + n_features)])
    lower = np.zeros((n_components, n_features, n_features))
    lower[:, rows, columns] = entries.reshape(n_components, -1)
    diagonal = np.arange(n_features)
    lower[:, diagonal, diagonal] = np.exp(lower[:, diagonal, diagonal])
    return softmax(logits), means.reshape(n_components, n_features), lower


def value_and_gradient(y: Array, theta: Array) -> tuple[float, Array]:
    """Log-likelihood in nats of standardised points y (N, D), and its gradient by the vector `theta`.

    Minus infinity and a gradient of zeros where a number overflows: a line search then shortens its step.

    References
    ----------
    Book eqs. 5.4 to 5.6 for the gradients, followed here through softmax and logarithm by the chain rule.
    """
    n_features = y.shape[1]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        weights, means, lower = unpack_standardised(theta, n_features)
        offsets = y.T - means[:, :, np.newaxis]  # (K, D, N)
        if not (np.isfinite(lower).all() and np.diagonal(lower, axis1=1, axis2=2).all()):
            return -np.inf, np.zeros_like(theta)
        whitened = np.stack([solve(factor, offset) for factor, offset in zip(lower, offsets, strict=True)])
        log_scale = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
        joint = np.log(weights) - log_scale - 0.5 * ((whitened**2).sum(axis=1).T + n_features * np.log(2 * np.pi))
        evidence = logsumexp(joint, axis=1, keepdims=True)
        if not np.isfinite(evidence).all():
            return -np.inf, np.zeros_like(theta)
        resp = softmax(joint, axis=1)
        by_logit = resp.sum(axis=0) - len(y) * weights
        by_mean, by_entry = [], []
        for k, factor in enumerate(lower):
            weighted = whitened[k] * resp[:, k]
            by_mean.append(solve(factor, weighted.sum(axis=1), transposed=True))
            # With y - μ = L u, the derivative of log N by L is L⁻ᵀ (u uᵀ - I), of which the lower triangle is free.
            slope = solve(factor, weighted @ whitened[k].T - resp[:, k].sum() * np.eye(n_features), transposed=True)
            np.fill_diagonal(slope, np.diag(slope) * np.diag(factor))
            by_entry.append(slope[np.tril_indices(n_features)])
    return float(evidence.sum()), np.concatenate([by_logit, *by_mean, *by_entry])


def solve(lower: Array, right: Array, *, transposed: bool = False) -> Array:
    """L⁻¹ right, or L⁻ᵀ right."""
    return solve_triangular(lower, right, lower=True, trans="T" if transposed else "N", check_finite=False)
