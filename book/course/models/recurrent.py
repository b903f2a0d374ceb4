"""A recurrent encoder and decoder that differ only in where the decoder looks.

Model of `course.translation`: teacher forcing reads the whole target in one call.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from course.datasets.pairs import PAD

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
LOOKS = ("last", "same", "mean", "learned")


def dot(queries: Tensor, states: Tensor) -> Tensor:
    """Scores (B, T, S) of queries (B, T, H) against states (B, S, H)."""
    return queries @ states.transpose(1, 2)


class RecurrentTranslator(nn.Module):
    """Sequence to sequence with one recurrent layer on either side.

    Parameters
    ----------
    V_source, V_target : sizes of the two vocabularies.
    H : size of the states and of the embeddings.
    cell : "rnn", "lstm" (its forget bias starts at 1) or "gru".
    look : which encoder states a decoder step receives: the "last" one (the
        bottleneck), that of the "same" position, the "mean" of all, or an average
        with "learned" weights (Luong et al. 2015). The parameters are the same.
    score : of the learned weights: (queries, states) -> scores (B, T, S).
    """

    def __init__(
        self,
        V_source: int,
        V_target: int,
        H: int,
        cell: str = "rnn",
        look: str = "last",
        score: Callable[[Tensor, Tensor], Tensor] = dot,
    ) -> None:
        super().__init__()
        if look not in LOOKS:
            raise ValueError(f"look is one of {LOOKS}, not {look!r}")
        self.look, self.score = look, score
        self.embed_source = nn.Embedding(V_source, H)
        self.embed_target = nn.Embedding(V_target, H)
        self.encoder = CELLS[cell](H, H, batch_first=True)
        self.decoder = CELLS[cell](H, H, batch_first=True)
        self.mix = nn.Linear(2 * H, H)
        self.out = nn.Linear(H, V_target)
        if cell == "lstm":
            for layer in (self.encoder, self.decoder):
                nn.init.ones_(layer.bias_ih_l0.data[H : 2 * H])
                nn.init.zeros_(layer.bias_hh_l0.data[H : 2 * H])

    def encode(self, source: Tensor) -> tuple:
        """Source (B, S) -> states (B, S, H), the decoder's first state, used (B, S)."""
        used = source != PAD
        lengths = used.sum(dim=1)
        x = self.embed_source(source)
        if isinstance(self.encoder, nn.LSTM):
            return *_packed(self.encoder, x, lengths), used
        states, _ = self.encoder(x)
        return states, states[torch.arange(len(x)), lengths - 1][None], used

    def decode(self, memory: tuple, given: Tensor) -> Tensor:
        """Memory of `encode`, given (B, T) -> scores (B, T, V)."""
        states, last, used = memory
        queries, _ = self.decoder(self.embed_target(given), last)
        context = self._weights(queries, states, used) @ states
        both = torch.cat([context, queries], dim=-1)  # (B, T, 2H)
        return self.out(torch.tanh(self.mix(both)))

    def weights(self, source: Tensor, given: Tensor) -> Tensor:
        """Weights (B, T, S): how much of each state each decoder step receives."""
        states, last, used = self.encode(source)
        queries, _ = self.decoder(self.embed_target(given), last)
        return self._weights(queries, states, used)

    def _weights(self, queries: Tensor, states: Tensor, used: Tensor) -> Tensor:
        (B, T, _), S = queries.shape, states.shape[1]
        if self.look == "learned":
            scores = self.score(queries, states)
            return scores.masked_fill(~used[:, None], -torch.inf).softmax(dim=-1)
        if self.look == "mean":
            share = used.to(states.dtype) / used.sum(dim=1, keepdim=True)
            return share[:, None].expand(B, T, S)
        end = used.sum(dim=1, keepdim=True) - 1  # (B, 1)
        place = end.expand(B, T)
        if self.look == "same":  # past the end: the last
            place = torch.minimum(torch.arange(T), end)
        return nn.functional.one_hot(place, S).to(states.dtype)


def _packed(lstm: nn.LSTM, x: Tensor, lengths: Tensor) -> tuple:
    """States and last state of padded rows: only packing returns the cell there."""
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    states, last = lstm(packed)
    total = x.shape[1]
    return pad_packed_sequence(states, batch_first=True, total_length=total)[0], last
