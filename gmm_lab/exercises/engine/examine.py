"""Tries an answer on an exercise's probes, and reports what holds, what does not, and the likely slip."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from itertools import combinations

import numpy as np

from ..runners.outcome import Outcome
from .exercise import Exercise, Probe, Property, Slip, difference
from .report import Finding, Report
from .single import SINGLE, is_coarse, is_noisy, is_right

SECONDS = 5.0


def examine(exercise: Exercise, run: Callable[[Probe, float], Outcome], seed: int) -> Report:
    """Try an answer on every property's probes and report; `run` calls it on one, here or elsewhere, within seconds."""

    def call(probe: Probe) -> Outcome:
        return run(probe, SECONDS)

    complaints: dict[Property, str] = {}
    causes: tuple[Slip, ...] = ()
    ordinary: tuple[list[Probe], list[object]] = [], []
    for number, prop in enumerate(exercise.properties):
        probes = prop.probes(np.random.default_rng([seed, number]))
        values, complaint = _answers(call, probes)
        if number == 0:
            ordinary = probes, values
        failed = complaint or prop.judge(exercise, probes, values)
        if not failed:
            continue
        if number == 0 and not complaint:
            causes = _causes(exercise, probes, values)
        single = SINGLE in causes or (not causes and _is_single(exercise, call, *ordinary))
        if single and not complaint and not prop.digits and is_right(exercise, probes, values):
            continue
        complaints[prop] = failed
        if number == 0:
            if exercise.follow and not complaint:
                complaints[prop] = f"{failed} {exercise.follow(call, probes[0])}".strip()
            break  # while ordinary values are wrong the rest says nothing
        if single and prop.digits:
            causes = (SINGLE,)
    return _report(exercise, complaints, causes)


def _answers(call: Callable[[Probe], Outcome], probes: Sequence[Probe]) -> tuple[list[object], str]:
    """The results, and what is to be complained of; one endless loop is enough to wait for."""
    values = []
    for probe in probes:
        outcome = call(probe)
        if outcome.complaint:
            return values, outcome.complaint
        values.append(outcome.value)
    return values, ""


def _is_single(
    exercise: Exercise, call: Callable[[Probe], Outcome], probes: Sequence[Probe], values: Sequence[object]
) -> bool:
    """Whether ordinary values are those of a right computation in single precision."""
    if len(values) < len(probes) or not is_right(exercise, probes, values):
        return False
    return is_coarse(values) or is_noisy(exercise, call, probes, values)


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
    # Seven digits are enough: a slip is farther from the truth than that, and may be made in single precision.
    return not (difference(value, want, 0.0) if exercise.differ is difference else exercise.differ(value, want))


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
    if failed and failed.digits and causes:  # enough digits come first
        hints = hints[1:]
    slip = " and ".join(cause.name for cause in causes) or None
    return Report(exercise.name, tuple(findings), tuple(hints), slip, exercise.unseen)
