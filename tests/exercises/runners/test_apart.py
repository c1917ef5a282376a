"""Answers in another process: whatever the code does, its worth is decided here, and the rest goes on."""

import json
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

from gmm_lab.exercises import EXERCISES
from gmm_lab.exercises.__main__ import main
from gmm_lab.exercises.engine.examine import examine
from gmm_lab.exercises.runners import apart
from gmm_lab.exercises.runners.apart import Remote
from gmm_lab.exercises.runners.submission import Cell

RIGHT = (
    "import numpy as np\ndef assign(x, centres):\n    return ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)"
)
ARGUMENTS = np.array([[0.0], [5.0]]), np.array([[1.0], [4.0]])


def outcome(*sources, seconds=20.0):
    """What a call of `f` gives after these cells, and the notes on them."""
    with Remote([Cell(f"cell {i}", source) for i, source in enumerate(sources, 1)]) as child:
        return child.call("f", ARGUMENTS, seconds), child.notes


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
        (
            "import __main__\n__main__.run_call = lambda *a: ({'parts': 1}, b'no arrays')\nf = print",
            "It sends what is no result.",
        ),
        ("import __main__\n__main__.run_call = lambda *a: ([], b'')\nf = print", "It ends the process"),
    ],
)
def test_whatever_goes_wrong_becomes_a_sentence(source, complaint):
    assert complaint in outcome(source)[0].complaint


def test_a_pickle_is_not_opened():
    """An array of objects would run code on arrival."""
    source = (
        "import __main__, io, numpy as np\n"
        "def fake(*a):\n"
        "    file = io.BytesIO()\n"
        "    np.savez(file, **{'0': np.array([{}], dtype=object)})\n"
        "    return {'parts': 1, 'whole': True}, file.getvalue()\n"
        "__main__.run_call = fake\n"
        "f = print"
    )
    assert outcome(source)[0].complaint == "It sends what is no result."


def test_a_loop_without_end_is_stopped_and_the_next_call_works():
    with Remote([Cell("cell 1", "def f(*a):\n    while True: pass\ndef g(x, c): return x")]) as child:
        assert "still running after 0.3 s" in child.call("f", ARGUMENTS, 0.3).complaint
        np.testing.assert_array_equal(child.call("g", ARGUMENTS, 20.0).value, ARGUMENTS[0])


def test_a_cell_that_fails_leaves_the_others(monkeypatch):
    monkeypatch.setattr(apart, "CELL_SECONDS", 1.5)
    result, notes = outcome(
        "def f(x, c): return x", "def f(:", "1 / 0", "while True: pass", "import os; os._exit(3)", "get_ipython()"
    )
    np.testing.assert_array_equal(result.value, ARGUMENTS[0])
    assert notes == [
        "cell 2 stops with SyntaxError: invalid syntax (cell 2, line 1), in line 1 of cell 2: def f(:",
        "cell 3 stops with ZeroDivisionError: division by zero, in line 1 of cell 3: 1 / 0",
        "cell 4 does not end, and is left out.",
        "cell 5 ends the process, and is left out.",
        "cell 6 stops with NameError: name 'get_ipython' is not defined, in line 1 of cell 6: get_ipython()",
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
        assert examine(EXERCISES["mixture.sample"], partial(child.call, "sample"), 1).score == 10
        assert examine(EXERCISES["selection.folds"], partial(child.call, "folds"), 1).score == 10


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
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]}))
    run = subprocess.run([sys.executable, "-m", "gmm_lab.exercises", path], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("kmeans.assign: 3 of 3")
    assert run.stderr == ""
