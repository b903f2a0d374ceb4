"""Up to which n each trained network recognises n letters a and n letters b."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "One row for the LSTM and one for the GRU, a point for each seed: the largest n up "
    "to which every string is right. The GRU's points stand shortly behind the "
    "longest training string, the LSTM's far beyond it."
)


def right_up_to(reached: dict[str, np.ndarray], trained: int) -> Figure:
    """Draw a point a seed and mark the longest string of the training.

    Parameters
    ----------
    reached : key of `style.MODEL` -> (seeds,) largest n with all strings right so far.
    trained : largest n in training.
    """
    fig, ax = figure(ALT, height=1.6)
    for row, (model, n) in enumerate(reached.items()):
        look = MODEL[model]
        jitter = np.linspace(-0.15, 0.15, len(n))
        ax.scatter(n, row + jitter, color=look["color"], marker=look["marker"], s=30)
        ax.plot([np.median(n)] * 2, [row - 0.32, row + 0.32], color=look["color"])
    ax.axvline(trained, color=INK, linewidth=1)
    ax.text(trained, -0.62, "trained ", ha="right", va="center", fontsize=9)
    ax.set(xlabel="right up to n", yticks=range(len(reached)), xlim=(0, None))
    ax.set_yticklabels([model.upper() for model in reached])
    ax.set_ylim(len(reached) - 0.5, -0.8)
    return fig
