"""Each learning goal of a chapter has a task, and each task names its equation."""

import re
import tomllib

import pytest

from autograder.sources import assignments

from .assignment import ROOT, assignment

NAMES = assignments(ROOT)

# An equation's number, by name or in brackets, or that there is none.
EQUATION = re.compile(r"[Ee]quations? \(\d|\(\d\.\d+\)|[Nn]o equation")


def goals_of(stem):
    """The learning goals at the head of a chapter, word for word."""
    text = (ROOT / "book" / f"{stem}.md").read_text("utf-8")
    box = text.split(":class: goals")[1].split(":::")[0]
    return re.findall(r"^- (.*)[;.]$", box, re.MULTILINE)


def tasks_of(name):
    """What `goals.toml` says: for each goal the tasks that practise it."""
    text = (ROOT / "solutions" / name / "goals.toml").read_text("utf-8")
    return tomllib.loads(text)


@pytest.mark.parametrize("name", NAMES)
def test_each_goal_of_a_chapter_has_a_task(name):
    goals = goals_of(name)
    assert len(goals) >= 3
    assert list(tasks_of(name)) == goals
    assert all(tasks_of(name).values())


@pytest.mark.parametrize("name", NAMES)
def test_each_task_serves_a_goal(name):
    named = {task for tasks in tasks_of(name).values() for task in tasks}
    assert named == set(assignment(name).prompts)


@pytest.mark.parametrize("name", NAMES)
def test_each_task_names_its_equation_or_says_that_there_is_none(name):
    a = assignment(name)
    assert [task for task in a.tasks if not EQUATION.search(a.prompts[task])] == []
