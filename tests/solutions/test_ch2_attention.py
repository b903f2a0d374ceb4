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
    "states in padding": (
        "encode",
        "new * mask[:, j, None]",
        "new",
        "Look at what the task asks for in h where padding stands",
    ),
    "the last column": (
        "encode",
        "return h, last,",
        "return h, h[:, -1],",
        "section 2.1, above equation (2.1): after the source's own last token",
    ),
    "the end mark taken for padding": (
        "encode",
        "source != PAD",
        "source > EOS",
        "h at the two tokens of the example above, the end mark among them",
    ),
    "the begin mark taken for padding": (
        "encode",
        "source != PAD",
        "source > BOS",
        "each source begins with h_0 = 0 and ends with its own padding",
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
    "the longest target below the bar": (
        "tokens_right",
        "counts.sum(axis=1)",
        "wanted.shape[1]",
        "(7, 2, 0, 2) and (6, 0, 0, 0): a share of the target's own tokens",
    ),
    "an answer cut at its end mark": (
        "tokens_right",
        "right = (",
        "right = (np.cumsum(said == EOS, axis=1) <= (said == EOS))[:, :longest] & (",
        "wherever the answer has an end mark or padding",
    ),
    "padding of the answer left out": (
        "tokens_right",
        "counts.sum(axis=1)",
        "(counts.sum(1) - (counts[:, :longest] * (said[:, :longest] == PAD)).sum(1))",
        "wherever the answer has an end mark or padding",
    ),
    "the last token again and again": (
        "tokens_right",
        "longest = min(",
        "said = np.pad(said, ((0, 0), (0, 4)), mode='edge')\n    longest = min(",
        "with longest = 1: a token that was not written is not right",
    ),
    "nothing written": (
        "tokens_right",
        "longest = min(",
        "said = said + 0 * said[:, -1, None]\n    longest = min(",
        "to work for an answer with longest = 0, got IndexError",
    ),
    "nothing left": (
        "masked_softmax",
        "np.maximum(w.sum(axis=-1, keepdims=True), 1)",
        "w.sum(axis=-1, keepdims=True)",
        "got [[[nan, nan, nan]]]. Look at mask [False, False, False]",
    ),
    "nothing left beside something": (
        "masked_softmax",
        "np.maximum(w.sum(axis=-1, keepdims=True), 1)",
        "(w.sum(axis=-1, keepdims=True) + (not mask.any()))",
        "every sequence has a mask of its own, which may leave nothing",
    ),
    "one mask for all steps and states": (
        "masked_softmax",
        "mask[:, None]",
        "mask",
        "to work for scores (2, 3, 4) and a mask (2, 4), got ValueError",
    ),
    "scores cut off": (
        "masked_softmax",
        "np.where(kept, e, -1e9)",
        "np.where(kept, np.clip(e, -700, 700), -1e9)",
        "which score do you subtract in each row, and which ones do you choose it from",
    ),
    "no bias of the state": (
        "attention_step",
        "s_prev @ W_ss + b_s",
        "s_prev @ W_ss",
        "Look at s_t of a batch with B = 2 and H = 2: the second line of",
    ),
    "a root in the scores": (
        "attention_step",
        """np.einsum("bh,bsh->bs", s_t, h)""",
        """np.einsum("bh,bsh->bs", s_t, h) / h.shape[2] ** 0.5""",
        "Look at the weights of a batch with B = 2 and H = 2",
    ),
    "a length for the mask": (
        "attention_step",
        "np.where(mask,",
        "np.where(np.arange(h.shape[1]) < mask.sum(axis=1)[:, None],",
        "and the mask may have gaps, equations (2.4) and (2.5)",
    ),
    "large scores of a step cut off": (
        "attention_step",
        """np.einsum("bh,bsh->bs", s_t, h)""",
        """np.clip(np.einsum("bh,bsh->bs", s_t, h), -700, 700)""",
        "got [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]. Look at the weights where scores are",
    ),
    "the smallest score subtracted": (
        "attention_step",
        "e.max(axis=1, keepdims=True)",
        "np.where(mask, e, np.inf).min(axis=1, keepdims=True)",
        "got [[0.2689, 0.7311, 0.0], [nan, 0.0, 0.0]]. Look at the weights where",
    ),
    "a number that is not low enough": (
        "attention_step",
        "-np.inf",
        "-1e4",
        "got [[0.2119, 0.5761, 0.2119], [1.0, 0.0, 0.0]]. Look at the weights",
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
    "the largest of equal scores": (
        "greedy_translation",
        "np.argmax(mixed @ W_hy + b_y, axis=1)",
        "np.argsort(mixed @ W_hy + b_y, axis=1)[:, -1]",
        "and of equal ones the smallest token",
    ),
    "the state behind the padding": (
        "greedy_translation",
        "mask.sum(axis=1) - 1",
        "-1",
        "s_0 after each source's own last token",
    ),
    "the mean for the first state": (
        "greedy_translation",
        "h[np.arange(B), mask.sum(axis=1) - 1]",
        "(h * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)",
        "s_0 after each source's own last token",
    ),
    "nothing given at first": (
        "greedy_translation",
        "embed[token]",
        "(t > 0) * embed[token]",
        "the embedding of BOS, and b_s in equation (2.1)",
    ),
    "a context that is no average": (
        "greedy_translation",
        "w / w.sum(axis=1, keepdims=True)",
        "w",
        "where W_m reads the context alone",
    ),
    "padding in the steps": (
        "greedy_translation",
        "np.where(mask,",
        "np.where(True,",
        "where W_m reads the context alone",
    ),
    "closed by padding": (
        "greedy_translation",
        "token != EOS",
        "(token != EOS) & (token != PAD)",
        "EOS alone closes a row: its own, and for good",
    ),
    "a number for padding that is not low enough": (
        "greedy_translation",
        "-np.inf",
        "-1e4",
        "got [[3], [3]]. Look at the task: scores may be as large as 10,000",
    ),
    "large scores of the steps cut off": (
        "greedy_translation",
        """np.einsum("bh,bsh->bs", s, h)""",
        """np.clip(np.einsum("bh,bsh->bs", s, h), -700, 700)""",
        "here with scores of 10,000 and 9,998",
    ),
    "the matrix the other way round": (
        "general_scores",
        "s @ W_a",
        "s @ W_a.T",
        "to work for states of sizes G = 6 and H = 5, got ValueError",
    ),
    "a root of the decoder's size": (
        "attend",
        "s @ W_a @ h.swapaxes(1, 2)",
        "s @ W_a @ h.swapaxes(1, 2) / s.shape[2] ** 0.5",
        "Look at the weights where G = 2 and H = 1",
    ),
    "a length for each mask": (
        "attend",
        "np.where(mask[:, None]",
        "np.where((np.arange(h.shape[1]) < mask.sum(axis=1)[:, None])[:, None]",
        "and a mask for each sequence, which may have gaps",
    ),
    "large scores of a batch cut off": (
        "attend",
        "s @ W_a @ h.swapaxes(1, 2)",
        "np.clip(s @ W_a @ h.swapaxes(1, 2), -700, 700)",
        "Look at the weights where scores are as large as 10,000",
    ),
    "weights divided by their sum": (
        "softmax_backward",
        "mean = (",
        "weights = weights / weights.sum(axis=-1, keepdims=True)\n    mean = (",
        "in the third sequence all weights are 0",
    ),
    "results in another order": (
        "attention_backward",
        "return ds, dh,",
        "return dh, ds,",
        "Expected an array of float with shape (2, 3, 6), got an array of float64 with",
    ),
    "one mean for a sequence": (
        "attention_backward",
        "axis=-1",
        "axis=(1, 2)",
        "lines of equation (2.7), then the third; every step has a sum of its own",
    ),
    "the last step for the matrix": (
        "attention_backward",
        "s, de, h)",
        "s[:, -1:], de[:, -1:], h)",
        "Look at dW_a of a batch with B = 2 and T = 2: the fourth line",
    ),
    "sums multiplied": (
        "attention_backward",
        "de.swapaxes(1, 2) @ s",
        "de.sum(axis=1)[:, :, None] * s.sum(axis=1)[:, None]",
        "Look at dh of a batch with B = 2 and T = 2: the last line",
    ),
    "one source for all": (
        "additive_scores",
        "(h @ W_k)",
        "(h[:1] @ W_k)",
        "each step t meets each state j of its own source",
    ),
    "one step for all": (
        "additive_scores",
        "(s @ W_q)",
        "(s[:, [0] * s.shape[1]] @ W_q)",
        "each step t meets each state j of its own source",
    ),
    "zero times infinity": (
        "alignment",
        "np.maximum(weights, 1e-300)",
        "weights",
        "got [[1.5, nan]]. Look at the entropies",
    ),
    "a row with a zero is all zero": (
        "alignment",
        "-(weights * logs).sum(axis=-1)",
        "np.nan_to_num(-(weights * np.log2(weights)).sum(axis=-1))",
        "got [[0.0], [0.0]]. Look at the entropies of the weights (0.5, 0, 0.5)",
    ),
    "more steps than states": (
        "fixed_weights",
        "np.minimum(np.arange(T), end)",
        "np.minimum(np.arange(T), mask.shape[1] - 1) + 0 * end",
        "Look at 'same', the second result, in the example above",
    ),
    "two of three results exchanged": (
        "fixed_weights",
        "return last, same,",
        "return same, last,",
        "Look at 'last', the first result, in the example above",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_special_case_of_a_prompt_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
