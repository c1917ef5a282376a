"""Reads a file of answers, a notebook or a Python file, and finds which function answers which exercise."""

import ast
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cell:
    """A piece of code, and where it stands."""

    place: str
    source: str


def read_cells(path: Path) -> list[Cell]:
    """The code of a file, cell by cell; a Python file is one cell.

    Lines that IPython alone understands (`%magic`, `!command`, `?help`) are left out.

    Raises
    ------
    ValueError
        If the file is neither a Python file nor a notebook.
    """
    text = path.read_text("utf-8", errors="replace")
    if path.suffix == ".py":
        return [Cell(path.name, text)]
    try:
        cells = json.loads(text)["cells"]
        sources = [(n, "".join(cell["source"])) for n, cell in enumerate(cells, 1) if cell["cell_type"] == "code"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is no notebook: {error!r}. Give a file that ends in .py or .ipynb.") from error
    return [Cell(f"cell {number}", _plain(source)) for number, source in sources]


def _plain(source: str) -> str:
    """Blank out what is not Python; line numbers stay."""
    if source.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines())


def find_answers(cells: Iterable[Cell], stem: str, known: Sequence[str]) -> dict[str, str]:
    """Which function answers which exercise.

    Parameters
    ----------
    cells : iterable of Cell
        The file.
    stem : str
        Name of the file without its number and ending, such as "soft_em".
    known : sequence of str
        The exercises there are, such as "soft_em.e_step".

    Returns
    -------
    dict
        From exercise to function: as in `check("soft_em.e_step", my_e_step)`, else the function of the exercise's
        own name in a file of the exercise's stem.
    """
    defined, checked = set(), {}
    for node in _nodes(cells):
        if isinstance(node, ast.FunctionDef):
            defined.add(node.name)
        elif call := as_check(node):
            checked[call.exercise] = call.function
    by_name = {name: name.split(".")[1] for name in known if name.split(".")[0] == stem}
    found = {name: function for name, function in by_name.items() if function in defined}
    return {name: (found | checked)[name] for name in known if name in found | checked}


@dataclass(frozen=True)
class Check:
    """A call of `check` or `grade` that a file makes, with its points and its seed where they are written out."""

    exercise: str
    function: str
    options: dict[str, float]


def as_check(node: ast.AST) -> Check | None:
    """`check("stem.name", function, ...)` or `grade(...)`, or None."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("check", "grade")):
        return None
    match node.args:
        case [ast.Constant(value=str(exercise)), ast.Name(id=function)]:
            constants = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
            return Check(exercise, function, constants)
    return None


def find_checks(cells: Iterable[Cell]) -> Iterator[Check]:
    """Every such call, in order."""
    return filter(None, map(as_check, _nodes(cells)))


def _nodes(cells: Iterable[Cell]) -> Iterator[ast.AST]:
    """All that stands in cells which are Python; the others are told when they are run."""
    for cell in cells:
        try:
            yield from ast.walk(ast.parse(cell.source))
        except (SyntaxError, ValueError, RecursionError):
            continue
