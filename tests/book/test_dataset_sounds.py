"""Spelling and sound."""

from course.datasets import sounds

PAIRS = sounds(5, 5, every=50)


def test_words_have_the_lengths_asked_for():
    assert len(PAIRS) > 100
    assert {len(PAIRS.read(row)[0]) for row in range(len(PAIRS))} == {5}


def test_phones_carry_no_stress_and_are_the_first_pronunciation():
    pairs = sounds(6, 6, every=1)
    known = {"".join(pairs.read(k)[0]): pairs.read(k)[1] for k in range(len(pairs))}
    assert known["record"] == ["R", "AH", "K", "AO", "R", "D"]
    assert known["knight"] == ["N", "AY", "T"]
    assert len(known) == len(pairs)


def test_only_some_words_are_kept():
    assert len(sounds(5, 5, every=25)) in range(2 * len(PAIRS) - 1, 2 * len(PAIRS) + 1)
