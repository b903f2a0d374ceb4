"""The learning curve of a character model, in bits, with its baselines."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Bits per character against training steps: the curve falls from the uniform "
    "level, passes the levels of single characters and of pairs, and flattens."
)


def bits_per_character(
    steps: np.ndarray, bits: np.ndarray, baselines: dict[str, float]
) -> Figure:
    """Draw the loss of each seed, their mean, and one dashed level a baseline.

    Parameters
    ----------
    steps : (N,) training steps at which the loss was measured.
    bits : (seeds, N) bits per character.
    baselines : name -> bits per character.
    """
    fig, ax = figure(ALT)
    color = MODEL["rnn"]["color"]
    ax.plot(steps, bits.T, color=color, linewidth=0.6, alpha=0.6)
    ax.plot(steps, bits.mean(0), color=color)
    for name, level in baselines.items():
        ax.axhline(level, color=MUTED, linestyle="--", linewidth=1)
        ax.text(steps[-1], level + 0.08, name, color=MUTED, ha="right", fontsize=9)
    ax.set(xlabel="training steps", ylabel="bits per character")
    ax.set_ylim(0, max(baselines.values()) + 0.6)
    return fig
