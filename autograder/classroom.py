"""Find what a class handed in, in any of the usual folder layouts."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .errors import UsageError
from .submission import read_bytes


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    student : the student's id, from the name of the folder or file.
    folder : where it lies; nbgrader's `timestamp.txt` may be beside it.
    path : the notebook file, or None where there is none.
    """

    student: str
    folder: Path
    path: Path | None

    def read(self) -> bytes:
        """The submitted bytes; UsageError with the reason if there are none to read."""
        if self.path is None:
            raise UsageError("The folder holds no notebook (a file ending in .ipynb).")
        if self.path.is_symlink():
            raise UsageError("The notebook is a link to another file; hand in a copy.")
        return read_bytes(self.path)


def find_submissions(
    folder: Path, assignment: str, students: Iterable[str] = ()
) -> list[Submission]:
    """All submissions of an assignment, by student.

    Parameters
    ----------
    folder : holds `STUDENT/ASSIGNMENT/x.ipynb`, `STUDENT/x.ipynb` or `STUDENT.ipynb`.
    assignment : its name.
    students : only these; UsageError if one has no submission.
    """
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}; put the class's notebooks in "
            f"submitted/STUDENT/{assignment}/ or name their folder with --submissions."
        )
    found = {}
    for entry in sorted(folder.iterdir()):
        submission = _submission(entry, assignment)
        if submission is not None:
            found.setdefault(submission.student, submission)
    for student in students:
        if student not in found:
            raise UsageError(
                f"{student!r} has no submission of {assignment} in {folder}."
            )
    chosen = [found[s] for s in sorted(set(students) or found)]
    if not chosen:
        raise UsageError(f"There is no submission of {assignment} in {folder}.")
    return chosen


def _submission(entry: Path, assignment: str) -> Submission | None:
    if entry.name.startswith("."):
        return None
    if entry.suffix == ".ipynb" and not entry.is_dir():
        return Submission(entry.stem, entry.parent, entry)
    if (folder := _inner_folder(entry, assignment)) is not None:
        path = folder if folder.is_symlink() else _choose(folder, assignment)
        return Submission(entry.name, folder, path)
    if entry.is_dir() and (path := _choose(entry, assignment)) is not None:
        return Submission(entry.name, entry, path)
    return None


def _inner_folder(entry: Path, assignment: str) -> Path | None:
    """The assignment's folder in a student's, in whatever case its name is written."""
    if (entry / assignment).is_dir() or not entry.is_dir():
        return entry / assignment if entry.is_dir() else None
    folders = (path for path in sorted(entry.iterdir()) if path.is_dir())
    return next((f for f in folders if f.name.lower() == assignment.lower()), None)


def _choose(folder: Path, assignment: str) -> Path | None:
    """The notebook named as the assignment, else the one that was saved last."""
    exact = folder / f"{assignment}.ipynb"
    if exact.is_symlink() or exact.is_file():
        return exact
    found = [path for path in folder.iterdir() if path.suffix.lower() == ".ipynb"]
    return max(found, key=lambda p: (p.lstat().st_mtime, p.name), default=None)
