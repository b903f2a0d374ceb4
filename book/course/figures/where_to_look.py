"""Encoder below, decoder above: which states each decoder step receives."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Panels with encoder states in a row below and decoder steps in a row above. "
    "Lines show what each decoder step receives; a thicker line is a larger weight. "
    "Panels: {names}."
)


def where_to_look(panels: dict[str, np.ndarray], source: str, target: str) -> Figure:
    """Draw a panel for each table of weights.

    Parameters
    ----------
    panels : name -> (T, S) weights, each row with sum 1.
    source, target : S and T letters to write at the states.
    """
    rows = -(-len(panels) // 2)
    fig, axes = figure(
        ALT.format(names=", ".join(panels)), 1.9 * rows, rows, 2, squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    for ax, (name, weights) in zip(axes.flat, panels.items(), strict=False):
        _panel(ax, weights, source, target)
        ax.set_title(name, loc="center")
    return fig


def _panel(ax: Axes, weights: np.ndarray, source: str, target: str) -> None:
    """Draw both rows, their recurrence, and the weights between them."""
    T, S = weights.shape
    ax.set(xlim=(-0.6, max(S, T) - 0.4), ylim=(-0.75, 1.75))
    for t in range(T):
        for j in range(S):
            if weights[t, j] > 0.01:
                ax.plot(
                    [j, t],
                    [0, 1],
                    color=MODEL["attention"]["color"],
                    linewidth=0.6 + 2.4 * weights[t, j],
                    zorder=1,
                )
    for letters, y, label, color in [
        (source, 0, -0.5, MODEL["rnn"]["color"]),
        (target, 1, 1.5, INK),
    ]:
        ax.plot(range(len(letters)), [y] * len(letters), color=MUTED, zorder=1)
        ax.scatter(range(len(letters)), [y] * len(letters), s=90, color=color)
        for x, letter in enumerate(letters):
            ax.text(x, label, letter, ha="center", va="center", fontsize=10)
