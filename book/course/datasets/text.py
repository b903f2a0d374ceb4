"""Text as numbers, and a text that every Python has."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Characters:
    """A text as numbers.

    Attributes
    ----------
    letters : every character that occurs, sorted; its place is its token.
    tokens : (N,) the text, one token a character.
    """

    letters: str
    tokens: np.ndarray

    @classmethod
    def of(cls, text: str) -> "Characters":
        """Number the characters of a text."""
        letters = "".join(sorted(set(text)))
        place = {letter: k for k, letter in enumerate(letters)}
        return cls(letters, np.array([place[letter] for letter in text]))

    def spell(self, tokens: np.ndarray) -> str:
        """Turn tokens back into text."""
        return "".join(self.letters[k] for k in tokens)


def python_help() -> str:
    """Return Python's own help topics: about half a million characters of prose.

    They ship with every Python as `pydoc_data.topics`, under the PSF licence; the
    text differs a little from one Python version to the next.
    """
    from pydoc_data.topics import topics

    return "\n".join(topics[name] for name in sorted(topics))
