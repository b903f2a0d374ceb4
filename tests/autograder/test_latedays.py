"""What late work costs."""

import datetime

import pytest
from nbgrader.api import Gradebook

from autograder.gradebook import AssignLatePenalties
from autograder.latedays import LateDays

from .conftest import ANSWERS, CONFIG, autograder, fill_in, hand_in, make_course

pytestmark = pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's way
DUE = datetime.datetime(2026, 1, 10, 12)
MINUTES, DAYS = 60, 24 * 60 * 60
POLICY = {"per_day": 0.1, "free_days": 2, "grace": 10}


@pytest.fixture
def book(tmp_path):
    """A term of three assignments of twenty points, a week between them."""
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        for week, name in enumerate(["one", "two", "three"]):
            due = DUE + datetime.timedelta(weeks=week)
            gradebook.add_assignment(name, duedate=due)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("a", name, name, max_score=20, cell_type="code")
        gradebook.add_assignment("undated")
        gradebook.add_student("ada")
        gradebook.add_student("bo")
        gradebook.add_submission("undated", "ada", timestamp=DUE)
        yield gradebook


def penalty(book, assignment, seconds, student="ada"):
    """What the policy asks for work that came so long after its due time."""
    due = book.find_assignment(assignment).duedate
    when = due + datetime.timedelta(seconds=seconds)
    book.update_or_create_submission(assignment, student, timestamp=when)
    caller = AssignLatePenalties()
    caller.gradebook, caller.assignment_id = book, assignment
    policy = LateDays(parent=caller, **POLICY)
    return policy.late_submission_penalty(student, 20.0, seconds)


@pytest.mark.parametrize(
    ("seconds", "points"),
    [
        (9 * MINUTES, 0),
        (2 * DAYS + 10 * MINUTES, 0),
        (2 * DAYS + 11 * MINUTES, 2),
        (4 * DAYS, 4),
    ],
)
def test_a_day_that_has_begun_counts_after_the_free_ones(book, seconds, points):
    assert penalty(book, "one", seconds) == points


def test_free_days_are_a_students_own_and_last_for_the_term(book):
    assert penalty(book, "one", 1 * DAYS) == 0
    assert penalty(book, "two", 1 * DAYS, "bo") == 0
    assert penalty(book, "two", 2 * DAYS) == 2  # one free day was left
    assert penalty(book, "three", 1 * DAYS) == 2
    assert penalty(book, "three", 1 * DAYS, "bo") == 0


def test_work_that_was_due_later_uses_no_free_day(book):
    assert penalty(book, "three", 5 * DAYS) == 6
    assert penalty(book, "one", 2 * DAYS) == 0


def test_grading_takes_the_points_off_and_a_new_time_gives_them_back(
    tmp_path, released
):
    root = make_course(tmp_path / "course")
    plugin = 'c.AssignLatePenalties.plugin_class = "autograder.latedays.LateDays"\n'
    (root / "nbgrader_config.py").write_text(f"{CONFIG}\n{plugin}")
    url = f"sqlite:///{root / 'gradebook.db'}"
    with Gradebook(url, "rnn-to-transformers") as gradebook:
        gradebook.add_assignment("tiny", duedate=DUE)
    path = hand_in(root, "ada", fill_in(released, ANSWERS["right"]))
    for day, points in [(12, 1.2), (10, None)]:
        path.with_name("timestamp.txt").write_text(f"2026-01-{day} 11:00:00 UTC")
        done = autograder("grade", "tiny", "--workers", "1", cwd=root)
        assert done.returncode == 0, done.stderr
        with Gradebook(url, "rnn-to-transformers") as gradebook:
            (found,) = gradebook.find_submission("tiny", "ada").notebooks
            assert found.late_submission_penalty == points
            assert found.score == 5
