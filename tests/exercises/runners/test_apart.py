"""Answers in another process: whatever the code does, its worth is decided here, and the rest goes on."""

import json
import os
import subprocess
import sys
from functools import partial

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from gmm_lab.exercises import EXERCISES
from gmm_lab.exercises.__main__ import main
from gmm_lab.exercises.engine.examine import examine
from gmm_lab.exercises.runners import apart
from gmm_lab.exercises.runners.apart import Remote
from gmm_lab.exercises.runners.submission import Cell, cut_at_checks

RIGHT = (
    "import numpy as np\ndef assign(x, centres):\n    return ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)"
)
ARGUMENTS = np.array([[0.0], [5.0]]), np.array([[1.0], [4.0]])


def outcome(*sources, seconds=20.0):
    """What a call of `f` gives after these cells, and the notes on them."""
    with Remote([Cell(f"cell {i}", source) for i, source in enumerate(sources, 1)]) as child:
        return child.call("f", len(sources), ARGUMENTS, seconds), child.notes


def returned(expression):
    result, notes = outcome(f"import numpy as np\ndef f(x, centres):\n    return {expression}")
    assert (result.complaint, notes) == ("", [])
    return result.value


def test_arrays_come_back_as_they_are():
    for expression, want in (("x - 1", ARGUMENTS[0] - 1), ("2", 2), ("x[0, 0]", 0.0), ("x > 1", ARGUMENTS[0] > 1)):
        got = returned(expression)
        np.testing.assert_array_equal(got, want)
        assert got.dtype == np.asarray(want).dtype
    assert returned("x.astype(np.float32)").dtype == np.float32
    x, centres = returned("x, centres[0]")
    np.testing.assert_array_equal(x, ARGUMENTS[0])
    np.testing.assert_array_equal(centres, [1.0])
    np.testing.assert_array_equal(returned("x.tolist()"), ARGUMENTS[0])
    assert returned("[]") == []
    assert returned("None") is None
    assert type(returned("object()")) is object
    assert type(returned("{'a': 1}")) is object


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("def f(*a): raise NotImplementedError()", "Not answered yet."),
        ("g = 1", "There is no function f."),
        ("f = 1", "It stops with TypeError: 'int' object is not callable."),
        (
            "def f(*a):\n    return 1 / 0",
            "It stops with ZeroDivisionError: division by zero, in line 2 of cell 1: return 1 / 0",
        ),
        ("def f(x, c): x[0] = 9", "It changes its argument number 1. Work on a copy."),
        ("def f(*a): raise SystemExit", "It stops with SystemExit, in line 1 of cell 1: def f(*a): raise SystemExit"),
        ("import os\ndef f(*a): os._exit(0)", "It ends the process in which it is called."),
        ("import os\ndef f(*a): os.kill(os.getpid(), 9)", "It ends the process in which it is called."),
        ("import numpy as np\ndef f(*a): return np.ones(10**11)", "It stops with MemoryError"),
        ("import gmm_lab\ndef f(*a): return gmm_lab.e_step(*a)", "It stops with AttributeError: module 'gmm_lab'"),
        (
            "def f(*a):\n    from gmm_lab import e_step",
            "gmm_lab.e_step is not at hand here. Write the computation yourself, in line 2",
        ),
        (
            "def f(*a):\n    import gmm_lab.soft_em",
            "gmm_lab.soft_em is not at hand here. Write the computation yourself",
        ),
        ("def f(*a): open('big', 'wb').write(b'0' * 2**21)", "It stops with OSError"),
    ],
)
def test_whatever_goes_wrong_becomes_a_sentence(source, complaint):
    assert complaint in outcome(source)[0].complaint


def test_a_loop_without_end_is_stopped_and_the_next_call_works():
    with Remote([Cell("cell 1", "def f(*a):\n    while True: pass\ndef g(x, c): return x")]) as child:
        assert "still running after 0.3 s" in child.call("f", 1, ARGUMENTS, 0.3).complaint
        np.testing.assert_array_equal(child.call("g", 1, ARGUMENTS, 20.0).value, ARGUMENTS[0])


def test_half_a_reply_is_no_reply_and_nobody_waits_for_the_rest():
    """A header that announces a thousand bytes, and then nothing: to wait for the header alone would be for ever."""
    cell = (
        "import os, time\n"
        "def f(*a):\n"
        "    for number in range(3, 30):\n"
        "        try: os.write(number, (1000).to_bytes(4, 'big') + b'{')\n"
        "        except OSError: pass\n"
        "    time.sleep(60)\n"
    )
    assert "still running after 0.5 s" in outcome(cell, seconds=0.5)[0].complaint


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_leaves_its_session_holds_nobody_up():
    cell = (
        "import os, time\n"
        "def f(*a):\n"
        "    if not os.fork():\n"
        "        os.setsid()\n"
        "        time.sleep(10)\n"
        "        os._exit(0)\n"
        "    time.sleep(60)\n"
        "def g(x, c): return x"
    )
    with Remote([Cell("cell 1", cell)]) as child:
        assert "still running after 0.5 s" in child.call("f", 1, ARGUMENTS, 0.5).complaint
        np.testing.assert_array_equal(child.call("g", 1, ARGUMENTS, 20.0).value, ARGUMENTS[0])


def test_a_folder_too_deep_to_be_removed_ends_nothing():
    cell = "import os\nfor i in range(1500):\n    os.mkdir('a')\n    os.chdir('a')\ndef f(x, c): return x"
    result, notes = outcome(cell)
    assert (result.complaint, notes) == ("", [])


TWICE = (
    "def helper(x): return 2 * x",
    "def f(x, c): return helper(x)",
    "def helper(x): return 3 * x",
    "def g(x, c): return helper(x)",
)


def test_a_function_is_called_as_it_stands_after_so_many_cells():
    with Remote([Cell(f"cell {i}", source) for i, source in enumerate(TWICE)]) as child:
        for name, cells, factor in (("f", 2, 2), ("g", 4, 3), ("f", 4, 3), ("f", 2, 2)):
            np.testing.assert_array_equal(child.call(name, cells, ARGUMENTS, 20.0).value, factor * ARGUMENTS[0])
        assert child.call("g", 3, ARGUMENTS, 20.0).complaint == "There is no function g."


def test_the_command_checks_answers_where_they_are_checked(tmp_path, capsys):
    """In one Python file: a helper of the same name means something else further down."""
    inertia = "import numpy\ndef inertia(x, centres):\n    return pick(((x[:, None] - centres) ** 2).sum(axis=2))"
    pick = "def pick(squares):\n    return squares.min(axis=1).sum()"
    other = "def pick(squares):\n    return squares.max()"
    path = tmp_path / "04_kmeans (1).PY"
    test = 'check("kmeans.inertia", inertia)'
    for parts, code in (
        ([pick, inertia, test, other], 0),
        ([other, inertia, test, pick], 1),
        ([pick, inertia, other], 1),
        ([other, inertia, pick], 0),
    ):
        path.write_text("from gmm_lab.exercises import check\n" + "\n".join(parts))
        assert main([str(path)]) == code, parts
    assert "kmeans.inertia: 3 of 3 properties hold" in capsys.readouterr().out


def test_an_error_ends_the_whole_cell_and_says_its_line():
    source = "def f(x, c): return x\ncheck('a.b', f)\n1 / 0\ncheck('a.c', f)\ndef f(x, c): return 1"
    cells = cut_at_checks([Cell("a.py", f"check = print\n{source}")])
    assert [cell.source.count("\n") for cell in cells] == [2, 4, 5]
    with Remote(cells) as child:
        np.testing.assert_array_equal(child.call("f", 3, ARGUMENTS, 20.0).value, ARGUMENTS[0])
        assert child.notes == ["a.py stops with ZeroDivisionError: division by zero, in line 4 of a.py: 1 / 0"]


@pytest.mark.parametrize(
    "sources",
    [
        ("import asyncio\nawait asyncio.sleep(0)\ndef f(x, c): return x",),
        ("import asyncio\nasync def g(): return 1\none = await g()", "def f(x, c): return one * x"),
        ("display(3)\nfrom IPython.display import HTML, display\ndisplay(HTML('a'))\ndef f(x, c): return x",),
        ("from IPython import get_ipython\nget_ipython().config.a.b('c')\ndef f(x, c): return x",),
        ("from __future__ import annotations", "def f(x: Missing, c) -> Absent: return x"),
        ("names = get_ipython().getoutput('ls')\nfor name in names: 1 / 0\nif names: 1 / 0\ndef f(x, c): return x",),
    ],
)
def test_what_a_notebook_finds_is_there(sources):
    result, notes = outcome(*sources)
    assert notes == []
    np.testing.assert_array_equal(result.value, ARGUMENTS[0])


def test_without_the_future_annotations_are_looked_up():
    assert (
        "There is no function f. cell 1 stops with NameError" in outcome("def f(x: Missing, c): return x")[0].complaint
    )


def test_a_cell_that_fails_leaves_the_others(monkeypatch):
    monkeypatch.setattr(apart, "CELL_SECONDS", 1.5)
    result, notes = outcome(
        "def f(x, c): return x", "def f(:", "1 / 0", "while True: pass", "import os; os._exit(3)", "get_python()"
    )
    np.testing.assert_array_equal(result.value, ARGUMENTS[0])
    assert notes == [
        "cell 2 stops with SyntaxError: invalid syntax (cell 2, line 1), in line 1 of cell 2: def f(:",
        "cell 3 stops with ZeroDivisionError: division by zero, in line 1 of cell 3: 1 / 0",
        "cell 4 does not end, and is left out.",
        "cell 5 ends the process, and is left out.",
        "cell 6 stops with NameError: name 'get_python' is not defined, in line 1 of cell 6: get_python()",
    ]


def test_a_missing_function_is_explained_by_the_notes():
    assert outcome("def f(:")[0].complaint.startswith("There is no function f. cell 1 stops with SyntaxError")


def test_prints_reach_neither_the_reader_nor_the_channel(capfd):
    cell = "import sys\nprint('10 of 10', flush=True)\ndef f(*a):\n    print('fake', file=sys.stderr)\n    return 1"
    assert outcome(cell)[0].value == 1
    assert capfd.readouterr() == ("", "")


def test_it_runs_in_an_empty_folder_without_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET", "of the caller")
    source = "import os\ndef f(*a): return len(os.listdir()), 'SECRET' in os.environ"
    assert list(map(int, outcome(source)[0].value)) == [0, 0]


def test_generators_and_mixed_results_cross_over():
    """Random answers, tuples of unlike arrays and lists of unlike lengths are judged as they would be here."""
    source = (
        "import numpy as np\n"
        "def sample(weights, means, covariances, n, rng):\n"
        "    z = rng.choice(len(weights), n, p=weights)\n"
        "    return [rng.multivariate_normal(means[k], covariances[k]) for k in z], z.tolist()\n"
        "def folds(n, n_folds, rng):\n"
        "    return np.array_split(rng.permutation(n), n_folds)\n"
    )
    with Remote([Cell("cell 1", source)]) as child:
        assert examine(EXERCISES["mixture.sample"], partial(child.call, "sample", 1), 1).score == 10
        assert examine(EXERCISES["selection.folds"], partial(child.call, "folds", 1), 1).score == 10


def test_the_command_reports_on_a_file(tmp_path, capsys):
    path = tmp_path / "04_kmeans.py"
    path.write_text(RIGHT)
    assert main([str(path)]) == 0
    assert "kmeans.assign: 3 of 3 properties hold, 10 of 10 points" in capsys.readouterr().out
    path.write_text(RIGHT.replace("argmin", "argmax"))
    assert main([str(path), "--json", "--seed", "3"]) == 1
    (report,) = json.loads(capsys.readouterr().out)["reports"]
    assert (report["exercise"], report["score"], report["slip"]) == ("kmeans.assign", 0, "farthest centre")


def test_the_command_says_what_it_cannot_do(tmp_path, capsys):
    assert main([str(tmp_path / "none.py")]) == 2
    assert "none.py" in capsys.readouterr().err
    path = tmp_path / "empty.py"
    path.write_text("a = 1")
    assert main([str(path)]) == 2
    assert "answers no exercise" in capsys.readouterr().err


def test_the_command_is_there(tmp_path):
    path = tmp_path / "answer.ipynb"
    cells = [RIGHT, 'check("kmeans.assign", assign)']
    path.write_text(nbformat.writes(new_notebook(cells=list(map(new_code_cell, cells)))))
    run = subprocess.run([sys.executable, "-m", "gmm_lab.exercises", path], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("kmeans.assign: 3 of 3")
    assert run.stderr == ""


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_a_report_can_be_written_to_any_console(tmp_path, encoding):
    """Python ends with 1 when it cannot print, which would look like a result."""
    path = tmp_path / "01_mixture.py"
    path.write_text("def log_density(x, weights, means, covariances):\n    raise ValueError('Σ → ∞')", "utf-8")
    command = [sys.executable, "-m", "gmm_lab.exercises", path]
    run = subprocess.run(
        command, capture_output=True, env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    )
    assert (run.returncode, run.stderr) == (1, b"")
    assert run.stdout.startswith(b"mixture.log_density: 0 of 3 properties hold")


def test_a_seed_that_is_none_is_named(tmp_path, capsys):
    path = tmp_path / "04_kmeans.py"
    path.write_text(RIGHT)
    assert main([str(path), "--seed", "-1"]) == 2
    assert "--seed must be a whole number from 0" in capsys.readouterr().err
