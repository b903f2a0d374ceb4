"""Bits per character of n-gram models, and how often their context is new."""

import numpy as np
from matplotlib.figure import Figure

from ..style import GREEN, INK, RED, figure

ALT = (
    "Left, bits per character against n: on the text learned from, the unsmoothed "
    "model falls towards zero; on held-out text adding one falls to n = 3 and rises "
    "again, Witten-Bell falls to n = 5 and stays nearly flat. Right, the share of "
    "held-out characters that the unsmoothed model calls impossible: it rises with n."
)


def bits_by_order(
    orders: np.ndarray,
    curves: dict[str, np.ndarray],
    impossible: np.ndarray,
    shannon: np.ndarray,
) -> Figure:
    """Draw a line a model with its pieces, and the share of impossible characters.

    Parameters
    ----------
    orders : (N,) values of n.
    curves : model -> (pieces, N) bits per character.
    impossible : (pieces, N) share of characters with probability zero.
    shannon : bits per letter at n = 0, 1, ... for another English text.
    """
    fig, (ax, right) = figure(ALT, height=3.5, columns=2, width_ratios=[1.7, 1])
    looks = [(INK, "-", "o"), (RED, "--", "s"), (GREEN, ":", "^")]
    for (color, line, marker), (name, bits) in zip(looks, curves.items(), strict=True):
        look = {"color": color, "linestyle": line, "marker": marker, "markersize": 4}
        ax.plot(orders, bits.T, color=color, linewidth=0.5, alpha=0.6)
        ax.plot(orders, bits.mean(0), label=name, **look)
    crosses = {"color": INK, "linestyle": "none", "marker": "x"}
    ax.plot(orders[: len(shannon)], shannon, label="Shannon 1951", **crosses)
    ax.set(xlabel="$n$", ylabel="bits per character", xticks=orders, ylim=(0, 7))
    fig.legend(loc="outside upper center", fontsize=8, ncols=2)
    right.plot(orders, impossible.T, color=INK, linewidth=0.4, alpha=0.5)
    right.plot(orders, impossible.mean(0), color=INK, marker="o", markersize=4)
    right.set(xlabel="$n$", ylabel="called impossible", ylim=(0, 1))
    right.set(xticks=orders[::2])
    return fig
