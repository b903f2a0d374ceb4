"""Every chapter asks as it goes, and answers every answer; by keyboard, too."""

import io
import re
import sys

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from .conftest import BOOK, CHAPTERS


@pytest.fixture(scope="module")
def quizzes(html):
    """The questions of each chapter, as they were built."""
    pages = {path.stem: html / f"{path.stem}.html" for path in CHAPTERS}
    return {
        name: BeautifulSoup(page.read_bytes(), "html.parser").select("form.quiz")
        for name, page in pages.items()
    }


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def asked(request, quizzes):
    """The questions of one chapter."""
    return quizzes[request.param.stem]


def reasons(quiz):
    """What the page says to each choice, right and wrong."""
    return quiz.select("details > ul > li")


def is_right(reason):
    return reason["data-verdict"] == "right"


def kind_of(quiz):
    kinds = {field["type"] for field in quiz.select("input")}
    assert len(kinds) == 1
    return kinds.pop()


def test_a_chapter_asks_five_questions_or_more_in_several_sections(asked):
    assert len(asked) >= 5
    sections = {quiz.find_parent("section")["id"] for quiz in asked}
    assert len(sections) >= 4


def test_kinds_are_mixed(asked):
    assert {kind_of(quiz) for quiz in asked} == {"radio", "checkbox", "text"}


def test_as_many_choices_are_right_as_the_kind_says(asked):
    for quiz in asked:
        right = sum(map(is_right, reasons(quiz)))
        assert right >= 2 if kind_of(quiz) == "checkbox" else right == 1
        assert right < len(reasons(quiz))


def test_choices_and_reasons_belong_together(asked):
    for quiz in asked:
        shown = [label.get_text(strip=True) for label in quiz.select("li label")]
        told = [li.select_one(".quiz-choice span") for li in reasons(quiz)]
        if kind_of(quiz) != "text":
            assert shown == [span.get_text(strip=True) for span in told]


def test_a_typed_number_has_a_reason_whatever_it_is(asked):
    for quiz in asked:
        if kind_of(quiz) == "text":
            *numbers, other = reasons(quiz)
            values = [float(reason["data-value"]) for reason in numbers]
            assert len(set(values)) == len(values)
            assert "data-value" not in other.attrs
            assert not is_right(other)


def test_every_choice_has_a_reason_of_its_own(asked):
    for quiz in asked:
        told = []
        for reason in reasons(quiz):
            reason.select_one(".quiz-choice").extract()
            told.append(reason.get_text(" ", strip=True))
        assert min(map(len, told)) > 30
        assert len(set(told)) == len(told)


def test_every_wrong_choice_is_told_where_to_reread(asked):
    wrong = [li for quiz in asked for li in reasons(quiz) if not is_right(li)]
    assert wrong
    for reason in wrong:
        assert reason.select("a.reference.internal"), reason.get_text()


def test_the_right_choice_is_not_known_by_its_place(quizzes):
    single = [q for qs in quizzes.values() for q in qs if kind_of(q) == "radio"]
    places = [list(map(is_right, reasons(quiz))).index(True) for quiz in single]
    assert len(single) > 20
    assert max(map(places.count, places)) < 0.6 * len(places)


# What the directive refuses, and what other builders make of it.

GOOD = """
:::{quiz}
Which?

- [ ] this

  No.
- [x] that

  Yes.
:::
"""
BAD = {
    "no_list": GOOD.split("- [ ]")[0] + ":::\n",
    "no_box": GOOD.replace("- [ ] this", "- this"),
    "no_reason": GOOD.replace("  No.\n", ""),
    "none_right": GOOD.replace("[x]", "[ ]"),
    "two_right": GOOD.replace("[ ]", "[x]"),
    "one_of_several": GOOD.replace("Which?", ":several:\n\nWhich?"),
    "no_number": GOOD.replace("Which?", ":number:\n\nWhich?"),
    "no_other_number": GOOD.replace("Which?", ":number:\n\nWhich?")
    .replace("this", "1")
    .replace("that", "2"),
}


@pytest.fixture(scope="module")
def small_book(tmp_path_factory):
    """A book with one good page and many bad ones: its text and its warnings."""
    source = tmp_path_factory.mktemp("quizzes")
    for name, text in {"index": GOOD, **BAD}.items():
        (source / f"{name}.md").write_text(f":orphan:\n\n# A page\n{text}")
    settings = {
        "extensions": ["myst_parser", "quiz"],
        "myst_enable_extensions": ["colon_fence", "tasklist"],
    }
    out, warnings = source / "out", io.StringIO()
    sys.path.insert(0, str(BOOK / "_ext"))
    try:
        app = Sphinx(
            *(source, None, out, out / "trees", "text"),
            confoverrides=settings,
            status=None,
            warning=warnings,
        )
        app.build()
    finally:
        sys.path.remove(str(BOOK / "_ext"))
    return (out / "index.txt").read_text(), warnings.getvalue()


@pytest.mark.parametrize("name", BAD)
def test_a_question_that_is_not_whole_is_refused(small_book, name):
    _, warnings = small_book
    assert f"{name}.md" in warnings
    assert "index.md" not in warnings.replace("WARNING: document isn't included", "")


def test_without_html_the_question_is_text_and_a_list(small_book):
    text, _ = small_book
    for part in ["Which?", "this", "that", "No.", "Yes."]:
        assert part in text
    assert "<" not in text


# In a browser.

FIRST_SINGLE = "form.quiz:has(input[type=radio])"


@pytest.fixture
def page(request, browser, html):
    """Chapter 2 in a colour scheme, with a record of what went wrong."""
    scheme = getattr(request, "param", "light")
    context = browser.new_context(color_scheme=scheme)
    page, errors = context.new_page(), []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else 0)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((html / "ch2_attention.html").as_uri())
    page.evaluate("() => window.MathJax?.startup?.promise")
    yield page
    context.close()
    assert errors == []


def tab_to(page, quiz, what, key="Tab"):
    """Press a key until something in the question has the focus."""
    for _ in range(200):
        page.keyboard.press(key)
        if quiz.locator(f"{what}:focus").count():
            return
    pytest.fail(f"{key} does not reach {what}")


@pytest.mark.browser
@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_a_wrong_answer_and_then_the_right_one_by_keyboard_alone(page):
    quiz = page.locator(FIRST_SINGLE).first
    feedback = quiz.get_by_role("status")
    radios = quiz.get_by_role("radio")
    right = quiz.locator("details > ul > li").evaluate_all(
        "all => all.findIndex(li => li.dataset.verdict === 'right')"
    )
    assert right > 0, "the test wants a question whose first choice is wrong"
    page.locator(
        "section:has(> form.quiz:has(input[type=radio])) > :is(h2, h3) > a"
    ).first.focus()

    tab_to(page, quiz, "input[type=radio]")
    assert radios.nth(0).evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Space")
    tab_to(page, quiz, "button")
    page.keyboard.press("Enter")
    assert "Not quite." in feedback.inner_text()
    assert "Reread" in feedback.inner_text()

    tab_to(page, quiz, "input[type=radio]", key="Shift+Tab")
    for _ in range(right):
        page.keyboard.press("ArrowDown")
    assert feedback.inner_text() == ""
    page.keyboard.press("Enter")
    assert "Right." in feedback.inner_text()
    assert "Not quite." not in feedback.inner_text()


@pytest.mark.browser
def test_several_right_choices_are_asked_for_until_all_are_there(page):
    quiz = page.locator("form.quiz:has(input[type=checkbox])").first
    feedback, boxes = quiz.get_by_role("status"), quiz.get_by_role("checkbox")
    verdicts = quiz.locator("details > ul > li").evaluate_all(
        "all => all.map(li => li.dataset.verdict)"
    )
    first, *others = [k for k, verdict in enumerate(verdicts) if verdict == "right"]
    button = quiz.get_by_role("button")
    button.click()
    assert feedback.inner_text() == "Give an answer first."
    boxes.nth(first).check()
    button.click()
    assert "but more is right" in feedback.inner_text()
    for other in others:
        boxes.nth(other).check()
    button.click()
    assert feedback.inner_text().count("Right.") == len(others) + 1
    assert "but more is right" not in feedback.inner_text()
    boxes.nth(verdicts.index("wrong")).check()
    button.click()
    assert feedback.inner_text().count("Not quite.") == 1


@pytest.mark.browser
def test_a_typed_number_is_read_as_people_write_it(page):
    quiz = page.locator("form.quiz:has(input[type=text])").first
    value = quiz.locator("li[data-verdict=right]").get_attribute("data-value")
    for typed, answer in [
        ("thirty", "Give an answer first."),
        ("-1", "any other number"),
        (f" {value},0 ", "Right."),
        (f"{value}.0", "Right."),
    ]:
        quiz.get_by_role("textbox").fill(typed)
        page.keyboard.press("Enter")
        assert answer in quiz.get_by_role("status").inner_text(), typed


@pytest.mark.browser
def test_without_a_script_question_and_folded_reasons_remain(browser, html):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((html / "ch2_attention.html").as_uri())
    quiz = page.locator(FIRST_SINGLE).first
    assert quiz.locator("legend").is_visible()
    assert quiz.locator("label").first.is_visible()
    assert not quiz.locator("button").is_visible()
    assert not quiz.locator("details li").first.is_visible()
    quiz.locator("summary").click()
    assert quiz.locator("details li").first.is_visible()
    context.close()


@pytest.mark.browser
def test_in_print_the_reasons_are_unfolded(page):
    page.emulate_media(media="print")
    quiz = page.locator(FIRST_SINGLE).first
    assert quiz.locator("details li").first.is_visible()
    assert not quiz.locator("button").is_visible()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_question_stands_between_a_sentence_and_its_equation(path):
    text = path.read_text(encoding="utf-8")
    before = re.findall(r"(\S)\s*\n\n:::\{quiz\}", text)
    assert len(before) == text.count(":::{quiz}") > 0
    assert ":" not in before
