"""Exercises of chapter 1."""

from collections.abc import Sequence

import numpy as np
from scipy.special import logsumexp

from .._typing import Array, Labels
from .common import DENSITY_SLIPS, FAR, SMALL, far, floats, log_joint, ordinary, small
from .engine.chance import same_source, unlike_samples
from .engine.exercise import Exercise, Probe, Property, Slip


def log_density(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    axis: int = 1,
    over_components: str = "log of sum",
    constant: bool = True,
    result: str = "log",
    **density: object,
) -> Array:
    """log Σ_k π_k N(x_n | μ_k, Σ_k); each keyword, off its default or passed on to the joint, is a slip."""
    x, *mixture = floats(x, weights, means, covariances)
    joint = log_joint(x, *mixture, **density)
    if not constant:
        joint = joint + 0.5 * x.shape[1] * np.log(2 * np.pi)
    sums = {"log of sum": logsumexp(joint, axis=axis), "sum of logs": joint.sum(axis=axis), "largest": joint.max(axis)}
    total = sums[over_components]
    return {"log": total, "density": np.exp(total), "base 2": total / np.log(2), "summed": total.sum()}[result]


def draw(
    weights: Array,
    means: Array,
    covariances: Array,
    n: int,
    rng: np.random.Generator,
    *,
    equal: bool = False,
    factor: str = "root",
    noise: str = "normal",
    moved: bool = True,
    blocks: bool = False,
    labels: str = "own",
    swapped: bool = False,
) -> tuple[Array, Labels]:
    """First the component, then the point; each keyword, off its default, is a slip."""
    weights, means, covariances = floats(weights, means, covariances)
    n_components, n_features = means.shape
    z = rng.choice(n_components, n, p=None if equal else weights).astype(np.intp, copy=False)
    if blocks:
        z = np.sort(z)
    lower = np.linalg.cholesky(covariances)
    factors = {
        "root": lower,
        "transposed": lower.transpose(0, 2, 1),
        "covariance": covariances,
        "diagonal": np.sqrt(np.eye(n_features) * covariances),
        "first": np.tile(lower[0], (n_components, 1, 1)),
    }[factor]
    e = {
        "normal": lambda: rng.normal(size=(n, n_features)),
        "uniform": lambda: rng.uniform(-np.sqrt(3), np.sqrt(3), (n, n_features)),
        "shared": lambda: np.tile(rng.normal(size=n_features), (n, 1)),
    }[noise]()
    x = moved * means[z] + np.einsum("nij,nj->ni", factors[z], e)
    named = {"own": z, "other": rng.permutation(z), "from one": z + 1}[labels]
    return (named, x) if swapped else (x, named)


def _mixture(rng: np.random.Generator, n_components: int, n_features: int) -> tuple[Array, Array, Array]:
    """Weights, spreads and correlations so far from plain that a thousand draws tell every slip."""
    weights = rng.permutation([1.0, 2.5, 6.0][:n_components])
    means = 4 * rng.permutation(n_components)[:, np.newaxis] + rng.normal(0, 1, (n_components, n_features)) + 3
    spreads = rng.uniform(0.9, 1.1, (n_components, n_features)) * np.geomspace(0.4, 2.2, n_features)
    correlation = 0.9 * np.ones((n_features, n_features)) + 0.1 * np.eye(n_features)
    sizes = np.geomspace(1, 1.8, n_components)[:, np.newaxis]
    spreads = spreads * sizes
    return weights / weights.sum(), means, correlation * spreads[:, :, np.newaxis] * spreads[:, np.newaxis]


def _large(rng: np.random.Generator) -> list[Probe]:
    cases = (3, 2, 1600), (2, 3, 700)
    return [(*_mixture(rng, k, d), n, np.random.default_rng(rng.integers(2**32))) for k, d, n in cases]


def _repeated(rng: np.random.Generator) -> list[Probe]:
    """Two draws of one generator, three of others."""
    mixture, seed = _mixture(rng, 3, 2), int(rng.integers(2**32))
    return [(*mixture, 120, np.random.default_rng(s)) for s in (seed, seed, seed + 1, seed + 2, seed + 3)]


def _source(exercise: Exercise, probes: Sequence[Probe], values: Sequence[object]) -> str:
    """Besides its source: that the counts are drawn too. Four draws of 120 with equal counts do not happen."""
    if elsewhere := same_source(exercise, probes, values):
        return elsewhere
    counts = {tuple(np.unique(z, return_counts=True)[1]) for _, z in values}
    return "Each component gets the same number of points in every draw." if len(counts) == 1 else ""


LOG_DENSITY = Exercise(
    name="mixture.log_density",
    reference=log_density,
    properties=(
        Property(
            "values are logarithms of the mixture's density",
            6,
            ordinary,
            "Work one point by hand: weight times density for each component, their sum, its logarithm.",
        ),
        Property("points far from every mean keep a finite log-density", 2, far, FAR),
        Property("one feature, one component and one point work", 2, small, SMALL),
    ),
    slips=(
        *DENSITY_SLIPS,
        Slip("2π forgotten", {"constant": False}, "What is the density of a standard Gaussian at its mean?"),
        Slip("sum of logarithms", {"over_components": "sum of logs"}, "Is the logarithm of a sum a sum of logarithms?"),
        Slip(
            "largest component only", {"over_components": "largest"}, "What do the other components add to the density?"
        ),
        Slip("summed over points", {"axis": 0}, "One number for each point is asked for. Over which index do you sum?"),
        Slip("density returned", {"result": "density"}, "Are you asked for the density or for its logarithm?"),
        Slip("logarithm to base 2", {"result": "base 2"}, "In which unit does the book measure information?"),
        Slip("log-likelihood returned", {"result": "summed"}, "One number for each point, or one for all?"),
    ),
    section='section 1.2, "The density formula"',
    unseen="Not looked at: speed, and components whose covariance is nearly singular.",
)

SAMPLE = Exercise(
    name="mixture.sample",
    reference=draw,
    properties=(
        Property(
            "shares, means and covariances of many draws are the mixture's",
            6,
            _large,
            "Draw many, split them by label, and compare share, mean and covariance of each part with the parameters.",
        ),
        Property(
            "every draw comes from rng, the labels too",
            2,
            _repeated,
            "The same generator must give the same draw, another one another. Does anything else decide?",
            _source,
        ),
        Property(
            "one feature, one component and one point work",
            2,
            lambda rng: [(*_mixture(rng, k, d), n, rng) for k, d, n in ((2, 1, 150), (1, 2, 100), (3, 2, 1))],
            SMALL,
        ),
    ),
    slips=(
        Slip("equal weights", {"equal": True}, "How often should a rare component be drawn?"),
        Slip("Σ for its root", {"factor": "covariance"}, "In one dimension: do you multiply the noise by σ or by σ²?"),
        Slip(
            "factor transposed",
            {"factor": "transposed"},
            "Σ = L Lᵀ. What is the covariance of L e, and what that of Lᵀ e? Mind that a row is a point.",
        ),
        Slip("correlations ignored", {"factor": "diagonal"}, "What becomes of the entries of Σ off its diagonal?"),
        Slip("one covariance for all", {"factor": "first"}, "Which component's covariance does a point get?"),
        Slip("uniform noise", {"noise": "uniform"}, "How far from its mean can a Gaussian point lie?"),
        Slip("one noise for all points", {"noise": "shared"}, "Is each point pushed off its mean on its own?"),
        Slip("means forgotten", {"moved": False}, "Where is the middle of component k?"),
        Slip("labels in blocks", {"blocks": True}, "Does the label of a point tell that of the next one?"),
        Slip("labels of other points", {"labels": "other"}, "Is z[n] the component from which x[n] was drawn?"),
        Slip("labels from one", {"labels": "from one"}, "Which number has the first component in Python?"),
        Slip("points and labels swapped", {"swapped": True}, "In which order are the two results asked for?"),
    ),
    section='section 1.1, "Two steps"',
    unseen="Not looked at: speed, and whether two points depend on each other in a way that labels do not show.",
    differ=unlike_samples,
)
