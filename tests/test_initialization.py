import numpy as np
import pytest
from scipy.stats import chi2

from gmm_lab import (
    ComponentCollapsed,
    datasets,
    fit,
    kmeans,
    kmeans_plus_plus,
    kmeans_start,
    log_likelihood,
    random_start,
)


def test_random_start_is_what_it_says():
    x = np.random.default_rng(0).normal(size=(50, 2)) * [1, 100]
    start = random_start(x, 4, np.random.default_rng(1))
    np.testing.assert_array_equal(start.weights, 0.25)
    assert len({tuple(mean) for mean in start.means} & {tuple(row) for row in x}) == 4
    np.testing.assert_allclose(start.covariances, [np.diag(x.var(axis=0))] * 4)


def test_means_are_different_points_even_among_duplicates():
    x = np.repeat([[0.0], [1.0], [2.0]], [50, 1, 1], axis=0)
    for seed in range(20):
        assert sorted(random_start(x, 3, np.random.default_rng(seed)).means[:, 0]) == [0, 1, 2]


def test_same_seed_same_start_and_other_seed_another():
    x = np.random.default_rng(0).normal(size=(50, 2))
    starts = [random_start(x, 3, np.random.default_rng(seed)).means for seed in (1, 1, 2)]
    np.testing.assert_array_equal(starts[0], starts[1])
    assert not np.array_equal(starts[0], starts[2])


@pytest.mark.parametrize(
    ("x", "k", "message"),
    [
        ([[0.0], [1.0], [1.0]], 3, "n_components is 3, but x has only 2 different points"),
        ([[0.0, 5], [1, 5]], 2, r"x\[:, 1\] is constant. Drop the column"),
        ([[0.0], [1.0]], 0, "n_components must be a whole number of at least 1, got 0"),
        ([[0.0], [1.0]], 1.5, "n_components must be a whole number"),
    ],
)
def test_bad_input_is_named(x, k, message):
    with pytest.raises(ValueError, match=message):
        random_start(x, k, np.random.default_rng(0))


def test_a_bare_seed_is_refused():
    with pytest.raises(ValueError, match=r"rng must be a numpy\.random\.Generator"):
        random_start([[0.0], [1.0]], 1, 0)


def test_second_centre_is_drawn_by_squared_distance():
    """Four places on a line: given the first centre, the frequencies of the second are those of the definition."""
    x = np.array([[0.0], [1.0], [3.0], [7.0]])
    rng, counts = np.random.default_rng(0), np.zeros((4, 4))
    for _ in range(8000):
        first, second = kmeans_plus_plus(x, 2, rng)[:, 0]
        counts[np.flatnonzero(x[:, 0] == first)[0], np.flatnonzero(x[:, 0] == second)[0]] += 1
    squares = (x - x.T) ** 2
    expected = counts.sum(axis=1, keepdims=True) * squares / squares.sum(axis=1, keepdims=True)
    possible = expected > 0
    statistic = ((counts - expected)[possible] ** 2 / expected[possible]).sum()
    assert counts[~possible].sum() == 0
    assert statistic < chi2(8).ppf(0.999)
    assert np.abs(counts.sum(axis=1) / 8000 - 0.25).max() < 0.02


def test_third_centre_heeds_the_nearest_of_two():
    """At 0 and 10 lie almost all points: whichever comes first, the next two are the other one and the far point."""
    x = np.repeat([[0.0], [10.0], [1000.0]], [50, 50, 1], axis=0)
    for seed in range(20):
        assert sorted(kmeans_plus_plus(x, 3, np.random.default_rng(seed))[:, 0]) == [0, 10, 1000]


def test_guarantee_holds_in_the_mean():
    """Arthur and Vassilvitskii (2007), theorem 1.1, with the best of many runs in the place of the optimum."""
    x = np.random.default_rng(0).normal(size=(200, 2)) * [1, 3]
    starts = [kmeans_plus_plus(x, 8, np.random.default_rng(seed)) for seed in range(60)]
    optimum = min(kmeans(x, start).inertia for start in starts)
    mean = np.mean([kmeans(x, start, max_steps=0).inertia for start in starts])
    assert optimum < mean < 8 * (np.log(8) + 2) * optimum


@pytest.mark.parametrize("unit", [1e-130, 1e-8, 1e100])
def test_centres_do_not_see_the_unit(unit):
    x = np.random.default_rng(0).normal(size=(50, 2))
    centres = [kmeans_plus_plus(scale * x, 4, np.random.default_rng(3)) / scale for scale in (1, unit)]
    np.testing.assert_allclose(*centres, rtol=1e-12)


def test_kmeans_start_is_the_clusters_with_a_pooled_covariance():
    x, _ = datasets.uneven_sizes(np.random.default_rng(0))
    start = kmeans_start(x, 3, np.random.default_rng(1))
    labels = kmeans(x, kmeans_plus_plus(x, 3, np.random.default_rng(1))).labels
    np.testing.assert_allclose(start.weights, np.bincount(labels) / len(x))
    np.testing.assert_allclose(start.means, [x[labels == k].mean(axis=0) for k in range(3)])
    residuals = x - start.means[labels]
    np.testing.assert_allclose(start.covariances, [residuals.T @ residuals / len(x)] * 3, rtol=1e-10)
    assert fit(x, start).log_likelihood > log_likelihood(x, start)


def test_starts_name_what_they_cannot_use():
    x, rng = [[0.0, 1.0], [1.0, 3.0], [1.0, 3.0]], np.random.default_rng(0)
    for make in (kmeans_plus_plus, kmeans_start):
        with pytest.raises(ValueError, match="n_components is 3, but x has only 2 different points"):
            make(x, 3, rng)
        with pytest.raises(ValueError, match=r"rng must be a numpy\.random\.Generator"):
            make(x, 2, 0)
    with pytest.raises(ComponentCollapsed, match="component 0 has collapsed"):
        kmeans_start(x, 2, rng)
