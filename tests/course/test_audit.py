"""The audit: a second score, on which nothing counts that a submission does to the notebook or the checker."""

import csv
import io
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from gmm_lab.course import audit as module
from gmm_lab.course.__main__ import main
from gmm_lab.course.audit import audit, write_csv
from gmm_lab.exercises import check
from gmm_lab.exercises.runners import apart

RIGHT = "def inertia(x, centres):\n    return ((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1).sum()"
SLIP = RIGHT.replace(".sum(axis=2).min(axis=1).sum()", ".sum()")
TEST = 'from gmm_lab.exercises import grade\ngrade("kmeans.inertia", inertia, points=4, seed=11)'


def notebook(*cells):
    """Pairs of source and nbgrader marks."""
    return nbformat.writes(new_notebook(cells=[new_code_cell(s, metadata={"nbgrader": m}) for s, m in cells]))


def course(folder, **submissions):
    source = notebook((RIGHT, {"solution": True, "grade_id": "a"}), (TEST, {"grade": True, "grade_id": "a-test"}))
    _write(folder / "source/04_kmeans/04_kmeans.ipynb", source)
    for student, text in submissions.items():
        _write(folder / f"submitted/{student}/04_kmeans/04_kmeans.ipynb", text)
    return folder


def _write(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8", errors="backslashreplace")  # a lone surrogate, as JSON may have it


def test_scores_notes_and_a_submission_that_is_none(tmp_path):
    folder = course(tmp_path, right=notebook((RIGHT, {})), slip=notebook((SLIP, {})), torn="{", empty=notebook())
    verdicts = {verdict.student: verdict for verdict in audit(folder, "04_kmeans")}
    assert list(verdicts) == ["empty", "right", "slip", "torn"]
    assert {v.student: v.score for v in verdicts.values()} == {"empty": 0, "right": 4, "slip": 0, "torn": 0}
    assert {v.max_score for v in verdicts.values()} == {4}
    assert verdicts["right"].note == ""
    assert "(all centres)" in verdicts["slip"].note
    assert "There is no function inertia." in verdicts["empty"].note
    assert verdicts["torn"].note.startswith("ValueError: ")
    assert {v.graded for v in verdicts.values()} == {None}


def test_a_patched_checker_and_a_loop_at_top_level_change_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "CELL_SECONDS", 4.0)  # the first has to wait for Python and NumPy
    patch = "import gmm_lab.exercises as e\ne.grade = lambda *a, **k: 4.0\ngrade = e.grade"
    transformer = "get_ipython().input_transformers_cleanup.append(lambda lines: ['4.0'])"
    folder = course(
        tmp_path,
        patches=notebook((patch, {}), (SLIP, {})),
        transforms=notebook((transformer, {}), (SLIP, {})),
        loops=notebook((RIGHT, {}), ("while True: pass", {})),
        exits=notebook((RIGHT, {}), ("import os; os._exit(0)", {})),
    )
    assert {v.student: v.score for v in audit(folder, "04_kmeans")} == {
        "exits": 4,
        "loops": 4,
        "patches": 0,
        "transforms": 0,
    }


def test_probes_are_those_of_the_hidden_test(tmp_path):
    seen = {}

    def inertia(x, centres):
        value = float(((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1).sum())
        return seen.setdefault(x.tobytes() + centres.tobytes(), value)

    check("kmeans.inertia", inertia, seed=1).require()  # what `grade` takes unless told
    by_heart = f"SEEN = {seen}\ndef inertia(x, centres):\n    return SEEN.get(x.tobytes() + centres.tobytes(), 0.0)"
    folder = course(tmp_path, learner=notebook((by_heart, {})))
    source = folder / "source/04_kmeans/04_kmeans.ipynb"
    (verdict,) = audit(folder, "04_kmeans")
    assert verdict.score == 0
    source.write_text(source.read_text().replace(", seed=11", ""))
    (verdict,) = audit(folder, "04_kmeans")
    assert verdict.score == 4


def test_the_command_decides_where_answers_run(tmp_path):
    folder = course(tmp_path, right=notebook((RIGHT, {})))
    (verdict,) = audit(folder, "04_kmeans", (sys.executable, "-I", "-X", "utf8"))
    assert verdict.score == 4
    (verdict,) = audit(folder, "04_kmeans", (sys.executable, "-c", "print('no child')"))
    assert verdict.score == 0


def test_an_assignment_that_is_none_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"There is no .*05_soft_em\.ipynb\. Make the course first"):
        list(audit(course(tmp_path), "05_soft_em"))
    _write(tmp_path / "source/x/x.ipynb", notebook(("1", {"grade": True, "grade_id": "b"})))
    with pytest.raises(ValueError, match="grades no exercise"):
        list(audit(tmp_path, "x"))


def test_the_table_has_a_line_for_each_answer(tmp_path):
    file = io.StringIO()
    write_csv(list(audit(course(tmp_path, right=notebook((RIGHT, {}))), "04_kmeans")), file)
    assert file.getvalue().splitlines() == [
        "assignment,student,exercise,score,max_score,graded,note",
        "04_kmeans,right,kmeans.inertia,4.0,4,,",
    ]


def test_grades_are_read_only_where_there_are_any(tmp_path):
    assert module.read_grades(tmp_path / "gradebook.db", "04_kmeans") == {}


def test_a_submission_under_another_name_is_named(tmp_path):
    folder = course(tmp_path, renamed="", none="")
    (folder / "submitted/none/04_kmeans/04_kmeans.ipynb").unlink()
    path = folder / "submitted/renamed/04_kmeans/04_kmeans.ipynb"
    path.rename(path.with_name("04_kmeans (1).ipynb"))
    notes = {v.student: (v.score, v.note) for v in audit(folder, "04_kmeans")}
    said = "ValueError: There is no 04_kmeans.ipynb, but {}. Give it the assignment's name."
    assert notes == {"none": (0, said.format("nothing")), "renamed": (0, said.format("04_kmeans (1).ipynb"))}


HOSTILE = {
    "deep-reply": f"import __main__\n{RIGHT}\n__main__.json.dumps = lambda *a: '[' * 300_000",
    "huge-reply": "import __main__\n__main__.run_call = lambda *a: ({'parts': ['<f8 10000000000000']}, [b''])\n"
    + RIGHT,
    "deep-code": "a = " + "-" * 300_000 + "1",
    "surrogate": "def inertia(x, centres): raise ValueError('\\ud800')",
    "surrogate-in-code": "# \ud800\ndef inertia(x, centres): return '\ud800'",
    "too-many-magics": RIGHT + "\n" + "!ls\n" * 600,
}


def test_no_submission_ends_the_audit_of_a_class(tmp_path):
    """What each of them has broken once: the process that judges, the table, or the folder's removal."""
    hostile = {name: notebook((source, {})) for name, source in HOSTILE.items()}
    folder = course(tmp_path, **hostile, zz=notebook((RIGHT, {})))
    for name, text in (("deep-file", "[" * 200_000), ("no-file", "\udcff")):
        path = folder / f"submitted/{name}/04_kmeans/04_kmeans.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8", errors="surrogateescape")
    table = tmp_path / "table.csv"
    assert main(["audit", str(folder), "04_kmeans", "--csv", str(table)]) == 0
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert {row["student"]: float(row["score"]) for row in rows} == {
        **dict.fromkeys(HOSTILE, 0),
        "deep-file": 0,
        "no-file": 0,
        "zz": 4,
    }
    assert all(row["note"] for row in rows if row["student"] != "zz")
