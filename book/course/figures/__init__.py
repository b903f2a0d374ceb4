"""The figures of the book: data in, `matplotlib.figure.Figure` out, one a file.

`figures.state_flow(...)` calls the function `state_flow` of the file `state_flow.py`.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

__all__ = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))


def __getattr__(name: str) -> Callable:
    """Load a figure when it is first asked for, so that each stands alone."""
    if name not in __all__:
        raise AttributeError(f"There is no figure named {name!r} in course.figures.")
    function = getattr(import_module(f".{name}", __name__), name)
    globals()[name] = function  # importing has put the module there
    return function
