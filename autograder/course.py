"""The course folder, and nbgrader's configuration for it.

`nbgrader`, the formgrader and `python -m autograder` share one configuration: the
course's `nbgrader_config.py` calls `configure`, and nothing of nbgrader is changed
but through the dotted names that its own options take.
"""

import os
import sys
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from .errors import UsageError

CONFIG = "nbgrader_config.py"
SOURCE = "_build/source"
COURSE_ID = "rnn-to-transformers"
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "result.json"]

AUTOGRADE = [
    "autograder.execution.JudgingExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "autograder.feedback.Inert",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]
SANITIZE = [
    "nbgrader.preprocessors.ClearOutput",
    "autograder.admission.Admission",  # the cells' records are the instructor's then
]
FEEDBACK = ["autograder.feedback.Grades", "autograder.feedback.StudentView"]


def configure(c: Config, root: Path) -> None:
    """Map nbgrader's conventions on the folders under `root`.

    Writes the source notebooks to `_build/source`, because nbgrader looks for them
    there; not when the configuration is only read (`read_config`).
    """
    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = COURSE_ID
    c.CourseDirectory.source_directory = SOURCE
    c.CourseDirectory.release_directory = "exercises"
    c.CourseDirectory.ignore = IGNORED
    c.Autograde.sanitize_preprocessors = SANITIZE
    c.Autograde.autograde_preprocessors = AUTOGRADE
    c.GenerateFeedback.preprocessors = FEEDBACK
    c.GenerateFeedback.exporter_class = "autograder.feedback_page.FeedbackExporter"
    c.Admission.source = c.JudgingExecute.source = str(root / SOURCE)
    c.JudgingExecute.solutions = str(root / "solutions")
    c.ExchangeFactory.release_feedback = "autograder.exchange.ReleaseFeedback"
    _put_programs_on_path()
    exchange = root / "_build" / "exchange"
    c.Exchange.root = str(exchange)
    if not c.Reading:
        from .sources import write_source_notebooks  # slow to import

        write_source_notebooks(root)
        exchange.mkdir(parents=True, exist_ok=True)  # `nbgrader list` wants it


def _put_programs_on_path() -> None:
    """Let nbgrader find `alembic`, which it calls by name for a new gradebook.

    It stands beside Python, and is not found where the environment is not activated.
    """
    programs = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if programs not in path:
        os.environ["PATH"] = os.pathsep.join([programs, *path])


class _Reader(PyFileConfigLoader):
    """Reads a configuration without writing anything."""

    def clear(self) -> None:
        self.config = Config(Reading={"only": True})


def find_root(*starts: Path) -> Path:
    """The course folder that holds the first of `starts` that is in one.

    Raises UsageError if none is.
    """
    starts = tuple(dict.fromkeys(start.resolve() for start in starts))
    for start in starts:
        for folder in (start, *start.parents):
            if (folder / CONFIG).is_file():
                return folder
    tried = ", ".join(map(str, starts))
    raise UsageError(
        f"There is no {CONFIG} in {tried} or above; go to the course's folder, or name "
        "it before the command: python -m autograder --course FOLDER check NOTEBOOK"
    )


def read_config(root: Path) -> Config:
    """The configuration in the course's `nbgrader_config.py`; writes nothing."""
    try:
        config = _Reader(CONFIG, path=str(root)).load_config()
    except Exception as error:
        raise UsageError(
            f"{root / CONFIG} cannot be read ({type(error).__name__}: {error})."
        ) from None
    del config["Reading"]
    return config
