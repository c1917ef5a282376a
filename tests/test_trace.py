from itertools import islice, pairwise

import numpy as np
import pytest
from cases import awkward_case, faithful_split

from gmm_lab import (
    MixtureParams,
    em_half_steps,
    em_states,
    hard_em_half_steps,
    hard_em_states,
    kmeans_half_steps,
    kmeans_states,
    m_step,
)
from gmm_lab.trace import first_difference, half_steps


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


def test_hard_em_and_kmeans_are_recorded_in_the_same_form():
    x, start = awkward_case()
    for state, half in zip(hard_em_states(x, start), islice(hard_em_half_steps(x, start), 1, 8, 2), strict=False):
        assert half.kind == "E"
        assert half.elbo == pytest.approx(state.complete_log_likelihood, rel=1e-12)
        np.testing.assert_array_equal(half.resp.argmax(axis=1), state.labels)
    sd = 1.7
    halves = list(islice(kmeans_half_steps(x, x[:3], sd), 9))
    assert [half.kind for half in halves] == ["start", *["E", "M"] * 4]
    constant = -len(x) * np.log(3 * 2 * np.pi * sd**2)
    for state, half in zip(kmeans_states(x, x[:3]), halves[1::2], strict=False):
        assert half.elbo == pytest.approx(constant - state.inertia / (2 * sd**2), rel=1e-12)
        np.testing.assert_array_equal(half.params.means, state.centres)
    for before, after in pairwise(halves):
        assert after.elbo + after.kl == pytest.approx(after.log_likelihood, rel=1e-10)
        assert after.elbo >= before.elbo - 1e-9


def test_any_run_can_be_recorded():
    x, start = awkward_case()
    states = list(islice(em_states(x, start), 3))
    mine = half_steps(x, [(state.params, state.resp) for state in states])
    assert first_difference(list(mine), list(islice(em_half_steps(x, start), 6))) is None
    with pytest.raises(ValueError, match="iterates must be pairs"):
        half_steps(x, [])
    with pytest.raises(ValueError, match=r"iterates\[0\]\[0\] must be a MixtureParams"):
        half_steps(x, [(None, states[0].resp)])


def test_first_difference_finds_the_half_step_and_the_quantity():
    x, start = awkward_case()

    def about_the_grand_mean(x, resp):
        new = m_step(x, resp)
        offsets = new.means - x.mean(axis=0)
        return MixtureParams(new.weights, new.means, new.covariances + np.einsum("ki,kj->kij", offsets, offsets))

    right = list(islice(em_half_steps(x, start), 9))
    wrong = islice(em_half_steps(x, start, m_step=about_the_grand_mean), 9)
    found = first_difference(right, wrong)
    assert (found.place, found.kind, found.step, found.name) == (2, "M", 1, "covariances")
    assert str(found) == "covariances differs in M-step 1"
    assert first_difference(right, right[:4]) is None
    other = list(islice(em_half_steps(x, start, np.eye(3)[np.zeros(300, int)]), 2))
    assert str(first_difference(right, other)) == "resp differs at the start"
    fewer = MixtureParams([0.5, 0.5], start.means[:2], start.covariances[:2])
    assert first_difference(right, list(islice(em_half_steps(x, fewer), 2))).name == "shape of weights"
    with pytest.raises(ValueError, match="rtol must be a non-negative number"):
        first_difference(right, right, rtol=-1)
