"""Exercises of chapter 5."""

import numpy as np
from scipy.special import logsumexp

from .._typing import Array
from .engine import Exercise, Probe, Property, Slip


def responsibilities(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    axis: int = 1,
    weighted: bool = True,
    half: float = 0.5,
    determinant: float = 0.5,
    inverse: bool = True,
    root: bool = False,
    correlated: bool = True,
    result: str = "resp",
) -> Array:
    """Bayes' rule in the log domain; each keyword, off its default, is a slip."""
    x, weights, means, covariances = (np.asarray(a, dtype=np.float64) for a in (x, weights, means, covariances))
    joint = np.empty((len(x), len(weights)))
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        matrix = covariance if correlated else np.diag(np.diag(covariance))
        if root:
            values, vectors = np.linalg.eigh(matrix)
            matrix = (vectors * np.sqrt(values)) @ vectors.T
        whiten = np.linalg.inv(matrix) if inverse else matrix
        distance = np.einsum("nd,de,ne->n", x - mean, whiten, x - mean)
        joint[:, k] = -half * distance - determinant * np.linalg.slogdet(matrix)[1]
    joint -= 0.5 * x.shape[1] * np.log(2 * np.pi)
    if weighted:
        joint += np.log(weights)
    log_resp = joint - logsumexp(joint, axis=axis, keepdims=True)
    resp = np.exp(log_resp)
    results = {"resp": resp, "joint": np.exp(joint), "log": log_resp, "transposed": resp.T}
    return np.eye(len(weights))[joint.argmax(axis=1)] if result == "labels" else results[result]


def _mixture(rng: np.random.Generator, n_components: int, n_features: int) -> tuple[Array, Array, Array]:
    """Unequal weights, correlated covariances, determinants far from 1."""
    weights = rng.dirichlet(np.full(n_components, 3.0)) * 0.7 + 0.3 * np.arange(1, n_components + 1)
    means = rng.normal(0, 1.5, (n_components, n_features))
    factors = rng.normal(0, 0.7, (n_components, n_features, n_features))
    sizes = rng.uniform(0.6, 1.8, (n_components, 1, 1))
    covariances = sizes * (factors @ factors.transpose(0, 2, 1) + 0.4 * np.eye(n_features))
    return weights / weights.sum(), means, covariances


def _near(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points among the components, so that every share counts."""
    mixture = _mixture(rng, n_components, n_features)
    return rng.normal(0, 1.5, (n, n_features)), *mixture


def _ordinary(rng: np.random.Generator) -> list[Probe]:
    return [_near(rng, 12, 3, 2), _near(rng, 9, 2, 3), _near(rng, 15, 4, 2)]


def _small(rng: np.random.Generator) -> list[Probe]:
    return [_near(rng, 8, 3, 1), _near(rng, 6, 1, 2), _near(rng, 1, 2, 2)]


def _far(rng: np.random.Generator) -> list[Probe]:
    """Points hundreds of standard deviations from every mean, where each density underflows to 0."""
    probes = []
    for distance in (200.0, 5000.0):
        x, *mixture = _near(rng, 6, 3, 2)
        probes.append((x + distance * rng.choice([-1.0, 1.0], size=x.shape), *mixture))
    return probes


E_STEP = Exercise(
    name="soft_em.e_step",
    reference=responsibilities,
    properties=(
        Property(
            "values are those of Bayes' rule",
            6,
            _ordinary,
            "Work one row by hand: the joint with each component, then divide by their sum.",
        ),
        Property(
            "points far from every mean get a distribution too",
            2,
            _far,
            "It is right near the data. Far away every density is 0 to a computer: what is 0/0? Stay in logarithms.",
        ),
        Property(
            "one feature, one component and one point work",
            2,
            _small,
            "It is right in general. With D = 1, K = 1 or N = 1, does an axis get lost, or a number pass for a matrix?",
        ),
    ),
    slips=(
        Slip(
            "normalised over points", {"axis": 0}, "Over which index must the responsibilities of one point sum to 1?"
        ),
        Slip(
            "weights forgotten", {"weighted": False}, "Is a rare component as likely as a common one before you see x?"
        ),
        Slip("half forgotten", {"half": 1.0}, "Compare your exponent with the Gaussian's, factor by factor."),
        Slip("exponent's sign", {"half": -0.5}, "Does your density fall or rise with the distance from the mean?"),
        Slip(
            "determinant forgotten",
            {"determinant": 0.0},
            "Two Gaussians of different width: which is higher at its mean?",
        ),
        Slip(
            "determinant without root", {"determinant": 1.0}, "In one dimension the density has 1/σ in front, not 1/σ²."
        ),
        Slip("determinant's sign", {"determinant": -0.5}, "Which is higher at its mean, a wide or a narrow Gaussian?"),
        Slip("Σ for its inverse", {"inverse": False}, "Along a long axis of Σ, is a point a unit away near or far?"),
        Slip("root of Σ for Σ", {"root": True}, "Does the formula want variances or standard deviations?"),
        Slip("correlations ignored", {"correlated": False}, "What becomes of the entries of Σ off its diagonal?"),
        Slip(
            "hard labels", {"result": "labels"}, "A label is the component with the largest share. What is asked for?"
        ),
        Slip(
            "not normalised",
            {"result": "joint"},
            "You have the joint of point and component. What makes it a posterior?",
        ),
        Slip(
            "logarithms returned",
            {"result": "log"},
            "Probabilities lie between 0 and 1. What is the last step out of logs?",
        ),
        Slip("transposed", {"result": "transposed"}, "One row for each point, one column for each component."),
    ),
    section='section 5.1, "The posterior over components"',
    unseen="Not looked at: speed, and components whose covariance is nearly singular.",
)
