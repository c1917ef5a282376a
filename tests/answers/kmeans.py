"""Right answers to the exercises of chapter 4, each in many styles."""

import math

import numpy as np
from scipy.cluster.vq import vq
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist


def squares(x, centres):
    return ((x[:, np.newaxis] - centres) ** 2).sum(axis=2)


def by_loops(x, centres):
    labels = []
    for point in x:
        distances = [math.dist(point, centre) for centre in centres]
        labels.append(distances.index(min(distances)))
    return labels


def by_keeping_the_best(x, centres):
    labels, best = np.zeros(len(x), dtype=int), np.full(len(x), np.inf)
    for k, centre in enumerate(centres):
        distances = np.linalg.norm(x - centre, axis=1)
        labels[distances < best], best = k, np.minimum(best, distances)
    return labels


def by_einsum(x, centres):
    offsets = x[:, np.newaxis] - centres
    return np.einsum("nkd,nkd->nk", offsets, offsets).argmin(axis=1)


def labels(x, centres):
    return squares(x, centres).argmin(axis=1)


def averages(x, z, n_clusters):
    return np.stack([x[z == k].mean(axis=0) for k in range(n_clusters)])


def by_one_hot(x, z, n_clusters):
    members = np.eye(n_clusters)[z]
    return members.T @ x / members.sum(axis=0)[:, np.newaxis]


def by_add_at(x, z, n_clusters):
    sums = np.zeros((n_clusters, x.shape[1]))
    np.add.at(sums, z, x)
    return sums / np.bincount(z, minlength=n_clusters)[:, np.newaxis]


def by_bincount(x, z, n_clusters):
    columns = [np.bincount(z, column, n_clusters) for column in x.T]
    return np.column_stack(columns) / np.bincount(z, minlength=n_clusters)[:, np.newaxis]


def by_lists(x, z, n_clusters):
    result = []
    for k in range(n_clusters):
        members = [list(point) for point, label in zip(x, z, strict=True) if label == k]
        result.append([sum(column) / len(members) for column in zip(*members, strict=True)])
    return result


def by_running_mean(x, z, n_clusters):
    centres, counts = np.zeros((n_clusters, x.shape[1])), np.zeros(n_clusters)
    for point, k in zip(x, z, strict=True):
        counts[k] += 1
        centres[k] += (point - centres[k]) / counts[k]
    return centres


def total(x, centres):
    return squares(x, centres).min(axis=1).sum()


def total_by_loops(x, centres):
    return sum(min(sum((a - b) ** 2 for a, b in zip(point, c, strict=True)) for c in centres) for point in x)


STYLES = {
    "kmeans.assign": {
        "broadcasting": labels,
        "loops and lists": by_loops,
        "keeping the best": by_keeping_the_best,
        "einsum": by_einsum,
        "cdist": lambda x, c: cdist(x, c).argmin(axis=1),
        "squared cdist": lambda x, c: cdist(x, c, "sqeuclidean").argmin(axis=1),
        "norm": lambda x, c: np.linalg.norm(x[:, None] - c, axis=-1).argmin(-1),
        "floats": lambda x, c: labels(x, c).astype(np.float32),
        "bytes": lambda x, c: labels(x, c).astype(np.uint8),
        "tuple": lambda x, c: tuple(labels(x, c)),
        "largest of minus": lambda x, c: (-squares(x, c)).argmax(axis=1),
        "Gaussian": lambda x, c: (-squares(x, c) / 2 - np.log(len(c))).argmax(axis=1),
    },
    "kmeans.update": {
        "mean by mean": averages,
        "one-hot": by_one_hot,
        "add.at": by_add_at,
        "bincount": by_bincount,
        "lists": by_lists,
        "running mean": by_running_mean,
        "average": lambda x, z, k: np.array([np.average(x, axis=0, weights=z == j) for j in range(k)]),
        "float32": lambda x, z, k: averages(x, z, k).astype(np.float32),
        "Fortran order": lambda x, z, k: np.asfortranarray(averages(x, z, k)),
        "np.matrix": lambda x, z, k: np.asmatrix(averages(x, z, k)),
        "longdouble": lambda x, z, k: averages(x.astype(np.longdouble), z, k),
        "tuple of arrays": lambda x, z, k: tuple(averages(x, z, k)),
    },
    "kmeans.inertia": {
        "broadcasting": total,
        "loops": total_by_loops,
        "cdist": lambda x, c: cdist(x, c, "sqeuclidean").min(axis=1).sum(),
        "squared norms": lambda x, c: (np.linalg.norm(x[:, None] - c, axis=2).min(axis=1) ** 2).sum(),
        "SciPy's vq": lambda x, c: (vq(x, c)[1] ** 2).sum(),
        "KDTree": lambda x, c: (KDTree(c).query(x)[0] ** 2).sum(),
        "by labels": lambda x, c: ((x - c[labels(x, c)]) ** 2).sum(),
        "float": lambda x, c: float(total(x, c)),
        "fsum": lambda x, c: math.fsum(squares(x, c).min(axis=1)),
        "0-d array": lambda x, c: np.array(total(x, c)),
        "longdouble": lambda x, c: total(x.astype(np.longdouble), c),
        "dot": lambda x, c: np.vdot(x - c[labels(x, c)], x - c[labels(x, c)]),
    },
}
