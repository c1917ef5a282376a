"""Ten runs, each made by the fault that it shows (entry: meaning and value), and after each what proves the fault."""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.special import softmax

from ..._typing import Array
from ...anomaly import is_anomaly, log_threshold
from ...convergence import best_of
from ...datasets import old_faithful
from ...gaussian import log_gaussian
from ...initialization import kmeans_plus_plus, kmeans_start, random_start
from ...kmeans import kmeans
from ...likelihood import complete_mle, log_likelihood
from ...mixture import MixtureParams, log_density, log_joint, sample
from ...moments import Moments
from ...selection import bic
from ...soft_em import e_step, fit, m_step

Record = dict[str, tuple[str, object]]

POINTS = "points (N, D), in data units"
PARAMS = "the mixture at step 0 (the start), 1, 2, ..."
VALUES = "log-likelihood at each of them, in nats"


def _run(x: Array, start: MixtureParams, step: Callable, n_steps: int) -> Record:
    """The record of `n_steps` steps; its log-likelihoods are true, whatever the step does."""
    params = [start]
    for _ in range(n_steps):
        params.append(step(x, params[-1]))
    values = np.array([log_likelihood(x, each) for each in params])
    return {"x": (POINTS, x), "params": (PARAMS, tuple(params)), "log_likelihoods": (VALUES, values)}


def dip() -> Record:
    """An E-step that forgets the weights."""

    def step(x: Array, params: MixtureParams) -> MixtureParams:
        return m_step(x, softmax(log_joint(x, params) - np.log(params.weights), axis=1))

    covariances = [[[1.0, 0.3], [0.3, 1.0]], [[0.4, -0.1], [-0.1, 0.3]]]
    start = MixtureParams([0.85, 0.15], [[0.0, 0.0], [2.0, 1.0]], covariances)
    return _run(sample(start, 300, np.random.default_rng(4))[0], start, step, 30)


def first_fall(run: Mapping) -> Array:
    """The first step after which the log-likelihood is lower than before, and by how many nats."""
    gains = np.diff(run["log_likelihoods"])
    first = (gains < -1e-9).argmax()
    return np.array([first + 1, -gains[first]])


def sag() -> Record:
    """A floor of 0.2 under the covariances."""

    def step(x: Array, params: MixtureParams) -> MixtureParams:
        after = m_step(x, e_step(x, params)[0])
        return MixtureParams(after.weights, after.means, after.covariances + 0.2 * np.eye(2))

    rng = np.random.default_rng(6)
    covariances = [[[1.0, 0.6], [0.6, 1.0]], [[0.03, -0.01], [-0.01, 0.05]], [[0.02, 0.0], [0.0, 0.3]]]
    x, _ = sample(MixtureParams([0.6, 0.25, 0.15], [[0.0, 0.0], [1.5, 1.5], [1.2, -1.0]], covariances), 300, rng)
    return _run(x, random_start(x, 3, rng), step, 60)


def excess_covariance(run: Mapping) -> Array:
    """Covariance of component 0 after the first step, as recorded less as EM has it."""
    start, after = run["params"][:2]
    return after.covariances[0] - m_step(run["x"], e_step(run["x"], start)[0]).covariances[0]


def record() -> Record:
    """EM without a check of the covariances, until one of them has nothing left."""

    def step(x: Array, params: MixtureParams) -> MixtureParams:
        now = Moments.of(x, e_step(x, params)[0])
        return MixtureParams(now.counts / len(x), now.means, now.scatters / now.counts[:, np.newaxis, np.newaxis])

    truth = MixtureParams([0.5, 0.5], [[-2.0, 0.0], [2.0, 0.0]], [np.eye(2)] * 2)
    x, _ = sample(truth, 80, np.random.default_rng(7))
    x[0] = 0.5, 4.5
    return _run(x, MixtureParams([1 / 3] * 3, [*truth.means, [0.0, 4.0]], [np.eye(2)] * 3), step, 4)


def least_variance(run: Mapping) -> Array:
    """The component with the smallest variance in any direction at the end, and that variance."""
    smallest = np.linalg.eigvalsh(run["params"][-1].covariances)[:, 0]
    return np.array([smallest.argmin(), smallest.min()])


def ready() -> Record:
    """Two runs on overlapping clusters with a tolerance of 0.001 nats per point."""
    truth = MixtureParams([0.4, 0.6], [[-1.5], [1.5]], [[[1.0]], [[1.0]]])
    x, _ = sample(truth, 500, np.random.default_rng(8))
    starts = [MixtureParams([0.5, 0.5], means, [[[1.0]], [[1.0]]]) for means in ([[0.0], [1.0]], [[-1.0], [0.0]])]
    first, second = (fit(x, start, tol=1e-3) for start in starts)
    return {
        "x": (POINTS, x),
        "first": ("the mixture at the end of the first run", first.params),
        "second": ("the mixture at the end of the second run", second.params),
        "first_log_likelihoods": ("log-likelihood at each step of the first run, in nats", first.log_likelihoods),
        "second_log_likelihoods": ("log-likelihood at each step of the second run, in nats", second.log_likelihoods),
    }


def gain_to_come(run: Mapping) -> Array:
    """What the first run still gains when it goes on to rest, in nats."""
    on = fit(run["x"], run["first"], tol=1e-10, max_steps=5000)
    return np.array(on.log_likelihood - run["first_log_likelihoods"][-1])


def average() -> Record:
    """Two fits of three clusters, averaged component by component."""
    rng = np.random.default_rng(0)
    covariances = [[[0.5, 0.2], [0.2, 0.4]], [[0.3, 0.0], [0.0, 0.6]], [[0.6, -0.3], [-0.3, 0.5]]]
    x, _ = sample(MixtureParams([0.5, 0.3, 0.2], [[-3.0, 0.0], [0.0, 3.0], [3.0, -1.0]], covariances), 300, rng)
    first, second = (fit(x, random_start(x, 3, np.random.default_rng(seed))).params for seed in (0, 6))
    mean = MixtureParams(*[(getattr(first, a) + getattr(second, a)) / 2 for a in ("weights", "means", "covariances")])
    values = np.array([log_likelihood(x, params) for params in (first, second, mean)])
    return {
        "x": (POINTS, x),
        "first": ("the mixture that the first run found", first),
        "second": ("the mixture that the second run found", second),
        "mean": ("their mean", mean),
        "log_likelihoods": ("of the first, the second and the mean, in nats", values),
    }


def nearest_of_second(run: Mapping) -> Array:
    """For each component of the first mixture, the one of the second with the nearest mean."""
    offsets = run["first"].means[:, np.newaxis] - run["second"].means
    return np.linalg.norm(offsets, axis=2).argmin(axis=1).astype(float)


def stripes() -> Record:
    """K-means on two lengths in centimetres and a mass in grams that tells nothing."""
    rng = np.random.default_rng(2)
    species = np.repeat([0, 1], 100)
    lengths = np.array([[4.0, 9.0], [6.5, 6.0]])[species] + rng.normal(0, 0.6, (200, 2))
    x = np.column_stack([lengths, rng.normal(60, 6, 200)])
    found = kmeans(x, kmeans_plus_plus(x, 2, rng))
    return {
        "x": ("points (200, 3): length of the leaf in cm, width in cm, mass in g", x),
        "species": ("which of the two each plant belongs to, by a botanist", species),
        "labels": ("the cluster of each plant, by K-means", found.labels),
        "centres": ("the two centres of K-means, in the units of x", found.centres),
    }


def largest_share(run: Mapping) -> Array:
    """The column with the largest part of the inertia, and its share."""
    parts = ((run["x"] - run["centres"][run["labels"]]) ** 2).sum(axis=0)
    return np.array([parts.argmax(), parts.max() / parts.sum()])


def shares() -> Record:
    """A sampler that gives every component as many points, whatever its weight."""
    rng = np.random.default_rng(5)
    params = MixtureParams([0.6, 0.3, 0.1], [[-4.0], [0.0], [4.0]], [[[1.0]], [[0.5]], [[1.0]]])
    z = rng.permutation(np.repeat([0, 1, 2], 120))
    x = params.means[z] + np.sqrt(params.covariances[z, :, 0]) * rng.standard_normal((len(z), 1))
    return {
        "params": ("the mixture that the points are meant to come from", params),
        "x": (POINTS, x),
        "z": ("the component that each point was drawn from", z),
        "fitted": ("the mixture that EM found, started at `params`", fit(x, params).params),
    }


def pearson(run: Mapping) -> Array:
    """Pearson's statistic of the counts of z against the weights."""
    expected = len(run["z"]) * run["params"].weights
    return np.array(((np.bincount(run["z"], minlength=3) - expected) ** 2 / expected).sum())


def missing() -> Record:
    """EM with densities and no logarithms; 0/0 is taken for 0."""

    def responsibilities(x: Array, params: MixtureParams) -> Array:
        parts = zip(params.means, params.covariances, strict=True)
        joint = params.weights * np.stack([np.exp(log_gaussian(x, *part)) for part in parts], axis=1)
        total = joint.sum(axis=1, keepdims=True)
        return np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)

    rng = np.random.default_rng(8)
    near, _ = sample(MixtureParams([0.5, 0.5], [[0.0, 0.0], [0.0, 1.0]], [0.01 * np.eye(2)] * 2), 288, rng)
    x = rng.permutation(np.vstack([near, rng.normal(5.0, 0.3, (12, 2))]))
    params = [MixtureParams([0.5, 0.5], [[0.0, 0.2], [0.0, 0.8]], [0.02 * np.eye(2)] * 2)]
    for _ in range(10):
        now = Moments.of_checked(x, responsibilities(x, params[-1]))  # unchecked: rows of 0 are the fault
        params.append(MixtureParams(now.counts / now.counts.sum(), now.means, now.scatters / now.counts[:, None, None]))
    about = "responsibilities at the last of them, as the program has them"
    return {"x": (POINTS, x), "params": (PARAMS, tuple(params)), "resp": (about, responsibilities(x, params[-1]))}


def lost(run: Mapping) -> Array:
    """How many points have responsibilities that do not sum to 1, and the lowest log-density of all points."""
    unheard = (np.abs(run["resp"].sum(axis=1) - 1) > 1e-6).sum()
    return np.array([unheard, log_density(run["x"], run["params"][-1]).min()])


def newcomers() -> Record:
    """The K with the highest log-likelihood."""
    rng = np.random.default_rng(8)
    covariances = [[[1.0, 0.5], [0.5, 0.6]], [[0.5, 0.0], [0.0, 0.5]], [[0.7, -0.4], [-0.4, 0.9]]]
    truth = MixtureParams([0.4, 0.3, 0.3], [[-3.0, 0.0], [0.5, 2.5], [3.0, -1.0]], covariances)
    (x, _), (new, _) = sample(truth, 150, rng), sample(truth, 1000, rng)
    starts = [[kmeans_start(x, k, rng) for _ in range(2)] for k in range(1, 6)]
    fits = tuple(best_of(x, of_k, tol=1e-4).params for of_k in starts)
    values = np.array([log_likelihood(x, params) for params in fits])
    return {
        "x": (POINTS, x),
        "new": ("a thousand new points from the same source", new),
        "fits": ("the best mixture found with 1, 2, ..., 5 components", fits),
        "log_likelihoods": ("of the points x under each of them, in nats", values),
        "chosen": ("the number of components that was chosen", int(values.argmax()) + 1),
    }


def best_by_bic(run: Mapping) -> Array:
    """The K with the lowest BIC, and how far it lies below that of the chosen one."""
    values = np.array([bic(run["x"], params) for params in run["fits"]])
    return np.array([values.argmin() + 1, values[run["chosen"] - 1] - values.min()])


def alarm() -> Record:
    """A threshold from densities per square minute, on densities per square second."""
    x = np.random.default_rng(0).permutation(old_faithful())
    before, old = x[:136], x[136:]
    params = fit(before, complete_mle(before, before[:, 0] > 3, 2)).params
    refitted = fit(60 * before, MixtureParams(params.weights, 60 * params.means, 3600 * params.covariances)).params
    threshold = log_threshold(old, params, 0.05)
    return {
        "old": ("136 eruptions as the old recorder has them: duration and wait", old),
        "new": ("the same eruptions as the new recorder has them", 60 * old),
        "params": ("the mixture for the old recorder, fitted to other eruptions", params),
        "refitted": ("the mixture for the new recorder, fitted to those eruptions", refitted),
        "threshold": ("an alarm is a log-density of at most this, in nats", threshold),
        "alarms": (
            "whether each of the new records raises an alarm",
            is_anomaly(60 * old, refitted, threshold),
        ),
    }


def moved_threshold(run: Mapping) -> Array:
    """The threshold that flags the same records, for the new recorder."""
    return np.array(log_threshold(run["new"], run["refitted"], 0.05))
