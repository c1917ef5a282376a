"""Exercises of chapter 3."""

import numpy as np

from .._typing import Array
from .common import (
    ABOUT_OLD_MEANS,
    AWAY,
    CORRELATIONS_IGNORED,
    COVARIANCE_FOR_INVERSE,
    DENSITY_SLIPS,
    DETERMINANT_FORGOTTEN,
    FAR,
    HALF_FORGOTTEN,
    REFIT_SLIPS,
    SMALL,
    WEIGHTS_FORGOTTEN,
    Mixture,
    far,
    floats,
    from_mixture,
    log_joint,
    near,
    only,
    refit,
)
from .engine.exercise import Exercise, Probe, Property, Slip

SECTION = 'section 3.1, "Guess, refit, repeat"'
NEAREST_MEAN = Slip("nearest mean", {"nearest": True}, "Is a point nearer to a wide component than to a narrow one?")
LABEL_SLIPS = (
    *DENSITY_SLIPS,
    Slip(
        "weights without logarithm",
        {"log_prior": np.asarray},
        "What becomes of the product of weight and density when you take its logarithm?",
    ),
    NEAREST_MEAN,
    Slip("least likely component", {"lowest": True}, "Do you want the largest product or the smallest?"),
    Slip(
        "most likely point of each component",
        {"axis": 0},
        "How many labels are asked for: one for each point, or for each component?",
    ),
)
ASSIGNING_SLIPS = (
    WEIGHTS_FORGOTTEN,
    HALF_FORGOTTEN,
    DETERMINANT_FORGOTTEN,
    COVARIANCE_FOR_INVERSE,
    CORRELATIONS_IGNORED,
    NEAREST_MEAN,
)


def labels(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    nearest: bool = False,
    axis: int = 1,
    lowest: bool = False,
    result: str = "labels",
    **density: object,
) -> Array:
    """The most likely component of each point; each keyword, off its default or passed on, is a slip."""
    x, weights, means, covariances = floats(x, weights, means, covariances)
    joint = log_joint(x, weights, means, covariances, **density)
    if nearest:
        joint = -((x[:, np.newaxis] - means) ** 2).sum(axis=2)
    best = joint.argmin(axis=axis) if lowest else joint.argmax(axis=axis)
    if result == "shares":
        shares = np.exp(joint - joint.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)
    return {"labels": best, "from one": best + 1, "one-hot": np.eye(len(weights))[best % len(weights)]}[result]


def one_step(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    soft: bool = False,
    nearest: bool = False,
    steps: int = 1,
    **switches: object,
) -> Mixture:
    """Labels, then the maximum likelihood given them; each keyword, off its default or passed on, is a slip."""
    x, *start = floats(x, weights, means, covariances)
    params = tuple(start)
    result = "shares" if soft else "one-hot"
    for _ in range(steps):
        resp = labels(x, *params, nearest=nearest, result=result, **only(log_joint, switches))
        params = refit(x, resp, params[1], **only(refit, switches))
    return params


def _ties(rng: np.random.Generator) -> list[Probe]:
    """Points half-way between means; whole numbers and round components, so that the tie is exact."""
    means = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    points = np.array([[0.0, 0.0], [0.0, 5.0], [-3.0, 3.0], [-1.0, -1.0], [1.0, -1.0]])
    rest = np.full(4, 0.25), means[rng.permutation(4)], np.tile(4 * np.eye(2), (4, 1, 1))
    return [(points, *rest)]


def _clear(probe: Probe) -> bool:
    """Whether each label stands above rounding."""
    joint = np.sort(log_joint(*probe), axis=1)
    return joint.shape[1] == 1 or (joint[:, -1] - joint[:, -2]).min() > 1e-3


def _labellings(probe: Probe, slips: tuple[Slip, ...]) -> list[Array]:
    """The right labels, and those of each slip."""
    return [labels(*probe, **switches) for switches in [{}, *(slip.switches for slip in slips)]]


def _differ(labellings: list[Array]) -> bool:
    return len({z.tobytes() for z in labellings}) == len(labellings)


def _assigned(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points among the components, each with a clear label."""
    return next(filter(_clear, (near(rng, n, n_components, n_features) for _ in range(1000))))


def _telling(rng: np.random.Generator) -> list[Probe]:
    """Points whose labels tell each slip from the others: drawn again until they do."""
    draws = ([_assigned(rng, 60, 3, 2), _assigned(rng, 50, 2, 3), _assigned(rng, 60, 4, 2)] for _ in range(1000))
    return next(
        probes
        for probes in draws
        if _differ(list(map(np.concatenate, zip(*(_labellings(p, LABEL_SLIPS) for p in probes), strict=True))))
    )


def _run(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points of a mixture and a start beside it; whichever slip made the labels, no class is nearly empty."""
    while True:
        probe = from_mixture(rng, n, n_components, n_features)
        found = _labellings(probe, ASSIGNING_SLIPS)
        if _clear(probe) and all(np.bincount(z, minlength=n_components).min() >= n_features + 2 for z in found):
            return probe


def _moving(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """The same, with labels that tell each slip, and that a second step would change."""
    while True:
        x, *start = probe = _run(rng, n, n_components, n_features)
        again = labels(x, *one_step(x, *start))
        if _differ([*_labellings(probe, ASSIGNING_SLIPS), again]):
            return probe


def _away(rng: np.random.Generator) -> list[Probe]:
    """A cloud of ordinary size a million away from the origin."""
    shift = 1e6 * rng.choice([-1.0, 1.0], size=2)
    x, weights, means, covariances = _run(rng, 40, 2, 2)
    return [(x + shift, weights, means + shift, covariances)]


ASSIGN = Exercise(
    name="hard_em.assign",
    reference=labels,
    properties=(
        Property(
            "labels are those of the most likely component",
            5,
            _telling,
            "Take one point, write down weight times density for each component, and look for the largest.",
        ),
        Property(
            "points far from every mean get their label too",
            2,
            far,
            FAR,
        ),
        Property("a tie goes to the first component", 1, _ties, "Which of two equal numbers does argmax return?"),
        Property(
            "one feature, one component and one point work",
            2,
            lambda rng: [_assigned(rng, 8, 3, 1), _assigned(rng, 6, 1, 2), _assigned(rng, 1, 2, 2)],
            SMALL,
        ),
    ),
    slips=(
        *LABEL_SLIPS,
        Slip("labels from one", {"result": "from one"}, "Which number has the first component in Python?"),
        Slip("one-hot rows", {"result": "one-hot"}, "A label is a number, not a row of zeros with a one."),
        Slip("shares for labels", {"result": "shares"}, "You have what may be believed. Which single label follows?"),
    ),
    section=SECTION,
    unseen="Not looked at: speed, and components whose covariance is nearly singular.",
)

STEP = Exercise(
    name="hard_em.step",
    reference=one_step,
    properties=(
        Property(
            "weights, means and covariances are those of the labelled points",
            6,
            lambda rng: [_moving(rng, 60, 3, 2), _moving(rng, 60, 2, 3), _moving(rng, 70, 3, 2)],
            "Label the points first. Then take one class, list its points, and work out share, mean and covariance.",
        ),
        Property(
            "data far from the origin keep their digits",
            2,
            _away,
            AWAY,
            digits=True,
        ),
        Property(
            "one feature and one component work",
            2,
            lambda rng: [_run(rng, 20, 2, 1), _run(rng, 12, 1, 2), _run(rng, 9, 1, 1)],
            SMALL,
        ),
    ),
    slips=(
        *ASSIGNING_SLIPS,
        Slip("shares for labels", {"soft": True}, "That is soft EM. What does hard EM do with a doubtful point?"),
        Slip("two steps", {"steps": 2}, "How often is each half-step asked for?"),
        Slip(
            "nothing done", {"steps": 0}, "The parameters come out as they went in. Is the result that of the M-step?"
        ),
        *REFIT_SLIPS,
        ABOUT_OLD_MEANS,
        Slip(
            "variances for matrices",
            {"form": "variances"},
            "Which shape has one covariance, and what stands off its diagonal?",
        ),
    ),
    section=SECTION,
    unseen="Not looked at: classes left with too few points for a covariance, and speed.",
)
