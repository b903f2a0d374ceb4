"""Accuracy when the truth is fed back, and when the model's own output is."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "Two panels of accuracy against training steps. Left, trained with teacher "
    "forcing: read with the truth as input the accuracy rises first, running free it "
    "lags behind, then both reach one. Right, trained on its own outputs: both rise "
    "slowly and unevenly."
)


def forced_and_free(steps: list[int], curves: dict[str, np.ndarray]) -> Figure:
    """Draw a panel a way of training, thin lines for single seeds.

    Parameters
    ----------
    steps : N training steps at which accuracy was measured.
    curves : way of training -> (2, seeds, N) accuracy, first with the truth as the
        input, then running free.
    """
    fig, axes = figure(ALT, height=2.6, columns=2, sharey=True)
    looks = [("fed the truth", INK, "-"), ("running free", MODEL["rnn"]["color"], "--")]
    for ax, (training, pair) in zip(axes, curves.items(), strict=True):
        for (label, color, line), runs in zip(looks, pair, strict=True):
            ax.plot(steps, runs.T, color=color, linewidth=0.6, alpha=0.6)
            ax.plot(steps, runs.mean(0), color=color, linestyle=line, label=label)
        ax.set(title=training, xlabel="training steps", ylim=(0, 1.03), xscale="log")
    axes[0].set_ylabel("accuracy")
    axes[1].legend(loc="upper left")
    return fig
