"""How many entries a model of n-grams stores, and how many there could be."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, RED, figure

ALT = (
    "Entries against n on a logarithmic scale: the strings that could occur grow by "
    "a constant factor with each n; those that do occur bend and approach the length "
    "of the text; the contexts lag one n behind; a recurrent network's weights are a "
    "level line."
)


def table_sizes(
    orders: np.ndarray, lines: dict[str, np.ndarray], levels: dict[str, int]
) -> Figure:
    """Draw a curve a count, and a level line for each fixed size.

    Parameters
    ----------
    orders : (N,) values of n.
    lines : what is counted -> (N,) its number; the first is what could occur.
    levels : two names -> numbers that do not depend on n, the larger first.
    """
    fig, ax = figure(ALT, height=2.9)
    looks = [(MUTED, ":", "x"), (INK, "-", "o"), (RED, "--", "s")]
    for (color, line, marker), (name, count) in zip(looks, lines.items(), strict=True):
        look = {"color": color, "linestyle": line, "marker": marker, "markersize": 4}
        ax.plot(orders, count, label=name, **look)
    looks = [(MUTED, 1.2, "bottom"), (MODEL["rnn"]["color"], 0.8, "top")]
    for (color, shift, side), (name, level) in zip(looks, levels.items(), strict=True):
        ax.axhline(level, color=color, linewidth=1.2)
        place = {"ha": "right", "va": side, "color": color, "fontsize": 8}
        ax.text(orders[-1] + 0.3, level * shift, name, **place)
    ax.set(xlabel="$n$", ylabel="entries", yscale="log", xticks=orders)
    ax.set_ylim(0.5, 1e8)
    ax.legend(loc="lower right", fontsize=8)
    return fig
