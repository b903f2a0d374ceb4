"""What holds for every assignment: its prompts, its tests, and its catalogue."""

import ast
import itertools
import re
import time

import numpy as np
import pytest

from autograder.answers import fresh_inputs, same
from autograder.sources import assignments

from .assignment import ROOT, assignment

ALL = [assignment(name) for name in assignments(ROOT)]

# How many tasks, in words and in number; how many hours; what the minutes sum up to.
SIZES = {
    "ch0_sequences": ("Seven", 7, "two", 120),
    "ch1_rnn": ("Thirteen", 13, "three and a half", 210),
    "ch2_attention": ("Thirteen", 13, "three", 180),
    "ch3_lstm": ("Sixteen", 16, "four", 235),
    "ch4_gru": ("Ten", 10, "two and three quarter", 165),
    "ch5_transformer": ("Twenty-one", 21, "six", 370),
}
STATED = re.compile(
    r"## (\d+)\. .*\*(\d+) points? · difficulty [1-5] of 5 · about (\d+) minutes\*"
)

# Tasks to which only numbers are given: there is nothing that could be written into.
ONLY_NUMBERS = {
    ("ch3_lstm", "count_parameters"),
    ("ch4_gru", "costs"),
    ("ch4_gru", "widest"),
    ("ch5_transformer", "sinusoids"),
    ("ch5_transformer", "count_parameters"),
    ("ch5_transformer", "count_multiply_adds"),
}

# Tasks whose hints may name torch, because their texts are about its layers.
ABOUT_TORCH = {("ch3_lstm", "count_parameters")}

# Small calls that may be many, or a large one that checks an average: the most calls
# in a test cell, and the most numbers in a call. All others keep to (60, 5000).
LARGER = {
    ("ch0_sequences", "next_token_pairs"): (100, 5000),
    ("ch0_sequences", "witten_bell"): (140, 5000),
    ("ch0_sequences", "surprise"): (60, 40_000),
}

every_assignment = pytest.mark.parametrize("a", ALL, ids=lambda a: a.name)


def each(pick):
    """Run a test for each task or answer that `pick` finds in an assignment."""
    cases = [
        pytest.param(a, what, id=f"{a.name}-{getattr(what, 'task', '')}-{name}")
        for a in ALL
        for what in pick(a)
        for name in [getattr(what, "name", what)]
    ]
    return pytest.mark.parametrize(("a", "what"), cases)


every_task = each(lambda a: a.tasks)
every_misconception = each(lambda a: a.catalogue.misconceptions)
every_alternative = each(lambda a: a.catalogue.alternatives)


@every_assignment
def test_the_solved_notebook_runs_from_top_to_bottom_in_ten_seconds(a):
    start, namespace = time.process_time(), {}
    for cell in a.notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert time.process_time() - start < 10
    assert a.tasks.keys() <= namespace.keys()


@every_assignment
def test_prompts_and_introduction_state_points_and_minutes(a):
    total = minutes = 0
    for place, (name, text) in enumerate(a.prompts.items(), start=1):
        cell = a.cells[name if name == "reflection" else f"{name}_test"]
        stated = STATED.match(text)
        points = cell.metadata["nbgrader"]["points"]
        assert (int(stated[1]), int(stated[2])) == (place, points)
        assert f"`{name}`" in text or name == "reflection"
        total, minutes = total + points, minutes + int(stated[3])
    word, count, hours, sum_of_minutes = SIZES[a.name]
    assert (len(a.tasks), minutes) == (count, sum_of_minutes)
    introduction = " ".join(a.notebook.cells[0].source.split())
    assert f"{word} short functions ({total - 2} points)" in introduction
    assert f": {total} points, about {hours} hours" in introduction


@every_assignment
def test_the_notebook_ends_with_a_written_question(a):
    assert a.notebook.cells[-1] is a.cells["reflection"]
    assert a.cells["reflection"].cell_type == "markdown"
    assert a.cells["reflection"].metadata["nbgrader"]["points"] == 2


@every_task
def test_a_task_uses_no_other_tasks_function(a, what):
    others = a.tasks.keys() - {what}
    for source in (a.tasks[what].solution, a.tasks[what].test):
        used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        assert not used & others


def size(value):
    """How many numbers a value holds, also inside of lists, tuples and dicts."""
    if isinstance(value, dict):
        value = [*value.values()]
    return sum(map(size, value)) if isinstance(value, list | tuple) else np.size(value)


@every_task
def test_a_test_calls_the_answer_at_most_sixty_times(a, what):
    """The answer may run in another process, where a call takes its time."""
    calls, namespace, right = [], {**a.solved}, a.solved[what]

    def counted(*given, **named):
        calls.append(size([given, named]))
        return right(*given, **named)

    counted.__name__, namespace[what] = what, counted
    exec(a.tasks[what].test, namespace)
    most, largest = LARGER.get((a.name, what), (60, 5000))
    assert 0 < len(calls) <= most
    assert max(calls) < largest


def arrays(value):
    """The arrays of a value that are not empty, also inside of lists, tuples, dicts."""
    if isinstance(value, np.ndarray):
        return [value] if value.size else []
    value = list(value.values()) if isinstance(value, dict) else value
    inner = value if isinstance(value, list | tuple) else []
    return [array for part in inner for array in arrays(part)]


@every_task
def test_no_two_inputs_of_a_visible_call_are_one_array(a, what):
    """Else what is written into one input would be reported of another."""
    namespace, right = {**a.solved}, a.solved[what]

    def watched(*given):
        for one, two in itertools.combinations(arrays(given), 2):
            assert not np.shares_memory(one, two)
        return right(*given)

    watched.__name__, namespace[what] = what, watched
    exec(a.tasks[what].test.split("### BEGIN HIDDEN TESTS")[0], namespace)


@every_task
def test_the_catalogue_is_large_enough(a, what):
    assert len(a.wrong(what)) >= 5
    assert len(a.right(what)) >= 3
    assert len({len(args) for args in fresh_inputs(a.catalogue, what, range(3))}) == 1


@every_misconception
def test_a_misconception_fails_its_own_task_by_its_values(a, what):
    error = a.fails(what.task, what.source)
    assert error is not None
    assert not isinstance(error, NameError | SyntaxError | ImportError | TypeError)
    assert "got TypeError" not in str(error)


@every_misconception
def test_a_misconception_touches_no_other_task(a, what):
    """It defines its own task's function and nothing else, and no task calls another.

    So the other tasks' tests need not run to know that they do not fail.
    """
    (definition,) = ast.parse(what.source).body
    assert isinstance(definition, ast.FunctionDef)
    assert definition.name == what.task
    assert not any(isinstance(n, ast.Global) for n in ast.walk(definition))


@every_alternative
def test_an_alternative_passes(a, what):
    assert a.fails(what.task, what.source) is None


@every_misconception
def test_a_hint_is_two_to_four_sentences_without_code(a, what):
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", what.hint)) <= 4
    assert not re.search(r"`|np\.|torch\.|@|=|\[|\$|_", what.hint)
    assert "torch" not in what.hint or (a.name, what.task) in ABOUT_TORCH


@every_task
def test_wrong_answers_differ_from_each_other_and_from_the_right_one(a, what):
    functions = {"the solution": a.solved[what]}
    functions |= {answer.name: answer.function for answer in a.wrong(what)}
    draws = fresh_inputs(a.catalogue, what, range(12))
    with np.errstate(all="ignore"):
        values = {k: [f(*args) for args in draws] for k, f in functions.items()}
    for one, two in itertools.combinations(values, 2):
        assert not same(values[one], values[two]), f"{one} is {two}"


@every_task
def test_an_answer_without_return_gets_one_sentence(a, what):
    said = a.says(what, f"def {what}(*inputs):\n    pass")
    assert f"Expected a result from {what} for " in said
    assert said.endswith("does every way through the function end with a return?")


SLIP = """
right = {name}

def parts(given):
    if isinstance(given, np.ndarray):
        return [given] if given.size else []
    given = given.values() if isinstance(given, dict) else given
    if not isinstance(given, str) and hasattr(given, "__iter__"):
        inner = [a for part in given for a in parts(part)]
        return inner + [given] * (isinstance(given, list) and len(given) > 1)
    return []

def {name}(*inputs):
    result = copy.deepcopy(right(*inputs))
    for a in parts(inputs){which}:
        if isinstance(a, list):
            a.reverse()
        else:
            a[...] = ~a if a.dtype == bool else a + 1
    return result
"""


@pytest.mark.parametrize("which", ["", "[:1]", "[-1:]"])
@each(lambda a: [t for t in a.tasks if (a.name, t) not in ONLY_NUMBERS])
def test_an_input_written_into_gets_one_sentence(a, what, which):
    """The right values, but some arrays or lists that are given change afterwards."""
    slip = SLIP.format(name=what, which=which)
    said = a.says(what, a.tasks[what].solution + slip)
    assert said.startswith(f"Expected {what} to leave its inputs as they are")
