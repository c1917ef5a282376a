"""The explorable of chapter 4: K-means by half-steps, with its cells, a stretch of one axis, and a dial to soft EM."""

from importlib.util import find_spec
from io import StringIO

import numpy as np
import traitlets

from .._typing import Array
from ..kmeans import kmeans_states, sphere_mixture
from ..soft_em import e_step
from .explorable import Explorable, Points, check_plane
from .soft_em import STARTS, by_hand, named_sets


class KMeans(Explorable):
    """Points in the plane, centres to drag, and the two half-steps of K-means as buttons.

    Parameters
    ----------
    x : (N, 2) array, optional
        Points, in data units; Old Faithful if there are none. The reader can choose others, or click some.
    centres : (K, 2) array, optional
        Where up to six centres begin; two by hand if there are none.
    axis_labels : pair of str
        What the two columns of `x` are, with their unit.

    Attributes
    ----------
    x, centres : array (N, 2), array (K, 2)
        What is shown; set them and the picture follows, drag and they follow.
    assigned : array (K, 2) or None
        The centres that the points were last assigned to; None before the first time.
    sd : float
        σ of soft EM with equal weights and round components, in units of the first column; 0 is K-means, its limit.
    stretch : float
        How many times the second column counts in a distance: another unit for it.
    data, start, seed : str, str, int
        The name of the points, and how a start is drawn.

    Raises
    ------
    ValueError, traitlets.TraitError
        If a value is none of these; a trait then stays as it was.

    References
    ----------
    Lloyd (1982); book sections 4.1 to 4.3.
    """

    x = Points()
    centres = Points()
    assigned = Points(allow_none=True)
    sd = traitlets.Float(0, min=0).tag(sync=True)
    stretch = traitlets.Float(1, min=1e-6, max=1e6).tag(sync=True)
    data = traitlets.Unicode().tag(sync=True)
    start = traitlets.Enum(STARTS, "hand").tag(sync=True)
    seed = traitlets.Int(1, min=0, max=2**32 - 1).tag(sync=True)
    datasets = traitlets.Dict().tag(sync=True)

    def __init__(
        self, x: object = None, centres: object = None, *, axis_labels: tuple[str, str] = ("feature 1", "feature 2")
    ) -> None:
        sets = named_sets()
        points = np.array(sets["faithful"]["points"]) if x is None else check_plane(x)
        if x is not None:
            sets["own"] |= {"axes": list(axis_labels), "label": "your points"}
        begin = by_hand(points, 2).means if centres is None else check_plane(centres)
        still = _still(points, begin) if find_spec("matplotlib") else None
        data = "faithful" if x is None else "own"
        super().__init__(name="kmeans", x=points, centres=begin, assigned=None, data=data, datasets=sets, static=still)

    @property
    def resp(self) -> Array:
        """Shares (N, K) of the points as they were last assigned; uniform before the first time."""
        if self.assigned is None:
            return np.full((len(self.x), len(self.centres)), 1 / len(self.centres))
        x, centres = self.x * [1, self.stretch], self.assigned * [1, self.stretch]
        if self.sd:
            return e_step(x, sphere_mixture(centres, self.sd))[0]
        return np.eye(len(centres))[next(kmeans_states(x, centres)).labels]

    @property
    def inertia(self) -> float:
        """Σ_n Σ_k q_k(x_n) |x_n - μ_k|², the stretch included, in units of the first column squared."""
        between = (self.x[:, np.newaxis] - self.centres) * [1, self.stretch]
        return float((self.resp * (between**2).sum(axis=2)).sum())

    @traitlets.validate("centres")
    def _check_centres(self, proposal: dict) -> Array:
        if not 1 <= len(proposal["value"]) <= 6:
            raise traitlets.TraitError(f"centres must be one to six places, got {len(proposal['value'])}.")
        return proposal["value"]

    @traitlets.observe("centres")
    def _drop_assigned(self, change: dict) -> None:
        if self.assigned is not None and len(self.assigned) != len(change["new"]):
            self.assigned = None  # labels of another K are of no use


def _still(x: Array, centres: Array) -> str:
    """The run at rest as SVG: points by their centre."""
    from matplotlib import style
    from matplotlib.figure import Figure

    from .. import plots
    from ..kmeans import kmeans

    end = kmeans(x, centres)
    with style.context("gmm_lab.book"), StringIO() as file:
        ax = (figure := Figure(figsize=(6.4, 4))).subplots()
        plots.points(ax, x, np.eye(len(centres))[end.labels])
        ax.plot(*end.centres.T, "kX", markersize=10, label="centres")
        ax.legend()
        ax.set(title="K-means at rest")
        figure.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()
