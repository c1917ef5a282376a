"""The exercises of chapter 9: the reference is the book's, and what single properties are there for."""

import numpy as np

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.initialization import KMEANS_PLUS_PLUS_PROBABILITIES, SPHERICAL_COVARIANCES


def test_reference_is_the_law_of_the_books_k_means_plus_plus():
    x = np.array([[0.0], [1.0], [3.0], [7.0]])
    rng, counts = np.random.default_rng(0), np.zeros((4, 4))
    for _ in range(20_000):
        first, second = (np.flatnonzero(x[:, 0] == centre)[0] for centre in gmm_lab.kmeans_plus_plus(x, 2, rng)[:, 0])
        counts[first, second] += 1
    for first, row in enumerate(counts):
        want = KMEANS_PLUS_PLUS_PROBABILITIES.reference(x, x[[first]])
        error = np.sqrt(want * (1 - want) / row.sum())
        assert (np.abs(row / row.sum() - want) <= 5 * error).all()


def test_reference_is_the_books_start_made_round():
    x = np.random.default_rng(0).normal(3, [1, 5], (50, 2))
    diagonal = gmm_lab.random_start(x, 3, np.random.default_rng(0)).covariances
    want = diagonal.trace(axis1=1, axis2=2)[:, None, None] / 2 * np.eye(2)
    np.testing.assert_allclose(SPHERICAL_COVARIANCES.reference(x, 3), want, rtol=1e-12)


def test_a_distance_to_oneself_that_is_not_zero_is_noticed():
    def expanded(x, c):
        x, c = x + 1e5, c + 1e5
        squares = ((x**2).sum(axis=1)[:, None] - 2 * x @ c.T + (c**2).sum(axis=1)).min(axis=1)
        return squares / squares.sum()

    # With seed 4 a distance to oneself comes out as 1e-7 of the sum; with most seeds rounding makes it 0.
    report = check("initialization.kmeans_plus_plus_probabilities", expanded, seed=4)
    assert [finding.held for finding in report.findings] == [True, False, True]


def test_cancellation_is_a_property_of_its_own():
    def by_moments(x, n_components):
        variance = ((x**2).mean(axis=0) - x.mean(axis=0) ** 2).mean()
        return np.tile(variance * np.eye(x.shape[1]), (n_components, 1, 1))

    report = check("initialization.spherical_covariances", by_moments)
    assert report.score == 8
    assert "Subtract first" in report.hints[0]
