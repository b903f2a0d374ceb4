"""What one layer costs against the length: counted, and timed."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure, variant

ALT = (
    "Two panels over the length on logarithmic axes. Counted, the lines of the "
    "recurrent layer and of attention alone cross at a length equal to the width, and "
    "the whole attention layer lies above both. Timed, both kinds of attention lie "
    "below the recurrent layer there and cross it later, the whole layer first."
)


def cost_by_length(
    lengths: np.ndarray, panels: dict[str, dict[str, np.ndarray]], width: int
) -> Figure:
    """Draw a panel a measure, a line for each layer.

    Parameters
    ----------
    lengths : (N,) tokens.
    panels : title -> {'recurrent', 'attention alone', 'whole layer' -> (N,) cost}.
    width : features a token; marked on the axis.
    """
    fig, axes = figure(ALT, height=2.8, columns=len(panels))
    looks = {
        "recurrent": MODEL["rnn"],
        "attention alone": variant(MODEL["transformer"]),
        "whole layer": MODEL["transformer"],
    }
    for ax, (title, lines) in zip(axes, panels.items(), strict=True):
        for name, cost in lines.items():
            ax.plot(lengths, cost, label=name, **looks[name])
        ax.axvline(width, color=MUTED, linestyle=":", linewidth=1.2)
        ax.set(title=title, xlabel="tokens T", xscale="log", yscale="log")
        ax.set_xticks(lengths, lengths)
        ax.tick_params(axis="x", labelsize=8)
        ax.xaxis.minorticks_off()
    axes[0].legend(loc="lower right", fontsize=8)
    low, _ = axes[1].get_ylim()
    axes[1].text(width * 1.1, low * 1.2, "T = d", color=MUTED, fontsize=8)
    return fig
