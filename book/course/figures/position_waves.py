"""The table of sinusoidal positions, and how alike two of its rows are."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "Left: a map of the position table; the first features swing fast from place to "
    "place, the last hardly change. Right: the dot product of two rows against their "
    "distance, one curve for all starting places, highest at distance zero."
)


def position_waves(table: np.ndarray, places: list[int], reach: int) -> Figure:
    """Draw the table as a map, and dot products against the distance.

    Parameters
    ----------
    table : (length, d) one row a place.
    places : starting places whose rows are compared with their neighbours.
    reach : the largest distance to either side.
    """
    fig, (left, right) = figure(ALT, height=2.7, columns=2)
    image = left.pcolormesh(table.T, cmap="PuOr", vmin=-1, vmax=1, rasterized=True)
    left.set(xlabel="place", ylabel="feature", title="the table")
    left.invert_yaxis()
    left.grid(False)
    fig.colorbar(image, ax=left, ticks=[-1, 0, 1], pad=0.02, aspect=30)
    distances = np.arange(-reach, reach + 1)
    looks = [("-", 3.5, MODEL["transformer"]["color"]), ("--", 1.2, INK)]
    for (line, width, color), place in zip(looks, places, strict=True):
        products = table[place + distances] @ table[place]
        name = f"from place {place}"
        right.plot(distances, products, line, linewidth=width, color=color, label=name)
    right.set(xlabel="distance", title="dot product of two rows")
    right.set_ylim(None, right.get_ylim()[1] * 1.25)
    right.legend(loc="upper left", fontsize=8)
    return fig
