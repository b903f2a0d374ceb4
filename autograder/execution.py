"""Run a notebook for grading, and judge each test while its kernel is alive.

`JudgingExecute` stands in nbgrader's own list of preprocessors, so `nbgrader
autograde`, the formgrader and `python -m autograder` all run notebooks this way.
"""

import inspect
import os
import tempfile
import time
from pathlib import Path
from queue import Empty

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade
from traitlets import Integer, Unicode

from .faults import OwnCells
from .verdicts import (
    DIED,
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

CALL_SECONDS = 5  # for one call of a student's function by diagnosis
TOO_LONG = "The cell ran longer than its limit of {} s and was stopped."
CRASHED = "The Python process died in this cell or before it; the cell has no result."
UNSTOPPABLE = "A cell ran too long or printed too much and could not be interrupted."
NO_TIME = "The notebook reached its limit of {} s before this cell."
PARTLY = "Some parts of this task earn their points, others do not yet."
NO_KERNEL = "The Python process that runs the notebook could not be started."


class JudgingExecute(Execute):
    """nbgrader's Execute, with limits that leave a record, verdicts and hints.

    Each test cell gets `metadata.autograder`: verdict, misconception and hint.
    """

    solutions = Unicode(
        "", help="The folder that holds each assignment's catalogue of answers."
    ).tag(config=True)

    notebook_timeout = Integer(
        300, help="Seconds for the whole notebook; cells beyond it are not run."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict, km: object = None) -> tuple:
        """Run all cells in a fresh kernel, in a private folder."""
        self._assignment = resources["nbgrader"]["assignment"]
        self._catalogue = None
        self._deadline = time.monotonic() + self.notebook_timeout
        self._end: tuple[str, str] | None = None  # why no further cell is run
        self._own = OwnCells()
        self.shutdown_kernel = "immediate"
        with tempfile.TemporaryDirectory(
            prefix="grade-", ignore_cleanup_errors=True
        ) as folder:
            self._folder = Path(folder)
            try:
                return super().preprocess(nb, resources, km)
            except RuntimeError:  # the kernel did not start
                self._end = (DIED, NO_KERNEL)
                for index, cell in enumerate(nb.cells):
                    self.preprocess_cell(cell, resources, index)
                return nb, resources

    def create_kernel_manager(self) -> object:
        """A kernel that is reached over sockets in the private folder."""
        km = super().create_kernel_manager()
        km.transport = "ipc"
        km.ip = str(self._folder / "kernel")
        km.connection_file = str(self._folder / "kernel.json")
        return km

    def start_new_kernel(self, **kwargs: object) -> None:
        """Start the kernel in an empty folder, with one thread for linear algebra."""
        scratch = self._folder / "work"
        scratch.mkdir()
        env = {k: v for k, v in os.environ.items() if k != "NBGRADER_EXECUTION"}
        env |= {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
        super().start_new_kernel(cwd=str(scratch), env=env, **kwargs)

    def _get_timeout(self, cell: NotebookNode | None) -> float | None:
        left = max(self._deadline - time.monotonic(), 0.1)
        limit = super()._get_timeout(cell)
        return left if limit is None else min(limit, left)

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple:
        """Run one cell; whatever happens, it ends with outputs that say so."""
        if cell.cell_type != "code":
            return cell, resources
        if self._end is None and time.monotonic() > self._deadline:
            self._end = (TIMED_OUT, NO_TIME.format(self.notebook_timeout))
        if self._end is None:
            self._run(cell, resources, index)
        else:
            cell.outputs = []
        if self._end is not None:
            put_error(cell, *self._end)
        self._judge(cell)
        return cell, resources

    def _run(self, cell: NotebookNode, resources: dict, index: int) -> None:
        try:
            super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self._end = (DIED, CRASHED)
        except CellTimeoutError:
            self._end = (TIMED_OUT, UNSTOPPABLE)
            run_sync(ensure_async)(self.km.shutdown_kernel(now=True))
        for out in cell.outputs:
            if out.output_type == "error" and out.ename == TIMED_OUT and not out.evalue:
                out.evalue = TOO_LONG.format(self.timeout)

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
            answer = self._recognise(task)
            if answer is not None:
                return Judgement(verdict, answer.name, answer.hint)
        return Judgement(verdict, None, sentence(cell, error, verdict))

    def _recognise(self, task: str) -> object:
        """The catalogued answer that the student's is, or None."""
        try:
            from .answers import read_catalogue  # NumPy is for failed tests alone
            from .diagnosis import recognise

            if self._catalogue is None:
                folder = Path(self.solutions) / self._assignment
                self._catalogue = read_catalogue(folder)
            return recognise(lambda *a: self._call(task, a), task, self._catalogue)
        except Exception as error:  # a fault of the catalogue costs nobody the grade
            self.log.warning("No diagnosis of %s: %r", task, error)
            return None

    def _call(self, name: str, args: tuple) -> object:
        """Call the student's function by value, in its own kernel."""
        from . import wire

        expression = wire.call_expression(name, args, inspect.getsource(wire))
        content = self._ask(expression)
        reply = content.get("user_expressions", {}).get("reply", {})
        return wire.read_reply(reply.get("data", {}).get("text/plain", ""))

    @run_sync
    async def _ask(self, expression: str) -> dict:
        """The content of the kernel's reply to a silent request; Empty if late."""
        sent = await ensure_async(
            self.kc.execute(
                "",
                silent=True,
                store_history=False,
                allow_stdin=False,
                user_expressions={"reply": expression},
            )
        )
        deadline = time.monotonic() + CALL_SECONDS
        try:
            while True:
                left = max(deadline - time.monotonic(), 0)
                message = await self.kc.shell_channel.get_msg(timeout=left)
                if message["parent_header"].get("msg_id") == sent:
                    return message["content"]
        except Empty:
            await ensure_async(self.km.interrupt_kernel())
            raise
