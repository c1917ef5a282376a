"""Tries an answer on an exercise's probes, and reports what holds, what does not, and the likely slip."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from itertools import combinations

import numpy as np

from ..runners.outcome import Outcome
from .exercise import Exercise, Probe, Property, Slip
from .report import Finding, Report

SECONDS = 5.0


def examine(exercise: Exercise, run: Callable[[Probe, float], Outcome], seed: int) -> Report:
    """Try an answer on every property's probes and report; `run` calls it on one, here or elsewhere, within seconds."""
    complaints: dict[Property, str] = {}
    causes: tuple[Slip, ...] = ()
    for number, prop in enumerate(exercise.properties):
        probes = prop.probes(np.random.default_rng([seed, number]))
        values, complaint = [], ""
        for probe in probes:
            outcome = run(probe, SECONDS)
            if complaint := outcome.complaint:
                break  # one endless loop is enough to wait for
            values.append(outcome.value)
        failed = complaint or prop.judge(exercise, probes, values)
        if not failed:
            continue
        complaints[prop] = failed
        if number == 0:
            if not complaint:
                causes = _causes(exercise, probes, values)
                if exercise.follow:
                    place = exercise.follow(lambda probe: run(probe, SECONDS), probes[0])
                    complaints[prop] = f"{failed} {place}".strip()
            break  # while ordinary values are wrong the rest says nothing
    return _report(exercise, complaints, causes)


def _causes(exercise: Exercise, probes: list[Probe], values: list[object]) -> tuple[Slip, ...]:
    """The slip, or else the two slips, whose results on all probes are the answer's."""
    pairs = [pair for pair in combinations(exercise.slips, 2) if not pair[0].switches.keys() & pair[1].switches.keys()]
    for slips in [*((slip,) for slip in exercise.slips), *pairs]:
        switches = {name: value for slip in slips for name, value in slip.switches.items()}
        if all(_makes(exercise, switches, *pair) for pair in zip(probes, values, strict=True)):
            return slips
    return ()


def _makes(exercise: Exercise, switches: Mapping[str, object], probe: Probe, value: object) -> bool:
    """Whether these slips make this result. Two that do not go together, such as a vector for a matrix, make none."""
    try:
        with np.errstate(all="ignore"):
            want = exercise.reference(*deepcopy(probe), **switches)
    except (ArithmeticError, IndexError, ValueError):  # a LinAlgError is a ValueError
        return False
    return not exercise.differ(value, want)


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
