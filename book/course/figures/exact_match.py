"""A translator's training: the loss of each seed, and what it gets exactly right."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, figure

ALT = (
    "Left: loss against training steps on a logarithmic scale, one line a seed, "
    "falling. Right: the share of held-out numbers translated exactly, rising from "
    "zero towards one."
)


def exact_match(
    losses: np.ndarray, steps: np.ndarray, shares: np.ndarray, smooth: int = 10
) -> Figure:
    """Draw the loss and the exact matches of every seed, and the means.

    Parameters
    ----------
    losses : (seeds, N) loss of each step, in nats a token.
    steps : (K,) steps at which the exact matches were counted.
    shares : (seeds, K) share of exact matches.
    smooth : steps over which the loss is averaged.
    """
    fig, (left, right) = figure(ALT, height=2.6, columns=2)
    color = MODEL["transformer"]["color"]
    blocks = losses[:, : losses.shape[1] // smooth * smooth]
    blocks = blocks.reshape(len(losses), -1, smooth).mean(2)
    at = (np.arange(blocks.shape[1]) + 0.5) * smooth
    for ax, x, values in [(left, at, blocks), (right, steps, shares)]:
        ax.plot(x, values.T, color=color, linewidth=0.6, alpha=0.7)
        ax.plot(x, values.mean(0), color=color)
        ax.set_xlabel("training steps")
    left.set(yscale="log", title="loss (nats a token)")
    right.set(ylim=(0, 1.03), title="exactly right")
    return fig
