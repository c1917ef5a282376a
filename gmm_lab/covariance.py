"""Covariances with fewer parameters: each function takes the place of `m_step` and gives another model."""

import numpy as np

from ._typing import Array
from ._validate import check_data, check_resp
from .mixture import MixtureParams, from_moments, moments


def tied(x: object, resp: object) -> MixtureParams:
    """The M-step for one covariance that all components share: the scatter within components, divided by N.

    Parameters, result and errors are those of `m_step`, except that a component without spread of its own is no
    collapse as long as the others have some.

    References
    ----------
    McLachlan and Peel (2000), section 3.9; book section 8.4.
    """
    x, counts, means, scatters = _moments(x, resp)
    pooled = scatters.sum(axis=0) / len(x)
    return from_moments(x, counts, means, np.tile(pooled, (len(counts), 1, 1)))


def diagonal(x: object, resp: object) -> MixtureParams:
    """The M-step for covariances without correlation: the variances of each component, by coordinate.

    Parameters, result and errors are those of `m_step`, except that collinear points are no collapse.

    References
    ----------
    Fraley and Raftery (2002), table 1 (model VVI); book section 8.4.
    """
    x, counts, means, scatters = _moments(x, resp)
    return from_moments(x, counts, means, scatters * np.eye(x.shape[1]) / counts[:, np.newaxis, np.newaxis])


def spherical(x: object, resp: object) -> MixtureParams:
    """The M-step for round components: one variance each, the mean of its variances over coordinates.

    Parameters, result and errors are those of `m_step`, except that only a component on a single point collapses.
    The coordinates must share a unit.

    References
    ----------
    Fraley and Raftery (2002), table 1 (model VII); book section 8.4.
    """
    x, counts, means, scatters = _moments(x, resp)
    variances = np.trace(scatters, axis1=1, axis2=2) / (counts * x.shape[1])
    return from_moments(x, counts, means, variances[:, np.newaxis, np.newaxis] * np.eye(x.shape[1]))


def _moments(x: object, resp: object) -> tuple[Array, Array, Array, Array]:
    """Checked points (N, D), with counts, means and scatters of their shares."""
    x = check_data(x)
    return x, *moments(x, check_resp(resp, len(x)))
