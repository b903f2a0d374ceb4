"""Attention weights as a heat-map: rows are what is written, columns what is read."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ..style import MODEL, figure

ALT = (
    "Heat-maps of attention weights, source tokens across and target tokens down; a "
    "stronger colour is a larger weight. {read}."
)


def alignment(
    pairs: list[tuple[np.ndarray, list[str], list[str]]], height: float = 3.0
) -> Figure:
    """Draw a heat-map for each pair.

    Parameters
    ----------
    pairs : (T, S) weights, S source tokens, T target tokens.
    """
    read = "; ".join(
        f"{' '.join(target)} looks mostly at "
        + " ".join(source[j] for j in weights.argmax(axis=1))
        for weights, source, target in pairs
    )
    fig, axes = figure(ALT.format(read=read), height, 1, len(pairs), squeeze=False)
    for ax, (weights, source, target) in zip(axes.flat, pairs, strict=True):
        image = np.empty((*weights.shape, 4))
        image[..., :3] = to_rgb(MODEL["attention"]["color"])
        image[..., 3] = weights  # weight 0 lets the page through
        ax.imshow(image, aspect="auto")
        ax.set_xticks(range(len(source)), source, rotation=90)
        ax.set_yticks(range(len(target)), target)
        ax.set_xticks(np.arange(len(source) + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(len(target) + 1) - 0.5, minor=True)
        ax.grid(visible=False, which="major")
        ax.grid(visible=True, which="minor")
        ax.tick_params(length=0, which="both")
    return fig
