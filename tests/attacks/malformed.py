"""Cases 41 to 62: right work in a damaged notebook, and files that are none."""

import copy
import io
import json
import zipfile

import nbformat

from .case import Outcome, case
from .course import RIGHT, WRONG, WRONG_SCORES, Course, Sheet

REFUSED = ((0, 0, 0, 0, 0), "error")


def duplicated(course: Course, name: str, source: str | None = None) -> Sheet:
    """Right answers, and a second copy of a cell below the first."""
    sheet = course.sheet(RIGHT)
    twin = copy.deepcopy(sheet.cell(name))
    if source is not None:
        twin.source = source
    sheet.nb.cells.insert(sheet.at(name) + 1, twin)
    return sheet


def blank(course: Course, name: str) -> str:
    """A cell as it was released."""
    return course.sheet({}).cell(name).source


@case(41)
def has_a_blank_copy_of_an_answer(course):
    return duplicated(course, "total", blank(course, "total"))


@case("41b")
def has_its_answer_twice(course):
    return duplicated(course, "total")


@case("41c", (2, 0, 4, 2, 1), "wrong")
def has_a_right_and_below_a_wrong_answer(course):
    return duplicated(course, "total", WRONG["total"])


@case(42)
def has_a_test_twice(course):
    return duplicated(course, "total_test")


@case("42b")
def has_all_cells_twice(course):
    sheet = course.sheet(RIGHT)
    sheet.nb.cells += copy.deepcopy(sheet.nb.cells)
    return sheet


@case(43)
def lost_a_test(course):
    sheet = course.sheet(RIGHT)
    del sheet.nb.cells[sheet.at("total_test")]
    return sheet


@case("43b", WRONG_SCORES, "wrong")
def deleted_all_tests_of_wrong_answers(course):
    sheet = course.sheet(WRONG)
    for name in ("double", "total", "count", "reverse", "center"):
        del sheet.nb.cells[sheet.at(f"{name}_test")]
    return sheet


@case(44)
def lost_all_metadata(course):
    sheet = course.sheet(RIGHT)
    sheet.nb.metadata = nbformat.from_dict({})
    for cell in sheet.nb.cells:
        cell.metadata = nbformat.from_dict({})
    return sheet


@case("44b")
def lost_all_metadata_and_all_ids(course):
    sheet = lost_all_metadata(course)
    for cell in sheet.nb.cells:
        cell.pop("id")
    sheet.nb.nbformat_minor = 4
    return sheet


@case("44c")
def has_metadata_of_wrong_types(course):
    sheet = course.sheet(RIGHT)
    for cell, record in zip(
        sheet.tests(), ["text", 7, [], {"grade_id": {}}, {"grade": "yes"}], strict=True
    ):
        cell.metadata["nbgrader"] = record
    return sheet


@case(45)
def turned_a_test_into_markdown(course):
    sheet = course.sheet(RIGHT)
    cell = sheet.cell("total_test")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]
    return sheet


@case("45b")
def turned_an_answer_into_a_raw_cell(course):
    sheet = course.sheet(RIGHT)
    cell = sheet.cell("total")
    cell.cell_type = "raw"
    del cell["outputs"], cell["execution_count"]
    return sheet


@case(46)
def moved_a_test_above_its_answer(course):
    sheet = course.sheet(RIGHT)
    cell = sheet.nb.cells.pop(sheet.at("total_test"))
    sheet.nb.cells.insert(sheet.at("tools"), cell)
    return sheet


@case("46b")
def moved_all_cells_into_reverse_order(course):
    sheet = course.sheet(RIGHT)
    sheet.nb.cells.reverse()
    return sheet


@case(47)
def was_downloaded_twice(course):
    return {"arena/arena (1).ipynb": course.sheet(RIGHT).bytes}


@case(48)
def wrote_the_name_in_another_case(course):
    return {"arena/Arena.ipynb": course.sheet(RIGHT).bytes}


@case("48b")
def wrote_the_ending_in_capitals(course):
    return {"arena/ARENA.IPYNB": course.sheet(RIGHT).bytes}


@case("48c")
def wrote_the_folder_in_another_case(course):
    return {"Arena/arena.ipynb": course.sheet(RIGHT).bytes}


@case(49, *REFUSED, reason="not JSON")
def is_cut_off_in_the_middle(course):
    whole = course.sheet(RIGHT).bytes
    return whole[: len(whole) // 2]


@case(50, *REFUSED, reason="not JSON")
def is_empty(course):
    return b""


@case("50b", *REFUSED, reason="no notebook")
def is_an_empty_folder(course):
    return {"arena/readme.txt": b"My dog ate it."}


@case("50c", *REFUSED, reason="not a notebook")
def is_json_but_no_notebook(course):
    return b'{"cells": 7, "nbformat": 4}'


@case("50d", *REFUSED, reason="not JSON")
def is_nested_without_end(course):
    return b"[" * 200_000


@case(51)
def begins_with_a_byte_order_mark(course):
    return b"\xef\xbb\xbf" + course.sheet(RIGHT).bytes


@case("51b")
def is_written_in_utf_16(course):
    return course.sheet(RIGHT).bytes.decode().encode("utf-16")


@case(52, *REFUSED, reason="not JSON")
def has_marks_of_a_merge_conflict(course):
    lines = course.sheet(RIGHT).bytes.splitlines()
    middle = len(lines) // 2
    marks = [b"<<<<<<< HEAD", b"=======", b">>>>>>> theirs"]
    return b"\n".join([*lines[:middle], *marks, *lines[middle:]])


@case("52b", (2, 0, 4, 2, 1), "error", hint="SyntaxError")
def has_marks_of_a_merge_conflict_in_a_cell(course):
    both = f"<<<<<<< HEAD\n{RIGHT['total']}\n=======\n{WRONG['total']}\n>>>>>>> theirs"
    return course.sheet({**RIGHT, "total": both})


@case(53)
def is_of_format_3(course):
    return nbformat.writes(course.sheet(RIGHT).nb, version=3).encode()


@case(54)
def has_no_cell_ids(course):
    sheet = course.sheet(RIGHT)
    for cell in sheet.nb.cells:
        cell.pop("id")
    sheet.nb.nbformat_minor = 4
    return sheet


@case("54b")
def has_no_cell_ids_in_a_format_that_needs_them(course):
    nb = json.loads(course.sheet(RIGHT).bytes)
    for cell in nb["cells"]:
        del cell["id"]
    return json.dumps(nb).encode()


@case("54c")
def has_the_same_id_in_all_cells(course):
    nb = json.loads(course.sheet(RIGHT).bytes)
    for cell in nb["cells"]:
        cell["id"] = "one"
    return json.dumps(nb).encode()


@case(55)
def names_an_unknown_kernel(course):
    sheet = course.sheet(RIGHT)
    sheet.nb.metadata["kernelspec"] = {
        "name": "julia-9",
        "display_name": "Julia 9",
        "language": "julia",
    }
    return sheet


def stamped(course: Course, text: str) -> dict[str, bytes]:
    """Right answers with a time of handing in."""
    notebook = course.sheet(RIGHT).bytes
    return {"arena/arena.ipynb": notebook, "arena/timestamp.txt": text.encode()}


@case(56)
def has_a_time_that_is_none(course):
    return stamped(course, "yesterday, before midnight")


@case("56b")
def has_a_time_of_binary_noise(course):
    files = stamped(course, "")
    return {**files, "arena/timestamp.txt": bytes(range(256))}


@case(57)
def claims_to_be_from_the_year_1(course):
    return stamped(course, "0001-01-01 00:00:00 +1400")


@case("57b")
def claims_to_be_from_the_year_9999(course):
    return stamped(course, "9999-12-31 23:59:59 -1200")


@case(58)
def has_no_time(course):
    return course.sheet(RIGHT)


@case(59)
def warns(course):
    body = "    import warnings\n    warnings.warn('careful', RuntimeWarning)\n"
    return course.sheet(
        {
            **RIGHT,
            "total": f"def total(numbers):\n{body}    return math.fsum(numbers)",
            "reverse": "def reverse(x):\n    np.log(-1.0)\n    return x[::-1].copy()",
        }
    )


@case("59b")
def prints_in_every_function(course):
    noise = "    print('called with', args)\n    import sys\n"
    noise += "    print('and here', file=sys.stderr)\n"
    answers = dict(RIGHT)
    for task in ("double", "total"):
        answers[task] = (
            f"{RIGHT[task]}\nplain_{task} = {task}\n"
            f"def {task}(*args):\n{noise}    return plain_{task}(*args)"
        )
    return course.sheet(answers)


@case(60)
def fails_in_a_cell_of_no_task(course):
    return course.sheet(RIGHT).add("1 / 0").add("nothing_is_here", before="count")


def reported(outcome: Outcome) -> str:
    """The graded notebook says that the credit was brought into its bounds."""
    if outcome.record is None or outcome.notebook is None:
        return ""
    test = next(
        c
        for c in outcome.notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == "count_test"
    )
    text = str(test.outputs) + str(outcome.notebook.metadata.get("autograder"))
    return "" if "credit" in text.lower() else "nothing says so"


def counting(course: Course, value: str) -> Sheet:
    """Right answers, but `count` returns this for the hidden numbers."""
    body = f"    return 2 if limit == 4 else {value}"
    return course.sheet({**RIGHT, "count": f"def count(numbers, limit):\n{body}"})


NO_CREDIT = ((2, 3, 0, 2, 1), "wrong")


@case(61, *NO_CREDIT, checks=(reported,))
def earns_nan_points(course):
    return counting(course, "float('nan')")


@case("61b", *NO_CREDIT, checks=(reported,))
def earns_negative_points(course):
    return counting(course, "-1000")


@case("61c", checks=(reported,))
def earns_too_many_points(course):
    return counting(course, "1000")


@case("61d", checks=(reported,))
def earns_infinitely_many_points(course):
    return counting(course, "float('inf')")


@case("61g", (2, 3, 1.75, 2, 1), "wrong")
def earns_a_numpy_number_of_points(course):
    return counting(course, "np.float64(2)")


@case("61h", (2, 3, 1.75, 2, 1), "wrong")
def earns_a_tensor_of_points(course):
    return counting(course, "__import__('torch').tensor(2.0)")


@case("61e", (2, 3, 0, 2, 1), "error")
def earns_points_that_are_no_number(course):
    return counting(course, "'8'")


@case("61f", *NO_CREDIT, checks=(reported,))
def earns_an_array_of_points(course):
    return counting(course, "np.array([8, 8])")


def escaping_zip(course: Course) -> bytes:
    """A zip whose files would land outside of the folder that it is unpacked in."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("../../escaped.txt", "out")
        packed.writestr("../../../escaped.txt", "out")
        packed.writestr(str(course.root / "escaped.txt"), "out")
        packed.writestr("arena.ipynb", course.sheet(RIGHT).bytes)
    return file.getvalue()


def nothing_unpacked(outcome: Outcome) -> str:
    """No file of the zip was written anywhere."""
    return ", ".join(f for f in outcome.world.files if "escaped" in f)


@case(62, *REFUSED, reason="no notebook", checks=(nothing_unpacked,))
def is_a_zip_that_climbs_out(course):
    return {"arena/arena.zip": escaping_zip(course)}


@case("62b", *REFUSED, reason="not JSON", checks=(nothing_unpacked,))
def is_a_zip_named_as_a_notebook(course):
    return {"arena/arena.ipynb": escaping_zip(course)}


@case("62c", checks=(nothing_unpacked,))
def has_a_zip_beside_its_notebook(course):
    return {
        "arena/arena.ipynb": course.sheet(RIGHT).bytes,
        "arena/data.zip": escaping_zip(course),
    }
