"""The E-step exercise: right answers in any style pass, each slip is told for what it is."""

from itertools import combinations

import numpy as np
import pytest
from cases import awkward_case
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from gmm_lab import e_step
from gmm_lab.exercises import check, grade
from gmm_lab.exercises.soft_em import E_STEP, responsibilities

NAME = "soft_em.e_step"
SEEDS = range(4)


def log_joint(x, weights, means, covariances):
    """By SciPy; `atleast_1d` because it gives a scalar for one point."""
    parts = zip(weights, means, covariances, strict=True)
    return np.stack([np.log(w) + np.atleast_1d(multivariate_normal(m, c).logpdf(x)) for w, m, c in parts], axis=1)


def by_scipy(x, weights, means, covariances):
    joint = log_joint(x, weights, means, covariances)
    return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))


def by_shift(x, weights, means, covariances):
    joint = log_joint(x, weights, means, covariances)
    shares = np.exp(joint - joint.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def by_loops_and_lists(x, weights, means, covariances):
    result = []
    for point in x:
        logs = []
        for k in range(len(weights)):
            offset = point - means[k]
            distance = offset @ np.linalg.inv(covariances[k]) @ offset
            logs.append(np.log(weights[k]) - 0.5 * distance - 0.5 * np.log(np.linalg.det(covariances[k])))
        top = max(logs)
        shares = [np.exp(value - top) for value in logs]
        result.append([share / sum(shares) for share in shares])
    return result


def by_einsum(x, weights, means, covariances):
    offset = x[:, np.newaxis] - means
    distance = np.einsum("nki,kij,nkj->nk", offset, np.linalg.inv(covariances), offset)
    joint = np.log(weights) - 0.5 * (distance + np.linalg.slogdet(covariances)[1])
    return np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, np.newaxis])


def by_cholesky(x, weights, means, covariances):
    joint = []
    for weight, mean, lower in zip(weights, means, np.linalg.cholesky(covariances), strict=True):
        y = np.linalg.solve(lower, (x - mean).T)
        joint.append(np.log(weight) - 0.5 * (y * y).sum(axis=0) - np.log(lower.diagonal()).sum())
    joint = np.array(joint).T
    return np.exp(joint - logsumexp(joint, axis=1)[:, None])


def in_place_on_its_own(x, weights, means, covariances):
    joint = log_joint(x.copy(), weights, means, covariances)
    joint -= joint.max(axis=1, keepdims=True)
    np.exp(joint, out=joint)
    joint /= joint.sum(axis=1, keepdims=True)
    return joint


STYLES = {
    "scipy": by_scipy,
    "shift": by_shift,
    "loops and lists": by_loops_and_lists,
    "einsum": by_einsum,
    "cholesky": by_cholesky,
    "in place on its own array": in_place_on_its_own,
    "float32": lambda *a: by_scipy(*a).astype(np.float32),
    "Fortran order": lambda *a: np.asfortranarray(by_shift(*a)),
    "np.matrix": lambda *a: np.asmatrix(by_shift(*a)),
    "tuple of arrays": lambda *a: tuple(by_shift(*a)),
    "longdouble": lambda *a: by_shift(*a).astype(np.longdouble),
}


def test_reference_is_the_books_e_step():
    x, params = awkward_case()
    want, _ = e_step(x, params)
    got = responsibilities(x, params.weights, params.means, params.covariances)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-300)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("style", STYLES)
def test_right_in_any_style(style, seed):
    report = check(NAME, STYLES[style], seed=seed)
    assert report.score == report.max_score == 10, report


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("slip", E_STEP.slips, ids=lambda slip: slip.name)
def test_each_slip_is_told(slip, seed):
    report = check(NAME, lambda *a: responsibilities(*a, **slip.switches), seed=seed)
    assert report.slip == slip.name
    assert report.score == 0
    assert slip.hint in report.hints


PAIRS = [
    pair for pair in combinations(E_STEP.slips, 2) if pair[0].name == "weights forgotten" and "labels" not in str(pair)
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[1].name)
def test_two_slips_at_once_are_told_apart(pair):
    one, other = pair
    report = check(NAME, lambda *a: responsibilities(*a, **one.switches, **other.switches))
    assert report.slip == f"{one.name} and {other.name}"


def test_slips_differ_from_each_other_and_from_the_truth():
    for probe in E_STEP.properties[0].probes(np.random.default_rng(0)):
        results = [responsibilities(*probe)] + [responsibilities(*probe, **slip.switches) for slip in E_STEP.slips]
        for a, b in combinations(results, 2):
            assert a.shape != b.shape or not np.allclose(a, b, rtol=1e-3)


def naive(x, weights, means, covariances):
    joint = np.exp(log_joint(x, weights, means, covariances))
    return joint / joint.sum(axis=1, keepdims=True)


def test_underflow_is_a_property_of_its_own():
    report = check(NAME, naive)
    assert report.score == 8
    assert "holds NaN" in report.findings[1].note
    assert "logarithms" in report.hints[0]


def test_small_cases_are_a_property_of_their_own():
    report = check(NAME, lambda x, w, m, c: np.squeeze(by_shift(x, w, m, c)))
    assert report.score == 8
    assert report.findings[2].note == "The result must have shape (6, 1), got (6,)."


@pytest.mark.parametrize(
    "constant",
    [
        lambda x, w, m, c: np.full((len(x), len(w)), 1 / len(w)),
        lambda x, w, m, c: np.tile(w, (len(x), 1)),
        lambda x, w, m, c: np.zeros((len(x), len(w))),
    ],
)
def test_a_constant_earns_nothing(constant):
    assert grade(NAME, constant) == 0
