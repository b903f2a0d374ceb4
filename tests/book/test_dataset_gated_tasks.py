"""The tasks of the chapter on the GRU are what their docstrings say."""

import pytest
import torch
from course import datasets


def test_adding_marks_one_number_in_each_half_and_asks_for_their_sum():
    x, target = datasets.adding_batch(50, 7, torch.Generator().manual_seed(0))
    assert x.shape == (50, 7, 2)
    numbers, marks = x.unbind(2)
    assert torch.all(marks[:, :3].sum(1) == 1)
    assert torch.all(marks[:, 3:].sum(1) == 1)
    assert torch.equal((numbers * marks).sum(1), target)
    assert len(target.unique()) > 40


def test_adding_has_a_sixth_as_the_error_of_its_mean():
    _, target = datasets.adding_batch(20_000, 6, torch.Generator().manual_seed(0))
    assert ((target - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.03)


def test_latch_holds_the_last_flagged_sign():
    x, target = datasets.latch_batch(30, 11, torch.Generator().manual_seed(1))
    signs, flags = x.unbind(2)
    assert set(signs.unique().tolist()) == {-1.0, 1.0}
    assert 30 < flags.sum() < 200
    for sign, flag, wanted in zip(signs, flags, target, strict=True):
        held = None
        for s, f, w in zip(sign, flag, wanted, strict=True):
            held = s if f else held
            assert w == held


def test_equal_counts_asks_after_each_b_whether_it_was_the_last():
    x, target = datasets.equal_counts([2, 1, 3])
    assert x.shape == (3, 6, 2)
    assert x.argmax(2)[0].tolist()[:4] == [0, 0, 1, 1]
    assert x.sum(2)[1].tolist() == [1, 1, 0, 0, 0, 0]
    assert target.tolist() == [
        [0, 0, 1, -1, 0, 0],
        [0, -1, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, -1],
    ]
