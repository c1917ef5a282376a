"""Keep of KaTeX's fonts the glyphs that the site's formulas use: 160 kB become 45 kB on a chapter page."""

from html.parser import HTMLParser
from pathlib import Path

from fontTools import subset


class FormulaText(HTMLParser):
    """Collects the characters inside KaTeX's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.characters: set[str] = set()
        self._depth = 0  # of <span>, counted from a formula's outermost

    def handle_starttag(self, tag, attrs):
        """Enter a formula, or go deeper into one."""
        if tag == "span" and (self._depth or ("class", "katex-html") in attrs):
            self._depth += 1

    def handle_endtag(self, tag):
        """Come back, in the end out of the formula."""
        if tag == "span" and self._depth:
            self._depth -= 1

    def handle_data(self, data):
        """Keep the characters of a formula."""
        if self._depth:
            self.characters.update(data)


def keep_used_glyphs(app, exception):
    if exception:
        return
    # Read the pages rather than note what is rendered: a page that did not change is not rendered again.
    formulas = FormulaText()
    for page in Path(app.outdir).rglob("*.html"):
        formulas.feed(page.read_text("utf-8"))
    options = subset.Options(flavor="woff2")
    for path in Path(app.outdir, "_static", "katex", "fonts").glob("*.woff2"):
        font = subset.load_font(path, options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=map(ord, formulas.characters))
        subsetter.subset(font)
        subset.save_font(font, path, options)


def setup(app):
    app.connect("build-finished", keep_used_glyphs)
