"""How a scan reaches all states in a few rounds: each adds what lies twice as far."""

from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Rows of discs, one row a round. In the first round each disc takes in its left "
    "neighbour, in the second the disc two places to the left, in the third the one "
    "four places to the left; after three rounds each of eight discs covers all before."
)


def doubling_scan(T: int) -> Figure:
    """Draw the rounds of a scan over T steps, a power of two.

    A disc carries the range of steps that it covers.
    """
    rounds = T.bit_length() - 1
    fig, ax = figure(ALT, height=0.75 * (rounds + 1))
    for row in range(rounds + 1):
        reach = 2**row
        for t in range(T):
            done = t < reach
            color = MODEL["gru"]["color"] if done else MUTED
            ax.scatter(t, -row, s=420, color=color, alpha=0.35, linewidth=0)
            first = max(0, t - reach + 1) + 1
            text = f"{first}" if first == t + 1 else f"{first}–{t + 1}"
            ax.text(t, -row, text, ha="center", va="center", fontsize=8.5)
            if row < rounds:
                _arrows(ax, t, row, reach)
    ax.set(xlim=(-1.9, T - 0.5), ylim=(-rounds - 0.45, 0.45))
    for row in range(rounds + 1):
        name = "start" if row == 0 else f"round {row}"
        ax.text(-0.75, -row, name, ha="right", va="center", fontsize=9)
    ax.axis("off")
    return fig


def _arrows(ax, t: int, row: int, reach: int) -> None:
    """Draw what the disc below takes in: the one above it and one to the left."""
    arrow = {"arrowstyle": "-|>", "linewidth": 0.9, "shrinkA": 9, "shrinkB": 9}
    sources = [(t, MUTED)] + ([(t - reach, INK)] if t >= reach else [])
    for source, color in sources:
        line = arrow | {"color": color}
        ax.annotate("", (t, -row - 1), (source, -row), arrowprops=line)
