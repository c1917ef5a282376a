"""What several exercises share: the joint and the refit with switches that make slips, probes, and hints."""

from collections.abc import Callable, Mapping

import numpy as np

from .._typing import Array
from .engine.exercise import Probe, Slip

Mixture = tuple[Array, Array, Array]  # weights, means, covariances

SMALL = "It is right in general. With D = 1, K = 1 or N = 1, does an axis get lost, or a number pass for a matrix?"
FAR = "It is right near the data. Far away every density is 0 to a computer: what is log 0, or 0/0? Stay in logarithms."
AWAY = "It is right near the origin. A million away the mean of x xᵀ minus μ μᵀ loses digits. Subtract first."


def log_joint(
    x: Array,
    weights: Array,
    means: Array,
    covariances: Array,
    *,
    log_prior: Callable[[Array], Array] = np.log,
    half: float = 0.5,
    determinant: float = 0.5,
    inverse: bool = True,
    root: bool = False,
    correlated: bool = True,
) -> Array:
    """log of weight times density, (N, K); each keyword, off its default, is a slip."""
    joint = np.empty((len(x), len(weights)))
    for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True)):
        matrix = covariance if correlated else np.diag(np.diag(covariance))
        if root:
            values, vectors = np.linalg.eigh(matrix)
            matrix = (vectors * np.sqrt(values)) @ vectors.T
        whiten = np.linalg.inv(matrix) if inverse else matrix
        distance = np.einsum("nd,de,ne->n", x - mean, whiten, x - mean)
        joint[:, k] = -half * distance - determinant * np.linalg.slogdet(matrix)[1]
    return joint - 0.5 * x.shape[1] * np.log(2 * np.pi) + log_prior(weights)


def refit(
    x: Array,
    resp: Array,
    old_means: Array | None = None,
    *,
    share: str = "N_k / N",
    mean_divisor: str = "N_k",
    divisor: str = "N_k",
    about: str = "new",
    power: int = 1,
    form: str = "full",
) -> Mixture:
    """The weighted maximum likelihood; each keyword, off its default, is a slip."""
    counts = resp.sum(axis=0)
    n, n_components = resp.shape
    divisors = {"N_k": counts, "N": np.full(n_components, n), "N_k - 1": counts - 1}
    weights = {"N_k / N": counts / n, "N_k": counts, "1 / K": np.full(n_components, 1 / n_components)}[share]
    means = resp.T @ x / divisors[mean_divisor][:, np.newaxis]
    centres = {"new": means, "old": old_means, "all": [x.mean(axis=0)] * n_components, "origin": np.zeros_like(means)}
    offsets = x - np.asarray(centres[about])[:, np.newaxis]  # (K, N, D)
    scatters = np.einsum("nk,kni,knj->kij", resp**power, offsets, offsets)
    covariances = scatters / divisors[divisor][:, np.newaxis, np.newaxis]
    if form == "diagonal":
        covariances = covariances * np.eye(x.shape[1])
    elif form == "variances":
        covariances = np.einsum("kii->ki", covariances)
    elif form == "tied":
        covariances = np.tile(scatters.sum(axis=0) / n, (n_components, 1, 1))
    return weights, means, covariances


def floats(*arrays: Array) -> list[Array]:
    """Each as a float64 array."""
    return [np.asarray(array, dtype=np.float64) for array in arrays]


def only(function: Callable, switches: Mapping[str, object]) -> dict[str, object]:
    """Those of the switches that are keywords of `function`."""
    return {name: value for name, value in switches.items() if name in function.__kwdefaults__}


WEIGHTS_FORGOTTEN = Slip(
    "weights forgotten", {"log_prior": np.zeros_like}, "Is a rare component as likely as a common one before you see x?"
)
HALF_FORGOTTEN = Slip("half forgotten", {"half": 1.0}, "Compare your exponent with the Gaussian's, factor by factor.")
DETERMINANT_FORGOTTEN = Slip(
    "determinant forgotten", {"determinant": 0.0}, "Two Gaussians of different width: which is higher at its mean?"
)
COVARIANCE_FOR_INVERSE = Slip(
    "Σ for its inverse", {"inverse": False}, "Along a long axis of Σ, is a point a unit away near or far?"
)
CORRELATIONS_IGNORED = Slip(
    "correlations ignored", {"correlated": False}, "What becomes of the entries of Σ off its diagonal?"
)
DENSITY_SLIPS = (
    WEIGHTS_FORGOTTEN,
    HALF_FORGOTTEN,
    Slip("exponent's sign", {"half": -0.5}, "Does your density fall or rise with the distance from the mean?"),
    DETERMINANT_FORGOTTEN,
    Slip("determinant without root", {"determinant": 1.0}, "In one dimension the density has 1/σ in front, not 1/σ²."),
    Slip("determinant's sign", {"determinant": -0.5}, "Which is higher at its mean, a wide or a narrow Gaussian?"),
    COVARIANCE_FOR_INVERSE,
    Slip("root of Σ for Σ", {"root": True}, "Does the formula want variances or standard deviations?"),
    CORRELATIONS_IGNORED,
)
REFIT_SLIPS = (
    Slip("weights not divided", {"share": "N_k"}, "What must the weights sum to?"),
    Slip("equal weights", {"share": "1 / K"}, "Has a component that holds more of the points the same weight?"),
    Slip(
        "means divided by N",
        {"mean_divisor": "N"},
        "How many points, whole or in parts, went into the sum of one mean?",
    ),
    Slip("covariances divided by N", {"divisor": "N"}, "How many points went into the sum of one covariance?"),
    Slip(
        "covariances divided by N_k - 1",
        {"divisor": "N_k - 1"},
        "Which divisor does maximum likelihood ask for, and which one an unbiased estimate?",
    ),
    Slip("about the mean of all points", {"about": "all"}, "From which point does component k measure its spread?"),
    Slip("about the origin", {"about": "origin"}, "Move all data by the same vector: may a covariance change?"),
    Slip("correlations dropped", {"form": "diagonal"}, "What does the product of two different coordinates tell?"),
    Slip("one covariance for all", {"form": "tied"}, "Has each component its own spread in this model?"),
)
ABOUT_OLD_MEANS = Slip(
    "about the old means", {"about": "old"}, "In which order are mean and covariance computed, and which mean is used?"
)


def mixture(rng: np.random.Generator, n_components: int, n_features: int) -> Mixture:
    """Unequal weights, correlated covariances, determinants far from 1."""
    weights = rng.dirichlet(np.full(n_components, 3.0)) * 0.7 + 0.3 * np.arange(1, n_components + 1)
    means = rng.normal(0, 1.5, (n_components, n_features))
    factors = rng.normal(0, 0.7, (n_components, n_features, n_features))
    sizes = rng.uniform(0.6, 1.8, (n_components, 1, 1))
    covariances = sizes * (factors @ factors.transpose(0, 2, 1) + 0.4 * np.eye(n_features))
    return weights / weights.sum(), means, covariances


def near(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points among the components, so that every share counts."""
    params = mixture(rng, n_components, n_features)
    return rng.normal(0, 1.5, (n, n_features)), *params


def ordinary(rng: np.random.Generator) -> list[Probe]:
    """Three unlike mixtures with points among their components."""
    return [near(rng, 12, 3, 2), near(rng, 9, 2, 3), near(rng, 15, 4, 2)]


def small(rng: np.random.Generator) -> list[Probe]:
    """One feature, one component, one point."""
    return [near(rng, 8, 3, 1), near(rng, 6, 1, 2), near(rng, 1, 2, 2)]


def from_mixture(rng: np.random.Generator, n: int, n_components: int, n_features: int) -> Probe:
    """Points drawn from a mixture, and a start beside it: a step from there moves every parameter."""
    weights, means, covariances = mixture(rng, n_components, n_features)
    z = rng.choice(n_components, n, p=weights).astype(np.intp, copy=False)
    noise = rng.normal(size=(n, n_features))
    x = means[z] + np.einsum("nij,nj->ni", np.linalg.cholesky(covariances)[z], noise)
    start = rng.dirichlet(20 * weights), means + rng.normal(0, 0.4, means.shape), 1.4 * covariances
    return x, *start


def far(rng: np.random.Generator) -> list[Probe]:
    """Points hundreds of standard deviations from every mean, where each density underflows to 0."""
    probes = []
    for distance in (200.0, 5000.0):
        x, *params = near(rng, 6, 3, 2)
        probes.append((x + distance * rng.choice([-1.0, 1.0], size=x.shape), *params))
    return probes
