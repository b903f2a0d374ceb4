"""A text whose characters are coloured by what one cell holds after reading them."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..style import INK, MODEL, figure

ALT = (
    "Lines of Python code; behind each character a colour for {what}, blue where "
    "positive, orange where negative, the stronger the larger."
)


def activation_over_text(
    text: str,
    values: np.ndarray,
    what: str = "the value of one cell after reading it",
    width: int = 62,
) -> Figure:
    """Draw the text line by line; longer lines than `width` are broken.

    Parameters
    ----------
    text : the characters.
    values : (N,) from -1 to 1, one for each character.
    what : what the values are, for the description of the picture.
    """
    places, row, column = [], 0, 0
    for letter in text:
        if column == width:
            row, column = row + 1, 0
        places.append((row, column))
        row, column = (row + 1, 0) if letter == "\n" else (row, column + 1)
    rows = max(r for r, _ in places) + 1
    fig, ax = figure(ALT.format(what=what), height=0.1 + 0.175 * rows)
    ax.set(xlim=(0, width), ylim=(rows, 0))
    ax.axis("off")
    for letter, value, (r, k) in zip(text, values, places, strict=True):
        color = MODEL["lstm" if value > 0 else "rnn"]["color"]
        shade = {"facecolor": color, "alpha": 0.75 * abs(float(value)), "linewidth": 0}
        ax.add_patch(Rectangle((k, r), 1, 1, **shade))
        if letter not in " \n":
            look = {"ha": "center", "va": "center", "family": "DejaVu Sans Mono"}
            ax.text(k + 0.5, r + 0.5, letter, fontsize=8, color=INK, **look)
    return fig
