"""The same class graded by each side, as an instructor would start it."""

import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from ..release import write_atomically
from .classes import Classroom

PLAIN_CONFIG = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n"
NBGRADER = [sys.executable, "-m", "nbgrader"]
SAMPLE_SECONDS = 0.5


@dataclass(frozen=True)
class Run:
    """One run over a class.

    Attributes
    ----------
    seconds : wall clock, from the command to its end.
    memory : bytes, the largest sum over the command's processes (shared pages once).
    """

    seconds: float
    memory: float


def ours(root: Path, classroom: Classroom, folder: Path) -> Run:
    """`python -m autograder grade`, with sandbox and referee."""
    shutil.copytree(root / "solutions", folder / "solutions")
    shutil.copy(root / "nbgrader_config.py", folder)
    _hand_in(classroom, folder)
    _timed([*NBGRADER, "generate_assignment", classroom.assignment], folder)
    return _timed(
        [sys.executable, "-m", "autograder", "grade", classroom.assignment], folder
    )


def plain_nbgrader(root: Path, classroom: Classroom, folder: Path) -> Run:
    """`nbgrader autograde` as it comes, without this package."""
    name = classroom.assignment
    (folder / "nbgrader_config.py").write_text(PLAIN_CONFIG)
    write_atomically(folder / "source" / name / f"{name}.ipynb", classroom.source)
    _hand_in(classroom, folder)
    _timed([*NBGRADER, "generate_assignment", name], folder)
    return _timed([*NBGRADER, "autograde", name], folder, may_fail=True)


def _hand_in(classroom: Classroom, folder: Path) -> None:
    for student, notebook in classroom.notebooks.items():
        name = classroom.assignment
        path = folder / "submitted" / student / name / f"{name}.ipynb"
        write_atomically(path, notebook)


def _timed(command: list[str], folder: Path, may_fail: bool = False) -> Run:
    """Run a command, and watch its memory; nbgrader fails where a kernel died."""
    programs = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": programs + os.pathsep + os.environ["PATH"]}
    begin = time.monotonic()
    with open(folder / "log.txt", "ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        peak = _Peak(process.pid)
        process.wait()
        memory = peak.stop()
    seconds = time.monotonic() - begin
    if process.returncode != 0 and not may_fail:
        text = (folder / "log.txt").read_text(errors="replace")
        raise SystemExit(f"{' '.join(command[2:])} failed:\n{text[-2000:]}")
    return Run(seconds, memory)


class _Peak:
    """Samples the memory of a process and all its descendants."""

    def __init__(self, process: int) -> None:
        self._process, self._peak, self._over = process, 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            total = 0
            try:
                family = psutil.Process(self._process)
                for process in [family, *family.children(recursive=True)]:
                    total += _own_share(process.pid)
            except psutil.Error:
                continue
            self._peak = max(self._peak, total)

    def stop(self) -> float:
        """End the sampling; the largest sum in bytes."""
        self._over.set()
        self._thread.join()
        return float(self._peak)


def _own_share(process: int) -> int:
    """Bytes of a process; a page that n processes share counts for 1/n."""
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
