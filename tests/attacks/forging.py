"""Cases 18 to 32: wrong answers that want the points of right ones.

Each earns what its values earn without the forgery, and no more.
"""

import nbformat

from .case import Outcome, case
from .course import RIGHT, WRONG, WRONG_SCORES, Course, Sheet

WRONG_ANSWERS = (WRONG_SCORES, "wrong")
NO_POINTS = (0, 0, 0, 0, 0)


def with_forgery(course: Course, source: str) -> Sheet:
    """Wrong answers, below a cell that forges."""
    return course.sheet(WRONG).add(source)


@case(0, *WRONG_ANSWERS)
def answers_wrongly_without_a_forgery(course):
    return course.sheet(WRONG)


@case(18, *WRONG_ANSWERS)
def replaces_tests_by_an_input_transformer(course):
    return with_forgery(
        course,
        "def no_tests(lines):\n"
        "    return ['pass\\n'] if 'assert' in ''.join(lines) else lines\n"
        "shell = get_ipython()\n"
        "shell.input_transformers_cleanup.append(no_tests)\n"
        "shell.input_transformers_post.append(no_tests)",
    )


DROP_ASSERTS = """
import ast

class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)

get_ipython().ast_transformers.append(Drop())
"""


@case(19, *WRONG_ANSWERS)
def drops_asserts_by_an_ast_transformer(course):
    return with_forgery(course, DROP_ASSERTS)


@case("19b", *WRONG_ANSWERS)
def compiles_with_optimisation(course):
    return with_forgery(
        course,
        "import builtins\n"
        "compiled = builtins.compile\n"
        "def compile(*args, **kwargs):\n"
        "    return compiled(*args, **{**kwargs, 'optimize': 2})\n"
        "builtins.compile = compile\n"
        "shell = get_ipython()\n"
        "make = shell.compile.__class__.__call__\n"
        "shell.compile.__class__.__call__ = (\n"
        "    lambda self, tree, name, mode: compiled(\n"
        "        tree, name, mode, self.flags, True, optimize=2))",
    )


EQUAL_TO_ALL = """
import numpy as np

def yes(*args, **kwargs):
    return True

def no(*args, **kwargs):
    return False

compare = {n: yes for n in ("__eq__", "__le__", "__ge__", "__contains__", "__bool__")}
compare |= {n: no for n in ("__ne__", "__lt__", "__gt__")} | {"__hash__": lambda s: 0}
Number = type("Number", (float,), {
    **compare, "__abs__": lambda s: Number(0), "__sub__": lambda s, o: Number(0),
    "__rsub__": lambda s, o: Number(0), "tolist": lambda s: s,
})
Whole = type("Whole", (int,), compare | {"__rmul__": lambda s, o: 24.0})
class Rows(np.ndarray):
    def __array_ufunc__(self, ufunc, *args, **kwargs):
        return np.bool_(ufunc is not np.not_equal)
    def __array_function__(self, function, *args, **kwargs):
        return True
    __class__ = np.ndarray
    def tolist(self):
        return type("Anything", (list,), compare)()
"""


@case(20, *WRONG_ANSWERS)
def equals_everything(course):
    answers = {
        "double": "def double(x):\n    return Number(6.0)",
        "total": "def total(numbers):\n    return Number(3.0)",
        "count": "def count(numbers, limit):\n    return Whole(2)",
        "reverse": "def reverse(x):\n    return np.array([2.0, 1.0]).view(Rows)",
        "center": "def center(x):\n    return np.array([-1.0, 1.0]).view(Rows)",
    }
    return course.sheet(answers).add(EQUAL_TO_ALL)


@case("20b", NO_POINTS, "wrong wrong error wrong wrong")
def equals_everything_without_a_value(course):
    thing = (
        "class Anything:\n"
        "    def __getattr__(self, name):\n"
        "        return self\n"
        "    def __call__(self, *args, **kwargs):\n"
        "        return self\n"
        "    def __float__(self):\n"
        "        return 24.0\n"
        "    def __array__(self, *args, **kwargs):\n"
        "        return np.zeros(())\n"
        "    __eq__ = __le__ = __ge__ = __bool__ = lambda *args: True\n"
        "    __ne__ = __lt__ = __gt__ = lambda *args: False\n"
        "    __rmul__ = __mul__ = __radd__ = __truediv__ = lambda *args: 24.0\n"
    )
    answers = {
        task: f"def {task}(*args):\n    return Anything()"
        for task in ("double", "total", "count", "reverse", "center")
    }
    return course.sheet(answers).add(thing)


@case(21, *WRONG_ANSWERS)
def swallows_errors_in_showtraceback(course):
    return with_forgery(
        course,
        "shell = get_ipython()\n"
        "nothing = lambda *args, **kwargs: None\n"
        "shell.showtraceback = shell._showtraceback = nothing\n"
        "shell.__class__.showtraceback = shell.__class__._showtraceback = nothing",
    )


@case("21b", *WRONG_ANSWERS)
def sets_a_handler_for_assertion_errors(course):
    return with_forgery(
        course,
        "get_ipython().set_custom_exc((AssertionError, TypeError), "
        "lambda *args, **kwargs: [])",
    )


@case(22, *WRONG_ANSWERS)
def replaces_run_cell(course):
    return with_forgery(
        course,
        "kind = get_ipython().__class__\n"
        "run, run_async = kind.run_cell, kind.run_cell_async\n"
        "def clean(source):\n"
        "    return 'pass' if 'assert' in source else source\n"
        "def run_cell(self, raw_cell, *args, **kwargs):\n"
        "    return run(self, clean(raw_cell), *args, **kwargs)\n"
        "async def run_cell_async(self, raw_cell, *args, **kwargs):\n"
        "    changed = kwargs.get('transformed_cell')\n"
        "    kwargs['transformed_cell'] = changed and clean(changed)\n"
        "    return await run_async(self, clean(raw_cell), *args, **kwargs)\n"
        "kind.run_cell, kind.run_cell_async = run_cell, run_cell_async",
    )


@case(23, *WRONG_ANSWERS)
def shows_full_credit_by_a_displayhook(course):
    return with_forgery(
        course,
        "import sys\n"
        "shell = get_ipython()\n"
        "shell.display_formatter.__class__.format = (\n"
        "    lambda *args, **kwargs: ({'text/plain': '4.0'}, {}))\n"
        "compute = shell.displayhook.__class__.compute_format_data\n"
        "shell.displayhook.__class__.compute_format_data = (\n"
        "    lambda self, value: compute(self, 4.0))",
    )


FALSE_NUMPY = """
import os, sys
here = os.path.abspath(os.path.dirname(__file__))
place = [p for p in sys.path if os.path.abspath(p or ".") != here]
sys.path[:], false = place, sys.modules.pop("numpy")
import numpy
import numpy.testing
numpy.testing.assert_allclose = numpy.testing.assert_array_equal = print
sys.modules["numpy"] = numpy
"""


@case(24, *WRONG_ANSWERS)
def hands_in_a_numpy_of_its_own(course):
    return {
        "arena/arena.ipynb": course.sheet(WRONG).bytes,
        "arena/numpy.py": FALSE_NUMPY.encode(),
        "arena/math.py": b"isclose = print\nfsum = sum\n",
    }


@case("24b", *WRONG_ANSWERS)
def writes_a_numpy_of_its_own(course):
    return with_forgery(
        course,
        f"text = {FALSE_NUMPY!r}\n"
        "import os, sys, tempfile\n"
        "for folder in {'.', tempfile.gettempdir(), *sys.path}:\n"
        "    if os.path.abspath(folder or '.') in (os.getcwd(), '/scratch'):\n"
        "        with open(os.path.join(folder or '.', 'numpy.py'), 'w') as file:\n"
        "            file.write(text)\n"
        "sys.modules.pop('numpy', None)\n"
        "import numpy as np",
    )


@case(25, *WRONG_ANSWERS)
def patches_what_the_tests_call(course):
    return with_forgery(
        course,
        "import builtins, math, sys\n"
        "import numpy as np\n"
        "yes = lambda *args, **kwargs: True\n"
        "math.isclose = np.allclose = np.array_equal = yes\n"
        "for name in dir(np.testing):\n"
        "    if name.startswith('assert'):\n"
        "        setattr(np.testing, name, yes)\n"
        "def for_tests(true, false):\n"  # what libraries call stays as it is
        "    def patched(*args, **kwargs):\n"
        "        caller = sys._getframe(1).f_globals.get('__name__')\n"
        "        return (false if caller == '__main__' else true)(*args, **kwargs)\n"
        "    return patched\n"
        "builtins.zip = for_tests(zip, lambda *args, **kwargs: iter(()))\n"
        "builtins.all = for_tests(all, yes)\n"
        "builtins.isinstance = for_tests(isinstance, yes)",
    )


# Forges what ipykernel sends, with its own session and key; and, where the shell is
# ours, writes into the outputs that it collects.
MESSAGES = """
import json, threading, time
shell = get_ipython()
kernel = getattr(shell, "kernel", None)

def forge():
    while True:
        parent = kernel.get_parent("shell")
        kernel.session.send(
            kernel.iopub_socket, "execute_result", parent=parent,
            content={"data": {"text/plain": "4.0"}, "metadata": {},
                     "execution_count": 1})
        time.sleep(0.002)

if kernel is not None:
    threading.Thread(target=forge, daemon=True).start()
else:
    full = {"output_type": "execute_result", "execution_count": 1,
            "metadata": {}, "data": {"text/plain": "4.0"}}
    shell.outputs.__class__.as_list = lambda self: [full]
"""


@case(26, *WRONG_ANSWERS)
def forges_the_kernels_messages(course):
    return with_forgery(course, MESSAGES)


@case(27, *WRONG_ANSWERS)
def forges_only_while_it_is_graded(course):
    body = DROP_ASSERTS.replace("\n", "\n    ")
    return with_forgery(
        course,
        "import os\n"
        "telling = [n for n in os.environ if 'NBGRADER' in n.upper()]\n"
        f"print('telling:', telling)\nif telling:{body}",
    )


@case(28, *WRONG_ANSWERS)
def knows_the_visible_cases_by_heart(course):
    answers = {
        "double": "def double(x):\n    return {3.0: 6.0}.get(x, 0.0)",
        "total": "def total(numbers):\n    return {3.0: 3.0}.get(sum(numbers), 0.0)",
        "count": "def count(numbers, limit):\n    return 2",
        "reverse": "def reverse(x):\n    return np.array([2.0, 1.0])",
        "center": "def center(x):\n    return np.array([-1.0, 1.0])",
    }
    return course.sheet(answers)


@case("28b", WRONG_SCORES, "error wrong wrong wrong wrong")
def stops_the_iteration_of_a_hidden_test(course):
    return course.sheet(
        {
            **WRONG,
            "double": "def double(x):\n"
            "    if x == 3.0:\n        return 6.0\n"
            "    raise StopIteration",
        }
    )


@case("28c", *WRONG_ANSWERS)
def changes_the_question_to_fit_its_answer(course):
    return course.sheet(
        {
            **WRONG,
            "center": "def center(x):\n"
            "    if x.ndim == 1:\n        return np.array([-1.0, 1.0])\n"
            "    x[...] = 0.0\n"
            "    return x",
        }
    )


@case(29, *WRONG_ANSWERS)
def writes_points_into_the_metadata(course):
    sheet = course.sheet(WRONG)
    for cell in sheet.nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["points"] = 100
            cell.metadata["autograder"] = {"verdict": "correct", "score": 100}
    return sheet


@case("29b")
def writes_more_points_for_right_answers(course):
    sheet = course.sheet(RIGHT)
    for cell in sheet.tests():
        cell.metadata.nbgrader["points"] = 100
    return sheet


@case(30, *WRONG_ANSWERS)
def edits_the_tests(course):
    sheet = course.sheet(WRONG)
    for cell in sheet.tests():
        cell.source = "pass"
    return sheet


@case("30b", *WRONG_ANSWERS)
def edits_the_tests_and_their_records(course):
    sheet = course.sheet(WRONG)
    for cell in sheet.tests():
        cell.source = "pass"
        cell.metadata.nbgrader["locked"] = False
        cell.metadata.nbgrader["checksum"] = "0" * 32
        cell.metadata["editable"] = True
    return sheet


@case("30c", *WRONG_ANSWERS)
def edits_the_locked_set_up(course):
    sheet = course.sheet(WRONG)
    sheet.cell("tools").source += "\nmath.isclose = lambda *args: True"
    return sheet


@case(31, *WRONG_ANSWERS)
def turns_the_tests_into_solutions(course):
    sheet = course.sheet(WRONG)
    for cell in sheet.tests():
        cell.source = "4.0"
        cell.metadata.nbgrader.update(solution=True, grade=False, locked=False)
    return sheet


@case("31b", *WRONG_ANSWERS)
def turns_the_answers_into_tests(course):
    sheet = course.sheet(WRONG)
    for task in ("double", "total"):
        record = sheet.cell(task).metadata.nbgrader
        record.update(grade=True, solution=False, points=100)
    return sheet


def no_bonus(outcome: Outcome) -> str:
    """The gradebook has nothing but the instructor's cells."""
    extra = [name for name in outcome.scores if "bonus" in name]
    return f"graded {extra}" if extra else ""


@case(32, *WRONG_ANSWERS, checks=(no_bonus,))
def adds_a_graded_cell(course):
    sheet = course.sheet(WRONG).add("pass")
    record = {"grade_id": "bonus_test", "points": 100, "grade": True}
    record |= {"solution": False, "locked": True, "task": False, "schema_version": 3}
    sheet.nb.cells[sheet.at("double") - 1].metadata["nbgrader"] = nbformat.from_dict(
        record
    )
    return sheet
