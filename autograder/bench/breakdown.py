"""Where the time of one submission goes, in one worker and one coordinator."""

import json
import socket
import statistics
import time
from collections import defaultdict
from pathlib import Path

import nbformat

from ..classroom import Submission
from ..coordinator import make_job
from ..course import CONFIG, read_config
from ..forks import fork_server
from ..gradebook import Recorder
from ..inside.confine import Limits
from ..session import NOTHING
from ..wire import Closed
from ..worker import grade
from .classes import Classroom


def measure(root: Path, classroom: Classroom, folder: Path) -> dict[str, list[float]]:
    """Seconds of each phase, one number a submission.

    'own time' is what the same cells, hidden tests among them, take in one process
    that is already there, without a referee and without a notebook around them.
    """
    (folder / CONFIG).write_bytes((root / CONFIG).read_bytes())
    (folder / "solutions").symlink_to(root / "solutions")
    config = read_config(folder)
    recorder = Recorder(config, classroom.assignment)
    recorder.prepare(classroom.source)
    phases = defaultdict(list)
    first = next(iter(classroom.notebooks.values()))
    grade(make_job(folder, classroom.assignment, first, config))  # starts all there is
    for student, notebook in classroom.notebooks.items():
        job = make_job(folder, classroom.assignment, notebook, config)
        begin = time.perf_counter()
        graded = grade(job)
        worked = time.perf_counter()
        recorder.record(Submission(student, folder, None), job, graded)
        saved = time.perf_counter()
        inside = json.loads(graded.notebook)["metadata"]["autograder"]["seconds"]
        for phase, seconds in inside.items():
            phases[phase].append(seconds)
        phases["read, admit, write"].append(worked - begin - sum(inside.values()))
        phases["save"].append(saved - worked)
        phases["all"].append(saved - begin)
        phases["own time"].append(_own_time(graded.notebook))
    return phases


def _own_time(notebook: bytes) -> float:
    line, end = socket.socketpair()  # no referee is at the other end
    with end:
        process = fork_server(True).start("student", Limits(), end)
    nb = nbformat.reads(notebook, as_version=4)
    process.ask(NOTHING, 60)
    begin = time.perf_counter()
    try:
        for cell in nb.cells:
            if cell.cell_type == "code":
                process.ask({"do": "run", "source": cell.source}, 60)
    except Closed:
        pass
    seconds = time.perf_counter() - begin
    process.kill()
    line.close()
    return seconds


def rows(phases: dict[str, list[float]]) -> list[tuple[str, float]]:
    """Phase and its mean in milliseconds, in the order in which they happen."""
    named = [(name, 1e3 * statistics.mean(values)) for name, values in phases.items()]
    mean = dict(named)
    return [*named, ("overhead", mean["all"] - mean["own time"])]
