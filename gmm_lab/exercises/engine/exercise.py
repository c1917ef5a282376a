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


def difference(got: object, want: object) -> str:
    """A sentence on the first difference, or nothing; it tells what the answer gave, never what is right."""
    if isinstance(want, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(want):
            return f"It must return {len(want)} results, got {_kind(got)}."
        parts = ((number, difference(*pair)) for number, pair in enumerate(zip(got, want, strict=True), 1))
        return next((f"Result {number}: {text}" for number, text in parts if text), "")
    array, want = as_array(got), np.asarray(want)
    if array is None:
        return f"It must return an array of real numbers, got {_kind(got)}."
    if array.shape != want.shape:
        return f"The result must have shape {want.shape}, got {array.shape}."
    if np.isnan(array).any():
        return f"The result holds NaN, first at {_place(np.isnan(array))}."
    wrong = ~_close(array, want)
    if not wrong.any():
        return ""
    place = _place(wrong)
    return f"The value at {place} is {array[tuple(np.argwhere(wrong)[0])]:.6g}, and that is not right."


def judge_each(exercise: "Exercise", probes: Sequence[Probe], values: Sequence[object]) -> str:
    """What is wrong with the first result that is not the reference's, or nothing."""
    with np.errstate(all="ignore"):  # a word on stderr would cost the grade
        wants = (exercise.reference(*deepcopy(probe)) for probe in probes)  # a generator among the arguments moves on
        return next(filter(None, map(exercise.differ, values, wants)), "")


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
    """

    title: str
    points: int
    probes: Callable[[np.random.Generator], list[Probe]]
    hint: str
    judge: Callable[["Exercise", Sequence[Probe], Sequence[object]], str] = judge_each


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
    except ValueError:  # ragged
        return None
    if array.dtype.kind == "f":
        return array
    return array.astype(np.float64) if array.dtype.kind in "iub" else None


def _close(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """Equal to rounding: that of float32 if the result is float32 or coarser."""
    tolerance = 1e-5 if got.dtype.itemsize < 8 else 1e-8
    return np.abs(got - want) <= tolerance * np.maximum(np.abs(want), np.abs(want).max(initial=0))


def _place(mask: np.ndarray) -> str:
    return f"[{', '.join(map(str, np.argwhere(mask)[0]))}]" if mask.ndim else "the only entry"


def _kind(value: object) -> str:
    return "None (is there a return?)" if value is None else type(value).__name__
