"""How long the sequences of each class are."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MUTED, figure

ALT = (
    "One row for each number of syllables, with a box that shows how many letters "
    "the words have: words with more syllables are longer, but neighbouring rows "
    "overlap widely."
)


def lengths_by_class(groups: dict[int, np.ndarray]) -> Figure:
    """Draw a box a class: the middle half, the median, and 1 to 99 per cent.

    Parameters
    ----------
    groups : class -> (N,) lengths of its sequences.
    """
    fig, ax = figure(ALT, height=2.1)
    ink = {"color": INK}
    ax.boxplot(
        list(groups.values()),
        orientation="horizontal",
        whis=(1, 99),
        showfliers=False,
        widths=0.55,
        patch_artist=True,
        boxprops={"facecolor": MUTED + "40", "edgecolor": INK},
        medianprops=ink,
        whiskerprops=ink,
        capprops=ink,
    )
    ax.set(yticks=range(1, len(groups) + 1), yticklabels=list(groups))
    ax.set(xlabel="letters in the word (input)", ylabel="syllables (output)")
    ax.grid(axis="y", visible=False)
    return fig
