"""The player on the built site, worked as a reader does: by mouse, by keyboard, without a kernel."""

import json
import re
from itertools import pairwise

import pytest

import gmm_lab.widgets

CHAPTER = "05_soft_em.html"
CHECKBOX, BUTTONS = "Zoom to recent half-steps", {"Do the E-step 1", "Back", "Play", "Start again"}


@pytest.fixture
def player(open_page):
    def open_player(**options):
        visit = open_page(CHAPTER, **options)
        return visit.page, visit.page.locator(".gmm-player").first

    return open_player


def picture(shown):
    """All that the player draws and says, as text."""
    return shown.locator(".gmm-panels").inner_html() + shown.get_by_role("status").inner_text()


def status(shown):
    return shown.get_by_role("status").inner_text()


def button(shown, name):
    return shown.get_by_role("button", name=name)


def is_off(control):
    return control.get_attribute("aria-disabled") == "true"


def attributes(shown, selector, name):
    return shown.locator(selector).evaluate_all("(nodes, name) => nodes.map((node) => node.getAttribute(name))", name)


def move_to(shown, label):
    """Step to a frame by the main button."""
    while not status(shown).startswith(f"{label}:"):
        button(shown, "Do the").click()


# What is drawn


def test_mouse_steps_forward_back_and_to_the_start(player):
    _, shown = player()
    pictures = [picture(shown)]
    for label in ("E-step 1", "M-step 1", "E-step 2"):
        button(shown, f"Do the {label}").click()
        assert status(shown).startswith(f"{label}:")
        pictures.append(picture(shown))
    assert len(set(pictures)) == 4
    button(shown, "Back").click()
    assert picture(shown) == pictures[2]
    button(shown, "Start again").click()
    assert picture(shown) == pictures[0]


def test_an_e_step_closes_the_gap_and_moves_no_ellipse(player):
    _, shown = player()
    rings = [attributes(shown, ".gmm-ring", "d")]
    dots = [attributes(shown, ".gmm-dot", "fill")]
    for _ in range(2):
        button(shown, "Do the").click()
        rings.append(attributes(shown, ".gmm-ring", "d"))
        dots.append(attributes(shown, ".gmm-dot", "fill"))
        identity = shown.locator(".gmm-identity").inner_text()
        assert ("KL 0.00" in identity) == ("KL 0.00" in status(shown)) == (len(rings) == 2)
    assert len(rings[0]) == 4
    assert len(dots[0]) == 272
    assert rings[0] == rings[1] != rings[2]
    assert dots[0] != dots[1] == dots[2]


def test_the_ledger_is_written_out_and_adds_up(player):
    _, shown = player()
    for _ in range(7):
        button(shown, "Do the").click()
        text = " ".join(shown.locator(".gmm-identity").inner_text().split())
        numbers = re.fullmatch(r"log-likelihood (−[\d.]+) = ELBO (−[\d.]+) \+ KL ([\d.]+)", text).groups()
        total, elbo, kl = (round(100 * float(number.replace("−", "-"))) for number in numbers)
        assert total == elbo + kl


def test_bars_stand_on_an_axis_that_says_where_it_starts(player):
    _, shown = player()
    move_to(shown, "M-step 3")
    bars = shown.evaluate(
        """(player) => [...player.querySelectorAll('.gmm-bar')].map((bar) => [...bar.children].map((part) =>
            ['y', 'height'].map((name) => Number(part.getAttribute(name)))))"""
    )
    assert len(bars) == 7
    feet = set()
    for (y_elbo, elbo), (y_kl, kl), (y_cap, cap) in bars:
        feet.add(round(y_elbo + elbo))
        assert y_kl + kl == pytest.approx(y_elbo, abs=0.11)
        assert y_cap + cap == pytest.approx(y_kl, abs=0.11)
    assert len(feet) == 1
    assert re.search(r"nats \(axis starts at −\d+, not at 0\)", shown.locator(".gmm-plot-ledger").inner_html())


def test_nothing_shows_the_future(player):
    _, shown = player()
    shown.locator("summary").click()
    before = picture(shown)
    seen = []
    for steps in range(1, 5):
        assert shown.locator("tbody tr").count() == shown.locator(".gmm-bar").count() == steps
        assert shown.locator("tr[aria-current=step] th").inner_text() == status(shown).split(":")[0]
        seen.append(shown.locator("tbody").inner_text())
        button(shown, "Do the").click()
    assert all(late.startswith(early) for early, late in pairwise(seen))
    shown.get_by_role("slider").fill("0")
    assert picture(shown) == before  # no scale has learnt from what came later


def test_choice_of_start_changes_the_picture_and_begins_anew(player):
    _, shown = player()
    seen = set()
    for value in range(shown.locator("option").count()):
        shown.locator("select").select_option(index=value)
        assert status(shown).startswith("Start:")
        seen.add(picture(shown))
        button(shown, "Do the E-step 1").click()
    assert len(seen) == shown.locator("option").count() >= 3


def test_zoom_rescales_the_ledger_and_nothing_else(player):
    _, shown = player()
    move_to(shown, "M-step 5")
    plane, ledger = (lambda name=name: shown.locator(f".gmm-plot-{name}").inner_html() for name in ("plane", "ledger"))
    before = plane(), ledger()
    shown.get_by_label(CHECKBOX).check()
    assert plane() == before[0]
    assert ledger() != before[1]
    assert shown.locator(".gmm-bar").count() == 6
    button(shown, "Do the").click()
    assert shown.locator(".gmm-bar").count() == 6
    button(shown, "Back").click()
    shown.get_by_label(CHECKBOX).uncheck()
    assert (plane(), ledger()) == before


# Controls


def test_keyboard_alone_reaches_and_works_every_control(player):
    page, shown = player()
    move_to(shown, "M-step 4")
    seen = picture(shown)
    shown.locator("select").focus()

    def press(*keys):
        nonlocal seen
        before = seen
        for key in keys:
            page.keyboard.press(key)
        seen = picture(shown)
        assert seen != before, f"{keys} changed nothing"

    def focused():
        return page.evaluate("[document.activeElement.tagName, document.activeElement.textContent]")

    def tab_to(tag, text=""):
        page.keyboard.press("Tab")
        assert focused()[0] == tag
        assert text in focused()[1]
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"

    tab_to("INPUT")  # the zoom
    press("Space")
    tab_to("BUTTON", "Do the")
    press("Enter")
    press("Space")
    tab_to("BUTTON", "Back")
    press("Enter")
    tab_to("BUTTON", "Play")
    page.keyboard.press("Enter")
    assert focused()[1] == "Pause"
    page.keyboard.press("Space")
    assert focused()[1] == "Play"
    tab_to("BUTTON", "Start again")
    press("Enter")
    tab_to("INPUT")  # the range
    press("ArrowRight")
    assert shown.get_by_role("slider").get_attribute("aria-valuetext") == "E-step 1"
    press("End")
    press("Home")
    tab_to("SUMMARY")
    page.keyboard.press("Enter")
    tab_to("DIV", "half-step")  # the table scrolls
    assert shown.locator("tbody tr").count() == 1
    shown.locator("select").focus()
    press("ArrowDown")
    assert shown.locator("select").input_value() == shown.locator("option").nth(1).inner_text()


def test_no_control_is_dead(player):
    """Whatever is not marked as off changes something, at the start, in the middle and at the end of a run."""
    _, shown = player()
    last = shown.get_by_role("slider").get_attribute("max")
    for frame in ("0", "3", "9", last):
        for index in range(shown.get_by_role("button").count()):
            shown.get_by_role("slider").fill(frame)
            control = shown.get_by_role("button").nth(index)
            before, name, off = picture(shown), control.inner_text(), is_off(control)
            control.dispatch_event("click")  # also where Playwright sees that a control is off
            assert (picture(shown) != before or control.inner_text() != name) != off, (frame, name)
            if control.inner_text() == "Pause":
                control.click()
        shown.get_by_role("slider").fill(frame)
        before, zoom = picture(shown), shown.get_by_label(CHECKBOX)
        off = is_off(zoom)
        zoom.dispatch_event("click")
        assert (picture(shown) != before) == zoom.is_checked() != off, (frame, "zoom")
        if zoom.is_checked():
            zoom.uncheck()


def test_a_button_that_is_off_keeps_the_focus(player):
    page, shown = player()
    last = int(shown.get_by_role("slider").get_attribute("max"))
    shown.get_by_role("slider").fill(str(last - 1))
    button(shown, "Do the").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "The run ends here"
    assert is_off(button(shown, "The run ends here"))
    assert "The run ends here" in status(shown)
    before = picture(shown)
    page.keyboard.press("Enter")
    assert picture(shown) == before


def test_play_runs_to_the_end_pauses_and_begins_again(player):
    page, shown = player()
    page.clock.install()
    shown.locator("select").select_option(index=1)
    button(shown, "Play").click()
    assert shown.get_by_role("status").get_attribute("aria-live") == "off"
    page.clock.run_for(2000)
    assert status(shown).startswith("M-step 1:")
    button(shown, "Pause").click()
    assert shown.get_by_role("status").get_attribute("aria-live") == "polite"
    page.clock.run_for(5000)
    assert status(shown).startswith("M-step 1:")
    button(shown, "Play").click()
    page.clock.run_for(60_000)
    assert "The run ends here" in status(shown)
    assert shown.get_by_role("status").get_attribute("aria-live") == "polite"
    button(shown, "Play").click()
    assert status(shown).startswith("Start:")
    button(shown, "Do the E-step 1").click()  # a reader who steps has taken over
    page.clock.run_for(5000)
    assert status(shown).startswith("E-step 1:")


def test_without_a_kernel_nothing_asks_for_one(player):
    _, shown = player()
    assert set(shown.get_by_role("button").all_inner_texts()) == BUTTONS


LIVE = """async ([source, table]) => {
    const listeners = {}, state = { table, choice: [0], frame: 0 };
    window.sent = [];
    window.model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value; (listeners[`change:${name}`] ?? []).forEach((call) => call()); },
        on: (event, call) => (listeners[event] ??= []).push(call),
        off: (event, call) => { listeners[event] = listeners[event].filter((other) => other !== call); },
        save_changes: () => {},
        send: (content) => window.sent.push(content),
    };
    const { default: view } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    const el = document.querySelector("article").appendChild(document.createElement("div"));
    el.id = "alive";
    window.cleanUp = view.render({ model: window.model, el });
    window.listening = () => Object.values(listeners).flat().length;
}"""


@pytest.fixture
def alive(player):
    """The view with a model that can reach Python, played by this test."""
    page, _ = player()
    state = page.locator('script[type="application/vnd.jupyter.widget-state+json"]').text_content()
    table = next(m["state"]["table"] for m in json.loads(state)["state"].values() if "table" in m["state"])
    page.evaluate(LIVE, [gmm_lab.widgets.Player._esm, table])
    return page, page.locator("#alive .gmm-player"), table


def test_with_a_kernel_a_new_start_can_be_asked_for(alive):
    page, shown, table = alive
    button(shown, "New random start").click()
    assert page.evaluate("sent") == [{"kind": "extend"}]
    options = [*table["choices"][0]["options"], "Random 1"]
    longer = table | {"choices": [{"label": "Start", "options": options}], "runs": [*table["runs"], table["runs"][1]]}
    page.evaluate(
        "([table, choice]) => { model.set('table', table); model.set('choice', choice); model.set('frame', 0); }",
        [longer, [len(options) - 1]],
    )
    assert shown.locator("select").input_value() == "Random 1"
    assert shown.locator("option").all_inner_texts() == options
    assert status(shown) == table["runs"][1]["frames"][0]["status"]
    assert page.evaluate("document.activeElement.textContent") == "New random start"


def test_the_view_follows_python_and_python_the_view(alive):
    page, shown, table = alive
    page.evaluate("model.set('choice', [1])")
    assert status(shown) == table["runs"][1]["frames"][0]["status"]
    page.evaluate("model.set('frame', 3)")
    assert status(shown) == table["runs"][1]["frames"][3]["status"]
    assert shown.get_by_role("slider").input_value() == "3"
    assert shown.locator("select").input_value() == table["choices"][0]["options"][1]
    button(shown, "Back").click()
    assert page.evaluate("model.get('frame')") == 2
    shown.locator("select").select_option(index=2)
    assert page.evaluate("[model.get('choice'), model.get('frame')]") == [[2], 0]


def test_a_view_that_is_closed_leaves_nothing_behind(alive):
    page, shown, _ = alive
    page.clock.install()
    button(shown, "Play").click()
    page.evaluate("cleanUp()")
    assert page.evaluate("listening()") == 0
    page.clock.run_for(5000)
    assert page.evaluate("model.get('frame')") == 0


# Look


def test_a_screen_reader_is_told_what_the_picture_shows(player):
    page, shown = player()
    group = page.get_by_role("group", name=shown.locator(".gmm-title").inner_text())
    assert group.count() == 1
    described = page.locator(f"#{group.get_attribute('aria-describedby')}").inner_text()
    assert "272 points" in described
    for image in shown.get_by_role("img").all():
        assert image.get_attribute("aria-label").endswith(": Start")
    ids = attributes(shown, "[id]", "id")
    assert len(ids) >= 4
    assert all(page.locator(f"[id='{name}']").count() == 1 for name in ids)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_when_all_is_open(player, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, shown = player(color_scheme=scheme)
    shown.locator("summary").click()
    for label in ("Start", "M-step 5"):
        move_to(shown, label)
        assert axe.run(page, context=".gmm-player").response["violations"] == []


@pytest.mark.parametrize("width", [320, 360, 700, 1280])
def test_everything_fits(player, width):
    page, shown = player(viewport={"width": width, "height": 800})
    move_to(shown, "M-step 5")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert shown.evaluate("(element) => element.scrollWidth <= element.clientWidth")
    right = shown.bounding_box()["x"] + shown.bounding_box()["width"]
    texts = shown.locator("svg text").evaluate_all(
        """(texts) => texts.map((text) => [text.getBoundingClientRect().left, text.getBoundingClientRect().right,
            parseFloat(getComputedStyle(text).fontSize) * text.ownerSVGElement.getScreenCTM().a])"""
    )
    assert all(shown.bounding_box()["x"] <= left and end <= right for left, end, _ in texts)
    assert min(size for _, _, size in texts) >= 12
    targets = [
        control.bounding_box() for control in shown.locator("button, select, label, summary, [type=range]").all()
    ]
    assert min(box["height"] for box in targets) >= 24
    assert button(shown, "Do the").bounding_box()["height"] >= 44
    tops = [plot.bounding_box()["y"] for plot in shown.locator(".gmm-plot").all()]
    assert (len(set(tops)) == 1) == (width >= 700)


def luminance(color):
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_is_readable(player, scheme):
    _, shown = player(color_scheme=scheme)
    ink, ring, other, paper = shown.evaluate(
        """(player) => {
            const rings = [...player.querySelectorAll('.gmm-ring')].map((ring) => getComputedStyle(ring).stroke);
            const ink = getComputedStyle(player.querySelector('svg text')).fill;
            return [ink, rings[0], rings.at(-1), getComputedStyle(player).backgroundColor];
        }"""
    )

    def contrast(color):
        low, high = sorted([luminance(color), luminance(paper)])
        return (high + 0.05) / (low + 0.05)

    assert (luminance(paper) < 0.1) == (scheme == "dark")
    assert contrast(ink) >= 7
    assert min(contrast(ring), contrast(other)) >= 3


def test_components_differ_without_colour(player):
    _, shown = player()
    assert len(set(attributes(shown, ".gmm-ring", "stroke-dasharray"))) == 2
    assert len(set(attributes(shown, ".gmm-mean", "d"))) == 2
    button(shown, "Do the").click()
    assert len(set(attributes(shown, ".gmm-dot", "d"))) == 2


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_motion_is_only_for_those_who_want_it(player, motion):
    _, shown = player(reduced_motion=motion)
    durations = shown.locator("*").evaluate_all(
        "(nodes) => nodes.map((node) => parseFloat(getComputedStyle(node).transitionDuration))"
    )
    assert (max(durations) > 0) == (motion == "no-preference")


def test_paper_has_the_picture_and_no_controls(player):
    page, shown = player()
    page.emulate_media(media="print")
    assert shown.locator("svg").first.is_visible()
    assert shown.get_by_role("status").is_visible()
    assert not any(control.is_visible() for control in shown.locator("button, select, input, summary").all())


def test_a_half_step_is_drawn_well_within_a_tenth_of_a_second(player):
    _, shown = player()
    milliseconds = shown.evaluate(
        """(player) => {
            const range = player.querySelector('[type=range]'), start = performance.now();
            for (let frame = 0; frame <= 20; frame += 1) {
                range.value = frame;
                range.dispatchEvent(new Event('input'));
                player.getBoundingClientRect(); // layout, too
            }
            return (performance.now() - start) / 21;
        }"""
    )
    assert milliseconds < 50
