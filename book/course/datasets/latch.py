"""A task that shows what gates are for: hold the last value that was flagged."""

import torch
from torch import Tensor


def latch_batch(
    batch: int, steps: int, generator: torch.Generator, rate: float = 0.2
) -> tuple[Tensor, Tensor]:
    """Draw streams of signs; at every step the target is the last flagged sign.

    The first step is always flagged, so that there is something to hold.

    Parameters
    ----------
    rate : how likely each later step is to be flagged.

    Returns
    -------
    x : (batch, steps, 2) a sign, -1 or 1, and its flag, 1 or 0.
    target : (batch, steps) the sign at the last flagged step, -1 or 1.
    """
    signs = 2.0 * torch.randint(2, (batch, steps), generator=generator) - 1
    flags = torch.rand(batch, steps, generator=generator) < rate
    flags[:, 0] = True
    places = torch.arange(steps).where(flags, torch.tensor(0))
    target = signs.gather(1, places.cummax(dim=1).values)
    return torch.stack([signs, flags.float()], dim=2), target
