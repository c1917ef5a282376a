"""A run of EM cut into half-steps, with the ledger log-likelihood = ELBO + KL after each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from ._typing import Array
from ._validate import check_data, check_resp
from .elbo import elbo, kl_gap
from .mixture import MixtureParams, check_params, log_density
from .soft_em import MStep, e_step, m_step


@dataclass(frozen=True, eq=False)
class HalfStep:
    """What stands after one half-step.

    Attributes
    ----------
    kind : str
        "start", "E" or "M".
    step : int
        0 at the start, then 1 for the first E-step and the first M-step, and so on.
    params : MixtureParams
        θ as it now stands: changed by an M-step only.
    resp : (N, K) array
        q as it now stands: changed by an E-step only.
    log_likelihood, elbo, kl : float
        In nats, summed over n. `elbo` and `kl` are those of (q, θ) as they now stand, each computed on its own;
        the first is the sum of the other two.
    """

    kind: str
    step: int
    params: MixtureParams
    resp: Array
    log_likelihood: float
    elbo: float
    kl: float


def em_half_steps(
    x: object, start: MixtureParams, resp: object = None, *, m_step: MStep = m_step
) -> Iterator[HalfStep]:
    """Iterate EM without end by half-steps: the start, then E, M, E, M, ...

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    start : MixtureParams
        θ at the start.
    resp : (N, K) array, optional
        q at the start. Without one it is uniform, the belief of somebody who has not looked at the data.
    m_step : callable (x, resp) -> MixtureParams
        The M-step.

    Yields
    ------
    HalfStep

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), a row of `resp` is not a distribution, or N, K or D disagree; at once.
    ComponentCollapsed
        From the M-step, when the likelihood runs away.

    References
    ----------
    Neal and Hinton (1998); book sections 5.4 and 6.2.
    """
    x, start = check_data(x), check_params("start", start)
    resp = np.full((len(x), start.n_components), 1 / start.n_components) if resp is None else check_resp(resp, len(x))
    first = _half_step("start", 0, x, start, resp)

    def iterate(half: HalfStep) -> Iterator[HalfStep]:
        yield half
        for step in count(1):
            half = _half_step("E", step, x, half.params, e_step(x, half.params)[0])
            yield half
            half = _half_step("M", step, x, m_step(x, half.resp), half.resp)
            yield half

    return iterate(first)


def _half_step(kind: str, step: int, x: Array, params: MixtureParams, resp: Array) -> HalfStep:
    """The ledger of (q, θ), each of its three entries by its own formula."""
    log_likelihood = float(log_density(x, params).sum())
    return HalfStep(kind, step, params, resp, log_likelihood, elbo(x, resp, params), kl_gap(x, resp, params))
