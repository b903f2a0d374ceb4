"""Source code and its marks are what their docstrings say."""

import numpy as np
from course import datasets

CODE = 'f(a, [1])\nx = "(b" + d\n'


def spans(mark: np.ndarray) -> str:
    return "".join("x" if m else "." for m in mark)


def test_marks_follow_the_parser_and_not_the_characters():
    marks = datasets.code_marks(CODE)
    assert spans(marks["brackets"]) == ".xxxxxxx.." + "............."
    assert spans(marks["quotes"]) == ".........." + "....xxx......"


def test_brackets_nest():
    marks = datasets.code_marks("((a)b)c\n")
    assert spans(marks["brackets"]) == "xxxxx..."


def test_fields_of_a_string_are_not_brackets():
    marks = datasets.code_marks("f'{a}' + b\n")
    assert spans(marks["brackets"]) == "..........."
    assert spans(marks["quotes"]) == "xxxxx......"


def test_the_column_counts_and_starts_again():
    marks = datasets.code_marks(CODE)
    assert marks["column"].tolist() == [*range(1, 10), 0, *range(1, 13), 0]


def test_what_is_held_out_is_not_learned():
    learned, held_out = datasets.python_source()
    assert len(learned) > 500_000
    assert len(held_out) >= 5
    assert learned.isascii()
    for text in held_out.values():
        assert text not in learned
        assert len(datasets.code_marks(text)["column"]) == len(text)
