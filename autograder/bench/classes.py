"""A class for the bench: right, wrong, slow and broken work on one assignment."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat

from ..answers import Catalogue, read_catalogue
from ..blueprint import Blueprint, read_blueprint, role_of
from ..release import source_notebook

KINDS = ("right", "differently", "wrong", "slow", "partly", "broken")
SHARES = (10, 6, 14, 4, 3, 3)  # of forty
PAUSE = "import time\ntime.sleep(0.05)  # as a loop in Python would take\n\n\n"


@dataclass(frozen=True)
class Classroom:
    """A class's submissions.

    Attributes
    ----------
    assignment : its name.
    source : the source notebook.
    notebooks : student -> submitted bytes.
    """

    assignment: str
    source: bytes
    notebooks: dict[str, bytes]


def make_class(root: Path, assignment: str, size: int, seed: int = 1) -> Classroom:
    """A class of `size` students of the course in `root`, the same for the same seed.

    Of forty, ten solve everything, six otherwise than the solution does, fourteen
    have some tasks wrong (with catalogued misconceptions), four are slow, three have
    done half, and three notebooks are broken: a syntax error, an exception, an exit.
    """
    source = source_notebook(root, assignment)
    blueprint = read_blueprint(source)
    catalogue = read_catalogue(root / "solutions" / assignment)
    rng = random.Random(seed)
    kinds = [k for k, n in zip(KINDS, SHARES, strict=True) for _ in range(n)]
    notebooks = {}
    for number in range(size):
        kind = kinds[number % len(kinds)]
        answers = MAKERS[kind](blueprint, catalogue, rng)
        notebooks[f"{kind}{number:03d}"] = _notebook(blueprint, answers)
    return Classroom(assignment, source, notebooks)


def _notebook(blueprint: Blueprint, answers: dict[str, str]) -> bytes:
    nb = blueprint.blank()
    for cell in nb.cells:
        cell.source = answers.get(role_of(cell), cell.source)
    return nbformat.writes(nb).encode()


def _right(blueprint: Blueprint, catalogue: Catalogue, rng: random.Random) -> dict:
    return {
        role_of(cell): cell.source
        for cell in blueprint.cells
        if role_of(cell) in blueprint.tasks
    }


def _chosen(answers: list, share: float) -> Callable:
    def make(blueprint: Blueprint, catalogue: Catalogue, rng: random.Random) -> dict:
        found = _right(blueprint, catalogue, rng)
        for task in blueprint.tasks:
            known = [a for a in getattr(catalogue, answers) if a.task == task]
            if known and rng.random() < share:
                found[task] = rng.choice(known).source
        return found

    return make


def _slow(blueprint: Blueprint, catalogue: Catalogue, rng: random.Random) -> dict:
    found = _chosen("alternatives", 1)(blueprint, catalogue, rng)
    return {task: PAUSE + text for task, text in found.items()}


def _partly(blueprint: Blueprint, catalogue: Catalogue, rng: random.Random) -> dict:
    found = _right(blueprint, catalogue, rng)
    return {task: found[task] for task in blueprint.tasks[: len(found) // 2]}


def _broken(blueprint: Blueprint, catalogue: Catalogue, rng: random.Random) -> dict:
    found = _right(blueprint, catalogue, rng)
    task = blueprint.tasks[len(found) // 2]
    faults = ["def (:", "raise ValueError('no')", "import os\nos._exit(0)"]
    return {**found, task: rng.choice(faults)}


MAKERS = {
    "right": _right,
    "differently": _chosen("alternatives", 0.7),
    "wrong": _chosen("misconceptions", 0.3),
    "slow": _slow,
    "partly": _partly,
    "broken": _broken,
}
