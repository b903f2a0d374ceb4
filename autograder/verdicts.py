"""From a test cell's outputs to a verdict, and to one sentence for the student."""

import builtins
import math
import re
from dataclasses import asdict, dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_output

from .sources import SUFFIX

HIDDEN = "BEGIN HIDDEN TESTS"
MAX_SENTENCE = 600  # characters of a visible test's own sentence

# What the grader itself ends a cell with; no error of a notebook may have these names.
DIED = "DeadKernelError"
TIMED_OUT = "CellTimeoutError"
NO_TEST = "TestError"
REFUSED = "Refused"
OURS = frozenset([DIED, TIMED_OUT, NO_TEST, REFUSED])
KINDS = {
    "AssertionError": "wrong",
    "NotImplementedError": "not attempted",
    TIMED_OUT: "timeout",
    DIED: "crashed",
}
ANSI = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a terminal would do what they say
NUMBER = re.compile(r"(?:[\w.]+\()?([^(),]+)(?:, dtype=[\w.]+)?\)?")  # np.float64(2.5)
FRAME = re.compile(r"Cell In\[\d+\], line (\d+)")


@dataclass(frozen=True)
class Judgement:
    """What is said about one test cell; kept in the cell's metadata.

    Attributes
    ----------
    verdict : as in `results.TaskResult`.
    misconception : name of the recognised misconception, or None.
    hint : a sentence or two for the student; None where the answer is correct, unless
        an own cell failed nevertheless.
    """

    verdict: str
    misconception: str | None = None
    hint: str | None = None


def task_name(cell: NotebookNode) -> str:
    """The task that a test cell tests."""
    return cell.metadata.nbgrader["grade_id"].removesuffix(SUFFIX["test"])


def is_test(cell: NotebookNode) -> bool:
    """Whether the cell is an autograded test."""
    meta = cell.metadata.get("nbgrader") or {}
    graded = meta.get("grade", False) and not meta.get("solution", False)
    return graded and cell.cell_type == "code"


def is_written(cell: NotebookNode) -> bool:
    """Whether the cell is an answer that is graded by hand."""
    meta = cell.metadata.get("nbgrader") or {}
    return bool(meta.get("grade") and meta.get("solution"))


def error_of(cell: NotebookNode) -> NotebookNode | None:
    """The error output that decides about a cell, or None.

    A time limit or a dead kernel outweighs the errors that it causes.
    """
    errors = [out for out in cell.outputs if out.output_type == "error"]
    ends = [out for out in errors if out.ename in (DIED, TIMED_OUT)]
    return next(iter(ends + errors), None)


def verdict_of(error: NotebookNode | None) -> str:
    """The verdict that an error output means."""
    return "correct" if error is None else KINDS.get(error.ename, "error")


def put_error(cell: NotebookNode, ename: str, sentence: str) -> None:
    """Mark a cell as failed, with a reason."""
    cell.outputs = [
        *cell.get("outputs", []),
        new_output("error", ename=ename, evalue=sentence, traceback=[sentence]),
    ]


def put_judgement(cell: NotebookNode, judgement: Judgement) -> None:
    """Keep a judgement in the test cell, and show it above the cell's outputs."""
    cell.metadata["autograder"] = asdict(judgement)
    if judgement.verdict != "correct" or judgement.hint:
        cell.outputs.insert(0, show(judgement))


def get_judgement(cell: NotebookNode) -> Judgement:
    """The judgement kept in a test cell; made from its outputs if there is none."""
    kept = cell.metadata.get("autograder")
    return Judgement(**kept) if kept else Judgement(verdict_of(error_of(cell)))


def show(judgement: Judgement) -> NotebookNode:
    """A judgement as an output for the reader."""
    text = f"Verdict: {judgement.verdict}. {judgement.hint or ''}".strip()
    return new_output("stream", name="stdout", text=text + "\n")


def settle_outputs(cell: NotebookNode) -> None:
    """Let nothing but errors and partial credit decide about a test cell's points.

    nbgrader gives no points for any text on stderr, be it a harmless warning, and
    reads partial credit before it reads an error. Here a warning becomes plain
    output, an error leaves no partial credit, and credit stays in its bounds.
    """
    failed = error_of(cell) is not None
    kept = []
    for out in cell.outputs:
        if out.output_type == "stream":
            out.name = "stdout"
        if out.output_type == "execute_result":
            if failed:
                continue
            kept += _settle_credit(out, float(cell.metadata.nbgrader["points"]))
        kept.append(out)
    cell.outputs = kept


def _settle_credit(out: NotebookNode, points: float) -> list[NotebookNode]:
    """Bring credit into its bounds; an output that says so, where it was not there.

    What is no number earns nothing: nbgrader would give full points for it, and a
    student's function may have returned it.
    """
    text = str(out.data.get("text/plain", ""))
    number = NUMBER.fullmatch(text.strip())
    try:
        credit = float(number[1] if number else text)
    except ValueError:
        credit = math.nan
    kept = 0.0 if math.isnan(credit) else min(max(credit, 0.0), points)
    out.data["text/plain"] = str(kept)
    if kept == credit:
        return []
    said = f"The test's credit was {text[:50]}; {kept:g} of {points:g} points count.\n"
    return [new_output("stream", name="stdout", text=said)]


def sentence(cell: NotebookNode, error: NotebookNode, verdict: str) -> str:
    """One sentence about a failed test cell; nothing of a hidden test is in it."""
    task = task_name(cell)
    if verdict == "not attempted":
        return not_attempted(task)
    if verdict in ("timeout", "crashed"):
        return error.evalue or "The cell was stopped at its time limit."
    if _failed_visibly(cell, error):
        what = error.evalue if verdict == "wrong" else f"{error.ename}: {error.evalue}"
        return one_line(what)[:MAX_SENTENCE] or neutral(verdict)
    return neutral(verdict, error.ename)


def one_line(text: str) -> str:
    """Anyone's text as part of a sentence: one line, nothing but letters and signs."""
    return " ".join(CONTROL.sub(" ", ANSI.sub("", text)).split())


def not_attempted(task: str) -> str:
    """What is said about a task that is still as it was released."""
    return f"{task} still raises NotImplementedError: write it."


def neutral(verdict: str, ename: str = "") -> str:
    """What may be said about a hidden test that failed."""
    if verdict == "wrong":
        return (
            "The visible tests pass, but a hidden test expected another result: try "
            "other sizes, edge cases and random values of your own."
        )
    name = ename if hasattr(builtins, ename) else "an exception"
    return (
        f"The visible tests pass, but a hidden test met {name} in your code: try "
        "other sizes, edge cases and random values of your own."
    )


def _failed_visibly(cell: NotebookNode, error: NotebookNode) -> bool:
    """Whether a visible test failed, by the line of the test cell in the traceback."""
    lines = cell.source.split("\n")
    hidden = [n for n, line in enumerate(lines, 1) if HIDDEN in line]
    frame = FRAME.search(ANSI.sub("", "\n".join(error.traceback)))
    return frame is not None and (not hidden or int(frame[1]) < hidden[0])
