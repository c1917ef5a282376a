"""What the build does to a page, without building the book."""

import sys
from pathlib import Path

import pytest

nodes = pytest.importorskip("docutils.nodes")
utils = pytest.importorskip("docutils.utils")
pytest.importorskip("jupyter_book")
sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "_ext"))
from gmm_book import boxes, figures, formulas, numbers  # noqa: E402


def paragraph(*parts: str):
    """A document of one paragraph; a part that begins with $ is a formula."""
    document, text = utils.new_document("page"), nodes.paragraph()
    document += text
    for part in parts:
        text += nodes.math("", part.strip("$")) if part.startswith("$") else nodes.Text(part)
    return document


@pytest.mark.parametrize(
    "parts",
    [
        ("the plane (", "$p=5$", ") and more."),
        ("for “", "$s_d$", "” is"),
        ("", "$a$", ", ", "$b$", ", ", "$c$", "."),
        ("(", "$a$", ")(", "$b$", ")."),
        ("", "$K$", "-means"),
    ],
)
def test_marks_stay_where_they_are_and_hold_on_to_their_formula(parts):
    document = paragraph(*parts)
    formulas.keep_marks(None, document)
    assert document.astext() == "".join(part.strip("$") for part in parts)
    for whole in document.findall(lambda node: "gmm-together" in getattr(node, "attributes", {}).get("classes", [])):
        assert " " not in whole.astext()
    torn = [text for text in document[0] if isinstance(text, nodes.Text) and text[:1] in {",", ".", ")", "”", "-"}]
    assert torn == []


def test_figures_and_theorems_are_counted_in_their_chapter():
    counted = {"figure": {"first": (7,), "second": (9,)}, "theorem": {"only": (3,)}}
    assert numbers.by_chapter("06_elbo", counted) == {
        "figure": {"first": (6, 1), "second": (6, 2)},
        "theorem": {"only": (6, 1)},
    }
    assert numbers.by_chapter("exercises/06_elbo", counted)["figure"] == {"first": (1,), "second": (2,)}


@pytest.mark.parametrize(
    ("title", "classes", "kind"),
    [
        ("Whatever", ["predict"], "predict"),
        ("Before you look at the figure", ["tip"], "predict"),
        ("Questions for the player", ["tip"], "tryit"),
        ("Questions", ["lecture"], "lecture"),
        ("Something else", ["note"], None),
    ],
)
def test_a_box_has_the_look_of_its_kind(title, classes, kind):
    document = utils.new_document("page")
    document += nodes.admonition("", nodes.title(title, title), nodes.paragraph("", "text"), classes=[*classes])
    boxes.name_kinds(None, document)
    assert document[0]["classes"] == (["gmm-box", kind] if kind else classes)


SVG = """<?xml version="1.0"?><svg viewBox="0 0 374.4 234" width="374.4pt"><style type="text/css">*{}</style>
<path id="m1" d="M 0.123456 1" style="fill: #1b1f24"/><use xlink:href="#m1"/>
<text style="font: bold 10px 'DejaVu Sans', sans-serif; text-anchor: middle" x="5" y="6">steps</text>
<text style="font-size: 12px; font-family: 'DejaVu Sans', 'Arial'; text-anchor: end" x="5" y="6">nats</text></svg>"""


def test_a_figure_is_drawn_in_the_colours_and_the_typeface_of_the_page():
    svg = figures.inline_svg(SVG, 'a "curve"', "f0-")
    assert "font-size: 10px; font-weight: bold; text-anchor: middle" in svg
    assert "font-size: 12px; text-anchor: end" in svg
    assert "DejaVu" not in svg
    assert "<style" not in svg
    assert "fill: var(--gmm-ink)" in svg
    assert 'href="#f0-0"' in svg
    assert 'id="f0-0"' in svg
    assert 'd="M 0.12 1"' in svg
    assert 'aria-label="a &quot;curve&quot;"' in svg
