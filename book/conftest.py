"""Notebooks as tests: compares the outputs that are kept, although their execution counts are not."""


def pytest_collection_modifyitems(items):
    """Number the cells that keep an output: nbval takes a cell without a count for one that was never run."""
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is not None and cell.outputs:
            cell.execution_count = 1
