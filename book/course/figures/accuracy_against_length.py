"""How accuracy falls as sequences grow longer."""

import numpy as np
from matplotlib.figure import Figure

from ..style import figure

ALT = (
    "Share of right tokens against length, a panel for each task, thin lines for "
    "seeds and a thick one for their mean. Models: {names}."
)


def accuracy_against_length(
    panels: dict[str, tuple[str, list[int], dict[str, np.ndarray]]],
    looks: dict[str, dict],
) -> Figure:
    """Draw one panel a task.

    Parameters
    ----------
    panels : task -> (name of the lengths, lengths, model -> (seeds, lengths) accuracy).
    looks : model -> keyword arguments of its line, as in `style.MODEL`.
    """
    alt = ALT.format(names=", ".join(looks))
    fig, axes = figure(alt, 2.9, 1, len(panels), sharey=True, squeeze=False)
    for ax, (task, (unit, lengths, curves)) in zip(
        axes.flat, panels.items(), strict=True
    ):
        for model, values in curves.items():
            look = looks[model]
            ax.plot(lengths, values.T, color=look["color"], alpha=0.35, linewidth=0.8)
            ax.plot(lengths, values.mean(0), label=model, **look)
        ax.set(title=task, xlabel=unit, ylim=(0, 1.04))
        ax.set_xticks(lengths if len(lengths) < 7 else lengths[1::2])
    axes[0, 0].set_ylabel("tokens right")
    handles, names = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=2, handlelength=3)
    return fig
