"""Nineteen submissions of the K-means exercises, honest and not, and what each deserves."""

import copy
from dataclasses import dataclass

ASSIGN, UPDATE, INERTIA = "kmeans-assign", "kmeans-update", "kmeans-inertia"

LOOPS = {
    ASSIGN: """\
def assign(x, centres):
    labels = []
    for point in x:
        squares = [sum((point - centre) ** 2) for centre in centres]
        labels.append(squares.index(min(squares)))
    return labels""",
    UPDATE: """\
def update(x, labels, n_clusters):
    return [[sum(c) / len(c) for c in zip(*x[labels == k])] for k in range(n_clusters)]""",
    INERTIA: """\
def inertia(x, centres):
    return sum(min(sum((point - centre) ** 2) for centre in centres) for point in x)""",
}
ARRAYS = {
    ASSIGN: "def assign(x, centres):\n    return ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)",
    UPDATE: """\
def update(x, labels, n_clusters):
    members = np.eye(n_clusters)[labels]
    return members.T @ x / members.sum(axis=0)[:, None]""",
    INERTIA: "def inertia(x, centres):\n    return ((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1).sum()",
}
SCIPY = {
    ASSIGN: """\
from scipy.spatial.distance import cdist

def assign(x, centres):
    return cdist(x, centres).argmin(axis=1)""",
    UPDATE: """\
def update(x, labels, n_clusters):
    sums = np.zeros((n_clusters, x.shape[1]))
    np.add.at(sums, labels, x)
    return sums / np.bincount(labels, minlength=n_clusters)[:, None]""",
    INERTIA: "def inertia(x, centres):\n    return (cdist(x, centres).min(axis=1) ** 2).sum()",
}
WRONG = {
    ASSIGN: "def assign(x, centres):\n    return np.zeros(len(x), dtype=int)",
    UPDATE: "def update(x, labels, n_clusters):\n    return np.zeros((n_clusters, x.shape[1]))",
    INERTIA: "def inertia(x, centres):\n    return 1.0",
}
NOISE = '\n    import sys, warnings\n    warnings.warn("careful")\n    print("a word", file=sys.stderr)\n    '


@dataclass(frozen=True)
class Submission:
    """What a student hands in, and the points that it deserves.

    Attributes
    ----------
    answers : dict
        Code of the answer cells; one that is missing stays as it was handed out.
    deserved : dict
        Points of assign, update and inertia.
    before : str
        A cell of the student's own, at the top.
    after : str
        One at the end.
    tests : str or None
        What becomes of the test cells: None leaves them, "" deletes them, and a text replaces them.
    """

    answers: dict[str, str]
    deserved: tuple[float, float, float]
    before: str = ""
    after: str = ""
    tests: str | None = None


SUBMISSIONS = {
    "perfect-loops": Submission(LOOPS, (10, 10, 10)),
    "perfect-arrays": Submission(ARRAYS, (10, 10, 10)),
    "perfect-scipy": Submission(SCIPY, (10, 10, 10)),
    "partly-right": Submission(
        {ASSIGN: ARRAYS[ASSIGN], INERTIA: ARRAYS[INERTIA].replace(".min(axis=1)", "")}, (10, 0, 0)
    ),
    "syntax-error": Submission(ARRAYS | {UPDATE: "def update(x, labels, n_clusters)\n    return x"}, (10, 0, 10)),
    "loop-in-function": Submission(
        ARRAYS | {UPDATE: "def update(x, labels, n_clusters):\n    while True:\n        pass"}, (10, 0, 10)
    ),
    "loop-at-top-level": Submission(ARRAYS, (10, 10, 10), before="while True:\n    pass"),
    "exit-in-function": Submission(
        ARRAYS | {UPDATE: "import os\n\ndef update(x, labels, n_clusters):\n    os._exit(0)"}, (10, 0, 10)
    ),
    "exit-at-top-level": Submission(ARRAYS, (10, 10, 10), after="import os\nos._exit(0)"),
    "fake-score": Submission(
        {name: code.replace("\n    ", '\n    print("10.0")\n    ', 1) for name, code in WRONG.items()},
        (0, 0, 0),
        before='print("kmeans.assign: 10 of 10 points")',
    ),
    "edited-tests": Submission(WRONG, (0, 0, 0), tests="10.0"),
    "deleted-tests": Submission(WRONG, (0, 0, 0), tests=""),
    "patched-checker": Submission(
        WRONG,
        (0, 0, 0),
        before="import gmm_lab.exercises\n\ngmm_lab.exercises.grade = lambda *a, **k: 10.0",
    ),
    "borrowed-reference": Submission(
        {
            ASSIGN: """\
def assign(x, centres):
    import gmm_lab
    return gmm_lab.kmeans(x, centres, max_steps=0).labels""",
            UPDATE: ARRAYS[UPDATE],
            INERTIA: """\
from gmm_lab import kmeans as borrowed

def inertia(x, centres):
    return borrowed(x, centres, max_steps=0).inertia""",
        },
        (0, 10, 0),
    ),
    "notebook-syntax": Submission(
        {
            ASSIGN: f"%%time\n{ARRAYS[ASSIGN]}",
            UPDATE: "import sys\nif 'google.colab' in sys.modules:\n    !pip install numpy\n"
            f"files = !ls\nnp.mean?\n{ARRAYS[UPDATE]}\ndisplay(17\n  % 5 if files else 0)",
            INERTIA: "    import asyncio\n    await asyncio.sleep(0)\n    def inertia(x, centres):\n"
            "        return ((x[:, None] - centres) ** 2).sum(axis=2).min(axis=1).sum()",
        },
        (10, 10, 10),
    ),
    "helper-twice": Submission(
        {
            ASSIGN: "def pick(squares):\n    return squares.argmin(axis=1)\n\n"
            "def assign(x, centres):\n    return pick(((x[:, None] - centres) ** 2).sum(axis=2))",
            UPDATE: ARRAYS[UPDATE],
            INERTIA: "def pick(squares):\n    return squares.min(axis=1).sum()\n\n"
            "def inertia(x, centres):\n    return pick(((x[:, None] - centres) ** 2).sum(axis=2))",
        },
        (10, 10, 10),
    ),
    "warns-on-stderr": Submission(
        {name: code.replace("\n    ", NOISE, 1) for name, code in ARRAYS.items()},
        (10, 10, 10),
    ),
    "input-transformer": Submission(
        WRONG,
        (0, 0, 0),
        before="""\
def rewrite(lines):
    return ["10.0\\n" if line.startswith("grade(") else line for line in lines]

get_ipython().input_transformers_cleanup.append(rewrite)""",
    ),
    "all-the-memory": Submission(
        ARRAYS | {INERTIA: "def inertia(x, centres):\n    return np.ones(10**12).sum()"}, (10, 10, 0)
    ),
}


def hand_in(released: dict, submission: Submission) -> dict:
    """The released notebook, as this student hands it in."""
    notebook = copy.deepcopy(released)
    cells = []
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id") in submission.answers:
            cell["source"] = submission.answers[marks["grade_id"]]
        if marks.get("grade_id", "").endswith("-test") and submission.tests is not None:
            if not submission.tests:
                continue
            cell["source"] = submission.tests
        cells.append(cell)
    notebook["cells"] = [*_own("own-first", submission.before), *cells, *_own("own-last", submission.after)]
    return notebook


def _own(name: str, source: str) -> list[dict]:
    cell = {"cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    return [cell] if source else []
