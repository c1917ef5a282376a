from itertools import product

import numpy as np
import pytest
from cases import awkward_case
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy
from scipy.stats import multivariate_normal

from gmm_lab import MixtureParams, e_step, elbo, entropy, expected_complete_log_likelihood, kl_gap, log_density


def random_resp(n, k, seed):
    return np.random.default_rng(seed).dirichlet(np.full(k, 0.5), size=n)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_log_likelihood_is_elbo_plus_kl(seed):
    x, params = awkward_case(seed)
    resp, log_likelihood = random_resp(len(x), 3, seed), log_density(x, params).sum()
    assert elbo(x, resp, params) + kl_gap(x, resp, params) == pytest.approx(log_likelihood, rel=1e-12)
    assert elbo(x, resp, params) < log_likelihood


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_bound_touches_at_the_posterior_and_only_there(seed):
    x, params = awkward_case(seed)
    resp, log_likelihood = e_step(x, params)
    assert elbo(x, resp, params) == pytest.approx(log_likelihood, rel=1e-12)
    assert kl_gap(x, resp, params) == pytest.approx(0, abs=1e-9)
    blurred = 0.9 * resp + 0.1 / 3
    assert kl_gap(x, blurred, params) > 1


def test_terms_are_the_sums_over_all_labellings():
    x, params = awkward_case()
    x, resp = x[:4], random_resp(4, 3, 7)
    pdf = [
        [
            w * multivariate_normal(m, c).pdf(row)
            for w, m, c in zip(params.weights, params.means, params.covariances, strict=True)
        ]
        for row in x
    ]
    expected = spread = 0.0
    for z in product(range(3), repeat=4):
        q = np.prod([resp[n, k] for n, k in enumerate(z)])
        expected += q * sum(np.log(pdf[n][k]) for n, k in enumerate(z))
        spread -= q * np.log(q)
    assert expected_complete_log_likelihood(x, resp, params) == pytest.approx(expected, rel=1e-11)
    assert entropy(resp) == pytest.approx(spread, rel=1e-11)
    assert entropy(resp) == pytest.approx(scipy_entropy(resp, axis=1).sum())
    assert elbo(x, resp, params) == pytest.approx(expected + spread, rel=1e-11)


def test_zero_times_infinity_is_zero_and_a_real_infinity_is_told():
    params = MixtureParams([1.0, 0.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    x, sure = [[0.3]], [[1.0, 0.0]]
    assert elbo(x, sure, params) == pytest.approx(log_density(x, params)[0])
    assert kl_gap(x, sure, params) == 0
    assert entropy(sure) == 0
    assert elbo(x, [[0.5, 0.5]], params) == -np.inf
    assert kl_gap(x, [[0.5, 0.5]], params) == np.inf


def test_gap_is_finite_where_the_posterior_underflows():
    x, params = awkward_case()
    far, resp = x[:2] + 1e4, np.full((2, 3), 1 / 3)
    assert np.isfinite(kl_gap(far, resp, params))
    assert kl_gap(far, resp, params) > 1e6


def test_disagreeing_shapes_are_told():
    x, params = awkward_case()
    with pytest.raises(ValueError, match="resp has K = 2 columns, but params has K = 3"):
        elbo(x, np.full((300, 2), 0.5), params)
    with pytest.raises(ValueError, match="resp has N = 5 rows, but x has N = 300"):
        kl_gap(x, np.full((5, 3), 1 / 3), params)
    with pytest.raises(ValueError, match=r"resp\[0\] sums to"):
        entropy([[0.5, 0.6]])
