"""python -m gmm_lab.exercises FILE.py|NOTEBOOK [--seed N] [--json]: check every answer in a file."""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from . import EXERCISES
from .engine.examine import examine
from .engine.report import Report, write_anything
from .runners.apart import Remote
from .runners.submission import cut_at_checks, find_answers, read_cells, stem_of


def check_file(path: Path, seed: int) -> tuple[list[Report], list[str]]:
    """Check what a file answers, in a process of its own: the reports, and what became of cells that failed."""
    if seed < 0:
        raise ValueError(f"--seed must be a whole number from 0, got {seed}.")
    cells = cut_at_checks(read_cells(path))
    answers = find_answers(cells, stem_of(path, EXERCISES), list(EXERCISES))
    with Remote(cells) as remote:
        reports = [
            examine(EXERCISES[name], partial(remote.call, answer.function, answer.cells), seed)
            for name, answer in answers.items()
        ]
        return reports, remote.notes


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every property of every answer holds, 1 if not, 2 if there is nothing to check."""
    parser = argparse.ArgumentParser(prog="python -m gmm_lab.exercises", description="Check the answers in a file.")
    parser.add_argument("file", type=Path, help="a notebook or a Python file")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other probes")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    write_anything(sys.stdout, sys.stderr)
    try:
        reports, notes = check_file(options.file, options.seed)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"reports": [report.to_dict() for report in reports], "notes": notes}, indent=1))
    else:
        print(*reports, *notes, sep="\n\n")
    if not reports:
        print(f"{options.file} answers no exercise. Name the function as the exercise does.", file=sys.stderr)
        return 2
    return 0 if all(report.score == report.max_score for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
