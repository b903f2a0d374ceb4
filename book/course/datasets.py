"""The data of the chapters: made on the spot, or shipped inside a package.

Nothing is downloaded. A function that draws at random takes the generator.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot


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


def recall_batch(
    batch: int, lag: int, generator: torch.Generator, symbols: int = 8
) -> tuple[Tensor, Tensor]:
    """Draw sequences that begin with the symbol to recall, then `lag` distractors.

    Returns
    -------
    x : (batch, lag + 1, 2 * symbols) one-hot; distractors have codes of their own.
    target : (batch,) the first symbol.
    """
    target = torch.randint(symbols, (batch,), generator=generator)
    noise = torch.randint(symbols, (batch, lag), generator=generator) + symbols
    tokens = torch.cat([target[:, None], noise], dim=1)  # (batch, lag + 1)
    return one_hot(tokens, 2 * symbols).float(), target


def echo_stream(
    batch: int, steps: int, lag: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw endless coin flips; the target is the flip from `lag` steps before.

    Returns
    -------
    x : (batch, steps, 1) flips as -1 or 1.
    target : (batch, steps) flips as 0 or 1, delayed by `lag`.
    """
    flips = torch.randint(2, (batch, lag + steps), generator=generator).float()
    return 2 * flips[:, lag:, None] - 1, flips[:, :steps]
