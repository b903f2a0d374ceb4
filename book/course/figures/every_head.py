"""Attention maps of every head of a small Transformer on one pair."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "A grid of attention maps: three rows for encoder, decoder and cross-attention, a "
    "column for each head; queries in rows, keys in columns, darker where the weight "
    "is larger. In the decoder nothing stands above the diagonal."
)


def every_head(
    maps: dict[str, np.ndarray], labels: dict[str, tuple[Sequence[str], Sequence[str]]]
) -> Figure:
    """Draw a row of maps for each kind of attention, a column a head.

    Parameters
    ----------
    maps : part -> (heads, queries, keys) weights.
    labels : part -> the words of its queries and of its keys.
    """
    heads = len(next(iter(maps.values())))
    fig, axes = figure(ALT, height=4.6, rows=len(maps), columns=heads)
    color = MODEL["transformer"]["color"]
    shades = LinearSegmentedColormap.from_list("", [color + "00", color])
    for row, (part, weights) in zip(axes, maps.items(), strict=True):
        queries, keys = labels[part]
        for head, (ax, grid) in enumerate(zip(row, weights, strict=True)):
            ax.pcolormesh(grid, cmap=shades, vmin=0, vmax=1, edgecolors=MUTED, lw=0.15)
            ax.set_xticks(np.arange(len(keys)) + 0.5, keys, rotation=90)
            ax.set_yticks(np.arange(len(queries)) + 0.5, queries if not head else [])
            ax.tick_params(length=0, labelsize=8, pad=1)
            ax.invert_yaxis()
            ax.grid(False)
            if part == next(iter(maps)):
                ax.set_title(f"head {head + 1}", fontsize=9)
        row[0].set_ylabel(part, fontsize=9)
    return fig
