"""The exercises of chapter 5: the reference is the book's, and what single properties are there for."""

from itertools import combinations

import numpy as np
import pytest
from answers.blocks import joint_by_scipy
from answers.soft_em import em, in_place_on_its_own, m_step
from cases import awkward_case

import gmm_lab
from gmm_lab.exercises import check, grade
from gmm_lab.exercises.soft_em import E_STEP, EM, M_STEP, responsibilities

NAME = "soft_em.e_step"


def test_references_are_the_books_half_steps():
    x, params = awkward_case()
    start = params.weights, params.means, params.covariances
    resp, _ = gmm_lab.e_step(x, params)
    np.testing.assert_allclose(responsibilities(x, *start), resp, rtol=1e-9, atol=1e-300)
    once = gmm_lab.m_step(x, resp)
    twice = gmm_lab.m_step(x, gmm_lab.e_step(x, once)[0])
    for got, want in ((M_STEP.reference(x, resp), once), (EM.reference(x, *start, 2), twice)):
        for part, name in zip(got, ("weights", "means", "covariances"), strict=True):
            np.testing.assert_allclose(part, getattr(want, name), rtol=1e-9, atol=1e-12)


PAIRS = [
    pair for pair in combinations(E_STEP.slips, 2) if pair[0].name == "weights forgotten" and "labels" not in str(pair)
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[1].name)
def test_two_slips_at_once_are_told_apart(pair):
    one, other = pair
    report = check(NAME, lambda *a: responsibilities(*a, **one.switches, **other.switches))
    assert report.slip == f"{one.name} and {other.name}"


def test_underflow_is_a_property_of_its_own():
    def naive(x, weights, means, covariances):
        joint = np.exp(joint_by_scipy(x, weights, means, covariances))
        return joint / joint.sum(axis=1, keepdims=True)

    report = check(NAME, naive)
    assert report.score == 8
    assert "holds NaN" in report.findings[1].note
    assert "logarithms" in report.hints[0]


def test_small_cases_are_a_property_of_their_own():
    report = check(NAME, lambda *a: np.squeeze(in_place_on_its_own(*a)))
    assert report.score == 8
    assert report.findings[2].note == "The result must have shape (6, 1), got (6,)."


@pytest.mark.parametrize(
    "constant",
    [lambda x, w, m, c: np.full((len(x), len(w)), 1 / len(w)), lambda x, w, m, c: np.tile(w, (len(x), 1))],
)
def test_a_belief_that_does_not_look_at_the_points_earns_nothing(constant):
    assert grade(NAME, constant) == 0


def test_cancellation_is_a_property_of_its_own():
    def by_moments(x, resp):
        counts = resp.sum(axis=0)
        means = resp.T @ x / counts[:, None]
        squares = np.einsum("nk,ni,nj->kij", resp, x, x) / counts[:, None, None]
        return counts / len(x), means, squares - means[:, :, None] * means[:, None]

    report = check("soft_em.m_step", by_moments)
    assert report.score == 8
    assert "Subtract first" in report.hints[0]


def run_with(e_step, m_step):
    def answer(x, weights, means, covariances, n_steps):
        params = weights, means, covariances
        for _ in range(n_steps):
            params = m_step(x, e_step(x, *params), params)
        return params

    return answer


def refit(x, resp, _params):
    return m_step(x, resp)


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (
            run_with(lambda *a: responsibilities(*a, log_prior=np.zeros_like), refit),
            "differs is weights, in M-step 1. The E-step",
        ),
        (
            run_with(responsibilities, lambda x, r, p: M_STEP.reference(x, r, power=2)),
            "differs is covariances, in M-step 1. What stands before it is right.",
        ),
        (
            lambda x, w, m, c, n: em(x, w, m, c, min(n, 1)),
            "differs is weights, in M-step 2.",
        ),
        (lambda x, w, m, c, n: (w, m[::-1], c), "With 0 steps the start must come back as it is."),
        (lambda x, w, m, c, n: (w + n, m, c), "With n_steps = 1 the result is no mixture: weights must be"),
        (lambda x, w, m, c, n: (w, m, c) if n else None, "With n_steps = 0 the result is no mixture"),
    ],
)
def test_a_run_is_followed_to_the_half_step_that_differs(answer, place):
    report = check("soft_em.em", answer)
    assert report.score == 0
    assert place in report.findings[0].note


def test_an_error_in_a_shorter_run_is_told():
    def answer(x, weights, means, covariances, n_steps):
        if n_steps == 0:
            raise ZeroDivisionError("no step at all")
        return weights, means, covariances

    assert "With n_steps = 0: It stops with ZeroDivisionError" in check("soft_em.em", answer).findings[0].note
