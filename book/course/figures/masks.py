"""Which keys each query may see: a grid a mask."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Grids with queries in rows and keys in columns; visible keys are filled. The "
    "padding mask hides the last columns, the causal mask everything above the "
    "diagonal, and the last grid both."
)


def masks(grids: dict[str, np.ndarray], labels: Sequence[str]) -> Figure:
    """Draw each mask as a grid.

    Parameters
    ----------
    grids : title -> (T, T) True where the query of this row sees the key.
    labels : what stands at each place, T of them.
    """
    fig, axes = figure(ALT, height=2.2, columns=len(grids))
    colors = ListedColormap([(0, 0, 0, 0), MODEL["transformer"]["color"] + "B0"])
    for ax, (title, grid) in zip(axes, grids.items(), strict=True):
        ax.pcolormesh(grid, cmap=colors, edgecolors=MUTED, linewidth=0.6)
        ax.set(title=title, aspect="equal", xlabel="key")
        ax.set_xticks(np.arange(len(labels)) + 0.5, labels)
        ax.set_yticks(np.arange(len(labels)) + 0.5, labels)
        ax.invert_yaxis()
        ax.grid(False)
        ax.tick_params(length=0)
    axes[0].set_ylabel("query")
    return fig
