"""The order of layers, the front door, and what an import may load."""

import ast
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
    "_typing palette | _validate | gaussian | mixture | unconstrained | likelihood | covariance hard_em elbo | "
    "kmeans soft_em | initialization | convergence anomaly | selection | trace datasets | plots exercises | course | "
    "widgets | __init__"
)
RANK = {module: rank for rank, layer in enumerate(LAYERS.split("|")) for module in layer.split()}
SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path):
    place = path.relative_to(PACKAGE).parts
    module = place[0].removesuffix(".py")
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            assert not any(name.split(".")[0] == "gmm_lab" for name in names), "import the package by a relative path"
        if not isinstance(node, ast.ImportFrom):
            continue
        assert (node.module or "").split(".")[0] not in {"gmm_lab", "tests", "book"} or node.level
        # Depth of the file below the package minus the dots: 0 is the package itself, more is inside `module`.
        if node.level != len(place):
            continue
        used = [node.module.split(".")[0]] if node.module else [alias.name for alias in node.names]
        assert all(RANK[name] < RANK[module] for name in used), f"{module} may not import {used}"


def test_every_module_has_its_layer():
    assert {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in SOURCES} == set(RANK)


def test_every_module_has_its_test():
    named = {path.stem.removeprefix("test_") for path in (ROOT / "tests").glob("test_*.py")}
    modules = {path.stem.lstrip("_") for path in PACKAGE.glob("*.py")} - {"init__", "typing"}
    assert modules - named == {"palette"}  # its colours are tested where they are used, in test_plots.py


def test_every_chapter_has_its_module():
    for chapter in (ROOT / "book").glob("[0-9][0-9]_*.ipynb"):
        assert (PACKAGE / f"{chapter.stem[3:]}.py").exists()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
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
