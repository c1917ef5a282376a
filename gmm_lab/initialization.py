"""Chapter 9: where a run starts."""

import numpy as np

from ._typing import Array
from ._validate import check_count, check_data, check_places, check_rng, check_varies
from .covariance import tied
from .kmeans import kmeans
from .mixture import MixtureParams
from .moments import one_hot


def random_start(x: object, n_components: int, rng: np.random.Generator) -> MixtureParams:
    """Equal weights, means at K different points of the data, and the data's own variance in each coordinate.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units; every column must vary.
    n_components : int
        K, at most the number of different points.
    rng : numpy.random.Generator
        Source of randomness; it advances.

    Returns
    -------
    MixtureParams
        Diagonal covariances, the same for each component.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), has fewer than K different points, or has a constant column.

    References
    ----------
    Book section 9.1.
    """
    x, n_components, rng = check_data(x), check_count("n_components", n_components), check_rng(rng)
    places, variances = check_places(x, n_components), check_varies(x).var(axis=0)
    means = rng.choice(places, size=n_components, replace=False)
    weights = np.full(n_components, 1 / n_components)
    return MixtureParams(weights, means, np.tile(np.diag(variances), (n_components, 1, 1)))


def kmeans_plus_plus(x: object, n_components: int, rng: np.random.Generator) -> Array:
    """K centres at points of the data: the first at random, each next one with probability ∝ squared distance.

    The distance is that to the nearest centre chosen so far, so no point is chosen twice. The expected inertia is at
    most 8 (ln K + 2) times the smallest possible one, before a single step of K-means.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units; coordinates should share a unit, or be scaled.
    n_components : int
        K, at most the number of different points.
    rng : numpy.random.Generator
        Source of randomness; it advances.

    Returns
    -------
    (K, D) array
        Centres, in data units, in the order of choice.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or has fewer than K different points.

    References
    ----------
    Arthur and Vassilvitskii (2007), section 2.2 and theorem 1.1; book section 9.3.
    """
    x, n_components, rng = check_data(x), check_count("n_components", n_components), check_rng(rng)
    check_places(x, n_components)
    centres = [x[rng.integers(len(x))]]
    distances = np.linalg.norm(x - centres[0], axis=1)
    while len(centres) < n_components:
        # As parts of the largest one: the square of a tiny distance would underflow to 0.
        squares = (distances / distances.max()) ** 2
        centres.append(x[rng.choice(len(x), p=squares / squares.sum())])
        distances = np.minimum(distances, np.linalg.norm(x - centres[-1], axis=1))
    return np.stack(centres)


def kmeans_start(x: object, n_components: int, rng: np.random.Generator) -> MixtureParams:
    """K-means++ and K-means, then the shares and means of the clusters and the covariance within them, pooled.

    Pooled, because a cluster of few points has no covariance of its own to start from.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units; coordinates should share a unit, or be scaled.
    n_components : int
        K, at most the number of different points.
    rng : numpy.random.Generator
        Source of randomness; it advances.

    Returns
    -------
    MixtureParams
        One covariance, the same for each component.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or has fewer than K different points.
    ComponentCollapsed
        If there is no spread within the clusters in some direction, as with K = N.

    References
    ----------
    Book section 9.4.
    """
    x, centres = check_data(x), kmeans_plus_plus(x, n_components, rng)
    labels = kmeans(x, centres).labels
    return tied(x, one_hot(labels, len(centres)))
