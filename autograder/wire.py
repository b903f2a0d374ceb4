"""What crosses the line: frames of JSON and raw array bytes, never pickle.

A frame is two lengths, a JSON text and the bytes of its arrays in order:

    4 bytes  length of the JSON text, big-endian
    4 bytes  length of all array bytes
    JSON     a list whose first item names its kind: ["int", 3],
             ["list", [["str", "a"], ["float", "0x1p+0"]]], ["array", "<f8", [2, 3]]
    bytes    the arrays' numbers, little-endian and in C order

What comes from a student's process is data to be checked: kinds, dtypes, sizes and
nesting are limited, every length is compared with what is there, and anything else
is refused with `WireError`. Nothing is evaluated, imported or unpickled.
"""

import json
import math
import select
import socket
import struct
import sys
import time
from collections.abc import Callable

import numpy as np

PLAIN = frozenset([bool, int, str, type(None)])  # JSON has them as they are
SEQUENCES = (list, tuple)
MAX_BYTES = 32 * 2**20  # of one frame
MAX_DEPTH = 16  # of nested lists, tuples and dicts
MAX_NODES = 100_000  # values in one frame
MAX_AXES = 16
KEY_BITS = 60  # of a dict's whole numbers; larger ones can be made to collide
DTYPES = frozenset(
    ["|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"]
)
HEAD = struct.Struct(">II")
JSON = json.JSONEncoder(check_circular=False, separators=(",", ":"))
PIECE = 2**16  # bytes read at once; more would be fresh pages for each message
SEND_SECONDS = 10.0  # until a reader has taken all that is sent


class WireError(ValueError):
    """The value cannot travel, or the message is not one of ours."""


class Closed(ConnectionError):
    """The other side is gone."""


def encode(value: object, keep: Callable[[object], int] | None = None) -> bytes:
    """`value` as a frame.

    Values are None, bools, ints, floats, strings, arrays of plain numbers (of any
    memory order), tensors of PyTorch, and lists, tuples and dicts of values.
    Subclasses travel as what they are subclasses of.

    Parameters
    ----------
    keep : is handed an object that is no value, and returns a number for it; without
        `keep` such an object raises WireError, as do nesting (recursion) and sizes
        beyond the limits.
    """
    packer = _Packer(keep)
    try:
        text = JSON.encode(packer.pack(value, 0)).encode("ascii")
    except WireError:
        raise
    except (ValueError, TypeError, RecursionError) as error:  # an int of 5,000 digits
        raise WireError(f"the value cannot be sent: {error}") from None
    size = sum(map(len, packer.blobs))
    if len(text) + size > MAX_BYTES:
        raise WireError(f"the value is larger than {MAX_BYTES} bytes")
    return b"".join([HEAD.pack(len(text), size), text, *packer.blobs])


def decode(frame: bytes, meet: Callable[[int, str], object] | None = None) -> object:
    """The value in a frame; WireError if there is none.

    Parameters
    ----------
    meet : makes something of an object's number and its type's name; without it an
        object is refused.
    """
    if len(frame) < HEAD.size or len(frame) - HEAD.size > MAX_BYTES:
        raise WireError("the frame has no usable length")
    text_size, blob_size = HEAD.unpack_from(frame)
    if len(frame) != HEAD.size + text_size + blob_size:
        raise WireError("the frame's lengths do not add up")
    begin = HEAD.size + text_size
    try:
        message = json.loads(frame[HEAD.size : begin].decode("ascii"))
        unpacker = _Unpacker(frame, begin, meet)
        value = unpacker.unpack(message, 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise WireError(f"the message is malformed: {error}") from None
    if unpacker.place != len(frame):
        raise WireError("the frame holds bytes of no array")
    return value


class _Counter:
    """Counts values, so that neither depth nor number grows without limit."""

    def __init__(self) -> None:
        self._nodes = 0

    def _step(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise WireError(f"the value is nested deeper than {MAX_DEPTH} levels")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise WireError(f"the value has more than {MAX_NODES} parts")


class _Packer(_Counter):
    def __init__(self, keep: Callable | None) -> None:
        super().__init__()
        self._keep = keep
        self.blobs: list[bytes] = []

    def pack(self, value: object, depth: int) -> list:
        self._step(depth)
        kind = type(value)
        if kind is float:
            return ["float", value.hex()]
        if kind in PLAIN:
            return [kind.__name__, value]
        if isinstance(value, str):
            return ["str", str(value)]
        if isinstance(value, np.generic):  # np.float64 is a float, too
            return self._pack_array("scalar", value)
        if isinstance(value, int):
            return ["int", int(value)]
        if isinstance(value, float):
            return ["float", float(value).hex()]
        if isinstance(value, SEQUENCES):
            kind = "list" if isinstance(value, list) else "tuple"
            return [kind, [self.pack(item, depth + 1) for item in value]]
        if isinstance(value, dict):
            pairs = [[self.pack(x, depth + 1) for x in kv] for kv in value.items()]
            return ["dict", pairs]
        if isinstance(value, np.ndarray):
            return self._pack_array("array", value)
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._pack_array("tensor", value.detach().cpu().numpy())
        if self._keep is None:
            raise WireError(f"a value of type {type(value).__name__} cannot be sent")
        return ["object", self._keep(value), type(value).__name__]

    def _pack_array(self, kind: str, value: object) -> list:
        array = np.asarray(value)
        if array.dtype.str not in DTYPES:  # big-endian numbers can travel, too
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if array.dtype.str not in DTYPES:
            raise WireError(f"an array of dtype {array.dtype} cannot be sent")
        if array.nbytes > MAX_BYTES:
            raise WireError(f"the array is larger than {MAX_BYTES} bytes")
        self.blobs.append(array.tobytes())
        return [kind, array.dtype.str, list(array.shape)]


class _Unpacker(_Counter):
    def __init__(self, frame: bytes, place: int, meet: Callable | None) -> None:
        super().__init__()
        self._frame, self.place, self._meet = frame, place, meet

    def unpack(self, message: object, depth: int) -> object:
        self._step(depth)
        if type(message) is not list or not message or type(message[0]) is not str:
            raise WireError("a value does not say its kind")
        kind, *content = message
        if kind == "float":
            return float.fromhex(*content)
        if kind in ("array", "scalar", "tensor"):
            return self._unpack_array(kind, *content)
        if kind == "object":
            number, name = content
            if self._meet is None or type(number) is not int or type(name) is not str:
                raise WireError("an object is not expected here")
            return self._meet(number, name)
        (content,) = content
        if kind in ("NoneType", "bool", "int", "str"):
            if type(content).__name__ != kind:
                raise WireError(f"a value is not the {kind} it claims to be")
            return content
        if kind not in ("list", "tuple", "dict") or type(content) is not list:
            raise WireError("a value is of unknown kind")
        if kind == "dict":
            pairs = [[self.unpack(x, depth + 1) for x in pair] for pair in content]
            if any(type(k) is int and k.bit_length() > KEY_BITS for k, _ in pairs):
                raise WireError("a key is too large")
            return {key: value for key, value in pairs}  # noqa: C416 (pairs are pairs)
        items = [self.unpack(item, depth + 1) for item in content]
        return items if kind == "list" else tuple(items)

    def _unpack_array(self, kind: str, dtype: str, shape: list) -> object:
        if dtype not in DTYPES:
            raise WireError("an array has a dtype that is not allowed")
        if type(shape) is not list or len(shape) > MAX_AXES:
            raise WireError("an array has no usable shape")
        if not all(type(n) is int and 0 <= n < 2**31 for n in shape):
            raise WireError("an array has no usable shape")
        if kind == "scalar" and shape:
            raise WireError("a scalar has axes")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if self.place + size > len(self._frame):
            raise WireError("an array's bytes do not fill its shape")
        array = np.ndarray(shape, dtype, self._frame, self.place).copy()
        self.place += size
        if kind == "tensor":
            import torch  # the set-up of a notebook without tensors need not have it

            return torch.from_numpy(array)
        return array[()] if kind == "scalar" else array


class Channel:
    """Frames over a socket, with a deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._buffer = sock, bytearray()
        self._poll, self._room = select.poll(), select.poll()
        self._poll.register(sock, select.POLLIN)
        self._room.register(sock, select.POLLOUT)

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._sock.fileno()

    def send(self, frames: bytes) -> None:
        """Send one frame or more; Closed if nobody is there, or reads it in time."""
        left, end = memoryview(frames), time.monotonic() + SEND_SECONDS
        while left:
            try:
                left = left[self._sock.send(left, socket.MSG_DONTWAIT) :]
            except BlockingIOError:  # not even a slow reader may hold us up
                seconds = end - time.monotonic()
                if seconds <= 0 or not self._room.poll(1000 * seconds):
                    raise Closed("nobody reads") from None
            except OSError as error:
                raise Closed(str(error)) from None

    def receive(self, seconds: float | None = None, most: int = MAX_BYTES) -> bytes:
        """The next frame, whole, of at most `most` bytes.

        Raises TimeoutError if it is not there within `seconds`, Closed at the end of
        the stream, WireError if it says that it is too large.
        """
        end = None if seconds is None else time.monotonic() + seconds
        self._fill(HEAD.size, end)
        size = sum(HEAD.unpack_from(self._buffer))
        if size > most:
            raise WireError(f"a message is larger than {most} bytes")
        self._fill(HEAD.size + size, end)
        frame = bytes(self._buffer[: HEAD.size + size])
        del self._buffer[: len(frame)]
        return frame

    def has_news(self, seconds: float) -> bool:
        """Whether something can be received within `seconds`, be it the end."""
        return bool(self._buffer) or bool(self._poll.poll(1000 * seconds))

    def _fill(self, size: int, end: float | None) -> None:
        """Read until the buffer holds `size` bytes."""
        while len(self._buffer) < size:
            if end is not None:
                left = end - time.monotonic()
                if left <= 0 or not self._poll.poll(1000 * left):
                    raise TimeoutError("no answer in time")
            try:
                part = self._sock.recv(PIECE)
            except OSError as error:
                raise Closed(str(error)) from None
            if not part:
                raise Closed("the stream has ended")
            self._buffer += part

    def close(self) -> None:
        """End the conversation."""
        self._sock.close()


def answer(channels: list[Channel], reply: Callable[[bytes], bytes]) -> None:
    """Reply to each frame on each channel, until one of them is closed."""
    poll = select.poll()
    known = {channel.fileno(): channel for channel in channels}
    for number in known:
        poll.register(number, select.POLLIN)
    while True:
        for number, _ in poll.poll():
            try:
                frame = known[number].receive()
                known[number].send(reply(frame))
            except Closed:
                return
