"""The one place that writes grades: nbgrader's gradebook and `autograded/`."""

import json
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from nbgrader.preprocessors.base import NbGraderPreprocessor
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from .blueprint import Blueprint, read_blueprint, role_of
from .classroom import Submission
from .exchange import carry, read_timestamp, timestamp_note
from .release import generate, write_atomically
from .results import Graded, Record
from .verdicts import is_test, task_name
from .worker import Job

RESULT = "result.json"


class SaveToOpen(SaveAutoGrades):
    """nbgrader's SaveAutoGrades on a gradebook that is open already.

    It opens one for each notebook, which takes longer than all that it writes. And it
    asks to look again at all that was graded by hand; here only at what has changed.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple:
        """Save the grades and comments of each cell."""
        self.notebook_id = resources["nbgrader"]["notebook"]
        self.assignment_id = resources["nbgrader"]["assignment"]
        self.student_id = resources["nbgrader"]["student"]
        gradebook = resources["gradebook"]
        gradebook.db().flush()  # all rows are there: no query needs a change
        names = self.notebook_id, self.assignment_id, self.student_id
        self.gradebook = _Rows(gradebook, gradebook.find_submission_notebook(*names))
        by_hand = self.gradebook.by_hand()
        with gradebook.db().no_autoflush:
            done = NbGraderPreprocessor.preprocess(self, nb, resources)
        if by_hand:
            earlier, now = _answers(_read_notebook(resources["earlier"])), _answers(nb)
            for cell, (grade, waited) in by_hand.items():
                if cell in now and earlier.get(cell) == now[cell]:
                    grade.needs_manual_grade = waited
        return done


def _answers(nb: NotebookNode) -> dict[str, tuple]:
    """What a grade is for: a cell's text and, of a test, the answer that it tests."""
    cells = {role_of(cell): cell for cell in nb.cells}
    tested = {role: task_name(cell) for role, cell in cells.items() if is_test(cell)}
    texts = {role: cell.source for role, cell in cells.items()}
    return {role: (text, texts.get(tested.get(role))) for role, text in texts.items()}


def _read_notebook(path: Path) -> NotebookNode:
    """A graded notebook; an empty one where it is missing or damaged."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception:  # nbformat has no common error
        return nbformat.v4.new_notebook()


class _Rows:
    """A gradebook with the rows of one notebook at hand.

    nbgrader asks for each row by itself, with a query over seven tables.
    """

    def __init__(self, gradebook: Gradebook, notebook: SubmittedNotebook) -> None:
        self.db, self._gradebook = gradebook.db, gradebook
        self._grades, self._comments = (
            dict(
                self.db.query(BaseCell.name, row)
                .join(row, row.cell_id == BaseCell.id)
                .filter(row.notebook_id == notebook.id)
            )
            for row in (Grade, Comment)
        )

    def by_hand(self) -> dict[str, tuple[Grade, bool]]:
        """The grades that a person gave, and whether a person should look again."""
        return {
            cell: (grade, grade.needs_manual_grade)
            for cell, grade in self._grades.items()
            if grade.manual_score is not None
        }

    def find_grade(self, cell: str, *names: str) -> Grade:
        """The grade of a cell; MissingEntry if there is none."""
        return self._grades.get(cell) or self._gradebook.find_grade(cell, *names)

    def find_comment(self, cell: str, *names: str) -> Comment:
        """The comment on a cell; MissingEntry if there is none."""
        return self._comments.get(cell) or self._gradebook.find_comment(cell, *names)


@contextmanager
def _one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Make one commit of all that is done inside; nbgrader commits for each cell.

    So a submission is saved whole or not at all, and a disk is waited for once. What
    a query needs SQLAlchemy flushes before it.
    """
    session = gradebook.db()
    session.commit = lambda: None
    try:
        yield
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.commit
    session.commit()


def has_gradebook(course: CourseDirectory) -> bool:
    """Whether there is one; to open a file that is missing would make it."""
    file = course.db_url.removeprefix("sqlite:///")
    return not course.db_url.startswith("sqlite") or Path(file).is_file()


def canvas_ids(config: Config) -> dict[str, str]:
    """The students' ids by Canvas's numbers, but for a number that two have."""
    course = CourseDirectory(config=config)
    if not has_gradebook(course):
        return {}
    with Gradebook(course.db_url, course.course_id) as gradebook:
        pairs = [(s.lms_user_id, s.id) for s in gradebook.students if s.lms_user_id]
    count = Counter(number for number, _ in pairs)
    return {number: student for number, student in pairs if count[number] == 1}


def class_list(gradebook: Gradebook) -> set[str]:
    """The ids of the students; none if nobody named them before grading did.

    Grading adds a student with nothing but an id, and a submission with them.
    """
    students = gradebook.students
    named = any(
        s.first_name or s.last_name or s.email or s.lms_user_id or not s.submissions
        for s in students
    )
    return {student.id for student in students} if named else set()


class Recorder:
    """Records what workers hand back, one submission at a time.

    Grades go through nbgrader's own preprocessors, so manual grades stay. The graded
    notebook follows, and `result.json` comes last: where it stands, all is recorded.
    """

    def __init__(self, config: Config, assignment: str) -> None:
        self.added: list[str] = []  # who was missing in the class list
        self._class: set[str] | None = None
        self._course = CourseDirectory(config=config)
        self._assignment = assignment
        self._config = config
        self._gradebook: Gradebook | None = None  # opened once for all submissions

    def prepare(self, source: bytes) -> None:
        """Bring the assignment's cells in the gradebook up to date."""
        if not self._holds(read_blueprint(source)):
            generate(self._assignment, source, self._config, self._course.db_url)

    def _holds(self, blueprint: Blueprint) -> bool:
        """Whether the gradebook has just these cells, with these points, already."""
        try:
            notebook = self._open().find_notebook(blueprint.name, self._assignment)
        except MissingEntry:
            return False
        known = {c.name: (str(c.cell_type), c.source) for c in notebook.source_cells}
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        return known == {
            role_of(cell): (cell.cell_type, cell.source) for cell in blueprint.cells
        } and points == {
            role_of(cell): cell.metadata.nbgrader.points
            for cell in blueprint.cells
            if cell.metadata.nbgrader.grade
        }

    def _open(self) -> Gradebook:
        if self._gradebook is None:
            self._gradebook = Gradebook(self._course.db_url, self._course.course_id)
            self._class = class_list(self._gradebook)
        return self._gradebook

    def find(self, student: str) -> Record | None:
        """The record of an earlier run, or None where it is missing or damaged."""
        try:
            return Record(**json.loads((self._folder(student) / RESULT).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def record(self, submission: Submission, job: Job, graded: Graded) -> Record:
        """Write one result for good."""
        self._save_grades(submission, graded)
        if self._class and submission.student not in self._class:
            self.added.append(submission.student)
        time_note = timestamp_note(self._course, submission.folder)
        notes = [note for note in (submission.note, time_note) if note]
        folder = self._folder(submission.student)
        write_atomically(folder / f"{self._assignment}.ipynb", graded.notebook)
        carry(self._course, submission.folder, folder)
        record = Record(
            submission.student,
            job.submission_sha256,
            job.source_sha256,
            graded.status,
            " ".join([graded.reason, *notes]),
            graded.trace,
            graded.sandbox,
            graded.result.as_dict(),
        )
        text = json.dumps(record.as_dict(), indent=1) + "\n"
        write_atomically(folder / RESULT, text.encode())
        return record

    def close(self) -> None:
        """Close the gradebook."""
        if self._gradebook is not None:
            self._gradebook.close()
            self._gradebook = None

    def _save_grades(self, submission: Submission, graded: Graded) -> None:
        """Save grades and comments in one transaction; then penalties, where due."""
        self._open()
        names = submission.student, self._assignment
        resources = {
            "nbgrader": {
                "student": submission.student,
                "assignment": self._assignment,
                "notebook": self._assignment,
                "db_url": self._course.db_url,
            },
            "gradebook": self._gradebook,
            "earlier": self._folder(names[0]) / f"{self._assignment}.ipynb",
        }
        nb = nbformat.reads(graded.notebook, as_version=4)
        with _one_transaction(self._gradebook), warnings.catch_warnings():
            # nbgrader's way of adding a submission; the row is written all the same
            warnings.filterwarnings("ignore", "Object of type", SAWarning)
            self._gradebook.update_or_create_student(submission.student)
            when = read_timestamp(self._course, submission.folder)
            found = self._gradebook.update_or_create_submission(
                *names[::-1], timestamp=when
            )
            nb, resources = SaveToOpen(config=self._config)(nb, resources)
            penalised = any(n.late_submission_penalty for n in found.notebooks)
            late = found.total_seconds_late > 0 or penalised
        if late:
            AssignLatePenalties(config=self._config)(nb, resources)

    def _folder(self, student: str) -> Path:
        step = self._course.autograded_directory
        return Path(self._course.format_path(step, student, self._assignment))
