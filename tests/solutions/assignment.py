"""An assignment as its tests see it: its cells, its answers, and how answers fare."""

import re
from functools import cache
from pathlib import Path

import numpy as np

from autograder.answers import Answer, read_catalogue
from autograder.sources import read_source, read_tasks, solution_path

ROOT = Path(__file__).resolve().parents[2]


class Assignment:
    """One assignment, read once.

    Attributes
    ----------
    name : the folder's name under `solutions`.
    notebook : the source notebook.
    cells : its cells, by their ids.
    tasks : its tasks, by their names.
    catalogue : what is known about right and wrong answers.
    prompts : the text of each task and of the written question, on one line.
    solved : a namespace in which all set-up and solution cells have run.
    """

    def __init__(self, name: str):
        path = solution_path(ROOT, name)
        self.name, self.notebook = name, read_source(path)
        self.cells = {cell["id"]: cell for cell in self.notebook.cells}
        self.tasks = {task.name: task for task in read_tasks(self.notebook)}
        self.catalogue = read_catalogue(path.parent)
        self.prompts = {
            task: " ".join(self.cells[f"{task}_prompt"].source.split())
            for task in [*self.tasks, "reflection"]
        }
        self.solved = {}
        for cell in self.notebook.cells:
            if cell.cell_type == "code" and not cell.metadata["nbgrader"]["grade"]:
                exec(cell.source, self.solved)

    def wrong(self, task: str) -> list[Answer]:
        """The misconceptions of a task."""
        return [a for a in self.catalogue.misconceptions if a.task == task]

    def right(self, task: str) -> list[Answer]:
        """The alternatives of a task."""
        return [a for a in self.catalogue.alternatives if a.task == task]

    def texts(self, task: str) -> list[str]:
        """The prompt and the hints of a task, each on one line."""
        return [self.prompts[task], *(answer.hint for answer in self.wrong(task))]

    def example(self, task: str) -> str:
        """The worked example in a prompt."""
        return self.prompts[task].split("**Example.**")[1].split("<details>")[0]

    def fails(self, task: str, source: str, visible: bool = False) -> Exception | None:
        """What stops an answer that stands among the solutions; None if it passes."""
        namespace, test = {**self.solved}, self.tasks[task].test
        exec(source, namespace)
        if visible:
            test = test.split("### BEGIN HIDDEN TESTS")[0]
        with np.errstate(all="ignore"):  # a wrong answer may overflow
            try:
                exec(test, namespace)
            except Exception as error:
                return error
        return None

    def says(self, task: str, source: str) -> str:
        """The sentence with which the visible tests of a task stop an answer."""
        error = self.fails(task, source, visible=True)
        assert isinstance(error, AssertionError), repr(error)
        return str(error)


assignment = cache(Assignment)


def chapter_numbers(stem: str) -> tuple[dict[str, tuple[str, str]], set[str]]:
    """Of each equation's label in a chapter its number and section; all sections."""
    chapter, section, found = re.match(r"ch(\d)", stem)[1], 0, {}
    text = (ROOT / "book" / f"{stem}.md").read_text("utf-8").split("\n## Summary")[0]
    for line in text.splitlines():
        section += line.startswith("## ")
        if line.startswith(":label: eq-"):
            number = f"{chapter}.{len(found) + 1}", f"{chapter}.{section}"
            found[line.removeprefix(":label: ")] = number
    return found, {f"{chapter}.{n}" for n in range(1, section + 1)}


# What stands between a section and an equation that is to be looked for in it.
BETWEEN = r"(?:below |above |around |the (?:\w+ )*line of )?"


def check_references(
    a: Assignment, task: str, labels: str, prefix: str = "", between: str = BETWEEN
) -> None:
    """A task's texts name sections, and of equations the given ones, where they are.

    Parameters
    ----------
    labels : the equations that the texts may name, by their labels in the chapter.
    prefix : what each of the labels begins with, after `eq-`.
    between : what may stand between a section and an equation of it.
    """
    numbers, sections = chapter_numbers(a.name)
    allowed = dict(numbers[f"eq-{prefix}{label}"] for label in labels.split())
    c = re.match(r"ch(\d)", a.name)[1]
    pair = rf"[Ss]ection ({c}\.\d+), {between}equations? \(({c}\.\d+)\)"
    other = rf"equations? \(({c}\.\d+)\),? (?:in )?section ({c}\.\d+)"
    for text in a.texts(task):
        assert set(re.findall(rf"\(({c}\.\d+)\)", text)) <= allowed.keys(), text
        named = re.findall(rf"[Ss]ections? ({c}\.\d+)", text)
        assert named, text
        assert set(named) <= sections, text
        pairs = [found[::-1] for found in re.findall(pair, text)]
        for equation, section in pairs + re.findall(other, text):
            assert allowed[equation] == section, text


def row(values: object, form: str = "g") -> str:
    """Numbers as they stand in a prompt: (1, 0.25)."""
    return f"({', '.join(f'{v:{form}}' for v in np.ravel(values))})"


def rows(values: object, form: str = "g") -> list[str]:
    """The rows of an array as they stand in a prompt."""
    values = np.asarray(values)
    return [row(line, form) for line in values.reshape(-1, values.shape[-1])]


def check_pieces(a: Assignment, task: str, pieces: list[str]) -> None:
    """The worked example has each piece of text, made from the solution's results."""
    pieces = [*pieces]
    assert pieces
    for piece in pieces:
        assert piece in a.example(task)


def check_numbers(
    a: Assignment, task: str, given: list, values: list, four: bool = False
) -> None:
    """The worked example has all computed values; its decimals are those, or given.

    Parameters
    ----------
    given : decimals of the example that are not computed.
    values : arrays and numbers that the solution makes of the example.
    four : whether what is rounded always has four places, else two to four.
    """
    c = re.match(r"ch(\d)", a.name)[1]
    reference = rf"equations? \({c}\.\d+\)|sections? {c}\.\d+"
    found = re.findall(r"\d+(?:\.\d+)?", re.sub(reference, "", a.example(task)))
    values = np.abs(np.concatenate([*map(np.ravel, values)]))
    assert values.size
    for value in values:
        forms = {f"{value:.{n}f}" for n in ([4] if four else [2, 3, 4])}
        exact = f"{value:.6f}".rstrip("0").rstrip(".")
        assert {exact, *forms} & {*found}, f"{value} is not in the example of {task}"
    known = np.abs([*np.ravel(given), *values])
    for number in found:
        if "." in number:
            places = 4 if four else len(number.split(".")[1])
            near = np.isclose(np.round(known, places), float(number), atol=1e-9)
            assert near.any(), f"{number} in the example of {task}: computed from what?"


def check_slip(a: Assignment, task: str, old: str, new: str, sentence: str) -> None:
    """The visible tests say a sentence to a solution in which one thing is replaced."""
    assert a.tasks[task].solution.count(old) == 1
    assert sentence in a.says(task, a.tasks[task].solution.replace(old, new))
