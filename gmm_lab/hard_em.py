"""Chapter 3: hard EM, which alternates the most likely labels (E-step) and maximum likelihood given them (M-step)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from ._typing import Array, Labels
from ._validate import check_count, check_data, check_function
from ._value import Value
from .likelihood import Fit, complete_mle, log_likelihood
from .mixture import MixtureParams, check_pair, log_joint

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
    x, start = check_pair(x, "start", start)
    check_function("m_step", m_step, "(x, z, n_components) -> MixtureParams")

    def iterate(params: MixtureParams) -> Iterator[HardEMState]:
        for step in count():
            joint = log_joint(x, params)
            state = HardEMState(step, params, joint.argmax(axis=1), float(joint.max(axis=1).sum()))
            yield state
            params = m_step(x, state.labels, params.n_components)

    return iterate(start)


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
    x, max_steps = check_data(x), check_count("max_steps", max_steps, minimum=0)
    log_likelihoods, before, converged = [], None, False
    for state in islice(hard_em_states(x, start, m_step=m_step), max_steps + 1):
        log_likelihoods.append(log_likelihood(x, state.params))
        converged = before is not None and np.array_equal(state.labels, before)
        if converged:
            break
        before = state.labels
    return Fit(state.params, np.array(log_likelihoods), converged)
