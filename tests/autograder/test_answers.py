import numpy as np
import pytest
import torch

from autograder.answers import fresh_inputs, read_catalogue, same

MISCONCEPTIONS = '''
from autograder.answers import equivalent, inputs, misconception

equivalent("total", "x: '0' -> '-1'", reason="There is one axis.")


@inputs("total")
def _total(rng):
    return (list(rng.normal(size=3)),)


@misconception(
    "total",
    hint="""The last number is missing;
    see section 1.1.""",
)
def drops_the_last(x):
    # A comment.
    if len(x) < 2:
        return 0.0
    return x[0] + drops_the_last(x[1:])
'''
ALTERNATIVES = """
from autograder.answers import alternative


@alternative("total")
def loop(x):
    result = 0.0
    for number in x:
        result += number
    return result
"""


@pytest.fixture
def catalogue(tmp_path):
    (tmp_path / "misconceptions.py").write_text(MISCONCEPTIONS)
    (tmp_path / "alternatives.py").write_text(ALTERNATIVES)
    return read_catalogue(tmp_path)


def test_a_catalogue_knows_its_answers(catalogue):
    (wrong,), (right,) = catalogue.misconceptions, catalogue.alternatives
    assert (wrong.task, wrong.name) == ("total", "drops_the_last")
    assert wrong.hint == "The last number is missing; see section 1.1."
    assert (right.task, right.name, right.hint) == ("total", "loop", None)
    assert catalogue.equivalent == {"total": {"x: '0' -> '-1'": "There is one axis."}}


def test_an_answers_source_stands_alone_under_the_tasks_name(catalogue):
    (wrong,) = catalogue.misconceptions
    namespace = {}
    exec(wrong.source, namespace)
    assert wrong.source.startswith("def total(x):")
    assert namespace["total"]([1.0, 2.0, 4.0]) == wrong.function([1.0, 2.0, 4.0]) == 3.0


def test_reading_again_does_not_add_to_what_was_read(catalogue, tmp_path):
    assert len(read_catalogue(tmp_path).misconceptions) == 1
    assert len(catalogue.misconceptions) == 1


def test_an_empty_folder_has_an_empty_catalogue(tmp_path):
    catalogue = read_catalogue(tmp_path)
    assert (catalogue.misconceptions, catalogue.alternatives) == ([], [])


def test_inputs_follow_their_seeds(catalogue):
    first, again, other = fresh_inputs(catalogue, "total", [1, 1, 2])
    assert same(first, again)
    assert not same(first, other)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0 + 1e-9),
        (np.nan, np.nan),
        (np.ones(2), [1, 1]),
        (np.ones(2, np.float32), torch.ones(2, requires_grad=True)),
        ((1, 2), [1, 2]),
        ([np.ones(2), np.ones(3)], [np.ones(2), np.ones(3)]),
        ({"W": np.ones(2)}, {"W": np.ones(2)}),
        ("hello", "hello"),
        (["h", "e"], ["h", "e"]),
        (None, None),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
)
def test_same_values_are_the_same(a, b):
    assert same(a, b)
    assert same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 1.0001),
        (1.0, np.nan),
        (1.0, np.ones(1)),
        (np.ones((2, 1)), np.ones((1, 2))),
        ([1, 2], [1, 2, 3]),
        ([np.ones(2), np.ones(3)], np.ones(2)),
        ([np.ones(2), np.ones(3)], [np.ones(2), np.zeros(3)]),
        ({"W": 1}, {"b": 1}),
        ("hello", "hallo"),
        ("1", 1),
        (None, 0.0),
        ((None, 1), (1, None)),
    ],
)
def test_other_values_are_not_the_same(a, b):
    assert not same(a, b)
    assert not same(b, a)


def test_the_tolerance_reaches_into_nests():
    assert same({"W": [1.0]}, {"W": [1.01]}, rtol=0.1)
    assert not same({"W": [1.0]}, {"W": [1.01]})
