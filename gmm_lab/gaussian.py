"""One Gaussian: its log-density by a Cholesky factor, and the scatter that a fit to it needs."""

from itertools import product

import numpy as np
from scipy.linalg import solve_triangular

from ._typing import Array
from ._validate import as_floats, check_covariance, check_data, check_finite, check_same_features


def log_gaussian(x: object, mean: object, covariance: object) -> Array:
    """log N(x_n | μ, Σ) of each point.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    mean : (D,) array
        μ, in data units.
    covariance : (D, D) array
        Σ, symmetric positive definite, in data units squared.

    Returns
    -------
    (N,) array
        Log-densities in nats; the density itself has the unit of 1 / (data units)^D.

    Raises
    ------
    ValueError
        If shapes disagree, an entry is not finite, Σ is not symmetric positive definite, or a point is so
        far away that its squared distance overflows.

    References
    ----------
    Bishop (2006), eq. 2.43.
    """
    x, mean, covariance = check_data(x), as_floats("mean", mean), as_floats("covariance", covariance)
    if mean.ndim != 1 or covariance.shape != (mean.size, mean.size):
        raise ValueError(f"mean must have shape (D,) and covariance (D, D), got {mean.shape} and {covariance.shape}.")
    check_same_features(x, mean.size)
    check_finite("mean", mean, "Give a finite place.")
    check_finite("covariance", covariance, "Give a finite spread.")
    check_covariance("covariance", covariance)
    lower = np.linalg.cholesky(covariance)
    with np.errstate(over="ignore", invalid="ignore"):
        # Solve, do not invert: a sum of squares cannot come out negative, whatever the rounding.
        whitened = _solve(lower, (x - mean).T)
        log_determinant = 2 * np.log(np.diag(lower)).sum()
        if (np.diag(lower) ** 2 < NARROW * np.diag(covariance)).any():
            # Σ = L (I + E) Lᵀ, where the rounding of L makes E as large as the condition number times 1e-16.
            error = _solve(lower, _solve(lower, _residual(covariance, lower)).T)
            repair = np.linalg.cholesky(np.eye(mean.size) + error)
            whitened = _solve(repair, whitened)
            log_determinant += 2 * np.log(np.diag(repair)).sum()
        squared_distance = (whitened**2).sum(axis=0)
    if not np.isfinite(squared_distance).all():
        n = (~np.isfinite(squared_distance)).argmax()
        raise ValueError(
            f"x[{n}] = {x[n]} is so far from the mean {mean} that its distance overflows. Check the units."
        )
    return -0.5 * (squared_distance + log_determinant + mean.size * np.log(2 * np.pi))


# Below this share of a variance that the earlier coordinates do not explain, rounding shows in the twelfth digit.
NARROW = 1e-3


def _solve(lower: Array, right: Array) -> Array:
    return solve_triangular(lower, right, lower=True, check_finite=False)


def _residual(matrix: Array, lower: Array) -> Array:
    """Matrix - L Lᵀ, both (D, D), in twice the working precision (Dekker 1971); its lower triangle counts."""
    # Products of halves of 26 bits are exact, and what a sum rounds off is exact as well: keep both.
    scaled = lower * (2.0**27 + 1)
    high = scaled - (scaled - lower)
    halves = (high, lower - high)
    total = np.tril(matrix) + np.tril(matrix, -1).T  # the half that the factor was made of
    rounded_off = np.zeros_like(matrix)
    for left, right in product(halves, halves):
        for term in -left.T[:, :, np.newaxis] * right.T[:, np.newaxis, :]:
            before, total = total, total + term
            change = total - before
            rounded_off += (before - (total - change)) + (term - change)
    return total + rounded_off


def scatter(x: Array, share: Array, mean: Array) -> Array:
    """Σ_n share_n (x_n - μ)(x_n - μ)ᵀ, shape (D, D), for x (N, D) and share (N,) (Bishop 2006, eq. 9.25)."""
    # Centre first: Σ share x xᵀ - count μμᵀ loses every digit when the data are far from the origin.
    # The product of a matrix with its own transpose also comes out symmetric to the last bit.
    half = np.sqrt(share)[:, np.newaxis] * (x - mean)
    return half.T @ half
