"""Measure an assignment's tests as a classifier of right and wrong answers.

Wrong answers (misconceptions, mechanical mutants, the blank cell) must be rejected,
right ones accepted, and a misconception must be named, and named rightly.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from ..answers import Answer, Catalogue, fresh_inputs, read_catalogue
from ..errors import UsageError
from ..sources import Task, read_source, read_tasks, solution_path
from .grading import Graded, Grader
from .judging import Row, Trial, judge, judge_names
from .mutants import blank, mutants

MISCONCEPTIONS, ALTERNATIVES = 5, 3  # what a task needs at least
TIMES = 5  # so much longer than all runs of the solution may a mutant's run take


@dataclass(frozen=True)
class Options:
    """How answers are tried.

    Attributes
    ----------
    runs : how often the tests of an answer that a person wrote are run.
    workers : how many answers are tried at a time.
    seconds : that a mutant's tests may take, where the solution's are quick.
    confined : whether answers run in the sandbox.
    """

    runs: int = 3
    workers: int = 2
    seconds: float = 2.0
    confined: bool = True


def measure(root: Path, assignment: str, options: Options) -> list[Row]:
    """Try every known answer to every task of an assignment.

    Parameters
    ----------
    root : the course's folder.
    assignment : the folder's name under `solutions`.
    options : how answers are tried.

    Raises
    ------
    UsageError : there is no such assignment, or nothing in it to measure.
    NoSandbox : answers cannot be run in the sandbox here.
    """
    plan = _plan(root, assignment)
    if not plan.tasks:
        raise UsageError(f"{assignment} has no task with tests; there must be one.")
    rows = {name: Row(name) for name in plan.tasks}
    _check_lists(plan, rows)
    with tempfile.TemporaryDirectory() as folder:
        grader = Grader(root, assignment, Path(folder), options.confined)
        graded_trials = _grade_all(plan.trials, grader, options)
        total = len(plan.trials)
        for trial, graded in _with_progress(graded_trials, total, assignment):
            row = rows[trial.task.name]
            row.seconds += sum(graded.seconds.values())
            judge(row, trial, graded.verdicts)
            if not trial.mechanical:
                judge_names(row, trial, graded.names)
    _check_floor(rows.values())
    return list(rows.values())


@dataclass(frozen=True)
class _Plan:
    """All there is to try in one assignment."""

    tasks: dict[str, Task]
    catalogue: Catalogue
    trials: list[Trial]


def _plan(root: Path, assignment: str) -> _Plan:
    path = solution_path(root, assignment)
    tasks = {task.name: task for task in read_tasks(read_source(path))}
    catalogue = read_catalogue(path.parent)
    trials = [t for task in tasks.values() for t in _trials(task, catalogue)]
    return _Plan(tasks, catalogue, trials)


def _trials(task: Task, catalogue: Catalogue) -> Iterator[Trial]:
    """Yield all answers to one task."""
    yield Trial(task, "solution", "the solution", task.solution)
    for answer in _of(task, catalogue.alternatives):
        yield Trial(task, "alternative", answer.name, answer.source)
    for answer in _of(task, catalogue.misconceptions):
        yield Trial(task, "misconception", answer.name, answer.source)
    yield Trial(task, "blank", "the blank cell", blank(task.solution))
    listed = catalogue.equivalent.get(task.name, {})
    for mutant in mutants(task.solution):
        kind = "equivalent" if mutant.label in listed else "mutant"
        yield Trial(task, kind, mutant.label, mutant.source)


def _of(task: Task, answers: list[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.task == task.name]


def _grade_all(
    trials: list[Trial], grader: Grader, options: Options
) -> Iterator[tuple[Trial, Graded]]:
    """Grade all answers: what people wrote first, for it tells how long tests take."""
    limits: dict[str, float] = {}

    def written(trial: Trial) -> Graded:
        name = trial.task.name
        return grader.grade(name, trial.source, options.runs, ask=trial.right)

    def made(trial: Trial) -> Graded:
        name = trial.task.name
        return grader.grade_mutant(name, trial.source, limits[name])

    with ThreadPoolExecutor(options.workers) as pool:
        try:
            for mechanical, grade in ((False, written), (True, made)):
                some = [trial for trial in trials if trial.mechanical == mechanical]
                for trial, graded in zip(some, pool.map(grade, some), strict=True):
                    if trial.kind == "solution":
                        took = TIMES * graded.seconds["referee's cells"]
                        limits[trial.task.name] = max(options.seconds, took)
                    yield trial, graded
        finally:
            pool.shutdown(cancel_futures=True)


def _with_progress(graded: Iterator, total: int, title: str) -> Iterator:
    console = Console(stderr=True)
    hidden = not console.is_terminal
    return track(graded, title, total, console=console, disable=hidden)


def _check_lists(plan: _Plan, rows: dict[str, Row]) -> None:
    """Note what the catalogue says of tasks, answers or mutants that are not there."""
    tasks, catalogue = plan.tasks, plan.catalogue
    known = {*catalogue.inputs, *catalogue.equivalent}
    known |= {a.task for a in catalogue.misconceptions + catalogue.alternatives}
    for name in sorted(known - tasks.keys()):
        rows[name] = Row(name)
        rows[name].fail("the catalogue knows this task, but the notebook does not")
    for name, task in tasks.items():
        _check_inputs(rows[name], catalogue)
        labels = {mutant.label for mutant in mutants(task.solution)}
        for label in sorted(catalogue.equivalent.get(name, {}).keys() - labels):
            rows[name].fail(f"listed as equivalent, but no such mutant: {label}")
        answers = _of(task, catalogue.misconceptions + catalogue.alternatives)
        for answer, count in Counter(answer.name for answer in answers).items():
            if count > 1:
                rows[name].fail(f"two answers are called {answer}")


def _check_inputs(row: Row, catalogue: Catalogue) -> None:
    """Note that answers could not be compared with the misconceptions."""
    if row.task not in catalogue.inputs:
        row.fail("the catalogue has no inputs")
        return
    try:
        fresh_inputs(catalogue, row.task, range(1))
    except Exception as error:
        row.fail(f"the catalogue's inputs fail: {type(error).__name__}: {error}")


def _check_floor(rows: Iterable[Row]) -> None:
    for row in rows:
        if row.misconceptions.tried < MISCONCEPTIONS:
            row.fail(
                f"has {row.misconceptions.tried} misconceptions, needs {MISCONCEPTIONS}"
            )
        if row.right.tried - 1 < ALTERNATIVES:
            row.fail(f"has {row.right.tried - 1} alternatives, needs {ALTERNATIVES}")
