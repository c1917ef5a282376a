from functools import reduce
from operator import add

import numpy as np
import pytest
from cases import awkward_case, faithful_split

from gmm_lab import ComponentCollapsed, complete_mle, diagonal, e_step, equal_spheres, m_step, spherical, tied
from gmm_lab.moments import Moments, full, one_hot

M_STEPS = {"full": m_step, "tied": tied, "diagonal": diagonal, "spherical": spherical}


def arrays(moments):
    return [moments.counts, moments.means, moments.scatters, moments.largest]


def test_they_are_sums_over_points():
    x, params = awkward_case()
    resp, _ = e_step(x, params)
    moments = Moments.of(x, resp)
    assert moments.n == len(x)
    np.testing.assert_allclose(moments.counts, resp.sum(axis=0), rtol=1e-14)
    np.testing.assert_array_equal(moments.largest, np.abs(x).max(axis=0))
    for k, (mean, scatter) in enumerate(zip(moments.means, moments.scatters, strict=True)):
        np.testing.assert_allclose(mean, np.average(x, axis=0, weights=resp[:, k]), rtol=1e-12)
        np.testing.assert_allclose(scatter, resp[:, k].sum() * np.cov(x.T, aweights=resp[:, k], ddof=0), rtol=1e-10)


@pytest.mark.parametrize("name", M_STEPS)
def test_an_m_step_is_a_function_of_moments_bit_by_bit(name):
    x, params = awkward_case()
    resp, _ = e_step(x, params)
    plain, carried = M_STEPS[name](x, resp), M_STEPS[name].of_moments(Moments.of(x, resp))
    for field in ("weights", "means", "covariances"):
        np.testing.assert_array_equal(getattr(carried, field), getattr(plain, field))


def test_labels_are_the_case_of_0_and_1():
    x, _, resp = faithful_split()
    labels = resp.argmax(axis=1)
    np.testing.assert_array_equal(one_hot(labels, 3), np.eye(3)[labels])
    np.testing.assert_array_equal(complete_mle(x, labels, 2).covariances, full(Moments.of(x, resp)).covariances)
    assert complete_mle.of_moments is full
    means = equal_spheres(2.0).of_moments(Moments.of(x, resp)).means
    np.testing.assert_array_equal(means, equal_spheres(2.0)(x, labels, 2).means)


def test_blocks_add_up_to_the_whole():
    x, params = awkward_case()
    for offset in (0.0, 1e3):
        resp, _ = e_step(x, params)
        whole = Moments.of(x + offset, resp)
        blocks = zip(np.array_split(x + offset, 7), np.array_split(resp, 7), strict=True)
        summed = reduce(add, [Moments.of(*block) for block in blocks])
        assert summed.n == whole.n
        for one, other in zip(arrays(summed), arrays(whole), strict=True):
            np.testing.assert_allclose(one, other, rtol=3e-14 * max(1, offset), atol=1e-12)


def test_a_component_may_be_empty_in_a_block():
    x, resp = np.array([[1.0, 2.0], [3.0, 1.0], [5.0, 5.0]]), np.eye(3)[[0, 0, 1]]
    left, right = Moments.of(x[:2], resp[:2]), Moments.of(x[2:], resp[2:])
    for summed in (left + right, right + left):
        for one, other in zip(arrays(summed), arrays(Moments.of(x, resp)), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14)
    with pytest.raises(ComponentCollapsed, match="component 2 has no responsibility left"):
        full(left + right)


def test_a_weight_of_two_is_every_point_twice_and_a_weight_of_zero_none():
    x, params = awkward_case()
    resp, _ = e_step(x, params)
    twice = Moments.of(np.repeat(x, 2, axis=0), np.repeat(resp, 2, axis=0))
    weighted = Moments.of(x, resp, np.full(len(x), 2))
    assert weighted.n == twice.n
    for one, other in zip(arrays(weighted), arrays(twice), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    x[0] = 1e9
    without = Moments.of(x, resp, np.arange(len(x)) > 0)
    for one, other in zip(arrays(without), arrays(Moments.of(x[1:], resp[1:])), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0], r"sample_weight must have shape \(N,\) = \(2,\), one a point, got \(1,\)"),
        ([1.0, -1.0], r"sample_weight must be non-negative and not all 0, got -1 at \[1\]"),
        ([0.0, 0.0], "sample_weight must be non-negative and not all 0"),
        ([np.nan, 1.0], r"sample_weight\[0\] is nan"),
        (["a", "b"], "sample_weight must hold real numbers"),
    ],
)
def test_bad_weights_are_named(weight, message):
    with pytest.raises(ValueError, match=message):
        Moments.of([[0.0], [1.0]], np.ones((2, 1)), weight)


def test_what_does_not_add_is_told():
    one, two = Moments.of([[0.0]], [[1.0]]), Moments.of([[0.0]], [[0.5, 0.5]])
    with pytest.raises(ValueError, match=r"moments of shape \(K, D\) = \(2, 1\) do not add to those of \(1, 1\)"):
        one + two
    with pytest.raises(TypeError):
        one + 1
