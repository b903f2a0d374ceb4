"""How the probability of each right letter grows during training."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "Four curves rise towards one: the probability of the right "
    "next letter after each input letter, against training steps."
)


def probability_of_truth(
    inputs: str, targets: str, probabilities: np.ndarray, spelled: int
) -> Figure:
    """Draw one curve a letter and mark the step at which the word is spelled.

    Parameters
    ----------
    inputs, targets : the letter read at each step and the letter that follows it.
    probabilities : (training steps, T) probability of each right letter.
    spelled : first training step at which the network, left alone, spells the word.
    """
    fig, ax = figure(ALT)
    for t, curve in enumerate(probabilities.T):
        # The two steps that read the same letter stand out.
        twin = inputs.count(inputs[t]) > 1
        color = MODEL["rnn"]["color"] if twin else INK
        style = ["-.", ":", "-", "--"][t % 4]
        prefix = inputs[: t + 1]
        ax.plot(
            curve,
            color=color,
            linestyle=style,
            label=f"'{targets[t]}' after '{prefix}'",
        )
    ax.axvline(spelled, color=INK, linewidth=0.8)
    ax.text(spelled, 0.02, " spells it alone", fontsize=9)
    ax.set(xlabel="training steps", ylabel="probability of the truth", ylim=(0, 1))
    ax.legend(loc="lower right")
    return fig
