"""Values travel unchanged, and nothing else travels."""

import enum
import json
import math
import random
import socket
import threading
import time
from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest
import torch

from autograder import wire


class Level(enum.IntEnum):
    LOW = 1


def frame(value, blob=b""):
    text = json.dumps(value).encode()
    return wire.HEAD.pack(len(text), len(blob)) + text + blob


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool", "uint8"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (4,), (2, 3, 5)])
def test_arrays_keep_values_shape_and_dtype(dtype, shape):
    array = np.asarray(np.random.default_rng(1).integers(0, 2, shape), dtype)
    back = wire.decode(wire.encode(array))
    assert type(back) is np.ndarray
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert np.array_equal(back, array)
    assert back.flags.writeable


def test_memory_order_and_byte_order_do_not_matter():
    array = np.arange(6.0).reshape(2, 3)
    for other in (np.asfortranarray(array), array.astype(">f8"), array[::-1][::-1]):
        assert np.array_equal(wire.decode(wire.encode(other)), array)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(2**70),
        0.1,
        -math.inf,
        'it\'s \\ "quoted" ü',
        [1, [2.5, None]],
        (1, (2,), []),
        {"a": 1, 2: [3], (4, 5): {}},
    ],
)
def test_plain_values_keep_value_and_type(value):
    back = wire.decode(wire.encode(value))
    assert back == value
    assert type(back) is type(value)


def test_nan_and_scalars_survive():
    assert math.isnan(wire.decode(wire.encode(math.nan)))
    back = wire.decode(wire.encode(np.float32(1.5)))
    assert type(back) is np.float32
    assert back == 1.5


def test_tensors_come_as_tensors():
    tensor = torch.arange(6, dtype=torch.float32, requires_grad=True).reshape(2, 3)
    back = wire.decode(wire.encode([tensor]))[0]
    assert type(back) is torch.Tensor
    assert torch.equal(back, tensor.detach())
    assert not back.requires_grad


def test_subclasses_come_as_what_they_are_subclasses_of():
    Pair = namedtuple("Pair", "a b")
    values = [Pair(1, 2), OrderedDict(a=1), defaultdict(int), np.str_("x"), Level.LOW]
    back = wire.decode(wire.encode(values))
    assert back == [(1, 2), {"a": 1}, {}, "x", 1]
    assert [type(b) for b in back] == [tuple, dict, dict, str, int]


def test_a_subclass_of_ndarray_comes_as_a_plain_array():
    class Sly(np.ndarray):
        def tobytes(self, *_):
            return b"forged"

    back = wire.decode(wire.encode(np.arange(3.0).view(Sly)))
    assert type(back) is np.ndarray
    assert np.array_equal(back, np.arange(3.0))


def test_other_types_are_refused():
    recursive = []
    recursive.append(recursive)
    wide = [recursive] * 1000
    for value in (np.array([{}]), np.array(["a"]), object(), {1}, recursive, wide):
        with pytest.raises(wire.WireError):
            wire.encode(value)


def test_what_is_too_large_is_refused(monkeypatch):
    with pytest.raises(wire.WireError, match="parts"):
        wire.encode([0] * (wire.MAX_NODES + 1))
    large = wire.encode(np.zeros(1000))
    monkeypatch.setattr(wire, "MAX_BYTES", 4000)
    with pytest.raises(wire.WireError):
        wire.encode(np.zeros(1000))
    with pytest.raises(wire.WireError):
        wire.decode(large)


@pytest.mark.parametrize(
    ("value", "blob"),
    [
        (3, b""),
        ([], b""),
        (["int", "3"], b""),
        (["int", True], b""),
        (["float", 3], b""),
        (["pickle", "x"], b""),
        (["int"], b""),
        (["int", 1, 2], b""),
        (["list", {"a": 1}], b""),
        (["dict", [[["list", []], ["int", 1]]]], b""),
        (["dict", [[["int", 1]]]], b""),
        (["array", "|O", [1]], b"12345678"),
        (["array", "<f8", [2]], b"1234567"),
        (["array", "<f8", [1]], b"123456789"),
        (["array", "<f8", [-1]], b""),
        (["array", "<f8", [2**40, 0]], b""),
        (["array", "<f8", [2**30, 2**30]], b""),
        (["array", ["<f8"], [0]], b""),
        (["array", "<f8", 0], b""),
        (["array", "<f8"], b""),
        (["scalar", "<f8", [0]], b""),
        (["tensor", "<c8", [0]], b""),
        (["object", 1, "thing"], b""),
    ],
)
def test_malformed_messages_are_refused(value, blob):
    with pytest.raises(wire.WireError):
        wire.decode(frame(value, blob))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"1234567",
        wire.HEAD.pack(5, 0) + b"[1]",
        wire.HEAD.pack(3, 1) + b"[1]",
        wire.HEAD.pack(100_000, 0) + b"[" * 100_000,
        wire.HEAD.pack(3, 0) + b"\xff\xff\xff",
        wire.HEAD.pack(7, 0) + b"NaN NaN",
    ],
)
def test_malformed_frames_are_refused(sent):
    with pytest.raises(wire.WireError):
        wire.decode(sent)


def test_a_deep_message_is_refused():
    value = ["int", 1]
    for _ in range(wire.MAX_DEPTH + 1):
        value = ["list", [value]]
    with pytest.raises(wire.WireError, match="deeper"):
        wire.decode(frame(value))


def test_objects_travel_as_numbers_and_only_where_they_are_expected():
    kept = []

    def keep(value):
        kept.append(value)
        return len(kept) - 1

    sent = wire.encode([{1}, 2], keep)
    assert wire.decode(sent, lambda number, name: (number, name)) == [(0, "set"), 2]
    with pytest.raises(wire.WireError, match="not expected"):
        wire.decode(sent)


def damaged(sent, rng):
    """A frame with some bytes changed, left out, doubled or cut off."""
    data = bytearray(sent)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind == 0 and place < len(data):
            data[place] = rng.randrange(256)
        elif kind == 1:
            del data[place : place + rng.randrange(1, 9)]
        elif kind == 2:
            data[place:place] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 3:
            data[place:place] = data[place : place + 20]
        else:
            digits = [n for n, byte in enumerate(data) if chr(byte) in "0123456789"]
            if digits:
                data[rng.choice(digits)] = ord(rng.choice('0123456789-e."['))
        data = data or bytearray(b"0")
    text = bytes(data[wire.HEAD.size :])
    if rng.randrange(2):  # lengths that add up, to get beyond the first check
        size = rng.randrange(len(text) + 1)
        return wire.HEAD.pack(size, len(text) - size) + text
    return bytes(data)


def test_thousands_of_damaged_frames_give_a_value_or_a_wire_error():
    rng = random.Random(7)
    value = [
        {"a": 1, (2, 3): [None, True, -1.5, "text", math.nan]},
        np.arange(6.0).reshape(2, 3),
        np.float32(1),
        torch.ones(2),
    ]
    sent = wire.encode(value)
    refused = 0
    for _ in range(5000):
        try:
            back = wire.decode(damaged(sent, rng))
        except wire.WireError:
            refused += 1
        else:
            wire.encode(back)  # it is a value of ours
    assert 2000 < refused < 5000


def test_a_channel_gives_whole_frames_and_keeps_to_its_deadline():
    here, there = map(wire.Channel, socket.socketpair())
    large = wire.encode(np.arange(200_000.0))
    sender = threading.Thread(target=there.send, args=(large,))
    sender.start()
    assert here.receive(5) == large
    sender.join()
    with pytest.raises(TimeoutError):
        here.receive(0.05)
    there.close()
    with pytest.raises(wire.Closed):
        here.receive(1)
    with pytest.raises(wire.Closed):
        here.send(large)


def test_a_channel_refuses_a_frame_that_says_that_it_is_too_large():
    ours, theirs = socket.socketpair()
    theirs.sendall(wire.HEAD.pack(2**31, 2**31))
    with pytest.raises(wire.WireError, match="larger"):
        wire.Channel(ours).receive(1)


def test_a_slow_reader_does_not_hold_the_sender_up(monkeypatch):
    monkeypatch.setattr(wire, "SEND_SECONDS", 0.5)
    ours, theirs = socket.socketpair()
    ended = threading.Event()

    def read_slowly():
        while not ended.wait(0.1):
            theirs.recv(1000)

    reader = threading.Thread(target=read_slowly, daemon=True)
    reader.start()
    begin = time.monotonic()
    with pytest.raises(wire.Closed):
        wire.Channel(ours).send(bytes(10**7))
    assert time.monotonic() - begin < 3
    ended.set()
    reader.join()


def test_keys_that_could_be_made_to_collide_are_refused():
    assert wire.decode(wire.encode({2**60 - 1: 1, -(2**59): 2, True: 3}))
    with pytest.raises(wire.WireError, match="key"):
        wire.decode(wire.encode({2**61 - 1: 1}))
