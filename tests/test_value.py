import copy
import pickle
from dataclasses import dataclass, fields, replace
from itertools import islice

import numpy as np
import pytest
from cases import awkward_case

from gmm_lab import best_of, em_half_steps, em_states, fit, hard_em, hard_em_states, kmeans, kmeans_states, random_start
from gmm_lab._typing import Array, Labels
from gmm_lab._value import Value, frozen


def _values():
    """One of each kind, by name, with the arrays that its maker was given."""
    x, start = awkward_case()
    centres = x[:3].copy()
    made = [
        start,
        random_start(x, 3, np.random.default_rng(0)),
        *islice(em_states(x, start), 2),
        *islice(hard_em_states(x, start), 2),
        *islice(kmeans_states(x, centres), 2),
        *islice(em_half_steps(x, start), 3),
        fit(x, start, max_steps=2),
        best_of(x, [start], max_steps=2),
        hard_em(x, start, max_steps=2),
        kmeans(x, centres),
    ]
    return [(value, (x, centres)) for value in made]


def arrays_of(value):
    for field in fields(value):
        entry = getattr(value, field.name)
        if isinstance(entry, np.ndarray):
            yield entry
        elif isinstance(entry, Value):
            yield from arrays_of(entry)


COPIES = {
    "itself": lambda value: value,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle 2": lambda value: pickle.loads(pickle.dumps(value, 2)),
    "pickle 4": lambda value: pickle.loads(pickle.dumps(value, 4)),
    "pickle 5": lambda value: pickle.loads(pickle.dumps(value, 5)),
    "replace": replace,
}


@pytest.mark.parametrize("kind", COPIES)
def test_arrays_stay_read_only_whatever_is_made_of_them(kind):
    kinds = set()
    for value, given in _values():
        other = COPIES[kind](value)
        kinds.add(type(other).__name__)
        assert type(other) is type(value)
        for array, again in zip(arrays_of(value), arrays_of(other), strict=True):
            np.testing.assert_array_equal(again, array)
            assert again.dtype == array.dtype
            assert again.flags.owndata
            assert not any(np.shares_memory(again, one) for one in given)
            with pytest.raises(ValueError, match="read-only"):
                again[...] = 0
    assert kinds == {
        "BestFit", "EMState", "Fit", "HalfStep", "HardEMState", "KMeansFit", "KMeansState", "MixtureParams",
    }  # fmt: skip


def test_a_caller_who_changes_an_array_later_changes_no_state():
    x, _ = awkward_case()
    centres = x[:3].copy()
    centres.flags.writeable = False
    run = kmeans_states(x, centres)
    centres.flags.writeable = True
    centres[:] = 0
    np.testing.assert_array_equal(next(run).centres, x[:3])


def test_a_field_is_of_the_type_it_says():
    @dataclass(frozen=True, eq=False)
    class Two(Value):
        numbers: Array
        labels: Labels

    two = Two([1, 2], np.array([0, 1], dtype=np.int16))
    assert (two.numbers.dtype, two.labels.dtype) == (np.float64, np.intp)


def test_what_is_frozen_is_not_copied_again():
    once = frozen([1.0, 2.0], np.float64)
    assert frozen(once, np.float64) is once
    view = once[:1]  # read-only, but of memory that is another's
    assert frozen(view, np.float64) is not view
