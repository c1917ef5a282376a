import mpmath
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from gmm_lab.gaussian import log_gaussian, scatter

MEAN = np.array([1.0, -2.0, 0.5])
COVARIANCE = np.array([[4.0, 1.0, 0.3], [1.0, 0.5, -0.1], [0.3, -0.1, 2.0]])


def exact_log_gaussian(x, mean, covariance):
    """The formula as printed, in 60 digits."""
    with mpmath.workdps(60):
        centred = mpmath.matrix([mpmath.mpf(float(a)) - mpmath.mpf(float(b)) for a, b in zip(x, mean, strict=True)])
        matrix = mpmath.matrix(covariance.tolist())
        distance = (centred.T * mpmath.lu_solve(matrix, centred))[0]
        return float(-(distance + mpmath.log(mpmath.det(matrix)) + len(mean) * mpmath.log(2 * mpmath.pi)) / 2)


def test_density_is_scipys():
    x = np.random.default_rng(1).normal(size=(50, 3)) * 3
    np.testing.assert_allclose(
        log_gaussian(x, MEAN, COVARIANCE), multivariate_normal(MEAN, COVARIANCE).logpdf(x), 1e-12
    )


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_density_survives_scale_and_offset(scale, offset):
    x = scale * (np.random.default_rng(2).normal(size=(5, 3)) + offset)
    mean, covariance = scale * (MEAN + offset), scale**2 * COVARIANCE
    exact = [exact_log_gaussian(row, mean, covariance) for row in x]
    np.testing.assert_allclose(log_gaussian(x, mean, covariance), exact, rtol=1e-12)


def test_scatter_is_the_weighted_sum_of_outer_products_and_exactly_symmetric():
    rng = np.random.default_rng(3)
    x, share = rng.normal(size=(40, 3)), rng.uniform(size=40)
    summed = sum(s * np.outer(row - MEAN, row - MEAN) for s, row in zip(share, x, strict=True))
    result = scatter(x, share, MEAN)
    np.testing.assert_allclose(result, summed, rtol=1e-12)
    np.testing.assert_array_equal(result, result.T)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean": MEAN[:2]}, r"mean must have shape \(D,\) and covariance \(D, D\), got \(2,\) and \(3, 3\)"),
        ({"covariance": -COVARIANCE}, r"covariance\[0, 0\] is -4.0, but a variance must be positive"),
        ({"x": [[1e140, 0, 0]], "covariance": 1e-60 * COVARIANCE}, r"x\[0\] = .* so far .* Check the units"),
        ({"mean": [np.nan, 0, 0]}, r"mean\[0\] is nan"),
        ({"covariance": np.full((3, 3), np.inf)}, r"covariance\[0, 0\] is inf"),
    ],
)
def test_bad_input_is_located_and_a_remedy_offered(change, message):
    with pytest.raises(ValueError, match=message):
        log_gaussian(**({"x": [[0.0, 0, 0]], "mean": MEAN, "covariance": COVARIANCE} | change))
