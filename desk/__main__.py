"""The command line: `python -m desk book` or `python -m desk lab`."""

import sys
from pathlib import Path

import click

from .server import BOOK, LAB, start

ROOT = Path(__file__).resolve().parents[1]


@click.command()
@click.argument("first", type=click.Choice(["book", "lab"]), default="book")
@click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    default=ROOT,
    help="The course's folder. Default: the one that this program is in.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8888,
    show_default=True,
    help="The next free one is taken where this one is in use.",
)
def main(first: str, course: Path, port: int) -> None:
    """Serve the book with live cells, JupyterLab and the check, on this machine.

    FIRST is what the address opens: the book, or JupyterLab. Both are there in either
    case. Ctrl-C ends it all.
    """
    if not (course / "_build/html/index.html").is_file():
        sys.exit("The book is not built: run 'make book' first.")
    start(course, BOOK if first == "book" else LAB, port)


if __name__ == "__main__":
    main()
