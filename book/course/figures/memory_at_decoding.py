"""What a decoder must keep while it writes: a growing cache, or a state."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, figure, variant

ALT = (
    "Numbers kept in memory against tokens read, both axes logarithmic. The cache of "
    "attention rises in proportion; the matrix state of linear attention and the state "
    "vector of a GRU are horizontal lines, the vector far below the matrix."
)

LOOKS = [
    MODEL["transformer"],
    variant(MODEL["transformer"]),
    MODEL["gru"],
]


def memory_at_decoding(tokens: np.ndarray, kept: dict[str, np.ndarray]) -> Figure:
    """Draw a line for each of three ways to remember.

    Parameters
    ----------
    tokens : (N,) tokens read so far.
    kept : way -> (N,) numbers kept.
    """
    fig, ax = figure(ALT, height=2.7)
    for look, (way, numbers) in zip(LOOKS, kept.items(), strict=True):
        line = {key: look[key] for key in ("color", "linestyle")}
        ax.plot(tokens, numbers, label=way, **line)
    ax.set(xlabel="tokens read", ylabel="numbers kept", xscale="log", yscale="log")
    ax.legend()
    return fig
