"""The ablation: four ways to look, on several tasks, every seed a point."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Share of right tokens for four decoders on each task, a point for each seed. "
    "Means: {means}."
)


def accuracy_by_look(accuracies: dict[str, dict[str, np.ndarray]]) -> Figure:
    """Draw a row for each task and decoder, tasks from top to bottom.

    Parameters
    ----------
    accuracies : task -> decoder -> (seeds,) share of right tokens.
    """
    means = "; ".join(
        f"{task}, " + ", ".join(f"{k} {v.mean():.2f}" for k, v in looks.items())
        for task, looks in accuracies.items()
    )
    fig, ax = figure(ALT.format(means=means), height=3.6)
    style = [
        (MODEL["rnn"]["color"], "o"),
        (MUTED, "s"),
        (INK, "x"),
        (MODEL["attention"]["color"], "D"),
    ]
    for i, looks in enumerate(accuracies.values()):
        for k, ((color, marker), (name, values)) in enumerate(
            zip(style, looks.items(), strict=True)
        ):
            y = np.full(len(values), i + 0.18 * (k - 1.5))
            label = name if i == 0 else None
            ax.plot([0, values.mean()], y[:2], color=color, linewidth=0.8, alpha=0.6)
            ax.scatter(values, y, s=28, color=color, marker=marker, label=label)
    ax.set_yticks(range(len(accuracies)), accuracies)
    ax.set(xlabel="tokens right", xlim=(0, 1.03), ylim=(len(accuracies) - 0.5, -0.5))
    ax.grid(visible=False, axis="y")
    fig.legend(loc="outside upper center", ncols=2)
    return fig
