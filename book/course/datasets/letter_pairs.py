"""Letters to copy or to turn around: pairs in which only the order matters."""

from string import ascii_lowercase

import torch

from .pairs import Pairs


def letter_pairs(
    lengths: torch.Tensor, letters: int, generator: torch.Generator, turn: bool
) -> Pairs:
    """Return random words with their capitals, in the same order or turned around.

    With `turn`, abc becomes CBA, else ABC. Letters are drawn evenly.

    Parameters
    ----------
    lengths : (N,) letters of each word.
    letters : how many letters of the alphabet are in use, at most 26.
    """
    pairs = []
    for n in lengths.tolist():
        drawn = torch.randint(letters, (n,), generator=generator)
        word = [ascii_lowercase[k] for k in drawn]
        capitals = [letter.upper() for letter in word]
        pairs.append((word, capitals[::-1] if turn else capitals))
    return Pairs.of(pairs)
