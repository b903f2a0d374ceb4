"""The page that a student gets back: verdicts, hints and their own notebook.

`FeedbackExporter` stands in nbgrader's configuration, so `nbgrader generate_feedback`
and `python -m autograder feedback` write the same page.
"""

import copy
import logging
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from . import markup
from .classresults import graded_notebooks, refusal
from .errors import UsageError
from .pages import Typesetter, counted, render
from .verdicts import get_judgement, is_test, is_written, task_name

SIGNS = {"correct": "✓", "graded": "✓", "not attempted": "○", "not graded yet": "…"}
OTHER_SIGN = "✗"


@dataclass
class Row:
    """One graded cell, as a row of the page's table.

    Attributes
    ----------
    number : its place on the page, from 1.
    task : the task's name.
    score, points : from the gradebook.
    verdict : as in `results.TaskResult`, or 'graded' or 'not graded yet'.
    hint : a sentence or two, or None.
    by_hand : whether a person gave the points.
    comment : whether a person commented on the answer.
    """

    number: int
    task: str
    score: float
    points: float
    verdict: str
    hint: str | None
    by_hand: bool
    comment: bool = False

    @property
    def sign(self) -> str:
        """What says the verdict to those who do not see colours."""
        return SIGNS.get(self.verdict, OTHER_SIGN)

    @property
    def tone(self) -> str:
        """The class of the verdict's colour."""
        if self.verdict in ("graded", "not graded yet", "not attempted"):
            return "muted"
        return "good" if self.verdict == "correct" else "bad"


class FeedbackExporter(Exporter):
    """Makes the page of a graded notebook, after nbgrader's preprocessors."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **options: object
    ) -> tuple[str, dict]:
        """The page and nbconvert's resources."""
        refused = refusal(nb)  # read before the tests' outputs are hidden
        nb, resources = super().from_notebook_node(nb, resources, **options)
        if refused is not None:
            nb.cells = []
        page = _page(nb, resources["nbgrader"]) | {"refused": refused}
        return render("feedback.html.j2", page=page), resources


def _page(nb: NotebookNode, graded: dict) -> dict:
    """All that the template shows."""
    rows, typesetter = _rows(nb), Typesetter()
    waiting = [row for row in rows.values() if row.verdict == "not graded yet"]
    score, most = max(0.0, graded["score"]), graded["max_score"]
    return {
        "assignment": graded["assignment"],
        "student": graded["student"],
        "score": score,
        "max_score": most,
        "percent": round(100 * min(score / most, 1.0)) if most else 0,
        "late_penalty": graded["late_penalty"],
        "notes": nb.metadata.get("autograder", {}).get("notes", []),
        "waiting": waiting,
        "waiting_points": sum(row.points for row in waiting),
        "rows": list(rows.values()),
        "cells": [_cell(cell, rows.get(_id(cell)), typesetter) for cell in nb.cells],
    }


def _rows(nb: NotebookNode) -> dict[str, Row]:
    """The graded cells by their grade_id."""
    rows, comments = {}, {}
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader") or {}
        comments[_id(cell)] = bool(meta.get("comment"))
        if is_test(cell):
            said, task = get_judgement(cell), task_name(cell)
        elif is_written(cell):
            said, task = None, meta["grade_id"]
        else:
            continue
        rows[meta["grade_id"]] = Row(
            number=len(rows) + 1,
            task=task,
            score=meta["score"],
            points=meta["points"],
            verdict=said.verdict if said else _read(meta),
            hint=said.hint if said else None,
            by_hand=bool(said and meta["by_hand"]),
            comment=comments.get(task, False),
        )
    return rows


def _read(meta: dict) -> str:
    """How far a written answer has come; nbgrader gives none to an untouched one."""
    if meta["waiting"]:
        return "not graded yet"
    return "graded" if meta["by_hand"] else "not attempted"


def _id(cell: NotebookNode) -> str | None:
    return (cell.metadata.get("nbgrader") or {}).get("grade_id")


def _cell(cell: NotebookNode, row: Row | None, typesetter: Typesetter) -> dict:
    """What the template shows of a cell; the student's own texts are limited."""
    meta = cell.metadata.get("nbgrader") or {}
    kind = _kind(cell, meta)
    own = kind in ("answer", "added")
    return {
        "kind": kind,
        "row": row,
        "source": _source(cell, meta.get("locked", False), typesetter),
        "outputs": [typesetter.output(o) for o in cell.outputs] if own else [],
        "comment": meta.get("comment"),
    }


def _source(cell: NotebookNode, locked: bool, typesetter: Typesetter) -> Markup:
    """A cell's text as HTML; the instructor's has no limits."""
    if cell.cell_type == "raw":
        return typesetter.plain(cell.source)
    if cell.cell_type == "code":
        return (markup if locked else typesetter).code(cell.source)
    return (markup if locked else typesetter).markdown(cell.source)


def _kind(cell: NotebookNode, meta: dict) -> str:
    """How the template shows a cell."""
    if is_test(cell):
        return "test"
    if cell.cell_type == "code":
        if meta.get("solution"):
            return "answer"
        return "setup" if meta.get("locked") else "added"
    if is_written(cell):
        return "written"
    return "text" if cell.cell_type == "markdown" else "raw"


def write_feedback(
    config: Config, assignment: str, students: tuple[str, ...] = ()
) -> list[Path]:
    """Write the pages of a class, or of some students; returns their paths.

    A page that cannot be made stops no other; UsageError names them all at the end.
    """
    course = CourseDirectory(config=config)
    found = graded_notebooks(course, assignment)
    for student in students:
        if student not in found:
            raise UsageError(
                f"{student!r} has no result of {assignment}; grade it first: "
                f"python -m autograder grade {assignment} --student {student}"
            )
    paths, failed = [], {}
    for student in sorted(set(students) or found):
        try:
            paths.append(_write(config, course, assignment, student))
        except _NoPage as problem:
            failed[student] = str(problem)
    if failed:
        raise UsageError(
            f"{counted(len(paths), 'page')} written, but not that of "
            f"{', '.join(failed)} ({next(iter(failed.values()))}); grade them again, "
            "and try once more."
        )
    return paths


class _NoPage(Exception):
    """A page could not be made."""


def _write(
    config: Config, course: CourseDirectory, assignment: str, student: str
) -> Path:
    config = copy.deepcopy(config)
    config.CourseDirectory.update(assignment_id=assignment, student_id=student)
    config.CourseDirectory.notebook_id = assignment
    config.GenerateFeedback.force = True
    folder = Path(course.format_path(course.feedback_directory, student, assignment))
    _convert(GenerateFeedback(CourseDirectory(config=config), config=config))
    return folder / f"{assignment}.html"


def _convert(converter: GenerateFeedback) -> None:
    """Run nbgrader's converter; what it would log is the reason if it fails."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(record.getMessage())
    converter.log = logging.Logger("feedback")
    converter.log.addHandler(handler)
    try:
        converter.start()
    except NbGraderException:
        tracebacks = [text for text in said if text.startswith("Traceback")]
        last = (tracebacks or said or ["no reason given"])[0].strip().splitlines()[-1]
        raise _NoPage(last) from None
