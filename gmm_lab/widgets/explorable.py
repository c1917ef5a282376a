"""What every explorable is in Python: a Jupyter widget that owns the state, while the view computes on the page."""

import anywidget
import numpy as np
import traitlets

from .._typing import Array
from .._validate import check_data
from ..mixture import MixtureParams
from . import bundle


def params_to_json(params: MixtureParams | None, _: object = None) -> dict | None:
    """A mixture as plain lists; JSON keeps every bit of a float64."""
    if params is None:
        return None
    names = ("weights", "means", "covariances")
    return {name: getattr(params, name).tolist() for name in names}


def params_from_json(plain: dict | None, _: object = None) -> MixtureParams | None:
    """The mixture in plain lists."""
    return None if plain is None else MixtureParams(**plain)


def points_from_json(plain: list | None, _: object = None) -> Array | None:
    """Points as (N, 2), also when there are none."""
    return None if plain is None else np.array(plain, dtype=float).reshape(-1, 2)


class Params(traitlets.TraitType):
    """A trait that holds a MixtureParams in the plane."""

    info_text = "a MixtureParams with two features"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.tag(sync=True, to_json=params_to_json, from_json=params_from_json)

    def validate(self, obj: object, value: object) -> MixtureParams | None:
        """Refuse what is no mixture that the plane can show."""
        if (value is None and self.allow_none) or (isinstance(value, MixtureParams) and value.n_features == 2):
            return value
        got = f"one with D = {value.n_features}" if isinstance(value, MixtureParams) else repr(value)
        raise traitlets.TraitError(f"{self.name} must be {self.info_text}, got {got}. Wrap two features in one.")


class Points(traitlets.TraitType):
    """A trait that holds points (N, 2), read-only: set another array to change them."""

    info_text = "an array (N, 2)"

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.tag(sync=True, to_json=lambda x, _: None if x is None else x.tolist(), from_json=points_from_json)

    def validate(self, obj: object, value: object) -> Array:
        """Return a locked copy of finite points; none at all is a plane to be filled by hand."""
        empty = isinstance(value, np.ndarray) and value.shape == (0, 2)
        x = np.empty((0, 2)) if empty else np.array(check_plane(value))
        x.flags.writeable = False
        return x


def check_plane(x: object) -> Array:
    """Return `x` as finite float64 (N, 2)."""
    x = check_data(x)
    if x.shape[1] != 2:
        raise ValueError(f"x must have shape (N, 2) to be drawn, got {x.shape}. Pick two features.")
    return x


class Explorable(anywidget.AnyWidget):
    """A figure that a reader takes hold of; the traits of a subclass are its whole state.

    Parameters
    ----------
    name : str
        Which explorable of the view it is: its chapter's stem.
    static : str, optional
        A picture as SVG, for paper and for readers without JavaScript.
    """

    # Text, not paths: a path would be watched for changes.
    _esm = bundle.script()
    _css = bundle.style()
    name = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, static: str | None = None, **traits: object) -> None:
        super().__init__(**traits)
        self.static = static

    def __repr__(self) -> str:
        """Nothing that differs from one run to the next: saved notebooks are compared."""
        return f"{type(self).__name__}()"

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict, dict]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return (data | {"image/svg+xml": self.static} if self.static else data), metadata

    def _compare(self, a: object, b: object) -> bool:
        """Whether two values of a trait are equal; arrays would answer entry by entry."""
        return np.array_equal(a, b) if np.ndarray in (type(a), type(b)) else super()._compare(a, b)
