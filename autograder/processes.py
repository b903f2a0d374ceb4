"""Talk to the fork server, and to the processes that it forks."""

import json
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from itertools import count
from threading import Lock

from . import sandbox
from .errors import NoSandbox
from .inside.confine import Limits
from .inside.forkserver import DONE
from .wire import MAX_BYTES, Channel, Closed, WireError, encode

START_SECONDS = 120  # for importing PyTorch on a busy machine
GRACE_SECONDS = 2.0  # between an interrupt and the end


class ForkServer:
    """A process that has imported everything; forks one for each notebook.

    Parameters
    ----------
    confined : in the sandbox, which must be possible here (`sandbox.require`).
    """

    def __init__(self, confined: bool = True) -> None:
        self.confined = confined
        program = [sys.executable, "-m", "autograder.inside.forkserver"]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        options = {"stdin": theirs, "stdout": subprocess.DEVNULL}
        if confined:
            program = sandbox.command([*program, "--confined"])
            options["env"] = {}
        else:
            options["env"] = sandbox.environment(confined=False)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (as long as we are)
        self._process = subprocess.Popen(program, stderr=self._errors, **options)
        theirs.close()
        self._control = ours
        self._keys = count()
        self._lock = Lock()  # a worker may have several threads
        self._ready = False

    def start(self, role: str, limits: Limits, folder: str = "") -> "Process":
        """Fork a process for a role, 'student' or 'referee'.

        `folder` is its scratch folder where there is no sandbox to give it one.
        """
        self._wait()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        key = next(self._keys)
        request = {"do": "fork", "role": role, "key": key, "limits": asdict(limits)}
        request |= {"folder": folder}
        with theirs:
            self._request(request, [theirs.fileno()])
        return Process(self, key, Channel(ours))

    def signal(self, key: int, number: int) -> None:
        """Send a signal to a process."""
        self._request({"do": "signal", "key": key, "number": int(number)}, [])

    def close(self) -> None:
        """End it, and with it everything that it has forked."""
        self._control.close()
        self._process.kill()
        self._process.wait()

    def _request(self, request: dict, sockets: list[int]) -> None:
        with self._lock:
            socket.send_fds(self._control, [json.dumps(request).encode()], sockets)
            self._wait_for_answer()

    def _wait(self) -> None:
        """Wait until everything is imported."""
        with self._lock:
            if not self._ready:
                self._wait_for_answer()
                self._ready = True

    def _wait_for_answer(self) -> None:
        self._control.settimeout(START_SECONDS)
        try:
            answer = self._control.recv(1)
        except OSError:
            answer = b""
        if answer != DONE:
            self.close()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            said = said[-1] if said else "no reason given"
            if self.confined:
                raise NoSandbox(sandbox.CANNOT.format(said))
            raise RuntimeError(f"the process that runs notebooks has ended: {said}")


class Late(TimeoutError):
    """A process did not answer in time.

    `frame` is its answer to the interrupt, or None: then it was killed.
    """

    def __init__(self, frame: bytes | None = None) -> None:
        super().__init__("no answer in time")
        self.frame = frame


class Process:
    """A student's or a referee's process."""

    def __init__(self, server: ForkServer, key: int, channel: Channel) -> None:
        self._server, self._key, self._channel = server, key, channel
        self.alive = True

    def send(self, frame: bytes) -> None:
        """Send a frame; Closed if the process has ended."""
        try:
            self._channel.send(frame)
        except Closed:
            self.kill()
            raise Closed("the process takes no messages") from None

    def receive(self, seconds: float, most: int = MAX_BYTES) -> bytes:
        """The next frame from the process, of at most `most` bytes.

        Raises Closed if the process has ended or does not keep to the protocol, and
        Late if it did not answer in `seconds`: then it is interrupted, and killed if
        that does not help.
        """
        try:
            return self._channel.receive(seconds, most)
        except TimeoutError:
            return self._interrupt()
        except (Closed, WireError) as error:
            self.kill()
            raise Closed(str(error)) from None

    def ask(self, request: dict, seconds: float) -> bytes:
        """Send a request and return the answer's frame; raises as `receive`."""
        self.send(encode(request))
        return self.receive(seconds)

    def _interrupt(self) -> bytes:
        self._server.signal(self._key, signal.SIGINT)
        try:
            frame = self._channel.receive(GRACE_SECONDS)
        except (TimeoutError, Closed, WireError):
            self.kill()
            raise Late() from None
        raise Late(frame)

    def kill(self) -> None:
        """End the process, and all that it started; does nothing if it has ended."""
        if self.alive:
            self.alive = False
            self._channel.close()
            self._server.signal(self._key, signal.SIGKILL)


@lru_cache
def fork_server(confined: bool) -> ForkServer:
    """Return this process's fork server; the first call starts it without waiting."""
    return ForkServer(confined)


def start_fork_server(confined: bool) -> None:
    """Let a worker's fork server import PyTorch before the first notebook comes."""
    with suppress(NoSandbox):  # said when a notebook is to be run
        fork_server(confined)
