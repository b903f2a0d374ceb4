"""The built pages, read as files: whole, offline, and with words for every figure."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from .conftest import CHAPTERS


class Page(HTMLParser):
    """Collects what a page links to, loads, names and draws."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.loads, self.ids, self.figures, self.images = [], [], [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        have = dict(attributes)
        if "id" in have:
            self.ids.append(have["id"])
        if tag == "a" and have.get("href"):
            self.links.append(have["href"])
        if tag in {"script", "img", "iframe"} and have.get("src"):
            self.loads.append(have["src"])
        if tag == "link" and have.get("rel") in {"stylesheet", "preload", "icon"}:
            self.loads.append(have.get("href", ""))
        if tag == "svg" and "course-figure" in (have.get("class") or ""):
            self.figures.append(have)
        if tag == "img":
            self.images.append(have)


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def page_of(request, html):
    """The built page of each chapter."""
    return html / f"{request.param.stem}.html"


@pytest.fixture(scope="module")
def pages(html):
    """Every page of the book, by its path."""
    made = {path: Page(path) for path in html.rglob("*.html")}
    assert len(made) >= 5
    return made


def test_nothing_is_loaded_from_another_host(pages):
    foreign = [
        (path.name, load)
        for path, page in pages.items()
        for load in page.loads
        if urlparse(load).netloc
    ]
    assert not foreign


def test_every_local_link_and_anchor_leads_somewhere(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            url = urlparse(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.exists():
                broken.append((path.name, link))
            ids = pages[target].ids if target in pages else [unquote(url.fragment)]
            if url.fragment and unquote(url.fragment) not in ids:
                broken.append((path.name, link))
    assert not broken


def test_every_figure_and_image_has_an_alternative_text(pages):
    for page in pages.values():
        for figure in page.figures:
            assert figure["role"] == "img"
            assert len(figure["aria-label"]) > 60
        assert all("alt" in image for image in page.images)


def test_the_chapter_shows_its_figures_with_ids_of_their_own(pages, page_of):
    page = pages[page_of]
    assert len(page.figures) >= 5
    ids = [i for i in page.ids if i.startswith("f")]
    assert len(ids) > 100
    assert len(ids) == len(set(ids))


def test_numbers_and_references_were_resolved(page_of):
    text = page_of.read_text(encoding="utf-8")
    number = page_of.stem.removeprefix("ch").split("_")[0]
    prefix = "" if number == "0" else f"{number}."
    assert f"Fig. {prefix}1" in text
    assert f"Table {prefix}1" in text
    assert f"({prefix}1)" in text
    assert not re.search(r"glue:text|\{numref\}|\{eq\}|\{cite|\{doc", text)
    visible = re.sub(r"<(svg|script).*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"Traceback|Warning:", visible)
    # Code and outputs may speak of nan, where that is the lesson; prose may not.
    prose = re.sub(r"<(pre|code).*?</\1>", "", visible, flags=re.DOTALL)
    assert not re.search(r"\b(nan|inf)\b", prose)


def test_the_page_is_light(page_of):
    """Under 3 MB over the wire, with room for the theme and the mathematics."""
    assert len(gzip.compress(page_of.read_bytes())) < 2_000_000
