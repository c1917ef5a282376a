"""Single precision costs the digits at most, and is told; what is wrong by a small amount is still wrong."""

import numpy as np
import pytest
from answers import STYLES
from answers.blocks import joint_by_cholesky, joint_by_einsum, posterior, refit_by_einsum

from gmm_lab.exercises import EXERCISES, check
from gmm_lab.exercises.engine.exercise import difference

SEEDS = range(3)  # 20 were tried
NAMES = [name for name, exercise in EXERCISES.items() if exercise.differ is difference]


def coarse(value):
    """The number, or the array of numbers, in single precision."""
    if isinstance(value, float):
        return np.float32(value)
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


def fine(value):
    if isinstance(value, tuple | list) and any(isinstance(part, np.ndarray | list) for part in value):
        return tuple(map(fine, value)) if isinstance(value, tuple) else [fine(part) for part in value]
    return np.asarray(value, dtype=np.float64)


def cast_input(answer, *arguments):
    """Input in single precision, and all that follows in double."""
    arrays = (isinstance(part, np.ndarray) and part.dtype.kind == "f" for part in arguments)
    return answer(*(fine(coarse(part)) if array else part for part, array in zip(arguments, arrays, strict=True)))


def cast_first(answer, first, *others):
    """Points in single precision beside parameters in double."""
    return fine(answer(coarse(first), *others))


def all_coarse(answer, *arguments):
    """Everything in single precision but the result's type."""
    return fine(answer(*map(coarse, arguments)))


def results_too(answer, *arguments):
    return answer(*map(coarse, arguments))


def own(name):
    """An answer of the plainest style, whatever it is called."""
    return next(iter(STYLES[name].values()))


@pytest.mark.parametrize("cast", [cast_input, cast_first, all_coarse, results_too], ids=lambda cast: cast.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_single_precision_costs_the_digits_at_most_and_is_told(name, cast):
    exercise, lost = EXERCISES[name], False
    for seed in SEEDS:
        report = check(name, lambda *a: cast(own(name), *a), seed=seed)
        missing = [p for p, finding in zip(exercise.properties, report.findings, strict=True) if not finding.held]
        assert all(prop.digits for prop in missing), (seed, report)
        if missing:
            lost = True
            assert report.slip == "single precision"
            assert "float32" in report.hints[0]
            assert not any("Subtract" in hint for hint in report.hints)
    if cast in (all_coarse, results_too):
        assert lost == any(prop.digits for prop in exercise.properties)


def test_single_precision_of_the_result_alone_costs_nothing():
    """Its seven digits are those of the right number."""
    for name in NAMES:
        check(name, lambda *a, name=name: _each(coarse, own(name)(*a))).require()


def _each(change, value):
    return tuple(change(np.asarray(part)) for part in value) if isinstance(value, tuple) else change(np.asarray(value))


def with_floor(x, resp):
    weights, means, covariances = refit_by_einsum(x, resp)
    return weights, means, covariances + 1e-6 * np.eye(x.shape[1])


def with_small_weights(x, weights, means, covariances):
    return posterior(joint_by_cholesky(x, weights + 1e-6, means, covariances))


def with_floor_under_densities(x, weights, means, covariances):
    return np.log(np.exp(joint_by_einsum(x, weights, means, covariances)).sum(axis=1) + 1e-9)


def with_pi(x, weights, means, covariances):
    joint = joint_by_einsum(x, weights, means, covariances) + 0.5 * x.shape[1] * np.log(np.pi / 3.141593)
    return np.logaddexp.reduce(joint, axis=1)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("soft_em.m_step", with_floor),
        ("soft_em.e_step", with_small_weights),
        ("mixture.log_density", with_floor_under_densities),
        ("mixture.log_density", with_pi),
        ("elbo.entropy", lambda resp: -(resp * np.log(resp + 1e-6)).sum()),
        ("kmeans.inertia", lambda x, c: ((x[:, None] - c) ** 2).sum(axis=2).min(axis=1).sum() + 1e-5),
        ("kmeans.update", lambda x, z, k: np.stack([x[z == j].sum(0) / ((z == j).sum() + 1e-6) for j in range(k)])),
    ],
)
def test_what_is_wrong_by_a_small_amount_is_wrong(name, answer):
    for seed in SEEDS:
        report = check(name, answer, seed=seed)
        assert (report.score, report.slip) == (0, None)


@pytest.mark.parametrize("name", sorted({*NAMES} - {"convergence.rate"}))  # its gains have few digits left to tell by
def test_a_slip_in_single_precision_is_told_as_the_slip(name):
    exercise = EXERCISES[name]
    for slip in exercise.slips:
        report = check(name, lambda *a, slip=slip: exercise.reference(*map(coarse, a), **slip.switches))
        assert (report.score, report.slip) == (0, slip.name)


def test_cancellation_in_double_precision_is_told_as_cancellation():
    def by_moments(x, resp):
        counts = resp.sum(axis=0)
        means = resp.T @ x / counts[:, None]
        squares = np.einsum("nk,ni,nj->kij", resp, x, x) / counts[:, None, None]
        return counts / len(x), means, squares - means[:, :, None] * means[:, None]

    report = check("soft_em.m_step", by_moments)
    assert (report.score, report.slip) == (8, None)
    assert "Subtract first" in report.hints[0]
