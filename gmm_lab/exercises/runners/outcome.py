"""What a call of a stranger's function comes to, and the sentences that all runners share."""

from dataclasses import dataclass

UNANSWERED = "Not answered yet."


@dataclass(frozen=True)
class Outcome:
    """What one call did: a value, or a complaint in a sentence."""

    value: object = None
    complaint: str = ""


def late(seconds: float) -> Outcome:
    """It did not end in time."""
    return Outcome(complaint=f"It was still running after {seconds:g} s. Is there a loop that does not end?")


def changed(number: int) -> Outcome:
    """It wrote into the argument of this number, from 1."""
    return Outcome(complaint=f"It changes its argument number {number}. Work on a copy.")
