"""Source code that every Python has, and what a parser knows about each character."""

import sysconfig
import tokenize
from io import StringIO
from pathlib import Path

import numpy as np

LEARNED = (
    "argparse ast base64 bdb cmd code configparser contextlib copy csv dataclasses "
    "difflib dis doctest enum fileinput ftplib functools gettext glob gzip heapq "
    "imaplib ipaddress locale mailbox optparse pdb pickle platform plistlib poplib "
    "pprint pstats random sched selectors shutil socketserver statistics string "
    "tempfile timeit trace traceback"
)
HELD_OUT = "calendar fractions mimetypes queue shelve shlex smtplib textwrap uuid"
"""Modules of the standard library to learn from, and modules to measure on."""


def python_source() -> tuple[str, dict[str, str]]:
    """Return source code to learn from, and files held out: name -> text.

    Both are files of Python's standard library, under the PSF licence; they differ
    a little from one Python version to the next. What is not ASCII is left out.
    """
    learned = "".join(_read(name) for name in LEARNED.split())
    return learned, {name: _read(name) for name in HELD_OUT.split()}


def _read(module: str) -> str:
    path = Path(sysconfig.get_paths()["stdlib"]) / f"{module}.py"
    return path.read_text(encoding="utf-8").encode("ascii", "ignore").decode()


def code_marks(text: str) -> dict[str, np.ndarray]:
    """Say of each character of Python code where it stands, once it has been read.

    Returns
    -------
    brackets : (N,) 1 inside round, square or curly brackets, else 0.
    quotes : (N,) 1 inside a string, from its first quote on, else 0.
    column : (N,) characters of the line so far; 0 after its end.
    """
    lines = text.splitlines(keepends=True)
    starts = np.cumsum([0] + [len(line) for line in lines])
    changes = {name: np.zeros(len(text) + 1) for name in ("brackets", "quotes")}
    depth = 0  # of strings with fields, whose own brackets are part of the string
    for token in tokenize.generate_tokens(StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        begin, end = (starts[row - 1] + column for row, column in token[2:4])
        if kind.endswith("STRING_START"):
            changes["quotes"][begin] += 1
            depth += 1
        elif kind.endswith("STRING_END"):
            changes["quotes"][end - 1] -= 1
            depth -= 1
        elif kind == "STRING" and not depth:
            changes["quotes"][begin] += 1
            changes["quotes"][end - 1] -= 1
        elif kind == "OP" and not depth and token.string in "([{":
            changes["brackets"][begin] += 1
        elif kind == "OP" and not depth and token.string in ")]}":
            changes["brackets"][begin] -= 1
    marks = {k: (c.cumsum()[:-1] > 0).astype(float) for k, c in changes.items()}
    column = [np.arange(1, len(line) + 1) % len(line) for line in lines]
    return marks | {"column": np.concatenate(column).astype(float)}
