"""What IPython understands becomes Python; what Python understands stays as it is. IPython itself is the judge."""

import ast
import json

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from gmm_lab.exercises.runners.child import Nothing
from gmm_lab.exercises.runners.notebook import code_cells, to_python

transform = TransformerManager().transform_cell


def names_after(source, **given):
    """The names that a cell leaves behind, run as the audit runs it."""
    names = {"get_ipython": Nothing(), "display": Nothing(), **given}
    exec(compile(to_python(source, transform), "cell", "exec"), names)
    return {name: value for name, value in names.items() if not name.startswith("__") and name not in given}


@pytest.mark.parametrize(
    ("source", "name", "value"),
    [
        ("%%time\na = 1", "a", 1),
        ("\n\n%%time\n\na = 1\n", "a", 1),
        ("%%capture\na = 1", "a", 1),
        ("%%capture out\na = 1\nout.show()", "a", 1),
        ("%%capture --no-stderr out\na = 1", "a", 1),
        ("%%time\n%%capture\n%matplotlib inline\na = 1", "a", 1),
        ("%%prun -l 3\na = 1", "a", 1),
        ("    %%time\n    a = 1", "a", 1),
        ("%matplotlib inline\na = 1\n!ls\nb = 2", "a", 1),
        ("import sys\nif 'google.colab' in sys.modules:\n    !pip install x\na = 1", "a", 1),
        ("if True:\n    %timeit 3\n    a = 1", "a", 1),
        ("a = (17\n  % 5)", "a", 2),
        ("a = (17\n% 5)", "a", 2),
        ("a = (1\n!= 2)", "a", True),
        ("a = 17 \\\n% 5", "a", 2),
        ("import numpy as np\nnp.mean?\na = 1", "a", 1),
        ("?len\na = 1", "a", 1),
        ("len??\na = 1", "a", 1),
        ("t = %timeit -o 3\na = 1", "a", 1),
        ("f = !ls\na = len(list(f))", "a", 0),
        ("%matplotlib \\\n  inline\na = 1", "a", 1),
        ("!ls \\\n  -l\na = 1", "a", 1),
        ("%time a = 1", "a", 1),
        ("if True:\n    %time a = 1", "a", 1),
        ("display(3)\na = 1", "a", 1),
        ("    a = 1\n    b = a", "b", 1),
        (">>> a = 1\n>>> if a:\n...     a = 2", "a", 2),
        ("In [3]: a = (1,\n   ...:      2)", "a", (1, 2)),
        ('a = """\n%time\n!ls\n?len\n"""', "a", "\n%time\n!ls\n?len\n"),
        ('%pip install x\na = """\n%time\n!= 3\n"""', "a", "\n%time\n!= 3\n"),
        ("a = 1  # then\u2028a = 2\nb = 3", "a", 1),
        ("!ls\na = 1  # then\u2028a = 2", "a", 1),
        ("!ls\na = 1  # then\x85%time\nb = '\u2029%time'", "b", "\u2029%time"),
        ("!ls\n\f\na = 1\n\fb = 2", "b", 2),
        ("a = 1\r\nb = 2\r\n%time", "b", 2),
        ("a = '\ue000'\n!ls\nb = '\u2028'", "b", "\u2028"),
        ("%%time?\na = 1", "a", 1),
        ("get_ipython().input_transformers_cleanup.append(len)\na = 1", "a", 1),
        ("%load_ext x\n%autoreload 2\n%config A.b = 'c'\na = 1", "a", 1),
    ],
)
def test_what_remains_means_the_same(source, name, value):
    assert names_after(source)[name] == value


@pytest.mark.parametrize(
    "magic", ["%%bash", "%%html", "%%writefile a.py", "%%timeit", "%%time it", "%%python", "%%mine"]
)
def test_a_cell_that_runs_elsewhere_leaves_nothing_behind(magic):
    assert to_python(f"{magic}\na = 1", transform).strip() == ""


@pytest.mark.parametrize("source", ["def f(:", "a = 'x", "(", "%%", "\x00", "a\x00!ls", "\\", "'''", "\ud800 !"])
def test_what_cannot_be_mended_is_left_for_python_to_say(source):
    with pytest.raises((SyntaxError, ValueError)):
        ast.parse(to_python(source, transform) or "(")


def test_lines_stay_where_they_were():
    text = to_python("\n\n%%time\n%matplotlib inline\n!ls\na = 1\n1 / 0", transform)
    assert text.split("\n")[6].strip() == "1 / 0"


def test_python_is_not_touched():
    for source in ("x = 3\n\n\ny = x % 5", "# %time\n", "", "  \n", "s = '''\n%a\n'''", "await f()"):
        assert to_python(source, transform) == source


def test_ipython_says_the_same():
    """The shell that runs a notebook turns each of these into the same Python, but for lines that are left out."""
    shell = InteractiveShell()
    for source in ("f = !ls", "t = %timeit 3", "np.mean?", "if 1:\n    !ls", "a = (17\n  % 5)", ">>> a = 1"):
        assert to_python(source, transform).strip() == shell.transform_cell(source).strip()


def test_transformers_of_the_process_that_reads_are_not_those_of_a_notebook(tmp_path):
    """Each cell gets a manager of its own: what one might be made to hold acts on no other."""
    path = tmp_path / "a.ipynb"
    text = nbformat.writes(new_notebook(cells=[new_markdown_cell("# a"), new_code_cell("%time a = 1")]))
    assert list(code_cells(path, text)) == [(2, "a = 1\n", {})]


def test_a_notebook_of_an_older_format_is_read(tmp_path):
    cells = [{"cell_type": "code", "input": ["a = 1\n", "b = 2"], "language": "python", "outputs": [], "metadata": {}}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells, "metadata": {}}]}
    assert list(code_cells(tmp_path, json.dumps(old))) == [(1, "a = 1\nb = 2", {})]


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "3",
        '{"cells": []}',
        '{"nbformat": 4, "nbformat_minor": 5, "cells": 3}',
        '{"nbformat": 4, "nbformat_minor": 5, "cells": [{"source": "a"}]}',
        '{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "source": {}, "metadata": 3}]}',
        '{"nbformat": 99, "cells": []}',
        '{"nbformat": 4, "cells": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_notebook_is_named(tmp_path, text):
    with pytest.raises(ValueError, match=r"answers\.txt is no notebook.*Give a file that ends in"):
        list(code_cells(tmp_path / "answers.txt", text))


def test_magics_under_magics_without_end_are_left_as_they_are(tmp_path):
    text = nbformat.writes(new_notebook(cells=[new_code_cell("%%time\n" * 5000), new_code_cell("a = 1")]))
    assert [source for _, source, _ in code_cells(tmp_path, text)][1] == "a = 1"
