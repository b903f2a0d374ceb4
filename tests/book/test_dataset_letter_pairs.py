"""Letters to copy or to turn around."""

import torch
from course.datasets import letter_pairs


def pairs_of(turn: bool, lengths=(1, 3, 5), letters=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return letter_pairs(torch.tensor(lengths), letters, generator, turn)


def test_capitals_keep_the_order_or_turn_it_around():
    for row in range(3):
        word, same = pairs_of(turn=False).read(row)
        _, turned = pairs_of(turn=True).read(row)
        assert same == [letter.upper() for letter in word]
        assert turned == same[::-1]
    assert same != turned


def test_words_have_the_lengths_asked_for():
    assert [len(pairs_of(True).read(k)[0]) for k in range(3)] == [1, 3, 5]


def test_letters_come_from_the_beginning_of_the_alphabet():
    pairs = pairs_of(True, lengths=[200])
    assert set(pairs.read(0)[0]) == set("abcd")


def test_the_generator_decides():
    assert pairs_of(True).read(2) == pairs_of(True).read(2)
    assert pairs_of(True).read(2) != pairs_of(True, seed=1).read(2)
