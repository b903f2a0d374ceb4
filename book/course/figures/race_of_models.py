"""A moving picture: accuracy against length, as the training time passes."""

import numpy as np
from matplotlib.animation import FuncAnimation

from ..style import MODEL, MUTED, figure

ALT = (
    "Frame by frame training time passes. Each model has a line of exact match against "
    "the digits of the number; lines rise first for short numbers and then for long "
    "ones, some much sooner than others."
)


def race_of_models(
    digits: list[int],
    seconds: np.ndarray,
    accuracies: dict[str, np.ndarray],
    names: dict[str, str],
) -> FuncAnimation:
    """Animate the means of all models, one frame a moment.

    Parameters
    ----------
    digits : the lengths.
    seconds : (moments,) training time of each frame.
    accuracies : model -> (moments, lengths) exact match.
    names : model -> what the legend calls it.
    """
    fig, ax = figure(ALT, height=3.2)

    def frame(k: int) -> list:
        ax.clear()
        for model, values in accuracies.items():
            ax.plot(digits, values[k], label=names[model], **MODEL[model])
        ax.set(xlabel="digits of the number", ylabel="exact match")
        ax.set(ylim=(-0.03, 1.03), xticks=digits)
        ax.set_title(f"{seconds[k]:.1f} s", color=MUTED, loc="right")
        ax.legend(loc="upper center", bbox_to_anchor=(0.45, 1.32), ncols=3)
        return []

    animation = FuncAnimation(fig, frame, frames=len(seconds), interval=700)
    animation.alt = ALT
    return animation
