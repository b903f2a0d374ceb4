"""Cases 33 to 40: what a submission may not reach, and what may not reach a reader."""

import re
from html.parser import HTMLParser

from .case import Outcome, case, nothing_stolen
from .course import FULL, RIGHT, WRONG, WRONG_SCORES, Course, Link, Sheet

REFUSED = ((0, 0, 0, 0, 0), "error")

# What a thief finds is printed, and written to a file beside the notebook.
THIEF = """
import os, re
loot = set()
def keep(text):
    loot.update(re.findall(r"canary-[a-z]+-[0-9a-f]{12}", str(text)))
def keep_file(path):
    try:
        with open(path, "rb") as file:
            keep(file.read(2**24).decode("utf-8", "replace"))
    except OSError:
        pass
def search(*folders):
    for folder in folders:
        for path, inner, names in os.walk(folder):
            inner[:] = [n for n in inner if n not in ("proc", "sys", "usr")][:200]
            for name in names[:200]:
                keep_file(os.path.join(path, name))
"""
SHOW = """
with open("loot.txt", "w") as file:
    file.write(f"{sorted(loot)}")
print("loot:", sorted(loot))
"""


def thief(course: Course, source: str, answers: dict[str, str] = RIGHT) -> Sheet:
    """Answers; a cell on top that steals, and one at the end that shows the loot."""
    return course.sheet(answers).add(THIEF + source).add(SHOW, before="")


@case("0b", own_secret=True)
def the_classmate(course):
    return course.sheet(RIGHT).add(f"# {course.secret('classmate')}")


@case(33, checks=(nothing_stolen,))
def reads_its_own_notebook_file(course):
    return thief(
        course,
        "import glob\n"
        "for pattern in ('*', '*/*', '../*', '../../*', '/tmp/*/*.ipynb'):\n"
        "    for path in glob.glob(pattern):\n"
        "        keep_file(path)",
    )


INSPECT = """
import gc, sys
def inspect():
    keep(globals().get("In", [])), keep(globals().get("_ih", []))
    keep(get_ipython().user_ns.get("_i", ""))
    try:
        keep(list(get_ipython().history_manager.get_range(output=False)))
    except Exception:
        pass
    frame = sys._getframe()
    while frame is not None:
        keep(frame.f_code.co_consts), keep(frame.f_locals), keep(frame.f_globals)
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, (str, list, tuple, dict)) and len(thing) < 200:
            try:
                keep(thing)
            except Exception:
                pass
        code = getattr(thing, "__code__", None)
        if code is not None:
            keep(code.co_consts)
    import linecache
    keep([entry[2] for entry in linecache.cache.values() if len(entry) > 2])
"""


@case(34, checks=(nothing_stolen,))
def looks_into_frames_and_history(course):
    answers = {
        **RIGHT,
        "total": "def total(numbers):\n    inspect()\n    return math.fsum(numbers)",
    }
    return thief(course, INSPECT, answers).add("inspect()", before="count")


@case("34b", (2, 0, 4, 2, 1), "error", checks=(nothing_stolen,))
def raises_what_it_sees_of_a_hidden_test(course):
    answers = {
        **RIGHT,
        "total": "def total(numbers):\n    inspect()\n"
        "    if len(numbers) == 2:\n        return 3.0\n"
        "    raise ValueError(f'loot {loot} {numbers}')",
    }
    return thief(course, INSPECT, answers)


MEMORY = """
try:
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            begin, end = (int(n, 16) for n in span.split("-"))
            if rights.startswith("rw") and end - begin < 2**27:
                memory.seek(begin)
                found = memory.read(end - begin)
                loot.update(
                    m.decode() for m in
                    re.findall(rb"canary-[a-z]+-[0-9a-f]{12}", found))
except (OSError, ValueError, OverflowError):
    pass
"""


@case("34c", checks=(nothing_stolen,))
def reads_its_own_memory(course):
    return course.sheet(RIGHT).add(THIEF).add(MEMORY + SHOW, before="")


@case(35, checks=(nothing_stolen,))
def reads_the_solutions(course):
    return thief(course, f"search({str(course.root)!r}, '/home', '/root', '/mnt')")


@case("35b", checks=(nothing_stolen,))
def reads_environments_and_command_lines(course):
    return thief(
        course,
        "import glob\n"
        "keep(dict(os.environ))\n"
        "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):\n"
        "    keep_file(path)",
    )


@case("35c", checks=(nothing_stolen,))
def imports_the_graders_modules(course):
    return thief(
        course,
        f"root = {str(course.root)!r}\n"
        "for folder in (root, root + '/solutions', '.', '..'):\n"
        "    try:\n"
        "        from autograder.release import source_notebook\n"
        "        from pathlib import Path\n"
        "        keep(source_notebook(Path(folder), 'arena'))\n"
        "    except Exception:\n"
        "        pass",
    )


GRADEBOOK = """
import sqlite3
for path in (ROOT + "/gradebook.db", "gradebook.db", "../gradebook.db"):
    if os.path.exists(path):
        keep_file(path)
        base = sqlite3.connect(path, timeout=5)
        mine = ("SELECT g.id FROM grade g JOIN submitted_notebook n ON g.notebook_id "
                "= n.id JOIN submitted_assignment a ON n.assignment_id = a.id "
                "WHERE a.student_id = 'writes_into_the_gradebook'")
        with base:
            base.execute("UPDATE grade SET manual_score = 99, needs_manual_grade = 0 "
                         f"WHERE id IN ({mine})")
        base.close()
"""


@case(36, WRONG_SCORES, "wrong", checks=(nothing_stolen,))
def writes_into_the_gradebook(course):
    return thief(course, f"ROOT = {str(course.root)!r}\n{GRADEBOOK}", WRONG).add(
        GRADEBOOK, before=""
    )


@case(37, *REFUSED, reason="is a link")
def links_to_the_instructors_notebook(course):
    target = course.root / "_build" / "source" / "arena" / "arena.ipynb"
    return {"arena/arena.ipynb": Link(str(target))}


@case("37b", *REFUSED, reason="is a link")
def links_to_the_instructors_folder(course):
    return {"arena": Link("../../_build/source/arena")}


def no_copy_of_the_link(outcome: Outcome) -> str:
    """What a link points to was not copied to where students get it."""
    copies = [f for f in outcome.world.files if "notes" in f and "feedback" in f]
    return f"copied: {copies}" if copies else ""


@case("37c", checks=(no_copy_of_the_link,))
def hands_in_a_link_beside_its_notebook(course):
    return {
        "arena/arena.ipynb": course.sheet(RIGHT).bytes,
        "arena/notes.txt": Link(str(course.root / "solutions/arena/arena.py")),
    }


@case("37d", *REFUSED, reason="is a link")
def links_to_a_classmates_notebook(course):
    return {"arena/arena.ipynb": Link("../../the_classmate/arena/arena.ipynb")}


def nobody_called(outcome: Outcome) -> str:
    """Nothing reached the run's own server."""
    return f"reached: {outcome.world.connections}" if outcome.world.connections else ""


NETWORK = """
import socket
for family, address in [
    (socket.AF_INET, ("127.0.0.1", PORT)),
    (socket.AF_INET, ("localhost", PORT)),
    (socket.AF_UNIX, b"\\0" + f"canary-{PORT}".encode()),
]:
    try:
        with socket.socket(family) as line:
            line.settimeout(2)
            line.connect(address)
            line.sendall(b"a call\\n")
    except OSError as error:
        print(type(error).__name__)
print("tried all")
"""


def tried_all(outcome: Outcome) -> str:
    """The caller came to its end."""
    return "" if "tried all" in outcome.own_outputs() else "it did not come to its end"


@case(38, checks=(tried_all, nobody_called))
def calls_over_the_network(course):
    return course.sheet(RIGHT).add(f"PORT = {course.port}\n{NETWORK}")


@case(39, checks=(nothing_stolen,))
def reads_another_students_work(course):
    places = [course.root / step for step in ("submitted", "autograded", "feedback")]
    found = ", ".join(repr(str(place)) for place in places)
    return thief(course, f"search({found}, '..', '/tmp', '/scratch')")


class _Scripts(HTMLParser):
    """Finds what a browser would run of ours in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self._in_script = tag == "script"
        for name, value in attrs:
            text = re.sub(r"[\x00-\x20]", "", value or "").lower()
            runs = text.startswith(
                ("javascript:", "vbscript:", "data:text", "data:image/svg")
            )
            runs = runs or name.startswith("on") or name == "srcdoc" or tag == "script"
            if runs and "stage" in text:
                self.found.append(f"<{tag} {name}>")
        active = tag in ("base", "meta", "iframe", "object", "embed", "form")
        if active and any("stage" in (value or "") for _, value in attrs):
            self.found.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and "stage(" in data:
            self.found.append("<script>")


def inert(outcome: Outcome) -> str:
    """Neither page would run anything that the student wrote; both were made."""
    said = []
    for place in ("feedback", "formgrader"):
        page = outcome.pages.get(place, "")
        if "stage-" not in page and "stage(" not in page:
            said.append(f"nothing of it is in the {place} page")
        scripts = _Scripts()
        scripts.feed(page)
        if scripts.found:
            found = ", ".join(dict.fromkeys(scripts.found))
            said.append(f"{place}: {found}")
    return "; ".join(said)


HOSTILE = """
<script>stage(1)</script>
<ScRiPt src="https://stage-2.example/x.js"></sCrIpT>
<img src=x onerror="stage(3)">
<svg onload="stage(4)"><script>stage(5)</script></svg>
<a href="javascript:stage(6)">stage-6</a>
<a href="j&#x09;avascript:stage(7)">stage-7</a>
<iframe srcdoc="&lt;script&gt;stage(8)&lt;/script&gt;"></iframe>
<object data="javascript:stage(9)"></object>
<form action="javascript:stage(10)"><button formaction="javascript:stage(11)">
</button></form>
<meta http-equiv="refresh" content="0;url=javascript:stage(12)">
<base href="https://stage-13.example/">
<math><mtext><table><mglyph><style><img src=x onerror="stage(14)">
</style></mglyph></table></mtext></math>
"""
DISPLAYS = """
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
display(HTML(HOSTILE), Javascript("stage(20)"), Markdown(HOSTILE), Latex(HOSTILE))
display(Markdown("[a](javascript:stage(26)) [b](<java&#9;script&colon;stage(27)>)"))
display({"image/svg+xml": f"<svg>{HOSTILE}</svg>"}, raw=True)
display({"image/png": '"><script>stage(21)</script>'}, raw=True)
display({"application/javascript": "stage(22)"}, raw=True)
display({"text/html": HOSTILE, "text/plain": HOSTILE}, raw=True)
display({"application/vnd.jupyter.widget-view+json":
         {"model_id": "</script><script>stage(23)</script>"}}, raw=True)
display({"image/png": "AAAA"}, raw=True,
        metadata={"image/png": {"width": '1" onload="stage(24)'}})
print(HOSTILE, "\\x1b[31m" + HOSTILE)
get_ipython().outputs.items.append(
    {"output_type": "display_data", "data": {"image/png": "AAAA"},
     "metadata": {"image/png": {"width": '1" onload="stage(25)'}}})
"""


@case(40, FULL, checks=(inert,))
def shows_scripts_to_whoever_reads(course):
    sheet = course.sheet({**RIGHT, "essay": f"My own words. {HOSTILE}"})
    sheet.add(f"HOSTILE = {HOSTILE!r}\n{DISPLAYS}")
    sheet.add(f"raise ValueError({HOSTILE!r})")
    sheet.add(HOSTILE, markdown=True)
    sheet.add("[a](javascript:stage(30)) ![b](javascript:stage(31))", markdown=True)
    sheet.add("[c](javascript\\:stage(37)) <javascript:stage(38)>", markdown=True)
    sheet.add("[d][e]\n\n[e]: JavaScript&colon;stage(39)", markdown=True)
    sheet.add('# stage-32 <script>stage(32)</script>\n$<img onerror="stage(33)">$')
    sheet.nb.cells[-1].metadata["tags"] = ['"><script>stage(34)</script>']
    sheet.nb.metadata["title"] = "</title><script>stage(35)</script>"
    sheet.nb.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {"</script><script>stage(36)</script>": {}}
        }
    }
    return sheet


@case("40b", (0, 3, 4, 2, 1), "error", checks=(inert,))
def fails_with_a_script_for_a_message(course):
    return course.sheet(
        {**RIGHT, "double": f"def double(x):\n    raise ValueError({HOSTILE!r})"}
    )


def wrote_in_attachments(sheet: Sheet) -> None:
    """Put a script where a picture of a Markdown cell belongs."""
    cell = sheet.nb.cells[sheet.at("double") - 1]
    cell["attachments"] = {"a.png": {"image/png": '"><script>stage(41)</script>'}}


@case("40c", FULL, checks=(inert,))
def hides_a_script_in_an_attachment(course):
    sheet = course.sheet(RIGHT).add("stage-41 ![x](attachment:a.png)", markdown=True)
    wrote_in_attachments(sheet)
    return sheet
