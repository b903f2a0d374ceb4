"""One step of a GRU as a drawing, with the numbers of one unit in it."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..style import INK, MODEL, figure

ALT = (
    "A GRU cell with the numbers of one unit. The old state runs along the top, is "
    "multiplied by the update gate and meets the candidate, which is multiplied by "
    "one minus the update gate. Their sum is the new state. The reset gate multiplies "
    "the old state's product on its way into the candidate."
)


def gru_cell(numbers: dict[str, float]) -> Figure:
    """Draw the cell and write a unit's numbers beside its symbols.

    Parameters
    ----------
    numbers : of one unit: `h_old`, `past`, `r`, `z`, `n` and `h_new`.
    """
    fig, ax = figure(ALT, height=3.3)
    ax.set(xlim=(-0.5, 11.2), ylim=(-0.5, 6.3))
    ax.axis("off")
    _wires(ax)
    _box(ax, 2.0, 2.2, "$r_t$", numbers["r"])
    _box(ax, 4.0, 2.2, r"$\eta_t$", numbers["past"])
    _box(ax, 5.8, 3.6, "$n_t$", numbers["n"])
    _box(ax, 7.2, 2.2, "$z_t$", numbers["z"])
    for x, y, sign in [
        (4, 3.6, "×"),
        (7.2, 5.2, "×"),
        (8.8, 3.6, "×"),
        (8.8, 5.2, "+"),
    ]:
        _node(ax, x, y, sign)
    kept = numbers["z"] * numbers["h_old"]
    taken = (1 - numbers["z"]) * numbers["n"]
    ax.text(8.95, 2.7, f"$1-z_t$ = {_signed(1 - numbers['z'])}", fontsize=9)
    ax.text(8.0, 5.45, _signed(kept), ha="center", fontsize=9)
    ax.text(8.95, 4.35, _signed(taken), va="center", fontsize=9)
    _end(ax, 0.1, 5.6, "$h_{t-1}$", numbers["h_old"])
    _end(ax, 10.3, 5.6, "$h_t$", numbers["h_new"])
    ax.text(-0.35, 0.1, "$x_t$", ha="left", va="center", fontsize=12)
    return fig


def _wires(ax: Axes) -> None:
    """Draw the lines: the state above, the two buses below, the gates' outputs."""
    for path in [
        [(0.1, 5.2), (6.92, 5.2)],
        [(7.48, 5.2), (8.52, 5.2)],
        [(9.08, 5.2), (10.8, 5.2)],
        [(0.9, 0.9), (7.0, 0.9), (7.0, 1.72)],
        [(0.1, 0.1), (7.4, 0.1), (7.4, 1.72)],
        [(1.8, 0.9), (1.8, 1.72)],
        [(2.2, 0.1), (2.2, 1.72)],
        [(4.0, 0.9), (4.0, 1.72)],
        [(5.8, 0.1), (5.8, 3.12)],
        [(2.0, 2.68), (2.0, 3.6), (3.72, 3.6)],
        [(4.0, 2.68), (4.0, 3.32)],
        [(4.28, 3.6), (5.3, 3.6)],
        [(6.3, 3.6), (8.52, 3.6)],
        [(7.2, 2.68), (7.2, 4.92)],
        [(7.7, 2.2), (8.8, 2.2), (8.8, 3.32)],
        [(8.8, 3.88), (8.8, 4.92)],
    ]:
        _wire(ax, path)
    ax.plot([0.9, 0.9], [5.2, 0.9], color=INK, linewidth=1.1)
    taps = [(0.9, 5.2), (1.8, 0.9), (4.0, 0.9), (2.2, 0.1), (5.8, 0.1)]
    ax.plot(*zip(*taps, strict=True), "o", color=INK, markersize=3)


def _wire(ax: Axes, path: list[tuple[float, float]]) -> None:
    """Draw a line with corners that ends in an arrow."""
    ax.plot(*zip(*path[:-1], strict=True), color=INK, linewidth=1.1)
    arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.1, "shrinkA": 0}
    ax.annotate("", path[-1], path[-2], arrowprops={**arrow, "shrinkB": 0})


def _box(ax: Axes, x: float, y: float, symbol: str, number: float) -> None:
    color = MODEL["gru"]["color"]
    box = {"boxstyle": "round,pad=0.3", "facecolor": color + "30", "edgecolor": color}
    text = f"{symbol}\n{_signed(number)}"
    ax.text(x, y, text, ha="center", va="center", fontsize=9, bbox=box, linespacing=1.3)


def _node(ax: Axes, x: float, y: float, sign: str) -> None:
    ax.plot(x, y, "o", markersize=13, markerfacecolor="none", markeredgecolor=INK)
    ax.text(x, y, sign, ha="center", va="center_baseline", fontsize=11)


def _end(ax: Axes, x: float, y: float, symbol: str, number: float) -> None:
    ax.text(x, y, f"{symbol} = {_signed(number)}", ha="center", fontsize=9)


def _signed(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")
