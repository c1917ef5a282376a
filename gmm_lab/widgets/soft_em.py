"""The widget of chapter 5: soft EM, half-step by half-step, with the ledger log-likelihood = ELBO + KL."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from io import StringIO
from itertools import islice, zip_longest

import numpy as np

from .._convert import shown
from .._typing import Array
from .._validate import check_count, check_rng
from ..initialization import random_start
from ..mixture import MixtureParams
from ..moments import ComponentCollapsed
from ..trace import HalfStep, em_half_steps
from .player import Player, check_plane, components, decimals, gaussians, minus, plane_panel, shares

Start = MixtureParams | tuple[MixtureParams, Array]
SETTLED, AT_LEAST = 1e-4, 3  # nats, steps


class EMStepper(Player):
    """EM on points in the plane, one E-step or M-step at a time.

    Parameters
    ----------
    x : (N, 2) array
        Points, in data units.
    starts : mapping of str to MixtureParams, or to a pair (MixtureParams, resp)
        Named starts θ, all with the same K of at most eight; each may come with its q (N, K), else that is uniform.
    axis_labels : pair of str
        What the two columns are, with their unit.
    title, name : str
        Heading, and short name without spaces.
    max_steps : int
        A run has at most so many E-steps and M-steps. It ends before, from the third on, when a step gains less
        than 1e-4 nats.
    rng : numpy.random.Generator, optional
        Where a Python runs, the reader can ask for more starts, which are drawn from it.

    Raises
    ------
    ValueError
        If `x` is not finite (N, 2), a start does not fit it or has no finite ELBO, or the starts differ in K.

    References
    ----------
    Neal and Hinton (1998); book section 5.4.
    """

    def __init__(
        self,
        x: object,
        starts: Mapping[str, Start],
        *,
        axis_labels: tuple[str, str] = ("feature 1", "feature 2"),
        title: str = "EM by half-steps",
        name: str = "em-stepper",
        max_steps: int = 40,
        rng: np.random.Generator | None = None,
    ) -> None:
        self._x, self._max_steps = check_plane(x), check_count("max_steps", max_steps)
        self._rng = None if rng is None else check_rng(rng)
        if not isinstance(starts, Mapping) or not all(isinstance(key, str) for key in starts):
            raise ValueError(f"starts must map names to starts, such as {{'one': params}}, got {shown(starts)}.")
        if [isinstance(label, str) for label in axis_labels] != [True, True]:
            raise ValueError(f"axis_labels must be two strings, got {shown(axis_labels)}. One a column of x.")
        runs = {key: _run(self._x, key, start, self._max_steps) for key, start in starts.items()}
        self._n_components = _common_size(runs)
        super().__init__(
            {
                "name": name,
                "title": title,
                "description": DESCRIPTION.format(len(self._x), *axis_labels, self._n_components),
                "step": "Half-step",
                **components(self._n_components),
                "choices": [{"label": "Start", "options": list(runs)}],
                "columns": _columns(self._n_components),
                "panels": [plane_panel(self._x, _means(runs), axis_labels), LEDGER],
                "runs": [{"frames": _frames(self._x, run)} for run in runs.values()],
                "extendable": rng is not None,
            },
            static=_still(self._x, next(iter(runs.values())), axis_labels) if find_spec("matplotlib") else None,
        )
        self.on_msg(self._answer)

    def extend(self) -> None:
        """Append a run from a random start and show its first frame; it takes the `rng` of the constructor."""
        options = self.table["choices"][0]["options"]
        key = f"Random {sum(option.startswith('Random ') for option in options) + 1}"
        run = _run(self._x, key, random_start(self._x, self._n_components, self._rng), self._max_steps)
        with self.hold_sync():  # one message: the view never sees a choice without its run
            self.table = self.table | {
                "choices": [{"label": "Start", "options": [*options, key]}],
                "runs": [*self.table["runs"], {"frames": _frames(self._x, run)}],
            }
            self.choice = [len(options)]

    def _answer(self, _: object, content: dict, __: object) -> None:
        if content == {"kind": "extend"}:
            self.extend()


DESCRIPTION = (
    "Two panels. The first shows {0} points, {2} against {1}, coloured by the shares that {3} components have in them, "
    "and for each component its mean, the way it came, and ellipses at one and two standard deviations. The second "
    "shows one bar per half-step: the ELBO and, on top of it, the KL, together the log-likelihood. The numbers of "
    "both are in the table below."
)
LEDGER = {
    "kind": "ledger",
    "title": "Ledger",
    "label": "nats",
    "x": "half-step",
    "parts": ["ELBO", "KL"],
    "total": "log-likelihood",
    "decimals": 2,
    "zoom": {"label": "Zoom to recent half-steps", "last": 6},
}


@dataclass(frozen=True, eq=False)
class Run:
    """The half-steps of one run, and why there are no more."""

    halves: list[HalfStep]
    ending: str


def _run(x: Array, key: str, start: Start, max_steps: int) -> Run:
    """Half-steps until a step gains next to nothing, a component collapses, or `max_steps` are done."""
    params, resp = start if isinstance(start, tuple) else (start, None)
    halves: list[HalfStep] = []
    try:
        for half in islice(em_half_steps(x, params, resp), 2 * max_steps + 1):
            if not np.isfinite(half.elbo):  # JSON has no infinity, and a bar no end
                raise ValueError(f"starts[{shown(key)}] has the ELBO {half.elbo}: its q uses a component of weight 0.")
            halves.append(half)
            settled = half.kind == "M" and half.log_likelihood - halves[-3].log_likelihood < SETTLED
            if settled and half.step >= AT_LEAST:
                return Run(halves, f"The run ends here: a whole step gained less than {SETTLED} nats.")
    except ComponentCollapsed:
        return Run(halves, "The run ends here: in the next M-step a component collapses (chapter 8).")
    return Run(halves, f"The run ends here, after {max_steps} steps.")


def _frames(x: Array, run: Run) -> list[dict]:
    """The frames of one run; each leaves out what the half-step has not changed."""
    frames: list[dict] = []
    before: HalfStep | None = None
    for half, after in zip_longest(run.halves, run.halves[1:]):
        plane: dict = {}
        if before is None or half.resp is not before.resp:
            plane["shares"] = shares(half.resp)
        if before is None or half.params is not before.params:
            plane["gaussians"] = gaussians(half.params, x)
        frames.append(
            {
                "label": _name(half),
                "tick": "start" if half.kind == "start" else f"{half.kind}{half.step}",
                "next": _name(after) if after else None,
                "status": _status(half, before) + ("" if after else f" {run.ending}"),
                "row": _row(half, x),
                "marks": [plane, {"parts": list(_ledger(half)[1:])}],
            }
        )
        before = half
    return frames


def _name(half: HalfStep) -> str:
    return "Start" if half.kind == "start" else f"{half.kind}-step {half.step}"


def _ledger(half: HalfStep) -> tuple[float, float, float]:
    """Log-likelihood, ELBO and KL in hundredths of a nat that add up.

    The first two are rounded and the KL is their difference. So a number that a half-step leaves alone does not flicker
    in its last digit, as it would if the total were a sum of rounded parts.
    """
    total, bound = round(half.log_likelihood, 2), round(half.elbo, 2)
    return total, bound, round(total - bound, 2)


def _status(half: HalfStep, before: HalfStep | None) -> str:
    """One sentence on what the half-step did, for those who cannot see it."""
    total, bound, gap = _ledger(half)
    if before is None:
        return f"Start: log-likelihood {_nats(total)}, ELBO {_nats(bound)}, KL {_nats(gap)} nats."
    gain, rise = total - _ledger(before)[0], bound - _ledger(before)[1]
    if half.kind == "E":
        what, change = "new shares, same components", "as before"
    else:
        what, change = "new components, same shares", f"up {_nats(gain)}"
    return (
        f"{_name(half)}: {what}. Log-likelihood {_nats(total)} ({change}), "
        f"ELBO {_nats(bound)} (up {_nats(rise)}), KL {_nats(gap)} nats."
    )


def _nats(value: float) -> str:
    return minus(f"{value:.2f}")


def _columns(n_components: int) -> list[str]:
    of_components = [name for k in range(1, n_components + 1) for name in (f"weight {k}", f"mean {k}")]
    return ["half-step", "log-likelihood", "ELBO", "KL", *of_components]


def _row(half: HalfStep, x: Array) -> list[str]:
    cells = [_name(half), *map(_nats, _ledger(half))]
    for weight, mean in zip(half.params.weights, half.params.means, strict=True):
        place = ", ".join(minus(f"{value:.{max(0, d - 1)}f}") for value, d in zip(mean, decimals(x), strict=True))
        cells += [f"{weight:.3f}", f"({place})"]
    return cells


def _means(runs: Mapping[str, Run]) -> Array:
    """Every mean of every run, (M, 2)."""
    return np.concatenate([half.params.means for run in runs.values() for half in run.halves])


def _still(x: Array, run: Run, labels: tuple[str, str]) -> str:
    """The first half-steps of a run as SVG: the plane after the last of them, and the ledger of all."""
    from matplotlib import style
    from matplotlib.figure import Figure

    from .. import plots

    shown = run.halves[:9]
    with style.context("gmm_lab.book"), StringIO() as file:
        plane, ledger = (figure := Figure(figsize=(8, 3.6))).subplots(1, 2)
        plots.points(plane, x, shown[-1].resp)
        plots.ellipses(plane, shown[-1].params)
        plane.set(xlabel=labels[0], ylabel=labels[1], title=f"after {_name(shown[-1])}")
        plots.ledger(ledger, shown)
        ledger.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)  # no corner is free of bars in every run
        figure.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()


def _common_size(runs: Mapping[str, Run]) -> int:
    """The one K of all runs."""
    sizes = {key: run.halves[0].params.n_components for key, run in runs.items()}
    if len(set(sizes.values())) != 1:
        raise ValueError(f"starts must hold at least one start, all with the same K, got K = {sizes}.")
    return next(iter(sizes.values()))
