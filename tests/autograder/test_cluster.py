"""Grading on a cluster, and through the death of its processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
from nbgrader.api import Gradebook

from autograder import sandbox
from autograder.pool import Pool

from .conftest import (
    ANSWERS,
    PACKAGE_ROOT,
    autograder,
    fill_in,
    hand_in,
    make_course,
)

STUDENTS = int(os.environ.get("SOAK", "14"))
KINDS = ["right", "wrong", "blank", "crashed", "warned", "right", "wrong"]
SLOWED = "import time\ntime.sleep(0.3)\n"


def environment(**more):
    return {**os.environ, "PYTHONPATH": str(PACKAGE_ROOT), **more}


def class_of(root, released, size=STUDENTS):
    for number in range(size):
        kind = KINDS[number % len(KINDS)]
        answers = {"scale": SLOWED, **ANSWERS[kind]}
        if "scale" in ANSWERS[kind]:
            answers["scale"] = SLOWED + ANSWERS[kind]["scale"]
        hand_in(root, f"{kind}{number:03d}", fill_in(released, answers))


def records_in(root):
    paths = sorted(root.glob("autograded/*/tiny/result.json"))
    return {path.parts[-3]: json.loads(path.read_text()) for path in paths}


def scores_in(root):
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn-to-transformers") as book:
        found = book.find_assignment("tiny").submissions
        assert len(found) == len({s.student.id for s in found})
        return {s.student.id: s.score for s in found}


def wait_until(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def started(*command, **options):
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def grading(root, *options):
    command = [sys.executable, "-m", "autograder", "grade", "tiny", "--workers", "2"]
    return subprocess.Popen(
        [*command, *options],
        cwd=root,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def workers_of(process):
    """The processes of the local cluster: what Python's own fork server has forked."""
    for one in psutil.Process(process.pid).children():
        if "multiprocessing.forkserver" in " ".join(one.cmdline()):
            return one.children()
    return []


def test_killed_workers_and_a_killed_coordinator_lose_and_double_nothing(
    tmp_path, released
):
    calm, rough = make_course(tmp_path / "calm"), make_course(tmp_path / "rough")
    for root in (calm, rough):
        class_of(root, released)
    assert autograder("grade", "tiny", "--workers", "2", cwd=calm).returncode == 0

    first = grading(rough)
    wait_until(lambda: len(records_in(rough)) >= 2)
    (victim, *_) = workers_of(first)
    victim.kill()
    wait_until(lambda: len(records_in(rough)) >= 6)
    first.send_signal(signal.SIGKILL)
    first.wait()
    written = records_in(rough)
    assert 6 <= len(written) < STUDENTS
    times = {p: p.stat().st_mtime_ns for p in rough.glob("autograded/*/*/result.json")}

    assert grading(rough, "--resume").wait(300) == 0
    assert records_in(rough) == records_in(calm)
    assert len(records_in(rough)) == STUDENTS
    assert scores_in(rough) == scores_in(calm)
    assert {p: p.stat().st_mtime_ns for p in times} == times


def test_a_worker_that_dask_has_given_up_is_replaced():
    with Pool(workers=2, confined=False).client(jobs=2) as client:
        cluster = client.cluster
        client.sync(cluster.workers.pop(0).close)
        wait_until(lambda: len(client.scheduler_info()["workers"]) == 1)
        wait_until(lambda: len(client.scheduler_info()["workers"]) == 2, 30)
        client.sync(cluster.workers[1].close)
        wait_until(lambda: len(client.scheduler_info()["workers"]) == 1)
        wait_until(lambda: len(client.scheduler_info()["workers"]) == 2, 30)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


TWICE = """
import contextlib, dask
from autograder import pool

def fail(workers):
    raise RuntimeError

pool.start = fail
local = pool.Pool(scheduler="none")._local(1)
with contextlib.suppress(RuntimeError), local:
    pass
dask.config.get("distributed.comm.require-encryption")
"""


def test_a_second_class_in_one_process_finds_dasks_settings():
    subprocess.run([sys.executable, "-c", TWICE], env=environment(), check=True)


def test_a_cluster_that_shares_no_folder_grades_the_same(tmp_path, released):
    """Two workers that cannot see the course: a file system of nothing lies over it."""
    hidden = tmp_path / "instructor"
    root = make_course(hidden / "course")
    class_of(root, released, 7)
    (tmp_path / "elsewhere").mkdir()
    address = f"tcp://127.0.0.1:{free_port()}"
    dask = [sys.executable, "-m", "dask"]
    blind = [sandbox._bubblewrap(), "--dev-bind", "/", "/", "--tmpfs", str(hidden)]
    worker = [*blind, *dask, "worker", address, "--nthreads", "1", "--no-dashboard"]
    options = {"cwd": tmp_path / "elsewhere", "env": environment()}
    quiet = ["--no-dashboard", "--host", "127.0.0.1", "--port", address.split(":")[-1]]
    with (
        started(*dask, "scheduler", *quiet, **options),
        started(*worker, **options),
        started(*worker, **options),
    ):
        done = None

        def answered():
            nonlocal done
            done = autograder(
                "grade", "tiny", "--scheduler", address, "--json", cwd=root
            )
            return done.returncode == 0

        wait_until(answered)
    records = {r["student"]: r for r in json.loads(done.stdout)["submissions"]}
    assert {name[:5]: r["result"]["score"] for name, r in records.items()} == {
        "right": 5,
        "wrong": 3,
        "blank": 0,
        "crash": 0,
        "warne": 5,
    }
    assert all(record["sandbox"] for record in records.values())
