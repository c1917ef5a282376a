"""The carrier of every widget: a table that Python has computed, and where the reader stands in it."""

from pathlib import Path

import anywidget
import numpy as np
import traitlets

from .._typing import Array
from .._validate import check_data, check_resp
from ..mixture import MixtureParams
from ..palette import COLORS, MARKERS

NOTE = "Ellipses at 1 and 2 standard deviations; thin lines: the way of the means."


class Player(anywidget.AnyWidget):
    """A figure with controls that plays a table of frames; it needs no running Python.

    Parameters
    ----------
    table : dict
        Plain JSON, the only thing on which Python and the view must agree:

        - "name" (without spaces), "title", "description" (what is to be seen, for those who cannot), "step" (what one
          frame is called), "columns" (of the table of the numbers), "extendable" (whether Python can append a run);
        - "components", "colors", "markers": one name and look per component;
        - "choices": [{"label", "options"}], and "runs": [{"frames"}], one run per combination, the last choice fastest;
        - "panels": [{"kind": "plane", "title", "note", "x": {"label", "domain"}, "y": ..., "points": [[x, y], ...]},
          {"kind": "ledger", "title", "label" (unit), "x", "parts", "total", "decimals", "zoom": {"label", "last"}}].

        A frame has "label", "tick" (its short name), "next" (what follows, or None), "status" (one sentence), "row"
        (strings, as in "columns") and "marks", one dict per panel. A mark that is left out has not changed:

        - plane: "shares", integers 0 to 100 of all but the last component, point by point, and "gaussians", for each
          component its mean and Cholesky factor [m1, m2, l11, l21, l22], in data units;
        - ledger: "parts", numbers that add up to the total.
    choice : list of int, optional
        Index of the option of each choice.
    frame : int
        Index of the frame that is shown. It returns to 0 when `choice` changes.
    static : str, optional
        A picture as SVG, for paper and for readers without JavaScript.

    Raises
    ------
    traitlets.TraitError
        If `choice` or `frame` points outside the table; also when it is set later, and it then stays as it was.
    """

    # Text, not paths: a path would be watched for changes.
    _esm = Path(__file__).with_name("view.js").read_text(encoding="utf-8")
    _css = Path(__file__).with_name("view.css").read_text(encoding="utf-8")
    table = traitlets.Dict().tag(sync=True)
    choice = traitlets.List(traitlets.Int()).tag(sync=True)
    frame = traitlets.Int().tag(sync=True)

    def __init__(
        self, table: dict, *, choice: list[int] | None = None, frame: int = 0, static: str | None = None
    ) -> None:
        super().__init__(table=table, choice=[0] * len(table["choices"]) if choice is None else choice)
        self.frame = frame  # afterwards, since a choice resets it
        self.static = static

    def __repr__(self) -> str:
        """Nothing that differs from one run to the next: saved notebooks are compared."""
        return f"{type(self).__name__}({self.table['title']!r})"

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return (data | {"image/svg+xml": self.static} if self.static else data), metadata

    @property
    def frames(self) -> list[dict]:
        """The frames of the chosen run."""
        return self.table["runs"][self._run()]["frames"]

    def _run(self) -> int:
        sizes = [len(choice["options"]) for choice in self.table["choices"]]
        return int(np.ravel_multi_index(self.choice, sizes)) if sizes else 0

    @traitlets.validate("choice")
    def _check_choice(self, proposal: dict) -> list[int]:
        choice, choices = proposal["value"], self.table["choices"]
        if len(choice) != len(choices):
            raise traitlets.TraitError(f"choice must hold {len(choices)} indices, one for each select, got {choice}.")
        for i, (index, options) in enumerate(zip(choice, (c["options"] for c in choices), strict=True)):
            if not 0 <= index < len(options):
                raise traitlets.TraitError(
                    f"choice[{i}] must be 0 to {len(options) - 1}, got {index}. The options are {options}."
                )
        return choice

    @traitlets.validate("frame")
    def _check_frame(self, proposal: dict) -> int:
        frame, last = proposal["value"], len(self.frames) - 1
        if not 0 <= frame <= last:
            raise traitlets.TraitError(f"frame must be 0 to {last} in this run, got {frame}.")
        return frame

    @traitlets.observe("choice")
    def _start_again(self, change: object) -> None:
        self.frame = 0


def check_plane(x: object) -> Array:
    """Return `x` as finite float64 (N, 2)."""
    x = check_data(x)
    if x.shape[1] != 2:
        raise ValueError(f"x must have shape (N, 2) to be drawn, got {x.shape}. Pick two features.")
    return x


def components(n_components: int) -> dict:
    """Names and looks of K components, as a table has them."""
    if n_components > len(COLORS):
        raise ValueError(f"K is {n_components}, but the palette has {len(COLORS)} colours. Use fewer components.")
    names = [f"component {k + 1}" for k in range(n_components)]
    return {"components": names, "colors": list(COLORS[:n_components]), "markers": list(MARKERS[:n_components])}


def shares(resp: object) -> list[int]:
    """Percentages of `resp` (N, K), rounded so that each row sums to 100; flat, without the last column."""
    exact = 100 * check_resp(resp)
    whole = np.floor(exact)
    missing = 100 - whole.sum(axis=1, keepdims=True)
    # The largest remainders are rounded up, as seats are shared out in an election.
    rank = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1)
    return (whole + (rank < missing)).astype(int)[:, :-1].ravel().tolist()


def gaussians(params: MixtureParams, x: Array) -> list[list[float]]:
    """For each component its mean and Cholesky factor, rounded for a picture of x (N, 2)."""
    lower = np.linalg.cholesky(params.covariances)
    columns = [*params.means.T, lower[:, 0, 0], lower[:, 1, 0], lower[:, 1, 1]]
    d0, d1 = decimals(x)
    rounded = [_rounded(column, d) for column, d in zip(columns, (d0, d1, d0, d1, d1), strict=True)]
    return [list(row) for row in zip(*rounded, strict=True)]


def plane_panel(x: Array, places: Array, labels: tuple[str, str]) -> dict:
    """A scatter plot of x (N, 2) on axes that hold `places` (M, 2) as well."""
    coordinates = [_rounded(column, d) for column, d in zip(x.T, decimals(x), strict=True)]
    both = np.concatenate([x, places])
    margin = 0.06 * np.ptp(both, axis=0)
    margin[margin == 0] = 1.0  # all in one place: any width will do
    ends = zip(both.min(axis=0) - margin, both.max(axis=0) + margin, decimals(x), strict=True)
    axes = [
        {"label": label, "domain": _rounded(np.array([low, high]), d)}
        for label, (low, high, d) in zip(labels, ends, strict=True)
    ]
    return {"kind": "plane", "title": "Points and components", "note": NOTE, "x": axes[0], "y": axes[1]} | {
        "points": [list(point) for point in zip(*coordinates, strict=True)]
    }


def decimals(x: Array) -> list[int]:
    """For each column of x (N, D) the decimals that cut its spread into a few thousand parts: finer than a screen."""
    spread = np.ptp(x, axis=0)
    return [4 - int(np.ceil(np.log10(width))) if width else 4 for width in spread]


def minus(text: str) -> str:
    """A number as it is printed: with a minus sign instead of a hyphen, and no negative zero."""
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def _rounded(values: Array, n_decimals: int) -> list[float]:
    return [round(float(value), n_decimals) for value in values]
