"""The book on paper: whole, with bookmarks, and with links that stay inside."""

import re
import runpy
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from .conftest import BOOK, ROOT

PRINTING = runpy.run_path(str(BOOK / "_pdf"), run_name="printing")
ORDER = PRINTING["pages"].order(BOOK / "_toc.yml")
EXCERPT = {"index", "ch1_rnn", "notation", "appendix/references"}
WHOLE = PRINTING["PDF"]
RAW_TEX = re.compile(r"\\\(|\\\[|\$\$|\\frac|\\begin\{|\\mathbf|\\text")


@pytest.fixture(scope="module")
def book(html):
    """All pages, ready to be joined."""
    return PRINTING["read_book"](ORDER)


@pytest.fixture(scope="module")
def sheet(html, book):
    """All pages in one, as it goes to the browser."""
    text = PRINTING["sheet"].write(book, PRINTING["facts"](), html / "_static")
    return BeautifulSoup(text, "html.parser")


def test_the_sheet_has_every_page_of_the_contents_once_and_in_order(sheet):
    chapters = [section["id"] for section in sheet.select("section.chapter")]
    assert chapters == [name.replace("/", "-") for name, _ in ORDER]
    assert len(chapters) >= 12


def test_ids_are_unique_and_every_link_inside_has_its_place(sheet):
    ids = [tag["id"] for tag in sheet.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = [a["href"] for a in sheet.select("a[href]")]
    inside = [link[1:] for link in links if link.startswith("#")]
    assert len(inside) > 500
    assert set(inside) <= set(ids)
    outside = [link for link in links if not link.startswith("#")]
    assert all(re.match("https?://", link) for link in outside)


def test_nothing_on_the_sheet_needs_a_screen(sheet):
    forms = "button, input, form, fieldset, details, label"
    assert not sheet.select(f"{forms}, a.headerlink, .chapter script")
    stills = sheet.select(".course-animation")
    assert len(stills) >= 5
    for player in stills:
        assert 2 <= len(player.select("img[src^='data:image/svg+xml']")) <= 4
    assert "Frames 1, 2, 3, 4 of 4" in stills[1].get_text()


QUESTION = """<section><h1>Chapter</h1>
<form class="quiz"><fieldset disabled>
<legend><strong>Quick check.</strong> Why?</legend>
<ul class="quiz-choices"><li><label><input type="radio"> One</label></li></ul>
</fieldset><details><summary>All answers</summary><ul><li>Because.</li></ul></details>
</form><p>More.</p></section>"""


def test_questions_are_text_and_their_answers_stand_at_the_end():
    soup = BeautifulSoup(QUESTION, "html.parser")
    PRINTING["pages"].unfold(soup)
    PRINTING["pages"].put_answers_last(soup)
    assert not soup.select("form, fieldset, legend, label, details, summary")
    words = soup.get_text(" ", strip=True)
    question = words.index("Quick check 1. Why?")
    answer = words.index("Answers to the quick checks Quick check 1. Because.")
    assert question < words.index("More.") < answer


class Print:
    """A PDF, and the titles of the pages that are in it."""

    def __init__(self, pdf, book):
        self.reader, self.titles = PdfReader(pdf), [page.title for page in book]

    @cached_property
    def texts(self):
        """Text by page number: the contents, and of a long book every eighth page."""
        step = 1 if len(self.reader.pages) < 100 else 8
        chosen = {1, 2, 3, 4, *range(5, len(self.reader.pages) + 1, step)}
        return {n: self.reader.pages[n - 1].extract_text() for n in sorted(chosen)}

    @property
    def links(self):
        for page in self.reader.pages:
            for link in page.get("/Annots") or []:
                yield link.get_object()

    def page_of(self, title):
        entry = next(e for e in self.bookmarks if e.title == title)
        return self.reader.get_destination_page_number(entry) + 1

    @property
    def bookmarks(self):
        return [e for e in self.reader.outline if not isinstance(e, list)]


@pytest.fixture(scope="module", params=["excerpt", "whole"])
def pdf(request, html, book):
    """A print of four pages; and of the whole book, if 'make pdf' was run."""
    if request.param == "whole":
        built = html / "index.html"
        if not WHOLE.is_file() or WHOLE.stat().st_mtime < built.stat().st_mtime:
            pytest.skip("there is no new print of the whole book: run 'make pdf'")
        return Print(WHOLE, book)
    if not any(map(shutil.which, PRINTING["chromium"].PROGRAMS)):
        pytest.skip("no browser: install the package chromium to run these tests")
    order = [(name, part) for name, part in ORDER if name in EXCERPT]
    file, excerpt = BytesIO(), PRINTING["read_book"](order)
    with ThreadPoolExecutor(1) as pool:  # Playwright may be in use in this thread
        pool.submit(PRINTING["printed"], excerpt).result().write(file)
    return Print(file, excerpt)


def test_the_number_of_pages_is_a_books(pdf):
    expected = range(25, 60) if len(pdf.titles) == 4 else range(150, 350)
    assert len(pdf.reader.pages) in expected


def test_every_chapter_is_a_bookmark_at_the_head_of_a_page(pdf):
    assert [entry.title for entry in pdf.bookmarks] == ["Contents", *pdf.titles]
    for entry in pdf.bookmarks:
        assert entry.top > 700  # of 842 points


def test_sections_are_bookmarks_below_their_chapter(pdf):
    at = next(i for i, e in enumerate(pdf.reader.outline) if e in pdf.bookmarks[2:3])
    below = [e.title for e in pdf.reader.outline[at + 1] if not isinstance(e, list)]
    assert len(below) >= 8
    assert any("Check yourself" in title for title in below)


def test_links_inside_arrive_and_none_leads_to_this_machine(pdf):
    places, inside = pdf.reader.named_destinations, 0
    for link in pdf.links:
        if "/Dest" in link:
            inside += 1
            place = places[link["/Dest"]]
            assert pdf.reader.get_destination_page_number(place) > 0
        else:
            assert re.match(r"https?://(?!localhost|127\.)", link["/A"]["/URI"])
    assert inside > 50


def test_the_contents_tell_the_pages(pdf):
    contents = [pdf.texts[n] for n in range(2, pdf.page_of(pdf.titles[0]))]
    lines = re.sub(r"\s+", " ", " ".join(contents))
    for title in pdf.titles:
        number = pdf.page_of(title)
        assert re.search(rf"{re.escape(title)} ?{number}\b", lines), title


def test_pages_are_numbered_from_the_second_on(pdf):
    for number, text in pdf.texts.items():
        assert (str(number) in text.split()) == (number > 1)


def test_mathematics_was_set_and_references_were_resolved(pdf):
    text = "\n".join(pdf.texts.values())
    assert not RAW_TEX.search(text)
    assert not re.search(r"\{(numref|eq|cite|doc|glue)", text)
    assert "Fig. " in text
    assert "(1." in text


def test_fonts_are_embedded(pdf):
    fonts = {}
    for page in pdf.reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            fonts[font.indirect_reference or id(font)] = font.get_object()
    drawn = [f for f in fonts.values() if f["/Subtype"] == "/Type3"]
    files = [
        f["/DescendantFonts"][0]["/FontDescriptor"]
        for f in fonts.values()
        if f["/Subtype"] == "/Type0"
    ]
    assert len(drawn) + len(files) == len(fonts) > 5
    assert all("/FontFile2" in file or "/FontFile3" in file for file in files)


def test_properties_name_title_and_author(pdf):
    about = PRINTING["facts"]()
    assert pdf.reader.metadata.title == about["title"]
    assert pdf.reader.metadata.author == about["author"]
    assert pdf.reader.trailer["/Root"]["/Lang"].startswith("en")
    assert pdf.reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_without_chromium_one_line_says_what_to_install(tmp_path):
    done = subprocess.run(
        [sys.executable, str(BOOK / "_pdf")],
        env={"PATH": str(tmp_path), "PYTHONPATH": f"{ROOT}:{BOOK}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == "No Chromium was found: install the package chromium.\n"
