"""Wrong answers to chapter 3 that learners write, each with the hint it earns.

The inputs come first in each part: sizes all differ, biases and first states are not
zero, and whatever sets two wrong answers apart is in them.
"""

import numpy as np

from autograder.answers import equivalent, inputs, misconception


def sigmoid(z):
    """As it is given in the notebook."""
    return (1 + np.tanh(z / 2)) / 2


def arrays(rng, *shapes, scale=0.7):
    """Random arrays of the given shapes, small enough to leave gates their slope."""
    return [scale * rng.normal(size=shape) for shape in shapes]


def sequence(rng, B, T, D, H):
    """A random sequence with its weights, and what an LSTM does on it."""
    x, h_0, c_0, W, U, b = arrays(
        rng, (B, T, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)
    )
    h_t, c_t, steps = h_0, c_0, []
    for t in range(T):
        i, f, c_tilde, o = np.split(x[:, t] @ W + h_t @ U + b, 4, axis=1)
        i, f, c_tilde, o = sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)
        c_t = f * c_t + i * c_tilde
        h_t = o * np.tanh(c_t)
        steps.append([h_t, c_t, i, f, c_tilde, o])
    h, c, *gates = np.moveaxis(np.array(steps), 0, 2)  # (B, T, H) each
    names = {"x": x, "h_0": h_0, "c_0": c_0, "h": h, "c": c, "W_xh": W, "W_hh": U}
    return names | {"gates": tuple(gates)}


# --- 1. Three gates and a candidate -------------------------------------------------


@inputs("lstm_gates")
def lstm_gates_inputs(rng):
    return tuple(arrays(rng, (4, 3), (4, 5), (3, 20), (5, 20), (20,)))


@misconception(
    "lstm_gates",
    """Your input gate and your forget gate have each other's weights: you probably
    took the forget gate's block for the first one. No error tells you, because the
    blocks have the same shape. Reread section 3.2, equation (3.4), on their order.""",
)
def forget_block_first(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    f, i, c_tilde, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """Your candidate and your output gate have each other's weights: you probably
    took the candidate's block for the last one. Some libraries pack that way, and no
    error tells you. Reread section 3.2, equation (3.4), on the order of the blocks.
    """,
)
def candidate_block_last(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, o, c_tilde = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """Your candidate and your forget gate have each other's weights: you probably
    took the candidate's block for the second one. Some libraries pack that way, and
    no error tells you. Reread section 3.2, equation (3.4), on the order of the
    blocks.""",
)
def candidate_block_second(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, c_tilde, f, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """Your candidate lies between 0 and 1: you probably sent all four rows through
    the sigmoid. The candidate is no gate, it is what the cell would like to write,
    and that may be negative. Reread section 3.1, equation (3.1).""",
)
def candidate_through_a_sigmoid(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), sigmoid(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """Your gates can be negative: you probably sent all four rows through the
    hyperbolic tangent. A gate says which share passes, so it lies between 0 and 1.
    Reread section 3.1, equation (3.1).""",
)
def gates_through_tanh(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    return np.tanh(i), np.tanh(f), np.tanh(c_tilde), np.tanh(o)


@misconception(
    "lstm_gates",
    """Your candidate is not squashed. It may then be larger than 1, and a single step
    could write as much as many. Reread section 3.1, equation (3.1), third line.""",
)
def candidate_not_squashed(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), c_tilde, sigmoid(o)


@misconception(
    "lstm_gates",
    """You probably left out the biases. Without them a cell with nothing to read has
    all its gates half open, and nobody could choose how long it remembers. Reread
    section 3.1, equation (3.1), and count the terms.""",
)
def gates_without_bias(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """Your gates do not depend on the old hidden state. Then a cell cannot treat the
    same input in different ways, such as a letter inside and outside of a bracket.
    Reread section 3.1, equation (3.1).""",
)
def old_state_not_read(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """You probably gave the columns to the four rows in turn, every fourth column to
    the same one. The blocks stand side by side, and each is a run of neighbouring
    columns. Reread section 3.2, equation (3.4).""",
)
def every_fourth_column(x_t, h_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = (z[:, k::4] for k in range(4))
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)


@misconception(
    "lstm_gates",
    """You probably squashed the input's part and the state's part each by itself, and
    added the two results. A row is one sum, squashed once; a gate made of two
    sigmoids can be more than open. Reread section 3.1, equation (3.1).""",
)
def squashed_in_parts(x_t, h_prev, W_xh, W_hh, b_h):
    a = np.split(x_t @ W_xh, 4, axis=1)
    b = np.split(h_prev @ W_hh + b_h, 4, axis=1)
    squash = [sigmoid, sigmoid, np.tanh, sigmoid]
    return tuple(g(p) + g(q) for g, p, q in zip(squash, a, b, strict=True))


# --- 2. One step --------------------------------------------------------------------


@inputs("lstm_step")
def lstm_step_inputs(rng):
    x, h, c, W, U, b = arrays(rng, (4, 3), (4, 5), (4, 5), (3, 20), (5, 20), (20,))
    return x, h, 3 * c, W, U, b


@misconception(
    "lstm_step",
    """You probably exchanged the forget gate and the input gate. The forget gate says
    what share of the old cell state stays, the input gate what share of the candidate
    is written. Reread section 3.1, equation (3.2), and the order of the blocks in
    (3.4).""",
)
def gates_exchanged(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(i) * c_prev + sigmoid(f) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your cell keeps its old state whole, whatever the forget gate says. That was
    the cell of 1997, whose state could grow without bound on long streams. Reread
    section 3.1, equation (3.2).""",
)
def no_forget_gate(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, _f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your cell writes the whole candidate, whatever the input gate says. Then every
    step disturbs what is kept. Reread section 3.1, equation (3.2).""",
)
def no_input_gate(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    _i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your cell writes what it does not keep, as a running average does. An LSTM has
    two gates because the two decisions are free: the counter of section 3.1 keeps
    everything and writes at the same step. Reread equation (3.2).""",
)
def what_is_not_kept(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    _i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + (1 - sigmoid(f)) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your hidden state is a share of the cell state as it is. The cell state is not
    bounded, and what is shown has to be squashed first. Reread section 3.1, equation
    (3.3).""",
)
def cell_shown_without_tanh(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * c_t
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your hidden state shows the old cell state. What this step has written is shown
    at this step already. Reread section 3.1, equation (3.3), and mind the index of c.
    """,
)
def old_cell_shown(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_prev)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your cell state is squashed before it goes on. The rail only scales and adds;
    squashed at every step, it could neither count past 1 nor keep a value. Reread
    section 3.1, equation (3.2), and where (3.3) squashes.""",
)
def cell_state_squashed(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = np.tanh(sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde))
    h_t = sigmoid(o) * c_t
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your cell state is squashed before it goes on, and once more where it is shown.
    The rail only scales and adds; squashed at every step, it could neither count past
    1 nor keep a value. Reread section 3.1, equations (3.2) and (3.3).""",
)
def cell_state_squashed_twice(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = np.tanh(sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde))
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your output gate stands inside the hyperbolic tangent. It decides which share
    of the squashed state is shown, so it multiplies afterwards. Reread section 3.1,
    equation (3.3).""",
)
def output_gate_inside_the_tanh(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = np.tanh(sigmoid(o) * c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your candidate and your output gate have each other's weights: you probably
    took the candidate's block for the last one. No error tells you, because the
    blocks have the same shape. Reread section 3.2, equation (3.4).""",
)
def step_with_candidate_block_last(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, o, c_tilde = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your candidate lies between 0 and 1, so the cell state can only be raised: you
    probably sent all four rows through the sigmoid. The candidate is no gate, and may
    be negative. Reread section 3.1, equation (3.1).""",
)
def sigmoid_of_the_candidate(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * sigmoid(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """Your two states are right, but the cell state comes first. The task asks for
    the hidden state first, and nothing but the order tells them apart. Reread the
    shapes in the task, and what each state is for in section 3.1.""",
)
def cell_state_first(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return c_t, h_t


@misconception(
    "lstm_step",
    """Your gates read the old cell state, multiplied by the recurrent matrix. What
    the gates see is the hidden state, the part of the cell state that was shown.
    Reread section 3.1, equation (3.1).""",
)
def gates_read_the_cell(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + c_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


@misconception(
    "lstm_step",
    """You probably gave the columns to the four rows in turn, every fourth column to
    the same one. The blocks stand side by side, and each is a run of neighbouring
    columns. Reread section 3.2, equation (3.4).""",
)
def step_with_every_fourth_column(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = (z[:, k::4] for k in range(4))
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    h_t = sigmoid(o) * np.tanh(c_t)
    return h_t, c_t


# --- 3. The whole sequence ----------------------------------------------------------


@inputs("lstm_forward")
def lstm_forward_inputs(rng):
    sizes = (3, 6, 4), (3, 5), (3, 5), (4, 20), (5, 20), (20,)
    return tuple(arrays(rng, *sizes))


@misconception(
    "lstm_forward",
    """At every step, your gates read the first hidden state again. The hidden
    state that a step makes is what the gates of the next one see. Reread the loop in
    section 3.1.""",
)
def hidden_state_not_carried(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_0 @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """Every step of yours starts from the first cell state again. The cell state that
    a step makes must go into the next one, or nothing is remembered along the rail.
    Reread the loop in section 3.1.""",
)
def cell_state_not_carried(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_0 + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """You probably started from zeros. Both first states are inputs of this function:
    a stream that is read in pieces goes on from where it was. Reread the loop in
    section 3.1 and look at what enters its first step.""",
)
def both_started_from_zeros(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = 0 * h_0, 0 * c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """You probably started the cell state from zeros, and used only the first hidden
    state. Both states go on from where a stream was left, and the cell state holds
    more than was shown. Reread the loop in section 3.1.""",
)
def cell_started_from_zeros(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, 0 * c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """Your states are one step late: the first ones that you return are those before
    any input. The result holds the states after each input. Reread the loop in
    section 3.1.""",
)
def states_before_each_step(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        h[:, t], c[:, t] = h_t, c_t
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
    return h, c


@misconception(
    "lstm_forward",
    """From step to step, your gates read the cell state instead of the hidden state.
    What the gates see is the part of it that was shown, and with the output gate shut
    they see nothing. Reread section 3.1, equation (3.1).""",
)
def gates_fed_with_the_cell(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + c_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """You probably read the sequence from its end. A state may depend on the inputs
    up to its own step, never on later ones. Reread the loop in section 3.1.""",
)
def sequence_read_backwards(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in reversed(range(x.shape[1])):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """All the states that you return are the last ones. You probably filled the whole
    array in every turn, or kept the same array again and again. Each step has a place
    of its own on the second axis: reread the loop in section 3.1.""",
)
def last_states_everywhere(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:], c[:] = h_t[:, None], c_t[:, None]
    return h, c


@misconception(
    "lstm_forward",
    """The cell state that you carry on is squashed. The rail only scales and adds,
    and tanh acts only on what is shown. Reread section 3.1, equations (3.2) and
    (3.3).""",
)
def squashed_cell_carried(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = np.tanh(sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde))
        h_t = sigmoid(o) * c_t
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """Each hidden state of yours shows the cell state of the step before. The order
    of a step is forget, write, show: what is written is shown at once. Reread section
    3.1, equations (3.2) and (3.3).""",
)
def shown_before_written(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        h_t = sigmoid(o) * np.tanh(c_t)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """You probably exchanged the forget gate and the input gate. The forget gate
    scales the old cell state, the input gate the candidate. Reread section 3.1,
    equation (3.2), and the order of the blocks in (3.4).""",
)
def sequence_with_exchanged_gates(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        f, i, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c


@misconception(
    "lstm_forward",
    """Your states are right, but the cell states come first. The task asks for the
    hidden states first, and nothing but the order tells them apart. Reread the shapes
    in the task, and what each state is for in section 3.1.""",
)
def cell_states_first(x, h_0, c_0, W_xh, W_hh, b_h):
    h, c = np.empty((2, *x.shape[:2], h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(x.shape[1]):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return c, h


# --- 4. Weights in ------------------------------------------------------------------


@inputs("from_packed")
def from_packed_inputs(rng):
    order = str(rng.choice(["oifc", "cifo", "fcoi", "ocif"]))
    return *arrays(rng, (20, 3), (20, 5), (20,), (20,)), order


@misconception(
    "from_packed",
    """You probably left the blocks as they came. Weights that are read in the wrong
    order raise no error, and the cell computes something else. Reread section 3.2,
    below equation (3.4).""",
)
def order_ignored(weight_ih, weight_hh, bias_ih, bias_hh, order):
    return weight_ih.T, weight_hh.T, bias_ih + bias_hh


@misconception(
    "from_packed",
    """You probably asked where each given block should go, and used the answer as
    where each wanted block is. The two agree only for some orders, such as a mere
    exchange of two blocks. Follow one block of the example by hand, from the given
    order to that of (3.4), section 3.2.""",
)
def permutation_turned_round(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = ["ifco".index(letter) for letter in order]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh[rows].T, (bias_ih + bias_hh)[rows]


@misconception(
    "from_packed",
    """You probably used the first bias alone. The library's cell adds two of them,
    and only their sum is our bias. Reread section 3.2, below equation (3.4).""",
)
def second_bias_forgotten(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh[rows].T, bias_ih[rows]


@misconception(
    "from_packed",
    """You probably averaged the two biases. They are two terms of one sum, so ours is
    their sum. Reread section 3.2, below equation (3.4).""",
)
def biases_averaged(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh[rows].T, (bias_ih + bias_hh)[rows] / 2


@misconception(
    "from_packed",
    """Your matrices have their blocks in the right order, but the biases do not.
    Every gate would get another row's bias, the forget gate too. Reread section 3.2,
    equation (3.4): the bias is packed alike.""",
)
def biases_left_in_their_order(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh[rows].T, bias_ih + bias_hh


@misconception(
    "from_packed",
    """You probably put the first of the two biases into our order, and added the second
    as it came. Both come in the library's order. Reread the shapes in the task, and
    section 3.2, below equation (3.4).""",
)
def second_bias_left_in_its_order(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh[rows].T, bias_ih[rows] + bias_hh


@misconception(
    "from_packed",
    """Your matrix from the input has its blocks in the right order, the recurrent one
    does not. All three arrays are packed alike. Reread section 3.2, equation (3.4).
    """,
)
def recurrent_blocks_left_in_their_order(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh.T, (bias_ih + bias_hh)[rows]


@misconception(
    "from_packed",
    """You probably moved single rows, as if each block were one row high. A block has
    a row for every unit; they look the same only for a single unit. Reread section
    3.2, equation (3.4), and the shapes of the task.""",
)
def blocks_one_row_high(weight_ih, weight_hh, bias_ih, bias_hh, order):
    places = [order.index(letter) for letter in "ifco"]
    bias = bias_ih + bias_hh
    return weight_ih[places].T, weight_hh[places].T, bias[places]


@misconception(
    "from_packed",
    """Your matrices have the right shape, but their numbers are in other places: you
    probably reshaped where a transpose was needed. A reshape keeps the numbers in
    reading order, and a row of the other library is a column of ours. Reread section
    3.2, below equation (3.4).""",
)
def reshaped_for_transposed(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    W_xh, W_hh = weight_ih[rows].reshape(-1, 4 * H), weight_hh[rows].reshape(-1, 4 * H)
    return W_xh, W_hh, (bias_ih + bias_hh)[rows]


@misconception(
    "from_packed",
    """You probably took the rows of one unit as neighbours, all four rows of a unit
    together. The blocks are runs of rows: first all units of one gate, then all units
    of the next. Reread section 3.2, equation (3.4).""",
)
def rows_dealt_out_in_turn(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(H, 4)[:, places].T.ravel()
    return weight_ih[rows].T, weight_hh[rows].T, (bias_ih + bias_hh)[rows]


# --- 5. Weights out -----------------------------------------------------------------

equivalent(
    "to_torch",
    "state[f'bias_hh_l{k}'] = np.zeros(len(b_h[k])): 'b_h[k]' -> 'b_h[k - 1]'",
    "all layers have the same width, so their biases have the same length",
)


@inputs("to_torch")
def to_torch_inputs(rng):
    W = arrays(rng, (3, 20), (5, 20), (5, 20))
    return W, arrays(rng, *3 * [(5, 20)]), arrays(rng, *3 * [(20,)])


@misconception(
    "to_torch",
    """You probably put our bias into both biases. The cell adds the two up, so each
    gate would stand at twice the bias that it had. Reread section 3.2, below equation
    (3.4).""",
)
def bias_twice(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_xh[k].T
        state[f"weight_hh_l{k}"] = W_hh[k].T
        state[f"bias_ih_l{k}"] = b_h[k]
        state[f"bias_hh_l{k}"] = b_h[k]
    return state


@misconception(
    "to_torch",
    """Our bias stands in the second of the two biases, and the first is zero. The sum
    is the same, but the task and the chapter put it into the first, and whoever sets
    one and clears the other would lose it. Reread section 3.2, below equation (3.4).
    """,
)
def bias_into_the_second(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_xh[k].T
        state[f"weight_hh_l{k}"] = W_hh[k].T
        state[f"bias_hh_l{k}"] = b_h[k]
        state[f"bias_ih_l{k}"] = np.zeros(len(b_h[k]))
    return state


@misconception(
    "to_torch",
    """Your dict has no second bias. A layer that is given fewer weights than it has
    refuses them, or keeps its random ones. Reread the table of the task, and section
    3.2, below equation (3.4).""",
)
def second_bias_left_out(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_xh[k].T
        state[f"weight_hh_l{k}"] = W_hh[k].T
        state[f"bias_ih_l{k}"] = b_h[k]
    return state


@misconception(
    "to_torch",
    """Your matrices are as they are in this book. Torch multiplies with the
    transposed ones, so its blocks lie on top of each other. Reread section 3.2, below
    equation (3.4), and compare the shapes in the task's table.""",
)
def matrices_not_transposed(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_xh[k]
        state[f"weight_hh_l{k}"] = W_hh[k]
        state[f"bias_ih_l{k}"] = b_h[k]
        state[f"bias_hh_l{k}"] = np.zeros(len(b_h[k]))
    return state


@misconception(
    "to_torch",
    """Your matrices have the right shape, but their numbers are in other places: you
    probably reshaped where a transpose was needed. A column of ours is a row there.
    Reread section 3.2, below equation (3.4).""",
)
def matrices_reshaped(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_xh[k].reshape(len(b_h[k]), -1)
        state[f"weight_hh_l{k}"] = W_hh[k].reshape(len(b_h[k]), -1)
        state[f"bias_ih_l{k}"] = b_h[k]
        state[f"bias_hh_l{k}"] = np.zeros(len(b_h[k]))
    return state


@misconception(
    "to_torch",
    """You probably moved the candidate's block behind the output gate's. Torch has
    the same order as this book, under another letter for the candidate. Reread
    section 3.2, below equation (3.4).""",
)
def candidate_moved_to_the_end(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        parts = np.arange(len(b_h[k])).reshape(4, -1)
        rows = parts[[0, 1, 3, 2]].ravel()
        state[f"weight_ih_l{k}"] = W_xh[k].T[rows]
        state[f"weight_hh_l{k}"] = W_hh[k].T[rows]
        state[f"bias_ih_l{k}"] = b_h[k][rows]
        state[f"bias_hh_l{k}"] = np.zeros(len(b_h[k]))
    return state


@misconception(
    "to_torch",
    """Your keys count the layers from 1. Torch counts them from 0, so the first
    layer's keys end in l0. Reread the table of the task; the names are also in the
    code of section 3.2.""",
)
def layers_numbered_from_one(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        n = k + 1
        state[f"weight_ih_l{n}"] = W_xh[k].T
        state[f"weight_hh_l{n}"] = W_hh[k].T
        state[f"bias_ih_l{n}"] = b_h[k]
        state[f"bias_hh_l{n}"] = np.zeros(len(b_h[k]))
    return state


@misconception(
    "to_torch",
    """Your dict holds the first layer only. The lists have an entry for each layer,
    and each has four arrays. Reread the table of the task, and the code of section
    3.2 for one layer.""",
)
def first_layer_alone(W_xh, W_hh, b_h):
    state = {}
    for k in range(1):
        state[f"weight_ih_l{k}"] = W_xh[k].T
        state[f"weight_hh_l{k}"] = W_hh[k].T
        state[f"bias_ih_l{k}"] = b_h[k]
        state[f"bias_hh_l{k}"] = np.zeros(len(b_h[k]))
    return state


@misconception(
    "to_torch",
    """You probably exchanged the matrix from the input and the matrix from the state.
    The first is multiplied with what comes from below, the second with the layer's
    own old state. Reread the table of the task, and section 3.2, equation (3.4).""",
)
def two_matrices_exchanged(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_hh[k].T
        state[f"weight_hh_l{k}"] = W_xh[k].T
        state[f"bias_ih_l{k}"] = b_h[k]
        state[f"bias_hh_l{k}"] = np.zeros(len(b_h[k]))
    return state


# --- 6. What does it cost? ----------------------------------------------------------


@inputs("count_parameters")
def count_parameters_inputs(rng):
    D, H = rng.choice(np.arange(6, 40), 2, replace=False)
    return int(D), int(H), int(rng.choice([3, 4, 5]))


@misconception(
    "count_parameters",
    """You probably counted every layer like the first. From the second layer on the
    inputs are the states of the layer below, and these have another size. Reread the
    task, and section 3.2, equation (3.5).""",
)
def every_layer_like_the_first(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = first
    count = first + (layers - 1) * other
    return count, count + 4 * H * layers


@misconception(
    "count_parameters",
    """You probably counted two layers and no more. Every layer above the first has as
    many weights and biases as the second. Reread the task on what a layer reads, and
    section 3.2, equation (3.5).""",
)
def two_layers_at_most(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers > 1) * other
    return count, count + 4 * H * layers


@misconception(
    "count_parameters",
    """You probably counted the matrices alone. Every row of the cell has a bias for
    each unit as well. Reread section 3.2, equation (3.5), and count its terms.""",
)
def biases_not_counted(D, H, layers):
    first = 4 * (D * H + H * H)
    other = 4 * 2 * H * H
    count = first + (layers - 1) * other
    return count, count + 4 * H * layers


@misconception(
    "count_parameters",
    """You probably counted the three gates and left out the candidate. It is no gate,
    but it has weights like one. Reread section 3.2, equation (3.5), and the four
    blocks of (3.4).""",
)
def three_gates_counted(D, H, layers):
    first = 3 * (D * H + H * H + H)
    other = 3 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count, count + 3 * H * layers


@misconception(
    "count_parameters",
    """You probably counted one block of weights, as in a plain recurrent network. An
    LSTM has four times as many. Reread section 3.2, equation (3.5).""",
)
def one_block_counted(D, H, layers):
    first = D * H + H * H + H
    other = 2 * H * H + H
    count = first + (layers - 1) * other
    return count, count + H * layers


@misconception(
    "count_parameters",
    """Your two numbers are the same. Torch has a second bias in every layer, which
    adds nothing that the first could not do, but it is there and is counted. Reread
    section 3.2, below equation (3.4).""",
)
def second_bias_nowhere(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count, count


@misconception(
    "count_parameters",
    """Your number for torch is twice the other one. Only the biases are there twice,
    the matrices are not. Reread section 3.2, below equation (3.4).""",
)
def everything_twice_in_torch(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count, 2 * count


@misconception(
    "count_parameters",
    """You probably added the second bias once. Every layer has one of its own. Reread
    the example of the task, and section 3.2, below equation (3.4).""",
)
def second_bias_of_one_layer(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count, count + 4 * H


@misconception(
    "count_parameters",
    """You probably added one number a unit and layer for the second bias. It has four
    blocks, like the first. Reread section 3.2, below equation (3.4).""",
)
def second_bias_of_one_block(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count, count + H * layers


@misconception(
    "count_parameters",
    """You probably counted torch's second bias in both numbers. The cell of this book
    has one bias a row. Reread section 3.2, equation (3.5).""",
)
def second_bias_in_both(D, H, layers):
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count + 4 * H * layers, count + 4 * H * layers


@misconception(
    "count_parameters",
    """You probably counted the bias once for all four blocks. Each of the four rows
    has its own bias for each unit. Reread section 3.2, equation (3.5), and see what
    the 4 multiplies.""",
)
def bias_counted_in_one_block(D, H, layers):
    first = 4 * (D * H + H * H) + H
    other = 8 * H * H + H
    count = first + (layers - 1) * other
    return count, count + 4 * H * layers


# --- 7. One step back, through both states ------------------------------------------


@inputs("lstm_cell_backward")
def lstm_cell_backward_inputs(rng):
    run = sequence(rng, 4, 1, 3, 5)
    dh, dc = arrays(rng, (4, 5), (4, 5), scale=1.0)
    return dh, dc, *(a[:, 0] for a in run["gates"]), run["c_0"], run["c"][:, 0]


@misconception(
    "lstm_cell_backward",
    """Your cell state hears only from the next step. It is also shown, and what
    reaches the hidden state goes back through the outlet into the cell state. Reread
    section 3.3, equation (3.6), second line.""",
)
def through_h_dropped(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t
    return dc * c_tilde, dc * c_prev, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """Your cell state hears only from its own outlet. What comes along the rail from
    the next step is dropped, and with it the path that this cell was made for. Reread
    section 3.3, equation (3.6): its second line adds.""",
)
def through_c_dropped(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dh_t * o * (1 - squashed**2)
    return dc * c_tilde, dc * c_prev, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """You probably sent what reaches the hidden state into the cell state without the
    slope of tanh. Where the cell state is large, hardly anything should pass. Reread
    section 3.3, equation (3.6).""",
)
def slope_of_the_outlet_forgotten(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o
    return dc * c_tilde, dc * c_prev, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """You probably wrote the slope with the cell state itself. It is written with the
    squashed one, which lies between -1 and 1; the cell state does not. Reread section
    3.3, equation (3.6).""",
)
def slope_with_the_unsquashed_state(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - c_t**2)
    return dc * c_tilde, dc * c_prev, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """You probably left the output gate out of what goes through the outlet. A unit
    that shows nothing hears nothing through its hidden state. Reread section 3.3,
    equation (3.6), second line.""",
)
def output_gate_not_on_the_way(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * (1 - squashed**2)
    return dc * c_tilde, dc * c_prev, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """Your output gate's gradient is made with the cell state as it is. What the gate
    multiplied is the squashed state. Reread section 3.3, equation (3.6), first line.
    """,
)
def output_gate_from_the_unsquashed_state(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * c_t
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc * c_tilde, dc * c_prev, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """You probably exchanged the gradients of the input gate and the forget gate. In
    a product each factor's gradient is the other factor: find out which gate
    multiplied what. Reread section 3.3, equation (3.7).""",
)
def input_and_forget_gradients_exchanged(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc * c_prev, dc * c_tilde, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """Your forget gate's gradient is made with the new cell state. What the gate
    multiplied is the state before the step. Reread section 3.3, equation (3.7), and
    mind the index of c.""",
)
def new_cell_state_for_the_old(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc * c_tilde, dc * c_t, dc * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """You probably sent the gradient back along the rail as it is. That is the cell
    without a forget gate; with one, the way back is scaled as the way forward was.
    Reread section 3.3, equation (3.7), last line.""",
)
def rail_not_scaled(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc * c_tilde, dc * c_prev, dc * i, do, dc


@misconception(
    "lstm_cell_backward",
    """The gradient that you send back along the rail lacks what came through the
    hidden state. All of it has reached the new cell state, so all of it goes on.
    Reread section 3.3, equations (3.6) and (3.7): the second uses the whole sum.""",
)
def rail_without_the_outlet(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc * c_tilde, dc * c_prev, dc * i, do, dc_t * f


@misconception(
    "lstm_cell_backward",
    """Your gates hear only what comes along the rail, not what came through
    the hidden state. Both have reached the cell state before it goes back to the
    gates. Reread section 3.3, equations (3.6) and (3.7), in their order.""",
)
def gates_without_the_outlet(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc_t * c_tilde, dc_t * c_prev, dc_t * i, do, dc * f


@misconception(
    "lstm_cell_backward",
    """You probably exchanged the factors of the candidate and of the old cell state.
    In a product each factor's gradient is the other factor. Reread section 3.3,
    equation (3.7), and the two products in (3.2).""",
)
def candidate_and_old_state_exchanged(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc = dc_t + dh_t * o * (1 - squashed**2)
    return dc * c_tilde, dc * c_prev, dc * f, do, dc * i


# --- 8. One step back, through the gates --------------------------------------------


@inputs("lstm_gates_backward")
def lstm_gates_backward_inputs(rng):
    run = sequence(rng, 4, 1, 3, 5)
    d_gates = tuple(arrays(rng, *4 * [(4, 5)], scale=1.0))
    gates = tuple(a[:, 0] for a in run["gates"])
    return d_gates, gates, run["x"][:, 0], run["h_0"], run["W_xh"], run["W_hh"]


@misconception(
    "lstm_gates_backward",
    """You probably sent the gradients on without the slopes of the squashing
    functions. Where a gate is surely open or surely shut hardly anything should pass.
    Reread section 3.3, equation (3.8).""",
)
def slopes_forgotten(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    delta = np.concatenate(d_gates, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably squashed gates and candidate once more before you took their
    slopes. They come to you already squashed, and the slopes are written with them.
    Reread section 3.3, equation (3.8).""",
)
def squashed_a_second_time(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, o = (sigmoid(gates[k]) for k in (0, 1, 3))
    c_tilde = np.tanh(gates[2])
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably used the slope of tanh for all four rows. The gates come from a
    sigmoid, whose slope is zero at 0 and at 1 and a quarter in the middle. Reread
    section 3.3, equation (3.8).""",
)
def slope_of_tanh_for_the_gates(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [1 - a**2 for a in (i, f, c_tilde, o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably used the slope of the sigmoid for all four rows. The candidate
    comes from tanh, and may be negative. Reread section 3.3, equation (3.8), third
    row.""",
)
def slope_of_a_sigmoid_for_the_candidate(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [a * (1 - a) for a in (i, f, c_tilde, o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """The slope of your candidate lacks the square. That of tanh falls with the
    square of its value, alike for both signs. Reread section 3.3, equation (3.8),
    third row.""",
)
def candidate_not_squared_in_its_slope(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably packed the candidate's block behind the output gate's. The
    gradient has to have its blocks where the weights have theirs, and no error tells
    you. Reread section 3.3, equation (3.8), and (3.4).""",
)
def candidate_packed_last(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    blocks = [d_gates[k] * slopes[k] for k in (0, 1, 3, 2)]
    delta = np.concatenate(blocks, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably put the four numbers of a unit side by side. The blocks are runs
    of columns: first all units of one gate, then all units of the next. Reread
    section 3.3, equation (3.8), and (3.4).""",
)
def columns_dealt_out_in_turn(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.stack(d_gates, axis=2) * np.stack(slopes, axis=2)
    delta = delta.reshape(len(x_t), -1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably averaged the bias's gradient over the batch. Every row of the
    batch used the same bias, so their gradients add up. Reread section 3.3, below
    equation (3.9).""",
)
def bias_averaged_over_the_batch(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.mean(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably divided the gradients of the weights by the batch size. A mean, if
    there is one, belongs to the loss and is already in what comes in. Reread section
    3.3, equation (3.9).""",
)
def weights_averaged_over_the_batch(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta / len(x_t), h_prev.T @ delta / len(x_t)
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.mean(axis=0)


@misconception(
    "lstm_gates_backward",
    """You probably summed over the batch first and took the outer product of the
    sums. That mixes the input of one row with the gradient of another. Reread section
    3.3, equation (3.9), and what its matrix product sums.""",
)
def sums_before_the_outer_product(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    total = delta.sum(axis=0)
    dW_xh = np.outer(x_t.sum(axis=0), total)
    dW_hh = np.outer(h_prev.sum(axis=0), total)
    return delta @ W_xh.T, delta @ W_hh.T, dW_xh, dW_hh, delta.sum(axis=0)


@misconception(
    "lstm_gates_backward",
    """What you send back to the old hidden state lacks the output gate's part. All
    four rows read the old hidden state, so all four send something back. Reread
    section 3.3, equation (3.9).""",
)
def output_gate_sends_nothing_back(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dW_xh, dW_hh = x_t.T @ delta, h_prev.T @ delta
    return (
        delta @ W_xh.T,
        (delta @ W_hh.T - (d_gates[3] * slopes[3]) @ W_hh[:, -o.shape[1] :].T),
        dW_xh,
        dW_hh,
        delta.sum(axis=0),
    )


# --- 9. Backpropagation through time ------------------------------------------------


@inputs("lstm_backward")
def lstm_backward_inputs(rng):
    run = sequence(rng, 3, 6, 4, 5)
    names = "x", "h_0", "c_0", "h", "c", "gates", "W_xh", "W_hh"
    reaching = arrays(rng, (3, 6, 5), (3, 5), scale=1.0)
    return *reaching, *(run[name] for name in names)


@misconception(
    "lstm_backward",
    """Your hidden states hear only from their own scores. What the gates of the next
    step send back to them is missing. Reread section 3.3: by equation (3.9) the
    gradient of the old hidden state is added to what is already there.""",
)
def next_steps_gates_not_heard(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Nothing comes back along the rail in your loop: each cell state hears only from
    its own outlet. Then the gradient fades as in a plain recurrent network. Reread
    section 3.3, equation (3.7), last line, and the sum in (3.6).""",
)
def rail_not_followed(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """You probably started with zeros on the rail. What comes to the last cell state
    is an input of this function: the loss may read it, or a later part of the stream.
    Reread the task, and section 3.3 on the two ways of the loss.""",
)
def last_cells_gradient_ignored(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), 0 * dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Your cell states hear only along the rail. They are also shown, and what
    reaches a hidden state goes back through the outlet into its cell state. Reread
    section 3.3, equation (3.6), second line.""",
)
def outlet_not_followed(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Only the last step's scores reach your network. Every hidden state has scores
    of its own, and what comes from them joins what comes from the next step. Reread
    section 3.3 on the two ways of the loss, and equation (3.9).""",
)
def only_the_last_scores(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t] * (t == len(dh[0]) - 1)
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Your first step takes the last cell state for the one before it: the index -1
    counts from the end in Python. The first step received the given first cell state.
    Reread section 3.3, equation (3.7), and mind the index of c.""",
)
def last_cell_before_the_first(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.roll(c, 1, axis=1)
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Your first step takes the last states for those before it: the index -1 counts
    from the end in Python. The first step received the given first states, of both
    kinds. Reread section 3.3, equations (3.7) and (3.9).""",
)
def last_states_before_the_first(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.roll(h, 1, axis=1)
    c_prev = np.roll(c, 1, axis=1)
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """You probably used the hidden state after each step in the gradient of the
    recurrent weights. They were multiplied with the state before the step. Reread
    section 3.3, equation (3.9), and mind the index of h.""",
)
def hidden_states_after_the_step(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = h
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """You probably used the cell state after each step in the gradient of the forget
    gate. The gate multiplied the state before the step. Reread section 3.3, equation
    (3.7), and mind the index of c.""",
)
def cell_states_after_the_step(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = c
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Your first step has no part in the gradients of the recurrent weights and of
    the forget gate, as if the states before it were zero. They are inputs of this
    function and need not be. Reread the task, and section 3.3, equations (3.7) and
    (3.9).""",
)
def first_states_taken_for_zero(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([0 * h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([0 * c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """The gradients of your weights come from one step only: each turn of the loop
    probably overwrites the one before. The weights are used at every step, so the
    gradients of all steps add up. Reread section 3.3, equation (3.9).""",
)
def weights_of_one_step(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = x[:, 0].T @ delta[:, 0]
    dW_hh = h_prev[:, 0].T @ delta[:, 0]
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta[:, 0].sum(axis=0)


@misconception(
    "lstm_backward",
    """On its way back along the rail, your gradient is scaled by the forget gate of
    the step before. The gate of a step stands between the cell state before it and
    the one after it. Reread section 3.3, equation (3.7), last line, and mind the
    index of f.""",
)
def forget_gate_one_step_early(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t - 1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """Your gradient comes back along the rail as it is. That is the cell without a
    forget gate; with one, each step scales the way back as it scaled the way forward.
    Reread section 3.3, equation (3.7), last line.""",
)
def rail_not_scaled_on_the_way(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """What goes from your hidden states into the cell states lacks the slope of tanh.
    Where a cell state is large, hardly anything should pass. Reread section 3.3,
    equation (3.6), second line.""",
)
def outlet_without_its_slope(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t]
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """The gradients that you return for the two first states are taken one step too
    early: they have come back only as far as the states after the first step. The
    first step has to send them on once more. Reread section 3.3, equations (3.7) and
    (3.9).""",
)
def states_gradients_one_step_early(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.concatenate(slopes, axis=2)
    delta = np.empty(slopes.shape)
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        before = dh_t, dc_t
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.concatenate([*d_gates, dh_t * squashed[:, t]], axis=1)
        delta[:, t] = d_gates * slopes[:, t]
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, *before, dW_xh, dW_hh, delta.sum(axis=(0, 1))


@misconception(
    "lstm_backward",
    """You probably put the four numbers of a unit side by side. The blocks are runs
    of columns: first all units of one gate, then all units of the next. Reread
    section 3.3, equation (3.8).""",
)
def four_numbers_of_a_unit_together(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    slopes = np.stack(slopes, axis=3)
    delta = np.empty((*x.shape[:2], W_hh.shape[1]))
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * o[:, t] * (1 - squashed[:, t] ** 2)
        d_gates = [dc_t * c_tilde[:, t], dc_t * c_prev[:, t], dc_t * i[:, t]]
        d_gates = np.stack([*d_gates, dh_t * squashed[:, t]], axis=2)
        delta[:, t] = (d_gates * slopes[:, t]).reshape(len(x), -1)
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))


# --- 10. What the rail carries ------------------------------------------------------


@inputs("rail_by_lag")
def rail_by_lag_inputs(rng):
    return (rng.uniform(0.2, 1, size=(6, 4)),)


@misconception(
    "rail_by_lag",
    """Your first row is already the last gate. At lag 0 the last cell state is
    compared with itself, the product is empty, and every row of yours stands one lag
    too early. Reread section 3.4, equation (3.10), and see where s begins.""",
)
def identity_left_out(f):
    return np.cumprod(f[::-1], axis=0)


@misconception(
    "rail_by_lag",
    """Your products begin with the gate of the step before the last. The gate of a
    step scales what it received, so the last gate stands between the last two cell
    states. Reread section 3.4, equation (3.10), and see where s begins and ends.""",
)
def gates_one_step_too_early(f):
    factors = np.concatenate([np.ones((1, f.shape[1])), f[-2::-1]])
    return np.cumprod(factors, axis=0)


@misconception(
    "rail_by_lag",
    """You probably multiplied the gates from the first step on. The question goes
    back from the last cell state, so the last gate is in every product but the empty
    one. Reread section 3.4, equation (3.10).""",
)
def products_from_the_front(f):
    factors = np.concatenate([np.ones((1, f.shape[1])), f[:-1]])
    return np.cumprod(factors, axis=0)


@misconception(
    "rail_by_lag",
    """Your rows are in the order of time: lag 0 stands last. The task counts the
    lags, so the first row belongs to the last cell state itself. Reread the shapes in
    the task, and section 3.4, equation (3.10).""",
)
def rows_in_the_order_of_time(f):
    factors = np.concatenate([np.ones((1, f.shape[1])), f[:0:-1]])
    return np.cumprod(factors, axis=0)[::-1]


@misconception(
    "rail_by_lag",
    """You probably took powers of one gate. An LSTM decides anew at each step how
    much it keeps, so each step has a factor of its own. Reread section 3.4, equation
    (3.10).""",
)
def power_of_the_last_gate(f):
    return f[-1] ** np.arange(len(f))[:, None]


@misconception(
    "rail_by_lag",
    """You probably took powers of the mean gate. The product of different factors is
    not the power of their mean: one shut gate is enough to cut the rail. Reread
    section 3.4, equation (3.10).""",
)
def power_of_the_mean_gate(f):
    return f.mean(axis=0) ** np.arange(len(f))[:, None]


@misconception(
    "rail_by_lag",
    """You probably multiplied what the gates drop, not what they keep. A forget gate
    near 1 keeps, in spite of its name. Reread section 3.4, equation (3.10), and the
    forget gate in section 3.1.""",
)
def what_is_forgotten(f):
    factors = np.concatenate([np.ones((1, f.shape[1])), 1 - f[:0:-1]])
    return np.cumprod(factors, axis=0)


@misconception(
    "rail_by_lag",
    """You return one number a lag, that of the unit that keeps most. Each unit has a
    path of its own along the rail. Reread section 3.4, below equation (3.10), and the
    shapes in the task.""",
)
def largest_gates_product(f):
    factors = np.concatenate([np.ones((1, f.shape[1])), f[:0:-1]])
    return np.cumprod(factors, axis=0).max(axis=1)


@misconception(
    "rail_by_lag",
    """You probably multiplied over the units as well. The matrices are diagonal, so
    the units do not mix: each has a product of its own. Reread section 3.4, below
    equation (3.10).""",
)
def units_multiplied_too(f):
    factors = np.concatenate([np.ones((1, f.shape[1])), f[:0:-1]])
    return np.cumprod(factors.prod(axis=1, keepdims=True) * factors**0, axis=0)


# --- 11. What the rail leaves out ---------------------------------------------------


@inputs("cell_jacobian")
def cell_jacobian_inputs(rng):
    run = sequence(rng, 1, 2, 3, 4)
    *ahead, o = run["gates"]
    return o[0, 0], run["c"][0, 0], *(a[0, 1] for a in ahead), run["W_hh"]


@misconception(
    "cell_jacobian",
    """Your matrix is that of the rail alone. The cell state is also shown, and what
    is shown reaches the gates and the candidate of the next step. Reread section 3.4,
    equation (3.11).""",
)
def rail_alone(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    return np.diag(f_next)


@misconception(
    "cell_jacobian",
    """Your matrix has the paths over the hidden state and lacks the rail. The old
    cell state also goes straight on, scaled by the forget gate. Reread section 3.4,
    equation (3.11), first line.""",
)
def paths_without_the_rail(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return shown[:, None] * M


@misconception(
    "cell_jacobian",
    """Your matrix is transposed. In the row convention of this book a row belongs to
    the unit that is changed, a column to the unit that hears of it. Reread the shapes
    in the task, and section 3.4, equation (3.11).""",
)
def columns_for_rows(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return (np.diag(f_next) + shown[:, None] * M).T


@misconception(
    "cell_jacobian",
    """The slope of what is shown scales your columns. It belongs to the units of this
    step, from which the paths start, and its diagonal matrix stands on the left.
    Reread section 3.4, equation (3.11), first line.""",
)
def shown_scales_the_columns(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown * M


@misconception(
    "cell_jacobian",
    """The slopes of gates and candidate scale the rows of your matrices. They belong
    to the units of the next step, at which the paths arrive, and their diagonal
    matrices stand on the right. Reread section 3.4, equation (3.11).""",
)
def gates_scale_the_rows(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))[:, None]
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))[:, None]
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))[:, None]
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """The path over the forget gate is missing. What is shown at this step also
    changes how much of it the next step keeps. Reread section 3.4, equation (3.11),
    and count the terms of M.""",
)
def forget_gates_path_missing(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, _W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """The path over the input gate is missing. What is shown at this step also
    changes how much the next step writes. Reread section 3.4, equation (3.11), and
    count the terms of M.""",
)
def input_gates_path_missing(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    _W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """The path over the candidate is missing. The candidate reads the hidden state
    like the gates. Reread section 3.4, equation (3.11), and count the terms of M.""",
)
def candidates_path_missing(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, _W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """You probably exchanged what the two gates multiply. The forget gate acts on the
    old cell state, the input gate on the candidate, and each path has the factor of
    its own gate. Reread section 3.4, equation (3.11).""",
)
def what_the_gates_multiply_exchanged(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_tilde_next * f_next * (1 - f_next))
    M = M + W_hi * (c_t * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """You probably left out the slope of tanh at the outlet. The hidden state hardly
    changes where the cell state is large. Reread section 3.4, equation (3.11), first
    line.""",
)
def shown_without_its_slope(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """You probably left out the output gate. A unit that shows nothing has no path
    but the rail. Reread section 3.4, equation (3.11), first line.""",
)
def shown_without_the_output_gate(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = 1 - np.tanh(c_t) ** 2
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """You probably took the last block of the recurrent weights for the candidate's.
    That is the output gate's, which has no part in the next cell state. Reread
    section 3.2, equation (3.4), and section 3.4, equation (3.11).""",
)
def output_gates_weights_for_the_candidates(
    o_t, c_t, i_next, f_next, c_tilde_next, W_hh
):
    W_hi, W_hf, _W_hc, W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_ho * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """You probably added the forget gates to every row. Along the rail a unit reaches
    only itself, so they stand on the diagonal. Reread section 3.4, equation (3.11),
    first line.""",
)
def rail_in_every_row(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _W_ho = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return f_next + shown[:, None] * M


@misconception(
    "cell_jacobian",
    """You transposed the blocks of the recurrent weights. In this book a row of them
    belongs to the unit that is shown, a column to the gate that hears of it; as the
    blocks are square, no shape complains. Reread section 3.4, equation (3.11), and the
    last line of the shapes in the task.""",
)
def blocks_transposed(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    W_hi, W_hf, W_hc, _ = (block.T for block in np.split(W_hh, 4, axis=1))
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M


# --- 12. How far back does the gradient reach? --------------------------------------


@inputs("all_paths_by_lag")
def all_paths_by_lag_inputs(rng):
    run = sequence(rng, 1, 6, 3, 4)
    return tuple(a[0] for a in run["gates"]), run["c"][0], run["W_hh"]


@misconception(
    "all_paths_by_lag",
    """Your sizes are those of the rail alone. The cell state is also shown, and what
    is shown reaches the gates of the next step. Reread section 3.4, equations (3.10)
    and (3.11), on what the rail leaves out.""",
)
def sizes_of_the_rail(gates, c, W_hh):
    f = gates[1]
    factors = np.concatenate([np.ones((1, f.shape[1])), f[:0:-1]])
    return np.cumprod(factors, axis=0).max(axis=1)


@misconception(
    "all_paths_by_lag",
    """You probably multiplied matrices of single steps. They agree with the right
    sizes up to lag 1; from lag 2 on there are paths through the output gates of the
    steps between, which no single step has. Reread section 3.4, below equation
    (3.11).""",
)
def product_of_one_step_matrices(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = 0 * dh
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """You probably took the Frobenius norm, in which all entries count. The task asks
    for the largest stretch, and at lag 0 that is 1 for any number of units. Reread
    the task, and section 3.4 on what its figure shows.""",
)
def frobenius_norm(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """You probably took the size before what comes through the hidden state was
    added. Both ways have to be there before the derivative is complete. Reread
    section 3.3, equation (3.6), and the task on when to take the size.""",
)
def size_taken_before_the_outlet(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        norms.append(np.linalg.norm(dc, 2))
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """What comes through the hidden state is in your sizes, but you do not send it
    further back along the rail. It has reached the cell state, so it goes on from
    there. Reread section 3.3, equations (3.6) and (3.7).""",
)
def shown_part_not_sent_on(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        rail, dc = dc, dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = rail * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """Your sizes are in the order of time: the last one is that of lag 0. The task
    counts lags. Reread its shapes, and section 3.4 on lags.""",
)
def sizes_in_the_order_of_time(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms[::-1])


@misconception(
    "all_paths_by_lag",
    """The way over the candidate is missing. The candidate reads the hidden state
    like the gates, and sends something back to it. Reread section 3.3, equations
    (3.8) and (3.9), and the three paths of (3.11) in section 3.4.""",
)
def candidate_sends_nothing_back(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = 0 * dc
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """The way over the forget gate is missing. It reads the hidden state, too, and
    sends something back to it. Reread section 3.3, equations (3.7) to (3.9), and the
    three paths of (3.11) in section 3.4.""",
)
def forget_gate_sends_nothing_back(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = 0 * dc
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """Your forget gate's gradient uses the cell state after the step. The gate
    multiplied the state before it. Reread section 3.3, equation (3.7), and mind the
    index of c.""",
)
def cell_state_of_the_same_step(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """You probably added what reaches a hidden state to what had reached the later
    ones. Each hidden state hears from the next step alone; the later ones have been
    followed back already. Reread section 3.3, equation (3.9), and the task.""",
)
def hidden_gradients_piled_up(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = dh + np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """What comes through your hidden states lacks the slope of tanh. Where a cell
    state is large, hardly anything should pass. Reread section 3.3, equation (3.6),
    second line.""",
)
def slope_at_the_outlet_missing(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t]
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)


@misconception(
    "all_paths_by_lag",
    """You probably multiplied the sizes of single steps. The steps do not all stretch
    the same direction, so the size of a product is often less than that; and over
    several steps there are more paths. Reread section 3.4, below equation (3.11), and
    the task on what travels back from step to step.""",
)
def norms_of_the_steps_multiplied(gates, c, W_hh):
    i, f, c_tilde, o = gates
    W_hi, W_hf, W_hc, _ = np.split(W_hh, 4, axis=1)
    shown, sizes = o * (1 - np.tanh(c) ** 2), [1.0]
    for t in reversed(range(1, len(c))):
        M = W_hf * (c[t - 1] * f[t] * (1 - f[t]))
        M = M + W_hi * (c_tilde[t] * i[t] * (1 - i[t]))
        M = M + W_hc * (i[t] * (1 - c_tilde[t] ** 2))
        sizes.append(np.linalg.norm(np.diag(f[t]) + shown[t - 1][:, None] * M, 2))
    return np.cumprod(sizes)


@misconception(
    "all_paths_by_lag",
    """Along the rail you scaled the rows of your matrix by the forget gates. A row
    belongs to one number of the last cell state, a column to a unit of this step, and
    the gates are those of this step's units. Reread the task on what a row holds, and
    section 3.3, equation (3.7), last line.""",
)
def forget_gates_scale_the_rows(gates, c, W_hh):
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t][:, None]
    return np.array(norms)


# --- 13. How long shall a unit remember? --------------------------------------------


@inputs("forget_bias")
def forget_bias_inputs(rng):
    return (rng.uniform(2, 30, size=5),)


@misconception(
    "forget_bias",
    """You probably returned the gates themselves. The gate is the sigmoid of the
    bias, so the sigmoid has to be inverted. Reread the second formula of the task,
    and section 3.5, where bias and gate stand side by side.""",
)
def gate_for_its_bias(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = f
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """You probably took the half-life for the mean age. The mean age of what a unit
    holds is one over what it drops; half is gone earlier. Reread section 3.5, below
    equation (3.12), and its table.""",
)
def mean_age_for_half_life(half_life):
    f = 1 - 1 / half_life
    b_f = np.log(f / (1 - f))
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """After the half-life another share than half is left in your units, about 37
    percent. You probably let the value fall to one e-th part. Reread the first
    formula of the task, and the table of section 3.5.""",
)
def e_th_part_for_half(half_life):
    f = np.exp(-1 / half_life)
    b_f = np.log(f / (1 - f))
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """You probably took the logarithm of the half-life. That is the rule of the leaky
    integrator for the steps it remembers, not for the time after which half is left.
    Reread section 3.5, equations (3.12) and (3.13), and the formulas of the task.""",
)
def logarithm_of_the_half_life(half_life):
    b_f = np.log(half_life)
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """You probably took the logarithm of the gate alone. The inverse of the sigmoid
    compares what is kept with what is dropped; yours is negative for every gate.
    Reread the second formula of the task, and the table of section 3.5.""",
)
def logarithm_of_the_gate(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log(f)
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """Your biases have the wrong sign: the longer a unit is to remember, the faster
    it forgets. A forget gate near 1 keeps, in spite of its name. Reread section 3.5
    and the table there.""",
)
def gates_shut_instead(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log((1 - f) / f)
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """You probably took the logarithm to base 2. The sigmoid is made with the natural
    exponential, so its inverse has the natural logarithm. Reread the second formula
    of the task, and the sigmoid in section 3.1.""",
)
def logarithm_to_base_two(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log2(f / (1 - f))
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, b_f, zero, zero])


@misconception(
    "forget_bias",
    """You probably set all four blocks. Then the input gates are opened as well, and
    everything is written. Reread the task, and section 3.5: only the forget gate's
    bias decides how long a value stays.""",
)
def all_four_blocks_set(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log(f / (1 - f))
    return np.concatenate(4 * [b_f])


@misconception(
    "forget_bias",
    """Your biases stand in the first block, that of the input gates. They open the
    door for everything, and the memory fades as before. Reread section 3.2, equation
    (3.4), on the order of the blocks.""",
)
def first_block_set(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log(f / (1 - f))
    zero = np.zeros(len(half_life))
    return np.concatenate([b_f, zero, zero, zero])


@misconception(
    "forget_bias",
    """Your biases stand in the third block, that of the candidate. They change what
    the cell would like to write, and its memory fades as before. Reread section 3.2,
    equation (3.4), on the order of the blocks.""",
)
def third_block_set(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log(f / (1 - f))
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, zero, b_f, zero])


@misconception(
    "forget_bias",
    """You probably put the four biases of a unit side by side. The blocks are runs:
    first all units of one gate, then all units of the next. Reread section 3.2,
    equation (3.4).""",
)
def four_biases_of_a_unit_together(half_life):
    f = 0.5 ** (1 / half_life)
    b_f = np.log(f / (1 - f))
    zero = np.zeros(len(half_life))
    return np.stack([zero, b_f, zero, zero], axis=1).ravel()


# --- 14. A start for all lags -------------------------------------------------------


@inputs("spread_biases")
def spread_biases_inputs(rng):
    T_max = int(rng.integers(20, 60))
    return rng.random(5), T_max, rng.normal(size=20), rng.normal(size=20)


@misconception(
    "spread_biases",
    """You probably left the second bias as it was. The two add up, so your gates
    stand elsewhere than you meant. Reread section 3.5, where one bias is set and the
    other cleared, and equation (3.13).""",
)
def second_bias_not_cleared(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = bias_hh.copy()
    return first, second


@misconception(
    "spread_biases",
    """Your forget gates are shut and your input gates open. You probably exchanged
    the two blocks, or their signs: such units write everything and keep nothing.
    Reread section 3.5, equation (3.13), and the order of (3.4).""",
)
def signs_of_the_gates_exchanged(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([b_f, -b_f, bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """You probably cleared the whole second bias. Its other two blocks belong to the
    candidate and the output gate, which stay as they are. Reread the task, and
    section 3.5 with equation (3.13): it speaks of two gates.""",
)
def whole_second_bias_cleared(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = np.zeros(len(bias_hh))
    return first, second


@misconception(
    "spread_biases",
    """You probably started from new arrays of zeros. The blocks of the candidate and
    the output gate stay as they are, in both biases. Reread the task, and section 3.5
    with equation (3.13): it speaks of two gates.""",
)
def other_blocks_cleared(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, 0 * bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), 0 * bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """You probably put the memories themselves into the biases. A bias stands inside
    the sigmoid, whose inverse turns a memory into a logarithm. Reread section 3.5,
    equation (3.13).""",
)
def memories_for_biases(u, T_max, bias_ih, bias_hh):
    b_f = 1 + u * (T_max - 2)
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """Your largest memories are too long: you probably stretched the chance numbers
    by the longest lag less one. The interval begins at 1, so its length is smaller
    than its upper end. Reread section 3.5, equation (3.13), and the task.""",
)
def stretched_too_far(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 1))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """You probably set the forget gates alone. An open forget gate keeps what should
    never have been written; to shut the input gate is the other half of a memory.
    Reread section 3.5, equation (3.13).""",
)
def input_gates_left_alone(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    H = len(u)
    first = np.concatenate([bias_ih[:H], b_f, bias_ih[kept:]])
    second = np.concatenate([bias_hh[:H], 0 * b_f, bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """All your units have the same memory. Each has a chance number of its own, so
    that the memories spread up to the longest lag. Reread section 3.5, around
    equation (3.13).""",
)
def one_memory_for_all(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u[0] * (T_max - 2)) * np.ones(len(u))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """You probably added the new biases to the old ones. The two gates start where
    the memory says, whatever stood there before. Reread the task, and section 3.5,
    equation (3.13).""",
)
def added_to_the_old_biases(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([bias_ih[:kept] + np.append(-b_f, b_f), bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """You probably put the same numbers into both biases. The two add up, so each
    gate stands at twice its bias. Reread section 3.5, where one bias is set and the
    other cleared, and equation (3.13).""",
)
def set_in_both_biases(u, T_max, bias_ih, bias_hh):
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = np.concatenate([-b_f, b_f, bias_hh[kept:]])
    return first, second


@misconception(
    "spread_biases",
    """You probably put the gates themselves into the biases, the share that is kept
    and the share that is written. The bias stands inside the sigmoid, which has to be
    inverted. Reread section 3.5, equation (3.13) and the sentence before it.""",
)
def gates_for_biases(u, T_max, bias_ih, bias_hh):
    memory = 1 + u * (T_max - 2)
    f = memory / (1 + memory)
    kept = 2 * len(u)
    first = np.concatenate([1 - f, f, bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second


# --- 15. A look at the cell ---------------------------------------------------------


@inputs("peephole_step")
def peephole_step_inputs(rng):
    sizes = (4, 3), (4, 5), (4, 5), (3, 20), (5, 20), (20,), (5,), (5,), (5,)
    return tuple(arrays(rng, *sizes, scale=0.9))


@misconception(
    "peephole_step",
    """Your output gate looks at the old cell state. It decides last, when the new one
    is there, and it decides what of that is shown. Reread section 3.7, equation
    (3.14).""",
)
def output_gate_looks_back(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i + w_ci * c_prev), sigmoid(f + w_cf * c_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o + w_co * c_prev) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """Your peepholes have no effect: the step is the plain one. Each gate has one
    term more than before. Reread section 3.7, equation (3.14).""",
)
def no_peepholes(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i), sigmoid(f)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """Your output gate does not look at the cell. All three gates have a peephole;
    this one needs the new cell state, so it comes later than the others. Reread
    section 3.7, equation (3.14).""",
)
def output_gate_without_a_peephole(
    x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co
):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i + w_ci * c_prev), sigmoid(f + w_cf * c_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """Your candidate looks at the cell state, too. It is no gate, and has no
    peephole. Reread section 3.7, equation (3.14), and count its lines.""",
)
def candidate_with_a_peephole(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i + w_ci * c_prev), sigmoid(f + w_cf * c_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde + w_ci * c_prev)
    return sigmoid(o + w_co * c_t) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """You probably added the look at the cell after the squashing. A gate can then be
    more than open, or negative. Reread section 3.7, equation (3.14), and see where
    the new term stands.""",
)
def peepholes_outside_the_sigmoid(
    x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co
):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i) + w_ci * c_prev, sigmoid(f) + w_cf * c_prev
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return (sigmoid(o) + w_co * c_t) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """You probably exchanged the peepholes of the input gate and the forget gate. No
    error tells you, because they have the same shape. Reread section 3.7, equation
    (3.14).""",
)
def peepholes_exchanged(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i + w_cf * c_prev), sigmoid(f + w_ci * c_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o + w_co * c_t) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """Your peepholes look at the hidden state. The gates see that already, and it is
    near zero when the output gate is shut; a peephole shows them the cell state
    itself. Reread section 3.7, equation (3.14).""",
)
def looks_at_the_hidden_state(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i + w_ci * h_prev), sigmoid(f + w_cf * h_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o + w_co * c_t) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """Your gates look at the squashed cell state. A count that has passed 1 would
    then look almost the same at every step. Reread section 3.7, equation (3.14).""",
)
def squashed_look(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    look = np.tanh(c_prev)
    i, f = sigmoid(i + w_ci * look), sigmoid(f + w_cf * look)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o + w_co * np.tanh(c_t)) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """You probably multiplied the look at the cell with the other terms. It is one
    more term of the sum inside the sigmoid. Reread section 3.7, equation (3.14).""",
)
def peephole_as_a_factor(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i * w_ci * c_prev), sigmoid(f * w_cf * c_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o * w_co * c_t) * np.tanh(c_t), c_t


@misconception(
    "peephole_step",
    """You probably multiplied the cell state and the peephole as matrices, and got
    one number for all units. A unit sees itself only, so the product is element by
    element. Reread section 3.7, below equation (3.14).""",
)
def one_look_for_all_units(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i = sigmoid(i + (c_prev @ w_ci)[:, None])
    f = sigmoid(f + (c_prev @ w_cf)[:, None])
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o + (c_t @ w_co)[:, None]) * np.tanh(c_t), c_t


# --- 16. Look for a cell, without fooling yourself ----------------------------------

equivalent(
    "find_cell",
    "a, m = (cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()): "
    "'-1' -> '-2'",
    "NumPy takes every negative length for the one that it has to find out",
)
for turned in [
    "'a - a.mean(axis=0)' -> 'a.mean(axis=0) - a'",
    "'m - m.mean()' -> 'm.mean() - m'",
]:
    equivalent(
        "find_cell",
        f"a, m = (a - a.mean(axis=0), m - m.mean()): {turned}",
        "both correlations change their signs, and the last lines turn them back",
    )


@inputs("find_cell")
def find_cell_inputs(rng):
    mark = rng.random((8, 9)) < 0.4
    mark[0, :2] = mark[1, :2] = False, True
    cells = rng.normal(size=(8, 9, 6)) + rng.normal(size=6)
    cells[:, :, 3] = 0.5  # it never moves
    cells[::2, :, 4] -= 4 * mark[::2]  # the best where chosen, with a negative sign
    cells[1::2, :, 4] += 0.8 * mark[1::2]  # where it is checked its sign is another one
    cells[::2, :, 1] += 3 * mark[::2]  # the best where chosen, with a positive sign
    cells[1::2, :, 1] -= 3 * mark[1::2]
    cells[::2, :, 0] -= 0.8 * mark[::2]
    cells[1::2, :, 0] += 4 * mark[1::2]  # the best where it is checked
    cells[:, :, 5] += 2 * mark  # the best on all pieces
    cells[:, :, 2] *= 9  # the largest
    return cells, mark


@misconception(
    "find_cell",
    """You probably chose the unit on all pieces. Then the pieces that check it have
    helped to choose it, and its correlation there is flattered. Reread section 3.8 on
    the two halves.""",
)
def chosen_on_everything(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    a, m = cells.reshape(-1, cells.shape[2]), mark.ravel()
    a, m = a - a.mean(axis=0), m - m.mean()
    size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
    best = np.argmax(np.abs(m @ a / np.maximum(size, 1e-12)))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """Your two correlations come from the same half. Whoever picks the best of many
    finds something even in noise; only pieces that did not choose are fair. Reread
    section 3.8 on the two halves.""",
)
def checked_where_chosen(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, _checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * chosen[best]


@misconception(
    "find_cell",
    """You probably let the pieces choose that should check. The even pieces choose,
    the odd ones check. Reread the task, and section 3.8 on the two halves.""",
)
def chosen_where_checked(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(np.abs(checked))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """Your halves are exchanged: the odd pieces choose and the even ones check.
    Python counts from 0, and piece 0 chooses. Reread the task, and section 3.8 on the
    two halves.""",
)
def halves_exchanged(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    checked, chosen = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """You probably looked for the best unit in each half by itself. Then nothing is
    checked: the second half has chosen again. Reread section 3.8: the unit that one
    half chose is the one that the other half checks.""",
)
def another_unit_checked(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], np.abs(checked).max()


@misconception(
    "find_cell",
    """You probably left the signs of the correlations as they came. A unit may follow
    the mark the other way round; the chosen correlation is made positive, and the
    other one is turned with it. Reread the task, and section 3.8.""",
)
def signs_left_as_they_are(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = 1.0
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """You probably made both correlations positive, each by itself. A unit that
    follows the mark one way in one half and the other way in the next follows
    nothing, and the negative sign would have told you. Reread the task, and section
    3.8.""",
)
def sign_of_the_check_removed(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], np.abs(checked[best])


@misconception(
    "find_cell",
    """You probably looked for the largest correlation with its sign. A unit that is
    low wherever the mark is high follows it just as well. Reread the task, and
    section 3.8: a unit may follow with either sign.""",
)
def only_positive_units(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(chosen)
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """You probably cut the pieces into a first half and a last half. The task takes
    every other piece, so that each file of the text is in both halves. Reread the
    task, and section 3.8.""",
)
def first_and_last_pieces(cells, mark):
    halves = []
    middle = (len(cells) + 1) // 2
    for part in (slice(None, middle), slice(middle, None)):
        a, m = cells[part].reshape(-1, cells.shape[2]), mark[part].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """You probably correlated each piece by itself, and averaged over the pieces. A
    unit that drifts from piece to piece then looks better than it is. Reread the task
    on what sums and means run over, and section 3.8 on the two halves.""",
)
def mean_over_the_pieces(cells, mark):
    a = cells - cells.mean(axis=1, keepdims=True)
    m = mark - mark.mean(axis=1, keepdims=True)
    size = np.sqrt((a**2).sum(axis=1) * (m**2).sum(axis=1)[:, None])
    r = np.einsum("pn,pnh->ph", m, a) / np.maximum(size, 1e-12)
    chosen, checked = r[::2].mean(axis=0), r[1::2].mean(axis=0)
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """You probably did not divide by the spreads. Then the unit with the largest
    numbers wins, not the one that follows the mark best. Reread the formula of the
    task, and section 3.8.""",
)
def covariance_for_correlation(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        halves.append(m @ a / len(m))
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """You probably left out the means. A unit that never moves and is never zero
    would then seem to follow any mark. Reread the formula of the task, and section
    3.8.""",
)
def means_not_taken_away(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]


@misconception(
    "find_cell",
    """A unit that never changes gives a result that is not a number, and that is then
    chosen as the largest: you probably divided zero by zero. The task says what the
    correlation is there. Reread it, and section 3.8.""",
)
def nothing_for_a_still_unit(cells, mark):
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / size)
    chosen, checked = halves
    best = np.argmax(np.abs(chosen))
    sign = np.sign(chosen[best])
    return best, sign * chosen[best], sign * checked[best]
