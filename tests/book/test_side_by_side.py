"""Chapters with cells are executed side by side; other pages are not touched."""

import importlib.util

import pytest

from .conftest import BOOK, CHAPTERS


@pytest.fixture(scope="module")
def extension():
    """The Sphinx extension, imported from its file."""
    path = BOOK / "_ext" / "side_by_side.py"
    spec = importlib.util.spec_from_file_location("side_by_side", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_chapter_is_executed(extension):
    assert extension.chapters(CHAPTERS) == CHAPTERS


def test_a_page_without_cells_is_not(extension, tmp_path):
    (tmp_path / "data.csv").write_text("1, 2")
    assert extension.chapters([BOOK / "notation.md", tmp_path / "data.csv"]) == []
