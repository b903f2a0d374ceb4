"""Where a class is graded: a dask cluster, on this machine or one that is given."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from multiprocessing import forkserver
from typing import TYPE_CHECKING

from .errors import UsageError
from .forks import ForkServer, fork_server

if TYPE_CHECKING:
    from distributed import LocalCluster

STARTS = 3
LOOK_SECONDS = 5
DEATHS = 10  # of workers under one notebook, by chance or not, before it is given up
PRELOAD = [  # what a worker uses: imported once, before workers are forked
    "distributed",
    "autograder.worker",
    "autograder.admission",
    "autograder.execution",
    "autograder.feedback",
    "autograder.preparation",
]


class Pool:
    """Workers for one class.

    A local pool begins to import what its workers need at once, beside whatever its
    maker does next.

    Parameters
    ----------
    workers : at most so many processes of a local cluster.
    scheduler : address of a dask scheduler to be used instead.
    confined : whether the workers run notebooks in the sandbox.
    """

    def __init__(
        self, workers: int = 2, scheduler: str | None = None, confined: bool = True
    ) -> None:
        self._workers, self._scheduler, self._confined = workers, scheduler, confined
        self._fork_server: ForkServer | None = None
        if scheduler is None:
            self._fork_server = fork_server(confined)
            forkserver.set_forkserver_preload(PRELOAD)
            forkserver.ensure_running()

    def require(self) -> None:
        """Raise NoSandbox if local workers could not run notebooks."""
        if self._fork_server is not None:
            self._fork_server.require()

    @contextmanager
    def client(self, jobs: int) -> Iterator:
        """A dask client for so many jobs, whose workers are about to be ready."""
        lending = self._fork_server.lent() if self._fork_server else nullcontext()
        with lending as lender, self._connected(jobs) as client:
            from .preparation import Preparation

            client.register_plugin(Preparation(self._confined, lender))
            yield client

    def _connected(self, jobs: int):
        if self._scheduler is not None:
            return self._remote()
        return self._local(min(self._workers, jobs))

    @contextmanager
    def _remote(self) -> Iterator:
        from distributed import Client

        try:
            client = Client(self._scheduler, timeout=5)
        except (OSError, ValueError):
            raise UsageError(
                f"No scheduler answers at {self._scheduler}; start one with "
                "'dask scheduler' or leave --scheduler out."
            ) from None
        with client:
            yield client

    @contextmanager
    def _local(self, workers: int) -> Iterator:
        import dask
        from distributed import Client  # first: leaving `set` would undo its defaults

        options = {
            "distributed.worker.multiprocessing-method": "forkserver",
            "distributed.scheduler.allowed-failures": DEATHS,
        }
        with (
            dask.config.set(options),
            start(workers) as cluster,
            Client(cluster) as client,
        ):
            keep(cluster, workers)
            yield client


def start(workers: int) -> "LocalCluster":
    """Start a cluster; again, a few times, where a worker died while it began."""
    from distributed import LocalCluster

    for attempt in range(STARTS):
        try:
            return LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                memory_limit=0,
                dashboard_address="127.0.0.1:0",  # free: several may run at once
                silence_logs=logging.CRITICAL,
            )
        except RuntimeError as error:
            reason = f"{attempt + 1} attempts, {error}"
    raise UsageError(
        f"The workers could not be started ({reason}): see that the machine has memory "
        "left, and grade again."
    )


def keep(cluster: "LocalCluster", workers: int) -> None:
    """Have a cluster look every few seconds whether it lacks a worker.

    Dask restarts a worker that dies, but gives up one that is away when it looks
    again, 15 seconds after a death: two deaths at that distance, and it is gone.
    """
    from distributed import Status
    from tornado.ioloop import PeriodicCallback

    def look() -> None:
        for name, nanny in list(cluster.workers.items()):
            if nanny.status in (Status.closed, Status.failed):
                del cluster.workers[name]
        cluster.scale(workers)

    callback = PeriodicCallback(look, 1000 * LOOK_SECONDS)
    cluster.periodic_callbacks["keep"] = callback  # stopped with the cluster
    cluster.loop.add_callback(callback.start)
