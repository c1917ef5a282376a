"""Calls a reader's function on copies, within a time limit, and turns all that can happen into a sentence.

This protects an honest reader from a slip. It is no barrier against somebody who wants to cheat.
"""

import io
import linecache
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from copy import deepcopy
from pathlib import Path
from types import FrameType

import numpy as np

from .outcome import UNANSWERED, Outcome, changed, late

PACKAGE = str(Path(__file__).parents[2]) + os.sep  # not another folder whose name begins like it
OWN = str(Path(__file__).parents[1]) + os.sep
# Whose functions are looked at when they begin, not line by line: that would make an answer several times slower.
LIBRARIES = str(Path(signal.__file__).parent) + os.sep, str(Path(np.__file__).parents[1]) + os.sep


class TimeUp(BaseException):
    """Not an Exception, so that an answer's own `except Exception` does not swallow it."""


def call(function: Callable, arguments: tuple, seconds: float) -> Outcome:
    """Call `function` on copies of `arguments`; report an error, a changed input or a borrowed answer."""
    if not callable(function):
        return Outcome(complaint=f"A function is asked for, got {type(function).__name__}.")
    copies = deepcopy(arguments)
    borrowed: list[str] = []
    try:
        with _quiet(), _time_limit(seconds), _watch(borrowed):
            value = function(*copies)
    except NotImplementedError:
        return Outcome(complaint=UNANSWERED)
    except TimeUp:
        return late(seconds)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: an answer must not end the reader's session
        return Outcome(complaint=_sentence(function, error))
    if borrowed:
        return Outcome(complaint=f"It calls gmm_lab's own {borrowed[0]}. Write the computation yourself.")
    for number, (before, after) in enumerate(zip(arguments, copies, strict=True), 1):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after):
            return changed(number)
    return Outcome(value)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep prints and warnings to ourselves: grading takes anything on stderr for a failure."""
    with (
        warnings.catch_warnings(),
        np.errstate(),  # restores what the answer sets
        redirect_stdout(io.StringIO()),
        redirect_stderr(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp after `seconds`: by a signal where there are signals, else between two lines of the answer."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():

        def ring(_number: int, _frame: FrameType | None) -> None:
            raise TimeUp

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    else:  # in the browser, or in a thread; a long call into compiled code outlives it
        deadline, before_trace = time.monotonic() + seconds, sys.gettrace()

        def look(frame: FrameType, _event: str, _argument: object) -> Callable | None:
            if time.monotonic() > deadline:
                raise TimeUp
            return None if frame.f_code.co_filename.startswith(LIBRARIES) else look

        sys.settrace(look)
        try:
            yield
        finally:
            sys.settrace(before_trace)


@contextmanager
def _watch(borrowed: list[str]) -> Iterator[None]:
    """Note calls into the reference, under whatever name they were imported."""

    def look(frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(PACKAGE) and not code.co_filename.startswith(OWN):
            borrowed.append(code.co_name)

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        yield
    finally:
        sys.setprofile(before)


def _sentence(function: Callable, error: BaseException) -> str:
    """The error, and the line of the answer in which it arose."""
    what = f"It stops with {type(error).__name__}: {error}".rstrip(".: ")
    code = getattr(function, "__code__", None)
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if code and frame.f_code.co_filename == code.co_filename:
            text = linecache.getline(code.co_filename, line).strip()
            return f"{what}, in line {line}" + (f": {text}" if text else ".")
    return f"{what}."
