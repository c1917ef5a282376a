"""Exercises of chapter 8."""

from collections.abc import Sequence

import numpy as np

from .._typing import Array
from .common import DENSITY_SLIPS, SMALL, ordinary, small
from .engine.chance import same_source
from .engine.exercise import Exercise, Probe, Property, Slip, as_array
from .likelihood import log_likelihood


def n_free_parameters(
    n_components: int,
    n_features: int,
    *,
    weights: str = "K - 1",
    means: bool = True,
    covariance: str = "symmetric",
    tied: bool = False,
) -> int:
    """K - 1 + K D + K D (D + 1) / 2; each keyword, off its default, is a slip."""
    k, d = n_components, n_features
    entries = {"symmetric": d * (d + 1) // 2, "all": d * d, "diagonal": d, "one": 1}
    return {"K - 1": k - 1, "K": k, "0": 0}[weights] + k * d * means + (1 if tied else k) * entries[covariance]


def bic(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    sign: int = 1,
    fit: float = -2.0,
    penalty: str = "log N",
    count: str = "free",
    per_point: bool = False,
    **density: object,
) -> float:
    """-2 log-likelihood + p log N; each keyword, off its default or passed on, is a slip."""
    n, d = np.shape(x)
    k = len(weights)
    value = log_likelihood(x, weights, means, covariances, **density)
    free = n_free_parameters(k, d)
    p = {"free": free, "K weights": free + 1, "K": k, "all entries": k + k * d + k * d * d, "means": k * d}[count]
    price = {"log N": np.log(n), "2": 2.0, "log ND": np.log(n * d), "N": float(n), "log2 N": np.log2(n)}[penalty]
    total = sign * (fit * value + p * price)
    return total / n if per_point else total


def folds(
    n: int,
    n_folds: int,
    rng: np.random.Generator,
    *,
    order: str = "shuffled",
    part: str = "held out",
    remainder: str = "spread",
    result: str = "indices",
    replace: bool = False,
) -> Sequence[Array] | Array:
    """Held-out indices of each fold; each keyword, off its default, is a slip."""
    places = rng.choice(n, n, replace=replace) if order == "shuffled" else np.arange(n)
    if order == "dealt":
        places = np.concatenate([places[i::n_folds] for i in range(n_folds)])
    size = n // n_folds
    parts = {
        "spread": lambda: np.array_split(places, n_folds),
        "dropped": lambda: [places[i * size : (i + 1) * size] for i in range(n_folds)],
        "last": lambda: np.split(places, size * np.arange(1, n_folds)),
        "folds of that size": lambda: np.split(places, np.arange(n_folds, n, n_folds)),
    }[remainder]()
    if part == "kept":
        parts = [np.setdiff1d(np.arange(n), held) for held in parts]
    if result == "numbers":
        numbers = np.empty(n, dtype=int)
        for i, held in enumerate(parts):
            numbers[held] = i
        return numbers
    return [held + (result == "from one") for held in parts]


def unlike_folds(got: object, want: Sequence[Array] | Array) -> str:
    """How folds differ from others in what must hold of both: number, sizes, indices, order; or nothing."""
    marks, right = _marks(got), _marks(want)
    return next((mark or f"The {name} is not right." for name, mark in marks.items() if mark != right.get(name)), "")


def _marks(folds: object) -> dict[str, str]:
    """What is to be said of folds, whatever the draw."""
    parts = [as_array(part) for part in folds] if isinstance(folds, list | tuple | np.ndarray) else [None]
    if any(part is None or part.ndim != 1 for part in parts):
        return {"form": "The result must be a list of one-dimensional arrays of indices."}
    indices = np.concatenate(parts) if parts else np.array([])
    counts = np.unique(indices, return_counts=True)[1]
    sizes = sorted(map(len, parts))
    ordered = [np.sort(part) for part in parts]
    blocks = all((np.diff(part) == 1).all() for part in ordered)
    dealt = all((np.diff(part) == len(parts)).all() for part in ordered)
    return {
        "form": "",
        "number": f"There are {len(parts)} folds.",
        "sizes": f"The folds have {', '.join(map(str, sizes))} indices.",
        "range": f"The indices go from {indices.min(initial=0):g} to {indices.max(initial=0):g}.",
        "repeats": "An index is in more than one place." if counts.max(initial=1) > 1 else "",
        "order": "The folds are runs of neighbours." * blocks or "The points are dealt in turn." * dealt,
    }


def _splits(rng: np.random.Generator) -> list[Probe]:
    sizes = (43, 5), (38, 4), (50, 3)
    return [(n, k, np.random.default_rng(rng.integers(2**32))) for n, k in sizes]


def _repeated(rng: np.random.Generator) -> list[Probe]:
    """Two splits by one generator, two by others."""
    seed = int(rng.integers(2**32))
    return [(40, 4, np.random.default_rng(s)) for s in (seed, seed, seed + 1, seed + 2)]


N_FREE_PARAMETERS = Exercise(
    name="selection.n_free_parameters",
    reference=n_free_parameters,
    properties=(
        Property(
            "the count is right for several K and D",
            7,
            lambda rng: [(int(k), int(d)) for k, d in zip(rng.integers(2, 7, 3), (2, 3, 5), strict=True)],
            "Write out one component in two dimensions: which of its numbers may be chosen freely?",
        ),
        Property(
            "one component or one feature works",
            3,
            lambda rng: [(1, int(rng.integers(2, 6))), (int(rng.integers(2, 6)), 1), (1, 1)],
            SMALL,
        ),
    ),
    slips=(
        Slip("K weights", {"weights": "K"}, "If you know all weights but one, what is the last?"),
        Slip("weights forgotten", {"weights": "0"}, "Which numbers does a mixture have besides means and covariances?"),
        Slip("means forgotten", {"means": False}, "Which numbers does a mixture have besides weights and covariances?"),
        Slip("D² entries", {"covariance": "all"}, "May the two entries Σ₁₂ and Σ₂₁ differ?"),
        Slip("diagonal covariances", {"covariance": "diagonal"}, "Do the entries off the diagonal count?"),
        Slip("spherical covariances", {"covariance": "one"}, "Has a full covariance one number only?"),
        Slip("one covariance for all", {"tied": True}, "How many covariances has the mixture?"),
    ),
    section='section 8.3, "BIC, AIC, ICL"',
    unseen="Not looked at: covariances of another structure than full.",
)

BIC = Exercise(
    name="selection.bic",
    reference=bic,
    properties=(
        Property(
            "the value is -2 log-likelihood plus p log N",
            7,
            ordinary,
            "Work out the two terms apart: the log-likelihood, and the number of free parameters times log N.",
        ),
        Property("one feature, one component and one point work", 3, small, SMALL),
    ),
    slips=(
        *DENSITY_SLIPS,
        Slip("sign", {"sign": -1}, "Is a lower value to be better, or a higher one?"),
        Slip("fit with the wrong sign", {"fit": 2.0}, "Does a better fit lower your value or raise it?"),
        Slip("fit not doubled", {"fit": -1.0}, "By which number is the log-likelihood multiplied?"),
        Slip("AIC's penalty", {"penalty": "2"}, "Does the price of a parameter depend on N?"),
        Slip("log of all entries", {"penalty": "log ND"}, "Is N the number of points, or of numbers in x?"),
        Slip("N for log N", {"penalty": "N"}, "How fast does the price of a parameter grow with N?"),
        Slip("logarithm to base 2", {"penalty": "log2 N"}, "In which unit does the book measure information?"),
        Slip("K weights counted", {"count": "K weights"}, "If you know all weights but one, what is the last?"),
        Slip("components for parameters", {"count": "K"}, "How many numbers does one component bring?"),
        Slip("every entry counted", {"count": "all entries"}, "May Σ₁₂ and Σ₂₁ differ, and may all weights be free?"),
        Slip("means only", {"count": "means"}, "Which numbers does a mixture have besides its means?"),
        Slip("mean for sum", {"over_points": "mean"}, "Is the log-likelihood in BIC a sum over points or a mean?"),
        Slip("per point", {"per_point": True}, "Is BIC a number for the data set, or for a point of it?"),
    ),
    section='section 8.3, "BIC, AIC, ICL"',
    unseen="Not looked at: points far from every mean, and speed.",
)

FOLDS = Exercise(
    name="selection.folds",
    reference=folds,
    properties=(
        Property(
            "every index is held out once, in shuffled folds of nearly equal size",
            6,
            _splits,
            "Take n = 7 and 3 folds. Write down the folds: how long are they, and is each index in one of them?",
        ),
        Property(
            "the shuffle comes from rng",
            2,
            _repeated,
            "The same generator must give the same folds, another one others. Does anything else decide?",
            same_source,
        ),
        Property(
            "one fold, and as many folds as points, work",
            2,
            lambda rng: [(6, 6, rng), (5, 1, rng), (30, 2, rng)],
            "It is right in general. With n_folds = n each fold has one index; with one fold, all are in it.",
        ),
    ),
    slips=(
        Slip("not shuffled", {"order": "blocks"}, "If the data are sorted, what do neighbours in one fold do?"),
        Slip("dealt in turn, not shuffled", {"order": "dealt"}, "If the data have a period, what does dealing do?"),
        Slip("training for held-out", {"part": "kept"}, "Which indices are asked for: those fitted to, or the others?"),
        Slip("leftover dropped", {"remainder": "dropped"}, "Is every point held out once? Count the indices."),
        Slip("leftover in the last fold", {"remainder": "last"}, "By how much may two folds differ in size?"),
        Slip(
            "folds of that size",
            {"remainder": "folds of that size"},
            "Is n_folds the number of folds or of points in one?",
        ),
        Slip("drawn with replacement", {"replace": True}, "May an index be held out twice, or never?"),
        Slip("fold numbers", {"result": "numbers"}, "You know the fold of each index. What is asked for?"),
        Slip("indices from one", {"result": "from one"}, "Which index has the first row in Python?"),
    ),
    section='section 8.2, "Held-out likelihood and cross-validation"',
    unseen="Not looked at: whether all shuffles are equally likely.",
    differ=unlike_folds,
)
