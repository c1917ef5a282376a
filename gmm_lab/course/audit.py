"""Scores submissions a second time, where nothing that they do to the notebook or the checker counts."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from typing import TextIO

from ..exercises import EXERCISES
from ..exercises.engine.examine import examine
from ..exercises.runners.apart import COMMAND, Remote
from ..exercises.runners.submission import read_cells
from .assignment import Assignment, Handed


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
        If the assignment has no source with checked exercises, or one of its checks cannot be understood.
    """
    made = Assignment.read(course / "source" / assignment / f"{assignment}.ipynb", EXERCISES)
    grades = read_grades(course / "gradebook.db", assignment)
    for folder in sorted((course / "submitted").glob(f"*/{assignment}")):
        yield from _audit_one(made, folder, grades, command)


def _audit_one(
    made: Assignment, folder: Path, grades: Mapping[tuple[str, str], float], command: Sequence[str]
) -> Iterator[Verdict]:
    """A submission that cannot be read has earned nothing, and the next one is read."""
    student, unread, handed = folder.parent.name, "", Handed((), {})
    try:
        handed = made.as_graded(read_cells(_notebook(folder)))
    except (OSError, ValueError) as error:
        unread = f"{type(error).__name__}: {error}"
    with Remote(handed.cells, command) as remote:
        for grade_id, check in made.checks.items():
            place = handed.above.get(grade_id, len(handed.cells))
            report = examine(EXERCISES[check.exercise], partial(remote.call, check.function, place), check.seed)
            note = next((f"{f.title}: {f.note}" for f in report.findings if not f.held), "")
            yield Verdict(
                folder.name,
                student,
                check.exercise,
                report.share * check.points,
                check.points,
                grades.get((student, grade_id)),
                unread or (f"{note} ({report.slip})" if report.slip else note),
            )


def _notebook(folder: Path) -> Path:
    """The submission, under the one name that nbgrader takes."""
    path = folder / f"{folder.name}.ipynb"
    if not path.is_file():
        others = ", ".join(sorted(other.name for other in folder.iterdir())) or "nothing"
        raise ValueError(f"There is no {path.name}, but {others}. Give it the assignment's name.")
    return path


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
