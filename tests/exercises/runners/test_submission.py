"""Files of answers: what is read, and which function answers which exercise."""

import json

import pytest

from gmm_lab.exercises import EXERCISES
from gmm_lab.exercises.runners.submission import Cell, Check, find_answers, find_checks, read_cells

KNOWN = list(EXERCISES)


def notebook(*sources):
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": "# Title"}, *cells]})


def test_a_notebook_is_read_cell_by_cell_without_magics(tmp_path):
    path = tmp_path / "04_kmeans.ipynb"
    path.write_text(notebook(["%matplotlib inline\n", "a = 1\n", "!ls\n", "b = 2"], "%%bash\nrm -r .", "c = 3"))
    assert read_cells(path) == [Cell("cell 2", "\na = 1\n\nb = 2"), Cell("cell 3", ""), Cell("cell 4", "c = 3")]


def test_a_python_file_is_one_cell(tmp_path):
    path = tmp_path / "answers.py"
    path.write_text("a = 1\n")
    assert read_cells(path) == [Cell("answers.py", "a = 1\n")]


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
        Cell("4", 'check("kmeans.inertia", mine)\ncheck("elbo.entropy", mine)\ncheck(mine)\ncheck("nothing", mine)'),
    ]
    assert find_answers(cells, "kmeans", KNOWN) == {
        "kmeans.assign": "assign",
        "kmeans.inertia": "mine",
        "elbo.entropy": "mine",
    }
    assert find_answers(cells[:1], "hard_em", KNOWN) == {"hard_em.assign": "assign"}
    assert find_answers([], "kmeans", KNOWN) == {}


def test_checks_keep_their_points_and_seed():
    cells = [Cell("1", 'grade("kmeans.assign", assign, points=7, seed=2024)'), Cell("2", "grade(1, 2)")]
    assert list(find_checks(cells)) == [Check("kmeans.assign", "assign", {"points": 7, "seed": 2024})]
