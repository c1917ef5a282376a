"""The engine: whatever an answer does, the reader gets a sentence, and grading goes on."""

import contextlib
import os
import sys
import threading
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gmm_lab import MixtureParams
from gmm_lab import e_step as borrowed_under_another_name
from gmm_lab.exercises import CheckFailed, check, grade
from gmm_lab.exercises.engine.examine import examine
from gmm_lab.exercises.engine.exercise import Exercise, Property, Slip
from gmm_lab.exercises.runners import here
from gmm_lab.exercises.soft_em import responsibilities

NAME = "soft_em.e_step"


def note(answer):
    """What the first property complains of."""
    report = check(NAME, answer)
    assert report.score == 0
    return report.findings[0].note


def test_not_answered_yet():
    def answer(x, weights, means, covariances):
        raise NotImplementedError

    assert note(answer) == "Not answered yet."
    report = check(NAME, answer)
    assert str(report) == report.headline == "soft_em.e_step: not answered yet"
    assert report._repr_html_() == "<p>soft_em.e_step: not answered yet</p>"


def stops(x, weights, means, covariances):
    resp = np.zeros((len(x), len(weights)))
    return resp[len(x) + 5]


def test_an_error_gives_its_line():
    line = stops.__code__.co_firstlineno + 2
    text = note(stops)
    assert text.startswith("It stops with IndexError: index 17 is out of bounds")
    assert text.endswith(f"in line {line}: return resp[len(x) + 5]")


def recurses(*arguments):
    return recurses(*arguments)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (lambda *a: None, "got None (is there a return?)"),
        (lambda *a: "resp", "array of real numbers, got str"),
        (lambda *a: [[1.0], [1.0, 2.0]], "array of real numbers, got list"),
        (lambda *a: responsibilities(*a) + 0j, "array of real numbers, got ndarray"),
        (lambda *a: {"resp": 1}, "array of real numbers, got dict"),
        (lambda *a: 0.5, "must have shape (12, 3), got ()"),
        (lambda *a: responsibilities(*a)[:, 0], "must have shape (12, 3), got (12,)"),
        (lambda *a: np.full((12, 3), np.nan), "holds NaN, first at [0, 0]"),
        (lambda *a: np.full((12, 3), np.inf), "value at [0, 0] is inf"),
        (lambda x: x, "It stops with TypeError"),
        (lambda *a: sys.exit(0), "It stops with SystemExit: 0"),
        (recurses, "It stops with RecursionError"),
        (lambda *a: np.linalg.inv(np.zeros((2, 2))), "It stops with LinAlgError: Singular matrix"),
        (np.ones((12, 3)), "A function is asked for, got ndarray"),
    ],
)
def test_every_wrong_answer_gets_a_sentence(answer, text):
    assert text in note(answer)


def endless(*arguments):
    while True:
        with contextlib.suppress(Exception):  # an answer's own handler must not swallow the alarm
            sum(range(1000))


def test_a_loop_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("gmm_lab.exercises.engine.examine.SECONDS", 0.2)
    assert "still running after 0.2 s" in note(endless)


def checked_without_signals(answer):
    """Signals reach the main thread only: in another, as in the browser, there are none."""
    reports = []
    thread = threading.Thread(target=lambda: reports.append(check(NAME, answer)), daemon=True)
    thread.start()
    thread.join(60)
    return reports[0]


def test_a_loop_without_end_is_stopped_where_there_are_no_signals(monkeypatch):
    monkeypatch.setattr("gmm_lab.exercises.engine.examine.SECONDS", 0.2)
    assert "still running after 0.2 s" in checked_without_signals(endless).findings[0].note


def test_only_the_answer_is_looked_at_line_by_line_where_there_are_no_signals():
    looked_at = {}

    def answer(x, *others):
        def middle(row):
            looked_at["library"] = sys._getframe(1).f_trace
            return row

        looked_at["answer"] = sys._getframe().f_trace
        return np.apply_along_axis(middle, 0, x)

    checked_without_signals(answer)
    assert looked_at["answer"] is not None
    assert looked_at["library"] is None


def test_the_interrupt_key_still_works():
    def answer(*arguments):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(NAME, answer)


def test_a_changed_input_is_noticed_and_the_probe_survives():
    def centres_in_place(x, weights, means, covariances):
        resp = responsibilities(x, weights, means, covariances)
        x -= x.mean(axis=0)
        return resp

    assert note(centres_in_place) == "It changes its argument number 1. Work on a copy."


def test_the_reference_is_noticed_under_any_name():
    def borrows(x, weights, means, covariances):
        return borrowed_under_another_name(x, MixtureParams(weights, means, covariances))[0]

    assert "calls gmm_lab's own" in note(borrows)
    assert grade(NAME, borrows) == 0


def test_nothing_leaks_out(capfd):
    def noisy(*arguments):
        print("a fake score: 10")
        print("and a word of warning", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        np.seterr(divide="raise", invalid="raise")
        return responsibilities(*arguments)

    before, profile, trace = np.geterr(), sys.getprofile(), sys.gettrace()
    state = np.random.get_state()[1].copy()  # noqa: NPY002 - the global state is what must be left alone
    assert grade(NAME, noisy) == 10.0
    assert np.geterr() == before
    assert (sys.getprofile(), sys.gettrace()) == (profile, trace)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    assert capfd.readouterr() == ("", "")


def test_a_grade_is_a_plain_float():
    for answer in (responsibilities, stops, None):
        assert type(grade(NAME, lambda *a, answer=answer: answer(*a), points=7)) is float
    assert grade(NAME, lambda *a: responsibilities(*a), points=7) == 7.0


def test_seeds_change_the_probes():
    seen = []
    for seed in (0, 0, 1):
        check(NAME, lambda x, *rest: seen.append(x[0, 0]) or responsibilities(x, *rest), seed=seed)
    assert seen[:8] == seen[8:16]
    assert seen[0] != seen[16]


def volume(matrix, *, diagonal=False, inverse=False):
    matrix = np.diag(matrix) if diagonal else matrix
    return np.abs(np.linalg.inv(matrix) if inverse else matrix).sum()


def test_two_slips_that_do_not_go_together_are_passed_over():
    with pytest.raises(np.linalg.LinAlgError):
        volume(np.eye(2), diagonal=True, inverse=True)
    slips = tuple(Slip(name, {name: True}, f"Why {name}?") for name in ("diagonal", "inverse"))
    prop = Property("the value is right", 10, lambda rng: [(rng.normal(size=(2, 2)),)], "Work it out.")
    exercise = Exercise("sum.volume", volume, (prop,), slips, "section 0", "")
    assert examine(exercise, partial(here.call, lambda matrix: 0.0), 0).slip is None
    assert examine(exercise, partial(here.call, lambda matrix: volume(matrix, inverse=True)), 0).slip == "inverse"


def test_report_shows_itself_in_three_ways():
    report = check(NAME, lambda *a: responsibilities(*a, axis=0))
    assert str(report).splitlines()[0] == "soft_em.e_step: 0 of 3 properties hold, 0 of 10 points"
    html = report._repr_html_()
    assert html.count("<details>") == len(report.hints) == 3
    assert "&#x27;" in html
    assert "Bayes' rule" not in html
    data = report.to_dict()
    assert (data["score"], data["max_score"], data["slip"]) == (0, 10, "normalised over points")
    with pytest.raises(CheckFailed, match="0 of 10 points"):
        report.require()
    check(NAME, lambda *a: responsibilities(*a)).require()


def test_an_unknown_exercise_names_those_there_are():
    with pytest.raises(ValueError, match=r"name must be one of .*soft_em\.e_step.*, got 'soft_em\.estep'"):
        check("soft_em.estep", responsibilities)


def test_the_watch_knows_the_package_by_its_folder():
    assert Path(here.PACKAGE, "mixture.py").is_file()
    assert Path(here.OWN, "soft_em.py").is_file()


@pytest.mark.parametrize("root", [here.PACKAGE, *here.LIBRARIES])
def test_a_folder_whose_name_begins_like_another_is_not_that_one(root, tmp_path, monkeypatch):
    """Honest code in gmm_lab-main beside gmm_lab is not borrowed, and python3.12-main is not the library."""
    beside = f"{root.rstrip(os.sep)}-main{os.sep}mine.py"
    names = {"responsibilities": responsibilities, "seen": []}
    source = "def helper(*a): return responsibilities(*a)\ndef answer(*a): return helper(*a)"
    exec(compile(source, beside, "exec"), names)
    assert grade(NAME, names["answer"]) == 10
    assert not beside.startswith(here.LIBRARIES)  # it is looked at line by line, where there are no signals


@pytest.mark.parametrize("seed", [-1, 1.5, None, "1"])
def test_a_seed_that_is_none_is_named(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0, got"):
        check(NAME, responsibilities, seed=seed)
