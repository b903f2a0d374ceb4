"""Put all cases into one class, have it graded, and look at what became of each."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.server_extensions.formgrader import formgrader
from traitlets.config import Config

from autograder import course as courses
from autograder.release import generate, source_notebook
from autograder.sources import write_source_notebooks

from .case import Case, Outcome, World
from .course import NAME, NBGRADERS, OURS, Course, Link, Sheet

PACKAGE_ROOT = Path(courses.__file__).resolve().parents[1]
TEMPLATES = Path(formgrader.__file__).parent / "templates"
SECONDS = 90  # for one submission under nbgrader
PROGRAMS = f"{Path(sys.executable).parent}:{os.defpath}"  # nbgrader calls alembic
BOUNDS = ["prlimit", f"--as={6 * 2**30}", f"--fsize={200 * 2**20}"]
LEFTOVERS = ("loot.txt", "escaped.txt", "notes.txt")


def run(base: Path, cases: list[Case], against: str = "autograder") -> dict:
    """Have the class graded in a fresh folder `base`; the outcome of each case.

    Parameters
    ----------
    against : 'autograder', or 'nbgrader' for its own `autograde` without our engine.
    """
    base.joinpath("tmp").mkdir(parents=True)
    os.environ["PATH"] = PROGRAMS
    ours = against == "autograder"
    with _listening() as (port, world):
        course = Course(base / "course", port=port)
        course.write(OURS if ours else NBGRADERS)
        write_source_notebooks(course.root)
        options = Config({"CourseDirectory": {"course_id": "attacked"}})
        config = courses.read_config(course.root) if ours else options
        course.released = generate(NAME, source_notebook(course.root, NAME), config)
        for one in cases:
            _hand_in(course, one)
        _add_secrets(course)
        with _watching(world, port, base):
            _grade_class(course) if ours else _grade_each(course, cases)
        _command(course, "nbgrader", "generate_feedback", NAME, seconds=600)
    world.files += _leftovers(base)
    return {one.name: _outcome(course, one, world, ours) for one in cases}


def _hand_in(course: Course, one: Case) -> None:
    made = one.make(course)
    made = made.bytes if isinstance(made, Sheet) else made
    files = {f"{NAME}/{NAME}.ipynb": made} if isinstance(made, bytes) else made
    folder = course.root / "submitted" / one.name
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.target)
        else:
            path.write_bytes(content)


def _add_secrets(course: Course) -> None:
    """Put secrets into the gradebook and beside the course."""
    _command(course, "nbgrader", "generate_assignment", NAME, "--force")
    url = f"sqlite:///{course.root}/gradebook.db"
    with Gradebook(url, "attacked") as gradebook:
        name = course.secret("gradebook")
        gradebook.update_or_create_student("the_classmate", last_name=name)
    (course.root / "grades.csv").write_text(course.secret("grades"))
    (course.root.parent / "exam.txt").write_text(course.secret("exam"))


def _environment(course: Course) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(PACKAGE_ROOT),
        "TMPDIR": str(course.root.parent / "tmp"),
        "INSTRUCTORS_TOKEN": course.secret("token"),
    }


def _command(
    course: Course, *words: str, seconds: float = 60, bounds: list[str] | None = None
) -> str:
    """Run a module in the course's folder; all that it started ends with it."""
    command = [*(bounds or []), sys.executable, "-m", *words]
    process = subprocess.Popen(
        command,
        cwd=course.root,
        env=_environment(course),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()
        process.kill()
        said, _ = process.communicate()
    return said


def _grade_class(course: Course) -> None:
    words = ["autograder", "grade", NAME, "--workers", "2", "--json"]
    said = _command(course, *words, seconds=1200)
    (course.root / "log.txt").write_text(said)


def _grade_each(course: Course, cases: list[Case]) -> None:
    log = []
    for one in cases:
        words = ["nbgrader", "autograde", NAME, "--student", one.name]
        said = _command(course, *words, seconds=SECONDS, bounds=BOUNDS)
        log.append(f"=== {one.name}\n{said}")
    (course.root / "log.txt").write_text("\n".join(log))


@contextlib.contextmanager
def _listening() -> Iterator[tuple[int, World]]:
    """A server that nobody should reach, by TCP and by an abstract name."""
    world = World()
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as unix:
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        unix.bind(b"\0" + f"canary-{port}".encode())
        for server, name in ((tcp, "TCP"), (unix, "an abstract socket")):
            server.listen()
            told = (server, name, world.connections)
            threading.Thread(target=_answer, args=told, daemon=True).start()
        yield port, world


def _answer(server: socket.socket, name: str, connections: list[str]) -> None:
    with contextlib.suppress(OSError):
        while True:
            line, _ = server.accept()
            connections.append(name)
            line.close()


@contextlib.contextmanager
def _watching(world: World, port: int, base: Path) -> Iterator[None]:
    """Notes how long marked processes live; ends those that are left, and files."""
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(world, port, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        time.sleep(1)
        for process, _ in _marked(port):
            world.left.append(process.info["name"])
            process.kill()
        for folder in ("/tmp", "/var/tmp", "/dev/shm", Path.home(), base):
            for path in Path(folder).glob(f"filler-{port}-*"):
                world.files.append(str(path))
                path.unlink()


def _watch(world: World, port: int, over: threading.Event) -> None:
    first: dict[str, float] = {}
    while not over.wait(0.5):
        for _, mark in _marked(port):
            first.setdefault(mark, time.monotonic())
            world.lives[mark] = time.monotonic() - first[mark]


def _marked(port: int) -> Iterator[tuple]:
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == f"undead{port}":
            yield process, "undead"
        elif process.info["cmdline"] == ["sleep", f"120.{port}"]:
            yield process, "sleep"


def _leftovers(base: Path) -> list[str]:
    """Files that submissions wrote, or had written, on this side of the sandbox."""
    handed_in = base / "course" / "submitted"
    return [
        str(path.relative_to(base))
        for path in base.rglob("*")
        if (path.name in LEFTOVERS or path.name.startswith("filler-"))
        and handed_in not in path.parents
    ]


def _outcome(course: Course, one: Case, world: World, ours: bool) -> Outcome:
    folder = course.root / "autograded" / one.name / NAME
    path = folder / f"{NAME}.ipynb"
    there = path.is_file() and not path.is_symlink()
    scores, most = _grades(course, one.name)
    record = None
    if ours:
        with contextlib.suppress(OSError):
            record = json.loads((folder / "result.json").read_text())
        scores = scores if record else None
    pages = {"feedback": _feedback(course, one.name)}
    if there and one.number.startswith("40"):
        pages["formgrader"] = _formgrader(path)
    return Outcome(
        scores,
        most,
        record,
        nbformat.read(path, as_version=4) if there else None,
        path.stat().st_size if there else 0,
        pages,
        course.mark,
        world,
    )


def _grades(course: Course, student: str) -> tuple[dict | None, float]:
    """Points by cell, and what they could be; without those given by hand."""
    url = f"sqlite:///{course.root}/gradebook.db"
    with Gradebook(url, "attacked") as gradebook:
        try:
            notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        except MissingEntry:
            return None, 0
        grades = [g for g in notebook.grades if g.name != "essay"]
        scores = {
            g.name: g.auto_score if g.manual_score is None else g.manual_score
            for g in grades
        }
        return scores, sum(g.max_score for g in grades)


def _feedback(course: Course, student: str) -> str:
    path = course.root / "feedback" / student / NAME / f"{NAME}.html"
    return path.read_text() if path.is_file() else ""


def _formgrader(path: Path) -> str:
    """The page that the formgrader shows."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    resources = dict.fromkeys(
        ["assignment_id", "notebook_id", "student", "last_name", "first_name"], "x"
    )
    resources |= {"submission_id": "x", "index": 0, "total": 1, "base_url": "/"}
    resources |= {"notebook_path": "x.ipynb"}
    page, _ = HTMLExporter(config=config).from_filename(str(path), resources=resources)
    return page


def fresh_folder(parent: Path) -> Path:
    """A new folder for one run."""
    folder = parent / f"attacks-{secrets.token_hex(4)}"
    folder.mkdir()
    return folder


def remove(folder: Path) -> None:
    """Remove a run's folder."""
    shutil.rmtree(folder, ignore_errors=True)
