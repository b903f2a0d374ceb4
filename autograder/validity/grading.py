"""Grade single answers by the code that grades a class: `JudgingExecute`.

Each answer gets a student's process and a referee of its own, so that none can leave
anything for the next. Its notebook holds what one task needs: the set-up cells, the
answer, and the task's test cell, as often as it is to be run.
"""

import copy
import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ..course import read_config
from ..errors import ForkServerEnded
from ..execution import JudgingExecute
from ..forks import fork_server
from ..release import source_notebook
from ..verdicts import error_of, get_judgement, is_test, task_name

QUESTION = "assert False"  # a test that no answer passes: the referee names them all


@dataclass(frozen=True)
class Verdict:
    """What one run of a task's tests said of an answer.

    Attributes
    ----------
    kind : as in `results.TaskResult`.
    reason : why it is not correct, in one line; else empty.
    name : the misconception that it was taken for, or None.
    """

    kind: str
    reason: str = ""
    name: str | None = None

    @property
    def passed(self) -> bool:
        """Whether it earned full points."""
        return self.kind == "correct"


@dataclass(frozen=True)
class Graded:
    """What became of one answer.

    Attributes
    ----------
    verdicts : one for each run of the tests.
    names : what it was taken for, each time that the referee was asked.
    seconds : what its processes spent on what, as `Session` counts it.
    """

    verdicts: list[Verdict]
    names: list[str | None]
    seconds: dict[str, float]


class Grader:
    """Grades answers to the tasks of one assignment, as its course is configured.

    Parameters
    ----------
    root : the course's folder.
    assignment : the folder's name under `solutions`.
    folder : the source notebook is written into it.
    confined : whether answers run in the sandbox.
    """

    def __init__(
        self, root: Path, assignment: str, folder: Path, confined: bool = True
    ) -> None:
        source = source_notebook(root, assignment)
        self._assignment = assignment
        self._nb = nbformat.reads(source, as_version=4)
        path = folder / assignment / f"{assignment}.ipynb"
        path.parent.mkdir()
        path.write_bytes(source)
        self._config = read_config(root)
        self._config.JudgingExecute.source = str(folder)
        self._config.JudgingExecute.confined = confined
        fork_server(confined)  # it ends with the thread that starts it

    def grade(self, task: str, source: str, runs: int = 1, ask: bool = False) -> Graded:
        """Grade an answer that a person wrote; a wrong one is named where it fails.

        Parameters
        ----------
        task : the task that it answers.
        source : the answer, as it would stand in the student's cell.
        runs : how often its tests are run, each time on fresh inputs.
        ask : whether the referee is also asked, as often, what it takes it for: of an
            answer that passes it would not say so.
        """
        test = self._cells(task)[-1].source
        tests = [test] * runs + [QUESTION] * runs * ask
        nb = self._run(self._notebook(task, source, tests))
        said = list(map(_verdict, _tests(nb)))
        names = [one.name for one in said[runs * ask :] if not one.passed]
        return Graded(said[:runs], names, nb.metadata["autograder"]["seconds"])

    def grade_mutant(self, task: str, source: str, limit: float) -> Graded:
        """Grade an answer that a machine made, in one run, and do not name it.

        Parameters
        ----------
        limit : seconds for a cell, as some mutants never end; at most the course's.
        """
        test = self._cells(task)[-1].source
        nb = self._run(self._notebook(task, source, [test]), limit)
        said = list(map(_verdict, _tests(nb)))
        return Graded(said, [], nb.metadata["autograder"]["seconds"])

    def _run(self, nb: NotebookNode, limit: float | None = None) -> NotebookNode:
        """Run a notebook; once more where a process died, perhaps by chance."""
        with suppress(ForkServerEnded):
            run = self._run_once(nb, limit)
            if "crashed" not in [get_judgement(cell).verdict for cell in _tests(run)]:
                return run
        return self._run_once(nb, limit)

    def _run_once(self, nb: NotebookNode, limit: float | None) -> NotebookNode:
        engine = JudgingExecute(config=self._config)
        if limit is not None:
            engine.timeout = min(engine.timeout, math.ceil(limit))
            engine.solutions = engine.source  # no catalogue is there: no names
        about = {"nbgrader": {"assignment": self._assignment}}
        return engine(copy.deepcopy(nb), about)[0]

    def _notebook(self, task: str, source: str, tests: list[str]) -> NotebookNode:
        *cells, test = copy.deepcopy(self._cells(task))
        for cell in cells:
            if cell.metadata.nbgrader.solution:
                cell.source = source
        for number, text in enumerate(tests):
            cell = copy.deepcopy(test)
            cell.id, cell.source = f"test-{number}", text
            cells.append(cell)
        return nbformat.v4.new_notebook(cells=cells)

    def _cells(self, task: str) -> list[NotebookNode]:
        """The set-up cells above a task's test, its solution's cell, and its test."""
        cells = []
        for cell in self._nb.cells:
            meta = cell.metadata.get("nbgrader")
            if cell.cell_type != "code" or meta is None:
                continue
            if meta.grade_id == task or not (meta.solution or meta.grade):
                cells.append(cell)
            elif is_test(cell) and task_name(cell) == task:
                return [*cells, cell]
        raise KeyError(task)


def _tests(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if is_test(cell)]


def _verdict(cell: NotebookNode) -> Verdict:
    said, error = get_judgement(cell), error_of(cell)
    if said.verdict == "correct":
        return Verdict(said.verdict)
    if error is None:  # it earned a part of the points
        return Verdict(said.verdict, said.hint)
    lines = error.evalue.strip().splitlines()
    reason = f"{error.ename}: {lines[0]}" if lines else error.ename
    return Verdict(said.verdict, reason, said.misconception)
