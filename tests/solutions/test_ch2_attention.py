"""Chapter 2's assignment: its worked examples, and what its visible tests say."""

import numpy as np
import pytest

from .assignment import assignment, check_numbers, check_references, check_slip

A = assignment("ch2_attention")
SOLVED, TASKS = A.solved, A.tasks

# The equations, by their labels in the chapter, that a task's texts may name.
STEP = (
    "translate-states attention-mix attention-score attention-weights attention-context"
)
EQUATIONS = {
    "encode": "translate-states",
    "tokens_right": "",
    "dot_scores": "attention-score",
    "masked_softmax": "attention-weights",
    "attention_step": STEP,
    "greedy_translation": STEP,
    "general_scores": "attention-scores",
    "attend": "attention-weights attention-context",
    "softmax_backward": "attention-back",
    "attention_backward": "attention-back",
    "additive_scores": "attention-scores",
    "alignment": "attention-alignment",
    "fixed_weights": "attention-context",
    "reflection": "attention-weights",
}


@pytest.mark.parametrize("name", A.prompts)
def test_sections_and_equations_are_the_chapters(name):
    check_references(A, name, EQUATIONS[name], between="[^.;]*?")


def arrays(*lists):
    return [np.array(a, dtype=float) for a in lists]


def examples():
    """Of each task: the example's given decimals, and the values computed from them."""
    call = {name: SOLVED[name] for name in TASKS}
    reader = arrays([[9], [9], [0], [1]], [[1]], [[0.5]], [0])
    looked = [*arrays([[2]], [[-1]], [[[0], [1], [9]]]), np.array([[1, 1, 0]]) > 0]
    looked += arrays([[1]], [[1]], [0], [[1], [2]], [-2], [[1, -1]], [0, 1])
    y_t, s_t, weights = call["attention_step"](*looked)
    inside = weights[0, 1] + 2 * s_t - 2
    writer = [[0], [0], [0], [-2]], [[1]], [[1]], [0], [[1], [1]], [0]
    writer = arrays(*writer, [[0, 0, -1, 1]], [-9, -9, 0, 0])
    written = call["greedy_translation"](
        np.full((1, 1, 1), 0.5), np.ones((1, 1)) > 0, 4, *writer
    )
    first = np.tanh(0.5)
    second = np.tanh(first - 2)
    batch = arrays([[[1]]], [[[0, 4], [0.5, 8], [9, 9]]], [[2, 0]])
    back = arrays([[[10]]], [[[2]]], [[[1], [3]]], [[0.5]], [[[0.4, 0.6]]])
    small = arrays([[[1]]], [[[-1], [1]]], [[0.5, 1]], [[0.5, -1]], [2, 1])
    rows = np.array([[[0.25, 0.25, 0.5], [0, 1, 0]]])
    said = np.array([[7, 3, 4], [5, 6, 2]])
    logs = np.log([[[1, 3, np.exp(7)]]])
    pairs = arrays([[[1, 2], [0, -1]]], [[[3, 1], [0, 2], [1, 1]]])
    matrix = arrays([[[1, 2]]], [[[1, 0, 1], [0, 2, 0]]], [[1, 0, 3], [0, 1, -1]])
    de = call["softmax_backward"](*arrays([[[4, 0, 8]]], [[[0.25, 0.75, 0]]]))
    return {
        "encode": ([0.5], call["encode"](np.array([[3, 2, 0]]), *reader)[:2]),
        "tokens_right": (
            [],
            [call["tokens_right"](said, np.array([[7, 5, 4, 2], [6, 2, 0, 0]]))],
        ),
        "dot_scores": ([], [call["dot_scores"](*pairs)]),
        "masked_softmax": (
            [],
            [call["masked_softmax"](logs, looked[3])],
        ),
        "attention_step": (
            [],
            [s_t, weights, 2 * s_t, inside, np.tanh(inside), y_t],
        ),
        "greedy_translation": (
            [0.5],
            [first, np.tanh(first + 0.5), second, np.tanh(second + 0.5), written],
        ),
        "general_scores": ([], [call["general_scores"](*matrix)]),
        "attend": ([0.5], call["attend"](*batch, looked[3])),
        "softmax_backward": ([0.25, 0.75], [de]),
        "attention_backward": (
            [0.4, 0.6, 0.5, 4.8, 14.4, 9.6],
            call["attention_backward"](*back),
        ),
        "additive_scores": ([0.5], [call["additive_scores"](*small), np.tanh(2)]),
        "alignment": ([0.25, 0.5, 1.5], call["alignment"](rows)),
        "fixed_weights": ([], call["fixed_weights"](np.array([[1, 1, 0]]) > 0, 4)),
    }


@pytest.mark.parametrize("name", A.tasks)
def test_a_worked_example_has_the_solutions_numbers(name):
    check_numbers(A, name, *examples()[name], four=True)


@pytest.mark.parametrize("name", A.tasks)
def test_the_catalogue_is_large(name):
    assert len(A.wrong(name)) >= 9


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "a mask of whole numbers": (
        "encode",
        "return h, last, mask",
        "return h, last, mask * 1",
        "Expected an array of bool with shape (2, 3), got an array of int64",
    ),
    "an answer shorter than the target": (
        "tokens_right",
        "longest = min(said.shape[1], wanted.shape[1])",
        "longest = wanted.shape[1]",
        "to work for an answer that is shorter than the target (longest below T), got",
    ),
    "an answer longer than the target": (
        "tokens_right",
        "longest = min(said.shape[1], wanted.shape[1])",
        "longest = said.shape[1]",
        "to work for an answer that is longer than the target (longest above T), got",
    ),
    "nothing left": (
        "masked_softmax",
        "np.maximum(w.sum(axis=-1, keepdims=True), 1)",
        "w.sum(axis=-1, keepdims=True)",
        "got [[[nan, nan, nan]]]. Look at mask [False, False, False]",
    ),
    "one mask for all steps and states": (
        "masked_softmax",
        "mask[:, None]",
        "mask",
        "to work for scores (2, 3, 4) and a mask (2, 4), got ValueError",
    ),
    "no steps": (
        "greedy_translation",
        "return tokens",
        "return np.stack([tokens[:, t] for t in range(longest)], axis=1)",
        "to work for longest = 0, got ValueError",
    ),
    "tokens as floats": (
        "greedy_translation",
        "np.full((B, longest), PAD)",
        "np.zeros((B, longest))",
        "got an array of float64 with shape (1, 4)",
    ),
    "the state behind the padding": (
        "greedy_translation",
        "mask.sum(axis=1) - 1",
        "-1",
        "with one more state of padding",
    ),
    "the matrix the other way round": (
        "general_scores",
        "s @ W_a",
        "s @ W_a.T",
        "to work for states of sizes G = 6 and H = 5, got ValueError",
    ),
    "results in another order": (
        "attention_backward",
        "return ds, dh,",
        "return dh, ds,",
        "Expected an array of float with shape (2, 3, 6), got an array of float64 with",
    ),
    "zero times infinity": (
        "alignment",
        "np.maximum(weights, 1e-300)",
        "weights",
        "got [[1.5, nan]]. Look at the entropies",
    ),
    "more steps than states": (
        "fixed_weights",
        "np.minimum(np.arange(T), end)",
        "np.minimum(np.arange(T), mask.shape[1] - 1) + 0 * end",
        "Look at 'same' in the example above",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_special_case_of_a_prompt_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
