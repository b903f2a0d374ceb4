"""One spelling of a word, letter by letter: inputs, hidden states and scores."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..style import GREEN, INK, MUTED, RED, figure

ALT = (
    "A column for each step: the input letter below, three hidden numbers above it, "
    "then one score per letter. The score of the right next letter is green, the "
    "others are red."
)


def spelling(
    letters: str, inputs: str, targets: str, hidden: np.ndarray, scores: np.ndarray
) -> Figure:
    """Draw the states and scores of a word.

    Parameters
    ----------
    letters : the vocabulary, in the order of the scores.
    inputs, targets : the letter read at each step and the letter that follows it.
    hidden : (T, H) states.
    scores : (T, V) scores.
    """
    (steps, size), vocabulary = hidden.shape, len(letters)
    fig, ax = figure(ALT, height=3.9)
    top = 2.2 + size + vocabulary
    ax.set(xlim=(-0.95, steps - 0.35), ylim=(-0.5, top + 0.4))
    ax.axis("off")
    for t in range(steps):
        ax.text(t, 0, inputs[t], ha="center", va="center", fontsize=13)
        _column(ax, t, 1.1, hidden[t], [INK] * size)
        right = letters.index(targets[t])
        colors = [GREEN if k == right else RED for k in range(vocabulary)]
        _column(ax, t, 1.8 + size, scores[t], colors, bold=right)
        ax.text(t, top, targets[t], ha="center", color=GREEN, fontsize=13)
        if t:
            _arrow(
                ax, (t - 0.68, 0.6 + size / 2 + 0.5), (t - 0.32, 0.6 + size / 2 + 0.5)
            )
        _arrow(ax, (t, 0.35), (t, 0.65))
        _arrow(ax, (t, 1.1 + size - 0.4), (t, 1.8 + size - 0.45))
    labels = [(0, "input"), (0.6 + size / 2 + 0.5, "hidden"), (top, "target")]
    labels += [
        (0.8 + size + vocabulary - k, f"score of {letters[k]}")
        for k in range(vocabulary)
    ]
    for height, label in labels:
        ax.text(-0.55, height, label, ha="right", va="center", color=MUTED, fontsize=9)
    return fig


def _column(
    ax: Axes, x: float, bottom: float, values: np.ndarray, colors: list, bold: int = -1
) -> None:
    """Write a vector downwards, one number a row, in a box."""
    height = len(values)
    box = {"facecolor": "none", "edgecolor": MUTED, "linewidth": 0.8}
    ax.add_patch(Rectangle((x - 0.3, bottom - 0.45), 0.6, height - 0.1, **box))
    for k, (value, color) in enumerate(zip(values, colors, strict=True)):
        weight = "bold" if k == bold else "normal"
        text = f"{value:+.2f}".replace("-", "−")
        ax.text(
            x,
            bottom + height - 1 - k,
            text,
            ha="center",
            va="center",
            color=color,
            fontsize=10,
            fontweight=weight,
        )


def _arrow(ax: Axes, start: tuple, end: tuple) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK})
