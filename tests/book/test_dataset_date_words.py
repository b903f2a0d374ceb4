"""Dates in words: the year moves from the end to the beginning."""

from datetime import date

from course.datasets import date_words


def test_a_date_is_read_in_both_languages():
    english, korean = date_words([date(2019, 7, 30)]).read(0)
    assert english == ["july", "thirtieth", "two", "thousand", "nineteen"]
    assert korean == list("이천십구년칠월삼십일")


def test_a_day_of_two_words_stays_two_words():
    english, korean = date_words([date(1105, 12, 21)]).read(0)
    assert english == [
        "december",
        "twenty",
        "first",
        "one",
        "thousand",
        "one",
        "hundred",
        "five",
    ]
    assert korean == list("천백오년십이월이십일일")


def test_june_and_october_drop_a_sound():
    _, june = date_words([date(1200, 6, 1)]).read(0)
    _, october = date_words([date(1200, 10, 1)]).read(0)
    assert june == list("천이백년유월일일")
    assert october == list("천이백년시월일일")
