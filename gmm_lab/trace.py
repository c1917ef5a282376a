"""A run cut into half-steps, with the ledger log-likelihood = ELBO + KL after each; as JSON; and compared."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ._convert import shown
from ._half_step import HalfStep, check_trace, from_json, to_json
from ._typing import Array
from ._validate import check_data, check_iterable, check_number, check_resp
from ._value import frozen
from .elbo import elbo, kl_gap
from .hard_em import hard_em_states
from .kmeans import kmeans_states, sphere_mixture
from .likelihood import log_likelihood
from .mixture import MixtureParams, check_params
from .moments import one_hot
from .soft_em import MStep, em_states, m_step

# fmt: off
__all__ = [
    "Difference", "HalfStep", "em_half_steps", "first_difference", "from_json", "half_steps", "hard_em_half_steps",
    "kmeans_half_steps", "to_json",
]
# fmt: on


def half_steps(x: object, iterates: Iterable[tuple[MixtureParams, object]], resp: object = None) -> Iterator[HalfStep]:
    """Record a run, of this package or of your own code: the start, then E, M, E, M, ...

    Parameters
    ----------
    x : (N, D) array
        Points, in data units.
    iterates : iterable of (params, resp)
        θ at step 0, 1, 2, ..., each with the q that the E-step made of it; may be without end.
    resp : (N, K) array, optional
        q at the start. Without one it is uniform, the belief of somebody who has not looked at the data.

    Yields
    ------
    HalfStep

    Raises
    ------
    ValueError
        If there is no iterate, `x` is not finite (N, D), a row of `resp` is not a distribution, or N, K or D
        disagree; at once for the start, else where it occurs.

    References
    ----------
    Neal and Hinton (1998); book sections 5.4 and 6.2.
    """
    x, iterates = check_data(x), iter(check_iterable("iterates", iterates, PAIRS))
    first = next(iterates, None)
    if not isinstance(first, tuple) or len(first) != 2:
        raise ValueError(f"iterates must be {PAIRS}, got {shown(first)} as the first of them.")
    params, first_resp = check_params("iterates[0][0]", first[0]), check_resp(first[1], len(x), "iterates[0][1]")
    if resp is None:
        resp = np.full((len(x), params.n_components), 1 / params.n_components)
    start = _half_step("start", 0, x, params, resp)

    def iterate() -> Iterator[HalfStep]:
        yield start
        yield (half := _half_step("E", 1, x, params, first_resp))
        for step, (params_then, resp_then) in enumerate(iterates, 1):
            yield _half_step("M", step, x, params_then, half.resp)
            yield (half := _half_step("E", step + 1, x, params_then, resp_then))

    return iterate()


PAIRS = "pairs (params, resp), at least the start with its responsibilities"


def em_half_steps(
    x: object, start: MixtureParams, resp: object = None, *, m_step: MStep = m_step
) -> Iterator[HalfStep]:
    """Soft EM without end by half-steps; arguments as in `em_states` and `half_steps`, errors too."""
    states = em_states(x, start, m_step=m_step)
    return half_steps(x, ((state.params, state.resp) for state in states), resp)


def hard_em_half_steps(x: object, start: MixtureParams, resp: object = None) -> Iterator[HalfStep]:
    """Hard EM without end by half-steps; arguments as in `hard_em_states` and `half_steps`, errors too."""
    states = hard_em_states(x, start)
    return half_steps(x, ((state.params, one_hot(state.labels, start.n_components)) for state in states), resp)


def kmeans_half_steps(x: object, centres: object, sd: float, resp: object = None) -> Iterator[HalfStep]:
    """K-means without end by half-steps, as hard EM with weights 1/K and covariances σ²I, σ = `sd` > 0 in data units.

    The ELBO is then -inertia / (2σ²) and a constant. Arguments and errors are those of `kmeans_states` and
    `half_steps`.
    """
    states = kmeans_states(x, centres)
    pairs = ((sphere_mixture(s.centres, sd), one_hot(s.labels, len(s.centres))) for s in states)
    return half_steps(x, pairs, resp)


def _half_step(kind: str, step: int, x: Array, params: MixtureParams, resp: object) -> HalfStep:
    """The ledger of (q, θ), each of its three entries by its own formula."""
    resp = frozen(check_resp(resp, len(x)), np.float64)
    return HalfStep(kind, step, params, resp, log_likelihood(x, params), elbo(x, resp, params), kl_gap(x, resp, params))


@dataclass(frozen=True)
class Difference:
    """Where two traces part: `place` in the list, the half-step there, and the quantity that differs."""

    place: int
    kind: str
    step: int
    name: str

    def __str__(self) -> str:
        where = "at the start" if self.kind == "start" else f"in {self.kind}-step {self.step}"
        return f"{self.name} differs {where}"


def first_difference(a: Sequence[HalfStep], b: Sequence[HalfStep], *, rtol: float = 1e-6) -> Difference | None:
    """The first half-step in which two traces part, or None if one of them goes on as the other while both last.

    Parameters
    ----------
    a, b : iterable of HalfStep
        Two finite runs on the same data.
    rtol : float
        Differences up to `rtol` times the largest entry of a quantity count as rounding; non-negative.

    Returns
    -------
    Difference or None
        Names the first of weights, means, covariances and resp that differs, in value or in shape.

    Raises
    ------
    ValueError
        If `rtol` is not a non-negative number.
    """
    rtol = check_number("rtol", rtol, "non-negative number", low=0)
    a, b = check_trace("a", a), check_trace("b", b)
    for place, (one, other) in enumerate(zip(a, b, strict=False)):
        for name in ("weights", "means", "covariances", "resp"):
            x, y = (half.resp if name == "resp" else getattr(half.params, name) for half in (one, other))
            if x.shape != y.shape:
                return Difference(place, one.kind, one.step, f"shape of {name}")
            if np.abs(x - y).max() > rtol * max(np.abs(x).max(), np.abs(y).max()):
                return Difference(place, one.kind, one.step, name)
    return None
