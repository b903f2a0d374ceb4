"""Learning curves of one task against the time that training took."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure, variant

ALT = (
    "Loss against seconds of training: three seeds for each cell. Both fall from the "
    "loss of a guess until the task is solved, the cell with the linear recurrence in "
    "less time."
)

LOOKS = {
    "RNN": MODEL["rnn"],
    "GRU": MODEL["gru"],
    "minGRU": variant(MODEL["gru"]),
}


def loss_by_seconds(
    curves: dict[str, list[tuple[np.ndarray, np.ndarray]]], guessing: float
) -> Figure:
    """Draw every seed of every cell.

    Parameters
    ----------
    curves : cell -> (seconds, loss) of each seed, smoothed by the caller.
    guessing : the loss of a guess, in nats.
    """
    fig, ax = figure(ALT, height=2.9)
    for cell, seeds in curves.items():
        look = {key: LOOKS[cell][key] for key in ("color", "linestyle")}
        for k, (seconds, loss) in enumerate(seeds):
            ax.plot(seconds, loss, label=cell if k == 0 else None, **look)
    ax.axhline(guessing, color=MUTED, linewidth=0.8, linestyle=(0, (1, 3)))
    ax.set(xlabel="seconds of training", ylabel="loss (nats)", ylim=(0, None))
    right = ax.get_xlim()[1]
    ax.text(right, guessing + 0.05, "guessing", color=MUTED, fontsize=9, ha="right")
    ax.legend()
    return fig
