"""A little course, and a class of seven that hands in what classes hand in."""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from autograder import course as courses
from autograder.release import generate, source_notebook

PACKAGE_ROOT = Path(courses.__file__).resolve().parents[1]

CONFIG = """
from pathlib import Path

from autograder.course import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)
c.JudgingExecute.timeout = 2
"""
SOLUTION = """
# %% [markdown]
# # A little assignment

# %% setup="helpers"
import numpy as np

# %% [markdown] prompt="scale"
# Write `scale`: `x (N,)` times `c`.

# %% solution="scale"
def scale(x, c):
    ### BEGIN SOLUTION
    return x * c
    ### END SOLUTION

# %% test="scale" points=2
assert scale(np.ones(2), 3.0).shape == (2,), "Expected the shape (2,); look at x."
### BEGIN HIDDEN TESTS
secret_input = np.array([5.0, -7.0, 11.0])
assert np.allclose(scale(secret_input, 4.0), 4 * secret_input), "hidden: 20, -28, 44"
### END HIDDEN TESTS

# %% solution="total"
def total(x):
    ### BEGIN SOLUTION
    return x.sum()
    ### END SOLUTION

# %% test="total" points=3
assert total(np.ones(4)) == 4.0, "Expected the sum 4.0 of four ones."
### BEGIN HIDDEN TESTS
assert np.isclose(total(np.arange(9.0)), 36.0)
### END HIDDEN TESTS

# %% [markdown] written="thoughts" points=1
# ### BEGIN SOLUTION
# A secret model answer.
# ### END SOLUTION
"""
MISCONCEPTIONS = """
from autograder.answers import inputs, misconception


@inputs("scale")
def _scale(rng):
    return rng.normal(size=rng.integers(2, 6)), float(rng.normal())


@misconception("scale", hint="You probably added c. Multiply; see section 1.1.")
def added(x, c):
    return x + c


@misconception("scale", hint="You probably divided.")
def divided(x, c):
    return x / c
"""
ALTERNATIVES = """
import numpy as np

from autograder.answers import alternative


@alternative("scale")
def loop(x, c):
    return np.array([c * item for item in x])
"""
HIDDEN_LINES = ("secret_input", "20, -28, 44", "36.0", "arange(9.0)", "-7.0")

RIGHT = {"scale": "def scale(x, c):\n    return c * x", "total": "total = np.sum"}
ANSWERS = {
    "right": RIGHT,
    "blank": {},
    "wrong": {"scale": "def scale(x, c):\n    return x + c", "total": RIGHT["total"]},
    "crashed": {"scale": "import os\nos._exit(1)"},
    "endless": {
        "scale": "def scale(x, c):\n    while True:\n        pass",
        "total": RIGHT["total"],
    },
    "warned": {
        "scale": "import sys\ndef scale(x, c):\n"
        "    print('careful', file=sys.stderr)\n    return c * x",
        "total": RIGHT["total"],
    },
}


def make_course(root: Path) -> Path:
    """The little course, in the folder `root`."""
    solutions = root / "solutions" / "tiny"
    solutions.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (solutions / "tiny.py").write_text(SOLUTION)
    (solutions / "misconceptions.py").write_text(MISCONCEPTIONS)
    (solutions / "alternatives.py").write_text(ALTERNATIVES)
    return root


def fill_in(released: bytes, answers: dict[str, str]) -> str:
    """A released notebook with answers in its solution cells."""
    nb = nbformat.reads(released, as_version=4)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    return nbformat.writes(nb)


def hand_in(root: Path, student: str, content: str) -> Path:
    """Put a student's notebook where nbgrader looks for it."""
    path = root / "submitted" / student / "tiny" / "tiny.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    return path


def tree(root: Path) -> dict[str, str]:
    """A digest of each file under a folder."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def autograder(*args: object, cwd: Path) -> subprocess.CompletedProcess:
    """Run `python -m autograder`, in an environment that is not activated."""
    env = {**os.environ, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PACKAGE_ROOT)}
    command = [sys.executable, "-m", "autograder", *map(str, args)]
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120
    )


def nbgrader(*args: str, cwd: Path) -> None:
    """Run an nbgrader command in this process, which saves its long start."""
    from jupyter_core.application import NoStart
    from nbgrader.apps import NbGraderApp

    with contextlib.chdir(cwd), contextlib.suppress(NoStart):
        app = NbGraderApp.instance()
        try:
            app.initialize(list(args))
            app.start()
        finally:
            type(app.subapp).clear_instance()
            NbGraderApp.clear_instance()


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The little assignment as students get it."""
    root = make_course(tmp_path_factory.mktemp("release"))
    config = courses.read_config(root)
    return generate("tiny", source_notebook(root, "tiny"), config)


@pytest.fixture
def course(tmp_path):
    """A course in which nothing has happened yet."""
    return make_course(tmp_path / "course")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """The address of a PostgreSQL server that ends with the tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        pytest.skip("install PostgreSQL (apt-get install postgresql) to test with it")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path, for its socket
    options = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
    if options:
        shutil.chown(folder, "postgres", "postgres")

    def run(program, *arguments):
        command = [Path(initdb).with_name(program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **options)

    run("initdb", "-D", folder / "data", "-U", "nbgrader", "-A", "trust", "-E", "UTF8")
    serve = f"-c listen_addresses= -c unix_socket_directories={folder}"
    control = ("-D", folder / "data", "-w", "-l", folder / "log", "-o", serve)
    run("pg_ctl", *control, "start")
    try:
        run("createdb", "-h", folder, "-U", "nbgrader", "grades")
        yield f"postgresql+psycopg://nbgrader@/grades?host={folder}"
    finally:
        run("pg_ctl", "-D", folder / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class GradedClass:
    """A course after `grade`: its folder, the records and the gradebook's address."""

    root: Path
    records: dict[str, dict]
    db_url: str


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def graded_class(request, tmp_path_factory, released):
    """The course after `grade`, with what the command said; once a database."""
    root = make_course(tmp_path_factory.mktemp("class"))
    db_url = f"sqlite:///{root / 'gradebook.db'}"
    if request.param == "postgresql":
        db_url = request.getfixturevalue("postgresql")
        with (root / courses.CONFIG).open("a") as config:
            config.write(f"c.CourseDirectory.db_url = {db_url!r}\n")
    for student, answers in ANSWERS.items():
        hand_in(root, student, fill_in(released, answers))
    hand_in(root, "text", "this is not a notebook")
    done = autograder("grade", "tiny", "--workers", "2", "--json", cwd=root)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    records = {r["student"]: r for r in json.loads(done.stdout)["submissions"]}
    return GradedClass(root, records, db_url)


@pytest.fixture(scope="session")
def plain_course(tmp_path_factory, released):
    """The course after nbgrader's own commands, without ours."""
    root = make_course(tmp_path_factory.mktemp("plain"))
    nbgrader("generate_assignment", "tiny", cwd=root)
    nbgrader("generate_assignment", "tiny", "--force", cwd=root)
    for student in ("right", "wrong", "crashed", "warned"):
        hand_in(root, student, fill_in(released, ANSWERS[student]))
    nbgrader("autograde", "tiny", cwd=root)
    nbgrader("generate_feedback", "tiny", cwd=root)
    nbgrader("export", cwd=root)
    return root
