"""Every exercise: right answers in any style pass, each slip is told for what it is, a constant earns nothing."""

import inspect
import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from answers import STYLES

from gmm_lab.exercises import EXERCISES, check, grade
from gmm_lab.exercises.engine.exercise import difference

BOOK = Path(__file__).parents[2] / "book"
SEEDS = range(3)  # 200 seeds were tried
SIGNATURES = {
    "mixture.log_density": "x, weights, means, covariances",
    "mixture.sample": "weights, means, covariances, n, rng",
    "likelihood.complete_mle": "x, z, n_components",
    "likelihood.log_likelihood": "x, weights, means, covariances",
    "likelihood.gradient_means": "x, weights, means, covariances",
    "hard_em.assign": "x, weights, means, covariances",
    "hard_em.step": "x, weights, means, covariances",
    "kmeans.assign": "x, centres",
    "kmeans.update": "x, labels, n_clusters",
    "kmeans.inertia": "x, centres",
    "soft_em.e_step": "x, weights, means, covariances",
    "soft_em.m_step": "x, resp",
    "soft_em.em": "x, weights, means, covariances, n_steps",
    "elbo.entropy": "resp",
    "elbo.elbo": "x, resp, weights, means, covariances",
    "elbo.kl_gap": "x, resp, weights, means, covariances",
    "convergence.has_converged": "log_likelihoods, tol",
    "convergence.rate": "log_likelihoods",
    "selection.n_free_parameters": "n_components, n_features",
    "selection.bic": "x, weights, means, covariances",
    "selection.folds": "n, n_folds, rng",
    "initialization.kmeans_plus_plus_probabilities": "x, centres",
    "initialization.spherical_covariances": "x, n_components",
    "anomaly.log_threshold": "log_densities, fraction",
    "anomaly.flag": "log_densities, threshold",
}
EACH = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES.keys())
EACH_STYLE = [(name, style) for name, styles in STYLES.items() for style in styles]
EACH_SLIP = [(name, slip.name) for name, exercise in EXERCISES.items() for slip in exercise.slips]
ONES = (1, 1.0, True, None, [], "resp")


def test_the_catalogue_is_complete():
    found = {}
    for name, exercise in EXERCISES.items():
        parameters = inspect.signature(exercise.reference).parameters.values()
        found[name] = ", ".join(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)
    assert found == SIGNATURES
    assert list(STYLES) == list(SIGNATURES)
    assert min(map(len, STYLES.values())) >= 10
    assert len(EACH_SLIP) >= 120


@EACH
def test_points_are_ten_and_slips_have_hints_of_their_own(exercise):
    assert sum(prop.points for prop in exercise.properties) == 10
    assert len(exercise.slips) >= 4
    assert (
        len({slip.name for slip in exercise.slips})
        == len({slip.hint for slip in exercise.slips})
        == len(exercise.slips)
    )
    assert all(slip.hint.rstrip(".?") != slip.hint for slip in exercise.slips)
    assert exercise.unseen.startswith("Not looked at: ")


@EACH
def test_it_points_to_a_section_of_its_chapter(exercise):
    (number, title), *_ = re.findall(r'section (\d+\.\d+), "(.+?)"', exercise.section)
    (chapter,) = BOOK.glob(f"[0-9][0-9]_{exercise.name.split('.')[0]}.ipynb")
    assert int(chapter.name[:2]) == int(number.split(".")[0])
    cells = json.loads(chapter.read_text("utf-8"))["cells"]
    headings = {line.rstrip() for cell in cells for line in cell["source"] if line.startswith("## ")}
    assert f"## {number} {title}" in headings


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(("name", "style"), EACH_STYLE)
def test_right_in_any_style(name, style):
    for seed in SEEDS:
        report = check(name, STYLES[name][style], seed=seed)
        assert report.score == report.max_score == 10, report
        assert report.hints == ()


@pytest.mark.parametrize(("name", "slip"), EACH_SLIP)
def test_each_slip_is_told(name, slip):
    exercise = EXERCISES[name]
    (slip,) = (known for known in exercise.slips if known.name == slip)
    for seed in SEEDS:
        report = check(name, lambda *a: exercise.reference(*a, **slip.switches), seed=seed)
        assert report.slip == slip.name
        assert report.score == 0
        assert report.hints == (exercise.properties[0].hint, slip.hint, f"Read {exercise.section}.")


@EACH
def test_slips_differ_clearly_from_each_other_and_from_the_truth(exercise):
    if exercise.differ is not difference:
        pytest.skip("random answers differ in their statistics only")
    probes = exercise.properties[0].probes(np.random.default_rng(0))
    variants = [{}, *(slip.switches for slip in exercise.slips)]
    answers = [[exercise.reference(*probe, **switches) for probe in probes] for switches in variants]
    for one, other in combinations(answers, 2):
        assert any(map(_unlike, one, other))


def _unlike(one, other):
    if isinstance(one, tuple):
        return any(map(_unlike, one, other))
    a, b = np.asarray(one), np.asarray(other)
    return a.shape != b.shape or not np.allclose(a, b, rtol=1e-3, atol=0)


@EACH
def test_a_constant_earns_nothing(exercise):
    def filled(value):
        def answer(*arguments):
            right = exercise.reference(*arguments)
            parts = tuple(np.full_like(part, value) for part in np.atleast_1d(*right)) if _many(right) else None
            return parts or np.full_like(right, value)

        return answer

    answers = [*map(filled, (0, 1)), *(lambda *a, one=one: one for one in ONES)]
    for answer in answers:
        assert grade(exercise.name, answer) == 0


def _many(result):
    return isinstance(result, tuple | list)


@EACH
def test_arguments_keep_what_they_hold(exercise):
    """The reference itself does not change its inputs, so that probes stay what they are."""
    for prop in exercise.properties:
        for probe in prop.probes(np.random.default_rng(1)):
            before = [np.array(part) for part in probe if isinstance(part, np.ndarray)]
            exercise.reference(*probe)
            after = [part for part in probe if isinstance(part, np.ndarray)]
            assert all(map(np.array_equal, before, after))
