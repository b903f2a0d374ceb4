"""All cases, by number."""

import re

from . import forging, malformed, oversize, process, replies, stealing
from .case import CASES, Case

FAMILIES = (process, forging, stealing, malformed, replies, oversize)


def _order(case: Case) -> tuple:
    kind, number, variant = re.fullmatch(r"(R?)(\d+)(\w*)", case.number).groups()
    return kind, int(number), variant


ALL = sorted(CASES, key=_order)
