"""Formulas as HTML, made at build time by KaTeX: nothing to load or run before a reader sees them."""

import re
import shutil
from html import escape
from pathlib import Path

import sphinxcontrib.katex as katex
from docutils import nodes
from sphinx.locale import _
from sphinx.util import logging

from . import npm

logger = logging.getLogger(__name__)
NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|alignat|gather)\}")
# Characters of TeX that need not be broken; marks before and behind a formula, such as a bracket, a comma, or "-means".
SHORT = 32
OPENING, CLOSING = re.compile(r"[(\[“]+$"), re.compile(r"^(?:[^\s–-]+[–-]?|[–-])")


def to_html(tex: str, node: nodes.Node, *, display: bool, macros: dict) -> str:
    """Return KaTeX's HTML and MathML, or warn and return the TeX as it is written."""
    # Throw, so that a mistake fails the build: KaTeX would print the formula in red and go on.
    # A copy of the macros, because KaTeX adds to them what a formula defines.
    options = {"displayMode": display, "throwOnError": True, "strict": "ignore", "macros": dict(macros)}
    try:
        return katex.render_latex(tex, options)
    except katex.KaTeXError as error:
        logger.warning("KaTeX cannot render %r: %s", tex, error, location=node)
        return f"<code>{escape(tex)}</code>"


def visit_math(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate"))
    self.body.append(to_html(node.astext(), node, display=False, macros=self.config.katex_macros) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self, node):
    # Sphinx numbers an amsmath environment as a whole; KaTeX would number each of its rows, from 1 on every page.
    tex = NUMBERED.sub(r"\\\1{\2*}", node.astext())
    if r"\\" in tex and not tex.lstrip().startswith(r"\begin"):
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"  # as Sphinx does for MathJax: bare rows are an error elsewhere
    self.body.append(self.starttag(node, "div", CLASS="math notranslate"))
    html = to_html(tex, node, display=True, macros=self.config.katex_macros)
    self.body.append(f'<div class="gmm-scroll">{html}</div>')
    if node.get("number"):
        self.body.append(f'<span class="eqno">({node["number"]})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def keep_marks(app, doctree):
    """Put a short formula and the marks that touch it into one element, or a line may begin with its comma.

    By place, not by value: docutils finds a text by comparing, and takes the first of two that are alike.
    """
    for formula in list(doctree.findall(nodes.math)):
        if len(formula.astext()) > SHORT:
            continue
        parent, before, behind = formula.parent, [], []
        place = next(i for i, child in enumerate(parent) if child is formula)
        for pattern, neighbour, side in ((OPENING, place - 1, before), (CLOSING, place + 1, behind)):
            text = parent[neighbour] if 0 <= neighbour < len(parent) else None
            if isinstance(text, nodes.Text) and (marks := pattern.search(text)):
                side.append(nodes.Text(marks[0]))
                parent[neighbour] = nodes.Text(pattern.sub("", text))
        if before or behind:
            whole = parent[place] = nodes.inline(classes=["gmm-together"])
            whole += [*before, formula, *behind]


def packages(app) -> Path:
    """Return the folder of the fetched packages."""
    return npm.fetch(Path(app.srcdir, "_build"), prepare=select_files)


def use_fetched_katex(app, config):
    """Render with the KaTeX whose CSS and fonts the site serves: other CSS draws clipped subscripts."""
    katex.NODEJS_BINARY = str(npm.NODE)
    katex.KaTeXServer.katex_path = str(packages(app) / "node_modules" / "katex" / "dist" / "katex.min.js")
    katex.STARTUP_TIMEOUT = 60  # seconds, as a failure; the default of 5 is short for a busy machine
    config.html_static_path.append(str(packages(app) / "static"))
    app.add_css_file("katex/katex.min.css")


def select_files(folder: Path) -> None:
    """Put what the site serves of KaTeX, its style and woff2 fonts, into a folder of their own."""
    dist, static = folder / "node_modules" / "katex" / "dist", folder / "static" / "katex"
    (static / "fonts").mkdir(parents=True)
    for font in (dist / "fonts").glob("*.woff2"):
        shutil.copy(font, static / "fonts")
    # The other formats are for browsers without woff2; do not name files that are not there.
    css = re.sub(r',url\([^)]*\) format\("(woff|truetype)"\)', "", (dist / "katex.min.css").read_text("utf-8"))
    (static / "katex.min.css").write_text(css, "utf-8")


def setup(app):
    app.add_config_value("katex_macros", {}, "env")
    app.add_html_math_renderer("katex_prerendered", (visit_math, None), (visit_math_block, None))
    app.connect("config-inited", use_fetched_katex)
    app.connect("doctree-read", keep_marks)
