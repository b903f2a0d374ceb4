"""Chapter 1's assignment: its worked examples, and what its visible tests say."""

import numpy as np
import pytest

from .assignment import assignment, check_numbers, check_references, check_slip

A = assignment("ch1_rnn")
SOLVED, TASKS = A.solved, A.tasks

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "rnn_step": "step",
    "rnn_forward": "step",
    "softmax": "softmax",
    "sequence_cross_entropy": "softmax loss bits",
    "sequence_cross_entropy_backward": "softmax loss loss-gradient",
    "rnn_step_backward": "step-back",
    "rnn_backward": "step-back bptt",
    "truncated_bptt": "step bptt",
    "clip_by_global_norm": "clip",
    "sample": "softmax temperature",
    "teacher_forced_scores": "step scores",
    "free_running": "step scores",
    "gradient_norm_by_lag": "jacobian bound step-back",
    "reflection": "bound",
}


@pytest.mark.parametrize("name", A.prompts)
def test_sections_and_equations_are_the_chapters(name):
    check_references(A, name, EQUATIONS[name])


def solved(name, *inputs):
    """The solution's result, the inputs given as nested lists."""
    return SOLVED[name](*[np.array(a, dtype=float) for a in inputs])


def loss_example():
    scores = np.array([[[0, 0], [0, np.log(3)], [7, 7]]])
    case = scores, np.array([[0, 1, 1]]), np.array([[True, True, False]])
    dy = SOLVED["sequence_cross_entropy_backward"](*case)
    loss = SOLVED["sequence_cross_entropy"](*case)
    return {
        "sequence_cross_entropy": (
            [0.5, 0.75],
            [-np.log(0.5), -np.log(0.75), loss],
        ),
        "sequence_cross_entropy_backward": ([0.5, 0.25, 0.75], [dy[0, :2]]),
    }


def backward_examples():
    step = [[2]], [[1, 2]], [[-1]], [[0.5]], [[0.1], [0.2]], [[0.4]]
    walk = [[[1], [1]]], [[[1], [2]]], [[0.2]], [[[0.5], [0]]], [[0.1]], [[2]]
    ones, zeros = np.ones((1, 3, 1)), np.zeros((1, 3, 1))
    stream = ones, zeros, zeros[:, 0], ones[:, 0], ones[:, 0] / 2, zeros[0, 0]
    cut, whole = (SOLVED["truncated_bptt"](*stream, K)[-1] for K in (2, 3))
    norms = solved("gradient_norm_by_lag", [[0.9], [0.5], [0]], [[2]])
    return {
        "rnn_step_backward": (
            [0.5, 0.1, 0.2, 0.4, 0.25],
            [*solved("rnn_step_backward", *step)],
        ),
        "rnn_backward": ([0.2, 0.5, 0.1, 0.25], [*solved("rnn_backward", *walk), 2.25]),
        "truncated_bptt": ([0.5], [cut, whole, 1.5, 1.75]),
        "gradient_norm_by_lag": ([0.9, 0.5, 0.25], [norms, 1.5]),
    }


def text_examples():
    shared = [[0.0]], [[1], [-1]], [[0.5]], [0], [[-2, 2]], [0, 1]
    shared = [np.array(a, dtype=float) for a in shared]
    y = SOLVED["teacher_forced_scores"](np.array([[0, 1, 0]]), *shared)[0]
    one = np.tanh(1)
    two = np.tanh(one / 2 - 1)
    return {
        "teacher_forced_scores": ([0.5], [one, one / 2, two, y[:2]]),
        "free_running": ([], [one, two, y, two / 2, np.tanh(1 + two / 2)]),
    }


def examples():
    """Of each task: the example's given numbers, and the values computed from them."""
    logs = np.log([1, 2, 5])
    p = SOLVED["softmax"](logs)
    sums = [np.cumsum(SOLVED["softmax"](logs / tau)) for tau in (1, 0.5)]
    grads = [np.array([3.0]), np.array([0.0, 4.0])]
    return {
        "rnn_step": ([0.1, 0.2, 0.4, 0.5, -0.3], [0.4, np.tanh(0.4)]),
        "rnn_forward": ([0.5], [np.tanh(1), np.tanh(np.tanh(1) / 2)]),
        "softmax": ([0.5], [p]),
        "clip_by_global_norm": ([2.5], SOLVED["clip_by_global_norm"](grads, 2.5)[0]),
        "sample": ([0.1, 0.2, 0.9, 0.5], [p, *sums]),
        **loss_example(),
        **backward_examples(),
        **text_examples(),
    }


@pytest.mark.parametrize("name", A.tasks)
def test_every_number_of_a_worked_example_is_computed(name):
    check_numbers(A, name, *examples()[name])


def in_place(name, old, new):
    """A solution with a line that writes into an input."""
    assert TASKS[name].solution.count(old) == 1
    return TASKS[name].solution.replace(old, new)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "softmax",
            "def softmax(y):\n    y -= y.max(-1, keepdims=True)\n"
            "    return np.exp(y) / np.exp(y).sum(-1, keepdims=True)",
        ),
        (
            "rnn_step_backward",
            in_place(
                "rnn_step_backward",
                "delta = dh_t * (1 - h_t**2)",
                "dh_t *= 1 - h_t**2; delta = dh_t",
            ),
        ),
        (
            "rnn_backward",
            in_place(
                "rnn_backward",
                "delta[:, t] = (dh[:, t] + dh_next)",
                "dh[:, t] += dh_next; delta[:, t] = dh[:, t]",
            ),
        ),
        (
            "truncated_bptt",
            in_place(
                "truncated_bptt",
                "delta[:, t] = (dh[:, t] + dh_next)",
                "dh[:, t] += dh_next; delta[:, t] = dh[:, t]",
            ),
        ),
        (
            "truncated_bptt",
            in_place("truncated_bptt", "h_t = np.tanh(", "h_t[:] = np.tanh("),
        ),
        (
            "clip_by_global_norm",
            in_place(
                "clip_by_global_norm",
                "return [g * scale for g in grads], norm",
                "[np.multiply(g, scale, out=g) for g in grads]; return grads, norm",
            ),
        ),
        (
            "sample",
            in_place("sample", "z = y / temperature", "y /= temperature; z = y"),
        ),
    ],
)
def test_a_likely_slip_in_place_is_seen_in_the_worked_example(name, source):
    assert "leave its inputs as they are" in A.says(name, source)


def test_special_cases_of_the_prompts_get_one_sentence():
    second_axis = """
def softmax(y):
    e = np.exp(y - y.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""
    assert "y (V,)" in A.says("softmax", second_axis)
    stacked = """
right = rnn_forward
def rnn_forward(x, h_0, *weights):
    h = right(x, h_0, *weights)
    return np.stack([h[:, t] for t in range(h.shape[1])], axis=1)
"""
    said = A.says("rnn_forward", TASKS["rnn_forward"].solution + stacked)
    assert "T = 0" in said


def test_whole_numbers_are_printed_as_whole_numbers():
    said = A.says("sample", "def sample(y, t, u):\n    return 0 * u.astype(int)")
    assert said.startswith("Expected [0, 1, 2], got [0, 0, 0].")


def test_a_chance_close_to_one_must_not_draw_the_first_token():
    answers = {a.name: a for a in A.wrong("sample")}
    said = A.says("sample", answers["first_token_for_a_chance_close_to_one"].source)
    assert "so close to 1" in said


# A right answer, but for one thing: a part of the solution to be replaced, and a piece
# of the sentence that the visible tests then say.
SLIPS = {
    "a square matrix turned round": (
        "rnn_step",
        "h_prev @ W_hh",
        "h_prev @ W_hh.T",
        "equation (1.1): W_hh is square, so no shape tells which way round",
    ),
    "no bias in the loop": (
        "rnn_forward",
        " + b_h)",
        ")",
        "where h_0 and b_h are not zero: the loop in section 1.1",
    ),
    "a sum over another axis": (
        "softmax",
        "e.sum(axis=-1, keepdims=True)",
        "e.sum(axis=0)",
        "Look at the task and the sum in (1.3): each row along the last axis",
    ),
    "one sum for all": (
        "softmax",
        "e.sum(axis=-1, keepdims=True)",
        "e.sum()",
        "Look at the task and the sum in (1.3): each row along the last axis",
    ),
    "one maximum for all": (
        "softmax",
        "y.max(axis=-1, keepdims=True)",
        "y.max()",
        "each row along the last axis has its own maximum, here near 0, -10,000",
    ),
    "the mean for the maximum": (
        "softmax",
        "y.max(",
        "y.mean(",
        "for the scores -10,000, 10,000 + ln 3, 10,000 and -10,000",
    ),
    "scores cut off": (
        "softmax",
        "y - y.max(axis=-1, keepdims=True)",
        "np.clip(y, -700, 700)",
        "Look at the task and a in (1.3)",
    ),
    "the most probable for the target": (
        "sequence_cross_entropy",
        "scores[np.arange(len(k)), k]",
        "scores.max(axis=1)",
        "the probability of each position's own target, 0.5, 0.5, 0.25",
    ),
    "one largest score in the loss": (
        "sequence_cross_entropy",
        "a = scores.max(axis=1)",
        "a = np.full(len(k), scores.max())",
        "inf. Look at the hint of the task and a in (1.3), one for each position",
    ),
    "one largest score in its gradient": (
        "sequence_cross_entropy_backward",
        "scores.max(axis=1, keepdims=True)",
        "scores.max()",
        "and p is the stable softmax (1.3) with a maximum for each position",
    ),
    "a vocabulary of the targets": (
        "sequence_cross_entropy_backward",
        "dy = np.zeros(y.shape)",
        "dy = np.zeros((*targets.shape, targets.max() + 1))",
        "to work for V = 3, though token 2 is no target",
    ),
    "no square in the slope": (
        "rnn_step_backward",
        "h_t**2",
        "h_t",
        "Look at dx_t in the example above, where delta_t is 1.5",
    ),
    "weights in another order": (
        "rnn_step_backward",
        "dW_xh, dW_hh, delta",
        "dW_hh, dW_xh, delta",
        "Look at the order of the results, and dW_xh, which has the shape of W_xh",
    ),
    "one bias for each row": (
        "rnn_step_backward",
        "delta.sum(axis=0)",
        "delta[0]",
        "what stands below it on batches: the transposes, and what is summed",
    ),
    "no gradient from the next step": (
        "rnn_backward",
        "(dh[:, t] + dh_next)",
        "dh[:, t]",
        "Look at dx in the example above, where delta_2 is 1 and delta_1 2.25",
    ),
    "no bias in the stream": (
        "truncated_bptt",
        " + b_h)",
        ")",
        "Look at h_1 for B = 2, T = 5, K = 2, with windows from steps 1, 3 and 5",
    ),
    "a state that stops at a border": (
        "truncated_bptt",
        "x[:, t] @ W_xh + h_t @ W_hh",
        "x[:, t] @ W_xh + (h_t if t % K else h_0) @ W_hh",
        "Look at h_3 for B = 2, T = 5, K = 2, with windows from steps 1, 3 and 5",
    ),
    "no gradient in a short stream": (
        "truncated_bptt",
        "delta.sum(axis=(0, 1))",
        "delta.sum(axis=(0, 1)) * (K <= T)",
        "Look at db_h in the example above for K = 4: one window",
    ),
    "the norm first": (
        "clip_by_global_norm",
        "[g * scale for g in grads], norm",
        "norm, [g * scale for g in grads]",
        "Expected a list of 2 arrays for clipped, the first of the two results, got a",
    ),
    "no norm": (
        "clip_by_global_norm",
        "[g * scale for g in grads], norm",
        "[g * scale for g in grads]",
        "Expected a list of 2 arrays for clipped, the first of the two results, got a",
    ),
    "zero divided by zero": (
        "clip_by_global_norm",
        "max_norm / max(norm, max_norm)",
        "min(1, max_norm / float(norm))",
        "grads of [[0.0, 0.0], [[0.0, 0.0, 0.0]]] and max_norm = 2.5, got ZeroDivision",
    ),
    "the largest stretch of each": (
        "clip_by_global_norm",
        "(g**2).sum()",
        "np.linalg.norm(g, 2) ** 2",
        "Expected 3.0, got 2.2361. Look at the norm of entries 1, 2, 0, 0, -2",
    ),
    "the weights of the state turned round": (
        "teacher_forced_scores",
        "h_t @ W_hh",
        "h_t @ W_hh.T",
        "with the given tokens as inputs, section 1.4, the square W_hh",
    ),
    "a vocabulary of the text": (
        "teacher_forced_scores",
        "W_xh[tokens[:, t]]",
        "np.eye(tokens.max() + 1)[tokens[:, t]] @ W_xh",
        "V = 3, though token 2 is not in the text, got ValueError",
    ),
    "the last of equal scores": (
        "free_running",
        "np.argmax(h_t @ W_hy + b_y, axis=1)",
        "np.argsort(h_t @ W_hy + b_y, axis=1)[:, -1]",
        "of equal scores the smallest token is written",
    ),
    "norms of the factors": (
        "gradient_norm_by_lag",
        "@ product",
        "@ np.eye(H) * np.linalg.norm(product)",
        "the order of the factors, and the norm of their product as a whole",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_likely_slip_is_met_by_a_visible_check(case):
    check_slip(A, *SLIPS[case])
