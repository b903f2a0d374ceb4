"""Learning curves of the same model under different score functions."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "Loss in nats a token against training steps: thin lines for seeds, a thick one "
    "for their mean, for each score function: {names}."
)


def loss_by_score(curves: dict[str, np.ndarray], width: int) -> Figure:
    """Draw the losses, averaged over stretches of the training.

    Parameters
    ----------
    curves : score -> (seeds, stretches) mean loss of each stretch.
    width : training steps of one stretch.
    """
    fig, ax = figure(ALT.format(names=", ".join(curves)), height=3.0)
    color = MODEL["attention"]["color"]
    looks = [(color, "-"), (color, "--"), (INK, "-"), (INK, ":")]
    for (color, line), (name, loss) in zip(looks, curves.items(), strict=True):
        steps = (np.arange(loss.shape[1]) + 1) * width
        ax.plot(steps, loss.T, color=color, alpha=0.35, linewidth=0.8)
        ax.plot(steps, loss.mean(0), color=color, linestyle=line, label=name)
    ax.set(xlabel="training steps", ylabel="loss (nats a token)", ylim=(0, None))
    ax.legend(handlelength=3)
    return fig
