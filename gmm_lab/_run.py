"""The one loop that stops: a run goes through states until one of them rests."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import numpy as np

from ._typing import Array

State = TypeVar("State")


def run_until(
    rests: Callable[[State, State], bool], states: Iterator[State], value_of: Callable[[State], float], max_steps: int
) -> tuple[State, Array, bool]:
    """The state where the run ended, the value of each state from the start, and whether the run came to rest.

    It rests at the first state of which `rests(before, state)` holds, and gives up after `max_steps` steps.
    """
    values, before, converged = [], None, False
    for state in islice(states, max_steps + 1):
        values.append(value_of(state))
        converged = before is not None and rests(before, state)
        if converged:
            break
        before = state
    return state, np.array(values), converged


def same_labels(before: object, state: object) -> bool:
    """Whether two states give every point the same label: then every further step gives the same state."""
    return np.array_equal(before.labels, state.labels)
