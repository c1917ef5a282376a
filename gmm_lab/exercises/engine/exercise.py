"""An exercise is data: a reference, seeded probes, properties with points, and a catalogue of slips."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from ..runners.outcome import Outcome

Probe = tuple  # the arguments of one call


@dataclass(frozen=True)
class Slip:
    """A known mistake: the switches that make it, and a hint that does not give the answer away."""

    name: str
    switches: Mapping[str, object]
    hint: str


def difference(got: object, want: object, room: object = None) -> str:
    """A sentence on the first difference, or nothing; it tells what the answer gave, never what is right.

    With `room`, a number or for each result an array, single precision is enough, and so much may be added to it.
    """
    if isinstance(want, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(want):
            return f"It must return {len(want)} results, got {_kind(got)}."
        rooms = room if isinstance(room, tuple) else [room] * len(want)
        parts = ((number, difference(*parts)) for number, parts in enumerate(zip(got, want, rooms, strict=True), 1))
        return next((f"Result {number}: {text}" for number, text in parts if text), "")
    array, want = as_array(got), np.asarray(want)
    if array is None:
        return f"It must return an array of real numbers, got {_kind(got)}."
    if array.shape != want.shape:
        return f"The result must have shape {want.shape}, got {array.shape}."
    if np.isnan(array).any():
        return f"The result holds NaN, first at {_place(np.isnan(array))}."
    wrong = ~_close(array, want, room)
    if not wrong.any():
        return ""
    place = _place(wrong)
    return f"The value at {place} is {array[tuple(np.argwhere(wrong)[0])]:.6g}, and that is not right."


def judge_each(exercise: "Exercise", probes: Sequence[Probe], values: Sequence[object]) -> str:
    """What is wrong with the first result that is not the reference's, or nothing."""
    with np.errstate(all="ignore"):  # a word on stderr would cost the grade
        return next(filter(None, map(exercise.differ, values, reference_values(exercise, probes))), "")


def reference_values(exercise: "Exercise", probes: Sequence[Probe]) -> list[object]:
    """What is right on each of these probes, which stay as they are: a generator among the arguments moves on."""
    with np.errstate(all="ignore"):
        return [exercise.reference(*deepcopy(probe)) for probe in probes]


@dataclass(frozen=True)
class Property:
    """Something that must hold of the answer's results on some probes.

    Attributes
    ----------
    title, hint : str
        What must hold, and the first hint where it does not.
    points : int
        What it is worth.
    probes : callable
        Makes the probes from a generator.
    judge : callable
        Says what is wrong with the results on all probes, or nothing.
    digits : bool
        Whether it asks for more digits than single precision has.
    """

    title: str
    points: int
    probes: Callable[[np.random.Generator], list[Probe]]
    hint: str
    judge: Callable[["Exercise", Sequence[Probe], Sequence[object]], str] = judge_each
    digits: bool = False


@dataclass(frozen=True)
class Exercise:
    """All that a check needs to know.

    Attributes
    ----------
    name : str
        Identifier, stem and name: "soft_em.e_step".
    reference : callable
        The right answer, with keyword switches that each turn it into a slip.
    properties : tuple of Property
        The first is that ordinary values are right. It carries the others, and slips are told by its probes.
    slips : tuple of Slip
        Tried in this order, alone and then in pairs.
    section : str
        Where the book treats it.
    unseen : str
        What the check does not look at.
    differ : callable
        Says how a result differs from the reference's, or nothing; random answers are compared by their statistics.
    follow : callable or None
        Where the answer is an algorithm: finds the first half-step of a run that differs, in a sentence. It is given
        a function that runs the answer on a probe, and a probe.
    """

    name: str
    reference: Callable
    properties: tuple[Property, ...]
    slips: tuple[Slip, ...]
    section: str
    unseen: str
    differ: Callable[[object, object], str] = difference
    follow: Callable[[Callable[[Probe], Outcome], Probe], str] | None = None


def as_array(value: object) -> np.ndarray | None:
    """`value` as an array of real numbers, or None; float32 is kept, since it is judged as such."""
    try:
        array = np.asarray(value)
    except Exception:  # ragged, or an object of its own kind
        return None
    if array.dtype.kind == "f":
        return array
    return array.astype(np.float64) if array.dtype.kind in "iub" else None


def _close(got: np.ndarray, want: np.ndarray, room: object) -> np.ndarray:
    """Equal to rounding: that of float32 if the result is float32 or coarser, or if there is `room`."""
    tolerance = 1e-8 if got.dtype.itemsize >= 8 and room is None else 1e-5
    scale = np.maximum(np.abs(want), np.abs(want).max(initial=0))
    if room is None:
        return np.abs(got - want) <= tolerance * scale
    # What is nothing at all is so in any precision: the distance of a point to itself.
    return np.abs(got - want) <= np.where(want == 0, 0.0, tolerance) * scale + room


def _place(mask: np.ndarray) -> str:
    return f"[{', '.join(map(str, np.argwhere(mask)[0]))}]" if mask.ndim else "the only entry"


def _kind(value: object) -> str:
    return "None (is there a return?)" if value is None else type(value).__name__
