"""Right answers to the exercises of chapter 7, each in many styles."""

import itertools
import operator

import numpy as np

from .blocks import NUMBERS, dressed


def has_converged(log_likelihoods, tol):
    if len(log_likelihoods) < 2:
        return False
    return 0 <= log_likelihoods[-1] - log_likelihoods[-2] < tol


def by_diff(log_likelihoods, tol):
    gains = np.diff(log_likelihoods)
    return bool(len(gains) and gains[-1] >= 0 and gains[-1] < tol)


def by_exceptions(log_likelihoods, tol):
    try:
        gain = log_likelihoods[-1] - log_likelihoods[-2]
    except IndexError:
        return False
    return np.logical_and(gain >= 0, gain < tol)


def by_clipping(log_likelihoods, tol):
    last = np.concatenate([[-np.inf], log_likelihoods[-2:]])[-2:]
    return len(log_likelihoods) > 1 and last[0] <= last[1] < last[0] + tol


def by_loop(log_likelihoods, tol):
    before, answer = None, False
    for value in log_likelihoods:
        answer = before is not None and 0 <= value - before < tol
        before = value
    return answer


def rate(log_likelihoods):
    gains = np.diff(log_likelihoods)
    return gains[-1] / gains[-2]


def rate_by_unpacking(log_likelihoods):
    a, b, c = log_likelihoods[-3:]
    return (c - b) / (b - a)


def rate_by_lists(log_likelihoods):
    values = log_likelihoods.tolist()
    gains = [later - earlier for earlier, later in itertools.pairwise(values)]
    return gains.pop() / gains.pop()


BOOLEANS = {
    "bool": bool,
    "NumPy bool": np.bool_,
    "0-d array": np.array,
    "number": int,
    "float": float,
    "uint8": np.uint8,
}
STYLES = {
    "convergence.has_converged": {
        "chain": has_converged,
        "diff": by_diff,
        "exceptions": by_exceptions,
        "clipping": by_clipping,
        "loop": by_loop,
        "one line": lambda v, tol: len(v) > 1 and abs(2 * (v[-1] - v[-2]) / tol - 1) <= 1 and v[-1] - v[-2] != tol,
        **dressed(has_converged, BOOLEANS),
    },
    "convergence.rate": {
        "diff": rate,
        "unpacking": rate_by_unpacking,
        "lists": rate_by_lists,
        "indices": lambda v: (v[-1] - v[-2]) / (v[-2] - v[-3]),
        "divide": lambda v: np.divide(*np.diff(v)[:-3:-1]),
        "ratios": lambda v: (np.diff(v[-3:])[1:] / np.diff(v[-3:])[:-1])[0],
        "reversed": lambda v: operator.truediv(*-np.diff(v[::-1])[:2]),
        **dressed(rate, NUMBERS),
    },
}
