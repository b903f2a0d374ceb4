"""Cases 1 to 17: what a process can do to the one that runs it.

Each bomb is bounded, so that the machine survives where nothing else bounds it.
"""

from .case import Check, Outcome, case, printed, says, smaller_than
from .course import CELL_SECONDS, DISK_MB, MEMORY_MB, RIGHT, Course, Sheet

LATER_CRASH = ((2, 0, 0, 0, 0), "crashed")
LATER_TIMEOUT = ((2, 0, 0, 0, 0), "timeout")


def after(course: Course, source: str) -> Sheet:
    """Right answers; below that of 'total', in its cell, something else is done."""
    return course.sheet({**RIGHT, "total": f"{RIGHT['total']}\n\n{source}"})


def instead(course: Course, source: str) -> Sheet:
    """Right answers, but for 'total': there something else stands."""
    return course.sheet({**RIGHT, "total": source})


@case(1, *LATER_CRASH)
def exits_the_process(course):
    return after(course, "import os\nos._exit(0)")


@case(2, *LATER_CRASH)
def crashes_by_a_segfault(course):
    return after(course, "import ctypes\nctypes.string_at(0)")


@case("2b", *LATER_TIMEOUT)
def replaces_itself_by_another_program(course):
    return after(course, 'import os\nos.execv("/bin/sleep", ["sleep", "60"])')


@case("2c", (2, 0, 4, 2, 1), "error")
def exits_in_the_function(course):
    return instead(course, "import sys\ndef total(numbers):\n    sys.exit()")


@case(3)
def calls_sys_exit_after_a_right_answer(course):
    return after(course, "import sys\nsys.exit()")


@case(4)
def calls_exit_after_a_right_answer(course):
    return after(course, "exit()")


@case("4b")
def calls_quit_with_a_number_after_a_right_answer(course):
    return after(course, "import sys\nsys.exit(3)")


@case(5, (2, 0, 4, 2, 1), "timeout")
def loops_for_ever_in_a_cell(course):
    return instead(course, "while True:\n    pass")


@case("5b", (2, 0, 4, 2, 1), "timeout")
def loops_for_ever_in_a_function(course):
    return instead(course, "def total(numbers):\n    while True:\n        pass")


STUBBORN = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


@case(6, *LATER_TIMEOUT)
def catches_every_exception_in_a_loop(course):
    return after(course, STUBBORN)


def dies_in_time(name: str) -> Check:
    """A marked process was seen no longer than a cell may take, and a little."""

    def check(outcome: Outcome) -> str:
        seconds = outcome.world.lives.get(name)
        if seconds is None:
            return f"{name} was never seen"
        return f"lived for {seconds:.0f} s" if seconds > CELL_SECONDS + 8 else ""

    return check


@case("6b", *LATER_TIMEOUT, checks=(dies_in_time("undead"),))
def outlives_the_process_that_guards_it(course):
    forget = "import ctypes\nlibc = ctypes.CDLL(None)\n"
    forget += "libc.prctl(1, 0, 0, 0, 0)\n"  # no signal when the parent dies
    forget += f'libc.prctl(15, b"undead{course.port}", 0, 0, 0)\n'  # its name
    bounded = "import time\nend = time.time() + 45\n" + STUBBORN.replace(
        "while True:\n            pass", "while time.time() < end:\n            pass"
    ).replace("while True:\n    try", "while time.time() < end:\n    try")
    return after(course, forget + bounded)


GROUP = """
import os, signal
if os.getpgrp() in (0, os.getpid()):  # never the one that started the tests
    os.kill(0, signal.SIGKILL)
"""


@case("6c")
def kills_its_process_group(course):
    return after(course, GROUP)


HOARD = """
hoard = []
for _ in range(512):
    hoard.append(bytearray(b"x") * 2**24)  # 8 GB in all
"""


@case(7, (2, 0, 4, 2, 1), "error", hint="MemoryError")
def fills_the_memory_in_a_cell(course):
    return instead(course, HOARD)


@case("7b", (2, 0, 4, 2, 1), "error")
def fills_the_memory_in_a_function(course):
    body = HOARD.replace("\n", "\n    ")
    return instead(course, f"def total(numbers):{body}\n    return sum(numbers)")


BESIDE = """
import ctypes, os
libc, megabytes, files = ctypes.CDLL(None), 0, []
libc.shmat.restype = ctypes.c_void_p
block = b"x" * 2**20
try:
    for _ in range(20):
        files.append(os.memfd_create("hoard"))
        for _ in range(60):
            megabytes += os.write(files[-1], block) // 2**20
except OSError:
    pass
for _ in range(20):
    number = libc.shmget(0, 60 * 2**20, 0o1600)
    place = libc.shmat(number, None, 0) if number >= 0 else None
    if place in (None, ctypes.c_void_p(-1).value):
        break
    ctypes.memset(place, 1, 60 * 2**20)
    libc.shmdt(ctypes.c_void_p(place))
    libc.shmctl(number, 0, None)
    megabytes += 60
print("megabytes", megabytes)
"""


@case("7c", checks=(printed("megabytes", MEMORY_MB),))
def hoards_memory_that_is_not_mapped(course):
    return after(course, BESIDE)


FORKS = """
import os, time
forked = 0
try:
    for _ in range(300):
        if os.fork() == 0:
            time.sleep(2)
            os._exit(0)
        forked += 1
except OSError:
    pass
print("forked", forked)
"""


@case(8, checks=(printed("forked", 64),))
def forks_without_end(course):
    return after(course, FORKS)


THREADS = """
import threading, time
started = 0
try:
    for _ in range(2000):
        threading.Thread(target=time.sleep, args=(2,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError):
    pass
print("started", started)
"""


@case(9, checks=(printed("started", 400),))
def starts_threads_without_end(course):
    return after(course, THREADS)


DAEMON = """
import os, subprocess, sys, time
for start in (
    lambda: subprocess.Popen(["sleep", SECONDS], start_new_session=True),
    lambda: os.posix_spawn("/bin/sleep", ["sleep", SECONDS], {}),
):
    try:
        start()
    except OSError as error:
        print(type(error).__name__)
print("tried all")
"""


def nothing_left(outcome: Outcome) -> str:
    """No process that a submission started outlived its kernel."""
    seconds = outcome.world.lives.get("sleep", 0)
    if outcome.world.left or seconds > 20:
        return f"ran on for {seconds:.0f} s, left at the end: {outcome.world.left}"
    return ""


@case(10, checks=(says("tried all"), nothing_left))
def leaves_a_daemon_behind(course):
    return after(course, f"SECONDS = '120.{course.port}'\n{DAEMON}")


DISK = """
import os
megabytes, block = 0, b"x" * 2**20
folders = (".", "/dev/shm", "/tmp", "/var/tmp", os.path.expanduser("~"), "/proc")
for place, folder in enumerate(folders):
    for number in range(2):
        name = os.path.join(folder, f"filler-{PORT}-{place}-{number}")
        try:
            with open(name, "wb", buffering=0) as file:
                for _ in range(40):
                    megabytes += file.write(block) // 2**20
        except OSError:
            pass
print("megabytes", megabytes)
"""


def no_filler_left(outcome: Outcome) -> str:
    """No file was written outside of the sandbox."""
    return ", ".join(f for f in outcome.world.files if "filler" in f)


@case(11, checks=(printed("megabytes", 2 * DISK_MB), no_filler_left))
def fills_the_disk(course):
    return after(course, f"PORT = {course.port}\n{DISK}")


@case(12, checks=(smaller_than(1), says("is cut")))
def prints_a_line_of_30_megabytes(course):
    return after(course, 'print("x" * 30_000_000)')


@case(13, checks=(smaller_than(1), says("truncated")))
def prints_200000_lines(course):
    return after(course, "for n in range(200_000):\n    print(n, 'and on')")


IMAGE = """
import os
from IPython.display import Image, display
display(Image(data=b"\\x89PNG\\r\\n\\x1a\\n" + os.urandom(15 * 2**20), format="png"))
"""


@case(14, checks=(smaller_than(6), says("left out")))
def shows_a_huge_image(course):
    return after(course, IMAGE)


@case("14b", checks=(smaller_than(6),))
def shows_two_thousand_outputs(course):
    shows = "for _ in range(2000):\n    display({'text/plain': 'x'}, raw=True)"
    return after(course, f"from IPython.display import display\n{shows}")


@case("14d", checks=(smaller_than(6), says("left out")))
def alternates_between_its_streams(course):
    turns = "for n in range(20_000):\n    print(n)\n    print(n, file=sys.stderr)"
    return after(course, f"import sys\n{turns}")


@case("14c", (2, 0, 4, 2, 1), "error", checks=(smaller_than(2),))
def raises_an_error_of_30_megabytes(course):
    return instead(course, 'raise ValueError("x" * 30_000_000)')


SPAM = """
import sys, threading, time
def spam():
    while True:
        print("something happens", file=sys.stderr)
        time.sleep(0.0005)
threading.Thread(target=spam, daemon=True).start()
"""


@case(15, checks=(smaller_than(1),))
def spams_stderr_from_a_thread(course):
    return course.sheet(RIGHT).add(SPAM)


@case(16, (2, 0, 4, 2, 1), "error", hint="EOFError")
def asks_for_input(course):
    return instead(course, f"size = input('How many? ')\n{RIGHT['total']}")


@case(17, (2, 0, 4, 2, 1), "timeout")
def sleeps_for_ever(course):
    return instead(course, "import time\ntime.sleep(10**9)")


@case("17b", *LATER_TIMEOUT)
def sleeps_in_every_cell(course):
    sheet = course.sheet(RIGHT)
    for _ in range(9):  # longer together than the notebook may take
        sheet.add(f"import time\ntime.sleep({CELL_SECONDS - 1})", before="total")
    return sheet
