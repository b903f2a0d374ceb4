"""Values on a wire: JSON and raw array bytes, never pickle.

A value is a JSON list whose first item names its kind: `["int", 3]`,
`["array", "<f8", [2, 3], "base64 bytes"]`. What comes from a student's process is
data to be checked: kinds, dtypes, sizes and nesting are all limited, and anything
else is refused with `WireError`.

The text of this module is also sent into the student's kernel, which need not have
the package: it imports nothing but the standard library and NumPy.
"""

import base64
import binascii
import itertools
import json
import math

import numpy as np

MAX_BYTES = 32 * 2**20  # of one encoded value
MAX_DEPTH = 16  # of nested lists, tuples and dicts
MAX_NODES = 100_000  # values in one message
MAX_AXES = 16
DTYPES = frozenset(
    ["|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8"]
)


class WireError(ValueError):
    """The value cannot travel, or the message is not one of ours."""


def encode(value: object) -> str:
    """`value` as text: ASCII without quotes or backslashes.

    Arrays of any memory order and PyTorch tensors come as arrays. Raises WireError
    for object arrays, other types, nesting (recursion) and sizes beyond the limits.
    """
    message = json.dumps(_pack(value, 0, itertools.count())).encode("ascii")
    if len(message) > MAX_BYTES:
        raise WireError(f"the value is larger than {MAX_BYTES} bytes")
    return base64.b64encode(message).decode("ascii")


def decode(text: str) -> object:
    """The value that `encode` made into `text`; WireError if it is not one."""
    if not isinstance(text, str) or len(text) > MAX_BYTES * 4 // 3 + 4:
        raise WireError(f"the message is not text of at most {MAX_BYTES} bytes")
    try:
        message = json.loads(base64.b64decode(text, validate=True))
        return _unpack(message, 0, itertools.count())
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise WireError(f"the message is malformed: {error}") from None


def _pack(value: object, depth: int, count: itertools.count) -> list:
    _check_room(depth, count)
    if value is None or type(value) in (bool, int, str):
        return [type(value).__name__, value]
    if type(value) is float:
        return ["float", value.hex()]
    if type(value) in (list, tuple):
        return [type(value).__name__, [_pack(v, depth + 1, count) for v in value]]
    if type(value) is dict:
        pairs = [[_pack(x, depth + 1, count) for x in kv] for kv in value.items()]
        return ["dict", pairs]
    return _pack_array(value)


def _pack_array(value: object) -> list:
    kind = "scalar" if isinstance(value, np.generic) else "array"
    if hasattr(value, "detach"):  # a tensor of PyTorch
        value = value.detach().cpu().numpy()
    if not isinstance(value, np.generic | np.ndarray):
        raise WireError(f"a value of type {type(value).__name__} cannot be sent")
    array = np.asarray(value)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if array.dtype.str not in DTYPES:
        raise WireError(f"an array of dtype {array.dtype} cannot be sent")
    if array.nbytes > MAX_BYTES:
        raise WireError(f"the array is larger than {MAX_BYTES} bytes")
    data = base64.b64encode(array.tobytes()).decode("ascii")
    return [kind, array.dtype.str, list(array.shape), data]


def _unpack(message: object, depth: int, count: itertools.count) -> object:
    _check_room(depth, count)
    if type(message) is not list or not message or type(message[0]) is not str:
        raise WireError("a value does not say its kind")
    kind, *content = message
    if kind in ("array", "scalar"):
        return _unpack_array(kind, *content)
    (content,) = content
    if kind in ("NoneType", "bool", "int", "str"):
        if type(content).__name__ != kind:
            raise WireError(f"a value is not the {kind} it claims to be")
        return content
    if kind == "float":
        return float.fromhex(content)
    if kind not in ("list", "tuple", "dict") or type(content) is not list:
        raise WireError("a value is of unknown kind")
    if kind == "dict":
        return {
            _unpack(k, depth + 1, count): _unpack(v, depth + 1, count)
            for k, v in content
        }
    items = [_unpack(item, depth + 1, count) for item in content]
    return items if kind == "list" else tuple(items)


def _unpack_array(kind: str, dtype: str, shape: list, data: str) -> object:
    if dtype not in DTYPES:
        raise WireError("an array has a dtype that is not allowed")
    if type(shape) is not list or len(shape) > MAX_AXES:
        raise WireError("an array has no usable shape")
    if not all(type(n) is int and 0 <= n < 2**31 for n in shape):
        raise WireError("an array has no usable shape")
    try:
        raw = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise WireError(f"an array's bytes are malformed: {error}") from None
    if len(raw) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise WireError("an array's bytes do not fill its shape")
    array = np.frombuffer(raw, dtype).reshape(shape).copy()
    if kind == "scalar" and shape:
        raise WireError("a scalar has axes")
    return array[()] if kind == "scalar" else array


def _check_room(depth: int, count: itertools.count) -> None:
    if depth > MAX_DEPTH:
        raise WireError(f"the value is nested deeper than {MAX_DEPTH} levels")
    if next(count) >= MAX_NODES:
        raise WireError(f"the value has more than {MAX_NODES} parts")


def serve(function: object, arguments: str) -> str:
    """Call `function` by value: encoded arguments in, the encoded answer out.

    The answer is `("value", v)`, or `("error", name)` where it raised or where its
    value cannot travel. This runs in the student's kernel.
    """
    try:
        answer = ("value", function(*decode(arguments)))
        return encode(answer)
    except Exception as error:
        return encode(("error", type(error).__name__))


def call_expression(name: str, args: tuple, source: str) -> str:
    """A Python expression that calls the global `name` by value in a kernel.

    `source` is the text of this module. It runs in a namespace of its own, so it
    leaves no name behind in the student's.
    """
    return (
        f"(lambda ns: exec({source!r}, ns) or ns['serve'](globals().get({name!r}), "
        f"{encode(args)!r}))({{'__name__': 'wire'}})"
    )


def read_reply(text: str) -> object:
    """The value in a kernel's printed reply; WireError if there is none."""
    if len(text) < 2 or text[0] != "'" or text[-1] != "'":
        raise WireError("the reply is not a message")
    reply = decode(text[1:-1])
    if type(reply) is not tuple or len(reply) != 2 or reply[0] != "value":
        raise WireError("the function gave no value")
    return reply[1]
