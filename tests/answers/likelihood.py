"""Right answers to the exercises of chapter 2, each in many styles."""

import math

import numpy as np
from scipy.special import logsumexp

from .blocks import ARRAYS, JOINTS, NUMBERS, REFITS, dressed, joint_by_cholesky, joint_by_einsum, posterior


def class_by_class(x, z, n_components):
    members = [x[z == k] for k in range(n_components)]
    weights = np.array([len(of) for of in members]) / len(x)
    means = np.array([of.mean(axis=0) for of in members])
    return weights, means, np.array([np.cov(of, rowvar=False, bias=True).reshape(x.shape[1], -1) for of in members])


def by_corrected_cov(x, z, n_components):
    weights, means, _ = class_by_class(x, z, n_components)
    covariances = []
    for k in range(n_components):
        count = (z == k).sum()
        covariances.append(np.atleast_2d(np.cov(x[z == k].T)) * (count - 1) / count)
    return [weights, means, covariances]


def by_bincount(x, z, n_components):
    counts = np.bincount(z, minlength=n_components)
    means = np.stack([np.bincount(z, column, n_components) for column in x.T], axis=1) / counts[:, None]
    offset = x - means[z]
    covariances = np.zeros((n_components, x.shape[1], x.shape[1]))
    np.add.at(covariances, z, offset[:, :, None] * offset[:, None])
    return counts / counts.sum(), means, covariances / counts[:, None, None]


def log_likelihood(x, weights, means, covariances):
    return logsumexp(joint_by_einsum(x, weights, means, covariances), axis=1).sum()


def point_by_point(x, weights, means, covariances):
    joint = joint_by_cholesky(x, weights, means, covariances)
    total = 0.0
    for row in joint:
        top = max(row)
        total += top + math.log(sum(math.exp(value - top) for value in row))
    return total


def gradient(x, weights, means, covariances):
    resp = posterior(joint_by_einsum(x, weights, means, covariances))
    return np.einsum("nk,kij,nkj->ki", resp, np.linalg.inv(covariances), x[:, None] - means)


def gradient_by_loops(x, weights, means, covariances):
    resp = posterior(joint_by_cholesky(x, weights, means, covariances))
    result = []
    for k in range(len(weights)):
        slope = np.zeros(x.shape[1])
        for n in range(len(x)):
            slope += resp[n, k] * np.linalg.solve(covariances[k], x[n] - means[k])
        result.append(list(slope))
    return result


def gradient_by_sums(x, weights, means, covariances):
    resp = posterior(joint_by_einsum(x, weights, means, covariances))
    pulls = np.array([r @ (x - m) for r, m in zip(resp.T, means, strict=True)])
    return np.linalg.solve(covariances, pulls[..., None])[..., 0]


def gradient_by_quotient(x, weights, means, covariances):
    """p'/p, the density shifted by its largest term so that it does not vanish."""
    joint = joint_by_einsum(x, weights, means, covariances)
    parts = np.exp(joint - joint.max(axis=1, keepdims=True))
    result = np.empty_like(means)
    for k, precision in enumerate(np.linalg.inv(covariances)):
        result[k] = ((parts[:, [k]] * (x - means[k]) @ precision) / parts.sum(axis=1, keepdims=True)).sum(axis=0)
    return result


STYLES = {
    "likelihood.complete_mle": {
        **{name: lambda x, z, k, refit=refit: refit(x, np.eye(k)[z]) for name, refit in REFITS.items()},
        "class by class": class_by_class,
        "corrected np.cov": by_corrected_cov,
        "bincount": by_bincount,
        **dressed(class_by_class, ARRAYS),
    },
    "likelihood.log_likelihood": {
        **{name: lambda *a, joint=joint: logsumexp(joint(*a), axis=1).sum() for name, joint in JOINTS.items()},
        "point by point": point_by_point,
        **dressed(log_likelihood, NUMBERS),
    },
    "likelihood.gradient_means": {
        "einsum": gradient,
        "loops": gradient_by_loops,
        "sums": gradient_by_sums,
        "quotient": gradient_by_quotient,
        **dressed(gradient, ARRAYS),
    },
}
