"""nbgrader's conventions for this course: see `autograder/course.py`.

`nbgrader`, the formgrader and `python -m autograder` all read this file.
"""

from pathlib import Path

from autograder.course import configure

c = get_config()
configure(c, Path(__file__).resolve().parent)
