"""Calls functions of a file in another process, which returns arrays only; what they are worth is decided here."""

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from .outcome import Outcome, late
from .reply import Malformed, as_outcome, receive, sentence
from .submission import Cell

CHILD = Path(__file__).with_name("child.py")
CELL_SECONDS = 20.0  # a cell may import SciPy
COMMAND = (sys.executable, "-I")  # -I: nothing of the caller's environment


class Stopped(Exception):
    """The process is gone, and what is said of it."""


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
        self.cells = tuple(cells)
        self.notes: list[str] = []
        self._left_out: set[int] = set()
        self._broken: set[str] = set()  # places where this process met an error: the rest of such a cell is not run
        self._done = 0  # cells that this process has run
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "Remote":
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        with suppress(RecursionError):  # folders in folders, deeper than can be removed
            self._folder.cleanup()

    def call(self, name: str, cells: int, arguments: tuple, seconds: float) -> Outcome:
        """As `here.call`, for the function that has this name after so many cells."""
        self._run_cells(cells)
        try:
            reply, arrays = self._ask({"function": name}, seconds, arguments)
            return as_outcome(name, reply, arrays, len(arguments), self.notes)
        except TimeoutError:
            return late(seconds)
        except Malformed:
            return Outcome(complaint="It sends what is no result.")
        except Stopped as stopped:
            return Outcome(complaint=str(stopped))

    def _run_cells(self, cells: int) -> None:
        """Bring the process to where that many cells have been run, and no more."""
        if self._done > cells:
            self._stop()
        while self._process is None or self._done < cells:
            if self._process is None:
                self._start()
            for number in range(self._done, cells):
                cell = self.cells[number]
                if number not in self._left_out and cell.place not in self._broken and not self._run(cell):
                    self._left_out.add(number)
                    break
                self._done = number + 1

    def _run(self, cell: Cell) -> bool:
        """Whether the process has outlived this cell."""
        try:
            reply, _ = self._ask({"cell": cell.source, "place": cell.place}, CELL_SECONDS)
        except (Stopped, TimeoutError, Malformed) as end:
            text = "does not end" if isinstance(end, TimeoutError) else "ends the process"
            self.notes.append(f"{cell.place} {text}, and is left out.")
            return False
        if isinstance(error := reply.get("error"), dict):
            self._broken.add(cell.place)
            if (note := f"{cell.place} {sentence(error)}") not in self.notes:
                self.notes.append(note)
        return True

    def _start(self) -> None:
        """Start a process that has run nothing yet."""
        self._done, self._broken = 0, set()
        self._socket, theirs = socket.socketpair()
        with theirs:
            stream = _descriptor(theirs)
            self._process = subprocess.Popen(
                self.command,
                stdin=stream,
                stdout=stream,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env={"PATH": os.environ.get("PATH", ""), "HOME": self._folder.name, "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )
        self._channel = Connection(self._socket.dup().detach())

    def _stop(self) -> None:
        """End the process, and those that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        self._channel.close()
        self._socket.close()

    def _ask(self, message: dict, seconds: float, arguments: tuple | None = None) -> tuple[dict, list[np.ndarray]]:
        """Send a message and wait for the reply; after a failure there is no process any more."""
        process, line, over = self._process, self._socket, threading.Event()

        def ring() -> None:
            over.set()
            _kill(process)
            # Not `poll`: half a reply would pass for one. And a process that left its session may hold the other end.
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, ring)
        timer.start()
        try:
            self._channel.send_bytes(json.dumps(message).encode())
            if arguments is not None:
                self._channel.send_bytes(pickle.dumps(arguments))
            reply = receive(self._channel)
        except (EOFError, OSError, Malformed) as error:
            self._stop()
            if over.is_set():
                raise TimeoutError from error
            if isinstance(error, Malformed):
                raise
            raise Stopped("It ends the process in which it is called.") from error
        finally:
            timer.cancel()
        if over.is_set():  # just in time, and killed all the same
            self._stop()
        return reply


def _descriptor(end: socket.socket) -> int:
    """What a child process takes for a standard stream."""
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.open_osfhandle(end.dup().detach(), 0)
    return end.fileno()


def _kill(process: subprocess.Popen) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:  # Windows
        process.kill()
