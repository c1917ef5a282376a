"""Scores submissions a second time, where nothing that they do to the notebook or the checker counts."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from typing import TextIO

from ..exercises import EXERCISES
from ..exercises.engine.examine import examine
from ..exercises.runners.apart import COMMAND, Remote
from ..exercises.runners.submission import Cell, Check, find_checks, read_cells


@dataclass(frozen=True)
class Verdict:
    """What one answer of one student is worth.

    Attributes
    ----------
    assignment, student, exercise : str
    score, max_score : float
        Of the audit, in the points of the assignment.
    graded : float or None
        What nbgrader gave, if it did.
    note : str
        Why points are missing: the first property that fails, and the known slip.
    """

    assignment: str
    student: str
    exercise: str
    score: float
    max_score: float
    graded: float | None
    note: str


def audit(course: Path, assignment: str, command: Sequence[str] = COMMAND) -> Iterator[Verdict]:
    """Score every submission of an assignment, in the order of the students' names.

    Parameters
    ----------
    course : Path
        The course folder, with `source/` and `submitted/`.
    assignment : str
        Such as "05_soft_em".
    command : sequence of str
        How to start the Python in which answers run; see `Remote`.

    Raises
    ------
    ValueError
        If the assignment has no source with checked exercises.
    """
    source = course / "source" / assignment / f"{assignment}.ipynb"
    if not source.is_file():
        raise ValueError(f"There is no {source}. Make the course first, or name one of its assignments.")
    checks = dict(graded_checks(source))
    if not checks:
        raise ValueError(f"{source} grades no exercise. Name an assignment that does.")
    grades = read_grades(course / "gradebook.db", assignment)
    for folder in sorted((course / "submitted").glob(f"*/{assignment}")):
        student = folder.parent.name
        yield from _audit_one(assignment, student, folder / f"{assignment}.ipynb", checks, grades, command)


def _audit_one(
    assignment: str,
    student: str,
    path: Path,
    checks: Mapping[str, Check],
    grades: dict[tuple[str, str], float],
    command: Sequence[str],
) -> Iterator[Verdict]:
    """A submission that cannot be read has earned nothing, and the next one is read."""
    try:
        cells = read_cells(path)
    except (OSError, ValueError) as error:
        cells, unread = [], f"{type(error).__name__}: {error}"
    else:
        unread = ""
    with Remote(cells, command) as remote:
        for grade_id, check in checks.items():
            seed = int(check.options.get("seed", 1))
            report = examine(EXERCISES[check.exercise], partial(remote.call, check.function), seed)
            note = next((f"{f.title}: {f.note}" for f in report.findings if not f.held), "")
            yield Verdict(
                assignment,
                student,
                check.exercise,
                report.share * check.options["points"],
                check.options["points"],
                grades.get((student, grade_id)),
                unread or (f"{note} ({report.slip})" if report.slip else note),
            )


def graded_checks(source: Path) -> Iterator[tuple[str, Check]]:
    """The graded cells of an assignment that call `grade`: their ids, and what they check, for how many points."""
    for cell in json.loads(source.read_text("utf-8"))["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and marks.get("grade"):
            for check in find_checks([Cell("", "".join(cell["source"]))]):
                yield marks["grade_id"], check


def read_grades(database: Path, assignment: str) -> dict[tuple[str, str], float]:
    """What nbgrader gave, by student and grade id; empty where there is no gradebook, or no nbgrader to read it."""
    if not database.is_file():
        return {}
    from nbgrader.api import Gradebook, MissingEntry

    grades = {}
    with Gradebook(f"sqlite:///{database}") as gradebook:
        try:
            submissions = gradebook.assignment_submissions(assignment)
        except MissingEntry:
            return {}
        for submission in submissions:
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    grades[submission.student_id, grade.name] = grade.score
    return grades


def write_csv(verdicts: Sequence[Verdict], file: TextIO) -> None:
    """One line for each answer."""
    writer = csv.writer(file)
    writer.writerow(field.name for field in fields(Verdict))
    writer.writerows(map(astuple, verdicts))
