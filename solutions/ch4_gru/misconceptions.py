"""Wrong answers to chapter 4 that learners write, each with the hint it earns.

The inputs come first in each part: sizes all differ, biases and the first state are
not zero, and whatever sets two wrong answers apart is in them.
"""

import numpy as np

from autograder.answers import inputs, misconception


def sigmoid(a):
    """The notebook's set-up function, for the answers below."""
    return 0.5 * (1 + np.tanh(0.5 * a))


def arrays(rng, *shapes, scale=0.8):
    """Random arrays of the given shapes, small enough to leave gates their slope."""
    return [scale * rng.normal(size=shape) for shape in shapes]


# --- 1. Tie two gates --------------------------------------------------------------


@inputs("free_and_tied")
def cell_inputs(rng):
    f, i = rng.random((2, 3, 6, 4))
    return f, i, 2 * rng.random((3, 6, 4)) - 1, rng.normal(size=(3, 4))


@misconception(
    "free_and_tied",
    """Your tied cell follows the input gate: it takes with it and keeps the rest. Here
    the other gate stays, and what it does not keep is taken. Reread section 4.1,
    equation (4.2), and see which gate is still in it.""",
)
def tied_to_the_input_gate(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = (1 - i[:, t]) * d + i[:, t] * c_tilde[:, t]
        free[:, t], tied[:, t] = c, d
    return free, tied


@misconception(
    "free_and_tied",
    """Your tied cell keeps where it should take, and takes where it should keep. In
    this book a forget gate near one keeps the old cell. Reread section 4.1, equation
    (4.2).""",
)
def tied_keeps_and_takes_swapped(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = (1 - f[:, t]) * d + f[:, t] * c_tilde[:, t]
        free[:, t], tied[:, t] = c, d
    return free, tied


@misconception(
    "free_and_tied",
    """Your tied cell mixes its candidate with the state of the free cell. The two cells
    have nothing to do with each other but their start: each goes on from its own last
    state. Reread section 4.1, equations (4.1) and (4.2).""",
)
def tied_reads_the_free_cell(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c = c_0
    for t in range(f.shape[1]):
        tied[:, t] = f[:, t] * c + (1 - f[:, t]) * c_tilde[:, t]
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        free[:, t] = c
    return free, tied


@misconception(
    "free_and_tied",
    """Your tied cell still has an input gate: it takes only a part of what it dropped.
    With tied gates there is one gate with two jobs, and what it drops is taken in full.
    Reread section 4.1, equation (4.2).""",
)
def tied_with_the_input_gate_as_well(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = f[:, t] * d + (1 - f[:, t]) * i[:, t] * c_tilde[:, t]
        free[:, t], tied[:, t] = c, d
    return free, tied


@misconception(
    "free_and_tied",
    """Your free cell takes every candidate in full. Free gates are two gates: one for
    what is kept, one for what is taken. Reread section 4.1, the middle line of equation
    (4.1).""",
)
def free_without_an_input_gate(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        c = f[:, t] * c + c_tilde[:, t]
        d = f[:, t] * d + (1 - f[:, t]) * c_tilde[:, t]
        free[:, t], tied[:, t] = c, d
    return free, tied


@misconception(
    "free_and_tied",
    """You probably started from zeros. The first state is an input of this function,
    and at the first step a part of it is kept. Reread the task, and section 4.1,
    equations (4.1) and (4.2).""",
)
def cells_start_at_zero(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = np.zeros_like(c_0), np.zeros_like(c_0)
    for t in range(f.shape[1]):
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = f[:, t] * d + (1 - f[:, t]) * c_tilde[:, t]
        free[:, t], tied[:, t] = c, d
    return free, tied


@misconception(
    "free_and_tied",
    """Every step of yours starts from the first state again. The state that a step
    makes is the old one of the next step, or nothing is remembered. Reread section 4.1,
    equation (4.1), and mind the index of c.""",
)
def cells_not_carried(f, i, c_tilde, c_0):
    free = f * c_0[:, None] + i * c_tilde
    return free, f * c_0[:, None] + (1 - f) * c_tilde


@misconception(
    "free_and_tied",
    """Your states are one step late: the first one that you return is the start. The
    results hold the state after each step. Reread the shapes of the task, and section
    4.1, equation (4.1).""",
)
def cells_one_step_late(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        free[:, t], tied[:, t] = c, d
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = f[:, t] * d + (1 - f[:, t]) * c_tilde[:, t]
    return free, tied


@misconception(
    "free_and_tied",
    """You probably squashed the cell states with tanh. That is how the LSTM shows its
    cell, not what it keeps; the cell itself can grow, and that is the point here.
    Reread section 4.1, equation (4.1), and see in which line the last tanh stands.""",
)
def cells_shown_through_tanh(f, i, c_tilde, c_0):
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = f[:, t] * d + (1 - f[:, t]) * c_tilde[:, t]
        free[:, t], tied[:, t] = np.tanh(c), np.tanh(d)
    return free, tied


# --- 2. One step of a GRU ----------------------------------------------------------


def step_arrays(rng):
    return tuple(arrays(rng, (4, 3), (4, 5), (3, 15), (5, 15), (15,), (5,)))


@inputs("gru_step")
def step_inputs(rng):
    return step_arrays(rng)


SWAPPED = """You probably kept with one minus the update gate, and took the candidate
    with the gate itself. Papers differ here; in this book and in the library, an update
    gate near one keeps the old state. Reread the last line of equation (4.4), section
    4.1, and the table of signs below it."""

UPDATE_FIRST = """Your first block is taken for the update gate and your second for the
    reset gate. Both have the same shape, so nothing complains, but every weight then
    serves the other gate. Here the order is that of equation (4.4), section 4.1: reset,
    update, candidate."""

BIAS_OUTSIDE = """You probably added the candidate's second bias outside the reset. It
    belongs to what the past offers, so the reset gate scales it, too; otherwise the two
    biases would simply add up. Reread section 4.1, below equation (4.4)."""

TURNED_ROUND = """You probably scaled the past by one minus the reset gate. The name
    suggests that a reset gate near one wipes out, but the formula says that it lets
    through. Reread section 4.1, the third line of equation (4.4)."""


@misconception("gru_step", SWAPPED)
def keeps_and_takes_swapped(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * (n_h + b_hn))
    return z * n + (1 - z) * h_prev


@misconception("gru_step", UPDATE_FIRST)
def update_gate_first(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    z_x, r_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    z_h, r_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * (n_h + b_hn))
    return (1 - z) * n + z * h_prev


@misconception("gru_step", BIAS_OUTSIDE)
def bias_outside_the_reset(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h + b_hn)
    return (1 - z) * n + z * h_prev


@misconception("gru_step", TURNED_ROUND)
def reset_turned_round(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + (1 - r) * (n_h + b_hn))
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """You probably reset the state before it was multiplied. That is the other variant,
    and it is another function of the same weights. Reread section 4.2: this task asks
    for the candidate of equation (4.4), not for that of (4.5).""",
)
def reset_before_the_product(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """Your reset gate scales everything inside the candidate, the input's part as well.
    A shut reset gate hides the past, never the input. Reread section 4.1, the third
    line of equation (4.4), and see what stands in its inner bracket.""",
)
def reset_on_the_whole_sum(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(r * (n_x + n_h + b_hn))
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """Your reset gate scales the input's part of the candidate, and the past comes
    through whole. It is there to hide the past. Reread section 4.1, the third line of
    equation (4.4).""",
)
def reset_on_the_input(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(r * n_x + n_h + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """Your reset gate has no effect: the candidate always sees the whole past. That is
    the cell after the second step of the derivation, equation (4.3). Reread section 4.1
    on what the third step adds, equation (4.4).""",
)
def reset_forgotten(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    _, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    _, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    z = sigmoid(z_x + z_h)
    n = np.tanh(n_x + n_h + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """Your reset gate also acts on the state that is kept. It hides the past from the
    candidate and from nothing else; what is kept is kept whole. Reread section 4.1, the
    last line of equation (4.4).""",
)
def reset_on_the_kept_state(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * (n_h + b_hn))
    return (1 - z) * n + z * r * h_prev


@misconception(
    "gru_step",
    """You probably left out the bias inside the reset. The candidate has two biases,
    one on the input's side and one on the side of the past. Reread section 4.1,
    equation (4.4), and count the terms of its third line.""",
)
def inner_bias_forgotten(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """Your candidate is squashed with a sigmoid. Then no new value could be negative;
    the candidate is no gate. Reread section 4.1, equation (4.4), and look at which
    function its third line names.""",
)
def candidate_by_sigmoid(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = sigmoid(n_x + r * (n_h + b_hn))
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step",
    """You probably added the candidate in full to what is kept. In a GRU keeping and
    taking are one decision: what is taken is what was dropped. Reread section 4.1, the
    last line of equation (4.4).""",
)
def candidate_added_in_full(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * (n_h + b_hn))
    return n + z * h_prev


@misconception(
    "gru_step",
    """You probably took every third column for a block. The blocks stand side by side:
    all columns of the reset gate come first, then all of the update gate, then all of
    the candidate. Reread the table at the top of the notebook, and section 4.3 on how a
    layer packs its gates.""",
)
def every_third_column(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    from_x, from_h = x_t @ W_xh + b_h, h_prev @ W_hh
    r = sigmoid(from_x[:, 0::3] + from_h[:, 0::3])
    z = sigmoid(from_x[:, 1::3] + from_h[:, 1::3])
    n = np.tanh(from_x[:, 2::3] + r * (from_h[:, 2::3] + b_hn))
    return (1 - z) * n + z * h_prev


# --- 3. The other variant ----------------------------------------------------------


@inputs("gru_step_before")
def step_before_inputs(rng):
    return step_arrays(rng)


@misconception(
    "gru_step_before",
    """You probably reset after the product. That is the variant of the task before this
    one: a shut gate then cuts off a unit of the candidate instead of hiding a unit of
    the old state. Reread section 4.2, equation (4.5), and see what stands in its
    bracket.""",
)
def reset_after_the_product(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * (n_h + b_hn))
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """You moved the bias out of the reset, but the reset still comes after the product.
    To scale what a product gives is not the same as to scale what goes into it. Reread
    section 4.2, equation (4.5).""",
)
def product_reset_without_its_bias(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * n_h + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """Your update gate reads the reset state. Only the candidate sees the past through
    the reset; both gates see it whole. Reread section 4.2, equation (4.5), and section
    4.1 on what the third step of the derivation filters.""",
)
def update_gate_reads_the_reset_state(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r = sigmoid(r_x + h_prev @ W_hr)
    z = sigmoid(z_x + (r * h_prev) @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """You probably went on with the reset state in the last line. What is kept is kept
    whole; the reset hides the past from the candidate only. Reread section 4.2, and the
    last line of equation (4.4).""",
)
def reset_state_is_kept(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * (r * h_prev)


@misconception("gru_step_before", SWAPPED)
def keeps_and_takes_swapped_before(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return z * n + (1 - z) * h_prev


@misconception("gru_step_before", UPDATE_FIRST)
def update_gate_first_before(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    z_x, r_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hz, W_hr, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """You probably scaled the candidate's second bias by the reset gate as well. In
    this variant only the state is reset, and the bias stands outside. Reread section
    4.2, equation (4.5), and mind where its inner bracket closes.""",
)
def bias_reset_too(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + r * b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """You probably left out one of the candidate's two biases. Both are there in this
    variant, too, though here they simply add up. Reread section 4.2, equation (4.5),
    and count its terms.""",
)
def second_bias_forgotten(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """You probably scaled the state by one minus the reset gate. The name suggests that
    a reset gate near one wipes out, but the formula says that it lets through. Reread
    section 4.2, equation (4.5).""",
)
def reset_turned_round_before(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + ((1 - r) * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * h_prev


@misconception(
    "gru_step_before",
    """You probably reset twice, before the product and after it. Each variant has one
    reset. Reread section 4.2 on how the two differ, and equation (4.5).""",
)
def reset_twice(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    r, z = sigmoid(r_x + h_prev @ W_hr), sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + r * ((r * h_prev) @ W_hn + b_hn))
    return (1 - z) * n + z * h_prev


# --- 4. The whole sequence ---------------------------------------------------------


@inputs("gru_forward")
def forward_inputs(rng):
    return tuple(arrays(rng, (3, 6, 4), (3, 5), (4, 15), (5, 15), (15,), (5,)))


@misconception(
    "gru_forward",
    """Every step of yours starts from the first state again. The state that a step
    makes must be the one that the next step receives, or nothing is remembered. Reread
    the loop in section 4.3.""",
)
def state_not_carried(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    r_h, z_h, n_h = np.split(h_0 @ W_hh, 3, axis=1)
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h[:, t] = (1 - z) * n + z * h_0
    return h


@misconception(
    "gru_forward",
    """Your gates and candidates follow the sequence, but each step mixes its candidate
    with the first state. What the update gate keeps is the state just before this step.
    Reread section 4.1, the last line of equation (4.4), and mind the index of h.""",
)
def first_state_is_kept(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_0
        h[:, t] = h_t
    return h


@misconception(
    "gru_forward",
    """The products with the state are made once, with the first state, and reused at
    every step. Only the inputs can be multiplied beforehand; the state is known one
    step at a time. Reread the loop in section 4.3.""",
)
def gates_from_the_first_state(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    r_h, z_h, n_h = np.split(h_0 @ W_hh, 3, axis=1)
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h


@misconception(
    "gru_forward",
    """You probably started from zeros. The first state is an input of this function: a
    stream that is read in pieces goes on from where it was. Reread the loop in section
    4.3 and look at what enters its first step.""",
)
def started_from_zeros(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = np.zeros_like(h_0)
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h


@misconception(
    "gru_forward",
    """Your states are one step late: the first one that you return is the state before
    any input. The result holds the state after each input, and the last one is the
    state after the whole sequence. Reread the loop in section 4.3.""",
)
def states_one_step_late(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        h[:, t] = h_t
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
    return h


@misconception(
    "gru_forward",
    """The candidate goes from step to step in your loop, and the mixture only into the
    result. What the next step receives is the new state, with the part that was kept.
    Reread section 4.1, the last line of equation (4.4).""",
)
def candidate_carried(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h[:, t] = (1 - z) * n + z * h_t
        h_t = n
    return h


@misconception(
    "gru_forward",
    """All the states that you return are the last one. You probably filled the whole
    array in every turn, or kept the same array again and again. Each step has a place
    of its own on the second axis: reread the loop in section 4.3.""",
)
def last_state_everywhere(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
        h[:] = h_t[:, None]
    return h


@misconception(
    "gru_forward",
    """Your loop resets the state before the product. That is the other variant, and no
    error tells the two apart. Reread section 4.2: this task asks for equation (4.4),
    not for (4.5).""",
)
def sequence_of_the_other_variant(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r, z = sigmoid(r_x + h_t @ W_hr), sigmoid(z_x + h_t @ W_hz)
        n = np.tanh(n_x + (r * h_t) @ W_hn + b_hn)
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h


@misconception("gru_forward", SWAPPED)
def sequence_keeps_and_takes_swapped(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = z * n + (1 - z) * h_t
        h[:, t] = h_t
    return h


@misconception("gru_forward", BIAS_OUTSIDE)
def sequence_with_the_bias_outside(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * n_h + b_hn)
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h


@misconception("gru_forward", UPDATE_FIRST)
def sequence_with_the_update_gate_first(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*x.shape[:2], len(b_hn)))
    h_t = h_0
    for t in range(x.shape[1]):
        z_x, r_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        z_h, r_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h


# --- 5. One step back --------------------------------------------------------------


@inputs("gru_step_backward")
def step_back_inputs(rng):
    x, h, W, U, b, b_hn = step_arrays(rng)
    r_x, z_x, n_x = np.split(x @ W + b, 3, axis=1)
    r_h, z_h, n_h = np.split(h @ U, 3, axis=1)
    r, z, past = sigmoid(r_x + r_h), sigmoid(z_x + z_h), n_h + b_hn
    return rng.normal(size=h.shape), x, h, r, z, past, np.tanh(n_x + r * past), W, U


@misconception(
    "gru_step_backward",
    """The candidate's matrix for the state, and the bias beside it, get the gradient
    from inside the tanh. But their output is scaled by the reset gate before it comes
    there, so the gradient is scaled on the way back. Reread section 4.3, below equation
    (4.6): the one to watch.""",
)
def candidate_matrix_without_the_reset(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_n * r], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    return (
        d_x @ W_xh.T,
        dh_prev,
        x_t.T @ d_x,
        h_prev.T @ d_x,
        d_x.sum(axis=0),
        d_n.sum(axis=0),
    )


@misconception(
    "gru_step_backward",
    """Nothing of yours on the state's side of the candidate passes the reset gate: not
    what its matrix gets, not what goes back to the old state. The gate scaled the past
    on the way in, so it scales the gradient on the way out. Reread section 4.3, the
    fourth line of equation (4.6).""",
)
def reset_gate_not_on_the_way_back(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    return (
        d_x @ W_xh.T,
        dh_t * z + d_x @ W_hh.T,
        x_t.T @ d_x,
        h_prev.T @ d_x,
        d_x.sum(axis=0),
        d_n.sum(axis=0),
    )


@misconception(
    "gru_step_backward",
    """The bias inside the reset gets the same gradient as the other one. It is a part
    of what the reset gate scales, so its gradient is scaled, too. Reread section 4.3,
    below equation (4.6), on the two biases of the candidate.""",
)
def both_biases_alike(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_n * r], axis=1)
    return (
        d_x @ W_xh.T,
        dh_t * z + d_h @ W_hh.T,
        x_t.T @ d_x,
        h_prev.T @ d_h,
        d_x.sum(axis=0),
        d_n.sum(axis=0),
    )


@misconception(
    "gru_step_backward",
    """The sign of your update gate's gradient is turned round. The gate multiplies the
    old state and takes from the candidate, so a larger gate means more of the first and
    less of the second. Reread section 4.3, above equation (4.6), and its second line.
    """,
)
def sign_of_the_update_gate(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (n - h_prev) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """Your update gate hears only from one of the two products that it is in. It
    multiplies the old state, and one minus it multiplies the candidate, so both have a
    part in its gradient. Reread section 4.3, above equation (4.6).""",
)
def update_gate_hears_from_one_product(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * h_prev * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """The path with no matrix on it is missing: what the update gate keeps also carries
    the gradient back, and it is the reason for the whole cell. Reread section 4.3, the
    last line of equation (4.6), and count the ways that the old state has to matter.
    """,
)
def direct_path_forgotten(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, d_h @ W_hh.T, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """Your direct path is there, but with one minus the update gate on it. In this book
    a gate near one keeps the old state, and so lets the gradient through. Reread
    section 4.3, the last line of equation (4.6).""",
)
def direct_path_turned_round(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * (1 - z) + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """You probably forgot the slope of the sigmoid in both gates. A gate that is nearly
    shut or wide open hardly moves, so hardly any gradient passes. Reread section 4.3,
    equation (4.6), the lines of the update gate and of the reset gate.""",
)
def gates_without_their_slope(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n)
    d_r = d_n * past
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """Your candidate sends the gradient on without the slope of its tanh. Where the
    candidate is near minus one or one, hardly anything should pass. Reread section 4.3,
    the first line of equation (4.6).""",
)
def candidate_without_its_slope(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """You probably took the sigmoid's slope for the candidate. It is a tanh, whose
    slope is one minus its square; the other form belongs to the gates. Reread section
    4.3, the first line of equation (4.6).""",
)
def candidate_with_the_slope_of_a_gate(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * n * (1 - n)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """Your reset gate's gradient is made with the old state. In this variant the gate
    scales what the old state offers after the product, bias and all, and a factor's
    gradient is the other factor. Reread section 4.3, the third line of equation (4.6).
    """,
)
def reset_gate_from_the_old_state(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * h_prev * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """What you send back to the old state goes through the three square blocks the same
    way as forward. On the way back each is transposed; as they are square, the shapes
    do not complain. Reread section 4.3, the last line of equation (4.6).""",
)
def blocks_not_transposed(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_r @ W_hr + d_z @ W_hz + d_past @ W_hn
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """Your blocks stand in the order update, reset, candidate. The weights that you are
    given begin with the reset gate, and a gradient has the order of what it belongs to.
    Reread the table at the top of the notebook, and section 4.3, equation (4.6).""",
)
def gradients_with_the_update_gate_first(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_z, d_r, d_n], axis=1)
    d_h = np.concatenate([d_z, d_r, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """You probably averaged the biases' gradients over the batch. Every row used the
    same bias, so the gradients of the rows add up; a mean, if there is one, belongs to
    the loss. Reread the task, and the code below equation (4.6) in section 4.3.""",
)
def biases_averaged(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * z + d_h @ W_hh.T
    db_h, db_hn = d_x.mean(axis=0), d_past.mean(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


@misconception(
    "gru_step_backward",
    """Your gradients seem to belong to the other sign of the update gate, the one of
    some papers: the candidate's path and the direct path have changed places. In this
    book a gate near one keeps. Reread the table of signs in section 4.1, and equation
    (4.6) in section 4.3.""",
)
def backward_of_the_other_sign(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * z * (1 - n**2)
    d_z = dh_t * (n - h_prev) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dh_prev = dh_t * (1 - z) + d_h @ W_hh.T
    db_h, db_hn = d_x.sum(axis=0), d_past.sum(axis=0)
    return d_x @ W_xh.T, dh_prev, x_t.T @ d_x, h_prev.T @ d_h, db_h, db_hn


# --- 6. Back through time ----------------------------------------------------------


@inputs("gru_backward")
def backward_inputs(rng):
    x, h_0, W, U, b, b_hn = arrays(
        rng, (3, 6, 4), (3, 5), (4, 15), (5, 15), (15,), (5,)
    )
    h, r, z, past, n = np.empty((5, 3, 6, 5))
    h_t = h_0
    for t in range(6):
        r_x, z_x, n_x = np.split(x[:, t] @ W + b, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ U, 3, axis=1)
        r[:, t], z[:, t] = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        past[:, t] = n_h + b_hn
        n[:, t] = np.tanh(n_x + r[:, t] * past[:, t])
        h_t = (1 - z[:, t]) * n[:, t] + z[:, t] * h_t
        h[:, t] = h_t
    return rng.normal(size=(3, 6, 5)), x, h_0, h, r, z, past, n, W, U


@misconception(
    "gru_backward",
    """Each of your steps hears only from its own part of the loss. What the next step
    sends back is missing, so nothing is learned from later losses. Reread the loop at
    the end of the code in section 4.3, below equation (4.6).""",
)
def steps_on_their_own(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_n = dh * (1 - z) * (1 - n**2)
    d_z = dh * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_x = np.concatenate([d_r, d_z, d_n], axis=2)
    d_h = np.concatenate([d_r, d_z, d_n * r], axis=2)
    back = np.zeros_like(h_0)
    if x.shape[1]:
        back = dh[:, 0] * z[:, 0] + d_h[:, 0] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), (d_n * r).sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """Only the last step's part of the loss reaches your network. Every state has a
    part of its own, and it joins what comes from the next step. Reread the loop in
    section 4.3, below equation (4.6).""",
)
def only_the_last_loss(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    T = h.shape[1]
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(T)):
        total = dh[:, t] if t == T - 1 else back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """What your steps send back goes through the matrices only. The path that the
    update gate keeps open is missing, and with it the reason why a GRU remembers.
    Reread section 4.3, the last line of equation (4.6).""",
)
def direct_path_dropped(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """What your steps send back takes the direct path only. The old state also went
    into both gates and into the candidate, and these send back their parts. Reread
    section 4.3, the last line of equation (4.6), and count its terms.""",
)
def only_the_direct_path(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """On the direct path you probably sent back only what comes from outside at the
    same step. The update gate keeps the whole state, so the whole total goes back
    through it, also what came from later steps. Reread the loop in section 4.3, below
    equation (4.6), and see what it hands to the step.""",
)
def direct_path_without_what_came_later(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = dh[:, t] * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """You probably used the states after each step where those before it belong: in the
    gradient of the matrix from state to state. That matrix was multiplied with the old
    state. Reread section 4.3, below equation (4.6), and mind the index of h.""",
)
def matrix_gets_the_states_after(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """You probably used the states after each step everywhere, also in the gradient of
    the update gate. The gate chose between the candidate and the state before the step.
    Reread section 4.3, equation (4.6), and mind the index of h in its second line.""",
)
def states_after_everywhere(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """Your first step takes the last state for the one before it: the index -1 counts
    from the end in Python. The first step received the given first state. Reread the
    task, and section 4.3, equation (4.6).""",
)
def last_state_before_the_first(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.roll(h, 1, axis=1)
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """Your first step behaves as if the state before it were zero. That state is an
    input of this function: it has its part in the update gate's gradient and in that of
    the matrix from state to state. Reread the task, and section 4.3, equation (4.6).
    """,
)
def first_state_taken_for_zero(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([0 * h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """The gradients of your weights come from one step only: each turn of the loop
    probably overwrites the one before. The weights are used at every step, so the
    gradients of all steps add up. Reread the loop in section 4.3, below equation (4.6).
    """,
)
def overwritten_not_summed(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    H = h.shape[2]
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dx, back = np.empty(x.shape), np.zeros_like(h_0)
    dW_xh, dW_hh = np.zeros_like(W_xh), np.zeros_like(W_hh)
    db_h, db_hn = np.zeros(3 * H), np.zeros(H)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        dx[:, t] = d_x @ W_xh.T
        back = total * z[:, t] + d_h @ W_hh.T
        dW_xh, dW_hh = x[:, t].T @ d_x, h_prev[:, t].T @ d_h
        db_h, db_hn = d_x.sum(axis=0), (d_n * r[:, t]).sum(axis=0)
    return dx, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """The candidate's matrix for the state, and the bias beside it, get the gradient
    from inside the tanh. Their output is scaled by the reset gate before it comes
    there, so their gradient is scaled as well. Reread section 4.3, below equation
    (4.6): the one to watch.""",
)
def sums_without_the_reset(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_x)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_x, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """The gradient that you return for the first state is the total at the state after
    the first step. The first step has to send it on once more, through its update gate
    and its matrices. Reread section 4.3, the last line of equation (4.6), and the index
    of its left side.""",
)
def first_state_one_step_early(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = total = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_h[:, t] @ W_hh.T
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, total, dW_xh, dW_hh, db_h, db_hn


@misconception(
    "gru_backward",
    """What your steps send back goes through the three square blocks the same way as
    forward. On the way back each is transposed; as they are square, the shapes do not
    complain. Reread section 4.3, the last line of equation (4.6).""",
)
def carried_without_transpose(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    d_x, d_h = np.empty((2, *h.shape[:2], 3 * h.shape[2]))
    back = np.zeros_like(h_0)
    for t in reversed(range(h.shape[1])):
        total = dh[:, t] + back
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (h_prev[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_x[:, t] = np.concatenate([d_r, d_z, d_n], axis=1)
        d_h[:, t] = np.concatenate([d_r, d_z, d_n * r[:, t]], axis=1)
        back = total * z[:, t] + d_r @ W_hr + d_z @ W_hz + (d_n * r[:, t]) @ W_hn
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_h, db_hn = d_x.sum(axis=(0, 1)), np.split(d_h, 3, axis=2)[2].sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, db_h, db_hn


# --- 7. Padding stands still -------------------------------------------------------


@inputs("masked_gru_forward")
def masked_inputs(rng):
    x, *others = arrays(rng, (4, 6, 3), (4, 5), (3, 15), (5, 15), (15,), (5,))
    mask = np.array(
        [
            [True, True, True, True, True, True],
            [True, True, True, False, False, False],
            [False, False, True, True, False, True],
            [False, False, False, False, False, False],
        ]
    )
    return x, mask, *others


@misconception(
    "masked_gru_forward",
    """Your states move at padded steps, as if the mask were not there. The state of a
    finished sequence would drift on, driven by what stands in the padding. Reread
    section 4.3, equation (4.7).""",
)
def mask_ignored(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        h_t = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h[:, t] = h_t
    return h, h_t


@misconception(
    "masked_gru_forward",
    """Your state becomes zero at padded steps. To stand still is not to be wiped out:
    what was remembered before the padding is still asked for after it. Reread section
    4.3, equation (4.7), and see what its second term keeps.""",
)
def padding_wipes_out(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        new = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h_t = mask[:, t, None] * new
        h[:, t] = h_t
    return h, h_t


@misconception(
    "masked_gru_forward",
    """Your mask is turned round: the state moves at padding and stands still at real
    steps. Here the mask is true where a step is real. Reread section 4.3, equation
    (4.7).""",
)
def mask_turned_round(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        new = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h_t = np.where(mask[:, t, None], h_t, new)
        h[:, t] = h_t
    return h, h_t


@misconception(
    "masked_gru_forward",
    """You probably set padded inputs to zero and went on. A zero input still moves the
    state: the biases and the old state are in every gate and in the candidate. Reread
    section 4.3, equation (4.7), which masks the state.""",
)
def padded_inputs_set_to_zero(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split((mask[:, t, None] * x[:, t]) @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        h_t = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h[:, t] = h_t
    return h, h_t


@misconception(
    "masked_gru_forward",
    """The states that you return are zero at padding, though inside your loop they
    stand still. The result holds the state after every step, real or not, and a state
    that stands still is the old one. Reread the shapes of the task, and section 4.3,
    equation (4.7).""",
)
def zeros_in_the_result(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        new = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h_t = np.where(mask[:, t, None], new, h_t)
        h[:, t] = h_t * mask[:, t, None]
    return h, h_t


@misconception(
    "masked_gru_forward",
    """Your states drift on through the padding, and you picked the last real one
    afterwards. That is right only while all padding stands at the end, and the states
    that you return are not right even then. Reread section 4.3, equation (4.7), and
    mask inside the loop.""",
)
def last_real_state_picked_afterwards(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t, last = h_0, h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        h_t = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h[:, t] = h_t
        last = np.where(mask[:, t, None], h_t, last)
    return h, last


@misconception(
    "masked_gru_forward",
    """You probably counted the real steps of a sequence and took the state at that
    place. That is its last real state only if all padding stands at the end. Reread the
    task, and section 4.3, below equation (4.7), on what the last state of the loop
    already is.""",
)
def last_state_by_the_length(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        new = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h_t = np.where(mask[:, t, None], new, h_t)
        h[:, t] = h_t
    return h, h[np.arange(len(h)), mask.sum(axis=1) - 1]


@misconception(
    "masked_gru_forward",
    """At padded steps your state falls back to the first state. It should stay where it
    is, at the state just before. Reread section 4.3, equation (4.7), and mind the index
    of h in its second term.""",
)
def padding_restarts(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        new = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h_t = np.where(mask[:, t, None], new, h_0)
        h[:, t] = h_t
    return h, h_t


@misconception(
    "masked_gru_forward",
    """You probably masked the candidate only. Then a padded step still loses what the
    update gate does not keep: the state decays instead of standing still. Reread
    section 4.3, equation (4.7): it masks the whole proposed state.""",
)
def candidate_masked(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.empty((*mask.shape, len(b_hn)))
    h_t = h_0
    for t in range(mask.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = mask[:, t, None] * np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h, h_t


# --- 8. Weights from torch ---------------------------------------------------------


@inputs("weights_from_torch")
def layer_inputs(rng):
    return tuple(arrays(rng, (15, 4), (15, 5), (15,), (15,)))


@misconception(
    "weights_from_torch",
    """You added up the two biases of the candidate as well, and returned one of them
    once more. That one stands inside the reset; outside it counts in full, whatever the
    gate says. Reread section 4.1, below equation (4.4), and section 4.3 on the two bias
    vectors.""",
)
def candidates_biases_added_too(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    return weight_ih.T, weight_hh.T, bias_ih + bias_hh, bias_hh[2 * H :]


@misconception(
    "weights_from_torch",
    """You added up all biases and left none for the inside of the reset. For the two
    gates the sum is all that matters, but the reset gate scales only one of the
    candidate's two. Reread section 4.1, below equation (4.4).""",
)
def no_bias_left_inside_the_reset(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    return weight_ih.T, weight_hh.T, bias_ih + bias_hh, np.zeros(H)


@misconception(
    "weights_from_torch",
    """The biases on the state's side of the two gates are lost. They stand inside the
    same sigmoid as those on the input's side, and neither may be dropped. Reread the
    task, and section 4.3 on the two bias vectors a gate.""",
)
def gates_lose_a_bias(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    return weight_ih.T, weight_hh.T, bias_ih, bias_hh[2 * H :]


@misconception(
    "weights_from_torch",
    """You probably changed the shapes without transposing. The numbers then fill the
    new shape row by row, and every weight ends up in another place. Reread section 4.3:
    the packed matrices are transposed, so rows become columns.""",
)
def reshaped_not_transposed(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    b_h = bias_ih + bias_hh
    b_h[2 * H :] = bias_ih[2 * H :]
    W_xh, W_hh = weight_ih.reshape(-1, 3 * H), weight_hh.reshape(-1, 3 * H)
    return W_xh, W_hh, b_h, bias_hh[2 * H :]


@misconception(
    "weights_from_torch",
    """You set the square blocks side by side without transposing each of them. They
    fit, as they are square, but every weight then connects the wrong way round. Reread
    section 4.3 on how the three gates are packed.""",
)
def square_blocks_not_transposed(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    b_h = bias_ih + bias_hh
    b_h[2 * H :] = bias_ih[2 * H :]
    return weight_ih.T, np.hstack(np.split(weight_hh, 3)), b_h, bias_hh[2 * H :]


@misconception(
    "weights_from_torch",
    """You probably put the update gate first. The order here and in the layer is the
    same: reset, update, candidate. Reread section 4.3 on the order in which the three
    gates are packed.""",
)
def update_block_first(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    order = np.r_[H : 2 * H, 0:H, 2 * H : 3 * H]
    b_h = bias_ih + bias_hh
    b_h[2 * H :] = bias_ih[2 * H :]
    return weight_ih.T[:, order], weight_hh.T[:, order], b_h[order], bias_hh[2 * H :]


@misconception(
    "weights_from_torch",
    """The candidate's two biases have changed places. The one on the state's side is
    the one inside the reset. Reread section 4.1, equation (4.4), and see beside which
    product each of them stands.""",
)
def candidates_biases_swapped(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    b_h = bias_ih + bias_hh
    b_h[2 * H :] = bias_hh[2 * H :]
    return weight_ih.T, weight_hh.T, b_h, bias_ih[2 * H :]


@misconception(
    "weights_from_torch",
    """You probably took the first block of the state's biases for the candidate's. The
    candidate is the last of the three blocks. Reread section 4.3 on the order in which
    the gates are packed.""",
)
def bias_from_the_first_block(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_hh) // 3
    b_h = bias_ih + bias_hh
    b_h[2 * H :] = bias_ih[2 * H :]
    return weight_ih.T, weight_hh.T, b_h, bias_hh[:H]


# --- 9. What it costs --------------------------------------------------------------


@inputs("costs")
def cost_inputs(rng):
    cell = ["rnn", "gru", "lstm"][rng.integers(3)]
    D, H = (int(k) for k in rng.permutation(np.arange(2, 30))[:2])
    return cell, D, H, int(rng.integers(1, 5))


@misconception(
    "costs",
    """Every layer of yours reads the input. Only the first one does; each other layer
    reads the state of the layer below, so its input has another size. Reread the task,
    and section 4.5, equation (4.8), for what takes the place of D.""",
)
def every_layer_reads_the_input(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    products = blocks * (D * H + H * H)
    return (
        layers * (products + blocks * 2 * H),
        layers * (products + elementwise * H),
    )


@misconception(
    "costs",
    """Your count does not depend on the number of layers. A network costs the sum over
    its layers. Reread the task, and section 4.5, equations (4.8) and (4.9), which are
    for a single one.""",
)
def one_layer_only(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    products = blocks * (D * H + H * H)
    return products + blocks * 2 * H, products + elementwise * H


@misconception(
    "costs",
    """You counted one bias a block. One would be enough for most of them, but the
    library keeps two everywhere, and so does the count here. Reread section 4.5,
    equation (4.8).""",
)
def one_bias_a_block(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    return products + layers * blocks * H, products + layers * elementwise * H


@misconception(
    "costs",
    """Your count has a block for each gate and none for the candidate. The candidate
    has matrices and biases of its own, of the same shapes. Reread section 4.5, above
    equation (4.8), for the number of blocks.""",
)
def gates_without_the_candidate(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 2, "lstm": 3}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    parameters = products + layers * blocks * 2 * H
    return parameters, products + layers * elementwise * H


@misconception(
    "costs",
    """You probably left out the products that are taken element by element. A gate
    multiplies a state, and that costs one multiplication a unit. Reread section 4.5,
    equation (4.9), and what its last term counts.""",
)
def elementwise_products_forgotten(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    return products + layers * blocks * 2 * H, products


@misconception(
    "costs",
    """You counted the element-wise products once for the whole network. Every layer has
    gates of its own, which multiply its own state. Reread the task, and section 4.5,
    equation (4.9), which is for a single layer.""",
)
def elementwise_products_once(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    return products + layers * blocks * 2 * H, products + elementwise * H


@misconception(
    "costs",
    """You counted the biases among the multiplications. A bias is added, not
    multiplied, and additions are left out here. Reread section 4.5, and compare
    equation (4.9) with (4.8).""",
)
def biases_multiplied(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    parameters = products + layers * blocks * 2 * H
    return parameters, parameters + layers * elementwise * H


@misconception(
    "costs",
    """You counted one element-wise product for each gate: two for the GRU. Its update
    gate is in two of them, once as it is and once as one minus it. Reread section 4.5,
    below equation (4.9), which lists them.""",
)
def one_product_a_gate(cell, D, H, layers):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 2, "lstm": 3}[cell]
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    parameters = products + layers * blocks * 2 * H
    return parameters, products + layers * elementwise * H


# --- 10. A fair width --------------------------------------------------------------


@inputs("widest")
def width_inputs(rng):
    cell, blocks = [("rnn", 1), ("gru", 3), ("lstm", 4)][rng.integers(3)]
    D, H = (int(k) for k in rng.permutation(np.arange(2, 50))[:2])
    exact = blocks * H * (D + H + 2)
    one_more = blocks * (H + 1) * (D + H + 3)
    not_even_one = blocks * (D + 3) - 1
    return cell, D, int(rng.choice([exact, one_more - 1, not_even_one]))


@misconception(
    "widest",
    """Your width is one too large: the first that no longer fits, probably because the
    loop stops one turn late. Reread the task: no more than the budget, counted by
    equation (4.8), section 4.5.""",
)
def first_that_does_not_fit(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 3, "lstm": 4}[cell], 0
    while blocks * (D * H + H * H + 2 * H) <= budget:
        H += 1
    return H


@misconception(
    "widest",
    """Where a width has exactly as many parameters as allowed, you take one unit less.
    No more than the budget includes the budget itself. Reread the task, and try its
    example by equation (4.8), section 4.5.""",
)
def must_stay_below(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 3, "lstm": 4}[cell], 0
    while blocks * (D * (H + 1) + (H + 1) ** 2 + 2 * (H + 1)) < budget:
        H += 1
    return H


@misconception(
    "widest",
    """You return a width of at least one, though not even one unit fits. Reread the
    task for what is meant then, and equation (4.8), section 4.5, for what one unit
    costs.""",
)
def at_least_one_unit(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 3, "lstm": 4}[cell], 1
    while blocks * (D * (H + 1) + (H + 1) ** 2 + 2 * (H + 1)) <= budget:
        H += 1
    return H


@misconception(
    "widest",
    """You counted one bias a block. The library keeps two everywhere, and so does the
    count here. Reread section 4.5, equation (4.8).""",
)
def width_with_one_bias(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 3, "lstm": 4}[cell], 0
    while blocks * (D * (H + 1) + (H + 1) ** 2 + H + 1) <= budget:
        H += 1
    return H


@misconception(
    "widest",
    """You counted a block for each gate and none for the candidate. The candidate has
    matrices and biases of its own. Reread section 4.5, above equation (4.8), for the
    number of blocks.""",
)
def width_without_the_candidate(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 2, "lstm": 3}[cell], 0
    while blocks * (D * (H + 1) + (H + 1) ** 2 + 2 * (H + 1)) <= budget:
        H += 1
    return H


@misconception(
    "widest",
    """Your count is that of a single block, whatever the cell. A GRU has three of them
    and an LSTM four. Reread section 4.5, equation (4.8), for the factor before its
    bracket.""",
)
def width_of_one_block(cell, D, budget):
    H = 0
    while budget >= (H + 1) * (D + H + 3):
        H += 1
    return H


@misconception(
    "widest",
    """Your count seems to leave out the weights from the input. A wide input takes its
    share of the budget. Reread section 4.5, equation (4.8), and count its terms.""",
)
def input_weights_forgotten(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 3, "lstm": 4}[cell], 0
    while blocks * ((H + 1) ** 2 + 2 * (H + 1)) <= budget:
        H += 1
    return H
