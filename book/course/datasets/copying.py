"""The copy task: read some symbols, wait, and write them down in order."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def copy_batch(
    batch: int, length: int, delay: int, generator: torch.Generator, symbols: int = 8
) -> tuple[Tensor, Tensor]:
    """Draw sequences of `length` symbols, then blanks; a sign asks for the copy.

    The sign stands `delay` steps after the last symbol, and the answer is due at the
    `length` steps that follow it.

    Returns
    -------
    x : (batch, delay + 2 * length, symbols + 2) one-hot; the last two codes are the
        blank and the sign.
    target : (batch, length) the symbols, due at the last `length` steps.
    """
    target = torch.randint(symbols, (batch, length), generator=generator)
    tokens = torch.full((batch, delay + 2 * length), symbols)
    tokens[:, :length] = target
    tokens[:, length + delay - 1] = symbols + 1
    return one_hot(tokens, symbols + 2).float(), target
