"""Makes a course folder for nbgrader from the book's exercises."""

from pathlib import Path

CONFIG = '''"""Settings for nbgrader; it looks for this file where it is called."""

c = get_config()  # noqa: F821 - given by nbgrader
c.CourseDirectory.course_id = {course}
# Seconds for one cell. A loop without end is interrupted, and the cells after it are still run.
c.Execute.timeout = {timeout}
c.Execute.interrupt_on_timeout = True
# A deleted test comes back; an edited one is overwritten in any case.
c.OverwriteCells.add_missing_cells = True
'''


def make_course(folder: Path, exercises: Path, *, seed: int, name: str = "gmm-lab", timeout: int = 60) -> list[str]:
    """Make the folder, with the exercises' notebooks as sources; return the assignments' names.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty: nothing is overwritten.
    exercises : Path
        The book's `exercises`, with solutions and hidden tests.
    seed : int
        Of the hidden tests. The book's own is public, so a course has its own.
    name : str
        The course's, for nbgrader.
    timeout : int
        Seconds for one cell.

    Raises
    ------
    ValueError
        If `folder` has something in it, `exercises` has no notebook, or a number is out of its range.
    """
    for argument, value, least in (("seed", seed, 0), ("timeout", timeout, 1)):
        if value < least:
            raise ValueError(f"{argument} must be at least {least}, got {value}.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} is not empty, and nothing is overwritten. Name a new folder.")
    notebooks = sorted(exercises.glob("*.ipynb"))
    if not notebooks:
        raise ValueError(f"There is no notebook in {exercises}. Give the book's folder `exercises`.")
    for notebook in notebooks:
        target = folder / "source" / notebook.stem / notebook.name
        target.parent.mkdir(parents=True)
        target.write_text(own_seed(notebook.read_text("utf-8"), seed), "utf-8")
    (folder / "submitted").mkdir()
    (folder / "nbgrader_config.py").write_text(CONFIG.format(course=ascii(name), timeout=timeout), "utf-8")
    return [notebook.stem for notebook in notebooks]


def own_seed(text: str, seed: int) -> str:
    """A source notebook with another seed in its hidden tests."""
    return text.replace("seed=2024", f"seed={seed}")
