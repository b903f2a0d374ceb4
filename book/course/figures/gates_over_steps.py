"""A moving picture: update gate, reset gate and state of a GRU, step by step."""

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Frame by frame a sign is read. At flagged steps the update gates of the units "
    "fall and the state is rewritten; between flags the update gates are near one and "
    "the state stands still."
)


def gates_over_steps(
    signs: np.ndarray, flags: np.ndarray, gates: dict[str, np.ndarray]
) -> FuncAnimation:
    """Animate the gates and the state, one frame a step.

    Parameters
    ----------
    signs, flags : (T,) the input: -1 or 1, and whether it is flagged.
    gates : name -> (T, H) values; those from 0 to 1 are gates, the last is the state.
    """
    fig, axes = figure(ALT, height=3.4, rows=1 + len(gates), sharex=True)

    def frame(t: int) -> list:
        for ax in axes:
            ax.clear()
            ax.set(xlim=(-0.7, len(signs) - 0.3), xticks=[], yticks=[])
            ax.grid(visible=False)
            ax.spines[:].set_visible(False)
        _inputs(axes[0], signs[: t + 1], flags[: t + 1])
        for ax, (name, values) in zip(axes[1:], gates.items(), strict=True):
            _squares(ax, name, values[: t + 1])
        return []

    animation = FuncAnimation(fig, frame, frames=len(signs), interval=700)
    animation.alt = ALT
    return animation


def _inputs(ax: Axes, signs: np.ndarray, flags: np.ndarray) -> None:
    """Write each sign; a flagged one stands in a circle."""
    for t, (sign, flag) in enumerate(zip(signs, flags, strict=True)):
        if flag:
            ax.plot(t, 0, "o", markersize=15, markerfacecolor="none", color=INK)
        text = "+" if sign > 0 else "−"
        color = INK if flag else MUTED
        ax.text(t, 0, text, ha="center", va="center_baseline", color=color, fontsize=12)
    ax.set(ylim=(-1, 1))
    ax.set_ylabel("input", rotation=0, ha="right", va="center")


def _squares(ax: Axes, name: str, values: np.ndarray) -> None:
    """Draw every value as a square: hue for its sign, darkness for its size."""
    steps, units = values.shape
    x, y = np.meshgrid(np.arange(steps), np.arange(units), indexing="ij")
    gru = MODEL["gru"]["color"]
    colors = np.where(values.ravel() > 0, gru, MODEL["rnn"]["color"])
    ax.scatter(x, y, s=95, marker="s", color=colors, alpha=abs(values).ravel())
    ax.scatter(x, y, s=95, marker="s", facecolor="none", edgecolor=MUTED, linewidth=0.5)
    ax.set(ylim=(units - 0.3, -0.7))
    ax.set_ylabel(name, rotation=0, ha="right", va="center")
