"""Learning curves of one task under windows of different lengths."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MUTED, figure

ALT = (
    "Loss against steps of the stream, a line for each window length. Windows not "
    "longer than the lag stay at the level of guessing; longer ones fall to zero."
)


def loss_by_window(
    curves: dict[int, tuple[np.ndarray, np.ndarray]], guessing: float
) -> Figure:
    """Draw a smoothed learning curve for each window length.

    Parameters
    ----------
    curves : window length K -> (steps of the stream, loss in nats).
    guessing : the loss of a guess.
    """
    fig, ax = figure(ALT)
    for style, (window, (steps, loss)) in zip(
        ["-", "--", "-.", ":"], curves.items(), strict=True
    ):
        ax.plot(steps, loss, linestyle=style, label=f"K = {window}")
    ax.axhline(guessing, color=MUTED, linestyle="--", linewidth=1)
    ax.text(0, guessing + 0.015, "guessing", color=MUTED, fontsize=9)
    ax.set(xlabel="steps of the stream", ylabel="loss (nats)", ylim=(0, 0.85))
    ax.legend(ncols=2, loc="center right")
    return fig
