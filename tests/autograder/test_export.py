"""Grades as other gradebooks read them."""

import csv
import datetime

import pytest
from nbgrader.api import Gradebook

from autograder.course import read_config
from autograder.export import CanvasExport, MoodleExport, PlainExport

from .conftest import autograder, make_course, nbgrader
from .test_cli import run_all

pytestmark = pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's way
PLAIN = ("student", "last_name", "first_name", "email")
MOODLE = ("Username", "ID number", "First name", "Last name", "Email address")
DUE = datetime.datetime(2026, 1, 1)


@pytest.fixture
def graded(tmp_path):
    """A course whose gradebook holds two assignments and three students."""
    root = make_course(tmp_path / "graded")
    read_config(root)  # it lets nbgrader find its programs
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn-to-transformers") as book:
        for name, points in [("tiny", 5), ("later", 2.5)]:
            book.add_assignment(name, duedate=DUE)
            book.add_notebook(name, name)
            book.add_grade_cell(
                "a_test", name, name, max_score=points, cell_type="code"
            )
            book.add_grade_cell("words", name, name, max_score=1, cell_type="markdown")
        book.add_student("ada", first_name="Ada", last_name="B, C", email="a@x.org")
        book.add_student("bo", lms_user_id="1234")
        book.add_student("late")
        _score(book, "tiny", "ada", auto=5, manual=0.5)
        _score(book, "later", "ada", auto=1 / 3)
        _score(book, "tiny", "bo", auto=2)
        _score(book, "tiny", "late", auto=3, penalty=1)
        _score(book, "later", "late", auto=1, penalty=4)
    return root


def _score(book, assignment, student, auto, manual=None, penalty=None):
    book.add_submission(assignment, student)
    grade = book.find_grade("a_test", assignment, assignment, student)
    grade.auto_score = auto
    book.find_grade("words", assignment, assignment, student).manual_score = manual
    notebook = book.find_submission_notebook(assignment, assignment, student)
    notebook.late_submission_penalty = penalty
    book.db.commit()


def exported(root, *arguments):
    (said,) = run_all([("export", *arguments)], root)
    assert said[1] == 0
    with (root / said[2].strip()).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_plain_has_every_assignment_and_the_total(graded):
    assert exported(graded) == [
        [*PLAIN, "later", "tiny", "total", "max"],
        ["ada", "B, C", "Ada", "a@x.org", "0.33", "5.5", "5.83", "9.5"],
        ["bo", "", "", "", "", "2", "2", "9.5"],
        ["late", "", "", "", "0", "2", "2", "9.5"],
    ]


def test_canvas_has_its_columns_and_the_points_possible(graded):
    assert exported(graded, "--format", "canvas", "tiny", "later") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "later", "tiny"],
        ["    Points Possible", "", "", "", "", "3.5", "6"],
        ["B, C, Ada", "", "", "ada", "", "0.33", "5.5"],
        ["bo", "1234", "", "bo", "", "", "2"],
        ["late", "", "", "late", "", "0", "2"],
    ]


def test_moodle_has_what_finds_a_user_and_a_dash_for_no_grade(graded):
    assert exported(graded, "--format", "moodle", "--to", "here.csv") == [
        [*MOODLE, "later", "tiny"],
        ["ada", "", "Ada", "B, C", "a@x.org", "0.33", "5.5"],
        ["bo", "1234", "", "", "", "-", "2"],
        ["late", "", "", "", "", "0", "2"],
    ]
    assert (graded / "here.csv").is_file()


FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(1)", "\t=1", "\r=1", "  =1", "＝1+1"]


@pytest.mark.parametrize("form", ["plain", "canvas", "moodle"])
def test_no_spreadsheet_takes_a_name_for_a_formula(graded, form):
    with Gradebook(f"sqlite:///{graded / 'gradebook.db'}") as book:
        for number, text in enumerate(FORMULAS):
            names = {"first_name": text, "last_name": text, "email": text}
            book.add_student(f"{text}@{number}", lms_user_id=text, **names)
    text = {cell for row in exported(graded, "--format", form) for cell in row}
    assert {"Ada", "B, C", "B, C, Ada"} & text  # ordinary names stay as they are
    assert not [cell for cell in text - {"-"} if cell.lstrip()[:1] in set("=+-@＝")]
    written = {cell for cell in text if cell.startswith("'")}
    for formula in FORMULAS:
        assert any(cell.startswith(f"'{formula}") for cell in written)


@pytest.mark.parametrize("plugin", [PlainExport, CanvasExport, MoodleExport])
def test_nbgrader_export_writes_the_same_file(graded, plugin):
    form = plugin.__name__.removesuffix("Export").lower()
    ours = exported(graded, "--format", form, "--to", "ours.csv", "tiny")
    exporter = f"autograder.export.{plugin.__name__}"
    options = ("--to=theirs.csv", "--assignment=tiny")
    nbgrader("export", f"--exporter={exporter}", *options, cwd=graded)
    with (graded / "theirs.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == ours


def test_what_cannot_be_exported_is_one_sentence(course, graded):
    graded_and = [
        (("export", "--to", "missing/here.csv"), "cannot be written"),
        (("export", "--format", "excel"), "excel"),
        (("export", "unknown"), "no results of unknown"),
    ]
    for root, commands in [
        (course, [(("export",), "grade the class first")]),
        (course, [(("export", "tiny"), "autograder grade tiny")]),
        (graded, graded_and),
    ]:
        for command, sentence in commands:
            (said,) = run_all([command], root)
            assert said[1:3] == (2, ""), said
            assert sentence in said[3]
            assert said[3].count("\n") == 1
    assert not (course / "gradebook.db").exists()


def test_the_command_line_runs_it(graded):
    done = autograder("export", cwd=graded)
    assert (done.returncode, done.stdout) == (0, "grades.csv\n")


def test_it_says_what_nobody_has_graded_only_while_that_is_so(graded):
    (said,) = run_all([("export",)], graded)
    open_answers = "5 of 5 notebooks have written answers that nobody has graded"
    assert said[3] == f"{open_answers}: these points will change.\n"
    with Gradebook(
        f"sqlite:///{graded / 'gradebook.db'}", "rnn-to-transformers"
    ) as book:
        for notebook in book.find_assignment("tiny").notebooks[0].submissions:
            for grade in notebook.grades:
                grade.needs_manual_grade = False
        book.db.commit()
    (said,) = run_all([("export",)], graded)
    assert said[3].startswith("2 of 5 notebooks have")
    (said,) = run_all([("export", "tiny")], graded)
    assert (said[1], said[3]) == (0, "")
