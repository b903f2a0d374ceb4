"""Which misconception is a wrong answer? Compared by value, on fresh inputs."""

import copy
import secrets
import warnings
from collections.abc import Callable, Iterable

import numpy as np

from .answers import Answer, Catalogue, fresh_inputs, same

DRAWS = 10  # inputs on which a match must hold


def recognise(
    call: Callable,
    task: str,
    catalogue: Catalogue,
    seeds: Iterable[int] | None = None,
) -> Answer | None:
    """The one misconception whose values are the student's, or None.

    A match holds on every draw and is unique. Nothing is named where the student's
    values are also a right answer's, or where the student's function raises.

    Parameters
    ----------
    call : `call(*args)` calls the student's function by value.
    task : the task that the function answers.
    catalogue : the assignment's wrong and right answers, and its inputs.
    seeds : one draw of inputs for each; by default not known in advance.
    """
    wrong = [answer for answer in catalogue.misconceptions if answer.task == task]
    right = [answer for answer in catalogue.alternatives if answer.task == task]
    if not wrong or task not in catalogue.inputs:
        return None
    for args in fresh_inputs(catalogue, task, seeds or _fresh_seeds()):
        try:
            value = call(*copy.deepcopy(args))
        except Exception:
            return None
        wrong = [answer for answer in wrong if _gives(answer, args, value)]
        right = [answer for answer in right if _gives(answer, args, value)]
        if not wrong:
            return None
    return wrong[0] if len(wrong) == 1 and not right else None


def _fresh_seeds() -> list[int]:
    return [secrets.randbits(32) for _ in range(DRAWS)]


def _gives(answer: Answer, args: tuple, value: object) -> bool:
    """Whether `answer` computes `value` from `args`; not if it raises."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong answer may well overflow
        try:
            return same(answer.function(*copy.deepcopy(args)), value)
        except Exception:
            return False
