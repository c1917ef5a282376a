"""Covariances with fewer parameters: each function takes the place of `m_step` and gives another model."""

import numpy as np

from .mixture import MixtureParams
from .moments import Moments, carries, with_covariances


def _tied(moments: Moments) -> MixtureParams:
    pooled = moments.scatters.sum(axis=0) / moments.n
    return with_covariances(moments, lambda counts: np.tile(pooled, (len(counts), 1, 1)))


def _diagonal(moments: Moments) -> MixtureParams:
    return with_covariances(moments, lambda counts: moments.scatters * np.eye(moments.largest.size) / counts)


def _spherical(moments: Moments) -> MixtureParams:
    n_features = moments.largest.size
    traces = np.trace(moments.scatters, axis1=1, axis2=2)[:, np.newaxis, np.newaxis]
    return with_covariances(moments, lambda counts: traces / (counts * n_features) * np.eye(n_features))


@carries(_tied)
def tied(x: object, resp: object) -> MixtureParams:
    """The M-step for one covariance that all components share: the scatter within components, divided by N.

    Parameters, result and errors are those of `m_step`, except that a component without spread of its own is no
    collapse as long as the others have some.

    References
    ----------
    McLachlan and Peel (2000), section 3.9; book section 8.4.
    """
    return _tied(Moments.of(x, resp))


@carries(_diagonal)
def diagonal(x: object, resp: object) -> MixtureParams:
    """The M-step for covariances without correlation: the variances of each component, by coordinate.

    Parameters, result and errors are those of `m_step`, except that collinear points are no collapse.

    References
    ----------
    Fraley and Raftery (2002), table 1 (model VVI); book section 8.4.
    """
    return _diagonal(Moments.of(x, resp))


@carries(_spherical)
def spherical(x: object, resp: object) -> MixtureParams:
    """The M-step for round components: one variance each, the mean of its variances over coordinates.

    Parameters, result and errors are those of `m_step`, except that only a component on a single point collapses.
    The coordinates must share a unit.

    References
    ----------
    Fraley and Raftery (2002), table 1 (model VII); book section 8.4.
    """
    return _spherical(Moments.of(x, resp))
