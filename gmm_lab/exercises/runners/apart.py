"""Calls functions of a file in another process, which returns arrays only; what they are worth is decided here."""

import io
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from .outcome import UNANSWERED, Outcome, changed, late
from .submission import Cell

CHILD = Path(__file__).with_name("child.py")
CELL_SECONDS = 20.0  # a cell may import SciPy
LARGEST = 2**26  # bytes of one reply
COMMAND = (sys.executable, "-I")  # -I: nothing of the caller's environment


class Stopped(Exception):
    """The process is gone, or says what is no reply."""


class Remote:
    """The functions that a file defines, in a process of their own.

    A cell that ends the process, or does not end itself, is left out and the rest is run again.

    Parameters
    ----------
    cells : sequence of Cell
        The file, in order.
    command : sequence of str
        How to start Python, such as ("docker", "run", ..., "python", "-I"). It is given the child's program as an
        argument and needs NumPy, and whatever the answers use.

    Attributes
    ----------
    notes : list of str
        What became of cells that did not run to their end.
    """

    def __init__(self, cells: Sequence[Cell], command: Sequence[str] = COMMAND) -> None:
        self.command = (*command, "-c", CHILD.read_text("utf-8"))
        self.cells = list(cells)
        self.notes: list[str] = []
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "Remote":
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._folder.cleanup()

    def call(self, name: str, arguments: tuple, seconds: float) -> Outcome:
        """As `here.call`, for the function of that name."""
        if self._process is None:
            self._start()
        try:
            reply, blob = self._ask({"function": name}, pickle.dumps(arguments), seconds)
            return self._outcome(name, reply, blob)
        except TimeoutError:
            return late(seconds)
        except Stopped as stopped:
            return Outcome(complaint=str(stopped))

    def _start(self) -> None:
        """Start a process and run the cells in it."""
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env={"PATH": os.environ.get("PATH", ""), "HOME": self._folder.name, "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        for cell in tuple(self.cells):
            try:
                reply, _ = self._ask({"cell": cell.source, "place": cell.place}, b"", CELL_SECONDS)
            except (Stopped, TimeoutError) as end:
                text = "does not end" if isinstance(end, TimeoutError) else "ends the process"
                self.notes.append(f"{cell.place} {text}, and is left out.")
                self.cells.remove(cell)
                return self._start()
            if (error := reply.get("error")) and (note := f"{cell.place} {_sentence(error)}") not in self.notes:
                self.notes.append(note)
        return None

    def _stop(self) -> None:
        """End the process, and those that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for stream in (process.stdin, process.stdout):
            stream.close()

    def _ask(self, message: dict, blob: bytes, seconds: float) -> tuple[dict, bytes]:
        """Send a message and wait for the reply; after a failure there is no process any more."""
        process, late = self._process, threading.Event()

        def ring() -> None:
            late.set()
            _kill(process)

        timer = threading.Timer(seconds, ring)
        timer.start()
        try:
            for part in (json.dumps(message).encode(), blob):
                process.stdin.write(struct.pack(">Q", len(part)) + part)
            process.stdin.flush()
            reply = json.loads(_part(process.stdout))
            if not isinstance(reply, dict):
                raise Stopped("It sends what is no result.")
            return reply, _part(process.stdout)
        except (OSError, ValueError, Stopped) as error:
            self._stop()
            if late.is_set():
                raise TimeoutError from error
            raise Stopped("It ends the process in which it is called.") from error
        finally:
            timer.cancel()

    def _outcome(self, name: str, reply: dict, blob: bytes) -> Outcome:
        """A reply is not to be trusted: whatever is not arrays is a complaint."""
        error = reply.get("error")
        if isinstance(error, dict):
            if error.get("type") == "NotImplementedError":
                return Outcome(complaint=UNANSWERED)
            if error.get("type") == "KeyError" and error.get("message") == repr(name):
                return Outcome(complaint=" ".join([f"There is no function {name}.", *self.notes]))
            return Outcome(complaint=f"It {_sentence(error)}")
        if number := reply.get("changed"):
            return changed(number)
        if "none" in reply:
            return Outcome(None if reply["none"] else object())
        try:
            with np.load(io.BytesIO(blob), allow_pickle=False) as file:
                parts = [file[str(i)] for i in range(reply["parts"])]
        except (KeyError, OSError, TypeError, ValueError, EOFError):
            return Outcome(complaint="It sends what is no result.")
        if reply.get("whole"):
            return Outcome(list(parts[0]) if reply.get("many") and parts[0].ndim else parts[0])
        return Outcome(parts)


def _part(stream: io.BufferedReader) -> bytes:
    header = stream.read(8)
    if len(header) < 8 or (size := struct.unpack(">Q", header)[0]) > LARGEST or len(part := stream.read(size)) < size:
        raise Stopped
    return part


def _kill(process: subprocess.Popen) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:  # Windows
        process.kill()


def _sentence(error: dict) -> str:
    what = f"stops with {error.get('type')}: {error.get('message')}".rstrip(".: ")
    if "line" not in error:
        return f"{what}."
    return f"{what}, in line {error['line']} of {error.get('place')}: {error.get('text')}"
