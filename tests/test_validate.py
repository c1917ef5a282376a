import numpy as np
import pytest

from gmm_lab._validate import check_data, check_resp


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1.0, 2.0], r"x must have shape \(N, D\), got \(2,\).* x\[:, np.newaxis\]"),
        (np.empty((0, 2)), r"at least one point and one feature, got shape \(0, 2\)"),
        ([[0.0, 1.0], [np.nan, 2.0]], r"x\[1, 0\] is nan. Drop the row"),
        ([[0.0, -np.inf]], r"x\[0, 1\] is -inf. Drop the row"),
        ([["1", "2"]], "x must hold real numbers, got dtype <U1. Convert"),
        ([[1j, 2.0]], "x must hold real numbers, got dtype complex128"),
        ([[1.0], [1.0, 2.0]], "x is ragged.*same length"),
        ([[1.0, None]], r"x\[0, 1\] is None. Convert"),
        (np.ma.masked_invalid([[1.0, np.nan]]), r"x\[0, 1\] is masked. Drop the row"),
        (None, "x is None"),
    ],
)
def test_bad_data_are_located_and_a_remedy_offered(x, message):
    with pytest.raises(ValueError, match=message):
        check_data(x)


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.float32, np.float64, bool, object])
def test_any_real_dtype_becomes_float64(dtype):
    x = np.array([[1, 0], [0, 1]], dtype=dtype)
    assert check_data(x).dtype == np.float64
    np.testing.assert_array_equal(check_data(x), [[1, 0], [0, 1]])


@pytest.mark.parametrize(
    ("resp", "message"),
    [
        ([0.5, 0.5], r"resp must have shape \(N, K\), got \(2,\).* np.eye\(n_components\)\[z\]"),
        ([[1.0, 0.0]], "resp has N = 1 rows, but x has N = 2"),
        ([[1.5, -0.5], [1, 0]], r"resp\[0, 1\] is -0.5"),
        ([[1.0, 0.0], [0.5, 0.4]], r"resp\[1\] sums to .*0.9.*, not 1. Divide"),
        ([[1.0, 0.0], [np.nan, 0.4]], r"resp\[1, 0\] is nan"),
    ],
)
def test_bad_responsibilities_are_located_and_a_remedy_offered(resp, message):
    with pytest.raises(ValueError, match=message):
        check_resp(resp, 2)
