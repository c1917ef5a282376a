"""Folding without JavaScript: checked claims, hidden code, dropdown admonitions."""

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

from .figures import raw, replace

# What stands in the margin; the style puts it there. The rest is for those who hear the page.
MARKS = {
    "claim": '<span aria-hidden="true">✓</span> checked<span class="visually-hidden">: the claim as code</span>',
    "code": '<span aria-hidden="true">{ }</span> code<span class="visually-hidden"> of this figure</span>',
    "setup": '<span aria-hidden="true">{ }</span> setup',
}


def fold(kind: str, content: list[nodes.Node]) -> list[nodes.Node]:
    """Return `content` in a <details> of one of the kinds in MARKS."""
    start = f'<details class="gmm-fold gmm-mark gmm-{kind}"><summary>{MARKS[kind]}</summary><div>'
    return [raw(start), *content, raw("</div></details>")]


def folded_kind(cell: nodes.container) -> str | None:
    """Return how a cell is folded as a whole, or None if some of it is to be seen."""
    if "tag_claim" in cell["classes"]:
        return "claim"
    hidden = [isinstance(part, HideCodeCellNode) for part in cell]
    return "setup" if hidden and all(hidden) else None


class Fold(SphinxPostTransform):
    """Put claims, hidden code, and admonitions of class `dropdown`, into <details>."""

    default_priority = 200  # after myst-nb and sphinx-design have folded what is theirs
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Fold what is to be folded on one page."""
        for cell in [n for n in self.document.findall(nodes.container) if n.get("nb_element") == "cell_code"]:
            if cell.parent and folded_kind(cell):
                fold_with_followers(cell)
            elif cell.parent and isinstance(cell[0], HideCodeCellNode):
                # Behind what it draws: one reads the figure first.
                cell[:] = [*cell.children[1:], *fold("code", cell[0].children)]
        for box in list(self.document.findall(lambda node: isinstance(node, nodes.Admonition))):
            if "dropdown" in box.get("classes", []):
                fold_box(box)


def fold_with_followers(cell: nodes.container) -> None:
    """Make one fold of a cell and of the cells behind it, up to the next thing that is seen."""
    parent, place = cell.parent, cell.parent.index(cell)
    run = [cell]
    for follower in parent[place + 1 :]:
        if not isinstance(follower, nodes.container) or follower.get("nb_element") != "cell_code":
            break
        if not folded_kind(follower):
            break
        run.append(follower)
    kinds = {folded_kind(part) for part in run}
    content = []
    for part in run:
        content += part[0].children if isinstance(part[0], HideCodeCellNode) else part.children
    del parent[place + 1 : place + len(run)]
    for part in run[1:]:
        part.parent = None
    cell[:] = fold("claim" if "claim" in kinds else "setup", content)
    cell["classes"] = [*cell["classes"], "gmm-folded"]


def fold_box(box: nodes.Admonition) -> None:
    """Put an admonition into <details>, its title into the summary."""
    # Only the general `admonition` has a title of its own; a `note` is titled by its kind.
    own = isinstance(box.children[0], nodes.title)
    title = box.pop(0).astext() if own else type(box).__name__.capitalize()
    anchors = "".join(f'<span id="{name}"></span>' for name in box["ids"])
    opened = " open" if "open" in box["classes"] else ""
    start = f'{anchors}<details class="gmm-fold"{opened}><summary>{escape(title)}</summary>'
    replace(box, [raw(start), *box.children, raw("</details>")])


def setup(app):
    app.add_post_transform(Fold)
