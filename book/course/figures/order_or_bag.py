"""Learning to reverse, with positions and without."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure, variant

ALT = (
    "Accuracy against training steps for three seeds each: with positions it rises to "
    "one; without them it stays at the dashed level of the best guess from a bag."
)


def order_or_bag(curves: dict[str, np.ndarray], bag: float) -> Figure:
    """Draw every seed thin and the mean thick.

    Parameters
    ----------
    curves : 'with positions' and 'without' -> (seeds, steps) accuracy.
    bag : the best accuracy without knowing the order.
    """
    fig, ax = figure(ALT)
    base = MODEL["transformer"]
    for look, (name, values) in zip([base, variant(base)], curves.items(), strict=True):
        steps = np.arange(values.shape[1])
        line = {"color": look["color"], "linestyle": look["linestyle"]}
        ax.plot(steps, values.T, linewidth=0.5, alpha=0.5, color=look["color"])
        ax.plot(steps, values.mean(0), label=name, **line)
    ax.axhline(bag, color=MUTED, linestyle=":", linewidth=1.4)
    ax.text(steps[-1], 0.07, "dotted: best guess from a bag", color=MUTED, ha="right")
    ax.set(xlabel="training steps", ylabel="accuracy", ylim=(0, 1.05))
    ax.legend(loc="center right", bbox_to_anchor=(1, 0.6))
    return fig
