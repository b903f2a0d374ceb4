"""What grading found out about a class, read from its graded notebooks.

They are there whoever graded: `python -m autograder grade`, `nbgrader autograde` or
the formgrader.
"""

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import determine_grade

from .errors import UsageError
from .flags import ready_made
from .results import TaskResult
from .verdicts import error_of, get_judgement, is_test, task_name

REFUSED = "Refused"  # the error's name in each test cell of a refused notebook


@dataclass(frozen=True)
class Outcome:
    """How one student's notebook ended.

    Attributes
    ----------
    student : the student's id.
    tasks : its autograded tasks, in order; points by hand are not in it.
    refused : why it could not be graded at all, or None.
    notes : what had to be put right before it could be run.
    unconfined : whether it ran without the sandbox.
    ready_made : (task, name) of each ready-made that an answer uses.
    """

    student: str
    tasks: tuple[TaskResult, ...]
    refused: str | None = None
    notes: tuple[str, ...] = ()
    unconfined: bool = False
    ready_made: tuple[tuple[str, str], ...] = ()

    @property
    def score(self) -> float:
        """Points earned in the autograded tasks."""
        return sum(task.score for task in self.tasks)


def graded_notebooks(course: CourseDirectory, assignment: str) -> dict[str, Path]:
    """The graded notebook of each student; UsageError if there is none."""
    step = course.autograded_directory
    pattern = course.format_path(step, "*", assignment)
    root = Path(course.root)
    paths = root.glob(str(Path(pattern, f"{assignment}.ipynb").relative_to(root)))
    found = {path.parents[1].name: path for path in sorted(paths)}
    if not found:
        raise UsageError(
            f"There are no results of {assignment} yet; grade the class first: "
            f"python -m autograder grade {assignment}"
        )
    return found


def read_outcomes(course: CourseDirectory, assignment: str) -> list[Outcome]:
    """How each notebook of a class ended, by student."""
    return [
        outcome(student, nbformat.read(path, as_version=4))
        for student, path in graded_notebooks(course, assignment).items()
    ]


def outcome(student: str, nb: NotebookNode) -> Outcome:
    """How a graded notebook ended."""
    about = nb.metadata.get("autograder", {})
    return Outcome(
        student,
        tuple(_task(cell) for cell in nb.cells if is_test(cell)),
        refusal(nb),
        tuple(about.get("notes", ())),
        about.get("sandbox") is False,
        tuple(ready_made(nb)),
    )


def refusal(nb: NotebookNode) -> str | None:
    """Why a graded notebook was refused; None where it was run."""
    for cell in filter(is_test, nb.cells):
        error = error_of(cell)
        if error is not None and error.ename == REFUSED:
            return error.evalue
    return None


def _task(cell: NotebookNode) -> TaskResult:
    score, points = determine_grade(cell)
    said = get_judgement(cell)
    return TaskResult(
        task_name(cell), points, score, said.verdict, said.misconception, said.hint
    )
