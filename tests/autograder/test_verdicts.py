"""From a test cell's outputs to points and words."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.utils import determine_grade

from autograder.verdicts import error_of, sentence, settle_outputs, verdict_of

SOURCE = """first = 1
assert first == 2
### BEGIN HIDDEN TESTS
assert secret == 42
### END HIDDEN TESTS"""


def cell(*outputs):
    meta = {"grade_id": "f_test", "grade": True, "solution": False, "points": 4}
    made = new_code_cell(SOURCE, metadata={"nbgrader": meta}, outputs=list(outputs))
    return nbformat.from_dict(made)


def error(ename, evalue="", line=2):
    frame = f"\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[3]\x1b[39m, line {line}"
    return new_output("error", ename=ename, evalue=evalue, traceback=["x", frame])


def credit(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


@pytest.mark.parametrize(
    ("text", "points"),
    [("2.5", 2.5), ("9", 4), ("-1", 0), ("nan", 0), ("inf", 4), ("-inf", 0)],
)
def test_partial_credit_stays_in_its_bounds(text, points):
    made = cell(credit(text))
    settle_outputs(made)
    assert determine_grade(made) == (points, 4)


def test_a_warning_costs_nothing_and_an_error_everything():
    warned = cell(new_output("stream", name="stderr", text="careful"))
    settle_outputs(warned)
    assert determine_grade(warned) == (4, 4)
    failed = cell(credit("4"), error("AssertionError"))
    settle_outputs(failed)
    assert determine_grade(failed) == (0, 4)


@pytest.mark.parametrize(
    ("ename", "verdict"),
    [
        ("AssertionError", "wrong"),
        ("ValueError", "error"),
        ("NotImplementedError", "not attempted"),
        ("CellTimeoutError", "timeout"),
        ("DeadKernelError", "crashed"),
    ],
)
def test_each_error_has_its_verdict(ename, verdict):
    assert verdict_of(error_of(cell(error(ename)))) == verdict


def test_the_time_limit_outweighs_the_error_it_causes():
    both = cell(error("KeyboardInterrupt"), error("CellTimeoutError"))
    assert verdict_of(error_of(both)) == "timeout"


def test_a_visible_test_speaks_and_a_hidden_one_does_not():
    visible = error("AssertionError", "Expected 2,\n got 1.", line=2)
    assert sentence(cell(visible), visible, "wrong") == "Expected 2, got 1."
    hidden = error("AssertionError", "it is 42", line=4)
    said = sentence(cell(hidden), hidden, "wrong")
    assert "hidden test" in said
    assert "42" not in said


def test_an_unknown_place_counts_as_hidden():
    lost = new_output("error", ename="ValueError", evalue="it is 42", traceback=[])
    assert "42" not in sentence(cell(lost), lost, "error")


def test_the_name_of_a_students_own_exception_is_not_shown_for_a_hidden_test():
    sly = error("secret_is_42", line=4)
    assert "secret" not in sentence(cell(sly), sly, "error")
