"""The built pages in a real browser: light and dark, wide and narrow."""

import re

import pytest
from playwright.sync_api import expect

from tests.lighthouse.server import served

from .conftest import CHAPTERS

pytestmark = pytest.mark.browser
PAGES = [
    "index",
    *(path.stem for path in CHAPTERS),
    "guides/student",
    "guides/instructor",
    "notation",
    "glossary",
    "appendix/source_notes",
    "appendix/references",
    "genindex",
    "search",
]

OVERFLOWING = """() => [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1
        && !e.closest('pre, table, svg, mjx-container, .math'))
    .map(e => e.tagName + '.' + e.className)"""
RAW_TEX = r"""() => {
    const walk = document.createTreeWalker(
        document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const raw = [];
    while (walk.nextNode()) {
        const node = walk.currentNode;
        if (node.parentElement.closest('pre, code, mjx-container, script, style'))
            continue;
        if (/\\\(|\\\[|\$\$|\\frac|\\begin\{/.test(node.data)) raw.push(node.data);
    }
    return raw;
}"""


@pytest.fixture(scope="module")
def address(html):
    """Address of the book on this machine."""
    with served(html) as found:
        yield found


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    """The reader's colour scheme."""
    return request.param


@pytest.fixture(params=[1280, 390])
def view(request, browser, scheme):
    """An empty page of one width and scheme, with a record of what went wrong."""
    size = {"width": request.param, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.foreign, page.errors = [], []
    page.on("request", lambda r: page.foreign.append(r.url) if far(r.url) else None)
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else 0)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()


def far(url: str) -> bool:
    """Whether a request leaves this machine."""
    return not url.startswith(("http://127.0.0.1", "data:", "blob:"))


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole(view, address, name):
    view.goto(f"{address}/{name}.html")
    assert view.foreign == []
    assert view.errors == []
    assert view.evaluate(RAW_TEX) == []
    assert view.evaluate(OVERFLOWING) == []


def test_every_built_page_is_among_those_opened(html):
    built = {
        path.relative_to(html).with_suffix("").as_posix()
        for path in html.rglob("*.html")
        if "_static" not in path.parts
    }
    assert built == set(PAGES)


@pytest.fixture
def reader(browser):
    """A page of somebody who opens the book's files from the disk."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.asked, page.errors = [], []
    page.on("request", lambda r: page.asked.append(r.url))
    page.on("requestfailed", lambda r: page.errors.append(r.url) if lost(r) else 0)
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else 0)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()


def lost(request) -> bool:
    """Whether a file is missing; what stops as the reader goes on is not."""
    return "ERR_ABORTED" not in request.failure


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_as_a_file_without_a_server(reader, html, name):
    reader.goto((html / f"{name}.html").as_uri())
    reader.evaluate("() => document.fonts.ready")
    book = (html.as_uri() + "/", "data:", "blob:")
    assert [url for url in reader.asked if not url.startswith(book)] == []
    assert reader.errors == []
    assert reader.evaluate(RAW_TEX) == []
    assert reader.evaluate("() => [...document.fonts].every(f => f.status != 'error')")


def test_search_finds_a_word_without_a_server(reader, html):
    reader.goto((html / "index.html").as_uri())
    reader.keyboard.press("Control+k")
    reader.keyboard.type("clipping")
    reader.keyboard.press("Enter")
    hit = reader.locator("#search-results li a").first
    hit.click()
    reader.wait_for_url("**/ch*.html*")
    assert "clipping" in reader.locator("article").inner_text().lower()
    assert reader.errors == []


def test_a_link_to_a_section_lands_on_it(view, address):
    """Also where what stands above is drawn only when it comes near."""
    view.goto(f"{address}/ch3_lstm.html")
    links = view.locator("article section section[id]")
    section = links.nth(links.count() - 2).get_attribute("id")
    view.goto(f"{address}/ch3_lstm.html#{section}")
    view.wait_for_timeout(300)
    top = view.locator(f"#{section} > :is(h2, h3)").bounding_box()["y"]
    assert -5 < top < 300


CONTRAST = """() => {
    const rgb = c => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = c => rgb(c).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
    const svg = document.querySelector('svg.course-figure');
    let box = svg, back = 'rgba(0, 0, 0, 0)';
    while (back === 'rgba(0, 0, 0, 0)') {
        back = getComputedStyle(box).backgroundColor; box = box.parentElement;
    }
    const [a, b] = [light(getComputedStyle(svg).color), light(back)].sort();
    return (b + 0.05) / (a + 0.05);
}"""


HEAVIEST = "ch5_transformer"


def figures_of(page) -> int:
    return page.locator("svg.course-figure").count()


@pytest.fixture
def figures(html) -> int:
    """How many figures the heaviest chapter has."""
    page = (html / f"{HEAVIEST}.html").read_text(encoding="utf-8")
    return page.count('"course-figure"')


def test_figures_are_drawn_when_they_come_near_or_are_printed(view, address, figures):
    view.add_init_script("window.requestIdleCallback = () => {}")  # never has time
    view.goto(f"{address}/{HEAVIEST}.html")
    assert figures_of(view) < figures
    view.locator(".figure-frame").last.scroll_into_view_if_needed()
    view.locator(".figure-frame").last.locator("svg").wait_for()
    assert figures_of(view) < figures
    view.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert figures_of(view) == figures


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_all_figures_are_drawn_by_and_by(browser, address, figures, scripts):
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{address}/{HEAVIEST}.html")
    page.locator("svg.course-figure").nth(figures - 1).wait_for(state="attached")
    assert figures_of(page) == figures
    context.close()


def test_ink_of_the_figures_stands_out_from_the_page(view, address):
    view.goto(f"{address}/ch1_rnn.html")
    view.locator("svg.course-figure").first.wait_for(state="attached")
    assert view.evaluate(CONTRAST) > 7


def test_the_moving_picture_moves(view, address):
    view.goto(f"{address}/ch1_rnn.html")
    picture = view.locator(".course-animation img").first
    view.locator(".course-animation").first.scroll_into_view_if_needed()
    expect(picture).to_have_attribute("src", re.compile("^data:image"))
    first = picture.get_attribute("src")
    view.locator(".course-animation button[title='Next frame']").first.click()
    assert picture.get_attribute("src") != first
