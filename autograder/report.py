"""The instructor's page about one assignment: `_build/reports/ASSIGNMENT.html`."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from .classresults import Outcome, read_outcomes
from .pages import render
from .plots import score_distribution, verdicts_by_task
from .release import write_atomically
from .statistics import MIN_CLASS, VERDICTS, misconceptions, task_statistics

ENDED = ("timeout", "crashed")


def write_report(root: Path, config: Config, assignment: str) -> Path:
    """Write the page; returns its path."""
    course = CourseDirectory(config=config)
    path = root / "_build" / "reports" / f"{assignment}.html"
    page = report_page(assignment, read_outcomes(course, assignment))
    write_atomically(path, page.encode())
    return path


def report_page(assignment: str, outcomes: Sequence[Outcome]) -> str:
    """The page about a class."""
    run = [outcome for outcome in outcomes if outcome.refused is None]
    scores = [outcome.score for outcome in run]
    tasks = task_statistics(outcomes)
    max_score = sum(task.points for task in tasks)
    plots = {}
    if tasks:
        plots["scores"] = score_distribution(scores, max_score)
        plots["verdicts"] = verdicts_by_task(tasks)
    return render(
        "report.html.j2",
        assignment=assignment,
        facts=_facts(outcomes, scores, max_score),
        tasks=tasks,
        verdicts=[v for v in VERDICTS if any(v in t.verdicts for t in tasks)],
        run=len(run),
        min_class=MIN_CLASS,
        plots=plots,
        misconceptions=misconceptions(run),
        refused=[outcome for outcome in outcomes if outcome.refused is not None],
        ended=[end for outcome in run for end in _ends(outcome)],
        ready_made=[(o.student, _by_task(o)) for o in run if o.ready_made],
        noted=[outcome for outcome in outcomes if outcome.notes],
        unconfined=[outcome for outcome in outcomes if outcome.unconfined],
    )


def _facts(
    outcomes: Sequence[Outcome], scores: Sequence[float], max_score: float
) -> dict[str, str]:
    """The numbers at the top of the page."""
    refused = len(outcomes) - len(scores)
    facts = {"Notebooks": f"{len(outcomes)}", "Refused": f"{refused}"}
    if scores:
        full = sum(score == max_score for score in scores)
        facts |= {
            "Mean": f"{statistics.mean(scores):.1f} of {max_score:g}",
            "Median": f"{statistics.median(scores):g}",
            "Standard deviation": f"{statistics.pstdev(scores):.1f}",
            "Full marks": f"{full}",
        }
    return facts


def _ends(outcome: Outcome) -> list[dict]:
    """The tasks of a notebook that were stopped or crashed, one entry a verdict."""
    ends = []
    for verdict in ENDED:
        tasks = [task for task in outcome.tasks if task.verdict == verdict]
        if tasks:
            names = [task.task for task in tasks]
            about = {"student": outcome.student, "verdict": verdict, "tasks": names}
            ends.append(about | {"hint": tasks[0].hint or ""})
    return ends


def _by_task(outcome: Outcome) -> dict[str, list[str]]:
    """The ready-mades of a notebook: {task: names}."""
    found: dict[str, list[str]] = {}
    for task, what in outcome.ready_made:
        found.setdefault(task, []).append(what)
    return found
