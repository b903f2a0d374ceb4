"""Grade one submission: bytes in, bytes and points out.

A worker sees neither the gradebook nor the course's folder, nor another submission.
It runs nbgrader's own preprocessors, those that the course's configuration names for
`nbgrader autograde`, on a throw-away database.
"""

import hashlib
import json
import sqlite3
import tempfile
import traceback
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Base
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import determine_grade
from sqlalchemy import create_engine
from traitlets import import_item
from traitlets.config import Config

from .errors import UsageError
from .release import generate
from .results import Graded, Result, TaskResult
from .submission import grade_ids, parse
from .verdicts import (
    Judgement,
    get_judgement,
    is_test,
    is_written,
    put_error,
    put_judgement,
    task_name,
)

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
    """Grade one submission. It never raises: what cannot be graded is refused."""
    release, database = _prepare(job.assignment, job.source, job.options)
    try:
        nb = _admit(parse(job.submission), job)
        nb = _run(nb, job, database)
        result = _result(nb, job.assignment)
        return Graded(_as_bytes(nb), result, "graded", _summary(result))
    except UsageError as error:
        return refuse(job, release, str(error))
    except Exception as error:
        return refuse(
            job,
            release,
            f"The notebook could not be graded ({type(error).__name__}); "
            "its cells may be damaged: start again from a fresh copy.",
            traceback.format_exc(),
        )


def refuse(job: Job, release: bytes, reason: str, trace: str = "") -> Graded:
    """No points, with the reason in every test cell of an empty notebook."""
    nb = nbformat.reads(release, as_version=4)
    for cell in filter(is_test, nb.cells):
        put_error(cell, "Refused", reason)
        put_judgement(cell, Judgement("error", None, reason))
    result = _result(nb, job.assignment)
    return Graded(_as_bytes(nb), result, "refused", reason, trace)


def refuse_job(job: Job, reason: str) -> Graded:
    """As `refuse`, for a job that no worker has seen or survived."""
    return refuse(job, _prepare(job.assignment, job.source, job.options)[0], reason)


@lru_cache(maxsize=4)
def _prepare(assignment: str, source: bytes, options: str) -> tuple[bytes, bytes]:
    """The released notebook, and a database that knows its cells.

    It is made in memory: nbgrader commits some eighty times, and a disk that is busy
    takes 15 ms for each.
    """
    shared = f"file:/{uuid4().hex}?vfs=memdb"  # one database, however often opened
    with closing(sqlite3.connect(shared, uri=True)) as database:
        url = f"sqlite:///{shared}&uri=true"
        engine = create_engine(url)
        Base.metadata.create_all(engine)  # or nbgrader would start alembic, 2 s
        engine.dispose()
        release = generate(assignment, source, Config(json.loads(options)), url)
        return release, database.serialize()


def _admit(nb: NotebookNode, job: Job) -> NotebookNode:
    """Refuse a notebook that belongs elsewhere."""
    course = nb.metadata.get("course")
    named = course.get("assignment") if isinstance(course, dict) else None
    if named not in (None, job.assignment):
        raise UsageError(f"The notebook belongs to {named}, not to {job.assignment}.")
    if not grade_ids(nb) & grade_ids(nbformat.reads(job.source, as_version=4)):
        raise UsageError(f"The notebook has none of the cells of {job.assignment}.")
    return nb


def _run(nb: NotebookNode, job: Job, database: bytes) -> NotebookNode:
    """Run the pipeline of nbgrader, but for the saving of grades."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "gradebook.db").write_bytes(database)
        solutions = root / "solutions" / job.assignment
        solutions.mkdir(parents=True)
        for name, content in job.catalogue.items():
            (solutions / name).write_bytes(content)
        config = Config(json.loads(job.options))
        config.JudgingExecute.solutions = str(root / "solutions")
        resources = {
            "nbgrader": {
                "student": "student",
                "assignment": job.assignment,
                "notebook": job.assignment,
                "db_url": f"sqlite:///{root / 'gradebook.db'}",
            }
        }
        sanitize, autograde = preprocessors(config)
        for preprocessor in sanitize:
            nb, resources = preprocessor(config=config)(nb, resources)
        nb = parse(_as_bytes(nb))  # as nbgrader does: a cell put back is complete now
        for preprocessor in autograde:
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
