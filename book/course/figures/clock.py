"""A cell that counts in silence and speaks when its count is full."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "Cell state and hidden state of one cell over forty steps without input. With "
    "peepholes the cell state climbs like a saw, and the hidden state is near zero but "
    "for a pulse at each tooth. Without them the cell state climbs once and nothing "
    "else happens."
)


def clock(runs: dict[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Draw a panel for each kind of cell.

    Parameters
    ----------
    runs : title -> cell states (T,) and hidden states (T,).
    """
    fig, axes = figure(ALT, height=2.5, columns=len(runs), sharey=True)
    for ax, (title, (c, h)) in zip(axes, runs.items(), strict=True):
        steps = np.arange(1, len(c) + 1)
        lstm = MODEL["lstm"]["color"]
        ax.plot(steps, c, color=lstm, linestyle="-.", label="cell state $c_t$")
        ax.plot(steps, h, color=INK, linestyle="-", label="hidden state $h_t$")
        ax.set(title=title, xlabel="step")
    axes[0].set_ylim(-0.2, 5.6)
    axes[-1].legend(loc="upper left")
    return fig
