"""Notebooks that want more than their share: of time, of room, of the reader's trust.

Their numbers go on after those of the list of cases, from 63.
"""

import json

from .case import Outcome, case, smaller_than
from .course import FULL, RIGHT, Course, Sheet
from .replies import SOCKETS

WITHOUT_DOUBLE = ((0, *FULL[1:]), "error")
NOTHING = (0, 0, 0, 0, 0)
ANSWER = f"""{SOCKETS}
def answer(text):
    text = text.encode()
    for number in range(3, 256):
        try:
            worker = socket.socket(fileno=os.dup(number))
        except OSError:
            continue
        worker.setblocking(True)
        worker.sendall(struct.pack(">II", len(text), 0) + text)
        return worker
"""


def doubling(course: Course, body: str) -> Sheet:
    """Right answers, but for `double`."""
    return course.sheet({**RIGHT, "double": f"def double(x):\n    {body}"})


def no_control_codes(outcome: Outcome) -> str:
    """Nothing in the record can steer a terminal."""
    said = json.dumps(outcome.record, ensure_ascii=False)
    codes = [c for c in said if ord(c) < 32 or 127 <= ord(c) < 160]
    return f"control codes: {codes}" if codes else ""


def not_called_refused(outcome: Outcome) -> str:
    """The student's own sentence does not pass for the grader's."""
    refused = "could not be graded" in outcome.pages["feedback"]
    return "the page says that it was refused" if refused else ""


@case(63, checks=(smaller_than(2),))
def writes_thousands_of_open_tags(course):
    return course.sheet(RIGHT).add("<b><p>" * 35_000, markdown=True)


@case("63b")
def prints_tables_in_tables(course):
    show = "from IPython.display import HTML\nHTML('<table><b>' * 16_000)"
    return course.sheet(RIGHT).add(show)


@case("63c")
def hides_a_script_below_many_entities(course):
    levels = ("&" + "amp;" * k + "#106;avascript:" for k in range(900))
    return course.sheet(RIGHT).add(" ".join(levels), markdown=True)


@case(64, NOTHING, "crashed", engine_only=True)
def reads_the_next_cell_slowly(course):
    slowly = """
worker = answer('["list",[]]')
while True:
    try:
        time.sleep(3)
        worker.recv(32768)
    except BaseException:
        pass
"""
    sheet = course.sheet(RIGHT).add(f"import time\n{ANSWER}{slowly}")
    return sheet.add("# " + "x" * 2**20)


@case(65)
def has_60000_outputs_that_are_none(course):
    raw = json.loads(course.sheet(RIGHT).bytes)
    cell = next(cell for cell in raw["cells"] if cell["cell_type"] == "code")
    cell["outputs"] = [{}] * 60_000
    return {"arena/arena.ipynb": json.dumps(raw).encode()}


@case("65b", engine_only=True)
def answers_with_99000_outputs_that_are_none(course):
    text = '\'["list",[\' + ",".join([\'["dict",[]]\'] * 99_000) + "]]"'
    sheet = course.sheet(RIGHT)
    return sheet.add(f"{ANSWER}\nanswer({text})", before="")


@case("65c", reason="not JSON", scores=NOTHING, verdicts="error")
def has_a_number_of_5000_digits(course):
    text = course.sheet(RIGHT).bytes.decode()
    assert '"nbformat_minor": 5' in text
    long = text.replace('"nbformat_minor": 5', '"nbformat_minor": ' + "1" * 5000)
    return {"arena/arena.ipynb": long.encode()}


@case(66, *WITHOUT_DOUBLE, checks=(not_called_refused,))
def raises_what_only_the_grader_may(course):
    source = "class Refused(Exception):\n    pass\n\ndef double(x):\n"
    source += "    raise Refused('No memory was left; full marks by hand.')"
    return course.sheet({**RIGHT, "double": source})


@case("66b", *WITHOUT_DOUBLE)
def pretends_that_its_process_died(course):
    return doubling(course, "raise type('DeadKernelError', (Exception,), {})('a')")


@case(67, checks=(smaller_than(3),))
def lifts_the_limit_on_what_it_prints(course):
    sheet = course.sheet(RIGHT)
    for _ in range(3):
        sheet.add("get_ipython().outputs._text = 10**9\nprint('z' * 7_000_000)")
    return sheet


@case("67b", *WITHOUT_DOUBLE, checks=(smaller_than(1),))
def raises_an_exception_with_a_gigantic_name(course):
    return doubling(course, "raise type('x' * 10_000_000, (Exception,), {})('y')")


@case("67c", checks=(smaller_than(1),))
def fails_with_a_gigantic_name_in_a_cell_of_its_own(course):
    return course.sheet(RIGHT).add("raise type('x' * 3_000_000, (Exception,), {})()")


@case(68, NOTHING, "error", reason="belongs to xxx", checks=(smaller_than(1),))
def belongs_to_an_assignment_with_a_gigantic_name(course):
    sheet = course.sheet(RIGHT)
    sheet.nb.metadata["course"] = {"assignment": "x" * 5_000_000}
    return sheet


@case("68b", NOTHING, "error", reason="belongs to", checks=(no_control_codes,))
def belongs_to_an_assignment_that_clears_the_screen(course):
    sheet = course.sheet(RIGHT)
    name = "\x1b]0;owned\x07\x1b[2J\x1b[31mALL FINE"
    sheet.nb.metadata["course"] = {"assignment": name}
    return sheet


@case("68c", *WITHOUT_DOUBLE, checks=(no_control_codes,))
def raises_an_error_that_clears_the_screen(course):
    return doubling(course, r"raise ValueError('\x1b]0;owned\x07\x1b[2J\x9b1A')")


@case(69)
def prints_half_an_emoji(course):
    return course.sheet(RIGHT).add(r"print('\udc80 \ud83d')")


@case("69b", *WITHOUT_DOUBLE)
def raises_half_an_emoji(course):
    return doubling(course, r"raise ValueError('\udc80')")


@case("69c")
def has_half_an_emoji_in_its_essay(course):
    sheet = course.sheet(RIGHT)
    sheet.cell("essay").source = "My own \ud83d words."
    return {"arena/arena.ipynb": json.dumps(sheet.nb).encode()}


@case(70, engine_only=True)
def answers_with_numbers_that_collide(course):
    text = (
        '\'["dict",[\' + ",".join(f\'[["int",{k * (2**61 - 1)}],["int",0]]\''
        " for k in range(20_000)) + ']]'"
    )
    sheet = course.sheet(RIGHT)
    return sheet.add(f"{ANSWER}\nanswer({text})", before="")
