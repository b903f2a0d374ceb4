"""One notebook's two processes: the student's and the referee's."""

import socket
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

from .compiled import compile_cell
from .errors import UsageError
from .forks import START_SECONDS, ForkServer
from .inside.confine import Limits
from .outputs import checked
from .processes import GRACE_SECONDS, Late, Process
from .wire import Closed, WireError, decode, encode

OWN = 8 * 2**20  # bytes of what a student's process sends to be read here
MORE_SECONDS = 10.0  # for the referee's own part of a test
INTERRUPTS = 3  # of a student's functions in one test, before the process is killed
PAUSE = 0.05  # between two looks at a line that is being emptied
NOTHING = {"do": "run", "source": ""}  # its answer tells that a process is at rest
PING = encode(NOTHING)


class Ended(Exception):
    """The student's process is gone; `late` says whether it had to be stopped."""

    def __init__(self, late: bool) -> None:
        super().__init__(late)
        self.late = late


class Session:
    """Runs one notebook's cells where they belong, and keeps the time.

    Parameters
    ----------
    server : forks the two processes.
    limits : of each of them.
    folder : two scratch folders are made in it where there is no sandbox.
    """

    def __init__(self, server: ForkServer, limits: Limits, folder: Path) -> None:
        self._server, self._limits, self._folder = server, limits, folder
        begin = time.monotonic()
        self._line, end = socket.socketpair()  # the referee's calls go over it
        with end:
            self._student = self._start("student", end)
        self._referee = self._start("referee", self._line)
        forked = time.monotonic()
        for process in (self._student, self._referee):
            process.ask(NOTHING, START_SECONDS)
        self.seconds = {
            "fork": forked - begin,
            "connect": time.monotonic() - forked,
            "set-up cells": 0.0,
            "student's cells": 0.0,
            "referee's cells": 0.0,
        }
        self._shared: list[str] = []
        self.timed_out = False  # whether the last cell had to be interrupted

    def _start(self, role: str, line: socket.socket) -> Process:
        folder = self._folder / role
        folder.mkdir(exist_ok=True)
        return self._server.start(role, self._limits, line, str(folder))

    @property
    def alive(self) -> bool:
        """Whether the student's process can run another cell."""
        return self._student.alive

    def close(self) -> None:
        """End both processes."""
        self._student.kill()
        self._referee.kill()
        self._line.close()

    def run_own(self, source: str, seconds: float) -> list[NotebookNode]:
        """Run a student's cell; Ended if the process did not survive it."""
        begin = time.monotonic()
        try:
            frame = self._ask_student(encode({"do": "run", "source": source}), seconds)
            return checked(_decoded(frame))
        finally:
            self.seconds["student's cells"] += time.monotonic() - begin

    def run_shared(self, source: str, seconds: float) -> list[NotebookNode]:
        """Run a set-up cell on both sides; the outputs are the student's."""
        begin = time.monotonic()
        try:
            self._shared.append(source)
            self._tell_referee(_trusted(source), seconds)
            frame = self._ask_student(encode({"do": "run", "source": source}), seconds)
            return checked(_decoded(frame))
        finally:
            self.seconds["set-up cells"] += time.monotonic() - begin

    def run_test(
        self, source: str, names: list[str], seconds: float
    ) -> list[NotebookNode]:
        """Run a test in the referee's process.

        Parameters
        ----------
        names : what the test may use of the student's, where that is defined.
        """
        begin = time.monotonic()
        try:
            kinds = {}
            if names and self.alive:
                answer = self._ask_student(
                    encode({"do": "names", "names": names}), seconds
                )
                kinds = _kinds(_decoded(answer), names)
            request = {**_trusted(source), "names": kinds}
            return checked(self._tell_referee(request, seconds))
        finally:
            self.seconds["referee's cells"] += time.monotonic() - begin

    def recognise(
        self, task: str, catalogue: list[np.ndarray], seconds: float
    ) -> list[str] | None:
        """Name and hint of the misconception that a student's function shows.

        Parameters
        ----------
        catalogue : its modules, compiled and marshalled, as bytes.
        """
        begin = time.monotonic()
        try:
            request = {"do": "recognise", "task": task, "catalogue": catalogue}
            return self._tell_referee(request, seconds)
        finally:
            self.seconds["referee's cells"] += time.monotonic() - begin

    def _ask_student(self, frame: bytes, seconds: float) -> bytes:
        self.timed_out = False
        try:
            self._student.send(frame)
            return self._student.receive(seconds, OWN)
        except Late as late:
            self.timed_out = True
            if late.frame is None:
                raise Ended(late=True) from None
            return late.frame
        except Closed:
            raise Ended(late=False) from None

    def _tell_referee(self, request: dict, seconds: float) -> object:
        """Have the referee do something; it calls the student's functions itself.

        When the time is over, the function that is running is interrupted. UsageError
        if the referee does not come to an end even so.
        """
        self.timed_out = False
        try:
            self._referee.send(encode(request))
            if not self._referee.answers(seconds):
                self.timed_out = True
                self._stop_student()
            return decode(self._referee.receive(MORE_SECONDS))
        except (Late, Closed, WireError):
            self._replace_referee()
            raise UsageError("The test could not be carried through.") from None

    def _stop_student(self) -> None:
        """Interrupt what a test has called, and kill a process that goes on."""
        for _ in range(INTERRUPTS):
            self._student.interrupt()
            if self._referee.answers(GRACE_SECONDS):
                return
        with suppress(Late, Closed):  # killed, unless the referee is the slow one
            self._student.send(PING)
            self._student.receive(GRACE_SECONDS, OWN)

    def _replace_referee(self) -> None:
        """Start a new referee: what a student sent must not cost the next task."""
        self._referee.kill()
        with suppress(Late, Closed):
            self._student.send(PING)  # answered once it is through with the last call
            end = time.monotonic() + GRACE_SECONDS
            while not self._student.answers(PAUSE) and time.monotonic() < end:
                self._empty_line()
            self._student.receive(GRACE_SECONDS, OWN)
        self._empty_line()
        self._referee = self._start("referee", self._line)
        for source in self._shared:
            self._referee.ask(_trusted(source), MORE_SECONDS)

    def _empty_line(self) -> None:
        """Take what the student's process sent and nobody waits for any more."""
        with suppress(OSError):
            while self._line.recv(2**20, socket.MSG_DONTWAIT):
                pass


def _trusted(source: str) -> dict:
    """The request to run a cell of the instructor's."""
    return {"do": "run", "source": source, "codes": compile_cell(source)}


def _decoded(frame: bytes) -> object:
    """A student's answer; Ended where it does not keep to the format."""
    try:
        return decode(frame)
    except WireError:
        raise Ended(late=False) from None


def _kinds(answer: object, names: list[str]) -> dict[str, str]:
    """Which of the asked names exist on the other side, checked."""
    known = ("function", "value", "object")
    if not isinstance(answer, dict):
        return {}
    return {n: answer[n] for n in names if answer.get(n) in known}
