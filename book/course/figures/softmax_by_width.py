"""What the width of queries and keys does to the softmax, with and without a scale."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure, variant

ALT = (
    "Left: the mean largest weight against the width d; unscaled it rises towards one, "
    "scaled it stays near a tenth. Right: the median sensitivity of the softmax; "
    "unscaled it falls towards zero at the largest widths, scaled it stays level."
)


def softmax_by_width(
    widths: Sequence[int],
    largest: dict[str, np.ndarray],
    slopes: dict[str, np.ndarray],
) -> Figure:
    """Draw two panels over the width: the largest weight and the softmax's slope.

    Parameters
    ----------
    widths : features of a query.
    largest : 'unscaled' and 'scaled' -> (widths, queries) the largest weight.
    slopes : the same names -> (widths, queries) norm of the softmax's Jacobian.
    """
    fig, axes = figure(ALT, height=2.7, columns=2)
    _panel(axes[0], widths, largest, np.mean)
    _panel(axes[1], widths, slopes, np.median)
    axes[0].set(title="largest weight", ylim=(0, 1.05))
    axes[1].set(title="slope of the softmax", ylim=(0, None))
    axes[0].legend(loc="center right", bbox_to_anchor=(1.05, 0.36))
    return fig


def _panel(ax: Axes, widths: Sequence[int], lines: dict, middle) -> None:
    """Draw the middle of each line, and the middle half of the queries."""
    base = MODEL["transformer"]
    for look, (name, values) in zip([variant(base), base], lines.items(), strict=True):
        low, high = np.quantile(values, [0.25, 0.75], axis=1)
        ax.fill_between(widths, low, high, color=MUTED, alpha=0.2, linewidth=0)
        ax.plot(widths, middle(values, axis=1), label=name, **look)
    ax.set(xlabel="width d", xscale="log")
    ax.set_xticks(widths[::2], widths[::2])
    ax.tick_params(axis="x", labelsize=8)
    ax.minorticks_off()
