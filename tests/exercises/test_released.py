"""What students get, for every assignment: nothing of a solution or a hidden test."""

from pathlib import Path

import nbformat
import pytest

from autograder.course import read_config
from autograder.release import generate, source_notebook
from autograder.sources import assignments, read_source, solution_path

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = assignments(ROOT)
MARKS = ("SOLUTION", "HIDDEN TESTS")


def secret_lines(assignment):
    """Lines of the solutions, model answers and hidden tests, without indentation."""
    lines, inside = set(), False
    for cell in read_source(solution_path(ROOT, assignment)).cells:
        for line in map(str.strip, cell.source.splitlines()):
            if any(f"END {mark}" in line for mark in MARKS):
                inside = False
            if inside and len(line) > len("else:"):
                lines.add(line)
            if any(f"BEGIN {mark}" in line for mark in MARKS):
                inside = True
    assert not inside, "a region is not closed"
    return lines


@pytest.fixture(scope="module")
def released():
    """The notebooks that nbgrader makes for students, by assignment."""
    config = read_config(ROOT)
    return {
        name: generate(name, source_notebook(ROOT, name), config).decode()
        for name in ASSIGNMENTS
    }


def notebook_lines(text):
    """All lines of all cells of a notebook, without indentation."""
    cells = nbformat.reads(text, as_version=4).cells
    return {line.strip() for cell in cells for line in cell.source.splitlines()}


def test_there_are_assignments():
    assert "ch1_rnn" in ASSIGNMENTS


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_line_of_a_solution_or_hidden_test_is_released(name, released):
    secret = secret_lines(name)
    assert len(secret) > 50
    assert not secret & notebook_lines(released[name])
    assert not any(f"BEGIN {mark}" in released[name] for mark in MARKS)
    assert not any(f"END {mark}" in released[name] for mark in MARKS)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_exercise_folder_holds_the_released_notebook_alone(name, released):
    folder = ROOT / "exercises" / name
    files = [p for p in folder.rglob("*") if p.is_file()]
    files = [p for p in files if ".ipynb_checkpoints" not in p.parts]
    assert files == [folder / f"{name}.ipynb"], "run 'make exercises'"
    assert files[0].read_text("utf-8") == released[name], "run 'make exercises'"


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_blank_answer_raises_not_implemented_in_every_test(name, released):
    namespace, tests = {}, 0
    for cell in nbformat.reads(released[name], as_version=4).cells:
        if cell.cell_type != "code":
            continue
        if cell.metadata.get("nbgrader", {}).get("grade"):
            tests += 1
            with pytest.raises(NotImplementedError):
                exec(cell.source, namespace)
        else:
            exec(cell.source, namespace)
    assert tests > 0
