"""Small images in a row, each with its label."""

import numpy as np
from matplotlib.figure import Figure

from ..style import figure

ALT = (
    "Coarse images of handwritten digits in a row, dark on light, each with the "
    "digit that it shows written above it."
)


def labelled_images(images: np.ndarray, labels: np.ndarray) -> Figure:
    """Draw images side by side, dark where their values are high.

    Parameters
    ----------
    images : (N, rows, columns) grey values.
    labels : (N,) what stands above each image.
    """
    fig, axes = figure(ALT, height=0.85, columns=len(images))
    for ax, image, label in zip(axes, images, labels, strict=True):
        # Ink on paper, whatever the colour of the page: a digit reads either way.
        ax.imshow(image, cmap="gray_r", interpolation="nearest")
        ax.set_title(str(label), loc="center")
        ax.axis("off")
    return fig
