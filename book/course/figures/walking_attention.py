"""A moving picture: where the decoder looks while it writes a translation."""

from collections.abc import Sequence

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Frame by frame a syllable of the translation is written; lines lead from it up "
    "to the source words, thicker where its attention weight is larger."
)


def walking_attention(
    source: Sequence[str], target: Sequence[str], weights: np.ndarray
) -> FuncAnimation:
    """Animate the cross-attention, one frame a target token.

    Parameters
    ----------
    source, target : the words read and the tokens written.
    weights : (T, S) attention weight of each source word when a token is written.
    """
    fig, ax = figure(ALT, height=2.6)

    def frame(t: int) -> list:
        ax.clear()
        _draw(ax, source, target, weights, t)
        return []

    animation = FuncAnimation(fig, frame, frames=len(target), interval=900)
    animation.alt = ALT
    return animation


def _draw(
    ax: Axes, source: Sequence[str], target: Sequence[str], weights: np.ndarray, t: int
) -> None:
    """Draw the target up to token t, and the look of token t."""
    ax.set(xlim=(-0.6, len(source) - 0.4), ylim=(-0.35, 1.75))
    ax.axis("off")
    color = MODEL["transformer"]["color"]
    spread = np.linspace(0, len(source) - 1, len(target))
    for x, word, weight in zip(range(len(source)), source, weights[t], strict=True):
        ax.text(x, 1.12, word, ha="left", va="bottom", rotation=35, fontsize=9)
        ax.plot([spread[t], x], [0.12, 1], color=color, linewidth=7 * weight, alpha=0.7)
        ax.scatter(x, 1.05, s=8 + 90 * weight, color=color)
    for k, word in enumerate(target):
        shade = INK if k <= t else MUTED
        text = word if k <= t else "·"
        ax.text(spread[k], 0, text, ha="center", va="top", color=shade, fontsize=9)
