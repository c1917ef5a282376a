"""Exercises of chapter 7."""

import numpy as np

from .._typing import Array
from .common import floats
from .engine.exercise import Exercise, Probe, Property, Slip


def has_converged(
    log_likelihoods: Array,
    tol: float,
    *,
    fall: str = "no",
    which: str = "last",
    measure: str = "gain",
    few: bool = False,
    reverse: bool = False,
) -> bool:
    """0 ≤ last gain < tol; each keyword, off its default, is a slip."""
    (values,) = floats(log_likelihoods)
    if len(values) < 2:
        return few
    gains = np.diff(values)
    gain = {
        "last": gains[-1],
        "first": gains[0],
        "total": values[-1] - values[0],
        "smallest": gains.min() if fall == "yes" else np.abs(gains).min(),
        "largest": np.abs(gains).max(),
    }[which]
    size = {"gain": gain, "relative": gain / np.abs(values[-1]), "value": values[-1]}[measure]
    below = {"no": 0 <= size < tol, "yes": size < tol, "size": abs(size) < tol}[fall]
    return bool(below) != reverse


def rate(
    log_likelihoods: Array,
    *,
    inverse: bool = False,
    place: str = "last",
    of: str = "gains",
    power: float = 1.0,
    logarithm: bool = False,
) -> float:
    """The last gain over the one before; each keyword, off its default, is a slip."""
    (values,) = floats(log_likelihoods)
    gains = {"gains": np.diff(values), "values": values, "second differences": np.diff(values, n=2)}[of]
    ratios = gains[1:] / gains[:-1]
    ratio = {"last": ratios[-1], "first": ratios[0], "mean": ratios.mean(), "median": np.median(ratios)}[place]
    result = (1 / ratio if inverse else ratio) ** power
    return float(np.log(result) if logarithm else result)


def _records(rng: np.random.Generator) -> list[Probe]:
    """Rises and falls, large and small, in every order that tells one rule from another."""
    tol = float(rng.uniform(0.01, 0.02))
    large, small = rng.uniform(2, 4, 40), tol * rng.uniform(0.2, 0.8, 40)
    level = -rng.uniform(300, 500)
    gains = [
        [large[0], large[1], small[0]],  # at rest
        [large[2], large[3], large[4]],  # on its way
        [large[5], large[6], -small[1]],  # a small fall
        [large[7], large[8], -large[9]],  # a large one
        [large[10], small[2], large[11]],  # small once, then large
        [small[3], large[12], large[13]],  # small first
        [small[4], small[5], small[6]],
        [large[14], -large[14], small[7]],
        [large[15], large[16], 2 * tol],  # small beside the level, but not below tol
        [small[8]],
        [large[17]],
        [-small[9]],
    ]
    return [(level + np.cumsum([0.0, *steps]), tol) for steps in gains]


def _borders(_rng: np.random.Generator) -> list[Probe]:
    """Powers of two, so that the gain is exact: a gain of 0, and one of tol."""
    return [(np.array([-8.0, -4.0, -4.0]), 0.25), (np.array([-8.0, -4.0, -3.75]), 0.25), (np.array([-4.0, -4.0]), 0.25)]


def _slowing(rng: np.random.Generator, n: int) -> Probe:
    """Gains that shrink by another factor each time, below and above 1."""
    factors = rng.uniform(0.2, 0.9, n)
    factors[0] = rng.uniform(1.2, 1.6)
    return (-rng.uniform(300, 400) + np.cumsum([0.0, *(rng.uniform(3, 5) * np.cumprod(factors))]),)


HAS_CONVERGED = Exercise(
    name="convergence.has_converged",
    reference=has_converged,
    properties=(
        Property(
            "a small last gain, and nothing else, is convergence",
            6,
            _records,
            "Write down the gains of one record. Which of them decides, and between which two bounds must it lie?",
        ),
        Property(
            "a gain of 0 is convergence, a gain of tol is not",
            2,
            _borders,
            "Read the two signs in 0 ≤ gain < tol once more.",
        ),
        Property(
            "one entry or none is not convergence",
            2,
            lambda rng: [(np.array([-3.5]), 0.1), (np.array([]), 0.1), (np.array([0.0]), 0.1)],
            "How many gains are there?",
        ),
    ),
    slips=(
        Slip("a fall counts", {"fall": "yes"}, "A log-likelihood that falls: is EM at rest, or is something wrong?"),
        Slip("size of the gain", {"fall": "size"}, "A small fall is small too. Is it convergence?"),
        Slip("first gain", {"which": "first"}, "At which end of the record is EM now?"),
        Slip("total gain", {"which": "total"}, "How much was gained in all, or how much in the last step?"),
        Slip("smallest gain so far", {"which": "smallest"}, "May EM pause on a plateau and go on afterwards?"),
        Slip("every gain", {"which": "largest"}, "Must the first steps have been small too?"),
        Slip("relative gain", {"measure": "relative"}, "In which unit is tol: nats, or parts of the log-likelihood?"),
        Slip("value for gain", {"measure": "value"}, "Is it the log-likelihood that must be small, or its change?"),
        Slip("upside down", {"reverse": True}, "Does True mean that EM may stop, or that it must go on?"),
    ),
    section='section 7.4, "Stopping rules, and how `tol` misleads"',
    unseen="Not looked at: records that hold NaN.",
)

RATE = Exercise(
    name="convergence.rate",
    reference=rate,
    properties=(
        Property(
            "the value is the last gain over the one before",
            7,
            lambda rng: [_slowing(rng, n) for n in (6, 4, 9)],
            "Write down the last three entries, and the two gains between them.",
        ),
        Property(
            "three entries are enough, and a last gain of 0 is a rate of 0",
            3,
            lambda rng: [_slowing(rng, 2), (np.array([-8.0, -4.0, -4.0]),), (np.array([-8.0, -4.0, -5.0]),)],
            "It is right for longer records. With three entries there are two gains; which is divided by which?",
        ),
    ),
    slips=(
        Slip("upside down", {"inverse": True}, "EM slows down. Is the ratio of its gains then below 1 or above?"),
        Slip("first gains", {"place": "first"}, "At which end of the record is EM near its limit?"),
        Slip("mean of all ratios", {"place": "mean"}, "Do the first steps tell how fast EM is near its limit?"),
        Slip("median of all ratios", {"place": "median"}, "Is a middling step near the limit, or the last one?"),
        Slip("values for gains", {"of": "values"}, "Add 1,000 to every log-likelihood: may the rate change?"),
        Slip("gains of gains", {"of": "second differences"}, "How often must the record be differenced?"),
        Slip("root of the ratio", {"power": 0.5}, "Is the ratio of gains asked for, or the factor of the errors?"),
        Slip("logarithm of the ratio", {"logarithm": True}, "Is a factor asked for, or a number of digits?"),
    ),
    section='section 7.3, "The rate is the fraction of missing information"',
    unseen="Not looked at: records that rest, where the gain before the last is 0.",
)
