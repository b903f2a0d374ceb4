"""Text to learn from, and text held out: the split that every chapter uses."""

import numpy as np

WINDOWS, WIDTH = 7000, 25
"""What chapter 1 reads once: so many windows of so many characters."""


def learned_and_held_out(
    tokens: np.ndarray, learned: int = WINDOWS * WIDTH + WIDTH + 1
) -> tuple[np.ndarray, np.ndarray]:
    """Split a text by place: its first part, and ten pieces spread over the rest.

    Parameters
    ----------
    tokens : (N,) the whole text, at least 10,010 tokens longer than `learned`.
    learned : tokens of the first part; the default is what chapter 1 learns from.

    Returns
    -------
    learned : (learned,) tokens to learn from.
    held_out : (10, 1001) pieces to measure on, none of which overlaps another.

    Raises
    ------
    ValueError : if the text is too short for ten pieces beside the first part.
    """
    pieces, length = 10, 1001
    first, rest = np.split(tokens, [learned])
    if len(rest) < pieces * length:
        raise ValueError(
            f"The text has {len(tokens):,} tokens; {learned + pieces * length:,} "
            "are needed. Pass a smaller 'learned'."
        )
    begins = np.linspace(0, len(rest) - length, pieces).astype(int)
    return first, np.stack([rest[i : i + length] for i in begins])
