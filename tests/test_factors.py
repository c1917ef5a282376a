import mpmath
import numpy as np

from gmm_lab._factors import factors, solve


def covariance(condition):
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    matrix = turn @ np.diag(np.geomspace(1, 1 / condition, 4)) @ turn.T
    return (matrix + matrix.T) / 2


def product_error(matrix):
    """Largest relative error of log det Σ and of a squared distance, against 60 digits."""
    lowers = factors(matrix)
    y = np.arange(1.0, 5.0)
    for lower in lowers:
        y = solve(lower, y)
    ours = np.array([sum(2 * np.log(np.diag(lower)).sum() for lower in lowers), y @ y])
    with mpmath.workdps(60):
        exact = mpmath.matrix(matrix.tolist())
        at = mpmath.matrix([1, 2, 3, 4])
        want = [mpmath.log(mpmath.det(exact)), (at.T * mpmath.lu_solve(exact, at))[0]]
        return float(max(abs((one - other) / other) for one, other in zip(ours, want, strict=True)))


def test_a_tame_covariance_has_one_factor_and_a_narrow_one_two():
    assert len(factors(covariance(10.0))) == 1
    assert len(factors(covariance(1e10))) == 2


def test_factors_are_right_to_twelve_digits_whatever_the_condition():
    for condition in (10.0, 1e6, 1e10):
        assert product_error(covariance(condition)) < 1e-12
