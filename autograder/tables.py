"""Results as tables and progress bars in a terminal."""

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from .results import Record, Result

MANY = 10  # more names are not listed


def print_result(result: Result) -> None:
    """One notebook: a row a task, what is to be noted beside, and the total.

    Where the terminal is narrow, the hints alone are wrapped.
    """
    table = Table(
        title=result.assignment,
        box=box.SIMPLE,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        show_edge=False,
    )
    table.add_column("Task", no_wrap=True)
    table.add_column("Points", no_wrap=True, justify="right")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Hint", overflow="fold")
    for task in result.tasks:
        correct = task.verdict == "correct"
        table.add_row(
            Text(task.task),
            f"{task.score:g} / {task.points:g}",
            Text(task.verdict, "green" if correct else "red"),
            Text("" if correct else task.hint or ""),
        )
    console = Console()
    console.print(table)
    console.print()
    for task in result.tasks:
        if task.verdict == "correct" and task.hint:
            console.print(Text(task.hint))
    console.print(Text(total(result)))


def total(result: Result) -> str:
    """The points, and how many answers a person still has to read."""
    said = f"{result.score:g} of {result.max_score:g} points"
    number, points = len(result.written), sum(result.written)
    if not number:
        return f"{said}."
    answers = "1 written answer" if number == 1 else f"{number} written answers"
    worth = "1 point" if points == 1 else f"{points:g} points"
    verb = "is" if number == 1 else "are"
    return f"{said}; {answers} ({worth}) {verb} graded by hand."


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


def added_students(names: list[str]) -> str:
    """The sentence on students whom grading added to the class."""
    one = len(names) == 1
    who = "1 student was" if one else f"{len(names)} students were"
    verb, slip = ("was", "it") if one else ("were", "one")
    listed = ", ".join(names[:MANY])
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return (
        f"{who} not in the class list and {verb} added: {listed}{more}; if {slip} is a "
        "typing mistake, rename the folder and type 'nbgrader db student remove ID "
        "--force'."
    )


def with_progress(records: Iterable[Record], total: int) -> Iterator[Record]:
    """Show a bar on stderr while the records come in."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("Grading", total=total)
        for record in records:
            progress.advance(bar)
            yield record
