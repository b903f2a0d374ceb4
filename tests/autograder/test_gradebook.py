"""A class that was named, its due time, and what was graded by hand and again."""

import datetime
import json

import pytest
from nbgrader.api import Gradebook

from autograder.exchange import NO_TIME

from .conftest import RIGHT, autograder, fill_in, hand_in, make_course

pytestmark = pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's way
WORDS = {**RIGHT, "thoughts": "I thought."}
DUE = datetime.datetime(2026, 10, 9)


def book(root):
    return Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn-to-transformers")


def grades(gradebook, student):
    found = gradebook.find_submission_notebook("tiny", "tiny", student).grades
    return {grade.name: grade for grade in found}


def grade(root, *options):
    done = autograder("grade", "tiny", "--workers", "1", *options, cwd=root)
    assert done.returncode == 0, done.stderr
    return done


def record(root, student):
    path = root / "autograded" / student / "tiny" / "result.json"
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def course(tmp_path_factory, released):
    """Ada and Bo were imported; the folder of Bo has a slip of his name beside it."""
    root = make_course(tmp_path_factory.mktemp("named"))
    with book(root) as gradebook:
        gradebook.add_student("ada", last_name="Lovelace")
        gradebook.add_student("bo")
        gradebook.add_assignment("tiny", duedate=DUE)
    path = hand_in(root, "ada", fill_in(released, WORDS))
    path.with_name("timestamp.txt").write_text("2026-10-08 23:00:00 UTC")
    path = hand_in(root, "bo", fill_in(released, WORDS))
    path.with_name("timestamp.txt").write_text("12.10.2026 09:00")
    path.with_name("tiny (1).ipynb").write_text(fill_in(released, {}))
    hand_in(root, "obo", "no notebook")
    return root


@pytest.fixture(scope="module")
def said(course):
    return grade(course)


def test_who_was_not_in_the_class_list_is_named_once(course, said):
    assert said.stdout.endswith(
        "1 student was not in the class list and was added: obo; if it is a typing "
        "mistake, rename the folder and type 'nbgrader db student remove ID --force'.\n"
    )
    assert "class list" not in grade(course, "--student", "obo").stdout


def test_a_time_that_is_none_and_a_choice_are_noted_in_the_reason(course, said):
    taken = "Of 2 notebooks in the folder, tiny.ipynb was taken."
    assert (
        record(course, "bo")["reason"] == f"2 of 2 tasks are correct. {taken} {NO_TIME}"
    )
    assert record(course, "ada")["reason"] == "2 of 2 tasks are correct."
    with book(course) as gradebook:
        assert gradebook.find_submission("tiny", "bo").timestamp is None
        assert gradebook.find_submission("tiny", "ada").timestamp.day == 8


def test_export_says_what_is_still_open(course, said):
    done = autograder("export", cwd=course)
    assert done.stdout == "grades.csv\n"
    assert done.stderr == (
        "2 of 3 notebooks have written answers that nobody has graded; 1 was refused "
        "and stands as 0: these points will change.\n"
    )


def test_only_what_has_changed_since_is_to_be_graded_again(course, said, released):
    """Ada's answers stay; Bo writes other words, and another answer to one task."""
    by_hand = {"thoughts": 0.5, "scale_test": 1, "total_test": 2}
    with book(course) as gradebook:
        for student in ("ada", "bo"):
            for name, points in by_hand.items():
                given = grades(gradebook, student)[name]
                given.manual_score, given.needs_manual_grade = points, False
        gradebook.db.commit()
    other = {**WORDS, "thoughts": "I thought again.", "scale": RIGHT["scale"] + "  # x"}
    path = course / "submitted" / "bo" / "tiny" / "tiny.ipynb"
    path.write_text(fill_in(released, other))
    for _ in range(2):  # what waits still waits after one more run
        grade(course)
        with book(course) as gradebook:
            for student, waiting in [
                ("ada", set()),
                ("bo", {"thoughts", "scale_test"}),
            ]:
                found = grades(gradebook, student)
                assert {n for n in found if found[n].needs_manual_grade} == waiting
                assert {n: found[n].manual_score for n in found} == by_hand
    source = course / "solutions" / "tiny" / "tiny.py"
    text = source.read_text()
    assert text.count("ones(4)) == 4.0") == 1
    source.write_text(text.replace("ones(4)) == 4.0", "ones(4)) == 4"))
    grade(course, "--student", "ada")
    with book(course) as gradebook:  # the test that was overruled is another one now
        found = grades(gradebook, "ada")
        assert {n for n in found if found[n].needs_manual_grade} == {"total_test"}
