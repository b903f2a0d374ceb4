"""Cells that are compiled before they are sent run as IPython would run them."""

import marshal
import sys

import numpy as np
import pytest

from autograder.compiled import compile_cell, compile_module, load
from autograder.inside.shell import Shell

CELLS = {
    "an expression is shown": "x = 3\nx + 4",
    "a statement shows nothing": "x = 3",
    "an expression before the last is not shown": "3\nx = 4",
    "what is printed": "for i in range(3):\n    print(i)",
    "a figure of text, shown": "from IPython.display import display\ndisplay('x')",
    "an error in the cell": "x = 1\nassert x == 2, 'x is not 2'\nx",
    "an error in a function of another cell": "y = 1\nfail(\n  y)",
    "a semicolon": "x = 3; x",
    "nothing": "",
    "a comment": "# nothing",
}


@pytest.fixture(scope="module")
def shell():
    hook = sys.excepthook
    yield Shell.instance()
    Shell.clear_instance()
    sys.excepthook = hook


def _what(outputs: list[dict]) -> list[dict]:
    """The outputs without what counts the runs."""
    for output in outputs:
        output.pop("execution_count", None)
    return outputs


@pytest.mark.parametrize("source", CELLS.values(), ids=CELLS)
def test_a_compiled_cell_does_what_ipython_does(shell, source):
    shell.run("def fail(x):\n    raise ValueError('no')")
    codes = load(compile_cell(source))
    number = shell.execution_count
    compiled = _what(shell.run(source, codes))
    assert shell.execution_count == number + bool(codes)
    shell.execution_count = number  # the same number in the same traceback
    assert compiled == _what(shell.run(source))


@pytest.mark.parametrize(
    "source",
    ["%matplotlib inline", "  x = 3", "def", "x = '\0'", "await x", "return 3"],
)
def test_what_is_no_plain_python_is_left_to_ipython(source):
    assert compile_cell(source) == ()


def test_what_is_sent_is_bytes():
    for code in (compile_module(b"x = 1"), *compile_cell("x = 1\nx")):
        assert code.dtype == np.uint8
        assert type(marshal.loads(code.tobytes())).__name__ == "code"


def test_a_module_that_is_none_is_said():
    with pytest.raises(SyntaxError):
        compile_module(b"def")
