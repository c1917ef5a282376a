"""The exercises of chapter 4: right answers in any style pass, each slip is told for what it is."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy.cluster.vq import vq
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from gmm_lab import kmeans
from gmm_lab.exercises import check, grade
from gmm_lab.exercises.kmeans import ASSIGN, INERTIA, UPDATE

SEEDS = range(3)


def squares(x, centres):
    return ((x[:, np.newaxis] - centres) ** 2).sum(axis=2)


def by_loops(x, centres):
    labels = []
    for point in x:
        distances = [math.dist(point, centre) for centre in centres]
        labels.append(distances.index(min(distances)))
    return labels


def by_keeping_the_best(x, centres):
    labels, best = np.zeros(len(x), dtype=int), np.full(len(x), np.inf)
    for k, centre in enumerate(centres):
        distances = np.linalg.norm(x - centre, axis=1)
        labels[distances < best], best = k, np.minimum(best, distances)
    return labels


def by_einsum(x, centres):
    offsets = x[:, np.newaxis] - centres
    return np.einsum("nkd,nkd->nk", offsets, offsets).argmin(axis=1)


def labels(x, centres):
    return squares(x, centres).argmin(axis=1)


def averages(x, z, n_clusters):
    return np.stack([x[z == k].mean(axis=0) for k in range(n_clusters)])


def by_one_hot(x, z, n_clusters):
    members = np.eye(n_clusters)[z]
    return members.T @ x / members.sum(axis=0)[:, np.newaxis]


def by_add_at(x, z, n_clusters):
    sums = np.zeros((n_clusters, x.shape[1]))
    np.add.at(sums, z, x)
    return sums / np.bincount(z, minlength=n_clusters)[:, np.newaxis]


def by_bincount(x, z, n_clusters):
    columns = [np.bincount(z, column, n_clusters) for column in x.T]
    return np.column_stack(columns) / np.bincount(z, minlength=n_clusters)[:, np.newaxis]


def by_lists(x, z, n_clusters):
    result = []
    for k in range(n_clusters):
        members = [list(point) for point, label in zip(x, z, strict=True) if label == k]
        result.append([sum(column) / len(members) for column in zip(*members, strict=True)])
    return result


def by_running_mean(x, z, n_clusters):
    centres, counts = np.zeros((n_clusters, x.shape[1])), np.zeros(n_clusters)
    for point, k in zip(x, z, strict=True):
        counts[k] += 1
        centres[k] += (point - centres[k]) / counts[k]
    return centres


def total(x, centres):
    return squares(x, centres).min(axis=1).sum()


def total_by_loops(x, centres):
    return sum(min(sum((a - b) ** 2 for a, b in zip(point, c, strict=True)) for c in centres) for point in x)


EXERCISES = {exercise.name: exercise for exercise in (ASSIGN, UPDATE, INERTIA)}
STYLES = {
    "kmeans.assign": {
        "broadcasting": labels,
        "loops and lists": by_loops,
        "keeping the best": by_keeping_the_best,
        "einsum": by_einsum,
        "cdist": lambda x, c: cdist(x, c).argmin(axis=1),
        "squared cdist": lambda x, c: cdist(x, c, "sqeuclidean").argmin(axis=1),
        "norm": lambda x, c: np.linalg.norm(x[:, None] - c, axis=-1).argmin(-1),
        "floats": lambda x, c: labels(x, c).astype(np.float32),
        "bytes": lambda x, c: labels(x, c).astype(np.uint8),
        "tuple": lambda x, c: tuple(labels(x, c)),
        "largest of minus": lambda x, c: (-squares(x, c)).argmax(axis=1),
        "Gaussian": lambda x, c: (-squares(x, c) / 2 - np.log(len(c))).argmax(axis=1),
    },
    "kmeans.update": {
        "mean by mean": averages,
        "one-hot": by_one_hot,
        "add.at": by_add_at,
        "bincount": by_bincount,
        "lists": by_lists,
        "running mean": by_running_mean,
        "average": lambda x, z, k: np.array([np.average(x, axis=0, weights=z == j) for j in range(k)]),
        "float32": lambda x, z, k: averages(x, z, k).astype(np.float32),
        "Fortran order": lambda x, z, k: np.asfortranarray(averages(x, z, k)),
        "np.matrix": lambda x, z, k: np.asmatrix(averages(x, z, k)),
        "longdouble": lambda x, z, k: averages(x.astype(np.longdouble), z, k),
        "tuple of arrays": lambda x, z, k: tuple(averages(x, z, k)),
    },
    "kmeans.inertia": {
        "broadcasting": total,
        "loops": total_by_loops,
        "cdist": lambda x, c: cdist(x, c, "sqeuclidean").min(axis=1).sum(),
        "squared norms": lambda x, c: (np.linalg.norm(x[:, None] - c, axis=2).min(axis=1) ** 2).sum(),
        "SciPy's vq": lambda x, c: (vq(x, c)[1] ** 2).sum(),
        "KDTree": lambda x, c: (KDTree(c).query(x)[0] ** 2).sum(),
        "by labels": lambda x, c: ((x - c[labels(x, c)]) ** 2).sum(),
        "float": lambda x, c: float(total(x, c)),
        "fsum": lambda x, c: math.fsum(squares(x, c).min(axis=1)),
        "0-d array": lambda x, c: np.array(total(x, c)),
        "longdouble": lambda x, c: total(x.astype(np.longdouble), c),
        "dot": lambda x, c: np.vdot(x - c[labels(x, c)], x - c[labels(x, c)]),
    },
}
EACH_STYLE = [(name, style) for name, styles in STYLES.items() for style in styles]
EACH_SLIP = [(name, slip.name) for name, exercise in EXERCISES.items() for slip in exercise.slips]
EACH = pytest.mark.parametrize("name", EXERCISES)


def test_references_are_the_books_k_means():
    x, centres = ASSIGN.properties[0].probes(np.random.default_rng(0))[0]
    start, step = (kmeans(x, centres, max_steps=n) for n in (0, 1))
    np.testing.assert_array_equal(ASSIGN.reference(x, centres), start.labels)
    np.testing.assert_allclose(UPDATE.reference(x, start.labels, 3), step.centres, rtol=1e-12)
    assert INERTIA.reference(x, centres) == pytest.approx(start.inertia, rel=1e-12)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "style"), EACH_STYLE)
def test_right_in_any_style(name, style, seed):
    report = check(name, STYLES[name][style], seed=seed)
    assert report.score == report.max_score == 10, report


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "slip"), EACH_SLIP)
def test_each_slip_is_told(name, slip, seed):
    exercise = EXERCISES[name]
    (slip,) = (known for known in exercise.slips if known.name == slip)
    report = check(name, lambda *a: exercise.reference(*a, **slip.switches), seed=seed)
    assert report.slip == slip.name
    assert report.score == 0
    assert slip.hint in report.hints


@EACH
def test_slips_differ_from_each_other_and_from_the_truth(name):
    exercise = EXERCISES[name]
    probes = exercise.properties[0].probes(np.random.default_rng(0))
    variants = [{}, *(slip.switches for slip in exercise.slips)]
    answers = [[exercise.reference(*probe, **switches) for probe in probes] for switches in variants]
    for one, other in combinations(answers, 2):
        pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(one, other, strict=True)]
        assert any(a.shape != b.shape or not np.allclose(a, b, rtol=1e-3) for a, b in pairs)


@EACH
def test_a_constant_earns_nothing(name):
    for seed in SEEDS:
        assert grade(name, lambda *a: np.zeros_like(EXERCISES[name].reference(*a)), seed=seed) == 0
        assert grade(name, lambda *a: 1.0, seed=seed) == 0


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
