"""One Gaussian: its log-density by a Cholesky factor, and the scatter that a fit to it needs."""

import numpy as np

from ._factors import factors, solve
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
    return _log_gaussian(x, mean, covariance)


def _log_gaussian(x: Array, mean: Array, covariance: Array) -> Array:
    """The kernel of `log_gaussian`, for arrays that have been checked (Bishop 2006, eq. 2.43)."""
    lowers = factors(covariance)
    with np.errstate(over="ignore", invalid="ignore"):
        # Solve, do not invert: a sum of squares cannot come out negative, whatever the rounding.
        whitened = (x - mean).T
        for lower in lowers:
            whitened = solve(lower, whitened)
        squared_distance = (whitened**2).sum(axis=0)
    log_determinant = sum(2 * np.log(np.diag(lower)).sum() for lower in lowers)
    if not np.isfinite(squared_distance).all():
        n = (~np.isfinite(squared_distance)).argmax()
        raise ValueError(
            f"x[{n}] = {x[n]} is so far from the mean {mean} that its distance overflows. Check the units."
        )
    return -0.5 * (squared_distance + log_determinant + mean.size * np.log(2 * np.pi))


def scatter(x: Array, share: Array, mean: Array) -> Array:
    """Σ_n share_n (x_n - μ)(x_n - μ)ᵀ, shape (D, D), for x (N, D) and share (N,) (Bishop 2006, eq. 9.25)."""
    # Centre first: Σ share x xᵀ - count μμᵀ loses every digit when the data are far from the origin.
    # The product of a matrix with its own transpose also comes out symmetric to the last bit.
    half = np.sqrt(share)[:, np.newaxis] * (x - mean)
    return half.T @ half
