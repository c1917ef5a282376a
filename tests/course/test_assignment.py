"""What an assignment grades, and each answer judged as it stands at its test: nbgrader's order."""

import pytest
from course.test_audit import RIGHT, notebook

from gmm_lab.course.__main__ import EXERCISES as BOOK
from gmm_lab.course.assignment import Assignment
from gmm_lab.course.audit import audit
from gmm_lab.exercises import EXERCISES
from gmm_lab.exercises.runners.submission import read_cells

ASSIGN = "def assign(x, centres):\n    return pick(((x[:, None] - centres) ** 2).sum(axis=2))"
INERTIA = ASSIGN.replace("assign", "inertia")
BEST, SUM = "def pick(a): return a.argmin(axis=1)", "def pick(a): return a.min(axis=1).sum()"
TESTS = {name: f'grade("kmeans.{name}", {name}, points=4, seed=11)' for name in ("assign", "inertia")}


def solution(name):
    return {"solution": True, "grade": False, "grade_id": name}


def test(name):
    return {"solution": False, "grade": True, "grade_id": f"{name}-test"}


test.__test__ = False
SOURCE = [
    (BEST, {"locked": True, "grade_id": "helper"}),
    (ASSIGN, solution("assign")),
    (TESTS["assign"], test("assign")),
    (INERTIA, solution("inertia")),
    (TESTS["inertia"], test("inertia")),
]


@pytest.fixture
def score(tmp_path):
    """Scores of assign and inertia."""

    def audited(*cells, source=SOURCE):
        for name, made in (("source", source), ("submitted/ann", cells)):
            path = tmp_path / name / "04_kmeans" / "04_kmeans.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(notebook(*made), "utf-8")
        return [verdict.score for verdict in audit(tmp_path, "04_kmeans")]

    return audited


OWN = (BEST, {})
OTHER = (SUM, {})
FIRST, SECOND = SOURCE[1:3], SOURCE[3:]


def test_each_answer_is_judged_as_it_stands_at_its_test(score):
    """A helper of the same name means something else further down, or is put right too late."""
    assert score(OWN, *FIRST, OTHER, *SECOND) == [4, 4]
    assert score(OWN, *FIRST, *SECOND, OTHER) == [4, 0]
    assert score(OTHER, *FIRST, OWN, *SECOND) == [0, 0]
    assert score(OTHER, *SECOND, OWN, *FIRST) == [4, 4]
    assert score(OTHER, *FIRST, *SECOND, OWN) == [0, 4]


def test_a_deleted_test_stands_where_nbgrader_puts_it_back(score):
    """Behind the cell of the assignment before it."""
    assert score(OWN, FIRST[0], OTHER, *SECOND) == [4, 4]
    assert score(OWN, FIRST[0], OTHER, SECOND[0]) == [4, 4]
    assert score(OWN, *FIRST, OTHER, SECOND[0], OWN) == [4, 4]


def test_without_any_marks_answers_are_judged_at_the_end(score):
    assert score(*((source, {}) for source, _ in (OWN, *FIRST, OTHER, *SECOND))) == [0, 4]


def test_what_is_locked_is_as_it_was(score):
    """An edited test is not run, and an edited helper is the assignment's."""
    wrong = ("def pick(a): return 0", SOURCE[0][1])
    assert score(wrong, *FIRST, OTHER, *SECOND) == [4, 4]
    edited = ("assign = lambda *a: 0", test("assign"))
    assert score(OWN, FIRST[0], edited, FIRST[1], OTHER, *SECOND) == [4, 4]


@pytest.mark.parametrize("marks", [{"grade_id": ["assign"]}, {"grade_id": {}}, {"grade_id": None}, {"grade": 3}])
def test_marks_of_a_strangers_making_are_no_marks(score, marks):
    assert score((BEST, marks), *FIRST, OTHER, *SECOND) == [4, 4]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('grade("kmeans.asign", assign)', r"grades 'kmeans\.asign' in cell 2\. There is no such exercise"),
        ('grade("kmeans.assign", assign, points=POINTS)', "must give points and seed as numbers from 0 in cell 2"),
        ('grade("kmeans.assign", assign, points=-1)', "must give points and seed as numbers"),
        ('grade("kmeans.assign", assign, points=True)', "must give points and seed as numbers"),
        ('grade("kmeans.assign", assign, seed=-1)', "must give points and seed as numbers"),
        ('grade("kmeans.assign", assign, seed=1.5)', "must give points and seed as numbers"),
    ],
)
def test_a_check_that_cannot_be_understood_is_named_before_anybody_is_judged(score, call, message):
    with pytest.raises(ValueError, match=message):
        score(OWN, *FIRST, source=[SOURCE[1], (call, test("assign"))])


def test_points_and_seed_are_those_of_grade_unless_told(score):
    source = [SOURCE[1], ('exercises.grade("kmeans.assign", assign)', test("assign"))]
    assert score(OWN, *FIRST, source=source) == [10]


def test_the_last_check_of_a_cell_is_its_score(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(("\n".join(TESTS.values()), test("two")), (RIGHT, {})))
    (check,) = Assignment.read(path, EXERCISES).checks.values()
    assert check.exercise == "kmeans.inertia"


def test_the_books_assignments_are_read():
    for path in BOOK.glob("[0-9]*.ipynb"):
        made = Assignment.read(path, EXERCISES)
        handed = made.as_graded(read_cells(path))
        assert handed.above.keys() >= made.checks.keys()
