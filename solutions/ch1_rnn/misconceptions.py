"""Wrong answers to chapter 1 that learners write, each with the hint it earns.

The inputs come first in each part: sizes all differ, biases and the first state are
not zero, and whatever sets two wrong answers apart is in them.
"""

import numpy as np

from autograder.answers import equivalent, inputs, misconception


def arrays(rng, *shapes, scale=0.7):
    """Random arrays of the given shapes, small enough to leave tanh its slope."""
    return [scale * rng.normal(size=shape) for shape in shapes]


# --- 1. One step -------------------------------------------------------------------


@inputs("rnn_step")
def step_inputs(rng):
    return tuple(arrays(rng, (4, 3), (4, 5), (3, 5), (5, 5), (5,)))


@misconception(
    "rnn_step",
    """You probably applied tanh to each part and then added the results. The network
    adds first, so that one squashing acts on the whole sum and keeps the state between
    -1 and 1. Reread section 1.1, equation (1.1).""",
)
def tanh_of_the_parts(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh) + np.tanh(h_prev @ W_hh) + np.tanh(b_h)


TWO_TANHS = """You probably squashed the input's part and the state's part each by
    itself, and added the two results. The network adds first, so that one squashing
    acts on the whole sum and keeps the state between -1 and 1. Reread section 1.1,
    equation (1.1)."""


@misconception("rnn_step", TWO_TANHS)
def two_tanhs_bias_with_the_state(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh) + np.tanh(h_prev @ W_hh + b_h)


@misconception("rnn_step", TWO_TANHS)
def two_tanhs_bias_with_the_input(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh + b_h) + np.tanh(h_prev @ W_hh)


@misconception("rnn_step", TWO_TANHS)
def two_tanhs_and_the_bias(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh) + np.tanh(h_prev @ W_hh) + b_h


@misconception("rnn_step", TWO_TANHS + " The bias is missing, too.")
def two_tanhs_without_the_bias(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh) + np.tanh(h_prev @ W_hh)


@misconception(
    "rnn_step",
    """You probably left out the bias. Without it a zero input and a zero state can only
    give a zero state. Reread section 1.1, equation (1.1), and count its terms.""",
)
def bias_forgotten(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh + h_prev @ W_hh)


@misconception(
    "rnn_step",
    """Your step looks linear: the sum is there, but nothing squashes it. A linear
    network of any length is one matrix product, and its state can grow without bound.
    Reread section 1.1, equation (1.1).""",
)
def no_tanh(x_t, h_prev, W_xh, W_hh, b_h):
    return x_t @ W_xh + h_prev @ W_hh + b_h


@misconception(
    "rnn_step",
    """You probably squashed the sum with a sigmoid. Its values lie between 0 and 1, and
    so the state could never be negative. Reread section 1.1, equation (1.1), and look
    at which function it names.""",
)
def sigmoid_for_tanh(x_t, h_prev, W_xh, W_hh, b_h):
    return 1 / (1 + np.exp(-(x_t @ W_xh + h_prev @ W_hh + b_h)))


@misconception(
    "rnn_step",
    """You probably transposed the matrix from state to state. It is square, so the
    shapes do not complain, but every weight then connects the wrong way round. In this
    course states are rows: reread section 1.1, equation (1.1).""",
)
def state_weights_transposed(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh + h_prev @ W_hh.T + b_h)


@misconception(
    "rnn_step",
    """You probably added the bias after the squashing. Then the state can leave the
    range from -1 to 1, and the bias no longer moves the point where the unit switches.
    Reread section 1.1, equation (1.1).""",
)
def bias_outside_the_tanh(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh + h_prev @ W_hh) + b_h


@misconception(
    "rnn_step",
    """Your new state does not depend on the state before it. Without that term the
    network has no memory: every step starts from nothing. Reread section 1.1, equation
    (1.1).""",
)
def previous_state_unused(x_t, h_prev, W_xh, W_hh, b_h):
    return np.tanh(x_t @ W_xh + b_h)


# --- 2. The whole sequence ---------------------------------------------------------


@inputs("rnn_forward")
def forward_inputs(rng):
    return tuple(arrays(rng, (3, 6, 4), (3, 5), (4, 5), (5, 5), (5,)))


@misconception(
    "rnn_forward",
    """Every step of yours starts from the first state again. The state that a step
    makes must be the one that the next step receives, or nothing is remembered. Reread
    the loop in section 1.1.""",
)
def state_not_carried(x, h_0, W_xh, W_hh, b_h):
    return np.tanh(x @ W_xh + (h_0 @ W_hh)[:, None] + b_h)


@misconception(
    "rnn_forward",
    """You probably started from zeros. The first state is an input of this function: a
    stream that is read in pieces goes on from where it was. Reread the loop in section
    1.1 and look at what enters its first step.""",
)
def started_from_zeros(x, h_0, W_xh, W_hh, b_h):
    h = np.empty((*x.shape[:2], len(b_h)))
    h_t = np.zeros_like(h_0)
    for t in range(x.shape[1]):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        h[:, t] = h_t
    return h


@misconception(
    "rnn_forward",
    """Your states are one step late: the first one that you return is the state before
    any input. The result holds the state after each input, and the last one is the
    state after the whole sequence. Reread section 1.1.""",
)
def states_one_step_late(x, h_0, W_xh, W_hh, b_h):
    h = np.empty((*x.shape[:2], len(b_h)))
    h_t = h_0
    for t in range(x.shape[1]):
        h[:, t] = h_t
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
    return h


@misconception(
    "rnn_forward",
    """You probably carried the sum from step to step and squashed only what you return.
    The state that goes into the next step is the squashed one; otherwise the loop
    inside is linear. Reread section 1.1, equation (1.1).""",
)
def sum_carried_before_tanh(x, h_0, W_xh, W_hh, b_h):
    h = np.empty((*x.shape[:2], len(b_h)))
    h_t = h_0
    for t in range(x.shape[1]):
        h_t = x[:, t] @ W_xh + h_t @ W_hh + b_h
        h[:, t] = np.tanh(h_t)
    return h


@misconception(
    "rnn_forward",
    """All the states that you return are the last one. You probably filled the whole
    array in every turn, or kept the same array again and again. Each step has a place
    of its own on the second axis: reread section 1.1.""",
)
def last_state_everywhere(x, h_0, W_xh, W_hh, b_h):
    h = np.empty((*x.shape[:2], len(b_h)))
    h_t = h_0
    for t in range(x.shape[1]):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        h[:] = h_t[:, None]
    return h


@misconception(
    "rnn_forward",
    """You probably read the sequence from its end. A state may depend on the inputs up
    to its own step, never on later ones. Reread the loop in section 1.1.""",
)
def read_from_the_end(x, h_0, W_xh, W_hh, b_h):
    h = np.empty((*x.shape[:2], len(b_h)))
    h_t = h_0
    for t in reversed(range(x.shape[1])):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        h[:, t] = h_t
    return h


@misconception(
    "rnn_forward",
    """You probably transposed the matrix from state to state. It is square, so the
    shapes do not complain, but every weight then connects the wrong way round. Reread
    section 1.1, equation (1.1).""",
)
def loop_weights_transposed(x, h_0, W_xh, W_hh, b_h):
    h = np.empty((*x.shape[:2], len(b_h)))
    h_t = h_0
    for t in range(x.shape[1]):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh.T + b_h)
        h[:, t] = h_t
    return h


@misconception(
    "rnn_forward",
    """Your states are right, but in the wrong places: you probably stacked the steps
    first and then reshaped. Reshaping only cuts the same list of numbers anew, so the
    steps of one sequence end up in another one. Axes have to change places: reread the
    shapes in the task, and the loop in section 1.1.""",
)
def steps_and_batch_reshaped(x, h_0, W_xh, W_hh, b_h):
    B, T, _ = x.shape
    h = np.empty((T, B, len(b_h)))
    h_t = h_0
    for t in range(T):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        h[t] = h_t
    return h.reshape(B, T, -1) if T else h.swapaxes(0, 1)


# --- 3. A stable softmax -----------------------------------------------------------


@inputs("softmax")
def softmax_inputs(rng):
    y = rng.normal(size=(4, 3, 5))
    y[0, 0] += 2000  # overflows without a maximum
    y[1, 1] -= 2000  # vanishes under the maximum of another row
    return (y,)


@misconception(
    "softmax",
    """You probably took exponentials of the scores as they are. Large scores overflow,
    and the quotient is then not a number. Section 1.2, equation (1.3), says what is
    taken away first, and why the result stays the same.""",
)
def no_maximum(y):
    e = np.exp(y)
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "softmax",
    """You probably took one maximum for the whole array. A row far below it then
    vanishes and is divided by zero. Every row along the last axis has a maximum of its
    own: reread section 1.2, equation (1.3).""",
)
def one_maximum_for_all_rows(y):
    e = np.exp(y - y.max())
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "softmax",
    """Your probabilities sum to one along the first axis. That axis is the batch, so
    the examples compete with each other instead of the classes. Reread section 1.2,
    equation (1.3), and see which index its sum runs over.""",
)
def over_the_first_axis(y):
    e = np.exp(y - y.max(axis=0))
    return e / e.sum(axis=0)


@misconception(
    "softmax",
    """Your probabilities sum to one along the second axis. That works for a matrix, but
    in a batch of sequences the second axis is time. Reread section 1.2, equation (1.3),
    and see which index its sum runs over.""",
)
def over_the_second_axis(y):
    e = np.exp(y - y.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@misconception(
    "softmax",
    """Your whole array sums to one. Each row along the last axis is a distribution of
    its own and has its own sum. Reread section 1.2, equation (1.3).""",
)
def one_sum_for_all_rows(y):
    e = np.exp(y - y.max())
    return e / e.sum()


@misconception(
    "softmax",
    """You probably shifted the scores above the fraction but not below it. The shift
    cancels only when it is in both places. Reread section 1.2, equation (1.3).""",
)
def shifted_only_above(y):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    return e / np.exp(y).sum(axis=-1, keepdims=True)


@misconception(
    "softmax",
    """You probably divided the scores themselves by their sum. Scores may be negative,
    and then so are your probabilities. Reread section 1.2, equation (1.3), and look for
    what makes every term positive.""",
)
def no_exponential(y):
    return y / y.sum(axis=-1, keepdims=True)


# --- 4. The loss of a batch of sequences -------------------------------------------


def scores_and_mask(rng):
    """Scores, targets and a mask whose rows count different numbers of steps.

    In every other draw, by chance, no position counts. In the others two positions
    that count have scores far apart, or so large that their exponentials overflow.
    """
    y = 1.5 * rng.normal(size=(3, 6, 5))
    targets = rng.integers(5, size=(3, 6))
    if rng.random() < 0.5:
        return y, targets, np.zeros((3, 6), dtype=bool)
    targets[0, 0] = y[0, 0].argmin()
    y[0, 0, targets[0, 0]] -= 1500  # the target's probability underflows
    y[0, 1] += 2000
    return y, targets, np.arange(6) < np.array([[6], [2], [3]])


@inputs("sequence_cross_entropy")
def loss_inputs(rng):
    return scores_and_mask(rng)


@misconception(
    "sequence_cross_entropy",
    """You probably divided by the number of all positions. Padding then waters the loss
    down: the same text costs less in a batch with a longer one. Reread section 1.2,
    equation (1.4), and see what N counts.""",
)
def mean_over_padding(y, targets, mask):
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return -(picked * mask).mean()


@misconception(
    "sequence_cross_entropy",
    """You probably left the mask out: padded positions are in your mean. The network
    would be trained to predict padding. Reread section 1.2, equation (1.4).""",
)
def mask_ignored(y, targets, mask):
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, targets[..., None], axis=-1).mean()


@misconception(
    "sequence_cross_entropy",
    """Your loss is a sum, not a mean. It grows with the length of the text, and so
    would the size of every step of training. Reread section 1.2, equation (1.4), and
    look at what stands before its sum.""",
)
def sum_not_mean(y, targets, mask):
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return -(picked * mask).sum()


@misconception(
    "sequence_cross_entropy",
    """You probably averaged each sequence first and then the sequences. A token of a
    short text then weighs more than one of a long text. In equation (1.4), section 1.2,
    every token that counts has the same weight.""",
)
def mean_of_sequence_means(y, targets, mask):
    if not mask.any():
        return 0.0
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return -np.mean((picked * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1))


@misconception(
    "sequence_cross_entropy",
    """Your loss is negative. Logarithms of probabilities are, and a loss that is made
    small must turn them round, or training would make the targets less likely. Reread
    section 1.2, equation (1.4).""",
)
def sign_forgotten(y, targets, mask):
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return (picked * mask).sum() / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy",
    """You probably took the logarithm to base 2. That is the loss in bits; the task and
    equation (1.4) in section 1.2 ask for nats. Section 1.7, equation (1.11), goes from
    one to the other.""",
)
def bits_for_nats(y, targets, mask):
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return -(picked * mask).sum() / max(mask.sum(), 1) / np.log(2)


@misconception(
    "sequence_cross_entropy",
    """You probably took the softmax first, and added a tiny number before the logarithm
    so that it stays finite. That number hides how wrong a hopeless prediction is. Put
    equation (1.3) into (1.4) on paper, section 1.2: the exponential of the target and
    the logarithm cancel.""",
)
def tiny_number_in_the_logarithm(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    picked = np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]
    return -(np.log(picked + 1e-12) * mask).sum() / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy",
    """You probably multiplied the scores by the mask. A padded position then has equal
    scores, which still cost the logarithm of the vocabulary's size. In equation (1.4),
    section 1.2, the mask weighs the terms of the sum.""",
)
def scores_masked(y, targets, mask):
    z = y * mask[..., None]
    z = z - z.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)
    return -picked.sum() / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy",
    """Your loss becomes infinite where scores are far apart or very large: before the
    logarithm was taken, a probability had rounded to zero, or an exponential had
    overflowed. Such a loss is large but finite. Put equation (1.3), with its maximum,
    into (1.4) on paper, section 1.2: the exponential of the target and the logarithm
    cancel.""",
)
def logarithm_of_a_rounded_probability(y, targets, mask):
    if not mask.any():
        return 0.0
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    picked = np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]
    return -np.log(picked[mask]).mean()


@misconception(
    "sequence_cross_entropy",
    """Your loss is not a number where scores are very large: their exponentials
    overflow, and you probably took the softmax without its maximum. Reread section 1.2,
    equation (1.3), and put it into (1.4) before you take the logarithm.""",
)
def loss_of_an_overflowing_softmax(y, targets, mask):
    if not mask.any():
        return 0.0
    e = np.exp(y)
    p = e / e.sum(axis=-1, keepdims=True)
    picked = np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]
    return -np.log(picked[mask]).mean()


@misconception(
    "sequence_cross_entropy",
    """Your loss is not a number where no position counts: you probably divided zero by
    zero. A batch of padding costs nothing, and one such number would spoil every weight
    it reaches. Reread the shapes in the task, and N in section 1.2, equation (1.4).""",
)
def loss_of_nothing_divided_by_zero(y, targets, mask):
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    return -(picked * mask).sum() / mask.sum()


@misconception(
    "sequence_cross_entropy",
    """Your loss becomes infinite where scores are far apart, and is not a number where
    no position counts. You probably took the logarithm of a finished softmax, which
    rounds to zero, and divided by an N that may be zero. Put equation (1.3) into (1.4)
    on paper, section 1.2, and reread the task for a batch of padding.""",
)
def rounded_probability_and_division_by_zero(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    picked = np.take_along_axis(p, targets[..., None], axis=-1)[..., 0]
    return -(np.log(picked) * mask).sum() / mask.sum()


# --- 5. The gradient of the loss ---------------------------------------------------


@inputs("sequence_cross_entropy_backward")
def loss_gradient_inputs(rng):
    return scores_and_mask(rng)


@misconception(
    "sequence_cross_entropy_backward",
    """You probably left out the division. The loss is a mean over N tokens, so each of
    them pushes with one N-th. Reread section 1.2, equation (1.5).""",
)
def gradient_of_the_sum(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - np.eye(y.shape[-1])[targets]) * mask[..., None]


@misconception(
    "sequence_cross_entropy_backward",
    """You probably divided by the number of all positions. N counts only those that the
    mask keeps, in the loss and so in its gradient. Reread section 1.2, equations (1.4)
    and (1.5).""",
)
def divided_by_all_positions(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - np.eye(y.shape[-1])[targets]) * mask[..., None] / mask.size


@misconception(
    "sequence_cross_entropy_backward",
    """You probably divided by the batch size alone. The loss is a mean over tokens, not
    over sequences. Reread section 1.2, equations (1.4) and (1.5).""",
)
def divided_by_the_batch(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - np.eye(y.shape[-1])[targets]) * mask[..., None] / len(y)


@misconception(
    "sequence_cross_entropy_backward",
    """Your padded positions get a gradient. They have no part in the loss, so nothing
    may push their scores. Reread section 1.2, equation (1.5), and look
    for the mask.""",
)
def padding_pushed(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - np.eye(y.shape[-1])[targets]) / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy_backward",
    """Your signs are turned round. A step goes against the gradient, so with yours the
    target's score would fall and the others would rise. Reread section 1.2, equation
    (1.5).""",
)
def signs_turned_round(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    dy = (np.eye(y.shape[-1])[targets] - p) * mask[..., None]
    return dy / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy_backward",
    """You probably used the scores where the formula has probabilities. The gradient of
    this loss compares what the network believes, after the softmax, with the target.
    Reread section 1.2, equations (1.3) and (1.5).""",
)
def scores_for_probabilities(y, targets, mask):
    dy = (y - np.eye(y.shape[-1])[targets]) * mask[..., None]
    return dy / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy_backward",
    """You probably forgot to take away the one-hot target: all your entries push down,
    and nothing pushes the target up. Each row should sum to zero. Reread section 1.2,
    equation (1.5).""",
)
def target_not_subtracted(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return p * mask[..., None] / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy_backward",
    """Your gradient is not a number where no position counts: you probably divided by
    zero. A batch of padding pushes nothing, and one such number would spoil every
    weight it reaches. Reread the shapes in the task, and N in section 1.2, equation
    (1.4).""",
)
def gradient_of_nothing_divided_by_zero(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - np.eye(y.shape[-1])[targets]) * mask[..., None] / mask.sum()


@misconception(
    "sequence_cross_entropy_backward",
    """Your gradient is not a number where scores are very large: their exponentials
    overflow, and you probably took the softmax without its maximum. Reread section 1.2,
    equation (1.3).""",
)
def gradient_of_an_overflowing_softmax(y, targets, mask):
    e = np.exp(y)
    p = e / e.sum(axis=-1, keepdims=True)
    dy = (p - np.eye(y.shape[-1])[targets]) * mask[..., None]
    return dy / max(mask.sum(), 1)


@misconception(
    "sequence_cross_entropy_backward",
    """Your gradient is not a number where scores are very large, nor where no position
    counts. You probably took the softmax without its maximum, and divided by an N that
    may be zero. Reread section 1.2, equation (1.3), and the task on a batch of padding.
    """,
)
def overflowing_softmax_and_division_by_zero(y, targets, mask):
    e = np.exp(y)
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - np.eye(y.shape[-1])[targets]) * mask[..., None] / mask.sum()


@misconception(
    "sequence_cross_entropy_backward",
    """You probably divided each sequence by its own number of tokens. A token of a
    short text then pushes harder than one of a long text. In equations (1.4) and (1.5),
    section 1.2, there is one N for the whole batch.""",
)
def divided_sequence_by_sequence(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    dy = (p - np.eye(y.shape[-1])[targets]) * mask[..., None]
    return dy / np.maximum(mask.sum(axis=1), 1)[:, None, None]


@misconception(
    "sequence_cross_entropy_backward",
    """You probably took the mean of each sequence first and then the mean over the
    sequences. A token of a short text then pushes harder than one of a long text. In
    equations (1.4) and (1.5), section 1.2, there is one N for the whole batch.""",
)
def gradient_of_the_mean_of_means(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    dy = (p - np.eye(y.shape[-1])[targets]) * mask[..., None]
    return dy / np.maximum(mask.sum(axis=1), 1)[:, None, None] / len(y)


# --- 6. One step back --------------------------------------------------------------


@inputs("rnn_step_backward")
def step_back_inputs(rng):
    x, h, W, U, b = arrays(rng, (4, 3), (4, 5), (3, 5), (5, 5), (5,))
    return rng.normal(size=(4, 5)), x, h, np.tanh(x @ W + h @ U + b), W, U


@misconception(
    "rnn_step_backward",
    """You probably applied tanh once more to the state. The state already is the tanh
    of the sum, and the slope is written with it. Reread section 1.3, equation (1.6).
    """,
)
def tanh_twice(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - np.tanh(h_t) ** 2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        h_prev.T @ delta,
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably sent the gradient on without the slope of tanh. Where a unit is
    saturated hardly anything should pass. Reread section 1.3, equation (1.6), and look
    at how its first line makes delta.""",
)
def slope_forgotten(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    return (
        dh_t @ W_xh.T,
        dh_t @ W_hh.T,
        x_t.T @ dh_t,
        h_prev.T @ dh_t,
        dh_t.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably used the sigmoid's slope. The network squashes with tanh, whose
    slope is 1 at zero and falls with the square of the state. Reread section 1.3,
    equation (1.6).""",
)
def slope_of_a_sigmoid(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * h_t * (1 - h_t)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        h_prev.T @ delta,
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """What you send back to the previous state goes through the matrix the same way as
    forward. On the way back it is transposed; as it is square, the shapes do not
    complain. Reread section 1.3, equation (1.6).""",
)
def sent_back_without_transpose(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh,
        x_t.T @ delta,
        h_prev.T @ delta,
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably used the new state in the gradient of the matrix from state to
    state. That matrix was multiplied with the state before the step. Reread section
    1.3, equation (1.6), and mind the index of h.""",
)
def new_state_in_the_weights(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        h_t.T @ delta,
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably averaged the bias's gradient over the batch. Every row used the same
    bias, so their gradients add up; a mean, if there is one, belongs to the loss.
    Reread section 1.3, equation (1.6).""",
)
def bias_averaged(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        h_prev.T @ delta,
        delta.mean(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably divided the gradients of the weights by the batch size. The mean is
    a part of the loss and is already in what reaches the state; taking it again makes
    every step too small. Reread section 1.3, equation (1.6).""",
)
def weights_averaged(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta / len(x_t),
        h_prev.T @ delta / len(x_t),
        delta.mean(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably took an outer product of whole batches. It pairs every row with
    every other, and its result has the wrong shape as soon as there are two rows. The
    outer product in section 1.3 is for single rows: reread there, below equation (1.6),
    what sums over the rows of a batch.""",
)
def outer_product_of_the_batch(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        np.outer(x_t, delta),
        np.outer(h_prev, delta),
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably summed over the batch first and took the outer product of the sums.
    That mixes the input of one row with the gradient of another. Each row has an outer
    product of its own, and these are summed: reread section 1.3, below equation (1.6).
    """,
)
def outer_product_of_the_sums(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        np.outer(x_t.sum(axis=0), delta.sum(axis=0)),
        np.outer(h_prev.sum(axis=0), delta.sum(axis=0)),
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """You probably multiplied by the slope of tanh twice. There is one squashing in a
    step, so there is one slope on the way back. Reread section 1.3, equation (1.6):
    only its first line has a slope.""",
)
def slope_taken_twice(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2) ** 2
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        h_prev.T @ delta,
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """Your gradient of the matrix from state to state is transposed. It is square, so
    the shapes do not complain; its rows belong to the old state, its columns to the new
    one. Reread section 1.3, equation (1.6), and mind what stands on the left.""",
)
def recurrent_gradient_transposed(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        delta.T @ h_prev,
        delta.sum(axis=0),
    )


@misconception(
    "rnn_step_backward",
    """Your gradient of the bias comes from the first row of the batch alone. Every row
    used the same bias, so all of them add to it. Reread section 1.3, equation (1.6),
    and see what its last sum runs over.""",
)
def bias_of_the_first_row(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    delta = dh_t * (1 - h_t**2)
    return (
        delta @ W_xh.T,
        delta @ W_hh.T,
        x_t.T @ delta,
        h_prev.T @ delta,
        delta[0],
    )


# --- 7. Backpropagation through time -----------------------------------------------


@inputs("rnn_backward")
def backward_inputs(rng):
    """In about one draw of three the sequence has no steps."""
    T = rng.choice([0, 6, 6])
    x, h_0, W, U, b = arrays(rng, (3, T, 4), (3, 5), (4, 5), (5, 5), (5,))
    h, state = np.empty((3, T, 5)), h_0
    for t in range(T):
        state = np.tanh(x[:, t] @ W + state @ U + b)
        h[:, t] = state
    return rng.normal(size=(3, T, 5)), x, h_0, h, W, U


@misconception(
    "rnn_backward",
    """Each of your steps hears only from its own scores. What the next step sends back
    is missing, so nothing is learned from later losses. Reread section 1.3, equation
    (1.7).""",
)
def steps_on_their_own(dh, x, h_0, h, W_xh, W_hh):
    delta = dh * (1 - h**2)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    sent = delta[:, 0] @ W_hh.T if x.shape[1] else np.zeros_like(h_0)
    return delta @ W_xh.T, sent, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """Only the last step's loss reaches your network. Every state has scores of its
    own, and what comes from them joins what comes from the next step. Reread section
    1.3, equation (1.7).""",
)
def only_the_last_loss(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        carry = dh[:, t] if t == h.shape[1] - 1 else carry
        delta[:, t] = carry * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """You probably used the state after each step in the gradient of the matrix from
    state to state. That matrix was multiplied with the state before the step. Reread
    section 1.3, equations (1.6) and (1.7), and mind the index of h.""",
)
def states_after_the_step(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """Your first step takes the last state for the one before it: the index -1 counts
    from the end in Python. The first step received the given first state. Reread
    section 1.3, below equation (1.7).""",
)
def last_state_before_the_first(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", np.roll(h, 1, axis=1), delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """Your first step has no part in the gradient of the matrix from state to state, as
    if the state before it were zero. It is an input of this function and need not be.
    Reread section 1.3, below equation (1.7).""",
)
def first_state_taken_for_zero(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h[:, :-1], delta[:, 1:])
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """The gradients of your weights come from one step only: each turn of the loop
    probably overwrites the one before. The weights are used at every step, so the
    gradients of all steps add up. Reread section 1.3, equation (1.7).""",
)
def overwritten_not_summed(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    dW_xh, dW_hh, db_h = 0 * W_xh, 0 * W_hh, 0 * W_hh[0]
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
        dW_xh = x[:, t].T @ delta[:, t]
        dW_hh = (h[:, t - 1] if t else h_0).T @ delta[:, t]
        db_h = delta[:, t].sum(axis=0)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, db_h


@misconception(
    "rnn_backward",
    """You probably added what comes from the scores after the slope. Both gradients
    reach the same state, so both pass through its tanh. Reread section 1.3, equation
    (1.7), and mind which of the two the slope multiplies.""",
)
def own_loss_past_the_slope(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = dh[:, t] + carry * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """What your steps send back goes through the matrix the same way as forward. On the
    way back it is transposed; as it is square, the shapes do not complain. Reread
    section 1.3, equation (1.7).""",
)
def carried_without_transpose(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """The gradient that you return for the given state is taken one step too early: it
    has come back only as far as the state after the first step. The first step has to
    send it on once more, through its own slope and matrix. Reread section 1.3,
    equations (1.6) and (1.7).""",
)
def first_state_one_step_early(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    before = carry
    for t in reversed(range(h.shape[1])):
        before = carry  # what the next step sends back
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, before, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """The gradient that you return for the given state is taken one step too early: it
    has come back only as far as the state after the first step. The first step has to
    send it on once more, through its own slope and matrix. Reread section 1.3,
    equations (1.6) and (1.7).""",
)
def first_state_with_its_scores(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    reaching = carry
    for t in reversed(range(h.shape[1])):
        reaching = dh[:, t] + carry
        delta[:, t] = reaching * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, reaching, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """You probably multiplied by the slope of tanh twice at each step. There is one
    squashing in a step, so there is one slope on the way back. Reread section 1.3,
    equations (1.6) and (1.7).""",
)
def both_slopes_taken_twice(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2) ** 2
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """What your steps send back is multiplied by the slope of tanh once more. The slope
    is already in delta; only the matrix follows. Reread section 1.3, equations (1.6)
    and (1.7).""",
)
def slope_taken_again_on_the_way(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = (delta[:, t] * (1 - h[:, t] ** 2)) @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """You probably applied tanh once more to the states. They already are the tanh of
    the sum, and the slope is written with them. Reread section 1.3, equation (1.6).""",
)
def tanh_of_every_state(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - np.tanh(h[:, t]) ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """For a sequence of no steps your gradient of the given state is a single number.
    What comes from the next step is zero before the loop, but zero for every unit of
    every row. Reread the task's last sentence on shapes, and section 1.3, equation
    (1.7).""",
)
def a_number_for_no_steps(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), 0
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "rnn_backward",
    """Your gradient of the matrix from state to state is transposed. It is square, so
    the shapes do not complain; its rows belong to the old state, its columns to the new
    one. Reread section 1.3, equation (1.6), and mind what stands on the left.""",
)
def gradient_of_the_loop_transposed(dh, x, h_0, h, W_xh, W_hh):
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->hg", h_prev, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


# --- 8. Truncated backpropagation through time -------------------------------------


@inputs("truncated_bptt")
def truncated_inputs(rng):
    x, h_0, W, U, b = arrays(rng, (2, 7, 4), (2, 5), (4, 5), (5, 5), (5,))
    return rng.normal(size=(2, 7, 5)), x, h_0, W, U, b, 3


@misconception(
    "truncated_bptt",
    """Your gradient runs back to the start of the stream: nothing is cut. Then memory
    and time grow with the stream, which is what the windows are for. Reread section
    1.6, on truncated backpropagation.""",
)
def nothing_cut(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """Each of your windows starts from the first state again. Only the gradient stops
    at a border; the state goes on, or the network forgets everything every K steps.
    Reread section 1.6, on truncated backpropagation.""",
)
def state_reset_at_borders(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, h_prev = np.empty(dh.shape), np.empty(dh.shape)
    for t in range(x.shape[1]):
        h_prev[:, t] = h[:, t - 1] if t % K else h_0
        h[:, t] = np.tanh(x[:, t] @ W_xh + h_prev[:, t] @ W_hh + b_h)
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """Each of your windows after the first starts from zeros. Only the gradient stops
    at a border; the values of the state go on. Reread section 1.6, on truncated
    backpropagation.""",
)
def state_zeroed_at_borders(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, h_prev = np.empty(dh.shape), np.zeros(dh.shape)
    for t in range(x.shape[1]):
        if t % K:
            h_prev[:, t] = h[:, t - 1]
        elif t == 0:
            h_prev[:, t] = h_0
        h[:, t] = np.tanh(x[:, t] @ W_xh + h_prev[:, t] @ W_hh + b_h)
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """Your borders lie one step too early: the first window is shorter than the others.
    The step that sends nothing back is the first of its window. Draw the windows of the
    example, and reread section 1.6.""",
)
def borders_one_step_early(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if (t + 1) % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """You probably counted the windows from the end of the stream. A stream is read
    from its start, so full windows come first and only the last may be shorter. Reread
    section 1.6, on truncated backpropagation.""",
)
def windows_from_the_end(dh, x, h_0, W_xh, W_hh, b_h, K):
    T = x.shape[1]
    h, state = np.empty(dh.shape), h_0
    for t in range(T):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(T)):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if (T - t) % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """The steps after your last full window give no gradient. The last window may be
    shorter than the others, but it counts like them. Reread the task, and section 1.6
    on truncated backpropagation.""",
)
def short_window_dropped(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.zeros(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1] // K * K)):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """You probably averaged over the windows. The task asks for the sum over all of
    them, as if each window had added to the same gradient. Reread the task, and
    equation (1.7) in section 1.3.""",
)
def averaged_over_windows(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    delta = delta / max(1, -(-x.shape[1] // K))
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """You probably let every loss look back over K steps of its own, in a sliding
    window. Here the borders are fixed: a loss reaches back to the start of its window
    and no further. Reread section 1.6, on truncated backpropagation.""",
)
def sliding_windows(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta = np.zeros(h.shape)
    for end in range(x.shape[1]):
        carry = dh[:, end]
        for t in range(end, max(end - K, -1), -1):
            carry = carry * (1 - h[:, t] ** 2)
            delta[:, t] += carry
            carry = carry @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """Your windows restart from the first state, but the gradient of the matrix from
    state to state uses the window before. Only the gradient stops at a border; the
    state goes on, or the network forgets everything every K steps. Reread section 1.6,
    on truncated backpropagation.""",
)
def state_reset_but_not_in_the_weights(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = state if t % K else h_0
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """At the border of each window your gradient of the matrix from state to state
    uses the very first state, where the step received the last state of the window
    before. No gradient flows into that state, but its numbers count. Reread section
    1.6, on truncated backpropagation, and section 1.3, equation (1.7).""",
)
def first_state_in_the_weights_at_borders(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    h_prev[:, ::K] = h_0[:, None]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """The first step of each later window has no part in your gradient of the matrix
    from state to state. It received the last state of the window before: no gradient
    flows into that state, but its numbers count. Reread section 1.6, on truncated
    backpropagation, and section 1.3, equation (1.7).""",
)
def borders_missing_in_the_weights(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    h_prev[:, K::K] = 0
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """The first step of each window has no part in your gradient of the matrix from
    state to state. It received a state, from the window before or from outside. No
    gradient flows into that state, but its numbers count: reread section 1.6, on
    truncated backpropagation, and section 1.3, equation (1.7).""",
)
def every_border_missing_in_the_weights(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    h_prev[:, ::K] = 0
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """Each of your windows starts from zeros, even the first one. The first state is an
    input of this function, and at a border only the gradient stops: the values of the
    state go on. Reread section 1.6, on truncated backpropagation.""",
)
def every_window_from_zeros(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, h_prev = np.empty(dh.shape), np.zeros(dh.shape)
    for t in range(x.shape[1]):
        if t % K:
            h_prev[:, t] = h[:, t - 1]
        h[:, t] = np.tanh(x[:, t] @ W_xh + h_prev[:, t] @ W_hh + b_h)
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T if t % K else np.zeros_like(h_0)
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "truncated_bptt",
    """What your steps send back goes through the matrix the same way as forward. On the
    way back it is transposed; as it is square, the shapes do not complain. Reread
    section 1.3, equation (1.7).""",
)
def sent_back_in_windows_without_transpose(dh, x, h_0, W_xh, W_hh, b_h, K):
    h, state = np.empty(dh.shape), h_0
    for t in range(x.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    delta, carry = np.empty(h.shape), np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh if t % K else np.zeros_like(h_0)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))


# --- 9. Clipping by the global norm ------------------------------------------------


@inputs("clip_by_global_norm")
def clip_inputs(rng):
    grads = [4 * rng.normal(size=(3, 4)), rng.normal(size=5), rng.normal(size=(2, 1))]
    whole = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    # Long or short against the limit: each sets other wrong answers apart.
    return grads, float(whole * rng.choice([0.1, 0.2, 0.3, 2.0, 3.0]))


@misconception(
    "clip_by_global_norm",
    """You probably clipped each array by its own norm. Long arrays are then shortened
    more than others, and the step points elsewhere. Reread section 1.6, equation
    (1.10): how many norms does it have?""",
)
def clipped_one_by_one(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [g * min(1, max_norm / max(np.linalg.norm(g), 1e-12)) for g in grads], norm


@misconception(
    "clip_by_global_norm",
    """You probably cut off single entries at the limit. That changes the direction of
    the step, and leaves many entries of medium size as long as they are. Reread section
    1.6, equation (1.10), which has one factor for all.""",
)
def entries_cut_off(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [np.clip(g, -max_norm, max_norm) for g in grads], norm


@misconception(
    "clip_by_global_norm",
    """Short gradients of yours are stretched to the limit. Clipping only shortens: as
    training settles, gradients should become small and stay so. Reread section 1.6,
    equation (1.10), and look for its minimum.""",
)
def short_ones_stretched(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    scale = max_norm / norm if norm else 1
    return [g * scale for g in grads], norm


@misconception(
    "clip_by_global_norm",
    """You probably added up the norms of the arrays. The norm of all entries together
    is smaller than that sum: squares are added, and the root comes last. Reread section
    1.6, equation (1.10).""",
)
def norms_added_up(grads, max_norm):
    norm = sum(np.linalg.norm(g) for g in grads)
    return [g * (max_norm / max(norm, max_norm)) for g in grads], norm


@misconception(
    "clip_by_global_norm",
    """You probably left out the square root. What you compare with the limit is the
    square of a length. Reread section 1.6, equation (1.10).""",
)
def root_forgotten(grads, max_norm):
    norm = sum((g**2).sum() for g in grads)
    return [g * (max_norm / max(norm, max_norm)) for g in grads], norm


@misconception(
    "clip_by_global_norm",
    """You probably took the largest entry for the norm. A gradient of many entries is
    much longer than its largest one. Reread section 1.6, equation (1.10).""",
)
def largest_entry_for_the_norm(grads, max_norm):
    norm = max(np.abs(g).max() for g in grads)
    return [g * (max_norm / max(norm, max_norm)) for g in grads], norm


@misconception(
    "clip_by_global_norm",
    """You probably multiplied by the limit alone, without dividing by the norm. The
    result is then as much too long as before, only scaled. Reread section 1.6, equation
    (1.10), and compute the norm of your result.""",
)
def not_divided_by_the_norm(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    scale = max_norm if norm > max_norm else 1
    return [g * scale for g in grads], norm


# --- 10. Sampling with a temperature -----------------------------------------------


@inputs("sample")
def sample_inputs(rng):
    y, chance = 1.5 * rng.normal(size=(60, 10)), rng.random(60)
    y[0] += 2000  # overflows without a maximum, and token 0 is none to be drawn
    y[0, 0] = 1940
    y[1:4] = [0.0] * 4 + [-1e5] * 6  # running sums that are exact: 0.25, 0.5, 0.75
    chance[1:4] = 0.25, 0.5, 0.75
    y[4], chance[4] = 0.0, 1 - 2**-53  # the sum of ten tenths is not above it
    return y, float(rng.choice([0.4, 0.5, 2.0, 2.5])), chance


@misconception(
    "sample",
    """You probably multiplied by the temperature. A high one then makes the text
    more certain, not more daring. Reread section 1.7, equation (1.12).""",
)
def multiplied_by_the_temperature(y, temperature, chance):
    z = y * temperature
    total = np.cumsum(np.exp(z - z.max(axis=1, keepdims=True)), axis=1)
    return np.argmax(total / total[:, -1:] > chance[:, None], axis=1)


@misconception(
    "sample",
    """Your tokens are drawn at temperature 1, whatever is asked for. Reread section
    1.7, equation (1.12), and see where the temperature enters.""",
)
def temperature_ignored(y, temperature, chance):
    total = np.cumsum(np.exp(y - y.max(axis=1, keepdims=True)), axis=1)
    return np.argmax(total / total[:, -1:] > chance[:, None], axis=1)


@misconception(
    "sample",
    """You always take the most probable token, and the row's number has no effect.
    That is greedy decoding; sampling gives every token its share. Reread section
    1.7, around equation (1.12).""",
)
def greedy_for_sampling(y, temperature, chance):
    return np.argmax(y, axis=1)


@misconception(
    "sample",
    """You probably compared each number with the probabilities one by one. They
    have to be laid end to end first, so that every number falls on exactly one
    piece. Reread section 1.7, and the rule in the task.""",
)
def not_laid_end_to_end(y, temperature, chance):
    e = np.exp((y - y.max(axis=1, keepdims=True)) / temperature)
    return np.argmax(e / e.sum(axis=1, keepdims=True) > chance[:, None], axis=1)


@misconception(
    "sample",
    """You probably divided the probabilities by the temperature. After that they no
    longer sum to one. The temperature belongs to the scores, before the softmax:
    reread section 1.7, equation (1.12).""",
)
def probabilities_divided(y, temperature, chance):
    e = np.exp(y - y.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True) / temperature
    return np.argmax(np.cumsum(p, axis=1) > chance[:, None], axis=1)


@misconception(
    "sample",
    """Your tokens are one too low: you probably take the last running sum that is
    still below the row's number. The piece on which it falls is the one whose
    running sum first exceeds it. Reread the rule in the task, and section 1.7.""",
)
def one_token_too_low(y, temperature, chance):
    z = y / temperature
    total = np.cumsum(np.exp(z - z.max(axis=1, keepdims=True)), axis=1)
    k = np.argmax(total / total[:, -1:] > chance[:, None], axis=1)
    return np.maximum(k - 1, 0)


@misconception(
    "sample",
    """You probably compared the row's number with running sums of exponentials that
    do not end at 1. They have to be divided by their total, as in the softmax.
    Reread section 1.2, equation (1.3), and section 1.7, equation (1.12).""",
)
def sums_not_normalised(y, temperature, chance):
    z = y / temperature
    total = np.cumsum(np.exp(z - z.max(axis=1, keepdims=True)), axis=1)
    return np.argmax(total > chance[:, None], axis=1)


@misconception(
    "sample",
    """You probably used one random number for the whole batch. Each row has its
    own; with a shared one all rows are lucky or unlucky together. Reread the shapes
    in the task, and section 1.7.""",
)
def one_chance_for_all(y, temperature, chance):
    z = y / temperature
    total = np.cumsum(np.exp(z - z.max(axis=1, keepdims=True)), axis=1)
    return np.argmax(total / total[:, -1:] > chance[0], axis=1)


@misconception(
    "sample",
    """Your tokens are one too low where the row's number is exactly one of the
    running sums: you probably asked for a sum at least as large, where the rule
    asks for a larger one. With your rule a token without any probability could be
    drawn when the number is zero. Reread the rule in the task, and section 1.7.""",
)
def at_least_for_above(y, temperature, chance):
    z = y / temperature
    total = np.cumsum(np.exp(z - z.max(axis=1, keepdims=True)), axis=1)
    return np.argmax(total / total[:, -1:] >= chance[:, None], axis=1)


@misconception(
    "sample",
    """You probably took exponentials of the scores as they are. Large scores
    overflow, and no running sum is then above any number. Reread section 1.2,
    equation (1.3), on what is taken away first, and section 1.7, equation (1.12).
    """,
)
def sampled_without_a_maximum(y, temperature, chance):
    total = np.cumsum(np.exp(y / temperature), axis=1)
    return np.argmax(total / total[:, -1:] > chance[:, None], axis=1)


@misconception(
    "sample",
    """You draw token 0 where the row's number is very close to 1. Probabilities are
    rounded, so their running sum may end a little below 1 and below it, and then
    none of your comparisons holds. Reread the rule in the task for this case, and
    section 1.7.""",
)
def first_token_for_a_chance_close_to_one(y, temperature, chance):
    e = np.exp((y - y.max(axis=1, keepdims=True)) / temperature)
    p = e / e.sum(axis=1, keepdims=True)
    return np.argmax(np.cumsum(p, axis=1) > chance[:, None], axis=1)


@misconception(
    "sample",
    """You draw token 0 in two cases where you should not: for very large scores,
    whose exponentials overflow, and for a number very close to 1, which no running
    sum exceeds. Reread section 1.2, equation (1.3), on what is taken away first,
    and the rule in the task.""",
)
def without_a_maximum_and_first_token_near_one(y, temperature, chance):
    e = np.exp(y / temperature)
    p = e / e.sum(axis=1, keepdims=True)
    return np.argmax(np.cumsum(p, axis=1) > chance[:, None], axis=1)


@misconception(
    "sample",
    """You probably took one maximum for the whole batch. A row far below it then has
    only zeros left, and no running sum. Every row has a maximum of its own: reread
    section 1.2, equation (1.3), and section 1.7, equation (1.12).""",
)
def sampled_with_one_maximum(y, temperature, chance):
    z = y / temperature
    total = np.cumsum(np.exp(z - z.max()), axis=1)
    return np.argmax(total / total[:, -1:] > chance[:, None], axis=1)


# --- 11. Teacher forcing -----------------------------------------------------------


@inputs("teacher_forced_scores")
def teacher_inputs(rng):
    weights = arrays(rng, (6, 4), (5, 4), (4, 4), (4,), (4, 5), (5,), scale=1.0)
    return rng.integers(5, size=(6, 7)), *weights


@misconception(
    "teacher_forced_scores",
    """From the second step on, your network reads what it has just said. With teacher
    forcing it reads the given text, right or wrong as its own guess may be. Reread
    section 1.4.""",
)
def own_guesses_read(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y, h = np.empty((*tokens.shape, len(b_y))), h_0
    token = tokens[:, 0] if tokens.size else None
    for t in range(tokens.shape[1]):
        h = np.tanh(W_xh[token] + h @ W_hh + b_h)
        y[:, t] = h @ W_hy + b_y
        token = y[:, t].argmax(axis=1)
    return y


@misconception(
    "teacher_forced_scores",
    """Your scores come one step too early: they are made from the state before the
    token is read. The network reads a token first, and then says what may follow it.
    Reread section 1.4, and equations (1.1) and (1.2).""",
)
def scored_before_reading(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y, h = np.empty((*tokens.shape, len(b_y))), h_0
    for t in range(tokens.shape[1]):
        y[:, t] = h @ W_hy + b_y
        h = np.tanh(W_xh[tokens[:, t]] + h @ W_hh + b_h)
    return y


@misconception(
    "teacher_forced_scores",
    """You probably left out the bias of the scores. It says how common each token is by
    itself. Reread section 1.1, equation (1.2).""",
)
def bias_of_scores_forgotten(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y, h = np.empty((*tokens.shape, len(b_y))), h_0
    for t in range(tokens.shape[1]):
        h = np.tanh(W_xh[tokens[:, t]] + h @ W_hh + b_h)
        y[:, t] = h @ W_hy
    return y


@misconception(
    "teacher_forced_scores",
    """Every step of yours starts from the first state again, so each token is read
    without those before it. The state that a step makes goes into the next. Reread the
    loop in section 1.1.""",
)
def text_without_memory(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    h = np.tanh(W_xh[tokens] + (h_0 @ W_hh)[:, None] + b_h)
    return h @ W_hy + b_y


@misconception(
    "teacher_forced_scores",
    """You probably returned probabilities. The task asks for scores; the softmax comes
    later, together with the loss, where it can be kept stable. Reread section 1.1,
    equation (1.2).""",
)
def probabilities_for_scores(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y, h = np.empty((*tokens.shape, len(b_y))), h_0
    for t in range(tokens.shape[1]):
        h = np.tanh(W_xh[tokens[:, t]] + h @ W_hh + b_h)
        e = np.exp(h @ W_hy + b_y)
        y[:, t] = e / e.sum(axis=1, keepdims=True)
    return y


@misconception(
    "teacher_forced_scores",
    """Your scores are squashed by tanh. Only the state is; a score may be as large as
    it needs to be, or no prediction could ever be certain. Reread section 1.1,
    equation (1.2).""",
)
def scores_squashed(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y, h = np.empty((*tokens.shape, len(b_y))), h_0
    for t in range(tokens.shape[1]):
        h = np.tanh(W_xh[tokens[:, t]] + h @ W_hh + b_h)
        y[:, t] = np.tanh(h @ W_hy + b_y)
    return y


@misconception(
    "teacher_forced_scores",
    """You probably started from zeros. The first state is an input of this function: a
    text that is read in pieces goes on from where it was. Reread section 1.4, and the
    loop in section 1.1.""",
)
def text_started_from_zeros(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y, h = np.empty((*tokens.shape, len(b_y))), np.zeros_like(h_0)
    for t in range(tokens.shape[1]):
        h = np.tanh(W_xh[tokens[:, t]] + h @ W_hh + b_h)
        y[:, t] = h @ W_hy + b_y
    return y


@misconception(
    "teacher_forced_scores",
    """Your scores are right, but in the wrong places: you probably stacked the steps
    first and then reshaped. Reshaping only cuts the same list of numbers anew, so the
    steps of one text end up in another one. Axes have to change places: reread the
    shapes in the task, and section 1.4.""",
)
def scores_of_steps_and_batch_reshaped(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    (B, T), h = tokens.shape, h_0
    y = np.empty((T, B, len(b_y)))
    for t in range(T):
        h = np.tanh(W_xh[tokens[:, t]] + h @ W_hh + b_h)
        y[t] = h @ W_hy + b_y
    return y.reshape(B, T, len(b_y))


# --- 12. Free running --------------------------------------------------------------


@inputs("free_running")
def free_inputs(rng):
    weights = arrays(rng, (12, 5), (8, 5), (5, 5), (5,), (5, 8), (8,), scale=1.0)
    return rng.integers(8, size=12), 7, *weights


@misconception(
    "free_running",
    """Your network reads the first token again and again. From the second step on it
    reads what it wrote the step before. Reread section 1.4, on free running.""",
)
def first_token_again(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, h = np.empty((len(first), T), dtype=int), h_0
    for t in range(T):
        h = np.tanh(W_xh[first] + h @ W_hh + b_h)
        tokens[:, t] = np.argmax(h @ W_hy + b_y, axis=1)
    return tokens


@misconception(
    "free_running",
    """Your text begins with the token that was given. The result holds what the network
    wrote, and its first token is the network's first output. Reread the shapes in the
    task, and section 1.4.""",
)
def given_token_returned(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, token, h = np.empty((len(first), T), dtype=int), first, h_0
    for t in range(T):
        tokens[:, t] = token
        h = np.tanh(W_xh[token] + h @ W_hh + b_h)
        token = np.argmax(h @ W_hy + b_y, axis=1)
    return tokens


@misconception(
    "free_running",
    """Only the token goes from step to step in your loop; the state starts afresh each
    time. Then what comes next depends on one token alone, and a letter that occurs
    twice in a word is always followed by the same one. Reread section 1.4, and the loop
    in section 1.1.""",
)
def writer_without_memory(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, token = np.empty((len(first), T), dtype=int), first
    for t in range(T):
        h = np.tanh(W_xh[token] + h_0 @ W_hh + b_h)
        token = np.argmax(h @ W_hy + b_y, axis=1)
        tokens[:, t] = token
    return tokens


@misconception(
    "free_running",
    """You probably fed the probabilities back instead of the token. The network then
    reads a mixture of all tokens, which it has never seen in training. Reread section
    1.4, on free running.""",
)
def probabilities_fed_back(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, h = np.empty((len(first), T), dtype=int), h_0
    x = np.eye(len(b_y))[first]
    for t in range(T):
        h = np.tanh(x @ W_xh + h @ W_hh + b_h)
        e = np.exp(h @ W_hy + b_y)
        x = e / e.sum(axis=1, keepdims=True)
        tokens[:, t] = np.argmax(x, axis=1)
    return tokens


@misconception(
    "free_running",
    """You probably fed the scores back as they are. The next input is the one token
    that was chosen, in the form of every other input. Reread section 1.4, on free
    running.""",
)
def scores_fed_back(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, h = np.empty((len(first), T), dtype=int), h_0
    x = np.eye(len(b_y))[first]
    for t in range(T):
        h = np.tanh(x @ W_xh + h @ W_hh + b_h)
        x = h @ W_hy + b_y
        tokens[:, t] = np.argmax(x, axis=1)
    return tokens


@misconception(
    "free_running",
    """You probably left out the bias of the scores. It says how common each token is by
    itself, and can decide which score is the largest. Reread section 1.1, equation
    (1.2).""",
)
def writer_without_bias_of_scores(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, token, h = np.empty((len(first), T), dtype=int), first, h_0
    for t in range(T):
        h = np.tanh(W_xh[token] + h @ W_hh + b_h)
        token = np.argmax(h @ W_hy, axis=1)
        tokens[:, t] = token
    return tokens


@misconception(
    "free_running",
    """You probably started from zeros. The first state is an input of this function,
    and what was read before the network began to write is in it. Reread section 1.4,
    and the loop in section 1.1.""",
)
def writer_started_from_zeros(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, token = np.empty((len(first), T), dtype=int), first
    h = np.zeros_like(h_0)
    for t in range(T):
        h = np.tanh(W_xh[token] + h @ W_hh + b_h)
        token = np.argmax(h @ W_hy + b_y, axis=1)
        tokens[:, t] = token
    return tokens


@misconception(
    "free_running",
    """Your tokens are right, but in the wrong places: you probably stacked the steps
    first and then reshaped. Reshaping only cuts the same list of numbers anew, so one
    text continues in the next one. Axes have to change places: reread the shapes in the
    task, and section 1.4.""",
)
def written_steps_and_batch_reshaped(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens, token, h = np.empty((T, len(first)), dtype=int), first, h_0
    for t in range(T):
        h = np.tanh(W_xh[token] + h @ W_hh + b_h)
        token = np.argmax(h @ W_hy + b_y, axis=1)
        tokens[t] = token
    return tokens.reshape(len(first), T)


# --- 13. How far back does the gradient reach? -------------------------------------

equivalent(
    "gradient_norm_by_lag",
    "product = W_hh * (1 - h[T - 1 - k] ** 2) @ product: "
    "'1 - h[T - 1 - k] ** 2' -> 'h[T - 1 - k] ** 2 - 1'",
    "every factor changes its sign, and a norm does not see it",
)


@inputs("gradient_norm_by_lag")
def lag_inputs(rng):
    return np.tanh(rng.normal(size=(6, 4))), 0.7 * rng.normal(size=(4, 4))


@misconception(
    "gradient_norm_by_lag",
    """You probably put each new factor on the wrong side. An earlier step's factor
    stands to the left of the later ones, and matrices may not trade places. Reread
    section 1.5, equation (1.8).""",
)
def factors_on_the_other_side(h, W_hh):
    norms, product = [], np.eye(len(W_hh))
    for h_s in h[::-1]:
        norms.append(np.linalg.norm(product))
        product = product @ (W_hh * (1 - h_s**2))
    return np.array(norms)


@misconception(
    "gradient_norm_by_lag",
    """Your slopes scale the rows of the matrix instead of its columns. In row
    convention the state is multiplied first and squashed afterwards, so the diagonal
    stands on the right. Reread section 1.5, equation (1.8).""",
)
def slopes_on_the_rows(h, W_hh):
    norms, product = [], np.eye(len(W_hh))
    for h_s in h[::-1]:
        norms.append(np.linalg.norm(product))
        product = ((1 - h_s**2)[:, None] * W_hh) @ product
    return np.array(norms)


@misconception(
    "gradient_norm_by_lag",
    """You probably multiplied the matrix alone, without the slopes of tanh. The slopes
    are at most 1, so the real gradient fades faster than that. Reread section 1.5,
    equation (1.8).""",
)
def matrix_powers_alone(h, W_hh):
    powers = [np.linalg.matrix_power(W_hh, k) for k in range(len(h))]
    return np.array([np.linalg.norm(power) for power in powers])


@misconception(
    "gradient_norm_by_lag",
    """You probably took the spectral norm, the largest singular value. The task asks
    for the Frobenius norm, in which all entries count; the other one is in the bound
    (1.9). Reread section 1.5.""",
)
def spectral_norm(h, W_hh):
    norms, product = [], np.eye(len(W_hh))
    for h_s in h[::-1]:
        norms.append(np.linalg.norm(product, 2))
        product = (W_hh * (1 - h_s**2)) @ product
    return np.array(norms)


@misconception(
    "gradient_norm_by_lag",
    """Your slopes are those of the state that a step leaves, one step too early. A
    factor takes the slope at the state where its step arrives. Reread section 1.5,
    equation (1.8), and mind the index s.""",
)
def slopes_one_step_early(h, W_hh):
    norms, product = [], np.eye(len(W_hh))
    for k in range(len(h)):
        norms.append(np.linalg.norm(product))
        product = (W_hh * (1 - h[len(h) - 2 - k] ** 2)) @ product
    return np.array(norms)


@misconception(
    "gradient_norm_by_lag",
    """You probably multiplied the norms of the factors. The norm of a product is at
    most that, and often much less, because the factors do not all stretch the same
    direction. Reread section 1.5, equations (1.8) and (1.9).""",
)
def product_of_the_norms(h, W_hh):
    factors = [np.linalg.norm(W_hh * (1 - h_s**2)) for h_s in h[:0:-1]]
    return np.cumprod([np.sqrt(len(W_hh)), *factors])


@misconception(
    "gradient_norm_by_lag",
    """You probably applied tanh once more to the states. They already are the tanh of
    the sum, and the slope is written with them. Reread section 1.3, equation (1.6), and
    section 1.5, equation (1.8).""",
)
def tanh_of_the_states(h, W_hh):
    norms, product = [], np.eye(len(W_hh))
    for h_s in h[::-1]:
        norms.append(np.linalg.norm(product))
        product = (W_hh * (1 - np.tanh(h_s) ** 2)) @ product
    return np.array(norms)
