"""The fork server, as a worker sees it: started here, or borrowed from another process.

Importing PyTorch takes seconds, so a machine needs one fork server only: the process
that grades a class starts it and lends it to its workers over a socket in a folder
that nobody else can enter.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from itertools import count
from threading import Lock, Thread

from . import sandbox
from .errors import ForkServerEnded, NoSandbox
from .inside.confine import Limits
from .inside.forkserver import DONE
from .processes import Process
from .wire import Channel

START_SECONDS = 120  # for importing PyTorch on a busy machine
WAITING = 256  # workers that may ask for a fork server at once


class ForkServer:
    """A process that has imported everything; forks one for each notebook.

    It ends with the thread that started it, if it is confined.

    Parameters
    ----------
    confined : in the sandbox.
    lender : the socket of a process that lends its fork server; without one a new
        fork server is started. Raises OSError if nobody answers there, and NoSandbox
        if a sandbox is wanted and cannot be had.
    """

    def __init__(self, confined: bool = True, lender: str | None = None) -> None:
        self.confined = confined
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (as long as we are)
        self._process: subprocess.Popen | None = None
        if lender is None:
            self._control = self._begin()
            self._missing = 2  # answers: 'it can be done here' and 'all is imported'
        else:
            self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._control.connect(lender)
            self._missing = 1
        self._keys = count()
        self._lock = Lock()  # a worker may have several threads

    def _begin(self) -> socket.socket:
        program = [sys.executable, "-m", "autograder.inside.forkserver"]
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        options = {"stdin": theirs, "stdout": subprocess.DEVNULL}
        if self.confined:
            program = sandbox.command([*program, "--confined"])
            options["env"] = {}
        else:
            options["env"] = sandbox.environment(confined=False)
        self._process = subprocess.Popen(program, stderr=self._errors, **options)
        theirs.close()
        return ours

    def require(self) -> None:
        """Wait until it is known that notebooks can be run; NoSandbox if not."""
        self._wait(imports=False)

    def start(
        self, role: str, limits: Limits, line: socket.socket, folder: str = ""
    ) -> Process:
        """Fork a process for a role.

        Parameters
        ----------
        role : 'student' or 'referee'.
        limits : of the process.
        line : its end of the line between student and referee.
        folder : its scratch folder where there is no sandbox to give it one.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        key = next(self._keys)
        request = {"do": "fork", "role": role, "key": key, "limits": asdict(limits)}
        request |= {"folder": folder}
        with theirs:
            self._request(request, [theirs.fileno(), line.fileno()])
        return Process(self, key, Channel(ours))

    def signal(self, key: int, number: int) -> None:
        """Send a signal to a process."""
        self._request({"do": "signal", "key": key, "number": int(number)}, [])

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Lend it to other processes of this user; yields where they find it."""
        with (
            tempfile.TemporaryDirectory(prefix="fork-server-") as folder,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door,
        ):
            path = os.path.join(folder, "socket")
            door.bind(path)
            door.listen(WAITING)
            Thread(target=self._lend, args=(door,), daemon=True).start()
            yield path
            with suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)  # ends the thread's waiting

    def _lend(self, door: socket.socket) -> None:
        with suppress(OSError, ForkServerEnded, NoSandbox):  # the borrower notices
            while True:
                theirs, _ = door.accept()
                with theirs:
                    self._request({"do": "lend"}, [theirs.fileno()])

    def close(self) -> None:
        """End it, and with it everything that it has forked."""
        self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _request(self, request: dict, sockets: list[int]) -> None:
        self._wait()
        with self._lock:
            with suppress(OSError):  # then no answer comes either
                socket.send_fds(self._control, [json.dumps(request).encode()], sockets)
            self._wait_for_answer()

    def _wait(self, imports: bool = True) -> None:
        """Wait until it can be used; without `imports`, until it is sure to come."""
        with self._lock:
            while self._missing > (0 if imports else 1):
                self._wait_for_answer()
                self._missing -= 1

    def _wait_for_answer(self) -> None:
        try:
            self._control.settimeout(START_SECONDS)
            answer = self._control.recv(1)
        except OSError:  # too late, gone, or found gone before
            answer = b""
        if answer != DONE:
            self.close()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip().splitlines()
            said = said[-1] if said else "no reason given"
            if self.confined and self._missing == 2:
                raise NoSandbox(sandbox.CANNOT.format(said))
            raise ForkServerEnded(f"the process that runs notebooks has ended: {said}")


_servers: dict[bool, ForkServer] = {}


def fork_server(confined: bool) -> ForkServer:
    """Return this process's fork server; the first call starts it without waiting."""
    if confined not in _servers:
        _servers[confined] = ForkServer(confined)
    return _servers[confined]


def replace_fork_server(confined: bool) -> ForkServer:
    """Return a new fork server, in place of one that has ended."""
    _servers.pop(confined, None)
    return fork_server(confined)


def prepare_worker(confined: bool, lender: str | None = None) -> None:
    """Give a worker its fork server before the first notebook comes."""
    if confined in _servers:
        return
    with suppress(NoSandbox, OSError):  # said when a notebook is to be run
        _servers[confined] = ForkServer(confined, lender)
