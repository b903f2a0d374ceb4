"""Each assignment under nbgrader as it comes, without this package's engine.

One student solves everything, one nothing. The others answer some tasks with a
misconception and the rest rightly; a misconception has to cost its own task and no
other. Every known misconception is met in `test_under_referee.py`.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.answers import read_catalogue
from autograder.release import source_notebook
from autograder.sources import assignments, read_source, read_tasks, solution_path

ROOT = Path(__file__).resolve().parents[2]
RIGHT_EVERY = 6  # each student leaves every sixth task right
MIXED = 2  # students with mistakes; a notebook takes seconds here
PLAIN_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'plain'\n"


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


def nbgrader(root: Path, *arguments: str) -> str:
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
    return done.stdout


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


def is_written(record: dict) -> bool:
    """Whether nbgrader's record is that of an answer in words."""
    return bool(record.get("grade") and record.get("solution"))


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
    (root / "nbgrader_config.py").write_text(PLAIN_CONFIG)
    source = root / "source" / name / f"{name}.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes(source_notebook(ROOT, name))
    nbgrader(root, "generate_assignment", name)
    released = nbformat.read(root / "release" / name / f"{name}.ipynb", as_version=4)
    tasks = read_tasks(read_source(solution_path(ROOT, name)))
    solved = {task.name: task.solution for task in tasks}
    records = [cell.metadata.get("nbgrader", {}) for cell in released.cells]
    written = {r["grade_id"]: "In words." for r in records if is_written(r)}
    hand_in(root, name, "solved", released, solved | written)
    hand_in(root, name, "blank", released, {})
    wrong = {}
    catalogue = read_catalogue(ROOT / "solutions" / name)
    notebooks = share_out(tasks, catalogue.misconceptions)
    for number, answers in enumerate(notebooks[:MIXED]):
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


def test_the_class_makes_mistakes_in_each_task(course):
    met = {task for answers in course.wrong.values() for task in answers}
    assert met == {task.name for task in course.tasks}
    assert all(len(answers) < len(course.tasks) for answers in course.wrong.values())


def test_the_solved_notebook_gets_full_marks_and_the_blank_one_zero(course):
    full = {task.name: task.points for task in course.tasks}
    assert points(course, "solved") == full
    assert points(course, "blank") == dict.fromkeys(full, 0)


def test_each_misconception_loses_exactly_its_task(course):
    for student, wrong in course.wrong.items():
        expected = {t.name: 0 if t.name in wrong else t.points for t in course.tasks}
        assert points(course, student) == expected, wrong


def test_the_solved_notebook_validates_as_students_validate_it(course):
    path = Path("submitted") / "solved" / course.assignment
    said = nbgrader(course.root, "validate", str(path / f"{course.assignment}.ipynb"))
    assert "Success!" in said


def test_the_released_notebook_is_the_one_that_we_release(course):
    name = f"{course.assignment}.ipynb"
    theirs = course.root / "release" / course.assignment / name
    ours = ROOT / "exercises" / course.assignment / name
    assert sources_of(theirs) == sources_of(ours)


def sources_of(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]
