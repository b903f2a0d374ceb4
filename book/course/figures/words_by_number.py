"""How many words each number has."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MUTED, figure

ALT = (
    "The number of English words of every number from zero to 999: one word for the "
    "first twenty and for round tens, two for other numbers below a hundred, then "
    "from two to four, in a pattern that repeats every hundred."
)


def words_by_number(lengths: np.ndarray, examples: dict[int, str]) -> Figure:
    """Draw one point a number, and write some numbers in words.

    Parameters
    ----------
    lengths : (N,) words of the numbers 0, 1, ...
    examples : number -> its words, written beside its point.
    """
    fig, ax = figure(ALT, height=2.1)
    ax.scatter(np.arange(len(lengths)), lengths, s=3, color=MUTED)
    for number, words in examples.items():
        ax.scatter(number, lengths[number], s=28, color=INK, zorder=3)
        end = number > len(lengths) / 2
        ax.text(
            number,
            lengths[number] + 0.25,
            f"{number}: {words}",
            ha="right" if end else "left",
            fontsize=8,
        )
    top = lengths.max()
    ax.set(xlabel="number (one input)", ylabel="words (outputs)")
    ax.set(ylim=(0.4, top + 0.9), yticks=range(1, top + 1))
    return fig
