"""The explorable of chapter 4 without a browser: cells, half-steps, links and traits, held against `gmm_lab`."""

import json
from itertools import islice

import numpy as np
import pytest
import traitlets
from node import evaluate

from gmm_lab import datasets, e_step, kmeans, kmeans_states
from gmm_lab.kmeans import sphere_mixture
from gmm_lab.widgets import KMeans

SD = 0.8


def js(value):
    return json.dumps(np.asarray(value).tolist() if isinstance(value, np.ndarray) else value)


def floats(values):
    return f"Float64Array.from({js(np.ravel(values))})"


@pytest.fixture
def cloud():
    x, _ = datasets.unequal_variances(np.random.default_rng(3), 80)
    return x, np.array([[-3.0, 1.0], [0.5, -0.5], [2.0, 2.5]])


def state_of(x, centres, sd=0.0, stretch=1.0):
    """JavaScript for the state of a run that begins at `centres`."""
    settings = f"{{ data: 'own', start: 'hand', seed: 1, sd: {sd}, stretch: {stretch}, domains: [[-9, 9], [-9, 9]] }}"
    return (
        f"((s) => ({{ ...s, at: 0, active: 0, ...begunAt('start', {floats(x)}, {floats(centres)}, s) }}))({settings})"
    )


STEPS = """((state) => {
  const seen = [];
  for (let i = 0; i < 12; i += 1) {
    state = { ...state, ...halfStep(state, i % 2 ? 'M' : 'E') };
    const entry = state.entries.at(-1);
    seen.push([[...entry.params.means], inertiaOf(state, entry)]);
  }
  return seen;
})"""


@pytest.mark.parametrize("stretch", [1.0, 0.05, 7.0])
def test_half_steps_are_those_of_k_means_in_the_stretched_unit(cloud, stretch):
    x, centres = cloud
    unit = np.array([1, stretch])
    seen = evaluate("kmeans_state", f"{STEPS}({state_of(x, centres, 0, stretch)})")
    states = list(islice(kmeans_states(x * unit, centres * unit), 7))
    for i, (means, inertia) in enumerate(seen):
        np.testing.assert_allclose(means, np.ravel(states[(i + 1) // 2].centres / unit), rtol=1e-9)
        labels = states[i // 2].labels
        want = ((x * unit - states[(i + 1) // 2].centres[labels]) ** 2).sum()
        assert inertia == pytest.approx(want, rel=1e-9)


def test_soft_half_steps_move_each_centre_to_the_mean_of_its_shares(cloud):
    x, centres = cloud
    seen = evaluate("kmeans_state", f"{STEPS}({state_of(x, centres, SD)})")
    for i in range(0, 12, 2):
        resp = e_step(x, sphere_mixture(centres, SD))[0]
        assert seen[i][1] == pytest.approx((resp * ((x[:, np.newaxis] - centres) ** 2).sum(axis=2)).sum(), rel=1e-9)
        centres = resp.T @ x / resp.sum(axis=0)[:, np.newaxis]
        np.testing.assert_allclose(seen[i + 1][0], centres.ravel(), rtol=1e-9)


def test_a_run_to_rest_ends_where_that_of_gmm_lab_does(cloud):
    x, centres = cloud
    call = "((s) => ((end) => [[...end.entries.at(-1).params.means], isAtRest(end)])({ ...s, ...runToRest(s) }))"
    means, at_rest = evaluate("kmeans_state", f"{call}({state_of(x, centres)})")
    np.testing.assert_allclose(means, kmeans(x, centres).centres.ravel(), rtol=1e-9)
    assert at_rest


def test_centres_that_merge_are_counted_once(cloud):
    x, centres = cloud
    count = "((s) => differentCentres(s, s.entries.at(-1)))"
    call = f"((s) => [{count}(s), {count}({{ ...s, ...runToRest(s) }})])"
    assert evaluate("kmeans_state", f"{call}({state_of(x, centres, 20)})") == [3, 1]


@pytest.mark.parametrize("stretch", [1.0, 0.1, 12.0])
def test_a_cell_holds_the_places_that_are_nearest_to_its_centre(stretch):
    rng = np.random.default_rng(5)
    centres = rng.uniform(-1, 1, (6, 2))
    centres[5] = centres[2]  # in one place: the first has the cell
    polygons = evaluate("voronoi", f"cellsOf({floats(centres)}, [[-1, 1], [-2, 3]], {stretch})")
    assert polygons[5] == []
    corners = [np.array(polygon) for polygon in polygons[:5] if polygon]
    areas = [0.5 * np.sum(c[:, 0] * np.roll(c[:, 1], -1) - c[:, 1] * np.roll(c[:, 0], -1)) for c in corners]
    assert sum(areas) == pytest.approx(10)
    places = rng.uniform([-1, -2], [1, 3], (400, 2))
    unit = [1, stretch]
    labels = next(kmeans_states(places * unit, centres * unit)).labels
    for place, k in zip(places, labels, strict=True):
        edge = np.roll(polygons[k], -1, axis=0) - polygons[k]
        to = place - np.array(polygons[k])
        assert (edge[:, 0] * to[:, 1] - edge[:, 1] * to[:, 0] >= -1e-9).all()  # to the left of each edge


SETS = "{ own: { points: [], axes: ['a', 'b'] } }"


@pytest.mark.parametrize("sd", [0.0, SD])
def test_a_link_leads_to_the_same_state(cloud, sd):
    x, centres = cloud
    there = "((s) => { for (const kind of 'EM') s = { ...s, ...halfStep(s, kind) };"
    there += f" const words = toHash(s); return [words, toHash({{ ...s, ...fromHash(words, {SETS}) }})]; }})"
    words, again = evaluate("kmeans_state", f"{there}({state_of(x, centres, sd)})")
    assert words == again
    damages = [(0, "9"), (1, "none"), (2, "x"), (3, "-1"), (8, words[8][:-3]), (8, ""), (8, "%"), (10, words[10][:-5])]
    for i, damage in damages:
        damaged = [*words[:i], damage, *words[i + 1 :]]
        refused = f"(() => {{ try {{ fromHash({js(damaged)}, {SETS}); return false; }} catch {{ return true; }} }})()"
        assert evaluate("kmeans_state", refused), (i, damage)


# Traits


def test_traits_are_values_and_properties_follow_them():
    widget = KMeans()
    assert widget.inertia == pytest.approx(
        (((widget.x[:, np.newaxis] - widget.centres) ** 2).sum(axis=2)).mean(axis=1).sum()
    )
    widget.assigned = widget.centres
    state = next(kmeans_states(widget.x, widget.centres))
    assert widget.inertia == pytest.approx(state.inertia)
    widget.stretch = 0.05
    unit = np.array([1, 0.05])
    assert widget.inertia == pytest.approx(next(kmeans_states(widget.x * unit, widget.centres * unit)).inertia)
    widget.sd = SD
    np.testing.assert_array_equal(widget.resp, e_step(widget.x * unit, sphere_mixture(widget.centres * unit, SD))[0])
    widget.centres = widget.x[:3]
    assert widget.assigned is None
    assert widget.resp.shape == (272, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sd", -1),
        ("stretch", 0),
        ("centres", np.zeros((7, 2))),
        ("centres", np.zeros((0, 2))),
        ("start", "none"),
        ("seed", -1),
    ],
)
def test_what_is_no_value_is_refused_and_the_trait_stays(name, value):
    widget = KMeans()
    before = getattr(widget, name)
    with pytest.raises(traitlets.TraitError):
        setattr(widget, name, value)
    assert getattr(widget, name) is before


def test_state_goes_to_the_page_and_comes_back():
    widget = KMeans(np.random.default_rng(0).normal(size=(9, 2)), axis_labels=("a", "b"))
    assert widget.data == "own"
    assert widget.datasets["own"]["axes"] == ["a", "b"]
    sent = json.loads(json.dumps(widget.get_state(["x", "centres", "assigned", "sd"])))
    assert sent["assigned"] is None
    moved = [[0.5, 0.25], [1, 2]]
    widget.set_state({"centres": moved, "assigned": moved, "sd": 0.5})
    np.testing.assert_array_equal(widget.centres, moved)
    np.testing.assert_array_equal(widget.assigned, moved)
    widget.set_state({"assigned": None})
    assert widget.assigned is None
