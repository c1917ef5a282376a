"""Cholesky factors of a covariance, repaired where rounding would show."""

from itertools import product

import numpy as np
from scipy.linalg import solve_triangular

from ._typing import Array

# Below this share of a variance that the earlier coordinates do not explain, rounding shows in the twelfth digit.
NARROW = 1e-3


def factors(covariance: Array) -> list[Array]:
    """Lower triangular matrices whose product L has Σ = L Lᵀ: one, or two where Σ is ill-conditioned."""
    lower = np.linalg.cholesky(covariance)
    if not (np.diag(lower) ** 2 < NARROW * np.diag(covariance)).any():
        return [lower]
    with np.errstate(over="ignore", invalid="ignore"):
        # Σ = L (I + E) Lᵀ, where the rounding of L makes E as large as the condition number times 1e-16.
        error = solve(lower, solve(lower, _residual(covariance, lower)).T)
        return [lower, np.linalg.cholesky(np.eye(len(lower)) + error)]


def solve(lower: Array, right: Array) -> Array:
    """L⁻¹ right."""
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
        for column, other in zip(left.T, right.T, strict=True):
            term = np.outer(-column, other)
            before, total = total, total + term
            change = total - before
            rounded_off += (before - (total - change)) + (term - change)
    return total + rounded_off
