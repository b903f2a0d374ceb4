"""The chapter-1 assignment: its prompts, its tests, and the catalogue of answers."""

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
FOLDER = ROOT / "solutions" / "ch1_rnn"
NOTEBOOK = read_source(FOLDER / "ch1_rnn.py")
TASKS = {task.name: task for task in read_tasks(NOTEBOOK)}
CATALOGUE = read_catalogue(FOLDER)
STATED = re.compile(
    r"\*(\d+) points? · difficulty ([1-5]) of 5 · about (\d+) minutes\*"
)

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "rnn_step": "eq-step",
    "rnn_forward": "eq-step",
    "softmax": "eq-softmax",
    "sequence_cross_entropy": "eq-softmax eq-loss eq-bits",
    "sequence_cross_entropy_backward": "eq-softmax eq-loss eq-loss-gradient",
    "rnn_step_backward": "eq-step-back",
    "rnn_backward": "eq-step-back eq-bptt",
    "truncated_bptt": "eq-step eq-bptt",
    "clip_by_global_norm": "eq-clip",
    "sample": "eq-softmax eq-temperature",
    "teacher_forced_scores": "eq-step eq-scores",
    "free_running": "eq-step eq-scores",
    "gradient_norm_by_lag": "eq-jacobian eq-bound eq-step-back",
    "reflection": "eq-bound",
}


def prompts():
    """Text of each prompt, by its task."""
    cells = {cell["id"]: cell.source for cell in NOTEBOOK.cells}
    return {name: cells[f"{name}_prompt"] for name in [*TASKS, "reflection"]}


def chapter_numbers():
    """Of each equation in chapter 1: its number, and the section it stands in."""
    section, found = 0, {}
    for line in (ROOT / "book" / "ch1_rnn.md").read_text("utf-8").splitlines():
        section += line.startswith("## ")
        if line.startswith(":label: eq-"):
            label = line.removeprefix(":label: ")
            found[label] = f"1.{len(found) + 1}", f"1.{section}"
    return found


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
    with np.errstate(all="ignore"):  # a wrong answer may overflow
        try:
            exec(TASKS[task].test, namespace)
        except Exception:
            return False
    return True


def by_name(answer):
    return f"{answer.task}-{answer.name}"


def test_the_solved_notebook_runs_from_top_to_bottom_in_ten_seconds():
    start, namespace = time.perf_counter(), {}
    for cell in NOTEBOOK.cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
    assert time.perf_counter() - start < 10
    assert TASKS.keys() <= namespace.keys()


def test_there_are_thirteen_tasks_and_a_written_question():
    assert len(TASKS) == 13
    written = [c for c in NOTEBOOK.cells if c["id"] == "reflection"]
    assert [cell.cell_type for cell in written] == ["markdown"]


@pytest.mark.parametrize("name", [*TASKS, "reflection"])
def test_the_prompt_states_the_points_that_the_cell_gives(name):
    points = {
        cell.metadata["nbgrader"]["grade_id"]: cell.metadata["nbgrader"]["points"]
        for cell in NOTEBOOK.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    stated = STATED.search(prompts()[name])
    assert int(stated[1]) == points.get(f"{name}_test", points.get(name))
    assert f"`{name}`" in prompts()[name] or name == "reflection"


def test_the_introduction_states_the_totals():
    stated = [STATED.search(text) for text in prompts().values()]
    introduction, points = NOTEBOOK.cells[0].source, [int(s[1]) for s in stated]
    assert f"Thirteen short functions ({sum(points[:-1])} points)" in introduction
    assert f": {sum(points)} points" in introduction
    assert sum(int(s[3]) for s in stated) == 210
    assert "three and a half hours" in introduction


@pytest.mark.parametrize("name", [*TASKS, "reflection"])
def test_equations_are_named_by_the_chapters_numbers(name):
    numbers = chapter_numbers()
    allowed = {numbers[label][0] for label in EQUATIONS[name].split()}
    hints = [a.hint for a in CATALOGUE.misconceptions if a.task == name]
    for text in [prompts()[name], *hints]:
        named = set(re.findall(r"\((1\.\d+)\)", text))
        assert named <= allowed, text
        assert named or re.search(r"section 1\.[1-7]", text), text


@pytest.mark.parametrize("name", [*TASKS, "reflection"])
def test_equations_are_looked_for_in_their_section(name):
    section_of = dict(chapter_numbers().values())
    pair = r"[Ss]ection (1\.\d),\s+(?:below |around )?equations? \((1\.\d+)\)"
    other = r"equation\s+\((1\.\d+)\),\s+section\s+(1\.\d)"
    hints = [a.hint for a in CATALOGUE.misconceptions if a.task == name]
    for text in [prompts()[name], *hints]:
        for section, equation in re.findall(pair, text):
            assert section_of[equation] == section, text
        for equation, section in re.findall(other, text):
            assert section_of[equation] == section, text


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
    assert len({len(args) for args in fresh_inputs(CATALOGUE, name, range(3))}) == 1


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_misconception_fails_its_own_task_and_no_other(answer):
    assert [task for task in TASKS if not passes(task, answer)] == [answer.task]


@pytest.mark.parametrize("answer", CATALOGUE.alternatives, ids=by_name)
def test_an_alternative_passes(answer):
    assert passes(answer.task, answer)


@pytest.mark.parametrize("answer", CATALOGUE.misconceptions, ids=by_name)
def test_a_hint_is_two_or_three_sentences_without_code(answer):
    sentences = re.findall(r"[.?!](?:\s|$)", answer.hint)
    assert 2 <= len(sentences) <= 4
    assert "ection 1." in answer.hint
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
