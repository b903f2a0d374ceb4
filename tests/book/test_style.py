"""Figures: one look, readable on both pages, and words for each."""

import inspect
import re

import matplotlib as mpl
import numpy as np
import pytest
from course import figures, style
from matplotlib.figure import Figure


def luminance(color: str) -> float:
    channels = np.array(mpl.colors.to_rgb(color))
    low, high = channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    return float(np.where(channels <= 0.03928, low, high) @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    dark, light = sorted([luminance(a), luminance(b)])
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(autouse=True)
def look():
    """The book's style, for one test only."""
    with mpl.rc_context():
        style.use()
        yield


@pytest.mark.parametrize("page", ["#ffffff", "#121212"])
def test_every_colour_stands_out_from_both_pages(page):
    colors = [look["color"] for look in style.MODEL.values()]
    for color in [*colors, style.GREEN, style.RED, style.MUTED]:
        assert contrast(color, page) >= 3


def test_models_differ_in_line_and_marker_too():
    for key in ["color", "linestyle", "marker"]:
        assert len({str(look[key]) for look in style.MODEL.values()}) == 5


def test_ink_is_the_same_in_the_style_file():
    for key in ["text.color", "axes.edgecolor", "xtick.color", "ytick.color"]:
        assert mpl.colors.to_hex(mpl.rcParams[key]) == style.INK


def test_html_takes_the_ink_of_the_page_and_says_what_it_shows():
    fig, ax = style.figure('A line that "rises" & ends.')
    ax.plot([0, 1])
    ax.set_title("title")
    made = style.to_html(fig)
    assert made.startswith("<svg")
    assert style.INK not in made
    assert "currentColor" in made
    assert 'aria-label="A line that &quot;rises&quot; &amp; ends."' in made
    assert not re.search(r'<svg[^>]* (width|height)="', made)


def test_two_figures_share_no_id():
    ids = []
    for _ in range(2):
        fig, ax = style.figure("A line.")
        ax.plot([0, 1])
        ids.append(set(re.findall(r'\bid="([^"]+)"', style.to_html(fig))))
    assert ids[0]
    assert not ids[0] & ids[1]


def test_references_inside_a_figure_resolve():
    fig, ax = style.figure("A line.")
    ax.plot([0, 1])
    made = style.to_html(fig)
    named = set(re.findall(r'(?:href="#|url\(#)([^")]+)', made))
    assert named
    assert named <= set(re.findall(r'\bid="([^"]+)"', made))


def test_an_animation_needs_no_network():
    states = np.random.default_rng(0).normal(size=(4, 3))
    made = style.animation_to_html(figures.state_flow("hell", np.zeros(3), states))
    assert "http" not in re.sub(r"xmlns\S*|base64,\S+", "", made)
    assert "fa-" not in made
    assert 'role="group" aria-label="Frame by frame' in made


def test_every_figure_is_a_function_named_as_its_file_with_words():
    assert len(figures.__all__) >= 10
    for name in figures.__all__:
        function = getattr(figures, name)
        module = inspect.getmodule(function)
        assert module.__name__ == f"course.figures.{name}"
        assert len(module.ALT) > 60
        assert function.__doc__


def test_figures_draw_without_a_global_figure():
    assert isinstance(figures.unrolled_rnn(3), Figure)
    assert isinstance(figures.push_on_scores("helo", "hell", np.eye(4) - 0.25), Figure)
    assert "matplotlib.pyplot" not in inspect.getsource(style)
