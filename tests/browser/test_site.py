"""What a reader of the published site can rely on, page by page, in a real browser."""

import html
import json
import re
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

BOOK = Path(__file__).parents[2] / "book"
sys.path.insert(0, str(BOOK / "_ext"))
from gmm_book.learner import learner_copy  # noqa: E402

from gmm_lab.exercises.clinic import CAUSES  # noqa: E402

CHAPTER = re.compile(r"\d\d_\w+\.html")
SCHEMES = ("light", "dark")


def test_the_site_has_the_pages_that_are_tested_and_no_others(site, all_pages, request):
    if request.config.getoption("--site"):
        pytest.skip("with --site, the pages that are there are tested")
    built = {path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*.html")}
    # The pages of explorables, play/, are tested by test_widgets.py.
    assert {path for path in built if not path.startswith(("_static/", "play/"))} == set(all_pages)


# Loading


def test_a_page_is_light(visited, site, path):
    # Faces are loaded once for the whole site; test_look.py has their limit.
    weights = {url: site.weight(url) for url in visited("light").loaded if "/_static/faces/" not in url}
    own = weights.pop(site.url + path)
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:5]
    assert sum(weights.values()) <= 200_000, f"everything but the page itself; the heaviest are {heaviest}"
    if CHAPTER.fullmatch(path):
        assert own + sum(weights.values()) <= 500_000, f"the page itself has {own} bytes"


# Reading


# Thousands of glyphs and dots on which axe spends half a minute a page: what screen readers do not see anyway, and the
# inside of figures, whose names have a test of their own.
MARKS_LEFT_OUT = {"exclude": [[".katex-html"], [".gmm-figure svg"]]}
ALL_RULES = {"rules": {"label-content-name-mismatch": {"enabled": True}}}
# The other scheme has the same document in other colours. By tag, axe would take in the contrast of level AAA.
COLOURS_ONLY = {
    "runOnly": {"type": "tag", "values": ["cat.color"]},
    "rules": {"color-contrast-enhanced": {"enabled": False}},
}
# Without resultTypes axe describes every node that passes, too: as long again. And its preload asks the server for
# style sheets under wrong names, which no rule in use needs.
QUICKLY = {"resultTypes": ["violations"], "preload": False}
# Axe visits what it leaves out all the same, twenty thousand nodes of a chapter: they are away meanwhile, and what they
# took of the page is kept.
TAKE_AWAY = """() => {
    const marks = [...document.querySelectorAll('.katex-html, .gmm-figure svg')];
    const boxes = marks.map((mark) => mark.getBoundingClientRect());
    window.gmmAway = marks.map((mark, i) => {
        const [style, children] = [mark.getAttribute('style'), new DocumentFragment()];
        children.append(...mark.childNodes);
        const { width, height } = boxes[i];
        if (width) mark.style.cssText += `;display:inline-block;width:${width}px;height:${height}px`;
        return [mark, style, children];
    });
}"""
PUT_BACK = """() => window.gmmAway.forEach(([mark, style, children]) => {
    mark.append(children);
    style === null ? mark.removeAttribute('style') : mark.setAttribute('style', style);
})"""


@pytest.mark.parametrize(("scheme", "rules"), [("light", ALL_RULES), ("dark", COLOURS_ONLY)], ids=SCHEMES)
def test_axe_finds_nothing(visited, path, scheme, rules):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = visited(scheme).page
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    page.evaluate(TAKE_AWAY)
    found = axe.run(page, MARKS_LEFT_OUT, rules | QUICKLY).response
    page.evaluate(PUT_BACK)
    assert [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found["violations"]] == []


@pytest.mark.parametrize("width", [360, 390])
def test_a_narrow_page_does_not_scroll_sideways(visited, path, width):
    page = visited(str(width)).page
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_formulas_are_there_without_javascript(visited, path):
    page = visited("plain").page
    formulas = page.evaluate(
        """() => [...document.querySelectorAll('article .math')]
            .filter((formula) => !formula.closest('details:not([open]), .sd-tab-set'))
            .map((formula) => formula.querySelector('.katex-html')?.getBoundingClientRect())
            .map((box) => Boolean(box && box.width > 0 && box.height > 0))"""
    )
    assert all(formulas)
    if CHAPTER.fullmatch(path):
        assert formulas, "a chapter without formulas"
    prose = page.evaluate(
        """() => {
            const copy = (document.querySelector('article') ?? document.body).cloneNode(true);
            copy.querySelectorAll('code, pre, .katex, script, svg').forEach((element) => element.remove());
            return copy.textContent;
        }"""
    )
    assert re.findall(r"\$[^$\n]+\$|\\[a-zA-Z]{2,}|\\\(", prose) == []
    torn_off = page.evaluate(
        r"""() => [...document.querySelectorAll('article span.math')].filter((formula) => {
            const text = formula.nextSibling;
            const end = [...formula.querySelectorAll('.base')].at(-1).getBoundingClientRect();
            const mark = text instanceof Text && text.data.match(/^\u2060?[.,;:?!)]/)?.[0];
            if (!mark || !end.width) return false;
            const range = new Range();
            range.setStart(text, mark.length - 1);
            range.setEnd(text, mark.length);
            return range.getBoundingClientRect().left < end.right - 1;
        }).map((formula) => formula.parentElement.textContent.slice(-60))"""
    )
    assert torn_off == [], "a line begins with the comma behind a formula"


# Figures and widgets


def test_every_figure_has_an_alternative_text(visited, path):
    figures = visited("light").page.evaluate(
        """() => [...document.querySelectorAll('article img, article .gmm-figure svg')].map((figure) =>
            [figure.outerHTML.slice(0, 80), figure.alt ?? (figure.role === 'img' && figure.ariaLabel)])"""
    )
    assert [figure for figure, text in figures if not text] == []


def test_figures_follow_the_theme(visited, path):
    colour = """() => [...document.querySelectorAll('.gmm-figure [style*="--gmm-ink"]')].map((e) =>
        [getComputedStyle(e).fill, getComputedStyle(e).stroke].join())"""
    light, dark = (visited(scheme).page.evaluate(colour) for scheme in SCHEMES)
    assert all(one != other for one, other in zip(light, dark, strict=True))
    if CHAPTER.fullmatch(path):
        assert light, "no figure of this chapter uses the ink colour"


# Using it: these tests change the page that they share with those above


def test_without_javascript_the_picture_of_a_widget_is_seen(visited, path):
    page = visited("plain").page
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for widget in page.locator(".gmm-widget:not(details:not([open]) *)").all():
            assert widget.locator("> .gmm-figure").is_visible()


def test_each_widget_is_live_once_and_hides_its_picture(visited, path):
    visit = visited("light")
    for widget in visit.page.locator(".gmm-widget").all():
        # By now the idle page has mounted it; coming near must not mount it again.
        widget.evaluate("(element) => element.scrollIntoView()")
        visit.settle()
        assert widget.get_attribute("data-state") == "live"
        assert widget.locator(".gmm-live").count() == 1
        assert widget.locator("> .gmm-figure").count() == 1, "a reader without JavaScript sees nothing here"
        assert not widget.locator("> .gmm-figure").is_visible()


def test_a_quiz_answers_by_keyboard_and_says_why(visited, path):
    page = visited("light").page
    quizzes = page.locator(".Quiz")
    if CHAPTER.fullmatch(path):
        assert 2 <= quizzes.count() <= 4
    for quiz in quizzes.all():
        reason = quiz.locator("[role=status]")
        assert reason.inner_text() == ""
        reasons = set()
        for answer in quiz.get_by_role("radiogroup").get_by_role("radio").all():
            answer.focus()
            page.keyboard.press("Space")
            reasons.add(reason.inner_text())
        assert "" not in reasons
        assert len(reasons) == quiz.get_by_role("radio").count(), "each answer has a reason of its own"


def test_a_page_asks_nobody_else_and_nothing_fails(visited, path, setting):
    visit = visited(setting)  # loaded, and used by the tests above
    assert visit.third_party == []
    assert visit.failed == []
    assert visit.errors == []


# Finding one's way


def test_the_theme_switch_and_the_sidebar_toggle_work(open_page):
    page = open_page("index.html", viewport={"width": 1280, "height": 800}).page
    seen = set()
    for _ in range(3):
        page.locator(".theme-switch-button").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"light", "dark", "auto"}
    sidebar = page.locator("#pst-primary-sidebar")
    page.locator(".bd-header-article .primary-toggle").click()
    sidebar.wait_for(state="hidden")


def test_search_finds_a_word_of_the_book(open_page, site):
    page = open_page("index.html", viewport={"width": 1280, "height": 800}).page
    page.locator(".search-button__button >> visible=true").first.click()
    page.locator("#pst-search-dialog input").fill("mixture")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=mixture*")
    page.locator("#search-results li a").first.wait_for()


def test_a_notebook_can_be_downloaded(visited, site, path):
    if not re.search(r"\d\d_\w+\.html", path):
        pytest.skip("not a notebook")
    page = visited("light").page
    link = page.locator(".article-header-buttons a[href$='.ipynb']").first.get_attribute("href")
    assert json.loads((site.folder / urljoin(path, link)).read_text("utf-8"))["nbformat"] == 4


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets, self.links = {"", "top"}, []
        self.feed(text)

    @classmethod
    @cache
    def of(cls, file: Path) -> "Links":
        """Each page is read once, however many links lead to it."""
        return cls(file.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.targets.add(attrs.get("id"))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])


def test_every_internal_link_resolves(site, path):
    broken = []
    for link in Links.of(site.folder / path).links:
        parts = urlsplit(urljoin(path, link))
        if parts.scheme or parts.netloc:
            continue
        file = site.folder / unquote(parts.path)
        if not file.is_file() or (file.suffix == ".html" and unquote(parts.fragment) not in Links.of(file).targets):
            broken.append(link)
    assert broken == []


# Exercises


def words(text: str) -> set[str]:
    return set(re.findall(r"\w{5,}", text))


def sources(notebook: dict) -> str:
    return "\n".join("".join(cell["source"]) for cell in notebook["cells"])


def exercises() -> list[Path]:
    return sorted((BOOK / "exercises").glob("*.ipynb"))


@pytest.mark.parametrize("exercise", exercises(), ids=lambda exercise: exercise.stem)
def test_no_solution_is_published(site, exercise):
    notebook = json.loads(exercise.read_text("utf-8"))
    full, public = sources(notebook), sources(learner_copy(notebook))
    public += " ".join(CAUSES)  # what the clinic prints to choose from is no secret
    only_in_solution = words(full) - words(public)
    assert only_in_solution, "this exercise has nothing to hide: is its solution marked?"
    # The exercise's own files: elsewhere, a chapter may well use the same words.
    page = (site.folder / "exercises" / f"{exercise.stem}.html").read_text("utf-8")
    article = html.unescape(re.sub(r"<[^>]+>", "", page[page.index("<article") : page.index("</article>")]))
    download = json.loads((site.folder / "_sources" / "exercises" / exercise.name).read_text("utf-8"))
    assert not any(cell.get("outputs") for cell in download["cells"])
    assert only_in_solution & (words(article) | words(sources(download))) == set()
    # Anywhere in the site: no line that stands in the solution alone.
    lines = {line.strip() for line in full.splitlines()} - {line.strip() for line in public.splitlines()}
    marks = {line for line in lines if "BEGIN SOLUTION" in line or "BEGIN HIDDEN" in line}
    text_files = [
        path for path in site.folder.rglob("*") if path.suffix in {".html", ".ipynb", ".js", ".json", ".txt", ".md"}
    ]
    assert [str(path) for path in text_files if any(mark in path.read_text("utf-8") for mark in marks)] == []


def cell(kind: str, source: str, **nbgrader) -> dict:
    return {
        "cell_type": kind,
        "source": source,
        "metadata": {"nbgrader": nbgrader},
        "outputs": ["x"],
        "execution_count": 1,
    }


def test_a_learner_copy_keeps_the_question_and_nothing_of_the_answer():
    solution = "def f(x):\n    ### BEGIN SOLUTION\n    return secret\n    ### END SOLUTION\n"
    hidden = "assert f(1)\n### BEGIN HIDDEN TESTS\nassert secret\n### END HIDDEN TESTS"
    cells = [
        cell("code", solution, solution=True),
        cell("code", hidden, grade=True),
        cell("code", "### BEGIN HIDDEN TESTS\nassert secret\n### END HIDDEN TESTS", grade=True),
        cell("markdown", "secret", solution=True, grade=True),
        cell("code", "secret", solution=True),
    ]
    notebook = {"cells": cells, "metadata": {}}
    before = json.dumps(notebook)
    copy = learner_copy(notebook)
    assert [c["source"] for c in copy["cells"]] == [
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        "assert f(1)",
        "YOUR ANSWER HERE",
        "# YOUR CODE HERE\nraise NotImplementedError()",
    ]
    assert all(c["outputs"] == [] for c in copy["cells"] if c["cell_type"] == "code")
    assert json.dumps(notebook) == before, "the source was changed"


@pytest.mark.parametrize(
    "source", ["### BEGIN SOLUTION\nsecret", "### END SOLUTION", "### BEGIN SOLUTION\n### END HIDDEN TESTS"]
)
def test_a_region_without_an_end_is_refused(source):
    with pytest.raises(ValueError, match="cell 0"):
        learner_copy({"cells": [cell("code", source)], "metadata": {}})
