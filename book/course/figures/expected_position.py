"""Where attention stands on average while it writes: one line a sequence."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Mean position of attention in the source against the place in the target, both "
    "as shares of their lengths, one panel a task: {tasks}. Thin lines are some "
    "held-out pairs, the thick line is the mean of all."
)


def expected_position(tasks: dict[str, list[np.ndarray]], points: int = 21) -> Figure:
    """Draw every sequence's walk and the mean of all.

    Parameters
    ----------
    tasks : task -> one array (T,) a pair: expected position, a share from 0 to 1.
    points : places of the target at which the walks are averaged.
    """
    fig, axes = figure(
        ALT.format(tasks=", ".join(tasks)), 1.9, 1, len(tasks), sharey=True
    )
    grid, color = np.linspace(0, 1, points), MODEL["attention"]["color"]
    for ax, (task, walks) in zip(axes, tasks.items(), strict=True):
        lines = [np.interp(grid, np.linspace(0, 1, len(w)), w) for w in walks]
        few = np.random.default_rng(0).permutation(len(lines))[:12]
        for k in few:
            ax.plot(grid, lines[k], color=MUTED, linewidth=0.6, alpha=0.5)
        ax.plot(grid, np.mean(lines, axis=0), color=color)
        ax.set_title(task, loc="center")
        ax.set(xticks=[0, 1], yticks=[0, 1], ylim=(-0.04, 1.04))
    axes[0].set_ylabel("place in the source")
    fig.supxlabel("place in the target", fontsize=10)
    return fig
