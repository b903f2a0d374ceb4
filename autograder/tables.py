"""Results as tables and progress bars in a terminal."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from .results import Record, Result


def print_result(result: Result) -> None:
    """One notebook: a row a task, and the total."""
    table = Table(title=result.assignment)
    for name, justify in [
        ("Task", "left"),
        ("Points", "right"),
        ("Verdict", "left"),
        ("Hint", "left"),
    ]:
        table.add_column(name, justify=justify, overflow="fold")
    for task in result.tasks:
        style = "green" if task.verdict == "correct" else "red"
        table.add_row(
            Text(task.task),
            f"{task.score:g} / {task.points:g}",
            Text(task.verdict, style),
            Text(task.hint or ""),
        )
    console = Console()
    console.print(table)
    console.print(f"{result.score:g} of {result.max_score:g} points")


def print_class(records: list[Record]) -> None:
    """A class: a row a student, and how many were graded and refused."""
    table = Table()
    table.add_column("Student", overflow="fold")
    table.add_column("Points", justify="right")
    table.add_column("Status")
    table.add_column("Reason", overflow="fold")
    for record in records:
        table.add_row(
            Text(record.student),
            f"{record.result['score']:g} / {record.result['max_score']:g}",
            Text(record.status, "green" if record.status == "graded" else "red"),
            Text(record.reason),
        )
    console = Console()
    console.print(table)
    refused = sum(record.status == "refused" for record in records)
    console.print(f"{len(records)} recorded, {refused} of them refused")


def with_progress(records: Iterable[Record], total: int) -> Iterator[Record]:
    """Show a bar on stderr while the records come in."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Grading", total=total)
        for record in records:
            progress.advance(bar)
            yield record
