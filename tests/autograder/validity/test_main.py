"""Validity on a tiny assignment, whose tests are good, weak, or hopeless."""

import json
import shutil

import pytest
from click.testing import CliRunner

from autograder.validity.__main__ import main

CONFIG = """
from pathlib import Path

from autograder.course import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)
"""
SOLUTION = '''
# %% setup="imports"
import numpy as np

# %% solution="scale"
def scale(x, factor):
    """Return x times factor plus one."""
    ### BEGIN SOLUTION
    return x * factor + 1
    ### END SOLUTION


# %% test="scale" points=2
assert scale(1, 1) == 2
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
x, factor = rng.normal(size=3), rng.normal()
np.testing.assert_allclose(scale(x, factor), x * factor + 1)
### END HIDDEN TESTS
'''
RANDOM_TEST = "np.testing.assert_allclose(scale(x, factor), x * factor + 1)"
MISCONCEPTIONS = """
from autograder.answers import equivalent, inputs, misconception


@inputs("scale")
def _scale(rng):
    return rng.normal(size=3), rng.normal()


@misconception("scale", hint="The one is missing.")
def no_one(x, factor):
    return x * factor


@misconception("scale", hint="The one has the wrong sign.")
def minus_one(x, factor):
    return x * factor - 1


@misconception("scale", hint="The factor is added.")
def factor_added(x, factor):
    return x + factor + 1


@misconception("scale", hint="The factor is divided by.")
def divided(x, factor):
    return x / factor + 1


@misconception("scale", hint="The brackets are elsewhere.")
def factor_plus_one(x, factor):
    return x * (factor + 1)
"""
ALTERNATIVES = """
import numpy as np

from autograder.answers import alternative


@alternative("scale")
def one_first(x, factor):
    return 1 + factor * x


@alternative("scale")
def with_ufuncs(x, factor):
    return np.add(np.multiply(x, factor), 1.0)


@alternative("scale")
def element_by_element(x, factor):
    return np.vectorize(lambda number: number * factor + 1)(x)
"""


@pytest.fixture
def write(tmp_path):
    """Write the assignment, with some of its text replaced."""

    def write(*replaced):
        folder = tmp_path / "solutions" / "ch9_tiny"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (tmp_path / "nbgrader_config.py").write_text(CONFIG)
        for name, text in [
            ("ch9_tiny", SOLUTION),
            ("misconceptions", MISCONCEPTIONS),
            ("alternatives", ALTERNATIVES),
        ]:
            for old, new in replaced:
                text = text.replace(old, new)
            (folder / f"{name}.py").write_text(text)

    return write


@pytest.fixture
def validity(tmp_path):
    """Run the command with options; give its exit status and its output."""

    def run(*options):
        options = ["--root", str(tmp_path), "--runs", "1", *options]
        result = CliRunner().invoke(main, options, catch_exceptions=False)
        return result.exit_code, result.output

    return run


def last_line(output):
    return output.rstrip().splitlines()[-1]


def test_good_tests_hold(write, validity):
    write()
    status, output = validity("--runs", "3")
    assert last_line(output) == (
        "wrong rejected 15/15 · right accepted 4/4 · named 5/5 · equivalent 0"
    )
    assert status == 0


def test_how_wrong_answers_were_rejected_is_told(write, validity):
    write()
    _, output = validity()
    assert output.splitlines()[-2] == "rejected as: 14 wrong, 1 not attempted"


def test_it_goes_without_the_sandbox_where_that_is_wanted(write, validity):
    write()
    status, output = validity("--no-sandbox")
    assert "wrong rejected 15/15 · right accepted 4/4" in last_line(output)
    assert status == 0


def test_inputs_that_cannot_be_drawn_are_caught(write, validity):
    write(("return rng.normal(size=3), rng.normal()\n", "return rng.size, 3\n"))
    status, output = validity()
    assert "scale: the catalogue's inputs fail: AttributeError: " in output
    assert "named 0/5" in last_line(output)
    assert status == 1


def test_a_right_answer_that_fails_in_one_run_is_caught(write, validity):
    value = "np.add(np.multiply(x, factor), 1 + len(calls) // 3)"
    write(
        ("def with_ufuncs(x, factor)", "def with_ufuncs(x, factor, calls=[])"),
        (
            "return np.add(np.multiply(x, factor), 1.0)",
            f"calls.append(1)\n    return {value}",
        ),
    )
    status, output = validity("--runs", "2")
    assert "right answer rejected in 1 of 2 runs: with_ufuncs: Assertion" in output
    assert "right accepted 3/4" in last_line(output)
    assert status == 1


def test_a_misconception_that_passes_in_one_run_is_caught(write, validity):
    # The first run calls it once, and then ten times to find its name.
    body = "calls.append(1)\n    return x * factor - 1 + 2 * (len(calls) > 11)"
    write(
        ("def minus_one(x, factor)", "def minus_one(x, factor, calls=[])"),
        ("return x * factor - 1", body),
    )
    status, output = validity("--runs", "2")
    assert "scale: misconception accepted in 1 of 2 runs: minus_one\n" in output
    assert status == 1


def test_a_weak_test_is_caught_and_the_mutant_named(write, validity):
    write((RANDOM_TEST, ""))
    status, output = validity("ch9_tiny")
    assert status == 1
    assert (
        "scale: mutant accepted in 1 of 1 runs: "
        "return x * factor + 1: 'x * factor' -> 'x / factor'\n"
    ) in output
    assert "scale: misconception accepted in 1 of 1 runs: divided\n" in output


def test_a_test_that_always_fails_rejects_right_answers(write, validity):
    write((RANDOM_TEST, "assert False, 'never'"))
    status, output = validity()
    assert status == 1
    assert "right accepted 0/4" in last_line(output)
    assert (
        "scale: right answer rejected in 1 of 1 runs: "
        "one_first: AssertionError: never\n"
    ) in output


def test_a_mutant_that_hangs_is_stopped_and_rejected(write, validity):
    loop = "while x is None:\n        pass\n    return x * factor + 1\n    ### END"
    write(("return x * factor + 1\n    ### END", loop))
    status, output = validity("--seconds", "1")
    assert "wrong rejected 16/16" in last_line(output)
    assert status == 0


def test_a_name_that_two_misconceptions_share_is_no_name(write, validity):
    write(("return x * factor - 1", "return x * factor"))
    status, output = validity()
    assert "named 3/5" in last_line(output)
    assert "scale: misconception not named: no_one\n" in output
    assert "scale: misconception not named: minus_one\n" in output
    assert status == 1


def test_a_right_answer_that_is_taken_for_a_misconception_is_caught(write, validity):
    write(("return x * factor + 1\n", "return x * factor\n"), (RANDOM_TEST, ""))
    status, output = validity("--json")
    (row,) = json.loads(output)["assignments"]["ch9_tiny"]
    assert row["misnamed"] == 1
    assert "scale: named wrongly: the solution is taken for no_one" in row["failures"]
    assert status == 1


def test_a_blank_cell_that_passes_is_caught(write, validity):
    write((RANDOM_TEST, ""), ("assert scale(1, 1) == 2", "assert True"))
    status, output = validity()
    assert "scale: blank accepted in 1 of 1 runs: the blank cell\n" in output
    assert "wrong rejected 0/15" in last_line(output)
    assert status == 1


def test_a_misconception_must_run(write, validity):
    write(("return x * factor - 1", "return helper(x) - 1"))
    status, output = validity()
    assert (
        "scale: misconception does not run: minus_one: "
        "NameError: name 'helper' is not defined\n"
    ) in output
    assert status == 1


def test_a_task_needs_five_misconceptions_and_three_alternatives(write, validity):
    gone = [('@misconception("scale", hint="The factor is added.")', "")]
    write(*gone, ('@alternative("scale")\ndef one_first', "def one_first"))
    status, output = validity()
    assert "scale: has 4 misconceptions, needs 5\n" in output
    assert "scale: has 2 alternatives, needs 3\n" in output
    assert status == 1


def test_an_answer_to_no_task_is_caught(write, validity):
    write(('@alternative("scale")\ndef one_first', '@alternative("sale")\ndef one'))
    status, output = validity()
    assert "sale: the catalogue knows this task, but the notebook does not\n" in output
    assert status == 1


def test_a_mutant_listed_as_equivalent_must_be_there_and_pass(write, validity):
    listed = [
        "return x * factor + 1: '1' -> '2'",
        "return x * factor + 1: '1' -> '7'",
    ]
    lines = "".join(f"equivalent('scale', {m!r}, reason='Why.')\n" for m in listed)
    write(("\n\n@inputs", f"{lines}\n\n@inputs"))
    status, output = validity()
    assert status == 1
    assert "equivalent 0" in last_line(output)
    assert f"scale: listed as equivalent, but rejected: {listed[0]}" in output
    assert f"scale: listed as equivalent, but no such mutant: {listed[1]}" in output


def test_an_equivalent_mutant_counts_as_such(write, validity):
    # Where nothing is negative, the absolute value is the value.
    inside = "return abs(x * factor + 1)\n    ### END"
    outside = (
        "x, factor = abs(x), abs(factor)\n"
        "np.testing.assert_allclose(scale(x, factor), x * factor + 1)"
    )
    replaced = [("return x * factor + 1\n    ### END", inside), (RANDOM_TEST, outside)]
    label = "return abs(x * factor + 1): 'abs(x * factor + 1)' -> 'x * factor + 1'"
    line = f"equivalent('scale', {label!r}, reason='No number is negative.')\n"
    write(*replaced, ("\n\n@inputs", f"{line}\n\n@inputs"))
    status, output = validity()
    assert "equivalent 1" in last_line(output)
    assert status == 0


def test_an_unknown_assignment_is_one_sentence(write, validity):
    write()
    status, output = validity("ch9_tini")
    assert status == 2
    assert output == (
        "There is no assignment called 'ch9_tini'; known are: ch9_tiny.\n"
    )


def test_an_assignment_without_tests_does_not_pass(write, validity):
    write(('# %% test="scale" points=2', "# %%"))
    status, output = validity()
    assert output == "ch9_tiny has no task with tests; there must be one.\n"
    assert status == 2


def test_no_line_is_cut_where_there_is_no_terminal(write, validity):
    long = "a_very_" + 20 * "long_" + "name"
    write((RANDOM_TEST, "assert False"), ("def one_first", f"def {long}"))
    _, output = validity()
    assert f"in 1 of 1 runs: {long}: AssertionError\n" in output


def test_the_measurement_as_json(write, validity):
    write()
    status, output = validity("--json")
    measured = json.loads(output)
    (row,) = measured["assignments"]["ch9_tiny"]
    assert row["task"] == "scale"
    assert row["misconceptions"] == {"good": 5, "tried": 5}
    assert measured["totals"]["wrong"] == {"good": 15, "tried": 15}
    assert measured["totals"]["equivalent"] == 0
    assert measured["valid"] is (status == 0)
