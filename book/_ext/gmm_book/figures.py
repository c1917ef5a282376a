"""Notebook outputs as they are published: SVG figures inside the page, and a static picture under each widget."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

logger = logging.getLogger(__name__)
SVG = "image/svg+xml"
WIDGET = "application/vnd.jupyter.widget-view+json"

# The three colours that the book's matplotlib style leaves to the page (see static/gmm-book.css). Others stay as drawn.
COLOURS = {"#ffffff": "--gmm-paper", "#1b1f24": "--gmm-ink", "#8a8f98": "--gmm-grid"}

DESKTOP = 1.3  # pixels of the page to a point of the drawing, where there is room
# Text on a phone: at least this many pixels, where the column has about as many as this.
PHONE_TEXT, PHONE_COLUMN = 11.2, 340
FAMILY = re.compile(r"font-family: [^;\"]*;? ?")  # of an older matplotlib; newer ones write one property `font`
FONT = re.compile(r"font: ([\w ]*?)([\d.]+)px [^;\"]*")


def inline_svg(svg: str, alt: str, prefix: str) -> str:
    """Return matplotlib's SVG file as an element for an HTML page; its ids become `prefix` and a number."""
    _, _, width, _ = re.search(r'viewBox="([^"]+)"', svg)[1].split()
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    # matplotlib's <style> would apply to the whole page: its two rules move to the root element.
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    used = dict.fromkeys(re.findall(r'(?:href="#|url\(#)([^")]+)', body))
    ids = {name: f"{prefix}{number}" for number, name in enumerate(used)}
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{ids[m[1]]}"' if m[1] in ids else "", body)
    body = re.sub(r'(?:xlink:)?(href="#|url\(#)([^")]+)', lambda m: m[1] + ids[m[2]], body)
    body = body.replace("xlink:href", "href")
    # matplotlib's typeface gives way to the page's; its size and weight stay.
    body = FAMILY.sub("", FONT.sub(lambda m: f"font-size: {m[2]}px{weight(m[1])}", body))
    for colour, variable in COLOURS.items():
        body = re.sub(rf"{colour}\b", f"var({variable})", body, flags=re.IGNORECASE)
    # Two decimals of a point are finer than any screen; matplotlib writes six, a third of the page's bytes.
    body = re.sub(r' (?:d|x|y)="[^"]*"', lambda m: re.sub(r"(\.\d\d)\d+", r"\1", m[0]), body)
    body = re.sub(r"\s+", " ", body).replace("> <", "><")
    viewbox = re.search(r'viewBox="[^"]+"', svg)[0]
    return (
        f'<svg role="img" aria-label="{escape(alt)}" {viewbox} '
        f'style="--gmm-width:{float(width) * DESKTOP:.0f}px;'
        f"--gmm-phone:{float(width) * PHONE_TEXT / PHONE_COLUMN:.1f}px;"
        f'stroke-linejoin:round;stroke-linecap:butt">{body}'
    )


def weight(shorthand: str) -> str:
    """Return the weight or slant named in a CSS `font` in front of its size, as properties of their own."""
    words = shorthand.split()
    named = [word for word in words if word == "bold" or word.isdigit()]
    slant = [word for word in words if word in ("italic", "oblique")]
    return "".join([f"; font-weight: {word}" for word in named] + [f"; font-style: {word}" for word in slant])


def raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def replace(node: nodes.Element, by: list[nodes.Node]) -> None:
    """Put nodes in a node's place.

    Docutils' `replace_self` moves its classes to the first of them, and a raw node that has classes is wrapped into a
    <div>: an opening tag would be closed at once.
    """
    index = node.parent.index(node)
    node.parent[index : index + 1] = by


class PublishOutputs(SphinxPostTransform):
    """Turn each output that has an SVG picture, a widget, or both into its HTML."""

    default_priority = 3  # before myst-nb's SelectMimeType (4), which keeps one MIME type of each output
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Publish the outputs of one page."""
        bundles = [n for n in self.document.findall(nodes.container) if n.get("nb_element") == "mime_bundle"]
        for number, bundle in enumerate(bundles):
            by_type = {child["mime_type"]: child for child in bundle}
            picture = [self.figure(by_type[SVG], f"f{number}-")] if SVG in by_type else []
            if WIDGET in by_type:  # static/widget-host.js puts the live widget beside the picture and hides that
                replace(bundle, [raw('<div class="gmm-widget">'), *picture, *by_type[WIDGET].children, raw("</div>")])
            elif picture and "text/html" not in by_type:
                replace(bundle, picture)

    def figure(self, container: nodes.container, prefix: str) -> nodes.raw:
        """Return the HTML of the SVG file that myst-nb wrote for this output."""
        image = next(container.findall(nodes.image))
        svg = Path(self.env.srcdir, image["uri"]).read_text("utf-8")
        warn_without_alt(image)
        return raw(f'<div class="gmm-figure">{inline_svg(svg, image.get("alt", ""), prefix)}</div>')


class RequireAltText(SphinxPostTransform):
    """Warn about every other picture without a text for those who cannot see it."""

    default_priority = 10
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Look at the pictures of one page."""
        for image in self.document.findall(nodes.image):
            warn_without_alt(image)


def warn_without_alt(image: nodes.image) -> None:
    if not image.get("alt", "").strip():
        logger.warning("figure without alt text: set mystnb.image.alt in the cell's metadata", location=image)


def setup(app):
    app.add_post_transform(PublishOutputs)
    app.add_post_transform(RequireAltText)
