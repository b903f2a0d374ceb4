"""What is listed for review, and what is not."""

import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.flags import ADDED, MAX_NAME, MAX_READ, UNREAD, ready_made

LSTM = "torch.nn.LSTM(3, 4)\n"
FOUND = ("lstm_step", "torch.nn.LSTM")
LOCKED = {"solution": False, "grade": False, "locked": True, "grade_id": "helpers"}


def notebook(source, *added, task="lstm_step", locked=""):
    record = {"solution": True, "grade": False, "locked": False, "grade_id": task}
    return new_notebook(
        cells=[
            new_code_cell(locked, metadata={"nbgrader": LOCKED}),
            new_markdown_cell("torch.nn.LSTM is not an answer here."),
            *map(new_code_cell, added),
            new_code_cell(source, metadata={"nbgrader": record}),
        ]
    )


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import torch\ny = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("y = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("import torch as t\ny = t.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("from torch import nn\ny = nn.GRU(3, 4)", ["torch.nn.GRU"]),
        ("from torch.nn import LSTM as L\ny = L(3, 4)", ["torch.nn.LSTM"]),
        ("from torch.nn import LSTM", ["torch.nn.LSTM"]),
        (
            "import torch.nn.functional as F\ny = F.relu(F.softmax(x))",
            ["torch.nn.functional.relu", "torch.nn.functional.softmax"],
        ),
        ("from torch.autograd import grad\ng = grad(y, x)", ["torch.autograd.grad"]),
        ("g = torch.autograd.grad(y, x)", ["torch.autograd.grad"]),
        ("g = torch.func.grad(f)(x)", ["torch.func.grad"]),
        ("loss.backward()", [".backward"]),
        ("x = torch.tensor(x, requires_grad=True)", [".requires_grad"]),
        ("h = torch.lstm_cell(x, h, W, U)", ["torch.lstm_cell"]),
        ("!pip list\n%time y = torch.nn.LSTM(3, 4)", []),
        ("%matplotlib inline\ny = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("%%time\ny = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("if x:\n    %time y\ny = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("files = !ls\nnp.ones?\ny = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        (">>> def f():\n...     return torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("In [1]: y = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
        ("  x = 1\n  y = torch.nn.LSTM(3, 4)", ["torch.nn.LSTM"]),
    ],
)
def test_ready_mades_are_named_in_full(source, found):
    assert ready_made(notebook(source)) == [("lstm_step", what) for what in found]


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ny = torch.tanh(torch.tensor(x) @ W)",
        "y = torch.softmax(x, -1)",
        "import torch.nn as nn\nimport torch.nn.functional as F",
        "nn = np.ones(3)\ny = nn.sum()",
        "# torch.nn.LSTM\ntext = 'torch.nn.LSTM'",
        "def backward(x):\n    return x\ny = backward(3)",
        "this is not Python",
        "x = '\\d' + \x00",
        "(" * 5000,
        "-" * 100_000 + "1",
        "torch" + ".nn" * 50_000,
        "",
    ],
)
def test_what_is_allowed_or_no_python_is_not_listed(source):
    assert ready_made(notebook(source)) == []


def test_a_function_of_torch_with_the_tasks_own_name_is_listed():
    nb = notebook("def softmax(x):\n    return torch.softmax(x, -1)", task="softmax")
    assert ready_made(nb) == [("softmax", "torch.softmax")]


def test_names_are_followed_from_other_cells_and_added_cells_are_listed():
    nb = notebook("y = nn.LSTM(3, 4)", "from torch import nn\nz = nn.RNN(3, 4)")
    assert ready_made(nb) == [(ADDED, "torch.nn.RNN"), ("lstm_step", "torch.nn.LSTM")]


def test_the_instructors_cells_are_not_listed_but_their_imports_count():
    nb = notebook("y = nn.LSTM(3, 4)", locked="from torch import nn\nr = nn.RNN(3, 4)")
    assert ready_made(nb) == [("lstm_step", "torch.nn.LSTM")]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("%x 1\n" * 300 + "a = (1,\n2)\n" * 3000 + LSTM, "torch.nn.LSTM"),
        ("%x 1\n" + "a = (1,\n2)\n" * 15_000 + "$", UNREAD),
        ("$\n" + " " * (MAX_READ - 3) + "%", UNREAD),
        ("é" + "\u0300\u0316" * 50_000 + "\n" + LSTM, UNREAD),
        ("%x 1\n$\n" + LSTM, UNREAD),
        ("x\n" * MAX_READ + LSTM, UNREAD),
    ],
)
def test_code_that_is_slow_to_read_is_read_in_seconds(source, found):
    begin = time.monotonic()
    assert ready_made(notebook(source)) == [("lstm_step", found)]
    assert time.monotonic() - begin < 5


def test_a_notebook_of_many_long_cells_is_read_up_to_a_limit():
    cells = ["a = 1\n" * 30_000 + LSTM] * 20
    begin = time.monotonic()
    found = ready_made(notebook(LSTM, *cells, locked="a = 1\n" * 50_000))
    assert time.monotonic() - begin < 10
    assert found == [(ADDED, "torch.nn.LSTM"), (ADDED, UNREAD), FOUND]


def test_a_long_name_is_not_listed_in_full_many_times():
    name = "torch.nn." + "a" * 50_000
    uses = "".join(f"m.b{k}\n" for k in range(5000))
    for line in (f"import {name} as m", f"from {name} import b as m"):
        found = ready_made(notebook(f"{line}\n{uses}"))
        assert len(found) >= 5000
        assert max(len(what) for _, what in found) <= 3 * MAX_NAME
