"""What a batch wastes on padding, drawn at random and sorted by length."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import INK, MUTED, RED, figure

ALT = (
    "Left, two batches as rows of tokens followed by padding: the one drawn at "
    "random is mostly padding, the one of similar lengths has hardly any. Right, the "
    "share of padding against the batch size: it grows for random batches and stays "
    "small for sorted ones."
)


def padding(
    masks: dict[str, np.ndarray], sizes: list[int], waste: dict[str, np.ndarray]
) -> Figure:
    """Draw one mask a way of batching, and the waste of each way.

    Parameters
    ----------
    masks : way -> (B, T) 1 for a token, 0 for padding.
    sizes : N batch sizes.
    waste : way -> (seeds, N) share of padding.
    """
    fig, axes = figure(ALT, height=2.5, columns=3, width_ratios=[1, 1, 1.7])
    for ax, (way, mask) in zip(axes, masks.items(), strict=False):
        _mask(ax, mask)
        ax.set_title(way, fontsize=9)
    axes[0].set_ylabel("sequence")
    looks = [(RED, "-", "o"), (INK, "--", "s")]
    for (color, line, marker), (way, shares) in zip(looks, waste.items(), strict=True):
        look = {"color": color, "linestyle": line, "marker": marker, "markersize": 4}
        axes[2].plot(sizes, shares.T, color=color, linewidth=0.5, alpha=0.6)
        axes[2].plot(sizes, shares.mean(0), label=way, **look)
    axes[2].set(xlabel="batch size", ylabel="share of padding", xscale="log")
    axes[2].set(ylim=(0, 1), xticks=sizes[::2], xticklabels=sizes[::2])
    axes[2].minorticks_off()
    axes[2].legend(loc="center right", bbox_to_anchor=(1, 0.38))
    return fig


def _mask(ax: Axes, mask: np.ndarray) -> None:
    """Draw tokens as filled cells and padding as empty ones."""
    width = mask.shape[1]
    for row, length in enumerate(mask.sum(axis=1)):
        ax.barh(row, length, height=0.8, color=INK)
        ax.barh(row, width - length, left=length, height=0.8, color=MUTED, alpha=0.25)
    ax.set(xlabel="step", yticks=[], ylim=(len(mask) - 0.4, -0.6), xlim=(0, width))
    ax.grid(visible=False)
