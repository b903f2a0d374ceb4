"""What the build adds to the pages: typeset formulas, slim figures, a mark, a head."""

import importlib.util
import re
import sys

import numpy as np
import pytest
from PIL import Image

from .conftest import BOOK, HTML


def load(name):
    """Import an extension of the book from its file."""
    spec = importlib.util.spec_from_file_location(name, BOOK / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


PAGES = sorted(p for p in HTML.rglob("*.html") if "_static" not in p.parts)


@pytest.fixture(scope="module", params=PAGES, ids=lambda p: p.stem)
def head(request, html):
    """What the head of each page says of it."""
    text = request.param.read_text(encoding="utf-8").partition("</head>")[0]
    said = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', text)
    return request.param, text, dict(said)


def test_every_page_says_what_it_is(head):
    _, text, said = head
    assert 10 < len(said["description"]) <= 162
    assert said["og:description"] == said["description"]
    assert said["og:title"]
    assert text.count("<title>") == 1


def test_the_picture_of_a_shared_link_is_there(head):
    path, _, said = head
    picture = (path.parent / said["og:image"]).resolve()
    assert Image.open(picture).size == (1200, 630)


def test_pages_load_one_style_sheet_and_no_script_before_the_text(head):
    path, text, _ = head
    assert len(re.findall(r'<link rel="stylesheet"', text)) == 1
    if path.stem != "search":
        assert not re.findall(r"<script (?![^>]*defer)[^>]*src=", text)


def test_no_two_pages_describe_themselves_alike():
    texts = [p.read_text(encoding="utf-8") for p in PAGES]
    said = [re.search(r'name="description" content="([^"]*)"', t)[1] for t in texts]
    assert len(set(said)) == len(said)


def test_tex_that_cannot_be_read_is_an_error():
    mathematics = load("mathematics")
    assert "<mjx-container" in mathematics.typeset(r"\frac{1}{2}", True)
    assert "<mfrac>" in mathematics.typeset(r"\frac{1}{2}", True)
    with pytest.raises(ValueError, match="Undefined control sequence"):
        mathematics.typeset(r"\nosuchthing", False)


SVG = (
    '<svg class="course-figure" style="max-width:573px" viewBox="0 0 338.4 {h}">'
    '<defs><style type="text/css">*{{stroke-linejoin: round}}</style></defs>'
    '<!-- a --><g id="f{n}-axes">\n <path id="f{n}-DejaVuSans-41" d="M 1 2.123456"/>'
    '\n <use href="#f{n}-DejaVuSans-41" transform="translate(-0.0001 3.14159) '
    'scale(0.015625)"/></g></svg>'
)


def test_a_slim_figure_keeps_its_drawing_to_a_tenth():
    figures, outlines = load("slim_figures"), {}
    match = figures.FIGURE.fullmatch
    first = figures.slim_figure(match(SVG.format(n=1, h=180)), outlines)
    second = figures.slim_figure(match(SVG.format(n=2, h=180)), outlines)
    assert 'transform="translate(0 3.1) scale(0.015625)"' in first
    assert "aspect-ratio:338.4/180;max-width:573px" in first
    assert "f1-axes" not in first
    assert "<!--" not in first
    for figure in (first, second):
        assert "<path" not in figure
        assert 'href="#f1-DejaVuSans-41"' in figure
    path = '<path id="f1-DejaVuSans-41" d="M 1 2.1"/>'
    assert f"<defs>{path}</defs>" in figures.definitions(outlines)


def test_words_without_a_mark_have_the_colour_of_plain_code(html):
    plain = load("slim_code").PLAIN
    css = (html / "_static/pygments.css").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        rule = rf'html\[data-theme="{scheme}"\] \.highlight'
        base = re.search(rule + r" \{[^}]*[; ]color: (#\w+)", css)[1]
        for name in plain:
            marked = re.search(rule + rf" \.{name} \{{ color: (#\w+)", css)
            assert marked is None or marked[1] == base


def test_an_unused_rule_goes_and_a_used_one_stays():
    assets = load("assets")
    css = ".a,.gone{x:y}.gone .a{x:y}p:not(.gone){x:y}@media print{.a{x:y}.gone{x:y}}"
    rules = assets.parse_stylesheet(css)
    kept = assets.purge(rules, {"a"})
    assert kept == ".a{x:y}p:not(.gone){x:y}@media print{.a{x:y}}"


def test_the_mark_has_the_colours_of_the_models(tmp_path):
    brand = load("brand")
    brand.draw(tmp_path)
    for name in ("logo.svg", "favicon.svg"):
        drawn = (tmp_path / name).read_text(encoding="utf-8")
        assert re.findall(r'fill="(#\w{6})"', drawn) == brand.COLORS
    card = np.asarray(Image.open(tmp_path / "social.png").convert("RGB"))
    for color in brand.COLORS:
        rgb = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
        assert (card == rgb).all(axis=-1).sum() > 5000


def test_the_style_sheet_has_the_colours_of_the_models():
    css = (BOOK / "_static/course.css").read_text(encoding="utf-8").lower()
    named = set(re.findall(r"--course-\w+: (#\w{6})", css))
    assert named == {color.lower() for color in load("brand").COLORS}
