"""The Transformer of Vaswani et al. (2017), from linear layers and layer norms.

Shapes: B sequences a batch; S source and T target tokens; d features a token, in
`heads` heads of d_head = d / heads features each. A mask is True where a query may
look: (B or 1, T or 1, S), queries in rows and keys in columns.
"""

from math import log

import torch
from torch import Tensor, nn

from ..datasets.pairs import PAD


def visible_keys(tokens: Tensor) -> Tensor:
    """Hide padding: tokens (B, S) -> mask (B, 1, S)."""
    return (tokens != PAD)[:, None]


def causal(T: int) -> Tensor:
    """Hide the future: mask (1, T, T); step t sees the keys up to t."""
    return torch.ones(1, T, T, dtype=torch.bool).tril()


def sinusoids(length: int, d: int) -> Tensor:
    """Sines and cosines of places 0, 1, ... (length, d); section 3.5 of the paper."""
    place = torch.arange(length)[:, None]
    rate = torch.exp(-log(10_000) * torch.arange(0, d, 2) / d)  # (d / 2,)
    angle = place * rate
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)[:, :d]


class MultiHeadAttention(nn.Module):
    """Several soft look-ups side by side; section 3.2 of the paper.

    `weights` keeps those of the last call: (B, heads, T, S).
    """

    def __init__(self, d: int, heads: int):
        super().__init__()
        if d % heads:
            raise ValueError(f"{heads} heads cannot share {d} features.")
        self.heads = heads
        self.query = nn.Linear(d, d)
        self.key = nn.Linear(d, d)
        self.value = nn.Linear(d, d)
        self.out = nn.Linear(d, d)
        self.weights: Tensor | None = None

    def split(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, heads, T, d_head)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of memory (B, S, d), each (B, heads, S, d_head)."""
        return self.split(self.key(memory)), self.split(self.value(memory))

    def attend(self, x: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
        """Look up with queries from x (B, T, d) -> (B, T, d)."""
        q = self.split(self.query(x))
        scores = q @ k.mT / q.shape[-1] ** 0.5  # (B, heads, T, S)
        scores = scores.masked_fill(~mask[:, None], -torch.inf)
        weights = scores.softmax(dim=-1)
        self.weights = weights.detach()
        mixed = (weights @ v).transpose(1, 2).flatten(2)  # (B, T, d)
        return self.out(mixed)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """Queries from x (B, T, d) into memory (B, S, d) -> (B, T, d)."""
        return self.attend(x, *self.keys_values(memory), mask)


class FeedForward(nn.Module):
    """Linear, ReLU, linear, on each token alone; section 3.3 of the paper."""

    def __init__(self, d: int, d_ff: int):
        super().__init__()
        self.wide = nn.Linear(d, d_ff)
        self.back = nn.Linear(d_ff, d)

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        return self.back(self.wide(x).relu())


class Residual(nn.Module):
    """Add what a part computes to its input; layer norm before or after."""

    def __init__(self, d: int, pre_norm: bool):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.pre_norm = pre_norm

    def forward(self, x: Tensor, part) -> Tensor:
        """(B, T, d) -> (B, T, d); the part maps this shape to itself."""
        if self.pre_norm:
            return x + part(self.norm(x))
        return self.norm(x + part(x))


class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward."""

    def __init__(self, d: int, heads: int, d_ff: int, pre_norm: bool = True):
        super().__init__()
        self.attention = MultiHeadAttention(d, heads)
        self.feed_forward = FeedForward(d, d_ff)
        self.residuals = nn.ModuleList(Residual(d, pre_norm) for _ in range(2))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(B, T, d) -> (B, T, d)."""
        first, second = self.residuals
        x = first(x, lambda z: self.attention(z, z, mask))
        return second(x, self.feed_forward)


class DecoderLayer(nn.Module):
    """Causal self-attention, attention to the source, then feed-forward."""

    def __init__(self, d: int, heads: int, d_ff: int, pre_norm: bool = True):
        super().__init__()
        self.attention = MultiHeadAttention(d, heads)
        self.cross = MultiHeadAttention(d, heads)
        self.feed_forward = FeedForward(d, d_ff)
        self.residuals = nn.ModuleList(Residual(d, pre_norm) for _ in range(3))

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        mask: Tensor,
        seen: Tensor,
    ) -> Tensor:
        """From x (B, T, d), memory (B, S, d), a mask each -> (B, T, d)."""
        first, second, third = self.residuals
        x = first(x, lambda z: self.attention(z, z, mask))
        x = second(x, lambda z: self.cross(z, memory, seen))
        return third(x, self.feed_forward)


class Transformer(nn.Module):
    """An encoder-decoder, for `course.translation`; without dropout.

    Parameters
    ----------
    V_source, V_target : sizes of the vocabularies, marks included.
    d : features a token; heads : attention heads; layers : of each stack.
    d_ff : width of the feed-forward part; twice d if not given.
    pre_norm : layer norm before each part, with one more after each stack;
        else after each part, as in the paper.
    positions : 'sinusoidal', 'learned' or 'none'.
    longest : the most tokens that get a place.
    """

    def __init__(
        self,
        V_source: int,
        V_target: int,
        d: int,
        heads: int = 4,
        layers: int = 1,
        d_ff: int | None = None,
        pre_norm: bool = True,
        positions: str = "sinusoidal",
        longest: int = 64,
    ):
        super().__init__()
        sizes = (d, heads, d_ff or 2 * d, pre_norm)
        self.source = nn.Embedding(V_source, d)
        self.target = nn.Embedding(V_target, d)
        self.places = nn.Parameter(
            _places(positions, longest, d), positions == "learned"
        )
        depth = range(layers)
        self.encoder = nn.ModuleList(EncoderLayer(*sizes) for _ in depth)
        self.decoder = nn.ModuleList(DecoderLayer(*sizes) for _ in depth)
        self.norms = nn.ModuleList(
            nn.LayerNorm(d) if pre_norm else nn.Identity() for _ in range(2)
        )
        self.out = nn.Linear(d, V_target)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens (B, S) -> memory (B, S, d), mask of its keys (B, 1, S)."""
        seen = visible_keys(source)
        x = self.source(source) + self.places[: source.shape[1]]
        for layer in self.encoder:
            x = layer(x, seen)
        return self.norms[0](x), seen

    def decode(self, memory: tuple[Tensor, Tensor], given: Tensor) -> Tensor:
        """Scores (B, T, V_target) of what follows each token (B, T)."""
        T = given.shape[1]
        x = self.target(given) + self.places[:T]
        for layer in self.decoder:
            x = layer(x, memory[0], causal(T), memory[1])
        return self.out(self.norms[1](x))

    def attention_maps(self) -> dict[str, Tensor]:
        """Weights of the last call: (layers, B, heads, queries, keys)."""
        parts = {
            "encoder": [layer.attention for layer in self.encoder],
            "decoder": [layer.attention for layer in self.decoder],
            "cross": [layer.cross for layer in self.decoder],
        }
        weights = {k: [a.weights for a in part] for k, part in parts.items()}
        return {k: torch.stack(each) for k, each in weights.items()}


def _places(kind: str, length: int, d: int) -> Tensor:
    """What is added to the token at each place, before training: (length, d)."""
    if kind == "sinusoidal":
        return sinusoids(length, d)
    if kind == "learned":
        return torch.randn(length, d)
    if kind == "none":
        return torch.zeros(length, d)
    raise ValueError(f"There are no {kind!r} positions.")
