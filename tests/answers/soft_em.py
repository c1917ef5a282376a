"""Right answers to the exercises of chapter 5, each in many styles."""

import numpy as np

from .blocks import ARRAYS, JOINTS, REFITS, dressed, joint_by_einsum, joint_by_scipy, posterior, refit_by_einsum


def e_step(x, weights, means, covariances):
    return posterior(joint_by_einsum(x, weights, means, covariances))


def by_lists(x, weights, means, covariances):
    result = []
    for point in x:
        logs = []
        for k in range(len(weights)):
            offset = point - means[k]
            distance = offset @ np.linalg.inv(covariances[k]) @ offset
            logs.append(np.log(weights[k]) - 0.5 * distance - 0.5 * np.log(np.linalg.det(covariances[k])))
        top = max(logs)
        shares = [np.exp(value - top) for value in logs]
        result.append([share / sum(shares) for share in shares])
    return result


def in_place_on_its_own(x, weights, means, covariances):
    joint = joint_by_scipy(x.copy(), weights, means, covariances)
    joint -= joint.max(axis=1, keepdims=True)
    np.exp(joint, out=joint)
    joint /= joint.sum(axis=1, keepdims=True)
    return joint


def by_ratios(x, weights, means, covariances):
    """1 / Σ_j exp(a_j - a_k); an overflow is a ratio without bound, and its reciprocal is 0."""
    joint = joint_by_einsum(x, weights, means, covariances)
    with np.errstate(over="ignore"):
        return 1 / np.exp(joint[:, None, :] - joint[:, :, None]).sum(axis=2)


def m_step(x, resp):
    return refit_by_einsum(x, resp)


def em(x, weights, means, covariances, n_steps):
    for _ in range(n_steps):
        weights, means, covariances = refit_by_einsum(x, e_step(x, weights, means, covariances))
    return weights, means, covariances


def em_recursive(x, weights, means, covariances, n_steps):
    if n_steps == 0:
        return weights, means, covariances
    return em_recursive(x, *refit_by_einsum(x, in_place_on_its_own(x, weights, means, covariances)), n_steps - 1)


def em_while(x, weights, means, covariances, n_steps):
    step, params = 0, [weights.copy(), means.copy(), covariances.copy()]
    while step < n_steps:
        resp = by_ratios(x, *params)
        params[0] = resp.mean(axis=0)
        for k in range(len(weights)):
            params[1][k] = np.average(x, axis=0, weights=resp[:, k])
            offset = x - params[1][k]
            params[2][k] = offset.T @ (offset * resp[:, [k]]) / resp[:, k].sum()
        step += 1
    return params


def em_by(refit):
    def run(x, weights, means, covariances, n_steps):
        params = weights, means, covariances
        for _ in range(n_steps):
            params = tuple(map(np.asarray, refit(x, e_step(x, *params))))
        return params

    return run


STYLES = {
    "soft_em.e_step": {
        **{name: lambda *a, joint=joint: posterior(joint(*a)) for name, joint in JOINTS.items()},
        "lists": by_lists,
        "in place on its own array": in_place_on_its_own,
        "ratios": by_ratios,
        **dressed(e_step, ARRAYS | {"np.matrix": np.asmatrix}),
    },
    "soft_em.m_step": {**REFITS, **dressed(m_step, ARRAYS)},
    "soft_em.em": {
        "loop": em,
        "recursive": em_recursive,
        "while": em_while,
        **{name: em_by(refit) for name, refit in REFITS.items()},
        **dressed(em, ARRAYS),
    },
}
