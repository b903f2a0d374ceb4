"""What a student handed in, in the instructor's shape."""

import copy

import nbformat
import pytest

from autograder.admission import admit
from autograder.blueprint import read_blueprint, role_of
from autograder.errors import UsageError
from autograder.release import source_notebook

from .conftest import make_course

SHAPE = ["helpers", "scale_prompt", "scale", "scale_test", "total", "total_test"]
SHAPE += ["thoughts"]


@pytest.fixture(scope="module")
def blueprint(tmp_path_factory):
    root = make_course(tmp_path_factory.mktemp("shape"))
    return read_blueprint(source_notebook(root, "tiny"))


@pytest.fixture
def nb(released):
    return nbformat.reads(released, as_version=4)


def at(nb, name):
    return [role_of(cell) for cell in nb.cells].index(name)


def shape(nb):
    return [role_of(cell) for cell in nb.cells if role_of(cell) is not None]


def notes(nb):
    return nb.metadata.autograder.notes


def test_an_untouched_notebook_needs_no_note(nb, blueprint):
    admitted = admit(nb, blueprint)
    assert (shape(admitted), notes(admitted)) == (SHAPE, [])
    assert "hidden: 20" in admitted.cells[at(admitted, "scale_test")].source


def test_any_order_becomes_the_instructors(nb, blueprint):
    nb.cells = nb.cells[::-1]
    assert shape(admit(nb, blueprint)) == SHAPE


def test_a_changed_and_a_deleted_test_are_the_instructors_again(nb, blueprint):
    nb.cells[at(nb, "scale_test")].source = "pass"
    del nb.cells[at(nb, "total_test")]
    admitted = admit(nb, blueprint)
    assert shape(admitted) == SHAPE
    assert "hidden: 20" in admitted.cells[at(admitted, "scale_test")].source
    assert notes(admitted) == [
        "The locked cell scale_test was changed; the instructor's was used.",
        "The locked cell total_test was missing; it was put back.",
    ]


def test_points_and_roles_in_the_metadata_count_for_nothing(nb, blueprint):
    for cell in nb.cells:
        if role_of(cell):
            cell.metadata.nbgrader.update(points=1e9, solution=True, locked=False)
    admitted = admit(nb, blueprint)
    records = [cell.metadata.nbgrader for cell in admitted.cells if role_of(cell)]
    points = [record.get("points") for record in records]
    assert points == [None, None, None, 2, None, 3, 1]
    assert [record["solution"] for record in records] == [0, 0, 1, 0, 1, 0, 1]


def test_the_last_copy_that_was_filled_in_is_graded(nb, blueprint):
    place = at(nb, "scale")
    for source in ("first = 1", "second = 2", nb.cells[place].source):
        copied = copy.deepcopy(nb.cells[place])
        copied.source = source
        nb.cells.insert(place + 1, copied)
    nb.cells[place + 1], nb.cells[place + 3] = nb.cells[place + 3], nb.cells[place + 1]
    admitted = admit(nb, blueprint)
    assert shape(admitted) == SHAPE
    assert admitted.cells[at(admitted, "scale")].source == "second = 2"
    assert "There were 4 cells for scale" in notes(admitted)[0]
    assert "first = 1" in [cell.source for cell in admitted.cells]


def test_without_metadata_ids_and_definitions_tell(nb, blueprint):
    for cell in nb.cells:
        cell.metadata = nbformat.NotebookNode()
    assert shape(admit(nb, blueprint)) == SHAPE
    answer = nb.cells[[c.get("id") for c in nb.cells].index("scale")]
    answer.source = "def scale(x, c):\n    return 7"
    for number, cell in enumerate(nb.cells):
        cell["id"] = f"new-{number}"
    admitted = admit(nb, blueprint)
    assert admitted.cells[at(admitted, "scale")].source == answer.source


def test_added_cells_keep_their_place_and_are_not_graded(nb, blueprint):
    extra = nbformat.v4.new_code_cell("x = 1")
    extra.metadata["nbgrader"] = {"grade_id": "bonus", "grade": True, "points": 99}
    nb.cells.insert(at(nb, "total") + 1, extra)
    admitted = admit(nb, blueprint)
    assert shape(admitted) == SHAPE
    assert admitted.cells[at(admitted, "total") + 1].source == "x = 1"
    assert "claimed to be graded as bonus" in notes(admitted)[0]


def test_an_answer_that_became_text_is_code_again(nb, blueprint):
    place = at(nb, "scale")
    cell = nbformat.v4.new_markdown_cell("def scale(x, c):\n    return c * x")
    cell.metadata = nb.cells[place].metadata
    nb.cells[place] = cell
    admitted = admit(nb, blueprint)
    graded = admitted.cells[at(admitted, "scale")]
    assert (graded.cell_type, graded.source) == ("code", cell.source)


def test_a_missing_text_comes_back_and_missing_code_does_not(nb, blueprint):
    del nb.cells[at(nb, "thoughts")], nb.cells[at(nb, "scale")]
    admitted = admit(nb, blueprint)
    assert shape(admitted) == [name for name in SHAPE if name != "scale"]


@pytest.mark.parametrize("course", [{"assignment": "other"}, {}, "text", None])
def test_a_notebook_of_another_assignment_is_refused(nb, blueprint, course):
    nb.metadata["course"] = course
    if course == {"assignment": "other"}:
        with pytest.raises(UsageError, match="belongs to other"):
            admit(nb, blueprint)
    else:
        assert shape(admit(nb, blueprint)) == SHAPE
    nb.cells = [nbformat.v4.new_markdown_cell("# My notes")]
    nb.metadata["course"] = None
    with pytest.raises(UsageError, match="none of the cells"):
        admit(nb, blueprint)
