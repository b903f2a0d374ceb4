"""Train a model on pairs of sequences, let it translate, and measure it.

A model is a `torch.nn.Module` with two methods:

    encode(source)         source (B, S) tokens -> whatever the decoder needs
    decode(memory, given)  given (B, T) tokens, beginning with BOS -> scores (B, T, V)
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from .datasets.pairs import BOS, EOS, PAD, Pairs


@dataclass(frozen=True)
class Recipe:
    """How to train: Adam, with warm-up and then linear decay of the rate.

    Attributes
    ----------
    steps, seconds : where to stop, whichever comes first; seconds of CPU time.
    batch : pairs a step.
    rate : the largest learning rate.
    warm_up : share of the training in which the rate rises from zero.
    clip : limit to the norm of the gradient.
    smoothing : label smoothing, the share of probability spread over all tokens.
    """

    steps: float = inf
    seconds: float = inf
    batch: int = 64
    rate: float = 3e-3
    warm_up: float = 0.05
    clip: float = 1.0
    smoothing: float = 0.0


@dataclass
class History:
    """What happened in training.

    Attributes
    ----------
    losses : loss of every step, in nats a token.
    seconds : CPU time used for training when the step had ended.
    probes : what the probe returned, with its step and its second.
    """

    losses: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    probes: list[tuple[int, float, object]] = field(default_factory=list)


def loss_of(model: nn.Module, pairs: Pairs, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy in nats a token, with teacher forcing; padding is left out."""
    scores = model.decode(model.encode(pairs.source), pairs.target[:, :-1])
    return cross_entropy(
        scores.flatten(0, 1),  # (B * T, V)
        pairs.target[:, 1:].flatten(),  # (B * T,)
        ignore_index=PAD,
        label_smoothing=smoothing,
    )


def train(
    model: nn.Module,
    pairs: Pairs,
    recipe: Recipe,
    generator: torch.Generator,
    probe: Callable[[nn.Module], object] | None = None,
    every: int = 100,
) -> History:
    """Train on random batches; the probe's time does not count.

    Parameters
    ----------
    model : has `encode` and `decode`, as the module's text says.
    probe : called with the model every `every` steps, before the first and at the end.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.rate, fused=True)
    history, used, step = History(), 0.0, 0
    while (done := max(step / recipe.steps, used / recipe.seconds)) < 1:
        if probe and step % every == 0:
            history.probes.append((step, used, probe(model)))
        begin = time.process_time()
        rows = torch.randint(len(pairs), (recipe.batch,), generator=generator)
        loss = loss_of(model, pairs[rows], recipe.smoothing)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate * _slope(done, recipe.warm_up)
        optimizer.step()
        step, used = step + 1, used + time.process_time() - begin
        history.losses.append(loss.item())
        history.seconds.append(used)
    if probe:
        history.probes.append((step, used, probe(model)))
    return history


def _slope(done: float, warm_up: float) -> float:
    """Share of the largest rate when this share of the training is done."""
    return min((done + 1e-3) / (warm_up + 1e-3), (1 - done) / (1 - warm_up))


@torch.no_grad()
def greedy(model: nn.Module, source: Tensor, longest: int) -> Tensor:
    """Translate by taking the best token at every step.

    Returns
    -------
    (B, at most longest) tokens; after a row's EOS follows padding.
    """
    memory = model.encode(source)
    said = torch.full((len(source), 1), BOS)
    open_rows = torch.ones(len(source), dtype=torch.bool)
    while open_rows.any() and said.shape[1] <= longest:
        best = model.decode(memory, said)[:, -1].argmax(dim=-1)
        best = torch.where(open_rows, best, PAD)
        said = torch.cat([said, best[:, None]], dim=1)
        open_rows &= best != EOS
    return said[:, 1:]


@torch.no_grad()
def right(model: nn.Module, pairs: Pairs) -> Tensor:
    """(N,) whether the greedy translation of each pair is exactly the target."""
    was_training = model.training
    model.eval()
    wanted = pairs.target[:, 1:]
    said = greedy(model, pairs.source, wanted.shape[1])
    model.train(was_training)
    same = torch.full_like(wanted, PAD)
    same[:, : said.shape[1]] = said
    return (same == wanted).all(dim=1)


def parameters_of(model: nn.Module) -> int:
    """Count the numbers that training may change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
