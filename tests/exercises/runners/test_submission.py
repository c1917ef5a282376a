"""Files of answers: what is read, and which function answers which exercise."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gmm_lab.exercises import EXERCISES
from gmm_lab.exercises.runners.submission import (
    Answer,
    Cell,
    Check,
    cut_at_checks,
    find_answers,
    find_checks,
    read_cells,
    stem_of,
)

KNOWN = list(EXERCISES)


def test_a_notebook_is_read_cell_by_cell_as_python(tmp_path):
    path = tmp_path / "04_kmeans.IPYNB"
    sources = "%matplotlib inline\na = 1\n!ls\nb = 2", "%%bash\nrm -r .", "%%time\nc = 3"
    marked = new_code_cell("d = 4", metadata={"nbgrader": {"grade_id": "d", "grade": True}})
    cells = [new_markdown_cell("# Title"), *map(new_code_cell, sources), marked]
    path.write_text("\ufeff" + nbformat.writes(new_notebook(cells=cells)), "utf-8")
    first, *others = read_cells(path)
    assert first.place == "cell 2"
    assert [node.__class__.__name__ for node in ast.parse(first.source).body] == ["Expr", "Assign", "Expr", "Assign"]
    assert others == [
        Cell("cell 3", ""),
        Cell("cell 4", "\nc = 3"),
        Cell("cell 5", "d = 4", marked.metadata["nbgrader"]),
    ]


@pytest.mark.parametrize("name", ["answers.py", "ANSWERS.PY", "answers (1).py"])
@pytest.mark.parametrize(
    "data",
    [
        b"a = 'caf\xc3\xa9'\n",
        b"\xef\xbb\xbfa = 'caf\xc3\xa9'\n",
        b"# -*- coding: latin-1 -*-\na = 'caf\xe9'\n",
        b"# coding: cp1252\r\na = 'caf\xe9'\r\n",
    ],
)
def test_a_python_file_is_one_cell_in_whatever_encoding(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    (cell,) = read_cells(tmp_path / name)
    names = {}
    exec(cell.source, names)
    assert (cell.place, names["a"]) == (name, "café")


@pytest.mark.parametrize("data", [b"a = 'caf\xe9'\n", b"# coding: nonsense\n"])
def test_a_python_file_that_cannot_be_decoded_is_named(tmp_path, data):
    path = tmp_path / "answers.py"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"answers\.py cannot be read: .*Save it as UTF-8"):
        read_cells(path)


def test_a_file_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("gmm_lab.exercises.runners.submission.LARGEST", 3)
    path = tmp_path / "answers.py"
    path.write_text("a = 1")
    with pytest.raises(ValueError, match=r"answers\.py has 5 bytes, and at most 3 are read"):
        read_cells(path)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("05_soft_em.ipynb", "soft_em"),
        ("05_soft_em (1).ipynb", "soft_em"),
        ("05_soft_em-Copy1.ipynb", "soft_em"),
        ("soft_em_mueller.py", "soft_em"),
        ("05-Soft_EM.PY", "soft_em"),
        ("kmeansplus.py", "kmeansplus"),
        ("mine.py", "mine"),
    ],
)
def test_a_copy_is_named_after_the_same_exercises(name, stem):
    assert stem_of(Path(name), KNOWN) == stem


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"cells": [{"source": "a"}]}', '{"cells": 3}'])
def test_what_is_no_notebook_is_named(tmp_path, text):
    path = tmp_path / "answers.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"answers\.txt is no notebook.*Give a file that ends in"):
        read_cells(path)


def test_answers_are_found_by_their_check_and_by_their_name():
    cells = [
        Cell("1", "def assign(x, centres): ...\ndef inertia(x, centres): ..."),
        Cell("2", "def mine(x, centres): ..."),
        Cell("3", "this is no Python"),
        Cell(
            "4", 'check("kmeans.inertia", mine)\nexercises.check("elbo.entropy", mine)\ncheck(mine)\ncheck("no", mine)'
        ),
        Cell("5", "-" * 200_000 + "1"),
    ]
    assert find_answers(cells, "kmeans", KNOWN) == {
        "kmeans.assign": Answer("assign", 5),
        "kmeans.inertia": Answer("mine", 4),
        "elbo.entropy": Answer("mine", 4),
    }
    assert find_answers(cells[:1], "hard_em", KNOWN) == {"hard_em.assign": Answer("assign", 1)}
    assert find_answers([], "kmeans", KNOWN) == {}


def test_cells_are_cut_where_answers_are_checked():
    last = 'a = "\f\u2028"; check("k.d", a); b = 2'
    source = f"""\
a = 1
check("k.a", a)
def b():
    check("k.b", a)
if a:
    check("k.c", a)

{last}
"""
    pieces = cut_at_checks([Cell("1", source), Cell("2", "no Python"), Cell("3", "")])
    assert [piece.place for piece in pieces] == ["1", "1", "1", "2", "3"]
    assert [piece.source.lstrip("\n").split("\n")[0] for piece in pieces[:3]] == ["a = 1", "def b():", last]
    tops = [[node.lineno for node in ast.parse(piece.source).body] for piece in pieces[:3]]
    assert tops == [[1, 2], [3, 5], [8, 8, 8]]


def test_checks_keep_their_points_and_seed():
    cells = [Cell("1", 'grade("kmeans.assign", assign, points=7, seed=2024)'), Cell("2", "grade(1, 2)")]
    assert list(find_checks(cells)) == [Check("kmeans.assign", "assign", {"points": 7, "seed": 2024})]
