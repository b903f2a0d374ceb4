"""What a case is, and what can be seen of it after grading."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from .course import FULL, TASKS, Course, Link, Sheet, grade_id

CORRECT = ("correct",) * len(TASKS)


@dataclass
class World:
    """What the run itself saw while a class was graded.

    Attributes
    ----------
    connections : first words of whoever reached the run's own server.
    lives : name of a marked process -> seconds for which it was seen.
    left : marked processes that were alive when all was over.
    files : marked files that were left outside of the sandbox.
    """

    connections: list[str] = field(default_factory=list)
    lives: dict[str, float] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of one student.

    Attributes
    ----------
    scores : task -> points in the gradebook; None where nothing is recorded.
    max_score : of all tasks in the gradebook, without the written one.
    record : our engine's record; None under nbgrader.
    notebook : as graded; None where there is none.
    size : bytes of the graded notebook's file.
    pages : feedback page and formgrader page, as HTML.
    secrets : ends each secret of the run.
    world : what the run saw.
    """

    scores: dict[str, float] | None
    max_score: float
    record: dict | None
    notebook: NotebookNode | None
    size: int
    pages: dict[str, str]
    secrets: str
    world: World

    def own_outputs(self) -> str:
        """All that the student's own cells put out."""
        cells = self.notebook.cells if self.notebook else []
        own = [c for c in cells if not (grade_id(c) or "").endswith("_test")]
        return "\n".join(str(c.get("outputs", "")) for c in own)

    def hints(self) -> str:
        """All that the student is told by our engine."""
        tasks = self.record["result"]["tasks"] if self.record else []
        return "\n".join(task["hint"] or "" for task in tasks)


Check = Callable[[Outcome], str]


@dataclass(frozen=True)
class Case:
    """One thing that a student may hand in.

    Attributes
    ----------
    number : as in the list of cases; with a letter, a variant of it.
    name : says what it does; the student's name in the class.
    make : what is handed in, a notebook or files by their path in the student's folder.
    scores : what each task must earn, in order.
    verdicts : what our engine must say of each task.
    reason : a part of our engine's reason; where it is given, the case is refused.
    hint : a part of what the student is told.
    checks : each returns a complaint, or "".
    own_secret : whether one of the secrets is the student's own.
    engine_only : whether it attacks our protocol, and is no attack on nbgrader.
    """

    number: str
    name: str
    make: Callable[[Course], bytes | Sheet | dict[str, bytes | Link]]
    scores: tuple[float, ...]
    verdicts: tuple[str, ...]
    reason: str = ""
    hint: str = ""
    checks: tuple[Check, ...] = ()
    own_secret: bool = False
    engine_only: bool = False

    @property
    def expected(self) -> str:
        """The right outcome, in a few words."""
        kinds = [v for v in dict.fromkeys(self.verdicts) if v != "correct"]
        what = "refused" if self.reason else ", ".join(kinds)
        return f"{_shown(self.scores)} {what}".strip()

    def complaints(self, outcome: Outcome) -> list[str]:
        """What is not as it must be; empty where the case holds."""
        if outcome.scores is None:
            return ["no result is recorded"]
        found = tuple(outcome.scores.get(f"{task}_test") for task in TASKS)
        said = []
        if found != self.scores:
            said.append(f"earned {_shown(found)}")
        if outcome.max_score != sum(FULL):
            said.append(f"the gradebook has {outcome.max_score} points")
        if outcome.record is not None:
            said += self._recorded(outcome.record, found, outcome.hints())
            # nbgrader's own feedback shows the hidden tests, and means to.
            if outcome.secrets in outcome.pages["feedback"] and not self.own_secret:
                said.append("a secret is in the feedback")
        said += [check(outcome) for check in self.checks]
        return [text for text in said if text]

    def _recorded(self, record: dict, found: tuple, hints: str) -> list[str]:
        tasks = record["result"]["tasks"]
        verdicts = tuple(task["verdict"] for task in tasks)
        status = "refused" if self.reason else "graded"
        said = []
        if tuple(task["score"] for task in tasks) != found:
            said.append("record and gradebook differ")
        if record["status"] != status:
            said.append(f"{record['status']}: {record['reason']}")
        elif verdicts != self.verdicts:
            said.append(" ".join(verdicts))
        if self.reason not in record["reason"]:
            said.append(f"reason: {record['reason']}")
        if self.hint not in hints:
            said.append(f"hints: {hints}")
        return said


def _shown(scores: tuple) -> str:
    return "/".join("-" if s is None else f"{s:g}" for s in scores)


CASES: list[Case] = []


def case(
    number: int | str,
    scores: tuple[float, ...] = FULL,
    verdicts: str = "",
    **more: object,
) -> Callable:
    """Make a case of the function that makes what is handed in.

    Parameters
    ----------
    scores : what each task must earn.
    verdicts : one word for each task without full marks, or one for all of them.
    more : `reason`, `hint` and `checks` of the case.
    """
    words = verdicts.split()
    lost = sum(score != most for score, most in zip(scores, FULL, strict=True))
    words = iter(words * lost if len(words) == 1 else words)
    said = tuple(
        "correct" if score == most else next(words)
        for score, most in zip(scores, FULL, strict=True)
    )

    def add(make: Callable) -> Callable:
        CASES.append(Case(str(number), make.__name__, make, scores, said, **more))
        return make

    return add


# Checks that several families use.


def printed(pattern: str, most: float) -> Check:
    """The number that an own cell printed is there, and at most `most`."""

    def check(outcome: Outcome) -> str:
        found = re.search(pattern + r" (\d+)", outcome.own_outputs())
        if found is None:
            return f"'{pattern} N' was not printed"
        return f"{pattern} {found[1]}" if int(found[1]) > most else ""

    return check


def says(text: str) -> Check:
    """A text is in the outputs of the student's own cells."""
    return lambda outcome: "" if text in outcome.own_outputs() else f"no {text!r}"


def smaller_than(megabytes: float) -> Check:
    """The graded notebook's file is small."""

    def check(outcome: Outcome) -> str:
        size = outcome.size / 2**20
        return f"{size:.0f} MB" if size > megabytes else ""

    return check


def nothing_stolen(outcome: Outcome) -> str:
    """The thief came to its end, and neither outputs nor files have a secret."""
    if "loot:" not in outcome.own_outputs():
        return "the thief did not come to its end"
    if outcome.secrets in outcome.own_outputs():
        return "stole " + ", ".join(
            sorted(set(re.findall(r"canary-(\w+)-", outcome.own_outputs())))
        )
    return ", ".join(f for f in outcome.world.files if "loot" in f)
