"""Options for the whole suite; pytest reads them here when it is started from the repository's root."""

import os

from hypothesis import settings

# One thread of linear algebra, here and in the notebooks' kernels: on arrays this small, more only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same inputs in every run: a failure is then a fault of the change at hand.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")


def pytest_addoption(parser):
    parser.addoption("--site", metavar="DIR", help="test the site built in DIR instead of building the book anew")
