"""Lengths in two languages, and how often a whole answer is right."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, RED, figure

ALT = (
    "Left, the mean number of tokens against digits: it grows in both languages, in "
    "Korean a little faster. Right, the share of numbers translated without a "
    "mistake: the word-by-word rule is perfect up to four digits and fails from five "
    "on."
)


def right_by_digits(
    digits: list[int], right: np.ndarray, lengths: dict[str, np.ndarray]
) -> Figure:
    """Draw the mean lengths at the left, and accuracy as bars at the right.

    Parameters
    ----------
    digits : N sizes of the numbers.
    right : (N,) share of answers that are wholly right.
    lengths : language -> (N,) mean number of tokens.
    """
    fig, (left, ax) = figure(ALT, height=2.2, columns=2)
    looks = [(INK, "-", "o"), (RED, "--", "s")]
    for (color, line, marker), (name, mean) in zip(looks, lengths.items(), strict=True):
        look = {"color": color, "linestyle": line, "marker": marker}
        left.plot(digits, mean, label=name, markersize=4, **look)
    left.set(xlabel="digits", ylabel="tokens (mean)", xticks=digits)
    left.set(yticks=[0, 4, 8, 12], ylim=(0, None))
    left.legend(loc="upper left")
    ax.bar(digits, right, color=INK, width=0.6)
    ax.set(xlabel="digits", ylabel="wholly right", xticks=digits, ylim=(0, 1.05))
    ax.grid(axis="x", visible=False)
    return fig
