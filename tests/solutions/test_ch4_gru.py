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
    gru, stack, lstm, tower, rnn = (
        SOLVED["costs"](cell, 2, 3, layers)
        for cell, layers in [
            ("gru", 1),
            ("gru", 2),
            ("lstm", 1),
            ("lstm", 3),
            ("rnn", 1),
        ]
    )
    second = np.subtract(stack, gru)
    calls = re.findall(r'`widest\("(\w+)", (\d+), (\d+)\)`', A.prompts["widest"])
    widths = [
        f'`widest("{c}", {d}, {n})` is {SOLVED["widest"](c, int(d), int(n))}'
        for c, d, n in calls
    ]
    assert len(widths) == 5
    return {
        "free_and_tied": [row(free), row(tied)],
        "weights_from_torch": [*map(row, [*W_xh, W_hh, b_h]), f"= {b_hn[0]:g}$"],
        "costs": [
            *(f"= {n}$" for n in [*gru, *second]),
            *(f"{a} and {b}" for a, b in (stack, lstm, tower, rnn)),
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
        "the order r, z, n: here b_z = 50 makes z_t 1, so that all stays",
    ),
    "the reset turned round": (
        "gru_step",
        "r * (n_h + b_hn)",
        "(1 - r) * (n_h + b_hn)",
        "the sigmoid makes r_t and z_t 0, and h_t is tanh of the input's part",
    ),
    "the past without its bias": (
        "gru_step",
        "n_h + b_hn",
        "n_h",
        "r_t is 1, z_t is 0 and the past's part comes in whole, b_hn included",
    ),
    "the gates forgotten": (
        "gru_step",
        "r_x + r_h",
        "r_x",
        "Look at the example above, line by line: what goes into r_t and z_t",
    ),
    "a start at zero": (
        "free_and_tied",
        "c, d = c_0, c_0",
        "c, d = 0 * c_0, 0 * c_0",
        "where c_0 is not zero: each factor of the middle line of (4.1)",
    ),
    "all padding": (
        "masked_gru_forward",
        "return h, h_t",
        "return h, np.where(mask.any(axis=1, keepdims=True), h_t, 0)",
        "Look at last[0] in the task, where a sequence is all padding",
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
        "with shape (1, 4). Look at the shapes of the task: result 6 is db_hn",
    ),
    "the reset before the weights": (
        "gru_step_backward",
        "dW_hh = h_prev.T @ d_h",
        "dW_hh = h_prev.T @ d_x",
        "Look at dW_hh in the example above: the order r, z, n, and W_hn, the one to",
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
    "sums that overflow": (
        "gru_step",
        "    r = sigmoid(",
        "    sigmoid = lambda a: np.exp(a) / (1 + np.exp(a))\n    r = sigmoid(",
        "got [[nan], [-1.0]]. Look at the task: sums may be 10,000 or -10,000",
    ),
    "a matrix of a gate turned round": (
        "gru_step",
        "z_x + z_h",
        "z_x + h_prev @ np.split(W_hh, 3, axis=1)[1].T",
        "(4.4) with B = 2, D = 3, H = 2 and no weight 0",
    ),
    "a gate of its bias alone": (
        "gru_step_before",
        "r_x + h_prev @ W_hr",
        "b_h[: len(b_hn)] + 0 * r_x",
        "B = 2, D = 3, H = 2 with no weight 0: what goes into r_t and z_t, (4.4)",
    ),
    "no bias beside the input": (
        "gru_step_before",
        "np.tanh(n_x",
        "np.tanh(n_x - b_h[2 * len(b_hn) :]",
        "the terms of (4.5), and each row of the batch by itself",
    ),
    "an update gate that reads what is reset": (
        "gru_step_before",
        "z_x + h_prev @ W_hz",
        "z_x + (r * h_prev) @ W_hz",
        "a W_hz that makes z_t = (0.75, 0.25) of the whole old state",
    ),
    "one first state for all": (
        "gru_forward",
        "h_t = h_0\n",
        "h_t = h_0[:1]\n",
        "each sequence from its own h_0 with its own inputs",
    ),
    "always the first state": (
        "gru_forward",
        "np.split(h_t @ W_hh, 3, axis=1)",
        "np.split(h_0 @ W_hh, 3, axis=1)",
        "h[:, 1] in the example above: (4.4) again, with x[:, 1] for x_t and with h_1",
    ),
    "the sign of the update gate's delta": (
        "gru_step_backward",
        "(h_prev - n)",
        "(n - h_prev)",
        "Look at db_h in the example above: the deltas of r, z and n, lines 3, 2 and 1",
    ),
    "one minus the reset": (
        "gru_step_backward",
        "d_past = d_n * r",
        "d_past = d_n * (1 - r)",
        "Look at db_hn with B = H = 2 and D = 1: d eta in (4.6)",
    ),
    "the matrix of the other variant": (
        "gru_step_backward",
        "dW_hh = h_prev.T @ d_h",
        "dW_hh = h_prev.T @ d_h\n    H = len(W_hh)\n"
        "    dW_hh[:, 2 * H :] = (r * h_prev).T @ d_n",
        "Look at dW_hh with B = H = 2 and D = 1: its H columns, W_hn, the one to watch",
    ),
    "two gradients swapped": (
        "gru_step_backward",
        "return dx_t, dh_prev",
        "return dh_prev, dx_t",
        "Look at the shapes of the task: result 1 is dx_t, with the shape of x_t",
    ),
    "a last state before the first": (
        "gru_backward",
        "np.concatenate([h_0[:, None], h], axis=1)[:, :-1]",
        "np.roll(h, 1, axis=1)",
        "Look at dx at step 1 of the example above: its old state is h_0",
    ),
    "a mean over the batch": (
        "gru_backward",
        "d_x.sum(axis=(0, 1)), db_hn",
        "d_x.sum(axis=1).mean(axis=0), db_hn",
        "Look at db_h with B = T = H = 2 and D = 1: the sum over steps and batch",
    ),
    "what comes back summed over the batch": (
        "gru_backward",
        "to_h[:, t]) @ W_hh.T",
        "to_h[:, t]).sum(axis=0) @ W_hh.T",
        "Look at dx with B = T = H = 2 and D = 1: each row by itself",
    ),
    "a loop that stops at padding": (
        "masked_gru_forward",
        "        r_x, z_x, n_x =",
        "        h[:, t:] = 0\n        if not mask[:, t].any():\n            break\n"
        "        r_x, z_x, n_x =",
        "Look at h[0] in the task, where a sequence is all padding",
    ),
    "the state before the first padding": (
        "masked_gru_forward",
        "return h, h_t",
        "return h, h[np.arange(B), (~mask).argmax(axis=1) - 1]",
        "Look at last[1] in the task, where padding stands within a sequence",
    ),
    "all biases added up": (
        "weights_from_torch",
        "b_h = bias_ih + np.concatenate([of_r, of_z, np.zeros(len(b_hn))])",
        "b_h = bias_ih + bias_hh",
        "Look at b_h in the example above, and which biases add up, by (4.4)",
    ),
    "the gates of one layer": (
        "costs",
        "products + layers * elementwise * H",
        'products + (layers if cell == "gru" else 1) * elementwise * H',
        "Look at multiplications for cell = 'lstm', D = 2, H = 3, layers = 3",
    ),
    "a width up to a hundred": (
        "widest",
        "np.arange(1, budget)",
        "np.arange(1, 100)",
        "Expected 499, got 99. Look at the example above for cell = 'rnn', D = 3",
    ),
    "half of an odd size": (
        "widest",
        "return (blocks * (D * H + H * H + 2 * H) <= budget).sum()",
        "half = D // 2 + 1\n    return int((budget / blocks + half**2) ** 0.5) - half",
        "Expected 499, got 500. Look at the example above for cell = 'rnn', D = 3",
    ),
    "all widths that fit": (
        "widest",
        ".sum()",
        "",
        "got a ndarray. Look at the shapes of the task.",
    ),
    "a fraction": (
        "costs",
        "blocks * 2 * H",
        "blocks * 2.0 * H",
        "Expected an integer for parameters, got 63.0. Look at the shapes of the task",
    ),
    "a float": (
        "widest",
        ".sum()",
        ".sum() * 1.0",
        "budget = 63, got np.float64(3.0). Look at the shapes of the task.",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_slip_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
