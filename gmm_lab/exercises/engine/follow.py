"""Follows an answer that is an algorithm: its run as a trace, beside the book's."""

from collections.abc import Callable
from itertools import islice

from ...mixture import MixtureParams
from ...soft_em import e_step
from ...trace import em_half_steps, first_difference, half_steps
from ..runners.outcome import Outcome
from .exercise import Probe, as_array


def first_half_step(run: Callable[[Probe], Outcome], probe: Probe) -> str:
    """Record a run as a trace, step by step, and say in which half-step it parts from the book's."""
    x, *start, n_steps = probe
    iterates = []
    for step in range(n_steps + 1):
        outcome = run((x, *start, step))
        if outcome.complaint:
            return f"With n_steps = {step}: {outcome.complaint}"
        try:
            params = MixtureParams(*map(as_array, outcome.value))
            iterates.append((params, e_step(x, params)[0]))
        except (TypeError, ValueError, ArithmeticError) as error:
            return f"With n_steps = {step} the result is no mixture: {error}"
    book = list(islice(em_half_steps(x, MixtureParams(*start)), 2 * n_steps + 2))
    parting = first_difference(list(half_steps(x, iterates)), book)
    if parting is None:
        return ""
    if parting.kind == "start":
        return "With 0 steps the start must come back as it is."
    rest = "The E-step before it may be the cause." if parting.name == "weights" else "What stands before it is right."
    return f"Step by step: the first result that differs is {parting.name}, in M-step {parting.step}. {rest}"
