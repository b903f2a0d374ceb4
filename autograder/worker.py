"""Grade one submission: bytes in, bytes and points out.

A worker sees neither the gradebook nor the course's folder, nor another submission.
It runs those preprocessors that the course's configuration names for `nbgrader
autograde`.
"""

import hashlib
import json
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import determine_grade
from traitlets import import_item
from traitlets.config import Config

from .blueprint import read_blueprint
from .errors import ForkServerEnded, NoSandbox, UsageError
from .results import Graded, Result, TaskResult
from .submission import parse
from .verdicts import (
    REFUSED,
    Judgement,
    get_judgement,
    is_test,
    is_written,
    one_line,
    put_error,
    put_judgement,
    task_name,
)

MAX_REASON = 300  # characters
SAVING = ("SaveAutoGrades", "AssignLatePenalties")  # the coordinator's part


@dataclass(frozen=True)
class Job:
    """All that a worker needs to know.

    Attributes
    ----------
    assignment : its name.
    submission : the submitted file.
    source : the assignment's source notebook, with solutions and hidden tests.
    catalogue : files of the assignment's catalogue of answers, by name.
    options : nbgrader's configuration as JSON; its folders are not used.
    """

    assignment: str
    submission: bytes
    source: bytes
    catalogue: dict[str, bytes] = field(default_factory=dict)
    options: str = "{}"

    @property
    def submission_sha256(self) -> str:
        """Digest of what the student handed in."""
        return hashlib.sha256(self.submission).hexdigest()

    @property
    def source_sha256(self) -> str:
        """Digest of what the instructor wrote: notebook and catalogue."""
        parts = [self.source, *(text for _, text in sorted(self.catalogue.items()))]
        digests = (hashlib.sha256(part).digest() for part in parts)
        return hashlib.sha256(b"".join(digests)).hexdigest()


def grade(job: Job) -> Graded:
    """Grade one submission; what cannot be graded is refused.

    Raises NoSandbox, or ForkServerEnded if that ends twice: the machine is to blame,
    and no student.
    """
    try:
        return _grade(job)
    except ForkServerEnded:
        return _grade(job)


def _grade(job: Job) -> Graded:
    try:
        nb = _run(parse(job.submission), job)
        result = _result(nb, job.assignment)
        sandbox = nb.metadata.autograder.sandbox
        return Graded(_as_bytes(nb), result, "graded", _summary(result), "", sandbox)
    except (NoSandbox, ForkServerEnded):
        raise
    except UsageError as error:
        return refuse(job, str(error))
    except Exception as error:
        return refuse(
            job,
            f"The notebook could not be graded ({type(error).__name__}); "
            "its cells may be damaged: start again from a fresh copy.",
            traceback.format_exc(),
        )


def refuse(job: Job, reason: str, trace: str = "") -> Graded:
    """No points, with the reason in every test cell of an empty notebook."""
    nb = read_blueprint(job.source).blank()
    reason = one_line(reason)[:MAX_REASON]  # it may quote the student
    for cell in filter(is_test, nb.cells):
        put_error(cell, REFUSED, reason)
        put_judgement(cell, Judgement("error", None, reason))
    result = _result(nb, job.assignment)
    return Graded(_as_bytes(nb), result, "refused", reason, trace)


def _run(nb: NotebookNode, job: Job) -> NotebookNode:
    """Run the pipeline of nbgrader, but for the saving of grades."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        config = Config(json.loads(job.options))
        source = root / "source" / job.assignment / f"{job.assignment}.ipynb"
        solutions = root / "solutions" / job.assignment
        for path, content in [
            (source, job.source),
            *((solutions / name, text) for name, text in job.catalogue.items()),
        ]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        config.Admission.source = config.JudgingExecute.source = str(root / "source")
        config.JudgingExecute.solutions = str(root / "solutions")
        resources = {
            "nbgrader": {
                "student": "student",
                "assignment": job.assignment,
                "notebook": job.assignment,
            }
        }
        sanitize, autograde = preprocessors(config)
        for preprocessor in [*sanitize, *autograde]:
            if preprocessor.__name__ not in SAVING:
                nb, resources = preprocessor(config=config)(nb, resources)
        return nb


def preprocessors(config: Config) -> tuple[list[type], list[type]]:
    """What `nbgrader autograde` runs under this configuration, in its two steps."""
    converter = Autograde(CourseDirectory(config=config), config=config)
    steps = converter.sanitize_preprocessors, converter.autograde_preprocessors
    return tuple([_imported(item) for item in step] for step in steps)


def _imported(item: str | type) -> type:
    return import_item(item) if isinstance(item, str) else item


def _result(nb: NotebookNode, assignment: str) -> Result:
    written = filter(is_written, nb.cells)
    return Result(
        assignment,
        tuple(map(_task_result, filter(is_test, nb.cells))),
        tuple(cell.metadata.nbgrader["points"] for cell in written),
    )


def _task_result(cell: NotebookNode) -> TaskResult:
    score, points = determine_grade(cell)
    said = get_judgement(cell)
    return TaskResult(
        task_name(cell), points, score, said.verdict, said.misconception, said.hint
    )


def _summary(result: Result) -> str:
    counts = Counter(task.verdict for task in result.tasks)
    rest = [f"{n} {verdict}" for verdict, n in counts.items() if verdict != "correct"]
    said = f"{counts['correct']} of {len(result.tasks)} tasks are correct"
    return f"{said}; {', '.join(rest)}." if rest else f"{said}."


def _as_bytes(nb: NotebookNode) -> bytes:
    return (nbformat.writes(nb) + "\n").encode()
