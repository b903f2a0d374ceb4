"""How much a cell state depends on a cell state some steps before."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "The norm of the derivative of one cell state with respect to an earlier one, "
    "against the lag, on a logarithmic scale, for four forget biases. Along the direct "
    "path every line is straight and falls, the less steeply the larger the bias. For "
    "the full gradient the line of the largest bias stays above one."
)


def cell_gradient_by_lag(
    panels: dict[str, dict[float, np.ndarray]], lags: np.ndarray
) -> Figure:
    """Draw a panel for each kind of path: all draws of each bias, and their median.

    Parameters
    ----------
    panels : title -> {forget bias: (draws, N) norms}.
    lags : (N,) lags in steps.
    """
    fig, axes = figure(ALT, height=3.0, columns=len(panels), sharey=True)
    lstm = MODEL["lstm"]["color"]
    looks = [(MUTED, "--"), (INK, ":"), (lstm, "-."), (lstm, "-")]
    for ax, (title, lines) in zip(axes, panels.items(), strict=True):
        for (color, line), (bias, norms) in zip(looks, lines.items(), strict=True):
            ax.plot(lags, norms.T, color=color, linewidth=0.5, alpha=0.4)
            middle = np.median(norms, axis=0)
            ax.plot(lags, middle, color=color, linestyle=line, label=f"bias {bias:g}")
        ax.axhline(1, color=MUTED, linewidth=0.8)
        ax.set(title=title, xlabel="lag (steps)", yscale="log", ylim=(1e-12, 1e5))
    axes[0].set_ylabel(r"$\Vert \partial c_T / \partial c_t \Vert$")
    axes[0].legend(loc="upper left", ncols=2, columnspacing=1, handlelength=1.6)
    return fig
