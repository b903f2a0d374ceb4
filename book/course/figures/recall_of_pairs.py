"""How many pairs of key and value a memory gives back."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Share of pairs given back right against the number of pairs stored. A matrix "
    "state holds fewer or more according to its size, and beyond that the share falls; "
    "softmax attention over all stored pairs stays near one."
)

LOOKS = [
    (MUTED, ":"),
    (MODEL["gru"]["color"], "--"),
    (INK, "-."),
    (MODEL["transformer"]["color"], "-"),
]


def recall_of_pairs(counts: np.ndarray, shares: dict[str, np.ndarray]) -> Figure:
    """Draw the draws thin and their mean thick, for each kind of memory.

    Parameters
    ----------
    counts : (N,) pairs stored.
    shares : memory -> (draws, N) share given back right; up to four memories.
    """
    fig, ax = figure(ALT, height=2.9)
    for (color, line), (memory, values) in zip(LOOKS, shares.items(), strict=False):
        ax.plot(counts, values.T, color=color, linewidth=0.5, alpha=0.4)
        ax.plot(counts, values.mean(0), color=color, linestyle=line, label=memory)
    ax.set(xlabel="pairs stored", ylabel="share given back right", ylim=(0, 1.05))
    ax.set_xscale("log", base=2)
    ax.legend(loc="lower left")
    return fig
