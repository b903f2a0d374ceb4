"""How well models do against the length of what they translate."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Exact match against the digits of the number, a point for each seed and a line "
    "through the means of each model. Lines fall with length; beyond the longest "
    "numbers of the training, on a shaded strip, all are at or near zero."
)


def accuracy_by_length(
    digits: list[int],
    accuracies: dict[str, np.ndarray],
    names: dict[str, str],
    baseline: np.ndarray,
    trained: int,
) -> Figure:
    """Draw each model's mean as a line and its seeds as points.

    Parameters
    ----------
    digits : the lengths.
    accuracies : model -> (seeds, lengths) exact match.
    names : model -> what the legend calls it.
    baseline : (lengths,) exact match of the dictionary.
    trained : the longest length in training; what lies beyond is shaded.
    """
    fig, ax = figure(ALT, height=3.4)
    for model, values in accuracies.items():
        look = MODEL[model]
        ax.plot(digits, values.mean(axis=0), label=names[model], **look)
        ax.plot(
            digits,
            values.T,
            color=look["color"],
            marker=look["marker"],
            linestyle="none",
            markersize=3.5,
            alpha=0.5,
        )
    ax.plot(digits, baseline, color=MUTED, linewidth=1, label="dictionary")
    ax.axvspan(trained + 0.5, digits[-1] + 0.3, color=MUTED, alpha=0.18, linewidth=0)
    ax.set(xlabel="digits of the number", ylabel="exact match", ylim=(-0.03, 1.03))
    ax.set_xticks(digits)
    fig.legend(loc="outside upper center", ncols=3, handlelength=2.6)
    return fig
