"""How large a gradient still is when it has travelled back over some steps."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Gradient norm against lag on a logarithmic scale, one line per scale of the "
    "recurrent matrix. In the linear panel the lines are straight: below one they "
    "fall, at one they stay, above one they rise. With tanh every line lies lower."
)

LOOKS = [
    (MUTED, "--"),
    (INK, "-"),
    (MODEL["rnn"]["color"], "-."),
    (MODEL["rnn"]["color"], ":"),
]
"""Below one, one, and two above."""


def gradient_against_lag(panels: dict[str, dict[float, np.ndarray]]) -> Figure:
    """Draw a panel a kind of network: for each scale rho, all draws and their median.

    Parameters
    ----------
    panels : title -> {rho: (draws, lags) gradient norm at each lag}.
    """
    fig, axes = figure(ALT, height=3.0, columns=len(panels), sharey=True)
    for ax, (title, lines) in zip(axes, panels.items(), strict=True):
        for (color, style), (rho, norms) in zip(LOOKS, lines.items(), strict=True):
            ax.plot(norms.T, color=color, linewidth=0.5, alpha=0.4)
            middle = np.median(norms, axis=0)
            ax.plot(middle, color=color, linestyle=style, label=f"$\\rho$ = {rho:g}")
        ax.set(title=title, xlabel="lag (steps)", yscale="log")
    axes[0].set_ylabel("gradient norm")
    axes[0].legend(loc="upper left", ncols=2, columnspacing=1, handlelength=1.6)
    low, high = axes[0].get_ylim()
    axes[0].set_ylim(max(low, 1e-13), high * 1e6)
    return fig
