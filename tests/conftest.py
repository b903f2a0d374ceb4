"""Order of the files, so that two processes end at about the same time."""

LONGEST = "test_under_nbgrader.py"


def pytest_collection_modifyitems(items):
    """Start the longest file first; the rest keeps its order."""
    items.sort(key=lambda item: LONGEST not in item.nodeid)
