"""Chapter 3: hard EM, which alternates the most likely labels (E-step) and maximum likelihood given them (M-step)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from scipy.special import logsumexp

from ._run import run_until, same_labels
from ._typing import Array, Labels
from ._validate import check_count, check_function
from ._value import Value
from .likelihood import Fit, complete_mle
from .mixture import MixtureParams, _log_joint, check_pair, check_params, log_joint
from .moments import one_hot, unchecked

LabelledMLE = Callable[[Array, Labels, int], MixtureParams]


def assign(x: object, params: MixtureParams) -> Labels:
    """The most likely component of each point, argmax_k π_k N(x_n | μ_k, Σ_k); a tie goes to the lowest index.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    params : MixtureParams
        K components in the same D.

    Returns
    -------
    (N,) integer array
        Labels, 0 to K - 1.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or its D is not that of `params`.

    References
    ----------
    Book section 3.1.
    """
    return log_joint(x, params).argmax(axis=1)


@dataclass(frozen=True, eq=False)
class HardEMState(Value):
    """One iterate: `labels` (N,) and `complete_log_likelihood` (nats) belong to this `params`."""

    step: int
    params: MixtureParams
    labels: Labels
    complete_log_likelihood: float


def hard_em_states(x: object, start: MixtureParams, *, m_step: LabelledMLE = complete_mle) -> Iterator[HardEMState]:
    """Iterate hard EM without end; state 0 is `start` itself.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    start : MixtureParams
        θ at step 0.
    m_step : callable (x, z, n_components) -> MixtureParams
        Maximum likelihood for labelled points; another one gives another model, such as `equal_spheres`.

    Yields
    ------
    HardEMState
        Step t = 0, 1, 2, ..., each consistent in itself. The complete log-likelihood never falls.

    Raises
    ------
    ValueError
        If `x` is not finite (N, D), or its D is not that of `start`; at once, not at the first `next`.
    ComponentCollapsed
        From the M-step, when a component is left without points or without spread.

    References
    ----------
    Celeux and Govaert (1992), the CEM algorithm; book section 3.1.
    """
    # A generator runs nothing before its first next(); the checks must not wait for that.
    return _iterate(*check_pair(x, "start", start), _unchecked(m_step))


def _iterate(x: Array, params: MixtureParams, m_step: LabelledMLE) -> Iterator[HardEMState]:
    """The states for points (N, D) and an M-step that have been checked."""
    for step in count():
        joint = _log_joint(x, params)
        state = HardEMState(step, params, joint.argmax(axis=1), float(joint.max(axis=1).sum()))
        yield state
        params = m_step(x, state.labels, params.n_components)


def _unchecked(m_step: LabelledMLE) -> LabelledMLE:
    """An M-step for labels, as `moments.unchecked` makes it for responsibilities."""
    check_function("m_step", m_step, "(x, z, n_components) -> MixtureParams")
    if not hasattr(m_step, "of_moments"):
        return lambda x, labels, k: check_params("what m_step returns", m_step(x, labels, k), x.shape[1])
    maximise = unchecked(m_step)
    return lambda x, labels, k: maximise(x, one_hot(labels, k))


def hard_em(x: object, start: MixtureParams, *, m_step: LabelledMLE = complete_mle, max_steps: int = 1000) -> Fit:
    """Run hard EM until no label changes.

    Parameters
    ----------
    x, start, m_step
        As in `hard_em_states`.
    max_steps : int
        Give up after so many steps; `converged` is then False.

    Returns
    -------
    Fit
        With the ordinary log-likelihood at each step, to compare with soft EM. Hard EM does not maximise it: it
        may fall.

    Raises
    ------
    ValueError, ComponentCollapsed
        As in `hard_em_states`.

    References
    ----------
    Celeux and Govaert (1992); book section 3.2.
    """
    (x, start), max_steps = check_pair(x, "start", start), check_count("max_steps", max_steps, minimum=0)
    states = _iterate(x, start, _unchecked(m_step))

    def ordinary(state: HardEMState) -> float:
        return float(logsumexp(_log_joint(x, state.params), axis=1).sum())

    state, log_likelihoods, converged = run_until(same_labels, states, ordinary, max_steps)
    return Fit(state.params, log_likelihoods, converged)
