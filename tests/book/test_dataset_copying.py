"""The copy task is what its docstring says."""

import torch
from course import datasets


def test_the_copy_is_due_after_the_delay():
    draw = torch.Generator().manual_seed(0)
    x, target = datasets.copy_batch(5, 3, 7, draw, symbols=4)
    tokens = x.argmax(2)
    assert x.shape == (5, 13, 6)
    assert torch.all(x.sum(2) == 1)
    assert torch.equal(tokens[:, :3], target)
    assert torch.all(tokens[:, 9] == 5)
    blanks = torch.cat([tokens[:, 3:9], tokens[:, 10:]], dim=1)
    assert torch.all(blanks == 4)


def test_every_symbol_is_drawn():
    draw = torch.Generator().manual_seed(0)
    _, target = datasets.copy_batch(200, 3, 1, draw)
    assert set(target.flatten().tolist()) == set(range(8))
