"""Print the built book: `python book/_pdf` writes one PDF of all its pages."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import chromium
import pages
import sheet
import yaml
from pypdf import PdfWriter

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "from-rnns-to-transformers.pdf"


def facts() -> dict:
    """What stands on the title page and in the PDF's properties."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    return {
        "title": config["title"],
        "subtitle": "Sequence models, built from nothing and measured",
        "author": config["author"],
        "version": cited["version"],
        "date": f"{cited['date-released']:%d %B %Y}".lstrip("0"),
        "licence": "Prose and figures: CC BY 4.0. Code: MIT.",
    }


def read_book(order: list[tuple[str, str]]) -> list[pages.Page]:
    """Read the built pages in this order; links to other pages become plain text."""
    if not (HTML / "index.html").is_file():
        raise chromium.CannotPrint("The book is not built: run 'make book' first.")
    known = {name for name, _ in order}
    return [pages.read(HTML, name, part, known) for name, part in order]


def printed(book: list[pages.Page]) -> PdfWriter:
    """These pages as PDF, with the author, whom Chromium leaves out."""
    about = facts()
    pdf = chromium.pdf(sheet.write(book, about, HTML / "_static"))
    writer = PdfWriter(clone_from=BytesIO(pdf))
    writer.pdf_header = "%PDF-1.4"  # as Chromium wrote it
    properties = {"/Author": "author", "/Subject": "subtitle", "/Keywords": "licence"}
    writer.add_metadata({key: about[name] for key, name in properties.items()})
    return writer


def warn_without_korean() -> None:
    """Say so where the machine has no font for the book's Korean words."""
    try:
        fonts = subprocess.run(["fc-list", ":lang=ko"], capture_output=True, text=True)
    except FileNotFoundError:
        return
    if not fonts.stdout.strip():
        print(
            "No Korean font was found, so Korean words become boxes: install one, "
            "such as the package fonts-nanum.",
            file=sys.stderr,
        )


def main() -> None:
    """Write the PDF, or say in one line why not."""
    try:
        chromium.program()
        warn_without_korean()
        printed(read_book(pages.order(ROOT / "book" / "_toc.yml"))).write(PDF)
    except chromium.CannotPrint as error:
        sys.exit(str(error))
    print(f"The book is printed: {PDF}")


if __name__ == "__main__":
    main()
