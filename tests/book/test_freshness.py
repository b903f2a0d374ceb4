"""A page is made anew when its text, a style or an extension has changed."""

import shutil
import subprocess
import sys

import pytest

from .conftest import BOOK


@pytest.fixture
def project(tmp_path):
    """A small Sphinx project with the extension."""
    for name in ["_ext", "_static", "_templates"]:
        (tmp_path / name).mkdir()
    for name in ["execution_cache.py", "freshness.py"]:
        shutil.copy(BOOK / "_ext" / name, tmp_path / "_ext")
    (tmp_path / "conf.py").write_text(
        "import sys\nsys.path.insert(0, '_ext')\nextensions = ['freshness']\n"
        "html_static_path = ['_static']\nhtml_css_files = ['own.css']\n"
        "exclude_patterns = ['out']\n"
    )
    (tmp_path / "index.rst").write_text("Title\n=====\n")
    (tmp_path / "_static/own.css").write_text("p { color: red }")
    build(tmp_path)
    return tmp_path


def build(project):
    """What Sphinx says while it builds."""
    command = [sys.executable, "-m", "sphinx", "-b", "html", ".", "out"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_is_made_twice(project):
    said = build(project)
    assert "0 added, 0 changed" in said
    assert "no targets are out of date" in said


def test_a_changed_style_is_copied_and_every_page_written(project):
    (project / "_static/own.css").write_text("p { color: blue }")
    said = build(project)
    assert "0 added, 0 changed" in said  # nothing is read or executed again
    assert "writing output... [100%] index" in said
    assert "blue" in (project / "out/_static/own.css").read_text()


def test_a_changed_extension_reads_every_page_again(project):
    with (project / "_ext/freshness.py").open("a") as extension:
        extension.write("# changed\n")
    assert "changed ('extensions_digest')] 1 added" in build(project)
