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
from matplotlib.patches import Polygon

from ._typing import Array
from ._validate import as_floats, check_centres, check_data, check_finite, check_resp, check_vector
from .mixture import MixtureParams, check_params, log_density, log_joint
from .palette import COLORS, MARKERS
from .trace import HalfStep, check_trace

MPL_MARKERS = dict(zip(MARKERS, "os^DpPX*", strict=True))
LINE_STYLES = ("-", "--", "-.", ":")
GREY, INK = "#8a8f98", "#1b1f24"  # what is no component


def points(ax: Axes, x: object, resp: object) -> list[PathCollection]:
    """Draw x (N, 2) in colours mixed by resp (N, K); the marker is that of the largest share.

    Raises ValueError if `x` is not (N, 2) or a row of `resp` is not a distribution over at most eight components.
    """
    x = _plane(x)
    resp = check_resp(resp, len(x))
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
    _check_plane(check_params("params", params).n_features, "params")
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
    values = check_vector("log_likelihoods", log_likelihoods)
    drawn = ax.plot(np.arange(values.size), values, **({"marker": "o", "ms": 3} | line))
    ax.set(xlabel="EM step", ylabel="log-likelihood (nats)")
    return list(drawn)


def density(ax: Axes, params: MixtureParams, levels: int = 8) -> list[Artist]:
    """Draw p(x): for D = 1 the curve, with the parts π_k N(x | μ_k, Σ_k) below it; for D = 2 contours.

    Over the limits that the axes have, so draw the points first. Each contour is a factor e below the next.
    Raises ValueError if D is neither 1 nor 2.
    """
    params, limits, grid = check_params("params", params), ax.get_xlim(), np.linspace(*ax.get_xlim(), 400)
    if params.n_features == 1:
        joint = np.exp(log_joint(grid[:, np.newaxis], params))
        drawn = ax.plot(grid, joint.sum(axis=1), color=INK, lw=2)
        for k, part in enumerate(joint.T):
            look = {"color": COLORS[k % len(COLORS)], "linestyle": LINE_STYLES[k % len(LINE_STYLES)]}
            drawn += ax.plot(grid, part, lw=1.5, **look)
        ax.set_xlim(limits)
        return list(drawn)
    _check_plane(params.n_features, "params")
    heights = np.linspace(*ax.get_ylim(), 100)
    across, up = np.meshgrid(grid[::4], heights)
    values = log_density(np.column_stack([across.ravel(), up.ravel()]), params).reshape(across.shape)
    steps = values.max() - np.arange(levels, 0, -1)
    drawn = ax.contour(across, up, values, levels=steps, colors=GREY, linewidths=1, linestyles="solid")
    ax.set(xlim=limits, ylim=heights[[0, -1]])
    return [drawn]


def voronoi(ax: Axes, centres: object) -> list[Artist]:
    """Draw the cells of `centres` (K, 2), the places nearest to each, over the limits that the axes have.

    Raises ValueError if `centres` is not (K, 2).
    """
    centres = check_centres(centres)
    _check_plane(centres.shape[1], "centres")
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    drawn: list[Artist] = []
    for k, centre in enumerate(centres):
        cell = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
        for other in np.delete(centres, k, axis=0):
            cell = _cut(cell, (centre + other) / 2, other - centre)
        if len(cell):
            look = {"facecolor": COLORS[k % len(COLORS)], "alpha": 0.12, "edgecolor": GREY, "linewidth": 1, "zorder": 0}
            drawn.append(ax.add_patch(Polygon(cell, **look)))
    ax.set(xlim=(left, right), ylim=(bottom, top))
    return drawn


def _cut(polygon: Array, point: Array, normal: Array) -> Array:
    """The part of a convex polygon (M, 2) on the side of `point` that `normal` points away from."""
    side = (polygon - point) @ normal
    corners = []
    for i, (here, there) in enumerate(zip(side, np.roll(side, -1), strict=True)):
        if here <= 0:
            corners.append(polygon[i])
        if here * there < 0:
            corners.append(polygon[i] + here / (here - there) * (polygon[(i + 1) % len(polygon)] - polygon[i]))
    return np.array(corners)


def selection_curve(ax: Axes, candidates: Sequence[int], scores: object, **line: object) -> list[Artist]:
    """Draw a criterion, such as BIC or a held-out log-likelihood, against the number of components.

    `scores` is (n_candidates,), or (n_runs, n_candidates) for the spread over folds or starts: then each run is a
    point and the line is their mean. `line` goes to `Axes.plot`. Raises ValueError if the shapes disagree.
    """
    candidates, scores = check_vector("candidates", candidates), np.atleast_2d(as_floats("scores", scores))
    if scores.ndim != 2 or scores.shape[1] != candidates.size:
        raise ValueError(f"scores must have {candidates.size} columns, one a candidate, got shape {scores.shape}.")
    check_finite("scores", scores, "Leave that run or candidate out.")
    drawn = ax.plot(candidates, scores.mean(axis=0), **({"marker": "o", "ms": 5} | line))
    if len(scores) > 1:
        drawn += ax.plot(candidates, scores.T, "_", color=drawn[0].get_color(), alpha=0.7, ms=9)
    ax.set(xlabel="number of components K", xticks=candidates)
    return list(drawn)


def ledger(ax: Axes, half_steps: Sequence[HalfStep]) -> list[Artist]:
    """Draw log-likelihood = ELBO + KL after each half-step: a bar up to the ELBO, and the gap on top of it.

    The axis starts below the smallest ELBO, not at zero: only the differences mean anything.
    """
    half_steps = check_trace("half_steps", half_steps)
    if not half_steps:
        raise ValueError("half_steps is empty. Give at least the start of a trace.")
    elbos = np.array([half.elbo for half in half_steps])
    gaps = np.array([half.kl for half in half_steps])
    places = np.arange(len(half_steps))
    floor = elbos.min() - 0.08 * ((elbos + gaps).max() - elbos.min())
    lower = ax.bar(places, elbos - floor, bottom=floor, width=0.75, color=GREY, label="ELBO")
    look = {"facecolor": "none", "edgecolor": INK, "hatch": "////"}
    upper = ax.bar(places, gaps, bottom=elbos, width=0.75, label="KL", **look)
    names = ["start" if half.kind == "start" else f"{half.kind}{half.step}" for half in half_steps]
    ax.set_xticks(places, names)
    ax.set(ylabel="nats", ylim=(floor, None))
    return [*lower, *upper]


def _plane(x: object) -> Array:
    """`x` as (N, 2)."""
    x = check_data(x)
    _check_plane(x.shape[1], "x")
    return x


def _check_plane(n_features: int, name: str) -> None:
    """Raise ValueError unless D is 2."""
    if n_features != 2:
        raise ValueError(f"{name} has D = {n_features} features; the page has D = 2. Pick two of them.")
