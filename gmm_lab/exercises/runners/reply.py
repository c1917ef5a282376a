"""Reads what a child says: bounded before anything is allocated, never unpickled, and a complaint if it is no reply."""

import json
import math
import re
from multiprocessing.connection import Connection

import numpy as np

from .outcome import UNANSWERED, Outcome, changed

TEXT = 2**20  # bytes of the JSON
ARRAYS = 2**26  # bytes of all arrays together
FORM = re.compile(r"[<>|=]?[biufc]\d{1,2}( \d{1,9}){0,32}")  # such as "<f8 12 3"


class Malformed(ValueError):
    """What came is no reply."""


def receive(channel: Connection) -> tuple[dict, list[np.ndarray]]:
    """The next reply and its arrays.

    Raises
    ------
    EOFError, ConnectionError
        If nobody is left to reply.
    Malformed
        If it is none.
    """
    try:
        reply = json.loads(channel.recv_bytes(TEXT))
        forms = reply.get("parts", [])
        arrays, room = [], ARRAYS
        for form in forms:
            arrays.append(_array(channel, form, room))
            room -= arrays[-1].nbytes
    except ConnectionError:
        raise
    except (AttributeError, OSError, RecursionError, TypeError, ValueError) as error:
        raise Malformed from error
    return reply, arrays


def _array(channel: Connection, form: str, room: int) -> np.ndarray:
    if not FORM.fullmatch(form):
        raise Malformed(form)
    kind, *shape = form.split()
    dtype, shape = np.dtype(kind), tuple(map(int, shape))
    size = dtype.itemsize * math.prod(shape)
    if size > room or len(data := channel.recv_bytes(size)) != size:
        raise Malformed(form)
    return np.ndarray(shape, dtype, bytearray(data))


def as_outcome(name: str, reply: dict, arrays: list[np.ndarray], n_arguments: int, notes: list[str]) -> Outcome:
    """What a reply on the function `name` comes to; nothing in it is to be trusted."""
    if error := reply.get("error"):
        error = error if isinstance(error, dict) else {}
        if error.get("type") == "NotImplementedError":
            return Outcome(complaint=UNANSWERED)
        if error.get("type") == "KeyError" and error.get("message") == repr(name):
            return Outcome(complaint=" ".join([f"There is no function {name}.", *notes]))
        return Outcome(complaint=f"It {sentence(error)}")
    number = reply.get("changed")
    if type(number) is int and 0 < number <= n_arguments:
        return changed(number)
    if "none" in reply:
        return Outcome(None if reply["none"] else object())
    if not reply.get("whole"):
        return Outcome(arrays)
    if len(arrays) != 1:
        raise Malformed
    return Outcome(list(arrays[0]) if reply.get("many") and arrays[0].ndim else arrays[0])


def sentence(error: dict) -> str:
    """An error in words."""
    what = f"stops with {_text(error.get('type'))}: {_text(error.get('message'))}".rstrip(".: ")
    if type(line := error.get("line")) is not int:
        return f"{what}."
    return f"{what}, in line {line} of {_text(error.get('place'))}: {_text(error.get('text'))}"


def _text(value: object) -> str:
    """Text of bearable length that can be written to a file: a lone surrogate cannot."""
    return value[:500].encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else ""
