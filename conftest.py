"""How the suite runs, whatever is started: one thread of linear algebra, files shared out to processes."""

import os
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

# Here, in the workers and in the notebooks' kernels. On arrays this small more threads only wait for each other: one
# notebook takes 14 seconds with one and 67 with two on a busy machine. Not a default: the site is built with one, too.
os.environ["OMP_NUM_THREADS"] = "1"

PAGE = re.compile(r"\[(?:[\w.]+-)*([\w/]+\.html)")


def pytest_addoption(parser):
    """Let a site be tested that was built elsewhere."""
    parser.addoption("--site", metavar="DIR", help="test the site built in DIR instead of that of the sources")


def pytest_xdist_auto_num_workers(config):
    """A file runs in this process, a folder in one for each core; more than four would mostly start browsers."""
    folders = any(Path(argument).is_dir() for argument in config.args)
    return min(os.cpu_count() or 1, 4) if folders else 0


class ByFileAndPage(LoadScopeScheduling):
    """A process takes a whole file, or of the tests of the site those of a page: what they share is made once."""

    def __init__(self, config, log=None):
        super().__init__(config, log)
        config.option.loadscopereorder = False  # in the order of the folders: slow files first, notebooks last

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        page = PAGE.search(test)
        return f"{file} {page[1]}" if page else file


def pytest_xdist_make_scheduler(config, log):
    """Share out the tests to the processes of xdist."""
    return ByFileAndPage(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection():
    """The workers are measured by now; what tests start is not, since some of it runs against a clock."""
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
