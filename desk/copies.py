"""The reader's and the student's own copies, in `work/`: never overwritten."""

import shutil
from pathlib import Path

WORK = "work"
CHAPTERS = "chapters"
BUILT = "_build/html/_sources"  # where the build of the book writes its notebooks


def exercise(root: Path, name: str) -> Path | None:
    """The student's copy of an exercise, made now if there is none yet.

    None where the course has no such exercise.
    """
    released = root / "exercises" / name / f"{name}.ipynb"
    return _copy(released, root / WORK / name / released.name)


def chapter(root: Path, name: str) -> Path | None:
    """The reader's copy of a chapter, as `exercise` makes it."""
    built = root / BUILT / f"{name}.ipynb"
    return _copy(built, root / WORK / CHAPTERS / built.name)


def copy_all(root: Path) -> None:
    """Make the copies that are not there yet."""
    for released in sorted(root.glob("exercises/*/*.ipynb")):
        exercise(root, released.stem)
    for built in sorted(root.glob(f"{BUILT}/*.ipynb")):
        chapter(root, built.stem)


def _copy(original: Path, copy: Path) -> Path | None:
    if copy.exists():
        return copy
    if not original.is_file():
        return None
    copy.parent.mkdir(parents=True, exist_ok=True)
    part = copy.with_suffix(".part")
    shutil.copyfile(original, part)
    part.rename(copy)  # so that an interrupted copy does not count as one
    return copy
