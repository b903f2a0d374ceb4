"""The first assignment: its prompts, its tests, and the catalogue of answers."""

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
FOLDER = ROOT / "solutions" / "ch0_sequences"
NOTEBOOK = read_source(FOLDER / "ch0_sequences.py")
TASKS = {task.name: task for task in read_tasks(NOTEBOOK)}
CATALOGUE = read_catalogue(FOLDER)
CELLS = {cell["id"]: cell.source for cell in NOTEBOOK.cells}
PROMPTS = {name: CELLS[f"{name}_prompt"] for name in [*TASKS, "reflection"]}
STATED = re.compile(
    r"\*(\d+) points? · difficulty ([1-5]) of 5 · about (\d+) minutes\*"
)

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "bigram_model": "eq-ratio",
    "witten_bell": "eq-witten-bell eq-ratio",
    "surprise": "eq-nats eq-perplexity",
}


def chapter():
    """Titles of the chapter's sections; and of each equation its number and section."""
    titles, equations = [], {}
    for line in (ROOT / "book" / "ch0_sequences.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            titles.append(line.removeprefix("## "))
        if line.startswith(":label: eq-"):
            label = line.removeprefix(":label: ")
            equations[label] = str(len(equations) + 1), titles[-1]
    return titles, equations


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
    with np.errstate(all="ignore"):  # a wrong answer may take the logarithm of 0
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


def test_prompts_and_introduction_state_the_points():
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
    assert len(TASKS) == 7
    assert f"Seven short functions ({total - 2} points)" in introduction
    assert f"{total} points, about two hours" in introduction
    assert sum(int(found[3]) for found in stated.values()) == 120


@pytest.mark.parametrize("name", [*TASKS, "reflection"])
def test_sections_and_equations_are_the_chapters(name):
    titles, equations = chapter()
    allowed = dict(equations[label] for label in EQUATIONS.get(name, "").split())
    for text in texts(name):
        named = re.findall(r"[Ss]ection '([^']+)'", text)
        assert set(named) <= set(titles), text
        assert named or name == "reflection", text
        numbers = re.findall(r"[Ee]quations? \((\d)\)", text)
        assert set(numbers) <= allowed.keys(), text
        assert {allowed[k] for k in numbers} <= set(named), text


def row(values):
    """Numbers as they stand in a prompt: (1, 0.25)."""
    return f"({', '.join(f'{v:g}' for v in np.asarray(values))})"


def examples():
    """Of each task: pieces of text that the solution's results make."""
    words = [*"the cat saw the cat and the dog".split()]  # noqa: SIM905
    new = ["the", "dog", "met", "the", "cat"]
    vocabulary, tokens, back = SOLVED["encode_and_decode"](words, new, 2)
    lists = [str(a).replace("'", '"') for a in (vocabulary, back)]
    stream = np.array([7, 3, 9, 4, 8, 2])
    pairs = np.concatenate(SOLVED["next_token_pairs"](stream, 3, 2))
    padded = SOLVED["pad"]([np.array([4, 0, 2]), np.array([5])], 0)[0]
    two = [np.array([0, 1, 1, 0]), np.array([1, 0, 2])]
    counts, p = SOLVED["bigram_model"](two, 3)
    below = [[5], [6], [3]]
    above = np.round(p * below).astype(int)
    assert np.allclose(above / below, p)
    fractions = [
        ",\\ ".join(f"{a}/{b[0]}" for a in line)
        for line, b in zip(above, below, strict=True)
    ]
    text = np.array([0, 1, 0, 1, 0, 0])
    contexts = [np.array(u, dtype=int) for u in ([], [0], [1], [1, 0], [1, 1])]
    nats, perplexity, bits = SOLVED["surprise"](
        np.array([[1 / 2, 1 / 8], [1 / 4, 0.9]]),
        np.array([[1, 4], [3, 2]]),
        np.array([[True, True], [True, False]]),
    )
    return {
        "encode_and_decode": [row(tokens), *lists],
        "one_hot": map(row, SOLVED["one_hot"](np.array([2, 0]), 4)),
        "next_token_pairs": map(row, [stream, *pairs]),
        "pad": map(row, padded),
        "bigram_model": [*(row(c)[1:-1] for c in counts), *fractions],
        "witten_bell": [row(SOLVED["witten_bell"](text, u, 2)) for u in contexts],
        "surprise": [f"{nats:.4f}", f"2^2 = {perplexity:g}", f"6/8 = {bits:g}$ bits"],
    }


@pytest.mark.parametrize("name", TASKS)
def test_a_worked_example_has_the_solutions_numbers(name):
    text = PROMPTS[name].split("**Example.**")[1].split("<details>")[0]
    text = " ".join(text.split())
    for piece in examples()[name]:
        assert piece in text


@pytest.mark.parametrize("name", TASKS)
def test_a_task_uses_no_other_tasks_function(name):
    others = TASKS.keys() - {name}
    for source in (TASKS[name].solution, TASKS[name].test):
        used = {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
        assert not used & others


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
    assert not re.search(r"`|np\.|torch|@|=|\[", answer.hint)


@pytest.mark.parametrize("name", TASKS)
def test_wrong_answers_differ_from_each_other_and_from_the_right_one(name):
    wrong = [a for a in CATALOGUE.misconceptions if a.task == name]
    functions = {"the solution": SOLVED[name], **{a.name: a.function for a in wrong}}
    draws = fresh_inputs(CATALOGUE, name, range(12))
    with np.errstate(all="ignore"):
        values = {k: [f(*args) for args in draws] for k, f in functions.items()}
    for one, two in itertools.combinations(values, 2):
        assert not same(values[one], values[two]), f"{one} is {two}"


@pytest.mark.parametrize("name", TASKS)
def test_an_answer_without_return_gets_one_sentence(name):
    said = visible_part_says(name, f"def {name}(*inputs):\n    pass")
    assert said.endswith("got None: does the function return its result?")


@pytest.mark.parametrize("name", TASKS)
def test_an_input_written_into_gets_one_sentence(name):
    """The right values, but every list or array that is given is changed afterwards."""
    slip = f"""
right = {name}
def {name}(*inputs):
    result = right(*inputs)
    for a in inputs:
        if isinstance(a, list):
            a.reverse()
        elif isinstance(a, np.ndarray) and a.size:
            a[...] = ~a if a.dtype == bool else a + 1
    return result
"""
    said = visible_part_says(name, TASKS[name].solution + slip)
    assert said.startswith(f"Expected {name} to leave its inputs as they are")


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "floats for an empty list": (
        "encode_and_decode",
        ", dtype=int",
        "",
        "got an array of float64 with shape (0,)",
    ),
    "an array for the list": (
        "encode_and_decode",
        "return vocabulary,",
        "return np.array(vocabulary),",
        "Expected the vocabulary ['<unk>', 'cat', 'the'], got ['<unk>' 'cat' 'the'].",
    ),
    "only two axes": (
        "one_hot",
        "np.eye(V)[tokens]",
        "np.array([np.eye(V)[row] for row in tokens])",
        "to work for a single token, without axes, got TypeError",
    ),
    "no window": (
        "next_token_pairs",
        "return ",
        "np.stack([*begins]); return ",
        "to work for a stream with no window, got ValueError",
    ),
    "a mask from the tokens": (
        "pad",
        "return tokens, mask",
        "return tokens, tokens != 0",
        "a token with the number of the padding is real",
    ),
    "a mask of floats": (
        "pad",
        "return tokens, mask",
        "return tokens, mask * 1.0",
        "got an array of float64 with shape (2, 3)",
    ),
    "a new context": (
        "witten_bell",
        "if after:",
        "if True:",
        "the context [1, 1] of the example",
    ),
    "the whole context for none": (
        "witten_bell",
        "context[len(context) - length :]",
        "context[-length:]",
        "Expected [0.45, 0.55], got",
    ),
    "zero times infinity": (
        "surprise",
        "return cost.mean(),",
        "return -(np.log(p) * mask).sum() / mask.sum(),",
        "got nan. Look at the shapes of the task: p may be 0",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_special_case_of_a_prompt_gets_one_sentence(case):
    name, old, new, sentence = SLIPS[case]
    assert TASKS[name].solution.count(old) == 1
    with np.errstate(all="ignore"):
        said = visible_part_says(name, TASKS[name].solution.replace(old, new))
    assert sentence in said
