"""How a page looks: nothing is cut, nothing moves, text can be read, numbers and boxes are there."""

import re

import pytest

CHAPTER = re.compile(r"\d\d_\w+\.html")
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
FACES = 120_000  # bytes, once for the whole site
# Pages whose sources are still too wide. A page that has become narrow enough must be taken out.
CODE_TOO_WIDE = {"09_initialization.html", "appendix/architecture.html", "appendix/instructors.html"}
TOO_WIDE_FOR_A_PHONE = {
    "05_soft_em.html",
    "exercises/08_selection.html",
    "notation.html",
}

SCROLLING = """(selector) => [...document.querySelectorAll(selector)]
    .filter((e) => !e.closest('details:not([open])') && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    .map((e) => `${e.scrollWidth}/${e.clientWidth} ${(e.querySelector('annotation') ?? e).textContent.slice(0, 80)}`)"""


def holds_but_for(known: set[str], path: str, wide: list[str]) -> None:
    if path in known:
        assert wide, f"{path} has become narrow enough: take it out of the list"
    else:
        assert wide == []


def test_no_visible_code_scrolls_on_a_laptop(open_page, path):
    page = open_page(path, viewport=WIDE).page
    holds_but_for(CODE_TOO_WIDE, path, page.evaluate(SCROLLING, "article pre"))


def test_no_formula_table_or_output_scrolls_on_a_phone(visited, path):
    page = visited("390").page
    page.evaluate("document.querySelectorAll('article details:not(.gmm-mark)').forEach((box) => { box.open = true; })")
    wide = page.evaluate(SCROLLING, ".gmm-scroll, .pst-scrollable-table-container, .cell_output pre, .text_html")
    holds_but_for(TOO_WIDE_FOR_A_PHONE, path, wide)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["1280", "390"])
def test_nothing_moves_while_a_page_loads(open_page, path, viewport):
    shift = open_page(path, viewport=viewport).page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) sum += entry.hadRecentInput ? 0 : entry.value;
            }).observe({ type: 'layout-shift', buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
        })"""
    )
    assert shift < 0.02


def test_text_in_figures_can_be_read_on_a_phone(visited, path):
    sizes = visited("390").page.evaluate(
        """() => [...document.querySelectorAll('.gmm-figure svg')].filter((svg) => svg.clientWidth).flatMap((svg) => {
            const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
            return [...svg.querySelectorAll('text')].map((text) => scale * parseFloat(getComputedStyle(text).fontSize));
        })"""
    )
    assert [size for size in sizes if size < 10.99] == []


def test_the_faces_are_light_and_used(visited, site, path):
    faces = list((site.folder / "_static" / "faces").glob("*.woff2"))
    assert len(faces) >= 6
    assert sum(face.stat().st_size for face in faces) <= FACES
    used = visited("light").page.evaluate(
        """() => [document.querySelector('article p, article'), document.querySelector('.bd-links')]
            .map((e) => e && getComputedStyle(e).fontFamily)"""
    )
    assert all(family.startswith(('"Source Serif 4"', '"Source Sans 3"')) for family in used if family)


def test_captions_and_theorems_are_numbered_by_chapter(visited, path):
    numbers = visited("light").page.evaluate(
        """() => [...document.querySelectorAll('article :is(figcaption, .proof > .admonition-title) .caption-number')]
            .map((e) => e.textContent.trim())"""
    )
    match = re.match(r"(\d\d)_", path)
    prefix = f"{int(match[1])}\\." if match else ""
    for kind in {number.split()[0] for number in numbers}:
        same = [number for number in numbers if number.startswith(f"{kind} ")]
        assert [re.sub(rf"^{kind} {prefix}", "", number) for number in same] == [str(n + 1) for n in range(len(same))]


def test_the_sections_stand_in_the_navigation_once(visited, path):
    page = visited("light").page
    listed = page.eval_on_selector_all(".gmm-contents a", "links => links.map((a) => a.getAttribute('href'))")
    headings = page.eval_on_selector_all("article > section > section", "parts => parts.map((e) => '#' + e.id)")
    if CHAPTER.fullmatch(path):
        assert headings
        assert listed == headings


def test_folded_cells_that_follow_each_other_are_one(visited, path):
    doubled = visited("light").page.evaluate(
        """() => document.querySelectorAll('.cell.gmm-folded + .cell.gmm-folded').length"""
    )
    assert doubled == 0
