"""What it costs to write n tokens, with and without keeping keys and values."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, figure, variant

ALT = (
    "Multiply-adds and seconds of writing a text against its length, on logarithmic "
    "axes: without a cache both rise much more steeply than with one."
)


def with_and_without_cache(
    lengths: Sequence[int], panels: dict[str, dict[str, np.ndarray]]
) -> Figure:
    """Draw a panel a measure, a line with the cache and one without.

    Parameters
    ----------
    lengths : tokens written.
    panels : title -> {'without' and 'with cache' -> (lengths,) cost}.
    """
    fig, axes = figure(ALT, height=2.7, columns=len(panels))
    base = MODEL["transformer"]
    for ax, (title, lines) in zip(axes, panels.items(), strict=True):
        for look, (name, cost) in zip(
            [variant(base), base], lines.items(), strict=True
        ):
            ax.plot(lengths, cost, label=name, **look)
        ax.set(title=title, xlabel="tokens written", xscale="log", yscale="log")
        ax.set_xticks(lengths, lengths)
        ax.xaxis.minorticks_off()
    axes[0].legend(loc="upper left", fontsize=8)
    return fig
