"""Right answers to the exercises of chapter 8, each in many styles."""

import itertools
import math
import random

import numpy as np
from scipy.special import comb, logsumexp
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import KFold

from .blocks import JOINTS, NUMBERS, dressed, joint_by_einsum


def n_free_parameters(n_components, n_features):
    return n_components - 1 + n_components * (n_features + n_features * (n_features + 1) // 2)


def by_counting(n_components, n_features):
    total = -1
    for _ in range(n_components):
        total += 1
        for i in range(n_features):
            total += 1 + len(range(i, n_features))
    return total


def by_scikit_learn(n_components, n_features):
    model = GaussianMixture(n_components)
    model.means_ = np.zeros((n_components, n_features))
    return model._n_parameters()


def bic_by(joint):
    def value(x, weights, means, covariances):
        fit = logsumexp(joint(x, weights, means, covariances), axis=1).sum()
        return n_free_parameters(*means.shape) * np.log(len(x)) - 2 * fit

    return value


bic = bic_by(joint_by_einsum)


def folds(n, n_folds, rng):
    return np.array_split(rng.permutation(n), n_folds)


def by_shuffle(n, n_folds, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return [order[i::n_folds] for i in range(n_folds)]


def by_labels(n, n_folds, rng):
    labels = rng.permutation(np.arange(n) % n_folds)
    return [np.flatnonzero(labels == i) for i in range(n_folds)]


def by_sizes(n, n_folds, rng):
    order, result, start = rng.permutation(n).tolist(), [], 0
    for i in range(n_folds):
        stop = start + n // n_folds + (i < n % n_folds)
        result.append(order[start:stop])
        start = stop
    return result


def by_bounds(n, n_folds, rng):
    order, bounds = rng.permutation(n), np.arange(n_folds + 1) * n // n_folds
    return [order[a:b] for a, b in itertools.pairwise(bounds)]


def by_scikit_learn_folds(n, n_folds, rng):
    if n_folds == 1:
        return [np.arange(n)]
    state = int(rng.integers(2**31))
    return [held for _, held in KFold(n_folds, shuffle=True, random_state=state).split(np.zeros(n))]


def by_random_keys(n, n_folds, rng):
    return tuple(np.array_split(rng.random(n).argsort(), n_folds))


def by_python_shuffle(n, n_folds, rng):
    order = list(range(n))
    random.Random(int(rng.integers(2**31))).shuffle(order)
    return [order[i::n_folds] for i in range(n_folds)]


def dealing_one_by_one(n, n_folds, rng):
    hands = [[] for _ in range(n_folds)]
    for turn, index in enumerate(rng.choice(n, n, replace=False)):
        hands[turn % n_folds].append(int(index))
    return hands


STYLES = {
    "selection.n_free_parameters": {
        "formula": n_free_parameters,
        "counting": by_counting,
        "scikit-learn": by_scikit_learn,
        "triangle": lambda k, d: k - 1 + k * d + k * len(np.triu_indices(d)[0]),
        "binomial": lambda k, d: k * (1 + d + comb(d + 1, 2, exact=True)) - 1,
        "division": lambda k, d: k * (d + 1) * (d + 2) / 2 - 1,
        "sum": lambda k, d: sum([k - 1, k * d, k * sum(range(1, d + 1))]),
        "math.comb": lambda k, d: k * math.comb(d + 2, 2) - 1,
        **dressed(n_free_parameters, NUMBERS),
    },
    "selection.bic": {
        **{name: bic_by(joint) for name, joint in JOINTS.items()},
        **dressed(bic, NUMBERS),
    },
    "selection.folds": {
        "array_split": folds,
        "shuffle and deal": by_shuffle,
        "labels": by_labels,
        "sizes": by_sizes,
        "bounds": by_bounds,
        "scikit-learn": by_scikit_learn_folds,
        "random keys": by_random_keys,
        "Python's shuffle": by_python_shuffle,
        "one by one": dealing_one_by_one,
        "sorted": lambda *a: [np.sort(held) for held in folds(*a)],
        "floats": lambda *a: [held.astype(float) for held in folds(*a)],
        "small integers": lambda *a: [held.astype(np.int8) for held in folds(*a)],
    },
}
