"""What a student gets is enough to work with, and holds nothing else."""

import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import nbformat
import pytest

from autograder import student
from autograder.sources import assignments, read_source, read_tasks, solution_path

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENTS = assignments(ROOT)


@pytest.fixture(scope="module")
def packed():
    """The archive."""
    return student.archive(ROOT)


@pytest.fixture(scope="module")
def folder(packed, tmp_path_factory):
    """The archive, unpacked in a fresh place."""
    place = tmp_path_factory.mktemp("student")
    zipfile.ZipFile(BytesIO(packed)).extractall(place)
    return place / student.FOLDER


@pytest.fixture(scope="module")
def python(folder, python_with):
    """A Python that has the packages of the student's requirements, and no others."""
    return python_with(folder / "requirements.txt")


def test_it_holds_readme_requirements_and_notebooks_alone(packed):
    names = zipfile.ZipFile(BytesIO(packed)).namelist()
    notebooks = [f"exercises/{name}/{name}.ipynb" for name in ASSIGNMENTS]
    wanted = ["README.md", *notebooks, "requirements.txt"]
    assert names == [f"{student.FOLDER}/{name}" for name in wanted]


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_its_notebooks_are_those_that_were_proven_free_of_secrets(folder, name):
    notebook = Path("exercises") / name / f"{name}.ipynb"
    assert (folder / notebook).read_bytes() == (ROOT / notebook).read_bytes()


def test_it_is_the_same_to_the_byte_when_made_again(packed):
    assert student.archive(ROOT) == packed


def test_requirements_are_the_four_pins_of_the_project(folder):
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split("==")[0] for line in lines] == list(student.NEEDS)
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert set(lines) <= set(pins)


@pytest.mark.parametrize("package", ["autograder", "course", "nbgrader", "sklearn"])
def test_the_students_python_knows_nothing_of_ours(folder, python, package):
    done = subprocess.run(
        [python, "-E", "-c", f"import {package}"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert f"No module named '{package}'" in done.stderr


def worked_through(path, name):
    """The notebook as a student leaves it: each test run on the blank, then solved."""
    notebook = nbformat.read(path, as_version=4)
    tasks = {t.name: t for t in read_tasks(read_source(solution_path(ROOT, name)))}
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        task = tasks.get(cell.metadata.get("nbgrader", {}).get("grade_id", "")[:-5])
        if task and cell.metadata.nbgrader.grade:
            solved = nbformat.v4.new_code_cell(task.solution, metadata={"solved": True})
            again = nbformat.v4.new_code_cell(cell.source, metadata={"solved": True})
            cells += [solved, again]
    notebook.cells = cells
    return notebook


@pytest.fixture(scope="module")
def executed(folder, python):
    """Every notebook, worked through and executed by the student's Python."""
    paths = []
    for name in ASSIGNMENTS:
        path = folder / "exercises" / name / f"{name}.ipynb"
        paths.append(path.with_name(f"{name}_worked.ipynb"))
        nbformat.write(worked_through(path, name), paths[-1])
    execute = ["--to=notebook", "--inplace", "--execute", "--allow-errors"]
    done = subprocess.run(
        [python, "-E", "-m", "nbconvert", *execute, *paths],
        cwd=folder,
        env={"PATH": str(python.parent), "HOME": str(folder), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    notebooks = [nbformat.read(path, as_version=4) for path in paths]
    return dict(zip(ASSIGNMENTS, notebooks, strict=True))


def error_of(cell):
    return next((o.ename for o in cell.outputs if o.output_type == "error"), None)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_blank_tasks_are_told_so_and_solved_ones_pass(executed, name):
    cells = [cell for cell in executed[name].cells if cell.cell_type == "code"]
    tests = [c for c in cells if c.metadata.get("nbgrader", {}).get("grade")]
    solved = [c for c in cells if c.metadata.get("solved")]
    assert len(solved) == 2 * len(tests) > 10
    assert {error_of(cell) for cell in tests} == {"NotImplementedError"}
    others = [cell for cell in cells if cell not in tests]
    assert {error_of(cell) for cell in others} == {None}
    assert all(cell.execution_count for cell in cells)
    streams = [o for c in cells for o in c.outputs if o.get("name") == "stderr"]
    assert not streams
