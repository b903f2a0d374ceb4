"""A wrong answer is named by its values, or not at all."""

import numpy as np
import pytest

from autograder.answers import Answer, Catalogue
from autograder.diagnosis import recognise


def answer(function):
    return Answer("f", function.__name__, function, "")


def added(x, c):
    return x + c


def divided(x, c):
    return x / c


def wrong_when_empty(x, c):
    return x * c if len(x) else np.ones(1)


def raises(x, c):
    raise ValueError


def right(x, c):
    return c * x


@pytest.fixture
def catalogue():
    return Catalogue(
        misconceptions=[answer(f) for f in (added, divided, raises, wrong_when_empty)],
        alternatives=[answer(right)],
        inputs={"f": lambda rng: (rng.normal(size=rng.integers(0, 3)), rng.normal())},
    )


def test_the_one_match_is_named(catalogue):
    found = recognise(lambda x, c: c + x, "f", catalogue, range(20))
    assert found.name == "added"


def test_a_match_needs_no_seed_known_in_advance(catalogue):
    catalogue.inputs["f"] = lambda rng: (rng.normal(size=4), rng.normal())
    assert recognise(divided, "f", catalogue).name == "divided"


def test_a_right_answer_is_not_named(catalogue):
    catalogue.misconceptions.append(answer(lambda x, c: c * x))
    assert recognise(right, "f", catalogue, range(20)) is None


def test_a_mistake_that_shows_on_some_draws_only_is_named(catalogue):
    found = recognise(wrong_when_empty, "f", catalogue, range(20))
    assert found.name == "wrong_when_empty"


def test_a_match_on_some_draws_only_is_none(catalogue):
    def sometimes(x, c):
        return x + c if c > 0 else x - c

    assert recognise(sometimes, "f", catalogue, range(20)) is None


def test_two_matches_are_none(catalogue):
    catalogue.misconceptions.append(answer(lambda x, c: c + x))
    assert recognise(added, "f", catalogue, range(20)) is None


def test_an_answer_that_raises_is_not_named(catalogue):
    assert recognise(raises, "f", catalogue, range(20)) is None


def test_an_answer_that_changes_its_input_harms_no_comparison(catalogue):
    def in_place(x, c):
        x += c
        return x

    assert recognise(in_place, "f", catalogue, range(20)).name == "added"


def test_a_task_without_catalogue_is_not_named(catalogue):
    assert recognise(added, "g", catalogue) is None
    assert recognise(added, "f", Catalogue()) is None
