"""For all tests: the order of the files, a browser, and Pythons with few packages."""

import shutil
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

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


def needed(names: list[str]) -> list[Distribution]:
    """Distributions that pip would install for these, by their own word."""
    found, left = {}, [Requirement(name) for name in names]
    while left:
        wanted = left.pop()
        key = wanted.name.lower().replace("_", "-")
        if key in found:
            continue
        try:
            found[key] = distribution(key)
        except PackageNotFoundError:  # torch's packages for a GPU
            continue
        requirements = map(Requirement, found[key].requires or [])
        extras = wanted.extras or {""}
        left += [
            r
            for r in requirements
            if not r.marker or any(r.marker.evaluate({"extra": e}) for e in extras)
        ]
    return list(found.values())


@pytest.fixture(scope="session")
def python_with(tmp_path_factory):
    """A function: a Python that has what a requirements file asks for, and no more.

    Its packages are links to those installed here, so that nothing is downloaded.
    """

    def make(requirements: Path) -> Path:
        place = tmp_path_factory.mktemp("venv")
        command = [sys.executable, "-m", "venv", "--without-pip", place]
        subprocess.run(command, check=True)
        packages = next(place.glob("lib/python*/site-packages"))
        for one in needed(requirements.read_text(encoding="utf-8").splitlines()):
            tops = {file.parts[0] for file in one.files or []} - {"..", "__pycache__"}
            for top in tops:
                if not (packages / top).exists():
                    (packages / top).symlink_to(one.locate_file(top))
        return place / "bin" / "python"

    return make
