"""How an assignment went: what each task tells about a class, as plain numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .classresults import Outcome

MIN_CLASS = 20
"""Below this a correlation says little: with 20 students its standard error is 0.2."""

WEAK = 0.2  # a discrimination below this asks for a look at the task
VERDICTS = ("correct", "wrong", "error", "timeout", "crashed", "not attempted")


@dataclass(frozen=True)
class TaskStatistics:
    """One task over a class.

    Attributes
    ----------
    task : its name.
    points : what it is worth.
    share : mean share of the points that was earned, 0 to 1; low means difficult.
    discrimination : correlation of the task's score with the score of all other
        tasks, -1 to 1; None where the class is too small or all have the same score.
    verdicts : how many notebooks got each verdict.
    """

    task: str
    points: float
    share: float
    discrimination: float | None
    verdicts: dict[str, int]

    @property
    def weak(self) -> bool:
        """Whether the task hardly separates strong from weak notebooks."""
        return self.discrimination is not None and self.discrimination < WEAK


@dataclass(frozen=True)
class Met:
    """A misconception that was met.

    Attributes
    ----------
    task, name, hint : as in the catalogue.
    students : in how many notebooks.
    """

    task: str
    name: str
    hint: str
    students: int


def task_statistics(outcomes: Sequence[Outcome]) -> list[TaskStatistics]:
    """The statistics of each task, in the assignment's order.

    Refused notebooks are left out: they say nothing about a task. All others have
    to have the same tasks.
    """
    run = [outcome for outcome in outcomes if outcome.refused is None]
    if not run:
        return []
    scores = np.array([[task.score for task in o.tasks] for o in run])  # (N, tasks)
    rest = scores.sum(axis=1, keepdims=True) - scores
    return [
        TaskStatistics(
            task.task,
            task.points,
            float(np.mean(scores[:, k]) / task.points) if task.points else 0.0,
            correlation(scores[:, k], rest[:, k]),
            dict(Counter(outcome.tasks[k].verdict for outcome in run)),
        )
        for k, task in enumerate(run[0].tasks)
    ]


def correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Pearson's correlation of two columns (N,); None where it says nothing."""
    if len(a) < MIN_CLASS or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def misconceptions(outcomes: Sequence[Outcome]) -> list[Met]:
    """The misconceptions that were met, the most frequent first."""
    hints, counts = {}, Counter()
    for outcome in outcomes:
        for task in outcome.tasks:
            if task.misconception is not None:
                counts[task.task, task.misconception] += 1
                hints[task.task, task.misconception] = task.hint or ""
    return [Met(*key, hints[key], number) for key, number in counts.most_common()]
