"""Right answers to the exercises of chapter 1, each in many styles."""

import numpy as np
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from .blocks import ARRAYS, JOINTS, dressed, joint_by_einsum


def log_density(x, weights, means, covariances):
    return logsumexp(joint_by_einsum(x, weights, means, covariances), axis=1)


def by_shift(x, weights, means, covariances):
    joint = joint_by_einsum(x, weights, means, covariances)
    top = joint.max(axis=1)
    return top + np.log(np.exp(joint - top[:, None]).sum(axis=1))


def by_weights_outside(x, weights, means, covariances):
    densities = joint_by_einsum(x, np.ones(len(weights)), means, covariances)
    return logsumexp(densities, b=weights, axis=1)


def by_cholesky(weights, means, covariances, n, rng):
    z = rng.choice(len(weights), size=n, p=weights)
    noise = rng.standard_normal((n, means.shape[1]))
    return means[z] + (np.linalg.cholesky(covariances)[z] @ noise[..., None])[..., 0], z


def point_by_point(weights, means, covariances, n, rng):
    x, z = [], []
    for _ in range(n):
        k = rng.choice(len(weights), p=weights)
        x.append(rng.multivariate_normal(means[k], covariances[k]))
        z.append(k)
    return x, z


def component_by_component(weights, means, covariances, n, rng):
    z = rng.choice(len(weights), n, p=weights)
    x = np.empty((n, means.shape[1]))
    for k in range(len(weights)):
        x[z == k] = rng.multivariate_normal(means[k], covariances[k], size=(z == k).sum())
    return x, z


def by_counts_and_shuffle(weights, means, covariances, n, rng):
    counts = rng.multinomial(n, weights)
    x = np.concatenate([rng.multivariate_normal(m, c, k) for m, c, k in zip(means, covariances, counts, strict=True)])
    order = rng.permutation(n)
    return x[order], np.repeat(np.arange(len(weights)), counts)[order]


def by_searchsorted(weights, means, covariances, n, rng):
    z = np.minimum(np.searchsorted(np.cumsum(weights), rng.random(n)), len(weights) - 1)
    values, vectors = np.linalg.eigh(covariances)
    factors = vectors * np.sqrt(values)[:, None]
    return means[z] + np.einsum("nij,nj->ni", factors[z], rng.normal(size=(n, means.shape[1]))), z


def by_all_components(weights, means, covariances, n, rng):
    z = (rng.random(n)[:, None] > np.cumsum(weights)[:-1]).sum(axis=1)
    candidates = [rng.multivariate_normal(m, c, n, method="cholesky") for m, c in zip(means, covariances, strict=True)]
    return np.stack(candidates)[z, np.arange(n)], z


def by_scipy(weights, means, covariances, n, rng):
    z = rng.choice(len(weights), n, p=weights)
    x = np.zeros((n, means.shape[1]))
    for k in np.unique(z):
        size = int((z == k).sum())
        x[z == k] = multivariate_normal(means[k], covariances[k]).rvs(size, random_state=rng).reshape(size, -1)
    return x, z


def by_row_products(weights, means, covariances, n, rng):
    z = rng.choice(np.arange(len(weights)), n, p=weights)
    upper = np.linalg.cholesky(covariances).transpose(0, 2, 1)
    return np.array([means[k] + rng.normal(size=means.shape[1]) @ upper[k] for k in z]), z


def by_gumbel(weights, means, covariances, n, rng):
    z = (np.log(weights) + rng.gumbel(size=(n, len(weights)))).argmax(axis=1)
    return np.array([rng.multivariate_normal(means[k], covariances[k], method="eigh") for k in z]), z


STYLES = {
    "mixture.log_density": {
        **{name: lambda *a, joint=joint: logsumexp(joint(*a), axis=1) for name, joint in JOINTS.items()},
        "logaddexp": lambda *a: np.logaddexp.reduce(joint_by_einsum(*a), axis=1),
        "shift": by_shift,
        "weights outside": by_weights_outside,
        **dressed(log_density, ARRAYS),
    },
    "mixture.sample": {
        "Cholesky": by_cholesky,
        "point by point": point_by_point,
        "component by component": component_by_component,
        "counts and shuffle": by_counts_and_shuffle,
        "searchsorted and eigenvectors": by_searchsorted,
        "all components": by_all_components,
        "SciPy": by_scipy,
        "row products": by_row_products,
        "Gumbel": by_gumbel,
        **dressed(by_cholesky, ARRAYS),
    },
}
