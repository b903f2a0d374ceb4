"""The built pages in a real browser: light and dark, wide and narrow."""

import functools
import http.server
import threading

import pytest

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
]

OVERFLOWING = """() => [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1
        && !e.closest('pre, table, svg, mjx-container, .math'))
    .map(e => e.tagName + '.' + e.className)"""
RAW_TEX = r"""() => {
    const walk = document.createTreeWalker(
        document.querySelector('article'), NodeFilter.SHOW_TEXT);
    const raw = [];
    while (walk.nextNode()) {
        const node = walk.currentNode;
        if (node.parentElement.closest('pre, code, mjx-container, script, style'))
            continue;
        if (/\\\(|\\\[|\$\$|\\frac|\\begin\{/.test(node.data)) raw.push(node.data);
    }
    return raw;
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that writes no log."""

    def log_message(self, *arguments):
        """Write nothing."""


@pytest.fixture(scope="module")
def address(html):
    """Address of the book on this machine."""
    handler = functools.partial(Quiet, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


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
    view.evaluate("() => window.MathJax?.startup?.promise")
    assert view.foreign == []
    assert view.errors == []
    assert view.evaluate(RAW_TEX) == []
    assert view.evaluate(OVERFLOWING) == []


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


def test_ink_of_the_figures_stands_out_from_the_page(view, address):
    view.goto(f"{address}/ch1_rnn.html")
    assert view.evaluate(CONTRAST) > 7


def test_the_moving_picture_moves(view, address):
    view.goto(f"{address}/ch1_rnn.html")
    picture = view.locator(".course-animation img").first
    first = picture.get_attribute("src")
    view.locator(".course-animation button[title='Next frame']").first.click()
    assert picture.get_attribute("src") != first
