"""Put what a student handed in into the instructor's shape, before anything runs.

Prompts, set-up cells and tests come from the instructor's notebook, whatever the
student's copy says; of the student's notebook count the answers, and cells that the
student added are kept in their place and run, but are not graded.
"""

import re
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Unicode

from .blueprint import Blueprint, read_blueprint, role_of
from .errors import UsageError

EDITED = "The locked cell {} was changed; the instructor's was used."
DELETED = "The locked cell {} was missing; it was put back."
COPIES = "There were {} cells for {}; the last one that was filled in was graded."
UNKNOWN = "A cell claimed to be graded as {}; there is no such cell, so it was not."


class Admission(NbGraderPreprocessor):
    """Brings a submission into the shape of its source notebook.

    What had to be done is noted in `metadata.autograder.notes` of the notebook.
    """

    source = Unicode(
        "", help="The folder that holds each assignment's source notebook."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Return the notebook in its new shape."""
        assignment = resources["nbgrader"]["assignment"]
        path = Path(self.source) / assignment / f"{assignment}.ipynb"
        return admit(nb, read_blueprint(path.read_bytes())), resources


def admit(nb: NotebookNode, blueprint: Blueprint) -> NotebookNode:
    """The student's answers and added cells among the instructor's cells.

    Raises UsageError if the notebook belongs to another assignment, or has nothing of
    this one.
    """
    _require_same_assignment(nb, blueprint)
    known = {role_of(cell): cell for cell in blueprint.cells}
    places = [_place(cell, blueprint) for cell in nb.cells]
    if not any(places):
        raise UsageError(f"The notebook has none of the cells of {blueprint.name}.")
    notes, answers, anchored = [], defaultdict(list), defaultdict(list)
    anchor = None  # the instructor's cell that an added cell follows
    for cell, name in zip(nb.cells, places, strict=True):
        if name is None:
            notes += _claims(cell)
            anchored[anchor].append(cell)
            continue
        anchor = name
        if blueprint.is_answer(name):
            answers[name].append(cell)
        elif cell.source.strip() != blueprint.released[name].strip():
            notes.append(EDITED.format(name))
    cells = [_added(cell) for cell in anchored[None]]
    for name, source in known.items():
        if not blueprint.is_answer(name):
            if name not in places:
                notes.append(DELETED.format(name))
            cells.append(nbformat.from_dict(dict(source)))
        else:
            copies = answers[name]
            if len(copies) > 1:
                notes.append(COPIES.format(len(copies), name))
            graded = _chosen(copies, blueprint.released[name])
            cells += [_added(cell) for cell in copies if cell is not graded]
            cells += _answer(graded, source, blueprint.released[name])
        cells += [_added(cell) for cell in anchored[name]]
    _make_ids_unique(cells)
    shaped = nbformat.v4.new_notebook(cells=cells, metadata=dict(blueprint.metadata))
    shaped.metadata["autograder"] = {"notes": list(dict.fromkeys(notes))}
    return shaped


def _require_same_assignment(nb: NotebookNode, blueprint: Blueprint) -> None:
    course = nb.metadata.get("course")
    named = course.get("assignment") if isinstance(course, dict) else None
    if isinstance(named, str) and named != blueprint.name:
        raise UsageError(
            f"The notebook belongs to {named[:50]}, not to {blueprint.name}."
        )


def _place(cell: NotebookNode, blueprint: Blueprint) -> str | None:
    """The instructor's cell that this one stands for, or None.

    By nbgrader's record, else by the cell's id, else as the definition of a task.
    """
    record = cell.metadata.get("nbgrader")
    claimed = record.get("grade_id") if isinstance(record, dict) else None
    if isinstance(claimed, str) and claimed in blueprint.released:
        return claimed
    by_id = blueprint.by_id.get(cell.get("id"))
    if by_id is not None:
        return by_id
    for name in blueprint.tasks:
        defines = re.search(rf"^def {re.escape(name)}\(", cell.source, re.MULTILINE)
        if cell.cell_type == "code" and defines:
            return name
    return None


def _claims(cell: NotebookNode) -> list[str]:
    record = cell.metadata.get("nbgrader")
    if isinstance(record, dict) and record.get("grade"):
        return [UNKNOWN.format(str(record.get("grade_id"))[:50])]
    return []


def _chosen(copies: list[NotebookNode], blank: str) -> NotebookNode | None:
    """The last copy that was filled in, else the last one."""
    filled = [cell for cell in copies if cell.source.strip() != blank.strip()]
    return (filled or copies or [None])[-1]


def _answer(
    cell: NotebookNode | None, source: NotebookNode, blank: str
) -> list[NotebookNode]:
    """The graded answer with the instructor's record; a missing text comes back blank.

    Missing code stays missing: the student may have written it in another cell.
    """
    if cell is None and source.cell_type == "code":
        return []
    answer = nbformat.from_dict(dict(source))
    answer.source = blank if cell is None else cell.source
    return [answer]


def _added(cell: NotebookNode) -> NotebookNode:
    """A cell that is kept but not graded."""
    kept = nbformat.from_dict({**cell, "metadata": {}})
    if kept.cell_type == "code":
        kept.outputs, kept.execution_count = [], None
    return kept


def _make_ids_unique(cells: list[NotebookNode]) -> None:
    seen = set()
    for cell in sorted(cells, key=lambda cell: role_of(cell) is None):
        if cell.get("id") is None or cell["id"] in seen:
            cell["id"] = uuid4().hex[:8]
        seen.add(cell["id"])
