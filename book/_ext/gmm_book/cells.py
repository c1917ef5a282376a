"""Folding without JavaScript: checked claims, hidden code, dropdown admonitions."""

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.transforms.post_transforms import SphinxPostTransform

from .figures import raw, replace

CLAIM = '<details class="gmm-fold"><summary>Checked: the claim as code</summary>'


class Fold(SphinxPostTransform):
    """Put cells tagged `claim`, and admonitions of class `dropdown`, into <details>."""

    default_priority = 200  # after myst-nb and sphinx-design have folded what is theirs
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Fold what is to be folded on one page."""
        for cell in self.document.findall(nodes.container):
            if "tag_claim" in cell["classes"]:
                cell[:] = [raw(CLAIM), *cell.children, raw("</details>")]
        for box in list(self.document.findall(lambda node: isinstance(node, nodes.Admonition))):
            if "dropdown" in box.get("classes", []):
                # Only the general `admonition` has a title of its own; a `note` is titled by its kind.
                own = isinstance(box.children[0], nodes.title)
                title = box.pop(0).astext() if own else type(box).__name__.capitalize()
                anchors = "".join(f'<span id="{name}"></span>' for name in box["ids"])
                opened = " open" if "open" in box["classes"] else ""
                start = f'{anchors}<details class="gmm-fold"{opened}><summary>{escape(title)}</summary>'
                replace(box, [raw(start), *box.children, raw("</details>")])


def visit_hidden_code(self, node):
    # myst-nb calls the summary "Toggle hidden content" for screen readers, whatever it says on the screen.
    self.body.append(f'<details class="gmm-fold"><summary>{escape(node["prompt_show"])}</summary>\n')


def setup(app):
    app.add_post_transform(Fold)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_code, depart_HideCellInput))
