"""Print a page through Chromium."""

import logging
import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Chromium counts its PDF's objects too low, about which pypdf warns.
logging.getLogger("pypdf").setLevel(logging.ERROR)

WIDTH = 643
"""Pixels of the text's width on paper: 170 mm at 96 pixels an inch."""

PRINTS = 4
"""Attempts at page numbers that agree with the contents."""

FIT_EQUATIONS = """() => {
    for (const box of document.querySelectorAll('div.math > mjx-container')) {
        const formula = box.querySelector('mjx-math');
        const wide = formula.getBoundingClientRect().width;
        if (wide > box.clientWidth)
            formula.style.fontSize = 100 * box.clientWidth / wide + '%';
    }
}"""

CUT = """width => [...document.querySelectorAll('body *')]
    .filter(e => !e.closest('svg') && e.getBoundingClientRect().right > width + 1)
    .map(e => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 60)}`)"""


NUMBER_CONTENTS = """numbers => {
    for (const place of document.querySelectorAll('[data-page-of]'))
        place.textContent = numbers[place.dataset.pageOf] ?? '000';
}"""


class CannotPrint(Exception):
    """The book cannot be printed; the message says what to do."""


def program() -> str:
    """Path of Chromium."""
    found = filter(None, map(shutil.which, PROGRAMS))
    if (path := next(found, None)) is None:
        raise CannotPrint("No Chromium was found: install the package chromium.")
    return path


def pdf(sheet: str) -> bytes:
    """Print until the page numbers in the contents are those of the print itself.

    The first print finds them, the second has them. Each opens the sheet anew: two
    prints of one open page may break their pages in different places.
    """
    path = program()
    numbers: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder, "book.html")
        file.write_text(sheet, encoding="utf-8")
        browser = play.chromium.launch(executable_path=path, args=OPTIONS)
        for _ in range(PRINTS):
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            _open(page, file)
            page.evaluate(NUMBER_CONTENTS, numbers)
            printed = _print(page)
            page.close()
            before, numbers = numbers, page_numbers(printed)
            if before == numbers:
                return printed
    raise CannotPrint(f"The page numbers still moved after {PRINTS} prints; try again.")


def page_numbers(pdf: bytes) -> dict[str, int]:
    """On which page each id stands that something links to."""
    reader = PdfReader(BytesIO(pdf))
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def _print(page: Page) -> bytes:
    """The page as PDF, with bookmarks and a structure for screen readers."""
    return page.pdf(
        prefer_css_page_size=True, print_background=True, outline=True, tagged=True
    )


def _open(page: Page, sheet: Path) -> None:
    """Show the sheet as on paper, its mathematics set and nothing too wide."""
    page.set_default_timeout(0)
    page.emulate_media(media="print", color_scheme="light")
    page.goto(sheet.as_uri())
    page.evaluate("() => window.MathJax?.startup?.promise")
    page.evaluate("() => document.fonts.ready")
    page.evaluate(FIT_EQUATIONS)
    if cut := page.evaluate(CUT, WIDTH):
        raise CannotPrint(
            f"{len(cut)} things are wider than the page; the first is {cut[0]}"
        )
