"""Chapter 3's assignment: its worked examples, and what its visible tests say."""

import numpy as np
import pytest

from .assignment import assignment, check_numbers, check_references, check_slip

A = assignment("ch3_lstm")
SOLVED = A.solved

# The equations, by their labels in the chapter, that a task's texts may name.
BACK = "back-hidden back-cell back-inside back-weights"
EQUATIONS = {
    "lstm_gates": "gates packed",
    "lstm_step": "gates cell hidden packed",
    "lstm_forward": "gates cell hidden packed",
    "from_packed": "packed",
    "to_torch": "packed",
    "count_parameters": "parameters packed",
    "lstm_cell_backward": "back-hidden back-cell cell",
    "lstm_gates_backward": "back-inside back-weights packed",
    "lstm_backward": BACK,
    "rail_by_lag": "direct",
    "cell_jacobian": "total packed",
    "all_paths_by_lag": f"{BACK} direct total",
    "forget_bias": "leak spread packed",
    "spread_biases": "spread packed",
    "peephole_step": "peephole gates cell hidden",
    "find_cell": "",
    "reflection": "direct spread",
}


@pytest.mark.parametrize("name", A.prompts)
def test_sections_and_equations_are_the_chapters(name):
    check_references(A, name, EQUATIONS[name], "lstm-")


def column(*values):
    """Arrays of shape (1, 1) for single numbers."""
    return [np.array([[float(value)]]) for value in values]


def step_examples():
    """Given numbers and computed ones of the tasks that go forward."""
    two, three = np.log(2), np.log(3)
    W_xh, W_hh = np.array([[1, 0, two, 0]]), np.array([[-1.0, 0, 0, 1]])
    weights = W_xh, W_hh, np.array([1, three, 0, -2 - three])
    x, h, c = column(1, 2, 0.4)
    zero = np.zeros((1, 1))
    sequence = SOLVED["lstm_forward"](
        np.array([[[1.0], [0.0]]]),
        zero,
        np.array([[0.8]]),
        np.array([[0, 0, two, 0]]),
        np.zeros((1, 4)),
        np.array([0, three, 0, 0]),
    )
    looking = SOLVED["peephole_step"](
        *[zero, zero, zero + 1, W_xh, W_hh, np.array([0, 0, two, 0])],
        *[np.array([w]) for w in (three, -three, 2)],
    )
    gates = [*SOLVED["lstm_gates"](x, h, *weights)]
    return {
        "lstm_gates": ([], gates),
        "lstm_step": (
            [0.4, *np.ravel(gates), np.tanh(0.6)],
            SOLVED["lstm_step"](x, h, c, *weights),
        ),
        "lstm_forward": ([0.5, 0.6, 0.75, 0.8], sequence),
        "peephole_step": ([0.25, 0.6, 0.75, 1 / (1 + np.exp(-1.4))], looking),
    }


def weight_examples():
    """Given numbers and computed ones of the tasks about weights and biases."""
    torchs = np.arange(1.0, 9.0).reshape(4, 2), 10 * np.arange(1.0, 5.0)[:, None]
    biases = np.array([0.1, 0.2, 0.3, 0.4]), np.ones(4)
    ours = SOLVED["from_packed"](*torchs, *biases, "oifc")
    state = SOLVED["to_torch"](*([a] for a in ours))
    f = 0.5**0.1
    return {
        "from_packed": ([*biases, sum(biases)], ours),
        "to_torch": ([], state.values()),
        "count_parameters": (
            [20, 240],
            [[SOLVED["count_parameters"](3, 5, n) for n in (1, 2)], [220]],
        ),
        "forget_bias": (
            [0.5, np.log(2) / -np.log(1 / (1 + np.exp(-1)))],
            [f, 1 - f, SOLVED["forget_bias"](np.array([1.0, 10.0]))],
        ),
        "spread_biases": (
            [0.5],
            SOLVED["spread_biases"](
                np.array([0, 0.5]), 10, np.arange(1.0, 9.0), np.full(8, 9.0)
            ),
        ),
    }


def backward_examples():
    """Given numbers and computed ones of the tasks that go back."""
    cell = 2, 1, 0.25, 0.75, 0.5, 0.5, -2, np.log(2)
    slopes = [0.25, 0.75, 0.1875]
    through_gates = SOLVED["lstm_gates_backward"](
        *[column(4, 16, -4, 8), column(0.5, 0.25, 0.5, 0.5)],
        *column(2, -1),
        np.array([[0.1, 0.2, 0.3, 0.4]]),
        np.array([[1.0, 0, 2, -1]]),
    )
    half, none = np.full((1, 2, 1), 0.5), np.zeros((1, 2, 1))
    whole = SOLVED["lstm_backward"](
        *[np.array([[[1.0], [4.0]]]), *column(1), np.array([[[1.0], [2.0]]])],
        *column(1, 2),
        *[none, none, (half, half, none, half)],
        *[np.array([[0.0, 1, 2, 0]]), np.array([[0.0, 0, 2, 0]])],
    )
    return {
        "lstm_cell_backward": (
            [0.5, 0.25, 0.75, 0.6, 0.36],
            [*SOLVED["lstm_cell_backward"](*column(*cell)), 1.64],
        ),
        "lstm_gates_backward": (
            [0.5, *slopes, 0.1, 0.2, 0.3, 0.4, 0.9, 0.8],
            through_gates,
        ),
        "lstm_backward": ([0.5, 0.25, 1.5], [*whole, 3.5]),
    }


def reach_examples():
    """Given numbers and computed ones of the tasks on memory and on reading it."""
    f = np.array([[0.9, 0.1], [0.5, 1.0], [0.8, 0.5]])
    half = np.array([0.5])
    weights = np.array([[4.0, 8, 2, 7]])
    jacobian = SOLVED["cell_jacobian"](half, np.log([2.0]), half, half, half, weights)
    gates = [np.full((3, 1), g) for g in (0.5, 0.5, 0.0, 0.5)]
    norms = SOLVED["all_paths_by_lag"](
        tuple(gates), np.full((3, 1), np.log(2)), np.array([[0.0, 0, 2, 4]])
    )
    cells = np.array(
        [[[1, 0], [1, 1], [-1, 1], [-1, 1]], [[1, 0], [1, 1], [1, 0], [-1, 1]]]
    )
    found = SOLVED["find_cell"](cells, np.array([[0, 0, 1, 1], [0, 1, 0, 1]]))
    paths = [2 * np.log(2), 0.75]
    return {
        "rail_by_lag": ([0.9, 0.1], [SOLVED["rail_by_lag"](f)]),
        "cell_jacobian": (
            [0.5, 0.6, 0.36, 0.32, np.log(2), 0.25],
            [*paths, sum(paths) + 0.5, jacobian],
        ),
        "all_paths_by_lag": (
            [0.6, 0.36, 0.32, 0.25, 0.5],
            [norms, 0.41, 1.42],
        ),
        "find_cell": ([], found),
    }


EXAMPLES = step_examples() | weight_examples() | backward_examples() | reach_examples()


@pytest.mark.parametrize("name", A.tasks)
def test_every_number_of_a_worked_example_is_computed(name):
    check_numbers(A, name, *EXAMPLES[name])


# A right answer, but for one likely slip: a part of the solution to be replaced, and a
# piece of the sentence that the visible tests then say.
WRITES = "to leave its inputs as they are"
SLIPS = {
    "a list of no steps": (
        "lstm_forward",
        "return h, c",
        "np.stack([h[:, t] for t in range(T)]); return h, c",
        "to work for T = 0, no steps, got ValueError",
    ),
    "the states written into": (
        "lstm_forward",
        "        c_t = sigmoid(f)",
        "        c_t[:] = sigmoid(f)",
        WRITES,
    ),
    "the whole gradient written into the given one": (
        "lstm_cell_backward",
        "dc_t = dc_t + ",
        "dc_t += ",
        WRITES,
    ),
    "the scores' gradients written into": (
        "lstm_backward",
        "dh_t = dh_t + dh[:, t]",
        "dh[:, t] += dh_t; dh_t = dh[:, t]",
        WRITES,
    ),
    "the last cell's gradient written into": (
        "lstm_backward",
        "dc_t = dc_t + ",
        "dc_t += ",
        WRITES,
    ),
    "the given biases written into": (
        "spread_biases",
        "first = np.concatenate([-b_f, b_f, bias_ih[kept:]])",
        "bias_ih[:kept] = np.append(-b_f, b_f); first = bias_ih",
        WRITES,
    ),
    "a dict for one layer": (
        "to_torch",
        "for k in range(len(b_h))",
        "for k in [0]",
        "four ending in _l1, got ['bias_hh_l0', 'bias_ih_l0', 'weight_hh_l0'",
    ),
    "a list for the dict": (
        "to_torch",
        "return state",
        "return list(state.values())",
        "'weight_ih_l0'], got a list.",
    ),
    "a division by zero": (
        "find_cell",
        "np.maximum(size, 1e-12)",
        "size",
        "Look at chosen when a third unit never changes",
    ),
    "the output gate's old look": (
        "peephole_step",
        "w_co * c_t",
        "w_co * c_prev",
        "which cell state the output gate sees",
    ),
    "one state": ("lstm_step", ", c_t\n", "\n", "Expected 2 results, h_t, c_t"),
    "the cell state first": (
        "lstm_step",
        "return sigmoid(o) * np.tanh(c_t), c_t",
        "return c_t, sigmoid(o) * np.tanh(c_t)",
        "Expected (h_t, c_t), got the cell state first",
    ),
    "cut along the batch": (
        "lstm_gates",
        "axis=1",
        "axis=0",
        "to work for B = 2, D = 3 and H = 5 (np.split cuts along one axis), got",
    ),
    "one step too far": (
        "rail_by_lag",
        "return np.cumprod(factors, axis=0)",
        "return np.array([f[k + 1] for k in range(len(f))])",
        "to work for T = 6 and H = 4, got IndexError",
    ),
    "no steps back": (
        "lstm_backward",
        "dh_t, dc_t = np.zeros(h_0.shape), dc_T",
        "dh_t, dc_t = 0 * dh[:, -1], dc_T",
        "to work for T = 0, no steps, got IndexError",
    ),
    "the states' gradients of no steps": (
        "lstm_backward",
        "dh_t, dc_t = np.zeros(h_0.shape), dc_T",
        "dh_t, dc_t = np.zeros(h_0.shape), dc_T * (x.shape[1] > 0)",
        "Look at dc_0 in the task, where it says what T = 0 gives",
    ),
    "a check made positive": (
        "find_cell",
        "sign * halves[1][best]",
        "abs(halves[1][best])",
        "unit 0 follows the mark in pieces 0 and 2, and its opposite in 1 and 3",
    ),
    "a first and a last half": (
        "find_cell",
        "cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()",
        "(np.split(cells, 2)[k].reshape(-1, cells.shape[2]), "
        "np.split(mark, 2)[k].ravel())",
        "pieces 0 and 2 choose, and 1 and 3 have no say",
    ),
    "a sigmoid that overflows": (
        "lstm_gates",
        "return sigmoid(i)",
        "return np.exp(i) / (1 + np.exp(i))",
        "got [[nan], [0.0]]. Look at i for sums of 1,000 and of -1,000",
    ),
    "a block turned over": (
        "lstm_gates",
        "h_prev @ W_hh",
        "h_prev @ np.hstack([block.T for block in np.split(W_hh, 4, axis=1)])",
        "each row of h_prev meets W_hh as it is, (3.1)",
    ),
    "the hidden state of one row": (
        "lstm_step",
        "h_prev @",
        "h_prev[:1] @",
        "each row of h_prev meets W_hh as it is, (3.1)",
    ),
    "gates that overflow": (
        "lstm_step",
        "sigmoid(i) *",
        "np.exp(i) / (1 + np.exp(i)) *",
        "Look at c_t for sums of 1,000 and of -1,000",
    ),
    "the cell states first": (
        "lstm_forward",
        "return h, c",
        "return c, h",
        "Expected (h, c), got the cell states first",
    ),
    "the second bias in its old order": (
        "from_packed",
        "(bias_ih + bias_hh)[rows]",
        "bias_ih[rows] + bias_hh",
        "all four arrays come in this order, section 3.2",
    ),
    "four zeros for any size": (
        "to_torch",
        "np.zeros(len(b_h[k]))",
        "np.zeros(4)",
        "Look at bias_hh_l0 in the table of the task",
    ),
    "a reshape of the recurrent matrix": (
        "to_torch",
        "W_hh[k].T",
        "W_hh[k].reshape(-1, len(W_hh[k]))",
        "Look at weight_hh_l0 of two layers with D = 3 and H = 2",
    ),
    "numbers for keys": (
        "to_torch",
        """f"weight_ih_l{k}\"""",
        "k",
        "got ['0', 'bias_hh_l0', 'bias_ih_l0', 'weight_hh_l0']",
    ),
    "two layers for any number": (
        "count_parameters",
        "(layers - 1)",
        "(layers > 1)",
        "Expected 620 for the number with one bias, with D = 3, H = 5 and layers = 3",
    ),
    "a second bias of a matrix": (
        "count_parameters",
        "4 * H * layers",
        "4 * D * layers",
        "section 3.2 below (3.4): torch's second bias",
    ),
    "what is not kept for what is written": (
        "lstm_cell_backward",
        "dc_t * i,",
        "dc_t * (1 - f),",
        "Look at dc_tilde with B = 2 and H = 2",
    ),
    "the candidate in the place of the output gate": (
        "lstm_cell_backward",
        "dh_t * o *",
        "dh_t * c_tilde *",
        "where each number has its own factors: the whole dc_t, (3.6)",
    ),
    "no slopes": (
        "lstm_gates_backward",
        " * np.concatenate(slopes, axis=1)",
        "",
        "Look at db_h in the example above, where it is delta_t itself: equation (3.8)",
    ),
    "nothing back through the forget gate": (
        "lstm_gates_backward",
        "dh_prev = delta @ W_hh.T",
        "dh_prev = delta @ (W_hh * np.repeat([1, 0, 1, 1], f.shape[1])).T",
        "Look at dh_prev with B = 2 and H = 2: its product in (3.9)",
    ),
    "one slope for two gates": (
        "lstm_gates_backward",
        "o * (1 - o)]",
        "i * (1 - i)]",
        "each with its own slope, (3.8)",
    ),
    "the numbers of a unit together": (
        "lstm_backward",
        "np.concatenate(blocks, axis=1)",
        "np.stack(blocks, axis=2).reshape(len(dh_t), -1)",
        "where it is delta_t itself: (3.6) to (3.8), and its blocks side by side",
    ),
    "a block turned over on the way back": (
        "lstm_backward",
        "delta[:, t] @ W_hh.T",
        "delta[:, t] @ np.vstack(np.split(W_hh, 4, axis=1))",
        "Look at dh_0 with one step, D = 3 and H = 2: its product with delta_t, (3.9)",
    ),
    "the rail not followed": (
        "lstm_backward",
        "dc_t = dc_t + ",
        "dc_t = ",
        "Look at dx at step 2 in the example above, the lines of step 2",
    ),
    "the next step not heard": (
        "lstm_backward",
        "dh_t = dh_t + dh[:, t]",
        "dh_t = dh[:, t]",
        "the lines of step 1: what reaches h_1 and c_1 from step 2",
    ),
    "the next output gate": (
        "lstm_backward",
        "dh_t * shown[:, t]",
        "dh_t * shown[:, (t + 1) % x.shape[1]]",
        "other gates at each step: the time of each factor in (3.6) to (3.9)",
    ),
    "a division by a shut gate": (
        "rail_by_lag",
        "np.cumprod(factors, axis=0)",
        "(f.prod(axis=0) / np.cumprod(f, axis=0))[::-1]",
        "a gate may be exactly 0, here that of unit 1 at step 2",
    ),
    "another norm": (
        "all_paths_by_lag",
        "np.linalg.norm(dc, 2)",
        "np.linalg.norm(dc, 1)",
        "got [1.0, 0.82]. Look at lag 1 of two units",
    ),
    "the output gate of the step before": (
        "all_paths_by_lag",
        "dh * o[t] *",
        "dh * o[t - 1] *",
        "Look at H = 2 and other gates at each step: the time of each factor",
    ),
    "two steps at least": (
        "all_paths_by_lag",
        "return np.array(norms)",
        "return np.array([*norms[:2], *norms[2:]]) + 0 * norms[1]",
        "to work for T = 1, a single step, got IndexError",
    ),
    "whole half-lives": (
        "forget_bias",
        "(1 / half_life)",
        "(1 / half_life.astype(int))",
        "for half-lives of 0.25, 1000 and 4 steps",
    ),
    "the first block for the second": (
        "forget_bias",
        "[zero, np.log(f / (1 - f)), zero, zero]",
        "[np.log(f / (1 - f)), zero, zero, zero]",
        "the other blocks are zero, in the order of (3.4)",
    ),
    "the size of the example": (
        "spread_biases",
        "kept = 2 * len(u)",
        "kept = 4",
        "Look at bias_ih with H = 1 and T_max = 4.5",
    ),
    "a second bias left as it was": (
        "spread_biases",
        "[np.zeros(kept), ",
        "[bias_hh[:kept], ",
        "the task says which blocks are cleared and which stay",
    ),
    "the old hidden state not read": (
        "peephole_step",
        " + h_prev @ W_hh",
        "",
        "with inputs and hidden states that are not zero",
    ),
    "the cell state before the hidden state": (
        "peephole_step",
        "return sigmoid(o + w_co * c_t) * np.tanh(c_t), c_t",
        "return c_t, sigmoid(o + w_co * c_t) * np.tanh(c_t)",
        "Expected (h_t, c_t), got the cell state first",
    ),
    "a mean for each piece": (
        "find_cell",
        "a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()",
        "a, m = cells[k::2], mark[k::2] - mark[k::2].mean(axis=1, keepdims=True)\n"
        "        a = a - a.mean(axis=1, keepdims=True)\n"
        "        a, m = a.reshape(-1, cells.shape[2]), m.ravel()",
        "each mean and each sum is one, over all characters of pieces 0 and 2",
    ),
    "the spread of the unit alone": (
        "find_cell",
        " * (m**2).sum()",
        "",
        "Expected 1.0, got 2.0. Look at chosen of four pieces by the formula",
    ),
    "the correlation for its sign": (
        "find_cell",
        "sign = np.sign(halves[0][best])",
        "sign = halves[0][best]",
        "Look at chosen of three pieces: the formula of the task, and a sign that is 1",
    ),
    "a mark that never changes": (
        "find_cell",
        "np.maximum(size, 1e-12)",
        "(size if k else np.maximum(size, 1e-12))",
        "checked where the mark never changes: the task names the correlation",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_likely_slip_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
