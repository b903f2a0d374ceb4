"""`python -m autograder.bench`: one class, both sides, one run."""

import statistics
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from . import breakdown, otter
from .classes import make_class
from .sides import Run, ours, plain_nbgrader

SIDES = {"autograder grade": ours, "nbgrader autograde": plain_nbgrader}


@click.command()
@click.option("--assignment", default="ch1_rnn", show_default=True)
@click.option("--students", default=40, show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Of each side, in turn.")
@click.option("--root", default=".", type=click.Path(path_type=Path))
def main(assignment: str, students: int, rounds: int, root: Path) -> None:
    """Grade one class with both sides; print seconds, memory, phases and the ratio."""
    root = root.resolve()
    classroom = make_class(root, assignment, students)
    console = Console()
    runs: dict[str, list[Run]] = {name: [] for name in SIDES}
    for number in range(rounds):
        for name, side in SIDES.items():
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                run = side(root, classroom, Path(folder))
            runs[name].append(run)
            console.print(f"round {number + 1}: {name} {run.seconds:.1f} s")
    table = Table("side", "seconds", "a submission", "memory", box=None)
    median = {n: statistics.median(r.seconds for r in rs) for n, rs in runs.items()}
    for name, side_runs in runs.items():
        memory = max(run.memory for run in side_runs) / 2**20
        row = (
            f"{median[name]:.1f}",
            f"{median[name] / students:.2f} s",
            f"{memory:.0f} MB",
        )
        table.add_row(name, *row)
    for row in otter.rows(classroom):
        table.add_row(*row)
    console.print(table)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        phases = breakdown.measure(root, classroom, Path(folder))
    table = Table(
        "phase of a submission, one after the other", "milliseconds", box=None
    )
    for name, milliseconds in breakdown.rows(phases):
        table.add_row(name, f"{milliseconds:.0f}")
    console.print(table)
    ratio = median["nbgrader autograde"] / median["autograder grade"]
    print(f"ratio: {ratio:.1f}")


if __name__ == "__main__":
    main()
