"""Grade a class: hand jobs to workers, record what comes back."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from traitlets.config import Config

from .answers import CATALOGUE
from .classroom import Submission
from .errors import NoSandbox, UsageError
from .gradebook import Recorder
from .pool import Pool
from .release import source_notebook
from .results import Record
from .worker import Job, grade, refuse

DIED = "The process that graded this notebook died several times; it was given up."


def make_job(root: Path, assignment: str, submission: bytes, config: Config) -> Job:
    """Put together what a worker needs."""
    folder = root / "solutions" / assignment
    files = [folder / name for name in CATALOGUE if (folder / name).is_file()]
    options = {k: v for k, v in config.items() if k != "CourseDirectory"}
    options["CourseDirectory"] = {"course_id": config.CourseDirectory.course_id}
    return Job(
        assignment,
        submission,
        source_notebook(root, assignment),
        {path.name: path.read_bytes() for path in files},
        json.dumps(options, default=_dotted_name),
    )


def _dotted_name(item: object) -> str:
    """A class or function in the configuration, as traitlets can read it back."""
    return f"{item.__module__}.{item.__qualname__}"


def grade_class(
    root: Path,
    config: Config,
    assignment: str,
    submissions: list[Submission],
    pool: Pool,
    resume: bool = False,
    added: list[str] | None = None,
) -> Iterator[Record]:
    """Grade all submissions; yields each record once it is written for good.

    With `resume`, what was recorded for the same submission and source is yielded as
    it is. One submission that fails is recorded as refused and stops nothing. Students
    who were not in the gradebook's class are put into `added`.
    """
    recorder = Recorder(config, assignment)
    recorder.added = [] if added is None else added
    template = make_job(root, assignment, b"", config)
    jobs = []
    for submission in submissions:
        job, problem = _read(submission, template)
        old = recorder.find(submission.student) if resume else None
        if old is not None and _is_of(old, job):
            yield old
        else:
            jobs.append((submission, job, problem))
    if not jobs:
        return
    with pool.client(len(jobs)) as client, closing(recorder):
        futures = {
            client.submit(grade, job, pure=False): (submission, job)
            for submission, job, problem in jobs
            if problem is None
        }
        recorder.prepare(template.source)  # while the workers begin
        for submission, job, problem in jobs:
            if problem is not None:
                yield recorder.record(submission, job, refuse(job, problem))
        for submission, job, graded in _results(futures):
            yield recorder.record(submission, job, graded)


def _read(submission: Submission, template: Job) -> tuple[Job, str | None]:
    """The job of a submission, and why it cannot be run, or None."""
    content, problem = b"", None
    try:
        content = submission.read()
    except UsageError as error:
        problem = str(error)
    return (
        Job(
            template.assignment,
            content,
            template.source,
            template.catalogue,
            template.options,
        ),
        problem,
    )


def _is_of(record: Record, job: Job) -> bool:
    return (record.submission_sha256, record.source_sha256) == (
        job.submission_sha256,
        job.source_sha256,
    )


def _results(futures: dict) -> Iterator[tuple]:
    """Each submission with its job and what became of it, as they end.

    Each result is fetched at once: a worker that dies takes with it what nobody has
    fetched. Raises NoSandbox where a worker's machine has none: that is no student's
    fault.
    """
    from distributed import as_completed

    ended = as_completed(list(futures), with_results=True, raise_errors=False)
    for future, result in ended:
        submission, job = futures.pop(future)
        if future.status == "error":
            _, error, _ = result
            if isinstance(error, NoSandbox):
                raise error
            result = refuse(job, DIED)
        yield submission, job, result
