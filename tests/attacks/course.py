"""The course that is attacked: five little tasks, and secrets that can be searched for.

A secret is a text that ends with a number that is drawn anew for each run. It stands
in no submission, so where it appears in what a student gets, it was stolen.
"""

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

NAME = "arena"
TASKS = {"double": 2, "total": 3, "count": 4, "reverse": 2, "center": 1}
FULL = tuple(TASKS.values())
CELL_SECONDS, NOTEBOOK_SECONDS = 6, 40
MEMORY_MB, DISK_MB = 384, 64

OURS = """
from pathlib import Path

from autograder.course import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)
c.JudgingExecute.timeout = {cell}
c.JudgingExecute.notebook_timeout = {notebook}
c.JudgingExecute.memory = {memory} * 2**20
"""
NBGRADERS = """
c = get_config()
c.CourseDirectory.root = {root!r}
c.CourseDirectory.course_id = "attacked"
c.CourseDirectory.source_directory = "_build/source"
c.Execute.timeout = {cell}
"""
SOURCE = """
# %% [markdown]
# # An assignment that is attacked

# %% setup="tools"
import math

import numpy as np

# %% [markdown] prompt="double"
# `double(x)`: twice a number.

# %% solution="double"
def double(x):
    ### BEGIN SOLUTION
    return 2 * x  # SECRET-solution
    ### END SOLUTION

# %% test="double" points=2
assert double(3.0) == 6.0, "Expected 6.0 for 3.0; multiply."
### BEGIN HIDDEN TESTS
wanted = {7919.25: 15838.5, -104.125: -208.25}  # SECRET-hidden
for got, want in zip(map(double, wanted), wanted.values()):
    assert isinstance(got, float) and math.isclose(got, want), "SECRET-expected"
### END HIDDEN TESTS

# %% [markdown] prompt="total"
# `total(numbers)`: the sum of a list.

# %% solution="total"
def total(numbers):
    ### BEGIN SOLUTION
    return sum(numbers)
    ### END SOLUTION

# %% test="total" points=3
assert total([1.0, 2.0]) == 3.0, "Expected 3.0 for 1.0 and 2.0; add."
### BEGIN HIDDEN TESTS
numbers = [101.5, 202.25, -7.125]  # SECRET-numbers
np.testing.assert_allclose(total(numbers), 296.625, err_msg="SECRET-sum")
### END HIDDEN TESTS

# %% [markdown] prompt="count"
# `count(numbers, limit)`: how many numbers are above a limit.

# %% solution="count"
def count(numbers, limit):
    ### BEGIN SOLUTION
    return len([n for n in numbers if n > limit])
    ### END SOLUTION

# %% test="count" points=4
credit = 1.0 if count([1, 5, 9], 4) == 2 else 0.0
### BEGIN HIDDEN TESTS
credit = credit + 3 * count(list(range(50, 63)), 54) / 8  # SECRET-credit
### END HIDDEN TESTS
credit

# %% [markdown] prompt="reverse"
# `reverse(x)`: the rows of an array from last to first; `x` stays as it is.

# %% solution="reverse"
def reverse(x):
    ### BEGIN SOLUTION
    return np.flip(x, axis=0)
    ### END SOLUTION

# %% test="reverse" points=2
assert reverse(np.array([1.0, 2.0])).tolist() == [2.0, 1.0], "Expected 2.0, 1.0."
### BEGIN HIDDEN TESTS
x = np.array([[5.5, -7.25], [11.125, 13.0625], [0.5, 2.0]])  # SECRET-rows
first, second = reverse(x), reverse(x)
assert type(first) is np.ndarray and first.dtype == x.dtype, "SECRET-kind"
np.testing.assert_array_equal(first, [[0.5, 2.0], [11.125, 13.0625], [5.5, -7.25]])
np.testing.assert_array_equal(first, second)
assert x[0, 0] == 5.5, "reverse changed its argument."
### END HIDDEN TESTS

# %% [markdown] prompt="center"
# `center(x)`: an array without the mean of its columns.

# %% solution="center"
def center(x):
    ### BEGIN SOLUTION
    return x - x.mean(axis=0)
    ### END SOLUTION

# %% test="center" points=1
assert center(np.array([1.0, 3.0])).tolist() == [-1.0, 1.0], "Expected -1.0, 1.0."
### BEGIN HIDDEN TESTS
x = np.random.default_rng().normal(size=(4, 3))  # SECRET-random
np.testing.assert_allclose(center(x), x - x.mean(axis=0), atol=1e-9)
### END HIDDEN TESTS

# %% [markdown] written="essay" points=1
# ### BEGIN SOLUTION
# What the instructor expects: SECRET-model.
# ### END SOLUTION
"""

RIGHT = {
    "double": "def double(x):\n    return x + x",
    "total": "def total(numbers):\n    return math.fsum(numbers)",
    "count": "def count(numbers, limit):\n    return sum(n > limit for n in numbers)",
    "reverse": "def reverse(x):\n    return x[::-1].copy()",
    "center": "def center(x):\n    return x - np.mean(x, axis=0)",
    "essay": "My own words.",
}
# Wrong answers that pass the visible tests; 'count' earns a part of its points.
WRONG = {
    **RIGHT,
    "double": "def double(x):\n    return 6.0",
    "total": "def total(numbers):\n    return 3.0",
    "count": "def count(numbers, limit):\n    return 2",
    "reverse": "def reverse(x):\n    return np.array([2.0, 1.0])",
    "center": "def center(x):\n    return np.array([-1.0, 1.0])",
}
WRONG_SCORES = (0, 0, 1.75, 0, 0)


@dataclass(frozen=True)
class Link:
    """A symbolic link in what is handed in."""

    target: str


@dataclass
class Course:
    """A course folder in which nothing has been handed in yet.

    Attributes
    ----------
    root : the course's folder.
    released : the notebook that students get.
    port : where the run listens for connections that nobody should make.
    mark : ends all secrets of this run.
    """

    root: Path
    released: bytes = b""
    port: int = 0
    mark: str = field(default_factory=lambda: secrets.token_hex(6))

    def secret(self, name: str) -> str:
        """A text that no student has; made of parts, as submissions search for it."""
        return f"canary-{name}-{self.mark}"

    def write(self, config: str) -> None:
        """Write the folder, all but the submissions."""
        solutions = self.root / "solutions" / NAME
        solutions.mkdir(parents=True)
        (self.root / "nbgrader_config.py").write_text(
            config.format(
                root=str(self.root),
                cell=CELL_SECONDS,
                notebook=NOTEBOOK_SECONDS,
                memory=MEMORY_MB,
            )
        )
        named = re.sub(r"SECRET-(\w+)", lambda m: self.secret(m[1]), SOURCE)
        (solutions / f"{NAME}.py").write_text(named)

    def sheet(self, answers: dict[str, str]) -> "Sheet":
        """The released notebook with answers in it."""
        return Sheet(self.released, answers)


class Sheet:
    """A released notebook that a student fills in, or damages.

    Parameters
    ----------
    released : the notebook that students get.
    answers : grade_id -> what the student writes there.
    """

    def __init__(self, released: bytes, answers: dict[str, str]) -> None:
        self.nb = nbformat.reads(released, as_version=4)
        for cell in self.nb.cells:
            cell.source = answers.get(grade_id(cell), cell.source)

    def at(self, name: str) -> int:
        """Place of a cell of the instructor's."""
        return [grade_id(cell) for cell in self.nb.cells].index(name)

    def cell(self, name: str) -> NotebookNode:
        """A cell of the instructor's."""
        return self.nb.cells[self.at(name)]

    def tests(self) -> list[NotebookNode]:
        """The test cells."""
        return [self.cell(f"{task}_test") for task in TASKS]

    def add(
        self, source: str, before: str = "double", markdown: bool = False
    ) -> "Sheet":
        """Put a cell of the student's own before another; "" puts it at the end."""
        make = nbformat.v4.new_markdown_cell if markdown else nbformat.v4.new_code_cell
        at = self.at(before) if before else len(self.nb.cells)
        self.nb.cells.insert(at, make(source))
        return self

    @property
    def bytes(self) -> bytes:
        """The notebook as a file."""
        return nbformat.writes(self.nb).encode()


def grade_id(cell: NotebookNode) -> str | None:
    """The name of an instructor's cell."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")
