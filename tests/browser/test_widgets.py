"""The explorable of chapter 5 on the built site: every control by mouse, finger and key, judged by gmm_lab."""

import contextlib
import io
import re

import numpy as np
import pytest

from gmm_lab import ComponentCollapsed, covariance, datasets, log_joint, m_step

PAGE, CHAPTER = "play/soft_em.html", "05_soft_em.html"
STRUCTURES = ("full", "tied", "diagonal", "spherical")


class Shown:
    """One explorable on an open page, as a reader and as `gmm_lab` see it."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
        self.root = self.page.locator(".gmm-explorable").first

    def press(self, *names):
        for name in names:
            self.root.get_by_role("button", name=name, exact=True).click()
        return self

    def choose(self, **choices):
        for name, value in choices.items():
            self.root.get_by_role("combobox", name=name.replace("_", " "), exact=True).select_option(value)
        return self

    def write(self, name, value):
        control = self.root.get_by_label(name, exact=True)
        control.fill(str(value))
        control.press("Enter")

    def handle(self, name):
        return self.root.get_by_role("slider", name=name, exact=True)

    def open(self, *folds):
        for fold in folds:
            self.root.locator("summary", has_text=re.compile(f"^{fold}")).click()
        return self

    @property
    def said(self):
        return self.root.get_by_role("status").inner_text()

    @property
    def ledger(self):
        texts = self.root.locator(".gmm-x-sums b").all_inner_texts()
        return [float(text.replace("\u2212", "-")) for text in texts]

    @property
    def python(self):
        """The names that "Copy as Python" makes, and what its last line prints."""
        self.press("Copy as Python")
        printed, names = io.StringIO(), {}
        with contextlib.redirect_stdout(printed):
            exec(self.page.evaluate("copied"), names)
        return names, [float(text) for text in printed.getvalue().split()]

    def agrees(self):
        """The ledger and the inspector show what gmm_lab computes for this state; returns its names."""
        names, printed = self.python
        np.testing.assert_allclose(self.ledger, printed, atol=0.0101)
        assert self.ledger[0] == pytest.approx(self.ledger[1] + self.ledger[2], abs=1e-6)
        title = self.root.locator(".gmm-x-point").inner_text()
        n = int(re.match(r"Point (\d+) of (\d+)", title)[1]) - 1
        rows = self.root.locator(".gmm-x-inspector tbody tr").all()
        joint = np.exp(log_joint(names["x"][n : n + 1], names["params"]))[0]
        for k, row in enumerate(rows[:-1]):
            term, share, q = (number(text) for text in row.locator("td").all_inner_texts())
            assert term == pytest.approx(joint[k], rel=6e-3)
            assert share == pytest.approx(100 * joint[k] / joint.sum(), abs=0.051)
            assert q == pytest.approx(100 * names["resp"][n, k], abs=0.051)
        return names


def number(text):
    text = text.replace("\u2212", "-").replace(" %", "")
    if "·10" in text:
        digits, power = text.split("·10")
        return float(digits) * 10.0 ** int("".join("-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".index(sign)] for sign in power))
    return float(text)


@pytest.fixture
def shown(open_page):
    return lambda page=PAGE, **options: Shown(open_page(page, **options))


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(explorable, handle, by, way):
    """Move a handle by pixels, in three moves or more, as the mouse, a finger or keys do it."""
    page, x, y = explorable.page, *centre(handle)
    if way == "mouse":
        page.mouse.move(x, y)
        page.mouse.down()
        for part in (0.3, 0.6, 0.8, 1):
            page.mouse.move(x + part * by[0], y + part * by[1])
        page.mouse.up()
    elif way == "touch":
        session = page.context.new_cdp_session(page)

        def send(kind, *points):
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [*points]})

        send("touchStart", {"x": x, "y": y})
        for part in (0.15, 0.3, 0.5, 0.7, 0.9, 1):
            send("touchMove", {"x": x + part * by[0], "y": y + part * by[1]})
        send("touchEnd")
    else:
        handle.focus()
        for key in ["ArrowRight" if by[0] > 0 else "ArrowLeft"] * 4 + ["ArrowUp" if by[1] < 0 else "ArrowDown"] * 3:
            page.keyboard.press(key)


# Numbers


def test_half_steps_are_those_of_gmm_lab(shown):
    it = shown()
    before = it.agrees()
    for step in (1, 2, 3):
        it.press("E-step")
        assert it.said.startswith(f"E{step}: new shares")
        after_e = it.agrees()
        np.testing.assert_array_equal(after_e["params"].means, before["params"].means)
        assert it.ledger[2] == 0
        it.press("M-step")
        assert it.said.startswith(f"M{step}: new components")
        before = it.agrees()
        made = m_step(after_e["x"], after_e["resp"])
        np.testing.assert_allclose(before["params"].means, made.means, rtol=1e-9)
        np.testing.assert_allclose(before["params"].covariances, made.covariances, rtol=1e-9)
    assert it.visit.errors == []


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("data", ["faithful", "anisotropic", "unequal_variances", "uneven_sizes"])
def test_every_choice_of_data_and_covariances(shown, data, structure):
    it = shown().choose(Data=data, K="3", Covariances=structure, Start="kmeans++").press("E-step", "M-step", "E-step")
    before = it.agrees()
    make = m_step if structure == "full" else getattr(covariance, structure)
    it.press("M-step")
    after = it.agrees()
    np.testing.assert_allclose(after["params"].covariances, make(before["x"], before["resp"]).covariances, rtol=1e-8)


def test_one_to_six_components(shown):
    it = shown()
    for count in "135642":
        it.choose(K=count)
        assert it.root.locator(".gmm-x-mean").count() == int(count)
        it.press("E-step")
        assert it.agrees()["params"].n_components == int(count)


# Taking hold


@pytest.mark.parametrize("way", ["mouse", "touch", "keys"])
def test_a_mean_can_be_dragged(shown, way):
    it = shown(has_touch=way == "touch")
    before = it.press("E-step").agrees()["params"]
    handle = it.handle("Mean of component 2")
    handle.scroll_into_view_if_needed()
    scrolled = it.page.evaluate("scrollY")
    drag(it, handle, (-60, -45), way)
    assert it.page.evaluate("scrollY") == scrolled  # a finger that drags does not scroll
    assert it.said.startswith("By hand:")
    after = it.agrees()["params"]
    assert after.means[1, 0] < before.means[1, 0] - 0.2
    assert after.means[1, 1] > before.means[1, 1] + 3
    np.testing.assert_array_equal(after.means[0], before.means[0])
    it.press("Undo")  # a gesture is one step back
    if way != "keys":
        np.testing.assert_array_equal(it.agrees()["params"].means, before.means)


@pytest.mark.parametrize("way", ["mouse", "touch", "keys"])
@pytest.mark.parametrize("structure", STRUCTURES)
def test_an_ellipse_can_be_stretched_within_its_structure(shown, structure, way):
    it = shown(has_touch=way == "touch").choose(Covariances=structure)
    before = it.agrees()["params"].covariances
    for axis in ("first", "second"):
        drag(it, it.handle(f"Ellipse 1, {axis} axis"), (35, -30), way)
    after = it.agrees()["params"].covariances
    assert not np.allclose(before[0], after[0])
    assert np.array_equal(after[0], after[1]) == (structure == "tied")
    assert (after[0, 0, 1] == 0) == (structure in ("diagonal", "spherical"))
    assert (after[0, 0, 0] == after[0, 1, 1]) == (structure == "spherical")


def test_shift_is_finer_and_a_held_key_is_one_gesture(shown):
    it = shown()
    start = it.agrees()["params"].means[0, 0]
    handle = it.handle("Mean of component 1")
    handle.focus()
    it.page.keyboard.press("ArrowRight")
    coarse = it.agrees()["params"].means[0, 0] - start
    handle.focus()
    it.page.keyboard.press("Shift+ArrowRight")
    fine = it.agrees()["params"].means[0, 0] - start - coarse
    assert fine == pytest.approx(coarse / 10)
    handle.focus()
    for _ in range(3):
        it.page.keyboard.down("ArrowRight")
    it.page.keyboard.up("ArrowRight")
    it.press("Undo")
    assert it.agrees()["params"].means[0, 0] == pytest.approx(start + coarse + fine)


@pytest.mark.parametrize("touch", [False, True])
def test_points_are_added_and_taken_away_by_a_tap(shown, touch):
    it = shown(has_touch=touch)
    touched = it.page.touchscreen.tap if touch else it.page.mouse.click

    def tap(dx, dy):
        it.root.locator(".gmm-x-plane").scroll_into_view_if_needed()
        plane = it.root.locator(".gmm-x-plane").bounding_box()
        touched(plane["x"] + dx * plane["width"], plane["y"] + dy * plane["height"])

    it.root.get_by_label("Tap to add or remove points").check()
    tap(0.3, 0.2)
    x = it.agrees()["x"]
    assert len(x) == 273
    assert it.root.locator(".gmm-x-point").inner_text().startswith("Point 273 of 273")
    assert x[-1, 0] == round(x[-1, 0], 3)
    tap(0.3, 0.2)
    assert len(it.agrees()["x"]) == 272
    it.press("Clear points")
    assert it.root.locator(".gmm-x-point").inner_text() == "No point yet"
    it.press("M-step")
    assert "no share of any point" in it.said
    for place in ((0.2, 0.3), (0.3, 0.5), (0.25, 0.35), (0.7, 0.6), (0.8, 0.4), (0.75, 0.7)):
        tap(*place)
    it.press("E-step", "M-step")
    assert len(it.agrees()["x"]) == 6


def test_without_the_switch_a_tap_shows_a_point(shown):
    it = shown()
    it.root.locator(".gmm-x-inspector input[type=range]").fill("40")
    ring = it.root.locator(".gmm-x-spot")
    target = centre(ring)
    it.root.locator(".gmm-x-inspector input[type=range]").fill("3")
    it.page.mouse.click(*target)
    names = it.agrees()
    n = int(re.match(r"Point (\d+)", it.root.locator(".gmm-x-point").inner_text())[1]) - 1
    np.testing.assert_array_equal(names["x"][n], datasets.old_faithful()[39])
    it.root.locator(".gmm-x-inspector input[type=range]").focus()
    it.page.keyboard.press("ArrowRight")
    assert it.root.locator(".gmm-x-point").inner_text().startswith(f"Point {n + 2} of 272 at")


# Numbers that are written


def test_parameters_can_be_written(shown):
    it = shown().open("Parameters and points")
    for name, value in {"π": 0.3, "μ₁": "2,5", "μ₂": 60, "σ₁": 0.5, "σ₂": 8, "ρ": "\u22120.4"}.items():
        it.write(f"{name} of component 1", value)
    params = it.agrees()["params"]
    np.testing.assert_allclose(params.weights, [0.3, 0.7])
    np.testing.assert_allclose(params.means[0], [2.5, 60])
    np.testing.assert_allclose(params.covariances[0], [[0.25, -1.6], [-1.6, 64]])
    for name, value in {"π": 1, "μ₁": "x", "σ₁": 0, "ρ": 1}.items():
        it.write(f"{name} of component 1", value)
        assert re.search("must be|lies between", it.said)
    np.testing.assert_array_equal(it.agrees()["params"].covariances, params.covariances)


def test_points_can_be_written(shown):
    it = shown().open("Parameters and points", "Points as numbers")
    text = it.root.get_by_label("All points, one a line")
    it.page.wait_for_function("document.querySelector('textarea[rows=\"6\"]').value !== ''")
    assert len(text.input_value().splitlines()) == 272
    text.fill("1, 2\n3; 4\n5 7\n2.5\t1e0\n")
    it.press("Take these points")
    np.testing.assert_array_equal(it.agrees()["x"], [[1, 2], [3, 4], [5, 7], [2.5, 1]])
    text.fill("1, 2\nthree")
    it.press("Take these points")
    assert it.said == "Line 2 is not a pair of numbers: three"
    it.write("x₁", 9)
    x = it.agrees()["x"]
    np.testing.assert_array_equal(x[-1], [9, 1])  # the point that was shown is not there any more: the last one is
    it.press("Remove point")
    assert len(it.agrees()["x"]) == 3


def test_a_component_collapses_by_name(shown):
    it = shown().open("Parameters and points")
    for name, value in {"μ₁": 3.6, "μ₂": 79, "σ₁": 0.001, "σ₂": 0.01, "ρ": 0}.items():
        it.write(f"{name} of component 1", value)
    it.press("E-step")
    names = it.agrees()
    with pytest.raises(ComponentCollapsed, match="component 0"):
        m_step(names["x"], names["resp"])
    it.press("M-step")
    assert it.said.startswith("Component 1 has collapsed: it holds 1.00 points")
    np.testing.assert_array_equal(it.agrees()["params"].means, names["params"].means)
    it.press("Play")
    it.root.get_by_role("button", name="Play", exact=True).wait_for()  # it stops by itself


def test_equal_components_stay_equal(shown):
    it = shown().open("Parameters and points")
    for k in (1, 2):
        for name, value in {"μ₁": 3, "μ₂": 70, "σ₁": 1, "σ₂": 9, "ρ": 0.2}.items():
            it.write(f"{name} of component {k}", value)
    it.press("E-step", "M-step", "E-step", "M-step")
    means = it.agrees()["params"].means
    np.testing.assert_allclose(means[0], means[1], rtol=1e-12)


# Going back and forth


def test_undo_redo_start_over(shown):
    it = shown()
    seen = [it.ledger]
    for name in ("E-step", "M-step", "E-step"):
        it.press(name)
        seen.append(it.ledger)
    for ledger in seen[-2::-1]:
        it.press("Undo")
        assert it.ledger == ledger
    undo = it.root.get_by_role("button", name="Undo", exact=True)
    assert undo.get_attribute("aria-disabled") == "true"
    undo.dispatch_event("click")
    assert it.ledger == seen[0]
    for ledger in seen[1:]:
        it.press("Redo")
        assert it.ledger == ledger
    it.press("Start over")
    assert it.ledger == seen[0]
    it.choose(K="5").handle("Mean of component 5").focus()
    it.press("Undo")  # to fewer components than the one that was active
    assert it.root.locator(".gmm-x-end").count() == 2


def test_a_seed_makes_the_same_start_again(shown):
    it = shown().choose(Start="random", K="4")
    first = it.agrees()["params"]
    it.press("New start")
    assert it.root.get_by_label("Seed").input_value() == "2"
    assert not np.array_equal(it.agrees()["params"].means, first.means)
    it.write("Seed", 1)
    np.testing.assert_array_equal(it.agrees()["params"].means, first.means)
    it.write("Seed", "one")
    assert "whole number" in it.said


def test_play_runs_to_rest_and_can_be_paused(shown):
    it = shown()
    it.page.clock.install()
    it.press("Play")
    assert it.root.get_by_role("status").get_attribute("aria-live") == "off"
    it.page.clock.run_for(3000)
    it.press("Pause")
    before = it.ledger
    it.page.clock.run_for(5000)
    assert it.ledger == before
    assert it.root.get_by_role("status").get_attribute("aria-live") == "polite"
    it.press("Play")
    it.page.clock.run_for(90_000)
    assert "EM is at rest" in it.said
    assert it.ledger[0] == pytest.approx(-1130.26, abs=0.011)


@pytest.mark.parametrize("own", [False, True])
def test_a_link_leads_to_the_same_state(shown, own):
    it = shown().choose(Data="unequal_variances", K="3", Start="kmeans++", Covariances="diagonal")
    it.press("E-step", "M-step", "E-step")
    drag(it, it.handle("Mean of component 3"), (20, 30), "mouse")
    if own:
        it.press("Remove point")
    before, said = it.agrees(), it.ledger
    it.press("Copy link")
    address = it.page.url
    assert "#soft_em=1." in address
    other = shown(f"{PAGE}#{address.split('#')[1]}")
    after = other.agrees()
    assert other.ledger == said
    np.testing.assert_array_equal(after["x"], before["x"])
    for name in ("weights", "means", "covariances"):
        np.testing.assert_array_equal(getattr(after["params"], name), getattr(before["params"], name))
    assert other.root.get_by_role("combobox", name="Covariances").input_value() == "diagonal"
    broken = shown(f"{PAGE}#{address.split('#')[1][:-30]}")
    assert broken.said.startswith("The link is damaged")


# For everybody


def test_keys_alone_reach_and_work_every_control(shown):
    it = shown()
    it.root.get_by_role("combobox", name="Data").focus()
    seen = ["Data"]
    for _ in range(40):
        it.page.keyboard.press("Tab")
        focused = it.page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
              const ring = e.querySelector?.('.gmm-x-reach');
              return [e.getAttribute('aria-label') ?? e.labels?.[0]?.firstChild?.textContent ?? e.textContent,
                s.outlineStyle === 'solid' || (ring && getComputedStyle(ring).strokeWidth !== '1px'),
                e.hasAttribute('data-lm-suppress-shortcuts'), !!e.closest('.gmm-explorable')] }"""
        )
        if not focused[3]:
            break
        assert focused[1], f"no ring around {focused[0]}"
        assert focused[2], f"{focused[0]} would lose keys in JupyterLab"
        seen.append(focused[0])
    wanted = {"New start", "E-step", "M-step", "Play", "Start over", "Mean of component 1", "Ellipse 1, first axis"}
    wanted |= {"Mean of component 2", "Point", "Remove point", "Copy link", "Copy as Python"}
    assert wanted <= set(seen)
    it.root.get_by_role("button", name="E-step").focus()
    it.page.keyboard.press("Enter")
    assert it.said.startswith("E1:")
    it.root.get_by_role("button", name="M-step").focus()
    it.page.keyboard.press("Space")
    assert it.said.startswith("M1:")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_when_all_is_open(shown, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    it = shown(color_scheme=scheme).open("Parameters and points", "Points as numbers").press("E-step", "M-step")
    it.page.evaluate("() => { navigator.clipboard.writeText = async () => { throw new Error('refused'); }; }")
    it.press("Copy as Python")
    it.root.get_by_label("To copy").wait_for()
    assert "params = MixtureParams(" in it.root.get_by_label("To copy").input_value()
    assert axe.run(it.page).response["violations"] == []


def luminance(color):
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_in_the_picture_is_readable(shown, scheme):
    it = shown(color_scheme=scheme)
    text, paper = it.root.evaluate(
        """(root) => { const pen = document.createElement('canvas').getContext('2d');
          const rgb = (css) => {
            pen.fillStyle = css;
            pen.fillRect(0, 0, 1, 1);
            return [...pen.getImageData(0, 0, 1, 1).data].join(' ');
          };
          const text = getComputedStyle(root.querySelector('svg text')).fill;
          return [rgb(text), rgb(getComputedStyle(root).backgroundColor)]; }"""
    )
    low, high = sorted([luminance(text), luminance(paper)])
    assert (high + 0.05) / (low + 0.05) >= 4.5
    assert (luminance(paper) < 0.1) == (scheme == "dark")


@pytest.mark.parametrize("width", [320, 360, 390, 736, 1280])
def test_everything_fits(shown, width):
    it = shown(viewport={"width": width, "height": 900}).choose(Data="anisotropic", K="6").press("E-step", "M-step")
    it.open("Parameters and points")
    assert it.page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert it.root.evaluate("(element) => element.scrollWidth <= element.clientWidth")
    sizes = it.root.locator("button:visible, select:visible, input:visible, summary:visible").evaluate_all(
        "(all) => all.map((e) => (e.type === 'checkbox' ? e.parentNode : e).getBoundingClientRect().height)"
    )
    assert min(sizes) >= 24
    assert it.root.get_by_role("button", name="E-step").bounding_box()["height"] >= 44


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_what_moved_is_shown_to_those_who_want_motion(shown, motion):
    it = shown(reduced_motion=motion).press("E-step")
    places = it.root.evaluate(
        """(root) => { const ring = root.querySelector('.gmm-x-one'), before = ring.getAttribute('d');
          [...root.querySelectorAll('button')].find((b) => b.textContent === 'M-step').click();
          return [before, ring.getAttribute('d')]; }"""
    )
    assert (places[0] == places[1]) == (motion == "no-preference")  # it begins where it was


def test_a_screen_reader_is_told_what_there_is(shown):
    it = shown()
    assert it.page.get_by_role("group", name="Soft EM by half-steps").count() == 1
    handle = it.handle("Mean of component 1")
    assert handle.get_attribute("aria-roledescription") == "handle"
    assert re.fullmatch(r"[\d.]+, [\d.]+", handle.get_attribute("aria-valuetext"))
    assert it.root.get_by_role("img").get_attribute("aria-label").startswith("Ledger of the last half-steps: start")


def test_components_differ_without_colour(shown):
    it = shown().choose(K="6")
    for selector, name in ((".gmm-x-ring", "style"), (".gmm-x-mean .gmm-x-knob", "d")):
        looks = it.root.locator(selector).evaluate_all("(all, name) => all.map((e) => e.getAttribute(name))", name)
        assert len({re.sub(r"stroke:[^;]*;", "", look) for look in looks}) == 6


# In the chapter


def test_in_the_chapter_the_page_does_not_move_when_it_comes(shown):
    for width in (390, 1280):
        it = shown(CHAPTER, viewport={"width": width, "height": 900})
        before = it.agrees()
        assert len(before["x"]) == 272
        it.press("E-step", "M-step").agrees()


def test_without_javascript_there_is_a_picture(open_page):
    page = open_page(CHAPTER, java_script_enabled=False).page
    assert page.locator(".gmm-widget .gmm-figure svg").first.is_visible()


def test_paper_has_the_picture_and_no_controls(shown):
    it = shown(CHAPTER)
    it.page.emulate_media(media="print")
    assert it.root.locator(".gmm-x-plane").is_visible()
    controls = it.root.locator("button, select, input, summary, textarea").all()
    assert not any(control.is_visible() for control in controls)
