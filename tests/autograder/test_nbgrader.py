"""nbgrader's own commands and the formgrader go the same way as ours."""

import csv
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

from .conftest import ANSWERS, HIDDEN_LINES, PACKAGE_ROOT, RIGHT, fill_in, hand_in

TOKEN = "for-this-test"


def page(root, student):
    return (root / "feedback" / student / "tiny" / "tiny.html").read_text()


def judged(root, student):
    path = root / "autograded" / student / "tiny" / "tiny.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    return [c.metadata["autograder"] for c in cells if "autograder" in c.metadata]


def test_nbgrader_autograde_gives_the_same_grades_and_hints(plain_course):
    with (plain_course / "grades.csv").open() as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {"right": 5, "wrong": 3, "crashed": 0, "warned": 5}
    assert judged(plain_course, "wrong")[0] == {
        "verdict": "wrong",
        "misconception": "added",
        "hint": "You probably added c. Multiply; see section 1.1.",
    }
    verdicts = [said["verdict"] for said in judged(plain_course, "crashed")]
    assert verdicts == ["crashed", "crashed"]


def test_feedback_shows_verdict_and_hint(plain_course):
    html = page(plain_course, "wrong")
    assert "✗ wrong" in html
    assert "You probably added c." in html
    assert "Expected the shape" in html


def test_feedback_holds_no_line_of_a_hidden_test(plain_course):
    for student in ("right", "wrong", "crashed", "warned"):
        html = page(plain_course, student)
        assert "BEGIN HIDDEN" not in html
        assert [line for line in HIDDEN_LINES if line in html] == []


def test_the_graded_notebook_shows_the_instructor_the_hint(plain_course):
    path = plain_course / "autograded" / "wrong" / "tiny" / "tiny.ipynb"
    assert "Verdict: wrong. You probably added c." in path.read_text()


@pytest.fixture
def lab(plain_course):
    """The address of a JupyterLab that was started in the course's folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT)}
    command = [
        Path(sys.executable).parent / "jupyter-lab",
        *("--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        f"--ServerApp.port={port}",
        f"--IdentityProvider.token={TOKEN}",
    ]
    with (plain_course.parent / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=plain_course, env=env, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not answers(address):
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def ask(address, method="GET"):
    request = urllib.request.Request(
        address, method=method, headers={"Authorization": f"token {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def answers(address):
    try:
        return ask(f"{address}/api/status") is not None
    except (urllib.error.URLError, ConnectionError):
        return False


def test_the_formgrader_lists_and_autogrades(lab, plain_course, released):
    (assignment,) = ask(f"{lab}/formgrader/api/assignments")
    assert (assignment["name"], assignment["max_score"]) == ("tiny", 6)
    hand_in(plain_course, "late", fill_in(released, ANSWERS["wrong"]))
    done = ask(f"{lab}/formgrader/api/submission/tiny/late/autograde", "POST")
    assert done["success"], done["log"]
    assert judged(plain_course, "late")[0]["misconception"] == "added"
    entry = ask(f"{lab}/formgrader/api/submission/tiny/late")
    assert entry["score"] == 3


@pytest.mark.browser
def test_the_autograde_button_grades_under_the_referee(
    lab, plain_course, released, browser
):
    cheat = (
        "import numpy.testing\n\n\nclass Always:\n    shape = (2,)\n"
        "    __eq__ = lambda *_: True\n\n\ndef scale(x, c):\n    return Always()"
    )
    hand_in(plain_course, "button", fill_in(released, {**RIGHT, "scale": cheat}))
    page = browser.new_page()
    page.goto(f"{lab}/tree?token={TOKEN}")  # from here on a cookie is enough
    page.goto(f"{lab}/formgrader/manage_submissions/tiny")
    row = page.locator("tr", has_text="button")
    row.locator(".autograde a").click()
    page.locator(".modal-title", has_text="Success").wait_for(timeout=120_000)
    page.get_by_role("button", name="OK").click()
    page.reload()
    row = page.locator("tr", has_text="button")
    row.locator(".score", has_text="3 / 6").wait_for(timeout=30_000)
    scale, total = judged(plain_course, "button")
    assert (scale["verdict"], total["verdict"]) == ("wrong", "correct")
    page.close()
