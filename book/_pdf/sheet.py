"""One HTML page of the whole book: title page, contents, all pages in order."""

import html
from pathlib import Path

import matplotlib
from course.style import MODEL
from pages import Page

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
"""Fonts that come with a package of the book, so that every machine sets it alike."""

FACES = {
    ("Book", "normal", "normal"): "STIXGeneral.ttf",
    ("Book", "italic", "normal"): "STIXGeneralItalic.ttf",
    ("Book", "normal", "bold"): "STIXGeneralBol.ttf",
    ("Book", "italic", "bold"): "STIXGeneralBolIta.ttf",
    ("Heading", "normal", "normal"): "DejaVuSans.ttf",
    ("Heading", "normal", "bold"): "DejaVuSans-Bold.ttf",
    ("Code", "normal", "normal"): "DejaVuSansMono.ttf",
    ("Code", "italic", "normal"): "DejaVuSansMono-Oblique.ttf",
    ("Code", "normal", "bold"): "DejaVuSansMono-Bold.ttf",
    ("Code", "italic", "bold"): "DejaVuSansMono-BoldOblique.ttf",
}

MATHJAX = """{
  options: {
    processHtmlClass: "tex2jax_process|mathjax_process|math|output_area",
    enableMenu: false,
    menuOptions: {settings: {assistiveMml: false}}
  }
}"""


def write(pages: list[Page], facts: dict, static: Path) -> str:
    """Return the sheet.

    Parameters
    ----------
    pages : all pages in reading order.
    facts : title, author, version, date and licence of the book.
    static : folder of the built book's own files.
    """
    body = "".join(map(_chapter, pages))
    style = (Path(__file__).parent / "print.css").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{html.escape(facts["title"])}</title>
{_brought(static)}
<style>{_faces()}{style}{_running_heads(pages)}</style>
</head>
<body>{_title_page(facts)}{_contents(pages)}{body}</body>
</html>
"""


def _brought(static: Path) -> str:
    """What the built book brings along: the colours of code, and its mathematics.

    The mathematics is set already, with a style sheet, or MathJax has to set it.
    """
    styles = [static / "pygments.css", static / "mathematics.css"]
    lines = [
        f'<link rel="stylesheet" href="{style.as_uri()}">'
        for style in styles
        if style.is_file()
    ]
    if (mathjax := static / "mathjax" / "tex-chtml.js").is_file():
        lines.append(f"<script>window.MathJax = {MATHJAX}</script>")
        lines.append(f'<script defer src="{mathjax.as_uri()}"></script>')
    return "\n".join(lines)


def _faces() -> str:
    return "".join(
        f"@font-face {{ font-family: {family}; font-style: {style}; "
        f"font-weight: {weight}; src: url({(FONTS / file).as_uri()}); }}\n"
        for (family, style, weight), file in FACES.items()
    )


def _running_heads(pages: list[Page]) -> str:
    """Each chapter has its title at the head of its pages."""
    return "".join(
        f"#{page.id} {{ page: {page.id}; }}\n"
        f"@page {page.id} {{ @top-center {{ content: {_quoted(page.title)}; }} }}\n"
        for page in pages
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _title_page(facts: dict) -> str:
    bars = "".join(f'<i style="background: {m["color"]}"></i>' for m in MODEL.values())
    lines = [facts["author"], f"Version {facts['version']}, {facts['date']}"]
    small = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    return (
        f'<section class="title-page"><p class="title">{html.escape(facts["title"])}'
        f'</p><p class="subtitle">{html.escape(facts["subtitle"])}</p>'
        f'<div class="bars">{bars}</div>'
        f'<div class="imprint">{small}<p>{html.escape(facts["licence"])}</p></div>'
        "</section>"
    )


def _contents(pages: list[Page]) -> str:
    lines = []
    for page in pages:
        if page.part:
            lines.append(f'<p class="part">{html.escape(page.part)}</p>')
        lines.append(_line("chapter-line", page.id, page.title))
        lines += [_line("section-line", i, t) for i, t in page.sections]
    return f'<nav class="contents"><h1>Contents</h1>{"".join(lines)}</nav>'


def _line(kind: str, target: str, title: str) -> str:
    # Three digits keep the room; the first print tells the number.
    return (
        f'<p class="{kind}"><a href="#{target}"><span>{html.escape(title)}</span>'
        f'<b></b><span data-page-of="{target}">000</span></a></p>'
    )


def _chapter(page: Page) -> str:
    return f'<section class="chapter" id="{page.id}">{page.body}</section>'
