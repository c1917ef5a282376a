"""The course folder."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from gmm_lab.course.__main__ import main
from gmm_lab.course.folder import make_course

EXERCISES = Path(__file__).parents[2] / "book" / "exercises"


def test_every_exercise_becomes_an_assignment_with_a_seed_of_the_course(tmp_path):
    names = make_course(tmp_path / "course", EXERCISES, seed=123_456)
    assert names == sorted(path.stem for path in EXERCISES.glob("*.ipynb"))
    for name in names:
        text = (tmp_path / f"course/source/{name}/{name}.ipynb").read_text("utf-8")
        assert "seed=2024" not in text
        assert ("seed=123456" in text) == ("grade(" in text)
    config = (tmp_path / "course/nbgrader_config.py").read_text("utf-8")
    compile(config, "nbgrader_config.py", "exec")
    assert "c.Execute.timeout = 60\n" in config


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="is not empty, and nothing is overwritten"):
        make_course(tmp_path, EXERCISES, seed=1)
    with pytest.raises(ValueError, match="is not empty"):
        make_course(tmp_path / "notes.txt", EXERCISES, seed=1)


def test_a_folder_without_exercises_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"There is no notebook in .*nowhere"):
        make_course(tmp_path / "course", tmp_path / "nowhere", seed=1)
    assert not (tmp_path / "course").exists()


def test_the_command_says_what_it_made_and_what_it_cannot(tmp_path, capsys):
    folder = tmp_path / "course"
    assert main(["make", str(folder), "--seed", "5"]) == 0
    assert "hidden tests with seed 5" in capsys.readouterr().out
    assert main(["make", str(folder)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    assert main(["audit", str(folder), "99_nothing"]) == 2
    assert "There is no" in capsys.readouterr().err


def test_a_random_seed_differs_from_course_to_course(tmp_path, capsys):
    seeds = set()
    for i in range(3):
        main(["make", str(tmp_path / str(i))])
        seeds.add(capsys.readouterr().out.split()[-1])
    assert len(seeds) > 1


@pytest.mark.parametrize("name", ['Intro to "EM"', "it's", "a\\nb", "a\nb = 1", "Ökonometrie \udcff", "{course}"])
def test_a_course_may_have_any_name(tmp_path, name):
    make_course(tmp_path / "course", EXERCISES, seed=1, name=name)
    config = SimpleNamespace(**{part: SimpleNamespace() for part in ("CourseDirectory", "Execute", "OverwriteCells")})
    text = (tmp_path / "course/nbgrader_config.py").read_text("utf-8")
    exec(text, {"get_config": lambda: config})
    assert config.CourseDirectory.course_id == name


@pytest.mark.parametrize(("option", "value"), [("--seed", "-1"), ("--timeout", "-5"), ("--timeout", "0")])
def test_a_number_out_of_range_makes_nothing(tmp_path, capsys, option, value):
    assert main(["make", str(tmp_path / "course"), option, value]) == 2
    assert f"{option[2:]} must be at least" in capsys.readouterr().err
    assert not (tmp_path / "course").exists()
