from itertools import product

import numpy as np
import pytest
from cases import FAITHFUL_MAXIMUM, awkward_case, faithful_split
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from gmm_lab import (
    ComponentCollapsed,
    MixtureParams,
    complete_log_likelihood,
    complete_mle,
    fit,
    fit_direct,
    log_likelihood,
    sample,
)


def test_likelihood_is_the_sum_over_all_labellings():
    x, params = awkward_case()
    x = x[:5]
    labellings = [complete_log_likelihood(x, z, params) for z in product(range(3), repeat=5)]
    assert log_likelihood(x, params) == pytest.approx(logsumexp(labellings), rel=1e-12)


def test_both_likelihoods_are_scipys():
    x, params = awkward_case()
    parts = zip(params.weights, params.means, params.covariances, strict=True)
    joint = np.stack([np.log(w) + multivariate_normal(mean, cov).logpdf(x) for w, mean, cov in parts], axis=1)
    z = np.arange(len(x)) % 3
    assert log_likelihood(x, params) == pytest.approx(logsumexp(joint, axis=1).sum(), rel=1e-12)
    assert complete_log_likelihood(x, z, params) == pytest.approx(joint[np.arange(len(x)), z].sum(), rel=1e-12)


def test_with_labels_the_maximum_is_share_mean_and_covariance_by_class():
    x, z = sample(awkward_case()[1], 400, np.random.default_rng(0))
    best = complete_mle(x, z, 3)
    for k in range(3):
        np.testing.assert_allclose(best.weights[k], (z == k).mean(), rtol=1e-12)
        np.testing.assert_allclose(best.means[k], x[z == k].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(best.covariances[k], np.cov(x[z == k].T, ddof=0), rtol=1e-10)


def test_with_labels_nothing_near_is_better():
    x, z = sample(awkward_case()[1], 200, np.random.default_rng(0))
    best = complete_mle(x, z, 3)
    rng = np.random.default_rng(1)
    for _ in range(50):
        weights = best.weights * np.exp(0.05 * rng.normal(size=3))
        stretch = np.eye(2) + 0.05 * rng.normal(size=(3, 2, 2))
        covariances = stretch @ best.covariances @ stretch.transpose(0, 2, 1)
        near = MixtureParams(weights / weights.sum(), best.means + 0.05 * rng.normal(size=(3, 2)), covariances)
        assert complete_log_likelihood(x, z, near) < complete_log_likelihood(x, z, best)


def test_a_label_of_an_empty_component_has_likelihood_zero():
    params = MixtureParams([1.0, 0.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    assert complete_log_likelihood([[0.5], [0.2]], [0, 1], params) == -np.inf
    assert np.isfinite(complete_log_likelihood([[0.5], [0.2]], [0, 0], params))


@pytest.mark.parametrize(
    ("z", "message"),
    [
        ([0, 1], r"z must have shape \(N,\) = \(3,\), one label a point, got \(2,\)"),
        ([0, 1, 2], r"z\[2\] is 2, but labels are whole numbers from 0 to 1"),
        ([0, -1, 1], r"z\[1\] is -1"),
        ([0, 0.5, 1], r"z\[1\] is 0.5"),
        ([0, np.nan, 1], r"z\[1\] is nan"),
        (["a", "b", "c"], "z must hold real numbers"),
    ],
)
def test_bad_labels_are_located(z, message):
    with pytest.raises(ValueError, match=message):
        complete_mle([[0.0], [1.0], [3.0]], z, 2)


def test_an_empty_class_is_a_collapse():
    with pytest.raises(ComponentCollapsed, match=r"component 1 has no responsibility left.*chapter 8"):
        complete_mle([[0.0], [1.0], [3.0]], [0, 0, 0], 2)


@pytest.mark.parametrize("seed", range(6))
def test_a_general_optimiser_reaches_ems_optimum_from_the_same_start(seed):
    x, start = awkward_case(seed)
    em, direct = fit(x, start, tol=1e-13, max_steps=20_000), fit_direct(x, start)
    assert direct.converged
    assert direct.log_likelihoods[0] == pytest.approx(em.log_likelihoods[0], rel=1e-12)
    assert direct.log_likelihood == pytest.approx(log_likelihood(x, direct.params), rel=1e-12)
    assert direct.log_likelihood == pytest.approx(em.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(direct.params.means, em.params.means, atol=1e-3)


@pytest.mark.parametrize("unit", [1.0, 1e-8, 1e8])
def test_the_optimiser_finds_the_published_maximum_in_any_unit(unit):
    x, start, _ = faithful_split()
    moved = MixtureParams(start.weights, start.means * unit, start.covariances * unit**2)
    direct = fit_direct(x * unit, moved)
    assert direct.log_likelihood + x.size * np.log(unit) == pytest.approx(FAITHFUL_MAXIMUM, abs=5e-6)


def test_the_optimiser_stops_when_told_and_says_so():
    x, start = awkward_case()
    short = fit_direct(x, start, max_steps=2)
    assert (short.converged, short.n_steps) == (False, 2)
    np.testing.assert_allclose(fit_direct(x, start, max_steps=0).params.means, start.means, rtol=1e-12)


def test_the_optimiser_tells_a_collapse():
    x = np.concatenate([np.zeros(1), np.linspace(5, 6, 20)])[:, np.newaxis]
    start = MixtureParams([0.05, 0.95], [[0.0], [5.5]], [[[1e-3]], [[0.1]]])
    with pytest.raises(ComponentCollapsed, match="component 0 has collapsed"):
        fit_direct(x, start)


def test_what_the_optimiser_cannot_start_from_is_named():
    x, _ = awkward_case()
    empty = MixtureParams([1.0, 0.0], x[:2], [np.eye(2)] * 2)
    with pytest.raises(ValueError, match=r"start has the weight 0 for component 1. Leave it out"):
        fit_direct(x, empty)
    with pytest.raises(ValueError, match=r"x\[:, 1\] is constant. Drop the column"):
        fit_direct(x * [1, 0], empty)
