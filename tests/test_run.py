from itertools import count, pairwise

import numpy as np
import pytest

from gmm_lab._run import run_until


def halves():
    return (0.5**n for n in count())


def near(before, state):
    return before - state <= 0.1


def test_a_run_ends_at_the_first_state_that_rests():
    state, values, converged = run_until(near, halves(), float, 100)
    np.testing.assert_array_equal(values, [1, 0.5, 0.25, 0.125, 0.0625])
    assert (state, converged) == (0.0625, True)
    assert [near(*pair) for pair in pairwise(values)] == [False, False, False, True]


@pytest.mark.parametrize("max_steps", [0, 1, 3])
def test_a_run_gives_up_when_told_and_says_so(max_steps):
    state, values, converged = run_until(near, halves(), lambda state: -state, max_steps)
    assert (state, len(values), converged) == (0.5**max_steps, max_steps + 1, False)
    assert values[-1] == -state


def test_a_run_asks_for_no_state_beyond_its_end():
    states = halves()
    run_until(near, states, float, 2)
    assert next(states) == 0.125
