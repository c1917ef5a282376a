import numpy as np
import pytest
from cases import awkward_case
from scipy.stats import chi2

from gmm_lab import MixtureParams, is_anomaly, log_density, log_threshold, sample


def test_threshold_is_the_quantile_with_linear_interpolation():
    x, params = awkward_case()
    ordered = np.sort(log_density(x, params))
    place = 0.05 * (len(x) - 1)
    low, part = int(place), place % 1
    assert log_threshold(x, params, 0.05) == pytest.approx((1 - part) * ordered[low] + part * ordered[low + 1])
    assert log_threshold(x, params, 0) == ordered[0]
    assert log_threshold(x, params, 1) == ordered[-1]


def test_a_point_on_the_threshold_is_flagged():
    x, params = awkward_case()
    threshold = float(np.sort(log_density(x, params))[6])
    assert is_anomaly(x, params, threshold).sum() == 7
    assert not is_anomaly(x, params, -np.inf).any()
    assert is_anomaly(x, params, np.inf).all()


def test_one_gaussian_is_the_mahalanobis_distance():
    params = MixtureParams([1.0], [[1.0, 2, 3]], [[[2, 0.5, 0], [0.5, 1, 0.2], [0, 0.2, 3]]])
    x, _ = sample(params, 5000, np.random.default_rng(0))
    centred = x - params.means[0]
    squared = np.einsum("ni,ij,nj->n", centred, np.linalg.inv(params.covariances[0]), centred)
    radius = chi2(3).ppf(0.99)
    edge = params.means + np.sqrt(radius) * np.linalg.cholesky(params.covariances[0])[:, 0]
    flagged = is_anomaly(x, params, log_density(edge, params)[0])
    np.testing.assert_array_equal(flagged, squared >= radius)
    assert flagged.mean() == pytest.approx(0.01, abs=4 * np.sqrt(0.01 * 0.99 / 5000))


def test_the_threshold_moves_with_the_unit_and_the_flags_do_not():
    x, params = awkward_case()
    unit = np.array([60.0, 1e-3])
    moved = MixtureParams(params.weights, params.means * unit, params.covariances * np.outer(unit, unit))
    threshold, other = log_threshold(x, params, 0.1), log_threshold(x * unit, moved, 0.1)
    assert other == pytest.approx(threshold - np.log(unit).sum())
    np.testing.assert_array_equal(is_anomaly(x, params, threshold - 1e-9), is_anomaly(x * unit, moved, other - 1e-9))


@pytest.mark.parametrize("fraction", [-0.1, 1.1, np.nan, "few", None, True])
def test_bad_fraction_is_named(fraction):
    with pytest.raises(ValueError, match="fraction must be a share of the points, from 0 to 1, got"):
        log_threshold(*awkward_case(), fraction)


@pytest.mark.parametrize("threshold", [np.nan, [0.0, 1.0], "low", None])
def test_bad_threshold_is_named(threshold):
    with pytest.raises(ValueError, match="threshold"):
        is_anomaly(*awkward_case(), threshold)
