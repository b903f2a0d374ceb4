"""What grading needs to know of an assignment: read once from its source notebook."""

import ast
import builtins
from dataclasses import dataclass
from functools import lru_cache

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions
from nbgrader.utils import compute_checksum

from .sources import SUFFIX


@dataclass(frozen=True)
class Blueprint:
    """An assignment in the instructor's shape.

    Attributes
    ----------
    name : the assignment's name.
    metadata : of the notebook.
    cells : nbgrader's cells, in order, with hidden tests in them.
    released : grade_id -> the text that students got.
    by_id : cell id -> grade_id.
    answers : grade_ids of the cells that are the student's to write.
    tasks : names of the functions that the tasks ask for.
    names : all names that solution cells define; tests may use a student's.
    """

    name: str
    metadata: dict
    cells: tuple[NotebookNode, ...]
    released: dict[str, str]
    by_id: dict[str, str]
    answers: frozenset[str]
    tasks: tuple[str, ...]
    names: frozenset[str]

    def is_answer(self, grade_id: str) -> bool:
        """Whether the cell is the student's to write."""
        return grade_id in self.answers

    def blank(self) -> NotebookNode:
        """The notebook without answers and without hidden tests."""
        cells = [nbformat.from_dict(dict(cell)) for cell in self.cells]
        for cell in cells:
            cell.source = self.released[role_of(cell)]
        return nbformat.v4.new_notebook(cells=cells, metadata=dict(self.metadata))


def role_of(cell: NotebookNode) -> str | None:
    """The grade_id of an instructor's cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


@lru_cache(maxsize=8)
def read_blueprint(source: bytes) -> Blueprint:
    """The blueprint in a source notebook's bytes."""
    nb = nbformat.reads(source, as_version=4)
    cells = tuple(cell for cell in nb.cells if role_of(cell) is not None)
    released = {role_of(cell): cell for cell in _released(nb) if role_of(cell)}
    own, shared = set(), set()
    for cell in cells:
        if cell.metadata.nbgrader.solution:  # by this nbgrader tells a blank answer
            blank = released[role_of(cell)]
            cell.metadata.nbgrader["checksum"] = compute_checksum(blank)
        if cell.cell_type == "code" and not cell.metadata.nbgrader.grade:
            names = _defined(cell.source)
            (own if cell.metadata.nbgrader.solution else shared).update(names)
    return Blueprint(
        nb.metadata.course.assignment,
        nb.metadata,
        cells,
        {name: cell.source for name, cell in released.items()},
        {cell.id: role_of(cell) for cell in cells},
        frozenset(role_of(cell) for cell in cells if cell.metadata.nbgrader.solution),
        tuple(
            role_of(cell).removesuffix(SUFFIX["test"])
            for cell in cells
            if cell.metadata.nbgrader.grade and not cell.metadata.nbgrader.solution
        ),
        frozenset(own - shared - set(dir(builtins))),
    )


def _released(nb: NotebookNode) -> list[NotebookNode]:
    """The cells as nbgrader releases them."""
    nb = nbformat.from_dict(nb)
    resources: dict = {}
    for preprocessor in (ClearSolutions(), ClearHiddenTests()):
        nb, resources = preprocessor.preprocess(nb, resources)
    return nb.cells


def _defined(source: str) -> set[str]:
    """Names that a cell binds at its top level."""
    tree = ast.parse(source)
    stored = {
        node.id
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    definitions = ast.FunctionDef | ast.ClassDef
    return stored | {node.name for node in tree.body if isinstance(node, definitions)}


@lru_cache(maxsize=1000)
def names_used(source: str) -> frozenset[str]:
    """Names that a cell mentions."""
    nodes = ast.walk(ast.parse(source))
    return frozenset(node.id for node in nodes if isinstance(node, ast.Name))
