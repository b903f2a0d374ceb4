"""What kinds of mistakes each model makes."""

import numpy as np
from matplotlib.figure import Figure

from ..style import GREEN, INK, MODEL, MUTED, RED, figure

ALT = (
    "A bar for each model, divided into the share of translations that are right and "
    "the shares of each kind of mistake."
)

COLORS = [GREEN, MODEL["lstm"]["color"], MODEL["rnn"]["color"], RED, MUTED]
HATCHES = ["", "///", "...", "\\\\\\", "xxx"]


def kinds_of_mistakes(shares: dict[str, dict[str, float]]) -> Figure:
    """Draw one bar a model.

    Parameters
    ----------
    shares : model's name -> {kind: share}; the same kinds in the same order, up to 5.
    """
    fig, ax = figure(ALT, height=2.9)
    names, kinds = list(shares), list(next(iter(shares.values())))
    left = np.zeros(len(names))
    for kind, color, hatch in zip(kinds, COLORS, HATCHES, strict=False):
        width = np.array([shares[name][kind] for name in names])
        bars = {"color": color, "hatch": hatch, "edgecolor": INK, "linewidth": 0.4}
        ax.barh(names, width, left=left, label=kind, alpha=0.75, **bars)
        left += width
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.set(xlabel="share of the held-out numbers", xlim=(0, 1))
    fig.legend(loc="outside upper center", ncols=3)
    return fig
