"""Mechanical mutants of a solution: each one small change that a test must notice.

Mutation-testing tools exist, but they drive whole test suites over files, and their
operators leave out what goes wrong in array code: a transpose, a term of a sum, an
axis, the function around a value. So this module walks Python's own syntax tree and
puts the replacements of `operators.py` in, one at a time.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from .operators import number, replacements

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"

# Text for people is not mutated, and neither are annotations.
SKIPPED_FIELDS = {"annotation", "returns", "decorator_list"}
SKIPPED_BELOW = ast.Raise | ast.JoinedStr


@dataclass(frozen=True)
class Mutant:
    """A solution cell with one small change.

    Attributes
    ----------
    label : what was changed, unique within the cell and free of line numbers:
        `return np.tanh(x @ W): 'np.tanh(x @ W)' -> 'x @ W'`.
    source : the whole cell, changed.
    """

    label: str
    source: str


@dataclass(frozen=True)
class _Site:
    """A node that can be replaced: where it hangs, and the statement it is in."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    statement: ast.stmt | None

    def put(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mutants(source: str) -> list[Mutant]:
    """All mutants of a solution cell, in the order of its lines.

    Only what stands between the solution markers is changed. No two mutants, and no
    mutant and the original, have the same syntax tree; each one compiles.

    Parameters
    ----------
    source : the cell's source, with the markers.
    """
    tree, lines = ast.parse(source), _solution_lines(source)
    seen, labels, found = {ast.unparse(tree)}, Counter(), []
    for site in _sites(tree):
        if getattr(site.node, "lineno", None) not in lines:
            continue
        for new in replacements(site.node):
            label = _label(site, new)
            site.put(new)
            text = ast.unparse(tree)
            site.put(site.node)
            if text not in seen and _compiles(text):
                seen.add(text)
                labels[label] += 1
                count = f" ({labels[label]})" if labels[label] > 1 else ""
                found.append(Mutant(label + count, text))
    return found


def blank(source: str) -> str:
    """The cell as a student gets it: each solution replaced by a raise."""
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            inside = True
            kept.append(line.replace(BEGIN, "raise NotImplementedError"))
        if not inside:
            kept.append(line)
        inside = inside and line.strip() != END
    return "\n".join(kept)


def _solution_lines(source: str) -> set[int]:
    lines, inside = set(), False
    for row, line in enumerate(source.splitlines(), start=1):
        inside = (inside or line.strip() == BEGIN) and line.strip() != END
        if inside:
            lines.add(row)
    return lines


def _sites(node: ast.AST, statement: ast.stmt | None = None) -> Iterator[_Site]:
    for field, value in ast.iter_fields(node):
        if field in SKIPPED_FIELDS:
            continue
        many = isinstance(value, list)
        for index, child in enumerate(value) if many else [(None, value)]:
            if not isinstance(child, ast.AST):
                continue
            inside = child if isinstance(child, ast.stmt) else statement
            yield _Site(child, node, field, index, inside)
            # The 1 of -1 is no number of its own.
            if not (isinstance(child, SKIPPED_BELOW) or number(child) is not None):
                yield from _sites(child, inside)


def _label(site: _Site, new: ast.AST) -> str:
    line = ast.unparse(site.statement).splitlines()[0].removesuffix(":")
    if isinstance(new, ast.Pass):
        return f"{line}: dropped"
    if site.node is site.statement:
        return f"'{line}' -> '{ast.unparse(new).splitlines()[0].removesuffix(':')}'"
    return f"{line}: '{ast.unparse(site.node)}' -> '{ast.unparse(new)}'"


def _compiles(source: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # a mutant may look odd
        try:
            compile(source, "mutant", "exec")
        except SyntaxError:
            return False
    return True
