"""Learning curves of one task under windows of different lengths."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Loss against steps of the stream, a line for each window length. Windows not "
    "longer than the lag stay at or return to the level of guessing; longer ones fall "
    "to zero; with only the output layer trained, a short window does well too."
)


def loss_by_window(
    curves: dict[str, np.ndarray], width: int, guessing: float
) -> Figure:
    """Draw a learning curve for each setting.

    Parameters
    ----------
    curves : setting -> (N,) mean loss of each stretch of the stream, in nats.
    width : steps of one stretch.
    guessing : the loss of a guess.
    """
    fig, ax = figure(ALT, height=3.2)
    rnn = MODEL["rnn"]["color"]
    looks = [(MUTED, "-"), (MUTED, "--"), (rnn, "-"), (rnn, "--"), (INK, ":")]
    for (color, line), (name, loss) in zip(looks, curves.items(), strict=True):
        steps = (np.arange(len(loss)) + 1) * width
        ax.plot(steps, loss, color=color, linestyle=line, label=name)
    ax.axhline(guessing, color=MUTED, linewidth=0.8, linestyle=(0, (1, 3)))
    ax.text(0, guessing + 0.02, "guessing", color=MUTED, fontsize=9)
    ax.set(xlabel="steps of the stream", ylabel="loss (nats)", ylim=(0, 0.8))
    ax.legend(ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.3))
    return fig
