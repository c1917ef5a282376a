import sys
from itertools import islice

import exact
import numpy as np
import pytest
from cases import FAITHFUL_MAXIMUM, awkward_case, faithful_split
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from gmm_lab import (
    ComponentCollapsed,
    MixtureParams,
    e_step,
    em_states,
    fit,
    fit_accelerated,
    hard_em,
    kmeans,
    log_density,
    m_step,
)


def test_responsibilities_are_bayes_rule_written_out():
    x, params = awkward_case()
    components = zip(params.weights, params.means, params.covariances, strict=True)
    joint = np.stack([w * multivariate_normal(mean, cov).pdf(x) for w, mean, cov in components], axis=1)
    resp, log_likelihood = e_step(x, params)
    np.testing.assert_allclose(resp, joint / joint.sum(axis=1, keepdims=True), rtol=1e-9, atol=1e-300)
    assert log_likelihood == pytest.approx(np.log(joint.sum(axis=1)).sum())


def test_responsibilities_far_from_every_mean_are_a_distribution():
    x, params = awkward_case()
    resp, _ = e_step(x[:3] * 1e4, params)
    np.testing.assert_allclose(resp.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("distance", [1.0, 1e3, 1e6, 1e7, 1e8, 1e15, 1e50, 1e140])
def test_shares_are_as_right_as_the_squared_distances(distance):
    """Against 60 digits, right up to the rounding of the squared distance; and always a distribution."""
    pair = MixtureParams([0.5, 0.5], [[1.0, 0.0], [-1.0, 0.0]], [np.eye(2)] * 2)
    x = np.array([[0.0, 1.0], [0.3, 1.0], [-2.0, 1.0], [0.1, -1.0]]) * [1.0, distance]
    resp, _ = e_step(x, pair)
    np.testing.assert_allclose(resp.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_array_equal(resp[0], 0.5)
    assert resp.min() > 1e-3 or distance > 1e7
    if distance < 1e8:
        np.testing.assert_allclose(resp, exact.responsibilities(x, pair), rtol=np.spacing(distance**2) + 1e-15)


def test_em_takes_its_own_responsibilities_back_from_far_points():
    pair = MixtureParams([0.5, 0.5], [[1.0, 0.0], [-1.0, 0.0]], [np.eye(2)] * 2)
    for far in (1e5, 1e6, 1e9):
        result = fit([[0.0, far], [0.0, 1.0], [1.0, 2.0], [2.0, 0.5]], pair, max_steps=3)
        assert np.isfinite(result.log_likelihoods).all()


def test_m_step_is_a_weighted_average():
    x, params = awkward_case()
    resp, _ = e_step(x, params)
    new = m_step(x, resp)
    np.testing.assert_allclose(new.weights, resp.mean(axis=0), rtol=1e-12)
    for k in range(3):
        np.testing.assert_allclose(new.means[k], np.average(x, axis=0, weights=resp[:, k]), rtol=1e-12)
        np.testing.assert_allclose(new.covariances[k], np.cov(x.T, aweights=resp[:, k], ddof=0), rtol=1e-10)


def test_m_step_maximises_what_it_says():
    """A general optimiser, started at the M-step's answer and disturbed, finds nothing better."""
    x, params = awkward_case()
    resp, _ = e_step(x, params)
    best = m_step(x, resp)

    def loss(theta):
        mean, lower = theta[:2], np.array([[np.exp(theta[2]), 0], [theta[3], np.exp(theta[4])]])
        return -resp[:, 0] @ multivariate_normal(mean, lower @ lower.T).logpdf(x)

    lower = np.linalg.cholesky(best.covariances[0])
    optimum = np.array([*best.means[0], np.log(lower[0, 0]), lower[1, 0], np.log(lower[1, 1])])
    found = minimize(loss, optimum + 0.1, method="BFGS", options={"gtol": 1e-6})
    np.testing.assert_allclose(found.x, optimum, atol=1e-5)


def test_runs_as_scikit_learn_does_from_the_same_start():
    x, start = awkward_case()
    other = GaussianMixture(
        3,
        weights_init=start.weights,
        means_init=start.means,
        precisions_init=np.linalg.inv(start.covariances),
        max_iter=25,
        tol=0,
        reg_covar=0,
    )
    with pytest.warns(match="did not converge"):
        other.fit(x)
    state = next(islice(em_states(x, start), 25, None))
    np.testing.assert_allclose(state.params.weights, other.weights_, rtol=1e-9)
    np.testing.assert_allclose(state.params.means, other.means_, rtol=1e-8)
    np.testing.assert_allclose(state.params.covariances, other.covariances_, rtol=1e-8)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_no_step_lowers_the_log_likelihood(seed):
    x, start = awkward_case(seed)
    values = np.array([state.log_likelihood for state in islice(em_states(x, start), 40)])
    assert np.diff(values).min() >= -1e-12 * np.abs(values).max()


def test_each_state_is_consistent_in_itself():
    x, start = awkward_case()
    states = list(islice(em_states(x, start), 4))
    assert [state.step for state in states] == [0, 1, 2, 3]
    assert states[0].params is start
    for state in states:
        assert state.log_likelihood == pytest.approx(log_density(x, state.params).sum(), rel=1e-13)
        np.testing.assert_array_equal(state.resp, e_step(x, state.params)[0])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_affine_maps_of_the_data_move_the_fit_along(seed):
    rng = np.random.default_rng(seed)
    x, start = awkward_case(seed)
    matrix, shift = rng.normal(size=(2, 2)) + 2 * np.eye(2), rng.normal(size=2) * 10
    moved = MixtureParams(start.weights, start.means @ matrix.T + shift, matrix @ start.covariances @ matrix.T)
    state = next(islice(em_states(x, start), 5, None))
    other = next(islice(em_states(x @ matrix.T + shift, moved), 5, None))
    np.testing.assert_allclose(other.params.means, state.params.means @ matrix.T + shift, rtol=1e-6, atol=1e-6)
    log_volume = len(x) * np.linalg.slogdet(matrix)[1]
    assert other.log_likelihood == pytest.approx(state.log_likelihood - log_volume, rel=1e-8)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_order_of_points_and_components_does_not_matter(seed):
    x, start = awkward_case(seed)
    rng = np.random.default_rng(seed)
    order, components = rng.permutation(len(x)), rng.permutation(3)
    shuffled = MixtureParams(start.weights[components], start.means[components], start.covariances[components])
    one = next(islice(em_states(x, start), 5, None))
    other = next(islice(em_states(x[order], shuffled), 5, None))
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(other.params.means, one.params.means[components], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(other.resp, one.resp[order][:, components], atol=1e-9)


def test_old_faithful_from_the_split_at_three_minutes():
    x, start, _ = faithful_split()
    result = fit(x, start)
    assert result.converged
    assert result.log_likelihood == pytest.approx(FAITHFUL_MAXIMUM, abs=5e-6)


def test_old_faithful_is_a_maximum_for_scikit_learn_too():
    x, start, _ = faithful_split()
    other = GaussianMixture(2, means_init=start.means, tol=1e-12, max_iter=1000, reg_covar=0).fit(x)
    assert other.score(x) * len(x) == pytest.approx(FAITHFUL_MAXIMUM, abs=5e-6)


def test_fit_stops_at_the_tolerance_and_says_whether_it_did():
    x, start = awkward_case()
    done, short = fit(x, start, tol=1e-4), fit(x, start, max_steps=2)
    gains = np.diff(done.log_likelihoods) / len(x)
    assert done.converged
    assert gains[-1] <= 1e-4 < gains[-2]
    assert (short.converged, short.n_steps, len(short.log_likelihoods)) == (False, 2, 3)
    assert fit(x, start, max_steps=0).params is start
    assert done.log_likelihood == pytest.approx(log_density(x, done.params).sum(), rel=1e-13)
    with pytest.raises(ValueError, match="read-only"):
        done.log_likelihoods[0] = 0


def test_without_tolerance_it_runs_to_rest_and_says_so():
    x = np.array([[0.0], [1.0], [3.0]])
    one = MixtureParams([1.0], [[0.0]], [[[1.0]]])  # rests after one step, to the last bit
    result = fit(x, one, tol=0)
    assert result.converged
    assert result.n_steps == 2
    assert result.log_likelihoods[-1] == result.log_likelihoods[-2]
    x, start, _ = faithful_split()
    assert fit(x, start, tol=0).converged


def test_a_fall_is_not_taken_for_convergence():
    x, start = awkward_case()

    def falling(x, resp):
        new = m_step(x, resp)
        return MixtureParams(new.weights, new.means, new.covariances * 1.5 ** next(calls))

    calls = iter(range(100))
    result = fit(x, start, m_step=falling, max_steps=6)
    assert np.diff(result.log_likelihoods).min() < -1
    assert not result.converged


def test_m_step_plugs_in():
    x, start = awkward_case()

    def round_m_step(x, resp):
        new = m_step(x, resp)
        variances = np.trace(new.covariances, axis1=1, axis2=2) / 2
        return MixtureParams(new.weights, new.means, variances[:, np.newaxis, np.newaxis] * np.eye(2))

    other = GaussianMixture(
        3,
        covariance_type="spherical",
        weights_init=start.weights,
        means_init=start.means,
        reg_covar=0,
        precisions_init=2 / np.trace(start.covariances, axis1=1, axis2=2),
        tol=0,
        max_iter=200,
    )
    round_start = MixtureParams(
        start.weights,
        start.means,
        np.trace(start.covariances, axis1=1, axis2=2)[:, np.newaxis, np.newaxis] / 2 * np.eye(2),
    )
    with pytest.warns(match="did not converge"):
        other.fit(x)
    result = next(islice(em_states(x, round_start, m_step=round_m_step), 200, None))
    np.testing.assert_allclose(result.params.means, other.means_, rtol=1e-6)


@pytest.mark.parametrize(
    ("x", "resp", "message"),
    [
        ([[0.0], [1.0], [5.0]], [[1, 0], [1, 0], [0, 1]], r"component 1 has collapsed: it holds 1 of 3 points"),
        ([[0.0], [1.0]], [[1, 0], [1, 0]], r"component 1 has no responsibility left.*chapter 8"),
        ([[0.0, 0], [1, 2], [2, 4], [3, 6]], np.ones((4, 1)), r"component 0 has collapsed.*no spread left"),
        ([[0.0, 7], [1, 7], [2, 7]], np.ones((3, 1)), r"component 0 has collapsed.*chapter 8"),
        ([[1e6 + 1e-9], [1e6]], np.ones((2, 1)), r"component 0 has collapsed"),
    ],
)
def test_a_collapse_is_an_event_of_its_own(x, resp, message):
    with pytest.raises(ComponentCollapsed, match=message):
        m_step(x, resp)


def test_tight_far_and_tiny_data_are_no_collapse():
    rng = np.random.default_rng(0)
    base = rng.normal(size=(200, 2))
    for x in (base + 1e6, base * 1e-8, base * 1e8, base * [1e-10, 1], base @ [[1, 1], [0, 1e-5]]):
        np.testing.assert_allclose(m_step(x, np.ones((200, 1))).covariances[0], np.cov(x.T, ddof=0), rtol=1e-4)


def test_bad_input_fails_at_the_call_and_not_at_the_first_step():
    _, start = awkward_case()
    with pytest.raises(ValueError, match=r"x\[1, 0\] is nan.*Drop the row"):
        em_states([[0.0, 1.0], [np.nan, 2.0]], start)
    with pytest.raises(ValueError, match="x has D = 3 features, but the parameters have D = 2"):
        em_states(np.zeros((5, 3)), start)
    with pytest.raises(ValueError, match="start must be a MixtureParams, got None"):
        em_states(np.zeros((5, 2)), None)


@pytest.mark.parametrize("tol", [-1e-3, np.nan, "small", None])
def test_bad_tolerance_is_named(tol):
    x, start = awkward_case()
    with pytest.raises(ValueError, match="tol must be a non-negative number"):
        fit(x, start, tol=tol)


def test_data_are_checked_once_a_fit():
    calls = []

    def counted(check):
        return lambda *args, **kwargs: calls.append(1) or check(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("gmm_lab") and hasattr(module, "check_data"):
                patch.setattr(module, "check_data", counted(module.check_data))
        x, start = awkward_case()
        for run in (fit, hard_em, fit_accelerated):
            calls.clear()
            run(x, start)
            assert len(calls) == 1, run.__name__
        calls.clear()
        kmeans(x, start.means)
        assert len(calls) == 1


def test_what_an_m_step_returns_is_looked_at():
    x, start = awkward_case()
    with pytest.raises(ValueError, match="what m_step returns must be a MixtureParams, got None"):
        fit(x, start, m_step=lambda x, resp: None)
    flat = MixtureParams([1.0], [[0.0]], [[[1.0]]])
    with pytest.raises(ValueError, match="what m_step returns has D = 1, but x has D = 2"):
        hard_em(x, start, m_step=lambda x, z, n_components: flat)


def test_inputs_are_left_alone():
    x, start = awkward_case()
    before, resp = x.copy(), e_step(x, start)[0]
    resp_before = resp.copy()
    x.flags.writeable = resp.flags.writeable = False
    m_step(x, resp)
    fit(x, start, max_steps=3)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(resp, resp_before)
