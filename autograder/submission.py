"""Read what a student handed in, and say in a sentence why it cannot be read."""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.reader import reads
from nbformat.validator import normalize

from .errors import UsageError
from .sources import assignments, read_source, solution_path

MAX_BYTES = 50 * 2**20


def read_bytes(path: Path) -> bytes:
    """The bytes of a notebook file; UsageError if there is no such regular file."""
    if path.is_dir():
        found = min(path.glob("*.ipynb"), default=None)
        such = f", such as {found}" if found else ""
        raise UsageError(f"{path} is a folder; name a notebook{such}.")
    if not path.is_file():
        raise UsageError(f"There is no file {path}; check the path.")
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(
            f"{path} is larger than {MAX_BYTES // 2**20} MB; clear outputs."
        )
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from None


def parse(content: bytes) -> NotebookNode:
    """A notebook of any format up to 4.5; UsageError if it is none."""
    try:
        text = content.decode(_encoding(content))
        json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise UsageError(
            "The file is not a notebook: it is not JSON; save it again from JupyterLab."
        ) from None
    try:
        nb = nbformat.convert(reads(text), 4)
        _, nb = normalize(nb)  # cells without an id get one
        nbformat.validate(nb)
    except Exception:  # nbformat raises many kinds on damaged notebooks
        raise UsageError(
            "The file is JSON but not a notebook; save it again from JupyterLab."
        ) from None
    return nb


def _encoding(content: bytes) -> str:
    """UTF-8, with or without a byte-order mark, or UTF-16 as Windows writes it."""
    return "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def grade_ids(nb: NotebookNode) -> set[str]:
    """The ids of all of nbgrader's cells in a notebook."""
    records = (cell.metadata.get("nbgrader") for cell in nb.cells)
    ids = {r.get("grade_id") for r in records if isinstance(r, dict)}
    return {i for i in ids if isinstance(i, str)}


def assignment_of(nb: NotebookNode, root: Path) -> str:
    """The assignment that a notebook belongs to, whatever its file is called.

    It is the one that the notebook's metadata names, else the one with the most
    cells in common. Raises UsageError if there is none.
    """
    known = assignments(root)
    course = nb.metadata.get("course")
    named = course.get("assignment") if isinstance(course, dict) else None
    if named in known:
        return named
    found = max(known, key=lambda name: _shared(nb, root, name), default=None)
    if found is None or _shared(nb, root, found) == 0:
        raise UsageError(
            "The notebook belongs to no assignment of this course; "
            f"known are: {', '.join(known) or 'none'}."
        )
    return found


def _shared(nb: NotebookNode, root: Path, assignment: str) -> int:
    source = read_source(solution_path(root, assignment))
    return len(grade_ids(nb) & grade_ids(source))
