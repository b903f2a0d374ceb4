"""From the instructor's notebook to the student's, by nbgrader's GenerateAssignment."""

import copy
import os
import tempfile
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from .errors import UsageError
from .sources import read_source, solution_path


def source_notebook(root: Path, assignment: str) -> bytes:
    """The assignment's source notebook, solutions and hidden tests in it, as JSON."""
    path = solution_path(root, assignment)
    try:
        return (nbformat.writes(read_source(path)) + "\n").encode()
    except Exception as error:
        raise UsageError(
            f"{path} is not a usable solution ({type(error).__name__}: {error}); "
            "mend it and try again."
        ) from None


def generate(
    assignment: str, source: bytes, config: Config, db_url: str | None = None
) -> bytes:
    """The notebook that students get, as JSON.

    Parameters
    ----------
    assignment : its name.
    source : its source notebook.
    config : nbgrader's configuration; its folders are not used.
    db_url : a gradebook in which the cells are recorded; none by default.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _write(root / "source" / assignment / f"{assignment}.ipynb", source)
        config = _in_folder(config, root, db_url)
        config.CourseDirectory.assignment_id = assignment
        converter = GenerateAssignment(CourseDirectory(config=config), config=config)
        try:
            converter.start()
        except NbGraderException as error:
            raise UsageError(
                f"nbgrader could not generate {assignment!r}: {error} Run "
                f"'nbgrader generate_assignment {assignment} --force' for its report."
            ) from None
        return (root / "release" / assignment / f"{assignment}.ipynb").read_bytes()


def release(root: Path, assignment: str, config: Config) -> Path:
    """Write `exercises/ASSIGNMENT/ASSIGNMENT.ipynb`; returns its path.

    The file is replaced in one step, and left alone where it is up to date.
    """
    notebook = generate(assignment, source_notebook(root, assignment), config)
    exercises = root / CourseDirectory(config=config).release_directory
    path = exercises / assignment / f"{assignment}.ipynb"
    if not path.is_file() or path.read_bytes() != notebook:
        write_atomically(path, notebook)
    return path


def write_atomically(path: Path, content: bytes) -> None:
    """Put a file in place in one step, so that no half of it is ever seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_bytes(content)
    os.replace(half, path)


def _in_folder(config: Config, root: Path, db_url: str | None) -> Config:
    """The course's options with folders of our own, and a gradebook or none."""
    config = copy.deepcopy(config)
    config.CourseDirectory = Config(
        root=str(root), course_id=config.CourseDirectory.course_id
    )
    if db_url is None:
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    else:
        config.CourseDirectory.db_url = db_url
    return config


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
