"""A changed package runs the chapters again; an unchanged one does not."""

import importlib.util

import pytest

from .conftest import BOOK


@pytest.fixture(scope="module")
def extension():
    """The Sphinx extension, imported from its file."""
    path = BOOK / "_ext" / "execution_cache.py"
    spec = importlib.util.spec_from_file_location("execution_cache", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path):
    """A small package."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "code.py").write_text("x = 1")
    (tmp_path / "look.mplstyle").write_text("font.size: 10")
    return tmp_path


def test_the_digest_repeats(extension, package):
    assert extension.digest(package) == extension.digest(package)


@pytest.mark.parametrize("name", ["inner/code.py", "look.mplstyle"])
def test_an_edit_changes_the_digest_and_an_undo_restores_it(extension, package, name):
    before, text = extension.digest(package), (package / name).read_text()
    (package / name).write_text(text + " ")
    assert extension.digest(package) != before
    (package / name).write_text(text)
    assert extension.digest(package) == before


def test_a_renamed_file_changes_the_digest(extension, package):
    before = extension.digest(package)
    (package / "inner" / "code.py").rename(package / "inner" / "other.py")
    assert extension.digest(package) != before
