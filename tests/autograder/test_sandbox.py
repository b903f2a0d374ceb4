"""What a student's process can do, and what happens where no sandbox can be had."""

import json
from threading import Timer

import pytest

from autograder import forks, sandbox
from autograder.coordinator import make_job
from autograder.course import read_config
from autograder.forks import ForkServer, fork_server
from autograder.inside.confine import SCRATCH, Limits
from autograder.session import Session
from autograder.worker import grade

from .conftest import ANSWERS, PACKAGE_ROOT, RIGHT, fill_in, hand_in, tree
from .test_cli import run_all


@pytest.fixture(scope="module")
def server():
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def session(server, tmp_path):
    session = Session(server, Limits(disk=2**20), tmp_path)
    yield session
    session.close()


def ran(session, source):
    """The outcome of a student's cell: its value as text, or its error's name."""
    outputs = session.run_own(source, 20)
    found = [o for o in outputs if o.output_type in ("execute_result", "error")]
    (out,) = found
    return out.ename if out.output_type == "error" else out.data["text/plain"]


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("import os\nos.fork()", "BlockingIOError"),
        ("import subprocess\nsubprocess.run(['/bin/true'])", "BlockingIOError"),
        (
            "import socket\nsocket.create_connection(('127.0.0.1', 22), 1)",
            "OSError",  # there is no network at all, not even this machine's
        ),
        ("import socket\nsocket.create_connection(('1.1.1.1', 53), 1)", "OSError"),
        ("import os\nos.listdir('/proc')", "[]"),
        ("import os\nos.getpid()", "1"),
        ("open('/etc/passwd')", "FileNotFoundError"),
        ("open('/usr/x', 'w')", "OSError"),
        ("open('/x', 'w')", "OSError"),
        ("open('/dev/x', 'w')", "OSError"),
        ("open('x', 'w').write('mine')", "4"),
        ("open('big', 'wb').write(b'0' * 2**22)", "OSError"),
        ("x = bytearray(2**33)", "MemoryError"),
        ("import os\nsorted(os.listdir('.'))", "[]"),
        ("import os\nsorted(os.environ)[:2]", "['HOME', 'LANG']"),
        ("import ctypes\nctypes.CDLL(None).unshare(0x10000000)", "-1"),
        ("import ctypes\nctypes.CDLL(None).ptrace(0, 0, 0, 0)", "-1"),
        ("input()", "EOFError"),
    ],
)
def test_a_students_process_is_shut_in(session, source, outcome):
    assert ran(session, source) == outcome


def test_nothing_of_the_course_is_to_be_seen(session):
    source = f"import os\nsorted(os.listdir({str(PACKAGE_ROOT)!r}))"
    shown = ran(session, source)
    for name in ("solutions", "exercises", "book", "tests", "gradebook.db"):
        assert name not in shown


def test_one_notebook_leaves_nothing_for_the_next(server, tmp_path):
    first, second = (Session(server, Limits(), tmp_path) for _ in range(2))
    places = [f"{SCRATCH}/note", "/dev/shm/note"]
    for place in places:
        ran(first, f"open({place!r}, 'w').write('from the first')")
        assert ran(second, f"open({place!r})") == "FileNotFoundError"
    for session in (first, second):
        session.close()


def test_forks_draw_different_random_numbers(server, tmp_path):
    source = "import random\nimport numpy\nimport torch\n"
    source += "random.random(), numpy.random.rand(), torch.rand(1).item()"
    seen = set()
    for _ in range(2):
        session = Session(server, Limits(), tmp_path)
        seen.add(ran(session, source))
        session.close()
    assert len(seen) == 2


@pytest.fixture
def without_sandbox(monkeypatch):
    """A machine on which bubblewrap cannot start."""
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: "/bin/false")
    monkeypatch.setattr(forks, "_servers", {})


def test_no_student_pays_for_a_fork_server_that_ends(course, released):
    slow = f"import time\ntime.sleep(1)\n{RIGHT['scale']}"  # the course allows 2 s
    answers = {**RIGHT, "scale": slow}
    submission = fill_in(released, answers).encode()
    job = make_job(course, "tiny", submission, read_config(course))
    ends = Timer(0.5, fork_server(confined=True)._process.kill)
    ends.start()
    graded = grade(job)
    ends.join()
    assert (graded.status, graded.result.score) == ("graded", 5)


def test_without_a_sandbox_grade_refuses_in_a_sentence(
    course, released, without_sandbox
):
    hand_in(course, "a", fill_in(released, {}))
    before = tree(course)
    ((_, status, out, err),) = run_all([("grade", "tiny")], course)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "The sandbox cannot be started" in err
    assert "install bubblewrap" in err
    assert "--no-sandbox" in err
    assert tree(course) == before


def test_no_sandbox_grades_with_the_referee_alone_and_says_so(course, released):
    for student in ("right", "wrong", "crashed"):
        hand_in(course, student, fill_in(released, ANSWERS[student]))
    forged = "import builtins\nbuiltins.all = lambda *_: True\n" + RIGHT["scale"]
    hand_in(course, "forged", fill_in(released, {"scale": forged + " + 1"}))
    command = ("grade", "tiny", "--no-sandbox", "--json")
    ((_, status, out, _),) = run_all([command], course)
    assert status == 0
    records = {r["student"]: r for r in json.loads(out)["submissions"]}
    scores = {s: r["result"]["score"] for s, r in records.items()}
    assert scores == {"right": 5, "wrong": 3, "crashed": 0, "forged": 0}
    assert not any(record["sandbox"] for record in records.values())


def test_check_goes_on_without_a_sandbox(course, released, tmp_path, without_sandbox):
    path = tmp_path / "mine.ipynb"
    path.write_text(fill_in(released, ANSWERS["wrong"]))
    ((_, status, out, _),) = run_all([("check", path, "--json")], course)
    assert (status, json.loads(out)["score"]) == (1, 3)
