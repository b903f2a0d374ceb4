"""`python -m autograder.validity`: measure the assignments' tests.

Prints a row a task and exits with status 1 unless every wrong answer is rejected or
listed as equivalent, every right one accepted, and misconceptions are named rightly.
"""

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..errors import UsageError
from ..sources import assignments
from .judging import Row, Score
from .measurement import Options, measure

NAMED = 0.9  # of the misconceptions, at least
WIDE = 160  # columns, where the output is no terminal
COLUMNS = (
    "misconceptions rejected",
    "mutants and blank rejected",
    "equivalent",
    "right accepted",
    "misconceptions named",
    "named wrongly",
    "seconds",
)


def table(title: str, rows: list[Row]) -> Table:
    """One assignment as a table, a row a task."""
    grid = Table(title=title, title_justify="left")
    grid.add_column("task")
    for column in COLUMNS:
        grid.add_column(column, justify="right")
    for row in rows:
        cells = (row.misconceptions, row.mechanical, row.equivalent)
        cells += (row.right, row.named, row.misnamed, round(row.seconds))
        style = "red" if row.failures else None
        grid.add_row(escape(row.task), *map(str, cells), style=style)
    return grid


def totals(rows: list[Row]) -> dict[str, Score | int]:
    """The sums over all tasks."""
    scores = {
        name: sum((getattr(row, name) for row in rows), Score())
        for name in ("wrong", "right", "named")
    }
    return {**scores, "equivalent": sum(row.equivalent for row in rows)}


def closing_line(rows: list[Row]) -> str:
    """All totals in one line of plain text."""
    total = totals(rows)
    return (
        f"wrong rejected {total['wrong']} · right accepted {total['right']} · "
        f"named {total['named']} · equivalent {total['equivalent']}"
    )


def verdicts_line(rows: list[Row]) -> str:
    """How wrong answers were rejected: by their values, by an error, at the limit."""
    total = sum((Counter(row.rejected) for row in rows), Counter())
    parts = ", ".join(f"{count} {kind}" for kind, count in total.most_common())
    return f"rejected as: {parts or 'none'}"


def holds(rows: list[Row]) -> bool:
    """Whether nothing must be mended, and enough misconceptions are named."""
    named = totals(rows)["named"]
    enough = named.good >= NAMED * named.tried
    return enough and not any(row.failures for row in rows)


def as_dict(measured: dict[str, list[Row]]) -> dict:
    """Everything measured, as plain data."""
    rows = [row for rows in measured.values() for row in rows]
    total = totals(rows)
    equivalent = total.pop("equivalent")
    return {
        "assignments": {
            name: [asdict(row) for row in rows] for name, rows in measured.items()
        },
        "totals": {k: asdict(v) for k, v in total.items()} | {"equivalent": equivalent},
        "valid": holds(rows),
    }


def show(measured: dict[str, list[Row]], console: Console) -> None:
    """Print the tables, a line for each failure, and the totals."""
    for name, rows in measured.items():
        console.print(table(name, rows))
    rows = [row for rows in measured.values() for row in rows]
    for row in rows:
        for line in row.failures + row.unnamed:
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    for line in (verdicts_line(rows), closing_line(rows)):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@click.command()
@click.argument("names", metavar="[ASSIGNMENT]...", nargs=-1)
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The repository; by default the current folder.",
)
@click.option(
    "--runs",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="Runs of a written answer.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Answers at a time.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=2.0,
    show_default=True,
    help="Limit for a mutant's run; more where the solution itself is slow.",
)
@click.option(
    "--no-sandbox",
    is_flag=True,
    help="Grade without the sandbox, where there is none; the answers are our own.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def main(
    names: tuple[str, ...],
    root: Path,
    runs: int,
    workers: int,
    seconds: float,
    no_sandbox: bool,
    as_json: bool,
) -> None:
    """Measure the tests of each ASSIGNMENT; of all, where none is named."""
    names = names or tuple(assignments(root))
    if not names:
        raise click.UsageError(f"There is no assignment under {root / 'solutions'}.")
    options = Options(runs, workers, seconds, confined=not no_sandbox)
    try:
        measured = {name: measure(root, name, options) for name in names}
    except UsageError as error:
        click.echo(error, err=True)
        sys.exit(2)
    if as_json:
        click.echo(json.dumps(as_dict(measured), indent=2))
    else:
        show(measured, Console(width=None if sys.stdout.isatty() else WIDE))
    rows = [row for rows in measured.values() for row in rows]
    sys.exit(0 if holds(rows) else 1)


if __name__ == "__main__":
    main()
