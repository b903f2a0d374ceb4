"""The guides tell the truth: what they show is run, in their order."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.sources import read_source

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "book" / "guides"
ASSIGNMENT = "ch1_rnn"
FENCE = re.compile(
    r"^(?P<before>[^\n]*)\n```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.M | re.S
)
RELEASED = ROOT / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
EXCHANGE = Path("_build") / "exchange" / "rnn-to-transformers"
UNCHANGED, CHANGED = (f'# %% test="rnn_step" points={points}' for points in (2, 4))
BACKGROUND = ("dask scheduler", "dask worker")


def blocks(guide):
    """The fenced blocks of a guide: the line before, the kind, the body."""
    text = (GUIDES / guide).read_text(encoding="utf-8")
    return [(b["before"], b["kind"], b["body"]) for b in FENCE.finditer(text)]


def named(guide):
    """The blocks that have a name, without their options."""
    found = {}
    for _, _, body in blocks(guide):
        name = re.match(r":name: ([\w-]+)\n\n", body)
        if name:
            found[name[1]] = body[name.end() :].strip()
    return found


def fill_in(notebook, answers):
    """A released notebook with answers in its solution cells."""
    nb = nbformat.reads(notebook, as_version=4)
    for cell in nb.cells:
        grade_id = (cell.metadata.get("nbgrader") or {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    return nbformat.writes(nb)


def environment():
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    places = os.pathsep.join([str(ROOT), str(ROOT / "book")])
    return {**os.environ, "PATH": path, "PYTHONPATH": places, "COLUMNS": "200"}


def test_the_students_first_task_ends_as_the_guide_says(tmp_path):
    shown = named("student.md")
    released = RELEASED.read_bytes()
    code = [
        c.source for c in nbformat.reads(released, 4).cells if c.cell_type == "code"
    ]
    setup, _, visible = code[:3]
    cells = {}
    exec(setup, cells)
    exec(shown["first-try"], cells)
    with pytest.raises(AssertionError) as failed:
        exec(visible, cells)
    assert str(failed.value) == " ".join(shown["first-sentence"].split())
    exec(shown["second-try"], cells)
    exec(visible, cells)
    for answer, verdict, hint in [
        ("first-try", "wrong", " ".join(shown["first-hint"].split())),
        ("second-try", "correct", None),
    ]:
        path = tmp_path / "mine.ipynb"
        path.write_text(fill_in(released, {"rnn_step": shown[answer]}))
        done = subprocess.run(
            ["autograder", "check", path, "--json"],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
        )
        task = json.loads(done.stdout)["tasks"][0]
        assert (task["verdict"], task["hint"]) == (verdict, hint), done.stderr


def test_what_is_not_run_says_why_and_is_little():
    for before, kind, body in blocks("instructor.md"):
        left_out = kind == "console" or kind == "{code-block} python"
        assert left_out == before.startswith("% Not run in the test: "), body
        assert left_out or kind.split()[0] in (
            "bash",
            "python",
            "text",
            "{literalinclude}",
        )
    commands = [b for _, kind, b in blocks("instructor.md") if kind == "bash"]
    assert len(commands) >= 14


class Term:
    """A course's folder, and what students and the instructor do between commands."""

    def __init__(self, root):
        self.root = root
        shutil.copytree(
            ROOT / "solutions" / ASSIGNMENT, root / "solutions" / ASSIGNMENT
        )
        for path in [ROOT / "nbgrader_config.py", *(ROOT / "solutions").glob("*.py")]:
            shutil.copy(path, root / path.relative_to(ROOT))
        self.source = root / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.py"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = str(probe.getsockname()[1])
        self.running = ExitStack()

    def gradebook(self):
        url = f"sqlite:///{self.root / 'gradebook.db'}"
        return Gradebook(url, "rnn-to-transformers")

    def records(self):
        paths = self.root.glob(f"autograded/*/{ASSIGNMENT}/result.json")
        found = [json.loads(path.read_text()) for path in paths]
        return {record["student"]: record for record in found}

    def scores(self):
        return {s: r["result"]["score"] for s, r in self.records().items()}

    def hand_in(self):
        """Three students submit; Cleo is one day and some hours late."""
        solved = {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in read_source(self.source).cells
            if "nbgrader" in cell.metadata and cell.metadata.nbgrader.solution
        }
        wrong = solved | {"rnn_step": named("student.md")["first-try"]}
        for student, answers, when in [
            ("ada", solved, "2026-10-08 12:00:00"),
            ("bo", wrong, "2026-10-09 18:05:00"),
            ("cleo", solved, "2026-10-10 23:00:00"),
        ]:
            folder = f"{student}+{ASSIGNMENT}+{when}.000000 UTC+random"
            folder = self.root / EXCHANGE / "inbound" / folder
            folder.mkdir(parents=True)
            text = fill_in(RELEASED.read_bytes(), answers)
            (folder / f"{ASSIGNMENT}.ipynb").write_text(text)
            (folder / "timestamp.txt").write_text(f"{when}.000000 UTC")
            (folder / "submission_secret.txt").write_text(f"secret of {student}")

    def grade_by_hand(self):
        """The instructor reads Ada's written answer."""
        with self.gradebook() as book:
            grade = self.written(book)
            grade.manual_score, grade.needs_manual_grade = 1.5, False
            book.db.commit()

    def written(self, book):
        place = (ASSIGNMENT, ASSIGNMENT, "ada")
        grades = book.find_submission_notebook(*place).grades
        (grade,) = [g for g in grades if g.cell.cell_type == "markdown"]
        return grade

    def change_a_test(self):
        text = self.source.read_text(encoding="utf-8")
        assert text.count(UNCHANGED) == 1
        self.source.write_text(text.replace(UNCHANGED, CHANGED), encoding="utf-8")

    def run(self, command):
        """Run one command of the guide; on this machine HOST is this machine."""
        command = command.replace("HOST", "127.0.0.1").replace("8786", self.port)
        command = command.replace("--nworkers 4", "--nworkers 1")
        if command.startswith(BACKGROUND):
            self.running.enter_context(started(command, self.root))
            return ""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.root,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr


@contextmanager
def started(command, folder):
    """A command that runs on until the end."""
    process = subprocess.Popen(
        command.split(),
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(3 if "scheduler" in command else 0)
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def term(tmp_path):
    course = Term(tmp_path)
    with course.running:
        yield course


def test_the_instructors_term(term):
    """Every command of the guide, and what it says about what each one does."""
    checks = {
        "nbgrader db student import": lambda said: None,
        "nbgrader release_assignment": lambda said: term.hand_in(),
        "nbgrader collect": lambda said: collected(term),
        "autograder grade ch1_rnn": lambda said: graded(term),
        "autograder report": lambda said: reported(term),
        "autograder feedback": lambda said: None,
        "nbgrader release_feedback": lambda said: handed_out(term),
        "autograder export": lambda said: exported(term, said),
        "nbgrader db student remove": lambda said: removed(term),
    }
    run = []
    for _, kind, body in blocks("instructor.md"):
        if kind == "python":
            with (term.root / "nbgrader_config.py").open("a") as config:
                config.write(body)
        elif kind == "text":
            (term.root / "students.csv").write_text(body)
        for command in body.splitlines() if kind == "bash" else []:
            said = term.run(command)
            run.append(command)
            for beginning, check in checks.items():
                if command.startswith(beginning):
                    check(said)
            if command.startswith("autograder report"):
                term.grade_by_hand()
            if command.startswith("nbgrader release_feedback"):
                term.change_a_test()
            if "--no-sandbox" in command:
                assert not term.records()["ada"]["sandbox"]
            if "--scheduler" in command:
                assert term.records()["ada"]["sandbox"]
    for beginning in checks:
        assert [c for c in run if c.startswith(beginning)], beginning


def collected(term):
    found = sorted(path.parts[-3] for path in term.root.glob("submitted/*/*/*.ipynb"))
    assert found == ["ada", "bo", "cleo"]


def graded(term):
    """Bo's slip costs its task; Cleo pays for a day; what a person gave stays."""
    here = {path.name for path in (term.root / "submitted").iterdir()}
    changed = CHANGED in term.source.read_text(encoding="utf-8")
    first = 4 if changed else 2
    full = 36 + first
    scores = {"ada": full, "bo": 36, "cleo": full}
    assert term.scores() == {s: n for s, n in scores.items() if s in here}
    with term.gradebook() as book:
        penalties = {
            s.student.id: s.late_submission_penalty
            for s in book.assignment_submissions(ASSIGNMENT)
        }
        costs = {"ada": 0, "bo": 0, "cleo": pytest.approx((full + 2) / 10)}
        assert penalties == {s: n for s, n in costs.items() if s in here}
        by_hand = term.written(book).manual_score
        assert by_hand == (1.5 if changed else None)


def reported(term):
    page = term.root / "_build" / "reports" / f"{ASSIGNMENT}.html"
    assert "left out the bias" in page.read_text("utf-8")


def handed_out(term):
    pages = [
        p.read_text("utf-8") for p in (term.root / EXCHANGE).glob("feedback/*.html")
    ]
    assert len(pages) == 3
    assert sum("You probably left out the bias" in page for page in pages) == 1


def exported(term, said):
    assert "2 of 3 notebooks have written answers that nobody has graded" in said
    text = (term.root / "grades.csv").read_text("utf-8")
    assert '"Lovelace, Ada",1001,,ada,,41.5' in text
    assert '"Clark, Cleo",1003,,cleo,,35.8' in text


def removed(term):
    with term.gradebook() as book:
        assert {student.id for student in book.students} == {"ada", "bo"}
