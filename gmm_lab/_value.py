"""Results as values: frozen dataclasses whose arrays are their own, and stay read-only when they are copied."""

from dataclasses import fields

import numpy as np

from ._typing import Array, Labels

DTYPES = {Array: np.float64, Labels: np.intp}


class Value:
    """Base of the frozen dataclasses that hold arrays: writing into one would change what comes after it.

    A field that is annotated `Array` or `Labels` becomes a read-only array that shares no memory with the caller's.
    """

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.type in DTYPES:
                object.__setattr__(self, field.name, frozen(getattr(self, field.name), DTYPES[field.type]))

    def __setstate__(self, state: dict) -> None:
        # copy.deepcopy and pickle come here and not through __init__, with arrays that can be written again.
        for name, value in state.items():
            object.__setattr__(self, name, frozen(value, value.dtype) if isinstance(value, np.ndarray) else value)


def frozen(values: object, dtype: type) -> np.ndarray:
    """`values` as a read-only array that owns its memory; itself, if it is one already."""
    if type(values) is np.ndarray and values.flags.owndata and not values.flags.writeable and values.dtype == dtype:
        return values
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array
