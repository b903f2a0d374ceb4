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
            return json.load(answer)


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
