"""What dask does on each worker that joins, also in place of one that has died."""

from distributed import Worker, WorkerPlugin

from .forks import prepare_worker


class Preparation(WorkerPlugin):
    """Gives a worker its fork server before the first notebook comes.

    Parameters
    ----------
    confined : in the sandbox.
    lender : where a fork server can be borrowed; without it, one is started.
    """

    name = "autograder"

    def __init__(self, confined: bool, lender: str | None) -> None:
        self._confined, self._lender = confined, lender

    def setup(self, worker: Worker) -> None:
        """Begin; nothing is waited for."""
        prepare_worker(self._confined, self._lender)
