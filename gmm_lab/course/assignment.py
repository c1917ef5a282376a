"""What an assignment grades, and a submission as nbgrader executes it: with its own tests, each in its place."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..exercises.runners.submission import Cell, Check, find_checks, read_cells


@dataclass(frozen=True)
class Handed:
    """What is run of a submission, and how many cells stand above each test, by its grade id."""

    cells: Sequence[Cell]
    above: Mapping[str, int]


@dataclass(frozen=True)
class Graded:
    """What one test cell checks."""

    exercise: str
    function: str
    points: float
    seed: int


@dataclass(frozen=True)
class Assignment:
    """The source of an assignment.

    Attributes
    ----------
    cells : tuple of Cell
        Its cells that have a grade id, in order.
    checks : mapping of str to Graded
        What is graded, by the grade id of the test.
    """

    cells: tuple[Cell, ...]
    checks: Mapping[str, Graded]

    @classmethod
    def read(cls, source: Path, known: Container[str]) -> "Assignment":
        """Read a source with solutions and tests.

        Raises
        ------
        ValueError
            If there is none, it grades none of the `known` exercises, or points and seed are not written out.
        """
        if not source.is_file():
            raise ValueError(f"There is no {source}. Make the course first, or name one of its assignments.")
        cells = tuple(cell for cell in read_cells(source) if _grade_id(cell))
        checks = {
            _grade_id(cell): _graded(source, cell, check, known)
            for cell in cells
            if cell.marks.get("grade")
            for check in find_checks([cell])
        }
        if not checks:
            raise ValueError(f"{source} grades no exercise. Name an assignment that does.")
        return cls(cells, checks)

    def as_graded(self, submitted: Sequence[Cell]) -> Handed:
        """The cells that nbgrader would execute: what is locked is as it was, and no test is missing.

        Tests themselves are not run: it is told where they stand. A test that was deleted stands behind the cell of
        the assignment that comes before it, or else behind all.
        """
        source = {_grade_id(cell): cell for cell in self.cells}
        cells, above = [], {}
        for cell, grade_id in ((cell, _grade_id(cell)) for cell in submitted):
            if grade_id in source and _is_locked(source[grade_id]):
                cell = source[grade_id]
            if grade_id in self.checks:
                above[grade_id] = len(cells)
                continue
            cells.append(cell)
            if grade_id in source:
                above[grade_id] = len(cells)
        for before, grade_id in zip([None, *source], source, strict=False):
            if grade_id not in above and before in above:
                above[grade_id] = above[before]
        return Handed(tuple(cells), above)


def _graded(source: Path, cell: Cell, check: Check, known: Container[str]) -> Graded:
    if check.exercise not in known:
        raise ValueError(f"{source} grades {check.exercise!r} in {cell.place}. There is no such exercise.")
    points, seed = check.options.get("points", 10), check.options.get("seed", 1)
    if type(points) not in (int, float) or type(seed) is not int or not points >= 0 or seed < 0:
        raise ValueError(f"{source} must give points and seed as numbers from 0 in {cell.place}, as in points=10.")
    return Graded(check.exercise, check.function, points, seed)


def _grade_id(cell: Cell) -> str:
    """nbgrader's name of the cell, or nothing; a stranger may have written anything there."""
    name = cell.marks.get("grade_id")
    return name if isinstance(name, str) else ""


def _is_locked(cell: Cell) -> bool:
    """Whether nbgrader takes the cell from the source, whatever was handed in."""
    return not cell.marks.get("solution") and bool(cell.marks.get("grade") or cell.marks.get("locked"))
