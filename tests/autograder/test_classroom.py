"""Which notebook is whose."""

import pytest
from nbgrader.api import Gradebook

from autograder.classroom import find_submissions
from autograder.course import read_config
from autograder.gradebook import canvas_ids

IDS = {"1001": "ada", "1002": "bo"}


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def found(folder, ids=IDS):
    submissions = find_submissions(folder, "tiny", (), lambda: ids)
    return {s.student: (s.path and s.path.name, s.note) for s in submissions}


def test_a_file_that_canvas_named_is_its_students(tmp_path):
    old, new = (
        "lovelaceada_1001_98_tiny.ipynb",
        "lovelaceada_LATE_1001_555_tiny-1.ipynb",
    )
    strange = "strangeremil_77_600_tiny.ipynb"
    write(tmp_path, old, new, "bergbo_1002_556_tiny.ipynb", strange, "cleo.ipynb")
    assert found(tmp_path) == {
        "ada": (new, f"Of 2 files from Canvas, {new[:-6]} was taken."),
        "bo": ("bergbo_1002_556_tiny.ipynb", ""),
        "cleo": ("cleo.ipynb", ""),
        strange[:-6]: (strange, ""),
    }


def test_the_gradebook_is_asked_only_where_canvas_named_a_file(tmp_path):
    write(tmp_path, "ada.ipynb", "ada_1.ipynb")
    submissions = find_submissions(tmp_path, "tiny", (), lambda: pytest.fail("asked"))
    assert [s.student for s in submissions] == ["ada", "ada_1"]


def test_of_several_notebooks_one_is_taken_and_the_note_says_which(tmp_path):
    write(tmp_path, "ada/tiny/tiny.ipynb", "ada/tiny/copy.ipynb", "bo/tiny/x.ipynb")
    write(tmp_path, "cleo/a.ipynb", "cleo/b.ipynb", "dora/tiny/x.txt")
    taken = "Of 2 notebooks in the folder, {} was taken.".format
    assert found(tmp_path) == {
        "ada": ("tiny.ipynb", taken("tiny.ipynb")),
        "bo": ("x.ipynb", ""),
        "cleo": ("b.ipynb", taken("b.ipynb")),
        "dora": (None, ""),
    }


@pytest.mark.filterwarnings("ignore:Object of type")  # nbgrader's way
def test_a_number_of_canvas_that_two_students_have_finds_neither(course):
    config = read_config(course)
    assert canvas_ids(config) == {}
    assert not (course / "gradebook.db").exists()
    with Gradebook(
        f"sqlite:///{course / 'gradebook.db'}", "rnn-to-transformers"
    ) as book:
        book.add_student("ada", lms_user_id="1001")
        book.add_student("bo")
        for twice in ("cleo", "dora"):
            book.add_student(twice, lms_user_id="7")
    assert canvas_ids(config) == {"1001": "ada"}
