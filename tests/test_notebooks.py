"""What every notebook must be before nbval runs it: light, stable, described."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[1] / "book"
NOTEBOOKS = sorted(path for folder in (".", "exercises", "appendix") for path in (BOOK / folder).glob("*.ipynb"))
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(BOOK)))


def code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def tags(cell):
    return set(cell["metadata"].get("tags", []))


def source(cell):
    return "".join(cell["source"])


def test_there_are_notebooks():
    assert NOTEBOOKS


@EACH
def test_committed_without_pictures_counts_or_state(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert "widgets" not in notebook["metadata"]
    for cell in code_cells(path):
        assert cell["execution_count"] is None
        assert "execution" not in cell["metadata"]
        assert all(output["output_type"] != "error" for output in cell["outputs"])
        for output in cell["outputs"]:
            assert output.get("name") != "stderr"
            assert not [mime for mime in output.get("data", {}) if mime not in ("text/plain", "text/html")]


@EACH
def test_printed_numbers_are_kept_and_compared(path):
    for cell in code_cells(path):
        compared = "nbval-check-output" in tags(cell)
        assert compared == ("keep_output" in tags(cell)) == bool(cell["outputs"]), source(cell)
        free = "machine-dependent" in tags(cell)  # seconds, which the prose does not quote
        assert compared or free or "print(" not in source(cell), f"nothing compares what is printed:\n{source(cell)}"


@EACH
def test_figures_are_described(path):
    for cell in code_cells(path):
        draws = "plt.show()" in source(cell) and "def " not in source(cell)
        if draws or "rng=np.random.default_rng(0),\n)" in source(cell):
            alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt) > 40, f"no description:\n{source(cell)}"


@EACH
def test_each_column_head_has_a_word(path):
    """A formula alone is empty to a screen reader."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in source(cell).splitlines()]
    for head, rule in pairwise(lines):
        if re.fullmatch(r"\s*\|(\s*:?-+:?\s*\|)+\s*", rule):
            words = re.sub(r"\$[^$]*\$", "", head.strip().strip("|")).split("|")
            assert all(word.strip() for word in words), head


@EACH
def test_claims_assert(path):
    claims = [cell for cell in code_cells(path) if "claim" in tags(cell)]
    assert claims
    for cell in claims:
        assert "assert" in source(cell), source(cell)


@EACH
def test_cells_are_short(path):
    _, *cells = code_cells(path)  # the first one is the imports
    for cell in cells:
        shown = [line for line in source(cell).splitlines() if line.strip()]
        limit = 40 if "claim" in tags(cell) else 25
        assert len(shown) <= limit, f"a function of gmm_lab wants to be born:\n{source(cell)}"


@pytest.mark.parametrize("path", sorted(BOOK.glob("[01]*.ipynb")), ids=lambda path: path.stem)
def test_each_chapter_has_a_quiz_with_a_reason_for_each_answer(path):
    questions = json.loads((BOOK / "quizzes" / f"{path.stem}.json").read_text(encoding="utf-8"))
    assert 2 <= len(questions) <= 4
    for question in questions:
        assert sum(answer["correct"] for answer in question["answers"]) == 1, question["question"]
        texts = [question["question"], *(text for a in question["answers"] for text in (a["answer"], a["feedback"]))]
        assert all(texts)
        assert len(set(texts)) == len(texts), "a reason given twice fits one of the two at most"
        assert not [text for text in texts if "$" in text or "\\" in text], "a quiz shows no formulas"
    assert any(f"quizzes/{path.stem}.json" in source(cell) for cell in code_cells(path))
