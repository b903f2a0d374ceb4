"""Measure an assignment's tests as a classifier of right and wrong answers.

Wrong answers (misconceptions, mechanical mutants, the blank cell) must be rejected,
right ones accepted, and a misconception must be named, and named rightly.
"""

import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rich.console import Console
from rich.progress import track

from ..answers import Answer, Catalogue, read_catalogue
from ..errors import UsageError
from ..sources import Task, read_source, read_tasks, solution_path
from .judging import Row, Trial, judge, judge_name
from .mutants import blank, mutants
from .trials import Limits, Verdict, name_answer, prepare, try_answer

MISCONCEPTIONS, ALTERNATIVES = 5, 3  # what a task needs at least


def measure(
    root: Path,
    assignment: str,
    runs: int = 3,
    workers: int = 2,
    limits: Limits | None = None,
) -> list[Row]:
    """Try every known answer to every task of an assignment.

    Parameters
    ----------
    root : the repository.
    assignment : the folder's name under `solutions`.
    runs : how often an answer that a person wrote is tried.
    workers : how many answers are tried at a time.
    limits : what one trial may use.

    Raises
    ------
    UsageError : there is no such assignment, or nothing in it to measure.
    """
    _plan.cache_clear()  # the files may have changed since
    plan, limits = _plan(root, assignment), limits or Limits()
    if not plan.tasks:
        raise UsageError(f"{assignment} has no task with tests; there must be one.")
    rows = {name: Row(name) for name in plan.tasks}
    _check_lists(plan, rows)
    for task in plan.tasks.values():
        prepare(task)
    jobs = [_Job(root, assignment, i, runs, limits) for i in range(len(plan.trials))]
    outcomes = _run_all(jobs, workers, assignment)
    for trial, (verdicts, named) in zip(plan.trials, outcomes, strict=True):
        judge(rows[trial.task.name], trial, verdicts)
        if named is not None:
            judge_name(rows[trial.task.name], trial, *named)
    _check_floor(rows.values())
    return list(rows.values())


@dataclass(frozen=True)
class _Plan:
    """All there is to try in one assignment."""

    tasks: dict[str, Task]
    catalogue: Catalogue
    trials: list[Trial]


# Cached, so that a forked worker has it: a catalogue's functions cannot be sent.
@cache
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


@dataclass(frozen=True)
class _Job:
    """One trial, by its number, and how to run it."""

    root: Path
    assignment: str
    index: int
    runs: int
    limits: Limits


def _run_job(job: _Job) -> tuple[list[Verdict], tuple[bool, str | None] | None]:
    """The verdicts, and for an answer that a person wrote what it is taken for."""
    plan = _plan(job.root, job.assignment)
    trial = plan.trials[job.index]
    runs = 1 if trial.mechanical else job.runs
    verdicts = [try_answer(trial.task, trial.source, job.limits) for _ in range(runs)]
    if trial.mechanical:
        return verdicts, None
    names = [
        name_answer(trial.task, trial.source, plan.catalogue, job.limits)
        for _ in range(runs)
    ]
    return verdicts, next((n for n in names if n != (True, trial.taken_for)), names[0])


def _run_all(jobs: list[_Job], workers: int, title: str) -> Iterator[tuple]:
    context = multiprocessing.get_context("fork")
    console = Console(stderr=True)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from track(
            pool.map(_run_job, jobs),
            description=title,
            total=len(jobs),
            console=console,
            disable=not console.is_terminal,
        )


def _check_lists(plan: _Plan, rows: dict[str, Row]) -> None:
    """Note what the catalogue says of tasks, answers or mutants that are not there."""
    tasks, catalogue = plan.tasks, plan.catalogue
    known = {*catalogue.inputs, *catalogue.equivalent}
    known |= {a.task for a in catalogue.misconceptions + catalogue.alternatives}
    for name in sorted(known - tasks.keys()):
        rows[name] = Row(name)
        rows[name].fail("the catalogue knows this task, but the notebook does not")
    for name in tasks.keys() - catalogue.inputs.keys():
        rows[name].fail("the catalogue has no inputs")
    for name, task in tasks.items():
        labels = {mutant.label for mutant in mutants(task.solution)}
        for label in sorted(catalogue.equivalent.get(name, {}).keys() - labels):
            rows[name].fail(f"listed as equivalent, but no such mutant: {label}")
        answers = _of(task, catalogue.misconceptions + catalogue.alternatives)
        for answer, count in Counter(answer.name for answer in answers).items():
            if count > 1:
                rows[name].fail(f"two answers are called {answer}")


def _check_floor(rows: Iterable[Row]) -> None:
    for row in rows:
        if row.misconceptions.tried < MISCONCEPTIONS:
            row.fail(
                f"has {row.misconceptions.tried} misconceptions, needs {MISCONCEPTIONS}"
            )
        if row.right.tried - 1 < ALTERNATIVES:
            row.fail(f"has {row.right.tried - 1} alternatives, needs {ALTERNATIVES}")
