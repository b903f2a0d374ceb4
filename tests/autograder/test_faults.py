"""Errors of own cells, in words."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.faults import OwnCells, fault
from autograder.verdicts import Judgement

FRAMES = "Cell In[3], line 4\nFile ~/a.py:9, in f\nCell In[2], line 1"


def error(ename, evalue="", traceback=FRAMES):
    return new_output("error", ename=ename, evalue=evalue, traceback=[traceback])


def cell(task=None, locked=False):
    meta = {"grade_id": task or "x", "solution": task is not None, "locked": locked}
    return nbformat.from_dict(new_code_cell("", metadata={"nbgrader": meta}))


def added():
    return nbformat.from_dict(new_code_cell(""))


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (
            error("ValueError", "no\n \x1b[31muse."),
            " in line 4 with ValueError: no use.",
        ),
        (error("AssertionError"), " in line 4 with AssertionError."),
        (error("KeyError", "'a'", ""), " with KeyError: 'a'."),
        (
            error("SyntaxError", "'(' was never closed (1234.py, line 7)", ""),
            " in line 7 with SyntaxError: '(' was never closed.",
        ),
    ],
)
def test_a_fault_has_its_line_and_message(failed, said):
    assert fault("The cell of f", failed) == f"The cell of f fails{said}"


def test_a_long_message_is_cut():
    assert len(fault("The cell of f", error("ValueError", "x" * 9999))) < 300


def test_the_cause_is_the_own_cell_only_where_the_test_cannot_run():
    own = OwnCells()
    own.note(cell("f"), error("ValueError", "no"))
    assert own.cause("g", error("TypeError")) is None
    assert own.cause("f", error("AssertionError")) is None
    cause = own.cause("f", error("TypeError"))
    assert cause.verdict == "error"
    assert cause.hint.endswith("ValueError: no. Mend it first.")
    assert own.add_notes("f", cause) == cause


def test_an_answer_outside_of_a_function_can_be_not_attempted():
    own = OwnCells()
    own.note(cell("f"), error("NotImplementedError"))
    cause = own.cause("f", error("NameError", "name 'f' is not defined"))
    assert cause.verdict == "not attempted"
    assert cause.hint == "f still raises NotImplementedError: write it."


def test_another_missing_name_is_no_missing_cell():
    missing = error("NameError", "name 'np' is not defined")
    assert OwnCells().cause("f", missing) is None


def test_locked_cells_and_what_is_not_attempted_give_no_note():
    own, correct = OwnCells(), Judgement("correct")
    own.note(cell(locked=True), error("ValueError"))
    assert own.add_notes("f", correct) == correct
    own.note(added(), error("NotImplementedError"))
    assert own.add_notes("f", correct) == correct
    own.note(added(), error("ValueError"))
    assert own.add_notes("f", correct).hint.startswith("A cell of yours above")
    assert own.add_notes("g", correct) == correct
