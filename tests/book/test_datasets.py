"""The data of the chapters are what their docstrings say."""

import numpy as np
import torch
from course import datasets


def test_characters_come_back_as_they_went_in():
    text = datasets.Characters.of("hello, world")
    assert text.spell(text.tokens) == "hello, world"
    assert text.letters == "".join(sorted(set("hello, world")))
    assert text.tokens.max() == len(text.letters) - 1


def test_python_help_is_long_and_the_same_each_time():
    text = datasets.python_help()
    assert len(text) > 300_000
    assert text == datasets.python_help()


def test_recall_begins_with_the_target_and_distracts_in_other_codes():
    draw = torch.Generator().manual_seed(0)
    x, target = datasets.recall_batch(7, 5, draw, symbols=3)
    assert x.shape == (7, 6, 6)
    assert torch.equal(x[:, 0].argmax(1), target)
    assert torch.all(x[:, 1:].argmax(2) >= 3)
    assert torch.all(x.sum(2) == 1)


def test_echo_is_the_input_from_before():
    draw = torch.Generator().manual_seed(0)
    x, target = datasets.echo_stream(4, 50, 7, draw)
    assert x.shape == (4, 50, 1)
    assert torch.equal((x[:, :-7, 0] + 1) / 2, target[:, 7:])
    assert set(np.unique(x)) == {-1.0, 1.0}
