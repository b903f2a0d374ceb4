"""The built pages, read as files: whole, offline, and with words for every figure."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest


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


def test_every_figure_and_image_has_an_alternative_text(pages, html):
    figures = pages[html / "ch1_rnn.html"].figures
    assert len(figures) >= 9
    for page in pages.values():
        for figure in page.figures:
            assert figure["role"] == "img"
            assert len(figure["aria-label"]) > 60
        assert all("alt" in image for image in page.images)


def test_ids_are_unique_on_the_page(pages, html):
    ids = [i for i in pages[html / "ch1_rnn.html"].ids if i.startswith("f")]
    assert len(ids) > 100
    assert len(ids) == len(set(ids))


def test_numbers_and_references_were_resolved(html):
    text = (html / "ch1_rnn.html").read_text(encoding="utf-8")
    assert "Fig. 1.1" in text
    assert "(1.12)" in text
    assert not re.search(r"glue:text|\{numref\}|\{eq\}|\{cite", text)
    assert not re.search(r"\bnan\b|Traceback", re.sub(r"<svg.*?</svg>", "", text))
