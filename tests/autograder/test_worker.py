"""One submission, bytes in and bytes out."""

import copy
import json
import time
from dataclasses import replace

import nbformat
import pytest

from autograder.coordinator import make_job
from autograder.course import read_config
from autograder.worker import grade

from .conftest import RIGHT, fill_in, make_course, tree


@pytest.fixture(scope="module")
def job_of(tmp_path_factory, released):
    root = make_course(tmp_path_factory.mktemp("jobs"))
    config = read_config(root)

    def make(damage, answers=RIGHT):
        nb = nbformat.reads(fill_in(released, answers), as_version=4)
        damage(nb)
        return make_job(root, "tiny", nbformat.writes(nb).encode(), config)

    return make


def index(nb, grade_id):
    ids = [c.metadata.get("nbgrader", {}).get("grade_id") for c in nb.cells]
    return ids.index(grade_id)


def double(*names):
    def damage(nb):
        for name in names:
            at = index(nb, name)
            nb.cells.insert(at, copy.deepcopy(nb.cells[at]))

    return damage


def delete_a_test(nb):
    del nb.cells[index(nb, "total_test")]


def edit_a_test(nb):
    nb.cells[index(nb, "total_test")].source = "raise SystemExit"


def raise_elsewhere(nb):
    nb.cells.insert(0, nbformat.v4.new_code_cell("1 / 0"))


def damage_all_but_the_answers(nb):
    for damage in (double("scale", "scale_test"), edit_a_test, raise_elsewhere):
        damage(nb)


@pytest.mark.parametrize("damage", [damage_all_but_the_answers, delete_a_test])
def test_right_answers_in_a_damaged_notebook_get_full_marks(job_of, damage):
    graded = grade(job_of(damage))
    assert (graded.status, graded.result.score) == ("graded", 5), graded.trace


def test_a_notebook_of_another_assignment_is_refused(job_of):
    def rename(nb):
        nb.metadata["course"] = {"assignment": "other"}

    graded = grade(job_of(rename))
    assert (graded.status, graded.result.score) == ("refused", 0)
    assert graded.reason == "The notebook belongs to other, not to tiny."


def test_a_notebook_without_our_cells_is_refused(job_of):
    def empty(nb):
        nb.cells = [nbformat.v4.new_code_cell("x = 1")]

    assert "none of the cells" in grade(job_of(empty)).reason


def test_a_hidden_exception_shows_neither_input_nor_source(job_of):
    answers = {
        "scale": "def scale(x, c):\n    assert len(x) == 2, repr(x)\n    return x * c",
        "total": "def total(x):\n    if len(x) > 4:\n        raise KeyError(repr(x))\n"
        "    return x.sum()",
    }
    scale, total = grade(job_of(lambda nb: None, answers)).result.tasks
    assert (scale.verdict, total.verdict) == ("wrong", "error")
    assert "hidden test" in scale.hint
    assert "KeyError" in total.hint
    assert "5." not in scale.hint + total.hint


def test_a_broken_answer_cell_and_a_visible_failure_are_told_apart(job_of, tmp_path):
    answers = {
        "scale": "def scale(x, c)\n    return x",
        "total": "def total(x): return 1",
    }
    scale, total = grade(job_of(lambda nb: None, answers)).result.tasks
    assert (scale.verdict, total.verdict) == ("error", "wrong")
    assert scale.hint == (
        "The cell of scale fails in line 1 with SyntaxError: expected ':'. "
        "Mend it first."
    )
    assert total.hint == "Expected the sum 4.0 of four ones."


def test_a_fault_after_a_right_answer_costs_nothing_and_is_told(job_of):
    answers = {
        "scale": RIGHT["scale"] + "\n\nwhile True:\n    pass",
        "total": RIGHT["total"] + "\n\nprint(totl)",
    }
    graded = grade(job_of(lambda nb: None, answers))
    assert graded.result.score == 5
    scale, total = graded.result.tasks
    assert (scale.verdict, total.verdict) == ("correct", "correct")
    assert scale.hint == (
        "The cell of scale ran longer than its limit of 2 s and was stopped."
    )
    assert total.hint == (
        "The cell of total fails in line 3 with NameError: name 'totl' is not defined."
    )
    nb = nbformat.reads(graded.notebook, as_version=4)
    shown = nb.cells[index(nb, "scale_test")].outputs[0].text
    assert shown == f"Verdict: correct. {scale.hint}\n"
    assert set(graded.result.as_dict()) == {"assignment", "score", "max_score", "tasks"}


def test_a_missing_and_an_empty_answer_cell_are_named(job_of):
    def damage(nb):
        del nb.cells[index(nb, "scale")]

    scale, total = grade(job_of(damage, {"total": "totl = sum"})).result.tasks
    assert (scale.verdict, total.verdict) == ("error", "error")
    assert scale.hint.startswith("The cell that defines scale is missing")
    assert total.hint.startswith("The cell of total does not define total")


def test_a_fault_in_an_added_cell_is_told_once(job_of):
    def damage(nb):
        at = index(nb, "scale_test")
        nb.cells.insert(at, nbformat.v4.new_code_cell("x = 1\nx / 0"))

    answers = {**RIGHT, "scale": "def scale(x, c):\n    return x + c"}
    scale, total = grade(job_of(damage, answers)).result.tasks
    assert scale.hint == (
        "You probably added c. Multiply; see section 1.1. A cell of yours above the "
        "tests of scale fails in line 2 with ZeroDivisionError: division by zero."
    )
    assert total.hint is None


def test_written_answers_are_counted_and_not_scored(job_of):
    result = grade(job_of(lambda nb: None)).result
    assert (result.written, result.max_score) == ((1,), 5)


def test_a_job_changes_no_file_of_the_course(job_of, tmp_path):
    root = make_course(tmp_path / "course")
    before = tree(root)
    job = make_job(root, "tiny", b"nothing", read_config(root))
    assert json.loads(job.options)["JudgingExecute"]["timeout"] == 2
    assert grade(job).status == "refused"
    assert tree(root) == before


def test_a_damaged_catalogue_costs_the_hint_and_no_verdict(job_of):
    wrong = {**RIGHT, "scale": RIGHT["scale"].replace("*", "+")}
    job = job_of(lambda nb: None, wrong)
    for text in (b"def (:", b"raise SystemExit", b"\xff"):
        graded = grade(replace(job, catalogue={"misconceptions.py": text}))
        task = next(t for t in graded.result.tasks if t.task == "scale")
        assert (graded.status, task.verdict) == ("graded", "wrong")
        assert task.misconception is None


def many_open_tags(nb):
    nb.cells.append(nbformat.v4.new_markdown_cell("<b><p>" * 35_000))


def entities_within_entities(nb):
    levels = ("&" + "amp;" * k + "#106;avascript:" for k in range(1_500))
    nb.cells.append(nbformat.v4.new_markdown_cell(" ".join(levels)))


def tags_in_many_cells(nb):
    text = "<b><p>" * 2_000
    nb.cells += [nbformat.v4.new_markdown_cell(text) for _ in range(40)]


def outputs_that_are_none(nb):
    nb.cells[index(nb, "scale")]["outputs"] = [{}] * 60_000


def odd_records(nb):
    for cell in nb.cells:
        cell.metadata.update({str(n): n for n in range(5_000)})
    nb.metadata.update({str(n): {"x": [n]} for n in range(20_000)})


@pytest.mark.parametrize(
    "damage",
    [
        many_open_tags,
        tags_in_many_cells,
        entities_within_entities,
        outputs_that_are_none,
        odd_records,
    ],
)
def test_a_small_file_cannot_hold_a_worker_up(job_of, damage):
    job = job_of(lambda nb: None)
    nb = nbformat.reads(job.submission.decode(), as_version=4)
    damage(nb)
    begin = time.monotonic()
    graded = grade(replace(job, submission=json.dumps(nb).encode()))
    assert (graded.status, graded.result.score) == ("graded", 5), graded.trace
    assert time.monotonic() - begin < 15


def test_a_reason_is_one_short_line(job_of):
    def rename(nb):
        nb.metadata["course"] = {"assignment": "\x1b[2J\n" + "x" * 10**6}

    graded = grade(job_of(rename))
    assert graded.status == "refused"
    reasons = {task.hint for task in graded.result.tasks} | {graded.reason}
    assert all(len(reason) < 400 and reason.isprintable() for reason in reasons)
