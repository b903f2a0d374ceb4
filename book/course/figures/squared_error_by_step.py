"""Learning curves of a regression task, with the error of the best constant."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Squared error against training steps on a logarithmic scale, three seeds for each "
    "model. The recurrent network stays at the level of a constant answer; the LSTM "
    "follows that level for some hundred steps and then falls far below it."
)


def squared_error_by_step(
    errors: dict[str, np.ndarray], width: int, constant: float
) -> Figure:
    """Draw the mean error of each stretch of steps, a line for each seed.

    Parameters
    ----------
    errors : key of `style.MODEL` -> (seeds, steps) squared error of each step.
    width : steps of one stretch.
    constant : error of the best constant answer.
    """
    fig, ax = figure(ALT)
    for model, runs in errors.items():
        means = runs.reshape(len(runs), -1, width).mean(axis=2)
        steps = width * (np.arange(means.shape[1]) + 1)
        look = MODEL[model] | {"markersize": 4}
        lines = ax.plot(steps, means.T, alpha=0.85, linewidth=1.2, **look)
        lines[0].set_label(model.upper())
    ax.axhline(constant, color=MUTED, linestyle="--", linewidth=1)
    look = {"color": MUTED, "fontsize": 9, "ha": "right"}
    ax.text(ax.get_xlim()[1], constant * 1.2, "best constant", **look)
    ax.set(xlabel="training steps", ylabel="squared error", yscale="log")
    ax.legend(loc="lower left")
    return fig
