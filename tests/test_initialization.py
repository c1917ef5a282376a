import numpy as np
import pytest

from gmm_lab import random_start


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
