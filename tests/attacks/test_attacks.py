"""Every attack, by name: the class is graded once."""

import warnings

import pytest

from .cases import ALL
from .run import run


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged notebooks are meant
        return run(tmp_path_factory.mktemp("attacks") / "class", ALL)


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_outcome_is_right(outcomes, case):
    assert not case.complaints(outcomes[case.name])


def test_every_number_of_the_list_has_a_case():
    listed = {case.number.rstrip("bcdef") for case in ALL}
    assert {str(n) for n in range(1, 63)} <= listed


def test_names_are_students_of_their_own():
    assert len({case.name for case in ALL}) == len(ALL)
