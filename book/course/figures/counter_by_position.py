"""The unit that counts: its value at every position of strings of several lengths."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Two panels. Left, one unit of the LSTM's cell state rises in a straight line "
    "over the letters a, far above one, and comes back down over the letters b. "
    "Right, one unit of the GRU's state stays between minus one and one and bends."
)


def counter_by_position(traces: dict[str, dict[int, np.ndarray]]) -> Figure:
    """Draw a panel a model and a line a string length.

    Parameters
    ----------
    traces : key of `style.MODEL` -> {n: (2 n,) value of its counting unit}.
    """
    fig, axes = figure(ALT, height=2.8, columns=len(traces))
    names = {"lstm": "LSTM, a unit of $c_t$", "gru": "GRU, a unit of $h_t$"}
    for ax, (model, lines) in zip(axes, traces.items(), strict=True):
        for width, style, (n, values) in zip(
            [1.0, 1.6, 2.2], [":", "--", "-"], lines.items(), strict=True
        ):
            color = MODEL[model]["color"]
            ax.plot(values, color=color, linewidth=width, linestyle=style)
            ax.plot(n - 1, values[n - 1], "o", color=INK, markersize=3)
            place = {"xytext": (-2, 6), "textcoords": "offset points", "ha": "right"}
            ax.annotate(f"n={n}", (n - 1, values[n - 1]), fontsize=9, **place)
        for level in (-1, 1):
            ax.axhline(level, color=MUTED, linewidth=0.8)
        ax.set(title=names[model], xlabel="position")
        ax.margins(y=0.12)
    axes[0].set_ylabel("value")
    return fig
