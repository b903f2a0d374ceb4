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
        "a unit that never changes has correlation 0",
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
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_likely_slip_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
