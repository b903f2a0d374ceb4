"""Show on the page code that lives in this package, from where it lives."""

import inspect

from IPython.display import Markdown


def show(*things: type | object) -> Markdown:
    """Return the source of classes or functions, as highlighted code."""
    source = "\n\n".join(inspect.getsource(thing).rstrip() for thing in things)
    return Markdown(f"```python\n{source}\n```")
