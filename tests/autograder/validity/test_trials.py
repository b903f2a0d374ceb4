"""One answer, in a child of its own, with limits."""

import numpy as np
import pytest

from autograder.sources import Task
from autograder.validity.trials import Limits, in_child, try_answer

SETUP = ("import numpy as np", "def twice(x):\n    return 2 * double(x) / 2")
RIGHT = "def double(x):\n    return 2 * x"


def task(test="assert double(3) == 6", setup=SETUP):
    return Task("double", 4, setup, RIGHT, test)


def test_a_right_answer_passes():
    verdict = try_answer(task(), RIGHT)
    assert verdict.passed
    assert verdict.reason == ""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("def double(x):\n    return x", "AssertionError"),
        ("def double(x):\n    return unknown", "NameError: name 'unknown' is"),
        ("def double(x) return x", "SyntaxError"),
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("import os; os._exit(0)", "died with 0"),
        ("while True:\n    pass", "time limit"),
        ("while True:\n    try:\n        open('/')\n    except: pass", "time limit"),
        ("import time; time.sleep(99)", "time limit"),
        ("memory = np.ones((1 << 30,))", "MemoryError"),
    ],
)
def test_a_wrong_answer_is_rejected_with_a_reason(answer, reason):
    verdict = try_answer(task(), answer, Limits(seconds=0.2, megabytes=256))
    assert not verdict.passed
    assert verdict.reason.startswith(reason)


def test_a_set_up_function_finds_the_answer():
    assert try_answer(task("assert twice(3) == 6"), RIGHT).passed


def test_an_answer_leaves_nothing_for_the_next():
    assert try_answer(task(), RIGHT + "\nhelper = 1").passed
    assert not try_answer(task("helper"), RIGHT).passed


def test_what_an_answer_prints_stays_in_the_child(capfd):
    assert try_answer(task(), "print('loud')\n" + RIGHT).passed
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("ending", "reason"),
    [("3", "3 of 4 points"), ("4", ""), ("double(1) == 3", ""), ("None", "")],
)
def test_a_number_at_the_end_of_a_test_is_its_points(ending, reason):
    assert try_answer(task(f"double(1)\n{ending}"), RIGHT).reason == reason


def test_children_draw_different_numbers():
    draws = [in_child(lambda: float(np.random.random()))[1] for _ in range(3)]  # noqa: NPY002
    assert len(set(draws)) == 3
