"""A moving picture: the hidden state as the network reads a word."""

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Frame by frame, a letter is read and a new column of hidden values appears: "
    "each is computed from the letter below and the column at its left."
)


def state_flow(text: str, start: np.ndarray, hidden: np.ndarray) -> FuncAnimation:
    """Animate the states, one frame a letter.

    Parameters
    ----------
    text : the letters read.
    start : (H,) state before the first letter.
    hidden : (T, H) states after each letter.
    """
    fig, ax = figure(ALT, height=2.4)
    states = np.vstack([start, hidden])

    def frame(t: int) -> list:
        ax.clear()
        _draw(ax, text, states, t + 1)
        return []

    animation = FuncAnimation(fig, frame, frames=len(text), interval=900)
    animation.alt = ALT
    return animation


def _draw(ax: Axes, text: str, states: np.ndarray, t: int) -> None:
    """Draw all states up to step t, the newest with its two sources."""
    size = states.shape[1]
    ax.set(xlim=(-0.5, len(text) + 0.5), ylim=(-1.4, size - 0.4))
    ax.axis("off")
    for i, letter in enumerate(["$h_0$", *text]):
        color = INK if i <= t else MUTED
        ax.text(i, -1.1, letter, ha="center", va="center", color=color, fontsize=14)
        for k in range(size if i <= t else 0):
            _unit(ax, i, size - 1 - k, states[i, k])
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.5}
    ax.annotate("", (t, -0.45), (t, -0.9), arrowprops=arrow)
    middle = (size - 1) / 2
    ax.annotate("", (t - 0.28, middle), (t - 0.72, middle), arrowprops=arrow)


def _unit(ax: Axes, x: float, y: float, value: float) -> None:
    """Draw one hidden number as a disc: hue for its sign, area for its size."""
    color = MODEL["rnn"]["color"] if value > 0 else MUTED
    ax.scatter(x, y, s=40 + 460 * abs(value), color=color, alpha=0.45)
    number = f"{value:+.2f}".replace("-", "−") if value else "0"
    ax.text(x, y, number, ha="center", va="center", fontsize=10)
