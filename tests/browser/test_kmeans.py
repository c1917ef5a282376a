"""The explorable of chapter 4 on the built site, by mouse, finger and key; its numbers judged by `gmm_lab`."""

import re

import numpy as np
import pytest

from gmm_lab import datasets, kmeans, kmeans_states
from gmm_lab.widgets import KMeans

PAGE = "play/kmeans.html"


@pytest.fixture
def shown(open_page):
    visit = open_page(PAGE, reduced_motion="reduce")
    yield visit.page.locator(".gmm-explorable").first
    assert visit.errors == []


def press(shown, *names):
    for name in names:
        shown.get_by_role("button", name=name, exact=True).click()


def write(shown, name, value):
    control = shown.get_by_role("textbox", name=name)
    control.fill(str(value))
    control.press("Enter")


def inertia(shown):
    return float(shown.locator(".gmm-x-sums b").inner_text().replace("\u2212", "-"))


def test_half_steps_show_the_inertia_of_gmm_lab(shown):
    x, centres = datasets.old_faithful(), KMeans().centres
    states = kmeans_states(x, centres)
    state = next(states)
    for _ in range(3):
        press(shown, "Assign points")
        assert inertia(shown) == pytest.approx(state.inertia, rel=1e-5)
        labels, state = state.labels, next(states)
        press(shown, "Move centres")
        assert inertia(shown) == pytest.approx(((x - state.centres[labels]) ** 2).sum(), rel=1e-5)
    press(shown, "Run to rest")
    assert inertia(shown) == pytest.approx(kmeans(x, centres).inertia, rel=1e-5)
    assert shown.get_by_role("status").inner_text().startswith("At rest.")
    press(shown, "Undo", "Redo", "Start over")
    assert shown.get_by_role("status").inner_text().startswith("A start")


def test_dials_turn_by_key_and_by_number(shown):
    x, centres = datasets.old_faithful(), KMeans().centres
    write(shown, "Stretch of the second axis", 0.05)
    press(shown, "Run to rest")
    unit = np.array([1, 0.05])
    assert inertia(shown) == pytest.approx(kmeans(x * unit, centres * unit).inertia, rel=1e-5)
    sigma = shown.get_by_role("slider", name=re.compile("σ"))
    assert sigma.get_attribute("aria-valuetext") == "0, K-means"
    shown.get_by_label("Run to rest when a dial turns").check()
    sigma.focus()
    for key in ("End", "ArrowLeft"):
        sigma.press(key)
    assert "1 of 2 centres can be told apart." in shown.inner_text()
    sigma.press("Home")
    write(shown, "σ, soft EM", -1)
    assert "not negative" in shown.get_by_role("status").inner_text()


def test_a_centre_is_dragged_by_mouse_and_by_key_and_its_cell_follows(shown):
    cells = shown.locator(".gmm-x-cell")
    before = cells.evaluate_all("(all) => all.map((one) => one.getAttribute('d'))")
    handle = shown.get_by_role("slider", name="Centre 1")
    box = handle.bounding_box()
    mouse = shown.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + 90, box["y"] + 60, steps=4)
    mouse.up()
    dragged = cells.evaluate_all("(all) => all.map((one) => one.getAttribute('d'))")
    assert all(a != b for a, b in zip(before, dragged, strict=True))
    handle.press("ArrowRight")
    assert cells.first.get_attribute("d") != dragged[0]
    assert shown.get_by_role("status").inner_text().startswith("By hand")


def test_points_are_tapped_and_a_link_brings_them_back(shown, open_page):
    shown.get_by_label("Tap to add or remove points").check()
    press(shown, "Clear points")
    plane = shown.locator(".gmm-x-plane > svg")
    for x, y in ((250, 150), (300, 250), (450, 120)):
        plane.click(position={"x": x, "y": y})
    assert "3 points" in shown.get_by_role("status").inner_text()
    press(shown, "Assign points", "Copy link")
    address = shown.page.url
    again = open_page(PAGE + address[address.index("#") :]).page.locator(".gmm-explorable").first
    assert inertia(again) == inertia(shown)
    plane.click(position={"x": 300, "y": 250})
    assert "2 points" in shown.get_by_role("status").inner_text()


def test_start_data_and_number_of_centres_are_chosen(shown):
    for name, value in (("K", "4"), ("Start", "kmeans++"), ("Data", "unequal_variances")):
        shown.get_by_role("combobox", name=name, exact=True).select_option(value)
        assert shown.get_by_role("status").inner_text().startswith("A start")
    assert shown.locator(".gmm-x-cell").count() == 4
    before = inertia(shown)
    press(shown, "New start")
    assert inertia(shown) != before
    assert "4 of 4 centres" in shown.inner_text()
