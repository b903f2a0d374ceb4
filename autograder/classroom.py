"""Find what a class handed in, in any of the usual folder layouts."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import UsageError
from .submission import read_bytes

CANVAS = re.compile(r"[^_]+_(?:LATE_)?(?P<user>\d+)_(?P<file>\d+)_.+")
"""How Canvas names what a teacher downloads: lovelaceada_LATE_1001_555_ch1_rnn."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes
    ----------
    student : the student's id, from the name of the folder or file.
    folder : where it lies; nbgrader's `timestamp.txt` may be beside it.
    path : the notebook file, or None where there is none.
    note : what the instructor should know of the choice, or nothing.
    """

    student: str
    folder: Path
    path: Path | None
    note: str = ""

    def read(self) -> bytes:
        """The submitted bytes; UsageError with the reason if there are none to read."""
        if self.path is None:
            raise UsageError("The folder holds no notebook (a file ending in .ipynb).")
        if self.path.is_symlink():
            raise UsageError("The notebook is a link to another file; hand in a copy.")
        return read_bytes(self.path)


def find_submissions(
    folder: Path,
    assignment: str,
    students: Iterable[str] = (),
    canvas_ids: Callable[[], dict[str, str]] = dict,
) -> list[Submission]:
    """All submissions of an assignment, by student.

    Parameters
    ----------
    folder : holds `STUDENT/ASSIGNMENT/x.ipynb`, `STUDENT/x.ipynb` or `STUDENT.ipynb`.
    assignment : its name.
    students : only these; UsageError if one has no submission.
    canvas_ids : asked for {number by which Canvas knows a student: the student's id}
        if files are named as Canvas does.
    """
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}; put the class's notebooks in "
            f"submitted/STUDENT/{assignment}/ or name their folder with --submissions."
        )
    every = [_submission(entry, assignment) for entry in sorted(folder.iterdir())]
    found: dict[str, Submission] = {}
    for submission in _from_canvas([s for s in every if s is not None], canvas_ids):
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
        if folder.is_symlink():
            return Submission(entry.name, folder, folder)
        return Submission(entry.name, folder, *_choose(folder, assignment))
    if entry.is_dir():
        path, note = _choose(entry, assignment)
        return Submission(entry.name, entry, path, note) if path else None
    return None


def _from_canvas(
    found: list[Submission], canvas_ids: Callable[[], dict[str, str]]
) -> list[Submission]:
    """Give what Canvas named to its student; of several, the file handed in last."""
    named = [(s, CANVAS.fullmatch(s.student)) for s in found]
    ids = canvas_ids() if any(match for _, match in named) else {}
    kept, files = [], {}
    for submission, match in named:
        if match is None or match["user"] not in ids:
            kept.append(submission)
        else:
            theirs = files.setdefault(ids[match["user"]], {})
            theirs[int(match["file"])] = submission
    for student, theirs in files.items():
        last = theirs[max(theirs)]
        note = f"Of {len(theirs)} files from Canvas, {last.student} was taken."
        note = note if len(theirs) > 1 else last.note
        kept.append(replace(last, student=student, note=note))
    return kept


def _inner_folder(entry: Path, assignment: str) -> Path | None:
    """The assignment's folder in a student's, in whatever case its name is written."""
    if (entry / assignment).is_dir() or not entry.is_dir():
        return entry / assignment if entry.is_dir() else None
    folders = (path for path in sorted(entry.iterdir()) if path.is_dir())
    return next((f for f in folders if f.name.lower() == assignment.lower()), None)


def _choose(folder: Path, assignment: str) -> tuple[Path | None, str]:
    """The notebook named as the assignment, else the one saved last; and a note."""
    exact = folder / f"{assignment}.ipynb"
    found = [path for path in folder.iterdir() if path.suffix.lower() == ".ipynb"]
    chosen = max(found, key=lambda p: (p.lstat().st_mtime, p.name), default=None)
    if exact.is_symlink() or exact.is_file():
        chosen = exact
    if len(found) < 2:
        return chosen, ""
    return chosen, f"Of {len(found)} notebooks in the folder, {chosen.name} was taken."
