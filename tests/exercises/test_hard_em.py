"""The exercises of chapter 3: the reference is the book's, and what single properties are there for."""

from itertools import islice

import numpy as np
from answers.blocks import joint_by_einsum
from answers.hard_em import assign
from cases import awkward_case

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.hard_em import ASSIGN, STEP


def test_references_are_the_books_hard_em():
    x, params = awkward_case()
    start = params.weights, params.means, params.covariances
    before, after = islice(gmm_lab.hard_em_states(x, params), 2)
    np.testing.assert_array_equal(ASSIGN.reference(x, *start), before.labels)
    for part, name in zip(STEP.reference(x, *start), ("weights", "means", "covariances"), strict=True):
        np.testing.assert_allclose(part, getattr(after.params, name), rtol=1e-9)


def test_a_tie_is_a_property_of_its_own():
    report = check("hard_em.assign", lambda *a: len(a[1]) - 1 - joint_by_einsum(*a)[:, ::-1].argmax(axis=1))
    assert report.score == 9
    assert "argmax" in report.hints[0]


def test_underflow_is_a_property_of_its_own():
    report = check("hard_em.assign", lambda *a: np.exp(joint_by_einsum(*a)).argmax(axis=1))
    assert report.score == 8
    assert "logarithms" in report.hints[0]


def test_cancellation_is_a_property_of_its_own():
    def by_moments(x, weights, means, covariances):
        z = assign(x, weights, means, covariances)
        classes = [x[z == k] for k in range(len(weights))]
        new = [(len(of) / len(x), of.mean(axis=0), of.T @ of / len(of)) for of in classes]
        shares, centres, squares = map(np.array, zip(*new, strict=True))
        return shares, centres, squares - centres[:, :, None] * centres[:, None]

    report = check("hard_em.step", by_moments)
    assert report.score == 8
    assert "Subtract first" in report.hints[0]
