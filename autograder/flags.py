"""Answers that use what they should write themselves: to be looked at, not blocked.

An exercise says which libraries are no answer, such as `torch.nn.LSTM` where an LSTM
is to be written. What is named here is no verdict: a person reads the answer.
"""

import ast
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from .verdicts import is_test

ADDED = "a cell that was added"
MODULES = ("torch.nn", "torch.autograd", "torch.func", "torch.optim")
DIFFERENTIATES = ("backward", "requires_grad", "requires_grad_")
FUNCTIONS = (
    *("rnn_tanh", "rnn_relu", "lstm", "gru"),
    *("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"),
    *("softmax", "log_softmax", "layer_norm", "embedding", "dropout"),
)
"""Functions of `torch` itself that stand for parts of `torch.nn`."""


def ready_made(nb: NotebookNode) -> list[tuple[str, str]]:
    """The ready-mades that a student's cells use, as (task, name), each once.

    Names are followed through imports of the whole notebook, so that `nn.LSTM` and
    `F.softmax` are found. A cell that is not Python has none.
    """
    cells = [(_task(cell), _parse(cell.source)) for cell in _students(nb)]
    names = {}
    for _, tree in cells:
        names |= _imported(tree)
    found = [(task, what) for task, tree in cells for what in _used(tree, names)]
    return list(dict.fromkeys(found))


def _students(nb: NotebookNode) -> Iterator[NotebookNode]:
    """The code cells that a student wrote."""
    for cell in nb.cells:
        locked = (cell.metadata.get("nbgrader") or {}).get("locked", False)
        if cell.cell_type == "code" and not locked and not is_test(cell):
            yield cell


def _task(cell: NotebookNode) -> str:
    return (cell.metadata.get("nbgrader") or {}).get("grade_id", ADDED)


def _parse(source: str) -> ast.Module:
    """The code without IPython's magics; nothing where it is not Python."""
    try:
        return ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
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
    """The ready-mades in one cell, in the order of their lines."""
    found = []
    inner = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner:
            found += [(node.lineno, what) for what in _meant(node, names)]
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found += [(node.lineno, what) for what in _imports(node)]
        if isinstance(node, ast.Attribute) and node.attr in DIFFERENTIATES:
            found.append((node.lineno, f".{node.attr}"))
        if isinstance(node, ast.keyword) and node.arg in DIFFERENTIATES:
            found.append((node.value.lineno, node.arg))
    return [what for _, what in sorted(found)]


def _meant(node: ast.expr, names: dict[str, str]) -> list[str]:
    """The ready-made that a dotted name means, if it does."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return []
    name = ".".join([names[node.id], *reversed(parts)])
    return [name] if _is_ready_made(name) else []


def _imports(node: ast.Import | ast.ImportFrom) -> list[str]:
    module = getattr(node, "module", None)
    whole = [f"{module}.{a.name}" if module else a.name for a in node.names]
    return [name for name in whole if _is_ready_made(name) and name not in MODULES]


def _is_ready_made(name: str) -> bool:
    package, _, rest = name.partition(".")
    if package == "torch" and rest in FUNCTIONS:
        return True
    return any(name == module or name.startswith(module + ".") for module in MODULES)
