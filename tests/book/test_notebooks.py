"""Each chapter can be taken home as a notebook."""

import nbformat
import yaml

from .conftest import ROOT


def test_the_page_offers_its_cells_as_a_notebook(chapter, html):
    path, notebook = chapter
    offered = nbformat.read(html / "_sources" / f"{path.stem}.ipynb", as_version=4)
    nbformat.validate(offered)
    assert [c.source for c in offered.cells] == [c.source for c in notebook.cells]
    assert offered.metadata.kernelspec.name == "python3"
    page = (html / f"{path.stem}.html").read_text(encoding="utf-8")
    assert f'href="_sources/{path.stem}.ipynb"' in page


def test_chapters_are_executed_away_from_the_book():
    """So that the build proves that no cell needs a file beside it."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["execute"]["run_in_temp"] is True
    source = (ROOT / "book/_ext/side_by_side.py").read_text(encoding="utf-8")
    assert '"temp-parallel"' in source
