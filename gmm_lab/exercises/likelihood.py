"""Exercises of chapter 2."""

import numpy as np
from scipy.special import logsumexp, softmax

from .._typing import Array, Labels
from .common import (
    AWAY,
    DENSITY_SLIPS,
    FAR,
    REFIT_SLIPS,
    SMALL,
    Mixture,
    far,
    floats,
    log_joint,
    ordinary,
    refit,
    small,
)
from .engine.exercise import Exercise, Probe, Property, Slip


def with_labels(x: Array, z: Labels, n_components: int, *, mixed: bool = False, **switches: object) -> Mixture:
    """Shares, means and covariances of the classes; each keyword is a slip, most of them `refit`'s."""
    x, z = np.asarray(x, dtype=np.float64), np.asarray(z)
    if mixed:
        z = (z + 1) % n_components
    return refit(x, np.eye(n_components)[z], **switches)


def log_likelihood(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    over_components: str = "log of sum",
    over_points: str = "sum",
    constant: bool = True,
    **density: object,
) -> float:
    """Σ_n log Σ_k π_k N(x_n | μ_k, Σ_k); each keyword, off its default or passed on to the joint, is a slip."""
    x, *mixture = floats(x, weights, means, covariances)
    joint = log_joint(x, *mixture, **density)
    if not constant:
        joint = joint + 0.5 * x.shape[1] * np.log(2 * np.pi)
    sums = {"log of sum": logsumexp(joint, axis=1), "sum of logs": joint.sum(axis=1), "largest": joint.max(axis=1)}
    values = sums[over_components]
    totals = {"sum": values.sum(), "mean": values.mean(), "log of the sum": logsumexp(values), "minus": -values.sum()}
    return float(totals[over_points])


def gradient_means(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    share: str = "resp",
    inverse_of: str = "covariance",
    sign: int = 1,
    scale: str = "1",
    weighted: bool = True,
    mean_subtracted: bool = True,
) -> Array:
    """Σ_n q_k(x_n) Σ_k⁻¹ (x_n - μ_k); each keyword, off its default, is a slip."""
    x, weights, means, covariances = floats(x, weights, means, covariances)
    n, n_components = len(x), len(weights)
    joint = log_joint(x, weights if weighted else np.ones(n_components), means, covariances)
    resp = softmax(joint, axis=1)
    shares = {
        "resp": resp,
        "weights": np.tile(weights, (n, 1)),
        "all": np.ones_like(resp),
        "labels": np.eye(n_components)[joint.argmax(axis=1)],
        "joint": np.exp(joint),
    }[share]
    offsets = x - means[:, np.newaxis] * mean_subtracted  # (K, N, D)
    pulls = np.einsum("nk,knd->kd", shares, offsets)
    matrices = {
        "covariance": np.linalg.inv(covariances),
        "nothing": np.tile(np.eye(x.shape[1]), (n_components, 1, 1)),
        "precision": covariances,
        "diagonal": np.eye(x.shape[1]) / np.einsum("kii->ki", covariances)[:, np.newaxis],
    }[inverse_of]
    divisors = {"1": np.ones(n_components), "N": np.full(n_components, n), "N_k": resp.sum(axis=0)}[scale]
    return sign * np.einsum("kde,ke->kd", matrices, pulls) / divisors[:, np.newaxis]


def _classes(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points with a label each; no two classes have the same number, place or shape."""
    sizes = n_features + 2 + 2 * np.arange(n_components)
    sizes[-1] = n - sizes[:-1].sum()
    z = rng.permutation(np.repeat(np.arange(n_components), sizes))
    mixing = rng.normal(0, 1, (n_components, n_features, n_features))
    x = 1 + rng.normal(0, 2, (n_components, n_features))[z]
    return x + np.einsum("nij,nj->ni", mixing[z], rng.normal(size=x.shape)), z, n_components


def _away(rng: np.random.Generator) -> list[Probe]:
    x, z, n_components = _classes(rng, 24, 3, 2)
    return [(x + 1e6 * rng.choice([-1.0, 1.0], size=2), z, n_components)]


COMPLETE_MLE = Exercise(
    name="likelihood.complete_mle",
    reference=with_labels,
    properties=(
        Property(
            "weights, means and covariances are those of the classes",
            6,
            lambda rng: [_classes(rng, 24, 3, 2), _classes(rng, 30, 2, 3), _classes(rng, 36, 4, 2)],
            "Take one class, list its points, and work out its share, its mean and its covariance by hand.",
        ),
        Property("data far from the origin keep their digits", 2, _away, AWAY, digits=True),
        Property(
            "one feature and one class work",
            2,
            lambda rng: [_classes(rng, 12, 3, 1), _classes(rng, 7, 1, 2), _classes(rng, 5, 1, 1)],
            SMALL,
        ),
    ),
    slips=(
        *REFIT_SLIPS,
        Slip(
            "variances for matrices",
            {"form": "variances"},
            "Which shape has one covariance, and what stands off its diagonal?",
        ),
        Slip("classes mixed up", {"mixed": True}, "Row k of the result belongs to which label?"),
    ),
    section='section 2.4, "With labels"',
    unseen="Not looked at: classes without points, and speed.",
)

LOG_LIKELIHOOD = Exercise(
    name="likelihood.log_likelihood",
    reference=log_likelihood,
    properties=(
        Property(
            "the value is the sum of the points' log-densities",
            6,
            ordinary,
            "Work three points by hand: the density of the mixture at each, its logarithm, and their sum.",
        ),
        Property("points far from every mean keep a finite value", 2, far, FAR),
        Property("one feature, one component and one point work", 2, small, SMALL),
    ),
    slips=(
        *DENSITY_SLIPS,
        Slip("mean for sum", {"over_points": "mean"}, "Do twice as many points leave the log-likelihood as it is?"),
        Slip("sum of logarithms", {"over_components": "sum of logs"}, "Is the logarithm of a sum a sum of logarithms?"),
        Slip(
            "largest component only", {"over_components": "largest"}, "What do the other components add to the density?"
        ),
        Slip(
            "logarithm after the sum over points",
            {"over_points": "log of the sum"},
            "Are the densities of independent points added or multiplied?",
        ),
        Slip("minus the log-likelihood", {"over_points": "minus"}, "Has a better fit a higher value or a lower one?"),
        Slip("2π forgotten", {"constant": False}, "What is the density of a standard Gaussian at its mean?"),
    ),
    section='section 2.1, "The sum inside the logarithm"',
    unseen="Not looked at: speed, and components whose covariance is nearly singular.",
)

GRADIENT_MEANS = Exercise(
    name="likelihood.gradient_means",
    reference=gradient_means,
    properties=(
        Property(
            "each row is the slope of the log-likelihood in that mean",
            6,
            ordinary,
            "Move one coordinate of one mean by a little, and see by how much the log-likelihood changes.",
        ),
        Property("points far from every mean pull too", 2, far, FAR),
        Property("one feature, one component and one point work", 2, small, SMALL),
    ),
    slips=(
        Slip("sign", {"sign": -1}, "If all points lie to the right of a mean, which way does the likelihood rise?"),
        Slip("covariance forgotten", {"inverse_of": "nothing"}, "Which component yields more: a wide or a narrow one?"),
        Slip("Σ for its inverse", {"inverse_of": "precision"}, "What is the unit of a slope in the mean?"),
        Slip("correlations ignored", {"inverse_of": "diagonal"}, "What becomes of the entries of Σ off its diagonal?"),
        Slip(
            "weights for responsibilities",
            {"share": "weights"},
            "Does a point pull as much at a component that is far away?",
        ),
        Slip("every point pulls fully", {"share": "all"}, "How much of a point belongs to component k?"),
        Slip("hard labels", {"share": "labels"}, "Does a point between two components pull at one of them only?"),
        Slip("not normalised", {"share": "joint"}, "The derivative of log f is f′ over what?"),
        Slip("weights forgotten", {"weighted": False}, "Is a rare component as likely as a common one?"),
        Slip("divided by N", {"scale": "N"}, "Is it the slope of the sum over points, or of the mean?"),
        Slip("divided by N_k", {"scale": "N_k"}, "That quotient belongs to the equation for a maximum. And the slope?"),
        Slip("mean not subtracted", {"mean_subtracted": False}, "How hard does a point pull that lies on the mean?"),
    ),
    section='section 2.4, "With labels", for one component, and section 5.2, "Equations that a maximum satisfies"',
    unseen="Not looked at: speed, and components whose covariance is nearly singular.",
)
