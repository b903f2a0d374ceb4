"""What one gradient step does to each score: green up, red down."""

import numpy as np
from matplotlib.figure import Figure

from ..style import GREEN, INK, RED, figure

ALT = (
    "One bar chart per step. The bar of the right next letter points up and is "
    "green; the bars of the other letters point down and are red; the bars of one "
    "step add up to zero."
)


def push_on_scores(letters: str, inputs: str, push: np.ndarray) -> Figure:
    """Draw the push on every score, a panel a step.

    Parameters
    ----------
    letters : the vocabulary, in the order of the scores.
    inputs : the letter read at each step.
    push : (T, V) minus the gradient of the loss with respect to the scores.
    """
    fig, axes = figure(ALT, height=1.9, columns=len(inputs), sharey=True)
    for ax, letter, row in zip(axes, inputs, push, strict=True):
        colors = [GREEN if value > 0 else RED for value in row]
        ax.bar(list(letters), row, color=colors)
        ax.axhline(0, color=INK, linewidth=0.8)
        ax.set_title(f"after '{letter}'")
        ax.grid(axis="x", visible=False)
    axes[0].set_ylabel("push on the score")
    return fig
