"""Errors of a student's own cells: whose they are, and how they are told."""

import re
from dataclasses import replace

from nbformat import NotebookNode

from .verdicts import (
    ANSI,
    FRAME,
    TIMED_OUT,
    Judgement,
    not_attempted,
    one_line,
    verdict_of,
)

MAX_MESSAGE = 200  # characters of an exception's message
PLACE = re.compile(r" \([^()]*, line (\d+)\)$")  # ends a SyntaxError's message
MISSING = (
    "The cell that defines {0} is missing, or stands below its tests: put it back, "
    "from a fresh copy of the notebook."
)
EMPTY = "The cell of {0} does not define {0}: write it there, under this name."


class OwnCells:
    """What became of the cells that a student may change.

    An error there costs no points by itself. It is told once: as the cause of a test
    that cannot run for it, or else as a note beside the next verdict.
    """

    def __init__(self) -> None:
        self._ran: set[str] = set()  # tasks whose solution cell was run
        self._failed: dict[str, NotebookNode] = {}  # their errors
        self._added: NotebookNode | None = None  # error of a cell without a task

    def note(self, cell: NotebookNode, error: NotebookNode | None) -> None:
        """Remember how a cell ended that is no test."""
        meta = cell.metadata.get("nbgrader") or {}
        if meta.get("solution"):
            self._ran.add(meta["grade_id"])
            if error is not None:
                self._failed[meta["grade_id"]] = error
        elif error is not None and not meta.get("locked"):
            self._added = error

    def cause(self, task: str, error: NotebookNode) -> Judgement | None:
        """The judgement of a test that met an error because of the task's cell."""
        if verdict_of(error) != "error":
            return None
        failed = self._failed.pop(task, None)
        if failed is not None:
            verdict = verdict_of(failed)
            said = f"{fault(f'The cell of {task}', failed)} Mend it first."
            blank = verdict == "not attempted"
            return Judgement(verdict, None, not_attempted(task) if blank else said)
        undefined = f"name {task!r} is not defined"
        if error.ename == "NameError" and error.evalue.startswith(undefined):
            said = EMPTY if task in self._ran else MISSING
            return Judgement("error", None, said.format(task))
        return None

    def add_notes(self, task: str, said: Judgement) -> Judgement:
        """The judgement, with what is still to be told about the cells before it."""
        failed, added = self._failed.pop(task, None), self._added
        self._added = None
        notes = []
        if failed is not None:
            notes.append(fault(f"The cell of {task}", failed))
        if added is not None and verdict_of(added) != "not attempted":
            notes.append(fault(f"A cell of yours above the tests of {task}", added))
        if not notes:
            return said
        hint = " ".join([said.hint, *notes] if said.hint else notes)
        return replace(said, hint=hint)


def fault(where: str, error: NotebookNode) -> str:
    """One sentence about the error of a student's own cell.

    Parameters
    ----------
    where : the cell, as the sentence's beginning.
    error : the cell's error output.
    """
    if error.ename == TIMED_OUT:
        return where + error.evalue.removeprefix("The cell")
    message = PLACE.sub("", one_line(error.evalue))
    message = message[:MAX_MESSAGE].rstrip(".")
    line = _line(error)
    place = f" in line {line}" if line else ""
    return f"{where} fails{place} with {error.ename}{message and ': '}{message}."


def _line(error: NotebookNode) -> str | None:
    """The line of the cell itself: the outermost frame, or where parsing stopped."""
    text = ANSI.sub("", "\n".join(error.traceback))
    found = PLACE.search(error.evalue) or FRAME.search(text)
    return found and found[1]
