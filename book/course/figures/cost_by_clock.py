"""What the gated cells cost beside a plain RNN: counted, and by the clock."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Time relative to a plain RNN against hidden size, one panel with the library's "
    "fused LSTM and one without it. The counted ratios three and four are dashed. "
    "Forward and backward together, a GRU takes, over an LSTM's time, "
)


def cost_by_clock(
    sizes: list[int], panels: dict[str, dict[str, np.ndarray]], counted: dict[str, int]
) -> Figure:
    """Draw a panel a setting: solid for forward and backward, thin for forward alone.

    Parameters
    ----------
    sizes : hidden sizes.
    panels : title -> {model: (2, sizes) time over the RNN's, forward, then both}.
    counted : model -> the counted ratio.
    """
    told = []
    for title, ratios in panels.items():
        over = ratios["gru"][1] / ratios["lstm"][1]
        told.append(f"{title}, {over[0]:.2f} at the smallest and {over[-1]:.2f} at the")
    alt = ALT + " largest size; ".join(told) + " largest size."
    fig, axes = figure(alt, height=2.9, columns=len(panels), sharey=True)
    for ax, (title, ratios) in zip(axes, panels.items(), strict=True):
        for model, (forward, both) in ratios.items():
            look = MODEL[model]
            ax.plot(sizes, both, label=model.upper(), **look)
            ax.plot(sizes, forward, color=look["color"], linewidth=0.8, alpha=0.8)
            ax.axhline(
                counted[model], color=look["color"], linewidth=0.8, dashes=(6, 4)
            )
        ax.axhline(1, color=MUTED, linewidth=0.8)
        ax.set(title=title, xlabel="hidden size", xscale="log", yscale="log")
        ax.set(xticks=sizes, xticklabels=sizes, yticks=[0.5, 1, 2, 3, 4, 8])
        ax.set_yticklabels(["½", "1", "2", "3", "4", "8"])
        ax.minorticks_off()
    axes[0].set_ylabel("time / time of the RNN")
    axes[1].legend(loc="lower right")
    return fig
