"""The kinds of box: predict, note beside the lecture, try it, this chapter; and theorems with their proofs."""

from docutils import nodes
from sphinx_proof.nodes import proof_node

# Chapters say the kind by a class of its own; these general classes and titles say it in those not yet revised.
BY_TITLE = {"This chapter": "overview", "Beside the lecture": "lecture", "Before you": "predict", "Questions": "tryit"}
KINDS = ("predict", "lecture", "tryit", "overview")


def name_kinds(app, doctree):
    """Leave each box one class, that of its kind: the theme's own classes bring colours and icons."""
    for box in doctree.findall(nodes.admonition):
        title = box[0].astext()
        given = [kind for kind in KINDS if kind in box["classes"]]
        by_title = [kind for start, kind in BY_TITLE.items() if title.startswith(start)]
        if kind := (given + by_title)[:1]:
            box["classes"] = ["gmm-box", *kind]


def dress_proofs(app, doctree):
    """Give the word "Proof." an element of its own, and the last line a mark that says: this is all."""
    for proof in doctree.findall(proof_node):
        box = proof[0]
        first = box[0]
        if isinstance(first, nodes.paragraph) and (text := first[0].astext()).startswith("Proof."):
            word = nodes.inline("", "Proof.", classes=["gmm-proof-word"])
            first[:1] = [word, nodes.Text(text.removeprefix("Proof."))]
        last = box[-1] if isinstance(box[-1], nodes.paragraph) else box
        last += nodes.inline(classes=["gmm-qed"])


def setup(app):
    app.connect("doctree-read", dress_proofs)
    app.connect("doctree-read", name_kinds)
