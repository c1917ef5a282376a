"""Single precision: a right computation with seven digits, told by its noise where its type does not tell it.

What is wrong by a fixed amount, such as a small number added to a covariance, is wrong by the same amount when the
input moves in its seventh digit. What is rounded to seven digits is not.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial

import numpy as np

from ..._typing import Array
from ..runners.outcome import Outcome
from .exercise import Exercise, Probe, Slip, as_array, difference, reference_values

SINGLE = Slip(
    "single precision",
    {},
    "Near the data it is right. Your numbers carry seven digits: where do they become float32? A million away from the "
    "origin, seven digits end before the decimal point.",
)
EPS = float(np.finfo(np.float32).eps)
TRIES = 4  # moves of the input, to see how far its seventh digit can move the result
ROOM = 30  # so many times as far an answer may be off that rounds in every step


def is_coarse(values: Sequence[object]) -> bool:
    """Whether a result comes in fewer than eight bytes."""
    arrays = (as_array(part) for value in values for part in (value if isinstance(value, tuple | list) else [value]))
    return any(array is not None and array.dtype.kind == "f" and array.dtype.itemsize < 8 for array in arrays)


def is_right(exercise: Exercise, probes: Sequence[Probe], values: Sequence[object]) -> bool:
    """Whether results are the reference's, as far as seven digits of the input decide them."""
    if exercise.differ is not difference:
        return False
    rng = np.random.default_rng(0)
    for probe, got, want in zip(probes, values, reference_values(exercise, probes), strict=True):
        rooms = [np.zeros(np.shape(part)) for part in _parts(want)]
        moved = reference_values(exercise, [_moved(probe, rng) for _ in range(TRIES)])
        for parts in map(_parts, moved):
            pairs = zip(rooms, parts, _parts(want), strict=True)
            rooms = [np.maximum(room, ROOM * np.abs(np.subtract(a, b, dtype=float))) for room, a, b in pairs]
        if difference(got, want, tuple(rooms) if isinstance(want, tuple) else rooms[0]):
            return False
    return True


def is_noisy(
    exercise: Exercise, run: Callable[[Probe], Outcome], probes: Sequence[Probe], values: Sequence[object]
) -> bool:
    """Whether results are off by more than double precision, and by something else when the input moves a little."""
    wants = reference_values(exercise, probes)
    if exercise.differ is not difference or any(map(partial(difference, room=np.inf), values, wants)):
        return False
    errors = list(map(_error, values, wants))
    worst = int(np.argmax([np.abs(error).max(initial=0) for error in errors]))
    if np.abs(errors[worst]).max(initial=0) < 1e-10:
        return False
    return any(
        _is_other(exercise, run, _moved(probes[worst], rng), errors[worst])
        for rng in np.random.default_rng(1).spawn(TRIES)
    )


def _is_other(exercise: Exercise, run: Callable[[Probe], Outcome], probe: Probe, error: Array) -> bool:
    """Whether the result on this probe is off by something else."""
    outcome, (want,) = run(probe), reference_values(exercise, [probe])
    if outcome.complaint or difference(outcome.value, want, np.inf):
        return False
    return bool(np.linalg.norm(_error(outcome.value, want) - error) > 0.01 * np.linalg.norm(error))


def _error(value: object, want: object) -> Array:
    """How far the parts of a result are off, each relative to the largest number of its part, in one row."""
    pairs = zip(value, want, strict=True) if isinstance(want, tuple) else [(value, want)]
    errors = [(as_array(got) - np.asarray(right, float), np.abs(right).max(initial=1e-300)) for got, right in pairs]
    return np.concatenate([(error / scale).ravel() for error, scale in errors])


def _parts(value: object) -> tuple:
    return tuple(value) if isinstance(value, tuple) else (value,)


def _moved(probe: Probe, rng: np.random.Generator) -> Probe:
    """The same, each number moved in its seventh digit; matrices stay symmetric, distributions sum to 1."""
    return tuple(_move(part, rng) for part in deepcopy(probe))


def _move(part: object, rng: np.random.Generator) -> object:
    if not isinstance(part, np.ndarray) or part.dtype.kind != "f":
        return part
    moved = part * (1 + EPS * rng.uniform(-1, 1, part.shape))
    if part.ndim == 3:
        return (moved + moved.transpose(0, 2, 1)) / 2
    if part.ndim and np.allclose(part.sum(axis=-1), 1, rtol=0, atol=1e-12):
        return moved / moved.sum(axis=-1, keepdims=True)
    return moved
