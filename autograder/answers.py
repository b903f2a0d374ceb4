"""The catalogue of wrong and right answers that proves an assignment's tests.

`solutions/ASSIGNMENT/misconceptions.py` holds wrong answers that learners write,
each with the hint it earns; `solutions/ASSIGNMENT/alternatives.py` holds right
answers written differently. Both are plain modules that use the decorators below.
"""

import ast
import importlib.util
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import CodeType

import numpy as np

CATALOGUE = ("misconceptions.py", "alternatives.py")  # beside each solution
NUMBERS = "biufc"  # NumPy's kinds of dtype that hold numbers


@dataclass(frozen=True)
class Answer:
    """A whole answer to one task, right or wrong.

    Attributes
    ----------
    task : the task it answers; its function has the task's name.
    name : what the answer does, as an identifier: `tanh_of_the_parts`.
    function : the answer as a Python function.
    hint : for a wrong answer, what the learner is told; else None.
    """

    task: str
    name: str
    function: Callable
    hint: str | None = None

    @cached_property
    def source(self) -> str:
        """Its source under the task's name, ready to stand in the student's cell."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(self.function)))
        definition = tree.body[0]
        for node in ast.walk(definition):
            if isinstance(node, ast.Name) and node.id == definition.name:
                node.id = self.task  # it calls itself
        definition.name = self.task
        definition.decorator_list = []
        return ast.unparse(tree)


@dataclass
class Catalogue:
    """All that is known about the answers to one assignment.

    Attributes
    ----------
    misconceptions, alternatives : the wrong answers and the right ones.
    inputs : for each task, a function from a random generator to a tuple of
        positional arguments, all of them values.
    equivalent : for each task, mechanical mutants that change no value the task
        promises, as `{mutant's label: reason}`.
    """

    misconceptions: list[Answer] = field(default_factory=list)
    alternatives: list[Answer] = field(default_factory=list)
    inputs: dict[str, Callable[[np.random.Generator], tuple]] = field(
        default_factory=dict
    )
    equivalent: dict[str, dict[str, str]] = field(default_factory=dict)


_current = Catalogue()


def inputs(task: str) -> Callable:
    """Mark `f(rng) -> args` as the source of fresh arguments for a task."""

    def mark(function: Callable) -> Callable:
        _current.inputs[task] = function
        return function

    return mark


def misconception(task: str, hint: str) -> Callable:
    """Mark a function as a wrong answer to `task` that earns `hint`."""

    def mark(function: Callable) -> Callable:
        said = " ".join(hint.split())
        _current.misconceptions.append(Answer(task, function.__name__, function, said))
        return function

    return mark


def alternative(task: str) -> Callable:
    """Mark a function as a right answer to `task`, written differently."""

    def mark(function: Callable) -> Callable:
        _current.alternatives.append(Answer(task, function.__name__, function))
        return function

    return mark


def equivalent(task: str, mutant: str, reason: str) -> None:
    """Say why a mechanical mutant of a solution is not wrong."""
    _current.equivalent.setdefault(task, {})[mutant] = reason


def read_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue of the assignment whose solution stands in `folder`."""
    global _current
    _current = Catalogue()
    for name in CATALOGUE:
        if (folder / name).is_file():
            spec = importlib.util.spec_from_file_location(name, folder / name)
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return _current


def run_catalogue(modules: Iterable[CodeType]) -> Catalogue:
    """The catalogue that compiled modules define; its answers have no `source`."""
    global _current
    _current = Catalogue()
    for code in modules:
        exec(code, {"__name__": code.co_filename})
    return _current


def same(a: object, b: object, rtol: float = 1e-6, atol: float = 1e-9) -> bool:
    """Whether two answers are the same value.

    Numbers, arrays and tensors are close; text and None are equal; lists, tuples and
    dicts hold the same values.
    """
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        pairs = zip(a, b, strict=False)
        return len(a) == len(b) and all(same(x, y, rtol, atol) for x, y in pairs)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k], rtol, atol) for k in a)
    try:
        x, y = _array(a), _array(b)
    except ValueError:  # a ragged list is no array
        return False
    if x.shape != y.shape:
        return False
    if x.dtype.kind in NUMBERS and y.dtype.kind in NUMBERS:
        return bool(np.allclose(x, y, rtol=rtol, atol=atol, equal_nan=True))
    return bool(np.array_equal(x, y))


def _array(value: object) -> np.ndarray:
    """Return a number, an array, a nest of lists or a tensor as an array."""
    return np.asarray(value.detach() if hasattr(value, "detach") else value)


def fresh_inputs(catalogue: Catalogue, task: str, seeds: Iterable[int]) -> list[tuple]:
    """One tuple of arguments for `task` for each seed."""
    make = catalogue.inputs[task]
    return [make(np.random.default_rng(seed)) for seed in seeds]
