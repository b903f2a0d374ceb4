"""From solutions to what students open."""

import hashlib

from autograder.course import read_config
from autograder.release import release

from .conftest import HIDDEN_LINES, tree

SECRETS = ("x * c", "x.sum()", "A secret model answer", *HIDDEN_LINES)


def test_a_release_is_the_same_each_time_and_holds_the_notebook_alone(course):
    config = read_config(course)
    path = release(course, "tiny", config)
    first = path.read_bytes()
    path.unlink()
    assert release(course, "tiny", config).read_bytes() == first
    assert [p.name for p in path.parent.iterdir()] == ["tiny.ipynb"]
    assert not (course / "gradebook.db").exists()


def test_no_solution_and_no_hidden_test_is_released(course):
    text = release(course, "tiny", read_config(course)).read_text()
    assert "Expected the shape" in text
    assert [secret for secret in SECRETS if secret in text] == []


def test_plain_nbgrader_releases_the_same_bytes_as_we_do(plain_course, released):
    folder = plain_course / "exercises" / "tiny"
    assert tree(folder) == {"tiny.ipynb": hashlib.sha256(released).hexdigest()}


def test_a_release_leaves_a_gradebook_alone(graded_class):
    root = graded_class.root
    before = tree(root)
    release(root, "tiny", read_config(root))
    after = tree(root)
    assert set(after) - set(before) == {"exercises/tiny/tiny.ipynb"}
    assert {name: after[name] for name in before} == before
