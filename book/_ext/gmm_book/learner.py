"""The learner's copy of an exercise notebook: an nbgrader source without solutions, hidden tests and outputs."""

import copy
import re

STUB = {"code": "# YOUR CODE HERE\nraise NotImplementedError()", "markdown": "YOUR ANSWER HERE"}
# As loose as nbgrader's own search: a marker that it sees and this does not would publish a solution.
REGION = re.compile(r"^(?P<indent>\s*).*(?P<edge>BEGIN|END) (?P<kind>SOLUTION|HIDDEN TESTS)")


def learner_copy(notebook: dict) -> dict:
    """Return a copy of `notebook` (a notebook as JSON, format 4) that gives nothing away; the input is left as it is.

    Raises ValueError, naming the cell, if a region has no end or no beginning.
    """
    notebook = copy.deepcopy(notebook)
    cells = []
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])  # a string, or the list of lines that is stored in a file
        cell["source"] = _strip(source, cell, number)
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        if cell["source"].strip() or not source.strip():
            cells.append(cell)  # a cell of hidden tests only is gone altogether
    notebook["cells"] = cells
    notebook["metadata"].pop("widgets", None)
    return notebook


def _strip(source: str, cell: dict, number: int) -> str:
    stub = STUB.get(cell["cell_type"], "").splitlines()
    lines, inside = [], None
    for line in source.splitlines():
        if edge := REGION.match(line):
            if edge["edge"] == "BEGIN" and inside is None:
                inside = edge["kind"]
                if inside == "SOLUTION":
                    lines += [edge["indent"] + text for text in stub]
            elif edge["edge"] == "END" and inside == edge["kind"]:
                inside = None
            else:
                raise ValueError(f"cell {number}: {line.strip()!r} does not match the region it stands in")
        elif inside is None:
            lines.append(line)
    if inside:
        raise ValueError(f"cell {number}: 'BEGIN {inside}' has no end")
    # nbgrader's own rule: an answer cell without a region is an answer from top to bottom.
    if cell["metadata"].get("nbgrader", {}).get("solution") and "BEGIN SOLUTION" not in source:
        lines = stub
    return "\n".join(lines)
