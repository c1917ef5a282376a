from itertools import islice

import matplotlib as mpl
import numpy as np
import pytest
from cases import faithful_split
from matplotlib.figure import Figure

from gmm_lab import MixtureParams, e_step, em_half_steps, fit, palette, plots


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


def test_global_state_is_left_alone(ax):
    before = dict(mpl.rcParams)
    x, start, resp = faithful_split()
    plots.points(ax, x, resp)
    plots.ellipses(ax, start)
    assert dict(mpl.rcParams) == before


def test_style_and_palette_agree():
    with mpl.style.context("gmm_lab.book"):
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    assert tuple(f"#{color.removeprefix('#')}" for color in cycle) == palette.COLORS
    assert set(plots.MPL_MARKERS) == set(palette.MARKERS)


def test_what_cannot_be_drawn_is_refused(ax):
    one = MixtureParams([1.0], [[0.0]], [[[1.0]]])
    with pytest.raises(ValueError, match="params has D = 1 features; ellipses are drawn for D = 2"):
        plots.ellipses(ax, one)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 2\) to be drawn, got \(1, 3\)"):
        plots.points(ax, [[0.0, 0, 0]], [[1.0]])
    with pytest.raises(ValueError, match="resp has K = 9 columns, but the palette has 8"):
        plots.points(ax, [[0.0, 0]], np.full((1, 9), 1 / 9))
