"""Runs a stranger's code and hands back arrays. Stands alone: only Python and NumPy, and never the reference.

It is run as a script, in a process of its own and perhaps in a container, by `apart`. Each message, in and out, is
two parts, a JSON object and bytes, each with its length in front.
"""

import io
import json
import linecache
import os
import pickle
import struct
import sys
import traceback
import types

import numpy as np

MEMORY = 2 * 2**30  # bytes
FILE = 2**20  # bytes
PLACES: set[str] = set()  # of the cells so far


def main() -> None:
    """Answer messages until there are none."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # prints of the code must not reach the channel
        os.dup2(null, stream)
    set_limits()
    hide_reference()
    names: dict[str, object] = {"__name__": "__main__"}
    while header := inbox.read(8):
        message = json.loads(inbox.read(*struct.unpack(">Q", header)))
        blob = inbox.read(*struct.unpack(">Q", inbox.read(8)))
        try:
            if "cell" in message:
                reply, arrays = run_cell(message, names), b""
            else:
                reply, arrays = run_call(names[message["function"]], pickle.loads(blob))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: the next message may ask for another function
            reply, arrays = {"error": describe(error)}, b""
        for part in (json.dumps(reply).encode(), arrays):
            outbox.write(struct.pack(">Q", len(part)) + part)
        outbox.flush()


def set_limits() -> None:
    """Bound memory and the size of files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, amount in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(what, (amount, amount))


class NoReference:
    """Finds no `gmm_lab`, so that an answer cannot call it; `check` and `grade` are there and do nothing."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """None where the next finder is to look."""
        if name.split(".")[0] == "gmm_lab":
            raise ImportError(f"{name} is not at hand here. Write the computation yourself.")


def hide_reference() -> None:
    """Put something in its place that has nothing to borrow."""
    exercises = types.ModuleType("gmm_lab.exercises")
    exercises.check = exercises.grade = lambda *arguments, **options: None
    package = types.ModuleType("gmm_lab")
    package.__path__, package.exercises = [], exercises
    sys.modules.update({"gmm_lab": package, "gmm_lab.exercises": exercises})
    sys.meta_path.insert(0, NoReference)


def run_cell(message: dict, names: dict[str, object]) -> dict:
    """Run a cell; its lines are kept for the report of an error."""
    place, source = message["place"], message["cell"]
    PLACES.add(place)
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    exec(compile(source, place, "exec"), names)
    return {"error": None}


def run_call(function: object, arguments: tuple) -> tuple[dict, bytes]:
    """Call it on these arguments; the result as arrays, and which argument it changed."""
    before = pickle.loads(pickle.dumps(arguments))
    value = function(*arguments)
    pairs = enumerate(zip(before, arguments, strict=True), 1)
    changed = next((i for i, (a, b) in pairs if isinstance(a, np.ndarray) and not np.array_equal(a, b)), None)
    many = isinstance(value, list | tuple)
    try:
        parts, whole = [np.asarray(value)], True
    except ValueError:  # results of unlike shape
        parts, whole = [np.asarray(part) for part in value], False
    if any(part.dtype.hasobject for part in parts):
        return {"error": None, "changed": changed, "none": value is None}, b""
    file = io.BytesIO()
    np.savez(file, **{str(i): part for i, part in enumerate(parts)})
    return {"error": None, "changed": changed, "many": many, "whole": whole, "parts": len(parts)}, file.getvalue()


def describe(error: BaseException) -> dict:
    """The error, and the innermost line of a cell on its way."""
    report = {"type": type(error).__name__, "message": str(error)[:500]}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename in PLACES]
    if isinstance(error, SyntaxError):
        return report | {"place": error.filename, "line": error.lineno, "text": (error.text or "").strip()}
    if frames:
        return report | {"place": frames[-1].filename, "line": frames[-1].lineno, "text": frames[-1].line}
    return report


if __name__ == "__main__":
    main()
