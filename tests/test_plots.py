from itertools import islice

import matplotlib as mpl
import numpy as np
import pytest
from cases import faithful_split
from matplotlib.figure import Figure
from matplotlib.path import Path
from scipy.stats import norm

from gmm_lab import MixtureParams, e_step, em_half_steps, fit, log_density, palette, plots


@pytest.fixture
def ax():
    return Figure().subplots()


def test_points_are_all_drawn_in_the_mixed_colours(ax):
    x, start, _ = faithful_split()
    resp, _ = e_step(x, start)
    drawn = plots.points(ax, x, resp)
    offsets = np.concatenate([artist.get_offsets() for artist in drawn])
    assert sorted(map(tuple, offsets)) == sorted(map(tuple, x))
    colours = np.concatenate([artist.get_facecolor() for artist in drawn])[:, :3]
    mixed = resp @ [mpl.colors.to_rgb(palette.COLORS[k]) for k in (0, 1)]
    np.testing.assert_allclose(sorted(map(tuple, colours)), sorted(map(tuple, mixed)), atol=1e-12)


def test_ellipses_lie_at_their_standard_deviations(ax):
    _, start, _ = faithful_split()
    drawn = plots.ellipses(ax, start)
    outlines = [artist.get_xydata() for artist in drawn if len(artist.get_xydata()) > 1]
    assert len(outlines) == 4
    for i, outline in enumerate(outlines):
        k, n_sd = divmod(i, 2)
        centred = outline - start.means[k]
        distance = np.einsum("ni,ij,nj->n", centred, np.linalg.inv(start.covariances[k]), centred)
        np.testing.assert_allclose(distance, (n_sd + 1) ** 2, rtol=1e-9)


def test_curve_and_ledger_show_the_numbers(ax):
    x, start, resp = faithful_split()
    result = fit(x, start)
    (line,) = plots.log_likelihood_curve(ax, result.log_likelihoods)
    np.testing.assert_array_equal(line.get_ydata(), result.log_likelihoods)
    halves = list(islice(em_half_steps(x, start, resp), 5))
    bars = plots.ledger(Figure().subplots(), halves)
    tops = [bar.get_y() + bar.get_height() for bar in bars]
    np.testing.assert_allclose(tops[:5], [half.elbo for half in halves])
    np.testing.assert_allclose(tops[5:], [half.log_likelihood for half in halves])


def test_density_on_a_line_is_drawn_with_its_parts(ax):
    params = MixtureParams([0.3, 0.7], [[-1.0], [2.0]], [[[0.5]], [[2.0]]])
    ax.set_xlim(-4, 6)
    whole, *parts = plots.density(ax, params)
    assert ax.get_xlim() == (-4, 6)
    grid = whole.get_xdata()
    want = [w * norm(m, np.sqrt(v)).pdf(grid) for w, m, v in ((0.3, -1, 0.5), (0.7, 2, 2))]
    np.testing.assert_allclose([part.get_ydata() for part in parts], want)
    np.testing.assert_allclose(whole.get_ydata(), np.sum(want, axis=0))


def test_density_in_the_plane_is_drawn_as_contours_of_its_logarithm(ax):
    x, start, _ = faithful_split()
    ax.scatter(*x.T)
    limits = ax.get_xlim(), ax.get_ylim()
    (contours,) = plots.density(ax, start, levels=4)
    np.testing.assert_allclose(np.diff(contours.levels), 1)
    for level, paths in zip(contours.levels, contours.get_paths(), strict=True):
        np.testing.assert_allclose(log_density(paths.vertices, start), level, atol=0.1)
    assert (ax.get_xlim(), ax.get_ylim()) == limits


def test_cells_hold_the_places_nearest_to_their_centre(ax):
    rng = np.random.default_rng(0)
    centres = rng.uniform(0, 1, (6, 2))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    cells = plots.voronoi(ax, centres)
    places = rng.uniform(0, 1, (2000, 2))
    nearest = ((places[:, np.newaxis] - centres) ** 2).sum(axis=2).argmin(axis=1)
    inside = np.stack([Path(cell.get_xy()).contains_points(places) for cell in cells], axis=1)
    np.testing.assert_array_equal(inside.sum(axis=1), 1)
    np.testing.assert_array_equal(inside.argmax(axis=1), nearest)


def test_a_cell_outside_the_picture_is_not_drawn(ax):
    ax.set(xlim=(0, 1), ylim=(0, 1))
    assert len(plots.voronoi(ax, [[0.5, 0.5], [9.0, 0.5]])) == 1
    assert len(plots.voronoi(ax, [[0.5, 0.5]])) == 1


def test_selection_curve_shows_mean_and_spread(ax):
    scores = np.array([[1.0, 3.0, 2.0], [2.0, 5.0, 2.0]])
    mean, *runs = plots.selection_curve(ax, [1, 2, 3], scores, label="BIC")
    np.testing.assert_array_equal(mean.get_ydata(), [1.5, 4, 2])
    np.testing.assert_array_equal([run.get_ydata() for run in runs], scores)
    assert mean.get_label() == "BIC"
    assert len(plots.selection_curve(Figure().subplots(), [1, 2, 3], scores[0])) == 1


def test_global_state_is_left_alone(ax):
    before = dict(mpl.rcParams)
    x, start, resp = faithful_split()
    plots.points(ax, x, resp)
    plots.ellipses(ax, start)
    plots.density(ax, start)
    plots.voronoi(ax, start.means)
    plots.selection_curve(ax, [1, 2], [0.0, 1.0])
    assert dict(mpl.rcParams) == before


def test_style_and_palette_agree():
    with mpl.style.context("gmm_lab.book"):
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert tuple(f"#{color.removeprefix('#')}" for color in cycle) == palette.COLORS
    assert set(plots.MPL_MARKERS) == set(palette.MARKERS)


def test_what_cannot_be_drawn_is_refused(ax):
    one = MixtureParams([1.0], [[0.0]], [[[1.0]]])
    with pytest.raises(ValueError, match="params has D = 1 features; the page has D = 2"):
        plots.ellipses(ax, one)
    with pytest.raises(ValueError, match="x has D = 3 features; the page has D = 2"):
        plots.points(ax, [[0.0, 0, 0]], [[1.0]])
    with pytest.raises(ValueError, match="params has D = 3 features; the page has D = 2"):
        plots.density(ax, MixtureParams([1.0], [[0.0, 0, 0]], [np.eye(3)]))
    with pytest.raises(ValueError, match="centres has D = 3 features"):
        plots.voronoi(ax, [[0.0, 0, 0]])
    with pytest.raises(ValueError, match=r"scores must have 2 columns, one a candidate, got shape \(1, 3\)"):
        plots.selection_curve(ax, [1, 2], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="resp has K = 9 columns, but the palette has 8"):
        plots.points(ax, [[0.0, 0]], np.full((1, 9), 1 / 9))
