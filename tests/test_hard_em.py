from contextlib import suppress
from itertools import islice, pairwise, product

import numpy as np
import pytest
from cases import awkward_case
from hypothesis import given, settings
from hypothesis import strategies as st

from gmm_lab import (
    ComponentCollapsed,
    MixtureParams,
    assign,
    complete_log_likelihood,
    complete_mle,
    datasets,
    e_step,
    hard_em,
    hard_em_states,
    log_likelihood,
    random_start,
)


def test_labels_are_the_most_likely_of_all_labellings():
    params = MixtureParams([0.97, 0.02, 0.01], *[getattr(awkward_case()[1], name) for name in ("means", "covariances")])
    x = np.random.default_rng(2).uniform(-5, 5, (5, 2))
    best = max(product(range(3), repeat=5), key=lambda z: complete_log_likelihood(x, z, params))
    np.testing.assert_array_equal(assign(x, params), best)
    assert len(set(best)) == 3


def test_labels_are_the_largest_responsibilities():
    x, params = awkward_case()
    np.testing.assert_array_equal(assign(x, params), e_step(x, params)[0].argmax(axis=1))


def test_a_tie_goes_to_the_lowest_index():
    twins = MixtureParams([0.5, 0.5], [[1.0], [-1.0]], [[[1.0]], [[1.0]]])
    np.testing.assert_array_equal(assign([[0.0], [2.0], [-2.0]], twins), [0, 0, 1])


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_no_step_lowers_the_complete_log_likelihood(seed):
    x, start = awkward_case(seed)
    values = []
    with suppress(ComponentCollapsed):  # few points may end up alone; until then the rule holds
        for state in islice(hard_em_states(x, start), 25):
            own = complete_log_likelihood(x, state.labels, state.params)
            assert state.complete_log_likelihood == pytest.approx(own, rel=1e-12)
            values.append(state.complete_log_likelihood)
    assert len(values) > 2
    assert np.diff(values).min() >= -1e-12 * np.abs(values).max()


def test_states_alternate_labels_and_maximum_likelihood():
    x, start = awkward_case()
    states = list(islice(hard_em_states(x, start), 4))
    assert states[0].params is start
    for state, after in pairwise(states):
        np.testing.assert_array_equal(state.labels, assign(x, state.params))
        np.testing.assert_array_equal(after.params.means, complete_mle(x, state.labels, 3).means)


def test_stops_when_no_label_changes_and_there_every_step_rests():
    x, start = awkward_case()
    result = hard_em(x, start)
    assert result.converged
    again = complete_mle(x, assign(x, result.params), 3)
    np.testing.assert_array_equal(again.means, result.params.means)
    assert result.log_likelihood == log_likelihood(x, result.params)
    short = hard_em(x, start, max_steps=1)
    assert (short.converged, short.n_steps) == (False, 1)


def test_ordinary_log_likelihoods_are_told_even_where_they_fall():
    falls = 0
    for seed in range(30):
        x, _ = datasets.line(np.random.default_rng(seed))
        start = random_start(x, 2, np.random.default_rng(seed))
        falls += np.diff(hard_em(x, start).log_likelihoods).min() < 0
    assert falls > 0


def test_an_emptied_component_is_a_collapse():
    start = MixtureParams([0.5, 0.5], [[0.0], [1e3]], [[[1.0]], [[1.0]]])
    with pytest.raises(ComponentCollapsed, match="component 1 has no responsibility left"):
        hard_em([[0.0], [1.0], [2.0]], start)


def test_bad_input_fails_at_the_call():
    _, start = awkward_case()
    with pytest.raises(ValueError, match=r"x\[1, 0\] is nan"):
        hard_em_states([[0.0, 1.0], [np.nan, 2.0]], start)
    with pytest.raises(ValueError, match="x has D = 3 features"):
        hard_em_states(np.zeros((5, 3)), start)
