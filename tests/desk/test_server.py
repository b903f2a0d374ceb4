"""Who may reach the desk, what it serves, and what it leaves as it was."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import psutil
import pytest

from desk.copies import chapter, copy_all, exercise

from .conftest import ROOT, make_course, start


def without_token(address):
    """The page that a stranger comes to, and its address."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.read().decode(), answer.url


def test_one_line_tells_the_address_and_a_taken_port_is_left_alone(desk, taken):
    assert desk.said.startswith("The book, with live cells, is at http://127.0.0.1:")
    assert not desk.address.endswith(f":{taken}")


def test_it_listens_on_the_loopback_address_only(desk):
    own = psutil.Process(desk.process.pid).net_connections("tcp")
    listening = {c.laddr.ip for c in own if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


@pytest.mark.parametrize(
    "path", ["/book/ch1_rnn.html", "/desk/page/live.js", "/desk/open/exercise/ch1_rnn"]
)
def test_without_the_token_there_is_only_the_login(desk, path):
    page, address = without_token(desk.address + path)
    assert "/login" in address
    assert "Recurrent" not in page


def test_another_pages_request_cannot_start_a_check(desk):
    request = urllib.request.Request(desk.address + "/desk/check", b"{}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 403


def test_the_token_is_another_at_each_start_and_in_no_page(desk):
    request = urllib.request.Request(
        desk.address + "/book/ch1_rnn.html",
        headers={"Authorization": f"token {desk.token}"},
    )
    page = urllib.request.urlopen(request, timeout=30).read().decode()
    assert "/desk/page/live.js" in page
    assert desk.token not in page
    assert len(desk.token) == 48


def test_the_built_book_knows_nothing_of_the_desk():
    pages = list((ROOT / "_build/html").rglob("*.html"))
    assert len(pages) > 10
    assert [p for p in pages if "desk/page" in p.read_text(encoding="utf-8")] == []


def test_no_file_outside_the_book_is_served(desk):
    for path in ("/book/../nbgrader_config.py", "/book/%2e%2e/%2e%2e/home"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            desk.ask(path)
        assert refused.value.code in (403, 404)


def test_the_check_says_in_a_sentence_why_a_notebook_cannot_be_checked(desk):
    said = desk.ask("/desk/check", "POST", {"notebook": {"cells": "none"}})
    assert re.fullmatch(r"The file is JSON but not a notebook; [^/]+\.", said["error"])


@pytest.mark.parametrize(
    ("make", "folder"),
    [(exercise, "exercises/ch1_rnn"), (chapter, "_build/html/_sources")],
)
def test_a_copy_is_made_once_and_never_overwritten(tmp_path, make, folder):
    course = make_course(tmp_path)
    copy = make(course, "ch1_rnn")
    assert copy.read_bytes() == (ROOT / folder / "ch1_rnn.ipynb").read_bytes()
    copy.write_text("my work")
    assert make(course, "ch1_rnn") == copy
    copy_all(course)
    assert copy.read_text() == "my work"
    assert make(course, "ch9_unknown") is None


def test_a_chapter_that_an_earlier_desk_copied_stays(tmp_path):
    course = make_course(tmp_path)
    earlier = course / "work/chapters/ch1_rnn.md"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("my notes")
    copy_all(course)
    assert earlier.read_text() == "my notes"
    copies = {path.name for path in earlier.parent.glob("*.ipynb")}
    assert copies == {f"{path.stem}.ipynb" for path in ROOT.glob("book/ch*.md")}


@pytest.mark.parametrize("first", ["book", "lab"])
def test_without_a_built_book_a_sentence_says_what_to_do(tmp_path, first):
    command = [sys.executable, "-m", "desk", first, "--course", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "The book is not built: run 'make book' first.\n"


def test_ctrl_c_ends_the_server_and_every_kernel(tmp_path):
    desk = start(make_course(tmp_path), 8888)
    kernel = desk.ask("/api/kernels", "POST", {})["id"]
    children = psutil.Process(desk.process.pid).children(recursive=True)
    assert any(kernel in " ".join(child.cmdline()) for child in children)
    desk.process.send_signal(signal.SIGINT)
    desk.process.communicate(timeout=30)
    assert desk.process.returncode == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
