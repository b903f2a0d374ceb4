"""The language of n letters a followed by n letters b, as a prediction task."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def equal_counts(lengths: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Write one string a...ab...b for each n, and what must follow each letter b.

    After a letter a anything may follow, so nothing is asked there. After a letter b
    it is decided: another b while fewer b than a were read, else the end.

    Returns
    -------
    x : (strings, 2 * longest, 2) one-hot letters, zeros behind a string's end.
    target : (strings, 2 * longest) 1 where b follows, -1 where the string ends, and
        0 where nothing is asked.
    """
    n = torch.as_tensor(lengths)[:, None]
    place = torch.arange(2 * int(n.max()))  # (2 * longest,)
    is_b = (place >= n) & (place < 2 * n)
    letters = one_hot(is_b.long(), 2) * (place < 2 * n)[..., None]
    target = is_b.float() - 2.0 * (place == 2 * n - 1)
    return letters.float(), target
