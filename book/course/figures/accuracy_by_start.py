"""Accuracy of models that differ in how they start, a point for each seed."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MUTED, figure

ALT = (
    "For each kind of start a row of points, one for each seed, at the accuracy that "
    "it reached after training; a dotted line marks the level of guessing."
)


def accuracy_by_start(
    accuracies: dict[str, np.ndarray], looks: dict[str, dict], chance: float
) -> Figure:
    """Draw a row a start, the first at the top, with its seeds and their mean.

    Parameters
    ----------
    accuracies : start -> (seeds,) accuracy.
    looks : start -> look of its points, as in `style.MODEL`.
    chance : accuracy of guessing.
    """
    fig, ax = figure(ALT, height=0.7 + 0.32 * len(accuracies))
    for row, (name, values) in enumerate(accuracies.items()):
        look = looks[name]
        spread = row + np.linspace(-0.18, 0.18, len(values))
        point = {"color": look["color"], "marker": look["marker"], "s": 30}
        ax.scatter(values, spread, **point)
        ax.plot([values.mean()] * 2, [row - 0.32, row + 0.32], color=look["color"])
    ax.axvline(chance, color=MUTED, linestyle=":", linewidth=1.4)
    ax.set(xlabel="accuracy", xlim=(0, 1.04), ylim=(len(accuracies) - 0.4, -0.6))
    ax.set_yticks(range(len(accuracies)), list(accuracies))
    ax.grid(visible=False, axis="y")
    return fig
