"""What nbgrader's exchange puts beside a notebook, carried from step to step.

`nbgrader submit` adds two files to what a student hands in, and `nbgrader
release_feedback` reads them beside each page: `timestamp.txt` says when it was handed
in, and the secret in `submission_secret.txt` gives the page a name that only this
student can know.
"""

import datetime
import glob
import re
from pathlib import Path

from dateutil.tz import gettz
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseFeedback

from .release import write_atomically

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
LONGEST = 4096  # bytes; nbgrader's own secrets have 128
FORMATS = tuple(f"%Y-%m-%d %H:%M{rest}" for rest in ("", ":%S", ":%S.%f"))
ZONE = re.compile(r"(.*?)(?: +([A-Za-z][A-Za-z_/-]*|[+-]\d\d(?::?\d\d)?))?")
NO_TIME = (
    "timestamp.txt is not a time; write it as 2026-10-09 17:00:00 UTC; no penalty was "
    "computed."
)
OUTSIDE = (
    "%s did not hand in through the exchange: give them their page of feedback "
    "yourself (%s)."
)


def read_timestamp(course: CourseDirectory, folder: Path) -> datetime.datetime | None:
    """When the work in a folder was handed in, in UTC; None where no file says so.

    nbgrader guesses what a text may mean as a time. We do not: a day taken for a month
    costs a student points.
    """
    try:
        text = (_read(folder / TIMESTAMP) or b"").decode().strip()
        exchange = course.config.Exchange
        time, zone = ZONE.fullmatch(text).groups()
        when = _parse(time, exchange.get("timestamp_format", ""))
        when -= _offset(when, zone or "UTC", exchange.get("timezone", "UTC"))
    except (OSError, ValueError, OverflowError, AttributeError):
        return None
    return when


def timestamp_note(course: CourseDirectory, folder: Path) -> str:
    """What is to be said of a folder whose file of the time holds none."""
    written = (folder / TIMESTAMP).exists()
    return NO_TIME if written and read_timestamp(course, folder) is None else ""


def _parse(time: str, configured: str) -> datetime.datetime:
    """A time in one of the formats, or in the exchange's; ValueError if in none."""
    own = re.sub(r"\s*%[zZ]$", "", configured)
    for form in [*FORMATS, *([own] if own else [])]:
        try:
            return datetime.datetime.strptime(time, form)
        except ValueError:
            continue
    raise ValueError(time)


def _offset(when: datetime.datetime, zone: str, own: str) -> datetime.timedelta:
    """How far a zone is from UTC: a name, a number, or the exchange's abbreviation."""
    if zone[0] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
        distance = datetime.timedelta(hours=hours, minutes=minutes)
        return -distance if zone[0] == "-" else distance
    exchange = gettz(own)
    if exchange is not None and when.replace(tzinfo=exchange).tzname() == zone:
        return exchange.utcoffset(when)
    return gettz(zone).utcoffset(when)  # AttributeError where nobody knows it


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
