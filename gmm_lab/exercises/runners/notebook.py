"""The code of a notebook, turned into Python as Jupyter does: a text for a text, and nothing of it is run here.

What a notebook does to its own IPython (transformers, magics) therefore changes nothing. Needs nbformat and IPython.
"""

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

# Cell magics that run their cell in the notebook's own names; the others run elsewhere, or nowhere.
RUN_THEIR_CELL = re.compile(r"\s*%%(?:time|prun\b.*|capture(?:\s+-\S+)*(?:\s+(?P<name>\w+))?.*)\s*$")
STATEMENT = re.compile(r"^(?P<indent>[ \t]*)get_ipython\(\)\.run_line_magic\('(?:time|prun)', (?P<text>.*)\)$", re.M)
# Where str.splitlines cuts, as IPython does, and Python does not.
NO_ENDS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def code_cells(path: Path, text: str) -> Iterator[tuple[int, str, dict]]:
    """The number, the code as Python, and nbgrader's marks of each cell of code.

    Raises
    ------
    ValueError
        If it is no notebook, or nbformat and IPython are missing.
    """
    try:
        import nbformat
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError as error:
        raise ValueError(f"{error}. Notebooks are read by two libraries: pip install nbformat ipython.") from error
    try:
        with warnings.catch_warnings(action="ignore"):
            notebook = nbformat.reader.reads(text)
            if "nbformat" not in notebook:
                raise ValueError("it says no nbformat")
            cells = nbformat.convert(notebook, 4).cells
        found = [
            (number, str(cell.source), dict(cell.get("metadata", {}).get("nbgrader", {})))
            for number, cell in enumerate(cells, 1)
            if cell.cell_type == "code"
        ]
    except Exception as error:  # whatever a stranger's file makes of a reader
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise ValueError(f"{path} is no notebook ({reason}). Give a file that ends in .py or .ipynb.") from error
    for number, source, marks in found:
        with suppress(RecursionError):  # magics under magics without end
            source = to_python(source, TransformerManager().transform_cell)
        yield number, source, marks


def to_python(source: str, transform: Callable[[str], str]) -> str:
    """The code of a cell as Python, its lines where they were; what cannot be turned into it is left as it is."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads them
    if is_python(source):
        return source
    lines = source.split("\n")
    first = next(number for number, line in enumerate(lines) if line.strip())
    if lines[first].lstrip().startswith("%%") and not re.match(r"\s*%%\w+\?", lines[first]):
        if not (magic := RUN_THEIR_CELL.match(lines[first])):
            return ""
        captured = f"{magic['name']} = get_ipython()" if magic["name"] else ""
        return "\n" * first + captured + "\n" + to_python("\n".join(lines[first + 1 :]), transform)
    source = re.sub(r"(?m)^\f+", "", source)
    spare = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in source)
    aside = dict(zip(NO_ENDS, spare, strict=False))
    try:
        text = transform(source.translate(str.maketrans(aside)))
    except Exception:  # hopeless: Python will say what is wrong with it
        return source
    text = STATEMENT.sub(_statement, text.translate(str.maketrans({new: old for old, new in aside.items()})))
    return "\n" * first + text


def _statement(found: re.Match) -> str:
    """What `%time` runs, to be run without it."""
    text = ast.literal_eval(found["text"])
    return found["indent"] + text if is_python(text) else found[0]


def is_python(source: str) -> bool:
    """Whether it can stand as it is: it is Python, or nothing, or too deep to tell."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return not source.strip()
    except (MemoryError, RecursionError):
        return True
    return True
