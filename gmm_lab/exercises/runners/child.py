"""Runs a stranger's code and hands back arrays. Stands alone: only Python and NumPy, and never the reference.

It is run as a script, in a process of its own and perhaps in a container, by `apart`. A message is a JSON object, and
for a call its pickled arguments; a reply is a JSON object, and then the bytes of each array that it announces.
"""

import __future__

import ast
import builtins
import json
import linecache
import os
import pickle
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import numpy as np

MEMORY = 2 * 2**30  # bytes
FILE = 2**20  # bytes
PLACES: set[str] = set()  # of the cells so far
FEATURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


def main() -> None:
    """Answer messages until there are none."""
    inbox, outbox = channel(0, writable=False), channel(1, readable=False)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # prints of the code must not reach the channel
        os.dup2(null, stream)
    set_limits()
    hide_reference()
    stand_in_for_ipython()
    run_cell = cell_runner()
    while True:
        try:
            message = json.loads(inbox.recv_bytes())
            arguments = pickle.loads(inbox.recv_bytes()) if "function" in message else ()
        except EOFError:
            return
        try:
            if "cell" in message:
                reply, arrays = run_cell(message)
            else:
                reply, arrays = run_call(NAMES[message["function"]], arguments)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: the next message may ask for another function
            reply, arrays = {"error": describe(error)}, []
        for part in (json.dumps(reply).encode(), *arrays):
            outbox.send_bytes(part)


def channel(number: int, **mode: bool) -> Connection:
    """A copy of a standard stream, which stays when the stream itself is shut."""
    number = os.dup(number)
    if sys.platform == "win32":
        import msvcrt

        number = msvcrt.get_osfhandle(number)
    return Connection(number, **mode)


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


class Nothing:
    """Whatever it is asked for is nothing again: magics, shell commands and displays are left undone."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: object, **options: object) -> "Nothing":
        """Nothing comes of it."""
        return self

    def __iter__(self) -> Iterator:
        return iter(())

    def __bool__(self) -> bool:
        return False


def stand_in_for_ipython() -> None:
    """What a notebook finds without an import, and what it imports to display things."""
    builtins.get_ipython = builtins.display = nothing = Nothing()
    for name in ("IPython", "IPython.display"):
        module = sys.modules[name] = types.ModuleType(name)
        module.__getattr__ = lambda name: getattr(nothing, name)
    sys.modules["IPython"].__path__, sys.modules["IPython"].display = [], module


NAMES: dict[str, object] = {"__name__": "__main__"}


def cell_runner() -> Callable[[dict], tuple[dict, list]]:
    """Runs cells as a notebook does: with `await` at top level, and what earlier cells have from the future."""
    flags, loops = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, []

    def run_cell(message: dict) -> tuple[dict, list]:
        nonlocal flags
        place, source = message["place"], message["cell"]
        PLACES.add(place)
        linecache.cache[place] = (len(source), None, lines_of(source, linecache.getlines(place)), place)
        code = compile(source, place, "exec", flags, dont_inherit=True)
        flags |= code.co_flags & FEATURES
        if code.co_flags & 0x80:  # a coroutine, from inspect.CO_COROUTINE
            import asyncio

            loops[:] = loops or [asyncio.new_event_loop()]
            loops[0].run_until_complete(eval(code, NAMES))
        else:
            exec(code, NAMES)
        return {"error": None}, []

    return run_cell


def lines_of(source: str, before: list[str]) -> list[str]:
    """The lines for the report of an error; a later piece of the same file has blanks where earlier ones stand."""
    lines = [f"{line}\n" for line in source.split("\n")]
    return [*(new if new.strip() else old for new, old in zip(lines, before, strict=False)), *lines[len(before) :]]


def run_call(function: object, arguments: tuple) -> tuple[dict, list]:
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
    if any(part.dtype.kind not in "biufc" for part in parts):
        return {"error": None, "changed": changed, "none": value is None}, []
    forms = [" ".join([part.dtype.str, *map(str, part.shape)]) for part in parts]
    reply = {"error": None, "changed": changed, "many": many, "whole": whole, "parts": forms}
    return reply, [part.tobytes() for part in parts]


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
