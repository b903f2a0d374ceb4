"""How well the best of many cells follows a mark: where chosen, where checked."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "For each mark of the text two bars: how strongly the best cell correlates with it "
    "on text that did not choose the cell, in the trained network and in an untrained "
    "one, with a tick at the correlation on the text that chose it."
)


def best_cells(found: dict[str, dict[str, tuple[float, float]]]) -> Figure:
    """Draw a group of bars for each mark.

    Parameters
    ----------
    found : network -> {mark: (correlation where chosen, correlation where checked)}.
    """
    fig, ax = figure(ALT, height=2.5)
    colors = [MODEL["lstm"]["color"], MUTED]
    for k, (network, marks) in enumerate(found.items()):
        place = np.arange(len(marks)) + 0.36 * (k - 0.5)
        chosen, checked = np.array(list(marks.values())).T
        ax.bar(place, checked, 0.3, color=colors[k], alpha=0.8, label=network)
        label = "where chosen" if k == 0 else None
        look = {"color": INK, "marker": "_", "s": 160, "label": label, "zorder": 3}
        ax.scatter(place, chosen, **look)
    ax.set_xticks(range(len(marks)), list(marks))
    ax.set(ylabel="correlation", ylim=(0, 1))
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper right")
    return fig
