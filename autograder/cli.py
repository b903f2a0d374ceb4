"""The command line: `python -m autograder`, also installed as `autograder`.

What a verb needs is imported when it runs, so that each starts quickly.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from .errors import ForkServerEnded, NoSandbox, UsageError

EXIT_FULL, EXIT_LESS, EXIT_UNUSABLE = 0, 1, 2


def main() -> None:
    """Run a command; an unusable input ends in one sentence and status 2."""
    try:
        status = cli.main(prog_name="autograder", standalone_mode=False)
    except (UsageError, click.ClickException) as error:
        is_clicks = isinstance(error, click.ClickException)
        said = error.format_message() if is_clicks else str(error)
        click.echo(" ".join(said.split()), err=True)
        status = EXIT_UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; 'grade --resume' goes on from here.", err=True)
        status = 130
    sys.exit(status or 0)


@click.group(no_args_is_help=False, invoke_without_command=True)
@click.option(
    "--course",
    type=click.Path(path_type=Path),
    help="The course's folder, with its nbgrader_config.py. Default: the folder you "
    "are in, or one above it.",
)
@click.pass_context
def cli(context: click.Context, course: Path | None) -> None:
    """Release, check and grade the course's notebooks.

    A learner uses 'check'; an instructor uses 'release' and 'grade'. Each command
    explains itself: autograder grade --help.
    """
    context.obj = course
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.pass_obj
def release(course: Path | None, assignments: tuple[str, ...]) -> None:
    """Write the students' notebooks from the solutions.

    Makes exercises/ASSIGNMENT/ASSIGNMENT.ipynb from solutions/ASSIGNMENT through
    nbgrader, for all assignments or those named. The result is the same to the byte
    each time, and no gradebook is read or written.
    """
    root, config = _open(course)
    from .release import release as write
    from .sources import assignments as known
    from .sources import solution_path

    names = assignments or known(root)
    for name in names:
        solution_path(root, name)
    for name in names:
        click.echo(write(root, name, config).relative_to(root))


@cli.command()
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def check(course: Path | None, notebook: Path, as_json: bool) -> int:
    """Check one notebook against the hidden tests.

    NOTEBOOK may have any name: the assignment is read from its contents. Prints each
    task with its points, a verdict and, where something is wrong, a hint. Nothing is
    recorded. Exit status: 0 for full marks, 1 for less, 2 if it cannot be checked.
    """
    from .forks import fork_server

    with suppress(NoSandbox):
        fork_server(confined=True)  # it imports PyTorch while we read on
    from .submission import assignment_of, parse, read_bytes

    content = read_bytes(notebook)
    try:
        nb = parse(content)
    except UsageError as error:
        raise UsageError(f"{notebook}: {error}") from None
    root, config = _open(course, notebook.parent)
    try:
        graded = _graded(root, config, assignment_of(nb, root), content)
    except ForkServerEnded as error:
        raise UsageError(
            f"The notebook was not checked, because {error}; close what else needs "
            "memory, and check it again."
        ) from None
    if graded.status == "refused":
        raise UsageError(f"{notebook}: {graded.reason}")
    if as_json:
        click.echo(json.dumps(graded.result.as_dict(), indent=2))
    else:
        from .tables import print_result

        print_result(graded.result)
    full = graded.result.score == graded.result.max_score
    return EXIT_FULL if full else EXIT_LESS


def _graded(root: Path, config: object, assignment: str, content: bytes) -> object:
    """Grade a learner's own work: in the sandbox, or without where there is none."""
    from .coordinator import make_job
    from .worker import grade as run

    try:
        return run(make_job(root, assignment, content, config))
    except NoSandbox:
        config.JudgingExecute.confined = False
        return run(make_job(root, assignment, content, config))


@cli.command()
@click.argument("assignment")
@click.option(
    "--submissions",
    type=click.Path(path_type=Path),
    help="Folder with STUDENT/ASSIGNMENT/x.ipynb, STUDENT/x.ipynb or STUDENT.ipynb, "
    "or with files as Canvas names them. Default: submitted/ in the course's folder.",
)
@click.option("--student", "students", multiple=True, help="Only this one; repeatable.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=os.cpu_count() or 1,
    show_default="one a processor",
    help="Notebooks graded at a time on this machine.",
)
@click.option("--scheduler", help="Use the dask cluster here: tcp://HOST:PORT.")
@click.option(
    "--no-sandbox",
    is_flag=True,
    help="Run students' code without protection; results are marked so.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the records as JSON.")
@click.option("--resume", is_flag=True, help="Skip what is recorded and unchanged.")
@click.pass_obj
def grade(
    course: Path | None,
    assignment: str,
    submissions: Path | None,
    students: tuple[str, ...],
    workers: int,
    scheduler: str | None,
    no_sandbox: bool,
    as_json: bool,
    resume: bool,
) -> int:
    """Grade a whole class.

    Every submission ends with a recorded result and a reason: in nbgrader's gradebook
    (see 'nbgrader export' and the formgrader) and in autograded/STUDENT/ASSIGNMENT.
    A submission that cannot be run gets no points and stops nothing. Exit status: 0
    when all are recorded, 2 if nothing could be graded.
    """
    root, config = _open(course)
    if no_sandbox:
        config.JudgingExecute.confined = False
    from .pool import Pool

    confined = config.JudgingExecute.get("confined", True)
    pool = Pool(workers, scheduler, confined)  # imports beside what we import below
    from .classroom import find_submissions
    from .sources import solution_path

    solution_path(root, assignment)
    folder = submissions or root / "submitted"

    def canvas_ids() -> dict[str, str]:
        from .gradebook import canvas_ids as read  # it takes time: only where needed

        return read(config)

    found = find_submissions(folder, assignment, students, canvas_ids)
    from .coordinator import grade_class
    from .tables import added_students, print_class, with_progress

    pool.require()
    added: list[str] = []
    records = grade_class(root, config, assignment, found, pool, resume, added)
    records = sorted(with_progress(records, len(found)), key=lambda r: r.student)
    if as_json:
        done = [record.as_dict() for record in records]
        report = {"assignment": assignment, "submissions": done}
        click.echo(json.dumps(report, indent=2))
    else:
        print_class(records)
    if added:
        click.echo(added_students(sorted(added)), err=as_json)
    return EXIT_FULL


@cli.command()
@click.argument("assignment")
@click.option("--student", "students", multiple=True, help="Only this one; repeatable.")
@click.pass_obj
def feedback(course: Path | None, assignment: str, students: tuple[str, ...]) -> None:
    """Write each student's page: points, verdicts, hints and their own notebook.

    Makes feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html, where 'nbgrader release_feedback'
    looks for it. Points and comments that were given by hand are in it; hidden tests
    and solutions are not. A page is one file and loads nothing from elsewhere.
    """
    root, config = _open(course)
    from .feedback_page import write_feedback
    from .sources import solution_path

    solution_path(root, assignment)
    paths = write_feedback(config, assignment, students)
    for path in paths:
        click.echo(path.relative_to(root))


@cli.command()
@click.argument("assignment")
@click.pass_obj
def report(course: Path | None, assignment: str) -> None:
    """Write a page on how the class did, for the instructor.

    Makes _build/reports/ASSIGNMENT.html: scores, how difficult each task was and how
    well it tells strong from weak notebooks, the misconceptions that were met, what
    could not be graded, and answers that a person should look at.
    """
    root, config = _open(course)
    from .report import write_report
    from .sources import solution_path

    solution_path(root, assignment)
    click.echo(write_report(root, config, assignment).relative_to(root))


@cli.command()
@click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["plain", "canvas", "moodle"]),
    default="plain",
    show_default=True,
    help="Whose gradebook shall read it.",
)
@click.option("--to", type=click.Path(path_type=Path), help="The file to write.")
@click.pass_obj
def export(
    course: Path | None, assignments: tuple[str, ...], form: str, to: Path | None
) -> None:
    """Write the grades as CSV, one row a student.

    Points are those of nbgrader's gradebook: from tests and by hand, less the penalty
    for being late. Without ASSIGNMENT all that were graded are written.
    """
    _, config = _open(course)
    from .export import write_grades

    path, still_open = write_grades(config, form, to, assignments)
    click.echo(path)
    if still_open:
        click.echo(still_open, err=True)  # so that a script reads the path alone


def _open(course: Path | None, near: Path | None = None) -> tuple:
    """The course's folder and its configuration."""
    from .course import find_root, read_config

    starts = [course] if course else [Path.cwd(), *([near] if near else [])]
    root = find_root(*starts)
    return root, read_config(root)
