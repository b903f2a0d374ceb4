"""How long models keep count of odd and even."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MUTED, figure
from .loss_by_seconds import LOOKS

ALT = (
    "Accuracy of the running parity against the position in the sequence. RNN and GRU "
    "are right at every position, also far beyond the training length; the cell with "
    "the linear recurrence is right for the first few steps only and then guesses."
)


def parity_by_position(accuracies: dict[str, np.ndarray], trained: int) -> Figure:
    """Draw every seed of every cell.

    Parameters
    ----------
    accuracies : cell -> (seeds, positions) accuracy.
    trained : positions seen in training; what lies beyond is shaded.
    """
    fig, ax = figure(ALT, height=2.8)
    for cell, values in accuracies.items():
        look = {key: LOOKS[cell][key] for key in ("color", "linestyle")}
        steps = np.arange(values.shape[1]) + 1
        for k, seed in enumerate(values):
            ax.plot(steps, seed, label=cell if k == 0 else None, **look)
    ax.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (1, 3)))
    ax.axvspan(trained, values.shape[1], color=MUTED, alpha=0.18, linewidth=0)
    ax.set(xlabel="position in the sequence", ylabel="accuracy", ylim=(0.4, 1.04))
    ax.set_xlim(1, values.shape[1])
    ax.legend(loc="center right")
    return fig
