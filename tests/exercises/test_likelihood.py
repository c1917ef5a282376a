"""The exercises of chapter 2: the reference is the book's, and what single properties are there for."""

import numpy as np
import pytest
from answers.blocks import joint_by_einsum
from answers.likelihood import class_by_class
from cases import awkward_case
from scipy.optimize import approx_fprime

import gmm_lab
from gmm_lab.exercises import check
from gmm_lab.exercises.likelihood import COMPLETE_MLE, GRADIENT_MEANS, LOG_LIKELIHOOD


def test_references_are_the_books_likelihood():
    x, params = awkward_case()
    mixture = params.weights, params.means, params.covariances
    value = gmm_lab.log_likelihood(x, params)
    assert LOG_LIKELIHOOD.reference(x, *mixture) == pytest.approx(value, rel=1e-12)
    z = np.arange(len(x)) % 3
    want = gmm_lab.complete_mle(x, z, 3)
    for part, name in zip(COMPLETE_MLE.reference(x, z, 3), ("weights", "means", "covariances"), strict=True):
        np.testing.assert_allclose(part, getattr(want, name), rtol=1e-12)


def test_the_gradient_is_that_of_the_log_likelihood():
    x, params = awkward_case()
    weights, means, covariances = params.weights, params.means, params.covariances

    def value(flat):
        return LOG_LIKELIHOOD.reference(x, weights, flat.reshape(means.shape), covariances)

    slopes = approx_fprime(means.ravel(), value, 1e-6).reshape(means.shape)
    np.testing.assert_allclose(GRADIENT_MEANS.reference(x, weights, means, covariances), slopes, rtol=1e-3, atol=1e-2)


def test_cancellation_is_a_property_of_its_own():
    def by_moments(x, z, n_components):
        weights, means, _ = class_by_class(x, z, n_components)
        squares = np.stack([x[z == k].T @ x[z == k] / (z == k).sum() for k in range(n_components)])
        return weights, means, squares - means[:, :, None] * means[:, None]

    report = check("likelihood.complete_mle", by_moments)
    assert report.score == 8
    assert "Subtract first" in report.hints[0]


def test_underflow_is_a_property_of_its_own():
    report = check("likelihood.log_likelihood", lambda *a: np.log(np.exp(joint_by_einsum(*a)).sum(axis=1)).sum())
    assert report.score == 8
    assert "logarithms" in report.hints[0]

    def naive(x, weights, means, covariances):
        joint = np.exp(joint_by_einsum(x, weights, means, covariances))
        resp = joint / joint.sum(axis=1, keepdims=True)
        return np.einsum("nk,kij,nkj->ki", resp, np.linalg.inv(covariances), x[:, None] - means)

    assert check("likelihood.gradient_means", naive).score == 8
