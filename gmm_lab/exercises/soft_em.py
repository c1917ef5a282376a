"""Exercises of chapter 5."""

from contextlib import suppress

import numpy as np
from scipy.special import log_softmax, softmax

from .._typing import Array
from .common import (
    ABOUT_OLD_MEANS,
    AWAY,
    DENSITY_SLIPS,
    FAR,
    REFIT_SLIPS,
    SMALL,
    Mixture,
    far,
    floats,
    from_mixture,
    log_joint,
    only,
    ordinary,
    refit,
    small,
)
from .engine.exercise import Exercise, Probe, Property, Slip
from .engine.follow import first_half_step


def responsibilities(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    axis: int = 1,
    result: str = "resp",
    **density: object,
) -> Array:
    """Bayes' rule in the log domain; each keyword, off its default or passed on to the density, is a slip."""
    joint = log_joint(*floats(x, weights, means, covariances), **density)
    # The largest term is taken off first: far out, the log of a sum no longer holds the digits that tell the shares.
    resp, log_resp = softmax(joint, axis=axis), log_softmax(joint, axis=axis)
    results = {"resp": resp, "joint": np.exp(joint), "log": log_resp, "transposed": resp.T}
    return np.eye(len(weights))[joint.argmax(axis=1)] if result == "labels" else results[result]


def _expected(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points of a mixture, and responsibilities in parts, unequal and none of them nearly 0 in sum."""
    x, *_ = from_mixture(rng, n, n_components, n_features)
    resp = rng.dirichlet(np.arange(1, n_components + 1) / n_components + 0.3, n)
    resp[:n_components] = 0.9 * np.eye(n_components) + 0.1 / n_components  # as labels, too, nobody is left alone
    return x, resp


def m_step(x: Array, resp: Array, *, hard: bool = False, axis: int = 0, **switches: object) -> Mixture:
    """Weighted shares, means and covariances; each keyword is a slip, most of them `refit`'s."""
    x, resp = floats(x, resp)
    if hard:
        resp = np.eye(resp.shape[1])[resp.argmax(axis=1)]
    if axis == 1:
        resp = np.ones_like(resp)
    return refit(x, resp, **switches)


def em(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    n_steps: int,
    *,
    more: int = 0,
    renewed: bool = True,
    hard: bool = False,
    axis: int = 1,
    **switches: object,
) -> Mixture:
    """E- and M-steps by turns; each keyword, off its default or passed on to a half-step, is a slip."""
    x, *start = floats(x, weights, means, covariances)
    params, resp = tuple(start), None
    for _ in range(n_steps + more):
        if resp is None or renewed:
            result = "labels" if hard else "resp"
            resp = responsibilities(x, *params, axis=axis, result=result, **only(log_joint, switches))
        params = refit(x, resp, params[1], **only(refit, switches))
    return params


def _run(rng: np.random.Generator, n: int, n_components: int, n_features: int, n_steps: int) -> Probe:
    """A run in which, were it hard EM, no class would be nearly empty."""
    while True:
        probe = *from_mixture(rng, n, n_components, n_features), n_steps
        with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):
            shares = [em(*probe[:4], step, hard=True)[0] for step in range(1, n_steps + 1)]
            if np.min(shares) * n > 2 * n_features:
                return probe


def _runs(rng: np.random.Generator) -> list[Probe]:
    return [_run(rng, 50, 3, 2, 2), _run(rng, 40, 2, 3, 3), _run(rng, 40, 2, 2, 1)]


def _away(rng: np.random.Generator) -> list[Probe]:
    """A cloud of ordinary size a million away from the origin."""
    shift = 1e6 * rng.choice([-1.0, 1.0], size=2)
    x, weights, means, covariances = from_mixture(rng, 40, 2, 2)
    return [(x + shift, weights, means + shift, covariances, 2)]


E_STEP = Exercise(
    name="soft_em.e_step",
    reference=responsibilities,
    properties=(
        Property(
            "values are those of Bayes' rule",
            6,
            ordinary,
            "Work one row by hand: the joint with each component, then divide by their sum.",
        ),
        Property(
            "points far from every mean get a distribution too",
            2,
            far,
            FAR,
        ),
        Property(
            "one feature, one component and one point work",
            2,
            small,
            SMALL,
        ),
    ),
    slips=(
        Slip(
            "normalised over points", {"axis": 0}, "Over which index must the responsibilities of one point sum to 1?"
        ),
        *DENSITY_SLIPS,
        Slip(
            "hard labels", {"result": "labels"}, "A label is the component with the largest share. What is asked for?"
        ),
        Slip(
            "not normalised",
            {"result": "joint"},
            "You have the joint of point and component. What makes it a posterior?",
        ),
        Slip(
            "logarithms returned",
            {"result": "log"},
            "Probabilities lie between 0 and 1. What is the last step out of logs?",
        ),
        Slip("transposed", {"result": "transposed"}, "One row for each point, one column for each component."),
    ),
    section='section 5.1, "The posterior over components"',
    unseen="Not looked at: speed, and components whose covariance is nearly singular.",
)

M_STEP = Exercise(
    name="soft_em.m_step",
    reference=m_step,
    properties=(
        Property(
            "weights, means and covariances are the weighted ones",
            6,
            lambda rng: [_expected(rng, 20, 3, 2), _expected(rng, 25, 2, 3), _expected(rng, 30, 4, 2)],
            "Take one component: add up its column, then the points times that column, then the squares.",
        ),
        Property(
            "data far from the origin keep their digits",
            2,
            lambda rng: [(x + 1e6, resp) for x, resp in [_expected(rng, 20, 2, 2)]],
            AWAY,
            digits=True,
        ),
        Property(
            "one feature and one component work",
            2,
            lambda rng: [_expected(rng, 12, 3, 1), _expected(rng, 8, 1, 2), _expected(rng, 6, 1, 1)],
            SMALL,
        ),
    ),
    slips=(
        *REFIT_SLIPS,
        Slip("hard labels", {"hard": True}, "Does a doubtful point count for one component only?"),
        Slip("responsibilities ignored", {"axis": 1}, "How much of a point goes into the mean of component k?"),
        Slip("responsibilities squared", {"power": 2}, "In a covariance, how often does the share of a point count?"),
        Slip(
            "variances for matrices",
            {"form": "variances"},
            "Which shape has one covariance, and what stands off its diagonal?",
        ),
    ),
    section='section 5.2, "Equations that a maximum satisfies"',
    unseen="Not looked at: components without responsibility, and speed.",
)

EM = Exercise(
    name="soft_em.em",
    reference=em,
    properties=(
        Property(
            "the parameters after each step are those of EM",
            6,
            _runs,
            "Run one step only. Compare the responsibilities, then the weights, the means, the covariances.",
        ),
        Property(
            "0 steps give the start",
            1,
            lambda rng: [(*from_mixture(rng, 12, 2, 2), 0)],
            "How often does your loop run with n_steps = 0, and what is returned then?",
        ),
        Property("data far from the origin keep their digits", 2, _away, AWAY, digits=True),
        Property(
            "one feature and one component work",
            1,
            lambda rng: [(*from_mixture(rng, 25, 2, 1), 2), (*from_mixture(rng, 12, 1, 2), 2)],
            SMALL,
        ),
    ),
    slips=(
        *DENSITY_SLIPS,
        Slip(
            "normalised over points", {"axis": 0}, "Over which index must the responsibilities of one point sum to 1?"
        ),
        Slip("hard labels", {"hard": True}, "That is hard EM. What does soft EM do with a doubtful point?"),
        *REFIT_SLIPS,
        ABOUT_OLD_MEANS,
        Slip("responsibilities never renewed", {"renewed": False}, "Which half-step uses the new parameters?"),
        Slip("one step too many", {"more": 1}, "How often does your loop run for n_steps = 1?"),
        Slip("one step too few", {"more": -1}, "With n_steps = 1, does anything move?"),
    ),
    section='section 5.3, "The algorithm"',
    unseen="Not looked at: collapse, when to stop, and speed.",
    follow=first_half_step,
)
