"""Where rounding hurts: the log-likelihood, before and after EM, against 60-digit arithmetic."""

from itertools import islice

import exact
import numpy as np
import pytest

from gmm_lab import MixtureParams, em_states, fit, log_likelihood, sample

TOLERANCE = 1e-10


def mixture(n_features, rng):
    factors = rng.normal(size=(2, n_features, n_features)) / np.sqrt(n_features)
    covariances = factors @ factors.transpose(0, 2, 1) + 0.2 * np.eye(n_features)
    return MixtureParams(rng.dirichlet([5, 5]), 3 * rng.normal(size=(2, n_features)), covariances)


def mapped(matrix, shift=0.0):
    """Data and mixture of two dimensions, moved by x -> A x + b."""
    rng = np.random.default_rng(0)
    params = mixture(2, rng)
    x, _ = sample(params, 60, rng)
    covariances = matrix @ params.covariances @ matrix.T
    covariances = (covariances + covariances.transpose(0, 2, 1)) / 2  # the product is symmetric but for rounding
    return x @ matrix.T + shift, MixtureParams(params.weights, params.means @ matrix.T + shift, covariances)


def drawn(n_features):
    rng = np.random.default_rng(1)
    params = mixture(n_features, rng)
    return sample(params, 60, rng)[0], params


def tight_component():
    params = MixtureParams([0.5, 0.5], [[0, 0], [1, 1]], [np.eye(2), 1e-12 * np.array([[1, 0.5], [0.5, 1]])])
    return sample(params, 60, np.random.default_rng(2))[0], params


def far_points():
    x, params = mapped(np.eye(2))
    return np.vstack([x, params.means[0] + 1e4, params.means[1] - [3e4, 1e4]]), params


def as_many_components_as_points():
    x = np.random.default_rng(3).normal(size=(5, 2))
    return x, MixtureParams(np.full(5, 0.2), x, [0.1 * np.eye(2)] * 5)


def tiny_weight():
    params = MixtureParams([1 - 1e-12, 1e-12], [[0, 0], [9, 9]], [np.eye(2)] * 2)
    return np.vstack([np.random.default_rng(4).normal(size=(59, 2)), [[9, 9]]]), params


TURN = np.array([[0.6, -0.8], [0.8, 0.6]])
CASES = {
    "offset 1e6": lambda: mapped(np.eye(2), 1e6),
    "scale 1e-8": lambda: mapped(1e-8 * np.eye(2)),
    "scale 1e8": lambda: mapped(1e8 * np.eye(2)),
    "condition 1e10, by coordinate": lambda: mapped(np.diag([1, 1e-5])),
    "condition 1e10, turned": lambda: mapped(TURN @ np.diag([1, 1e-5]) @ TURN.T),
    "condition 1e10, turned, offset 1e3": lambda: mapped(TURN @ np.diag([1, 1e-5]) @ TURN.T, 1e3),
    "component with sd 1e-6": tight_component,
    "points 1e4 sd away": far_points,
    "N = K": as_many_components_as_points,
    "D = 1": lambda: drawn(1),
    "D = 50": lambda: drawn(50),
    "weight 1e-12": tiny_weight,
}


# Here EM itself soon runs into a collapse: too few points for the components, or two points by themselves.
CROWDED = ("N = K", "D = 50", "weight 1e-12", "points 1e4 sd away")


def relative_error(x, params):
    want = exact.log_likelihood(x, params)
    return float(abs((log_likelihood(x, params) - want) / want))


@pytest.mark.parametrize("name", CASES)
def test_log_likelihood_is_right_to_ten_digits(name):
    assert relative_error(*CASES[name]()) < TOLERANCE


@pytest.mark.parametrize("name", [name for name in CASES if name not in CROWDED])
def test_it_stays_right_and_rises_on_the_way_of_em(name):
    x, start = CASES[name]()
    states = list(islice(em_states(x, start), 12))
    assert relative_error(x, states[-1].params) < TOLERANCE
    assert states[-1].log_likelihood == log_likelihood(x, states[-1].params)
    values = np.array([state.log_likelihood for state in states])
    assert np.diff(values).min() >= -1e-12 * np.abs(values).max()


@pytest.mark.parametrize(("unit", "shift"), [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e6)])
def test_the_whole_fit_does_not_see_the_unit_or_the_origin(unit, shift):
    x, start = mapped(np.eye(2))
    moved_x, moved_start = mapped(unit * np.eye(2), shift)
    plain, moved = fit(x, start), fit(moved_x, moved_start)
    assert moved.n_steps == plain.n_steps
    shifted = plain.log_likelihood - x.size * np.log(unit)
    assert moved.log_likelihood == pytest.approx(shifted, rel=1e-10)
