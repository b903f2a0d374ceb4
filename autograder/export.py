"""Grades as CSV: one row a student, for Canvas, for Moodle, or plain.

Each format is a plug-in of nbgrader's, so that `nbgrader export
--exporter=autograder.export.CanvasExport` writes the same as `python -m autograder
export --format canvas`. Points are the gradebook's: given by tests and by hand, less
the penalty for being late, never below zero. Where nothing was handed in there is no
number, not a zero: what that means is for the instructor to say.

Canvas
    The columns are those that Canvas writes and reads (`instructure/canvas-lms`,
    lib/gradebook_exporter.rb and lib/gradebook_importer.rb): Student, ID, SIS User
    ID, SIS Login ID, Section, then the assignments, with a row `Points Possible`. A
    student is found by Canvas's own number (ID), else by SIS User ID, SIS Login ID or
    name; an assignment by its title, and a new one is made where there is none. An ID
    that is no number of Canvas's may find somebody else, so only nbgrader's
    `lms_user_id` is put there.

Moodle
    The importer (`moodle/moodle`, grade/import/csv/classes/load_data.php; see also
    https://docs.moodle.org/en/Grade_import) lets you say which column finds the user:
    username, ID number or e-mail address. The other columns are mapped to grade
    items; a dash is no grade.

A text that a spreadsheet would take for a formula (a student may choose a name that
begins with =) gets an apostrophe in front, as OWASP's verification standard asks
(ASVS 5.0, requirement 1.2.10), in all three formats. Canvas and Moodle find a student
by number or login, so a name with an apostrophe harms nothing there; a login that is
written so is not found, and the importer says so.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from .errors import UsageError
from .gradebook import Recorder, has_gradebook

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n\0]")
"""How a text begins that a spreadsheet reads as a formula, or strips until it does."""


class _OneRowAStudent(ExportPlugin):
    """What the formats share: which students and assignments, and their points."""

    default = "grades.csv"
    missing = ""  # what stands where nothing was handed in

    def export(self, gradebook: Gradebook) -> None:
        """Write the file `to`, by default one named after the format."""
        table = list(self.rows(gradebook))
        with open(self.to or self.default, "w", newline="", encoding="utf-8") as file:
            for row in table:
                csv.writer(file).writerow([self._written(x) for x in row])

    def _written(self, item: float | str | None) -> str | None:
        """A number in few digits; a text so that no spreadsheet computes it."""
        if isinstance(item, float):
            return f"{item:g}"
        if item != self.missing and FORMULA.match(str(item or "")):
            return f"'{item}"
        return item

    def rows(self, gradebook: Gradebook) -> Iterator[list]:
        """The lines of the table."""
        raise NotImplementedError

    def assignments(self, gradebook: Gradebook) -> list[Assignment]:
        """Those that were asked for, by name; else all that have been graded."""
        chosen = [str(name) for name in self.assignment]
        return sorted(
            (a for a in gradebook.assignments if not chosen or a.name in chosen),
            key=lambda a: a.name,
        )

    def students(self, gradebook: Gradebook) -> list[Student]:
        """Those that were asked for, else all, by id."""
        chosen = [str(name) for name in self.student]
        found = (s for s in gradebook.students if not chosen or s.id in chosen)
        return sorted(found, key=lambda student: student.id)

    def points(
        self, gradebook: Gradebook, student: Student, assignments: list[Assignment]
    ) -> list[float | str]:
        """The points of a student in each of the assignments."""
        return [self._points(gradebook, student, a) for a in assignments]

    def _points(
        self, gradebook: Gradebook, student: Student, assignment: Assignment
    ) -> float | str:
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:
            return self.missing
        penalty = submission.late_submission_penalty or 0.0
        return round(max(0.0, submission.score - penalty), 2)


class PlainExport(_OneRowAStudent):
    """All assignments, their sum and what could be had."""

    def rows(self, gradebook: Gradebook) -> Iterator[list]:
        """A line a student: names, the assignments' points, total, maximum."""
        assignments = self.assignments(gradebook)
        names = [assignment.name for assignment in assignments]
        most = sum(assignment.max_score for assignment in assignments)
        yield ["student", "last_name", "first_name", "email", *names, "total", "max"]
        for student in self.students(gradebook):
            points = self.points(gradebook, student, assignments)
            total = round(sum(p for p in points if p != self.missing), 2)
            about = [student.id, student.last_name, student.first_name, student.email]
            yield [*about, *points, total, most]


class CanvasExport(_OneRowAStudent):
    """As Canvas's gradebook reads it."""

    default = "grades_canvas.csv"

    def rows(self, gradebook: Gradebook) -> Iterator[list]:
        """The header, what could be had, and a line a student."""
        assignments = self.assignments(gradebook)
        about = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        yield [*about, *(assignment.name for assignment in assignments)]
        most = [assignment.max_score for assignment in assignments]
        yield ["    Points Possible", "", "", "", "", *most]
        for student in self.students(gradebook):
            number = student.lms_user_id or ""
            about = [_name(student), number, "", student.id, ""]
            yield [*about, *self.points(gradebook, student, assignments)]


class MoodleExport(_OneRowAStudent):
    """As Moodle's CSV import reads it."""

    default = "grades_moodle.csv"
    missing = "-"

    def rows(self, gradebook: Gradebook) -> Iterator[list]:
        """The header and a line a student."""
        assignments = self.assignments(gradebook)
        about = ["Username", "ID number", "First name", "Last name", "Email address"]
        yield [*about, *(assignment.name for assignment in assignments)]
        for student in self.students(gradebook):
            names = [student.first_name or "", student.last_name or ""]
            about = [student.id, student.lms_user_id or "", *names, student.email or ""]
            yield [*about, *self.points(gradebook, student, assignments)]


FORMATS = {"plain": PlainExport, "canvas": CanvasExport, "moodle": MoodleExport}


def _name(student: Student) -> str:
    """Last and first name as Canvas sorts them; the id where there is none."""
    return ", ".join(n for n in (student.last_name, student.first_name) if n) or (
        student.id
    )


def write_grades(
    config: Config, form: str, to: Path | None, assignments: tuple[str, ...]
) -> tuple[Path, str]:
    """Write the gradebook's points in a format.

    Returns the file's path, and a sentence on points that will change, or nothing.
    """
    course = CourseDirectory(config=config)
    plugin = FORMATS[form](
        to=str(to or FORMATS[form].default), assignment=list(assignments)
    )
    _require_results(course, assignments)
    with Gradebook(course.db_url, course.course_id) as gradebook:
        try:
            plugin.export(gradebook)
        except OSError as error:
            raise UsageError(
                f"{plugin.to} cannot be written ({error.strerror}); name another file "
                "with --to."
            ) from None
        return Path(plugin.to), _still_open(gradebook, plugin, config)


def _still_open(gradebook: Gradebook, plugin: _OneRowAStudent, config: Config) -> str:
    """What a person still has to grade or to mend; nothing where all is done."""
    assignments = plugin.assignments(gradebook)
    handed_in = {a: [s.student_id for s in a.submissions] for a in assignments}
    number = sum(map(len, handed_in.values()))
    waiting = (
        gradebook.db.query(SubmittedNotebook.id)
        .join(SubmittedNotebook.assignment)
        .join(SubmittedNotebook.grades)
        .filter(
            SubmittedAssignment.assignment_id.in_([a.id for a in assignments]),
            Grade.needs_manual_grade,
            Grade.auto_score.is_(None),  # no test: those have points of their own
        )
        .distinct()
        .count()
    )
    recorders = {a: Recorder(config, a.name) for a in assignments}
    records = [recorders[a].find(s) for a in assignments for s in handed_in[a]]
    refused = sum(r is not None and r.status == "refused" for r in records)
    said = []
    if waiting:
        verb = "has" if waiting == 1 else "have"
        what = f"{waiting} of {number} notebooks {verb} written answers"
        said.append(f"{what} that nobody has graded")
    if refused:
        verbs = "was refused and stands" if refused == 1 else "were refused and stand"
        said.append(f"{refused} {verbs} as 0")
    return f"{'; '.join(said)}: these points will change." if said else ""


def _require_results(course: CourseDirectory, assignments: tuple[str, ...]) -> None:
    """UsageError unless the gradebook has the assignments, or any at all."""
    known: list[str] = []
    if has_gradebook(course):
        try:
            with Gradebook(course.db_url, course.course_id) as gradebook:
                known = [a.name for a in gradebook.assignments if a.submissions]
        except OperationalError:
            raise UsageError(
                f"The gradebook {course.db_url} cannot be read; try 'nbgrader db "
                "upgrade', or restore it from a copy."
            ) from None
    for name in assignments or known or ("ASSIGNMENT",):
        if name not in known:
            what = "any assignment" if name == "ASSIGNMENT" else name
            raise UsageError(
                f"There are no results of {what} yet; grade the class first: "
                f"python -m autograder grade {name}"
            )
