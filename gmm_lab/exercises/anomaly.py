"""Exercises of chapter 10."""

import numpy as np

from .._typing import Array
from .common import floats
from .engine.exercise import Exercise, Probe, Property, Slip


def log_threshold(
    log_densities: Array,
    fraction: float,
    *,
    end: str = "low",
    method: str = "linear",
    unit: str = "fraction",
    result: str = "log",
    rule: str = "quantile",
) -> float:
    """The quantile at `fraction`; each keyword, off its default, is a slip."""
    (values,) = floats(log_densities)
    if result == "of densities":
        values = np.exp(values)
    share = {"fraction": fraction, "percent": fraction / 100, "tenfold": min(10 * fraction, 1.0)}[unit]
    share = 1 - share if end == "high" else share
    rules = {
        "quantile": lambda: np.quantile(values, share, method=method),
        "normal": lambda: values.mean() - 2 * values.std(),
        "range": lambda: values.min() + share * np.ptp(values),
        "smallest": values.min,
        "of the mean": lambda: share * values.mean(),
        "unsorted": lambda: values[int(share * (len(values) - 1))],
    }
    threshold = rules[rule]()
    return float(np.exp(threshold) if result == "density" else threshold)


def flag(
    log_densities: Array,
    threshold: float,
    *,
    side: str = "low",
    unit: str = "both logs",
    result: str = "booleans",
) -> Array:
    """log density ≤ threshold; each keyword, off its default, is a slip."""
    (values,) = floats(log_densities)
    left = np.exp(values) if unit == "density" else values
    right = {"both logs": threshold, "density": threshold, "log twice": np.log(np.abs(threshold))}[unit]
    low = left > right if side == "high" else np.abs(left) <= np.abs(right) if side == "size" else left <= right
    return {
        "booleans": low,
        "indices": np.flatnonzero(low),
        "signs": np.where(low, -1, 1),
        "any": np.array(low.any()),
        "count": np.array(low.sum()),
        "values": values[low],
    }[result]


def _scores(rng: np.random.Generator, n: int) -> Array:
    """Log-densities of an ordinary sample, of both signs, with a long tail below."""
    return 0.8 - rng.gamma(1.3, 1.5, n)


def _in_few_digits(values: Array) -> Array:
    """As single precision has them, so that a score equal to the threshold is so there too."""
    return values.astype(np.float32).astype(np.float64)


def _cut(rng: np.random.Generator, n: int) -> Probe:
    """Scores on either side of a negative threshold, some of them above its size, and none close to it."""
    parts = rng.uniform(1.5, 3, 3), rng.uniform(-0.9, 0.9, n - 7), rng.uniform(-5, -1.1, 4)
    return rng.permutation(np.concatenate(parts)), float(rng.uniform(-1.05, -0.95))


LOG_THRESHOLD = Exercise(
    name="anomaly.log_threshold",
    reference=log_threshold,
    properties=(
        Property(
            "the value is the quantile of the log-densities",
            6,
            lambda rng: [(_scores(rng, n), f) for n, f in ((43, 0.05), (38, 0.1), (57, 0.02))],
            "Sort ten log-densities. Below which value does the asked-for fraction of them lie?",
        ),
        Property(
            "fractions of 0 and 1 give the ends",
            2,
            lambda rng: [(_scores(rng, 12), 0.0), (_scores(rng, 12), 1.0)],
            "Which score has nothing below it, and which has everything?",
        ),
        Property(
            "between two scores the value is interpolated, and one score is enough",
            2,
            lambda rng: [(np.array([-4.0, -1.0, -2.0]), 0.25), (np.array([-3.0]), 0.1), (_scores(rng, 2), 0.3)],
            "With three scores, the quarter lies half-way between the lowest and the next.",
        ),
    ),
    slips=(
        Slip("the other end", {"end": "high"}, "Are anomalies at the high end of the density or at the low one?"),
        Slip(
            "no interpolation, lower", {"method": "lower"}, "Do you take the score below the place? What lies above it?"
        ),
        Slip(
            "no interpolation, higher",
            {"method": "higher"},
            "Do you take the score above the place? What lies below it?",
        ),
        Slip("no interpolation, nearest", {"method": "nearest"}, "Does the value jump half-way between two scores?"),
        Slip(
            "another rule between scores",
            {"method": "weibull"},
            "With n scores, the lowest is the quantile at 0 and the highest that at 1. Is it so with your rule?",
        ),
        Slip("fraction taken for percent", {"unit": "percent"}, "Is 0.05 five in a hundred, or five in ten thousand?"),
        Slip("density returned", {"result": "density"}, "In which unit will the scores be compared with it?"),
        Slip("quantile of densities", {"result": "of densities"}, "In which unit is the threshold asked for?"),
        Slip("two standard deviations", {"rule": "normal"}, "Are log-densities normally distributed?"),
        Slip("fraction of the range", {"rule": "range"}, "Does the place of the most extreme score decide alone?"),
        Slip("lowest score", {"rule": "smallest"}, "What has become of the fraction?"),
        Slip("fraction of the mean", {"rule": "of the mean"}, "A quantile counts scores. What does yours do?"),
        Slip("not sorted", {"rule": "unsorted"}, "Does the order of the records matter for a quantile?"),
    ),
    section='section 10.2, "The threshold is a quantile"',
    unseen="Not looked at: log-densities of minus infinity.",
)

FLAG = Exercise(
    name="anomaly.flag",
    reference=flag,
    properties=(
        Property(
            "points whose log-density is below the threshold are flagged",
            7,
            lambda rng: [_cut(rng, n) for n in (20, 31, 12)],
            "Take three scores and the threshold: which of them lie below?",
        ),
        Property(
            "a score equal to the threshold is flagged",
            3,
            lambda rng: (
                [(values, float(values[4])) for values in [_in_few_digits(_scores(rng, 10))]]
                + [(np.array([-2.0]), -2.0), (np.array([-2.0, -1.0]), -3.0)]
            ),
            "Is the threshold itself below the threshold? Read the task once more.",
        ),
    ),
    slips=(
        Slip("the other side", {"side": "high"}, "Is an anomaly where the density is high or where it is low?"),
        Slip("sizes compared", {"side": "size"}, "Log-densities are signed. Which is lower, -3 or -1?"),
        Slip("density against log threshold", {"unit": "density"}, "Are both sides in the same unit?"),
        Slip("logarithm taken twice", {"unit": "log twice"}, "In which unit is the threshold given?"),
        Slip("indices", {"result": "indices"}, "One answer for each point is asked for. How long is your result?"),
        Slip("-1 and 1", {"result": "signs"}, "Some libraries answer so. What is asked for here?"),
        Slip("one answer for all", {"result": "any"}, "One answer for each point, or one for all?"),
        Slip("number of anomalies", {"result": "count"}, "Which points are they?"),
        Slip("scores of the anomalies", {"result": "values"}, "One answer for each point is asked for."),
    ),
    section='section 10.1, "Train, score, threshold"',
    unseen="Not looked at: NaN among the scores.",
)
