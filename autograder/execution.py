"""Run a notebook for grading: answers in one process, tests in another.

`JudgingExecute` stands in nbgrader's own list of preprocessors, so `nbgrader
autograde`, the formgrader and `python -m autograder` all run notebooks this way.
"""

import tempfile
import time
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors.base import NbGraderPreprocessor
from nbgrader.utils import determine_grade
from traitlets import Bool, Integer, Unicode

from .answers import CATALOGUE
from .blueprint import names_used, read_blueprint
from .compiled import compile_module
from .errors import ForkServerEnded, NoSandbox, UsageError
from .faults import OwnCells
from .forks import fork_server, replace_fork_server
from .inside.confine import Limits
from .session import Ended, Session
from .verdicts import (
    DIED,
    NO_TEST,
    TIMED_OUT,
    Judgement,
    error_of,
    is_test,
    put_error,
    put_judgement,
    sentence,
    settle_outputs,
    task_name,
    verdict_of,
)

RECOGNISE_SECONDS = 20  # for comparing one answer with the catalogue
TOO_LONG = "The cell ran longer than its limit of {} s and was stopped."
CRASHED = "The Python process died in this cell or before it; the cell has no result."
UNSTOPPABLE = "A cell ran too long and could not be interrupted."
NO_TIME = "The notebook reached its limit of {} s before this cell."
PARTLY = "Some parts of this task earn their points, others do not yet."


class JudgingExecute(NbGraderPreprocessor):
    """Runs a notebook under a referee, with limits, verdicts and hints.

    Each test cell gets `metadata.autograder`: verdict, misconception and hint.
    """

    solutions = Unicode(
        "", help="The folder that holds each assignment's catalogue of answers."
    ).tag(config=True)

    source = Unicode(
        "", help="The folder that holds each assignment's source notebook."
    ).tag(config=True)

    confined = Bool(
        True, help="Whether students' code runs in the sandbox; it should."
    ).tag(config=True)

    timeout = Integer(30, help="Seconds for one cell.").tag(config=True)

    notebook_timeout = Integer(
        300, help="Seconds for the whole notebook; cells beyond it are not run."
    ).tag(config=True)

    memory = Integer(
        2 * 2**30, help="Bytes that a student's process may use, beyond its libraries."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Run all cells; whatever happens, each ends with outputs that say so."""
        assignment = resources["nbgrader"]["assignment"]
        path = Path(self.source) / assignment / f"{assignment}.ipynb"
        self._names = read_blueprint(path.read_bytes()).names
        self._catalogue = Path(self.solutions) / assignment
        self._deadline = time.monotonic() + self.notebook_timeout
        self._end: tuple[str, str] | None = None  # why no further cell is run
        self._own = OwnCells()
        with tempfile.TemporaryDirectory(
            prefix="grade-", ignore_cleanup_errors=True
        ) as folder:
            self._session = self._start(Path(folder))
            try:
                for number, cell in enumerate(self._code(nb), 1):
                    cell.outputs, cell.execution_count = [], number
                    self._run(cell)
                    self._judge(cell)
            finally:
                self._session.close()
        about = nb.metadata.setdefault("autograder", {})
        about["sandbox"], about["seconds"] = self.confined, dict(self._session.seconds)
        return nb, resources

    def _code(self, nb: NotebookNode) -> list[NotebookNode]:
        return [cell for cell in nb.cells if cell.cell_type == "code"]

    def _start(self, folder: Path) -> Session:
        limits = Limits(cpu_seconds=self.notebook_timeout, memory=self.memory)
        try:
            return Session(fork_server(self.confined), limits, folder)
        except (ForkServerEnded, OSError, NoSandbox):  # it has died: replaced once
            return Session(replace_fork_server(self.confined), limits, folder)

    def _run(self, cell: NotebookNode) -> None:
        """Run one cell, if any more are run."""
        left = self._deadline - time.monotonic()
        if self._end is None and left <= 0:
            self._end = (TIMED_OUT, NO_TIME.format(self.notebook_timeout))
        if self._end is None:
            seconds = min(self.timeout, left)
            try:
                cell.outputs = self._run_where_it_belongs(cell, seconds)
                if self._session.timed_out:
                    put_error(cell, TIMED_OUT, TOO_LONG.format(self.timeout))
            except Ended as end:
                self._end = (TIMED_OUT, UNSTOPPABLE) if end.late else (DIED, CRASHED)
            except UsageError as error:
                put_error(cell, NO_TEST, str(error))
            if self._end is None and not self._session.alive:
                late = self._session.timed_out
                self._end = (TIMED_OUT, UNSTOPPABLE) if late else (DIED, CRASHED)
        if self._end is not None:
            put_error(cell, *self._end)

    def _run_where_it_belongs(
        self, cell: NotebookNode, seconds: float
    ) -> list[NotebookNode]:
        if is_test(cell):
            names = sorted(names_used(cell.source) & self._names)
            return self._session.run_test(cell.source, names, seconds)
        if (cell.metadata.get("nbgrader") or {}).get("locked"):
            return self._session.run_shared(cell.source, seconds)
        return self._session.run_own(cell.source, seconds)

    def _judge(self, cell: NotebookNode) -> None:
        error = error_of(cell)
        if is_test(cell):
            settle_outputs(cell)
            said = self._judgement(cell, error)
            put_judgement(cell, self._own.add_notes(task_name(cell), said))
        elif self._end is None:
            self._own.note(cell, error)

    def _judgement(self, cell: NotebookNode, error: NotebookNode | None) -> Judgement:
        if error is None:
            score, points = determine_grade(cell)
            full = score == points
            return Judgement("correct") if full else Judgement("wrong", None, PARTLY)
        task = task_name(cell)
        cause = self._own.cause(task, error)
        if cause is not None:
            return cause
        verdict = verdict_of(error)
        if verdict in ("wrong", "error"):
            found = self._recognise(task)
            if found is not None:
                return Judgement(verdict, *found)
        return Judgement(verdict, None, sentence(cell, error, verdict))

    def _recognise(self, task: str) -> list[str] | None:
        """Name and hint of the catalogued misconception that an answer is, or None."""
        left = min(self._deadline - time.monotonic(), RECOGNISE_SECONDS)
        files = [self._catalogue / name for name in CATALOGUE]
        texts = [file.read_bytes() for file in files if file.is_file()]
        if left <= 0 or not texts or not self._session.alive:
            return None
        try:
            modules = list(map(compile_module, texts))
            return self._session.recognise(task, modules, left)
        except (UsageError, SyntaxError) as error:  # no hint, but the verdict stands
            self.log.warning("No diagnosis of %s: %s", task, error)
            return None
