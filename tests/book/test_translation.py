"""Training, translating and measuring on pairs of sequences."""

from dataclasses import replace

import pytest
import torch
from course.datasets import Pairs, number_words
from course.datasets.pairs import BOS, EOS, PAD, words
from course.translation import Recipe, greedy, loss_of, parameters_of, right, train
from torch import nn

COPIES = Pairs.of(
    [([a, b][:n], [a, b][:n]) for a in "xyz" for b in "xy" for n in (1, 2)]
)


class Oracle(nn.Module):
    """Knows that the target is the source."""

    def encode(self, source):
        return source

    def decode(self, memory, given):
        source = nn.functional.pad(memory, (0, given.shape[1]), value=PAD)
        return 99.0 * nn.functional.one_hot(source[:, : given.shape[1]], 6)


class Frequencies(nn.Module):
    """Learns how often each token occurs, and nothing else."""

    def __init__(self):
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(6))

    def encode(self, source):
        return source

    def decode(self, memory, given):
        return self.scores.expand(*given.shape, 6)


def test_pairs_begin_end_and_are_padded():
    pairs = Pairs.of([("ab", "c"), ("a", "cc")])
    assert pairs.source.tolist() == [[3, 4, EOS], [3, EOS, PAD]]
    assert pairs.target.tolist() == [[BOS, 3, EOS, PAD], [BOS, 3, 3, EOS]]
    assert pairs.lengths.tolist() == [2, 3]
    assert pairs.read(1) == (["a"], ["c", "c"])


def test_rows_of_pairs_leave_out_empty_columns():
    pairs = Pairs.of([("abc", "d"), ("a", "dddd")])
    assert pairs[:1].source.shape == (1, 4)
    assert pairs[:1].target.shape == (1, 3)
    assert pairs[1:].source.shape == (1, 2)


def test_number_words_move_blocks():
    pairs = number_words([21003, 7])
    english, korean = pairs.read(0)
    assert english == ["twenty", "one", "thousand", "three"]
    assert korean == list("이만천삼")
    assert pairs.read(1) == (["seven"], ["칠"])


def test_words_stop_at_the_end():
    assert words(torch.tensor([BOS, 3, EOS, 3]), [*"___", "a"]) == ["a"]


def test_greedy_pads_after_the_end_of_each_row():
    said = greedy(Oracle(), COPIES.source, longest=9)
    assert torch.equal(said, COPIES.source)


def test_right_counts_whole_sequences():
    assert right(Oracle(), COPIES).all()
    shifted = replace(COPIES, source=COPIES.source.roll(1, dims=0))
    said = right(Oracle(), shifted)
    assert torch.equal(said, (shifted.source == COPIES.target[:, 1:]).all(dim=1))
    assert not said.all()


def test_training_reaches_the_entropy_of_the_tokens():
    model = Frequencies()
    before = loss_of(model, COPIES).item()
    recipe = Recipe(steps=200, rate=0.1, clip=9.0)
    history = train(model, COPIES, recipe, torch.Generator().manual_seed(0))
    counts = torch.bincount(COPIES.target[:, 1:].flatten())[1:].float()
    p = counts[counts > 0] / counts.sum()
    entropy = -(p * p.log()).sum().item()
    assert before == pytest.approx(torch.tensor(6.0).log().item())
    assert loss_of(model, COPIES).item() == pytest.approx(entropy, abs=0.01)
    assert len(history.losses) == len(history.seconds) == 200


def test_the_probe_sees_the_start_and_the_end():
    seen = []
    recipe, generator = Recipe(steps=5), torch.Generator().manual_seed(0)
    history = train(Frequencies(), COPIES, recipe, generator, seen.append, every=2)
    assert [step for step, _, _ in history.probes] == [0, 2, 4, 5]
    assert len(seen) == 4


def test_a_budget_of_seconds_ends_the_training():
    recipe, generator = Recipe(seconds=0.05), torch.Generator().manual_seed(0)
    history = train(Frequencies(), COPIES, recipe, generator)
    assert 0.05 <= history.seconds[-1] < 1


def test_parameters_are_counted():
    assert parameters_of(nn.Linear(3, 4)) == 16
