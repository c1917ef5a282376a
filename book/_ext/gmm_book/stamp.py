"""The stamp of a built site: what it was made of. Tests take a site whose stamp is right, rather than build their own.

A stamp is written by a build that read and wrote every page and warned of nothing; it names the sources as they were
when the build began. Any other build takes it away: Sphinx then leaves pages as they are although the package, or
the title of another page in their contents, may have changed.
"""

import hashlib
import json
import platform
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

BOOK = Path(__file__).parents[2]
PACKAGE = Path(find_spec("gmm_lab").origin).parent
# Not pages of Sphinx: every build writes them.
MADE_ANEW = ("_static/", "play/")
NO_SOURCES = {"_build", "__pycache__", ".ipynb_checkpoints", "conftest.py"}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "not there"


def sources() -> dict[str, str]:
    """Digests of every file of the book, its machinery, and the package that the notebooks call."""
    return {
        str(path): digest(path)
        for folder in (BOOK, PACKAGE)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not NO_SOURCES.intersection(path.relative_to(folder).parts)
    }


def versions() -> dict[str, str]:
    """Versions of Python and of everything that is installed."""
    installed = {distribution.name: distribution.version for distribution in distributions()}
    return {**dict(sorted(installed.items())), "Python": platform.python_version()}


def stamp_of(html: Path) -> Path:
    """Beside the site, so that it is not published."""
    return html.parent / f"{html.name}.stamp.json"


def why_stale(html: Path) -> str:
    """Say what has changed since the site in `html` was built; an empty string if nothing has."""
    try:
        stamp = json.loads(stamp_of(html).read_text("utf-8"))
    except FileNotFoundError:
        return f"no complete build without warnings in {html}"
    now = sources()
    now.update({name: digest(Path(name)) for name in stamp["sources"].keys() - now.keys()})
    changed = [name for name, value in now.items() if stamp["sources"].get(name) != value]
    # What was installed since, such as the tools of the tests, made no page.
    there = versions()
    changed += [f"{name} {version}" for name, version in stamp["versions"].items() if there.get(name) != version]
    return f"changed since the build: {', '.join(changed)}" if changed else ""


class Stamp:
    """Follows one build."""

    def begin(self, app):
        """Take the old stamp away: it comes back if everything is made of what is there now."""
        self.html = Path(app.outdir)
        self.sources, self.read, self.written = sources(), set(), set()
        self.untouched = "" if why_stale(self.html) else stamp_of(self.html).read_text("utf-8")
        stamp_of(self.html).unlink(missing_ok=True)

    def note_read(self, app, docname, source):
        """Remember that a page was read, and its notebook run."""
        self.read.add(docname)

    def note_written(self, app, pagename, templatename, context, doctree):
        """Remember that a page was written."""
        self.written.add(f"{pagename}.html")

    def end(self, app, exception):
        """Write the stamp, if this build earns one."""
        if exception or app._warncount:
            return
        there = {path.relative_to(self.html).as_posix() for path in self.html.rglob("*.html")}
        pages = {path for path in there if not path.startswith(MADE_ANEW)}
        if self.read == app.env.found_docs and self.written == pages:
            # A page may include files from elsewhere.
            used = {Path(app.srcdir, name).resolve() for names in app.env.dependencies.values() for name in names}
            known = self.sources | {str(path): digest(path) for path in used if self.html.parent not in path.parents}
            stamp_of(self.html).write_text(json.dumps({"sources": known, "versions": versions()}, indent=1), "utf-8")
        elif self.untouched:
            stamp_of(self.html).write_text(self.untouched, "utf-8")


def setup(app):
    stamp = Stamp()
    app.connect("builder-inited", stamp.begin)
    app.connect("source-read", stamp.note_read)
    app.connect("html-page-context", stamp.note_written)
    app.connect("build-finished", stamp.end, priority=900)  # after those who change what is written
