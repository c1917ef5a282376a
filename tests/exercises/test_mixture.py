"""The exercises of chapter 1: the reference is the book's, and what single properties are there for."""

import numpy as np
from answers.blocks import joint_by_einsum
from answers.mixture import by_cholesky
from cases import awkward_case

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.mixture import LOG_DENSITY, SAMPLE


def test_references_are_the_books_mixture():
    x, params = awkward_case()
    mixture = params.weights, params.means, params.covariances
    np.testing.assert_allclose(LOG_DENSITY.reference(x, *mixture), gmm_lab.log_density(x, params), rtol=1e-9)
    got, want = (
        SAMPLE.reference(*mixture, 20_000, np.random.default_rng(0)),
        gmm_lab.sample(params, 20_000, np.random.default_rng(1)),
    )
    assert SAMPLE.differ(got, want) == ""


def test_underflow_is_a_property_of_its_own():
    report = check("mixture.log_density", lambda *a: np.log(np.exp(joint_by_einsum(*a)).sum(axis=1)))
    assert report.score == 8
    assert "is -inf" in report.findings[1].note
    assert "logarithms" in report.hints[0]


def test_a_draw_from_elsewhere_is_noticed():
    own = np.random.default_rng(5)
    report = check("mixture.sample", lambda w, m, c, n, rng: by_cholesky(w, m, c, n, own))
    assert report.score == 8
    assert report.findings[1].note == "The same generator in the same state gave another result."


def test_a_seed_of_ones_own_is_noticed():
    report = check("mixture.sample", lambda w, m, c, n, rng: by_cholesky(w, m, c, n, np.random.default_rng(5)))
    assert report.findings[1].note == "Another generator gave the same result."


def test_counts_that_are_not_drawn_are_noticed():
    def rounded(weights, means, covariances, n, rng):
        counts = np.floor(weights * n).astype(int)
        counts[weights.argmax()] += n - counts.sum()
        z = rng.permutation(np.repeat(np.arange(len(weights)), counts))
        lower = np.linalg.cholesky(covariances)
        return means[z] + np.einsum("nij,nj->ni", lower[z], rng.normal(size=(n, means.shape[1]))), z

    report = check("mixture.sample", rounded)
    assert report.findings[0].held
    assert report.findings[1].note == "Each component gets the same number of points in every draw."


def test_a_result_that_is_no_sample_gets_a_sentence():
    for answer, text in (
        (lambda w, m, c, n, rng: np.zeros((n, 2)), "It must return 2 results, got ndarray."),
        (lambda w, m, c, n, rng: (np.zeros((n, 1)), np.zeros(n)), "x must be an array of shape (1600, 2)"),
        (
            lambda w, m, c, n, rng: (np.zeros((n, 2)), ["a"] * n),
            "z must be an array of shape (1600,), got something",
        ),
        (lambda w, m, c, n, rng: (np.zeros((n, 2)), np.full(n, 0.5)), "z whole numbers from 0"),
        (lambda w, m, c, n, rng: (np.full((n, 2), np.nan), np.zeros(n)), "x must be finite"),
    ):
        assert text in check("mixture.sample", answer).findings[0].note
