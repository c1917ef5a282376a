"""Right answers to the exercises of chapter 3, each in many styles."""

import numpy as np

from .blocks import ARRAYS, JOINTS, REFITS, dressed, joint_by_cholesky, joint_by_einsum, refit_by_einsum


def assign(x, weights, means, covariances):
    return joint_by_einsum(x, weights, means, covariances).argmax(axis=1)


def point_by_point(x, weights, means, covariances):
    joint = joint_by_cholesky(x, weights, means, covariances)
    return [max(range(len(weights)), key=lambda k, row=row: row[k]) for row in joint]


def step(x, weights, means, covariances):
    return refit_by_einsum(x, np.eye(len(weights))[assign(x, weights, means, covariances)])


def class_by_class(x, weights, means, covariances):
    z = assign(x, weights, means, covariances)
    new = []
    for k in range(len(weights)):
        of = x[z == k]
        new.append((len(of) / len(x), of.mean(axis=0), (of - of.mean(axis=0)).T @ (of - of.mean(axis=0)) / len(of)))
    return tuple(map(np.array, zip(*new, strict=True)))


STYLES = {
    "hard_em.assign": {
        **{name: lambda *a, joint=joint: joint(*a).argmax(axis=1) for name, joint in JOINTS.items()},
        "point by point": point_by_point,
        **dressed(assign, ARRAYS),
    },
    "hard_em.step": {
        **{
            name: lambda x, w, m, c, refit=refit: refit(x, np.eye(len(w))[assign(x, w, m, c)])
            for name, refit in REFITS.items()
        },
        "class by class": class_by_class,
        **dressed(step, ARRAYS),
    },
}
