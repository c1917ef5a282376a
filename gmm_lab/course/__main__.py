"""python -m gmm_lab.course make FOLDER | audit FOLDER ASSIGNMENT: a class with nbgrader, from start to second look."""

import argparse
import secrets
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ..exercises.engine.report import write_anything
from ..exercises.runners.apart import COMMAND
from .audit import audit, write_csv
from .folder import make_course

EXERCISES = Path(__file__).parents[2] / "book" / "exercises"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if all went well, 2 if something could not be done."""
    parser = argparse.ArgumentParser(prog="python -m gmm_lab.course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make a course folder for nbgrader")
    make.add_argument("folder", type=Path)
    make.add_argument("--exercises", type=Path, default=EXERCISES, help="notebooks with solutions (the book's)")
    make.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of the hidden tests (a random one)")
    make.add_argument("--name", default="gmm-lab", help="of the course")
    make.add_argument("--timeout", type=int, default=60, help="seconds for one cell")
    look = commands.add_parser("audit", help="score submissions where nothing that they patch counts")
    look.add_argument("folder", type=Path)
    look.add_argument("assignment", help="such as 05_soft_em")
    look.add_argument("--python", default=shlex.join(COMMAND), help="command that runs answers, such as a container's")
    look.add_argument("--csv", type=Path, help="write the table there (to the screen)")
    options = parser.parse_args(arguments)
    write_anything(sys.stdout, sys.stderr)
    try:
        if options.command == "make":
            names = make_course(
                options.folder, options.exercises, seed=options.seed, name=options.name, timeout=options.timeout
            )
            print(f"{options.folder}: {', '.join(names)}; hidden tests with seed {options.seed}.")
        else:
            verdicts = list(audit(options.folder, options.assignment, shlex.split(options.python)))
            if options.csv:
                with options.csv.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                    write_csv(verdicts, file)
            else:
                write_csv(verdicts, sys.stdout)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
