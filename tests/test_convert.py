from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from gmm_lab._convert import as_floats, at, check_in_memory, shown


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            [[1.0, 2.0], [1.0]],
            r"x is ragged: x\[1\] has length 1, but x\[0\] has length 2. Give all rows the same",
        ),
        ([[1.0], [2.0], 3.0], r"x\[2\] is a single value, but x\[0\] has length 1"),
        ([[[1], [2]], [[1, 2], [3, 4]]], r"x\[1\] has shape \(2, 2\), but x\[0\] has shape \(2, 1\)"),
        ([[[1], [2]], [[1], [3, 4]]], r"x\[1, 1\] has length 2, but x\[1, 0\] has length 1"),
        ([np.zeros(3), np.zeros(2)], r"x\[1\] has length 2, but x\[0\] has length 3"),
    ],
)
def test_a_ragged_list_is_located(x, message):
    with pytest.raises(ValueError, match=message):
        as_floats("x", x)


def test_a_list_that_holds_itself_ends():
    endless = [1.0]
    endless.append(endless)
    with pytest.raises(ValueError, match="x"):
        as_floats("x", endless)


@pytest.mark.parametrize("number", [10**400, Fraction(10**400, 3)])
def test_a_number_beyond_float64_is_located(number):
    with pytest.raises(ValueError, match=r"x\[1, 0\] is .* too large for float64. Take a larger unit."):
        as_floats("x", [[1.0, 2.0], [number, 3.0]])
    assert as_floats("x", [2**70, Fraction(1, 2)]).tolist() == [2.0**70, 0.5]
    with pytest.raises(ValueError, match=r"x\[0\] is Decimal\('1'\). Convert it to a real number"):
        as_floats("x", [Decimal(1)])


class Dasky:
    def __init__(self, graph):
        self.graph = graph

    def __dask_graph__(self):
        return self.graph

    def compute(self):
        raise AssertionError("computed in silence")

    def __array__(self, dtype=None, copy=None):
        assert self.graph is None, "computed in silence"
        return np.ones((2, 2))


class OnDisk:
    """What an HDF5 data set is to NumPy."""

    def read_direct(self):
        raise AssertionError("read in silence")

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("read in silence")


@pytest.mark.parametrize("x", [Dasky({}), [Dasky({})] * 2, OnDisk(), (np.ones(2), OnDisk())])
def test_numbers_that_are_elsewhere_are_not_fetched_in_silence(x):
    with pytest.raises(ValueError, match=r"x is a \w+\.\w+, whose numbers are not in memory. .* x.compute\(\)"):
        as_floats("x", x)


@pytest.mark.parametrize(
    "x",
    [
        Dasky(None),  # as xarray says of an array that is in memory
        pd.DataFrame({"compute": [1.0, 1.0], "store": [1.0, 1.0]}),
        np.ones((2, 2)).view(np.matrix),
        memoryview(np.ones((2, 2))),
        [pd.Series([1.0, 1.0])] * 2,
        range(1, 2),
    ],
)
def test_what_is_in_memory_is_taken(x):
    check_in_memory("x", x)
    np.testing.assert_array_equal(as_floats("x", x), np.ones(np.shape(x)))


@pytest.mark.parametrize("make", [iter, lambda a: (row for row in a), lambda a: map(list, a), enumerate, zip])
def test_what_can_be_gone_through_only_once_is_refused(make):
    with pytest.raises(ValueError, match=r"x is <.*, which can be gone through only once. Collect it first"):
        as_floats("x", make([[1.0], [2.0]]))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.float64(2.0), "2.0"),
        ([np.float64(2.0), {"a": np.int64(3)}], "[2.0, {'a': 3}]"),
        (np.str_("a"), "'a'"),
        (10**400, "a whole number of about 401 digits"),
        (-7, "-7"),
        (None, "None"),
    ],
)
def test_values_are_quoted_as_people_write_them(value, words):
    assert shown(value) == words


def test_a_quotation_is_short_and_on_one_line():
    for value in (
        np.ones((50, 50)),
        list(range(10**6)),
        "x" * 10**6,
        {i: i for i in range(999)},
        pd.DataFrame(np.eye(9)),
    ):
        assert len(shown(value)) < 150
        assert "\n" not in shown(value)


def test_places():
    assert at("x", np.array([1, 2])) == "x[1, 2]"
    assert at("x", ()) == "x"
