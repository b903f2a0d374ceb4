"""One LSTM cell at one step, with its numbers: whole, or one step highlighted."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "A cell of an LSTM. A rail at the top carries the cell state from left to right, "
    "through a product and a sum. Below it four boxes read the input and the old "
    "hidden state: forget gate, input gate, candidate and output gate."
)
STEPS = {
    "whole": "All of it is drawn in colour, with the numbers of one step.",
    "forget": "In colour: the forget gate.",
    "input": "In colour: the input gate, the candidate, and their product.",
    "update": "In colour: the rail, where the old state is scaled and added to.",
    "output": "In colour: the output gate, the squashed cell state, and their product.",
}
ORDER = ["forget", "input", "update", "output"]
RAIL, BUS, BOX = 6.2, 0.75, 2.3
"""Heights of the cell state's rail, of the line with the inputs, and of the boxes."""


def lstm_cell(
    letter: str, values: dict[str, np.ndarray], step: str = "whole"
) -> Figure:
    """Draw the cell; numbers of later steps than the highlighted one are left out.

    Parameters
    ----------
    letter : the input.
    values : name -> (H,) numbers of c_old, h_old, f, i, c_tilde, o, c and h.
    step : "whole", "forget", "input", "update" or "output".
    """
    fig, ax = figure(f"{ALT} {STEPS[step]}", height=3.5)
    ax.set(xlim=(-0.55, 10.35), ylim=(-0.15, 7.1))
    ax.axis("off")
    draw = _Pen(ax, values, step)
    _rail(draw)
    _inputs(draw, letter)
    _gates(draw)
    _output(draw)
    return fig


def _rail(draw: "_Pen") -> None:
    """Draw the cell state's way, from the old one to the new one."""
    draw.line([(0.35, RAIL), (1.75, RAIL)], "update", arrow=True)
    draw.line([(2.25, RAIL), (4.65, RAIL)], "update", arrow=True)
    draw.line([(5.15, RAIL), (9.3, RAIL)], "update", arrow=True)
    draw.node((2.0, RAIL), r"$\odot$", "update")
    draw.node((4.9, RAIL), "$+$", "update")
    draw.name((0.0, RAIL), "$c_{t-1}$", "given")
    draw.numbers((0.75, RAIL + 0.06), "c_old", "given", below=True)
    draw.numbers((3.5, RAIL + 0.06), "f_c", "update", below=True)
    draw.name((9.75, RAIL), "$c_t$", "update")
    draw.numbers((6.9, RAIL + 0.06), "c", "update", below=True)


def _inputs(draw: "_Pen", letter: str) -> None:
    """Draw the line that leads input and old hidden state to the four boxes."""
    draw.line([(0.35, BUS), (7.1, BUS)], "given")
    draw.name((-0.05, BUS), "$h_{t-1}$", "given")
    draw.numbers((0.85, BUS + 0.06), "h_old", "given", below=False)
    draw.name((-0.05, 0.05), "$x_t$", "given")
    draw.name((0.95, 0.05), f"‘{letter}’", "given")
    draw.line([(0.35, 0.05), (0.6, 0.05)], "given")
    draw.line([(1.3, 0.05), (1.6, 0.05), (1.6, BUS)], "given")


def _gates(draw: "_Pen") -> None:
    """Draw the four boxes, and the lines from the first three to the rail."""
    boxes = [(2.0, "f", "$f_t$", r"$\sigma$", "forget")]
    boxes += [(3.9, "i", "$i_t$", r"$\sigma$", "input")]
    boxes += [(5.9, "c_tilde", r"$\tilde{c}_t$", "tanh", "input")]
    boxes += [(7.1, "o", "$o_t$", r"$\sigma$", "output")]
    for x, _, name, squash, part in boxes:
        draw.line([(x, BUS), (x, BOX - 0.42)], part, arrow=True)
        draw.box((x, BOX), squash, part)
        draw.name((x - 0.3, BOX + 0.85), name, part)
    draw.line([(2.0, BOX + 0.4), (2.0, RAIL - 0.25)], "forget", arrow=True)
    draw.numbers((2.45, 4.15), "f", "forget")
    meet = 4.45
    draw.line([(3.9, BOX + 0.4), (3.9, meet), (4.65, meet)], "input", arrow=True)
    draw.line([(5.9, BOX + 0.4), (5.9, meet), (5.15, meet)], "input", arrow=True)
    draw.node((4.9, meet), r"$\odot$", "input")
    draw.line([(4.9, meet + 0.25), (4.9, RAIL - 0.25)], "input", arrow=True)
    draw.numbers((3.5, 4.0), "i", "input")
    draw.numbers((6.3, 4.0), "c_tilde", "input")
    draw.numbers((5.35, 5.3), "i_c_tilde", "input")


def _output(draw: "_Pen") -> None:
    """Draw the way from the new cell state to the new hidden state."""
    draw.line([(8.5, RAIL), (8.5, 5.42)], "output", arrow=True)
    draw.box((8.5, 5.1), "tanh", "output", height=0.3)
    draw.line([(8.5, 4.75), (8.5, 4.05)], "output", arrow=True)
    draw.node((8.5, 3.8), r"$\odot$", "output")
    draw.line([(7.1, BOX + 0.4), (7.1, 3.8), (8.25, 3.8)], "output", arrow=True)
    draw.line([(8.5, 3.55), (8.5, BUS), (9.3, BUS)], "output", arrow=True)
    draw.numbers((7.6, 3.15), "o", "output")
    draw.numbers((8.95, 4.4), "tanh_c", "output")
    draw.numbers((8.95, 2.2), "h", "output")
    draw.name((9.75, BUS), "$h_t$", "output")


class _Pen:
    """Draws parts in the model's colour, or muted where they are not the point."""

    def __init__(self, ax: Axes, values: dict[str, np.ndarray], step: str) -> None:
        self.ax, self.step = ax, step
        more = {"i_c_tilde": values["i"] * values["c_tilde"]}
        more["f_c"] = values["f"] * values["c_old"]
        more["tanh_c"] = np.tanh(values["c"])
        self.values = values | more

    def _color(self, part: str) -> str:
        if part == "given":
            return INK
        lit = self.step in ("whole", part)
        return MODEL["lstm"]["color"] if lit else MUTED

    def line(self, points: list, part: str, arrow: bool = False) -> None:
        color, wide = self._color(part), part in (self.step, "given")
        x, y = zip(*points, strict=True)
        width = 1.7 if wide or self.step == "whole" else 0.8
        self.ax.plot(x, y, color=color, linewidth=width, solid_capstyle="round")
        if arrow:
            style = {"arrowstyle": "-|>", "color": color, "mutation_scale": 9}
            style |= {"shrinkA": 0, "shrinkB": 0, "linewidth": width}
            self.ax.annotate("", points[-1], points[-2], arrowprops=style)

    def node(self, center: tuple, sign: str, part: str) -> None:
        color = self._color(part)
        ring = Circle(center, 0.26, facecolor="none", edgecolor=color, linewidth=1.3)
        self.ax.add_patch(ring)
        self.ax.text(*center, sign, color=color, ha="center", va="center", fontsize=11)

    def box(self, center: tuple, text: str, part: str, height: float = 0.5) -> None:
        color, (x, y) = self._color(part), center
        place = (x - 0.36, y - height / 2)
        look = {"facecolor": color + "33", "edgecolor": color, "linewidth": 1.3}
        shape = FancyBboxPatch(place, 0.72, height, boxstyle="round,pad=0.09", **look)
        self.ax.add_patch(shape)
        size = 12 if text == r"$\sigma$" else 8.5
        self.ax.text(x, y, text, ha="center", va="center", color=INK, fontsize=size)

    def name(self, place: tuple, text: str, part: str) -> None:
        color = INK if self._color(part) != MUTED else MUTED
        self.ax.text(*place, text, ha="center", va="center", color=color, fontsize=12)

    def numbers(
        self, place: tuple, name: str, part: str, below: bool | None = None
    ) -> None:
        """Write a column of numbers; those of steps still to come are left out."""
        later = part in ORDER and self.step in ORDER
        if later and ORDER.index(part) > ORDER.index(self.step):
            return
        color = INK if self._color(part) != MUTED else MUTED
        text = "\n".join(f"{v:.2f}".replace("-", "−") for v in self.values[name])
        side = {True: "top", False: "bottom", None: "center"}[below]
        y = place[1] + {True: -0.22, False: 0.12, None: 0.0}[below]
        self.ax.text(place[0], y, text, ha="center", va=side, color=color, fontsize=8.5)
