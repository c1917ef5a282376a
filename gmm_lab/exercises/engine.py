"""An exercise is data: a reference, seeded probes, properties with points, and a catalogue of slips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .report import Finding, Report
from .sandbox import Outcome, call

SECONDS = 5.0
Probe = tuple  # the arguments of one call


@dataclass(frozen=True)
class Slip:
    """A known mistake: the switches that make it, and a hint that does not give the answer away."""

    name: str
    switches: Mapping[str, object]
    hint: str


@dataclass(frozen=True)
class Property:
    """Something that must hold: the answer's results on these probes are the reference's."""

    title: str
    points: int
    probes: Callable[[np.random.Generator], list[Probe]]
    hint: str


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
    """

    name: str
    reference: Callable
    properties: tuple[Property, ...]
    slips: tuple[Slip, ...]
    section: str
    unseen: str


def examine(exercise: Exercise, answer: Callable, seed: int) -> Report:
    """Try `answer` on every property's probes and report."""
    if not callable(answer):
        note = f"A function is asked for, got {type(answer).__name__}."
        return _report(exercise, {exercise.properties[0]: note}, ())
    complaints: dict[Property, str] = {}
    causes: tuple[Slip, ...] = ()
    for number, prop in enumerate(exercise.properties):
        probes = prop.probes(np.random.default_rng([seed, number]))
        outcomes = [call(answer, probe, SECONDS) for probe in probes]
        complaint = next(filter(None, map(_complaint, outcomes, [exercise.reference(*probe) for probe in probes])), "")
        if not complaint:
            continue
        complaints[prop] = complaint
        if number == 0:
            causes = _causes(exercise, probes, outcomes)
            break  # while ordinary values are wrong the rest says nothing
    return _report(exercise, complaints, causes)


def _complaint(outcome: Outcome, want: object) -> str:
    """What is wrong with one result, or nothing."""
    return outcome.complaint or _difference(outcome.value, want)


def _difference(got: object, want: object) -> str:
    """A sentence on the first difference; it tells what the answer gave, never what is right."""
    if isinstance(want, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(want):
            return f"It must return {len(want)} results, got {_kind(got)}."
        parts = ((number, _difference(*pair)) for number, pair in enumerate(zip(got, want, strict=True), 1))
        return next((f"Result {number}: {text}" for number, text in parts if text), "")
    array = _as_array(got)
    if array is None:
        return f"It must return an array of real numbers, got {_kind(got)}."
    want = np.asarray(want)
    if array.shape != want.shape:
        return f"The result must have shape {want.shape}, got {array.shape}."
    if np.isnan(array).any():
        return f"The result holds NaN, first at {_place(np.isnan(array))}."
    wrong = ~_close(array, want)
    if not wrong.any():
        return ""
    place = _place(wrong)
    return f"The value at {place} is {array[tuple(np.argwhere(wrong)[0])]:.6g}, and that is not right."


def _as_array(value: object) -> np.ndarray | None:
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


def _causes(exercise: Exercise, probes: list[Probe], outcomes: list[Outcome]) -> tuple[Slip, ...]:
    """The slip, or else the two slips, whose results on all probes are the answer's."""
    if any(outcome.complaint for outcome in outcomes):
        return ()
    pairs = [pair for pair in combinations(exercise.slips, 2) if not pair[0].switches.keys() & pair[1].switches.keys()]
    for slips in [*((slip,) for slip in exercise.slips), *pairs]:
        switches = {name: value for slip in slips for name, value in slip.switches.items()}
        with np.errstate(all="ignore"):
            wants = [exercise.reference(*probe, **switches) for probe in probes]
        if not any(_difference(outcome.value, want) for outcome, want in zip(outcomes, wants, strict=True)):
            return slips
    return ()


def _report(exercise: Exercise, complaints: dict[Property, str], causes: tuple[Slip, ...]) -> Report:
    """Put the findings in order, and the hints from the general to the particular."""
    first, *others = exercise.properties
    stopped = first in complaints
    findings = [Finding(first.title, first.points, not stopped, complaints.get(first, ""))]
    for prop in others:
        note = "Not looked at while ordinary values are wrong." if stopped else complaints.get(prop, "")
        findings.append(Finding(prop.title, prop.points, not note, note))
    failed = next((prop for prop in exercise.properties if prop in complaints), None)
    hints = [] if failed is None else [failed.hint, *(slip.hint for slip in causes), f"Read {exercise.section}."]
    slip = " and ".join(cause.name for cause in causes) or None
    return Report(exercise.name, tuple(findings), tuple(hints), slip, exercise.unseen)
