"""Answers that use what they should write themselves: to be looked at, not blocked.

An exercise says which libraries are no answer, such as `torch.nn.LSTM` where an LSTM
is to be written. What is named here is no verdict: a person reads the answer.
"""

import ast
import re
import warnings

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

ADDED = "a cell that was added"
MODULES = ("torch.nn", "torch.autograd", "torch.func", "torch.optim")
NO_PARTS = (*MODULES, "torch.nn.functional", "torch.nn.utils", "torch.nn.utils.rnn")
"""Modules whose import alone uses nothing."""

DIFFERENTIATES = ("backward", "requires_grad", "requires_grad_")
RECURRENT = re.compile(r"torch\.(rnn_tanh|rnn_relu|lstm|gru)(_cell)?")
"""Functions of `torch` itself that are whole networks."""


def ready_made(nb: NotebookNode) -> list[tuple[str, str]]:
    """The ready-mades that a student's cells use, as (task, name), each once.

    They are parts of `torch.nn`, automatic differentiation, and functions of `torch`
    that have the task's own name. Names are followed through imports of the whole
    notebook, so that `nn.LSTM` and `F.softmax` are found. A cell that is not Python
    has none.
    """
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    cells = [
        (cell.metadata.get("nbgrader") or {}, _parse(cell.source)) for cell in code
    ]
    names = {}
    for _, tree in cells:
        names |= _imported(tree)
    found = [
        (record.get("grade_id", ADDED), what)
        for record, tree in cells
        if not record.get("locked")
        for what in _used(tree, names)
        if _is_ready_made(what) or what == f"torch.{record.get('grade_id')}"
    ]
    return list(dict.fromkeys(found))


def _parse(source: str) -> ast.Module:
    """The code without IPython's magics; nothing where it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a student's strings may well be odd
            return ast.parse(TransformerManager().transform_cell(source))
    except Exception:  # what a student hands in may be anything
        return ast.Module([], [])


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: {'F': 'torch.nn.functional'}."""
    names = {"torch": "torch"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname: a.name for a in node.names if a.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _used(tree: ast.Module, names: dict[str, str]) -> list[str]:
    """The imported names that one cell uses, in full, in the order of their lines."""
    found = []
    inner = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner:
            found += [(node.lineno, name) for name in _in_full(node, names)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = (f"{node.module}.{alias.name}" for alias in node.names)
            found += [(node.lineno, name) for name in whole]
        if isinstance(node, ast.Attribute) and node.attr in DIFFERENTIATES:
            found.append((node.lineno, f".{node.attr}"))
        elif isinstance(node, ast.keyword) and node.arg in DIFFERENTIATES:
            found.append((node.value.lineno, f".{node.arg}"))
    return [name for _, name in sorted(found)]


def _in_full(node: ast.expr, names: dict[str, str]) -> list[str]:
    """What a dotted name stands for: `F.softmax` is `torch.nn.functional.softmax`."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return []
    return [".".join([names[node.id], *reversed(parts)])]


def _is_ready_made(name: str) -> bool:
    if name.startswith(".") or RECURRENT.fullmatch(name):
        return True
    within = any(name.startswith(module + ".") for module in MODULES)
    return within and name not in NO_PARTS
