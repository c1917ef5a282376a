"""What stands after half a step of EM, and a run of them as JSON."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ._convert import shown
from ._typing import Array
from ._validate import check_count, check_iterable, check_number, check_resp
from ._value import Value
from .mixture import MixtureParams, check_params


@dataclass(frozen=True, eq=False)
class HalfStep(Value):
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
        q as it now stands: changed by an E-step only. Labels are the case of 0 and 1.
    log_likelihood, elbo, kl : float
        In nats, summed over n. `elbo` and `kl` are those of (q, θ) as they now stand, each computed on its own;
        the first is the sum of the other two. Where q gives weight to a component with π_k = 0, `elbo` is minus
        infinity and `kl` infinity.

    Raises
    ------
    ValueError
        If one of them cannot be that, or `resp` and `params` differ in K.
    """

    kind: str
    step: int
    params: MixtureParams
    resp: Array
    log_likelihood: float
    elbo: float
    kl: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {shown(self.kind)}.")
        check_count("step", self.step, minimum=int(self.kind != "start"))
        n_components = check_params("params", self.params).n_components
        columns = check_resp(self.resp).shape[1]
        if columns != n_components:
            raise ValueError(f"resp has K = {columns} columns, but params has K = {n_components} components.")
        for name, infinity in (("log_likelihood", None), ("elbo", -np.inf), ("kl", np.inf)):
            if getattr(self, name) != infinity:
                check_number(name, getattr(self, name), "number of nats", low=-sys.float_info.max)
        super().__post_init__()


KINDS = ["start", "E", "M"]


SCHEMA = "gmm_lab.trace/1"
PARAMS, NATS = ("weights", "means", "covariances"), ("log_likelihood", "elbo", "kl")
ENTRIES = {"kind", "step", "resp", *PARAMS, *NATS}


def check_trace(name: str, trace: object) -> list[HalfStep]:
    """Return a finite `trace` as a list; ValueError if something in it is no HalfStep."""
    halves = list(check_iterable(name, trace, "a sequence of HalfStep"))
    for i, half in enumerate(halves):
        if not isinstance(half, HalfStep):
            raise ValueError(f"{name}[{i}] must be a HalfStep, got {shown(half)}. Make a trace with half_steps.")
    return halves


def to_json(trace: Iterable[HalfStep]) -> str:
    """A finite trace as JSON text; every number comes back to the last bit.

    The text is an object with `schema`, the string "gmm_lab.trace/1", and `half_steps`, a list of objects with `kind`
    and `step`, `weights` [K], `means` [K][D], `covariances` [K][D][D] and `resp` [N][K] as nested lists, and
    `log_likelihood`, `elbo` and `kl` in nats; an infinite one is the string "inf" or "-inf", for JSON has no such
    number.
    """
    trace = check_trace("trace", trace)
    return json.dumps({"schema": SCHEMA, "half_steps": [_as_object(half) for half in trace]}, allow_nan=False)


def from_json(text: str) -> list[HalfStep]:
    """The trace that `to_json` wrote; ValueError if it is another kind of text, or a half-step is damaged."""
    try:
        document = json.loads(text, parse_constant=_no_constant)
        return _halves(document)
    except RecursionError:
        problem = "it is nested too deeply"
    except (TypeError, ValueError) as error:
        problem = str(error).rstrip(".")
    raise ValueError(f"text is no {SCHEMA} document: {problem}. Make one with to_json.")


def _no_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which JSON does not know")


def _halves(document: object) -> list[HalfStep]:
    """The half-steps of a parsed document; ValueError, with the place, where one is damaged or unlike the first."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else document
        raise ValueError(f"its schema is {shown(found)}")
    if not isinstance(document.get("half_steps"), list):
        raise ValueError(f"its half_steps are {shown(document.get('half_steps'))}, no list")
    halves: list[HalfStep] = []
    for i, entry in enumerate(document["half_steps"]):
        try:
            halves.append(_from_object(entry))
        except ValueError as error:
            raise ValueError(f"half_steps[{i}]: {error}") from error
        for name, shape, first in zip(("resp", "means"), _shapes(halves[i]), _shapes(halves[0]), strict=True):
            if shape != first:
                raise ValueError(f"half_steps[{i}]: {name} has shape {shape}, but {first} in half_steps[0]")
    return halves


def _shapes(half: HalfStep) -> tuple[tuple[int, ...], ...]:
    return half.resp.shape, half.params.means.shape


def _as_object(half: HalfStep) -> dict:
    arrays = {name: getattr(half.params, name).tolist() for name in PARAMS}
    nats = {name: _number(getattr(half, name)) for name in NATS}
    return {"kind": half.kind, "step": half.step, **arrays, "resp": half.resp.tolist(), **nats}


def _from_object(entry: object) -> HalfStep:
    if not isinstance(entry, dict):
        raise ValueError(f"it is {shown(entry)}, no object")
    if missing := ENTRIES - entry.keys():
        raise ValueError(f"it lacks {', '.join(sorted(missing))}")
    params = MixtureParams(*(entry[name] for name in PARAMS))
    nats = [float(entry[name]) if entry[name] in ("inf", "-inf") else entry[name] for name in NATS]
    return HalfStep(entry["kind"], entry["step"], params, entry["resp"], *nats)


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)
