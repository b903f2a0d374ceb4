"""Draw the mark of the book, its favicon, and the picture that a shared link shows.

Five states stand along an arc, in the colours of the five models. The first has the
loop of a recurrent network; the last looks back at all, as attention does.
"""

import math
from pathlib import Path

from course import style
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle
from sphinx.application import Sphinx
from sphinx.config import Config

ORDER = ["rnn", "attention", "lstm", "gru", "transformer"]
COLORS = [style.MODEL[name]["color"] for name in ORDER]
PAPER = "#FFFFFF"
CARD = (1200, 630)
"""Pixels of the picture for shared links, the size that such pages expect."""
TITLE = "From RNNs to Transformers"
LINE = "A course in sequence models\nthat you take by building them"


def places(width: float, height: float, low: float) -> list[tuple[float, float]]:
    """Return the centres of the five states, y downwards, `low` at both ends."""
    angles = [math.pi * (1 - k / 4) for k in range(5)]
    return [(width / 2 * (1 + math.cos(a)), low - height * math.sin(a)) for a in angles]


def mark(lines: bool) -> str:
    """Return the mark as SVG: with the lines for the sidebar, without as favicon."""
    radius = 7 if lines else 10
    spots = [(10 + x, y) for x, y in places(44, 34, 48)]
    (first_x, first_y), (last_x, last_y) = spots[0], spots[-1]
    drawn = [
        f'<path d="M{last_x:.1f} {last_y:.1f}L{x:.1f} {y:.1f}"/>' for x, y in spots[:-1]
    ]
    loop = f'<circle cx="{first_x:.1f}" cy="{first_y + 6:.1f}" r="7"/>'
    strokes = f'<g fill="none" stroke="{style.MUTED}" stroke-width="1.6">'
    strokes += f"{''.join(drawn)}{loop}</g>"
    discs = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{color}"/>'
        for (x, y), color in zip(spots, COLORS, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f"{strokes if lines else ''}{discs}</svg>\n"
    )


def card() -> Figure:
    """Return the picture for shared links."""
    fig = Figure(figsize=(CARD[0] / 100, CARD[1] / 100), dpi=100, facecolor=PAPER)
    axes = fig.add_axes((0, 0, 1, 1), xlim=(0, CARD[0]), ylim=(CARD[1], 0))
    axes.set_axis_off()
    spots = [(90 + x, y) for x, y in places(400, 220, 400)]
    for x, y in spots[:-1]:
        axes.plot(
            [spots[-1][0], x], [spots[-1][1], y], color=style.MUTED, lw=2, zorder=1
        )
    axes.add_patch(Arc((spots[0][0], 452), 84, 84, color=style.MUTED, lw=2, zorder=1))
    for spot, color in zip(spots, COLORS, strict=True):
        axes.add_patch(Circle(spot, 46, color=color, zorder=2))
    words = {"family": "DejaVu Sans", "color": style.INK, "va": "top"}
    axes.text(600, 180, TITLE.replace(" to ", "\nto "), size=40, weight="bold", **words)
    axes.text(600, 350, LINE, size=22, linespacing=1.5, **words)
    return fig


def draw(folder: Path) -> None:
    """Write the three pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "logo.svg").write_text(mark(lines=True), encoding="utf-8")
    (folder / "favicon.svg").write_text(mark(lines=False), encoding="utf-8")
    card().savefig(folder / "social.png", metadata={"Software": None})


def use(app: Sphinx, config: Config) -> None:
    """Draw the pictures before the theme looks for them."""
    folder = Path(app.outdir).parent / "brand"
    draw(folder)
    config.html_static_path.append(str(folder))
    config.html_favicon = str(folder / "favicon.svg")
    logo = str(folder / "logo.svg")
    config.html_theme_options["logo"] = {
        "image_light": logo,
        "image_dark": logo,
        "text": TITLE,
    }


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("config-inited", use, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
