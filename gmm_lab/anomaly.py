"""Chapter 10: points that the mixture finds unlikely."""

import numpy as np

from ._convert import shown
from ._typing import Array
from ._validate import as_floats, check_number
from .mixture import MixtureParams, log_density


def log_threshold(x: object, params: MixtureParams, fraction: float) -> float:
    """The log-density, in nats, below which the given fraction of the points lies.

    Parameters
    ----------
    x : (N, D) array
        Points that `params` were *not* fitted to, in data units: on its own training points a mixture is too sure.
    params : MixtureParams
        K components in the same D.
    fraction : float
        0 to 1, the share of such points that may be flagged.

    Returns
    -------
    float
        The quantile, interpolated linearly between the two nearest log-densities.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), its D is not that of `params`, or `fraction` is not in [0, 1].

    References
    ----------
    Book section 10.2.
    """
    fraction = check_number("fraction", fraction, "share of the points, from 0 to 1", low=0, high=1)
    return float(np.quantile(log_density(x, params), fraction))


def is_anomaly(x: object, params: MixtureParams, threshold: float) -> Array:
    """Whether log p(x_n | θ) ≤ threshold, for each point.

    Parameters
    ----------
    x : (N, D) array
        Points, in the units of the data that the mixture was fitted to.
    params : MixtureParams
        K components in the same D.
    threshold : float
        In nats, as `log_threshold` gives it: a log-density, so it moves with the units of the data.

    Returns
    -------
    (N,) array of bool

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), its D is not that of `params`, or `threshold` is not a number.

    References
    ----------
    Book section 10.1.
    """
    values = as_floats("threshold", threshold)
    if values.ndim or np.isnan(values):
        raise ValueError(f"threshold must be one number of nats, got {shown(threshold)}. Take it from log_threshold.")
    return log_density(x, params) <= float(values)
