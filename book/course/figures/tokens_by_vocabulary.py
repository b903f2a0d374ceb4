"""How long a text is in tokens, against the size of the vocabulary."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MUTED, figure

ALT = (
    "Characters per token against the size of the vocabulary on a logarithmic axis: "
    "two lines that rise together from one, that of the text held out a little lower "
    "at the end; whole words have a larger vocabulary and more characters a token."
)


def tokens_by_vocabulary(
    sizes: np.ndarray, curves: dict[str, np.ndarray], words: tuple[int, float]
) -> Figure:
    """Draw a line a text, and a mark for whole words.

    Parameters
    ----------
    sizes : (N,) sizes of the vocabulary.
    curves : text -> (N,) characters per token.
    words : size of the vocabulary of whole words, and their characters per token.
    """
    fig, ax = figure(ALT, height=2.4)
    looks = [(INK, "-"), (MUTED, "--")]
    for (color, line), (name, rate) in zip(looks, curves.items(), strict=True):
        ax.plot(sizes, rate, color=color, linestyle=line, label=name)
    ax.plot(*words, "D", color=INK, markersize=6)
    ax.text(
        words[0] * 0.9, words[1], "whole words", ha="right", va="center", fontsize=9
    )
    ax.set(xlabel="vocabulary", ylabel="characters per token", xscale="log")
    ax.set_ylim(0.8, words[1] + 0.6)
    ticks = [100, 200, 400, 800, 1600, 3200]
    ax.set_xticks(ticks, labels=[str(tick) for tick in ticks])
    ax.minorticks_off()
    ax.legend(loc="upper left")
    return fig
