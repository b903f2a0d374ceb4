"""The recurrent translator: padding is invisible, and every look is what it says."""

import pytest
import torch
from course.datasets.pairs import BOS, EOS, PAD
from course.models.recurrent import RecurrentTranslator
from course.translation import parameters_of
from torch.testing import assert_close

CELLS = ["rnn", "lstm", "gru"]
LOOKS = ["last", "same", "mean", "learned"]
V_SOURCE, V_TARGET, H = 9, 11, 6

SOURCE = torch.tensor([[5, 3, 8, 4, EOS], [7, 6, EOS, PAD, PAD]])
GIVEN = torch.tensor([[BOS, 3, 10, 4, 4, 9, 5], [BOS, 8, 3, 7, PAD, PAD, PAD]])


def model_of(look: str, cell: str = "rnn", **more) -> RecurrentTranslator:
    torch.manual_seed(3)
    model = RecurrentTranslator(V_SOURCE, V_TARGET, H, cell, look, **more)
    return model.double()


@pytest.fixture(params=CELLS)
def cell(request):
    return request.param


@pytest.fixture(params=LOOKS)
def look(request):
    return request.param


def test_scores_have_one_row_for_each_given_token(cell, look):
    model = model_of(look, cell)
    assert model.decode(model.encode(SOURCE), GIVEN).shape == (2, 7, V_TARGET)


def test_padding_does_not_change_the_scores(cell, look):
    model = model_of(look, cell)
    together = model.decode(model.encode(SOURCE), GIVEN)
    for row, (n, t) in enumerate([(5, 7), (3, 4)]):
        alone = model.encode(SOURCE[row : row + 1, :n])
        assert_close(
            together[row, :t], model.decode(alone, GIVEN[row : row + 1, :t])[0]
        )


def test_scores_do_not_depend_on_later_given_tokens(cell, look):
    model = model_of(look, cell)
    later = GIVEN.clone()
    later[:, 3:] = 6
    memory = model.encode(SOURCE)
    before, after = model.decode(memory, GIVEN), model.decode(memory, later)
    assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


def test_weights_sum_to_one_and_leave_padding_out(cell, look):
    weights = model_of(look, cell).weights(SOURCE, GIVEN)
    assert weights.shape == (2, 7, 5)
    assert_close(weights.sum(dim=-1), torch.ones(2, 7).double())
    assert (weights[1, :, 3:] == 0).all()
    assert (weights >= 0).all()


def test_last_gives_every_step_the_state_after_the_last_token():
    assert (model_of("last").weights(SOURCE, GIVEN)[0, :, 4] == 1).all()
    assert (model_of("last").weights(SOURCE, GIVEN)[1, :, 2] == 1).all()


def test_same_gives_step_t_the_state_t_and_past_the_end_the_last():
    place = model_of("same").weights(SOURCE, GIVEN).argmax(dim=-1)
    assert place.tolist() == [[0, 1, 2, 3, 4, 4, 4], [0, 1, 2, 2, 2, 2, 2]]


def test_mean_weighs_all_tokens_alike():
    weights = model_of("mean").weights(SOURCE, GIVEN)
    assert_close(weights[0], torch.full((7, 5), 1 / 5).double())
    assert_close(weights[1, :, :3], torch.full((7, 3), 1 / 3).double())


def test_learned_weights_depend_on_the_decoder_and_on_the_source():
    model = model_of("learned")
    weights = model.weights(SOURCE, GIVEN)
    assert weights.std(dim=1)[0].min() > 1e-4  # over the decoder's steps
    assert weights.std(dim=2)[0].min() > 1e-4  # over the source


def test_learned_weights_are_the_softmax_of_the_given_score():
    model = model_of("learned", score=lambda q, s: q[..., :1] - s[:, None, :, 0])
    states, last, _ = model.encode(SOURCE)
    queries, _ = model.decoder(model.embed_target(GIVEN), last)
    wanted = (queries[0, :, :1] - states[0, :, 0]).softmax(dim=-1)
    assert_close(model.weights(SOURCE, GIVEN)[0], wanted)


def test_a_score_with_parameters_is_trained():
    class General(torch.nn.Linear):
        def forward(self, queries, states):
            return queries @ super().forward(states).transpose(1, 2)

    model = model_of("learned", score=General(H, H, bias=False))
    assert parameters_of(model) - parameters_of(model_of("learned")) == H * H


def test_every_look_has_the_same_number_of_parameters(cell):
    assert len({parameters_of(model_of(look, cell)) for look in LOOKS}) == 1


def test_gradient_reaches_every_parameter_and_no_padding(cell, look):
    model = model_of(look, cell)
    used = (GIVEN != PAD)[..., None]
    (model.decode(model.encode(SOURCE), GIVEN) * used).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name
    assert (model.embed_source.weight.grad[PAD] == 0).all()


def test_the_forget_gate_of_an_lstm_starts_open():
    model = model_of("last", "lstm")
    for layer in (model.encoder, model.decoder):
        bias = layer.bias_ih_l0 + layer.bias_hh_l0
        assert (bias[H : 2 * H] == 1).all()
        assert (bias[:H].abs() < 2 * H**-0.5).all()


def test_an_unknown_look_or_cell_is_refused():
    with pytest.raises(KeyError):
        model_of("last", "tanh")
    with pytest.raises(ValueError, match="look"):
        model_of("elsewhere")
