"""Reads a file of answers, a notebook or a Python file, and finds which function answers which exercise, and where."""

import ast
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

LARGEST = 2**28  # bytes of a file


@dataclass(frozen=True)
class Cell:
    """A piece of code, where it stands, and nbgrader's marks, if it has any."""

    place: str
    source: str
    marks: dict = field(default_factory=dict)


def read_cells(path: Path) -> list[Cell]:
    """The code of a file, cell by cell; a Python file is one cell.

    What IPython alone understands is turned into Python, as Jupyter does.

    Raises
    ------
    ValueError
        If the file is neither a Python file nor a notebook.
    """
    if (size := path.stat().st_size) > LARGEST:
        raise ValueError(f"{path} has {size} bytes, and at most {LARGEST} are read. Is there a picture too many?")
    if path.suffix.lower() == ".py":
        try:
            with tokenize.open(path) as file:  # a byte order mark, a line that names the encoding
                return [Cell(path.name, file.read())]
        except (SyntaxError, UnicodeError) as error:
            raise ValueError(f"{path} cannot be read: {error}. Save it as UTF-8.") from error
    from .notebook import code_cells

    cells = code_cells(path, path.read_text("utf-8-sig", errors="replace"))
    return [Cell(f"cell {number}", source, marks) for number, source, marks in cells]


def stem_of(path: Path, known: Iterable[str]) -> str:
    """The stem of the exercises that a file is named after: "soft_em" of "05_soft_em (1).ipynb"; else its own."""
    stems = sorted({name.split(".")[0] for name in known}, key=len, reverse=True)
    found = re.match(rf"[\d_ -]*({'|'.join(stems)})(?![a-z0-9])", path.stem.lower())
    return found[1] if found else path.stem


def cut_at_checks(cells: Iterable[Cell]) -> list[Cell]:
    """The same code, with an end after each statement that checks an answer: what follows may change the answer."""
    return [piece for cell in cells for piece in _pieces(cell)]


def _pieces(cell: Cell) -> Iterator[Cell]:
    lines, start = cell.source.split("\n"), 0
    body = getattr(_tree(cell), "body", [])
    for node, after in zip_longest(body, body[1:]):
        checks = not isinstance(node, ast.FunctionDef | ast.ClassDef) and any(map(as_check, ast.walk(node)))
        if checks and after and after.lineno > node.end_lineno:
            yield Cell(cell.place, "\n" * start + "\n".join(lines[start : node.end_lineno]), cell.marks)
            start = node.end_lineno
    yield Cell(cell.place, "\n" * start + "\n".join(lines[start:]), cell.marks)


@dataclass(frozen=True)
class Answer:
    """A function, and how many cells stand above the place where it is checked, with the one that checks it."""

    function: str
    cells: int


def find_answers(cells: Sequence[Cell], stem: str, known: Sequence[str]) -> dict[str, Answer]:
    """Which function answers which exercise, as it stands where.

    Parameters
    ----------
    cells : sequence of Cell
        The file, cut at its checks.
    stem : str
        What the file is named after, such as "soft_em".
    known : sequence of str
        The exercises there are, such as "soft_em.e_step".

    Returns
    -------
    dict
        From exercise to answer: as in `check("soft_em.e_step", my_e_step)`, the last of them; else the function of
        the exercise's own name, at the end of a file of the exercise's stem.
    """
    defined, checked = set(), {}
    for number, cell in enumerate(cells, 1):
        for node in _nodes(cell):
            if isinstance(node, ast.FunctionDef):
                defined.add(node.name)
            elif call := as_check(node):
                checked[call.exercise] = Answer(call.function, number)
    by_name = {name: name.split(".")[1] for name in known if name.split(".")[0] == stem}
    found = {name: Answer(function, len(cells)) for name, function in by_name.items() if function in defined}
    return {name: (found | checked)[name] for name in known if name in found | checked}


@dataclass(frozen=True)
class Check:
    """A call of `check` or `grade` that a file makes, with its points and its seed where they are written out."""

    exercise: str
    function: str
    options: dict[str, float]


def as_check(node: ast.AST) -> Check | None:
    """`check("stem.name", function, ...)` or `grade(...)`, or None."""
    if not isinstance(node, ast.Call):
        return None
    match node.func:
        case ast.Name(id="check" | "grade") | ast.Attribute(attr="check" | "grade"):
            pass
        case _:
            return None
    match node.args:
        case [ast.Constant(value=str(exercise)), ast.Name(id=function)]:
            return Check(exercise, function, {k.arg: _number(k.value) for k in node.keywords if k.arg})
    return None


def _number(node: ast.AST) -> object:
    """What is written there, or None if it is not written out."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def find_checks(cells: Iterable[Cell]) -> Iterator[Check]:
    """Every such call, in order."""
    return filter(None, (as_check(node) for cell in cells for node in _nodes(cell)))


def _nodes(cell: Cell) -> Iterator[ast.AST]:
    """All that stands in a cell which is Python; another is told when it is run."""
    tree = _tree(cell)
    return ast.walk(tree) if tree else iter(())


def _tree(cell: Cell) -> ast.Module | None:
    try:
        return ast.parse(cell.source)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
