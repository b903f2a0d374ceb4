"""How well models do against what they have cost: seconds, and steps."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, figure

ALT = (
    "Exact match on held-out numbers against training, a thin line for each seed and a "
    "thick one for the mean of each model. Left against seconds of CPU time, right "
    "against training steps; models differ in the steps they reach."
)


def accuracy_by_budget(
    runs: dict[str, list[tuple[np.ndarray, np.ndarray, np.ndarray]]],
    names: dict[str, str],
) -> Figure:
    """Draw every run twice: against seconds, and against steps.

    Parameters
    ----------
    runs : model -> one (steps, seconds, accuracy) of equal lengths a seed.
    names : model -> what the legend calls it.
    """
    fig, axes = figure(ALT, height=3.5, columns=2, sharey=True)
    for ax, column in zip(axes, (1, 0), strict=True):
        for model, seeds in runs.items():
            _lines(ax, model, names[model], [(r[column], r[2]) for r in seeds])
    axes[0].set(xlabel="seconds of training", ylabel="exact match", ylim=(-0.02, 1.02))
    axes[1].set(xlabel="steps of training")
    handles, labels = axes[0].get_legend_handles_labels()
    fig.legend(handles, labels, loc="outside upper center", ncols=3, handlelength=2.6)
    return fig


def _lines(ax, model: str, name: str, seeds: list[tuple]) -> None:
    """Draw the seeds thin, and their mean where all of them have been measured."""
    look = {key: MODEL[model][key] for key in ("color", "linestyle")}
    for x, y in seeds:
        ax.plot(x, y, color=look["color"], linewidth=0.6, alpha=0.6)
    at = np.linspace(0, min(x[-1] for x, _ in seeds), 60)
    mean = np.mean([np.interp(at, x, y) for x, y in seeds], axis=0)
    ax.plot(at, mean, label=name, **look)
