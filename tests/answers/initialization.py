"""Right answers to the exercises of chapter 9, each in many styles."""

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from .blocks import ARRAYS, dressed


def probabilities(x, centres):
    squares = ((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1)
    return squares / squares.sum()


def by_loops(x, centres):
    squares = [min(sum((a - b) ** 2 for a, b in zip(p, c, strict=True)) for c in centres) for p in x]
    return [square / sum(squares) for square in squares]


def by_keeping_the_best(x, centres):
    best = np.full(len(x), np.inf)
    for centre in centres:
        best = np.minimum(best, ((x - centre) ** 2).sum(axis=1))
    return best / np.sum(best)


def by_shares_of_distances(x, centres):
    share = cdist(x, centres).min(axis=1)
    share /= np.linalg.norm(share)
    return share**2


def spheres(x, n_components):
    return np.tile(x.var(axis=0).mean() * np.eye(x.shape[1]), (n_components, 1, 1))


def by_trace(x, n_components):
    matrix = np.atleast_2d(np.cov(x.T, bias=True))
    return np.stack([np.trace(matrix) / len(matrix) * np.identity(len(matrix))] * n_components)


def by_lists(x, n_components):
    n, d = x.shape
    variance = 0.0
    for column in x.T:
        mean = sum(column) / n
        variance += sum((value - mean) ** 2 for value in column) / n / d
    return [[[variance if i == j else 0.0 for j in range(d)] for i in range(d)] for _ in range(n_components)]


def by_filling(x, n_components):
    result = np.zeros((n_components, x.shape[1], x.shape[1]))
    for i in range(x.shape[1]):
        result[:, i, i] = np.mean((x - x.mean(axis=0)) ** 2)
    return result


STYLES = {
    "initialization.kmeans_plus_plus_probabilities": {
        "broadcasting": probabilities,
        "loops": by_loops,
        "keeping the best": by_keeping_the_best,
        "shares of distances": by_shares_of_distances,
        "KDTree": lambda x, c: KDTree(c).query(x)[0] ** 2 / (KDTree(c).query(x)[0] ** 2).sum(),
        "cdist": lambda x, c: cdist(x, c, "sqeuclidean").min(1) / cdist(x, c, "sqeuclidean").min(1).sum(),
        **dressed(probabilities, ARRAYS),
    },
    "initialization.spherical_covariances": {
        "tile": spheres,
        "trace": by_trace,
        "lists": by_lists,
        "filling": by_filling,
        "broadcast": lambda x, k: np.broadcast_to(x.var(0).mean() * np.eye(x.shape[1]), (k, *2 * x.shape[1:])),
        "kron": lambda x, k: (
            np.kron(np.ones((k, 1, 1)), np.eye(x.shape[1])[None] * x.std(axis=0).dot(x.std(axis=0))) / x.shape[1]
        ),
        **dressed(spheres, ARRAYS),
    },
}
