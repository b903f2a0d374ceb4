"""The learning curve of a character model that reads its text once."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Bits per character against the characters read: the curve falls from the level of "
    "a uniform guess below the dashed level of pair counts, first fast, then slowly."
)


def bits_while_reading(
    characters: np.ndarray, bits: np.ndarray, baselines: dict[str, float]
) -> Figure:
    """Draw one curve, and one dashed level a baseline.

    Parameters
    ----------
    characters : (N,) characters read so far.
    bits : (N,) bits per character of the text just read.
    baselines : name -> bits per character.
    """
    fig, ax = figure(ALT, height=2.4)
    thousands = characters / 1000
    ax.plot(thousands, bits, color=MODEL["lstm"]["color"])
    for name, level in baselines.items():
        ax.axhline(level, color=MUTED, linestyle="--", linewidth=1)
        ax.text(thousands[-1], level + 0.1, name, color=MUTED, ha="right", fontsize=9)
    ax.set(
        xlabel="thousand characters read", ylabel="bits per character", ylim=(0, 7.2)
    )
    return fig
