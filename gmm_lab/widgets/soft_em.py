"""The explorable of chapter 5: soft EM by half-steps, with the ledger log-likelihood = ELBO + KL."""

from contextlib import suppress
from importlib.util import find_spec
from io import StringIO
from itertools import islice

import numpy as np
import traitlets

from .. import datasets
from .._convert import shown
from .._typing import Array
from ..elbo import elbo, kl_gap
from ..likelihood import log_likelihood
from ..mixture import MixtureParams
from ..moments import ComponentCollapsed
from ..soft_em import e_step
from ..trace import HalfStep, em_half_steps
from .explorable import Explorable, Params, Points, check_plane

STRUCTURES, STARTS = ("full", "tied", "diagonal", "spherical"), ("hand", "random", "kmeans++")
SHAPES = {"anisotropic": "long clusters", "unequal_variances": "unequal spreads", "uneven_sizes": "unequal sizes"}


class SoftEM(Explorable):
    """Points in the plane, components to drag, and the E-step and the M-step as two buttons.

    Parameters
    ----------
    x : (N, 2) array, optional
        Points, in data units; Old Faithful if there are none. The reader can choose others, or click some.
    start : MixtureParams, optional
        θ to begin from, up to six components; a bad start of K = 2 by hand if there is none.
    axis_labels : pair of str
        What the two columns of `x` are, with their unit.

    Attributes
    ----------
    x, params : array (N, 2), MixtureParams
        What is shown; set them and the picture follows, drag and they follow.
    posterior : MixtureParams or None
        The θ whose posterior q is; None is q uniform. `w.posterior = w.params` is an E-step.
    structure, data, start, seed : str, str, str, int
        The M-step ("full", "tied", "diagonal", "spherical"), the name of the points, and how a start is drawn.

    Raises
    ------
    ValueError, traitlets.TraitError
        If a value is none of these; a trait then stays as it was.

    References
    ----------
    Neal and Hinton (1998); book section 5.4.
    """

    x = Points()
    params = Params()
    posterior = Params(allow_none=True)
    structure = traitlets.Enum(STRUCTURES, "full").tag(sync=True)
    data = traitlets.Unicode().tag(sync=True)
    start = traitlets.Enum(STARTS, "hand").tag(sync=True)
    seed = traitlets.Int(1, min=0, max=2**32 - 1).tag(sync=True)
    datasets = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        x: object = None,
        start: MixtureParams | None = None,
        *,
        axis_labels: tuple[str, str] = ("feature 1", "feature 2"),
    ) -> None:
        if [isinstance(label, str) for label in axis_labels] != [True, True]:
            raise ValueError(f"axis_labels must be two strings, got {shown(axis_labels)}. One a column of x.")
        sets = named_sets()
        points = np.array(sets["faithful"]["points"]) if x is None else check_plane(x)
        if x is not None:
            sets["own"] |= {"axes": list(axis_labels), "label": "your points"}
        params = by_hand(points, 2) if start is None else start
        still = _still(points, params) if find_spec("matplotlib") and isinstance(params, MixtureParams) else None
        chosen = {"data": "faithful" if x is None else "own", "datasets": sets}
        super().__init__(name="soft_em", x=points, params=params, posterior=None, static=still, **chosen)

    @property
    def resp(self) -> Array:
        """q (N, K) as it is now: the posterior at `posterior`, or uniform."""
        if self.posterior is None:
            return np.full((len(self.x), self.params.n_components), 1 / self.params.n_components)
        return e_step(self.x, self.posterior)[0]

    @property
    def ledger(self) -> tuple[float, float, float]:
        """Log-likelihood, ELBO and KL, in nats, of what is shown."""
        resp = self.resp
        return log_likelihood(self.x, self.params), elbo(self.x, resp, self.params), kl_gap(self.x, resp, self.params)

    @traitlets.validate("params")
    def _check_components(self, proposal: dict) -> MixtureParams:
        if (n_components := proposal["value"].n_components) > 6:
            raise traitlets.TraitError(f"params must have at most six components, got K = {n_components}.")
        return proposal["value"]

    @traitlets.observe("params")
    def _drop_posterior(self, change: dict) -> None:
        if self.posterior is not None and self.posterior.n_components != change["new"].n_components:
            self.posterior = None  # q of another K is of no use


def by_hand(x: Array, n_components: int) -> MixtureParams:
    """The bad start that a hand would make: means far apart on the falling diagonal, equal and wide components."""
    low, high = x.min(axis=0), x.max(axis=0)
    margin = np.where(high > low, 0.09 * (high - low), 1.0)
    low, width = low - margin, high - low + 2 * margin
    at = 0.7 * (np.arange(n_components) + 0.5) / n_components
    means = low + width * np.column_stack([0.15 + at, 0.85 - at])
    return MixtureParams(np.full(n_components, 1 / n_components), means, [np.diag((width / 5) ** 2)] * n_components)


def named_sets() -> dict:
    """The points that a reader can choose, with their names, their axes, and the Python that makes them."""
    faithful = {"label": "Old Faithful", "axes": ["eruption (min)", "wait (min)"], "python": "datasets.old_faithful()"}
    sets = {"faithful": faithful | {"points": datasets.old_faithful().tolist()}}
    for name, label in SHAPES.items():
        points = getattr(datasets, name)(np.random.default_rng(5), 300)[0].round(2)
        python = f"datasets.{name}(np.random.default_rng(5), 300)[0].round(2)"
        axes = ["feature 1", "feature 2"]
        sets[name] = {"label": label, "axes": axes, "python": python, "points": points.tolist()}
    return sets | {"own": {"label": "your own points", "axes": ["feature 1", "feature 2"], "python": "", "points": []}}


def _still(x: Array, start: MixtureParams) -> str:
    """The first half-steps as SVG: the plane after the last of them, and the ledger of all."""
    from matplotlib import style
    from matplotlib.figure import Figure

    from .. import plots

    halves: list[HalfStep] = []
    with suppress(ComponentCollapsed):  # the picture then ends before it
        halves.extend(islice(em_half_steps(x, start), 7))
    with style.context("gmm_lab.book"), StringIO() as file:
        plane, ledger = (figure := Figure(figsize=(8, 3.6))).subplots(1, 2)
        plots.points(plane, x, halves[-1].resp)
        plots.ellipses(plane, halves[-1].params)
        plane.set(title=f"after {len(halves) - 1} half-steps")
        plots.ledger(ledger, halves)
        ledger.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)  # no corner is free of bars in every run
        figure.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()
