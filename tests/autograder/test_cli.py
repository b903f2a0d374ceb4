"""What a user types, and what comes back."""

import json

import nbformat
import pytest

from autograder.cli import main
from autograder.errors import ForkServerEnded

from .conftest import ANSWERS, HIDDEN_LINES, autograder, fill_in, hand_in, tree

SHAPE = {"task", "points", "score", "verdict", "misconception", "hint"}


@pytest.fixture
def notebook(tmp_path, released):
    def write(student, name="tiny (1).ipynb"):
        path = tmp_path / name
        path.write_text(fill_in(released, ANSWERS[student]))
        return path

    return write


def test_check_of_right_work_exits_0_and_writes_nothing(course, notebook):
    before = tree(course)
    done = autograder("check", notebook("right"), "--json", cwd=course)
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert set(report) == {"assignment", "score", "max_score", "tasks"}
    assert (report["assignment"], report["score"], report["max_score"]) == (
        "tiny",
        5,
        5,
    )
    assert [set(task) for task in report["tasks"]] == [SHAPE, SHAPE]
    assert {task["verdict"] for task in report["tasks"]} == {"correct"}
    assert tree(course) == before


def test_check_of_wrong_work_exits_1_and_shows_the_hint(course, notebook, released):
    path = notebook("wrong")
    nb = nbformat.read(path, as_version=4)
    del nb.metadata["course"]  # then the cells tell the assignment
    nbformat.write(nb, path)
    done = autograder("check", path, cwd=course)
    assert done.returncode == 1
    assert "You probably added c." in " ".join(done.stdout.replace("│", "").split())
    assert "3 of 5 points; 1 written answer (1 point) is graded by hand." in done.stdout
    assert not any(line in done.stdout for line in HIDDEN_LINES)


def test_check_says_so_where_the_machine_gives_up(
    course, notebook, monkeypatch, capsys
):
    def give_up(job):
        raise ForkServerEnded("the process that runs notebooks has ended: no reason")

    monkeypatch.setattr("autograder.worker.grade", give_up)
    arguments = ["autograder", "--course", str(course), "check", str(notebook("right"))]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "The notebook was not checked, because" in said


def damaged(folder):
    files = {
        "text.ipynb": "text",
        "empty.ipynb": "",
        "json.ipynb": '{"a": 1}',
        "list.ipynb": "[]",
        "cut.ipynb": '{"cells": [',
        "other.ipynb": nbformat.writes(nbformat.v4.new_notebook()),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return [("check", folder / name) for name in files]


def test_unusable_input_is_one_sentence_and_exit_2_and_changes_nothing(
    course, tmp_path, released
):
    hand_in(course, "a", fill_in(released, {}))
    commands = [
        *damaged(tmp_path),
        ("check", tmp_path / "missing.ipynb"),
        ("check", tmp_path),
        ("check",),
        ("grade", "unknown"),
        ("grade", "tiny", "--workers", "0"),
        ("grade", "tiny", "--workers", "many"),
        ("grade", "tiny", "--student", "nobody"),
        ("grade", "tiny", "--submissions", tmp_path / "missing"),
        ("grade", "tiny", "--submissions", course / "solutions" / "tiny"),
        ("release", "unknown"),
        ("unknown",),
        ("grade", "--unknown"),
        ("--course", tmp_path, "release"),
    ]
    before = tree(course)
    for said in run_all(commands, course):
        _, status, out, err = said
        assert status == 2, said
        assert out == "", said
        assert err.count("\n") == 1, said
        assert "Traceback" not in err, said
    assert tree(course) == before


def run_all(commands, cwd):
    """Run the commands' code in one process, which saves many starts."""
    import contextlib
    import io
    from unittest import mock

    from autograder.cli import main

    for command in commands:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(cwd),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch("sys.argv", ["autograder", *map(str, command)]),
            pytest.raises(SystemExit) as ended,
        ):
            main()
        yield command, ended.value.code, out.getvalue(), err.getvalue()


def test_a_folder_is_called_a_folder(course, notebook):
    path = notebook("right", "mine.ipynb")
    (said,) = run_all([("check", path.parent)], course)
    assert said[3] == (f"{path.parent} is a folder; name a notebook, such as {path}.\n")


def test_outside_of_a_course_the_folders_are_named_in_full(notebook):
    path = notebook("right", "mine.ipynb")
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir()
    (said,) = run_all([("check", "../mine.ipynb")], elsewhere)
    assert said[1] == 2
    assert f"in {elsewhere}, {path.parent} or above" in said[3]
    assert "--course FOLDER check NOTEBOOK" in said[3]


def test_a_scheduler_that_does_not_answer_is_one_sentence(course, released):
    hand_in(course, "a", fill_in(released, {}))
    before = tree(course)
    command = ("grade", "tiny", "--scheduler", "tcp://127.0.0.1:9")
    (said,) = run_all([command], course)
    assert said[1] == 2
    assert "No scheduler answers" in said[3]
    assert tree(course) == before


def test_help_names_all_verbs_and_options(course):
    texts = [said[2] for said in run_all([("--help",), ("grade", "--help")], course)]
    assert all(verb in texts[0] for verb in ("release", "check", "grade"))
    for option in ("submissions", "student", "workers", "scheduler", "json", "resume"):
        assert f"--{option}" in texts[1]
