"""Learning curves of a character model with several cells, seed by seed."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MUTED, figure

ALT = (
    "Bits per character against training steps for three recurrent cells: all curves "
    "fall together towards the level of pair counts and past it, with thin lines for "
    "the seeds."
)


def bits_of_cells(
    steps: np.ndarray,
    bits: dict[str, np.ndarray],
    looks: dict[str, dict],
    pairs: float,
) -> Figure:
    """Draw each seed and the mean of each model, and the level of pair counts.

    Parameters
    ----------
    steps : (N,) training steps at which the loss was measured.
    bits : model -> (seeds, N) bits per character.
    looks : model -> keyword arguments of its line, as in `style.MODEL`.
    pairs : bits per character of counted pairs of characters.
    """
    fig, ax = figure(ALT)
    for model, values in bits.items():
        color = looks[model]["color"]
        ax.plot(steps, values.T, color=color, linewidth=0.5, alpha=0.6)
        ax.plot(steps, values.mean(0), label=model, **looks[model])
    ax.axhline(pairs, color=MUTED, linestyle="--", linewidth=1)
    ax.text(steps[-1], pairs + 0.05, "pairs", color=MUTED, ha="right", fontsize=9)
    ax.set(xlabel="training steps", ylabel="bits per character")
    ax.legend()
    return fig
