"""What a check found, as text, as HTML and as data."""

from dataclasses import dataclass
from html import escape
from io import TextIOWrapper
from typing import TextIO

from ..runners.outcome import UNANSWERED


def write_anything(*streams: TextIO) -> None:
    """Let streams write what their encoding has no sign for, such as Σ on a Windows console: as an escape."""
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class CheckFailed(AssertionError):
    """An answer that was required to be complete is not."""


@dataclass(frozen=True)
class Finding:
    """One property of an answer: what was asked, what it is worth, and whether it held."""

    title: str
    points: int
    held: bool
    note: str = ""


@dataclass(frozen=True)
class Report:
    """The outcome of a check.

    Attributes
    ----------
    exercise : str
        Identifier, such as "soft_em.e_step".
    findings : tuple of Finding
        The properties that were looked at, in order.
    hints : tuple of str
        From the general to the particular: what failed, the likely cause, where to read. Never the answer.
    slip : str or None
        Name of the known slip whose results equal the answer's.
    unseen : str
        What the check did not look at.
    """

    exercise: str
    findings: tuple[Finding, ...]
    hints: tuple[str, ...]
    slip: str | None
    unseen: str

    @property
    def score(self) -> int:
        """Points earned. The first property carries the others: a wrong answer of the right form earns nothing."""
        return sum(f.points for f in self.findings if f.held) if self.findings[0].held else 0

    @property
    def max_score(self) -> int:
        """Points there are."""
        return sum(finding.points for finding in self.findings)

    @property
    def share(self) -> float:
        """Points earned, of those there are: 0 to 1."""
        return self.score / self.max_score

    @property
    def headline(self) -> str:
        """How many properties hold."""
        if self.findings[0].note == UNANSWERED:
            return f"{self.exercise}: not answered yet"
        held = sum(finding.held for finding in self.findings)
        return (
            f"{self.exercise}: {held} of {len(self.findings)} properties hold, {self.score} of {self.max_score} points"
        )

    def to_dict(self) -> dict:
        """Plain data, for JSON."""
        findings = [vars(finding) for finding in self.findings]
        return {
            "exercise": self.exercise,
            "score": self.score,
            "max_score": self.max_score,
            "slip": self.slip,
            "findings": findings,
            "hints": list(self.hints),
            "unseen": self.unseen,
        }

    def require(self) -> None:
        """Raise CheckFailed unless every property holds."""
        if self.score < self.max_score:
            raise CheckFailed(str(self))

    def __str__(self) -> str:
        if self.findings[0].note == UNANSWERED:
            return self.headline
        marks = [f"  [{'x' if f.held else ' '}] {f.title}{': ' + f.note if f.note else ''}" for f in self.findings]
        hints = [f"  {number}. {hint}" for number, hint in enumerate(self.hints, 1)]
        return "\n".join([self.headline, *marks, *hints, f"  {self.unseen}"])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if self.findings[0].note == UNANSWERED:
            return f"<p>{escape(self.headline)}</p>"
        items = "".join(
            f"<li>{'✓ holds' if f.held else '✗ fails'}: {escape(f.title)}{'. ' + escape(f.note) if f.note else ''}</li>"
            for f in self.findings
        )
        # Folded one by one: a hint that is not asked for is half an answer.
        hints = "".join(
            f"<details><summary>Hint {number}</summary><p>{escape(hint)}</p></details>"
            for number, hint in enumerate(self.hints, 1)
        )
        return f"<div><p><b>{escape(self.headline)}</b></p><ul>{items}</ul>{hints}<p>{escape(self.unseen)}</p></div>"
