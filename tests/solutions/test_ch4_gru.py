"""Chapter 4's assignment: its worked examples, and what its visible tests say."""

import re

import numpy as np
import pytest
import torch

from .assignment import assignment, check_pieces, check_references, check_slip, row

A = assignment("ch4_gru")
SOLVED = A.solved

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "free_and_tied": "lstm tied bound",
    "gru_step": "cell merged before",
    "gru_step_before": "cell before",
    "gru_forward": "cell before",
    "gru_step_backward": "cell step-back",
    "gru_backward": "step-back",
    "masked_gru_forward": "cell mask",
    "weights_from_torch": "cell",
    "costs": "parameters multiplies",
    "widest": "parameters",
    "reflection": "bound count multiplies",
}


@pytest.mark.parametrize("name", A.prompts)
def test_sections_and_equations_are_the_chapters(name):
    check_references(A, name, EQUATIONS[name], "gru-")


def four(values):
    """Numbers as they stand in a prompt, to four places."""
    return [f"{v:.4f}" for v in np.ravel(values)]


def solve(name, *given):
    """The solution's result, the inputs given as nested lists or as themselves."""
    return SOLVED[name](*[np.array(a) if isinstance(a, list) else a for a in given])


def state_examples():
    weights = [[1, 0.5, 0.5]], [[-1, 0.5, 2]], [-0.5, 0.25, -0.2], [0.4]
    one = solve("gru_step", [[1.0]], [[0.5]], *weights)
    z = SOLVED["sigmoid"](1)
    h = solve("gru_forward", [[[1.0], [0.0]]], [[0.5]], *weights)
    r_2, z_2 = SOLVED["sigmoid"](-one - 0.5), SOLVED["sigmoid"](one / 2 + 0.25)
    second = np.tanh(-0.2 + r_2 * (2 * one + 0.4))
    two = [[1.0], [9.0]], [[9.0], [1.0]]
    mask = np.array([[True, False], [False, True]])
    states, last = solve(
        "masked_gru_forward", list(two), mask, [[0.5], [0.5]], *weights
    )
    other = (
        [[1.0]],
        [[0.5, -1.0]],
        [[0, 0, 0, 0, 0.4, 0.1]],
        [[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 2, 0]],
        [50, -50, 0, 0, 0, 0],
        [0.1, -0.2],
    )
    before, after = solve("gru_step_before", *other), solve("gru_step", *other)
    inside = np.tanh([0.5, 0.4])
    return {
        "gru_step": four([one[0, 0], z, 1 - z, np.tanh(1)]),
        "gru_forward": four([one, h[:, 1], -one - 0.5, r_2, one / 2 + 0.25, z_2])
        + four([2 * one + 0.4, second]),
        "gru_step_before": [f"({', '.join(four(a))})" for a in (before, after, inside)],
        "masked_gru_forward": [
            f"({', '.join(four(states[0]))})",
            f"(0.5, {four(states[1])[1]})",
            *four(last),
        ],
    }


def gradient_examples():
    W = [[1.0, 2.0, 3.0]], [[2.0, -1.0, 4.0]]
    numbers = [4.0, 2.0, -0.5, 0.5, 0.5, -2.0, 0.5]
    step = solve("gru_step_backward", *([[a]] for a in numbers), *W)
    pairs = (-0.5, 4.0), (1.0, 2.0), (-0.5, 0.0), (0.5, 0.5), (0.5, 0.5), (-2.0, -2.0)
    dh, x, h, r, z, past = ([[[a], [b]]] for a, b in pairs)
    walk = solve("gru_backward", dh, x, [[0.5]], h, r, z, past, [[[0.0], [0.5]]], *W)
    alone = [f"{step[k].item():g}" for k in (0, 1, 5)]
    both = [f"{walk[k].item():g}" for k in (1, 5)]
    return {
        "gru_step_backward": [*alone, *map(row, step[2:5])],
        "gru_backward": [*both, row(walk[0]), *map(row, walk[2:5])],
    }


def examples():
    """Of each task: pieces of text that the solution's results make."""
    free, tied = solve(
        "free_and_tied",
        [[[1.0], [1.0], [0.5]]],
        [[[1.0], [1.0], [1.0]]],
        [[[1.0], [-0.5], [1.0]]],
        [[0.0]],
    )
    W_xh, W_hh, b_h, b_hn = solve(
        "weights_from_torch",
        [[1, 2], [3, 4], [5, 6]],
        [[7], [8], [9]],
        [0.1, 0.2, 0.3],
        [10, 20, 30],
    )
    gru, stack, lstm, rnn = (
        SOLVED["costs"](cell, 2, 3, layers)
        for cell, layers in [("gru", 1), ("gru", 2), ("lstm", 1), ("rnn", 1)]
    )
    second = np.subtract(stack, gru)
    calls = re.findall(r'`widest\("(\w+)", (\d+), (\d+)\)`', A.prompts["widest"])
    widths = [
        f'`widest("{c}", {d}, {n})` is {SOLVED["widest"](c, int(d), int(n))}'
        for c, d, n in calls
    ]
    assert len(widths) == 4
    return {
        "free_and_tied": [row(free), row(tied)],
        "weights_from_torch": [*map(row, [*W_xh, W_hh, b_h]), f"= {b_hn[0]:g}$"],
        "costs": [
            *(f"= {n}$" for n in [*gru, *second]),
            *(f"{a} and {b}" for a, b in (stack, lstm, rnn)),
        ],
        "widest": widths,
        **state_examples(),
        **gradient_examples(),
    }


@pytest.mark.parametrize("name", A.tasks)
def test_a_worked_example_has_the_solutions_numbers(name):
    check_pieces(A, name, examples()[name])


def test_the_functions_together_are_a_layer_of_torch():
    layer = torch.nn.GRU(3, 4, batch_first=True)
    x, h_0 = torch.randn(2, 5, 3), torch.randn(2, 4)
    packed = [w.detach().numpy() for w in layer.parameters()]
    weights = SOLVED["weights_from_torch"](*packed)
    ours = SOLVED["gru_forward"](x.numpy(), h_0.numpy(), *weights)
    theirs, last = layer(x, h_0[None])
    assert np.allclose(ours, theirs.detach(), atol=1e-6)
    mask = np.ones((2, 5), dtype=bool)
    states, end = SOLVED["masked_gru_forward"](x.numpy(), mask, h_0.numpy(), *weights)
    assert np.allclose(states, ours)
    assert np.allclose(end, last[0].detach(), atol=1e-6)


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "one cell": ("free_and_tied", "return free, tied", "return free", "2 results"),
    "the other variant": (
        "gru_step_before",
        "(r * h_prev) @ W_hn",
        "r * (h_prev @ W_hn)",
        "Expected [[0.4811, -0.31]], got [[-0.2026",
    ),
    "keeps and takes swapped": (
        "gru_step",
        "(1 - z) * n + z * h_prev",
        "z * n + (1 - z) * h_prev",
        "the order r, z, n: where z_t is 1, all stays",
    ),
    "the reset turned round": (
        "gru_step",
        "r * (n_h + b_hn)",
        "(1 - r) * (n_h + b_hn)",
        "where z_t and r_t are 0, h_t is tanh of the input's part",
    ),
    "the past without its bias": (
        "gru_step",
        "n_h + b_hn",
        "n_h",
        "where z_t is 0 and r_t is 1, the past's part comes in whole",
    ),
    "the gates forgotten": (
        "gru_step",
        "r_x + r_h",
        "r_x",
        "what goes into r_t and z_t, and what r_t scales",
    ),
    "a start at zero": (
        "free_and_tied",
        "c, d = c_0, c_0",
        "c, d = 0 * c_0, 0 * c_0",
        "a c_0 that is not zero, equation (4.1)",
    ),
    "all padding": (
        "masked_gru_forward",
        "return h, h_t",
        "return h, np.where(mask.any(axis=1, keepdims=True), h_t, 0)",
        "Look at last in the task, where a sequence is all padding",
    ),
    "in place": (
        "gru_forward",
        "h_t = (1 - z) * n + z * h_t",
        "h_t[...] = (1 - z) * n + z * h_t",
        "Expected gru_forward to leave its inputs as they are, but input 2",
    ),
    "no steps": (
        "gru_forward",
        "return h\n",
        "return np.stack([h[:, t] for t in range(T)], axis=1)\n",
        "Expected gru_forward to work for T = 0, no steps, got ValueError",
    ),
    "five gradients": (
        "gru_step_backward",
        ", d_past.sum(axis=0)",
        "",
        "Expected 6 results, dx_t, dh_prev, dW_xh, dW_hh, db_h, db_hn, got 5 of them",
    ),
    "a sum that keeps its axis": (
        "gru_step_backward",
        "d_past.sum(axis=0)",
        "d_past.sum(axis=0, keepdims=True)",
        "got an array of float64 with shape (1, 1). Look at db_hn",
    ),
    "the reset before the weights": (
        "gru_step_backward",
        "dW_hh = h_prev.T @ d_h",
        "dW_hh = h_prev.T @ d_x",
        "Look at dW_hh in the example above and equation (4.6)",
    ),
    "no steps back": (
        "gru_backward",
        "for t in reversed(range(h.shape[1])):",
        "t = h.shape[1] - 1; total[:, t] = dh[:, t]\n"
        "    for t in reversed(range(h.shape[1])):",
        "Expected gru_backward to work for T = 0, no steps, got IndexError",
    ),
    "only the states": (
        "masked_gru_forward",
        "return h, h_t",
        "return h",
        "Expected 2 results, h, last, got a ndarray",
    ),
    "rows for columns": (
        "weights_from_torch",
        "weight_hh.T",
        "weight_hh",
        "Expected an array of float with shape (1, 3), got an array of float64",
    ),
    "a fraction": (
        "costs",
        "blocks * 2 * H",
        "blocks * 2.0 * H",
        "Expected a whole number of parameters, got 63.0.",
    ),
    "a float": (
        "widest",
        ".sum()",
        ".sum() * 1.0",
        "Expected a whole number for ('gru', 2, 63), got np.float64(3.0).",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
