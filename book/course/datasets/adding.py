"""The adding problem: two marked numbers of a long sequence, and their sum."""

import torch
from torch import Tensor


def adding_batch(
    batch: int, steps: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw sequences of numbers of which two are marked, one in each half.

    Always answering 1, the mean of the target, has a squared error of 1/6.

    Returns
    -------
    x : (batch, steps, 2) a number from 0 to 1, and its mark, 1 or 0.
    target : (batch,) the sum of the two marked numbers.
    """
    numbers = torch.rand(batch, steps, generator=generator)
    half = steps // 2
    first = torch.randint(half, (batch, 1), generator=generator)
    second = torch.randint(half, steps, (batch, 1), generator=generator)
    marks = torch.zeros(batch, steps)
    marks.scatter_(1, torch.cat([first, second], dim=1), 1.0)
    return torch.stack([numbers, marks], dim=2), (numbers * marks).sum(1)
