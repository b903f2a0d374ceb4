"""What one layer costs against the length: counted, and timed."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Two panels over the length on logarithmic axes. Counted, the straight lines of "
    "the recurrent layer and of attention cross at a length equal to the width. Timed, "
    "attention lies far below the recurrent layer there and crosses it much later."
)


def cost_by_length(
    lengths: np.ndarray, panels: dict[str, dict[str, np.ndarray]], width: int
) -> Figure:
    """Draw a panel a measure, a line for the recurrent layer and one for attention.

    Parameters
    ----------
    lengths : (N,) tokens.
    panels : title -> {'rnn' and 'transformer' -> (N,) cost}.
    width : features a token; marked on the axis.
    """
    fig, axes = figure(ALT, height=2.8, columns=len(panels))
    names = {"rnn": "recurrent", "transformer": "self-attention"}
    for ax, (title, lines) in zip(axes, panels.items(), strict=True):
        for model, cost in lines.items():
            ax.plot(lengths, cost, label=names[model], **MODEL[model])
        ax.axvline(width, color=MUTED, linestyle=":", linewidth=1.2)
        ax.set(title=title, xlabel="tokens T", xscale="log", yscale="log")
        ax.set_xticks(lengths, lengths)
        ax.tick_params(axis="x", labelsize=8)
        ax.xaxis.minorticks_off()
    axes[0].legend(loc="lower right", fontsize=8)
    low, _ = axes[1].get_ylim()
    axes[1].text(width * 1.1, low * 1.2, "T = d", color=MUTED, fontsize=8)
    return fig
