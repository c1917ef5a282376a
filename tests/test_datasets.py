import numpy as np
import pytest

from gmm_lab import datasets


def test_old_faithful_has_the_published_summaries():
    """Counts, first row and means as R prints them for `faithful`: summary(faithful), colMeans(faithful)."""
    x = datasets.old_faithful()
    assert x.shape == (272, 2)
    np.testing.assert_array_equal(x[0], [3.6, 79])
    np.testing.assert_allclose(x.mean(axis=0), [3.487783, 70.897059], atol=5e-7)
    np.testing.assert_array_equal([x.min(axis=0), x.max(axis=0)], [[1.6, 43], [5.1, 96]])


@pytest.mark.parametrize("make", [datasets.anisotropic, datasets.unequal_variances, datasets.uneven_sizes])
def test_generated_sets_are_seeded_and_labelled(make):
    x, z = make(np.random.default_rng(3))
    again, _ = make(np.random.default_rng(3))
    other, _ = make(np.random.default_rng(4))
    np.testing.assert_array_equal(x, again)
    assert not np.array_equal(x, other)
    assert x.shape == (len(z), 2)
    assert set(z) == {0, 1, 2}


def test_the_three_sets_are_what_their_names_say():
    rng = np.random.default_rng(0)
    x, z = datasets.anisotropic(rng, 6000)
    assert all(np.linalg.cond(np.cov(x[z == k].T)) > 5 for k in range(3))
    x, z = datasets.unequal_variances(rng, 6000)
    np.testing.assert_allclose([x[z == k].std(axis=0).mean() for k in range(3)], [0.4, 2.0, 0.6], rtol=0.1)
    x, z = datasets.uneven_sizes(rng, 6000)
    np.testing.assert_allclose(np.bincount(z) / 6000, [0.90, 0.06, 0.04], atol=0.015)


def test_the_line_is_what_it_says():
    x, z = datasets.line(np.random.default_rng(0), 20_000)
    assert x.shape == (20_000, 1)
    np.testing.assert_allclose(np.bincount(z) / 20_000, [0.3, 0.7], atol=0.015)
    np.testing.assert_allclose([x[z == k].mean() for k in (0, 1)], [-1.5, 1], atol=0.05)
    np.testing.assert_allclose([x[z == k].std() for k in (0, 1)], [0.7, 1], atol=0.05)


def test_a_bare_seed_is_refused():
    with pytest.raises(ValueError, match=r"rng must be a numpy\.random\.Generator"):
        datasets.anisotropic(0)
