"""What grading found out, as plain data."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class TaskResult:
    """One autograded task of one notebook.

    Attributes
    ----------
    task : the task's name.
    points : what the task is worth.
    score : what the answer earned, 0 to `points`.
    verdict : 'correct', 'wrong', 'error', 'not attempted', 'timeout' or 'crashed'.
    misconception : name of the recognised misconception, or None.
    hint : a sentence or two for the student; None where the answer is correct, unless
        an own cell failed nevertheless.
    """

    task: str
    points: float
    score: float
    verdict: str
    misconception: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Result:
    """What one notebook earned.

    Attributes
    ----------
    assignment : the assignment's name.
    tasks : its autograded tasks, in order.
    written : what each answer is worth that is graded by hand; in no score.
    """

    assignment: str
    tasks: tuple[TaskResult, ...]
    written: tuple[float, ...] = ()

    @property
    def score(self) -> float:
        """Points earned in the autograded tasks."""
        return sum(task.score for task in self.tasks)

    @property
    def max_score(self) -> float:
        """Points to be had in the autograded tasks."""
        return sum(task.points for task in self.tasks)

    def as_dict(self) -> dict:
        """As printed by `check --json`."""
        return {
            "assignment": self.assignment,
            "score": self.score,
            "max_score": self.max_score,
            "tasks": [asdict(task) for task in self.tasks],
        }


@dataclass(frozen=True)
class Graded:
    """What a worker hands back for one submission.

    Attributes
    ----------
    notebook : the graded notebook, as bytes of JSON.
    result : points and verdicts.
    status : 'graded', or 'refused' where the notebook could not be run at all.
    reason : one sentence: how it went.
    trace : where grading itself failed, the traceback, for the instructor alone.
    sandbox : whether the notebook ran in the sandbox; if not, nothing kept it from
        the files and the network of the machine.
    """

    notebook: bytes
    result: Result
    status: str
    reason: str
    trace: str = ""
    sandbox: bool = True


@dataclass(frozen=True)
class Record:
    """The recorded end of one submission, kept beside its graded notebook.

    Attributes
    ----------
    student : the student's id.
    submission_sha256 : digest of the submitted bytes.
    source_sha256 : digest of the instructor's notebook and catalogue.
    status, reason, trace, sandbox : as in `Graded`.
    result : as printed by `check --json`.
    """

    student: str
    submission_sha256: str
    source_sha256: str
    status: str
    reason: str
    trace: str
    sandbox: bool
    result: dict

    def as_dict(self) -> dict:
        """As written to `result.json`."""
        return asdict(self)
