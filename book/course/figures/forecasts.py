"""A series, the part held out, and forecasts of it."""

import numpy as np
from matplotlib.figure import Figure

from ..style import INK, MUTED, RED, figure

ALT = (
    "Yearly sunspot numbers from 1700 on: waves of about eleven years whose heights "
    "differ. Below, the last decades enlarged with the forecasts: persistence lags a "
    "year behind, the rule with two past years follows the turns."
)


def forecasts(
    years: np.ndarray, values: np.ndarray, first: int, forecast: dict[str, np.ndarray]
) -> Figure:
    """Draw the whole series, and the last sixty years with each forecast.

    Parameters
    ----------
    years, values : (N,) the series.
    first : place of the first year held out.
    forecast : name -> (N - first,) what was said one year before.
    """
    fig, (top, low) = figure(ALT, height=3.4, rows=2, height_ratios=[1, 1.5])
    top.plot(years, values, color=INK, linewidth=0.9)
    top.axvspan(years[first], years[-1], color=MUTED, alpha=0.2, linewidth=0)
    top.text(years[first] + 2, values.max() * 0.93, "held out", fontsize=8)
    top.set(ylabel="sunspots", xlim=years[[0, -1]])
    late = years[first:] >= years[-1] - 60
    low.plot(years[first:][late], values[first:][late], color=INK, label="truth")
    looks = [(MUTED, "--"), (RED, ":")]
    for (color, line), (name, said) in zip(looks, forecast.items(), strict=True):
        look = {"color": color, "linestyle": line, "label": name}
        low.plot(years[first:][late], said[late], **look)
    low.set(xlabel="year", ylabel="sunspots", ylim=(-5, values.max() * 1.35))
    low.legend(ncols=3, loc="upper center", fontsize=8)
    return fig
