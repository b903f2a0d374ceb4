"""Values travel unchanged, and nothing else travels."""

import base64
import inspect
import json
import math

import numpy as np
import pytest
import torch

from autograder import wire


def message(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


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


def test_tensors_come_as_arrays():
    tensor = torch.arange(6, dtype=torch.float32, requires_grad=True).reshape(2, 3)
    back = wire.decode(wire.encode(tensor))
    assert type(back) is np.ndarray
    assert np.array_equal(back, np.arange(6, dtype="f4").reshape(2, 3))


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
    "text",
    [
        "",
        "not base64!",
        message(3),
        message([]),
        message(["int", "3"]),
        message(["int", True]),
        message(["float", 3]),
        message(["pickle", "x"]),
        message(["int"]),
        message(["int", 1, 2]),
        message(["list", {"a": 1}]),
        message(["dict", [[["list", []], ["int", 1]]]]),
        message(["dict", [[["int", 1]]]]),
        message(["array", "|O", [1], ""]),
        message(["array", "<f8", [2], base64.b64encode(b"1234567").decode()]),
        message(["array", "<f8", [-1], ""]),
        message(["array", "<f8", [2**40, 0], ""]),
        message(["array", ["<f8"], [0], ""]),
        message(["array", "<f8", 0, ""]),
        message(["array", "<f8", [0], 5]),
        message(["scalar", "<f8", [0], ""]),
        base64.b64encode(b"[" * 100_000).decode(),
    ],
)
def test_malformed_messages_are_refused(text):
    with pytest.raises(wire.WireError):
        wire.decode(text)


def test_a_deep_message_is_refused():
    value = ["int", 1]
    for _ in range(wire.MAX_DEPTH + 1):
        value = ["list", [value]]
    with pytest.raises(wire.WireError, match="deeper"):
        wire.decode(message(value))


def test_a_call_by_value_leaves_its_arguments_and_the_namespace_alone():
    x = np.ones(2)
    student = {}
    exec("def f(x, n):\n    x += n\n    return x.sum(), x", student)
    names = set(student)
    expression = wire.call_expression("f", (x, 3), inspect.getsource(wire))
    total, changed = wire.read_reply(repr(eval(expression, student)))
    assert total == 8
    assert np.array_equal(changed, [4, 4])
    assert np.array_equal(x, [1, 1])
    assert set(student) == names


@pytest.mark.parametrize("body", ["1 / 0", "object()", "missing", "x"])
def test_a_call_without_a_value_is_refused(body):
    student = {}
    exec(f"def f():\n    return {body}", student)
    expression = wire.call_expression("f", (), inspect.getsource(wire))
    with pytest.raises(wire.WireError):
        wire.read_reply(repr(eval(expression, student)))


@pytest.mark.parametrize("text", ["", "'", "''", "None", "'%%%'", "'abc' + 'd'"])
def test_a_reply_that_is_no_message_is_refused(text):
    with pytest.raises(wire.WireError):
        wire.read_reply(text)
