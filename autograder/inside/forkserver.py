"""Import everything once, then fork a process for each notebook that asks.

The control socket is standard input. A request to fork comes with two sockets: one
over which the worker speaks to the new process, and one end of the line between a
notebook's student and referee. Each request is answered by one byte:

    {"do": "fork", "role": "student" or "referee", "key": 7, "limits": {...}}
    {"do": "signal", "key": 7, "number": 2}

The fork server itself runs nothing of a student's and holds nothing secret.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress

MAX_REQUEST = 10_000
IDLE_SECONDS = 0.2  # without a request: then there is time to import more
DONE = b"."  # the answer to each request; before them, one when forks can be shut
# in here, and one when all is imported that every notebook needs


def serve(control: socket.socket, confined: bool) -> None:
    """Answer requests until the other side closes the control socket."""
    from .confine import fork_apart, lead, trial
    from .shell import Shell

    home = lead() if confined else -1
    if confined:
        trial(home)
    control.sendall(DONE)
    shell = Shell.instance()
    _warm(shell)
    keys: dict[int, int] = {}  # key of a request -> process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control.sendall(DONE)
    complete = False
    while True:
        if not complete and not select.select([control], [], [], IDLE_SECONDS)[0]:
            _warm_further()
            complete = True
        message, sockets, _, _ = socket.recv_fds(control, MAX_REQUEST, 2)
        if not message:
            break
        request = json.loads(message)
        _reap(keys)
        if request["do"] == "lend":
            if os.fork() == 0:
                keys = {}
                os.dup2(sockets[0], control.fileno())
        elif request["do"] == "fork":
            process = fork_apart(home) if confined else os.fork()
            if process == 0:
                control.close()
                _become(shell, sockets, request, confined)
            keys[request["key"]] = process
        elif request["key"] in keys:
            _signal(keys[request["key"]], request["number"], confined)
        for number in sockets:
            os.close(number)
        control.sendall(DONE)
    for process in keys.values():  # whoever asked for them is gone
        _signal(process, signal.SIGKILL, confined)


def _signal(process: int, number: int, confined: bool) -> None:
    with suppress(ProcessLookupError):
        if confined:  # the first of its namespace: with it all others end
            os.kill(process, number)
        else:
            os.killpg(process, number)  # a session each


def _warm(shell: object) -> None:
    """Import what notebooks import, and do once what is slow the first time."""
    import matplotlib.pyplot  # noqa: F401
    import torch

    from . import referee, student  # noqa: F401

    torch.set_num_threads(1)
    torch.ones(2, 2) @ torch.ones(2, 2)
    for cell in ("import numpy\nnumpy.random.default_rng()\n1", "1 / 0"):
        shell.run(cell)  # imports what formats values and tracebacks
    shell.reset(new_session=True)
    gc.freeze()  # so that a fork's collector leaves the shared pages alone


def _warm_further() -> None:
    """Import what the first `backward()` of a process imports."""
    import torch.fx.experimental.symbolic_shapes  # noqa: F401

    gc.freeze()


def _reap(keys: dict[int, int]) -> None:
    """Forget the processes that have ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            for key in [k for k, process in keys.items() if process == ended]:
                del keys[key]


def _become(shell: object, sockets: list[int], request: dict, confined: bool) -> None:
    """Turn this fork into a student's or a referee's process; never returns."""
    from .confine import Limits, limit, shut_in

    status, limits = 1, Limits(**request["limits"])
    try:
        if confined:
            shut_in(limits)
        else:
            os.setsid()
            limit(limits, confined=False)
            os.chdir(request["folder"])
        worker, other = (socket.socket(fileno=number) for number in sockets)
        _converse(shell, worker, other, request["role"])
        status = 0
    except BaseException as error:
        with suppress(Exception):
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(status)


def _converse(
    shell: object, worker: socket.socket, other: socket.socket, role: str
) -> None:
    """Answer the worker; a student's process answers the referee, too."""
    import random

    import numpy as np
    import torch

    from ..wire import Channel, answer
    from .referee import Bench
    from .shell import quiet
    from .student import Desk

    quiet()
    random.seed()
    np.random.seed(None)  # noqa: NPY002 (a fork must not repeat another's numbers)
    torch.seed()
    channels = [Channel(worker), Channel(other)]
    if role == "student":
        answer(channels, Desk(shell).answer)
    else:
        answer(channels[:1], Bench(shell, channels[1]).answer)


if __name__ == "__main__":
    serve(socket.socket(fileno=0), confined="--confined" in sys.argv)
