"""The referee's process: runs tests, with stand-ins for what a student wrote.

A stand-in for a function sends its arguments by value and returns the value that
comes back. The referee never sees a student's code, and the student's process never
sees a test.
"""

import builtins
from collections.abc import Callable, Sequence

import numpy as np

from ..answers import Catalogue, run_catalogue
from ..compiled import load
from ..diagnosis import recognise
from ..wire import Channel, Closed, WireError, decode, encode
from .shell import Shell, interruptible

MAX_NAME = 100  # characters of an exception's name
CHANGED = (
    "Expected {0} to leave its inputs as they are, but input {1} has other values "
    "after the call. Look for lines that write into something you were given "
    "(a[...] = ..., a += ..., a.sort()), and make a new one instead."
)


class Gone(Exception):
    """The student's process has ended, or did not answer in time."""


class Bench:
    """Runs one notebook's tests.

    Parameters
    ----------
    shell : runs the set-up cells and the tests.
    channel : leads to the student's process.
    """

    def __init__(self, shell: Shell, channel: Channel) -> None:
        self._shell, self._channel = shell, channel
        self._catalogue: Catalogue | None = None

    def answer(self, frame: bytes) -> bytes:
        """The frame that answers a request."""
        request = decode(frame)
        return getattr(self, f"_{request.pop('do')}")(**request)

    def _run(
        self,
        source: str,
        codes: Sequence[np.ndarray] = (),
        names: dict[str, str] | None = None,
    ) -> bytes:
        """Run a cell, compiled where it could be.

        Parameters
        ----------
        names : what it may use of the student's, with their kinds.
        """
        names = names or {}
        found = {name: self._stand_in(name, kind) for name, kind in names.items()}
        self._shell.user_ns.update(found)
        try:
            return encode(self._shell.run(source, load(codes)))
        finally:
            for name in found:
                self._shell.user_ns.pop(name, None)

    def _recognise(self, task: str, catalogue: list[np.ndarray]) -> bytes:
        """Name and hint of the catalogued answer that the student's is, or None.

        The catalogue comes from the worker, as the bytes of compiled modules.
        """
        with self._shell.collecting(), interruptible():
            if self._catalogue is None:
                self._catalogue = run_catalogue(load(catalogue))
            answer = self._function(task, strict=False)
            found = recognise(answer, task, self._catalogue)
        return encode(None if found is None else [found.name, found.hint])

    def _stand_in(self, name: str, kind: str) -> object:
        if kind == "function":
            return self._function(name)
        try:
            return self._ask({"do": "value", "name": name})[0]
        except (Gone, TypeError):
            return None

    def _function(self, name: str, strict: bool = True) -> Callable:
        """A function that is called in the student's process.

        The test's own arguments never change. With `strict`, a function that changed
        its copies fails the test: else it could change the question to fit its answer.
        """

        def stand_in(*args: object, **kwargs: object) -> object:
            __tracebackhide__ = True
            value, changed = self._call(name, args, kwargs)
            assert not (strict and changed), CHANGED.format(name, min(changed) + 1)
            return value

        stand_in.__name__ = stand_in.__qualname__ = name
        return stand_in

    def _call(
        self, name: str, args: tuple, kwargs: dict, of: int | None = None
    ) -> tuple[object, list[int]]:
        """The value of a call, and the places of the arguments that it changed."""
        __tracebackhide__ = True
        request = {"do": "call", "name": name, "args": list(args), "kwargs": kwargs}
        return self._ask({**request, "of": of})

    def _ask(self, request: dict) -> tuple[object, list[int]]:
        __tracebackhide__ = True
        frame = encode(request, _number_of)
        try:
            self._channel.send(frame)
            kind, *content = decode(self._channel.receive(), self._handle)
            if kind == "value":
                value, changed = content
                return value, [int(place) for place in changed]
            ename, message = content
        except Closed:
            raise Gone("The student's process has ended.") from None
        except (WireError, ValueError, TypeError, KeyError, IndexError) as error:
            raise TypeError(f"The answer is not a value: {error}") from None
        raise _exception(str(ename), str(message))

    def _handle(self, number: int, name: str) -> "Handle":
        return Handle(self._call, number, name)


class Handle:
    """An object in the student's process: its methods are called by value."""

    def __init__(self, call: Callable, number: int, name: str) -> None:
        self._call, self._number, self._name = call, number, name

    def __getattr__(self, name: str) -> Callable:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self._call(name, args, kwargs, self._number)[0]

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the object itself."""
        return self._call("__call__", args, kwargs, self._number)[0]

    def __deepcopy__(self, memo: dict) -> "Handle":
        return self

    def __repr__(self) -> str:
        return f"<{self._name} of the student>"


def _number_of(value: object) -> int:
    if isinstance(value, Handle):
        return value._number
    raise WireError(f"a test passes a {type(value).__name__}; only values can travel")


def _exception(ename: str, message: str) -> Exception:
    """The student's exception, of the same builtin type, or of the same name."""
    known = getattr(builtins, ename, None)
    if known in (StopIteration, StopAsyncIteration):
        known = RuntimeError  # it would end a test's loop as if all were well
    if isinstance(known, type) and issubclass(known, Exception):
        try:
            return known(message)
        except TypeError:  # UnicodeDecodeError wants five arguments
            pass
    usable = ename.isidentifier() and len(ename) <= MAX_NAME
    return type(ename if usable else "Error", (Exception,), {})(message)
