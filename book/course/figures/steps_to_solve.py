"""How many training steps a model needs until a task is solved, seed by seed."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MUTED, figure

ALT = (
    "One panel a task, one row a model: a point for each seed at the number of "
    "training steps after which the task was solved, and a bar at their median; runs "
    "that did not finish stand at the limit as open circles."
)


def steps_to_solve(
    tasks: dict[str, dict[str, np.ndarray]],
    looks: dict[str, dict],
    limits: dict[str, int],
) -> Figure:
    """Draw a strip of points for each task and model.

    Parameters
    ----------
    tasks : task -> {model: (seeds,) steps; the limit where it was not solved}.
    looks : model -> keyword arguments of its points, as in `style.MODEL`.
    limits : task -> steps after which a run was stopped.
    """
    rows = max(map(len, tasks.values()))
    height = 0.7 + 0.32 * rows * len(tasks)
    fig, axes = figure(ALT, height=height, rows=len(tasks), sharex=True)
    axes = np.atleast_1d(axes)
    for ax, (task, results) in zip(axes, tasks.items(), strict=True):
        limit = limits[task]
        for row, (model, steps) in enumerate(results.items()):
            color = looks[model]["color"]
            ax.plot([np.median(steps)] * 2, [row - 0.32, row + 0.32], color=color)
            shifts = np.linspace(-0.2, 0.2, len(steps))
            for step, shift in zip(steps, shifts, strict=True):
                mark = {"marker": looks[model]["marker"], "color": color}
                if step >= limit:
                    mark = {"marker": "o", "edgecolor": color, "facecolor": "none"}
                ax.scatter(step, row + shift, s=26, **mark)
        ax.axvline(limit, color=MUTED, linewidth=0.8, linestyle=":")
        ax.set(title=task, yticks=range(len(results)), yticklabels=list(results))
        ax.set(ylim=(len(results) - 0.4, -0.6), xlim=(0, max(limits.values()) * 1.04))
    axes[-1].set_xlabel("training steps until solved")
    return fig
