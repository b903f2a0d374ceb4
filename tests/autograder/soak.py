"""Grade large classes while workers and coordinators are killed: `make soak`.

Each assignment's class is graded twice. Once in peace; once while a worker is killed
every few seconds and the coordinator itself at random moments, after which 'grade
--resume' goes on. Both have to leave the same records and the same gradebook, with
one result a student, and nothing that was recorded may be written again.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbgrader.api import Gradebook
from rich.console import Console
from rich.table import Table

from autograder.bench.classes import make_class
from autograder.release import write_atomically
from autograder.sources import assignments as known

from .test_cluster import workers_of

ROOT = Path(__file__).resolve().parents[2]
SECONDS = (2.0, 7.0)  # between two deaths of workers
LIVES = 3  # of the coordinator; the last one may finish
PAUSE = 0.05


@dataclass
class Disturbance:
    """What was done to one run."""

    workers: int = 0
    coordinators: int = 0


def main() -> int:
    """Print a row an assignment; 1 unless all are the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.autograder.soak")
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("assignments", nargs="*")
    chosen = parser.parse_args()
    rng = random.Random(chosen.seed)
    heads = ["assignment", "students", "in peace", "disturbed", "workers killed"]
    table = Table(*heads, "coordinators killed", "differences", box=None)
    differences = 0
    for assignment in chosen.assignments or known(ROOT):
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            row = soak(Path(folder), assignment, chosen.students, rng)
        print(assignment, *row, flush=True)
        table.add_row(assignment, str(chosen.students), *map(str, row))
        differences += row[-1]
    Console().print(table)
    print(f"differences: {differences}")
    return 0 if differences == 0 else 1


def soak(folder: Path, assignment: str, students: int, rng: random.Random) -> list:
    """Both runs over one class; seconds, deaths and the number of differences."""
    calm, rough = folder / "calm", folder / "rough"
    hand_in(calm, assignment, students)
    shutil.copytree(calm, rough)
    begin = time.monotonic()
    grading(calm, assignment).wait()
    peace = time.monotonic() - begin
    done = Disturbance()
    begin = time.monotonic()
    written = disturb(rough, assignment, students, rng, done)
    disturbed = time.monotonic() - begin
    wrong = [written] if written else []
    ours, theirs = (records_of(root, assignment) for root in (calm, rough))
    for student in ours.keys() | theirs.keys():
        if ours.get(student) != theirs.get(student):
            said = [json.loads(one.get(student, "{}")) for one in (ours, theirs)]
            print(student, *(one.get("reason") for one in said), sep="\n  ")
            wrong.append(student)
    scores = [scores_of(root, assignment) for root in (calm, rough)]
    if scores[0] != scores[1] or len(scores[0]) != students or len(ours) != students:
        print("the gradebooks differ, or lack a student")
        wrong.append("gradebook")
    times = f"{peace:.0f} s", f"{disturbed:.0f} s"
    return [*times, done.workers, done.coordinators, len(wrong)]


def hand_in(root: Path, assignment: str, students: int) -> None:
    """A course folder with a class's submissions of one assignment."""
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    classroom = make_class(ROOT, assignment, students)
    for student, notebook in classroom.notebooks.items():
        path = root / "submitted" / student / assignment / f"{assignment}.ipynb"
        write_atomically(path, notebook)


def grading(root: Path, assignment: str, *options: str) -> subprocess.Popen:
    """Start to grade."""
    command = [sys.executable, "-W", "ignore", "-m", "autograder", "grade", assignment]
    null = subprocess.DEVNULL
    return subprocess.Popen([*command, *options], cwd=root, stdout=null, stderr=null)


def disturb(
    root: Path, assignment: str, students: int, rng: random.Random, done: Disturbance
) -> str:
    """Grade while processes die; a sentence if something was written a second time."""
    times: dict[Path, int] = {}
    for life in range(LIVES):
        last = life == LIVES - 1
        end = students * (life + rng.uniform(0.4, 1)) / LIVES  # records at its death
        process = grading(root, assignment, "--resume")
        next_death = time.monotonic() + rng.uniform(*SECONDS)
        while process.poll() is None:
            if not last and len(results(root, assignment)) >= end:
                process.send_signal(signal.SIGKILL)
                process.wait()
                done.coordinators += 1
            elif time.monotonic() > next_death:
                with suppress(psutil.NoSuchProcess, IndexError):
                    rng.choice(workers_of(process)).kill()
                    done.workers += 1
                next_death = time.monotonic() + rng.uniform(*SECONDS)
            time.sleep(PAUSE)
        again = [p for p, when in times.items() if p.stat().st_mtime_ns != when]
        if again:
            return f"{len(again)} records were written twice"
        times = {p: p.stat().st_mtime_ns for p in results(root, assignment)}
    return "" if process.returncode == 0 else f"the last run ended {process.returncode}"


def results(root: Path, assignment: str) -> list[Path]:
    """The records that are written."""
    return list(root.glob(f"autograded/*/{assignment}/result.json"))


def records_of(root: Path, assignment: str) -> dict[str, str]:
    """Student -> record."""
    return {path.parts[-3]: path.read_text() for path in results(root, assignment)}


def scores_of(root: Path, assignment: str) -> dict[str, float]:
    """Student -> points in the gradebook."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn-to-transformers") as book:
        found = book.find_assignment(assignment).submissions
        return {s.student.id: s.score for s in found}


if __name__ == "__main__":
    sys.exit(main())
