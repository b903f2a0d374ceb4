"""A desk of its own: a course folder that shares the book and no student's copies."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 90_000  # in thousandths: what a busy machine may need
SHARED = ["book", "exercises", "solutions", "_build/html"]


@dataclass
class Desk:
    """A running server."""

    course: Path
    process: subprocess.Popen
    said: str
    address: str
    token: str

    def ask(self, path, method="GET", body=None):
        """The answer to a request with the token, read as JSON."""
        request = urllib.request.Request(
            self.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end_kernels(self):
        """End what the pages' cells run in."""
        for session in self.ask("/api/sessions"):
            if session["type"] == "page":
                self.ask(f"/api/sessions/{session['id']}", "DELETE")


def make_course(folder):
    """A course folder whose book and exercises are those of this repository."""
    for name in SHARED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def start(course, port):
    """Start a server as `make serve` does; the user's settings are empty ones."""
    home = course / "home"
    env = os.environ | {"HOME": str(home), "PYTHONPATH": str(ROOT)}
    env |= {f"JUPYTER_{n}_DIR": str(home / n) for n in ("CONFIG", "DATA", "RUNTIME")}
    process = subprocess.Popen(
        [sys.executable, "-m", "desk", "--course", course, "--port", str(port)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = process.stdout.readline()
    found = re.search(r"(http://\S+?)/\?token=(\w+)", said)
    assert found, said + process.communicate()[0]
    return Desk(course, process, said, *found.groups())


@pytest.fixture(scope="session")
def taken():
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.fixture(scope="session")
def desk(tmp_path_factory, taken):
    """A server that was told a port that is taken."""
    if not (ROOT / "_build/html/index.html").is_file():
        pytest.fail("The book is not built: run 'make book' first.")
    running = start(make_course(tmp_path_factory.mktemp("desk")), taken)
    yield running
    running.process.terminate()
    running.process.wait(30)


def foreign(url):
    """Whether a request leaves this machine."""
    return not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))


@pytest.fixture
def context(request, browser, desk):
    """A browser that came with the token, with a record of what went wrong."""
    scheme, width = getattr(request, "param", ("light", 1280))
    size = {"width": width, "height": 900}
    made = browser.new_context(viewport=size, color_scheme=scheme)
    made.set_default_timeout(SECONDS)
    made.foreign, made.errors = [], []
    made.on("request", lambda r: made.foreign.append(r.url) if foreign(r.url) else 0)
    made.on("console", lambda m: made.errors.append(m.text) if m.type == "error" else 0)
    made.on("weberror", lambda e: made.errors.append(str(e.error)))
    page = made.new_page()
    page.goto(f"{desk.address}/?token={desk.token}")
    page.wait_for_url("**/book/")
    yield made
    made.close()


@pytest.fixture
def chapter(context, desk):
    """Chapter 1, before anything has run; its kernel is ended afterwards."""
    page = context.pages[0]
    page.goto(f"{desk.address}/book/ch1_rnn.html")
    page.wait_for_selector("#desk-welcome")
    yield page
    desk.end_kernels()


def code(page, number):
    """The field with the code of a cell."""
    return page.get_by_label(f"Code of cell {number}", exact=True)


def shown(page, number):
    """What a cell put out, live."""
    cell = page.locator("div.cell").filter(has=code(page, number))
    return cell.locator(".desk-output")
