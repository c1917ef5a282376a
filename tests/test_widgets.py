"""What a widget's table says: the states of EM, rounded so that they add up, light enough for a page."""

import gzip
import json
from itertools import islice

import numpy as np
import pytest
import traitlets
from cases import awkward_case, faithful_split

from gmm_lab import MixtureParams, e_step, em_states, log_density
from gmm_lab.widgets import EMStepper, Player
from gmm_lab.widgets.player import gaussians, minus, plane_panel, shares

MINUTES = ("eruption time (minutes)", "waiting time (minutes)")


@pytest.fixture(scope="module")
def starts():
    x, split, halves = faithful_split()
    spread = [np.diag(x.var(axis=0))] * 2
    corners = MixtureParams([0.5, 0.5], x.mean(axis=0) + x.std(axis=0) * [[-1.5, 1.0], [1.5, -1.0]], spread)
    twins = MixtureParams([0.5, 0.5], [x.mean(axis=0)] * 2, [np.cov(x.T, ddof=0)] * 2)
    return {"corners": corners, "split": (split, halves), "twins": twins}


@pytest.fixture
def stepper(starts):
    return EMStepper(faithful_split()[0], starts, axis_labels=MINUTES, rng=np.random.default_rng(0))


def shown(frames, index, name):
    """The mark of the plane in a frame, or the last one given before it."""
    return np.array(next(f["marks"][0][name] for f in reversed(frames[: index + 1]) if name in f["marks"][0]))


def as_number(text):
    return float(text.replace("−", "-"))


# The table


def test_frames_show_the_states_of_em(stepper, starts):
    x = faithful_split()[0]
    for start, run in zip(starts.values(), stepper.table["runs"], strict=True):
        frames = run["frames"]
        params = start[0] if isinstance(start, tuple) else start
        for state in islice(em_states(x, params), (len(frames) - 1) // 2):
            after_e, after_m = 2 * state.step + 1, 2 * state.step
            np.testing.assert_allclose(shown(frames, after_e, "shares"), 100 * state.resp[:, 0], atol=1)
            drawn = shown(frames, after_m, "gaussians")
            np.testing.assert_allclose(drawn[:, :2], state.params.means, rtol=1e-3)
            factors = np.zeros((2, 2, 2))
            factors[:, [0, 1, 1], [0, 0, 1]] = drawn[:, 2:]
            covariances = factors @ factors.transpose(0, 2, 1)
            np.testing.assert_allclose(covariances, state.params.covariances, rtol=2e-3, atol=2e-3)
            log_likelihood = np.log(np.exp(log_density(x, state.params))).sum()
            assert as_number(frames[after_m]["row"][1]) == pytest.approx(log_likelihood, abs=0.0051)
            weight, mean = frames[after_m]["row"][4:6]
            assert float(weight) == pytest.approx(state.params.weights[0], abs=0.00051)
            np.testing.assert_allclose(eval(mean), state.params.means[0], atol=0.051)


def test_a_start_shows_the_shares_that_came_with_it(stepper):
    np.testing.assert_array_equal(shown(stepper.table["runs"][0]["frames"], 0, "shares"), 50)
    np.testing.assert_array_equal(
        shown(stepper.table["runs"][1]["frames"], 0, "shares"), 100 * faithful_split()[2][:, 0]
    )


def test_the_ledger_adds_up_in_every_frame(stepper):
    for run in stepper.table["runs"]:
        before = None
        for frame in run["frames"]:
            total, elbo, kl = map(as_number, frame["row"][1:4])
            assert round(elbo + kl, 2) == total
            assert frame["marks"][1]["parts"] == [elbo, kl]
            assert kl >= 0
            if frame["label"].startswith("E-step"):
                assert (kl, total) == (0, before)
            assert all(text in frame["status"] for text in frame["row"][:4])
            before = total


def test_a_frame_leaves_out_what_has_not_changed(stepper):
    for frame in stepper.table["runs"][0]["frames"][1:]:
        assert list(frame["marks"][0]) == (["shares"] if frame["label"].startswith("E-step") else ["gaussians"])


def test_each_frame_announces_the_next(stepper):
    for run in stepper.table["runs"]:
        frames = run["frames"]
        assert [frame["next"] for frame in frames] == [frame["label"] for frame in frames[1:]] + [None]
        assert [frame["label"] for frame in frames[:4]] == ["Start", "E-step 1", "M-step 1", "E-step 2"]
        assert {len(frame["row"]) for frame in frames} == {len(stepper.table["columns"])}


def test_a_run_ends_at_rest_and_says_so(stepper):
    last = [run["frames"][-1] for run in stepper.table["runs"]]
    assert all(frame["status"].endswith("a whole step gained less than 0.0001 nats.") for frame in last)
    assert last[0]["row"][1] == last[1]["row"][1] == "−1130.26"
    twins = stepper.table["runs"][2]["frames"]
    assert last[2]["label"] == "M-step 3"
    assert len({frame["row"][1] for frame in twins}) == 1


def test_a_run_ends_after_max_steps_and_says_so(starts):
    last = EMStepper(faithful_split()[0], {"corners": starts["corners"]}, max_steps=4).frames[-1]
    assert last["label"] == "M-step 4"
    assert last["status"].endswith("after 4 steps.")


def test_a_collapse_ends_a_run_and_is_told():
    x = faithful_split()[0]
    tiny = MixtureParams([0.5, 0.5], [x[0], x.mean(axis=0)], [1e-6 * np.eye(2), np.diag(x.var(axis=0))])
    frames = EMStepper(x, {"tiny": tiny}).frames
    assert frames[-1]["label"] == "E-step 1"
    assert "in the next M-step a component collapses" in frames[-1]["status"]


def test_the_axes_hold_all_points_and_means(starts):
    x, split, _ = faithful_split()
    far = MixtureParams(split.weights, [[-3.0, 20.0], [9.0, 150.0]], 100 * split.covariances)
    stepper = EMStepper(x, starts | {"far": far}, axis_labels=MINUTES)
    plane = stepper.table["panels"][0]
    means = [g[:2] for run in stepper.table["runs"] for f in run["frames"] for g in f["marks"][0].get("gaussians", [])]
    for column, axis, label in ((0, "x", MINUTES[0]), (1, "y", MINUTES[1])):
        values = np.array(plane["points"] + means)[:, column]
        low, high = plane[axis]["domain"]
        assert low < values.min() < values.max() < high
        assert plane[axis]["label"] == label
    np.testing.assert_allclose(plane["points"], faithful_split()[0], atol=0.005)


def test_three_components_have_two_shares_a_point():
    x, start = awkward_case()
    frames = EMStepper(x, {"start": start}, max_steps=2).frames
    drawn = shown(frames, 1, "shares").reshape(-1, 2)
    np.testing.assert_allclose(drawn, 100 * e_step(x, start)[0][:, :2], atol=1)


def test_state_is_light_and_plain(stepper):
    text = json.dumps(stepper.table, allow_nan=False)
    assert len(gzip.compress(text.encode())) < 60_000


def test_shares_are_whole_and_sum_to_a_hundred():
    resp = np.random.default_rng(0).dirichlet(np.ones(5), size=200)
    first = np.array(shares(resp)).reshape(200, 4)
    whole = np.column_stack([first, 100 - first.sum(axis=1)])
    assert np.abs(whole - 100 * resp).max() < 1
    assert shares(np.array([[1.0, 0.0], [1 / 3, 2 / 3], [0.996, 0.004]])) == [100, 33, 100]
    # 12.5 each: eight shares that all want to be rounded the same way
    eighths = np.array(shares(np.full((1, 8), 1 / 8)))
    assert sorted(set(eighths)) == [12, 13]
    assert 100 - eighths.sum() in (12, 13)


def test_numbers_have_a_minus_sign_and_no_negative_zero():
    assert [minus(text) for text in ("-1.50", "1.50", "-0.00")] == ["−1.50", "1.50", "0.00"]


@pytest.mark.parametrize(("scale", "offset"), [(1e-6, 0), (1, 0), (1e6, 0), (1, 1e6)])
def test_rounding_follows_the_spread_of_the_data(scale, offset):
    x, params = awkward_case()
    moved = MixtureParams(params.weights, params.means * scale + offset, params.covariances * scale**2)
    x = x * scale + offset
    spread = np.ptp(x, axis=0)
    assert (np.abs(np.array(plane_panel(x, x, ("a", "b"))["points"]) - x) <= 1e-3 * spread).all()
    drawn = np.array(gaussians(moved, x))
    assert (np.abs(drawn[:, :2] - moved.means) <= 1e-3 * spread).all()


# The widget


def test_saved_form_is_stable_and_has_a_picture(stepper, starts):
    again = EMStepper(faithful_split()[0], starts, axis_labels=MINUTES, rng=np.random.default_rng(0))
    assert repr(again) == repr(stepper) == "EMStepper('EM by half-steps')"
    data, _ = stepper._repr_mimebundle_()
    assert data["image/svg+xml"].startswith("<?xml")
    assert data["text/plain"] == repr(stepper)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert again.static == stepper.static
    stepper.static = None
    assert "image/svg+xml" not in stepper._repr_mimebundle_()[0]


def test_the_view_is_text_without_outside_resources(stepper):
    state = stepper.get_state()
    assert state["_esm"].endswith("export default { render };\n")
    assert "url(" not in state["_css"].replace("url(#", "")
    assert "@import" not in state["_css"]
    assert "static" not in state


def test_python_can_move_and_watch_it(stepper):
    seen = []
    stepper.observe(lambda change: seen.append(change.new), names="frame")
    stepper.choice = [1]
    stepper.frame = 3
    assert seen == [3]
    assert stepper.frames[stepper.frame]["label"] == "E-step 2"
    stepper.choice = [0]
    assert stepper.frame == 0


def test_a_player_can_begin_anywhere(stepper):
    player = Player(stepper.table, choice=[1], frame=2)
    assert player.frames[player.frame]["label"] == "M-step 1"
    assert (Player(stepper.table).choice, Player(stepper.table).frame) == ([0], 0)


def test_several_choices_count_with_the_last_fastest(stepper):
    runs = [{"frames": [{"label": f"{a}{b}"}]} for a in "pq" for b in "123"]
    choices = [{"label": "letter", "options": ["p", "q"]}, {"label": "digit", "options": ["1", "2", "3"]}]
    player = Player(stepper.table | {"choices": choices, "runs": runs}, choice=[1, 0])
    assert player.frames[0]["label"] == "q1"
    assert Player(stepper.table | {"choices": [], "runs": runs[:1]}).frames[0]["label"] == "p1"


@pytest.mark.parametrize(
    ("name", "value"), [("choice", [3]), ("choice", []), ("choice", [-1]), ("frame", -1), ("frame", 10_000)]
)
def test_a_state_that_is_not_there_is_refused_by_name(stepper, name, value):
    before = getattr(stepper, name)
    with pytest.raises(traitlets.TraitError, match=rf"{name}(\[0\])? must"):
        setattr(stepper, name, value)
    assert getattr(stepper, name) == before


def test_a_kernel_adds_random_starts(stepper):
    stepper.frame = 4
    stepper._handle_custom_msg({"kind": "extend"}, None)
    stepper._handle_custom_msg({"kind": "extend"}, None)
    assert stepper.table["choices"][0]["options"][-2:] == ["Random 1", "Random 2"]
    assert (stepper.choice, stepper.frame) == ([4], 0)
    first, second = (run["frames"] for run in stepper.table["runs"][-2:])
    assert stepper.frames is second
    assert first[0]["row"] != second[0]["row"]
    stepper._handle_custom_msg({"kind": "something else"}, None)
    assert len(stepper.table["runs"]) == 5


def test_without_a_generator_nothing_is_offered(starts):
    stepper = EMStepper(faithful_split()[0], starts)
    assert not stepper.table["extendable"]
    with pytest.raises(ValueError, match="rng must be"):
        stepper.extend()


def test_bad_input_is_named(starts):
    x, split, _ = faithful_split()
    three = MixtureParams(np.full(3, 1 / 3), x[:3], [np.eye(2)] * 3)
    empty = MixtureParams([1.0, 0.0], split.means, split.covariances)
    nine = MixtureParams(np.full(9, 1 / 9), x[:9], [np.eye(2)] * 9)
    with pytest.raises(ValueError, match="starts must hold at least one start"):
        EMStepper(x, {})
    with pytest.raises(ValueError, match=r"starts must .* same K, got K = .*'three': 3"):
        EMStepper(x, starts | {"three": three})
    with pytest.raises(ValueError, match=r"starts\['empty'\] has the ELBO -inf"):
        EMStepper(x, {"empty": empty})
    with pytest.raises(ValueError, match="K is 9, but the palette has 8"):
        EMStepper(x, {"nine": nine}, max_steps=1)
    with pytest.raises(ValueError, match=r"x must have shape \(N, 2\) to be drawn, got \(272, 1\)"):
        EMStepper(x[:, :1], starts)
    with pytest.raises(ValueError, match="must be a MixtureParams"):
        EMStepper(x, {"bare": "corners"})
    with pytest.raises(ValueError, match=r"starts must map names to starts.*got .MixtureParams"):
        EMStepper(x, [split])
    with pytest.raises(ValueError, match=r"axis_labels must be two strings, got .'a',"):
        EMStepper(x, starts, axis_labels=("a",))
    with pytest.raises(ValueError, match="max_steps must be"):
        EMStepper(x, starts, max_steps=0)
    with pytest.raises(ValueError, match="rng must be"):
        EMStepper(x, starts, rng=0)
