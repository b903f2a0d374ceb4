"""Was an answer judged as it should be? Counts, and a line for each failure."""

from dataclasses import dataclass, field

from ..sources import Task
from .grading import Verdict

# Such an answer is not wrong in the way it means to be.
BROKEN = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError")


@dataclass(frozen=True)
class Trial:
    """One answer to be tried.

    Attributes
    ----------
    task : the task it answers.
    kind : blank, mutant, equivalent, misconception, solution or alternative.
    name : which answer of its kind.
    source : the answer, as it would stand in the student's cell.
    """

    task: Task
    kind: str
    name: str
    source: str

    @property
    def right(self) -> bool:
        """Whether the tests should accept it."""
        return self.kind in ("solution", "alternative")

    @property
    def taken_for(self) -> str | None:
        """The misconception that it should be taken for."""
        return self.name if self.kind == "misconception" else None

    @property
    def mechanical(self) -> bool:
        """Whether a machine made it."""
        return self.kind in ("blank", "mutant", "equivalent")


@dataclass
class Score:
    """How many answers were judged as they should be, of how many."""

    good: int = 0
    tried: int = 0

    def add(self, good: bool) -> None:
        """Count one more answer."""
        self.good += good
        self.tried += 1

    def __add__(self, other: "Score") -> "Score":
        return Score(self.good + other.good, self.tried + other.tried)

    def __str__(self) -> str:
        return f"{self.good}/{self.tried}"


@dataclass
class Row:
    """What was measured for one task.

    Attributes
    ----------
    task : the task's name.
    misconceptions : wrong answers that learners write, rejected of tried.
    mechanical : mutants and the blank cell, rejected of tried.
    equivalent : mutants that are listed as no mistake, and are none.
    right : the solution and its alternatives, accepted of tried.
    named : misconceptions that were recognised, of tried.
    misnamed : answers that got the name of a misconception that they are not.
    failures : one line for each thing that must be mended.
    unnamed : one line for each misconception without a name; a few may stay so.
    rejected : how many wrong answers were rejected with which verdict.
    seconds : that its answers took, all together.
    """

    task: str
    misconceptions: Score = field(default_factory=Score)
    mechanical: Score = field(default_factory=Score)
    equivalent: int = 0
    right: Score = field(default_factory=Score)
    named: Score = field(default_factory=Score)
    misnamed: int = 0
    failures: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    rejected: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def wrong(self) -> Score:
        """All wrong answers, rejected of tried."""
        return self.misconceptions + self.mechanical

    def fail(self, what: str) -> None:
        """Note one more failure of this task."""
        self.failures.append(f"{self.task}: {what}")


def judge(row: Row, trial: Trial, verdicts: list[Verdict]) -> None:
    """Count what the tests said of one answer, one verdict a run."""
    if trial.right:
        _judge_right(row, trial, verdicts)
    elif trial.kind == "equivalent":
        _judge_equivalent(row, trial, verdicts[0])
    else:
        _judge_wrong(row, trial, verdicts)


def _judge_right(row: Row, trial: Trial, verdicts: list[Verdict]) -> None:
    bad = [verdict.reason for verdict in verdicts if not verdict.passed]
    row.right.add(not bad)
    if bad:
        row.fail(
            f"right answer rejected in {len(bad)} of {len(verdicts)} runs: "
            f"{trial.name}: {bad[0]}"
        )


def _judge_wrong(row: Row, trial: Trial, verdicts: list[Verdict]) -> None:
    score = row.mechanical if trial.mechanical else row.misconceptions
    passed = sum(verdict.passed for verdict in verdicts)
    score.add(not passed)
    if passed:
        row.fail(
            f"{trial.kind} accepted in {passed} of {len(verdicts)} runs: {trial.name}"
        )
        return
    first = verdicts[0]
    row.rejected[first.kind] = row.rejected.get(first.kind, 0) + 1
    if not trial.mechanical and first.reason.startswith(BROKEN):
        row.fail(f"misconception does not run: {trial.name}: {first.reason}")


def _judge_equivalent(row: Row, trial: Trial, verdict: Verdict) -> None:
    row.equivalent += verdict.passed
    if not verdict.passed:
        row.mechanical.add(True)
        row.fail(
            f"listed as equivalent, but rejected: {trial.name}: {verdict.reason}; "
            "take it off the list"
        )


def judge_names(row: Row, trial: Trial, names: list[str | None]) -> None:
    """Count which misconceptions an answer that a person wrote was taken for.

    Parameters
    ----------
    row : the task's counts.
    trial : the answer.
    names : a misconception's name, or None, for each time that the referee was asked.
    """
    wrongly = [name for name in names if name not in (None, trial.taken_for)]
    rightly = bool(names) and set(names) == {trial.taken_for}
    if not trial.right:
        row.named.add(rightly)
    if wrongly:
        row.misnamed += 1
        row.fail(f"named wrongly: {trial.name} is taken for {wrongly[0]}")
    elif not trial.right and not rightly:
        row.unnamed.append(f"{row.task}: misconception not named: {trial.name}")
