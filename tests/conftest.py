"""Options for the whole suite; pytest reads them here when it is started from the repository's root."""


def pytest_addoption(parser):
    parser.addoption("--site", metavar="DIR", help="test the site built in DIR instead of building the book anew")
