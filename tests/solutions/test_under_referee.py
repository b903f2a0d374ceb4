"""Each assignment under the referee: a class that makes every known mistake.

One student solves everything, one nothing. The others answer some tasks with a
misconception and the rest rightly, so that each misconception is met once: it has to
cost its own task and no other, and nearly always it has to be named.
"""

from pathlib import Path

import nbformat
import pytest

from autograder.answers import read_catalogue
from autograder.blueprint import read_blueprint, role_of
from autograder.coordinator import make_job
from autograder.course import read_config
from autograder.sources import assignments
from autograder.worker import grade

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = assignments(ROOT)
NAMED = 0.9  # of the misconceptions met
RIGHT_EVERY = 6  # a student leaves about every sixth task right


def share_out(names, misconceptions):
    """Put each misconception into one notebook: {task: misconception} for each."""
    left = {name: [a for a in misconceptions if a.task == name] for name in names}
    students = []
    while any(left.values()):
        number = len(students)
        chosen = {
            name: answers.pop()
            for place, (name, answers) in enumerate(left.items())
            if answers and (place + number) % RIGHT_EVERY
        }
        students.append(chosen)
    return students


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def graded(request):
    """The assignment's blueprint, what each student wrote, and their results."""
    name = request.param
    config = read_config(ROOT)
    empty = make_job(ROOT, name, b"", config)
    blueprint = read_blueprint(empty.source)
    catalogue = read_catalogue(ROOT / "solutions" / name)

    def result_of(answers):
        nb = blueprint.blank()
        for cell in nb.cells:
            cell.source = answers.get(role_of(cell), cell.source)
        job = make_job(ROOT, name, nbformat.writes(nb).encode(), config)
        graded = grade(job)
        assert graded.status == "graded", graded.trace
        return {task.task: task for task in graded.result.tasks}

    solved = {role_of(c): c.source for c in blueprint.cells if c.cell_type == "code"}
    students = share_out(blueprint.tasks, catalogue.misconceptions)
    met = [
        (wrong, result_of(solved | {t: a.source for t, a in wrong.items()}))
        for wrong in students
    ]
    right = {task: solved[task] for task in blueprint.tasks}
    return result_of(right), result_of({}), met


def test_solved_earns_all_and_blank_earns_nothing(graded):
    solved, blank, _ = graded
    assert {t: r.verdict for t, r in solved.items()} == dict.fromkeys(solved, "correct")
    assert {r.score for r in blank.values()} == {0}
    assert {r.verdict for r in blank.values()} == {"not attempted"}


def test_each_misconception_costs_its_own_task_and_no_other(graded):
    _, _, met = graded
    for wrong, result in met:
        failed = {task for task, r in result.items() if r.score < r.points}
        assert failed == set(wrong)


def test_misconceptions_are_named_and_none_wrongly(graded):
    _, _, met = graded
    pairs = [
        (answer.name, result[task].misconception)
        for wrong, result in met
        for task, answer in wrong.items()
    ]
    assert [pair for pair in pairs if pair[1] not in (pair[0], None)] == []
    named = sum(one == other for one, other in pairs)
    assert named >= NAMED * len(pairs), (named, len(pairs))
