"""The paper's learning-rate schedule, and what warming up does to a deep stack."""

import numpy as np
from matplotlib.figure import Figure

from ..style import GREEN, INK, MODEL, MUTED, figure

ALT = (
    "Left: the learning rate rises in a straight line to its peak and then falls as "
    "one over the root of the step. Right: accuracy against steps of three settings, "
    "every seed thin: pre-norm passes the dotted level of a bag without warm-up, "
    "post-norm only with it."
)


def warm_up(
    rates: dict[str, np.ndarray], curves: dict[str, np.ndarray], bag: float
) -> Figure:
    """Draw the schedule at the left, learning curves at the right.

    Parameters
    ----------
    rates : name -> (N,) learning rate of each step.
    curves : setting -> (seeds, steps) accuracy.
    bag : accuracy of the best guess from a bag.
    """
    fig, (left, right) = figure(ALT, height=3.0, columns=2)
    for line, (name, rate) in zip(["-", "--"], rates.items(), strict=True):
        left.plot(1000 * rate, color=INK, linestyle=line, label=name, linewidth=1.5)
    left.set(xlabel="step", title="learning rate × 1000", ylim=(0, None))
    left.legend(title="warm-up steps", fontsize=8, title_fontsize=8)
    left.set_xticks([0, 10_000, 20_000], ["0", "10k", "20k"])
    looks = [(MODEL["transformer"]["color"], "-"), (INK, "--"), (GREEN, "-.")]
    for (color, line), (name, values) in zip(looks, curves.items(), strict=True):
        right.plot(values.T, color=color, linewidth=0.4, alpha=0.45)
        right.plot(values.mean(0), color=color, linestyle=line, label=name)
    right.axhline(bag, color=MUTED, linestyle=":", linewidth=1.2)
    right.set(xlabel="training steps", title="accuracy", ylim=(0, 1.02))
    right.legend(
        loc="upper center", bbox_to_anchor=(0.4, -0.24), fontsize=8, handlelength=2.6
    )
    return fig
