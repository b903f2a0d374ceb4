import copy
import traceback

import numpy as np
import torch  # the tests compare with it


def matches(got, want):
    """Whether two results have the same shape and the same values, to 1e-5."""
    same_shape = np.shape(got) == np.shape(want)
    return same_shape and np.allclose(got, want, rtol=1e-5, atol=1e-5)


def expect_shape(got, shape, look, kind="float"):
    """Fail with one sentence unless `got` is an array of this shape and kind."""
    came = f"a {type(got).__name__}"
    if isinstance(got, np.ndarray):
        came = f"an array of {got.dtype} with shape {got.shape}"
    fits = isinstance(got, np.ndarray) and got.shape == shape
    fits = fits and got.dtype.kind == kind[0]
    assert fits, (
        f"Expected an array of {kind} with shape {shape}, got {came}. Look at {look}."
    )


def shown(a):
    """Numbers as they stand in a sentence; whole numbers stay whole."""
    a = np.asarray(a)
    return (np.round(a, 4) if a.dtype.kind == "f" else a).tolist()


def expect_close(got, want, look):
    """Fail with one sentence unless `got` has the values of `want`."""
    assert matches(got, want), (
        f"Expected {shown(want)}, got {shown(got)}. Look at {look}."
    )


def expect_parts(got, names):
    """Fail with one sentence unless `got` holds one thing for each name."""
    came = f"a {type(got).__name__}"
    if isinstance(got, tuple | list):
        came = f"{len(got)} of them"
    assert came == f"{len(names)} of them", (
        f"Expected {len(names)} results, {', '.join(names)}, got {came}. "
        "Look at the shapes of the task."
    )


def same_values(now, before):
    """Whether an input holds the same values, also inside of lists, tuples, dicts."""
    if not isinstance(before, dict | list | tuple):
        return np.array_equal(now, before)
    if type(now) is not type(before) or len(now) != len(before):
        return False
    if isinstance(before, dict):
        same_keys = now.keys() == before.keys()
        return same_keys and all(same_values(now[k], before[k]) for k in before)
    return all(map(same_values, now, before))


def expect_unchanged(name, given, kept):
    """Fail with one sentence unless the inputs are what they were before the call."""
    for place, pair in enumerate(zip(given, kept, strict=True), start=1):
        assert same_values(*pair), (
            f"Expected {name} to leave its inputs as they are, but input {place} has "
            "other values after the call. Look for lines that write into something you "
            "were given (a[...] = ..., a += ..., a.sort()), and make a new one instead."
        )


def shapes_of(given):
    """The shapes of the arrays that a function was given, in words."""
    shapes = [str(a.shape) for a in given if isinstance(a, np.ndarray)]
    return f"arrays of shapes {', '.join(shapes)}" if shapes else "these inputs"


def line_of(error, name):
    """The line in which a function failed, where it is known, in words."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if frame.name == name and frame.line]
    return f", in the line '{lines[-1]}'" if lines else ""


def expect_result(function, *given, case=None):
    """Call a function; fail with one sentence if it raises, or changes an input.

    A case is what the task promises about these inputs; by default, their shapes.
    """
    kept, name = copy.deepcopy(given), function.__name__
    try:
        got = function(*given)
    except (NotImplementedError, NameError, ImportError):
        raise  # these say themselves what is missing
    except Exception as error:
        raise AssertionError(
            f"Expected {name} to work for {case or shapes_of(given)}, got "
            f"{type(error).__name__}: {error}{line_of(error, name)}. Look at the "
            "inputs and shapes of the task."
        ) from None
    assert got is not None, (
        f"Expected a result from {name} for {case or shapes_of(given)}, got None: does "
        "every way through the function end with a return?"
    )
    expect_unchanged(name, given, kept)
    return got
