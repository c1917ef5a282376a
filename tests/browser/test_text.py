"""What is printed on a page is what its source says: no word, comma or formula is lost, doubled or moved."""

import json
import re
import sys
from itertools import zip_longest
from pathlib import Path

import pytest
import yaml

BOOK = Path(__file__).parents[2] / "book"
sys.path.insert(0, str(BOOK / "_ext"))
from gmm_book.learner import learner_copy  # noqa: E402

GAP = "\1"  # any number of paragraphs that the build takes from docstrings
ANY = "\0"  # what the build makes of a reference: a number, a name and year, a title
GENERATED = (
    "script, style, .headerlink, .eqno, div.math, div.highlight, div.cell_input, div.cell_output > :not(figure), "
    "details.gmm-mark, div.citation, .gmm-made, figure .caption-number, svg, .toctree-wrapper"
)
TITLED = ("{admonition", "{dropdown")  # what stands behind the name is text
UNTITLED = ("{note", "{tip", "{seealso", "{warning", "{important")  # their kind is their title
BLOCKS = {"p", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "table", "tr", "td", "th", "div", "section"}
BLOCKS |= {"details", "summary", "figure", "figcaption", "blockquote", "article", "aside", "pre"}


def parser():
    """The parser of the build, with the configuration of the book."""
    mdit = pytest.importorskip("myst_parser.parsers.mdit")
    config = pytest.importorskip("myst_parser.config.main")
    from markdown_it.renderer import RendererHTML

    settings = yaml.safe_load((BOOK / "_config.yml").read_text("utf-8"))
    extensions = set(settings["parse"]["myst_enable_extensions"])
    return mdit.create_md_parser(config.MdParserConfig(enable_extensions=extensions), RendererHTML)


def plain(text: str) -> str:
    """Quotation marks, dashes and spaces in one spelling; the build makes them typographic."""
    text = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2014: "-", 0x2011: "-"})
    return re.sub(r"[\s\u2060]+", " ", re.sub(r"-{2,3}|–", "-", text.replace("…", "..."))).strip()


def inline_text(token) -> str:
    """The text of a paragraph, heading or table cell, with $formulas$ and references as ANY."""
    parts, link = [], None
    for child in token.children:
        if child.type == "link_open":
            link = len(parts)
        elif child.type == "link_close" and not "".join(parts[link:]).strip():
            parts.append(ANY)
        elif child.type == "myst_role":
            parts.append(ANY if child.meta["name"] != "kbd" else child.content)
        elif child.type == "math_inline":
            parts.append(f"${child.content}$")
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline", "text_special"):
            parts.append(child.content)
    return "".join(parts)


def source_blocks(markdown: str, parser) -> list[str]:
    """The texts of one Markdown source in the order in which a reader meets them."""
    blocks = []
    for token in parser.parse(markdown):
        directive = token.info.strip().startswith("{") and token.type in ("fence", "colon_fence")
        if token.type == "inline":
            blocks.append(inline_text(token))
        elif directive:
            name, _, title = token.info.strip().partition("}")
            body = re.sub(r"\A(?:\s*:[\w-]+:.*\n)+", "", token.content)
            if name == "{glossary":
                blocks += glossary_blocks(body, parser)
                continue
            if name == "{eval-rst":
                blocks.append(GAP)
                continue
            titles = source_blocks(title, parser) if name in TITLED or name.startswith("{prf:") else []
            if name == "{prf:proof":
                body = f"Proof. {body}"
            elif name.startswith("{prf:"):
                titles = [f"{ANY} ({title})" for title in titles] or [ANY]
            elif name in UNTITLED:
                titles = [ANY]
            if name not in ("{bibliography", "{literalinclude"):
                blocks += titles + source_blocks(body, parser)
    return [block for block in map(plain, blocks) if block]


def glossary_blocks(body: str, parser) -> list[str]:
    """Terms stand at the margin, their meaning is indented."""
    return [block for line in body.splitlines() for block in source_blocks(line.strip(), parser)]


def source_of(name: str, parser) -> list[str]:
    path = BOOK / name
    if path.with_suffix(".md").is_file():
        return source_blocks(path.with_suffix(".md").read_text("utf-8"), parser)
    notebook = json.loads(path.with_suffix(".ipynb").read_text("utf-8"))
    if path.parent.name == "exercises":
        notebook = learner_copy(notebook)
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cells += source_blocks("".join(cell["source"]), parser)
        elif caption := cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption"):
            cells += source_blocks(caption, parser)
    return cells


def page_blocks(html: str) -> list[str]:
    """The texts of a built page's article, formulas as TeX, without what code cells print."""
    from bs4 import BeautifulSoup, NavigableString

    article = BeautifulSoup(html, "html.parser").find("article")
    for formula in article.select("span.math"):
        formula.replace_with(f"${formula.find('annotation').get_text()}$")
    for element in article.select(GENERATED):
        element.decompose()
    blocks = [""]

    def walk(element):
        for child in element.children:
            if type(child) is NavigableString:
                blocks[-1] += child
            elif child.name in BLOCKS:
                blocks.append("")
                walk(child)
                blocks.append("")
            elif child.name:
                walk(child)

    walk(article)
    return [block for block in map(plain, blocks) if block]


def says(source: str, printed: str) -> bool:
    pattern = ".+?".join(re.escape(part) for part in source.split(ANY))
    return bool(re.fullmatch(pattern, printed))


def test_the_text_of_a_page_is_that_of_its_source(site, path):
    if path in ("genindex.html", "search.html"):
        pytest.skip("a page without a source")
    printed = page_blocks((site.folder / path).read_text("utf-8"))
    source = source_of(path.removesuffix(".html"), parser())
    assert len(source) > 1 or path == "references.html"
    for number, (one, other) in enumerate(zip_longest(source, without_gaps(source, printed))):
        assert one is not None, f"the source does not have block {number}: {other!r}"
        assert other is not None, f"the page does not have block {number}: {one!r}"
        assert says(one, other), f"block {number}\n source: {one!r}\n page:   {other!r}"


def without_gaps(source: list[str], printed: list[str]) -> list[str]:
    """What is printed, with GAP for all that stands between the texts before and behind a gap of the source."""
    kept, rest = [], list(printed)
    for one, follower in zip_longest(source, source[1:]):
        if one == GAP:
            kept.append(GAP)
            while rest and not (follower and says(follower, rest[0])):
                rest.pop(0)
        elif rest:
            kept.append(rest.pop(0))
    return kept + rest
