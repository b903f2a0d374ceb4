"""From the built pages of the book to the body of one page that can be printed.

What only works on a screen goes: buttons, folds, players. Ids are made unique by
the page's name, and links between pages become links inside the one page.
"""

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlparse

import yaml
from bs4 import BeautifulSoup, Tag

SCREEN_ONLY = (
    "a.headerlink, script, style, noscript, button, .anim-controls, "
    ".sd-summary-state-marker, .prev-next-area, .visually-hidden, .d-print-none, "
    "input, .quiz-number, .quiz-feedback, mjx-assistive-mml"
)
REFERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
ROOT_PAGE, ABOUT = "index", "About the course"
STILLS = 4
"""Frames that a moving picture is shown with on paper, at most."""

FIGURE = re.compile(r"<svg\b[^>]*course-(?:figure|glyphs).*?</svg>", re.DOTALL)
WAITING = re.compile(r"<noscript>(<svg.*?</svg>)</noscript>", re.DOTALL)
FRAME = re.compile(r'frames\[\d+\] = "(data:[^"]+)"')


@dataclass
class Page:
    """One page of the book, ready to be joined with the others."""

    name: str
    """Its name in the table of contents, as in `appendix/references`."""
    part: str
    """Caption of the part that begins with it, or nothing."""
    title: str
    """Its heading, with the chapter's number."""
    body: str
    """Its HTML."""
    sections: list[tuple[str, str]] = field(default_factory=list)
    """Id and heading of each section."""

    @property
    def id(self) -> str:
        """What links inside the PDF call it."""
        return prefix_of(self.name)


def prefix_of(name: str) -> str:
    """What the ids of a page begin with."""
    return name.replace("/", "-")


def order(toc: Path) -> list[tuple[str, str]]:
    """Names of all pages in reading order, each with the part that it begins."""
    tree = yaml.safe_load(toc.read_text(encoding="utf-8"))
    pages = [(tree["root"], "")]
    for part in tree["parts"]:
        names = [chapter["file"] for chapter in part["chapters"]]
        captions = [part["caption"], *[""] * (len(names) - 1)]
        pages += zip(names, captions, strict=True)
    return pages


def read(html: Path, name: str, part: str, known: set[str]) -> Page:
    """Read one built page.

    Parameters
    ----------
    html : folder of the built book.
    name, part : as `order` gives them.
    known : names of all pages; a link to anything else on this machine is undone.
    """
    text = (html / f"{name}.html").read_text(encoding="utf-8")
    article = text[text.index("<article") : text.rindex("</article>")]
    article = WAITING.sub(r"\1", article)
    figures: list[str] = []
    article = FIGURE.sub(lambda m: _set_aside(m[0], name, figures), article)
    soup = BeautifulSoup(article, "html.parser").article
    for player in soup.select(".course-animation"):
        _still(player)
    for tag in soup.select(SCREEN_ONLY):
        tag.decompose()
    unfold(soup)
    put_answers_last(soup)
    _mark_minutes(soup)
    _make_ids_unique(soup, prefix_of(name))
    _lead_links_inside(soup, name, known)
    _find_images(soup, html, name)
    if name == ROOT_PAGE:
        soup.h1.string = ABOUT  # the book's own title stands on the title page
    body = "".join(str(child) for child in soup.contents)
    for number, figure in enumerate(figures):
        body = body.replace(
            f"<course-figure-{number}></course-figure-{number}>", figure
        )
    sections = [(h.parent["id"], h.get_text()) for h in soup.select("section > h2")]
    return Page(name, part, soup.h1.get_text(), body, sections)


def _set_aside(figure: str, name: str, figures: list[str]) -> str:
    """Keep a figure out of the parser, which would be slow and change its case."""
    mark = prefix_of(name) + "--"
    figures.append(re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{mark}", figure))
    return _place_of(len(figures) - 1)


def _place_of(figure: int) -> str:
    """What stands for a figure that is set aside."""
    return f"<course-figure-{figure}></course-figure-{figure}>"


def _still(player: Tag) -> None:
    """Put frames of a moving picture side by side, the last among them."""
    image = player.select_one("img")
    script = "".join(s.string or "" for s in player.select("script"))
    frames = FRAME.findall(script.replace("\\\n", ""))
    last, count = len(frames) - 1, min(STILLS, len(frames))
    chosen = [last * k // (count - 1) for k in range(count)]
    alt = image["alt"]
    player.clear()
    for k in chosen:
        attributes = {"src": frames[k], "alt": alt if k == 0 else ""}
        player.append(Tag(name="img", attrs=attributes, can_be_empty_element=True))
    label = Tag(name="p")
    label.string = f"Frames {', '.join(str(k + 1) for k in chosen)} of {len(frames)}"
    player.append(label)


def unfold(soup: Tag) -> None:
    """Open everything that a reader could open; what could be filled in is text."""
    for details in soup.select("details"):
        details.name, details.attrs = "div", {"class": "unfolded"}
    for summary in soup.select("summary"):
        summary.name, summary.attrs = "p", {"class": "unfolded-title"}
    for part, plain in {"form": "div", "fieldset": "div", "legend": "p"}.items():
        for tag in soup.select(part):
            tag.name = plain
    for label in soup.select("label"):
        label.unwrap()


def put_answers_last(soup: Tag) -> None:
    """Move the answers of quick checks to the chapter's end, out of the reader's eye.

    On the screen they are folded below their question.
    """
    answers = soup.select(".quiz > .unfolded")
    if not answers:
        return
    last = Tag(name="section", attrs={"id": "answers", "class": "answers"})
    last.append(Tag(name="h2"))
    last.h2.string = "Answers to the quick checks"
    for number, answer in enumerate(answers, start=1):
        title = f"Quick check {number}."
        answer.parent.select_one("strong").string = title
        answer.select_one(".unfolded-title").string = title
        last.append(answer.extract())
    soup.section.append(last)


def _mark_minutes(soup: Tag) -> None:
    """A section's minutes stay with what follows them."""
    for emphasis in soup.select("h2 + p > em:only-child"):
        if emphasis.get_text() == emphasis.parent.get_text():
            emphasis.parent["class"] = "minutes"


def _make_ids_unique(soup: Tag, prefix: str) -> None:
    for tag in soup.find_all(id=True):
        tag["id"] = f"{prefix}--{tag['id']}"
    for name in REFERS:
        for tag in soup.find_all(attrs={name: True}):
            del tag[name]


def _lead_links_inside(soup: Tag, name: str, known: set[str]) -> None:
    for link in soup.select("a[href]"):
        url = urlparse(link["href"])
        if url.scheme or url.netloc:
            continue
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), url.path))
        page = path.removesuffix(".html") if url.path else name
        if page not in known:
            link.unwrap()
            continue
        place = f"--{unquote(url.fragment)}" if url.fragment else ""
        link["href"] = f"#{prefix_of(page)}{place}"


def _find_images(soup: Tag, html: Path, name: str) -> None:
    for image in soup.select("img[src]"):
        if not urlparse(image["src"]).scheme:
            path = html / posixpath.dirname(name) / image["src"]
            image["src"] = path.resolve().as_uri()
