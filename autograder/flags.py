"""Answers that use what they should write themselves: to be looked at, not blocked.

An exercise says which libraries are no answer, such as `torch.nn.LSTM` where an LSTM
is to be written. What is named here is no verdict: a person reads the answer.
"""

import ast
import re
import warnings

from IPython.core.inputtransformer2 import (
    classic_prompt,
    ipython_prompt,
    leading_empty_lines,
    leading_indent,
)
from nbformat import NotebookNode

ADDED = "a cell that was added"
UNREAD = "(code that could not be read)"
NOT_READ = ast.Module([], [])
MAX_READ = 200_000  # characters of a notebook's code; they take about two seconds
MAX_NAME = 100  # characters; a long name may be used, and listed, many times
MAGIC = re.compile(
    r"^([ \t]*+)(?:[%!?,;/]|[\w., ]*+=[ \t]*+[%!]|[\w.]*+\?).*", re.MULTILINE
)
"""A line that IPython alone understands."""

ACCENTS = re.compile(r"[^\x00-\x7f]{1000}")
"""Python sorts the accents on a letter, in a time that grows with their square."""

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
    has none; `UNREAD` stands for one that only IPython can read, or that is too long.
    """
    cells = _read(nb)
    names = {}
    for _, tree in cells:
        names |= _imported(tree)
    found = [
        (record.get("grade_id", ADDED), what)
        for record, tree in cells
        if not record.get("locked")
        for what in _used(tree, names)
        if _is_ready_made(what) or what in (UNREAD, f"torch.{record.get('grade_id')}")
    ]
    return list(dict.fromkeys(found))


def _read(nb: NotebookNode) -> list[tuple[dict, ast.Module]]:
    """Nbgrader's record and the code of each cell; the instructor's have no limits."""
    cells, left = [], MAX_READ
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        record = cell.metadata.get("nbgrader") or {}
        size = 0 if record.get("locked") else len(cell.source)
        if size > left:
            cells.append((record, NOT_READ))
            continue
        left -= size
        cells.append((record, _parse(cell.source)))
    return cells


def _parse(source: str) -> ast.Module:
    """The code without IPython's magics; nothing where it is not Python."""
    if ACCENTS.search(source):
        return NOT_READ
    try:
        return _parsed(source)
    except Exception:  # what a student hands in may be anything
        plain, magics = MAGIC.subn(r"\1pass", _without_prompts(source))
    try:
        return _parsed(plain)
    except Exception:
        return NOT_READ if magics else ast.Module([], [])


def _parsed(source: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a student's strings may well be odd
        return ast.parse(source)


def _without_prompts(source: str) -> str:
    """The code without what IPython takes off the beginnings of its lines.

    Its way with magics is not taken: that reads the whole cell again for each.
    """
    lines = source.splitlines(keepends=True)
    for take in (leading_empty_lines, leading_indent, classic_prompt, ipython_prompt):
        lines = take(lines)
    return "".join(lines)


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: {'F': 'torch.nn.functional'}."""
    names = {"torch": "torch"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname: a.name[:MAX_NAME] for a in node.names if a.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module[:MAX_NAME]}.{alias.name[:MAX_NAME]}"
                names[alias.asname or alias.name] = whole
    return names


def _used(tree: ast.Module, names: dict[str, str]) -> list[str]:
    """The imported names that one cell uses, in full, in the order of their lines."""
    if tree is NOT_READ:
        return [UNREAD]
    found = []
    inner = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner:
            found += [(node.lineno, name) for name in _in_full(node, names)]
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = node.module[:MAX_NAME]
            whole = (f"{module}.{alias.name[:MAX_NAME]}" for alias in node.names)
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
    return [".".join([names[node.id], *reversed(parts)])[: 2 * MAX_NAME]]


def _is_ready_made(name: str) -> bool:
    if name.startswith(".") or RECURRENT.fullmatch(name):
        return True
    within = any(name.startswith(module + ".") for module in MODULES)
    return within and name not in NO_PARTS
