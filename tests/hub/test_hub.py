"""A student and an instructor on a JupyterHub, from the release to the feedback.

Both work in a browser with nbgrader's own pages, each in their own server, and what
passes between them goes through nbgrader's exchange.
"""

import json

import pytest

from tests.autograder.conftest import ANSWERS, fill_in

from .conftest import PASSWORD

pytestmark = pytest.mark.browser
SECONDS = 1000  # Playwright counts milliseconds
SLOW = 120 * SECONDS  # a server starts, or a notebook is graded, on a busy machine


class Person:
    """Somebody who is logged in, with a browser of their own.

    Without another address (`then`) their server is started.
    """

    def __init__(self, browser, hub, name, then=""):
        self.server = f"{hub.address}/user/{name}"
        self.page = browser.new_context().new_page()
        self.page.set_default_timeout(SLOW)
        self.page.goto(f"{hub.address}/hub/login{then}")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        if not then:  # the server of one's own has started
            self.page.wait_for_url(f"{self.server}/lab**", wait_until="commit")

    def go(self, path):
        self.page.goto(f"{self.server}/{path}")

    def ask(self, path, method="GET", **body):
        """What the server's own interface answers, asked from its page."""
        found = self.page.evaluate(
            """async ([address, method, body]) => {
                const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
                const options = {method, headers: {"X-XSRFToken": token}};
                if (method !== "GET") options.body = body;
                return (await fetch(address, options)).text();
            }""",
            [f"{self.server}/{path}", method, json.dumps(body)],
        )
        return json.loads(found)

    def close(self):
        self.page.context.close()


class Student(Person):
    """Works with nbgrader's list of assignments."""

    def open_list(self):
        self.go("lab?reset")
        self.page.get_by_role("menuitem", name="Nbgrader").click()
        self.page.get_by_role("menuitem", name="Assignment List").click()

    def press(self, button):
        self.page.get_by_role("button", name=button, exact=True).click()

    def answer(self, answers):
        """Write answers into the notebook, and save it, through the server."""
        content = self.ask("api/contents/tiny/tiny.ipynb?type=notebook")["content"]
        filled = json.loads(fill_in(json.dumps(content).encode(), answers))
        self.ask("api/contents/tiny/tiny.ipynb", "PUT", type="notebook", content=filled)


class Instructor(Person):
    """Works with nbgrader's formgrader."""

    def press(self, column, row="tiny", page="manage_assignments"):
        self.go(f"formgrader/{page}")
        rows = self.page.locator("tbody tr", has_text=row)
        rows.locator(f".{column} a").first.click()
        said = self.page.locator(".modal-title").filter(visible=True)
        said.wait_for()
        assert said.inner_text() == "Success", self.page.content()
        self.page.get_by_role("button", name="OK").click()


@pytest.fixture(scope="module")
def student(hub, browser):
    found = Student(browser, hub, "ada")
    yield found
    found.close()


def test_from_the_release_to_the_feedback(hub, browser, student):
    instructor = Instructor(browser, hub, "instructor")
    instructor.press("assign")
    instructor.press("release")

    student.open_list()
    student.press("Fetch")
    student.page.get_by_role("button", name="Submit", exact=True).wait_for()
    student.answer(ANSWERS["wrong"])
    student.press("Submit")
    student.page.get_by_role("button", name="Fetch Feedback").wait_for()

    instructor.press("collect")
    instructor.press("autograde", "ada", "manage_submissions/tiny")
    instructor.press("generate-feedback")
    instructor.press("release-feedback")
    (graded,) = instructor.ask("formgrader/api/submissions/tiny")
    assert (graded["student"], graded["score"]) == ("ada", 3)
    instructor.close()

    page = feedback_of(student)
    assert "3 of 6 points" in page
    assert "You probably added c." in page


def feedback_of(student):
    """The text of the page that a student gets."""
    student.open_list()
    student.press("Fetch Feedback")
    student.page.get_by_text("view feedback").wait_for()
    (submitted,) = [
        one
        for one in student.ask("assignments?course_id=rnn-to-transformers")["value"]
        if one["status"] == "submitted"
    ]
    (one,) = submitted["submissions"]
    student.go(f"files/{one['local_feedback_path']}/tiny.html")
    return student.page.inner_text("body")


def test_a_student_has_no_formgrader_and_a_grader_has_the_instructors(
    hub, browser, student
):
    student.open_list()
    student.page.get_by_role("menuitem", name="Nbgrader").click()
    entries = student.page.locator(".lm-Menu-itemLabel:visible").all_inner_texts()
    assert "Assignment List" in entries
    assert not [one for one in entries if "Formgrader" in one or "Create" in one]
    formgrader = "/user/instructor/formgrader"
    assert student.page.goto(f"{hub.address}{formgrader}").status == 403
    grader = Person(browser, hub, "tutor", then=f"?next={formgrader}")
    grader.page.get_by_role("button", name="Authorize").click()
    grader.page.wait_for_url(f"{hub.address}{formgrader}**")
    grader.page.get_by_text("Manage Assignments").first.wait_for()
    grader.close()
