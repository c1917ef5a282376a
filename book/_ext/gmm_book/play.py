"""Each explorable on a page of its own, without the book around it: for slides, for a projector, to be embedded."""

import json
from pathlib import Path

PAGE = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: Gaussian Mixtures and EM</title>
<script>
const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = isDark ? "dark" : "light";
</script>
<style>
html {{ --gmm-paper: #fdfcf9; --gmm-ink: #1c2127; background: var(--gmm-paper); font: 17px/1.4 system-ui, sans-serif; }}
html[data-theme="dark"] {{ --gmm-paper: #15181c; --gmm-ink: #d8dce2; }}
body {{ margin: 0 auto; padding: 0.5rem 1rem; max-width: 76rem; color: var(--gmm-ink); }}
h1 {{ font-size: 1.5rem; font-weight: 500; margin: 0.5rem 0; }}
a {{ color: inherit; }}
.gmm-widget {{ min-height: 90vh; }}
.gmm-widget[data-state="live"] > .gmm-figure {{ display: none; }}
.gmm-figure svg {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<div class="gmm-widget">
<div class="gmm-figure">{static}</div>
<script type="application/vnd.jupyter.widget-view+json">{{"model_id": "play"}}</script>
</div>
<p><a href="../{chapter}">The chapter that it belongs to</a></p>
</main>
<script type="application/vnd.jupyter.widget-state+json">{state}</script>
<script type="module" src="../_static/widget-host.js"></script>
</body>
</html>
"""


def write_pages(app, exception):
    if exception or app.builder.name != "html":
        return
    from gmm_lab.widgets import PAGES

    folder = Path(app.outdir, "play")
    folder.mkdir(exist_ok=True)
    for stem, (make, title) in PAGES.items():
        chapter = next(Path(app.srcdir).glob(f"[0-9][0-9]_{stem}.ipynb")).with_suffix(".html").name
        (folder / f"{stem}.html").write_text(page(make(), title, chapter), "utf-8")


def page(widget, title: str, chapter: str) -> str:
    """One explorable as an HTML page, with its state as Jupyter saves it."""
    wanted = {*widget.traits(sync=True)} - {"layout", "comm", "tabbable", "tooltip"}
    saved = json.dumps({"state": {"play": {"state": widget.get_state(wanted)}}})
    static = widget.static or ""
    static = static[static.find("<svg") :]
    widget.close()
    return PAGE.format(title=title, static=static, chapter=chapter, state=saved.replace("</", "<\\/"))


def setup(app):
    app.connect("build-finished", write_pages)
