"""Dates in words, English to Korean: exact pairs in which whole blocks move."""

import re
from collections.abc import Iterable
from datetime import date

from num2words import num2words

from .number_words import english, korean
from .pairs import Pairs

MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]


def english_date(day: date) -> list[str]:
    """Return 30 July 2019 as july, thirtieth, two, thousand, nineteen."""
    ordinal = re.findall(r"[a-z]+", num2words(day.day, to="ordinal"))
    return [MONTHS[day.month - 1], *ordinal, *english(day.year)]


def korean_date(day: date) -> list[str]:
    """Return 30 July 2019 as 이 천 십 구 년 칠 월 삼 십 일: year, month, day.

    June and October drop the last sound of their numbers: 유월, 시월.
    """
    month = {6: ["유"], 10: ["시"]}.get(day.month, korean(day.month))
    return [*korean(day.year), "년", *month, "월", *korean(day.day), "일"]


def date_words(days: Iterable[date]) -> Pairs:
    """Return dates as pairs: the year, last in English, comes first in Korean.

    The numbers' words come from the package num2words (LGPL).
    """
    return Pairs.of([(english_date(d), korean_date(d)) for d in days])
