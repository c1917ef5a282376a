"""Building blocks of right answers: the log-joint and the refit, each in several styles, and the forms of a result."""

import math
from functools import partial

import numpy as np
from scipy.linalg import solve_triangular
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from scipy.stats import multivariate_normal


def joint_by_scipy(x, weights, means, covariances):
    """`atleast_1d` because SciPy gives a scalar for one point."""
    parts = zip(weights, means, covariances, strict=True)
    return np.stack([np.log(w) + np.atleast_1d(multivariate_normal(m, c).logpdf(x)) for w, m, c in parts], axis=1)


def joint_by_loops(x, weights, means, covariances):
    rows = []
    for point in x:
        row = []
        for weight, mean, covariance in zip(weights, means, covariances, strict=True):
            offset = [a - b for a, b in zip(point, mean, strict=True)]
            distance = sum(a * b for a, b in zip(offset, np.linalg.inv(covariance) @ offset, strict=True))
            volume = math.log(np.linalg.det(2 * math.pi * covariance))
            row.append(math.log(weight) - (distance + volume) / 2)
        rows.append(row)
    return np.array(rows)


def joint_by_einsum(x, weights, means, covariances):
    offset = x[:, np.newaxis] - means
    distance = np.einsum("nki,kij,nkj->nk", offset, np.linalg.inv(covariances), offset)
    return np.log(weights) - 0.5 * (distance + np.linalg.slogdet(2 * np.pi * covariances)[1])


def joint_by_cholesky(x, weights, means, covariances):
    columns = []
    for weight, mean, lower in zip(weights, means, np.linalg.cholesky(covariances), strict=True):
        y = solve_triangular(lower, (x - mean).T, lower=True)
        constant = 0.5 * len(mean) * np.log(2 * np.pi) + np.log(lower.diagonal()).sum()
        columns.append(np.log(weight) - 0.5 * (y * y).sum(axis=0) - constant)
    return np.column_stack(columns)


def joint_by_eigenvectors(x, weights, means, covariances):
    result = np.zeros((len(x), len(weights)))
    for k in range(len(weights)):
        values, vectors = np.linalg.eigh(covariances[k])
        y = (x - means[k]) @ vectors / np.sqrt(values)
        result[:, k] = np.log(weights[k]) - 0.5 * np.sum(y**2 + np.log(2 * np.pi * values), axis=1)
    return result


def joint_by_solve(x, weights, means, covariances):
    result = np.empty((len(weights), len(x)))
    for k, offset in enumerate(x - means[:, None]):
        y = np.linalg.solve(covariances[k], offset.T)
        result[k] = -0.5 * np.diagonal(offset @ y) + np.log(weights[k] / np.sqrt(np.linalg.det(covariances[k])))
    return result.T - 0.5 * x.shape[1] * np.log(2 * np.pi)


def joint_by_cdist(x, weights, means, covariances):
    distances = [cdist(x, m[None], "mahalanobis", VI=np.linalg.inv(c)) for m, c in zip(means, covariances, strict=True)]
    squares = np.concatenate(distances, axis=1) ** 2
    volumes = np.array([np.log(np.linalg.eigvalsh(2 * np.pi * c)).sum() for c in covariances])
    return np.log(weights) - (squares + volumes) / 2


JOINTS = {
    "SciPy": joint_by_scipy,
    "loops": joint_by_loops,
    "einsum": joint_by_einsum,
    "Cholesky": joint_by_cholesky,
    "eigenvectors": joint_by_eigenvectors,
    "solve": joint_by_solve,
    "cdist": joint_by_cdist,
}


def posterior(joint):
    return np.exp(joint - logsumexp(joint, axis=1, keepdims=True))


def refit_by_einsum(x, resp):
    counts = resp.sum(axis=0)
    means = resp.T @ x / counts[:, None]
    offset = x - means[:, None]
    return counts / len(x), means, np.einsum("nk,kni,knj->kij", resp, offset, offset) / counts[:, None, None]


def refit_by_loops(x, resp):
    (n, n_features), n_components = x.shape, resp.shape[1]
    weights, means, covariances = [], [], []
    for k in range(n_components):
        total = sum(resp[i, k] for i in range(n))
        mean = [sum(resp[i, k] * x[i, d] for i in range(n)) / total for d in range(n_features)]
        matrix = np.zeros((n_features, n_features))
        for i in range(n):
            matrix += resp[i, k] * np.outer(x[i] - mean, x[i] - mean)
        weights.append(total / n)
        means.append(mean)
        covariances.append(matrix / total)
    return weights, means, covariances


def refit_by_np_cov(x, resp):
    weights = resp.mean(axis=0)
    means = [np.average(x, axis=0, weights=r) for r in resp.T]
    return weights, means, [np.atleast_2d(np.cov(x.T, aweights=r, ddof=0)) for r in resp.T]


def refit_by_diagonal_matrices(x, resp):
    counts = np.ones(len(x)) @ resp
    means, covariances = np.zeros((len(counts), x.shape[1])), []
    for k, count in enumerate(counts):
        means[k] = resp[:, k] @ x / count
        offset = x - means[k]
        covariances.append(offset.T @ np.diag(resp[:, k]) @ offset / count)
    return counts / counts.sum(), means, np.array(covariances)


def refit_by_roots(x, resp):
    counts = np.add.reduce(resp)
    means = (resp[:, :, None] * x[:, None]).sum(axis=0) / counts[:, None]
    scaled = np.sqrt(resp.T)[:, :, None] * (x[None] - means[:, None])
    return counts / len(x), means, scaled.transpose(0, 2, 1) @ scaled / counts[:, None, None]


def refit_by_outer_products(x, resp):
    shares = resp / resp.sum(axis=0)
    means = np.tensordot(shares, x, axes=(0, 0))
    offset = x[:, None] - means
    outer = offset[..., :, None] * offset[..., None, :]
    return resp.mean(0), means, (shares[..., None, None] * outer).sum(axis=0)


REFITS = {
    "einsum": refit_by_einsum,
    "loops and lists": refit_by_loops,
    "np.cov": refit_by_np_cov,
    "diagonal matrices": refit_by_diagonal_matrices,
    "roots": refit_by_roots,
    "outer products": refit_by_outer_products,
}


def _each(change, result):
    return tuple(map(change, result)) if isinstance(result, tuple) else change(result)


ARRAYS = {
    "float32": lambda a: np.asarray(a, dtype=np.float32),
    "longdouble": lambda a: np.asarray(a, dtype=np.longdouble),
    "Fortran order": np.asfortranarray,
    "nested lists": lambda a: np.asarray(a).tolist(),
    "tuple of rows": lambda a: tuple(np.asarray(a)),
    "masked array": np.ma.asarray,
}
NUMBERS = {
    "Python number": lambda a: np.asarray(a).item(),
    "NumPy scalar": np.float64,
    "float32 scalar": np.float32,
    "0-d array": np.array,
    "longdouble scalar": np.longdouble,
}


def dressed(answer, forms):
    """The same answer, its result (or each of its results) in each of these forms."""
    return {name: partial(lambda change, *args: _each(change, answer(*args)), form) for name, form in forms.items()}
