"""The site's typefaces: fetched with KaTeX, cut to the characters in use, and served by the site itself."""

import re
from html import unescape
from pathlib import Path

from fontTools import subset
from fontTools.varLib import instancer

from .formulas import packages

# Name on the site: package, style, and the range of weights that the style sheet asks for.
FACES = {
    "serif": ("source-serif-4", "normal", (380, 640)),
    "serif-italic": ("source-serif-4", "italic", (400, 600)),
    "sans": ("source-sans-3", "normal", (400, 680)),
    "code": ("source-code-pro", "normal", (400, 600)),
}
SCRIPTS = ("latin", "greek")  # one file each; the browser takes the second only where a page needs it
MARKUP = re.compile(r"<script.*?</script>|<style.*?</style>|<[^>]*>", re.DOTALL)


def characters(folder: Path) -> set[str]:
    """Return what any page shows, and what a script may print: ASCII whole."""
    used = {chr(code) for code in range(0x20, 0x7F)} | set("−×·±≤≥→←✓…–’“”")
    for page in folder.rglob("*.html"):
        used.update(unescape(MARKUP.sub("", page.read_text("utf-8"))))
    return used


def write_faces(app, exception):
    if exception or app.builder.name != "html":
        return
    used, target = characters(Path(app.outdir)), Path(app.outdir, "_static", "faces")
    target.mkdir(parents=True, exist_ok=True)
    for name, (package, style, weights) in FACES.items():
        for script in SCRIPTS:
            files = packages(app) / "node_modules" / "@fontsource-variable" / package / "files"
            suffix = "" if script == "latin" else f"-{script}"
            cut(files / f"{package}-{script}-wght-{style}.woff2", target / f"{name}{suffix}.woff2", used, weights)


def cut(source: Path, target: Path, used: set[str], weights: tuple[int, int]) -> None:
    """Write a variable font with the characters and the weights in use."""
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "mark", "ccmp"])
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=map(ord, used))
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, {"wght": weights}, inplace=True)
    subset.save_font(font, target, options)


def setup(app):
    app.connect("build-finished", write_faces)
