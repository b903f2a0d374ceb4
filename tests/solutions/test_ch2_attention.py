"""The chapter-2 assignment: its prompts, its tests, and the catalogue of answers."""

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
FOLDER = ROOT / "solutions" / "ch2_attention"
CHAPTER = ROOT / "book" / "ch2_attention.md"
NOTEBOOK = read_source(FOLDER / "ch2_attention.py")
TASKS = {task.name: task for task in read_tasks(NOTEBOOK)}
CATALOGUE = read_catalogue(FOLDER)
CELLS = {cell["id"]: cell for cell in NOTEBOOK.cells}
PROMPTS = {name: CELLS[f"{name}_prompt"].source for name in [*TASKS, "reflection"]}
STATED = re.compile(r"\*(\d+) points · difficulty [1-5] of 5 · about (\d+) minutes\*")

# The equations, by their labels in the chapter, that a task's texts may name.
STEP = (
    "eq-translate-states eq-attention-mix eq-attention-score eq-attention-weights "
    "eq-attention-context"
)
EQUATIONS = {
    "encode": "eq-translate-states",
    "tokens_right": "",
    "dot_scores": "eq-attention-score",
    "masked_softmax": "eq-attention-weights",
    "attention_step": STEP,
    "greedy_translation": STEP,
    "general_scores": "eq-attention-scores",
    "attend": "eq-attention-weights eq-attention-context",
    "softmax_backward": "eq-attention-back",
    "attention_backward": "eq-attention-back",
    "additive_scores": "eq-attention-scores",
    "alignment": "eq-attention-alignment",
    "fixed_weights": "eq-attention-context",
    "reflection": "eq-attention-weights",
}


def chapter_numbers():
    """Of each label in chapter 2: its equation's number, and its section's."""
    section, found = 0, {}
    for line in CHAPTER.read_text("utf-8").splitlines():
        section += line.startswith("## ")
        if line.startswith(":label: eq-"):
            number = f"2.{len(found) + 1}", f"2.{section}"
            found[line.removeprefix(":label: ")] = number
    return found


def solved():
    """A namespace in which all set-up and solution cells have run."""
    namespace = {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code" and not cell.metadata["nbgrader"]["grade"]:
            exec(cell.source, namespace)
    return namespace


SOLVED = solved()


def fails(task, source, visible_only=False):
    """The exception with which the tests of `task` stop an answer, or None."""
    namespace, test = {**SOLVED}, TASKS[task].test
    exec(source, namespace)
    if visible_only:
        test = test.split("### BEGIN HIDDEN TESTS")[0]
    with np.errstate(all="ignore"):  # a wrong answer may overflow
        try:
            exec(test, namespace)
        except Exception as error:
            return error
    return None


def by_name(answer):
    return f"{answer.task}-{answer.name}"


def of(name):
    return [answer for answer in CATALOGUE.misconceptions if answer.task == name]


def test_the_solved_notebook_runs_from_top_to_bottom_in_ten_seconds():
    start, namespace = time.perf_counter(), {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert time.perf_counter() - start < 10
    assert TASKS.keys() <= namespace.keys()


def test_prompts_and_introduction_state_points_and_minutes():
    points = {name: CELLS[f"{name}_test"].metadata.nbgrader.points for name in TASKS}
    points["reflection"] = CELLS["reflection"].metadata.nbgrader.points
    stated = {name: STATED.search(text) for name, text in PROMPTS.items()}
    assert {name: int(found[1]) for name, found in stated.items()} == points
    introduction = " ".join(NOTEBOOK.cells[0].source.split())
    assert len(TASKS) == 13
    assert f"Thirteen short functions ({sum(points.values()) - 2} " in introduction
    assert f": {sum(points.values())} points, about three and a half" in introduction
    assert sum(int(found[2]) for found in stated.values()) == 210


@pytest.mark.parametrize("name", [*TASKS, "reflection"])
def test_sections_and_equations_are_the_chapters(name):
    """Only the task's own equations are named, and next to a section, it is theirs."""
    numbers = chapter_numbers()
    allowed = dict(numbers[label] for label in EQUATIONS[name].split())
    for text in [PROMPTS[name], *(answer.hint for answer in of(name))]:
        text = " ".join(text.split())
        assert re.search(r"[Ss]ections? 2\.[1-7]", text), text
        assert set(re.findall(r"\((2\.\d)\)", text)) <= allowed.keys(), text
        one = r"[Ss]ection (2\.\d),[^.;]*? equations? \((2\.\d)\)"
        other = r"equations? \((2\.\d)\),? (?:in )?section (2\.\d)"
        pairs = re.findall(one, text) + [p[::-1] for p in re.findall(other, text)]
        for section, equation in pairs:
            assert allowed[equation] == section, text


def arrays(*lists):
    return [np.array(a, dtype=float) for a in lists]


def examples():
    """Of each task: the example's given decimals, and the values computed from them."""
    call = {name: SOLVED[name] for name in TASKS}
    reader = arrays([[9], [9], [0], [1]], [[1]], [[0.5]], [0])
    looked = [*arrays([[2]], [[-1]], [[[0], [1], [9]]]), np.array([[1, 1, 0]]) > 0]
    looked += arrays([[1]], [[1]], [0], [[1], [2]], [-2], [[1, -1]], [0, 1])
    y_t, s_t, weights = call["attention_step"](*looked)
    inside = weights[0, 1] + 2 * s_t - 2
    writer = [[0], [0], [0], [-2]], [[1]], [[1]], [0], [[1], [1]], [0]
    writer = arrays(*writer, [[0, 0, -1, 1]], [-9, -9, 0, 0])
    written = call["greedy_translation"](
        np.full((1, 1, 1), 0.5), np.ones((1, 1)) > 0, 4, *writer
    )
    first = np.tanh(0.5)
    second = np.tanh(first - 2)
    batch = arrays([[[1]]], [[[0, 4], [0.5, 8], [9, 9]]], [[2, 0]])
    back = arrays([[[10]]], [[[2]]], [[[1], [3]]], [[0.5]], [[[0.4, 0.6]]])
    small = arrays([[[1]]], [[[-1], [1]]], [[0.5, 1]], [[0.5, -1]], [2, 1])
    rows = np.array([[[0.25, 0.25, 0.5], [0, 1, 0]]])
    said = np.array([[7, 3, 4], [5, 6, 2]])
    logs = np.log([[[1, 3, np.exp(7)]]])
    pairs = arrays([[[1, 2], [0, -1]]], [[[3, 1], [0, 2], [1, 1]]])
    matrix = arrays([[[1, 2]]], [[[1, 0, 1], [0, 2, 0]]], [[1, 0, 3], [0, 1, -1]])
    de = call["softmax_backward"](*arrays([[[4, 0, 8]]], [[[0.25, 0.75, 0]]]))
    return {
        "encode": ([0.5], call["encode"](np.array([[3, 2, 0]]), *reader)[:2]),
        "tokens_right": (
            [],
            [call["tokens_right"](said, np.array([[7, 5, 4, 2], [6, 2, 0, 0]]))],
        ),
        "dot_scores": ([], [call["dot_scores"](*pairs)]),
        "masked_softmax": (
            [],
            [call["masked_softmax"](logs, looked[3])],
        ),
        "attention_step": (
            [],
            [s_t, weights, 2 * s_t, inside, np.tanh(inside), y_t],
        ),
        "greedy_translation": (
            [0.5],
            [first, np.tanh(first + 0.5), second, np.tanh(second + 0.5), written],
        ),
        "general_scores": ([], [call["general_scores"](*matrix)]),
        "attend": ([0.5], call["attend"](*batch, looked[3])),
        "softmax_backward": ([0.25, 0.75], [de]),
        "attention_backward": (
            [0.4, 0.6, 0.5, 4.8, 14.4, 9.6],
            call["attention_backward"](*back),
        ),
        "additive_scores": ([0.5], [call["additive_scores"](*small), np.tanh(2)]),
        "alignment": ([0.25, 0.5], call["alignment"](rows)),
        "fixed_weights": ([], call["fixed_weights"](np.array([[1, 1, 0]]) > 0, 4)),
    }


@pytest.mark.parametrize("name", TASKS)
def test_a_worked_example_has_the_solutions_numbers(name):
    text = PROMPTS[name].split("**Example.**")[1].split("<details>")[0]
    given, values = examples()[name]
    found = re.findall(r"\d+(?:\.\d+)?", text)
    values = np.abs(np.concatenate([*map(np.ravel, values)]))
    for value in values:
        forms = {f"{value:.4f}", f"{value:.4f}".rstrip("0").rstrip(".")}
        assert forms & {*found}, f"{value} is not in the example of {name}"
    known = np.concatenate(
        [np.ravel(given), values, [1.5] if name == "alignment" else []]
    )
    for number in found:
        if "." in number:
            near = np.isclose(known, float(number), atol=5.1e-5)
            assert near.any(), f"{number} in the example of {name}: computed from what?"


@pytest.mark.parametrize("name", TASKS)
def test_a_task_uses_no_other_tasks_function(name):
    others = TASKS.keys() - {name}
    for source in (TASKS[name].solution, TASKS[name].test):
        used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        assert not used & others


@pytest.mark.parametrize("name", TASKS)
def test_a_test_calls_the_answer_at_most_sixty_times(name):
    """The answer may run in another process, where a call takes its time."""
    count = f"""
calls, right = [], {name}
def {name}(*inputs):
    calls.append(inputs)
    assert len(calls) <= 60, "too many calls"
    assert sum(np.size(a) for a in inputs) < 5000, "too large"
    return right(*inputs)
"""
    assert fails(name, TASKS[name].solution + count) is None


@pytest.mark.parametrize("name", TASKS)
def test_the_catalogue_is_large_enough(name):
    assert len(of(name)) >= 9
    assert sum(a.task == name for a in CATALOGUE.alternatives) >= 3
    assert f"`{name}`" in PROMPTS[name]


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_misconception_fails_by_its_values(answer):
    error = fails(answer.task, answer.source)
    assert error is not None
    assert not isinstance(error, NameError | SyntaxError | TypeError)


@pytest.mark.parametrize("answer", CATALOGUE.alternatives, ids=by_name)
def test_an_alternative_passes(answer):
    assert fails(answer.task, answer.source) is None


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_hint_is_two_to_four_sentences_without_code(answer):
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", answer.hint)) <= 4
    assert not re.search(r"`|np\.|torch|@|=|\[|_", answer.hint)


@pytest.mark.parametrize("name", TASKS)
def test_wrong_answers_differ_from_each_other_and_from_the_right_one(name):
    functions = {"the solution": SOLVED[name], **{a.name: a.function for a in of(name)}}
    draws = fresh_inputs(CATALOGUE, name, range(12))
    with np.errstate(all="ignore"):
        values = {k: [f(*args) for args in draws] for k, f in functions.items()}
    for one, two in itertools.combinations(values, 2):
        assert not same(values[one], values[two]), f"{one} is {two}"


@pytest.mark.parametrize("name", TASKS)
def test_an_answer_without_return_gets_one_sentence(name):
    said = str(fails(name, f"def {name}(*inputs):\n    pass", visible_only=True))
    assert said.endswith("got None: does the function return its result?")


@pytest.mark.parametrize("name", TASKS)
def test_an_input_written_into_gets_one_sentence(name):
    """The right values, but every array that is given is changed afterwards."""
    slip = f"""
right = {name}
def {name}(*inputs):
    result = right(*inputs)
    for a in inputs:
        if isinstance(a, np.ndarray) and a.size:
            a[...] = ~a if a.dtype == bool else a + 1
    return result
"""
    said = str(fails(name, TASKS[name].solution + slip, visible_only=True))
    assert said.startswith(f"Expected {name} to leave its inputs as they are")


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "a mask of whole numbers": (
        "encode",
        "return h, last, mask",
        "return h, last, mask * 1",
        "Expected an array of bool with shape (2, 3), got an array of int64",
    ),
    "an answer shorter than the target": (
        "tokens_right",
        "N = min(said.shape[1], wanted.shape[1])",
        "N = wanted.shape[1]",
        "to work for an answer that is shorter than the target (N below T), got Value",
    ),
    "an answer longer than the target": (
        "tokens_right",
        "N = min(said.shape[1], wanted.shape[1])",
        "N = said.shape[1]",
        "to work for an answer that is longer than the target (N above T), got Value",
    ),
    "nothing left": (
        "masked_softmax",
        "np.maximum(w.sum(axis=-1, keepdims=True), 1)",
        "w.sum(axis=-1, keepdims=True)",
        "got [[[nan, nan, nan]]]. Look at mask [False, False, False]",
    ),
    "one mask for all steps and states": (
        "masked_softmax",
        "mask[:, None]",
        "mask",
        "to work for scores (2, 3, 4) and a mask (2, 4), got ValueError",
    ),
    "no steps": (
        "greedy_translation",
        "return tokens",
        "return np.stack([tokens[:, t] for t in range(longest)], axis=1)",
        "to work for longest = 0, got ValueError",
    ),
    "tokens as floats": (
        "greedy_translation",
        "np.full((B, longest), PAD)",
        "np.zeros((B, longest))",
        "got an array of float64 with shape (1, 4)",
    ),
    "the state behind the padding": (
        "greedy_translation",
        "mask.sum(axis=1) - 1",
        "-1",
        "with one more state of padding",
    ),
    "the matrix the other way round": (
        "general_scores",
        "s @ W_a",
        "s @ W_a.T",
        "to work for states of sizes G = 6 and H = 5, got ValueError",
    ),
    "results in another order": (
        "attention_backward",
        "return ds, dh,",
        "return dh, ds,",
        "Expected an array of float with shape (2, 3, 6), got an array of float64 with",
    ),
    "zero times infinity": (
        "alignment",
        "np.maximum(weights, 1e-300)",
        "weights",
        "got [[1.5, nan]]. Look at the entropies",
    ),
    "more steps than states": (
        "fixed_weights",
        "np.minimum(np.arange(T), end)",
        "np.minimum(np.arange(T), mask.shape[1] - 1) + 0 * end",
        "Look at 'same' in the example above",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_special_case_of_a_prompt_gets_one_sentence(case):
    name, old, new, sentence = SLIPS[case]
    assert TASKS[name].solution.count(old) == 1
    answer = TASKS[name].solution.replace(old, new)
    assert sentence in str(fails(name, answer, visible_only=True))
