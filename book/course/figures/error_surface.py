"""The loss over two weights of a tiny recurrent network, and paths of descent."""

import numpy as np
from matplotlib.figure import Figure

from ..style import GREEN, INK, RED, figure

ALT = (
    "A map of the loss over two weights: two flat plains that meet in a steep wall. "
    "One path without clipping jumps far off the map when it meets the wall; the "
    "path with clipping turns and follows the valley to the minimum."
)


def error_surface(
    w: np.ndarray, b: np.ndarray, loss: np.ndarray, paths: dict[str, np.ndarray]
) -> Figure:
    """Draw the map and one path a way of descending.

    Parameters
    ----------
    w, b : (N,), (M,) grid of the two weights.
    loss : (M, N) loss at each point.
    paths : label -> (steps, 2) points (w, b), from start to end.
    """
    fig, ax = figure(ALT, height=3.3)
    image = ax.pcolormesh(w, b, loss, cmap="cividis", shading="auto", rasterized=True)
    fig.colorbar(image, label="loss", pad=0.02)
    for (label, path), color, line in zip(
        paths.items(), [RED, GREEN], ["--", "-"], strict=True
    ):
        ax.plot(
            *path.T,
            color=color,
            linestyle=line,
            marker=".",
            markersize=3 if color == RED else 6,
            linewidth=1.2 if color == RED else 4,
            label=label,
            zorder=3 if color == RED else 2,
        )
    start = next(iter(paths.values()))[0]
    ax.plot(*start, "o", color="white", markeredgecolor=INK, label="start")
    ax.set(xlabel="$w$", ylabel="$b$", xlim=w[[0, -1]], ylim=b[[0, -1]])
    ax.grid(visible=False)
    ax.legend(loc="upper right", labelcolor="white")
    return fig
