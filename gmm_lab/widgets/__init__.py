"""Explorables: figures that a reader takes hold of, on the page without Python and in a notebook as Jupyter widgets.

To add one, say for the chapter `elbo`:

1. `view/elbo.js` (at most 180 lines) exports a function of { model, el, shared }. It makes the store (`storeOf`,
   `createStore`), names its panels (`planePanel`, `ledgerPanel`, ...), wires its controls, shows all in `frameOf`.
   What is state, address, traits and words stands beside it in `view/elbo_state.js`, free of the document.
2. A panel is { root, draw(state, how), stop() }; `how` is "step" (animate), "drag" (leave tables and words alone),
   "edit", "undo", "outside", "settle", "look" or "quiet". What several explorables show is a panel module of its own.
3. `view/main.js` names it, `view/view.css` holds its look. Numbers come from `view/kernel.js` and its companions only.
4. `elbo.py` (at most 120 lines, no JavaScript) is a subclass of `Explorable`: its traits are the state, what follows
   from them is a property that `gmm_lab` computes. `PAGES` below gives it a page of its own.
5. Tests: `tests/test_widgets.py` (traits), `tests/widgets/` (modules in Node), `tests/browser/` (every control).
"""

from .explorable import Explorable
from .kmeans import KMeans
from .soft_em import SoftEM

# stem: how it is made, and its title
PAGES = {"kmeans": (KMeans, "K-means by half-steps"), "soft_em": (SoftEM, "Soft EM by half-steps")}

__all__ = ["PAGES", "Explorable", "KMeans", "SoftEM"]
