"""A moving picture: the gates of two cells open and close over a short text."""

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Frame by frame a character is read, and for each of two cells the bars of its "
    "input, forget and output gates fill or empty, with the cell state and the hidden "
    "state below them."
)
GATES = [("i", "input $i_t$"), ("f", "forget $f_t$"), ("o", "output $o_t$")]
STATES = [("c", "cell state $c_t$"), ("h", "hidden $h_t$")]
LOW, HIGH = -1.0, 3.2
"""The range of the states that is drawn."""


def gates_opening(
    text: str, trace: dict[str, np.ndarray], names: list[str]
) -> FuncAnimation:
    """Animate two cells, one frame a character.

    Parameters
    ----------
    text : the characters read.
    trace : name -> (T, 2) values of i, f, o, c and h.
    names : what each of the two cells keeps.
    """
    fig, ax = figure(ALT, height=2.9)

    def frame(t: int) -> list:
        ax.clear()
        ax.set(xlim=(-2.6, 6.6), ylim=(-0.7, 6.9))
        ax.axis("off")
        _text(ax, text, t)
        for unit, name in enumerate(names):
            left = 0.1 + 3.4 * unit
            ax.text(left + 1.4, 5.15, name, ha="center", fontsize=9, color=MUTED)
            _bars(ax, left, {k: v[t, unit] for k, v in trace.items()})
        return []

    animation = FuncAnimation(fig, frame, frames=len(text), interval=1200)
    animation.alt = ALT
    return animation


def _text(ax: Axes, text: str, now: int) -> None:
    """Write the text, the character that is read in the model's colour."""
    for t, letter in enumerate(text):
        color = MODEL["lstm"]["color"] if t == now else INK if t < now else MUTED
        x = 2.0 + 0.55 * (t - len(text) / 2 + 0.5)
        weight = "bold" if t == now else "normal"
        look = {"ha": "center", "va": "center", "fontsize": 14, "fontweight": weight}
        ax.text(x, 6.35, letter, color=color, **look)


def _bars(ax: Axes, left: float, values: dict[str, float]) -> None:
    """Draw gates as filled bars from 0 to 1, and states as bars around their zero."""
    color, width = MODEL["lstm"]["color"], 2.1
    for row, (key, name) in enumerate(GATES + STATES):
        y, value = 4.3 - row - 0.35 * (row >= len(GATES)), values[key]
        if left < 1:
            ax.text(left - 0.25, y + 0.22, name, ha="right", va="center", fontsize=9)
        low, high = (0, 1) if row < len(GATES) else (LOW, HIGH)
        zero = left + width * (0 - low) / (high - low)
        frame = {"facecolor": "none", "edgecolor": MUTED, "linewidth": 0.8}
        ax.add_patch(Rectangle((left, y), width, 0.46, **frame))
        length = width * value / (high - low)
        look = {"facecolor": color, "alpha": 0.75, "linewidth": 0}
        ax.add_patch(Rectangle((zero, y), length, 0.46, **look))
        number = f"{value:.2f}".replace("-", "−")
        ax.text(left + width + 0.12, y + 0.22, number, va="center", fontsize=9)
