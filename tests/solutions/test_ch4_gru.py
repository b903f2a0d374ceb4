"""The chapter-4 assignment: its prompts, its tests, and the catalogue of answers."""

import ast
import itertools
import re
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from autograder.answers import fresh_inputs, read_catalogue, same
from autograder.sources import read_source, read_tasks

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "solutions" / "ch4_gru"
NOTEBOOK = read_source(FOLDER / "ch4_gru.py")
TASKS = {task.name: task for task in read_tasks(NOTEBOOK)}
CATALOGUE = read_catalogue(FOLDER)
CELLS = {cell["id"]: cell.source for cell in NOTEBOOK.cells}
PROMPTS = {name: CELLS[f"{name}_prompt"] for name in [*TASKS, "reflection"]}
STATED = re.compile(
    r"\*(\d+) points? · difficulty ([1-5]) of 5 · about (\d+) minutes\*"
)

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "free_and_tied": "lstm tied bound",
    "gru_step": "cell merged before",
    "gru_step_before": "cell before",
    "gru_forward": "cell before",
    "gru_step_backward": "cell step-back",
    "gru_backward": "step-back",
    "masked_gru_forward": "cell mask",
    "weights_from_torch": "cell",
    "costs": "parameters multiplies",
    "widest": "parameters",
    "reflection": "bound count",
}


def chapter_numbers():
    """Of each equation in chapter 4: its number, and the section it stands in."""
    section, found = 0, {}
    for line in (ROOT / "book" / "ch4_gru.md").read_text("utf-8").splitlines():
        section += line.startswith("## ")
        if line.startswith(":label: eq-"):
            label = line.removeprefix(":label: eq-gru-")
            found[label] = f"4.{len(found) + 1}", f"4.{section}"
    return found


def texts(name):
    """The prompt and the hints of a task, each on one line."""
    hints = [a.hint for a in CATALOGUE.misconceptions if a.task == name]
    return [" ".join(text.split()) for text in [PROMPTS[name], *hints]]


def solved():
    """A namespace in which all set-up and solution cells have run."""
    namespace = {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code" and not cell.metadata["nbgrader"]["grade"]:
            exec(cell.source, namespace)
    return namespace


SOLVED = solved()


def passes(task, answer):
    """Whether `task` passes its tests with `answer` among the other solutions."""
    namespace = {**SOLVED}
    exec(answer.source, namespace)
    try:
        exec(TASKS[task].test, namespace)
    except Exception:
        return False
    return True


def visible_part_says(task, source):
    """The sentence with which the visible tests of `task` stop an answer, or None."""
    namespace = {**SOLVED}
    exec(source, namespace)
    try:
        exec(TASKS[task].test.split("### BEGIN HIDDEN TESTS")[0], namespace)
    except AssertionError as error:
        return str(error)
    return None


def by_name(answer):
    return f"{answer.task}-{answer.name}"


def test_the_solved_notebook_runs_from_top_to_bottom_in_ten_seconds():
    start, namespace = time.perf_counter(), {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert time.perf_counter() - start < 10
    assert TASKS.keys() <= namespace.keys()


def test_prompts_and_introduction_state_points_and_minutes():
    points = {
        cell.metadata["nbgrader"]["grade_id"]: cell.metadata["nbgrader"]["points"]
        for cell in NOTEBOOK.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    stated = {name: STATED.search(text) for name, text in PROMPTS.items()}
    for name, found in stated.items():
        assert int(found[1]) == points.get(f"{name}_test", points.get(name))
        assert f"`{name}`" in PROMPTS[name] or name == "reflection"
    introduction = " ".join(NOTEBOOK.cells[0].source.split())
    total = sum(points.values())
    assert len(TASKS) == 10
    assert f"Ten short functions ({total - 2} points)" in introduction
    assert f"{total} points, about two and three quarter hours" in introduction
    assert sum(int(found[3]) for found in stated.values()) == 165


@pytest.mark.parametrize("name", PROMPTS)
def test_equations_and_sections_are_the_chapters(name):
    numbers = chapter_numbers()
    allowed = {numbers[label][0] for label in EQUATIONS[name].split()}
    section_of = dict(numbers.values())
    line = r"(?:below |above |the (?:\w+ )*line of )?"
    pair = rf"[Ss]ection (4\.\d), {line}equations? \((4\.\d+)\)"
    other = r"equation \((4\.\d+)\), section (4\.\d)"
    for text in texts(name):
        named = set(re.findall(r"\((4\.\d+)\)", text))
        assert named <= allowed, text
        assert re.search(r"section 4\.[1-7]", text), text
        pairs = [*re.findall(pair, text)]
        pairs += [found[::-1] for found in re.findall(other, text)]
        for section, equation in pairs:
            assert section_of[equation] == section, text


def row(values):
    """Numbers as they stand in a prompt: (1, 0.25)."""
    return f"({', '.join(f'{v:g}' for v in np.ravel(values))})"


def four(values):
    """Numbers as they stand in a prompt, to four places."""
    return [f"{v:.4f}" for v in np.ravel(values)]


def solve(name, *given):
    """The solution's result, the inputs given as nested lists or as themselves."""
    return SOLVED[name](*[np.array(a) if isinstance(a, list) else a for a in given])


def state_examples():
    weights = [[1, 0.5, 0.5]], [[-1, 0.5, 2]], [-0.5, 0.25, -0.2], [0.4]
    one = solve("gru_step", [[1.0]], [[0.5]], *weights)
    z = SOLVED["sigmoid"](1)
    h = solve("gru_forward", [[[1.0], [0.0]]], [[0.5]], *weights)
    r_2, z_2 = SOLVED["sigmoid"](-one - 0.5), SOLVED["sigmoid"](one / 2 + 0.25)
    second = np.tanh(-0.2 + r_2 * (2 * one + 0.4))
    two = [[1.0], [9.0]], [[9.0], [1.0]]
    mask = np.array([[True, False], [False, True]])
    states, last = solve(
        "masked_gru_forward", list(two), mask, [[0.5], [0.5]], *weights
    )
    other = (
        [[1.0]],
        [[0.5, -1.0]],
        [[0, 0, 0, 0, 0.4, 0.1]],
        [[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 2, 0]],
        [50, -50, 0, 0, 0, 0],
        [0.1, -0.2],
    )
    before, after = solve("gru_step_before", *other), solve("gru_step", *other)
    inside = np.tanh([0.5, 0.4])
    return {
        "gru_step": four([one[0, 0], z, 1 - z, np.tanh(1)]),
        "gru_forward": four([one, h[:, 1], -one - 0.5, r_2, one / 2 + 0.25, z_2])
        + four([2 * one + 0.4, second]),
        "gru_step_before": [f"({', '.join(four(a))})" for a in (before, after, inside)],
        "masked_gru_forward": [
            f"({', '.join(four(states[0]))})",
            f"(0.5, {four(states[1])[1]})",
            *four(last),
        ],
    }


def gradient_examples():
    W = [[1.0, 2.0, 3.0]], [[2.0, -1.0, 4.0]]
    numbers = [4.0, 2.0, -0.5, 0.5, 0.5, -2.0, 0.5]
    step = solve("gru_step_backward", *([[a]] for a in numbers), *W)
    pairs = (-0.5, 4.0), (1.0, 2.0), (-0.5, 0.0), (0.5, 0.5), (0.5, 0.5), (-2.0, -2.0)
    dh, x, h, r, z, past = ([[[a], [b]]] for a, b in pairs)
    walk = solve("gru_backward", dh, x, [[0.5]], h, r, z, past, [[[0.0], [0.5]]], *W)
    alone = [f"{step[k].item():g}" for k in (0, 1, 5)]
    both = [f"{walk[k].item():g}" for k in (1, 5)]
    return {
        "gru_step_backward": [*alone, *map(row, step[2:5])],
        "gru_backward": [*both, row(walk[0]), *map(row, walk[2:5])],
    }


def examples():
    """Of each task: pieces of text that the solution's results make."""
    free, tied = solve(
        "free_and_tied",
        [[[1.0], [1.0], [0.5]]],
        [[[1.0], [1.0], [1.0]]],
        [[[1.0], [-0.5], [1.0]]],
        [[0.0]],
    )
    W_xh, W_hh, b_h, b_hn = solve(
        "weights_from_torch",
        [[1, 2], [3, 4], [5, 6]],
        [[7], [8], [9]],
        [0.1, 0.2, 0.3],
        [10, 20, 30],
    )
    gru, stack, lstm, rnn = (
        SOLVED["costs"](cell, 2, 3, layers)
        for cell, layers in [("gru", 1), ("gru", 2), ("lstm", 1), ("rnn", 1)]
    )
    second = np.subtract(stack, gru)
    calls = re.findall(r'`widest\("(\w+)", (\d+), (\d+)\)`', PROMPTS["widest"])
    widths = [
        f'`widest("{c}", {d}, {n})` is {SOLVED["widest"](c, int(d), int(n))}'
        for c, d, n in calls
    ]
    assert len(widths) == 4
    return {
        "free_and_tied": [row(free), row(tied)],
        "weights_from_torch": [*map(row, [*W_xh, W_hh, b_h]), f"= {b_hn[0]:g}$"],
        "costs": [
            *(f"= {n}$" for n in [*gru, *second]),
            *(f"{a} and {b}" for a, b in (stack, lstm, rnn)),
        ],
        "widest": widths,
        **state_examples(),
        **gradient_examples(),
    }


@pytest.mark.parametrize("name", TASKS)
def test_a_worked_example_has_the_solutions_numbers(name):
    text = PROMPTS[name].split("**Example.**")[1].split("<details>")[0]
    text = " ".join(line.removeprefix("#").strip() for line in text.splitlines())
    for piece in examples()[name]:
        assert piece in text


def test_the_functions_together_are_a_layer_of_torch():
    layer = torch.nn.GRU(3, 4, batch_first=True)
    x, h_0 = torch.randn(2, 5, 3), torch.randn(2, 4)
    packed = [w.detach().numpy() for w in layer.parameters()]
    weights = SOLVED["weights_from_torch"](*packed)
    ours = SOLVED["gru_forward"](x.numpy(), h_0.numpy(), *weights)
    theirs, last = layer(x, h_0[None])
    assert np.allclose(ours, theirs.detach(), atol=1e-6)
    mask = np.ones((2, 5), dtype=bool)
    states, end = SOLVED["masked_gru_forward"](x.numpy(), mask, h_0.numpy(), *weights)
    assert np.allclose(states, ours)
    assert np.allclose(end, last[0].detach(), atol=1e-6)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_uses_no_other_tasks_function(name):
    others = TASKS.keys() - {name}
    for source in (TASKS[name].solution, TASKS[name].test):
        used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        assert not used & others


@pytest.mark.parametrize("name", TASKS)
def test_a_task_calls_the_students_function_at_most_sixty_times(name):
    namespace, calls = {**SOLVED}, []
    right = SOLVED[name]

    def counted(*given):
        calls.append(sum(np.size(a) for a in given))
        return right(*given)

    namespace[name] = counted
    counted.__name__ = name
    exec(TASKS[name].test, namespace)
    assert len(calls) <= 60
    assert max(calls) < 5000


@pytest.mark.parametrize("name", TASKS)
def test_the_catalogue_is_large_enough(name):
    assert sum(a.task == name for a in CATALOGUE.misconceptions) >= 5
    assert sum(a.task == name for a in CATALOGUE.alternatives) >= 3


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_misconception_fails_its_own_task_and_no_other(answer):
    assert [task for task in TASKS if not passes(task, answer)] == [answer.task]


@pytest.mark.parametrize("answer", CATALOGUE.alternatives, ids=by_name)
def test_an_alternative_passes(answer):
    assert passes(answer.task, answer)


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_hint_is_two_to_four_sentences_without_code(answer):
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", answer.hint)) <= 4
    assert "ection 4." in answer.hint
    assert not re.search(r"`|np\.|torch|@|=|\[", answer.hint)


@pytest.mark.parametrize("name", TASKS)
def test_wrong_answers_differ_from_each_other_and_from_the_right_one(name):
    wrong = [a for a in CATALOGUE.misconceptions if a.task == name]
    functions = {"the solution": SOLVED[name], **{a.name: a.function for a in wrong}}
    draws = fresh_inputs(CATALOGUE, name, range(12))
    values = {k: [f(*args) for args in draws] for k, f in functions.items()}
    for one, two in itertools.combinations(values, 2):
        assert not same(values[one], values[two]), f"{one} is {two}"


@pytest.mark.parametrize("name", TASKS)
def test_an_answer_without_return_gets_one_sentence(name):
    said = visible_part_says(name, f"def {name}(*inputs):\n    pass")
    assert said.endswith("got None: does the function return its result?")


@pytest.mark.parametrize("name", [t for t in TASKS if t not in ("costs", "widest")])
def test_an_input_written_into_gets_one_sentence(name):
    """The right values, but every array that is given is changed afterwards."""
    slip = f"""
right = {name}
def {name}(*inputs):
    result = right(*inputs)
    for a in inputs:
        if a.size:
            a[...] = ~a if a.dtype == bool else a + 1
    return result
"""
    said = visible_part_says(name, TASKS[name].solution + slip)
    assert said.startswith(f"Expected {name} to leave its inputs as they are")


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "one cell": ("free_and_tied", "return free, tied", "return free", "2 results"),
    "the other variant": (
        "gru_step_before",
        "(r * h_prev) @ W_hn",
        "r * (h_prev @ W_hn)",
        "Expected [[0.4811, -0.31]], got [[-0.2026",
    ),
    "in place": (
        "gru_forward",
        "h_t = (1 - z) * n + z * h_t",
        "h_t[...] = (1 - z) * n + z * h_t",
        "Expected gru_forward to leave its inputs as they are, but input 2",
    ),
    "no steps": (
        "gru_forward",
        "return h\n",
        "return np.stack([h[:, t] for t in range(T)], axis=1)\n",
        "Expected gru_forward to work for T = 0, no steps, got ValueError",
    ),
    "five gradients": (
        "gru_step_backward",
        ", d_past.sum(axis=0)",
        "",
        "Expected 6 results, dx_t, dh_prev, dW_xh, dW_hh, db_h, db_hn, got 5 of them",
    ),
    "a sum that keeps its axis": (
        "gru_step_backward",
        "d_past.sum(axis=0)",
        "d_past.sum(axis=0, keepdims=True)",
        "got an array of float64 with shape (1, 1). Look at db_hn",
    ),
    "the reset before the weights": (
        "gru_step_backward",
        "dW_hh = h_prev.T @ d_h",
        "dW_hh = h_prev.T @ d_x",
        "Look at dW_hh in the example above and equation (4.6)",
    ),
    "no steps back": (
        "gru_backward",
        "for t in reversed(range(h.shape[1])):",
        "t = h.shape[1] - 1; total[:, t] = dh[:, t]\n"
        "    for t in reversed(range(h.shape[1])):",
        "Expected gru_backward to work for T = 0, no steps, got IndexError",
    ),
    "only the states": (
        "masked_gru_forward",
        "return h, h_t",
        "return h",
        "Expected 2 results, h, last, got a ndarray",
    ),
    "rows for columns": (
        "weights_from_torch",
        "weight_hh.T",
        "weight_hh",
        "Expected an array of float with shape (1, 3), got an array of float64",
    ),
    "a fraction": (
        "costs",
        "blocks * 2 * H",
        "blocks * 2.0 * H",
        "Expected a whole number of parameters, got 63.0.",
    ),
    "a float": (
        "widest",
        ".sum()",
        ".sum() * 1.0",
        "Expected a whole number for ('gru', 2, 63), got np.float64(3.0).",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_gets_one_sentence(case):
    name, old, new, sentence = SLIPS[case]
    assert TASKS[name].solution.count(old) == 1
    said = visible_part_says(name, TASKS[name].solution.replace(old, new))
    assert sentence in said
