"""The course's own code, compiled once a worker: that takes longer than to run it.

A referee's process is fresh for each notebook. So set-up cells, tests and the catalogue
of answers reach it compiled and marshalled, as arrays of bytes. Nothing of a student's
comes this way: Python must trust what it unmarshals.
"""

import ast
import hashlib
import marshal
from collections.abc import Iterable
from functools import lru_cache
from types import CodeType

import numpy as np


def code_name(source: str) -> str:
    """What stands for a file's name in a cell's code, here and where it is run."""
    return f"<cell {hashlib.sha256(source.encode()).hexdigest()[:12]}>"


@lru_cache(maxsize=8)
def compile_module(source: bytes) -> np.ndarray:
    """A module as bytes; SyntaxError if it is none."""
    return _as_bytes(compile(source, "catalogue", "exec"))


@lru_cache(maxsize=256)
def compile_cell(source: str) -> tuple[np.ndarray, ...]:
    """A cell's code, in the order in which it runs.

    What its last line shows is compiled apart. Empty where the cell is no plain
    Python: IPython has a syntax of its own, and says what is wrong.
    """
    name = code_name(source)
    try:
        tree = ast.parse(source)
        shown = [node for node in tree.body[-1:] if isinstance(node, ast.Expr)]
        rest = ast.Module(tree.body[: len(tree.body) - len(shown)], [])
        codes = [compile(rest, name, "exec")]
        if shown:
            codes.append(compile(ast.Interactive(shown), name, "single"))
    except (SyntaxError, ValueError):  # also an await outside of a function
        return ()
    return tuple(map(_as_bytes, codes))


def _as_bytes(code: CodeType) -> np.ndarray:
    return np.frombuffer(marshal.dumps(code), np.uint8)


def load(codes: Iterable[np.ndarray]) -> list[CodeType]:
    """What was compiled, as Python runs it."""
    return [marshal.loads(code.tobytes()) for code in codes]
