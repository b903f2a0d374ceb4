"""Try an answer against a task's tests, in a forked child with limits.

For answers of our own only: a child is stopped when it runs too long or takes too
much memory, but nothing keeps it from the files of whoever runs it.
"""

import ast
import multiprocessing
import os
import random
import resource
import signal
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import torch

from ..answers import Catalogue
from ..diagnosis import recognise
from ..sources import Task

FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Limits:
    """What one trial may use.

    Attributes
    ----------
    seconds : processor time; a sleeping trial is stopped after six times as long.
    megabytes : memory beyond what Python and torch take by themselves.
    """

    seconds: float = 10.0
    megabytes: int = 1024


@dataclass(frozen=True)
class Verdict:
    """What became of one answer.

    Attributes
    ----------
    passed : whether every test of the task held.
    reason : why not, in one line; empty for a pass.
    """

    passed: bool
    reason: str = ""


def try_answer(task: Task, source: str, limits: Limits | None = None) -> Verdict:
    """Run the set-up cells, then an answer, then the task's tests.

    Parameters
    ----------
    task : the task; its test cell decides, visible tests and hidden ones.
    source : the answer, as it would stand in the student's cell.
    limits : what the run may use.
    """
    prepare(task)
    ran, reason = in_child(lambda: _run(task, source), limits)
    reason = reason or ""
    return Verdict(ran and not reason, reason)


def name_answer(
    task: Task, source: str, catalogue: Catalogue, limits: Limits | None = None
) -> tuple[bool, str | None]:
    """Ask which misconception an answer is.

    Returns
    -------
    (True, the misconception's name or None), or (False, what went wrong).
    """
    prepare(task)

    def ask() -> str | None:
        answer = recognise(_load(task, source)[task.name], task.name, catalogue)
        return answer and answer.name

    return in_child(ask, limits)


def prepare(task: Task) -> None:
    """Run a task's set-up cells once, here, so that each child inherits the result."""
    torch.set_num_threads(1)  # a forked child cannot use its parent's thread pool
    _setup(task.setup)


def in_child(
    function: Callable[[], object], limits: Limits | None = None
) -> tuple[bool, object]:
    """Call a function in a forked child.

    Returns
    -------
    (True, what the function returned), or (False, why it did not return).
    """
    limits = limits or Limits()
    receiver, sender = FORK.Pipe(duplex=False)
    child = FORK.Process(target=_child, args=(function, limits, sender))
    child.start()
    sender.close()
    try:
        if not receiver.poll(6 * limits.seconds):
            return False, "time limit"
        return receiver.recv()
    except EOFError:
        child.join()
        stopped = child.exitcode == -signal.SIGXCPU
        return False, "time limit" if stopped else f"died with {child.exitcode}"
    finally:
        child.kill()
        child.join()
        child.close()
        receiver.close()


def _child(function: Callable, limits: Limits, sender: Connection) -> None:
    _restrict(limits)
    random.seed()
    np.random.seed()  # noqa: NPY002  (or all children would draw the same numbers)
    torch.seed()
    try:
        with (
            open(os.devnull, "w") as null,
            redirect_stdout(null),
            redirect_stderr(null),
        ):
            reply = True, function()
    except BaseException as error:
        reply = False, _first_line(error)
    sender.send(reply)


def _restrict(limits: Limits) -> None:
    soft = max(1, round(limits.seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # no /proc: no limit of memory
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        size = pages * resource.getpagesize() + limits.megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


@cache
def _setup(cells: tuple[str, ...]) -> dict:
    namespace = {"__name__": "__main__"}
    for cell in cells:
        exec(compile(cell, "setup", "exec"), namespace)
    return namespace


def _load(task: Task, source: str) -> dict:
    # Not a copy: a set-up function must see what the answer defines. The child owns it.
    namespace = _setup(task.setup)
    exec(compile(source, "answer", "exec"), namespace)
    return namespace


def _run(task: Task, source: str) -> str | None:
    """Why the tests do not give full points, or None."""
    namespace = _load(task, source)
    tree = ast.parse(task.test)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "test", "exec"), namespace)
    if last is not None:
        # As nbgrader has it: a number at the end of a test cell is the points.
        score = eval(compile(ast.Expression(last.value), "test", "eval"), namespace)
        if type(score) in (int, float) and score < task.points:
            return f"{score} of {task.points} points"
    return None


def _first_line(error: BaseException) -> str:
    text = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
