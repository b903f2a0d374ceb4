"""Solutions as text (`solutions/*/*.py`) become nbgrader's source notebooks.

A solution is a py:percent notebook. A short key in a cell's first line gives the
cell its role, and this module turns it into nbgrader's metadata:

=================================  ============================================
`# %% [markdown] prompt="TASK"`    the task's text; locked
`# %% setup="NAME"`                code that every student has; locked
`# %% setup="NAME" file="FILE"`    the same, kept in `solutions/FILE` for all
`# %% solution="TASK"`             the student's cell; the solution is cut out
`# %% test="TASK" points=3`        the task's tests; locked; hidden ones cut out
`# %% [markdown] written="NAME" points=2`  a written answer, graded by hand
=================================  ============================================

A cell without a key is free text or free code. Cell ids come from the roles, so a
notebook made twice is the same to the byte.
"""

from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from .errors import UsageError

ROLES = {
    "prompt": {"grade": False, "solution": False, "locked": True},
    "setup": {"grade": False, "solution": False, "locked": True},
    "solution": {"grade": False, "solution": True, "locked": False},
    "test": {"grade": True, "solution": False, "locked": True},
    "written": {"grade": True, "solution": True, "locked": False},
}
SUFFIX = {"prompt": "_prompt", "test": "_test"}


@dataclass(frozen=True)
class Task:
    """One autograded task of an assignment.

    Attributes
    ----------
    name : the function that the student writes, and the solution cell's grade_id.
    points : what the task is worth.
    setup : source of the locked cells that precede the task, in order.
    solution : source of the solution cell, with the markers.
    test : source of the test cell, visible and hidden tests, with the markers.
    """

    name: str
    points: float
    setup: tuple[str, ...]
    solution: str
    test: str


def assignments(root: Path) -> list[str]:
    """Names of all assignments under `root/solutions`, in teaching order."""
    return sorted(
        p.parent.name
        for p in (root / "solutions").glob("*/*.py")
        if p.stem == p.parent.name
    )


def solution_path(root: Path, assignment: str) -> Path:
    """Path of an assignment's solution; UsageError if there is none."""
    path = root / "solutions" / assignment / f"{assignment}.py"
    if not path.is_file():
        known = ", ".join(assignments(root)) or "none"
        raise UsageError(
            f"There is no assignment called {assignment!r}; known are: {known}."
        )
    return path


def read_source(path: Path) -> NotebookNode:
    """The source notebook of the solution at `path`, with nbgrader's metadata."""
    nb = jupytext.read(path, fmt="py:percent")
    nb.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "name": "python3",
                "language": "python",
                "display_name": "Python 3",
            },
            "course": {"assignment": path.parent.name},
        }
    )
    for index, cell in enumerate(nb.cells):
        role = next((r for r in ROLES if r in cell.metadata), None)
        if role is None:
            cell["id"] = f"text-{index}"
            cell.metadata = nbformat.from_dict({})
            continue
        grade_id = cell.metadata[role] + SUFFIX.get(role, "")
        nbgrader = {
            **ROLES[role],
            "grade_id": grade_id,
            "task": False,
            "schema_version": 3,
        }
        if nbgrader["grade"]:
            nbgrader["points"] = cell.metadata["points"]
        if "file" in cell.metadata:
            cell.source = _shared(path.parents[1] / cell.metadata["file"])
        cell["id"] = grade_id.replace(".", "-")
        cell.metadata = nbformat.from_dict({"nbgrader": nbgrader})
    nb.nbformat, nb.nbformat_minor = 4, 5
    nbformat.validate(nb)
    return nb


def _shared(path: Path) -> str:
    """The code of a set-up cell that several assignments share."""
    return path.read_text(encoding="utf-8").rstrip()


def read_tasks(nb: NotebookNode) -> list[Task]:
    """The autograded tasks of a source notebook, in order."""
    tasks, setup, solutions = [], [], {}
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader")
        if meta is None or cell.cell_type != "code":
            continue
        if meta["grade"]:
            name = meta["grade_id"].removesuffix(SUFFIX["test"])
            tasks.append(
                Task(name, meta["points"], tuple(setup), solutions[name], cell.source)
            )
        elif meta["solution"]:
            solutions[meta["grade_id"]] = cell.source
        else:
            setup.append(cell.source)
    return tasks


def write_source_notebooks(root: Path) -> None:
    """Bring `_build/source` up to date with `solutions`, one folder an assignment.

    Only the notebook goes there: nbgrader copies every file beside it to students.
    """
    for assignment in assignments(root):
        path = solution_path(root, assignment)
        target = root / "_build" / "source" / assignment / f"{assignment}.ipynb"
        text = nbformat.writes(read_source(path)) + "\n"
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
