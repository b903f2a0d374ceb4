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
MAX_CELLS = 10_000
MAX_ATTACHMENTS = 100  # of one cell
KEPT = ("cell_type", "id", "source", "input", "language", "level", "attachments")


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
        raw = json.loads(content.decode(_encoding(content)))
    except (ValueError, RecursionError):  # no text, no JSON, or an int beyond all size
        raise UsageError(
            "The file is not a notebook: it is not JSON; save it again from JupyterLab."
        ) from None
    try:
        text = json.dumps(_lean(raw), ensure_ascii=False)
        nb = nbformat.convert(reads(whole(text)), 4)
        _, nb = normalize(nb)  # cells without an id get one
        nbformat.validate(nb)
    except Exception:  # nbformat raises many kinds on damaged notebooks
        raise UsageError(
            "The file is JSON but not a notebook; save it again from JupyterLab."
        ) from None
    return nb


def _lean(raw: dict) -> dict:
    """A notebook's JSON without what is not graded: checking it all may take hours.

    Of the notebook's metadata the assignment's name is kept, of a cell's nbgrader's
    record; outputs are made anew.
    """
    course = raw.get("metadata", {}).get("course")
    kept = {**raw, "metadata": {} if course is None else {"course": course}}
    if "worksheets" in raw:  # formats 2 and 3
        sheets = raw["worksheets"]
        kept["worksheets"] = [{**sheet, "cells": _cells(sheet)} for sheet in sheets]
    else:
        kept["cells"] = _cells(raw)
    return kept


def _cells(holder: dict) -> list[dict]:
    if len(holder["cells"]) > MAX_CELLS:
        raise ValueError("too many cells")
    return [_lean_cell(cell) for cell in holder["cells"]]


def _lean_cell(cell: dict) -> dict:
    kept = {key: cell[key] for key in KEPT if key in cell}
    record = cell.get("metadata", {}).get("nbgrader")
    kept["metadata"] = {} if record is None else {"nbgrader": record}
    if cell["cell_type"] == "code":
        kept["outputs"] = []
        kept.pop("attachments", None)
        if "source" in cell:  # format 4
            kept["execution_count"] = None
    elif len(kept.get("attachments", {})) > MAX_ATTACHMENTS:
        del kept["attachments"]
    return kept


def whole(text: str) -> str:
    """The text with `?` for halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode()


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
