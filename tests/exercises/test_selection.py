"""The exercises of chapter 8: the reference is the book's, and what single properties are there for."""

import numpy as np
import pytest
from answers.selection import folds
from cases import awkward_case

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.selection import BIC, FOLDS, N_FREE_PARAMETERS


def test_references_are_the_books_criteria():
    x, params = awkward_case()
    for k, d in ((1, 1), (2, 3), (5, 2)):
        assert N_FREE_PARAMETERS.reference(k, d) == gmm_lab.n_free_parameters(k, d)
    mixture = params.weights, params.means, params.covariances
    assert BIC.reference(x, *mixture) == pytest.approx(gmm_lab.bic(x, params), rel=1e-12)


def test_reference_holds_every_index_out_once():
    held = FOLDS.reference(23, 5, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(np.concatenate(held)), np.arange(23))
    assert sorted(map(len, held)) == [4, 4, 5, 5, 5]


def test_a_shuffle_from_elsewhere_is_noticed():
    report = check("selection.folds", lambda n, k, rng: folds(n, k, np.random.default_rng(3)))
    assert report.score == 8
    assert report.findings[1].note == "Another generator gave the same result."


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (lambda n, k, rng: None, "must be a list of one-dimensional arrays"),
        (lambda n, k, rng: [["a", "b"]], "must be a list of one-dimensional arrays"),
        (lambda n, k, rng: folds(n, k, rng)[1:], "There are 4 folds."),
        (lambda n, k, rng: folds(n - 1, k, rng), "The folds have 8, 8, 8, 9, 9 indices."),
        (lambda n, k, rng: [np.where(held == 5, 6, held) for held in folds(n, k, rng)], "An index is in more than"),
        (lambda n, k, rng: [held - 1 for held in folds(n, k, rng)], "The indices go from -1 to 41."),
    ],
)
def test_folds_that_are_none_get_a_sentence(answer, text):
    assert text in check("selection.folds", answer).findings[0].note
