"""What an M-step has to know of the data: expected sufficient statistics, which add over blocks; and what collapses."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._typing import Array, Labels
from ._validate import check_data, check_resp, check_sample_weight
from ._value import Value
from .gaussian import scatter
from .mixture import MixtureParams, check_params

ADVICE = "The likelihood is unbounded there (chapter 8): use fewer components, another start, or more data."


class ComponentCollapsed(ArithmeticError):
    """A component shrank onto too few points: the likelihood is unbounded there (chapter 8)."""


@dataclass(frozen=True, eq=False)
class Moments(Value):
    """Expected sufficient statistics of points that K components share; those of two blocks of data add.

    Attributes
    ----------
    n : float
        Number of points, or the sum of their weights.
    counts : (K,) array
        N_k, the expected number of points of each component.
    means : (K, D) array
        Mean of each component's shares, in data units; 0 where a component has none.
    scatters : (K, D, D) array
        Σ_n r_nk (x_n - mean_k)(x_n - mean_k)ᵀ, in data units squared.
    largest : (D,) array
        Largest magnitude in each coordinate, in data units: a spread of a few units in its last place is rounding.

    References
    ----------
    Bishop (2006), eqs. 9.24, 9.25 and 9.27; Chan, Golub and LeVeque (1983) for the sum.
    """

    n: float
    counts: Array
    means: Array
    scatters: Array
    largest: Array

    @classmethod
    def of(cls, x: object, resp: object, sample_weight: object = None) -> "Moments":
        """Those of points x (N, D) shared out by resp (N, K), each counted `sample_weight` (N,) times, else once.

        Raises ValueError if `x` is not finite (N, D), a row of `resp` is not a distribution, or a weight is negative.
        """
        x = check_data(x)
        resp = check_resp(resp, len(x))
        if sample_weight is None:
            return cls.of_checked(x, resp)
        weight = check_sample_weight(sample_weight, len(x))
        used = weight > 0
        summed = cls.of_checked(x[used], weight[used, np.newaxis] * resp[used])
        return cls(float(weight.sum()), summed.counts, summed.means, summed.scatters, summed.largest)

    @classmethod
    def of_checked(cls, x: Array, resp: Array) -> "Moments":
        """The kernel of `of`, for arrays that have been checked."""
        counts = resp.sum(axis=0)
        sums = resp.T @ x
        means = np.divide(sums, counts[:, np.newaxis], out=np.zeros_like(sums), where=counts[:, np.newaxis] > 0)
        scatters = np.stack([scatter(x, share, mean) for share, mean in zip(resp.T, means, strict=True)])
        return cls(len(x), counts, means, scatters, np.abs(x).max(axis=0))

    def __add__(self, other: "Moments") -> "Moments":
        if not isinstance(other, Moments):
            return NotImplemented
        if self.means.shape != other.means.shape:
            raise ValueError(
                f"moments of shape (K, D) = {other.means.shape} do not add to those of {self.means.shape}. "
                "Take both from the same components and features."
            )
        counts = self.counts + other.counts
        share = np.divide(other.counts, counts, out=np.zeros_like(counts), where=counts > 0)
        shift = other.means - self.means
        between = shift[:, :, np.newaxis] * shift[:, np.newaxis, :]
        return Moments(
            self.n + other.n,
            counts,
            self.means + share[:, np.newaxis] * shift,
            self.scatters + other.scatters + (self.counts * share)[:, np.newaxis, np.newaxis] * between,
            np.maximum(self.largest, other.largest),
        )


OfMoments = Callable[[Moments], MixtureParams]


def full(moments: Moments) -> MixtureParams:
    """Maximum likelihood with a covariance for each component, Σ_k = scatter_k / N_k (Bishop 2006, eq. 9.25)."""
    return with_covariances(moments, lambda counts: moments.scatters / counts)


def with_covariances(moments: Moments, covariances_of: Callable[[Array], Array]) -> MixtureParams:
    """The mixture with weights N_k / N and covariances made of the counts (K, 1, 1); or ComponentCollapsed."""
    check_not_empty(moments)
    covariances = covariances_of(moments.counts[:, np.newaxis, np.newaxis])
    check_alive(moments.n, moments.counts, moments.largest, covariances)
    return MixtureParams(moments.counts / moments.n, moments.means, covariances)


def check_not_empty(moments: Moments) -> None:
    """Raise ComponentCollapsed for the first component without any responsibility."""
    if not moments.counts.all():
        raise ComponentCollapsed(f"component {moments.counts.argmin()} has no responsibility left. {ADVICE}")


def check_alive(n: float, counts: Array, largest: Array, covariances: Array) -> None:
    """Raise ComponentCollapsed for the first fitted component without points or without spread.

    `largest` (D,) gives the resolution: a spread of a few units in the last place of the data is rounding.
    """
    resolution = 8 * np.finfo(float).eps * largest
    for k, (count, covariance) in enumerate(zip(counts, covariances, strict=True)):
        sds = np.sqrt(np.diag(covariance))
        if (sds <= resolution).any() or _flatness(covariance, sds) < len(sds) * 1e-14:
            raise ComponentCollapsed(
                f"component {k} has collapsed: it holds {count:.3g} of {n:.15g} points, with standard deviations "
                f"{sds} (data units) and no spread left in some direction. {ADVICE}"
            )


def _flatness(covariance: Array, sds: Array) -> float:
    """Smallest eigenvalue of the correlation matrix: free of units, 0 for points on a line."""
    return float(np.linalg.eigvalsh(covariance / sds / sds[:, np.newaxis])[0])


def carries(of_moments: OfMoments) -> Callable[[Callable], Callable]:
    """Mark an M-step with the function of moments that it is: who has the moments need not go through the points."""

    def mark(m_step: Callable) -> Callable:
        m_step.of_moments = of_moments
        return m_step

    return mark


def unchecked(m_step: Callable) -> Callable[[Array, Array], MixtureParams]:
    """An M-step (x, resp) -> params for arrays that have been checked: by the moments, where it carries them.

    A reader's own M-step is called as it is, and what it returns is checked.
    """
    of_moments = getattr(m_step, "of_moments", None)
    if of_moments is None:
        return lambda x, resp: check_params("what m_step returns", m_step(x, resp), x.shape[1])
    return lambda x, resp: of_moments(Moments.of_checked(x, resp))


def one_hot(labels: Labels, n_components: int) -> Array:
    """Labels (N,) as responsibilities (N, K) of 0 and 1."""
    return (labels[:, np.newaxis] == np.arange(n_components)).astype(np.float64)
