"""The repository as a whole: pins, commands, and what its text may say."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split("\n")
TEXTS = [
    path
    for path in (ROOT / name for name in LISTED if name)
    if path.suffix in {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".cff", ".ipynb"}
    or path.name in {"Makefile", "LICENSE", "run"}
]


def test_every_requirement_is_pinned_and_the_last_installs_the_project():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert wanted[-1] == "-e ."
    pinned = r"[\w.-]+(\[\w+\])?==[\w.]+(; sys_platform == \"linux\")?"
    assert all(re.fullmatch(pinned, line) for line in wanted[:-1])


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_guides_name_only_targets_that_exist(page):
    targets = re.findall(
        r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z]+)", text))
    assert named
    assert named <= set(targets)


def test_make_help_lists_every_public_target():
    listed = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    public = "book pdf test exercises student validity lab serve clean"
    for target in public.split():
        assert re.search(rf"^make {target} +\w", listed, re.MULTILINE)


def test_an_old_python_is_refused_in_one_sentence(tmp_path):
    old = tmp_path / "python3.9"
    real = "import sys; sys.version_info = (3, 9); "
    old.write_text(f'#!/bin/sh\nexec python3 -c "{real}$2"\n')
    old.chmod(0o755)
    done = subprocess.run(
        ["make", f"PYTHON={old}", f"VENV={tmp_path}/venv", "environment"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Python 3.11 or newer is needed" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_text_names_no_place_of_one_machine_and_no_registry():
    foreign = re.compile(
        r"/work/|/root/|files\.pythonhosted|pypi\.org|download\.pytorch"
        r"|registry\.npmjs|deb\.debian"
    )
    assert len(TEXTS) > 50
    own = Path(__file__).resolve()
    found = [
        str(path.relative_to(ROOT))
        for path in TEXTS
        if path != own and foreign.search(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_the_citation_file_is_complete():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    for key in ["cff-version", "title", "authors", "version", "license", "message"]:
        assert cited[key]
