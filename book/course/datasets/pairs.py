"""Pairs of sequences as padded tensors: what goes in, and what shall come out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

PAD, BOS, EOS = 0, 1, 2
"""Tokens that are no words: padding, begin of sequence, end of sequence."""
MARKS = ("<pad>", "<bos>", "<eos>")


@dataclass(frozen=True)
class Pairs:
    """N pairs of sequences, as tokens.

    Attributes
    ----------
    source : (N, S) tokens; each row ends with EOS and is then padded.
    target : (N, T + 1) tokens; each row begins with BOS, ends with EOS, then padding.
    source_words, target_words : the word of each token; a word's place is its token.
    """

    source: Tensor
    target: Tensor
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]

    @classmethod
    def of(cls, pairs: Sequence[tuple[Sequence[str], Sequence[str]]]) -> "Pairs":
        """Number the words of pairs of word lists, and pad them."""
        sources, targets = zip(*pairs, strict=True)
        source_words, target_words = _words(sources), _words(targets)
        source = _padded(sources, source_words, [])
        target = _padded(targets, target_words, [BOS])
        return cls(source, target, source_words, target_words)

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.source)

    def __getitem__(self, rows: slice | Tensor) -> "Pairs":
        """Return the pairs of these rows, without columns that hold only padding."""
        source, target = _trimmed(self.source[rows]), _trimmed(self.target[rows])
        return replace(self, source=source, target=target)

    @property
    def lengths(self) -> Tensor:
        """(N,) tokens to predict in each pair, the closing EOS included."""
        return (self.target[:, 1:] != PAD).sum(dim=1)

    def read(self, row: int) -> tuple[list[str], list[str]]:
        """Return one pair as words, without marks."""
        return (
            words(self.source[row], self.source_words),
            words(self.target[row], self.target_words),
        )


def words(tokens: Tensor, names: Sequence[str]) -> list[str]:
    """Return tokens (T,) as words, up to the first EOS or PAD; a BOS is left out."""
    said = []
    for token in tokens.tolist():
        if token in (EOS, PAD):
            break
        if token != BOS:
            said.append(names[token])
    return said


def _words(sentences: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the marks, then every word that occurs, sorted."""
    return MARKS + tuple(sorted({word for line in sentences for word in line}))


def _padded(
    sentences: Sequence[Sequence[str]], names: Sequence[str], begin: list[int]
) -> Tensor:
    """Return sentences as tokens (N, longest), padded at the end."""
    place = {word: k for k, word in enumerate(names)}
    rows = [[*begin, *(place[w] for w in line), EOS] for line in sentences]
    return torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD
    )


def _trimmed(tokens: Tensor) -> Tensor:
    """Return tokens (N, T) without the last columns in which nothing stands."""
    used = (tokens != PAD).any(dim=0).nonzero()
    return tokens[:, : int(used.max()) + 1 if len(used) else 0]
