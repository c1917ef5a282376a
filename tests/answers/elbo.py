"""Right answers to the exercises of chapter 6, each in many styles."""

import math

import numpy as np
from scipy.special import entr, logsumexp, rel_entr, xlogy
from scipy.stats import entropy as scipy_entropy

from .blocks import JOINTS, NUMBERS, dressed, joint_by_cholesky, joint_by_einsum, posterior


def entropy(resp):
    return -xlogy(resp, resp).sum()


def entropy_by_loops(resp):
    total = 0.0
    for row in resp:
        for q in row:
            if q > 0:
                total -= q * math.log(q)
    return total


def entropy_by_mask(resp):
    q = resp[resp > 0]
    return (q * np.log(1 / q)).sum()


def entropy_by_where(resp):
    return -(resp * np.log(np.where(resp == 0, 1, resp))).sum()


def entropy_in_bits(resp):
    return np.log(2) * scipy_entropy(resp, base=2, axis=1).sum()


def bound(x, resp, weights, means, covariances):
    return (resp * joint_by_einsum(x, weights, means, covariances)).sum() + entr(resp).sum()


def bound_by_ratio(x, resp, *mixture):
    held = resp > 0
    return (resp[held] * (joint_by_einsum(x, *mixture)[held] - np.log(resp[held]))).sum()


def bound_by_gap(x, resp, *mixture):
    joint = joint_by_einsum(x, *mixture)
    return logsumexp(joint, axis=1).sum() - rel_entr(resp, posterior(joint)).sum()


def bound_by_loops(x, resp, *mixture):
    joint, total = joint_by_cholesky(x, *mixture), 0.0
    for n, row in enumerate(resp):
        for k, q in enumerate(row):
            total += q * joint[n, k] - (q * math.log(q) if q else 0)
    return total


def gap(x, resp, *mixture):
    joint = joint_by_einsum(x, *mixture)
    log_posterior = joint - logsumexp(joint, axis=1, keepdims=True)
    return (xlogy(resp, resp) - resp * log_posterior).sum()


def gap_by_bound(x, resp, *mixture):
    return logsumexp(joint_by_cholesky(x, *mixture), axis=1).sum() - bound(x, resp, *mixture)


def gap_by_rel_entr(x, resp, *mixture):
    return rel_entr(resp, posterior(joint_by_einsum(x, *mixture))).sum()


def gap_by_loops(x, resp, *mixture):
    other, total = posterior(joint_by_cholesky(x, *mixture)), 0.0
    for q_row, p_row in zip(resp, other, strict=True):
        total += sum(q * math.log(q / p) for q, p in zip(q_row, p_row, strict=True) if q > 0)
    return total


STYLES = {
    "elbo.entropy": {
        "xlogy": entropy,
        "loops": entropy_by_loops,
        "mask": entropy_by_mask,
        "where": entropy_by_where,
        "SciPy": lambda resp: scipy_entropy(resp, axis=1).sum(),
        "bits": entropy_in_bits,
        "entr": lambda resp: entr(resp).sum(),
        "fsum": lambda resp: math.fsum(entr(resp).ravel()),
        **dressed(entropy, NUMBERS),
    },
    "elbo.elbo": {
        **{
            name: lambda x, r, *m, joint=joint: (r * joint(x, *m)).sum() + entr(r).sum()
            for name, joint in JOINTS.items()
        },
        "ratio": bound_by_ratio,
        "log-likelihood minus gap": bound_by_gap,
        "pure loops": bound_by_loops,
        "vdot": lambda x, r, *m: np.vdot(r, joint_by_einsum(x, *m)) + entr(r).sum(),
        **dressed(bound, NUMBERS),
    },
    "elbo.kl_gap": {
        "xlogy": gap,
        "log-likelihood minus bound": gap_by_bound,
        "rel_entr": gap_by_rel_entr,
        "loops": gap_by_loops,
        "SciPy": lambda x, r, *m: scipy_entropy(r, posterior(joint_by_einsum(x, *m)), axis=1).sum(),
        **dressed(gap, NUMBERS),
    },
}
