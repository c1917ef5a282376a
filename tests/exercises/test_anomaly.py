"""The exercises of chapter 10: the reference is the book's, and what single properties are there for."""

import numpy as np
import pytest
from cases import awkward_case

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.anomaly import FLAG, LOG_THRESHOLD


def test_references_are_the_books_threshold():
    x, params = awkward_case()
    log_densities = gmm_lab.log_density(x, params)
    threshold = gmm_lab.log_threshold(x, params, 0.03)
    assert LOG_THRESHOLD.reference(log_densities, 0.03) == pytest.approx(threshold, rel=1e-12)
    np.testing.assert_array_equal(FLAG.reference(log_densities, threshold), gmm_lab.is_anomaly(x, params, threshold))


def test_a_score_on_the_threshold_is_a_property_of_its_own():
    report = check("anomaly.flag", lambda v, t: v < t)
    assert report.score == 7
    assert report.findings[0].held


def test_the_ends_are_a_property_of_their_own():
    def counting(values, fraction):
        """Right between the ends only."""
        place = fraction * (len(values) - 1)
        low = int(place)
        ordered = np.append(np.sort(values), np.nan)
        return ordered[low] + (place - low) * (ordered[low + 1] - ordered[low])

    report = check("anomaly.log_threshold", counting)
    assert report.score == 6
    assert "holds NaN" in report.findings[1].note
