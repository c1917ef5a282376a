"""From what a caller has to float64 arrays, and from values to the words of a message."""

import reprlib
from collections.abc import Iterator
from numbers import Real

import numpy as np

from ._typing import Array


def as_floats(name: str, value: object) -> Array:
    """Return `value` as a float64 array, or say which entry of the argument `name` is no number."""
    check_in_memory(name, value)
    if isinstance(value, Iterator):
        raise ValueError(
            f"{name} is {shown(value)}, which can be gone through only once. Collect it first: np.array(list(...))."
        )
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        # np.asarray would drop the mask in silence and bring the hidden values back.
        place = np.argwhere(np.ma.getmaskarray(value))[0]
        raise ValueError(f"{at(name, place)} is masked. Drop the row or fill it in.")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} is ragged: {_unevenness(name, value)}. Give all rows the same length.") from None
    if array.dtype.kind == "O":
        for place, entry in np.ndenumerate(array):
            if not isinstance(entry, Real):
                raise ValueError(f"{at(name, place)} is {shown(entry)}. Convert it to a real number or drop the row.")
    elif array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}. Convert it first.")
    return _rounded(name, array)


def _rounded(name: str, array: np.ndarray) -> Array:
    """`array` of real numbers as float64; ValueError at the first one that is finite and too large for it."""
    try:
        with np.errstate(over="ignore"):
            return array.astype(np.float64, copy=False)
    except OverflowError:
        place = next(place for place, entry in np.ndenumerate(array) if not _fits(entry))
        raise ValueError(
            f"{at(name, place)} is {shown(array[place])}, too large for float64. Take a larger unit."
        ) from None


def _fits(entry: Real) -> bool:
    try:
        float(entry)
    except OverflowError:
        return False
    return True


# What only such objects can do whose numbers are still to be computed, or lie in a file.
ELSEWHERE = ("compute", "collect", "execute", "read_direct", "store")


def check_in_memory(name: str, value: object) -> None:
    """Raise ValueError for a lazy array, or a list of them: np.asarray would compute and load it whole, in silence."""
    entries = {type(entry): entry for entry in value}.values() if isinstance(value, list | tuple) else ()
    for each in (value, *entries):
        if _is_elsewhere(each):
            kind = f"{type(each).__module__.split('.')[0]}.{type(each).__name__}"
            raise ValueError(
                f"{name} is a {kind}, whose numbers are not in memory. "
                "Bring them there yourself, if they fit: such as x.compute() or x[:]; or take a part of them."
            )


def _is_elsewhere(value: object) -> bool:
    # On the type, for a DataFrame's columns are its attributes.
    graph = getattr(type(value), "__dask_graph__", None)
    if graph is not None:
        return graph(value) is not None  # None: a collection that could be lazy and is not, as xarray has them
    return not isinstance(value, np.ndarray | type) and any(hasattr(type(value), sign) for sign in ELSEWHERE)


def _unevenness(name: str, value: object, place: tuple[int, ...] = ()) -> str:
    """Where the nested sequence `value` is no table: the first entry whose shape is not that of the first beside it."""
    shapes = []
    for i, entry in enumerate(value):
        try:
            shapes.append(np.shape(entry))
        except ValueError:
            if len(place) > 8:
                break
            return _unevenness(name, entry, (*place, i))
        if shapes[i] != shapes[0]:
            return f"{at(name, (*place, i))} {_size(shapes[i])}, but {at(name, (*place, 0))} {_size(shapes[0])}"
    return f"{at(name, place)} is nested too deeply"


def _size(shape: tuple[int, ...]) -> str:
    if len(shape) > 1:
        return f"has shape {shape}"
    return f"has length {shape[0]}" if shape else "is a single value"


def at(name: str, place: object) -> str:
    """`name[i, j]`, or the bare name of a scalar."""
    indices = ", ".join(str(int(i)) for i in place)
    return f"{name}[{indices}]" if indices else name


class _Words(reprlib.Repr):
    """Short, on one line, numbers as people write them: 2.0 and not np.float64(2.0)."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 100

    def repr1(self, x: object, level: int) -> str:
        return super().repr1(x.item() if isinstance(x, np.generic) else x, level)

    def repr_int(self, x: int, level: int) -> str:
        digits = int(abs(x).bit_length() * np.log10(2)) + 1
        # Python refuses to print a number of more than 4300 digits.
        return repr(x) if digits < 40 else f"a whole number of about {digits} digits"


def shown(value: object) -> str:
    """`value` as a message quotes it."""
    return " ".join(_WORDS.repr(value).split())


_WORDS = _Words()
