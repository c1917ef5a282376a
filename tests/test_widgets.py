"""The explorables as Jupyter widgets: traits that are values of gmm_lab, and one script for every page."""

import gzip
import json
import re

import numpy as np
import pytest
import traitlets
from cases import awkward_case, faithful_split

from gmm_lab import MixtureParams, datasets, e_step, elbo, kl_gap, log_likelihood, m_step, palette
from gmm_lab.widgets import PAGES, SoftEM, bundle
from gmm_lab.widgets.explorable import params_from_json, params_to_json


@pytest.fixture
def widget():
    return SoftEM()


def other_params(widget):
    return m_step(widget.x, e_step(widget.x, widget.params)[0])


# Traits


def test_it_begins_with_old_faithful_and_a_bad_start(widget):
    np.testing.assert_array_equal(widget.x, datasets.old_faithful())
    assert widget.params.n_components == 2
    (left, high), (right, low) = widget.params.means
    assert left < right
    assert low < high  # the groups lie on the other diagonal


def test_the_ledger_is_that_of_gmm_lab(widget):
    uniform = np.full((272, 2), 0.5)
    assert widget.ledger == (
        log_likelihood(widget.x, widget.params),
        elbo(widget.x, uniform, widget.params),
        kl_gap(widget.x, uniform, widget.params),
    )
    widget.posterior = widget.params
    total, bound, gap = widget.ledger
    assert bound == pytest.approx(total, rel=1e-12)
    assert gap == pytest.approx(0, abs=1e-9)


def test_traits_can_be_set_observed_and_linked(widget):
    seen, other = [], SoftEM()
    widget.observe(lambda change: seen.append(change.new), names="params")
    traitlets.link((widget, "params"), (other, "params"))
    params = other_params(widget)
    widget.params = params
    assert seen == [params]
    assert other.params is params
    other.params = widget.params = other_params(widget)
    assert widget.params is other.params


def test_messages_carry_every_bit(widget):
    params = other_params(widget)
    sent = json.loads(json.dumps(params_to_json(params)))
    for name in ("weights", "means", "covariances"):
        np.testing.assert_array_equal(getattr(params_from_json(sent), name), getattr(params, name))
    state = json.loads(json.dumps(widget.get_state(["x", "params", "posterior"])))
    widget.x = np.zeros((3, 2))
    widget.set_state(state)
    np.testing.assert_array_equal(widget.x, datasets.old_faithful())
    assert widget.posterior is None
    widget.set_state({"x": []})  # a plane that the reader has cleared
    assert widget.x.shape == (0, 2)


def test_points_are_locked_copies(widget):
    mine = np.ones((4, 2))
    widget.x = mine
    mine[0] = 7
    assert widget.x[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        widget.x[0, 0] = 2


def test_a_posterior_of_another_k_is_dropped(widget):
    widget.posterior = widget.params
    widget.params = awkward_case()[1]
    assert widget.posterior is None
    assert widget.resp.shape == (272, 3)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("params", None, "params must be a MixtureParams"),
        ("params", {"weights": [1]}, "params must be a MixtureParams"),
        ("params", MixtureParams([1.0], [[0.0]], [[[1.0]]]), "two features, got one with D = 1"),
        ("params", MixtureParams(np.full(7, 1 / 7), np.zeros((7, 2)), [np.eye(2)] * 7), "at most six"),
        ("x", np.zeros((3, 1)), r"x must have shape \(N, 2\) to be drawn"),
        ("x", [[0, np.nan]], r"x\[0, 1\] is nan"),
        ("structure", "banana", "structure"),
        ("seed", -1, "seed"),
    ],
)
def test_a_bad_value_is_refused_and_the_old_one_kept(widget, name, value, message):
    before = getattr(widget, name)
    with pytest.raises((traitlets.TraitError, ValueError), match=message):
        setattr(widget, name, value)
    assert getattr(widget, name) is before


def test_own_points_and_an_own_start():
    x, split, _ = faithful_split()
    widget = SoftEM(x[:50] * 2, split, axis_labels=("a (m)", "b (s)"))
    assert widget.data == "own"
    assert widget.datasets["own"]["axes"] == ["a (m)", "b (s)"]
    np.testing.assert_array_equal(widget.x, x[:50] * 2)
    with pytest.raises(ValueError, match="to be drawn"):
        SoftEM(x[:, :1])
    with pytest.raises(ValueError, match="axis_labels must be two strings"):
        SoftEM(x, axis_labels=("a",))
    with pytest.raises(traitlets.TraitError, match="params must be"):
        SoftEM(x, "corners")


def test_the_named_points_are_those_of_their_python(widget):
    for name, made in widget.datasets.items():
        if name != "own":
            points = eval(made["python"], {"datasets": datasets, "np": np})
            np.testing.assert_array_equal(points, made["points"])


# On the page


def test_state_and_script_are_light(widget):
    state = {key: value for key, value in widget.get_state().items() if not key.startswith("_")}
    assert len(gzip.compress(json.dumps(state, default=str).encode())) < 60_000
    assert len(gzip.compress(bundle.script().encode())) < 40_000


def test_every_page_is_an_explorable():
    for stem, (make, title) in PAGES.items():
        assert make().name == stem
        assert title


def test_saved_form_is_stable_and_has_a_picture(widget):
    data, _ = widget._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<?xml")
    assert data["text/plain"] == repr(widget) == "SoftEM()"
    assert widget.static == SoftEM().static
    assert "static" not in widget.get_state()
    widget.static = None
    assert "image/svg+xml" not in widget._repr_mimebundle_()[0]


def test_the_view_asks_for_nothing_outside():
    assert not re.search(r"""(?:from|import\()\s*["']|https?://(?!www\.w3\.org)""", bundle.script())
    assert bundle.script().endswith("export default $main.default;\n")
    assert "url(" not in bundle.style()
    assert "@import" not in bundle.style()
    assert all(color in bundle.style() for color in palette.COLORS)
