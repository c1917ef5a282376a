from itertools import islice, product

import numpy as np
import pytest
from cases import awkward_case
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from gmm_lab import (
    ComponentCollapsed,
    MixtureParams,
    datasets,
    e_step,
    equal_spheres,
    hard_em_states,
    kmeans,
    kmeans_states,
)
from gmm_lab.kmeans import sphere_mixture


@pytest.mark.parametrize("seed", range(10))
def test_ends_as_scikit_learn_does_from_the_same_centres(seed):
    x, _ = awkward_case(seed)
    ours = kmeans(x, x[:4])
    other = KMeans(4, init=x[:4], n_init=1, tol=0, max_iter=1000, algorithm="lloyd").fit(x)
    np.testing.assert_array_equal(ours.labels, other.labels_)
    np.testing.assert_allclose(ours.centres, other.cluster_centers_, rtol=1e-10)
    assert ours.inertia == pytest.approx(other.inertia_, rel=1e-10)


@pytest.mark.parametrize("sd", [0.01, 1.0, 30.0])
def test_is_hard_em_with_equal_weights_and_spheres_step_by_step(sd):
    x = datasets.old_faithful()
    centres = x[[0, 1, 3]]
    as_hard_em = hard_em_states(x, sphere_mixture(centres, sd), m_step=equal_spheres(sd))
    for one, other in islice(zip(kmeans_states(x, centres), as_hard_em, strict=False), 12):
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_allclose(one.centres, other.params.means, rtol=1e-12)


def test_is_the_limit_of_soft_em_for_small_spheres():
    x, _ = awkward_case()
    centres = x[:3]
    labels = next(kmeans_states(x, centres)).labels
    gaps = [np.abs(e_step(x, sphere_mixture(centres, sd))[0] - np.eye(3)[labels]).max() for sd in (1, 0.1, 0.001)]
    assert gaps[0] > 0.3
    assert gaps[2] < 1e-6


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_inertia_never_rises(seed):
    x, _ = awkward_case(seed)
    inertias = kmeans(x, x[:5]).inertias
    assert np.diff(inertias).max(initial=0) <= 1e-12 * inertias[0]


def test_finds_the_best_labelling_of_few_points_from_some_start():
    x = np.random.default_rng(0).normal(size=(7, 2))
    best = min(
        sum(((x[np.array(z) == k] - x[np.array(z) == k].mean(axis=0)) ** 2).sum() for k in set(z))
        for z in product(range(2), repeat=7)
    )
    found = min(kmeans(x, x[[i, j]]).inertia for i in range(7) for j in range(i))
    assert found == pytest.approx(best, rel=1e-12)


def test_a_tie_goes_to_the_lowest_index_and_an_empty_centre_stays():
    state = next(kmeans_states([[0.0], [2.0]], [[1.0], [-1.0], [9.0]]))
    np.testing.assert_array_equal(state.labels, [0, 0])
    result = kmeans([[0.0], [2.0]], [[0.5], [2.5], [9.0]])
    np.testing.assert_array_equal(result.centres[:, 0], [0, 2, 9])
    assert result.converged
    assert result.inertia == 0


def test_states_keep_their_own_centres_and_the_given_ones_stay():
    x, _ = awkward_case()
    given = x[:3].copy()
    states = list(islice(kmeans_states(x, given), 3))
    np.testing.assert_array_equal(given, x[:3])
    np.testing.assert_array_equal(states[0].centres, x[:3])
    assert not np.array_equal(states[1].centres, states[0].centres)


def test_stops_when_told_and_says_so():
    x, _ = awkward_case()
    short = kmeans(x, x[:5], max_steps=1)
    assert (short.converged, len(short.inertias)) == (False, 2)
    assert kmeans(x, x[:5], max_steps=0).inertia == short.inertias[0]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="centres have D = 1, but x has D = 2"):
        kmeans_states([[0.0, 1.0]], [[1.0]])
    with pytest.raises(ValueError, match=r"centres\[0, 1\] is nan"):
        kmeans_states([[0.0, 1.0]], [[1.0, np.nan]])
    with pytest.raises(ValueError, match=r"centres must have shape \(K, D\), got \(1,\)"):
        kmeans_states([[0.0, 1.0]], [1.0])
    for sd in (0, -1, np.nan, "wide", 1e-200):
        with pytest.raises(ValueError, match="sd must be a positive number of data units"):
            equal_spheres(sd)
        with pytest.raises(ValueError, match="sd must be a positive number of data units"):
            sphere_mixture([[0.0]], sd)


def test_spheres_move_their_means_only():
    params = equal_spheres(2.0)([[0.0], [1.0], [5.0]], [0, 0, 1], 2)
    assert isinstance(params, MixtureParams)
    np.testing.assert_array_equal(params.weights, 0.5)
    np.testing.assert_array_equal(params.means, [[0.5], [5.0]])
    np.testing.assert_array_equal(params.covariances, [[[4.0]]] * 2)
    with pytest.raises(ComponentCollapsed, match="component 2"):
        equal_spheres(2.0)([[0.0], [1.0], [5.0]], [0, 0, 1], 3)
