"""Measure an assignment's tests as a classifier of answers.

Wrong answers (misconceptions, mechanical mutants, the blank cell) must be rejected,
right ones accepted, and a misconception must be named, and named rightly.
"""

import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from .answers import Answer, Catalogue, read_catalogue
from .errors import UsageError
from .mutants import blank, mutants
from .sources import Task, assignments, read_source, read_tasks, solution_path
from .trials import Limits, Verdict, name_answer, prepare, try_answer

MISCONCEPTIONS, ALTERNATIVES, NAMED = 5, 3, 0.9  # what a task needs at least
BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError")


@dataclass(frozen=True)
class Trial:
    """One answer to be tried.

    Attributes
    ----------
    task : the task it answers.
    kind : blank, mutant, equivalent, misconception, solution or alternative.
    name : which answer of its kind.
    source : the answer, as it would stand in the student's cell.
    """

    task: Task
    kind: str
    name: str
    source: str

    @property
    def right(self) -> bool:
        """Whether the tests should accept it."""
        return self.kind in ("solution", "alternative")

    @property
    def mechanical(self) -> bool:
        """Whether a machine made it."""
        return self.kind in ("blank", "mutant", "equivalent")


@dataclass
class Score:
    """How many answers were judged as they should be, of how many."""

    good: int = 0
    tried: int = 0

    def add(self, good: bool) -> None:
        """Count one more answer."""
        self.good += good
        self.tried += 1

    def __add__(self, other: "Score") -> "Score":
        return Score(self.good + other.good, self.tried + other.tried)

    def __str__(self) -> str:
        return f"{self.good}/{self.tried}"


@dataclass
class Row:
    """What was measured for one task.

    Attributes
    ----------
    task : the task's name.
    misconceptions : wrong answers that learners write, rejected of tried.
    mechanical : mutants and the blank cell, rejected of tried.
    equivalent : mutants that are listed as no mistake, and are none.
    right : the solution and its alternatives, accepted of tried.
    named : misconceptions that were recognised, of tried.
    misnamed : answers that got the name of a misconception that they are not.
    failures : one line for each thing that is not as it should be.
    """

    task: str
    misconceptions: Score = field(default_factory=Score)
    mechanical: Score = field(default_factory=Score)
    equivalent: int = 0
    right: Score = field(default_factory=Score)
    named: Score = field(default_factory=Score)
    misnamed: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> Score:
        """All wrong answers, rejected of tried."""
        return self.misconceptions + self.mechanical

    def fail(self, what: str) -> None:
        """Note one more failure of this task."""
        self.failures.append(f"{self.task}: {what}")


def measure(
    root: Path, assignment: str, runs: int = 3, workers: int = 2, limits=None
) -> list[Row]:
    """Try every known answer to every task of an assignment.

    Parameters
    ----------
    root : the repository.
    assignment : the folder's name under `solutions`.
    runs : how often an answer that a person wrote is tried.
    workers : how many answers are tried at a time.
    limits : what one trial may use.
    """
    path = solution_path(root, assignment)
    tasks = {task.name: task for task in read_tasks(read_source(path))}
    catalogue, limits = read_catalogue(path.parent), limits or Limits()
    rows = {name: Row(name) for name in tasks}
    _check_lists(tasks, catalogue, rows)
    trials = [t for task in tasks.values() for t in _trials(task, catalogue)]
    for task in tasks.values():
        prepare(task)
    jobs = [_Job(trial, runs, limits, catalogue) for trial in trials]
    for trial, (verdicts, named) in zip(
        trials, _run_all(jobs, workers, assignment), strict=True
    ):
        _judge(rows[trial.task.name], trial, verdicts)
        if named is not None:
            _judge_name(rows[trial.task.name], trial, *named)
    _check_floor(rows.values())
    return list(rows.values())


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


# --- running -----------------------------------------------------------------------

_jobs: list["_Job"] = []  # filled before the workers are forked, which inherit it


@dataclass(frozen=True)
class _Job:
    trial: Trial
    runs: int
    limits: Limits
    catalogue: Catalogue

    def run(self) -> tuple[list[Verdict], tuple[bool, str | None] | None]:
        """The verdicts, and for an answer that a person wrote what it is taken for."""
        trial = self.trial
        runs = 1 if trial.mechanical else self.runs
        verdicts = [
            try_answer(trial.task, trial.source, self.limits) for _ in range(runs)
        ]
        if trial.mechanical:
            return verdicts, None
        named = name_answer(trial.task, trial.source, self.catalogue, self.limits)
        return verdicts, named


def _run_job(index: int) -> tuple:
    return _jobs[index].run()


def _run_all(jobs: list[_Job], workers: int, title: str) -> Iterator[tuple]:
    _jobs[:] = jobs
    context = multiprocessing.get_context("fork")
    console = Console(stderr=True)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from track(
            pool.map(_run_job, range(len(jobs))),
            description=title,
            total=len(jobs),
            console=console,
            disable=not console.is_terminal,
        )


# --- judging -----------------------------------------------------------------------


def _judge(row: Row, trial: Trial, verdicts: list[Verdict]) -> None:
    if trial.right:
        _judge_right(row, trial, verdicts)
    elif trial.kind == "equivalent":
        _judge_equivalent(row, trial, verdicts[0])
    else:
        _judge_wrong(row, trial, verdicts)


def _judge_right(row: Row, trial: Trial, verdicts: list[Verdict]) -> None:
    bad = [verdict.reason for verdict in verdicts if not verdict.passed]
    row.right.add(not bad)
    if bad:
        row.fail(
            f"right answer rejected in {len(bad)} of {len(verdicts)} runs: "
            f"{trial.name}: {bad[0]}"
        )


def _judge_wrong(row: Row, trial: Trial, verdicts: list[Verdict]) -> None:
    score = row.mechanical if trial.mechanical else row.misconceptions
    passed = sum(verdict.passed for verdict in verdicts)
    score.add(not passed)
    if passed:
        row.fail(
            f"{trial.kind} accepted in {passed} of {len(verdicts)} runs: {trial.name}"
        )
    elif not trial.mechanical and verdicts[0].reason.startswith(BROKEN):
        row.fail(f"misconception does not run: {trial.name}: {verdicts[0].reason}")


def _judge_equivalent(row: Row, trial: Trial, verdict: Verdict) -> None:
    row.equivalent += verdict.passed
    if not verdict.passed:
        row.mechanical.add(True)
        row.fail(
            f"listed as equivalent, but rejected: {trial.name}: {verdict.reason}; "
            "take it off the list"
        )


def _judge_name(row: Row, trial: Trial, worked: bool, name: str | None) -> None:
    expected = None if trial.right else trial.name
    if not trial.right:
        row.named.add(worked and name == expected)
    if not worked:
        row.fail(f"cannot be compared with the misconceptions: {trial.name}: {name}")
    elif name != expected and name is not None:
        row.misnamed += 1
        row.fail(f"named wrongly: {trial.name} is taken for {name}")
    elif name != expected:
        row.fail(f"misconception not named: {trial.name}")


def _check_lists(tasks: dict[str, Task], catalogue: Catalogue, rows: dict) -> None:
    """Note what the catalogue says of tasks, answers or mutants that are not there."""
    known = {*catalogue.inputs, *catalogue.equivalent}
    known |= {a.task for a in catalogue.misconceptions + catalogue.alternatives}
    for name in sorted(known - tasks.keys()):
        rows[name] = Row(name)
        rows[name].fail("the catalogue knows this task, but the notebook does not")
    for name in tasks.keys() - catalogue.inputs.keys():
        rows[name].fail("the catalogue has no inputs")
    for name, task in tasks.items():
        labels = {mutant.label for mutant in mutants(task.solution)}
        for label in catalogue.equivalent.get(name, {}).keys() - labels:
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


def _holds(rows: list[Row]) -> bool:
    """Whether the rows need no work; a few misconceptions may stay without a name."""
    named = _total(rows, "named")
    enough = named.good >= NAMED * named.tried
    return enough and not any(
        "misconception not named" not in line for row in rows for line in row.failures
    )
