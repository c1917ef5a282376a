"""What must agree between the files that say how the project is worked on."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = ROOT / "book" / "constraints.txt"


@pytest.mark.parametrize("tool", ["ruff", "nbstripout"])
def test_a_commit_is_checked_by_the_tools_that_are_installed(tool):
    (wanted,) = [Requirement(line) for line in EXTRAS["dev"] if Requirement(line).name == tool]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    (pinned,) = [repo["rev"].removeprefix("v") for repo in hooks if any(h["id"] == tool for h in repo["hooks"])]
    assert wanted.specifier.contains(pinned)
    assert wanted.specifier.contains(version(tool))
    assert not wanted.specifier.contains(f"{pinned.split('.')[0]}.999"), "one version line only"


def test_the_lock_names_a_fitting_version_of_all_that_the_site_needs():
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)$", LOCK.read_text("utf-8"), re.MULTILINE))
    locked = {name.lower().replace("_", "-"): number for name, number in locked.items()}
    wanted = map(Requirement, [*PROJECT["dependencies"], *EXTRAS["plots"], *EXTRAS["widgets"], *EXTRAS["book"]])
    for requirement in wanted:
        if requirement.name != PROJECT["name"]:
            number = locked.get(requirement.name.lower().replace("_", "-"))
            assert number, f"{requirement.name} is not locked; the first lines of {LOCK.name} say how to renew it"
            assert requirement.specifier.contains(number), f"{requirement} is locked at {number}: renew {LOCK.name}"


def test_the_version_is_one_number():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    newest = re.search(r"^## (\S+)", (ROOT / "book/appendix/changelog.md").read_text("utf-8"), re.MULTILINE)[1]
    assert PROJECT["version"] == citation["version"] == newest.rstrip(":,")
