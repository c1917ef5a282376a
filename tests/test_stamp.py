"""The stamp of a built site: it is right after a complete build, and wrong as soon as anything differs."""

import os
import sys
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

sys.path.insert(0, str(Path(__file__).parents[1] / "book" / "_ext"))
from gmm_book import stamp


class Project:
    """A book of two pages, with a file from elsewhere in one, and a package of one module."""

    def __init__(self, root: Path) -> None:
        self.book, self.package, self.html = root / "book", root / "lab", root / "book" / "_build" / "html"
        self.files = {
            "page": self.book / "page.rst",
            "index": self.book / "index.rst",
            "extension": self.book / "_ext" / "machinery.py",
            "module": self.package / "module.py",
            "included": root / "elsewhere.txt",
        }
        for file in self.files.values():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("text = 1\n", "utf-8")
        self.files["index"].write_text("Book\n====\n\n.. toctree::\n\n   page\n", "utf-8")
        self.files["page"].write_text("Page\n====\n\n.. include:: ../elsewhere.txt\n", "utf-8")

    def build(self) -> str:
        """Build what Sphinx holds for outdated, as `jupyter-book build` does; return why the site is stale then."""
        build = self.html.parent
        with patch_docutils(), docutils_namespace():
            settings = {"extensions": ["gmm_book.stamp"], "exclude_patterns": ["_build", "_ext"]}
            app = Sphinx(self.book, None, self.html, build / ".doctrees", "html", settings, status=None, warning=None)
            app.build()
        return stamp.why_stale(self.html)


@pytest.fixture
def project(tmp_path, monkeypatch):
    project = Project(tmp_path)
    monkeypatch.setattr(stamp, "BOOK", project.book)
    monkeypatch.setattr(stamp, "PACKAGE", project.package)
    return project


def test_without_a_build_there_is_no_stamp(project):
    assert "no complete build" in stamp.why_stale(project.html)


def test_a_complete_build_is_fresh_and_stays_so_if_it_is_repeated(project):
    assert project.build() == ""
    assert project.build() == ""


@pytest.mark.parametrize(("left", "fresh"), [("play/soft_em.html", True), ("chapter_that_was.html", False)])
def test_pages_that_sphinx_did_not_write(project, left, fresh):
    page = project.html / left
    page.parent.mkdir(parents=True)
    page.write_text("", "utf-8")
    assert (project.build() == "") == fresh


@pytest.mark.parametrize("name", ["page", "index", "extension", "module", "included"])
@pytest.mark.parametrize("later", [True, False], ids=["edited", "with its old date"])
def test_whatever_changes_makes_it_stale_and_a_partial_build_does_not_mend_it(project, name, later):
    project.build()
    file = project.files[name]
    before = file.stat()
    file.write_text(file.read_text("utf-8").replace("Page\n====", "Leaf\n====") + "\n# 2\n", "utf-8")
    if not later:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert str(file) in stamp.why_stale(project.html)
    # Sphinx reads again what it holds for changed: not the other page, nor a page whose notebook calls the package.
    assert project.build() != ""


def test_a_new_and_a_lost_file_are_changes(project):
    project.build()
    new = project.package / "new.py"
    new.write_text("", "utf-8")
    assert str(new) in stamp.why_stale(project.html)
    new.unlink()
    assert stamp.why_stale(project.html) == ""
    project.files["included"].unlink()
    assert str(project.files["included"]) in stamp.why_stale(project.html)


def test_another_version_is_a_change_and_a_tool_more_is_none(project, monkeypatch):
    project.build()
    there = stamp.versions()
    monkeypatch.setattr(stamp, "versions", lambda: there | {"a-tool-of-the-tests": "1.0"})
    assert stamp.why_stale(project.html) == ""
    monkeypatch.setattr(stamp, "versions", lambda: there | {"numpy": "0.1"})
    assert "numpy" in stamp.why_stale(project.html)
    monkeypatch.setattr(stamp, "versions", lambda: there | {"Python": "3.1"})
    assert "Python" in stamp.why_stale(project.html)


def test_a_build_that_warns_has_no_stamp(project):
    project.files["page"].write_text("Page\n====\n\n:doc:`nowhere`\n", "utf-8")
    assert "without warnings" in project.build()


def test_a_page_of_an_earlier_build_is_not_hidden(project):
    (project.html / "old.html").parent.mkdir(parents=True)
    (project.html / "old.html").write_text("", "utf-8")
    assert project.build() != ""


def test_a_source_that_changes_during_the_build_is_noticed(project, monkeypatch):
    written = stamp.Stamp.note_written

    def note_written(self, *arguments):
        project.files["module"].write_text("text = 3\n", "utf-8")
        written(self, *arguments)

    monkeypatch.setattr(stamp.Stamp, "note_written", note_written)
    assert project.build() != ""
