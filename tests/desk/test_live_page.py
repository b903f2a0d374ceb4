"""The live page where Python, the network or the reader does not go on as planned."""

import pytest
from playwright.sync_api import expect

from .conftest import SECONDS, code, shown

pytestmark = pytest.mark.browser
expect.set_options(timeout=SECONDS)
EDITED = "edited, not run"
ENDLESS = "while True: pass"


def cell(page, number):
    return page.locator("div.cell").filter(has=code(page, number))


def note(page, number):
    """What the cell's row says about it."""
    return cell(page, number).locator(".desk-row > span")


def press(page, number, name):
    """A button of the cell; with another cell's number Run has another name."""
    name = f"Run cell {number}" if name == "Run" else name
    cell(page, number).get_by_role("button", name=name, exact=True).click()


def begin(page, number, source, state="running"):
    code(page, number).fill(source)
    code(page, number).press("Control+Enter")
    expect(note(page, number)).to_have_text(state)


def run(page, number, source, output=None):
    begin(page, number, source, "ran")
    if output is not None:
        expect(shown(page, number)).to_have_text(output)


def dock(page):
    return page.get_by_role("region", name="Python")


def waiting_for(path):
    """A cell's code that runs until a file is there."""
    wait = f"while not pathlib.Path({str(path)!r}).exists(): time.sleep(0.05)"
    return f"import pathlib, time\n{wait}"


def test_edits_made_after_a_reload_survive_the_next(chapter):
    original = code(chapter, 3).input_value()
    code(chapter, 3).fill("1 + 1")
    chapter.reload()
    code(chapter, 2).fill("2 + 2")
    code(chapter, 3).fill("3 + 3")
    chapter.reload()
    assert code(chapter, 2).input_value() == "2 + 2"
    assert code(chapter, 3).input_value() == "3 + 3"
    press(chapter, 3, "Reset")
    chapter.reload()
    assert code(chapter, 2).input_value() == "2 + 2"
    assert code(chapter, 3).input_value() == original


def test_reset_can_be_undone_and_tab_indents_the_lines_that_are_selected(chapter):
    area = code(chapter, 1)
    area.fill("one\n\n  two\nthree")
    press(chapter, 1, "Reset")
    expect(area).not_to_have_value("one\n\n  two\nthree")
    chapter.keyboard.press("Control+z")
    expect(area).to_have_value("one\n\n  two\nthree")
    area.press("Control+Home")
    chapter.keyboard.press("ArrowRight")  # from within the first line
    for _ in range(3):
        chapter.keyboard.press("Shift+ArrowDown")
    chapter.keyboard.press("Tab")
    expect(area).to_have_value("    one\n\n      two\n    three")


def test_the_keyboard_stays_where_it_is_used(chapter):
    start = cell(chapter, 1).get_by_role("button", name="Run cell 1")
    start.focus()
    chapter.keyboard.press("Enter")
    expect(note(chapter, 1)).to_have_text("ran")
    expect(start).to_be_focused()
    cell(chapter, 3).get_by_role("button", name="Run cell 3").focus()
    chapter.keyboard.press("Enter")
    expect(cell(chapter, 3).get_by_role("button", name="Run all above")).to_be_focused()
    chapter.keyboard.press("Enter")
    expect(code(chapter, 3)).to_be_focused()
    expect(note(chapter, 3)).to_have_text("ran")


@pytest.mark.parametrize("where", ["row", "dock"])
def test_stop_while_python_starts(chapter, where):
    """Before the server has answered, and while Python reads its own files."""
    held = []
    if where == "row":
        chapter.route("**/api/sessions", lambda route: held.append(route))
    code(chapter, 1).fill(ENDLESS)
    with chapter.expect_event(
        "request" if where == "row" else "requestfinished",
        lambda request: request.url.endswith("/api/sessions"),
    ):
        press(chapter, 1, "Run")
    place = cell(chapter, 1) if where == "row" else dock(chapter)
    place.get_by_role("button", name="Stop", exact=True).click()
    for route in held:
        route.continue_()
    expect(dock(chapter).get_by_role("status")).to_have_text("Python is ready")
    expect(note(chapter, 1)).to_have_text(EDITED)
    run(chapter, 1, "6 * 7", "42")


def test_run_and_restart_pressed_thrice(chapter, context):
    code(chapter, 1).fill("n = globals().get('n', 0) + 1")
    start = cell(chapter, 1).get_by_role("button", name="Run cell 1")
    start.evaluate("start => { start.click(); start.click(); start.click(); }")
    expect(note(chapter, 1)).to_have_text("ran")
    run(chapter, 2, "n", "1")
    restart = dock(chapter).get_by_role("button", name="Restart")
    restart.evaluate("restart => { restart.click(); restart.click(); }")
    restart.click()
    expect(dock(chapter).get_by_role("status")).to_have_text("Python is ready")
    expect(note(chapter, 1)).to_have_text(EDITED)
    run(chapter, 1, "'n' in globals()", "False")
    assert context.errors == []


def test_a_cell_edited_while_it_runs_and_one_with_much_output(chapter, tmp_path):
    begin(chapter, 1, waiting_for(tmp_path / "go"))
    code(chapter, 1).fill("2")
    (tmp_path / "go").touch()
    expect(note(chapter, 1)).to_have_text("ran, edited since")
    run(chapter, 1, 'print("x" * 3_000_000); print("end")')
    expect(shown(chapter, 1)).to_have_text("[what came before is not shown]\nend")
    progress = 'for part in range(100): print(f"\\r{part} %", end="")\nprint(" done")'
    run(chapter, 1, progress, "99 % done")


def test_python_that_was_ended_elsewhere_starts_anew(chapter, desk):
    run(chapter, 1, "kept = 1")
    desk.end_kernels()
    begin(chapter, 2, "'kept' in globals()", EDITED)
    press(chapter, 2, "Run only this one")
    expect(shown(chapter, 2)).to_have_text("False")
    expect(note(chapter, 1)).to_have_text(EDITED)
    begin(chapter, 1, ENDLESS)
    desk.end_kernels()
    press(chapter, 1, "Stop")
    expect(shown(chapter, 1)).to_contain_text("Python ended unexpectedly")
    run(chapter, 1, "6 * 7", "42")


def test_python_that_ends_again_and_again(chapter):
    """Jupyter itself starts it anew five times."""
    for _ in range(6):
        begin(chapter, 1, "import os; os._exit(1)", "failed")
        expect(shown(chapter, 1)).to_contain_text("Python ended unexpectedly")
    run(chapter, 1, "6 * 7", "42")


def test_a_restart_in_another_tab(chapter, context):
    run(chapter, 1, "kept = 1")
    other = context.new_page()
    other.goto(chapter.url)
    run(other, 1, "kept", "1")
    begin(other, 2, ENDLESS)
    dock(chapter).get_by_role("button", name="Restart").click()
    expect(shown(other, 2)).to_contain_text("Python was restarted")
    expect(note(other, 2)).to_have_text("failed")
    expect(note(other, 1)).to_have_text(EDITED)
    run(other, 1, "'kept' in globals()", "False")
    run(chapter, 1, "6 * 7", "42")


def test_a_connection_that_is_cut(chapter, tmp_path):
    chapter.add_init_script("""
        window.sockets = [];
        window.WebSocket = class extends WebSocket {
            constructor(...address) { super(...address); sockets.push(this); }
        };""")
    chapter.reload()
    run(chapter, 1, "kept = 41")
    begin(chapter, 2, waiting_for(tmp_path / "go"))
    chapter.evaluate("sockets.at(-1).close()")
    expect(shown(chapter, 2)).to_contain_text("The connection was cut")
    expect(note(chapter, 1)).to_have_text("ran")
    (tmp_path / "go").touch()
    run(chapter, 2, "kept + 1", "42")


def test_a_page_of_another_server(chapter, context):
    context.clear_cookies()
    begin(chapter, 1, "1", "failed")
    expect(shown(chapter, 1)).to_contain_text("'make serve'")
    status = dock(chapter).get_by_role("status")
    expect(status).to_have_text("Python cannot be reached")
