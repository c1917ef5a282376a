"""States on which the JavaScript kernel is held against `gmm_lab`: random ones, and those where formulas fail."""

from dataclasses import dataclass

import numpy as np

from gmm_lab.mixture import MixtureParams
from gmm_lab.soft_em import e_step


@dataclass(frozen=True, eq=False)
class State:
    """Points and a mixture, with a q, labels and uniforms that need not belong to it."""

    kind: str
    x: np.ndarray
    params: MixtureParams
    resp: np.ndarray
    uniforms: np.ndarray
    structure: str
    criterion: str

    def as_json(self):
        theta = {name: getattr(self.params, name).ravel().tolist() for name in ("weights", "means", "covariances")}
        arrays = {"x": self.x.ravel().tolist(), "resp": self.resp.ravel().tolist(), "uniforms": self.uniforms.tolist()}
        return theta | arrays | {"structure": self.structure, "criterion": self.criterion}


def cloud(rng, n, k, d):
    """Points (N, D) of a mixture, and its weights, means and covariances."""
    root = rng.normal(0, 1, (k, d, d))
    covariances = root @ root.transpose(0, 2, 1) + 0.05 * np.eye(d)
    weights, means = rng.dirichlet(np.ones(k)), rng.normal(0, 3, (k, d))
    z = rng.integers(k, size=n)
    x = means[z] + np.einsum("nij,nj->ni", np.linalg.cholesky(covariances)[z], rng.normal(0, 1, (n, d)))
    return x, weights, means, covariances


def plain(rng, *sizes):
    return cloud(rng, *sizes)


def far(rng, *sizes):
    x, *theta = cloud(rng, *sizes)
    x[rng.integers(len(x), size=2)] *= 10.0 ** rng.uniform(1, 8 if rng.random() < 0.7 else 100)
    return x, *theta


def light(rng, *sizes):
    x, weights, *theta = cloud(rng, *sizes)
    weights[: len(weights) // 2] = [1e-12, 0, 1e-300][: len(weights) // 2]
    return x, weights / weights.sum(), *theta


def tight(rng, *sizes):
    x, weights, means, covariances = cloud(rng, *sizes)
    means[0] = x[0]
    scales = np.where(np.arange(len(means)) == 0, 10.0 ** rng.uniform(-20, -4), 1)
    return x, weights, means, covariances * scales[:, None, None]


def offset(rng, *sizes):
    x, weights, means, covariances = cloud(rng, *sizes)
    return x + 1e6, weights, means + 1e6, covariances


def units(rng, n, k, d):
    x, weights, means, covariances = cloud(rng, n, k, d)
    unit = 10.0 ** rng.uniform(-10, 10, d)
    return x * unit, weights, means * unit, covariances * unit * unit[:, None]


def ties(rng, n, k, d):
    """Dyadic points and mirrored components of dyadic spread: sums are exact, so that equal is equal on both sides."""
    x = rng.integers(-8, 9, (n, d)) / 4
    means = np.zeros((k, d))
    means[:, 0] = np.array([1, -1, 2, -2, 1, -1])[:k]
    x[: n // 2, 0] = 0  # on the mirror
    return x, np.full(k, 1 / k), means, np.tile(np.eye(d) * 4.0 ** rng.integers(-2, 3), (k, 1, 1))


def twins(rng, n, k, d):
    """K times the same component, and points far away: every share is 1 / K, at any distance."""
    x, _, means, covariances = cloud(rng, n, k, d)
    x[: n // 3] *= 10.0 ** rng.uniform(2, 7)
    return x, np.full(k, 1 / k), np.tile(means[0], (k, 1)), np.tile(covariances[0], (k, 1, 1))


def needle(rng, n, k, d):
    """Condition down to 1e-12 at every angle, with points along it and off it."""
    x, weights, means, _ = cloud(rng, n, k, d)
    angle, thin = rng.uniform(0, np.pi), 10.0 ** rng.uniform(-12, -3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])[:d, :d]
    along = rng.normal(0, 1, (n, d)) * np.where(np.arange(d) == d - 1, np.sqrt(thin), 1) @ turn.T
    x[: n // 2] = (means[0] + along)[: n // 2]
    covariance = turn * np.where(np.arange(d) == d - 1, thin, 1) @ turn.T
    return x, weights, means, np.tile((covariance + covariance.T) / 2, (k, 1, 1))


def line(rng, n, k, d):
    """Points that leave a line, or one place, by 1e-2 to 1e-18: some M-steps collapse, some do not."""
    x, *theta = cloud(rng, n, k, d)
    along = rng.normal(0, 1, (n, 1)) * rng.normal(0, 1, d)
    return rng.normal(0, 3, d) + along + 10.0 ** rng.uniform(-18, -2) * x, *theta


def speck(rng, n, k, d):
    """The first half of the points within 1e-2 to 1e-17 of one place, which a q of labels shares among few."""
    x, *theta = cloud(rng, n, k, d)
    x[: n // 2] = x[0] + 10.0 ** rng.uniform(-17, -2) * (x[: n // 2] - x[0])
    return x, *theta


def repeats(rng, n, k, d):
    """Few different places, sometimes fewer than K, and sometimes a constant feature."""
    x, *theta = cloud(rng, n, k, d)
    x = x[rng.integers(min(n, 4), size=n)]
    if rng.random() < 0.4:
        x[:, -1] = 0.1
    return x, *theta


KINDS = (plain, far, light, tight, offset, units, ties, twins, needle, line, speck, repeats)


def make_states(n):
    """`n` states, the kinds in turn; N = K and K = 1 are frequent."""
    for i in range(n):
        rng = np.random.default_rng([10, i])
        d, k = int(rng.integers(1, 3)), int(rng.choice([1, 2, 2, 3, 3, 4, 6]))
        size = k if rng.random() < 0.15 else int(rng.integers(max(k, 2), 25))
        kind = KINDS[i % len(KINDS)]
        x, *theta = kind(rng, size, k, d)
        params = MixtureParams(*theta)
        structure = ("full", "tied", "diagonal", "spherical")[i // len(KINDS) % 4]
        criterion = ("BIC", "AIC", "ICL")[i // len(KINDS) % 3]
        yield State(kind.__name__, x, params, _some_q(rng, x, params), rng.random(20), structure, criterion)


def _some_q(rng, x, params):
    """The posterior, labels, or a q that belongs to nothing."""
    n, k = len(x), params.n_components
    choice = rng.random()
    if choice < 0.4:
        resp = e_step(x, params)[0]
        return resp / resp.sum(axis=1, keepdims=True)
    if choice < 0.7:
        return np.eye(k)[np.sort(rng.integers(k, size=n))]  # blocks of neighbours; often one without points
    return rng.dirichlet(np.full(k, 0.3), size=n)
