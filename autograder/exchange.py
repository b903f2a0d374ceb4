"""What nbgrader's exchange puts beside a notebook, carried from step to step.

`nbgrader submit` adds two files to what a student hands in, and `nbgrader
release_feedback` reads them beside each page: `timestamp.txt` says when it was handed
in, and the secret in `submission_secret.txt` gives the page a name that only this
student can know.
"""

import datetime
import glob
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback

from .release import write_atomically

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST = 4096  # bytes; nbgrader's own secrets have 128
OUTSIDE = (
    "%s did not hand in through the exchange: give them their page of feedback "
    "yourself (%s)."
)


def read_timestamp(course: CourseDirectory, folder: Path) -> datetime.datetime | None:
    """When the work in a folder was handed in, or None where no file says so."""
    try:
        return course.get_existing_timestamp(str(folder))
    except (OSError, ValueError, OverflowError, AttributeError):
        # An unreadable time is no time; nbgrader reports it by a method it lacks.
        return None


def carry(course: CourseDirectory, source: Path, destination: Path) -> None:
    """Copy the two files; what is missing, or cannot be used, is missing there, too."""
    usable = read_timestamp(course, source) is not None
    for name in (TIMESTAMP, SECRET):
        content = _read(source / name) if usable or name == SECRET else None
        if content is None:
            (destination / name).unlink(missing_ok=True)
        else:
            write_atomically(destination / name, content)


def _read(path: Path) -> bytes | None:
    """A short file's bytes; None for a link, which may lead anywhere."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LONGEST:
        return None
    return path.read_bytes()


class ReleaseFeedback(ExchangeReleaseFeedback):
    """nbgrader's, for a class of which some handed in by another way.

    nbgrader's own stops at the first of them, and those behind get no feedback.
    """

    def copy_files(self) -> None:
        """Release the pages of all who handed in through the exchange."""
        left_out = [
            name for name in self.coursedir.student_id_exclude.split(",") if name
        ]
        for page in map(Path, sorted(glob.glob(f"{self.src_path}/*.html"))):
            if not all((page.parent / name).is_file() for name in (TIMESTAMP, SECRET)):
                student = page.parent.parent.name  # feedback/STUDENT/ASSIGNMENT
                self.log.warning(OUTSIDE, student, page)
                left_out.append(student)
        self.coursedir.student_id_exclude = ",".join(left_out)
        super().copy_files()
