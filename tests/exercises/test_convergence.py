"""The exercises of chapter 7: the reference is the book's, and what single properties are there for."""

import numpy as np
import pytest

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.convergence import HAS_CONVERGED, RATE


def test_reference_is_the_books_rate():
    values = -np.array([900.0, 850.0, 840.0, 837.0, 836.5])
    assert RATE.reference(values) == pytest.approx(gmm_lab.convergence_rate(values))
    assert RATE.reference(values) == pytest.approx(0.5 / 3)


def test_reference_stops_where_it_should():
    assert HAS_CONVERGED.reference([-2.0, -1.0, -0.99], 0.1) is True
    assert HAS_CONVERGED.reference([-2.0, -1.0, -1.01], 0.1) is False
    assert HAS_CONVERGED.reference([-2.0], 0.1) is False


@pytest.mark.parametrize(
    "answer",
    [
        lambda v, tol: len(v) > 1 and 0 < v[-1] - v[-2] < tol,
        lambda v, tol: len(v) > 1 and 0 <= v[-1] - v[-2] <= tol,
    ],
)
def test_the_borders_are_a_property_of_their_own(answer):
    report = check("convergence.has_converged", answer)
    assert report.score == 8
    assert "two signs" in report.hints[0]


def test_one_entry_is_a_property_of_its_own():
    report = check("convergence.has_converged", lambda v, tol: 0 <= v[-1] - v[-2] < tol)
    assert report.score == 8
    assert "It stops with IndexError" in report.findings[2].note
