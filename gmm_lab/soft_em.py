"""Chapter 5: soft EM, which alternates posteriors (E-step) and weighted maximum likelihood (M-step)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from operator import attrgetter

from scipy.special import logsumexp, softmax

from ._run import run_until
from ._typing import Array
from ._validate import check_count, check_function, check_number
from ._value import Value
from .likelihood import Fit
from .mixture import MixtureParams, _log_joint, check_pair
from .moments import Moments, carries, full, unchecked

MStep = Callable[[Array, Array], MixtureParams]


def e_step(x: object, params: MixtureParams) -> tuple[Array, float]:
    """Responsibilities and log-likelihood, both at the same `params`.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    params : MixtureParams
        Current θ: K components in the same D.

    Returns
    -------
    resp : (N, K) array
        q_k(x_n) = p(z_n = k | x_n, θ), dimensionless; each row sums to 1.
    log_likelihood : float
        Σ_n log p(x_n | θ) in nats, summed over n, not averaged.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or its D is not that of `params`.

    References
    ----------
    Bishop (2006), eqs. 9.13 and 9.14; book section 5.1.
    """
    return _e_step(*check_pair(x, "params", params))


def _e_step(x: Array, params: MixtureParams) -> tuple[Array, float]:
    """The kernel of `e_step`, for points (N, D) that have been checked."""
    joint = _log_joint(x, params)
    # In the log domain: far from every mean all K densities underflow to 0, and 0/0 follows. And each row less its
    # own maximum (softmax), not less the log of its sum: that is rounded, and far out by more than the shares bear.
    return softmax(joint, axis=1), float(logsumexp(joint, axis=1).sum())


@carries(full)
def m_step(x: object, resp: object) -> MixtureParams:
    """The θ that maximises the expected complete-data log-likelihood: maximum likelihood with shared points.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    resp : (N, K) array
        Share of each point that each component takes; each row sums to 1. Labels are the case of 0 and 1.

    Returns
    -------
    MixtureParams
        Weights N_k / N, means, and covariances about the new means, with divisor N_k.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or a row of `resp` is not a distribution.
    ComponentCollapsed
        If a component has no responsibility left, or no spread in some direction.

    References
    ----------
    Bishop (2006), eqs. 9.24 to 9.26; book section 5.2.
    """
    return full(Moments.of(x, resp))


@dataclass(frozen=True, eq=False)
class EMState(Value):
    """One iterate: `resp` (N, K) and `log_likelihood` (nats) belong to this `params`."""

    step: int
    params: MixtureParams
    resp: Array
    log_likelihood: float


def em_states(x: object, start: MixtureParams, *, m_step: MStep = m_step) -> Iterator[EMState]:
    """Iterate EM without end; state 0 is `start` itself.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    start : MixtureParams
        θ at step 0.
    m_step : callable (x, resp) -> MixtureParams
        The M-step; another one gives another model, such as tied covariances.

    Yields
    ------
    EMState
        Step t = 0, 1, 2, ..., each consistent in itself.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or its D is not that of `start`; at once, not at the first `next`.
    ComponentCollapsed
        From the M-step, when the likelihood runs away.

    References
    ----------
    Bishop (2006), section 9.2.2; book section 5.3.
    """
    x, start = check_pair(x, "start", start)
    check_function("m_step", m_step, "(x, resp) -> MixtureParams")
    maximise = unchecked(m_step)

    def iterate(params: MixtureParams) -> Iterator[EMState]:
        for step in count():
            state = EMState(step, params, *_e_step(x, params))
            yield state
            params = maximise(x, state.resp)

    # A generator runs nothing before its first next(); the checks above must not wait for that.
    return iterate(start)


def fit(x: object, start: MixtureParams, *, m_step: MStep = m_step, tol: float = 1e-8, max_steps: int = 1000) -> Fit:
    """Run EM until a step changes the log-likelihood by no more than `tol` nats per point.

    Parameters
    ----------
    x, start, m_step
        As in `em_states`.
    tol : float
        Nats per point, non-negative; 0 runs on until a step changes nothing. A small change is a sign of rest, not a
        proof: chapter 7.
    max_steps : int
        Give up after so many steps; `converged` is then False.

    Returns
    -------
    Fit

    Raises
    ------
    ValueError, ComponentCollapsed
        As in `em_states`; ValueError also for a `tol` that is not a non-negative number.

    References
    ----------
    Bishop (2006), section 9.2.2, step 4.
    """
    return fit_of(em_states(x, start, m_step=m_step), tol, max_steps)


def fit_of(states: Iterator[EMState], tol: float, max_steps: int) -> Fit:
    """The fit where a run of states rests; ValueError if `tol` or `max_steps` cannot be that."""
    tol = check_number("tol", tol, "non-negative number of nats per point (0 runs on to rest)", low=0)
    max_steps = check_count("max_steps", max_steps, minimum=0)

    def rests(before: EMState, state: EMState) -> bool:
        # The size of the change: `gain < tol` would take a fall for convergence.
        return abs(state.log_likelihood - before.log_likelihood) <= tol * len(state.resp)

    state, log_likelihoods, converged = run_until(rests, states, attrgetter("log_likelihood"), max_steps)
    return Fit(state.params, log_likelihoods, converged)
