"""Figures of the book: each function takes an Axes, returns the artists it drew, and alters nothing else.

Colours and markers follow the component's index, so a component keeps its look through a run. The style that the
book uses is `plt.style.use("gmm_lab.book")`; nothing here switches it on.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb

from ._typing import Array
from ._validate import as_floats, check_data, check_resp
from .mixture import MixtureParams
from .palette import COLORS, MARKERS
from .trace import HalfStep

MPL_MARKERS = dict(zip(MARKERS, "os^DpPX*", strict=True))
LINE_STYLES = ("-", "--", "-.", ":")


def points(ax: Axes, x: object, resp: object) -> list[PathCollection]:
    """Draw x (N, 2) in colours mixed by resp (N, K); the marker is that of the largest share.

    Raises ValueError if `x` is not (N, 2) or a row of `resp` is not a distribution over at most eight components.
    """
    x, resp = _plane(x), check_resp(resp, len(np.asarray(x)))
    if resp.shape[1] > len(COLORS):
        raise ValueError(f"resp has K = {resp.shape[1]} columns, but the palette has {len(COLORS)} colours.")
    mixed = resp @ np.array([to_rgb(color) for color in COLORS[: resp.shape[1]]])
    labels = resp.argmax(axis=1)
    return [
        ax.scatter(
            *x[labels == k].T,
            c=mixed[labels == k].clip(0, 1),
            s=16,
            marker=MPL_MARKERS[MARKERS[k]],
            alpha=0.8,
            linewidths=0,
            rasterized=len(x) > 1000,  # below that, vector marks are the lighter ones
        )
        for k in np.unique(labels)
    ]


def ellipses(ax: Axes, params: MixtureParams, n_sds: Sequence[float] = (1, 2)) -> list[Artist]:
    """Draw each component of a mixture with D = 2: its mean, and ellipses at `n_sds` standard deviations.

    Raises ValueError if D is not 2.
    """
    if params.n_features != 2:
        raise ValueError(
            f"params has D = {params.n_features} features; ellipses are drawn for D = 2. Pick two of them."
        )
    angle = np.linspace(0, 2 * np.pi, 121)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    drawn: list[Artist] = []
    for k, (mean, covariance) in enumerate(zip(params.means, params.covariances, strict=True)):
        look = {"color": COLORS[k % len(COLORS)], "linestyle": LINE_STYLES[k % len(LINE_STYLES)]}
        outline = np.linalg.cholesky(covariance) @ circle
        drawn += [line for n_sd in n_sds for line in ax.plot(*(mean[:, np.newaxis] + n_sd * outline), lw=1.5, **look)]
        marker = MPL_MARKERS[MARKERS[k % len(MARKERS)]]
        drawn += ax.plot(*mean, marker, color=look["color"], ms=9, mec=ax.get_facecolor(), mew=1.5)
    return drawn


def log_likelihood_curve(ax: Axes, log_likelihoods: object, **line: object) -> list[Artist]:
    """Draw the log-likelihood (nats) against the step; `line` goes to `Axes.plot`."""
    values = as_floats("log_likelihoods", log_likelihoods)
    drawn = ax.plot(np.arange(values.size), values, **({"marker": "o", "ms": 3} | line))
    ax.set(xlabel="EM step", ylabel="log-likelihood (nats)")
    return list(drawn)


def ledger(ax: Axes, half_steps: Sequence[HalfStep]) -> list[Artist]:
    """Draw log-likelihood = ELBO + KL after each half-step: a bar up to the ELBO, and the gap on top of it.

    The axis starts below the smallest ELBO, not at zero: only the differences mean anything.
    """
    elbos = np.array([half.elbo for half in half_steps])
    gaps = np.array([half.kl for half in half_steps])
    places = np.arange(len(half_steps))
    floor = elbos.min() - 0.08 * ((elbos + gaps).max() - elbos.min())
    # Grey and ink: colours mean components.
    lower = ax.bar(places, elbos - floor, bottom=floor, width=0.75, color="#8a8f98", label="ELBO")
    look = {"facecolor": "none", "edgecolor": "#1b1f24", "hatch": "////"}
    upper = ax.bar(places, gaps, bottom=elbos, width=0.75, label="KL", **look)
    names = ["start" if half.kind == "start" else f"{half.kind}{half.step}" for half in half_steps]
    ax.set_xticks(places, names)
    ax.set(ylabel="nats", ylim=(floor, None))
    return [*lower, *upper]


def _plane(x: object) -> Array:
    """`x` as (N, 2)."""
    x = check_data(x)
    if x.shape[1] != 2:
        raise ValueError(f"x must have shape (N, 2) to be drawn, got {x.shape}. Pick two features.")
    return x
