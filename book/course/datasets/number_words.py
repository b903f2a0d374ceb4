"""Numbers in words: the two languages group their digits differently."""

import re
from collections.abc import Iterable

from num2words import num2words

from .pairs import Pairs


def english(number: int) -> list[str]:
    """Return 21,003 as twenty, one, thousand, three."""
    return [w for w in re.findall(r"[a-z]+", num2words(number)) if w != "and"]


def korean(number: int) -> list[str]:
    """Return the syllables of a number in Sino-Korean: 21,003 is 이 만 천 삼."""
    return list(num2words(number, lang="ko").replace(" ", ""))


def number_words(numbers: Iterable[int]) -> Pairs:
    """Return numbers as pairs of English words and Korean syllables.

    English groups digits by thousands, Korean by ten thousands, so a translation
    has to group the digits anew. The words come from the package num2words (LGPL).
    """
    return Pairs.of([(english(n), korean(n)) for n in numbers])
