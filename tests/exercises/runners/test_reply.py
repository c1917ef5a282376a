"""Forged replies: whatever a process sends becomes a complaint about it, nothing is opened or allocated first."""

import json
import threading
import tracemalloc
from contextlib import suppress
from multiprocessing import Pipe

import numpy as np
import pytest

from gmm_lab.exercises.runners.apart import Remote
from gmm_lab.exercises.runners.reply import Malformed, as_outcome, receive, sentence
from gmm_lab.exercises.runners.submission import Cell

ARGUMENTS = np.array([[0.0], [5.0]]), np.array([[1.0], [4.0]])
DEEP = b"[" * 300_000 + b"]" * 300_000


def sent(*parts):
    """What is received of these bytes."""
    mine, theirs = Pipe()

    def write():
        with suppress(OSError), theirs:  # nobody listens any more
            for part in parts:
                theirs.send_bytes(part)

    threading.Thread(target=write, daemon=True).start()
    with mine:
        return receive(mine)


def announced(*forms, **more):
    return json.dumps({"parts": forms, "whole": True, **more}).encode()


FORGED = {
    "nothing": [b""],
    "no JSON": [b"full marks"],
    "no UTF-8": [b"\xff\xfe\x00"],
    "a number": [b"10"],
    "a list": [b"[]"],
    "deep": [DEEP],
    "deep inside": [b'{"parts": ' + DEEP + b"}"],
    "a number of many digits": [b'{"parts": ' + b"1" * 10_000 + b"}"],
    "72 TiB": [announced("<f8 10000000000000"), b""],
    "72 TiB in many directions": [announced("<f8" + " 99999" * 4), b""],
    "more than all may have": [announced("<f8 9000000"), b""],
    "less than announced": [announced("<f8 4"), bytes(8)],
    "more than announced": [announced("<f8 1"), bytes(800)],
    "objects": [announced("|O 1"), bytes(8)],
    "records": [announced("f8,f8 1"), bytes(16)],
    "text": [announced("<U9 1"), bytes(36)],
    "times": [announced("<M8[s] 1"), bytes(8)],
    "no such size": [announced("<f3 1"), bytes(3)],
    "negative": [announced("<f8 -1"), b""],
    "no form": [announced(3), bytes(8)],
    "no list of forms": [b'{"parts": 1}'],
    "forms as text": [b'{"parts": "<f8"}'],
    "a zip bomb": [b"PK\x03\x04" + bytes(100)],
    "a pickle": [b"\x80\x04cos\nsystem\n(S'false'\ntR."],
}


@pytest.mark.parametrize("parts", FORGED.values(), ids=FORGED.keys())
def test_what_is_no_reply_is_refused_before_anything_is_allocated(parts):
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            sent(*parts)
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()


def test_all_arrays_together_are_bounded(monkeypatch):
    monkeypatch.setattr("gmm_lab.exercises.runners.reply.ARRAYS", 100)
    one = bytes(80)
    assert len(sent(announced("<f8 10"), one)[1]) == 1
    with pytest.raises(Malformed):
        sent(announced("<f8 10", "<f8 10"), one, one)


def test_a_message_longer_than_a_reply_may_be_is_not_read():
    mine, theirs = Pipe()
    with mine, theirs:
        threading.Thread(target=lambda: theirs._send((2**30).to_bytes(4, "big")), daemon=True).start()
        with pytest.raises(Malformed):
            receive(mine)


def test_the_end_is_no_reply_either():
    mine, theirs = Pipe()
    theirs.close()
    with mine, pytest.raises((EOFError, ConnectionError)):
        receive(mine)


def test_arrays_arrive_as_they_were_sent():
    parts = np.arange(6.0).reshape(2, 3), np.array(7, dtype=np.int8), np.zeros((0, 3), dtype=np.float32), np.array(True)
    forms = [" ".join([part.dtype.str, *map(str, part.shape)]) for part in parts]
    reply, arrays = sent(announced(*forms), *(part.tobytes() for part in parts))
    assert reply["parts"] == forms
    for got, want in zip(arrays, parts, strict=True):
        np.testing.assert_array_equal(got, want)
        assert (got.dtype, got.shape) == (want.dtype, want.shape)


@pytest.mark.parametrize(
    ("reply", "complaint"),
    [
        ({"error": True}, "It stops with :"),
        ({"error": {"type": ["deep", {}], "message": 3}}, "It stops with :"),
        ({"error": {"type": "E" * 9999, "line": "1"}}, "It stops with EEE"),
        ({"error": {"type": "\ud800"}}, "It stops with \\ud800"),
        ({"changed": 1}, "It changes its argument number 1."),
        ({"changed": "<script>"}, ""),
        ({"changed": 99}, ""),
        ({"changed": True}, ""),
    ],
)
def test_what_a_reply_says_is_not_repeated_unread(reply, complaint):
    outcome = as_outcome("f", reply, [], 2, [])
    assert outcome.complaint.startswith(complaint.rstrip(": "))
    assert bool(outcome.complaint) == bool(complaint)
    assert len(outcome.complaint) < 1200
    outcome.complaint.encode()


def test_a_whole_result_is_one_array():
    for arrays in ([], [np.zeros(1), np.zeros(1)]):
        with pytest.raises(Malformed):
            as_outcome("f", {"whole": True}, arrays, 2, [])


def test_an_error_without_a_line_is_a_sentence():
    assert sentence({"type": "E", "message": "m", "line": [1]}) == "stops with E: m."


BREAKS = {
    "pickled objects": "__main__.run_call = lambda *a: ({'parts': ['|O 1'], 'whole': True}, [b'cos'])",
    "too few arrays": "__main__.run_call = lambda *a: ({'parts': [], 'whole': True}, [])",
    "a list": "__main__.run_call = lambda *a: ([], [])",
    "deep": "__main__.json.dumps = lambda *a: '[' * 300_000",
    "no JSON": "__main__.json.dumps = lambda *a: 'PK'",
    "72 TiB": "__main__.run_call = lambda *a: ({'parts': ['<f8 10000000000000']}, [b''])",
    "too long": "__main__.json.dumps = lambda *a: '0' * 2**21",
}


@pytest.mark.parametrize("code", BREAKS.values(), ids=BREAKS.keys())
def test_a_process_that_forges_is_complained_about_and_the_next_call_goes_on(code):
    cell = f"import __main__\ndef f(*a):\n    {code}\n    return 1\ndef g(x, c): return x"
    with Remote([Cell("cell 1", cell)]) as child:
        outcomes = [child.call("f", 1, ARGUMENTS, 20.0) for _ in range(2)]
        assert "It sends what is no result." in {outcome.complaint for outcome in outcomes}
        child._stop()
        np.testing.assert_array_equal(child.call("g", 1, ARGUMENTS, 20.0).value, ARGUMENTS[0])


def test_a_reply_that_was_sent_ahead_helps_nobody():
    """It is taken for the reply to the next question, and judged like any other."""
    cell = (
        "import __main__\n"
        "def f(*a):\n    __main__.run_call = lambda *a: ({'parts': []}, [b'{}', b'[]'])\n    return 1\n"
        "def g(x, c): return x"
    )
    with Remote([Cell("cell 1", cell)]) as child:
        values = [child.call(name, 1, ARGUMENTS, 20.0).value for name in "ffgg"]
        assert not any(np.array_equal(value, ARGUMENTS[0]) for value in values[2:])
