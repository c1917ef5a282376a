"""Checks for the book's exercises: each names the property that fails and the likely slip, and keeps the answer.

>>> from gmm_lab.exercises import check
>>> check("soft_em.e_step", my_e_step)  # doctest: +SKIP
"""

from collections.abc import Callable
from functools import partial

from . import (
    anomaly,
    convergence,
    elbo,
    hard_em,
    initialization,
    kmeans,
    likelihood,
    mixture,
    selection,
    soft_em,
)
from .engine.examine import examine
from .engine.exercise import Exercise
from .engine.report import CheckFailed, Report
from .runners.here import call

__all__ = ["CheckFailed", "Report", "check", "grade"]

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise
    for exercise in (
        mixture.LOG_DENSITY,
        mixture.SAMPLE,
        likelihood.COMPLETE_MLE,
        likelihood.LOG_LIKELIHOOD,
        likelihood.GRADIENT_MEANS,
        hard_em.ASSIGN,
        hard_em.STEP,
        kmeans.ASSIGN,
        kmeans.UPDATE,
        kmeans.INERTIA,
        soft_em.E_STEP,
        soft_em.M_STEP,
        soft_em.EM,
        elbo.ENTROPY,
        elbo.ELBO,
        elbo.KL_GAP,
        convergence.HAS_CONVERGED,
        convergence.RATE,
        selection.N_FREE_PARAMETERS,
        selection.BIC,
        selection.FOLDS,
        initialization.KMEANS_PLUS_PLUS_PROBABILITIES,
        initialization.SPHERICAL_COVARIANCES,
        anomaly.LOG_THRESHOLD,
        anomaly.FLAG,
    )
}


def check(name: str, answer: Callable, *, seed: int = 0) -> Report:
    """Try an answer on seeded probes.

    Parameters
    ----------
    name : str
        The exercise, such as "soft_em.e_step".
    answer : callable
        The reader's function, with the signature that the exercise states.
    seed : int
        Another seed, other probes.

    Returns
    -------
    Report
        Shows itself in a notebook; `require` raises CheckFailed unless every property holds.

    Raises
    ------
    ValueError
        If there is no such exercise, or no such seed.

    References
    ----------
    The section of the book that the report names.
    """
    if name not in EXERCISES:
        raise ValueError(f"name must be one of {', '.join(EXERCISES)}, got {name!r}.")
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0, got {seed!r}. It makes the probes.")
    return examine(EXERCISES[name], partial(call, answer), seed)


def grade(name: str, answer: Callable, *, points: float = 10, seed: int = 1) -> float:
    """The share of `points` that an answer earns: the last expression of an nbgrader test cell.

    Parameters, errors and references are those of `check`. Returns a plain float (nbgrader gives full marks for
    anything else), and prints nothing (nbgrader gives none for a word on stderr).
    """
    report = check(name, answer, seed=seed)
    return float(points * report.share)
