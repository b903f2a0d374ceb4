"""The assignment on the LSTM: its prompts, its tests, and the catalogue of answers."""

import ast
import itertools
import re
import time
from pathlib import Path

import numpy as np
import pytest

from autograder.answers import fresh_inputs, read_catalogue, same
from autograder.sources import read_source, read_tasks

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "solutions" / "ch3_lstm"
NOTEBOOK = read_source(FOLDER / "ch3_lstm.py")
TASKS = {task.name: task for task in read_tasks(NOTEBOOK)}
CATALOGUE = read_catalogue(FOLDER)
CELLS = {cell["id"]: cell for cell in NOTEBOOK.cells}
PROMPTS = {
    name: " ".join(CELLS[f"{name}_prompt"].source.split())
    for name in [*TASKS, "reflection"]
}
STATED = re.compile(
    r"## (\d+)\. .*\*(\d+) points? · difficulty [1-5] of 5 · about (\d+) minutes\*"
)

# The equations, by their labels in the chapter, that a task's texts may name.
BACK = "back-hidden back-cell back-inside back-weights"
EQUATIONS = {
    "lstm_gates": "gates packed",
    "lstm_step": "gates cell hidden packed",
    "lstm_forward": "gates cell hidden packed",
    "from_packed": "packed",
    "to_torch": "packed",
    "count_parameters": "parameters packed",
    "lstm_cell_backward": "back-hidden back-cell cell",
    "lstm_gates_backward": "back-inside back-weights packed",
    "lstm_backward": BACK,
    "rail_by_lag": "direct",
    "cell_jacobian": "total packed",
    "all_paths_by_lag": f"{BACK} direct total",
    "forget_bias": "leak spread packed",
    "spread_biases": "spread packed",
    "peephole_step": "peephole gates cell hidden",
    "find_cell": "",
    "reflection": "direct spread",
}


def chapter_numbers():
    """Of each equation in chapter 3: its number, and the section it stands in."""
    section, found = 0, {}
    for line in (ROOT / "book" / "ch3_lstm.md").read_text("utf-8").splitlines():
        section += line.startswith("## ")
        if line.startswith(":label: eq-lstm-"):
            label = line.removeprefix(":label: eq-lstm-")
            found[label] = f"3.{len(found) + 1}", f"3.{section}"
    return found


def texts(name):
    """The prompt and the hints of a task, each on one line."""
    hints = [a.hint for a in CATALOGUE.misconceptions if a.task == name]
    return [PROMPTS[name], *hints]


def solved():
    """A namespace in which all set-up and solution cells have run."""
    namespace = {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code" and not cell.metadata["nbgrader"]["grade"]:
            exec(cell.source, namespace)
    return namespace


SOLVED = solved()


def says(task, source, visible=False):
    """What stops an answer among the other solutions, or None if it passes."""
    namespace, test = {**SOLVED}, TASKS[task].test
    exec(source, namespace)
    if visible:
        test = test.split("### BEGIN HIDDEN TESTS")[0]
    with np.errstate(all="ignore"):  # a wrong answer may take the logarithm of 0
        try:
            exec(test, namespace)
        except Exception as error:
            return str(error) if isinstance(error, AssertionError) else repr(error)
    return None


def by_name(answer):
    return f"{answer.task}-{answer.name}"


def test_the_solved_notebook_runs_from_top_to_bottom_in_ten_seconds():
    start, namespace = time.perf_counter(), {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert time.perf_counter() - start < 10


def test_prompts_and_introduction_state_the_points():
    stated = {name: STATED.search(text) for name, text in PROMPTS.items()}
    for number, (name, found) in enumerate(stated.items(), start=1):
        cell = CELLS[name if name == "reflection" else f"{name}_test"]
        assert int(found[1]) == number
        assert int(found[2]) == cell.metadata["nbgrader"]["points"]
        assert f"`{name}`" in PROMPTS[name] or name == "reflection"
    points = sum(int(found[2]) for found in stated.values())
    introduction = " ".join(NOTEBOOK.cells[0].source.split())
    assert len(TASKS) == 16
    assert f"Sixteen short functions ({points - 2} points)" in introduction
    assert f": {points} points, about four hours" in introduction
    assert 225 <= sum(int(found[3]) for found in stated.values()) <= 245


@pytest.mark.parametrize("name", PROMPTS)
def test_equations_and_sections_are_the_chapters(name):
    numbers = chapter_numbers()
    section_of = dict(numbers.values())
    allowed = {numbers[label][0] for label in EQUATIONS[name].split()}
    for text in texts(name):
        assert set(re.findall(r"\((3\.\d+)\)", text)) <= allowed, text
        assert re.search(r"ection 3\.\d", text), text
        pairs = re.findall(r"ection (3\.\d), equations? \((3\.\d+)\)", text)
        turned = re.findall(r"equation \((3\.\d+)\), section (3\.\d)", text)
        for section, equation in [*pairs, *(pair[::-1] for pair in turned)]:
            assert section_of[equation] == section, text


def column(*values):
    """Arrays of shape (1, 1) for single numbers."""
    return [np.array([[float(value)]]) for value in values]


def step_examples():
    """Given numbers and computed ones of the tasks that go forward."""
    two, three = np.log(2), np.log(3)
    W_xh, W_hh = np.array([[1, 0, two, 0]]), np.array([[-1.0, 0, 0, 1]])
    weights = W_xh, W_hh, np.array([1, three, 0, -2 - three])
    x, h, c = column(1, 2, 0.4)
    zero = np.zeros((1, 1))
    sequence = SOLVED["lstm_forward"](
        np.array([[[1.0], [0.0]]]),
        zero,
        np.array([[0.8]]),
        np.array([[0, 0, two, 0]]),
        np.zeros((1, 4)),
        np.array([0, three, 0, 0]),
    )
    looking = SOLVED["peephole_step"](
        *[zero, zero, zero + 1, W_xh, W_hh, np.array([0, 0, two, 0])],
        *[np.array([w]) for w in (three, -three, 2)],
    )
    gates = [*SOLVED["lstm_gates"](x, h, *weights)]
    return {
        "lstm_gates": ([], gates),
        "lstm_step": (
            [0.4, *np.ravel(gates), np.tanh(0.6)],
            SOLVED["lstm_step"](x, h, c, *weights),
        ),
        "lstm_forward": ([0.5, 0.6, 0.75, 0.8], sequence),
        "peephole_step": ([0.25, 0.6, 0.75, 1 / (1 + np.exp(-1.4))], looking),
    }


def weight_examples():
    """Given numbers and computed ones of the tasks about weights and biases."""
    torchs = np.arange(1.0, 9.0).reshape(4, 2), 10 * np.arange(1.0, 5.0)[:, None]
    biases = np.array([0.1, 0.2, 0.3, 0.4]), np.ones(4)
    ours = SOLVED["from_packed"](*torchs, *biases, "oifc")
    state = SOLVED["to_torch"](*([a] for a in ours))
    f = 0.5**0.1
    return {
        "from_packed": ([*biases, sum(biases)], ours),
        "to_torch": ([], state.values()),
        "count_parameters": (
            [20, 240],
            [[SOLVED["count_parameters"](3, 5, n) for n in (1, 2)], [220]],
        ),
        "forget_bias": (
            [0.5, np.log(2) / -np.log(1 / (1 + np.exp(-1)))],
            [f, 1 - f, SOLVED["forget_bias"](np.array([1.0, 10.0]))],
        ),
        "spread_biases": (
            [0.5],
            SOLVED["spread_biases"](
                np.array([0, 0.5]), 10, np.arange(1.0, 9.0), np.full(8, 9.0)
            ),
        ),
    }


def backward_examples():
    """Given numbers and computed ones of the tasks that go back."""
    cell = 2, 1, 0.25, 0.75, 0.5, 0.5, -2, np.log(2)
    slopes = [0.25, 0.75, 0.1875]
    through_gates = SOLVED["lstm_gates_backward"](
        *[column(4, 16, -4, 8), column(0.5, 0.25, 0.5, 0.5)],
        *column(2, -1),
        np.array([[0.1, 0.2, 0.3, 0.4]]),
        np.array([[1.0, 0, 2, -1]]),
    )
    half, none = np.full((1, 2, 1), 0.5), np.zeros((1, 2, 1))
    whole = SOLVED["lstm_backward"](
        *[np.array([[[1.0], [4.0]]]), *column(1), np.array([[[1.0], [2.0]]])],
        *column(1, 2),
        *[none, none, (half, half, none, half)],
        *[np.array([[0.0, 1, 2, 0]]), np.array([[0.0, 0, 2, 0]])],
    )
    return {
        "lstm_cell_backward": (
            [0.5, 0.25, 0.75, 0.6, 0.36],
            [*SOLVED["lstm_cell_backward"](*column(*cell)), 1.64],
        ),
        "lstm_gates_backward": (
            [0.5, *slopes, 0.1, 0.2, 0.3, 0.4, 0.9, 0.8],
            through_gates,
        ),
        "lstm_backward": ([0.5, 0.25, 1.5], [*whole, 3.5]),
    }


def reach_examples():
    """Given numbers and computed ones of the tasks on memory and on reading it."""
    f = np.array([[0.9, 0.1], [0.5, 1.0], [0.8, 0.5]])
    half = np.array([0.5])
    weights = np.array([[4.0, 8, 2, 7]])
    jacobian = SOLVED["cell_jacobian"](half, np.log([2.0]), half, half, half, weights)
    gates = [np.full((3, 1), g) for g in (0.5, 0.5, 0.0, 0.5)]
    norms = SOLVED["all_paths_by_lag"](
        tuple(gates), np.full((3, 1), np.log(2)), np.array([[0.0, 0, 2, 4]])
    )
    cells = np.array(
        [[[1, 0], [1, 1], [-1, 1], [-1, 1]], [[1, 0], [1, 1], [1, 0], [-1, 1]]]
    )
    found = SOLVED["find_cell"](cells, np.array([[0, 0, 1, 1], [0, 1, 0, 1]]))
    paths = [2 * np.log(2), 0.75]
    return {
        "rail_by_lag": ([0.9, 0.1], [SOLVED["rail_by_lag"](f)]),
        "cell_jacobian": (
            [0.5, 0.6, 0.36, 0.32, np.log(2), 0.25],
            [*paths, sum(paths) + 0.5, jacobian],
        ),
        "all_paths_by_lag": (
            [0.6, 0.36, 0.32, 0.25, 0.5],
            [norms, 0.41, 1.42],
        ),
        "find_cell": ([], found),
    }


def stands_in(text, value):
    """Whether `text` has a value, exact or rounded to 2 to 4 places; not its sign."""
    exact = f"{abs(value):.6f}".rstrip("0").rstrip(".")
    forms = {exact, *(f"{abs(value):.{n}f}" for n in (2, 3, 4))}
    return bool(forms & set(re.findall(r"\d+(?:\.\d+)?", text)))


EXAMPLES = step_examples() | weight_examples() | backward_examples() | reach_examples()


@pytest.mark.parametrize("name", TASKS)
def test_every_number_of_a_worked_example_is_computed(name):
    text = PROMPTS[name].split("**Example.**")[1].split("<details>")[0]
    text = re.sub(r"\(3\.\d+\)|sections? 3\.\d", "", text)
    given, values = (
        np.concatenate([*map(np.ravel, part), [0]]) for part in EXAMPLES[name]
    )
    known = np.abs([*given, *values])
    for number in re.findall(r"\d+\.\d+", text):
        places = len(number.split(".")[1])
        assert np.isclose(np.round(known, places), float(number), atol=1e-9).any(), (
            f"{number} in the example of {name} is computed from nothing"
        )
    assert all(stands_in(text, value) for value in values[:-1])


@pytest.mark.parametrize("name", TASKS)
def test_a_task_uses_no_other_tasks_function(name):
    others = TASKS.keys() - {name}
    for source in (TASKS[name].solution, TASKS[name].test):
        used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        assert not used & others


@pytest.mark.parametrize("name", TASKS)
def test_a_test_cell_calls_the_students_function_at_most_sixty_times(name):
    calls, namespace = [], {**SOLVED}

    def counted(*arguments, right=SOLVED[name]):
        calls.append(len(arguments))
        return right(*arguments)

    namespace[name] = counted
    exec(TASKS[name].test, namespace)
    assert 0 < len(calls) <= 60


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_misconception_fails_its_own_task_and_no_other(answer):
    assert [task for task in TASKS if says(task, answer.source)] == [answer.task]


@pytest.mark.parametrize("answer", CATALOGUE.alternatives, ids=by_name)
def test_an_alternative_passes(answer):
    assert says(answer.task, answer.source) is None


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_hint_is_two_to_four_sentences_without_code(answer):
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", answer.hint)) <= 4
    assert not re.search(r"`|np\.|torch\.|@|=|\[", answer.hint)


@pytest.mark.parametrize("name", TASKS)
def test_wrong_answers_differ_from_each_other_and_from_the_right_one(name):
    wrong = [a for a in CATALOGUE.misconceptions if a.task == name]
    assert len(wrong) >= 5
    functions = {"the solution": SOLVED[name], **{a.name: a.function for a in wrong}}
    draws = fresh_inputs(CATALOGUE, name, range(12))
    with np.errstate(all="ignore"):
        values = {k: [f(*args) for args in draws] for k, f in functions.items()}
    for one, two in itertools.combinations(values, 2):
        assert not same(values[one], values[two]), f"{one} is {two}"


@pytest.mark.parametrize("name", TASKS)
def test_an_answer_without_return_gets_one_sentence(name):
    said = says(name, f"def {name}(*inputs):\n    pass", visible=True)
    assert said.endswith("got None: does the function return its result?")


@pytest.mark.parametrize("name", TASKS.keys() - {"count_parameters"})
def test_an_input_written_into_gets_one_sentence(name):
    """The right values, but every array that is given is changed afterwards."""
    slip = f"""
right = {name}
def {name}(*inputs):
    result = right(*inputs)
    for a in inputs:
        for b in a if isinstance(a, (list, tuple)) else [a]:
            if isinstance(b, np.ndarray) and b.size:
                b[...] = ~b if b.dtype == bool else b + 1
    return result
"""
    said = says(name, TASKS[name].solution + slip, visible=True)
    assert said.startswith(f"Expected {name} to leave its inputs as they are")


# A right answer, but for one likely slip: a part of the solution to be replaced, and a
# piece of the sentence that the visible tests then say.
WRITES = "to leave its inputs as they are"
SLIPS = {
    "a list of no steps": (
        "lstm_forward",
        "return h, c",
        "np.stack([h[:, t] for t in range(T)]); return h, c",
        "to work for T = 0, no steps, got ValueError",
    ),
    "the states written into": (
        "lstm_forward",
        "        c_t = sigmoid(f)",
        "        c_t[:] = sigmoid(f)",
        WRITES,
    ),
    "the whole gradient written into the given one": (
        "lstm_cell_backward",
        "dc_t = dc_t + ",
        "dc_t += ",
        WRITES,
    ),
    "the scores' gradients written into": (
        "lstm_backward",
        "dh_t = dh_t + dh[:, t]",
        "dh[:, t] += dh_t; dh_t = dh[:, t]",
        WRITES,
    ),
    "the last cell's gradient written into": (
        "lstm_backward",
        "dc_t = dc_t + ",
        "dc_t += ",
        WRITES,
    ),
    "the given biases written into": (
        "spread_biases",
        "first = np.concatenate([-b_f, b_f, bias_ih[kept:]])",
        "bias_ih[:kept] = np.append(-b_f, b_f); first = bias_ih",
        WRITES,
    ),
    "a dict for one layer": (
        "to_torch",
        "for k in range(len(b_h))",
        "for k in [0]",
        "four ending in _l1, got ['bias_hh_l0', 'bias_ih_l0', 'weight_hh_l0'",
    ),
    "a list for the dict": (
        "to_torch",
        "return state",
        "return list(state.values())",
        "'weight_ih_l0'], got a list.",
    ),
    "a division by zero": (
        "find_cell",
        "np.maximum(size, 1e-12)",
        "size",
        "a unit that never changes has correlation 0",
    ),
    "the output gate's old look": (
        "peephole_step",
        "w_co * c_t",
        "w_co * c_prev",
        "which cell state the output gate sees",
    ),
    "one state": ("lstm_step", ", c_t\n", "\n", "Expected 2 results, h_t, c_t"),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_likely_slip_gets_one_sentence(case):
    name, old, new, sentence = SLIPS[case]
    assert TASKS[name].solution.count(old) == 1
    said = says(name, TASKS[name].solution.replace(old, new), visible=True)
    assert sentence in said
