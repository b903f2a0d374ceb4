"""One notebook's two processes: the student's and the referee's."""

import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode, ValidationError

from .errors import UsageError
from .forks import START_SECONDS, ForkServer
from .inside.confine import Limits
from .processes import Late, Process
from .wire import MAX_BYTES, Closed, WireError, decode, encode

OWN = 8 * 2**20  # bytes of what a student's process sends to be read here
MORE_SECONDS = 10.0  # for the referee's own part of a test


class Ended(Exception):
    """The student's process is gone; `late` says whether it had to be stopped."""

    def __init__(self, late: bool) -> None:
        super().__init__(late)
        self.late = late


class Session:
    """Runs one notebook's cells where they belong, and relays the tests' calls.

    Parameters
    ----------
    server : forks the two processes.
    limits : of each of them.
    folder : two scratch folders are made in it where there is no sandbox.
    """

    def __init__(self, server: ForkServer, limits: Limits, folder: Path) -> None:
        self._server, self._limits, self._folder = server, limits, folder
        begin = time.monotonic()
        self._student = self._start("student")
        self._referee = self._start("referee")
        forked = time.monotonic()
        for process in (self._student, self._referee):
            process.ask({"do": "run", "source": ""}, START_SECONDS)
        self.seconds = {
            "fork": forked - begin,
            "connect": time.monotonic() - forked,
            "set-up cells": 0.0,
            "student's cells": 0.0,
            "referee's cells": 0.0,
        }
        self._shared: list[str] = []
        self.timed_out = False  # whether the last cell had to be interrupted

    def _start(self, role: str) -> Process:
        folder = self._folder / role
        folder.mkdir(exist_ok=True)
        return self._server.start(role, self._limits, str(folder))

    @property
    def alive(self) -> bool:
        """Whether the student's process can run another cell."""
        return self._student.alive

    def close(self) -> None:
        """End both processes."""
        self._student.kill()
        self._referee.kill()

    def run_own(self, source: str, seconds: float) -> list[NotebookNode]:
        """Run a student's cell; Ended if the process did not survive it."""
        begin = time.monotonic()
        try:
            frame = self._ask_student(encode({"do": "run", "source": source}), seconds)
            return _outputs(_decoded(frame))
        finally:
            self.seconds["student's cells"] += time.monotonic() - begin

    def run_shared(self, source: str, seconds: float) -> list[NotebookNode]:
        """Run a set-up cell on both sides; the outputs are the student's."""
        begin = time.monotonic()
        try:
            self._shared.append(source)
            self._tell_referee({"do": "run", "source": source}, seconds)
            frame = self._ask_student(encode({"do": "run", "source": source}), seconds)
            return _outputs(_decoded(frame))
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
            request = {"do": "run", "source": source, "names": kinds}
            return _outputs(self._tell_referee(request, seconds))
        finally:
            self.seconds["referee's cells"] += time.monotonic() - begin

    def recognise(
        self, task: str, catalogue: dict[str, str], seconds: float
    ) -> list[str] | None:
        """Name and hint of the misconception that a student's function shows."""
        begin = time.monotonic()
        try:
            request = {"do": "recognise", "task": task, "catalogue": catalogue}
            return self._tell_referee(request, seconds)
        finally:
            self.seconds["referee's cells"] += time.monotonic() - begin

    def _ask_student(self, frame: bytes, seconds: float, most: int = OWN) -> bytes:
        self.timed_out = False
        try:
            self._student.send(frame)
            return self._student.receive(seconds, most)
        except Late as late:
            self.timed_out = True
            if late.frame is None:
                raise Ended(late=True) from None
            return late.frame
        except Closed:
            raise Ended(late=False) from None

    def _tell_referee(self, request: dict, seconds: float) -> object:
        """Have the referee do something, and pass its calls on until it is done."""
        end = time.monotonic() + seconds
        late = False
        try:
            self._referee.send(encode(request))
            while True:
                patience = max(end - time.monotonic(), 0) + MORE_SECONDS
                said = decode(self._referee.receive(patience))
                if said != "ask":
                    self.timed_out = late
                    return said[1]
                call = self._referee.receive(MORE_SECONDS)
                answer = self._pass_on(call, end)
                late = late or self.timed_out
                self._referee.send(answer)
        except (Late, Closed, WireError):
            self._replace_referee()
            raise UsageError("The test could not be carried through.") from None

    def _pass_on(self, call: bytes, end: float) -> bytes:
        left = end - time.monotonic()
        self.timed_out = left <= 0
        if left <= 0 or not self.alive:
            return encode(("gone", "", "The student's process does not answer."))
        try:
            return self._ask_student(call, left, MAX_BYTES)
        except Ended:
            return encode(("gone", "", "The student's process has ended."))

    def _replace_referee(self) -> None:
        """Start a new referee: what a student sent must not cost the next task."""
        self._referee.kill()
        self._referee = self._start("referee")
        for source in self._shared:
            self._referee.ask({"do": "run", "source": source}, MORE_SECONDS)


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


def _outputs(answer: object) -> list[NotebookNode]:
    """Those of the answer's outputs that are outputs of a notebook's cell."""
    outputs = []
    for item in answer if isinstance(answer, list) else []:
        try:
            nbformat.validate(item, ref="output", version=4)
        except (ValidationError, TypeError, AttributeError, KeyError):
            continue
        outputs.append(nbformat.from_dict(item))
    return outputs
