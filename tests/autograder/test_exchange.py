"""From the exchange through grading and back: nbgrader's own commands fit together."""

import shutil

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.exchange import LONGEST, carry

from .conftest import ANSWERS, autograder, fill_in, hand_in, make_course, nbgrader

WHEN = "2026-01-02 03:04:05 UTC"


@pytest.fixture(scope="module")
def graded(tmp_path_factory, released):
    """Two who handed in through the exchange and one, the first, who sent a mail."""
    root = make_course(tmp_path_factory.mktemp("mixed"))
    for student, kind in [("ada", "right"), ("bo", "right"), ("cleo", "wrong")]:
        path = hand_in(root, student, fill_in(released, ANSWERS[kind]))
        if student != "ada":
            (path.parent / "timestamp.txt").write_text(WHEN)
            (path.parent / "submission_secret.txt").write_text(f"secret of {student}")
    done = autograder("grade", "tiny", "--workers", "1", cwd=root)
    assert done.returncode == 0, done.stderr
    return root


def handed_out(root):
    folder = root / "_build" / "exchange" / "rnn-to-transformers" / "feedback"
    return {path.read_text("utf-8") for path in folder.glob("*.html")}


@pytest.mark.parametrize("verb", ["generate_feedback", "feedback"])
def test_feedback_reaches_those_who_handed_in_through_the_exchange(
    graded, tmp_path, verb
):
    root = shutil.copytree(graded, tmp_path / "course", symlinks=True)
    if verb == "feedback":
        assert autograder(verb, "tiny", cwd=root).returncode == 0
    else:
        nbgrader(verb, "tiny", cwd=root)
    nbgrader("release_feedback", "tiny", cwd=root)
    pages = {
        path.parts[-3]: path.read_text("utf-8")
        for path in root.glob("feedback/*/tiny/tiny.html")
    }
    assert set(pages) == {"ada", "bo", "cleo"}
    assert handed_out(root) == {pages["bo"], pages["cleo"]}


def test_a_student_who_was_left_out_on_purpose_stays_left_out(graded, tmp_path):
    root = shutil.copytree(graded, tmp_path / "course", symlinks=True)
    assert autograder("feedback", "tiny", cwd=root).returncode == 0
    option = "--CourseDirectory.student_id_exclude=bo"
    nbgrader("release_feedback", "tiny", option, cwd=root)
    page = root / "feedback" / "cleo" / "tiny" / "tiny.html"
    assert handed_out(root) == {page.read_text("utf-8")}


@pytest.fixture
def folders(tmp_path):
    source, destination = tmp_path / "from", tmp_path / "to"
    source.mkdir()
    destination.mkdir()
    return source, destination


@pytest.mark.parametrize(
    ("timestamp", "secret", "carried"),
    [
        (WHEN, "s", {"timestamp.txt": WHEN, "submission_secret.txt": "s"}),
        ("soon", "s", {"submission_secret.txt": "s"}),
        (None, None, {}),
        (WHEN, "s" * (LONGEST + 1), {"timestamp.txt": WHEN}),
    ],
)
def test_what_is_usable_is_carried_and_what_is_gone_goes(
    folders, timestamp, secret, carried
):
    source, destination = folders
    for name, text in [("timestamp.txt", timestamp), ("submission_secret.txt", secret)]:
        (destination / name).write_text("old")
        if text is not None:
            (source / name).write_text(text)
    carry(CourseDirectory(config=Config()), source, destination)
    assert {p.name: p.read_text() for p in destination.iterdir()} == carried
