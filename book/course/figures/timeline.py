"""A timeline: events at their true places on an axis of years, labels in rows."""

from matplotlib.figure import Figure

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "A vertical axis of years from 1985 to 2025 with an event each: recurrent "
    "networks from 1986, the LSTM in 1997, then seven years crowded with the GRU and "
    "attention in 2014, the Transformer in 2017, and recurrent models again from "
    "2021 on."
)


def timeline(events: list[tuple[float, str, str, str]]) -> Figure:
    """Draw a dot and a line of text an event, in the order of the dates.

    Parameters
    ----------
    events : year as a decimal, date in words, what happened, and the model whose
        colour it takes (a key of `style.MODEL`, or an empty string).
    """
    rows = len(events)
    fig, ax = figure(ALT, height=0.27 * rows + 0.2)
    first, last = 1985, 2025.5
    ax.plot([0, 0], [0, 1], color=INK, linewidth=1)
    for year in range(1985, 2026, 5):
        y = 1 - (year - first) / (last - first)
        ax.plot([-0.03, 0], [y, y], color=INK, linewidth=1)
        ax.text(-0.05, y, str(year), ha="right", va="center", fontsize=8)
    for row, (year, date, what, model) in enumerate(events):
        look = MODEL.get(model, {"color": MUTED, "marker": "."})
        at = 1 - (year - first) / (last - first)
        level = 1 - row / (rows - 1)
        line = {"color": look["color"], "linewidth": 0.8}
        ax.plot([0, 0.12, 0.24], [at, level, level], **line, zorder=1)
        size = 7 if look["marker"] == "." else 5
        ax.plot(0, at, look["marker"], color=look["color"], markersize=size, zorder=3)
        ax.text(0.26, level, date, va="center", fontsize=8, color=INK)
        ax.text(0.56, level, what, va="center", fontsize=8, color=look["color"])
    ax.set(xlim=(-0.18, 1.85), ylim=(-0.03, 1.03))
    ax.axis("off")
    return fig
