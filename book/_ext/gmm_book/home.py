"""Pictures of the home page, drawn by the package when the site is built: a run of EM, and one for each chapter."""

from html import escape
from itertools import islice

import numpy as np
from docutils import nodes
from matplotlib.figure import Figure
from sphinx.util.docutils import SphinxDirective

from gmm_lab import (
    MixtureParams,
    assign,
    bic,
    datasets,
    e_step,
    em_states,
    fit,
    hard_em,
    kmeans,
    kmeans_start,
    log_density,
)
from gmm_lab.likelihood import log_likelihood

from .figures import raw

BOX = np.array([[-2.4, 2.2], [-2.4, 2.2]])  # standard deviations, across and up
WIDE = [[-3.6, 3.4], BOX[1]]
STEPS = (0, 1, 11, 19)  # of the run: the start, two groups that are still one, the jump, the end
CORNERS = MixtureParams([0.5, 0.5], [[-1.9, 1.4], [1.7, -1.3]], [np.diag([0.35, 0.2])] * 2)
PANEL, CARD = (160, 148), (120, 76)  # units of a picture, across and up


def geyser() -> np.ndarray:
    x = datasets.old_faithful()
    return (x - x.mean(axis=0)) / x.std(axis=0)


class Picture:
    """Marks in the coordinates of `box`, on a picture of `size`; colours are the page's, light or dark."""

    def __init__(self, size: tuple[int, int], box: object = BOX) -> None:
        (self.left, self.right), (self.bottom, self.top) = box
        self.size, self.marks = size, []

    def at(self, points: object) -> np.ndarray:
        """Return points (..., 2) in the units of the picture."""
        points, (width, height) = np.asarray(points, dtype=float), self.size
        across = (points[..., 0] - self.left) / (self.right - self.left) * width
        return np.stack([across, (self.top - points[..., 1]) / (self.top - self.bottom) * height], axis=-1)

    def dots(self, points, shares=None, radius: float = 1.7) -> "Picture":
        """Draw points, each in the mixture of two colours given by its share of the first (0 to 1)."""
        levels = np.full(len(points), -1) if shares is None else np.round(10 * np.asarray(shares, dtype=float))
        for level in np.unique(levels):  # one path for all points of a colour: a tenth of the bytes of a circle each
            path = "".join(f"M{x:.1f},{y:.1f}h0" for x, y in self.at(points)[levels == level])
            color = "var(--gmm-grid)" if level < 0 else colour(level / 10)
            self.marks.append(f'<path class="gmm-dots" d="{path}" style="stroke:{color}" stroke-width="{2 * radius}"/>')
        return self

    def line(self, points, stroke: str = "var(--gmm-ink)", width: float = 1.6, dashes: str = "") -> "Picture":
        """Draw a line through points (M, 2)."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in self.at(points))
        dashed = f";stroke-dasharray:{dashes}" if dashes else ""
        self.marks.append(
            f'<polyline points="{path}" fill="none" style="stroke:{stroke}{dashed}" stroke-width="{width}"/>'
        )
        return self

    def ellipses(self, params: MixtureParams, n_sds=(1, 2)) -> "Picture":
        """Draw each of two components at `n_sds` standard deviations."""
        angle = np.linspace(0, 2 * np.pi, 49)
        for k, (mean, covariance) in enumerate(zip(params.means, params.covariances, strict=True)):
            outline = (np.linalg.cholesky(covariance) @ [np.cos(angle), np.sin(angle)]).T
            for n_sd in n_sds:
                self.line(mean + n_sd * outline, f"var(--gmm-c{k + 1})", 1.6, "4 2.5" if k else "")
        return self

    def svg(self, text: str = "") -> str:
        """Return the element; without a text it is decoration beside words that say the same."""
        name = f'role="img" aria-label="{escape(text)}"' if text else 'aria-hidden="true"'
        return f'<svg {name} viewBox="0 0 {self.size[0]} {self.size[1]}">{"".join(self.marks)}</svg>'


def colour(share: float) -> str:
    return f"color-mix(in srgb,var(--gmm-c1) {100 * share:.0f}%,var(--gmm-c2))"


def run() -> str:
    """Four states of one run of EM on the eruptions of Old Faithful."""
    x, panels = geyser(), []
    for state in islice(em_states(x, CORNERS), max(STEPS) + 1):
        if state.step in STEPS:
            shares = state.resp[:, 0] if state.step else None
            name = "start" if not state.step else f"after {state.step} step{'s' * (state.step > 1)}"
            nats = f"{state.log_likelihood:.0f} nats".replace("-", "−")
            drawn = Picture(PANEL).dots(x, shares).ellipses(state.params).svg(f"{name}: {nats}")
            panels.append(f"<figure>{drawn}<figcaption><b>{name}</b> <span>{nats}</span></figcaption></figure>")
    return f'<div class="gmm-run gmm-made">{"".join(panels)}</div>'


def on_a_line(*curves, box) -> Picture:
    """Curves (M, 2), the first in ink and the others in the components' colours."""
    picture = Picture(CARD, box)
    for number, points in enumerate(curves):
        picture.line(points, f"var(--gmm-c{number})" if number else "var(--gmm-ink)", 2, "4 2.5" if number == 2 else "")
    return picture


def mixture() -> Picture:
    params = MixtureParams([0.55, 0.45], [[-1.2], [1.6]], [[[0.7]], [[0.9]]])
    line = np.linspace(-4.5, 5, 90)
    parts = [w * np.exp(log_density(line[:, None], MixtureParams([1], [m], [c]))) for w, m, c in _parts(params)]
    curves = [np.column_stack([line, height]) for height in (sum(parts), *parts)]
    return on_a_line(*curves, box=[[-4.5, 5], [-0.03, 0.32]])


def _parts(params: MixtureParams):
    return zip(params.weights, params.means, params.covariances, strict=True)


def likelihood() -> Picture:
    """Level lines of the log-likelihood of two means: the same top twice."""
    x, _ = datasets.line(np.random.default_rng(0))
    grid = np.linspace(-3.4, 3.4, 45)
    bells = np.exp(-((x - grid) ** 2) / 1.4)  # (200, 45)
    heights = np.log(bells[:, :, None] + bells[:, None, :]).sum(axis=0)
    lines = Figure().subplots().contour(grid, grid, heights, levels=heights.max() - np.array([180, 90, 40, 15, 4]))
    picture = Picture(CARD, [[-5.4, 5.4], [-3.4, 3.4]])
    for level in lines.allsegs:
        for segment in level:
            picture.line(segment, "var(--gmm-soft)", 1.3)
    return picture.line([[-3.4, -3.4], [3.4, 3.4]], "var(--gmm-c2)", 1.4, "4 3")


def _two(one: float, other: float) -> MixtureParams:
    return MixtureParams([0.5, 0.5], [[one], [other]], [[[0.7]], [[0.7]]])


def believed() -> Picture:
    end = hard_em(geyser(), CORNERS).params
    labels = assign(geyser(), end)
    return Picture(CARD, WIDE).dots(geyser()[::2], labels[::2] == 0).ellipses(end, (2,))


def k_means() -> Picture:
    centres = kmeans(geyser(), CORNERS.means).centres
    nearest = ((geyser()[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    middle, way = centres.mean(axis=0), (centres[1] - centres[0])[::-1] * [-1, 1]
    picture = Picture(CARD, WIDE).dots(geyser()[::2], nearest[::2] == 0)
    picture.line([middle - way, middle + way])
    for x, y in centres:
        for slant in (-0.16, 0.16):
            picture.line([[x - 0.16, y - slant], [x + 0.16, y + slant]], width=2.6)
    return picture


def soft_em() -> Picture:
    state = next(islice(em_states(geyser(), CORNERS), 11, None))
    return Picture(CARD, WIDE).dots(geyser()[::2], state.resp[::2, 0]).ellipses(state.params, (2,))


def elbo() -> Picture:
    """The log-likelihood of one mean, and the bound that touches it."""
    x, _ = datasets.line(np.random.default_rng(0))
    grid, here = np.linspace(-2.6, 2.8, 70), -0.9
    curve = np.array([log_likelihood(x, _two(-1.5, mean)) for mean in grid])
    resp = e_step(x, _two(-1.5, here))[0][:, 1]
    bound = [-(resp @ (x[:, 0] - mean) ** 2 - resp @ (x[:, 0] - here) ** 2) / 1.4 for mean in grid]
    bound = np.array(bound) + log_likelihood(x, _two(-1.5, here))
    low, high = curve.min(), curve.max()
    kept = bound > low - 0.05 * (high - low)
    curves = np.column_stack([grid, curve]), np.column_stack([grid, bound])[kept]
    picture = Picture(CARD, [[-2.9, 3.1], [low - 0.1 * (high - low), high + 0.15 * (high - low)]])
    picture.line(curves[0], width=2).line(curves[1], "var(--gmm-c3)", 1.8, "4 2.5")
    return picture.dots([[here, log_likelihood(x, _two(-1.5, here))]], [1], 3.2)


def convergence() -> Picture:
    values = fit(geyser(), CORNERS).log_likelihoods[1:26]
    box = [[-1, 26], [min(values) - 20, max(values) + 20]]
    points = np.column_stack([np.arange(len(values)), values])
    return Picture(CARD, box).line(points, width=1.4).dots(points, np.ones(len(points)), 1.8)


def selection() -> Picture:
    x, rng = geyser(), np.random.default_rng(1)
    scores = [bic(x, fit(x, kmeans_start(x, K, rng), tol=1e-4).params) for K in range(1, 6)]
    points = np.column_stack([np.arange(1, 6), scores])
    margin = 0.12 * (max(scores) - min(scores))
    picture = Picture(CARD, [[0.4, 5.6], [min(scores) - margin, max(scores) + margin]])
    best = points[[np.argmin(scores)]]
    return picture.line(points, width=1.4).dots(points, None, 2.4).dots(best, [0], 3.6)


def initialization() -> Picture:
    """The way of both means from three starts."""
    picture = Picture(CARD, WIDE).dots(geyser()[::3], None, 1.4)
    for seed in range(3):
        means = np.random.default_rng(seed).uniform(-1.9, 1.9, size=(2, 2))
        start = MixtureParams([0.5, 0.5], means, [np.eye(2) * 0.3] * 2)
        ways = np.array([state.params.means for state in islice(em_states(geyser(), start), 40)])
        for k in range(2):
            picture.line(ways[:, k], f"var(--gmm-c{k + 1})", 1.5, "4 2" if k else "").dots(ways[:1, k], [1 - k], 2.8)
    return picture


def anomaly() -> Picture:
    end, strange = fit(geyser(), CORNERS), np.array([[-2.6, 1.3], [0.1, -1.6], [2.7, -0.4]])
    picture = Picture(CARD, WIDE).dots(geyser()[::2], np.ones(136), 1.5)
    for mean, covariance in zip(end.params.means, end.params.covariances, strict=True):
        one = MixtureParams([1], [mean], [covariance * 2.2])
        angle = np.linspace(0, 2 * np.pi, 49)
        picture.line(one.means[0] + 2 * (np.linalg.cholesky(one.covariances[0]) @ [np.cos(angle), np.sin(angle)]).T)
    for x, y in strange:
        for slant in (-0.17, 0.17):
            picture.line([[x - 0.17, y - slant], [x + 0.17, y + slant]], "var(--gmm-c2)", 2.4)
    return picture


CHAPTERS = {
    "mixture": mixture,
    "likelihood": likelihood,
    "hard_em": believed,
    "kmeans": k_means,
    "soft_em": soft_em,
    "elbo": elbo,
    "convergence": convergence,
    "selection": selection,
    "initialization": initialization,
    "anomaly": anomaly,
}


class DrawPicture(SphinxDirective):
    """`{picture} run`, or the name of a chapter's picture."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Draw it."""
        name = self.arguments[0]
        if name == "run":
            return [raw(run())]
        if name not in CHAPTERS:
            raise self.error(f"no picture is called {name!r}; there are run, {', '.join(CHAPTERS)}")
        return [raw(f'<div class="gmm-thumbnail">{CHAPTERS[name]().svg()}</div>')]


def setup(app):
    app.add_directive("picture", DrawPicture)
