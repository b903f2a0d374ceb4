"""Every page can be used by everybody: axe finds nothing serious."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .test_browser import PAGES

pytestmark = pytest.mark.browser
VIEWS = [("light", 1280), ("dark", 390)]

# A drawing has one text for the whole, and a formula has MathML beside it; a colour of
# code is looked at once, as a page has thousands of words of code.
ONE_OF_A_KIND = """() => {
    for (const drawn of document.querySelectorAll('svg.course-figure, mjx-math'))
        drawn.replaceChildren();
    const seen = new Set();
    for (const span of document.querySelectorAll('.highlight pre span')) {
        const kind = span.className;
        if (kind && seen.has(kind)) span.replaceWith(...span.childNodes);
        seen.add(kind);
    }
}"""


# Some things happen when a reader comes near; so the page is read to its end.
READ = """async () => {
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
        scrollTo({top: y, behavior: 'instant'});
        await new Promise(requestAnimationFrame);
    }
    await new Promise(done => setTimeout(done, 100));
}"""


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def reader(request, browser):
    """A page in one scheme and width."""
    scheme, width = request.param
    size = {"width": width, "height": 900}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_violation(reader, html, name):
    reader.goto((html / f"{name}.html").as_uri())
    reader.evaluate(READ)
    reader.evaluate(ONE_OF_A_KIND)
    answer = Axe().run(reader, options={"resultTypes": ["violations"]})
    found = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in answer.response["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
    assert found == []
