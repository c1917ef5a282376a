"""The order of layers, the front door, and what an import may load."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import gmm_lab

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gmm_lab"

# Each layer imports only from layers to its left.
LAYERS = (
    "_typing palette | _convert _factors _run _value | _validate | gaussian | mixture | "
    "unconstrained _half_step moments | likelihood | covariance hard_em elbo | kmeans soft_em | initialization | "
    "convergence anomaly | selection | trace datasets | plots exercises | course | widgets | __init__"
)
# The same inside folders.
INSIDE = {
    "course": "assignment folder | audit | __init__ __main__",
    "exercises": (
        "runners | engine | clinic common | mixture likelihood hard_em kmeans soft_em elbo convergence | "
        "selection initialization anomaly | __init__ | __main__"
    ),
    "exercises/clinic": "broken | cases | judge | __init__",
    "exercises/engine": "report | exercise | chance follow single | examine | __init__",
    "exercises/runners": "outcome child notebook | reply here submission | apart | __init__",
    "widgets": "bundle | explorable | soft_em | kmeans | __init__",
}
RANK = {
    f"{folder}/{module}".removeprefix("/"): rank
    for folder, layers in {"": LAYERS, **INSIDE}.items()
    for rank, layer in enumerate(layers.split("|"))
    for module in layer.split()
}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def place_of(path):
    return path.relative_to(PACKAGE).with_suffix("").parts


def imported(node, place):
    """The places in the package that a relative import names: modules, or else the front door of their folder."""
    folder = (*place[: len(place) - node.level], *(node.module or "").split("."))
    folder = tuple(filter(None, folder))
    for alias in node.names:
        named = (*folder, alias.name)
        is_module = PACKAGE.joinpath(*named).with_suffix(".py").exists() or PACKAGE.joinpath(*named).is_dir()
        yield named if is_module else folder


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    place = place_of(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            assert not any(name.split(".")[0] == "gmm_lab" for name in names), "import the package by a relative path"
        if not isinstance(node, ast.ImportFrom):
            continue
        assert (node.module or "").split(".")[0] not in {"gmm_lab", "tests", "book"} or node.level
        if not node.level:
            continue
        for target in imported(node, place):
            # The first folder in which the two part; the front door of a folder counts as its `__init__`.
            depth = next(i for i, part in enumerate((*place, "")) if (*target, "__init__")[i] != part)
            user, used = (*place[:depth], place[depth]), (*target, "__init__")[: depth + 1]
            assert RANK["/".join(used)] < RANK["/".join(user)], f"{'/'.join(place)} may not import {'/'.join(target)}"


def test_every_module_has_its_layer():
    assert {"/".join(place_of(path)[:depth]) for path in SOURCES for depth in range(1, len(place_of(path)) + 1)} == set(
        RANK
    )


def test_every_module_has_its_test():
    named = {path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.py")}
    modules = {path.stem.lstrip("_") for path in PACKAGE.glob("*.py")} - {"init__", "typing"}
    assert modules - named == {"palette"}  # its colours are tested where they are used, in test_plots.py


def test_every_chapter_has_its_module():
    for chapter in (ROOT / "book").glob("[0-9][0-9]_*.ipynb"):
        assert (PACKAGE / f"{chapter.stem[3:]}.py").exists()


@pytest.mark.parametrize(
    "path",
    [path for kind in ("py", "js", "css") for path in sorted(PACKAGE.rglob(f"*.{kind}"))],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_modules_stay_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


def test_front_door_is_explicit():
    assert sorted(gmm_lab.__all__) == gmm_lab.__all__
    assert all(hasattr(gmm_lab, name) for name in gmm_lab.__all__)


def test_import_loads_arrays_and_nothing_else():
    code = "import sys, gmm_lab; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"matplotlib", "ipywidgets", "anywidget", "traitlets", "sklearn", "pandas", "IPython", "scipy.optimize"}
    assert heavy & set(run.stdout.split()) == set()


def test_hard_dependencies_are_two():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [requirement.split(">=")[0] for requirement in project["dependencies"]] == ["numpy", "scipy"]


def test_every_public_name_is_in_the_reference():
    page = (ROOT / "book" / "appendix" / "api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"automodule:: gmm_lab\.([\w.]+)", page))
    public = [getattr(gmm_lab, name) for name in gmm_lab.__all__]
    homes = {value.__module__ for value in public if not inspect.ismodule(value)}
    assert {home.removeprefix("gmm_lab.") for home in homes} <= documented
