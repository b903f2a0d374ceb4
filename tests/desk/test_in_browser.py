"""The reader's page and the student's notebook, as they use them."""

import json
import time

import nbformat
import pytest
from playwright.sync_api import expect

from autograder.sources import assignments, read_source, solution_path
from desk.copies import WORK

from .conftest import ROOT, SECONDS, code, shown

pytestmark = pytest.mark.browser
WRONG = """def rnn_step(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh + h_prev @ W_hh)"""
RIGHT = WRONG.replace("W_hh)", "W_hh + b_h)")


@pytest.mark.parametrize(
    "context", [("light", 1280), ("dark", 390)], indirect=True, ids=["wide", "phone"]
)
def test_a_reader_changes_a_cell_and_sees_the_new_output(chapter, context):
    code(chapter, 4).focus()
    chapter.keyboard.press("Shift+Enter")
    offer = chapter.get_by_role("group", name="3 cells above have not run yet.")
    offer.get_by_role("button", name="Run all above").click()
    shown(chapter, 4).get_by_text("0.97, -0.99, 0.4").wait_for()
    assert shown(chapter, 2).locator("svg").count() == 1  # a figure, under its caption
    caption = chapter.locator("#fig-unrolled figcaption")
    assert "unrolled" in caption.text_content().lower()
    code(chapter, 4).press("Control+End")
    chapter.keyboard.type("\nfor word in ['new', 'output']:\nprint(word, V)")
    chapter.keyboard.press("Control+Enter")
    shown(chapter, 4).get_by_text("new 4\noutput 4").wait_for()
    assert context.foreign == []
    assert context.errors == []
    wide = chapter.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide


def test_an_error_is_a_sentence_and_stop_and_restart_work(chapter):
    code(chapter, 1).fill("letters[0]")
    code(chapter, 1).press("Control+Enter")
    said = shown(chapter, 1).locator(".desk-error p")
    said.wait_for()
    assert said.inner_text() == "NameError: name 'letters' is not defined"
    code(chapter, 1).fill("while True: pass")
    code(chapter, 1).press("Control+Enter")
    dock = chapter.get_by_role("region", name="Python")
    dock.get_by_text("running: cell 1").wait_for()
    dock.get_by_role("button", name="Stop").click()
    chapter.get_by_text("stopped", exact=True).wait_for()
    code(chapter, 1).fill("kept = 'still known'")
    code(chapter, 1).press("Control+Enter")
    chapter.get_by_text("ran", exact=True).wait_for()
    code(chapter, 2).fill("kept")
    code(chapter, 2).press("Control+Enter")
    shown(chapter, 2).get_by_text("'still known'").wait_for()
    dock.get_by_role("button", name="Restart").click()
    dock.get_by_text("Python is ready").wait_for()
    code(chapter, 2).press("Control+Enter")
    chapter.get_by_role("button", name="Run only this one").click()
    shown(chapter, 2).get_by_text("name 'kept' is not defined").first.wait_for()


def test_a_cell_run_while_python_starts_anew_waits_for_it(chapter):
    code(chapter, 1).fill("kept = 'still known'\nkept")
    code(chapter, 1).press("Control+Enter")
    shown(chapter, 1).get_by_text("'still known'").wait_for()
    held = []
    chapter.route("**/restart", lambda route: held.append(route))  # not yet
    dock = chapter.get_by_role("region", name="Python")
    dock.get_by_role("button", name="Restart").click()
    code(chapter, 1).fill("kept")
    code(chapter, 1).press("Control+Enter")
    chapter.wait_for_timeout(1000)
    assert dock.get_by_role("status").inner_text() == "Python is starting anew ..."
    held[0].continue_()
    shown(chapter, 1).get_by_text("name 'kept' is not defined").first.wait_for()


def test_edits_survive_a_reload_and_reset_brings_the_books_code_back(chapter):
    original = code(chapter, 3).input_value()
    code(chapter, 3).fill("1 + 1")
    chapter.reload()
    assert code(chapter, 3).input_value() == "1 + 1"
    cell = chapter.locator("div.cell").filter(has=code(chapter, 3))
    cell.get_by_role("button", name="Reset").click()
    assert code(chapter, 3).input_value() == original


def test_colours_change_no_letter_of_the_code(chapter):
    sources = [
        "".join(cell["source"])
        for path in (ROOT / "_build/html/_sources").glob("ch*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    assert len(sources) > 200
    differing = """async sources => {
        const { coloured } = await import("/desk/page/colours.js");
        const node = document.createElement("pre");
        return sources.filter(source => {
            node.innerHTML = coloured(source);
            return node.textContent !== source;
        });
    }"""
    odd = ["'open", '"""open', "a <b> & c", "f'{x!r:>4}' # end", "r'\\'"]
    assert chapter.evaluate(differing, [*sources, *odd]) == []


@pytest.fixture
def notebook(context, chapter):
    """The exercise notebook in JupyterLab, one click from its chapter."""
    with context.expect_page() as opened:
        chapter.get_by_role("link", name="Open the exercise notebook").click()
    page = opened.value
    page.wait_for_selector(".desk-check-button")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.locator(".jp-Notebook h1").first.click()
    return page


def test_a_student_answers_wrongly_then_rightly(notebook, desk):
    check = notebook.locator(".desk-check-button")
    result = notebook.locator(".desk-check")
    first = result.locator("tr", has_text="rnn_step").first
    for _ in range(3):  # the welcome, the helpers, the first prompt
        notebook.keyboard.press("Shift+Enter")
    for source, seen, verdict in [
        (WRONG, "Look at the example above and equation (1.1)", "0 / 2wrong"),
        (RIGHT, None, "2 / 2correct"),
    ]:
        active = notebook.locator(".jp-Notebook .jp-mod-active")
        active.get_by_text("def rnn_step").wait_for()
        notebook.keyboard.press("Enter")
        notebook.locator(".jp-Notebook.jp-mod-editMode").wait_for()
        notebook.keyboard.press("Control+a")
        notebook.keyboard.insert_text(source)
        active.get_by_text("np.tanh").wait_for()
        notebook.keyboard.press("Shift+Enter")
        notebook.keyboard.press("Shift+Enter")
        if seen:
            notebook.get_by_text(seen).first.wait_for()
        check.click()
        result.get_by_text("Checked at").wait_for()
        row = result.get_by_role("row").filter(has_text="rnn_step").first
        assert row.inner_text().replace("\t", "").endswith(verdict)
        hint = result.get_by_text("You probably left out the bias.")
        assert hint.count() == (1 if seen else 0)
        result.get_by_role("button", name="rnn_step", exact=True).click()
    assert first.count() == 1
    saved = desk.course / "work/ch1_rnn/ch1_rnn.ipynb"
    assert "rnn_step" in saved.read_text()


def test_a_result_that_was_closed_comes_back_with_the_next_check(notebook):
    result = notebook.locator(".desk-check")
    for _ in range(2):
        notebook.locator(".desk-check-button").click()
        result.get_by_role("row").filter(has_text="rnn_step").first.wait_for()
        tab = notebook.locator(".lm-TabBar-tab").filter(has_text="Check: ")
        tab.locator(".lm-TabBar-tabCloseIcon").click()
        expect(result).to_have_count(0)


def test_a_solved_notebook_gets_full_marks_and_stays_as_it_is(context, desk):
    path = desk.course / "work" / "solved.ipynb"
    path.write_text(solved("ch1_rnn"))
    before = path.read_bytes()
    page = context.pages[0]
    page.goto(f"{desk.address}/lab/tree/{WORK}/solved.ipynb?reset")
    page.locator(".desk-check-button").click()
    page.get_by_text("38 of 38 points").wait_for()
    assert path.read_bytes() == before
    assert context.foreign == []


def solved(name):
    """The released notebook with the instructor's answers."""
    source = read_source(solution_path(ROOT, name))
    answers = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    released = nbformat.read(ROOT / f"exercises/{name}/{name}.ipynb", as_version=4)
    for cell in released.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    return nbformat.writes(released)


@pytest.mark.parametrize("name", assignments(ROOT))
def test_visible_tests_pass_in_jupyterlab_on_the_solved_notebook(context, desk, name):
    path = desk.course / WORK / f"run_{name}.ipynb"
    path.write_text(solved(name))
    page = context.pages[0]
    page.goto(f"{desk.address}/lab/tree/{WORK}/{path.name}?reset")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    end = time.monotonic() + SECONDS / 1000
    while not (cells := run(path)) and time.monotonic() < end:
        if cells is None:  # the menu does nothing while the notebook is being opened
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            page.wait_for_timeout(2000)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
    assert cells
    failed = [
        (cell.metadata.nbgrader.grade_id, output.evalue)
        for cell in cells
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert failed == []


def run(path):
    """The code cells of a saved notebook once all are run, or one has failed.

    Empty before that, and None before any has been run.
    """
    nb = nbformat.reads(path.read_text(), as_version=4)
    cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    failed = any(o.output_type == "error" for cell in cells for o in cell.outputs)
    if failed or all(cell.execution_count for cell in cells):
        return cells
    return [] if any(cell.execution_count for cell in cells) else None


def test_a_chapter_opens_as_a_notebook_that_reads_like_its_page(context, desk):
    page = context.pages[0]
    page.goto(f"{desk.address}/lab/tree/{WORK}/chapters?reset")
    page.locator(".jp-DirListing-item", has_text="ch1_rnn.ipynb").dblclick()
    text = page.locator(".jp-NotebookPanel .jp-RenderedMarkdown")
    text.get_by_text("unrolled over the steps").wait_for()
    text.locator("mjx-container[display=true]").first.wait_for()
    assert "(1.1)" in text.locator("mjx-container[display=true]").first.inner_text()
    asked = text.locator("details").first
    assert not asked.get_by_text("Reread").first.is_visible()
    asked.locator("summary").click()
    asked.get_by_role("link", name="A loop with a memory").first.click()
    title = page.get_by_role("heading", name="1.1. A loop with a memory")
    expect(title).to_be_in_viewport()
    assert page.get_by_role("menuitem", name="Nbgrader").is_visible()
    assert context.foreign == []
