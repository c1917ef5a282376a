"""Exercises of chapter 4."""

import numpy as np

from .._typing import Array
from .common import SMALL
from .engine.exercise import Exercise, Probe, Property, Slip


def nearest(
    x: Array,
    centres: Array,
    *,
    power: int = 2,
    signed: bool = False,
    coordinates: slice = slice(None),
    farthest: bool = False,
    product: bool = False,
    axis: int = 1,
    result: str = "labels",
) -> Array:
    """The index of each point's nearest centre; each keyword, off its default, is a slip."""
    x, centres = (np.asarray(a, dtype=np.float64) for a in (x, centres))
    offsets = (x[:, np.newaxis] - centres)[..., coordinates]
    distances = offsets.sum(axis=2) if signed else (np.abs(offsets) ** power).sum(axis=2)
    if product:
        distances = -x @ centres.T
    labels = distances.argmax(axis=axis) if farthest else distances.argmin(axis=axis)
    results = {"labels": labels, "from one": labels + 1, "one-hot": np.eye(len(centres))[labels % len(centres)]}
    return results[result]


def means_of_clusters(
    x: Array, labels: Array, n_clusters: int, *, divisor: str = "N_k", centre: str = "mean", mixed: bool = False
) -> Array:
    """The mean of each cluster; each keyword, off its default, is a slip."""
    x, labels = np.asarray(x, dtype=np.float64), np.asarray(labels)
    if mixed:
        labels = (labels + 1) % n_clusters
    members = [x[labels == k] for k in range(n_clusters)]
    centres = {
        "mean": lambda of: of.mean(axis=0),
        "median": lambda of: np.median(of, axis=0),
        "middle": lambda of: (of.min(axis=0) + of.max(axis=0)) / 2,
        "first": lambda of: of[0],
        "all": lambda of: x.mean(axis=0),
    }
    divisors = {"N_k": len, "1": lambda of: 1, "N": lambda of: len(x), "N_k - 1": lambda of: max(len(of) - 1, 1)}
    return np.stack([centres[centre](of) * len(of) / divisors[divisor](of) for of in members])


def sum_of_squares(
    x: Array,
    centres: Array,
    *,
    power: int = 2,
    root: bool = False,
    pick: str = "nearest",
    over: str = "sum",
    half: bool = False,
) -> float:
    """The inertia; each keyword, off its default, is a slip."""
    x, centres = (np.asarray(a, dtype=np.float64) for a in (x, centres))
    squares = ((x[:, np.newaxis] - centres) ** 2).sum(axis=2)
    picks = {"nearest": squares.min(axis=1), "all": squares.sum(axis=1), "farthest": squares.max(axis=1)}
    parts = picks[pick] ** (power / 2)
    total = {"sum": parts.sum(), "points": parts.mean(), "entries": parts.sum() / x.size}[over]
    return (np.sqrt(total) if root else total) * (0.5 if half else 1.0)


def cloud(rng: np.random.Generator, n: int, n_clusters: int, n_features: int) -> tuple[Array, Array]:
    """Points and centres of unlike spreads, so that no coordinate decides alone."""
    spread = rng.uniform(0.7, 2.0, n_features)
    return rng.normal(1, spread, (n, n_features)), rng.normal(1, spread, (n_clusters, n_features))


def _ordinary(rng: np.random.Generator) -> list[Probe]:
    return [cloud(rng, 40, 3, 2), cloud(rng, 30, 4, 3), cloud(rng, 35, 5, 2)]


def _small(rng: np.random.Generator) -> list[Probe]:
    return [cloud(rng, 8, 3, 1), cloud(rng, 6, 1, 2), cloud(rng, 1, 3, 2)]


def _ties(rng: np.random.Generator) -> list[Probe]:
    """Points half-way between centres; whole numbers, so that the tie is exact."""
    centres = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    points = np.array([[0.0, 0.0], [0.0, 5.0], [-3.0, 3.0], [-1.0, -1.0], [1.0, -1.0]])
    return [(points, centres), (points, centres[rng.permutation(4)])]


def _far(rng: np.random.Generator) -> list[Probe]:
    """Clouds of ordinary size a million away from the origin."""
    shift = 1e6 * rng.choice([-1.0, 1.0], size=2)
    return [tuple(a + shift for a in cloud(rng, 12, 3, 2))]


def _labelled(rng: np.random.Generator, n: int, n_clusters: int, n_features: int) -> Probe:
    """Points with a label each; every cluster has at least three, and no two have the same number."""
    sizes = 3 + np.arange(n_clusters)
    sizes[-1] = n - sizes[:-1].sum()
    x, _ = cloud(rng, n, n_clusters, n_features)
    return x, rng.permutation(np.repeat(np.arange(n_clusters), sizes)), n_clusters


ASSIGN = Exercise(
    name="kmeans.assign",
    reference=nearest,
    properties=(
        Property(
            "labels are those of the nearest centre",
            6,
            _ordinary,
            "Take one point, write down its squared distance to each centre, and look for the smallest.",
        ),
        Property("a tie goes to the lowest index", 2, _ties, "Which of two equal numbers does argmin return?"),
        Property("one feature, one centre and one point work", 2, _small, SMALL),
    ),
    slips=(
        Slip("farthest centre", {"farthest": True}, "Do you want the largest distance or the smallest?"),
        Slip(
            "nearest point of each centre",
            {"axis": 0},
            "How many labels are asked for: one for each point, or for each centre?",
        ),
        Slip("distances not squared", {"signed": True}, "Can an offset to the left make up for one to the right?"),
        Slip("city-block distance", {"power": 1}, "Is the way along a diagonal as long as the way around the corner?"),
        Slip("first coordinate only", {"coordinates": slice(1)}, "Over which axis must the squares be added up?"),
        Slip("product for distance", {"product": True}, "Is a centre near because it is long? Subtract first."),
        Slip("labels from one", {"result": "from one"}, "Which number has the first centre in Python?"),
        Slip("one-hot rows", {"result": "one-hot"}, "A label is a number, not a row of zeros with a one."),
    ),
    section='section 4.1, "The algorithm"',
    unseen="Not looked at: speed.",
)

UPDATE = Exercise(
    name="kmeans.update",
    reference=means_of_clusters,
    properties=(
        Property(
            "centres are the means of their points",
            7,
            lambda rng: [_labelled(rng, 20, 3, 2), _labelled(rng, 24, 4, 3), _labelled(rng, 15, 2, 2)],
            "Take one cluster, list its points, and average each coordinate by hand.",
        ),
        Property(
            "one feature, one cluster and clusters of one point work",
            3,
            lambda rng: [
                _labelled(rng, 9, 2, 1),
                _labelled(rng, 5, 1, 2),
                (rng.normal(size=(3, 2)), np.array([2, 0, 1]), 3),
            ],
            SMALL,
        ),
    ),
    slips=(
        Slip("sum for mean", {"divisor": "1"}, "Twice as many points in the same place: does the centre move?"),
        Slip("divided by N", {"divisor": "N"}, "How many points does the sum of one cluster have?"),
        Slip("divided by N_k - 1", {"divisor": "N_k - 1"}, "That divisor belongs to a variance. What is a mean?"),
        Slip("median for mean", {"centre": "median"}, "Which centre makes the sum of squares smallest?"),
        Slip("middle of the range", {"centre": "middle"}, "Should two outer points outvote all the others?"),
        Slip("first point of the cluster", {"centre": "first"}, "Must a centre be one of the points?"),
        Slip("mean of all points", {"centre": "all"}, "Which points take part in the mean of cluster k?"),
        Slip("clusters mixed up", {"mixed": True}, "Row k of the result belongs to which label?"),
    ),
    section='section 4.1, "The algorithm"',
    unseen="Not looked at: clusters without points, and speed.",
)

INERTIA = Exercise(
    name="kmeans.inertia",
    reference=sum_of_squares,
    properties=(
        Property(
            "the value is the sum of squared distances to the nearest centres",
            6,
            _ordinary,
            "Take three points, and write down the squared distance of each to its nearest centre.",
        ),
        Property(
            "data far from the origin keep their digits",
            2,
            _far,
            "It is right near the origin. A million away |x|² - 2 x·c + |c|² loses digits. Subtract first.",
            digits=True,
        ),
        Property("one feature, one centre and one point work", 2, _small, SMALL),
    ),
    slips=(
        Slip("distances not squared", {"power": 1}, "Which power of the distance does K-means make small?"),
        Slip("mean over points", {"over": "points"}, "Does the inertia of the same data, written twice, double?"),
        Slip("mean over all entries", {"over": "entries"}, "A sum is asked for, over points and coordinates."),
        Slip("all centres", {"pick": "all"}, "How many centres does a point belong to?"),
        Slip("farthest centre", {"pick": "farthest"}, "Which of its distances counts for a point?"),
        Slip("root of the sum", {"root": True}, "What is the unit of the inertia?"),
        Slip("half of the sum", {"half": True}, "The half belongs to the exponent of a Gaussian."),
    ),
    section='section 4.1, "The algorithm"',
    unseen="Not looked at: speed.",
)
