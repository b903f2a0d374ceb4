"""The book's Transformer computes what torch's does, and its masks do not leak."""

import pytest
import torch
from course.datasets.pairs import BOS, EOS, PAD
from course.models.transformer import (
    DecoderLayer,
    EncoderLayer,
    MultiHeadAttention,
    Transformer,
    causal,
    sinusoids,
    visible_keys,
)
from course.translation import parameters_of
from torch import nn

B, T, S, d, heads, d_ff = 2, 3, 5, 12, 4, 14
SOURCE = torch.tensor([[5, 6, 7, 3, EOS], [8, EOS, PAD, PAD, PAD]])
GIVEN = torch.tensor([[BOS, 4, 5], [BOS, 3, 6]])


@pytest.fixture(autouse=True)
def double_precision():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def no_zeros(module):
    """Give every parameter random values: torch starts its biases at zero."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.4)
    return module


def copy_attention(ours, theirs):
    with torch.no_grad():
        rows = zip(
            (ours.query, ours.key, ours.value),
            theirs.in_proj_weight.chunk(3),
            theirs.in_proj_bias.chunk(3),
            strict=True,
        )
        for linear, weight, bias in rows:
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        ours.out.load_state_dict(theirs.out_proj.state_dict())


def copy_layer(ours, theirs, norms):
    copy_attention(ours.attention, theirs.self_attn)
    if hasattr(ours, "cross"):
        copy_attention(ours.cross, theirs.multihead_attn)
    ours.feed_forward.wide.load_state_dict(theirs.linear1.state_dict())
    ours.feed_forward.back.load_state_dict(theirs.linear2.state_dict())
    for residual, name in zip(ours.residuals, norms, strict=True):
        residual.norm.load_state_dict(getattr(theirs, name).state_dict())


def assert_same_with_gradients(ours, theirs, inputs):
    """Compare outputs, and the gradients of all inputs under a random weighting."""
    weighting = torch.randn_like(ours)
    for one, other in zip(
        torch.autograd.grad((ours * weighting).sum(), inputs, retain_graph=True),
        torch.autograd.grad((theirs * weighting).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)
        assert one.abs().max() > 1e-3
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_torchs(masked):
    theirs = no_zeros(nn.MultiheadAttention(d, heads, batch_first=True))
    ours = MultiHeadAttention(d, heads)
    copy_attention(ours, theirs)
    x, memory = torch.randn(B, T, d), torch.randn(B, S, d)
    x.requires_grad_(), memory.requires_grad_()
    mask = torch.ones(B, 1, S, dtype=torch.bool)
    if masked:
        mask[1, :, 2:] = False
    wanted, weights = theirs(
        x, memory, memory, key_padding_mask=~mask[:, 0], average_attn_weights=False
    )
    assert_same_with_gradients(ours(x, memory, mask), wanted, (x, memory))
    torch.testing.assert_close(ours.weights, weights.detach())


@pytest.mark.parametrize("pre_norm", [False, True])
def test_encoder_layer_is_torchs(pre_norm):
    theirs = no_zeros(
        nn.TransformerEncoderLayer(
            d, heads, d_ff, dropout=0.0, batch_first=True, norm_first=pre_norm
        )
    )
    ours = EncoderLayer(d, heads, d_ff, pre_norm)
    copy_layer(ours, theirs, ["norm1", "norm2"])
    x = torch.randn(B, T, d, requires_grad=True)
    wanted = theirs(x, src_mask=~causal(T)[0])
    assert_same_with_gradients(ours(x, causal(T)), wanted, (x,))


@pytest.mark.parametrize("pre_norm", [False, True])
def test_decoder_layer_is_torchs(pre_norm):
    theirs = no_zeros(
        nn.TransformerDecoderLayer(
            d, heads, d_ff, dropout=0.0, batch_first=True, norm_first=pre_norm
        )
    )
    ours = DecoderLayer(d, heads, d_ff, pre_norm)
    copy_layer(ours, theirs, ["norm1", "norm2", "norm3"])
    x = torch.randn(B, T, d, requires_grad=True)
    memory = torch.randn(B, S, d, requires_grad=True)
    seen = visible_keys(SOURCE)
    wanted = theirs(
        x, memory, tgt_mask=~causal(T)[0], memory_key_padding_mask=~seen[:, 0]
    )
    assert_same_with_gradients(ours(x, memory, causal(T), seen), wanted, (x, memory))


def new_model(**options):
    return no_zeros(Transformer(9, 7, d, heads, layers=2, **options))


def test_the_future_does_not_leak():
    model = new_model()
    memory = model.encode(SOURCE)
    before = model.decode(memory, GIVEN)
    changed = GIVEN.clone()
    changed[:, 2] = 3
    after = model.decode(memory, changed)
    torch.testing.assert_close(before[:, :2], after[:, :2], rtol=0, atol=1e-13)
    assert (before[0, 2] - after[0, 2]).abs().max() > 1e-3


def test_a_later_word_of_the_source_does_matter():
    model = new_model()
    changed = SOURCE.clone()
    changed[0, 3] = 4
    gap = model.decode(model.encode(SOURCE), GIVEN) - model.decode(
        model.encode(changed), GIVEN
    )
    assert gap[0].abs().amin(dim=-1).min() > 1e-6
    assert torch.equal(gap[1], torch.zeros_like(gap[1]))


def test_padding_changes_nothing():
    model = new_model()
    short = model.decode(model.encode(SOURCE[1:, :2]), GIVEN[1:])
    padded = model.decode(model.encode(SOURCE), GIVEN)[1:]
    torch.testing.assert_close(short, padded, rtol=0, atol=1e-13)


def test_without_positions_the_encoder_is_a_bag():
    turn = torch.tensor([3, 0, 2, 1])
    words = SOURCE[:1, :4]
    for positions, same in [("none", True), ("sinusoidal", False)]:
        model = new_model()
        if positions == "none":
            model = new_model(positions="none")
            with torch.no_grad():
                model.places.zero_()
        memory, _ = model.encode(words)
        turned, _ = model.encode(words[:, turn])
        assert torch.allclose(memory[:, turn], turned, atol=1e-12) == same


def test_positions_are_the_papers():
    table = sinusoids(50, 6)
    assert table.shape == (50, 6)
    for place, i in [(0, 0), (7, 1), (49, 2)]:
        angle = torch.tensor(place / 10_000 ** (2 * i / 6))
        torch.testing.assert_close(table[place, 2 * i], angle.sin())
        torch.testing.assert_close(table[place, 2 * i + 1], angle.cos())
    assert sinusoids(3, 5).shape == (3, 5)


def test_only_learned_positions_are_trained():
    fixed = parameters_of(new_model(longest=10))
    assert parameters_of(new_model(longest=10, positions="learned")) == fixed + 10 * d
    with pytest.raises(ValueError, match="positions"):
        new_model(positions="rotary")


def test_maps_of_every_head_sum_to_one():
    model = new_model()
    model.decode(model.encode(SOURCE), GIVEN)
    maps = model.attention_maps()
    assert maps["encoder"].shape == (2, B, heads, 5, 5)
    assert maps["decoder"].shape == (2, B, heads, 3, 3)
    assert maps["cross"].shape == (2, B, heads, 3, 5)
    for weights in maps.values():
        torch.testing.assert_close(weights.sum(-1), torch.ones_like(weights[..., 0]))
    assert maps["cross"][:, 1, :, :, 2:].abs().max() == 0
    assert maps["decoder"][:, :, :, 0, 1:].abs().max() == 0


def test_heads_must_share_the_features():
    with pytest.raises(ValueError, match="share"):
        MultiHeadAttention(10, 4)
