"""Learning curves of several character models, in bits, with counted baselines."""

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure

ALT = (
    "Bits per character against the characters read: the curves of all models fall "
    "below the dashed level of pair counts; the recurrent network's lies lower than "
    "the Transformer's at the same number of characters."
)


def bits_of_models(
    characters: np.ndarray, bits: dict[str, np.ndarray], baselines: dict[str, float]
) -> Figure:
    """Draw a curve for each model and seed, and one dashed level a baseline.

    Parameters
    ----------
    characters : (N,) characters read so far.
    bits : key of `style.MODEL` -> (seeds, N) bits per character.
    baselines : name -> bits per character.
    """
    fig, ax = figure(ALT)
    names = {"rnn": "RNN", "transformer": "Transformer", "lstm": "LSTM", "gru": "GRU"}
    for model, values in bits.items():
        look = MODEL[model]
        ax.plot(characters, values.T, color=look["color"], linewidth=0.5, alpha=0.5)
        ax.plot(characters, values.mean(0), label=names[model], **look)
    for name, level in baselines.items():
        ax.axhline(level, color=MUTED, linestyle="--", linewidth=1)
        ax.text(characters[-1], level + 0.06, name, color=MUTED, ha="right", fontsize=9)
    ax.set(xlabel="characters read", ylabel="bits per character")
    ax.set_ylim(2, max(baselines.values()) + 1)
    ax.xaxis.set_major_formatter(lambda x, _: f"{x / 1000:.0f}k")
    ax.legend(loc="upper right")
    return fig
