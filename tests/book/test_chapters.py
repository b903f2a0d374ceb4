"""What every chapter has, and what no chapter may have."""

import re
import runpy
import subprocess
import sys

import pytest

from .conftest import BOOK, CHAPTERS
from .stated_numbers import STATED

CITED = re.compile(r"\{(?:eq|numref|cite:[tp]|glue:text|glue|doc|ref)\}`[^`]*`")


def prose_of(notebook) -> str:
    """Text of the Markdown cells, without code, mathematics and directives' heads."""
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    text = re.sub(r"\$[^$]*\$", "", text)
    return CITED.sub("", re.sub(r"(?<!})`[^`]*`", "", text))


def code_of(notebook) -> list[str]:
    return [c.source for c in notebook.cells if c.cell_type == "code"]


def test_there_are_chapters():
    assert len(CHAPTERS) >= 1


@pytest.mark.parametrize(
    "piece",
    [
        ":class: goals",
        ":class: predict",
        ":class: source",
        "minutes",
        "## Summary",
        "## Check yourself",
        "## Practise",
        "## Further reading",
        "{list-table}",
    ],
)
def test_has_the_parts_of_a_chapter(chapter, piece):
    path, _ = chapter
    assert piece in path.read_text(encoding="utf-8")


def test_asks_five_questions_with_folded_answers(chapter):
    path, _ = chapter
    text = path.read_text(encoding="utf-8")
    questions = text.split("## Check yourself")[1].split("\n## ")[0]
    assert len(re.findall(r"^:::\{dropdown\} \d", questions, re.MULTILINE)) >= 5


def test_every_section_says_its_minutes(chapter):
    path, _ = chapter
    text = path.read_text(encoding="utf-8")
    sections = re.findall(r"^\(sec-\w+\)=\n## .*\n\n(.*)$", text, re.MULTILINE)
    assert len(sections) >= 3
    assert all(re.fullmatch(r"\*\d+ minutes\*", line) for line in sections)


def test_every_number_of_the_prose_is_glued_or_stated_by_the_task(chapter):
    """Decimals in prose come from a cell; the allowed ones are set-ups, not results."""
    path, notebook = chapter
    allowed = STATED[path.stem]
    found = set(re.findall(r"(?<![\w.])\d+\.\d+", prose_of(notebook)))
    assert found <= allowed


def test_every_glued_name_is_made_by_a_cell(chapter):
    path, notebook = chapter
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"\{glue:text\}`(\w+)", text))
    code = "\n".join(code_of(notebook))
    literal = set(re.findall(r'glue\(\s*"(\w+)"', code))
    patterns = [
        re.sub(r"\{[^}]*\}", r"\\w+", name)
        for name in re.findall(r'glue\(\s*f"([^"]+)"', code)
    ]
    missing = {
        name
        for name in used - literal
        if not any(re.fullmatch(p, name) for p in patterns)
    }
    assert used
    assert not missing


def test_every_figure_has_a_name_and_a_caption(chapter):
    path, notebook = chapter
    drawn = [c for c in notebook.cells if re.search(r"^figures\.", c.source, re.M)]
    assert len(drawn) >= 5
    for cell in drawn:
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        assert figure.get("name", "").startswith("fig-"), cell.source
        assert figure.get("caption"), cell.source
        assert f"{{numref}}`{figure['name']}`" in path.read_text(encoding="utf-8")


def test_code_is_formatted_to_the_width_of_the_page(chapter):
    path, _ = chapter
    tool = runpy.run_path(str(BOOK / "_ext" / "format_cells.py"))
    text = path.read_text(encoding="utf-8")
    assert len(tool["CELL"].findall(text)) > 10
    assert tool["format_page"](text) == text, "run 'make format'"
    code = [m["code"] for m in tool["CELL"].finditer(text)]
    wide = [line for cell in code for line in cell.splitlines() if len(line) > 80]
    assert not wide


def test_code_has_no_unused_or_undefined_name(chapter):
    _, notebook = chapter
    ruff = [sys.executable, "-m", "ruff", "check", "--select", "F,E9,B", "-"]
    code = "\n\n".join(code_of(notebook))
    done = subprocess.run(
        [*ruff, "--ignore", "B018,B023,B905"],
        input=code,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_practise_names_the_exercise_notebook_or_says_that_there_is_none(chapter):
    path, _ = chapter
    text = path.read_text(encoding="utf-8")
    practise = text.split("## Practise")[1].split("\n## ")[0]
    notebook = f"exercises/{path.stem}/{path.stem}.ipynb"
    there = (BOOK.parent / notebook).is_file()
    assert (f"`{notebook}`" in practise) == there
    assert ("no exercise notebook" in practise) != there


def test_equation_numbers_named_in_the_exercises_exist(chapter):
    path, _ = chapter
    number = path.stem.removeprefix("ch").split("_")[0]
    exercise = BOOK.parent / "exercises" / path.stem / f"{path.stem}.ipynb"
    if not exercise.is_file():
        pytest.skip("this chapter has no exercise notebook")
    # Chapter 0 stands before the numbered part: its equations are (1), (2), ...
    form = r"equations? \((\d+)\)" if number == "0" else rf"\({number}\.(\d+)\)"
    labels = len(re.findall(r"^:label: eq-", path.read_text("utf-8"), re.MULTILINE))
    named = re.findall(form, exercise.read_text(encoding="utf-8"))
    assert named
    assert max(map(int, named)) <= labels
