"""The book as text, and as it was built."""

from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
HTML = ROOT / "_build" / "html"
CHAPTERS = sorted(BOOK.glob("ch*.md"))


@pytest.fixture(scope="session")
def html() -> Path:
    """Folder of the built book."""
    if not (HTML / "index.html").is_file():
        pytest.fail("The book is not built: run 'make book' first.")
    return HTML


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    """Each chapter: its path and its notebook."""
    return request.param, jupytext.read(request.param)
