"""Each assignment under plain nbgrader: a class that makes known mistakes.

One student solves everything, one nothing. The others answer some tasks with a
misconception and the rest rightly; a misconception has to cost its own task and no
other. In one assignment the class makes every known mistake. In the others three
students stand for the rest: a notebook takes seconds here, and `make validity` meets
every misconception of every assignment.
"""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.answers import read_catalogue
from autograder.sources import assignments, read_source, read_tasks, solution_path

ROOT = Path(__file__).resolve().parents[2]
RIGHT_EVERY = 6  # each student leaves every sixth task right
IN_FULL, MIXED = "ch1_rnn", 3  # the assignment with all mistakes; students elsewhere


@dataclass(frozen=True)
class Course:
    """A graded class.

    Attributes
    ----------
    root : the course's folder.
    assignment : its one assignment.
    tasks : the assignment's tasks.
    wrong : student -> {task: the misconception that stands in its cell}.
    """

    root: Path
    assignment: str
    tasks: list
    wrong: dict[str, dict[str, str]]


def nbgrader(root: Path, *arguments: str) -> None:
    programs = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def share_out(tasks, misconceptions) -> list[dict]:
    """Put each misconception into one notebook, some tasks of which stay right.

    The last notebooks are nearly right, the first ones wrong in most of their tasks.
    """
    left = {task.name: [] for task in tasks}
    for answer in misconceptions:
        left[answer.task].append(answer)
    notebooks = []
    while any(left.values()):
        number = len(notebooks)
        notebooks.append(
            {
                task.name: left[task.name].pop()
                for place, task in enumerate(tasks)
                if (place + number) % RIGHT_EVERY and left[task.name]
            }
        )
    return notebooks


def hand_in(root: Path, assignment: str, student: str, nb, cells: dict) -> None:
    nb = nbformat.from_dict(json.loads(json.dumps(nb)))
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = cells.get(grade_id, cell.source)
    path = root / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nb, path)


@pytest.fixture(scope="module", params=assignments(ROOT))
def course(request, tmp_path_factory):
    """A class graded with nbgrader's own commands."""
    root, name = tmp_path_factory.mktemp("course"), request.param
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions", root / "solutions")
    nbgrader(root, "generate_assignment", name)
    released = nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)
    tasks = read_tasks(read_source(solution_path(root, name)))
    solved = {task.name: task.solution for task in tasks}
    hand_in(root, name, "solved", released, solved)
    hand_in(root, name, "blank", released, {})
    wrong = {}
    catalogue = read_catalogue(root / "solutions" / name)
    notebooks = share_out(tasks, catalogue.misconceptions)
    for number, answers in enumerate(notebooks[: None if name == IN_FULL else MIXED]):
        student = f"wrong{number:02d}"
        wrong[student] = {task: answer.name for task, answer in answers.items()}
        sources = {task: answer.source for task, answer in answers.items()}
        hand_in(root, name, student, released, solved | sources)
    nbgrader(root, "autograde", name)
    return Course(root, name, tasks, wrong)


def points(course: Course, student: str) -> dict[str, float]:
    """What nbgrader recorded for each task."""
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as book:
        notebook = book.find_submission_notebook(
            course.assignment, course.assignment, student
        )
        return {
            grade.cell.name.removesuffix("_test"): grade.auto_score
            for grade in notebook.grades
            if grade.cell.name.endswith("_test")
        }


def test_the_class_makes_the_mistakes_it_should(course):
    met = [pair for answers in course.wrong.values() for pair in answers.items()]
    catalogue = read_catalogue(course.root / "solutions" / course.assignment)
    known = [(a.task, a.name) for a in catalogue.misconceptions]
    assert len({*met}) == len(met)
    assert {*met} <= {*known}
    assert len(met) == len(known) or course.assignment != IN_FULL
    assert {task for task, _ in met} == {task.name for task in course.tasks}
    assert len(course.wrong) >= MIXED
    assert all(len(answers) < len(course.tasks) for answers in course.wrong.values())


def test_the_solved_notebook_gets_full_marks_and_the_blank_one_zero(course):
    full = {task.name: task.points for task in course.tasks}
    assert points(course, "solved") == full
    assert points(course, "blank") == dict.fromkeys(full, 0)


def test_each_misconception_loses_exactly_its_task(course):
    for student, wrong in course.wrong.items():
        expected = {t.name: 0 if t.name in wrong else t.points for t in course.tasks}
        assert points(course, student) == expected, wrong


def test_the_hint_of_a_misconception_reaches_the_graded_notebook(course):
    met, named = 0, 0
    for student, wrong in course.wrong.items():
        path = course.root / "autograded" / student / course.assignment
        nb = nbformat.read(path / f"{course.assignment}.ipynb", as_version=4)
        for cell in nb.cells:
            said = cell.metadata.get("autograder")
            if said is None:  # not a test
                continue
            true = wrong.get(cell.metadata.nbgrader.grade_id.removesuffix("_test"))
            assert said.misconception in (None, true)
            met += true is not None
            named += true is not None and said.misconception == true
    assert met
    assert named >= 0.9 * met


def test_feedback_and_export_work(course):
    nbgrader(course.root, "generate_feedback", course.assignment, "--student=wrong00")
    page = course.root / "feedback" / "wrong00" / course.assignment
    assert "✗ wrong" in (page / f"{course.assignment}.html").read_text("utf-8")
    nbgrader(course.root, "export")
    table = (course.root / "grades.csv").read_text(encoding="utf-8")
    assert all(student in table for student in ["solved", "blank", *course.wrong])
