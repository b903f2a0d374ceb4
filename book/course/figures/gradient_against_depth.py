"""The gradient of the last layer before training, against the number of layers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ..style import MODEL, MUTED, figure, variant

ALT = (
    "Gradient norm of the last layer against depth, on logarithmic axes: with layer "
    "norm after each part it stays level, with layer norm before it falls along a "
    "dashed line of slope minus one half."
)


def gradient_against_depth(
    depths: Sequence[int], norms: dict[str, np.ndarray]
) -> Figure:
    """Draw every seed as a point and the mean as a line.

    Parameters
    ----------
    depths : numbers of layers.
    norms : 'post-norm' and 'pre-norm' -> (depths, seeds) gradient norm.
    """
    fig, ax = figure(ALT)
    base = MODEL["transformer"]
    for look, (name, values) in zip([variant(base), base], norms.items(), strict=True):
        ax.plot(depths, values.mean(1), label=name, **look)
        places = np.repeat(depths, values.shape[1])
        ax.scatter(places, values.ravel(), color=look["color"], s=14, alpha=0.45)
    mean = values.mean(1)
    falling = mean[0] * (np.array(depths) / depths[0]) ** -0.5
    ax.plot(depths, falling, color=MUTED, linestyle=":", label=r"$1/\sqrt{layers}$")
    ax.set(xlabel="layers", ylabel="gradient norm", xscale="log", yscale="log")
    ax.set_xticks(depths, depths)
    ax.set_yticks([0.05, 0.1, 0.2, 0.5], ["0.05", "0.1", "0.2", "0.5"])
    ax.minorticks_off()
    ax.legend(loc="lower left")
    return fig
