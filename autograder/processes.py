"""A student's or a referee's process, as the worker sees it."""

import signal
from typing import Protocol

from .wire import MAX_BYTES, Channel, Closed, WireError, encode

GRACE_SECONDS = 2.0  # between an interrupt and the end


class Signals(Protocol):
    """What sends signals to processes, by their key."""

    def signal(self, key: int, number: int) -> None:
        """Send a signal to a process."""


class Late(TimeoutError):
    """A process did not answer in time.

    `frame` is its answer to the interrupt, or None: then it was killed.
    """

    def __init__(self, frame: bytes | None = None) -> None:
        super().__init__("no answer in time")
        self.frame = frame


class Process:
    """A student's or a referee's process."""

    def __init__(self, server: Signals, key: int, channel: Channel) -> None:
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
            return self._interrupt(most)
        except (Closed, WireError) as error:
            self.kill()
            raise Closed(str(error)) from None

    def ask(self, request: dict, seconds: float) -> bytes:
        """Send a request and return the answer's frame; raises as `receive`."""
        self.send(encode(request))
        return self.receive(seconds)

    def answers(self, seconds: float) -> bool:
        """Whether it begins to answer, or ends, within `seconds`."""
        return self._channel.has_news(seconds)

    def interrupt(self) -> None:
        """Stop the cell or function that it is running; it stays at rest otherwise."""
        if self.alive:
            self._server.signal(self._key, signal.SIGINT)

    def _interrupt(self, most: int) -> bytes:
        self.interrupt()
        try:
            frame = self._channel.receive(GRACE_SECONDS, most)
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
