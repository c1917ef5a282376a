"""Exercises of chapter 9."""

import numpy as np

from .._typing import Array
from .common import SMALL, floats
from .engine.exercise import Exercise, Probe, Property, Slip
from .kmeans import cloud


def kmeans_plus_plus_probabilities(
    x: Array,
    centres: Array,
    *,
    power: int = 2,
    pick: str = "nearest",
    normalised: bool = True,
    order: str = "far",
    result: str = "probabilities",
) -> Array:
    """Squared distance to the nearest centre, over their sum; each keyword, off its default, is a slip."""
    x, centres = floats(x, centres)
    squares = ((x[:, np.newaxis] - centres) ** 2).sum(axis=2)
    picks = {
        "nearest": squares.min(axis=1),
        "farthest": squares.max(axis=1),
        "sum": squares.sum(axis=1),
        "first": squares[:, 0],
        "last": squares[:, -1],
        "any": np.ones(len(x)),
    }
    sizes = picks[pick] ** (power / 2)
    if order == "near":
        sizes = 1 / sizes
    elif order == "exp":
        sizes = np.exp(sizes - sizes.max())
    shares = sizes / sizes.sum() if normalised else sizes
    return {"probabilities": shares, "greedy": np.eye(len(x))[shares.argmax()], "cumulative": shares.cumsum()}[result]


def spherical_covariances(
    x: Array,
    n_components: int,
    *,
    divisor: str = "N",
    of: str = "mean",
    power: float = 1.0,
    form: str = "spheres",
    shared: bool = False,
) -> Array:
    """K copies of σ²I, σ² the mean of the coordinates' variances; each keyword, off its default, is a slip."""
    (x,) = floats(x)
    n, d = x.shape
    variances = x.var(axis=0) * {"N": 1, "N - 1": n / max(n - 1, 1), "1": n}[divisor]
    value = {
        "mean": variances.mean(),
        "sum": variances.sum(),
        "largest": variances.max(),
        "smallest": variances.min(),
        "pooled": x.var(),
        "geometric": np.exp(np.log(variances).mean()),
        "about the origin": (x**2).mean(),
        "one": 1.0,
    }[of]
    matrix = {
        "spheres": value**power * np.eye(d),
        "diagonal": np.diag(variances**power),
        "full": np.atleast_2d(np.cov(x.T, bias=True)),
        "everywhere": np.full((d, d), value**power),
    }[form]
    return np.tile(matrix / (n_components if shared else 1), (n_components, 1, 1))


def _spread(rng: np.random.Generator, n: int, n_features: int) -> Array:
    """Correlated columns of unlike mean and spread."""
    x = rng.normal(size=(n, n_features)) * np.geomspace(0.6, 2.5, n_features) + rng.normal(2, 2, n_features)
    x[:, 0] += 0.5 * x[:, -1]
    return x


def _away(rng: np.random.Generator) -> list[Probe]:
    """A cloud of ordinary size a million away from the origin."""
    return [(_spread(rng, 20, 2) + 1e6 * rng.choice([-1.0, 1.0], size=2), 3)]


KMEANS_PLUS_PLUS_PROBABILITIES = Exercise(
    name="initialization.kmeans_plus_plus_probabilities",
    reference=kmeans_plus_plus_probabilities,
    properties=(
        Property(
            "probabilities go by the squared distance to the nearest centre",
            6,
            lambda rng: [cloud(rng, 20, 3, 2), cloud(rng, 15, 2, 3), cloud(rng, 25, 4, 2)],
            "Take three points, write down the squared distance of each to its nearest centre, and divide by the sum.",
        ),
        Property(
            "a point that is a centre has probability 0",
            2,
            lambda rng: [(x, x[[3, 7]]) for x, _ in [cloud(rng, 12, 1, 2)]],
            "Can the same point be drawn twice? How far is it from itself, to the last digit?",
        ),
        Property(
            "one feature, one centre and two points work",
            2,
            lambda rng: [cloud(rng, 8, 3, 1), cloud(rng, 6, 1, 2), cloud(rng, 2, 1, 2)],
            SMALL,
        ),
    ),
    slips=(
        Slip("distances not squared", {"power": 1}, "Which power of the distance does K-means make small?"),
        Slip("squared twice", {"power": 4}, "Twice as far away: is a point 4 times as likely, or 16 times?"),
        Slip("not normalised", {"normalised": False}, "What do probabilities sum to?"),
        Slip("farthest centre", {"pick": "farthest"}, "Which of the centres is a point's own?"),
        Slip("sum over centres", {"pick": "sum"}, "Does a centre count that is farther away than another?"),
        Slip("first centre only", {"pick": "first"}, "Do the centres that came later count?"),
        Slip("last centre only", {"pick": "last"}, "Do the centres that came before count?"),
        Slip("uniform", {"pick": "any"}, "Should a point beside a centre be as likely as one far away?"),
        Slip("near points preferred", {"order": "near"}, "Should the next centre be near the others or far?"),
        Slip("exponentials", {"order": "exp"}, "Double all data: may the probabilities change?"),
        Slip("farthest point for sure", {"result": "greedy"}, "What would a single outlier do to such a choice?"),
        Slip("running sums", {"result": "cumulative"}, "That is of use for drawing. What is asked for?"),
    ),
    section='section 9.3, "K-means++ and its guarantee"',
    unseen="Not looked at: data in which every point is a centre already, and speed.",
)

SPHERICAL_COVARIANCES = Exercise(
    name="initialization.spherical_covariances",
    reference=spherical_covariances,
    properties=(
        Property(
            "every matrix is the mean variance times the identity",
            6,
            lambda rng: [(_spread(rng, 15, 2), 3), (_spread(rng, 12, 3), 2), (_spread(rng, 20, 4), 4)],
            "Write down the variance of each column, their mean, and one matrix.",
        ),
        Property(
            "data far from the origin keep their digits",
            2,
            _away,
            "It is right near the origin. A million away the mean of x² minus the squared mean loses digits. "
            "Subtract first.",
            digits=True,
        ),
        Property(
            "one feature and one component work",
            2,
            lambda rng: [(_spread(rng, 9, 1), 2), (_spread(rng, 9, 2), 1), (_spread(rng, 5, 1), 1)],
            SMALL,
        ),
    ),
    slips=(
        Slip("divided by N - 1", {"divisor": "N - 1"}, "Which divisor does maximum likelihood ask for?"),
        Slip("not divided", {"divisor": "1"}, "Twice as many points in the same place: does the variance double?"),
        Slip("sum over coordinates", {"of": "sum"}, "In which dimension would a round cloud then be the right size?"),
        Slip("largest variance", {"of": "largest"}, "Should the narrowest coordinate have no say in σ²?"),
        Slip("smallest variance", {"of": "smallest"}, "Should the widest coordinate have no say in σ²?"),
        Slip("variance of all entries", {"of": "pooled"}, "Move one column by 100: may a variance change?"),
        Slip("about the origin", {"of": "about the origin"}, "Move all data by the same vector: may it change?"),
        Slip("geometric mean", {"of": "geometric"}, "Which mean of the variances is asked for?"),
        Slip("identity", {"of": "one"}, "Double all data: must the start not grow with them?"),
        Slip("standard deviation", {"power": 0.5}, "What is the unit of a covariance?"),
        Slip("diagonal for spherical", {"form": "diagonal"}, "How many different numbers has a sphere's covariance?"),
        Slip("full for spherical", {"form": "full"}, "Which way does a sphere lean, and what is off its diagonal?"),
        Slip("the same number everywhere", {"form": "everywhere"}, "What stands off the diagonal of σ²I?"),
        Slip("divided by K", {"shared": True}, "Does the issue of how many components there are change σ²?"),
    ),
    section='section 9.5, "Spherical and diagonal variances"',
    unseen="Not looked at: columns that do not vary, and speed.",
)
