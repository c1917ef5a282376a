"""A class from start to end: nbgrader's own commands on a real course folder, then the audit."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from course.submissions import SUBMISSIONS, hand_in

from gmm_lab.course.__main__ import main
from gmm_lab.course.audit import audit

if not os.environ.get("CI"):
    pytest.importorskip("nbgrader")

GUIDE = Path(__file__).parents[2] / "book" / "appendix" / "instructors.md"
ASSIGNMENT = "04_kmeans"
SEED = 77

# Where nbgrader's own score is not the deserved one. It executes notebooks as they are, so that code can change what
# it is judged by (TOO_MUCH), and a process that ends itself has no score at all (NONE). The audit is for these.
TOO_MUCH = {"patched-checker": (10, 10, 10), "input-transformer": (10, 10, 10)}
NONE = {"exit-in-function", "exit-at-top-level"}


class Class:
    """A course folder, and how nbgrader is run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "course"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))},
            "HOME": str(folder),
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
            "JUPYTER_PLATFORM_DIRS": "0",
            "PYTHONWARNINGS": "ignore",
        }

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a command of nbgrader in the folder."""
        command = [sys.executable, "-m", "nbgrader", *arguments]
        return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A course with every submission handed in, autograded, with feedback and a table."""
    made = Class(tmp_path_factory.mktemp("class"))
    assert main(["make", str(made.folder), "--seed", str(SEED), "--timeout", "8"]) == 0
    made.generated = made.nbgrader("generate_assignment", ASSIGNMENT)
    released = json.loads((made.folder / f"release/{ASSIGNMENT}/{ASSIGNMENT}.ipynb").read_text("utf-8"))
    for student, submission in SUBMISSIONS.items():
        path = made.folder / f"submitted/{student}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(hand_in(released, submission)), "utf-8")
    made.autograded = made.nbgrader("autograde", ASSIGNMENT)
    made.feedback = made.nbgrader("generate_feedback", ASSIGNMENT)
    made.exported = made.nbgrader("export")
    made.verdicts = {}
    for verdict in audit(made.folder, ASSIGNMENT):
        made.verdicts.setdefault(verdict.student, []).append(verdict)
    return made


def test_the_release_has_tests_and_tasks_but_no_answers(graded):
    assert graded.generated.returncode == 0, graded.generated.stderr
    text = (graded.folder / f"release/{ASSIGNMENT}/{ASSIGNMENT}.ipynb").read_text("utf-8")
    for given_away in ("BEGIN SOLUTION", "HIDDEN TESTS", "argmin(squares)", f"seed={SEED}", "The weight decides"):
        assert given_away not in text
    assert text.count("raise NotImplementedError()") == 3


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_nbgrader_gives_what_is_deserved_or_is_known_not_to(graded, student):
    grades = tuple(verdict.graded for verdict in graded.verdicts[student])
    if student in NONE:
        assert grades == (0, 0, 0)
        return
    assert grades == TOO_MUCH.get(student, SUBMISSIONS[student].deserved)


@pytest.mark.parametrize("student", SUBMISSIONS)
def test_the_audit_gives_what_is_deserved(graded, student):
    assert tuple(verdict.score for verdict in graded.verdicts[student]) == SUBMISSIONS[student].deserved


def test_the_batch_ends_with_everybody_else_graded(graded):
    assert graded.autograded.returncode == 1  # it says so, in the end, if somebody's notebook ended its kernel
    done = {path.parent.name for path in (graded.folder / "autograded").glob(f"*/{ASSIGNMENT}")}
    assert done == SUBMISSIONS.keys() - NONE


def test_feedback_and_table_are_there(graded):
    assert graded.feedback.returncode == graded.exported.returncode == 0, graded.feedback.stderr
    pages = {path.parts[-3] for path in (graded.folder / "feedback").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.html")}
    assert pages == SUBMISSIONS.keys() - NONE
    with (graded.folder / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["raw_score"] or 0) for row in csv.DictReader(file)}
    assert scores["perfect-loops"] == 30
    assert scores["partly-right"] == 10


def test_the_command_audits_a_course_and_shows_who_was_overpaid(graded, tmp_path):
    table = tmp_path / "audit.csv"
    assert main(["audit", str(graded.folder), ASSIGNMENT, "--csv", str(table)]) == 0
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * len(SUBMISSIONS)
    overpaid = {row["student"] for row in rows if float(row["graded"] or 0) > float(row["score"])}
    assert overpaid == set(TOO_MUCH)


def test_the_guides_table_is_what_comes_out(graded):
    rows = re.findall(r"^\| ([a-z-]+) \| ([\d ]+) \| ([\d ]+) \| ([\d ]+) \|$", GUIDE.read_text("utf-8"), re.M)
    scores = {row[0]: [tuple(map(float, cell.split())) for cell in row[1:]] for row in rows}
    assert list(scores) == list(SUBMISSIONS)
    for student, verdicts in graded.verdicts.items():
        deserved = SUBMISSIONS[student].deserved
        given, audited = tuple(v.graded for v in verdicts), tuple(v.score for v in verdicts)
        assert scores[student] == [deserved, given, audited]


def test_every_exercise_notebook_can_be_handed_out(graded):
    assert graded.nbgrader("generate_assignment", "--assignment=clinic").returncode == 0
