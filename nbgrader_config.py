"""nbgrader's own conventions, mapped on this repository's folders.

`nbgrader`, the formgrader and `python -m autograder` all read this file.
"""

from pathlib import Path

from autograder.sources import write_source_notebooks

root = Path(__file__).resolve().parent

# Solutions are kept as text; nbgrader reads notebooks.
write_source_notebooks(root)

c = get_config()
c.CourseDirectory.root = str(root)
c.CourseDirectory.course_id = "rnn-to-transformers"
c.CourseDirectory.source_directory = "_build/source"
c.CourseDirectory.release_directory = "exercises"
