"""Chapter 9: where a run starts."""

import numpy as np

from ._validate import check_count, check_data, check_rng
from .mixture import MixtureParams


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
    places = np.unique(x, axis=0)
    if len(places) < n_components:
        raise ValueError(
            f"n_components is {n_components}, but x has only {len(places)} different points. Ask for fewer."
        )
    variances = x.var(axis=0)
    if not variances.all():
        raise ValueError(f"x[:, {variances.argmin()}] is constant. Drop the column: it tells no points apart.")
    means = rng.choice(places, size=n_components, replace=False)
    weights = np.full(n_components, 1 / n_components)
    return MixtureParams(weights, means, np.tile(np.diag(variances), (n_components, 1, 1)))
