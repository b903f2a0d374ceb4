"""The student's process: runs cells, and answers calls by value.

It is told what to do in frames and answers each with one. It holds nothing that a
student may not see; whatever it answers is data to the other side.
"""

from ..wire import WireError, decode, encode
from .shell import Shell, interruptible

MAX_MESSAGE = 1000  # characters of an exception's message


class Desk:
    """Answers the requests about one student's notebook.

    Parameters
    ----------
    shell : runs the cells.
    """

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._objects: list[object] = []

    def answer(self, frame: bytes) -> bytes:
        """The frame that answers a request."""
        request = decode(frame, lambda number, _: self._objects[number])
        return getattr(self, f"_{request.pop('do')}")(**request)

    def _run(self, source: str) -> bytes:
        """Run a cell."""
        return encode(self._shell.run(source))

    def _names(self, names: list[str]) -> bytes:
        """What the names stand for: a function, a value, an object, or nothing."""
        return encode({n: k for n in names if (k := self._kind(n)) is not None})

    def _kind(self, name: str) -> str | None:
        if name not in self._shell.user_ns:
            return None
        value = self._shell.user_ns[name]
        if callable(value):
            return "function"
        try:
            encode(value)
        except WireError:
            return "object"
        return "value"

    def _value(self, name: str) -> bytes:
        """The value of a name; an object travels as its number."""
        return encode(("value", self._shell.user_ns.get(name), []), self._keep)

    def _call(self, name: str, args: list, kwargs: dict, of: int | None) -> bytes:
        """Call a function, or a method of an object, by value."""
        inputs = [*args, *kwargs.values()]
        before = encode(inputs, id)  # of an object: which one it is
        try:
            with self._shell.collecting(), interruptible():
                owner = None if of is None else self._objects[of]
                function = (
                    self._shell.user_ns[name] if of is None else getattr(owner, name)
                )
                value = function(*args, **kwargs) if callable(function) else function
            changed = _differences(before, encode(inputs, id))
            return encode(("value", value, changed), self._keep)
        except WireError as error:
            return encode(("error", "TypeError", f"{name} returned no value: {error}"))
        except BaseException as error:
            return encode(("error", type(error).__name__, _message(error)))

    def _keep(self, value: object) -> int:
        self._objects.append(value)
        return len(self._objects) - 1


def _differences(before: bytes, after: bytes) -> list[int]:
    """The places at which two lists differ."""
    if before == after:
        return []
    lists = [decode(frame, lambda number, _: number) for frame in (before, after)]
    pairs = enumerate(zip(*lists, strict=True))
    return [place for place, (was, now) in pairs if encode(was) != encode(now)]


def _message(error: BaseException) -> str:
    try:
        return str(error)[:MAX_MESSAGE]
    except BaseException:  # it is the student's own class
        return ""
