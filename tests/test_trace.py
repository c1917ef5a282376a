from itertools import islice, pairwise

import numpy as np
import pytest
from cases import awkward_case, faithful_split

from gmm_lab import em_half_steps, em_states


def test_half_steps_are_the_states_of_em_in_two_parts():
    x, start = awkward_case()
    halves, states = list(islice(em_half_steps(x, start), 9)), list(islice(em_states(x, start), 5))
    assert [half.kind for half in halves] == ["start", *["E", "M"] * 4]
    assert [half.step for half in halves] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    for state, before, after in zip(states[1:], halves[1::2], halves[2::2], strict=True):
        np.testing.assert_array_equal(after.params.means, state.params.means)
        np.testing.assert_array_equal(after.resp, before.resp)
    for state, half in zip(states, halves[1::2], strict=False):
        np.testing.assert_array_equal(half.resp, state.resp)
        assert half.log_likelihood == pytest.approx(state.log_likelihood, rel=1e-13)


def test_ledger_adds_up_and_each_half_step_moves_its_own_part():
    x, start = awkward_case()
    halves = list(islice(em_half_steps(x, start), 30))
    scale = 1e-12 * abs(halves[0].log_likelihood)
    for before, after in pairwise(halves):
        assert after.elbo + after.kl == pytest.approx(after.log_likelihood, rel=1e-12)
        assert after.elbo >= before.elbo - scale
        if after.kind == "E":
            assert after.log_likelihood == before.log_likelihood
            assert after.kl == pytest.approx(0, abs=scale)
        else:
            assert after.log_likelihood - before.log_likelihood >= after.elbo - before.elbo - scale


def test_belief_at_the_start_is_uniform_unless_given():
    x, start, resp = faithful_split()
    np.testing.assert_array_equal(next(em_half_steps(x, start)).resp, 0.5)
    np.testing.assert_array_equal(next(em_half_steps(x, start, resp)).resp, resp)


def test_bad_input_fails_at_the_call():
    x, start, resp = faithful_split()
    with pytest.raises(ValueError, match="resp has N = 10 rows, but x has N = 272"):
        em_half_steps(x, start, resp[:10])
    with pytest.raises(ValueError, match="resp has K = 3 columns, but params has K = 2"):
        em_half_steps(x, start, np.full((272, 3), 1 / 3))
    with pytest.raises(ValueError, match="start must be a MixtureParams"):
        em_half_steps(x, None)
