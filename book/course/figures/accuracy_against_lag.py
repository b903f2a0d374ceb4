"""How often a model still knows a symbol that it read some steps ago."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MUTED, figure

ALT = (
    "Accuracy against the number of steps between reading a symbol and recalling it: "
    "a point for each seed and a line through their mean, for each model; the level "
    "of guessing is dashed."
)


def accuracy_against_lag(
    lags: list[int],
    accuracies: dict[str, np.ndarray],
    looks: dict[str, dict],
    chance: float,
) -> Figure:
    """Draw every seed as a point and the mean as a line.

    Parameters
    ----------
    lags : the lags that were tried, in steps.
    accuracies : model -> (lags, seeds) accuracy.
    looks : model -> keyword arguments of its line, as in `style.MODEL`.
    chance : accuracy of guessing.
    """
    fig, ax = figure(ALT)
    for model, values in accuracies.items():
        look = looks[model]
        ax.plot(lags, values.mean(1), label=model, **look)
        points = {
            "color": look["color"],
            "alpha": 0.6,
            "s": 24,
            "marker": look["marker"],
        }
        ax.scatter(np.repeat(lags, values.shape[1]), values.ravel(), **points)
    ax.axhline(chance, color=MUTED, linestyle=":", linewidth=1.2, label="guessing")
    ax.set(xlabel="steps between symbol and question", ylabel="accuracy")
    ax.set(ylim=(0, 1.05), xscale="log", xticks=lags, xticklabels=lags)
    ax.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0, 0.15))
    return fig
