"""One query against all keys: its scores, and the weights that they become."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "Two rows of bars over the same words: the scores of one query, some below zero, "
    "and below them the weights, all positive, with the largest where the score is."
)


def soft_lookup(
    words: Sequence[str], scores: np.ndarray, weights: np.ndarray
) -> Figure:
    """Draw scores above and weights below, a bar a key.

    Parameters
    ----------
    words : what each key stands for.
    scores, weights : (S,) before and after the softmax.
    """
    fig, axes = figure(ALT, height=2.9, rows=2, sharex=True)
    places = np.arange(len(words))
    color = MODEL["transformer"]["color"]
    for ax, values, name in zip(
        axes, [scores, weights], ["score", "weight"], strict=True
    ):
        ax.bar(places, values, width=0.6, color=color, alpha=0.75)
        ax.axhline(0, color=INK, linewidth=0.8)
        ax.set_ylabel(name)
        ax.margins(y=0.3)
        for x, value in zip(places, values, strict=True):
            number = f"{value:.2f}".replace("-", "−")
            side = "bottom" if value >= 0 else "top"
            ax.text(x, value, number, ha="center", va=side, fontsize=9)
    axes[1].set_xticks(places, words)
    return fig
