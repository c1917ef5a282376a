"""Shows a broken fit, and judges what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from types import MappingProxyType

import numpy as np

from ..._typing import Array
from ..._validate import as_floats
from ..engine.report import Finding, Report
from ..runners.outcome import UNANSWERED
from .cases import CASES, CAUSES, Case

TOLERANCE = 0.01  # of each number
UNSEEN = "Not looked at: how you came by it."


@dataclass(frozen=True, eq=False)
class Patient:
    """A broken fit: all of it that may be examined.

    Attributes
    ----------
    name : str
        Such as "dip".
    symptom : str
        What somebody complains of.
    question : str
        The evidence that is asked for: numbers to compute from the entries.
    entries : mapping of str to object
        The record by name: data, mixtures, log-likelihoods (nats); arrays are read-only. `run["x"]` is short for
        `run.entries["x"]`.
    meanings : mapping of str to str
        What each entry is.
    """

    name: str
    symptom: str
    question: str
    entries: Mapping[str, object]
    meanings: Mapping[str, str]

    def __getitem__(self, entry: str) -> object:
        if entry not in self.entries:
            raise ValueError(f"entry must be one of {', '.join(self.entries)}, got {entry!r}.")
        return self.entries[entry]

    def __str__(self) -> str:
        rows = [f"  {entry}: {meaning}{_shape(self[entry])}" for entry, meaning in self.meanings.items()]
        return "\n".join([f"{self.name}: {self.symptom}", *rows, f"  Evidence: {self.question}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td><code>{escape(entry)}</code></td><td>{escape(meaning + _shape(self[entry]))}</td></tr>"
            for entry, meaning in self.meanings.items()
        )
        head = "<thead><tr><th>entry</th><th>what it is</th></tr></thead>"
        return (
            f"<div><p><b>{escape(self.name)}</b>: {escape(self.symptom)}</p><table>{head}<tbody>{rows}</tbody></table>"
            f"<p>Evidence: {escape(self.question)}</p></div>"
        )


def _shape(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f", shape {value.shape}"
    if isinstance(value, tuple):
        return f", {len(value)} of them"
    return f", {value:.6g}" if isinstance(value, float | int) else ""


def _case(name: object) -> Case:
    if not isinstance(name, str) or name not in CASES:
        raise ValueError(f"name must be one of {', '.join(CASES)}, got {name!r}.")
    return CASES[name]


def patient(name: str) -> Patient:
    """The broken fit of this name, made anew by the fault itself on seeded data.

    Parameters
    ----------
    name : str
        "dip", "sag", "record", "ready", "average", "stripes", "shares", "missing", "newcomers" or "alarm".

    Returns
    -------
    Patient
        Shows itself, as text and in a notebook.

    Raises
    ------
    ValueError
        If there is no such patient.

    References
    ----------
    Book chapters 1, 2, 5 and 7 to 10.
    """
    _case(name)
    return _admit(name)


@cache
def _admit(name: str) -> Patient:
    case = CASES[name]
    made = case.make()
    for _, value in made.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False  # the judge reads the same record
    entries = MappingProxyType({entry: value for entry, (_, value) in made.items()})
    meanings = MappingProxyType({entry: meaning for entry, (meaning, _) in made.items()})
    return Patient(name, case.symptom, case.question, entries, meanings)


def diagnose(name: str, cause: str | None, evidence: object) -> Report:
    """Judge a cause and the evidence for it.

    Parameters
    ----------
    name : str
        As in `patient`.
    cause : str or None
        A key of `CAUSES`; None as long as there is no answer.
    evidence : number or array of numbers
        What the patient's question asks for, each number to within 1 %.

    Returns
    -------
    Report
        5 points for the cause, and then 5 for the evidence; a wrong cause earns nothing.

    Raises
    ------
    ValueError
        If there is no such patient.

    References
    ----------
    The section of the book that the report names.
    """
    case, run = _case(name), patient(name)
    if cause is None:
        return _report(name, UNANSWERED, "", (), None)
    blame, hints, slip = "", [], None
    if not isinstance(cause, str) or cause not in CAUSES:
        blame = f"There is no cause {cause!r}. The causes are {', '.join(CAUSES)}."
    elif cause != case.cause:
        blame, slip = f"{cause!r} does not explain it.", cause
        hints = [case.near.get(cause, case.pointer)]
    doubt, misread = _doubt(evidence, case.prove(run), case.room)
    if misread:
        hints.append(case.advice)
    if blame or doubt:
        hints.append(f"Read section {case.section}.")
    return _report(name, blame, doubt, tuple(hints), slip)


def _doubt(evidence: object, want: Array, room: float) -> tuple[str, bool]:
    """What is wrong with the evidence, or nothing; and whether it is of the right form at least."""
    try:
        got = as_floats("evidence", evidence)
    except (OverflowError, TypeError, ValueError) as error:
        return f"Numbers are asked for. {error}", False
    if got.squeeze().shape != want.shape:
        form = f"an array of shape {want.shape}" if want.ndim else "a single number"
        return f"The evidence must be {form}, got shape {got.shape}.", False
    close = np.abs(got.squeeze() - want) <= TOLERANCE * np.abs(want) + room
    return ("", False) if close.all() else ("It is not what the record says.", True)


def _report(name: str, blame: str, doubt: str, hints: tuple[str, ...], slip: str | None) -> Report:
    findings = (
        Finding("the cause explains the symptom", 5, not blame, blame),
        Finding("the evidence is right, to within 1 %", 5, not (doubt or blame == UNANSWERED), doubt),
    )
    return Report(f"clinic.{name}", findings, hints, slip, UNSEEN)


def grade_diagnosis(name: str, cause: str | None, evidence: object, points: float = 10) -> float:
    """The share of `points` that a diagnosis earns: the last expression of an nbgrader test cell.

    Parameters, errors and references are those of `diagnose`. Returns a plain float (nbgrader gives full marks for
    anything else), and prints nothing (nbgrader gives none for a word on stderr).
    """
    return float(points * diagnose(name, cause, evidence).share)
