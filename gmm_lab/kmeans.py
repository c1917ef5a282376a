"""Chapter 4: K-means, the limit of hard EM for equal weights and equal round components."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from operator import attrgetter

import numpy as np

from ._run import run_until, same_labels
from ._typing import Array, Labels
from ._validate import LARGEST, check_centres, check_count, check_data, check_labels, check_number
from ._value import Value
from .hard_em import LabelledMLE
from .mixture import MixtureParams
from .moments import Moments, carries, check_not_empty, one_hot


@dataclass(frozen=True, eq=False)
class KMeansState(Value):
    """One iterate: `labels` (N,) and `inertia` (data units squared) belong to these `centres` (K, D)."""

    step: int
    centres: Array
    labels: Labels
    inertia: float


def kmeans_states(x: object, centres: object) -> Iterator[KMeansState]:
    """Iterate K-means without end; state 0 has the given centres.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    centres : (K, D) array
        Where the K centres start.

    Yields
    ------
    KMeansState
        Each point has the label of its nearest centre, a tie goes to the lowest index; inertia is the sum of
        squared distances to it, and never rises. A centre without points stays where it is.

    Raises
    ------
    ValueError
        If `x` or `centres` is not finite and two-dimensional, or D disagrees; at once, not at the first `next`.

    References
    ----------
    Lloyd (1982); Bishop (2006), eqs. 9.1 to 9.4; book section 4.1.
    """
    x = check_data(x)
    centres = check_centres(centres, x.shape[1]).copy()  # the caller's array may change between two steps

    def iterate(centres: Array) -> Iterator[KMeansState]:
        for step in count():
            # Centre by centre: all differences together would fill an (N, K, D) array.
            squared_distances = np.stack([((x - centre) ** 2).sum(axis=1) for centre in centres], axis=1)  # (N, K)
            labels = squared_distances.argmin(axis=1)
            yield KMeansState(step, centres, labels, float(squared_distances.min(axis=1).sum()))
            centres = centres.copy()  # the state that was given out keeps its own
            for k in np.unique(labels):
                centres[k] = x[labels == k].mean(axis=0)

    return iterate(centres)


@dataclass(frozen=True, eq=False)
class KMeansFit(Value):
    """The end of a run of K-means, and the way there.

    Attributes
    ----------
    centres : (K, D) array
        In data units.
    labels : (N,) integer array
        The nearest centre of each point.
    inertia : float
        Sum of squared distances to the nearest centre, in data units squared.
    inertias : (n_steps + 1,) array
        The same at each step, the start included.
    converged : bool
        Whether the last step left every label as it was.
    """

    centres: Array
    labels: Labels
    inertia: float
    inertias: Array
    converged: bool


def kmeans(x: object, centres: object, *, max_steps: int = 1000) -> KMeansFit:
    """Run K-means until no label changes.

    Parameters
    ----------
    x, centres
        As in `kmeans_states`.
    max_steps : int
        Give up after so many steps; `converged` is then False.

    Returns
    -------
    KMeansFit

    Raises
    ------
    ValueError
        As in `kmeans_states`.

    References
    ----------
    Lloyd (1982); book section 4.1.
    """
    max_steps = check_count("max_steps", max_steps, minimum=0)
    run = run_until(same_labels, kmeans_states(x, centres), attrgetter("inertia"), max_steps)
    state, inertias, converged = run
    return KMeansFit(state.centres, state.labels, state.inertia, inertias, converged)


def equal_spheres(sd: float) -> LabelledMLE:
    """The M-step that makes hard EM K-means: π_k = 1/K and Σ_k = σ²I stay as they are, only the means move.

    Parameters
    ----------
    sd : float
        σ, in data units, positive. The labels do not depend on it.

    Returns
    -------
    callable (x, z, n_components) -> MixtureParams

    Raises
    ------
    ValueError
        If `sd` is not positive.
    ComponentCollapsed
        From the callable, if a component has no points.

    References
    ----------
    Bishop (2006), section 9.3.2; book section 4.2.
    """

    def of_moments(moments: Moments) -> MixtureParams:
        check_not_empty(moments)
        return sphere_mixture(moments.means, sd)

    @carries(of_moments)
    def m_step(x: object, z: object, n_components: int) -> MixtureParams:
        x, n_components = check_data(x), check_count("n_components", n_components)
        labels = check_labels(z, len(x), n_components)
        return of_moments(Moments.of_checked(x, one_hot(labels, n_components)))

    check_number("sd", sd, POSITIVE, low=1 / LARGEST)
    return m_step


def sphere_mixture(centres: object, sd: float) -> MixtureParams:
    """Equal weights and Σ_k = σ²I around `centres` (K, D); ValueError if `sd` (σ, data units) is not positive."""
    centres = check_centres(centres)
    sd = check_number("sd", sd, POSITIVE, low=1 / LARGEST)
    n_components, n_features = centres.shape
    covariances = np.tile(sd**2 * np.eye(n_features), (n_components, 1, 1))
    return MixtureParams(np.full(n_components, 1 / n_components), centres, covariances)


POSITIVE = "positive number of data units"
