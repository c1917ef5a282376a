"""Chapter 7: how fast EM converges, how to hasten it, and what to do about the many places where it may stop."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from ._typing import Array
from ._validate import check_function, check_iterable, check_vector
from .likelihood import Fit
from .mixture import MixtureParams, check_pair, check_params
from .moments import ComponentCollapsed, unchecked
from .soft_em import EMState, MStep, _e_step, fit, fit_of, m_step
from .unconstrained import Coordinates


@dataclass(frozen=True, eq=False)
class BestFit(Fit):
    """The fit with the highest log-likelihood of several, and what became of each.

    Attributes
    ----------
    outcomes : tuple of Fit or ComponentCollapsed
        One for each start, in their order: the fit, or how it ended.
    """

    outcomes: tuple[Fit | ComponentCollapsed, ...]


def best_of(
    x: object, starts: Iterable[MixtureParams], *, m_step: MStep = m_step, tol: float = 1e-8, max_steps: int = 1000
) -> BestFit:
    """Run EM from each start and keep the fit with the highest log-likelihood; the first of equals.

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    starts : iterable of MixtureParams
        At least one.
    m_step, tol, max_steps
        As in `fit`.

    Returns
    -------
    BestFit

    Raises
    ------
    ValueError
        If there is no start, and as in `fit`.
    ComponentCollapsed
        If every run ended so; a part of them is reported in `outcomes`.

    References
    ----------
    Book section 7.5.
    """
    outcomes: list[Fit | ComponentCollapsed] = []
    for i, start in enumerate(check_iterable("starts", starts, "a sequence of MixtureParams")):
        start = check_params(f"starts[{i}]", start)
        try:
            outcomes.append(fit(x, start, m_step=m_step, tol=tol, max_steps=max_steps))
        except ComponentCollapsed as collapse:
            outcomes.append(collapse)
    if not outcomes:
        raise ValueError("starts is empty. Give at least one MixtureParams, such as random_start(x, 3, rng).")
    fits = [outcome for outcome in outcomes if isinstance(outcome, Fit)]
    if not fits:
        raise ComponentCollapsed(f"all {len(outcomes)} starts ended in a collapse; the first: {outcomes[0]}")
    best = max(fits, key=lambda fit: fit.log_likelihood)
    return BestFit(best.params, best.log_likelihoods, best.converged, tuple(outcomes))


def convergence_rate(log_likelihoods: object) -> float:
    """The ratio of the last gain in log-likelihood to the one before: near rest, the square of EM's linear rate.

    The error in θ shrinks by the largest fraction of missing information ρ at each step; the log-likelihood is flat
    at its maximum, so its own error and its gains shrink by ρ².

    Parameters
    ----------
    log_likelihoods : (T,) array
        In nats, one for each step, at least three.

    Raises
    ------
    ValueError
        If there are fewer than three, one is not finite, or the gain before the last is 0.

    References
    ----------
    Dempster, Laird and Rubin (1977), section 3; book section 7.3.
    """
    values = check_vector("log_likelihoods", log_likelihoods)
    if len(values) < 3:
        raise ValueError(f"log_likelihoods has {len(values)} entries; two gains need at least 3. Run more steps.")
    before, last = np.diff(values[-3:])
    if before == 0:
        raise ValueError("log_likelihoods rests: the gain before the last is 0. Cut it off where it still rises.")
    return float(last / before)


def fit_accelerated(
    x: object, start: MixtureParams, *, m_step: MStep = m_step, tol: float = 1e-8, max_steps: int = 1000
) -> Fit:
    """EM with an extrapolation after every two steps, kept only where it raises the log-likelihood (SQUAREM).

    Parameters
    ----------
    x, start, m_step, tol
        As in `fit`; every column of `x` must vary, and no weight of `start` may be 0.
    max_steps : int
        Give up after so many cycles; `converged` is then False.

    Returns
    -------
    Fit
        A step is a cycle: two steps of EM, and a third from the extrapolated place. The log-likelihoods never fall.

    Raises
    ------
    ValueError, ComponentCollapsed
        As in `fit`; ValueError also for a constant column and a weight of 0.

    References
    ----------
    Varadhan and Roland (2008), scheme S3; book section 7.6.
    """
    x, start = check_pair(x, "start", start)
    check_function("m_step", m_step, "(x, resp) -> MixtureParams")
    return fit_of(_cycles(x, start, unchecked(m_step)), tol, max_steps)


def _cycles(x: Array, start: MixtureParams, m_step: MStep) -> Iterator[EMState]:
    """The states after each cycle, for points (N, D) that have been checked."""
    coordinates = Coordinates.of(x)
    coordinates.pack("start", start)  # a weight of 0 is told here, under the argument's name
    state = EMState(0, start, *_e_step(x, start))
    for step in count(1):
        yield state
        once = m_step(x, state.resp)
        twice = m_step(x, _e_step(x, once)[0])
        before, state = state.params, EMState(step, twice, *_e_step(x, twice))
        try:
            further = m_step(x, _e_step(x, _extrapolate(coordinates, before, once, twice))[0])
            there = EMState(step, further, *_e_step(x, further))
        except (ValueError, ComponentCollapsed):
            continue  # the extrapolation left the space of mixtures: this cycle gains two plain steps
        if there.log_likelihood > state.log_likelihood:
            state = there


def _extrapolate(coordinates: Coordinates, *iterates: MixtureParams) -> MixtureParams:
    """Where three successive iterates point to; never short of the last one."""
    before, once, twice = (coordinates.pack("params", params) for params in iterates)
    velocity, acceleration = once - before, twice - 2 * once + before
    if not acceleration.any():
        return iterates[-1]
    length = max(1.0, np.linalg.norm(velocity) / np.linalg.norm(acceleration))
    return coordinates.unpack(before + 2 * length * velocity + length**2 * acceleration)
