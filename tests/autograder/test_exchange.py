"""From the exchange through grading and back: nbgrader's own commands fit together."""

import shutil
import subprocess

import pytest
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.exchange import LONGEST, NO_TIME, carry, read_timestamp, timestamp_note

from .conftest import (
    ANSWERS,
    PACKAGE_ROOT,
    autograder,
    fill_in,
    hand_in,
    make_course,
    nbgrader,
)

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
        ("12.10.2026 09:00", "s", {"submission_secret.txt": "s"}),
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


BERLIN = {"timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("text", "exchange", "utc"),
    [
        ("2026-10-09 17:00", {}, "2026-10-09 17:00:00"),
        ("2026-10-09 17:00:30\n", {}, "2026-10-09 17:00:30"),
        ("2026-10-09 17:00:30.25 UTC", {}, "2026-10-09 17:00:30.250000"),
        ("2026-10-09 17:00 +0200", {}, "2026-10-09 15:00:00"),
        ("2026-10-09 17:00 -03", {}, "2026-10-09 20:00:00"),
        ("2026-10-09 17:00 Europe/Berlin", {}, "2026-10-09 15:00:00"),
        ("2026-10-09 17:00:00.000000 CEST", BERLIN, "2026-10-09 15:00:00"),
        ("2026-12-09 17:00:00.000000 CET", BERLIN, "2026-12-09 16:00:00"),
        ("2026-10-09 17:00 CEST", {}, None),  # whose summer time?
        ("2026-10-09 17:00 sharp", {}, None),
        ("12.10.2026 09:00", {}, None),
        (
            "12.10.2026 09:00 UTC",
            {"timestamp_format": "%d.%m.%Y %H:%M %Z"},
            "2026-10-12 09:00:00",
        ),
        ("10/12/2026 09:00", {}, None),
        ("2026-10-09", {}, None),
        ("2026-13-09 17:00", {}, None),
        ("0001-01-01 00:00 +0100", {}, None),
        ("yesterday-ish", {}, None),
        ("2026-10-09 17:00\n2026-10-08 17:00", {}, None),
        ("", {}, None),
        ("\ufeff2026-10-09 17:00", {}, None),
    ],
)
def test_a_time_is_read_in_one_format_and_never_guessed(tmp_path, text, exchange, utc):
    course = CourseDirectory(config=Config(Exchange=Config(exchange)))
    assert timestamp_note(course, tmp_path) == ""
    (tmp_path / "timestamp.txt").write_text(text)
    when = read_timestamp(course, tmp_path)
    assert (when and str(when)) == utc
    assert timestamp_note(course, tmp_path) == ("" if utc else NO_TIME)


def test_make_clean_keeps_what_students_handed_in(tmp_path):
    shutil.copy(PACKAGE_ROOT / "Makefile", tmp_path)
    command = ["make", "--no-print-directory", "clean"]
    kept = tmp_path / "_build" / "exchange" / "course" / "inbound" / "one.ipynb"
    for path in [kept, tmp_path / "_build" / "html" / "index.html"]:
        path.parent.mkdir(parents=True)
        path.write_text("text")
    (tmp_path / "_build" / ".hidden").touch()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "_build/exchange stays" in done.stdout
    assert [path for path in tmp_path.glob("_build/**/*") if path.is_file()] == [kept]
    assert list((tmp_path / "_build").iterdir()) == [tmp_path / "_build" / "exchange"]
    shutil.rmtree(tmp_path / "_build" / "exchange" / "course")
    for _ in range(2):  # an exchange with nothing in it goes; so may all
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert not (tmp_path / "_build").exists()
