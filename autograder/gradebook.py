"""The one place that writes grades: nbgrader's gradebook and `autograded/`."""

import datetime
import json
import warnings
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from .classroom import Submission
from .release import generate, write_atomically
from .results import Graded, Record
from .worker import SAVING, Job, preprocessors

RESULT = "result.json"


class Recorder:
    """Records what workers hand back, one submission at a time.

    Grades go through nbgrader's own preprocessors, so manual grades stay. The graded
    notebook follows, and `result.json` comes last: where it stands, all is recorded.
    """

    def __init__(self, config: Config, assignment: str) -> None:
        self._course = CourseDirectory(config=config)
        self._assignment = assignment
        self._config = config
        _, autograde = preprocessors(config)
        self._saving = [p for p in autograde if p.__name__ in SAVING]

    def prepare(self, source: bytes) -> None:
        """Bring the assignment's cells in the gradebook up to date."""
        generate(self._assignment, source, self._config, self._course.db_url)

    def find(self, student: str) -> Record | None:
        """The record of an earlier run, or None where it is missing or damaged."""
        try:
            return Record(**json.loads((self._folder(student) / RESULT).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def record(self, submission: Submission, job: Job, graded: Graded) -> Record:
        """Write one result for good."""
        self._save_grades(submission, graded)
        folder = self._folder(submission.student)
        write_atomically(folder / f"{self._assignment}.ipynb", graded.notebook)
        record = Record(
            submission.student,
            job.submission_sha256,
            job.source_sha256,
            graded.status,
            graded.reason,
            graded.trace,
            graded.sandbox,
            graded.result.as_dict(),
        )
        text = json.dumps(record.as_dict(), indent=1) + "\n"
        write_atomically(folder / RESULT, text.encode())
        return record

    def _save_grades(self, submission: Submission, graded: Graded) -> None:
        db_url, course_id = self._course.db_url, self._course.course_id
        with Gradebook(db_url, course_id) as gradebook, warnings.catch_warnings():
            # nbgrader's way of adding a submission; the row is written all the same
            warnings.filterwarnings("ignore", "Object of type", SAWarning)
            gradebook.update_or_create_student(submission.student)
            when = self._timestamp(submission.folder)
            given = {} if when is None else {"timestamp": when}
            gradebook.update_or_create_submission(
                self._assignment, submission.student, **given
            )
        nb = nbformat.reads(graded.notebook, as_version=4)
        resources = {
            "nbgrader": {
                "student": submission.student,
                "assignment": self._assignment,
                "notebook": self._assignment,
                "db_url": db_url,
            }
        }
        for preprocessor in self._saving:
            nb, resources = preprocessor(config=self._config)(nb, resources)

    def _timestamp(self, folder: Path) -> datetime.datetime | None:
        try:
            return self._course.get_existing_timestamp(str(folder))
        except (OSError, ValueError, OverflowError):
            return None  # an unreadable time is no time

    def _folder(self, student: str) -> Path:
        step = self._course.autograded_directory
        return Path(self._course.format_path(step, student, self._assignment))
