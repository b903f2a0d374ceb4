"""A moving picture: characters grow together into tokens."""

from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from ..style import GREEN, INK, MUTED, figure

ALT = (
    "Frame by frame, a line of text is cut into fewer and longer tokens: at first "
    "every character is a box of its own, then frequent neighbours share one, until "
    "whole words are single boxes."
)


def merging(frames: list[tuple[str, list[str]]]) -> FuncAnimation:
    """Animate one line of text, one frame a merge that changes it.

    Parameters
    ----------
    frames : for each frame its title, and the tokens of the line.
    """
    fig, ax = figure(ALT, height=1.1)
    before = [set()] + [set(_places(tokens)) for _, tokens in frames[:-1]]

    def frame(k: int) -> list:
        ax.clear()
        title, tokens = frames[k]
        _draw(ax, tokens, before[k] if k else set(_places(tokens)))
        ax.set_title(f"{title}: {len(tokens)} tokens", fontsize=9)
        return []

    animation = FuncAnimation(fig, frame, frames=len(frames), interval=700)
    animation.alt = ALT
    return animation


def _places(tokens: list[str]) -> list[tuple[int, int]]:
    """Return where each token begins and ends."""
    ends, at = [], 0
    for token in tokens:
        ends.append((at, at + len(token)))
        at += len(token)
    return ends


def _draw(ax: Axes, tokens: list[str], old: set) -> None:
    """Draw each token as a box; green if the last merge made it."""
    for token, (start, end) in zip(tokens, _places(tokens), strict=True):
        color = MUTED if (start, end) in old else GREEN
        box = FancyBboxPatch(
            (start + 0.08, 0),
            end - start - 0.16,
            1,
            boxstyle="round,pad=0,rounding_size=0.15",
            facecolor=color + "30",
            edgecolor=color,
            linewidth=1.2,
        )
        ax.add_patch(box)
        for i, letter in enumerate(token):
            sign = "·" if letter == " " else letter
            x = start + i + 0.5
            ax.text(x, 0.47, sign, ha="center", va="center", color=INK, fontsize=11)
    ax.set(xlim=(-0.1, _places(tokens)[-1][1] + 0.1), ylim=(-0.1, 1.1))
    ax.axis("off")
