"""otter-grader beside the two sides: `otter run`, one command a submission.

otter is no dependency of the project. Install it, and what the exercises need, into
an environment of its own, and name its program: `OTTER=/path/to/otter make bench`.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell

from ..blueprint import read_blueprint, role_of
from .classes import Classroom

RUNS = 5  # submissions; each takes seconds
MISSING = "not found; name its program in OTTER"


def rows(classroom: Classroom) -> list[tuple[str, ...]]:
    """A row for the bench's table: the median of some runs, and what a class takes."""
    program = os.environ.get("OTTER") or shutil.which("otter")
    if program is None:
        return [("otter run", MISSING, "", "")]
    with tempfile.TemporaryDirectory(prefix="otter-") as name:
        folder = Path(name)
        nbformat.write(_master(classroom), folder / "master.ipynb")
        _run([program, "assign", "--no-run-tests", "master.ipynb", "dist"], folder)
        (archive,) = folder.glob("dist/autograder/*.zip")
        seconds = []
        for student in list(classroom.notebooks)[:RUNS]:
            (folder / "work.ipynb").write_bytes(classroom.notebooks[student])
            begin = time.monotonic()
            _run([program, "run", "-a", str(archive), "work.ipynb"], folder)
            seconds.append(time.monotonic() - begin)
    each = statistics.median(seconds)
    whole = f"{each * len(classroom.notebooks):.1f} (from {len(seconds)})"
    return [("otter run, one after the other", whole, f"{each:.2f} s", "")]


def _run(command: list[str], folder: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command[:2])} failed:\n{done.stderr[-2000:]}")


def _master(classroom: Classroom) -> NotebookNode:
    """The assignment in otter's format for instructors."""
    cells = [new_raw_cell("# ASSIGNMENT CONFIG\nexport_cell: false")]
    for cell in read_blueprint(classroom.source).cells:
        record, name = cell.metadata.nbgrader, role_of(cell)
        if cell.cell_type != "code":
            continue
        if record.grade:
            cells += [
                new_raw_cell("# BEGIN TESTS"),
                new_code_cell(cell.source),
                new_raw_cell("# END TESTS"),
                new_raw_cell("# END QUESTION"),
            ]
        elif record.solution:
            points = next(
                c.metadata.nbgrader.points
                for c in read_blueprint(classroom.source).cells
                if role_of(c) == f"{name}_test"
            )
            cells += [
                new_raw_cell(f"# BEGIN QUESTION\nname: {name}\npoints: {points}"),
                new_raw_cell("# BEGIN SOLUTION"),
                new_code_cell(cell.source.replace("### ", "# ")),
                new_raw_cell("# END SOLUTION"),
            ]
        else:
            cells.append(new_code_cell(cell.source))
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return new_notebook(cells=cells, metadata=metadata)
