from itertools import islice

import numpy as np
import pytest
from cases import awkward_case
from sklearn.mixture import GaussianMixture

from gmm_lab import ComponentCollapsed, MixtureParams, diagonal, e_step, em_states, fit, m_step, spherical, tied

VARIANTS = {"tied": tied, "diagonal": diagonal, "spherical": spherical}


def start_and_precisions(name, x, start):
    """A start of the given structure, and what scikit-learn wants to hear of it."""
    params = VARIANTS[name](x, e_step(x, start)[0])
    precisions = np.linalg.inv(params.covariances)
    picked = {
        "tied": precisions[0],
        "diagonal": np.diagonal(precisions, axis1=1, axis2=2),
        "spherical": precisions[:, 0, 0],
    }
    return params, picked[name]


@pytest.mark.parametrize("name", VARIANTS)
def test_runs_as_scikit_learn_does_from_the_same_start(name):
    x, start = awkward_case()
    params, precisions = start_and_precisions(name, x, start)
    other = GaussianMixture(
        3,
        covariance_type={"diagonal": "diag"}.get(name, name),
        weights_init=params.weights,
        means_init=params.means,
        precisions_init=precisions,
        max_iter=15,
        tol=0,
        reg_covar=0,
    )
    with pytest.warns(match="did not converge"):
        other.fit(x)
    ours = next(islice(em_states(x, params, m_step=VARIANTS[name]), 15, None)).params
    np.testing.assert_allclose(ours.weights, other.weights_, rtol=1e-8)
    np.testing.assert_allclose(ours.means, other.means_, rtol=1e-7)


@pytest.mark.parametrize("name", VARIANTS)
def test_no_step_lowers_the_log_likelihood(name):
    for seed in range(5):
        x, start = awkward_case(seed)
        values = fit(x, start_and_precisions(name, x, start)[0], m_step=VARIANTS[name]).log_likelihoods
        assert np.diff(values).min() >= -1e-12 * np.abs(values).max()


def test_structures_are_what_they_are_called():
    x, start = awkward_case()
    resp, _ = e_step(x, start)
    full = m_step(x, resp).covariances
    np.testing.assert_allclose(
        tied(x, resp).covariances, [np.average(full, axis=0, weights=resp.mean(axis=0))] * 3, rtol=1e-10
    )
    np.testing.assert_allclose(diagonal(x, resp).covariances, full * np.eye(2), rtol=1e-10)
    for sphere, matrix in zip(spherical(x, resp).covariances, full, strict=True):
        np.testing.assert_allclose(sphere, np.trace(matrix) / 2 * np.eye(2), rtol=1e-10)


def test_each_collapses_later_than_the_full_one():
    x, resp = np.array([[0.0, 0], [1, 1], [2, 2], [5, 9], [5, 9]]), np.eye(2)[[0, 0, 0, 1, 1]]
    with pytest.raises(ComponentCollapsed, match="component 0"):
        m_step(x, resp)
    with pytest.raises(ComponentCollapsed, match="component 0"):
        tied(x, resp)  # on one line and on one point: pooled, still on one line
    with pytest.raises(ComponentCollapsed, match="component 1"):
        diagonal(x, resp)
    with pytest.raises(ComponentCollapsed, match="component 1"):
        spherical(x, resp)
    line = np.array([[0.0, 0], [1, 1], [2, 2], [5, 9], [6, 9]])
    assert isinstance(tied(line, resp), MixtureParams)
    assert isinstance(spherical(line, resp), MixtureParams)
    with pytest.raises(ComponentCollapsed, match="component 1"):
        diagonal(line, resp)
