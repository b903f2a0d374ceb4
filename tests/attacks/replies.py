"""Answers that are no answers: what a student's process may send to the referee.

These have numbers of their own, from R1; the list of cases has them under 'Also'.
"""

from .case import case
from .course import RIGHT, WRONG, Course, Sheet

LOST = (2, 3, 4, 0, 1)  # 'reverse' earns nothing, the others all


def reversing(course: Course, body: str, above: str = "") -> Sheet:
    """Right answers, but for the body of `reverse`."""
    body = "\n".join(f"    {line}" for line in body.splitlines())
    return course.sheet({**RIGHT, "reverse": f"{above}\ndef reverse(x):\n{body}"})


@case("R1", LOST, "error")
def replies_with_a_gigantic_array(course):
    return reversing(course, "return np.zeros(2**25)")  # 256 MB


@case("R1b", LOST, "error")
def replies_with_a_gigantic_text(course):
    return reversing(course, "return 'x' * 100_000_000")


@case("R1c", LOST, "error")
def replies_with_a_million_numbers_in_a_list(course):
    return reversing(course, "return [0.0] * 1_000_000")


@case("R1d", LOST, "error")
def replies_with_a_number_of_10000_digits(course):
    return reversing(course, "return 10**10_000")


@case("R1e", LOST, "wrong")
def replies_with_an_empty_array_of_huge_width(course):
    first = "if x.ndim == 1:\n    return x[::-1]"
    return reversing(course, f"{first}\nreturn np.empty((0, 2**31 - 1))")


@case("R2", LOST, "error")
def replies_with_a_list_that_contains_itself(course):
    return reversing(course, "whole = []\nwhole.append(whole)\nreturn whole")


@case("R2b", LOST, "error")
def replies_with_a_deeply_nested_tuple(course):
    return reversing(
        course, "inner = ()\nfor _ in range(5000):\n    inner = (inner,)\nreturn inner"
    )


@case("R3", LOST, "wrong")
def replies_with_nan(course):
    return reversing(course, "return np.full_like(x, np.nan)")


@case("R4", LOST, "wrong")
def replies_with_the_wrong_dtype(course):
    return reversing(course, "return x[::-1].astype(np.float32)")


@case("R4b", LOST, "error")
def replies_with_numbers_of_80_bits(course):
    return reversing(course, "return x[::-1].astype(np.longdouble)")


@case("R4c", LOST, "error")
def replies_with_an_array_of_records(course):
    return reversing(course, "return np.zeros(2, dtype=[('a', 'f8'), ('b', 'i4')])")


@case("R5", LOST, "error")
def replies_with_an_object_array(course):
    return reversing(course, "return x[::-1].astype(object)")


SUBCLASS = """
class Rows(np.ndarray):
    pass
"""
LIAR = """
class Rows(np.ndarray):
    dtype = property(lambda self: np.dtype(object))
    shape = property(lambda self: (2**40,))
    nbytes = -1
    def tobytes(self, *args):
        return b"not the numbers"
    def astype(self, *args, **kwargs):
        return self
    def __reduce__(self):
        return (exec, ("raise SystemExit",))
    def __array_finalize__(self, other):
        pass
"""


@case("R6", engine_only=True)
def replies_with_a_subclass_of_ndarray(course):
    return reversing(course, "return x[::-1].copy().view(Rows)", SUBCLASS)


@case("R6b", engine_only=True)
def replies_with_a_subclass_that_lies_about_itself(course):
    return reversing(course, "return x[::-1].copy().view(Rows)", LIAR)


@case("R6c", engine_only=True)
def replies_with_a_masked_array(course):
    return reversing(course, "return np.ma.masked_array(x[::-1])")


LAZY = """
class Lazy(list):
    def __iter__(self):
        yield 2.0
        raise RuntimeError("later")
    def __len__(self):
        return 2

class Endless(list):
    def __iter__(self):
        while True:
            yield 0.0

class Late:
    def __getattr__(self, name):
        raise RuntimeError(f"no {name} yet")
"""


@case("R7", LOST, "error")
def replies_with_a_list_that_fails_late(course):
    return reversing(course, "return Lazy()", LAZY)


@case("R7b", LOST, "error")
def replies_with_a_list_that_never_ends(course):
    return reversing(course, "return Endless()", LAZY)


@case("R7c", LOST, "error")
def replies_with_an_object_that_fails_late(course):
    return reversing(course, "return Late()", LAZY)


@case("R7d", LOST, "error")
def replies_with_a_generator(course):
    return reversing(course, "yield from x[::-1]")


@case("R8", LOST, "wrong")
def changes_its_argument(course):
    return reversing(course, "y = x[::-1].copy()\nx[...] = 0\nreturn y")


@case("R8b", (2, 0, 4, 2, 1), "wrong", engine_only=True)
def changes_an_argument_that_no_test_looks_at(course):
    body = "    whole = math.fsum(numbers)\n    numbers.clear()\n    return whole"
    return course.sheet({**RIGHT, "total": f"def total(numbers):\n{body}"})


@case("R8c", (2, 3, 4, 2, 0), "wrong", engine_only=True)
def changes_its_argument_on_the_way_to_a_right_value(course):
    body = "    x -= x.mean(axis=0)\n    return x"
    return course.sheet({**RIGHT, "center": f"def center(x):\n{body}"})


@case("R8d", (2, 0, 4, 2, 1), "error", engine_only=True)
def grows_a_list_that_it_was_given(course):
    body = "    numbers += [0.0] * 200_000\n    return math.fsum(numbers)"
    return course.sheet({**RIGHT, "total": f"def total(numbers):\n{body}"})


@case("R9", LOST, "wrong")
def answers_differently_the_second_time(course):
    return reversing(
        course,
        "calls.append(1)\nreturn x[::-1] if len(calls) < 3 else x",
        "calls = []",
    )


@case("R10")
def replies_with_a_view_of_its_input(course):
    return reversing(course, "return x[::-1]")


@case("R11", LOST, "error")
def raises_the_name_of_one_of_our_errors(course):
    return reversing(course, "raise Gone('in time')", "class Gone(Exception): pass")


@case("R11b", LOST, "error")
def raises_an_exception_without_a_message(course):
    above = "class Odd(BaseException):\n    def __str__(self):\n        raise self"
    return reversing(course, "raise Odd()", above)


@case("R11c", LOST, "error")
def interrupts_itself(course):
    return reversing(course, "raise KeyboardInterrupt")


@case("R11d", LOST, "error")
def calls_itself_without_end(course):
    return reversing(course, "return reverse(x)")


@case("R12", LOST, "timeout")
def replies_right_but_late(course):
    return reversing(
        course,
        "try:\n    while True:\n        pass\n"
        "except KeyboardInterrupt:\n    return x[::-1]",
    )


# What follows writes beside the protocol, to every socket that the process has.
SOCKETS = """
import os, socket, struct
def send_to_all(data):
    sent = 0
    for number in range(3, 256):
        try:
            line = socket.socket(fileno=os.dup(number))
        except OSError:
            continue
        with line:
            try:
                line.settimeout(2)
                line.sendall(data)
                sent += 1
            except OSError:
                pass
    return sent
def frame(text):
    text = text.encode()
    return struct.pack(">II", len(text), 0) + text
"""
AFTERWARDS_NOTHING = ((2, 0, 0, 0, 0), "crashed")


def sending(course: Course, data: str) -> Sheet:
    """Right answers, and in the cell of 'total' something is sent."""
    source = f"{RIGHT['total']}\n{SOCKETS}\nprint('sent', send_to_all({data}))"
    return course.sheet({**RIGHT, "total": source})


@case("R13", *AFTERWARDS_NOTHING, engine_only=True)
def announces_a_frame_of_4_gigabytes(course):
    return sending(course, 'struct.pack(">II", 2**32 - 1, 2**32 - 1)')


@case("R13b", *AFTERWARDS_NOTHING, engine_only=True)
def sends_noise_in_a_frame(course):
    return sending(course, "struct.pack('>II', 64, 0) + os.urandom(64)")


@case("R13c", *AFTERWARDS_NOTHING, engine_only=True)
def sends_a_frame_of_empty_lists(course):
    return sending(course, "frame('[' + '[],' * 8_000_000 + '[]]')")


@case("R13d", *AFTERWARDS_NOTHING, engine_only=True)
def sends_a_frame_nested_without_end(course):
    return sending(course, "frame('[' * 1_000_000)")


@case("R13e", (2, 0, 0, 0, 0), "timeout", engine_only=True)
def stops_in_the_middle_of_a_frame(course):
    begin = 'struct.pack(">II", 2**20, 0)'
    return totalling(course, f"send_to_all({begin})\nwhile True:\n    pass")


def totalling(course: Course, body: str) -> Sheet:
    """Right answers, but 'total' does something else when it is called."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"{SOCKETS}\ndef total(numbers):\n{lines}"
    return course.sheet({**RIGHT, "total": source})


@case("R14", (0, 0, 0, 0, 0), "wrong error error error error", engine_only=True)
def forges_the_referees_frames(course):
    forged = """frame('["tuple", [["str", "done"], ["list", []]]]')"""
    source = f"{SOCKETS}\nforged = {forged}\n"
    body = "    send_to_all(forged)\n    return 3.0"
    return course.sheet({**WRONG, "total": f"{source}\ndef total(numbers):\n{body}"})
