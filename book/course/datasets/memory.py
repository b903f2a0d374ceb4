"""Tasks that ask what a model remembers: recall and echo."""

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def recall_batch(
    batch: int, lag: int, generator: torch.Generator, symbols: int = 8
) -> tuple[Tensor, Tensor]:
    """Draw sequences that begin with the symbol to recall, then `lag` distractors.

    Returns
    -------
    x : (batch, lag + 1, 2 * symbols) one-hot; distractors have codes of their own.
    target : (batch,) the first symbol.
    """
    target = torch.randint(symbols, (batch,), generator=generator)
    noise = torch.randint(symbols, (batch, lag), generator=generator) + symbols
    tokens = torch.cat([target[:, None], noise], dim=1)  # (batch, lag + 1)
    return one_hot(tokens, 2 * symbols).float(), target


def echo_stream(
    batch: int, steps: int, lag: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw endless coin flips; the target is the flip from `lag` steps before.

    Returns
    -------
    x : (batch, steps, 1) flips as -1 or 1.
    target : (batch, steps) flips as 0 or 1, delayed by `lag`.
    """
    flips = torch.randint(2, (batch, lag + steps), generator=generator).float()
    return 2 * flips[:, lag:, None] - 1, flips[:, :steps]
