"""The data of the book: one real set, three seeded ones on which K-means fails, and one on a line."""

from pathlib import Path

import numpy as np

from ._typing import Array, Labels
from .mixture import MixtureParams, sample


def old_faithful() -> Array:
    """272 eruptions of the Old Faithful geyser in Yellowstone National Park, in minutes.

    Returns
    -------
    (272, 2) array
        Column 0: how long an eruption lasted, in minutes. Column 1: how long until the next one, in minutes.

    References
    ----------
    Azzalini, A. and Bowman, A. W. (1990), A look at some data on the Old Faithful geyser, Applied Statistics
    39(3), 357-365. These 272 pairs are the version of Härdle (1991), distributed with R as `faithful`; Azzalini
    and Bowman use a more complete one. Eruption times are rounded from seconds.
    """
    return np.loadtxt(Path(__file__).with_name("data") / "old_faithful.csv", delimiter=",", skiprows=1)


def anisotropic(rng: np.random.Generator, n: int = 600) -> tuple[Array, Labels]:
    """Three long parallel clusters: x (n, 2) without unit, and the component z (n,) of each point.

    Raises ValueError if `rng` is not a Generator or `n` is not a whole number of at least 1.
    """
    stretched = np.array([[1.35, -0.80], [-0.80, 0.60]])
    return sample(MixtureParams(np.full(3, 1 / 3), [[-2.5, -1.2], [0.0, 0.0], [2.5, 1.2]], [stretched] * 3), n, rng)


def unequal_variances(rng: np.random.Generator, n: int = 600) -> tuple[Array, Labels]:
    """Three round clusters of standard deviation 0.4, 2.0 and 0.6: x (n, 2) without unit, and z (n,).

    Raises ValueError if `rng` is not a Generator or `n` is not a whole number of at least 1.
    """
    covariances = [sd**2 * np.eye(2) for sd in (0.4, 2.0, 0.6)]
    return sample(MixtureParams(np.full(3, 1 / 3), [[-3.5, 0.0], [0.0, 0.0], [3.0, 2.0]], covariances), n, rng)


def uneven_sizes(rng: np.random.Generator, n: int = 600) -> tuple[Array, Labels]:
    """Three round clusters of the same spread with 90 %, 6 % and 4 % of the points: x (n, 2) without unit, and z (n,).

    Raises ValueError if `rng` is not a Generator or `n` is not a whole number of at least 1.
    """
    covariances = [np.eye(2)] * 3
    return sample(MixtureParams([0.90, 0.06, 0.04], [[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], covariances), n, rng)


def line(rng: np.random.Generator, n: int = 200) -> tuple[Array, Labels]:
    """Two overlapping clusters on a line, for pictures of a likelihood: x (n, 1) without unit, and z (n,).

    30 % of the points around -1.5 with standard deviation 0.7, 70 % around 1 with standard deviation 1.

    Raises ValueError if `rng` is not a Generator or `n` is not a whole number of at least 1.
    """
    return sample(MixtureParams([0.3, 0.7], [[-1.5], [1.0]], [[[0.49]], [[1.0]]]), n, rng)
