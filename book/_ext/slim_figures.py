"""Write the figures in fewer bytes: leave out what the eye cannot see.

Matplotlib states coordinates to a millionth of a point, names every group, and
repeats the outline of each letter in each figure. Here coordinates keep a tenth,
ids that nothing refers to go, and one outline of a letter serves the whole page.

A chapter's figures have a third of its elements. So each stands in the page as text,
in a `noscript`, until the browser has time for it or its reader comes near: see
`figures.js`.
"""

import base64
import re
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx

LONG = re.compile(r"-?\d+\.\d{2,}")
PLACED = re.compile(r'( (?:d|x|y|width|height)="|translate\()([^")]*)')
FIGURE = re.compile(r'<svg class="course-figure".*?</svg>', re.DOTALL)
FRAME = re.compile(r"data:image/svg\+xml;base64,([\w+/=\\\n]*)")
START = re.compile(
    r"setTimeout\(function\(\) \{\s*(anim\w+ = new Animation\(.*?\);)\s*\}, 0\);",
    re.DOTALL,
)
WHEN_NEAR = """function begin() {{ begin = function() {{}}; {0} }}
    new IntersectionObserver(function(seen) {{
        if (seen[0].isIntersecting) begin();
    }}, {{rootMargin: "100%"}}).observe(document.getElementById(img_id));
    addEventListener("beforeprint", function() {{ begin(); }});"""
"""Begins a moving picture when its reader comes near: it takes time to read it all."""

STYLE = re.compile(r"<defs><style[^>]*>[^<]*</style></defs>")
GLYPH = re.compile(r'<path id="(f\d+-\w+-[0-9a-f]+)"( d="[^"]*"[^>]*)/>')


def rounded(number: re.Match) -> str:
    """Return a number with one decimal at most."""
    short = f"{float(number[0]):.1f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def slim(svg: str) -> str:
    """Return the same picture with short coordinates and no unused ids."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = PLACED.sub(lambda m: m[1] + " ".join(LONG.sub(rounded, m[2]).split()), svg)
    svg = re.sub(r">\s+<", "><", svg)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", svg)
    return re.sub(r"<g>(<path[^>]*/>)</g>", r"\1", svg)


def share_glyphs(svg: str, outlines: dict[str, str]) -> str:
    """Drop the outlines of letters, which are defined once a page.

    `outlines` maps each outline to the id of its definition, and is added to.
    """
    same = {g[1]: outlines.setdefault(g[2], g[1]) for g in GLYPH.finditer(svg)}
    svg = GLYPH.sub("", svg)
    return re.sub(r'href="#([^"]+)"', lambda m: f'href="#{same.get(m[1], m[1])}"', svg)


def slim_figure(figure: re.Match, outlines: dict[str, str]) -> str:
    """Return a figure of the page, without its style, which is in course.css.

    A style within the page would make the browser look at every element again. The
    frame has the figure's size, so that it may stay undrawn until it comes near.
    """
    svg = share_glyphs(STYLE.sub("", slim(figure[0])), outlines)
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()
    limit = re.search(r"max-width:\d+px", svg)[0]
    frame = f"aspect-ratio:{width}/{height};{limit}"
    return f'<div class="figure-frame" style="{frame}"><noscript>{svg}</noscript></div>'


def definitions(outlines: dict[str, str]) -> str:
    """Return the outlines of all letters on a page; nothing of them is seen."""
    paths = "".join(f'<path id="{name}"{d}/>' for d, name in outlines.items())
    unseen = 'aria-hidden="true" style="position:absolute" width="0" height="0"'
    return f'<svg class="course-glyphs" {unseen}><defs>{paths}</defs></svg>'


def slim_frame(frame: re.Match) -> str:
    """Return an animation's frame as text, which compresses; base64 does not."""
    svg = base64.b64decode(frame[1].replace("\\\n", "")).decode()
    svg = slim(svg[svg.index("<svg") :]).replace('"', "'")
    return "data:image/svg+xml," + quote(svg, safe=" /:=;,()-.'")


def slim_page(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Slim every figure and moving picture of a page."""
    if app.builder.format != "html":
        return
    outlines = {}
    for raw in doctree.findall(nodes.raw):
        if "course-" in (html := raw.astext()):
            html = FIGURE.sub(lambda m: slim_figure(m, outlines), html)
            html = START.sub(lambda m: WHEN_NEAR.format(m[1]), html)
            raw.children = [nodes.Text(FRAME.sub(slim_frame, html))]
    if outlines:  # in no cell, as a reader may run that anew
        doctree.append(nodes.raw("", definitions(outlines), format="html"))


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("doctree-resolved", slim_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
