"""The website machinery of the book: one module per purpose, each with its own `setup`.

npm         fetches the browser assets that the site serves itself
formulas    renders TeX at build time with KaTeX
numbers     numbers figures, theorems and equations by chapter
fonts       keeps the glyphs that those formulas use
faces       serves the typefaces of the text
figures     puts notebook figures into the page, following light and dark mode; frames saved widgets
learner     makes the learner's copy of an exercise notebook (pure, no Sphinx)
exercises   publishes that copy and nothing else of an exercise
play        gives each explorable a page of its own
boxes       names the kinds of box that the style dresses
cells       folds claims, hidden code, and dropdown admonitions
home        draws the pictures of the home page
theme       templates, icons and style; takes away what the site does not use
stamp       notes what a complete build was made of, so that tests can tell whether it is stale
"""

import os

from . import boxes, cells, exercises, faces, figures, fonts, formulas, home, numbers, play, stamp, theme


def setup(app):
    # The kernels inherit it. On arrays this small a second thread of linear algebra only waits for the first: without
    # this the notebooks take four times as long on a busy machine. Not a default: the pages must not depend on it.
    os.environ["OMP_NUM_THREADS"] = "1"
    for part in (formulas, numbers, fonts, faces, figures, exercises, boxes, cells, home, theme, play, stamp):
        part.setup(app)
    # All pages share numbered names and one KaTeX process: read and write them one after the other.
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": False}
