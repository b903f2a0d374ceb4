"""The split into text to learn from and text held out."""

import numpy as np
import pytest
from course import datasets

STEPS, T = 7000, 25
"""Windows that chapter 1 reads, and their width."""


def test_split_is_that_of_chapter_1():
    tokens = datasets.Characters.of(datasets.python_help()).tokens
    expected, rest = np.split(tokens, [STEPS * T + T + 1])
    begins = np.linspace(0, len(rest) - 1001, 10).astype(int)
    learned, held_out = datasets.learned_and_held_out(tokens)
    assert np.array_equal(learned, expected)
    assert np.array_equal(held_out, [rest[i : i + 1001] for i in begins])


def test_no_position_is_both_learned_and_held_out_or_held_out_twice():
    learned, held_out = datasets.learned_and_held_out(np.arange(13_000), 2_000)
    used = np.concatenate([learned, held_out.ravel()])
    assert len(set(used.tolist())) == len(used) == 2_000 + 10 * 1001


def test_pieces_reach_the_end_of_the_text():
    _, held_out = datasets.learned_and_held_out(np.arange(13_000), 2_000)
    assert held_out[0, 0] == 2_000
    assert held_out[-1, -1] == 12_999


def test_short_text_is_refused():
    with pytest.raises(ValueError, match="12,010 are needed"):
        datasets.learned_and_held_out(np.arange(12_009), 2_000)
    datasets.learned_and_held_out(np.arange(12_010), 2_000)
