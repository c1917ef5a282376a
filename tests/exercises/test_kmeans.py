"""The exercises of chapter 4: the reference is the book's, and what single properties are there for."""

import numpy as np
import pytest
from answers.kmeans import squares

from gmm_lab import kmeans
from gmm_lab.exercises import check
from gmm_lab.exercises.kmeans import ASSIGN, INERTIA, UPDATE


def test_references_are_the_books_k_means():
    x, centres = ASSIGN.properties[0].probes(np.random.default_rng(0))[0]
    start, step = (kmeans(x, centres, max_steps=n) for n in (0, 1))
    np.testing.assert_array_equal(ASSIGN.reference(x, centres), start.labels)
    np.testing.assert_allclose(UPDATE.reference(x, start.labels, 3), step.centres, rtol=1e-12)
    assert INERTIA.reference(x, centres) == pytest.approx(start.inertia, rel=1e-12)


def test_a_tie_is_a_property_of_its_own():
    report = check("kmeans.assign", lambda x, c: len(c) - 1 - squares(x, c)[:, ::-1].argmin(axis=1))
    assert report.score == 8
    assert "argmin" in report.hints[0]


def test_cancellation_is_a_property_of_its_own():
    def expanded(x, c):
        return ((x**2).sum(axis=1)[:, None] - 2 * x @ c.T + (c**2).sum(axis=1)).min(axis=1).sum()

    report = check("kmeans.inertia", expanded)
    assert report.score == 8
    assert "Subtract first" in report.hints[0]
