"""For all tests: the order of the files, and a browser."""

import shutil

import pytest

LONGEST = "test_under_nbgrader.py"


def pytest_collection_modifyitems(items):
    """Start the longest file first, so that two processes end together."""
    items.sort(key=lambda item: LONGEST not in item.nodeid)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; without one the test says what to install."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no browser: install the package chromium to run these tests")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium, args=options)
        yield found
        found.close()
