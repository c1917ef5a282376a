"""Judges of random answers: no draw is the only right one, so its statistics and its source are looked at."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from ..._typing import Array
from .exercise import Exercise, Probe, as_array, difference, judge_each

# Standard errors that two right answers may lie apart: about one check in a million goes beyond.
LIMIT = 5.5
FEWEST = 30  # members of a component below which its moments say nothing


def same_source(exercise: Exercise, probes: Sequence[Probe], values: Sequence[object]) -> str:
    """The first two results are of one generator and must be the same; the others of other generators."""
    if unlike := judge_each(exercise, probes, values):  # what is no result at all cannot be compared
        return unlike
    first, again, *others = values
    if not _same(first, again):
        return "The same generator in the same state gave another result."
    return "Another generator gave the same result." if any(_same(first, other) for other in others) else ""


def _same(one: Sequence, other: Sequence) -> bool:
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def unlike_samples(got: object, want: tuple[Array, Array]) -> str:
    """How a sample (x, z) of a mixture differs from another in its statistics, or nothing."""
    if not isinstance(got, tuple | list) or len(got) != 2:
        return difference(got, want)
    x, z = (as_array(part) for part in got)
    for name, part, right in zip("xz", (x, z), want, strict=True):
        if part is None or part.shape != right.shape:
            text = "something else" if part is None else f"shape {part.shape}"
            return f"{name} must be an array of shape {right.shape}, got {text}."
    if x.ndim == 1:  # a slip: labels first
        x, z, want = z, x, want[::-1]
    if not np.isfinite(x).all() or (z < 0).any() or (z != np.round(z)).any():
        return "x must be finite, and z whole numbers from 0."
    labels = np.union1d(z, want[1])
    statistics = dict(_statistics(x.astype(np.float64), z, labels))
    for name, (value, error) in _statistics(*want, labels):
        found, its_error = statistics.get(name, (value, error))  # too few members on either side say nothing
        if abs(found - value) > LIMIT * np.hypot(error, its_error):
            return f"In {len(z)} draws {name} is {found:.3g}, and that is not right."
    return ""


def _statistics(x: Array, z: Array, labels: Array) -> Iterator[tuple[str, tuple[float, float]]]:
    """Each statistic's name, value and standard error."""
    n, n_features = x.shape
    noise = [np.zeros(0)]
    for k in labels:
        members = x[z == k]
        count = len(members)
        yield f"the share of component {k:g}", (count / n, 0.5 / np.sqrt(n))
        if count < FEWEST:
            continue
        covariance = np.atleast_2d(np.cov(members.T))
        spreads = np.sqrt(np.diag(covariance))
        for i in range(n_features):
            yield f"the mean of component {k:g} in column {i}", (members[:, i].mean(), spreads[i] / np.sqrt(count))
        for i, j in zip(*np.triu_indices(n_features), strict=True):
            error = np.hypot(spreads[i] * spreads[j], covariance[i, j]) / np.sqrt(count)
            yield f"the covariance of component {k:g} at [{i}, {j}]", (covariance[i, j], error)
        with suppress(np.linalg.LinAlgError):  # flat, which its covariance tells
            whitened = np.linalg.solve(np.linalg.cholesky(covariance), (members - members.mean(axis=0)).T)
            noise.append(np.abs(whitened).ravel())
    sizes = np.concatenate(noise)
    for name, share, error in (
        ("within one standard deviation", sizes < 1, 0.47),
        ("beyond two standard deviations", sizes > 2, 0.21),
    ):
        if len(sizes):
            yield f"the share of noise {name}", (share.mean(), error / np.sqrt(len(sizes)))
    yield "the share of labels unlike the one before", ((np.diff(z) != 0).mean() if n > 1 else 0.0, 0.5 / np.sqrt(n))
