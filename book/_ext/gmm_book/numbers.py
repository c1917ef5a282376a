"""Numbers by chapter: Figure 6.2, Theorem 6.1 and equation (6.3) stand in chapter 6, whatever comes before it."""

import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

CHAPTER, SECTION = re.compile(r"(\d+)\. "), re.compile(r"\d+\.\d+ ")


def chapter_of(docname: str) -> str | None:
    """Return "6" for `06_elbo`, None for a page that is no chapter; its numbers begin at 1."""
    match = re.match(r"0*(\d+)_", docname)
    return match and match[1]


def number_equations(app, doctree):
    """Put the chapter in front of a page's own numbers, there and wherever an equation is referred to."""
    chapter = chapter_of(app.env.docname)
    equations = app.env.get_domain("math").equations
    for node in doctree.findall(nodes.math_block):
        if chapter and node.get("number"):
            node["number"] = f"{chapter}.{node['number']}"
            equations[node["label"]] = (app.env.docname, node["number"])


def by_chapter(docname: str, numbers: dict) -> dict:
    """Return one page's {kind: {id: number}}, as Sphinx keeps it, counted from 1 and with the chapter in front."""
    chapter = chapter_of(docname)
    prefix = (int(chapter),) if chapter else ()
    return {kind: {name: (*prefix, n) for n, name in enumerate(ids, 1)} for kind, ids in numbers.items()}


def restore_counted(app, env):
    """Give Sphinx back its own numbers: it compares old with new to find the pages that it must write again."""
    env.toc_fignumbers = getattr(env, "gmm_counted", {})
    return []


def number_by_chapter(app, env):
    """Replace Sphinx's numbers of figures and theorems, which run through the whole book."""
    env.gmm_counted = env.toc_fignumbers
    env.toc_fignumbers = {docname: by_chapter(docname, kinds) for docname, kinds in env.gmm_counted.items()}
    return []


class MarkNumbers(SphinxPostTransform):
    """Give the number in a heading an element of its own, for the style: the lists of contents keep it as it is."""

    default_priority = 210
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Look at the headings of one page."""
        for title in self.document.findall(nodes.title):
            text = title[0] if title.children else None
            if not isinstance(title.parent, nodes.section) or not isinstance(text, nodes.Text):
                continue
            match = CHAPTER.match(text) if isinstance(title.parent.parent, nodes.document) else None
            if match:
                parts = part("gmm-made", "Chapter "), nodes.Text(match[1]), part("gmm-stop", ". ")
                title[:1] = [part("gmm-chapter", *parts), nodes.Text(text[match.end() :])]
            elif match := SECTION.match(text):
                title[:1] = [part("gmm-section", match[0]), nodes.Text(text[match.end() :])]


def part(name: str, *content: str | nodes.Node) -> nodes.inline:
    texts = [nodes.Text(item) if type(item) is str else item for item in content]
    return nodes.inline("", "", *texts, classes=[name])


def setup(app):
    app.add_post_transform(MarkNumbers)
    app.connect("doctree-read", number_equations)
    # Around Sphinx's own counting, which has priority 500.
    app.connect("env-get-updated", restore_counted, priority=400)
    app.connect("env-get-updated", number_by_chapter, priority=600)
