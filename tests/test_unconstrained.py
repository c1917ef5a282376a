import numpy as np
import pytest
from cases import awkward_case
from scipy.optimize import approx_fprime

from gmm_lab import MixtureParams, log_likelihood
from gmm_lab.unconstrained import Coordinates, value_and_gradient


def test_there_and_back_is_the_same_mixture():
    x, params = awkward_case()
    coordinates = Coordinates.of(x * [1, 1e6] + 1e3)
    back = coordinates.unpack(coordinates.pack("params", params))
    for name in ("weights", "means", "covariances"):
        np.testing.assert_allclose(getattr(back, name), getattr(params, name), rtol=1e-9, atol=1e-9)


def test_any_vector_is_a_mixture():
    x, params = awkward_case()
    coordinates, rng = Coordinates.of(x), np.random.default_rng(0)
    size = coordinates.pack("params", params).size
    for _ in range(20):
        assert isinstance(coordinates.unpack(rng.normal(size=size)), MixtureParams)


@pytest.mark.parametrize("seed", range(5))
def test_value_and_gradient_are_those_of_the_log_likelihood(seed):
    x, params = awkward_case(seed)
    coordinates = Coordinates.of(x)
    theta, y = coordinates.pack("params", params), coordinates.standardise(x)
    value, gradient = value_and_gradient(y, theta)
    assert value == pytest.approx(log_likelihood(x, params) + len(x) * np.log(coordinates.unit).sum(), rel=1e-12)
    numeric = approx_fprime(theta, lambda theta: log_likelihood(x, coordinates.unpack(theta)), 1e-7)
    np.testing.assert_allclose(gradient, numeric, atol=1e-4 * np.abs(numeric).max())


@pytest.mark.parametrize("huge", [800.0, -800.0])
def test_a_vector_beyond_the_floats_has_likelihood_zero_and_no_warning(huge):
    x, params = awkward_case()
    coordinates = Coordinates.of(x)
    theta = coordinates.pack("params", params)
    theta[-1] = huge  # the logarithm of a standard deviation
    value, gradient = value_and_gradient(coordinates.standardise(x), theta)
    assert value == -np.inf
    np.testing.assert_array_equal(gradient, 0)
    with pytest.raises(ValueError, match="covariances"):
        coordinates.unpack(theta)
