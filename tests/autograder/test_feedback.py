"""The page that a student gets back: what is on it, and what never is."""

import html
import json
import re
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)
from nbgrader.api import Gradebook

from autograder import course as courses
from autograder.answers import read_catalogue
from autograder.feedback import Inert
from autograder.feedback_page import FeedbackExporter
from autograder.pages import ALL_SHOWN, CUT, MAX_MARKDOWN, MAX_OPENED, MAX_SHOWN
from autograder.release import generate, source_notebook
from autograder.sources import read_source, read_tasks, solution_path

from .conftest import (
    ANSWERS,
    PACKAGE_ROOT,
    autograder,
    fill_in,
    hand_in,
    make_course,
    nbgrader,
)
from .test_cli import run_all

ASSIGNMENT = "ch1_rnn"
LONG = 12  # characters of a line that cannot be there by chance
HOSTILE_TEXT = """
<script>alert(1)</script> [x](javascript:alert(1)) ![x](https://evil.example/x.png)
<img src="https://evil.example/y.png" onerror="alert(1)"> $\\href{x}{y}$
"""
HOSTILE_CODE = """
from IPython.display import HTML, Markdown, display
display(HTML('<script>alert(1)</script><img src="https://evil.example/z.png">'))
display(Markdown('![x](https://evil.example/m.png)'))
display({'image/png': 'AAAA'}, raw=True, metadata={
    'image/png': {'width': '1 onload=alert(1)'},
    'filenames': {'image/png': 'https://evil.example/n.png'}})
print('<script>alert(1)</script>')
"""
SPY = """
def {task}(*args):
    import inspect
    print(args)
    print([frame.code_context for frame in inspect.stack()])
    raise ValueError(args)
"""


@pytest.fixture(scope="module")
def real_class(tmp_path_factory):
    """A class of four that did a real assignment, with all feedback written.

    Amara's answers are right, but not the reference's; Bruno's are misconceptions;
    Chiyo's print and raise all that they can get hold of; Dmitri's is no notebook.
    """
    root = tmp_path_factory.mktemp("real")
    shutil.copy(PACKAGE_ROOT / "nbgrader_config.py", root)
    shutil.copytree(PACKAGE_ROOT / "solutions", root / "solutions")
    config = courses.read_config(root)
    source = source_notebook(root, ASSIGNMENT)
    released = generate(ASSIGNMENT, source, config)
    tasks = read_tasks(read_source(solution_path(root, ASSIGNMENT)))
    catalogue = read_catalogue(root / "solutions" / ASSIGNMENT)
    cells = {
        "amara-right": {a.task: a.source for a in catalogue.alternatives},
        "bruno-wrong": {a.task: a.source for a in catalogue.misconceptions},
        "chiyo-broken": {t.name: SPY.format(task=t.name) for t in tasks},
    }
    written = {"dmitri-none": "this is not a notebook"}
    for student, answers in cells.items():
        signed = {t: f"# {student} wrote {t}\n{text}" for t, text in answers.items()}
        written[student] = fill_in(released, signed)
    nb = nbformat.reads(written["chiyo-broken"], as_version=4)
    nb.cells.insert(3, new_markdown_cell(HOSTILE_TEXT))
    nb.cells.insert(4, new_code_cell(HOSTILE_CODE))
    written["chiyo-broken"] = nbformat.writes(nb)
    for student, text in written.items():
        path = root / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    done = autograder("grade", ASSIGNMENT, "--workers", "1", cwd=root)
    assert done.returncode == 0, done.stderr
    done = autograder("feedback", ASSIGNMENT, cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    places = [f"feedback/{s}/{ASSIGNMENT}/{ASSIGNMENT}.html" for s in sorted(written)]
    assert done.stdout.split() == places
    pages = {p.split("/")[1]: (root / p).read_text("utf-8") for p in places}
    return SimpleNamespace(
        root=root, source=source, released=released, written=written, pages=pages
    )


def lines(text):
    """The lines that cannot be there by chance."""
    found = (line.strip() for line in text.splitlines())
    return {line for line in found if len(line) >= LONG}


def source_lines(notebook):
    """All lines of a notebook's cells, and of what they print."""
    try:
        cells = json.loads(notebook)["cells"]
    except ValueError:
        return set()
    return lines("\n".join("".join(cell["source"]) + "\n" for cell in cells))


def seen(page):
    """A page's text as a reader sees it, and as it stands in the file."""
    return BeautifulSoup(page, "html.parser").get_text(), html.unescape(page)


def found(wanted, page, own):
    """What of the wanted lines is on a page and not in the student's own notebook."""
    mine = "\n".join(source_lines(own))
    texts = seen(page)
    there = (line for line in wanted if any(line in text for text in texts))
    return sorted(line for line in there if line not in mine)


def test_no_line_of_a_hidden_test_or_of_a_reference_is_in_any_page(real_class):
    solution = source_lines(real_class.source) - source_lines(real_class.released)
    hidden = [
        block
        for cell in json.loads(real_class.source)["cells"]
        for block in re.findall(
            "### BEGIN HIDDEN TESTS(.*?)### END HIDDEN TESTS",
            "".join(cell["source"]),
            re.DOTALL,
        )
    ]
    released = source_lines(real_class.released)
    secret = set().union(*map(lines, hidden)) - released
    assert len(hidden) == 13
    assert len(secret) > 100
    assert secret < solution  # the rest are the reference's lines
    assert len(solution - secret) > 30
    for student, page in real_class.pages.items():
        own = real_class.written[student]
        assert found(secret, page, own) == []
        assert found(solution, page, own) == []


def test_nothing_of_another_student_is_in_a_page(real_class):
    released = source_lines(real_class.released)
    for student, page in real_class.pages.items():
        for other, text in real_class.written.items():
            if other != student:
                assert other not in page
                theirs = source_lines(text) - released
                assert found(theirs, page, real_class.written[student]) == []


def test_a_page_shows_points_verdicts_hints_and_the_own_answers(real_class):
    pages = {s: BeautifulSoup(p, "html.parser") for s, p in real_class.pages.items()}
    assert pages["amara-right"].select_one(".score").text == "38 of 40 points"
    assert pages["bruno-wrong"].select_one(".score").text == "0 of 40 points"
    rows = pages["bruno-wrong"].select("table.stack tbody tr")
    assert len(rows) == 14
    named = [row for row in rows if "✗ wrong" in row.text and "eread" in row.text]
    assert len(named) >= 11
    assert "# bruno-wrong wrote rnn_step" in pages["bruno-wrong"].text
    for student in ("amara-right", "bruno-wrong", "chiyo-broken"):
        assert "Chapter 1: build a recurrent" in pages[student].text
        assert len(pages[student].select("math")) > 100
        for code in pages[student].select("pre, code"):
            code.decompose()
        assert "$" not in pages[student].text
    text = " ".join(pages["dmitri-none"].text.split())
    assert "could not be graded. The file is not a notebook: it is not JSON" in text
    assert "Your notebook" not in text


def test_a_page_is_inert_and_complete_in_itself(real_class):
    for page in real_class.pages.values():
        soup = BeautifulSoup(page, "html.parser")
        assert soup.select("script, iframe, object, embed, form, link, base") == []
        policy = soup.select_one("meta[http-equiv]")["content"]
        assert "default-src 'none'; img-src data:;" in policy
        for tag in soup.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")]
            assert tag.get("src", "data:image/").startswith("data:image/")
            assert re.match("#|https?://", tag.get("href", "#"))
        assert "url(" not in page
        assert "@import" not in page


def test_nbgrader_writes_the_same_page(real_class):
    nbgrader("generate_feedback", ASSIGNMENT, "--force", cwd=real_class.root)
    for student, page in real_class.pages.items():
        path = real_class.root / "feedback" / student / ASSIGNMENT
        assert (path / f"{ASSIGNMENT}.html").read_text("utf-8") == page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_in_a_browser_nothing_is_fetched_and_nothing_sticks_out(
    real_class, browser, scheme, width
):
    size = {"width": width, "height": 900}
    page = browser.new_page(viewport=size, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    done = autograder("report", ASSIGNMENT, cwd=real_class.root)
    for path in [
        *real_class.root.glob("feedback/*/*/*.html"),
        real_class.root / done.stdout.strip(),
    ]:
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


@pytest.fixture(scope="module")
def graded_pair(tmp_path_factory, released):
    """A graded class of two, each with what nbgrader's exchange leaves."""
    root = make_course(tmp_path_factory.mktemp("pair"))
    for student in ("right", "wrong"):
        path = hand_in(root, student, fill_in(released, ANSWERS[student]))
        (path.parent / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
        (path.parent / "submission_secret.txt").write_text(f"secret of {student}")
    done = autograder("grade", "tiny", "--workers", "1", cwd=root)
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def small_class(graded_pair, tmp_path):
    """A copy of the pair, for one test."""
    return Path(shutil.copytree(graded_pair, tmp_path / "course", symlinks=True))


def page_of(root, student):
    path = root / "feedback" / student / "tiny" / "tiny.html"
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def test_points_and_comments_by_hand_and_a_penalty_are_on_the_page(small_class):
    with Gradebook(f"sqlite:///{small_class / 'gradebook.db'}") as book:
        place = ("tiny", "tiny", "right")
        book.find_grade("thoughts", *place).manual_score = 0.5
        book.find_comment("thoughts", *place).manual_comment = "Say **why** $x < 1$."
        book.find_grade("total_test", *place).manual_score = 1
        book.find_comment("scale", *place).manual_comment = "Neat."
        book.find_submission_notebook(*place).late_submission_penalty = 0.5
        book.find_grade("thoughts", "tiny", "tiny", "wrong").auto_score = None
        book.db.commit()
    (said,) = run_all([("feedback", "tiny")], small_class)
    assert (said[1], said[3]) == (0, "")
    page = page_of(small_class, "right")
    assert page.select_one(".score").text == "3 of 6 points"
    assert "0.5 points are taken off" in page.text
    rows = [" ".join(row.text.split()) for row in page.select("tbody tr")]
    assert rows == [
        "scale 2 / 2 ✓ correct There is a comment below your answer.",
        "total 1 / 3 ✓ correct Points given by a grader.",
        "thoughts 0.5 / 1 ✓ graded There is a comment below your answer.",
    ]
    comments = [" ".join(note.text.split()) for note in page.select(".note")]
    assert comments[1] == "CommentNeat."
    assert comments[2].startswith("CommentSay why")
    waiting = page_of(small_class, "wrong").text
    assert "1 answer (1 point) still to be read" in waiting
    assert "… not graded yet" in waiting


def test_one_student_alone_and_an_unknown_one(small_class):
    (said,) = run_all([("feedback", "tiny", "--student", "wrong")], small_class)
    assert said[1:] == (0, "feedback/wrong/tiny/tiny.html\n", "")
    assert not (small_class / "feedback" / "right").exists()
    (said,) = run_all([("feedback", "tiny", "--student", "nobody")], small_class)
    assert said[1] == 2
    assert "'nobody' has no result of tiny; grade it first" in said[3]


def test_a_result_that_does_not_fit_stops_no_other_page(small_class):
    path = small_class / "autograded" / "right" / "tiny" / "tiny.ipynb"
    path.write_text(path.read_text().replace('"total_test"', '"gone_test"'))
    (said,) = run_all([("feedback", "tiny")], small_class)
    assert said[1:3] == (2, "")
    assert said[3].startswith("1 page written, but not that of right (")
    assert "MissingEntry" in said[3]
    assert said[3].count("\n") == 1
    assert page_of(small_class, "wrong").select(".score")


def test_nbgrader_releases_the_pages_to_the_students(small_class):
    list(run_all([("feedback", "tiny")], small_class))
    nbgrader("release_feedback", "tiny", cwd=small_class)
    given = small_class / "_build" / "exchange" / "rnn-to-transformers" / "feedback"
    pages = sorted(path.read_text("utf-8") for path in given.glob("*.html"))
    ours = [small_class / "feedback" / s / "tiny" / "tiny.html" for s in ANSWERS]
    assert pages == sorted(p.read_text("utf-8") for p in ours if p.is_file())
    assert len(pages) == 2


def test_a_link_in_a_submission_is_not_followed(small_class):
    secret = small_class / "submitted" / "right" / "tiny" / "submission_secret.txt"
    secret.unlink()
    secret.symlink_to(small_class / "solutions" / "tiny" / "tiny.py")
    done = autograder("grade", "tiny", "--student", "right", cwd=small_class)
    assert done.returncode == 0, done.stderr
    list(run_all([("feedback", "tiny", "--student", "right")], small_class))
    names = {p.name for p in (small_class / "feedback" / "right" / "tiny").iterdir()}
    assert names == {"tiny.html", "timestamp.txt"}


def test_outputs_lose_the_metadata_that_templates_write_into_a_page():
    metadata = {
        "image/png": {"width": "1 onload=alert(1)"},
        "filenames": {"image/png": "https://evil.example/x.png"},
    }
    shown = new_output("display_data", {"image/png": "AAAA"}, metadata=metadata)
    nb = nbformat.v4.new_notebook(cells=[new_code_cell("1", outputs=[shown])])
    nb, _ = Inert()(nb, {})
    assert nb.cells[0].outputs[0].metadata == {}
    assert nb.cells[0].outputs[0].data == {"image/png": "AAAA"}


LINES = "a = 1\n"
SLOW_TEXTS = [
    "\\begin{a}" * 20_000,
    "\\begin{a}" * (MAX_MARKDOWN // 9),
    "\\\\[" * (MAX_MARKDOWN // 3),
    "\\\\(a" * 20_000,
]
SLOW_CODE = [" \n" * 20_000, "'%" + "0" * 30_000, "$" * 1_000_000, LINES * 150_000]
WRITTEN = {"grade": True, "solution": True, "locked": False, "grade_id": "essay"}
GRADED = {"score": 0, "points": 1, "by_hand": True, "waiting": False, "comment": None}


def page_with(*cells):
    """The page of a graded notebook with these cells, made within seconds."""
    cells = [nbformat.from_dict({**c, "id": f"c{k}"}) for k, c in enumerate(cells)]
    if not any(cell.metadata for cell in cells):
        cells.append(written("graded"))
    graded = {"assignment": "a", "student": "s", "late_penalty": 0}
    graded |= {"score": 0, "max_score": 1}
    begin = time.monotonic()
    page, _ = FeedbackExporter().from_notebook_node(
        new_notebook(cells=cells), {"nbgrader": graded}
    )
    assert time.monotonic() - begin < 15
    return BeautifulSoup(page, "html.parser")


def written(text):
    return new_markdown_cell(text, metadata={"nbgrader": WRITTEN | GRADED})


def displayed(text):
    output = new_output("display_data", {"text/markdown": text})
    return new_code_cell("1", outputs=[output])


@pytest.mark.parametrize("make", [new_markdown_cell, written, displayed])
@pytest.mark.parametrize("text", SLOW_TEXTS)
def test_markdown_that_is_slow_to_read_is_shown_as_it_is(make, text):
    page = page_with(make(text))
    assert page.select(".cell pre")[-1].text.startswith(text[:MAX_SHOWN])


@pytest.mark.parametrize("code", SLOW_CODE)
def test_code_that_is_slow_to_colour_is_shown_in_seconds(code):
    page = page_with(new_code_cell(code))
    shown = page.select_one(".cell pre.code").text
    assert shown.split() == (code[:MAX_SHOWN].split() + CUT.split() * (CUT in shown))
    assert (CUT in shown) == (len(code) > MAX_SHOWN)


def test_many_cells_below_the_limits_are_limited_together():
    almost = "\\left(" * 3000 + "$"
    page = page_with(
        *[new_markdown_cell("$" + almost)] * 100,
        *[displayed("$" + almost)] * 100,
        *[new_code_cell("$" * 400 + "\n" + LINES * 3000)] * 500,
    )
    assert len(str(page)) < 4 * ALL_SHOWN
    assert CUT in page.text


def test_ordinary_texts_are_set_and_what_is_shown_as_it_is_is_harmless():
    formulas = "$x < 1$ and\n\n$$\\begin{matrix}a\\\\b\\end{matrix}$$\n"
    text = "**why** " + formulas.replace("<", "&lt;") * (MAX_OPENED // 2)
    hostile = "&lt;script&gt;alert(1)&lt;/script&gt;" * 1000
    page = page_with(
        new_markdown_cell(text),
        new_code_cell("import a\nb = 'c'\n" * 1000),
        new_markdown_cell(hostile),
        new_raw_cell("a &lt; b"),
        new_code_cell("<script>" + "a" * 600),
    )
    assert len(page.select(".cell math")) == MAX_OPENED
    assert page.select(".cell strong")[0].text == "why"
    assert len(page.select(".code span")) > 2000
    assert "<script>alert(1)</script>" in page.select("pre")[1].text
    assert page.select("pre")[2].text == "a < b"
    assert page.select("script") == []


def test_the_instructors_texts_have_no_limit():
    record = {"grade": False, "solution": False, "locked": True, "grade_id": "text"}
    text = "*word* " * MAX_MARKDOWN
    theirs = new_markdown_cell(text, metadata={"nbgrader": record})
    page = page_with(theirs, written("graded"))
    assert len(page.select("em")) == MAX_MARKDOWN


def test_no_control_character_of_a_student_is_in_the_page():
    said = "\x1b]0;owned\x07\x00\x9b31m\x7f\ud800 end"
    stream = new_output("stream", text=said)
    page = page_with(
        new_markdown_cell(said),
        new_raw_cell(said),
        new_code_cell(f"# {said}", outputs=[stream]),
    )
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800]", str(page))
    assert page.text.count("end") == 4
