"""The instructor's page, and the numbers in it."""

import re

import numpy as np
import pytest

from autograder.classresults import Outcome
from autograder.report import report_page
from autograder.results import TaskResult
from autograder.statistics import (
    MIN_CLASS,
    correlation,
    misconceptions,
    task_statistics,
)

from .conftest import HIDDEN_LINES, autograder
from .test_cli import run_all

TASKS = {"scale": 2, "total": 3, "mean": 1}


def outcome(student, *scores, name=None, **about):
    tasks = []
    for (task, points), score in zip(TASKS.items(), scores, strict=True):
        verdict, met = ("correct", None) if score == points else ("wrong", name)
        tasks.append(TaskResult(task, points, score, verdict, met))
    return Outcome(student, tuple(tasks), **about)


def big_class(number=30):
    """Strong students solve scale and total; mean is solved by chance."""
    return [
        outcome(f"s{n:02d}", 2 * (n % 3 > 0), 3 * (n % 3 > 0), n % 2, name="added")
        for n in range(number)
    ]


def test_difficulty_is_the_mean_share_of_the_points():
    found = {task.task: task for task in task_statistics(big_class())}
    assert list(found) == list(TASKS)
    assert found["scale"].share == pytest.approx(2 / 3)
    assert found["mean"].share == pytest.approx(1 / 2)
    assert found["scale"].verdicts == {"correct": 20, "wrong": 10}


def test_discrimination_is_the_correlation_with_the_rest_of_the_score():
    students = big_class()
    found = {task.task: task for task in task_statistics(students)}
    scale = [s.tasks[0].score for s in students]
    rest = [s.tasks[1].score + s.tasks[2].score for s in students]
    truth = np.corrcoef(scale, rest)[0, 1]
    assert found["scale"].discrimination == pytest.approx(truth)
    assert not found["scale"].weak
    assert found["mean"].discrimination == pytest.approx(0, abs=0.05)
    assert found["mean"].weak


def test_a_small_class_and_a_task_that_all_solved_have_no_discrimination():
    small = task_statistics(big_class(MIN_CLASS - 1))
    assert [task.discrimination for task in small] == [None] * 3
    assert correlation(np.ones(50), np.arange(50.0)) is None
    assert correlation(np.arange(50.0), np.ones(50)) is None


def test_refused_notebooks_say_nothing_about_tasks():
    refused = outcome("text", 0, 0, 0, refused="It is not a notebook.")
    assert task_statistics([*big_class(), refused]) == task_statistics(big_class())
    assert task_statistics([refused]) == []


def test_misconceptions_are_counted_by_student_the_most_frequent_first():
    found = [(m.task, m.name, m.students) for m in misconceptions(big_class())]
    assert found[0] == ("mean", "added", 15)
    assert sorted(found[1:]) == [("scale", "added", 10), ("total", "added", 10)]


def test_the_page_of_a_class_has_all_its_parts():
    flags = (("scale", "torch.nn.LSTM"), ("scale", ".backward"))
    notes = ("A cell was put back.",)
    ended = TaskResult("scale", 2, 0, "timeout", None, "Too long.")
    page = report_page(
        "tiny",
        [
            *big_class(),
            outcome("text", 0, 0, 0, refused="It is not <b>JSON</b>."),
            outcome("ready", 2, 3, 1, ready_made=flags, notes=notes),
            outcome("open", 2, 3, 1, unconfined=True),
            Outcome("slow", (ended, *outcome("", 0, 3, 1).tasks[1:])),
        ],
    )
    assert page.count("<svg") == page.count('role="img" aria-label="') == 2
    for part in [
        "Histogram of 33 scores out of 6 points.",
        "It is not &lt;b&gt;JSON&lt;/b&gt;.",
        "<code>torch.nn.LSTM</code>, <code>.backward</code>",
        "A cell was put back.",
        "<p>open</p>",
        "Too long.",
        "15 students",
    ]:
        assert part in page, part
    assert "The class is too small" not in page


@pytest.mark.parametrize(
    "students",
    [
        [outcome("one", 2, 0, 0, name="added")],
        [outcome("text", 0, 0, 0, refused="It is not a notebook.")],
    ],
)
def test_a_tiny_class_has_a_page_too(students):
    page = report_page("tiny", students)
    assert ("The class is too small for it: 1 notebook" in page) == (
        students[0].refused is None
    )


def test_no_control_character_is_in_a_page():
    said = "\x1b]0;owned\x07\x00\x9b31m\x7f\x0c bad\r\n\tlines\ud800 ö"
    page = report_page("tiny", [*big_class(), outcome("a", 0, 0, 0, refused=said)])
    assert "]0;owned31m bad\n\tlines ö" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    page.encode()


def test_report_is_written_from_the_graded_notebooks(graded_class):
    root = graded_class.root
    done = autograder("report", "tiny", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "_build/reports/tiny.html\n"
    page = (root / done.stdout.strip()).read_text(encoding="utf-8")
    for part in ("added", "You probably added c.", "crashed", "endless", "timeout"):
        assert part in page
    assert "it is not JSON" in page
    assert not any(line in page for line in HIDDEN_LINES[:2])
    assert "//" not in page.replace("http://www.w3.org/", "")
    assert "<script" not in page


def test_without_results_it_says_what_to_do(course):
    for verb in ("report", "feedback"):
        for name, sentence in [
            ("tiny", "python -m autograder grade tiny"),
            ("unknown", "no assignment called 'unknown'"),
        ]:
            (said,) = run_all([(verb, name)], course)
            assert said[1:3] == (2, "")
            assert sentence in said[3]
            assert said[3].count("\n") == 1
