"""One answer, graded as in a class."""

from threading import Timer

import pytest

from autograder.forks import fork_server
from autograder.validity.grading import Grader

CONFIG = """
from pathlib import Path

from autograder.course import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)
c.JudgingExecute.memory = 256 * 2**20
"""
SOLUTION = """
# %% setup="helpers"
import numpy as np

seen = []

# %% solution="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% test="double" points=4
{test}

# %% setup="later"
later = 1

# %% solution="triple"
def triple(x):
    return 3 * x

# %% test="triple" points=1
assert triple(1) == 3
"""
TEST = "assert double(3) == 6"
RIGHT = "def double(x):\n    return 2 * x"
HANGS = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
MISCONCEPTIONS = """
from autograder.answers import inputs, misconception


@inputs("double")
def _double(rng):
    return (rng.normal(),)


@misconception("double", hint="Twice the number, not its square.")
def squared(x):
    return x * x
"""


@pytest.fixture
def grader(tmp_path):
    """Make a grader of an assignment with a test cell."""

    def make(test=TEST):
        solutions = tmp_path / "solutions" / "tiny"
        solutions.mkdir(parents=True)
        (tmp_path / "nbgrader_config.py").write_text(CONFIG)
        (solutions / "tiny.py").write_text(SOLUTION.format(test=test))
        (solutions / "misconceptions.py").write_text(MISCONCEPTIONS)
        (tmp_path / "source").mkdir()
        return Grader(tmp_path, "tiny", tmp_path / "source")

    return make


def test_a_right_answer_passes_each_run_and_is_taken_for_no_misconception(grader):
    graded = grader().grade("double", RIGHT, runs=3, ask=True)
    assert [said.passed for said in graded.verdicts] == [True] * 3
    assert [said.reason for said in graded.verdicts] == [""] * 3
    assert graded.names == [None] * 3


def test_a_misconception_is_named_by_the_referee_in_each_run(grader):
    graded = grader().grade("double", "def double(x):\n    return x * x", runs=2)
    assert [said.passed for said in graded.verdicts] == [False] * 2
    assert graded.names == ["squared"] * 2


def test_an_answer_that_passes_is_asked_for_its_name_all_the_same(grader):
    wrong = "def double(x):\n    return x * x"
    graded = grader("assert double(2) == 4").grade("double", wrong, ask=True)
    assert graded.verdicts[0].passed
    assert graded.names == ["squared"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("def double(x):\n    return x", "AssertionError"),
        ("def double(x):\n    return unknown", "NameError: name 'unknown' is"),
        ("def double(x) return x", "NameError: name 'double' is not defined"),
        ("import os; os._exit(0)", "DeadKernelError"),
        ("def double(x):\n    while True: pass", "CellTimeoutError"),
        (HANGS, "CellTimeoutError"),
        ("def double(x):\n    return np.ones((1 << 30,))[0] * 6", "MemoryError"),
    ],
)
def test_a_wrong_answer_is_rejected_with_a_reason(grader, answer, reason):
    (verdict,) = grader().grade_mutant("double", answer, limit=1).verdicts
    assert not verdict.passed
    assert verdict.reason.startswith(reason)


def test_an_answer_is_not_blamed_for_a_fork_server_that_ends(grader):
    grade, server = grader().grade, fork_server(confined=True)
    assert grade("double", RIGHT).verdicts[0].passed
    end = Timer(0.5, server._process.kill)
    end.start()
    (verdict,) = grade("double", f"import time; time.sleep(2)\n{RIGHT}").verdicts
    end.join()
    assert verdict.passed
    assert fork_server(confined=True) is not server


def test_a_task_is_alone_with_the_set_up_above_it(grader):
    grade = grader("assert 'later' not in globals()\n" + TEST).grade
    assert grade("double", RIGHT).verdicts[0].passed
    assert (
        grade("triple", "def triple(x):\n    return later * 3 * x").verdicts[0].passed
    )
    (verdict,) = grade("triple", "def triple(x):\n    return double(x)").verdicts
    assert verdict.reason.startswith("NameError: name 'double' is not defined")


def test_an_answer_leaves_nothing_for_the_next(grader):
    """What one leaves in names, modules, set-up data or files, the other is without."""
    leave = (
        "open('left', 'w').close(); seen.append(1); np.left = 1; left = 1\n"
        "def double(x):\n    assert (left, np.left, seen) == (1, 1, [1])\n"
        "    return len(open('left').read()) + 2 * x"
    )
    find = (
        "import os\n"
        "def double(x):\n"
        "    found = 'left' in globals(), hasattr(np, 'left'), seen\n"
        "    return 0 if any(found) or os.listdir() else 2 * x"
    )
    grade = grader().grade
    assert grade("double", leave).verdicts[0].passed
    assert grade("double", find).verdicts[0].passed
    assert not grade("double", f"{leave}\n{find}").verdicts[0].passed


@pytest.mark.parametrize(
    ("ending", "passed"),
    [("3", False), ("4", True), ("double(1) == 3", False), ("None", True)],
)
def test_a_number_at_the_end_of_a_test_is_its_points(grader, ending, passed):
    (verdict,) = grader(f"double(1)\n{ending}").grade("double", RIGHT).verdicts
    assert verdict.passed is passed
    assert bool(verdict.reason) is not passed


def test_each_answer_meets_other_numbers(grader):
    draw = "def double(x):\n    raise ValueError(np.random.random())"
    grade = grader().grade
    assert len({grade("double", draw).verdicts[0].reason for _ in range(3)}) == 3


def test_each_run_meets_other_inputs(grader):
    show = "def double(x):\n    raise ValueError(x)"
    graded = grader("double(np.random.default_rng().random())").grade(
        "double", show, runs=3
    )
    assert len({said.reason for said in graded.verdicts}) == 3
