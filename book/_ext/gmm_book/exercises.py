"""Pages and downloads of `book/exercises` are made from the learner's copy: no solution reaches the site."""

import json
from pathlib import Path

from .learner import learner_copy


def learner_text(text: str) -> str:
    return json.dumps(learner_copy(json.loads(text)), indent=1, ensure_ascii=False) + "\n"


def is_exercise(app, docname: str) -> bool:
    return docname.startswith("exercises/") and str(app.env.doc2path(docname)).endswith(".ipynb")


def read_learner_copy(app, docname, source):
    """Before Sphinx parses the notebook: the page, its execution and the search index see the copy only."""
    if is_exercise(app, docname):
        source[0] = learner_text(source[0])


def download_learner_copy(app, exception):
    """Sphinx copied the file itself to `_sources`; overwrite it, after a failed build too."""
    for path in Path(app.outdir, "_sources", "exercises").glob("**/*.ipynb"):
        path.write_text(learner_text(path.read_text("utf-8")), "utf-8")


def setup(app):
    app.connect("source-read", read_learner_copy)
    app.connect("build-finished", download_learner_copy)
