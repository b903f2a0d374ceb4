"""Wrong answers to chapter 5 that learners write, each with the hint it earns.

The inputs come first in each part: sizes all differ, biases are not zero, and whatever
sets two wrong answers apart is in them.
"""

import numpy as np
import torch

from autograder.answers import equivalent, inputs, misconception


def arrays(rng, *shapes):
    """Random arrays of the given shapes."""
    return [rng.normal(size=shape) for shape in shapes]


# --- 1. Attention ------------------------------------------------------------------


@inputs("attention")
def attention_inputs(rng):
    """The scores of the first query are too large for an exponential."""
    q, k, v = arrays(rng, (2, 3, 4), (2, 5, 4), (2, 5, 6))
    q[0, 0] *= 1e4 / np.abs(k[0] @ q[0, 0]).max()
    if (k[0] @ q[0, 0]).max() < 5e3:
        q[0, 0] *= -1
    return q, k, v


@misconception(
    "attention",
    """You probably did not divide the scores. A dot product of many features is a
    sum of many terms; without the division it grows with their number, and the
    softmax picks one key and ignores the others. Reread section 5.2, and equation
    (5.2) in section 5.1.""",
)
def root_forgotten(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """You probably took the root of the number of keys. What grows the scores is not
    how many keys there are, but how many products each dot product adds up. Reread
    section 5.2, equation (5.3), and see what is summed there.""",
)
def root_of_the_number_of_keys(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(k.shape[-2])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """You probably took the root of the number of queries. How many queries are
    asked at once changes nothing for any of them; what grows the scores is the
    number of products in each dot product. Reread section 5.2, equation (5.3).""",
)
def root_of_the_number_of_queries(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-2])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """You probably took the root of the size of a value. The values have no part in
    the scores, so their size has none either. Reread section 5.2, equation (5.3): it
    sums over the features of a query and a key.""",
)
def root_of_the_values_size(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(v.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """You probably divided by the number of features itself, without the root. The
    variance of the scores is that number, so their size is its root; you make them
    too small, and all weights nearly equal. Reread section 5.2, equation (5.3).""",
)
def divided_by_the_number_of_features(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / q.shape[-1]
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """You probably multiplied by the root instead of dividing. That makes large
    scores larger still, when the root is there to bring them back to size 1. Reread
    section 5.2, equation (5.3).""",
)
def multiplied_by_the_root(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) * np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """Your softmax runs over the queries: for each key the weights of all queries
    have the sum 1. It is the other way round, a query shares its attention among the
    keys. Reread section 5.1, below equation (5.2).""",
)
def softmax_over_the_queries(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-2, keepdims=True))
    return e / e.sum(axis=-2, keepdims=True) @ v


@misconception(
    "attention",
    """You made one softmax of the whole table of scores, so that all its weights
    together have the sum 1. The queries then share one attention, and none gets a
    full mean. Reread section 5.1, below equation (5.2): what has the sum 1?""",
)
def one_softmax_for_all_queries(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=(-1, -2), keepdims=True))
    return e / e.sum(axis=(-1, -2), keepdims=True) @ v


@misconception(
    "attention",
    """Your weights do not have the sum 1: you probably took the exponentials and did
    not divide by their sum. The answer is then no mean of the values, but some
    multiple of one. Reread section 5.1, equation (5.1).""",
)
def weights_not_divided_by_their_sum(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    return np.exp(scores - scores.max(axis=-1, keepdims=True)) @ v


@misconception(
    "attention",
    """You probably divided by the root after the softmax. That shrinks the answers
    and leaves the weights as sharp as they were; it is the scores that are too
    large. Reread section 5.1, equation (5.2), and see what stands inside the
    softmax.""",
)
def divided_after_the_softmax(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) / np.sqrt(q.shape[-1]) @ v


@misconception(
    "attention",
    """You returned the weights. They say how much each value counts; the answer is
    the mean of the values under them. Reread section 5.1, equation (5.2), to its
    last factor.""",
)
def weights_returned(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@misconception(
    "attention",
    """You took the mean of the keys. A key is what a token is found by; what it
    gives is its value. Reread section 5.1, equation (5.1), and the example with the
    number words.""",
)
def keys_averaged(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ k


@misconception(
    "attention",
    """Your answer is the one value whose key fits best. That is an exact look-up,
    and it has no gradient: the other keys count for nothing. Reread section 5.1 on
    the purpose of the softness.""",
)
def best_key_alone(q, k, v):
    best = (q @ np.swapaxes(k, -1, -2)).argmax(axis=-1)
    return np.take_along_axis(v, best[..., None], axis=-2)


@misconception(
    "attention",
    """Your exponential overflows where a score is large, and infinity divided by
    infinity is not a number. The weights of a query stay the same if all its scores are
    moved by the same amount. The softmax in section 5.1 makes use of that, and chapter
    1 says why nothing else changes.""",
)
def exponential_overflows(q, k, v):
    e = np.exp(q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "attention",
    """You subtracted one largest score from all queries. Where another query has
    much smaller scores, all its exponentials become 0, and 0 divided by 0 is not a
    number. Each query has its own largest score: look at the softmax in section
    5.1.""",
)
def one_largest_score_for_all(q, k, v):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=-1, keepdims=True) @ v


# --- 2. What the root is for --------------------------------------------------------


@inputs("peak_and_slope")
def peak_inputs(rng):
    """The scores of the first query are too large for an exponential."""
    q, k = 0.7 * rng.normal(size=(3, 4)), 0.7 * rng.normal(size=(3, 5, 4))
    q[0, 0], k[0, :2, 0] = 1e3, 2.0
    return q, k, bool(rng.random() < 0.5)


@misconception(
    "peak_and_slope",
    """Your scores are never divided, whatever the last argument says. Both are asked
    for, so that one can be held against the other. Reread section 5.2, equation (5.3).
    """,
)
def never_scaled(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0]
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """Your scores are always divided, whatever the last argument says. The case without
    the root is the one that shows what the root is for. Reread the task, and section
    5.2, equation (5.3).""",
)
def always_scaled(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] / np.sqrt(q.shape[1])
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """You probably divided by the number of features itself. It is the variance of the
    scores, and their size is its root; divided by more, all weights become nearly
    equal. Reread section 5.2, equation (5.3).""",
)
def scaled_by_the_number_of_features(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0]
    if scaled:
        e = e / q.shape[1]
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """You probably took the derivative with respect to the dot products, so that the
    root divides your slope once more. The task asks about the scores as the softmax is
    given them. Reread section 5.2, below equation (5.3): with respect to what is the
    derivative there?""",
)
def slope_through_the_division(q, k, scaled):
    factor = q.shape[1] ** -0.5 if scaled else 1.0
    e = (k @ q[:, :, None])[:, :, 0] * factor
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), factor * np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """Your slope lacks the root: it is the sum of the squared entries itself. The size
    of a matrix is measured in the unit of its entries. Reread section 5.2, below its
    figure, on what is called the slope.""",
)
def slope_without_its_root(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), (jacobian**2).sum(axis=(1, 2))


@misconception(
    "peak_and_slope",
    """Your slope has the diagonal of the derivative only. All weights have the sum 1,
    so when one score rises every weight moves, not only its own. Reread section 5.2,
    and the entries in which the two places differ.""",
)
def slope_of_the_diagonal(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    return a.max(axis=1), np.sqrt(((a * (1 - a)) ** 2).sum(axis=1))


@misconception(
    "peak_and_slope",
    """Your slope is the largest singular value of the derivative. That is another size
    of a matrix; here all entries count, squared and added. Reread section 5.2, below
    its figure, on what is called the slope.""",
)
def slope_as_the_largest_stretch(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), np.linalg.norm(jacobian, ord=2, axis=(1, 2))


@misconception(
    "peak_and_slope",
    """Your derivative adds where it should subtract. When one score rises, the other
    weights fall, since all have the sum 1; each column of the derivative has the sum
    zero. Reread section 5.2, below equation (5.3).""",
)
def other_weights_rise_too(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) + a[:, None, :])
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """Your peak is the place of the largest weight, not the weight. How sharply a query
    picks is a number between 0 and 1. Reread the task, and section 5.2: what stands on
    the left of its figure?""",
)
def place_of_the_peak(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.argmax(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """Your softmax runs over the queries: the weights of a key have the sum 1. A query
    shares its attention among its own keys, and its weights have the sum 1. Reread
    section 5.1, below equation (5.2).""",
)
def peaks_over_the_queries(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e - e.max(axis=0))
    a = a / a.sum(axis=0)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


@misconception(
    "peak_and_slope",
    """Your exponential overflows where a score is large, and infinity divided by
    infinity is not a number. Each query's weights stay the same if all its scores are
    moved by the same amount. Look at the softmax in section 5.1.""",
)
def peaks_overflow(q, k, scaled):
    e = (k @ q[:, :, None])[:, :, 0] * (q.shape[1] ** -0.5 if scaled else 1.0)
    a = np.exp(e) / np.exp(e).sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))


equivalent(
    "peak_and_slope",
    "jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :]): "
    "'np.eye(a.shape[1]) - a[:, None, :]' -> 'a[:, None, :] - np.eye(a.shape[1])'",
    "all entries change their sign, and only their squares are used",
)


# --- 3. Padding and future ---------------------------------------------------------


@inputs("make_mask")
def mask_inputs(rng):
    causal = bool(rng.random() < 0.5)
    return rng.permutation([2, 4, 5]), 6 if causal else 4, 6, causal


@misconception(
    "make_mask",
    """With your causal mask a query also sees the token right after it. That is the
    very token that the model is to predict, and it will learn to copy it. Reread
    section 5.3 and the attention there whose diagonal is off by one.""",
)
def next_token_visible(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid, 1) if causal else grid
    return past & (np.arange(S) < lengths[:, None, None])


@misconception(
    "make_mask",
    """With your causal mask a query does not see its own place. Then the first query
    sees nothing, and its softmax is 0/0. Reread section 5.3 and look at the diagonal
    of the causal mask in its figure.""",
)
def own_place_hidden(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid, -1) if causal else grid
    return past & (np.arange(S) < lengths[:, None, None])


@misconception(
    "make_mask",
    """Your causal mask shows the future and hides the past. A row of the mask is one
    query, a column one key, and it is the keys before the query that it may see.
    Reread section 5.3 and look at its figure.""",
)
def future_shown(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.triu(grid) if causal else grid
    return past & (np.arange(S) < lengths[:, None, None])


@misconception(
    "make_mask",
    """Your mask is the opposite of what it should be: true where a query may *not*
    look. Some libraries do it this way round, so it is worth looking up each time.
    Reread section 5.3: here true means that it may see the key.""",
)
def true_for_what_is_hidden(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    return ~(past & (np.arange(S) < lengths[:, None, None]))


@misconception(
    "make_mask",
    """Your mask shows padding. Its tokens mean nothing, but attention would mix
    their values in, and the answers would depend on how far the batch was filled up.
    Reread section 5.3 and use the lengths.""",
)
def padding_shown(lengths, T, S, causal):
    grid = np.ones((len(lengths), T, S), dtype=bool)
    return np.tril(grid) if causal else grid


@misconception(
    "make_mask",
    """Your mask hides padding, but it never hides the future. A decoder with it
    would look at the token that it is to predict. Reread section 5.3, and the rule
    of the task for the case that causal is true.""",
)
def future_never_hidden(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    return grid & (np.arange(S) < lengths[:, None, None])


@misconception(
    "make_mask",
    """Your mask hides the future even when it need not. An encoder, or a decoder
    that asks the source, may look at all keys that are real. Reread the task: what
    changes when causal is false? Section 5.3 has a figure of both kinds.""",
)
def future_always_hidden(lengths, T, S, causal):
    past = np.tril(np.ones((T, S), dtype=bool))
    return past & (np.arange(S) < lengths[:, None, None])


@misconception(
    "make_mask",
    """Your mask shows a key if one of the two rules allows it. Then padding is
    visible where it lies in the past, and the future where it is real. Reread
    section 5.3: a key has to pass both rules.""",
)
def one_rule_is_enough(lengths, T, S, causal):
    real = np.arange(S) < lengths[:, None, None]
    if causal:
        return np.tril(np.ones((T, S), dtype=bool)) | real
    return np.ones((T, S), dtype=bool) & real


@misconception(
    "make_mask",
    """Your mask shows one token of padding behind each sequence. Places are counted
    from 0, so a sequence of three tokens fills the places 0, 1 and 2. Reread section
    5.3 and look at the padding in its figure.""",
)
def one_token_of_padding_shown(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    return past & (np.arange(S) <= lengths[:, None, None])


@misconception(
    "make_mask",
    """You hid whole rows: the queries at padding see nothing, and the others see
    padding. The lengths are about keys, which are the columns. Reread section 5.3:
    what queries at padding compute is thrown away, so they need no rule.""",
)
def queries_hidden_instead_of_keys(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    return past & (np.arange(T)[:, None] < lengths[:, None, None])


@misconception(
    "make_mask",
    """You hid the padding's columns, which is right, and its rows as well. A query
    that sees no key at all has a softmax of 0/0, which is not a number. Reread the
    end of section 5.3: queries at padding follow the same rules as the others.""",
)
def queries_hidden_as_well(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    n = lengths[:, None, None]
    return past & (np.arange(S) < n) & (np.arange(T)[:, None] < n)


@misconception(
    "make_mask",
    """Your padding stands at the beginning of each sequence. In this book a sequence
    begins at place 0, and what is filled up comes behind it. Reread the task and
    look at the figure in section 5.3.""",
)
def padding_in_front(lengths, T, S, causal):
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    return past & (np.arange(S) >= S - lengths[:, None, None])


@misconception(
    "make_mask",
    """All sequences of yours have the same mask, that of the longest. In a batch
    each sequence has its own padding. Reread section 5.3, and the shape in the task:
    the first axis counts the sequences.""",
)
def padding_of_the_longest(lengths, T, S, causal):
    grid = np.ones((len(lengths), T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    return past & (np.arange(S) < lengths.max())


# --- 4. Attention that does not leak -----------------------------------------------


@inputs("masked_attention")
def masked_attention_inputs(rng):
    """One query may not see a key whose score is far larger than all others.

    Another sees one key alone, with a score of -10,000.
    """
    q, k, v = arrays(rng, (2, 4, 3), (2, 5, 3), (2, 5, 6))
    mask = rng.random((2, 4, 5)) < 0.6
    mask[:, :, 1] = True
    mask[:, 0, 2] = False
    mask[:, 3] = True
    k[0, 4] = 3e3 * np.sign(q[0, 1])
    mask[0, :, 4] = False, False, False, True
    k[1, 1] *= 3
    q[1, 2] = -1e4 * np.sqrt(3) * k[1, 1] / (k[1, 1] @ k[1, 1])
    mask[1, 2] = np.arange(5) == 1
    return q, k, v, mask


@misconception(
    "masked_attention",
    """You set the forbidden weights to zero after the softmax. By then it had
    divided by a sum over all keys, the hidden ones too, so the rest no longer has
    the sum 1 and still depends on what it may not see. Reread section 5.3: the third
    attention there does the same.""",
)
def masked_after_the_softmax(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    return weights * mask @ v


@misconception(
    "masked_attention",
    """You let the hidden scores into the softmax and corrected its weights
    afterwards. That often works, but where a hidden score is far larger than the
    visible ones, their weights have already become 0, and 0 divided by 0 is not a
    number. Section 5.3 hides a score before anything is computed from it, the
    largest one included.""",
)
def masked_late_and_divided_again(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True)) * mask
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """You hid what may be seen, and showed what is to be hidden. Here the mask is
    true where a query may look; some libraries mean the opposite. Reread section
    5.3.""",
)
def mask_turned_round(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(mask, -np.inf, scores)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """Your hidden keys get the score 0. That is no small score, only a middling one:
    its exponential is 1, and the key still gets a weight. Reread section 5.3 for the
    score that gives the weight 0.""",
)
def hidden_scores_zero(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]) * mask
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """You added the mask to the scores as numbers, 1 where a key is visible and 0
    where it is not. That makes hidden keys a little less likely, not invisible.
    Reread section 5.3: what becomes of the score of a hidden key?""",
)
def mask_added_as_numbers(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1]) + mask
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """You subtracted a small number from the hidden scores. A hidden key then has a
    small weight and not none, and a large one if its score was large. Reread section
    5.3: which score gives the weight exactly 0?""",
)
def penalty_too_small(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = scores - 10 * ~mask
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """Your hidden scores became plus infinity. Infinity less infinity is not a
    number, and even a large positive score would give the hidden key all the weight.
    Reread section 5.3 for the sign.""",
)
def plus_infinity(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(mask, scores, np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """Your answers do not depend on the mask: every query sees every key. Padding
    and the future then leak in. Reread section 5.3 for the place where the mask
    acts.""",
)
def mask_ignored_by_all(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """You used the first query's row of the mask for all queries. That is enough for
    padding, where all rows are the same, but a causal mask has a row of its own for
    each query. Reread section 5.3 and look at its figure.""",
)
def first_row_for_all_queries(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(mask[:, :1], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """The mask is right, but you did not divide the scores by the root. The mask
    changes nothing about their size. Reread section 5.1, equation (5.2), and section
    5.2 on why the root is there.""",
)
def root_forgotten_with_the_mask(q, k, v, mask):
    scores = np.where(mask, q @ np.swapaxes(k, -1, -2), -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """You subtracted the largest score first, and set the hidden ones to zero then.
    There a zero is the largest score of all, so a hidden key counts as much as the
    best one. Reread section 5.3 for what takes the place of a hidden score.""",
)
def hidden_score_as_the_largest(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    e = np.exp(mask * (scores - scores.max(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True) @ v


@misconception(
    "masked_attention",
    """You put a very negative, but finite number into the place of a hidden score. In
    this task a visible score may be just as negative, and then the hidden key has as
    much weight as the visible one. Reread section 5.3: which score gives the weight
    exactly 0, whatever the others are?""",
)
def hidden_scores_minus_ten_thousand(q, k, v, mask):
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    scores = np.where(mask, scores, -1e4)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v


# --- 5. Split into heads -----------------------------------------------------------


@inputs("split_heads")
def split_inputs(rng):
    return rng.normal(size=(2, 5, 12)), 4


@misconception(
    "split_heads",
    """You went to the final shape in one reshape. The shape is right, but a reshape
    keeps the numbers in their order, so your heads hold pieces of different tokens.
    Reread the end of the first code in section 5.4: this is the mistake shown
    there.""",
)
def reshaped_only(x, heads):
    B, T, d = x.shape
    return x.reshape(B, heads, T, d // heads)


@misconception(
    "split_heads",
    """Your slices are right, but the heads come after the tokens. Then a product
    over the last two axes compares the heads of one token with each other. Reread
    section 5.4 for the order of the axes.""",
)
def heads_after_the_tokens(x, heads):
    B, T, d = x.shape
    return x.reshape(B, T, heads, d // heads)


@misconception(
    "split_heads",
    """Your first head has the first feature, then one from each later group: you
    dealt the features out one by one. A head's features are neighbours, a slice of
    the columns. Reread section 5.4, below equation (5.4).""",
)
def features_dealt_out(x, heads):
    B, T, d = x.shape
    return x.reshape(B, T, d // heads, heads).transpose(0, 3, 1, 2)


@misconception(
    "split_heads",
    """Your heads have their features in rows and the tokens in columns. In this book
    a token is a row, also within a head. Reread section 5.4 for the order of the
    axes.""",
)
def tokens_in_columns(x, heads):
    B, T, d = x.shape
    return x.reshape(B, T, heads, d // heads).transpose(0, 2, 3, 1)


@misconception(
    "split_heads",
    """Your heads are the very first axis, before the sequences of the batch. The
    slices are right, but the batch comes first everywhere in this book. Reread
    section 5.4 for the order of the axes.""",
)
def heads_before_the_batch(x, heads):
    B, T, d = x.shape
    return x.reshape(B, T, heads, d // heads).transpose(2, 0, 1, 3)


@misconception(
    "split_heads",
    """You took the number of heads for the size of a head: you made heads of as many
    features as there should be heads. Reread section 5.4, above equation (5.4), for
    how many features each head gets.""",
)
def number_taken_for_size(x, heads):
    B, T, d = x.shape
    return x.reshape(B, T, d // heads, heads).transpose(0, 2, 1, 3)


@misconception(
    "split_heads",
    """Each of your heads has all the features. Then all heads compute the same, and
    together they cost several times as much. Reread section 5.4: they share the
    features, each has its own slice.""",
)
def all_features_for_each_head(x, heads):
    return np.repeat(x[:, None], heads, axis=1)


@misconception(
    "split_heads",
    """You made heads and batch one axis. The slices are right, and some programs do
    it, but here the heads have an axis of their own. Reread section 5.4 for the
    shape.""",
)
def heads_within_the_batch(x, heads):
    B, T, d = x.shape
    x = x.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)
    return x.reshape(B * heads, T, d // heads)


@misconception(
    "split_heads",
    """You swapped tokens and features first, and then reshaped to the final shape.
    The order of the two steps matters: cut the features apart while they still stand
    side by side. Reread section 5.4 and follow one number through the steps.""",
)
def swapped_before_the_cut(x, heads):
    B, T, d = x.shape
    return x.transpose(0, 2, 1).reshape(B, heads, T, d // heads)


# --- 6. Merge the heads ------------------------------------------------------------


@inputs("merge_heads")
def merge_inputs(rng):
    return (rng.normal(size=(2, 4, 5, 3)),)


@misconception(
    "merge_heads",
    """You went to the final shape in one reshape. Then the first row holds what the
    first head says about several tokens, not what all heads say about one. Reread
    the code of splitting and merging in section 5.4.""",
)
def merged_by_a_reshape_only(x):
    B, heads, T, d_head = x.shape
    return x.reshape(B, T, heads * d_head)


@misconception(
    "merge_heads",
    """You put the heads below each other, so each token has one row for each head.
    They belong side by side: one row holds all that is said about a token. Reread
    section 5.4, equation (5.4).""",
)
def heads_below_each_other(x):
    B, heads, T, d_head = x.shape
    return x.reshape(B, heads * T, d_head)


@misconception(
    "merge_heads",
    """Your rows take the first feature of every head, then the second of every head,
    and so on. Each head's features stay together, one head after the other. Reread
    section 5.4, equation (5.4).""",
)
def features_in_turns(x):
    B, heads, T, d_head = x.shape
    return x.transpose(0, 2, 3, 1).reshape(B, T, heads * d_head)


@misconception(
    "merge_heads",
    """You took the mean of the heads. Two things that were found in two places are
    then blended again, which is what several heads avoid. Reread section 5.4,
    equation (5.4): the heads stand side by side.""",
)
def mean_of_the_heads(x):
    return x.mean(axis=1)


@misconception(
    "merge_heads",
    """You added the heads up. Then nobody can tell any more which head said what.
    Reread section 5.4, equation (5.4): the heads stand side by side, and the matrix
    behind them does the mixing.""",
)
def sum_of_the_heads(x):
    return x.sum(axis=1)


@misconception(
    "merge_heads",
    """You swapped the axes, but the heads still have an axis of their own. One step
    is missing: each token is to be one row again. Reread section 5.4 on what merging
    undoes.""",
)
def axes_swapped_only(x):
    return x.transpose(0, 2, 1, 3)


@misconception(
    "merge_heads",
    """Your tokens are columns: you probably swapped tokens and features. In this
    book a token is a row. Reread section 5.4 for the shape that a merge gives.""",
)
def merged_tokens_in_columns(x):
    B, heads, T, d_head = x.shape
    return x.transpose(0, 1, 3, 2).reshape(B, heads * d_head, T)


@misconception(
    "merge_heads",
    """Your rows begin with the last head. The matrix behind the bracket would then
    meet the heads in the wrong order. Reread section 5.4, equation (5.4).""",
)
def last_head_first(x):
    B, heads, T, d_head = x.shape
    return x[:, ::-1].transpose(0, 2, 1, 3).reshape(B, T, heads * d_head)


@misconception(
    "merge_heads",
    """You swapped heads and features where tokens and heads should change places,
    and reshaped then. A row of yours holds numbers of several tokens. Reread the
    code of splitting and merging in section 5.4, and write the shape beside each
    step.""",
)
def wrong_axes_swapped(x):
    B, heads, T, d_head = x.shape
    return x.transpose(0, 3, 2, 1).reshape(B, T, heads * d_head)


# --- 7. Many heads -----------------------------------------------------------------


@inputs("multi_head")
def multi_head_inputs(rng):
    """Four heads of three features; every query may see at least two keys."""
    x, memory = arrays(rng, (2, 3, 12), (2, 5, 12))
    mask = rng.random((2, 3, 5)) < 0.5
    mask[:, :, [1, 4]] = True
    mask[:, 1, 2] = mask[0, 0, 3] = False
    weights = [0.5 * a for a in arrays(rng, *4 * [(12, 12), (12,)])]
    return x, memory, mask, 4, *weights


@misconception(
    "multi_head",
    """You probably divided by the root of all features. A head multiplies only its
    own slice of them, so its dot products are shorter. Reread section 5.4, below
    equation (5.4): whose root is it now?""",
)
def root_of_the_whole_width(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You did not divide the scores, or lost the root on the way. Heads do not
    change why it is there. Reread section 5.2, and section 5.4 for the size under
    the root.""",
)
def heads_without_a_root(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You split the heads with one reshape. The shapes fit and nothing complains,
    but your heads hold pieces of different tokens. Reread the last line of the first
    code in section 5.4, and the words below it.""",
)
def split_by_a_reshape(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, heads, T, d_head)
    k = (memory @ W_k + b_k).reshape(B, heads, -1, d_head)
    v = (memory @ W_v + b_v).reshape(B, heads, -1, d_head)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You merged the heads with one reshape. The shape is right, but a row then
    holds what one head says about several tokens. Reread the code of splitting and
    merging in section 5.4.""",
)
def merged_by_a_reshape(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """Your heads stand side by side at the end, and nothing mixes them. The last
    matrix is missing, and its bias. Reread section 5.4, equation (5.4), to its end.""",
)
def output_matrix_forgotten(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d)


@misconception(
    "multi_head",
    """You probably left out the last bias. The code in section 5.4 adds one after
    each of its four matrices. Count yours.""",
)
def last_bias_forgotten(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o


@misconception(
    "multi_head",
    """You probably left out the biases of queries, keys and values. Those of the
    queries and the values change the result. Reread the code in section 5.4: each of
    the four matrices has one.""",
)
def biases_of_the_input_forgotten(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You probably left out the bias of the values. The weights have the sum 1, so
    it would come through whole. Reread the code in section 5.4: each of the four
    matrices has a bias.""",
)
def bias_of_the_values_forgotten(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You probably left out the bias of the queries. It lets a head prefer some keys
    whatever the token asks. Reread the code in section 5.4: each of the four
    matrices has a bias.""",
)
def bias_of_the_queries_forgotten(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """Your result does not depend on the mask, so padding and the future leak in.
    Reread section 5.3, and the code in section 5.4 for how one mask serves all
    heads.""",
)
def mask_left_out(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You hid what may be seen, and showed what is to be hidden. Here the mask is
    true where a query may look. Reread section 5.3.""",
)
def mask_upside_down(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], -np.inf, scores)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You set the forbidden weights to zero after the softmax. It has then divided
    by a sum over all keys, the hidden ones too, and the rest no longer has the sum
    1. Reread section 5.3 for the moment when the mask acts.""",
)
def weights_masked_too_late(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) * mask[:, None] @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You computed one attention over all features. That gives each token one mean,
    and a blend where it needs two things from two places. Reread section 5.4,
    equation (5.4): each head has its own weights.""",
)
def one_head_for_everything(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    q, k, v = x @ W_q + b_q, memory @ W_k + b_k, memory @ W_v + b_v
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v @ W_o + b_o


@misconception(
    "multi_head",
    """You transposed the matrices. Torch keeps its matrices that way, but in this
    book tokens are rows and are multiplied from the right. The matrices are square,
    so no shape complains: reread section 5.4 for the code.""",
)
def matrices_transposed(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q.T + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k.T + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v.T + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o.T + b_o


@misconception(
    "multi_head",
    """You transposed the last matrix. It is square, so no shape complains, but each
    head then meets the weights of other features. Reread section 5.4, equation
    (5.4).""",
)
def last_matrix_transposed(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o.T + b_o


@misconception(
    "multi_head",
    """You took the keys for the values. A key is what a token is found by, a value
    is what it gives, and each has its own matrix. Reread the end of section 5.1, and
    the code in section 5.4.""",
)
def keys_taken_for_values(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You made the keys with the matrix of the queries. What a token asks and what
    it is found by are then the same thing. Reread the end of section 5.1, and the
    code in section 5.4: there are four matrices.""",
)
def queries_and_keys_share_a_matrix(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_q + b_q).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = (memory @ W_v + b_v).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You took the mean of the tokens themselves. A token gives its value, which its
    own matrix and bias make. Reread the end of section 5.1, and the code in section
    5.4.""",
)
def values_not_projected(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, heads, d_head).transpose(0, 2, 1, 3)
    k = (memory @ W_k + b_k).reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    v = memory.reshape(B, -1, heads, d_head).transpose(0, 2, 1, 3)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(B, T, d) @ W_o + b_o


@misconception(
    "multi_head",
    """You dealt the features out to the heads one by one, and gathered them in the
    same way. A head's features are neighbours, a slice of the columns; given weights
    work with no other order. Reread section 5.4, below equation (5.4).""",
)
def heads_dealt_out(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    B, T, d = x.shape
    d_head = d // heads
    q = (x @ W_q + b_q).reshape(B, T, d_head, heads).transpose(0, 3, 1, 2)
    k = (memory @ W_k + b_k).reshape(B, -1, d_head, heads).transpose(0, 3, 1, 2)
    v = (memory @ W_v + b_v).reshape(B, -1, d_head, heads).transpose(0, 3, 1, 2)
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d_head)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = e / e.sum(axis=-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 3, 1).reshape(B, T, d) @ W_o + b_o


equivalent(
    "multi_head",
    "k = split(memory @ W_k + b_k): 'memory @ W_k + b_k' -> 'memory @ W_k'",
    "the keys' bias adds the same number to all scores of a query; no weight changes",
)
equivalent(
    "multi_head",
    "k = split(memory @ W_k + b_k): 'memory @ W_k + b_k' -> 'memory @ W_k - b_k'",
    "the keys' bias adds the same number to all scores of a query; no weight changes",
)


# --- 8. Sinusoids ------------------------------------------------------------------


@inputs("sinusoids")
def sinusoid_inputs(rng):
    return int(rng.integers(5, 9)), 2 * int(rng.integers(5, 8))


@misconception(
    "sinusoids",
    """Your exponents are half as large as they should be: you probably used the
    number of the pair in the place of the number of its first feature. The
    frequencies then fall only to a hundredth. Reread section 5.6, equation (5.9),
    and mind the 2.""",
)
def exponent_without_the_two(T, d):
    theta = 10_000.0 ** (-np.arange(d // 2) / d)
    angles = np.arange(T)[:, None] * theta
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d)


@misconception(
    "sinusoids",
    """Your exponents are twice as large as they should be: you probably counted the
    even features and then doubled once more. Reread section 5.6, equation (5.9):
    which numbers does the exponent run through?""",
)
def exponent_doubled_twice(T, d):
    theta = 10_000.0 ** (-2 * np.arange(0, d, 2) / d)
    angles = np.arange(T)[:, None] * theta
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d)


@misconception(
    "sinusoids",
    """Each of your features has a frequency of its own. A sine and its cosine belong
    together: only as a pair with one frequency are they turned by a shift. Reread
    section 5.6, equation (5.9), and see which features share a frequency.""",
)
def own_frequency_for_the_cosine(T, d):
    k = np.arange(d)
    angles = np.arange(T)[:, None] * 10_000.0 ** (-k / d)
    return np.where(k % 2 == 0, np.sin(angles), np.cos(angles))


@misconception(
    "sinusoids",
    """Your sines fill the left half of a row and your cosines the right half. Some
    programs do that, and a model can learn with it; but in section 5.6, equation
    (5.9), sine and cosine take turns.""",
)
def sines_left_cosines_right(T, d):
    angles = np.arange(T)[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)


@misconception(
    "sinusoids",
    """Your cosines stand before your sines. At place 0 a row should begin with a 0
    and go on with a 1. Reread section 5.6, equation (5.9), for what the even
    features hold.""",
)
def cosines_first(T, d):
    angles = np.arange(T)[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(T, d)


@misconception(
    "sinusoids",
    """Your first row is that of place 1. The task counts places from 0, where all
    sines are 0 and all cosines 1. Look at the first row of the example, and at
    equation (5.9) in section 5.6.""",
)
def first_place_is_one(T, d):
    angles = np.arange(1, T + 1)[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d)


@misconception(
    "sinusoids",
    """Your frequencies grow from pair to pair, up to thousands. They should fall:
    the first features change at every step, the last ones hardly. Reread section
    5.6, equation (5.9), and mind the sign of the exponent.""",
)
def frequencies_grow(T, d):
    angles = np.arange(T)[:, None] * 10_000.0 ** (np.arange(0, d, 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d)


@misconception(
    "sinusoids",
    """All your features are sines. A sine alone cannot tell where on its wave it is,
    up or down; with the cosine beside it, a shift is a rotation. Reread section 5.6,
    equations (5.9) and (5.10).""",
)
def sines_only(T, d):
    theta = np.repeat(10_000.0 ** (-np.arange(0, d, 2) / d), 2)
    return np.sin(np.arange(T)[:, None] * theta)


@misconception(
    "sinusoids",
    """You divided the places by the number of tokens. The row of a place would then
    change with the length of the sequence, and a distance would mean something else
    each time. Reread section 5.6, equation (5.9): what stands beside the frequency?""",
)
def places_divided_by_the_length(T, d):
    angles = np.arange(T)[:, None] / T * 10_000.0 ** (-np.arange(0, d, 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d)


@misconception(
    "sinusoids",
    """Your places are columns. In this book a token is a row, and so is what is
    added to it. Reread section 5.6, equation (5.9): the first index is the place.""",
)
def places_in_columns(T, d):
    angles = np.arange(T)[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d).T


@misconception(
    "sinusoids",
    """You turned the angles from degrees into radians. They are radians already, so
    your rows change almost 60 times too slowly. Look at the example, and at equation
    (5.9) in section 5.6.""",
)
def angles_taken_for_degrees(T, d):
    angles = np.arange(T)[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    angles = np.deg2rad(angles)
    return np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(T, d)


# --- 9. Rotary positions -----------------------------------------------------------


@inputs("rotate")
def rotate_inputs(rng):
    return rng.normal(size=(2, 5, 8)), 3 + rng.permutation(20)[:5]


@misconception(
    "rotate",
    """You paired each feature of the first half with one of the second half. Some
    models do so, and weights trained one way are useless the other way. The task and
    section 5.6 pair neighbours.""",
)
def halves_paired(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    left, right = x[..., : d // 2], x[..., d // 2 :]
    return np.concatenate(
        [
            left * np.cos(angle) - right * np.sin(angle),
            left * np.sin(angle) + right * np.cos(angle),
        ],
        axis=-1,
    )


@misconception(
    "rotate",
    """You turned neighbours, as asked, but then put all first ones to the left and
    all second ones to the right. Each new feature belongs where its old one stood.
    Reread section 5.6 and the last line of the function there.""",
)
def pairs_torn_apart(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    even, odd = x[..., ::2], x[..., 1::2]
    return np.concatenate(
        [
            even * np.cos(angle) - odd * np.sin(angle),
            even * np.sin(angle) + odd * np.cos(angle),
        ],
        axis=-1,
    )


@misconception(
    "rotate",
    """You turned the other way: your signs are exchanged. If queries and keys both
    turn that way the scores are the same, but the task fixes one direction. Compare
    the signs with its formula and with the function in section 5.6.""",
)
def turned_the_other_way(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    turned = np.empty(x.shape)
    even, odd = x[..., ::2], x[..., 1::2]
    turned[..., ::2] = even * np.cos(angle) + odd * np.sin(angle)
    turned[..., 1::2] = odd * np.cos(angle) - even * np.sin(angle)
    return turned


@misconception(
    "rotate",
    """You changed the first feature of a pair and then used the new one to make the
    second. Both need the two old features. Keep the old ones until both are made,
    and compare with section 5.6, equation (5.11): a rotation changes no length.""",
)
def old_feature_overwritten(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    turned = x.copy()
    even, odd = turned[..., ::2], turned[..., 1::2]
    even[...] = even * np.cos(angle) - odd * np.sin(angle)
    odd[...] = even * np.sin(angle) + odd * np.cos(angle)
    return turned


@misconception(
    "rotate",
    """Both of your lines have the sine with a plus. That is no rotation: it changes
    the length of a pair, and the score of two tokens no longer depends on their
    distance alone. Reread section 5.6, equations (5.10) and (5.11), and look for the
    minus.""",
)
def minus_forgotten(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    turned = np.empty(x.shape)
    even, odd = x[..., ::2], x[..., 1::2]
    turned[..., ::2] = even * np.cos(angle) + odd * np.sin(angle)
    turned[..., 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return turned


@misconception(
    "rotate",
    """All your pairs turn by the same angle. Then only distances within one turn can
    be told apart; the slow pairs are there for the long ones. Reread section 5.6,
    equation (5.9), for the frequencies.""",
)
def one_frequency_for_all_pairs(x, places):
    angle = 1.0 * places[:, None]
    turned = np.empty(x.shape)
    even, odd = x[..., ::2], x[..., 1::2]
    turned[..., ::2] = even * np.cos(angle) - odd * np.sin(angle)
    turned[..., 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return turned


@misconception(
    "rotate",
    """You turned row after row by the places 0, 1, 2 and so on, whatever places were
    given. A new token behind a long text stands at place 0 only in its array. Reread
    the task: where does it say at which place a row stands? Section 5.6 hands them
    over, too.""",
)
def places_counted_anew(x, places):
    T, d = x.shape[-2:]
    angle = np.arange(T)[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    turned = np.empty(x.shape)
    even, odd = x[..., ::2], x[..., 1::2]
    turned[..., ::2] = even * np.cos(angle) - odd * np.sin(angle)
    turned[..., 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return turned


@misconception(
    "rotate",
    """You added sines and cosines to the rows. That is the other way to give tokens
    a place, and with it the scores contain the places themselves. Reread section
    5.6: rotary positions turn, they do not add.""",
)
def sinusoids_added(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    rows = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return x + rows.reshape(len(places), d)


@misconception(
    "rotate",
    """You multiplied one feature of a pair by the cosine and the other by the sine.
    That stretches them, it does not turn them: in a rotation each new feature has a
    part of both old ones. Reread section 5.6, equation (5.10), for the matrix of a
    rotation.""",
)
def multiplied_without_mixing(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)
    turned = np.empty(x.shape)
    turned[..., ::2] = x[..., ::2] * np.cos(angle)
    turned[..., 1::2] = x[..., 1::2] * np.sin(angle)
    return turned


@misconception(
    "rotate",
    """Your exponents are half as large as they should be: you probably used the
    number of the pair in the place of the number of its first feature. Reread
    section 5.6, equation (5.9), and mind the 2.""",
)
def pair_number_in_the_exponent(x, places):
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(d // 2) / d)
    turned = np.empty(x.shape)
    even, odd = x[..., ::2], x[..., 1::2]
    turned[..., ::2] = even * np.cos(angle) - odd * np.sin(angle)
    turned[..., 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return turned


@misconception(
    "rotate",
    """Your places are one too large: you probably counted them from 1. They are
    given as they are meant, and a row at place 0 is not turned at all. Look at the
    example, and at section 5.6.""",
)
def one_place_too_far(x, places):
    d = x.shape[-1]
    angle = (places[:, None] + 1) * 10_000.0 ** (-np.arange(0, d, 2) / d)
    turned = np.empty(x.shape)
    even, odd = x[..., ::2], x[..., 1::2]
    turned[..., ::2] = even * np.cos(angle) - odd * np.sin(angle)
    turned[..., 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return turned


# --- 10. Layer norm ----------------------------------------------------------------


@inputs("layer_norm")
def norm_inputs(rng):
    """One token is so small that the constant under the root is most of the root."""
    x, w, b = arrays(rng, (3, 5, 4), (4,), (4,))
    x = 2 * x + 1
    x[0, 0] /= 1e3
    return x, w, b


@misconception(
    "layer_norm",
    """Your constant under the root is missing. A token with equal features then
    gives 0/0, which is not a number, and a tiny one is blown up. Reread section 5.5,
    equation (5.6).""",
)
def constant_forgotten(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        return w * centred / x.std(axis=-1, keepdims=True) + b


@misconception(
    "layer_norm",
    """You added the constant to the standard deviation. It belongs to the variance,
    under the root; for small tokens that makes a difference. Reread section 5.5,
    equation (5.6).""",
)
def constant_outside_the_root(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return w * centred / (x.std(axis=-1, keepdims=True) + 1e-5) + b


@misconception(
    "layer_norm",
    """You divided by the variance: the root is missing. Tokens of different sizes
    are then not brought to a common one. Reread section 5.5, equation (5.6).""",
)
def divided_by_the_variance(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return w * centred / (x.var(axis=-1, keepdims=True) + 1e-5) + b


@misconception(
    "layer_norm",
    """Your variance divides by one less than the number of features. That is the
    estimate for a sample; here all features of the token are there, and equation
    (5.6) in section 5.5 takes their plain mean. Torch's own variance has this trap.""",
)
def divided_by_one_less(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(x.var(axis=-1, ddof=1, keepdims=True) + 1e-5)
    return w * centred / spread + b


@misconception(
    "layer_norm",
    """You divided by the standard deviation, but did not subtract the mean before. A
    token's common level is then still there. Reread section 5.5, equation (5.6), and
    look at what stands above the line.""",
)
def mean_not_subtracted(x, w, b):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return w * x / spread + b


@misconception(
    "layer_norm",
    """You divided by the root of the mean square and subtracted no mean. That is
    another norm, which some later models use. Reread section 5.5, equation (5.6):
    this one measures from the mean.""",
)
def root_mean_square(x, w, b):
    return w * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + 1e-5) + b


@misconception(
    "layer_norm",
    """You took mean and variance over all tokens, one pair for each feature. That is
    batch norm: a token's result then depends on the other tokens, padding included.
    Reread section 5.5, below equation (5.6): what does layer norm look at?""",
)
def normed_over_the_batch(x, w, b):
    axes = tuple(range(x.ndim - 1))
    centred = x - x.mean(axis=axes, keepdims=True)
    return w * centred / np.sqrt(x.var(axis=axes, keepdims=True) + 1e-5) + b


@misconception(
    "layer_norm",
    """You took mean and variance over the steps of a sequence. Then a token's result
    depends on the tokens after it, and on padding. Reread section 5.5, below
    equation (5.6): it looks at one token alone.""",
)
def normed_over_the_steps(x, w, b):
    centred = x - x.mean(axis=-2, keepdims=True)
    return w * centred / np.sqrt(x.var(axis=-2, keepdims=True) + 1e-5) + b


@misconception(
    "layer_norm",
    """You took one mean and one variance of the whole array. Each token has its own.
    Reread section 5.5, below equation (5.6): it looks at one token alone.""",
)
def one_norm_for_all_tokens(x, w, b):
    return w * (x - x.mean()) / np.sqrt(x.var() + 1e-5) + b


@misconception(
    "layer_norm",
    """You probably left out the gain. Without it all features of all tokens have the
    same size, and the model cannot choose another. Reread section 5.5, equation
    (5.6).""",
)
def gain_forgotten(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) + b


@misconception(
    "layer_norm",
    """You probably left out the bias. Then each feature stays centred around 0.
    Reread section 5.5, equation (5.6), to its end.""",
)
def bias_forgotten(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return w * centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)


@misconception(
    "layer_norm",
    """You added the bias first and multiplied by the gain then. The gain would scale
    the bias as well. Reread section 5.5, equation (5.6): first scale, then shift.""",
)
def shifted_before_scaled(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return w * (centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) + b)


@misconception(
    "layer_norm",
    """Gain and bias have changed places in your result. The gain multiplies, the
    bias is added. Reread section 5.5, equation (5.6), for which letter is which.""",
)
def gain_and_bias_swapped(x, w, b):
    centred = x - x.mean(axis=-1, keepdims=True)
    return b * centred / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5) + w


# --- 11. Layer norm, backward ------------------------------------------------------


@inputs("layer_norm_backward")
def norm_backward_inputs(rng):
    """One token is so small that the constant under the root is most of the root."""
    dy, x, w = arrays(rng, (3, 5, 4), (3, 5, 4), (4,))
    x = 2 * x + 1
    x[0, 0] /= 1e3
    return dy, x, w


@misconception(
    "layer_norm_backward",
    """Your dx lacks its last term. You probably took the standard deviation for a
    constant, but each feature also acts through it: stretching a token changes
    nothing, so no gradient may ask for it. Reread section 5.5, equation (5.7).""",
)
def spread_taken_as_constant(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    dx = (dhat - common) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dx lacks its middle term. You probably took the mean for a constant, but
    each feature also acts through it: moving all features up together changes
    nothing, so no gradient may ask for it. Reread section 5.5, equation (5.7).""",
)
def mean_taken_as_constant(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dx is the gradient divided by the standard deviation, as if mean and
    standard deviation were constants. Each feature acts in three ways, and two are
    missing. Reread section 5.5 from the words 'three ways' to equation (5.7).""",
)
def scaled_only(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    dx = dhat / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dx lacks the gain. On its way back the gradient passes the gain first,
    and is multiplied by it feature by feature. Reread section 5.5, above equation
    (5.7): which of the two gradients stands in it?""",
)
def gain_forgotten_on_the_way(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """You took sums over the features where equation (5.7) in section 5.5 has means.
    The mean of a token depends on each feature by one part in all of them, and so do
    both terms. Check the sum of dx over a token's features.""",
)
def sums_for_means(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.sum(axis=-1, keepdims=True)
    along = hat * (dhat * hat).sum(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dw multiplies by the token as it came in. The gain multiplies the
    normalised token, so that is what its gradient needs. Reread section 5.5, above
    equation (5.7), where gain and bias are called easy.""",
)
def gain_from_the_raw_token(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * x).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dw contains the gain itself. It multiplies the gradient on the way to the
    token, not on the way to the gain. Reread section 5.5, above equation (5.7):
    there are two gradients to choose from.""",
)
def gain_in_its_own_gradient(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dhat * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your db contains the gain. The bias is added after the gain, so the gradient
    reaches it unchanged. Reread section 5.5, above equation (5.7), and equation
    (5.6) for the order.""",
)
def gain_in_the_bias(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dhat.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dw and db are means over the tokens. One gain serves all tokens, and what
    they ask of it adds up. Reread section 5.5, above equation (5.7).""",
)
def means_over_tokens_for_the_weights(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).mean(axis=(0, 1)), dy.mean(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dx is not divided by the standard deviation. Going forward the token was
    divided by it; going backward the gradient is, too. Reread section 5.5, equation
    (5.7), and look in front of the bracket.""",
)
def not_divided_by_the_spread(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = dhat - common - along
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """You multiplied by the standard deviation where equation (5.7), section 5.5,
    divides. Backward does not undo forward: a factor of the forward pass is the same
    factor on the way back.""",
)
def multiplied_by_the_spread(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) * spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """The last term of your dx has the wrong sign. You push along the token where
    that direction is to be taken out. Reread section 5.5, equation (5.7), and check
    the sum that the task's hint names.""",
)
def last_term_added(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common + along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """You left out the constant under the root when you computed the standard
    deviation again. For a small token it is most of the root. Reread section 5.5,
    equation (5.6).""",
)
def constant_forgotten_on_the_way(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True))
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your two means run over the tokens. Layer norm looks at one token alone, so a
    gradient cannot pass from one to the other. Reread section 5.5, equation (5.7),
    and the words below it.""",
)
def means_over_the_tokens(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=(0, 1), keepdims=True)
    along = hat * (dhat * hat).mean(axis=(0, 1), keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


@misconception(
    "layer_norm_backward",
    """Your dw and db have a row for each sequence. One gain and one bias serve all
    tokens of all sequences, so the sums run over both axes. Reread section 5.5,
    above equation (5.7).""",
)
def weights_for_each_sequence(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=1), dy.sum(axis=1)


@misconception(
    "layer_norm_backward",
    """Your last term lacks the normalised token in front of its mean. Each feature
    acts on the standard deviation as strongly as it stands out in the token. Reread
    section 5.5, equation (5.7).""",
)
def projected_without_the_token(dy, x, w):
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))


# --- 12. Feed-forward --------------------------------------------------------------


@inputs("feed_forward")
def feed_forward_inputs(rng):
    return tuple(arrays(rng, (2, 3, 4), (4, 6), (6,), (6, 4), (4,)))


@misconception(
    "feed_forward",
    """Your result is linear in the tokens: nothing cuts off below zero between the
    two matrices. Two linear layers in a row are one, and the wide middle would be
    for nothing. Reread section 5.5, equation (5.5).""",
)
def linear_all_the_way(x, W_1, b_1, W_2, b_2):
    return x @ W_1 @ W_2 + b_1 @ W_2 + b_2


@misconception(
    "feed_forward",
    """You took the maximum with zero at the end. Then the part could only ever add
    to a token's features, and between the two matrices nothing bends. Reread section
    5.5, equation (5.5), for where the maximum stands.""",
)
def cut_off_at_the_end(x, W_1, b_1, W_2, b_2):
    return np.maximum(0, (x @ W_1 + b_1) @ W_2 + b_2)


@misconception(
    "feed_forward",
    """You took the maximum with zero twice, also at the end. Then the part could
    only add to a token's features, never take away. Reread section 5.5, equation
    (5.5): it stands there once.""",
)
def cut_off_twice(x, W_1, b_1, W_2, b_2):
    return np.maximum(0, np.maximum(0, x @ W_1 + b_1) @ W_2 + b_2)


@misconception(
    "feed_forward",
    """You took the maximum with zero of the token itself. Half of what it says is
    lost before the first matrix sees it. Reread section 5.5, equation (5.5), for
    what stands in the maximum.""",
)
def cut_off_before_the_first_matrix(x, W_1, b_1, W_2, b_2):
    return (np.maximum(0, x) @ W_1 + b_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """You added the first bias after the maximum with zero. It is there to choose
    the point where a unit switches on, so it has to come before. Reread section 5.5,
    equation (5.5).""",
)
def bias_after_the_cut(x, W_1, b_1, W_2, b_2):
    return (np.maximum(0, x @ W_1) + b_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """You probably left out the first bias. All units then switch on at zero. Reread
    section 5.5, equation (5.5), and count its terms.""",
)
def first_bias_forgotten(x, W_1, b_1, W_2, b_2):
    return np.maximum(0, x @ W_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """You probably left out the second bias. A unit that is cut off to zero adds
    nothing, so without it a token for which all are cut off could not be changed at
    all. Reread section 5.5, equation (5.5), to its end.""",
)
def second_bias_forgotten(x, W_1, b_1, W_2, b_2):
    return np.maximum(0, x @ W_1 + b_1) @ W_2


@misconception(
    "feed_forward",
    """You kept what is below zero and cut off what is above. That is a minimum.
    Reread section 5.5, equation (5.5), and work through the example once.""",
)
def minimum_for_maximum(x, W_1, b_1, W_2, b_2):
    return np.minimum(0, x @ W_1 + b_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """You turned negative entries into positive ones. They should become zero: a
    unit is either on or off. Reread section 5.5, equation (5.5).""",
)
def absolute_values(x, W_1, b_1, W_2, b_2):
    return np.abs(x @ W_1 + b_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """You put tanh between the matrices, as in a recurrent step. This part has
    another function, which does not saturate. Reread section 5.5, equation (5.5).""",
)
def squashed_with_tanh(x, W_1, b_1, W_2, b_2):
    return np.tanh(x @ W_1 + b_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """You added the token itself to the result. The path around the part does that,
    but it is no piece of the part. Reread section 5.5, equation (5.5), and the
    passage on paths below it.""",
)
def token_added(x, W_1, b_1, W_2, b_2):
    return x + np.maximum(0, x @ W_1 + b_1) @ W_2 + b_2


@misconception(
    "feed_forward",
    """Your middle holds ones and zeros: whether an entry is above zero. What is
    above zero should pass as it is. Reread section 5.5, equation (5.5).""",
)
def units_switched_only(x, W_1, b_1, W_2, b_2):
    return (x @ W_1 + b_1 > 0) @ W_2 + b_2


@misconception(
    "feed_forward",
    """A part of your negative entries comes through. Some networks do that; here
    what is below zero becomes zero. Reread section 5.5, equation (5.5).""",
)
def leaky(x, W_1, b_1, W_2, b_2):
    wide = x @ W_1 + b_1
    return np.maximum(0.01 * wide, wide) @ W_2 + b_2


# --- What the blocks are given ----------------------------------------------------


def given_attention(p, x, memory, mask, heads):
    """Multi-head attention: x (B, T, d) looks into memory (B, S, d) -> (B, T, d)."""
    p = {name: torch.as_tensor(a, dtype=torch.float64) for name, a in p.items()}
    rows = (torch.as_tensor(a, dtype=torch.float64) for a in (x, memory, memory))
    q, k, v = (a.transpose(0, 1) for a in rows)  # torch wants (T, B, d)
    hidden = ~np.broadcast_to(mask, (q.shape[1], len(q), len(k))).astype(bool)
    y, _ = torch.nn.functional.multi_head_attention_forward(
        *(q, k, v, q.shape[2], heads),
        torch.cat([p["W_q"], p["W_k"], p["W_v"]], dim=1).T,
        torch.cat([p["b_q"], p["b_k"], p["b_v"]]),
        *(None, None, False, 0.0, p["W_o"].T, p["b_o"]),
        attn_mask=torch.as_tensor(hidden).repeat_interleave(heads, dim=0),
        need_weights=False,
    )
    return y.transpose(0, 1).numpy()


def given_norm(p, x):
    """Layer norm over the last axis: x (..., d) -> (..., d)."""
    w, b, x = (torch.as_tensor(a, dtype=torch.float64) for a in (p["w"], p["b"], x))
    return torch.nn.functional.layer_norm(x, x.shape[-1:], w, b).numpy()


def attention_weights(rng, d, size=0.6):
    """The dict that given_attention wants."""
    matrices = {f"W_{name}": size * rng.normal(size=(d, d)) for name in "qkvo"}
    return matrices | {f"b_{name}": size * rng.normal(size=d) for name in "qkvo"}


def block_weights(rng, d, d_ff, attentions):
    """The weights of a block: its attentions, by name, and the feed-forward part."""
    p = {name: attention_weights(rng, d) for name in attentions}
    for part in range(1, len(attentions) + 2):
        p[f"norm_{part}"] = {"w": rng.normal(size=d), "b": rng.normal(size=d)}
    p |= {"W_1": rng.normal(size=(d, d_ff)), "b_1": rng.normal(size=d_ff)}
    return p | {"W_2": rng.normal(size=(d_ff, d)), "b_2": rng.normal(size=d)}


def some_visible(rng, *shape):
    """A mask with about half of its places true, and one at least in each row."""
    mask = rng.random(shape) < 0.5
    first = np.arange(shape[-1]) == rng.integers(shape[-1], size=(*shape[:-1], 1))
    return mask | first


# --- 13. A block of the encoder ----------------------------------------------------


@inputs("encoder_block")
def encoder_inputs(rng):
    x = 1.5 * rng.normal(size=(2, 5, 6)) + 0.5
    p = block_weights(rng, 6, 4, ["attention"])
    return x, some_visible(rng, 2, 5, 5), p, 3, bool(rng.random() < 0.5)


@misconception(
    "encoder_block",
    """You probably took pre-norm for post-norm. The name says where the norm stands:
    before the part, on what the part is given, or after the sum. Reread section 5.5,
    equation (5.8).""",
)
def pre_and_post_swapped(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = given_norm(norm, x + part(x)) if pre_norm else x + part(given_norm(norm, x))
    return x


@misconception(
    "encoder_block",
    """Your block has no path around its parts: what a part makes replaces what it was
    given. A stack of such blocks multiplies a factor for each layer into the gradient.
    Reread section 5.5 on a path around each part, and equation (5.8).""",
)
def no_path(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = part(given_norm(norm, x)) if pre_norm else given_norm(norm, part(x))
    return x


@misconception(
    "encoder_block",
    """With pre-norm you probably added what a part makes to the normed token. The norm
    then stands on the path itself, which was to stay free of it. Reread section 5.5,
    equation (5.8), and see which x is outside of the part.""",
)
def norm_on_the_path(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        if pre_norm:
            z = given_norm(norm, x)
            x = z + part(z)
        else:
            x = given_norm(norm, x + part(x))
    return x


@misconception(
    "encoder_block",
    """With post-norm you probably normed what the part makes and added it afterwards.
    The norm of equation (5.8) holds the sum, so that the sums of many layers cannot
    grow. Reread section 5.5, equation (5.8).""",
)
def norm_of_the_part_alone(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else x + given_norm(norm, part(x))
    return x


@misconception(
    "encoder_block",
    """You probably used the first norm for both parts. Each part has a norm with a gain
    and a bias of its own. Reread the keys in the task, and the class of the encoder's
    layer in section 5.5.""",
)
def one_norm_for_both(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part in (attend, feed):
        if pre_norm:
            x = x + part(given_norm(p["norm_1"], x))
        else:
            x = given_norm(p["norm_1"], x + part(x))
    return x


@misconception(
    "encoder_block",
    """With pre-norm your queries come from the normed tokens, but keys and values from
    the tokens as they were. In self-attention all three come from the same thing, and
    that is what the part is given. Reread section 5.5, equation (5.8).""",
)
def only_queries_normed(x, mask, p, heads, pre_norm):
    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    a = p["attention"]
    if pre_norm:
        z = given_norm(p["norm_1"], x)
        x = x + given_attention(a, z, x, mask, heads)
        return x + feed(given_norm(p["norm_2"], x))
    x = given_norm(p["norm_1"], x + given_attention(a, x, x, mask, heads))
    return given_norm(p["norm_2"], x + feed(x))


@misconception(
    "encoder_block",
    """Your feed-forward part looks linear. Without the largest of zero and the first
    layer's result, two matrices are no more than one. Reread section 5.5, equation
    (5.5).""",
)
def no_relu(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return (z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else given_norm(norm, x + part(x))
    return x


@misconception(
    "encoder_block",
    """You probably cut off the negative numbers at the end of the feed-forward part
    instead of between its two layers. Then the change that it adds could never be
    negative. Reread section 5.5, equation (5.5).""",
)
def relu_at_the_end(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, (z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"])

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else given_norm(norm, x + part(x))
    return x


@misconception(
    "encoder_block",
    """Your feed-forward part seems to come first. A block lets the tokens look at each
    other, and then works on each token alone. Reread section 5.5, and look at the order
    of the two parts in the encoder's layer.""",
)
def feed_forward_first(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(feed, p["norm_2"]), (attend, p["norm_1"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else given_norm(norm, x + part(x))
    return x


@misconception(
    "encoder_block",
    """Both of your parts read the block's input. The feed-forward part is to work on
    what attention has brought together: its x is the first part's result. Reread
    section 5.5, equation (5.8), where the arrow gives x a new value.""",
)
def both_parts_read_the_input(x, mask, p, heads, pre_norm):
    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    a = p["attention"]
    if pre_norm:
        z = given_norm(p["norm_1"], x)
        y = x + given_attention(a, z, z, mask, heads)
        return y + feed(given_norm(p["norm_2"], x))
    y = given_norm(p["norm_1"], x + given_attention(a, x, x, mask, heads))
    return given_norm(p["norm_2"], y + feed(x))


@misconception(
    "encoder_block",
    """Your second path begins at the block's input and goes around attention, too. What
    attention added is then lost from the path. Reread section 5.5, equation (5.8): the
    second path begins where the first part ended.""",
)
def second_path_from_the_input(x, mask, p, heads, pre_norm):
    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    a = p["attention"]
    if pre_norm:
        z = given_norm(p["norm_1"], x)
        y = x + given_attention(a, z, z, mask, heads)
        return x + feed(given_norm(p["norm_2"], y))
    y = given_norm(p["norm_1"], x + given_attention(a, x, x, mask, heads))
    return given_norm(p["norm_2"], x + feed(y))


@misconception(
    "encoder_block",
    """Your block norms before each part whatever the last argument says. Both places of
    the norm are asked for. Reread section 5.5, equation (5.8).""",
)
def always_pre(x, mask, p, heads, pre_norm):
    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, mask, heads)
    return x + feed(given_norm(p["norm_2"], x))


@misconception(
    "encoder_block",
    """Your block norms after each part whatever the last argument says. Both places of
    the norm are asked for. Reread section 5.5, equation (5.8).""",
)
def always_post(x, mask, p, heads, pre_norm):
    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    attended = given_attention(p["attention"], x, x, mask, heads)
    x = given_norm(p["norm_1"], x + attended)
    return given_norm(p["norm_2"], x + feed(x))


@misconception(
    "encoder_block",
    """With pre-norm you probably normed the result of the block once more. That last
    norm stands once, behind a whole stack, and belongs to the stack. Reread the task,
    and section 5.5 around equation (5.8).""",
)
def one_more_norm_at_the_end(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else given_norm(norm, x + part(x))
    return given_norm(p["norm_2"], x) if pre_norm else x


@misconception(
    "encoder_block",
    """In your block every token sees every other one. The mask says where a query may
    look, and attention has to get it. Reread section 5.3, and the shapes of the
    task.""",
)
def everything_visible(x, mask, p, heads, pre_norm):
    def attend(z):
        return given_attention(p["attention"], z, z, np.ones_like(mask), heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else given_norm(norm, x + part(x))
    return x


# --- 14. A block of the decoder ----------------------------------------------------


@inputs("decoder_block")
def decoder_inputs(rng):
    x = 1.5 * rng.normal(size=(3, 5, 6)) + 0.5
    memory = 1.5 * rng.normal(size=(3, 4, 6)) - 0.5
    p = block_weights(rng, 6, 7, ["attention", "cross"])
    return x, memory, some_visible(rng, 3, 4), p, 2


equivalent(
    "decoder_block",
    "past = np.tri(x.shape[1], dtype=bool)[None]: "
    "'np.tri(x.shape[1], dtype=bool)' -> 'np.tri(x.shape[1])'",
    "ones and zeros are a mask like true and false for the given attention",
)


@misconception(
    "decoder_block",
    """In your self-attention every token sees the whole target. A decoder that sees the
    token it is to predict learns to copy it. Reread section 5.3 for the mask, and
    section 5.7 for where it stands.""",
)
def future_visible(x, memory, real, p, heads):
    everywhere = np.ones((1, x.shape[1], x.shape[1]), dtype=bool)
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, everywhere, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your causal mask is off by one: each token sees one token of the future. Such a
    mask leaks just what the model is to predict. Reread section 5.3, where the mask is
    true on the diagonal and below it.""",
)
def one_token_too_many(x, memory, real, p, heads):
    past = np.tri(x.shape[1], k=1, dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your causal mask is the wrong way round: each token sees itself and the future.
    Queries are the rows of a mask, and keys its columns. Reread section 5.3.""",
)
def mask_transposed(x, memory, real, p, heads):
    future = np.tri(x.shape[1], dtype=bool).T[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, future, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your cross-attention looks at the padding of the source. Padding means nothing,
    and a translation must not depend on how much of it there is. Reread section 5.3 on
    padding, and section 5.7 on how the target asks the source.""",
)
def source_padding_visible(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    everywhere = np.ones((1, 1, memory.shape[1]), dtype=bool)
    x = x + given_attention(p["cross"], z, memory, everywhere, heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """You probably took the source's mask for its opposite: your cross-attention sees
    what is padding and not what is real. In this course a mask is true where a query
    may look. Reread section 5.3.""",
)
def source_mask_inverted(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, ~real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """You probably normed the memory, too. It is the encoder's output and had its norm
    at the end of the encoder; the norm here is for the queries. Reread section 5.7, and
    what the decoder's layer does with the memory.""",
)
def memory_normed(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z, m = given_norm(p["norm_2"], x), given_norm(p["norm_2"], memory)
    x = x + given_attention(p["cross"], z, m, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """The queries of your cross-attention come from tokens that were not normed. The
    norm stands before every part, and the path goes around both. Reread section 5.5,
    equation (5.8).""",
)
def cross_queries_not_normed(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    x = x + given_attention(p["cross"], x, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your block asks the source before the tokens of the target have looked at each
    other. The order is self-attention, cross-attention, feed-forward. Reread section
    5.7, with its figure of both layers.""",
)
def cross_attention_first(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """There is no path around your cross-attention: what it brings from the source
    replaces what the target knew. Reread section 5.5 on a path around each part; a
    decoder's block has three of them, section 5.7.""",
)
def no_path_around_cross_attention(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    x = given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """You probably used the weights of self-attention for cross-attention, too. They
    are two parts with weights of their own. Reread the keys in the task, and the
    decoder's layer in section 5.7.""",
)
def one_attention_for_both(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["attention"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your norms stand after the parts. This block is asked for with pre-norm, so that
    the path from its input to its output stays free. Reread section 5.5, equation
    (5.8).""",
)
def post_norm(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    x = x + given_attention(p["attention"], x, x, past, heads)
    x = given_norm(p["norm_1"], x)
    x = x + given_attention(p["cross"], x, memory, real[:, None], heads)
    x = given_norm(p["norm_2"], x)
    x = x + np.maximum(0, x @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]
    return given_norm(p["norm_3"], x)


@misconception(
    "decoder_block",
    """You probably added what each part makes to the normed tokens. The norm then
    stands on the path itself, which was to stay free of it. Reread section 5.5,
    equation (5.8).""",
)
def norms_on_the_path(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    z = given_norm(p["norm_2"], z + given_attention(p["attention"], z, z, past, heads))
    z = z + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], z)
    return z + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your feed-forward part looks linear. Without the largest of zero and the first
    layer's result, two matrices are no more than one. Reread section 5.5, equation
    (5.5).""",
)
def decoder_without_relu(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + (z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


@misconception(
    "decoder_block",
    """Your cross-attention asks with what the block was given, not with what
    self-attention made of it. Each part works on the result of the part before. Reread
    section 5.7, with its figure of both layers.""",
)
def cross_attention_asks_with_the_input(x, memory, real, p, heads):
    past = np.tri(x.shape[1], dtype=bool)[None]
    z = given_norm(p["norm_1"], x)
    y = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    y = y + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], y)
    return y + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]


# --- 15. Label smoothing -----------------------------------------------------------


@inputs("smoothed_cross_entropy")
def smoothing_inputs(rng):
    y = 1.5 * rng.normal(size=(3, 4, 5))
    y[1, 1] += 2000  # overflows without a maximum
    y[0, 0, 3] = -2000  # a probability that rounds to 0
    mask = rng.random((3, 4)) < 0.5
    mask[0, 0], mask[1, 1], mask[2, 2] = True, True, False
    return y, rng.integers(5, size=(3, 4)), mask, 0.1 + 0.3 * rng.random()


@misconception(
    "smoothed_cross_entropy",
    """You probably spread the share over the other tokens only. It is spread over all
    of them, so the target itself gets a part of it back. Reread section 5.8, equation
    (5.13), and count the tokens below the share.""",
)
def spread_over_the_others(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    one = np.eye(V)[targets]
    wanted = (1 - epsilon) * one + epsilon / (V - 1) * (1 - one)
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """Your smoothed target does not sum to one. You probably gave every other token its
    part of the share, but not the target itself. Reread section 5.8, equation (5.13):
    both terms act at the target's place.""",
)
def target_without_its_part(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = np.where(np.eye(V)[targets] > 0, 1 - epsilon, epsilon / V)
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """Your smoothed target does not sum to one. You probably gave every token the whole
    share instead of its part of it. Reread section 5.8, equation (5.13), and see what
    the share is divided by.""",
)
def share_not_divided(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """You probably gave the target the small share and the rest to all tokens. The
    share is what is taken away from the target. Reread section 5.8, equation (5.13),
    and try what a share of zero gives.""",
)
def share_and_rest_swapped(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = epsilon * np.eye(V)[targets] + (1 - epsilon) / V
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """Your loss is smoothed, but your gradient is that of the plain loss. It is the
    prediction minus what was asked for, and what was asked for is smoothed. Reread
    section 5.8, equation (5.13).""",
)
def gradient_not_smoothed(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    dy = share * (np.exp(log_p) - np.eye(V)[targets])
    return -(share * wanted * log_p).sum(), dy


@misconception(
    "smoothed_cross_entropy",
    """Your gradient is smoothed, but your loss is the plain one: it looks at the
    target's probability alone. The smoothed target asks a little of every token. Reread
    section 5.8, equation (5.13), and its sum over all tokens.""",
)
def loss_not_smoothed(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    loss = -(share * np.eye(V)[targets] * log_p).sum()
    return loss, share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """Your loss is a mean, but your gradient is that of the sum. What divides the loss
    divides its gradient, too. Reread the task below equation (5.13), section 5.8.""",
)
def gradient_of_the_sum(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    m = mask[..., None]
    return -(m * wanted * log_p).sum() / mask.sum(), m * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """You probably divided by all places, padding included. A batch with more padding
    then has a smaller loss for the same predictions. Reread the task below equation
    (5.13), section 5.8, on which tokens make the mean.""",
)
def mean_over_padding(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.size
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """You probably did not use the mask: padding counts in your loss and has a
    gradient. The model would learn to predict padding. Reread the task below equation
    (5.13), section 5.8.""",
)
def mask_not_used(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = 1 / mask.size
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """Your loss leaves the padding out, but your gradient does not. What has no part in
    the loss cannot push the scores. Reread the task below equation (5.13), section
    5.8.""",
)
def gradient_at_padding(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), (np.exp(log_p) - wanted) / mask.sum()


@misconception(
    "smoothed_cross_entropy",
    """You probably smoothed the prediction instead of the target. The loss asks the
    model itself for a little doubt; it does not add the doubt to its answer. Reread
    section 5.8, equation (5.13), and see which of the two has a bar.""",
)
def prediction_smoothed(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    softer = (1 - epsilon) * p + epsilon / V
    one = np.eye(V)[targets]
    share = mask[..., None] / mask.sum()
    return -(share * one * np.log(softer)).sum(), share * (softer - one)


@misconception(
    "smoothed_cross_entropy",
    """Your gradient has the wrong sign. A score that is too large for what was asked
    for has a positive gradient, so that a step against it makes it smaller. Reread
    section 5.8, equation (5.13), and see what is taken away from what.""",
)
def target_minus_prediction(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), share * (wanted - np.exp(log_p))


@misconception(
    "smoothed_cross_entropy",
    """Your result is not a number for large scores. The exponential overflows before
    the quotient is formed. Reread the hint of the task on the logarithm that is taken
    on paper; the loss is that of section 5.8, equation (5.13).""",
)
def exponentials_overflow(y, targets, mask, epsilon):
    V = y.shape[-1]
    log_p = y - np.log(np.exp(y).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)


@misconception(
    "smoothed_cross_entropy",
    """You probably also took a mean over the vocabulary. The loss of one token is a sum
    over all tokens, weighted by the smoothed target, which sums to one already. Reread
    section 5.8, equation (5.13).""",
)
def mean_over_the_vocabulary(y, targets, mask, epsilon):
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    loss = -(share * wanted * log_p).sum() / V
    return loss, share * (np.exp(log_p) - wanted) / V


@misconception(
    "smoothed_cross_entropy",
    """Your loss is infinite where scores lie far apart: you probably took the logarithm
    of a probability that had been rounded to 0. The loss itself is finite there. Reread
    the hint of the task on the logarithm that is taken on paper; the loss is that of
    section 5.8, equation (5.13).""",
)
def logarithm_of_the_probability(y, targets, mask, epsilon):
    V = y.shape[-1]
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()
    return -(share * wanted * np.log(p)).sum(), share * (p - wanted)


# --- 16. A rate that rises first ---------------------------------------------------


@inputs("learning_rates")
def rate_inputs(rng):
    warm = int(rng.integers(5, 12))
    steps = np.array([2, warm, 3 * warm, 1, warm + 2, 2 * warm + 1])
    return steps, int(rng.integers(3, 30)), warm


@misconception(
    "learning_rates",
    """Your rate does not depend on the width of the model. In the paper a wider model
    learns with a smaller rate. Reread section 5.8, equation (5.12), and look at its
    first factor.""",
)
def width_not_used(steps, d, warm):
    return np.minimum(steps**-0.5, steps * warm**-1.5)


@misconception(
    "learning_rates",
    """Your rate grows with the width of the model. The first factor is one over a root,
    so a wider model gets a smaller rate. Reread section 5.8, equation (5.12).""",
)
def times_the_root_of_the_width(steps, d, warm):
    return d**0.5 * np.minimum(steps**-0.5, steps * warm**-1.5)


@misconception(
    "learning_rates",
    """You probably took the larger of the two terms. At the first step that is the one
    which is to come later, and the rate would begin at its top. Reread section 5.8,
    equation (5.12), and the figure of the schedule.""",
)
def larger_of_the_two(steps, d, warm):
    return d**-0.5 * np.maximum(steps**-0.5, steps * warm**-1.5)


@misconception(
    "learning_rates",
    """Your rate stays at its top after the warm-up. In the paper it falls again, as one
    over the root of the step. Reread section 5.8, equation (5.12), and the figure of
    the schedule.""",
)
def flat_after_the_warm_up(steps, d, warm):
    return d**-0.5 * np.minimum(warm**-0.5, steps * warm**-1.5)


@misconception(
    "learning_rates",
    """Your rate only falls: the warm-up is missing. At the first steps the second term
    of the minimum is the smaller one. Reread section 5.8, equation (5.12).""",
)
def no_warm_up(steps, d, warm):
    return d**-0.5 * steps**-0.5


@misconception(
    "learning_rates",
    """Your rate only rises. After the warm-up the first term of the minimum is the
    smaller one, and the rate falls. Reread section 5.8, equation (5.12).""",
)
def no_fall(steps, d, warm):
    return d**-0.5 * steps * warm**-1.5


@misconception(
    "learning_rates",
    """Your rates are one step late: you probably added one to the steps. Here steps
    count from one already. Reread the task and section 5.8, equation (5.12).""",
)
def one_added_to_the_steps(steps, d, warm):
    return d**-0.5 * np.minimum((steps + 1) ** -0.5, (steps + 1) * warm**-1.5)


@misconception(
    "learning_rates",
    """Your two terms do not meet at the end of the warm-up. You probably have the
    warm-up under a root where it has another power. Reread section 5.8, equation
    (5.12), and put the last step of the warm-up into both terms.""",
)
def another_power_of_the_warm_up(steps, d, warm):
    return d**-0.5 * np.minimum(steps**-0.5, steps * warm**-0.5)


@misconception(
    "learning_rates",
    """You probably let the rate rise to one over the root of the width, and counted the
    fall from the end of the warm-up. In the paper the fall is measured from the first
    step, and the two terms meet at the end of the warm-up. Reread section 5.8, equation
    (5.12).""",
)
def fall_from_the_end_of_the_warm_up(steps, d, warm):
    since = np.maximum(steps - warm, 0) + 1
    return d**-0.5 * np.minimum(steps / warm, since**-0.5)


# --- 17. The best token at every step ----------------------------------------------


def log_softmax(y):
    """Logarithms of probabilities over the last axis."""
    return y - np.log(np.exp(y).sum(axis=-1, keepdims=True))


@inputs("greedy_decode")
def greedy_inputs(rng):
    log_p = log_softmax(1.5 * rng.normal(size=(9, 6, 4, 4)))
    start, end, fill = (int(k) for k in rng.permutation(4)[:3])
    return log_p, start, end, fill


@misconception(
    "greedy_decode",
    """Every step of yours asks what follows the start. Each token that is written is
    the one before the next place. Reread section 5.9, and follow the second place of
    the example.""",
)
def always_after_the_start(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        for t in range(T):
            row = log_p[b, t, start]
            tokens[b, t] = row.argmax()
            totals[b] += row.max()
            if row.argmax() == end:
                break
    return tokens, totals


@misconception(
    "greedy_decode",
    """Your sequences go on after their end. What the model would say after the end mark
    is not a part of the answer. Reread section 5.9 on what happens to a sequence that
    ends, and the task on what is filled in.""",
)
def never_stops(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, last]
            last = row.argmax()
            tokens[b, t] = last
            totals[b] += row[last]
    return tokens, totals


@misconception(
    "greedy_decode",
    """Your tokens stop at the end mark, but your totals go on. What is filled in has no
    probability of its own. Reread the task, and section 5.9.""",
)
def totals_go_on(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last, ended = start, False
        for t in range(T):
            row = log_p[b, t, last]
            last = row.argmax()
            totals[b] += row[last]
            if not ended:
                tokens[b, t] = last
            ended = ended or last == end
    return tokens, totals


@misconception(
    "greedy_decode",
    """Your totals leave the end mark out. To end is a decision of the model like any
    other, and it has its probability. Reread the task and section 5.9.""",
)
def end_not_in_the_total(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, last]
            last = row.argmax()
            tokens[b, t] = last
            if last == end:
                break
            totals[b] += row[last]
    return tokens, totals


@misconception(
    "greedy_decode",
    """Your sequences lack their end mark: you probably stopped before you wrote it. The
    end mark is the last token of a sequence. Reread the task and section 5.9.""",
)
def end_not_written(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, last]
            last = row.argmax()
            totals[b] += row[last]
            if last == end:
                break
            tokens[b, t] = last
    return tokens, totals


@misconception(
    "greedy_decode",
    """You probably read the table the wrong way round: the token before chooses a
    column instead of a row. The numbers in a row of this table belong to one
    distribution. Reread the task, and see section 5.9 for a table of the same kind.""",
)
def table_transposed(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, :, last]
            last = row.argmax()
            tokens[b, t] = last
            totals[b] += row[last]
            if last == end:
                break
    return tokens, totals


@misconception(
    "greedy_decode",
    """You probably took the table of the first place at every place. In this model each
    place has a table of its own, in the second axis. Reread the task, and compare with
    the table of section 5.9, which has one for all places.""",
)
def first_table_for_all_places(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, 0, last]
            last = row.argmax()
            tokens[b, t] = last
            totals[b] += row[last]
            if last == end:
                break
    return tokens, totals


@misconception(
    "greedy_decode",
    """Your whole batch stops when one of its sequences ends. The others are still open.
    Reread section 5.9: a sequence that ends is put aside, one by one.""",
)
def all_stop_with_the_first(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    last = np.full(B, start)
    for t in range(T):
        rows = log_p[np.arange(B), t, last]
        last = rows.argmax(axis=1)
        tokens[:, t] = last
        totals += rows.max(axis=1)
        if (last == end).any():
            break
    return tokens, totals


@misconception(
    "greedy_decode",
    """A token with the number that you fill with ends your sequences. Only the end mark
    ends a sequence; the number may also belong to a real token. Reread the task, and
    section 5.9.""",
)
def fill_ends_a_sequence(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, last]
            last = row.argmax()
            tokens[b, t] = last
            totals[b] += row[last]
            if last in (end, fill):
                break
    return tokens, totals


@misconception(
    "greedy_decode",
    """Your totals are probabilities, not their logarithms. The product of many
    probabilities rounds to zero; a sum of logarithms does not. Reread the task and
    section 5.9.""",
)
def totals_as_probabilities(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.ones(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, last]
            last = row.argmax()
            tokens[b, t] = last
            totals[b] *= np.exp(row[last])
            if last == end:
                break
    return tokens, totals


# --- 18. A beam --------------------------------------------------------------------


# With most random tables nearly all searches agree. The tables of these seeds, found by
# trying, tell each of the searches below apart from the others and from the right one.
TELLING = [589, 635, 1513, 1948, 3035, 7302, 8035, 11917, 14980]


@inputs("beam_decode")
def beam_inputs(rng):
    draw = np.random.default_rng(rng.choice(TELLING))
    scores = 1.5 * draw.normal(size=(5, 5, 5))
    scores[:, :, 1] -= draw.choice([0, 1, 2.5], size=(5, 1))
    order = rng.permutation(5)  # the same table with other names for its tokens
    log_p = log_softmax(scores)[:, order][:, :, order]
    start, end = (int(k) for k in np.argsort(order)[:2])
    return log_p, start, end, 2


GOES_ON = """a finished sequence that is extended takes places only from sequences with
    a smaller total, and those could not have won any more"""
for change in [
    "'[one for one in best if one[1][-1] != end]' -> '[one for one in best]'",
    "'-1' -> '0'",
]:
    line = "beams = [one for one in best if one[1][-1] != end]"
    equivalent("beam_decode", f"{line}: {change}", GOES_ON)


@misconception(
    "beam_decode",
    """Your search is greedy: it follows one beginning, whatever the width. A beginning
    that is only second best may go on better than the best. Reread section 5.9 on what
    a beam keeps.""",
)
def beam_of_one(log_p, start, end, width):
    tokens, total, last = [], 0.0, start
    for table in log_p:
        total += table[last].max()
        last = int(table[last].argmax())
        tokens.append(last)
        if last == end:
            break
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your beam keeps the best extensions of each beginning by itself, so it becomes
    wider at every place. All extensions of all beginnings compete for the same few
    places. Reread section 5.9 on what the width counts.""",
)
def a_width_for_each_beginning(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for table in log_p:
        best = []
        for total, tokens in beams:
            row = table[[start, *tokens][-1]]
            grown = [(total + p, [*tokens, j]) for j, p in enumerate(row)]
            best += sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams)
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your search stops at the first sequence that ends. An open beginning with a
    larger total may end later and be better. Reread section 5.9 on when nothing better
    can come from the beam.""",
)
def first_to_end_wins(log_p, start, end, width):
    beams = [(0.0, [])]
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        beams = sorted(grown, reverse=True)[:width]
        done = [one for one in beams if one[1][-1] == end]
        if done:
            return np.array(done[0][1]), done[0][0]
    return np.array(beams[0][1]), beams[0][0]


@misconception(
    "beam_decode",
    """In your beam the extensions that end take no place: you kept as many open ones
    beside them. In the task all extensions compete first, and those that end are put
    aside from the best. Reread the rules of the task and the search in section 5.9.""",
)
def ended_ones_take_no_place(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        grown.sort(reverse=True)
        done += [one for one in grown if one[1][-1] == end]
        beams = [one for one in grown if one[1][-1] != end][:width]
    total, tokens = max(done or beams)
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """In your beam a finished sequence keeps its place at the places that follow. It is
    put aside once, and the open beginnings share the whole width again. Reread the
    rules of the task and the search in section 5.9.""",
)
def finished_ones_keep_their_place(log_p, start, end, width):
    beams = [(0.0, [])]
    for table in log_p:
        grown = [one for one in beams if one[1] and one[1][-1] == end]
        for total, tokens in beams:
            if not tokens or tokens[-1] != end:
                row = table[[start, *tokens][-1]]
                grown += [(total + p, [*tokens, j]) for j, p in enumerate(row)]
        beams = sorted(grown, reverse=True)[:width]
    done = [one for one in beams if one[1][-1] == end]
    total, tokens = max(done or beams)
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your search compares log-probabilities divided by the length. That is what the
    paper does, in a way, and the chapter says why; this task compares them as they are.
    Reread the task, and section 5.9 around the paper's beam.""",
)
def divided_by_the_length(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams, key=lambda one: one[0] / len(one[1]))
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your beam ranks extensions by their last token alone. What counts is the whole
    sequence so far: the total of the beginning and the new token together. Reread
    section 5.9 on what the search keeps.""",
)
def ranked_by_the_last_token(log_p, start, end, width):
    beams, done = [(0.0, 0.0, [])], []
    for table in log_p:
        grown = [
            (p, total + p, [*tokens, j])
            for _, total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[2][-1] == end]
        beams = [one for one in best if one[2][-1] != end]
    _, total, tokens = max(done or beams, key=lambda one: one[1])
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your sequences go on after their end mark. A sequence that ends is put aside and
    not extended. Reread section 5.9 and the rules of the task.""",
)
def finished_ones_go_on(log_p, start, end, width):
    beams = [(0.0, [])]
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        beams = sorted(grown, reverse=True)[:width]
    return np.array(beams[0][1]), beams[0][0]


@misconception(
    "beam_decode",
    """You answer with an open beginning though a sequence is finished. An open one is
    the answer only if nothing ended at all; otherwise its total lacks the price of
    ending. Reread the last rule of the task, and the search in section 5.9.""",
)
def open_ones_compete_with_finished(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done + beams)
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Sequences that ended early are lost in your search: only those count that end at
    the last place of all at which something ends. Whatever is put aside stays until the
    end and is compared. Reread section 5.9 and the last rule of the task.""",
)
def early_ends_forgotten(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done = [one for one in best if one[1][-1] == end] or done
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams)
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your answer begins with the start. It stands before the first place and is not
    written by the model. Reread the shapes of the task; the search in section 5.9 keeps
    the start, this one does not.""",
)
def start_in_the_answer(log_p, start, end, width):
    beams, done = [(0.0, [start])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[tokens[-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams)
    return np.array(tokens), total


@misconception(
    "beam_decode",
    """Your answer lacks its end mark. It is a token of the sequence like any other, and
    its probability is in the total. Reread the shapes of the task, and section 5.9.""",
)
def end_left_out_of_the_answer(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(table[[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams)
    return np.array([j for j in tokens if j != end], dtype=int), total


@misconception(
    "beam_decode",
    """You probably took the table of the first place at every place. In this model each
    place has a table of its own, in the first axis. Reread the task, and compare with
    the table of section 5.9, which has one for all places.""",
)
def one_table_for_all_places(log_p, start, end, width):
    beams, done = [(0.0, [])], []
    for _ in log_p:
        grown = [
            (total + p, [*tokens, j])
            for total, tokens in beams
            for j, p in enumerate(log_p[0][[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams)
    return np.array(tokens), total


# --- 19. One step with a cache -----------------------------------------------------


@inputs("cached_step")
def cache_inputs(rng):
    B, heads, t, d = 2, 4, int(rng.integers(2, 5)), 12
    size = rng.choice([0.5, 0.5, 12.0])  # the last overflows without a maximum
    cache = tuple(size * rng.normal(size=(2, B, heads, t, d // heads)))
    p = attention_weights(rng, d, size)
    return rng.normal(size=(B, d)), rng.normal(size=(7, d)), cache, p


@misconception(
    "cached_step",
    """Your new token always stands at place 0. A function that gets one token at a time
    has to count; the length of the cache is the place. Reread section 5.10 on the
    cached writer.""",
)
def always_at_place_zero(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[0]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your new token stands at the place after its own. The first of all has place 0,
    so the place is the length of the cache before the new token is in it. Reread the
    task, and section 5.10 on the cached writer.""",
)
def place_after_the_own(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2] + 1]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your step adds no position to the token. Without it the layer does not know which
    token came when. Reread the task, and section 5.10, where the writer adds the row of
    its place.""",
)
def no_position(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    q, *new = (
        (x_t @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1)
        for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your position goes into query and key, but not into the value. It is added to the
    token once, and all three are made from the sum. Reread the formula of the task, and
    section 5.10.""",
)
def value_without_position(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (a @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1)
        for name, a in [("q", z), ("k", z), ("v", x_t)]
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your query looks at the old tokens only. Under a causal mask a token sees itself,
    too, so its key and its value have to be among them before it looks. Reread section
    5.3 on the mask, and section 5.10.""",
)
def does_not_see_itself(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ cache[0].swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ cache[1] / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your output is right, but the cache that you return is the old one. The next step
    would then miss this token. Reread section 5.10 on what is kept.""",
)
def cache_does_not_grow(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], cache


@misconception(
    "cached_step",
    """Your new token stands in front of the old ones in the cache. The output does not
    notice, but a cache is in the order of the text: the new token comes behind. Reread
    the shapes of the task, and the cached writer of section 5.10.""",
)
def new_token_in_front(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(new, cache, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """You probably divided by the root of all features. One head multiplies only its
    own slice, and the root is that of the slice. Reread section 5.4, below equation
    (5.4).""",
)
def root_of_all_features(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(x_t.shape[1])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your scores are not divided by the root of a head's size. Without it the weights
    are sharper than in the full pass. Reread section 5.2, and equation (5.2), section
    5.1.""",
)
def scores_not_scaled(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3)
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your heads own every so-many-th feature instead of a slice of neighbours. The
    shape is right, but the features of different heads are mixed up. Reread section
    5.4, equation (5.4), and the test of splitting below it.""",
)
def features_dealt_out_in_turn(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"])
        .reshape(B, -1, heads)
        .swapaxes(1, 2)[:, :, None]
        for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = (e @ v / e.sum(axis=3, keepdims=True))[:, :, 0].swapaxes(1, 2)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """All your heads share one set of weights: their scores were added up before the
    softmax. Each head has a softmax of its own, and so can look elsewhere. Reread
    section 5.4, equation (5.4).""",
)
def one_softmax_for_all_heads(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(x_t.shape[1])
    scores = scores.sum(axis=1, keepdims=True)
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your output is that of the heads side by side, not yet mixed. The last matrix,
    and its bias, are still to come. Reread section 5.4, equation (5.4).""",
)
def heads_not_mixed(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1), (k, v)


@misconception(
    "cached_step",
    """Your weights sum to one over the heads. The softmax of attention runs over the
    keys, for each head alone. Reread section 5.1, equation (5.2), and section 5.4.""",
)
def softmax_over_the_heads(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    scores = q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3])
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    answers = e / e.sum(axis=1, keepdims=True) @ v
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


@misconception(
    "cached_step",
    """Your result is not a number for large scores: the exponential overflows. The
    weights of a head stay the same if all its scores are moved by the same amount.
    Reread the hint of the task, and the softmax at the beginning of section 5.1.""",
)
def cached_exponentials_overflow(x_t, places, cache, p):
    B, heads = cache[0].shape[:2]
    z = x_t + places[cache[0].shape[2]]
    q, *new = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, -1) for name in "qkv"
    )
    k, v = (np.concatenate(pair, axis=2) for pair in zip(cache, new, strict=True))
    e = np.exp(q @ k.swapaxes(2, 3) / np.sqrt(q.shape[3]))
    answers = e @ v / e.sum(axis=3, keepdims=True)
    return answers.reshape(B, -1) @ p["W_o"] + p["b_o"], (k, v)


# --- 20. How many parameters? ------------------------------------------------------


@inputs("count_parameters")
def parameter_inputs(rng):
    layers, d, d_ff, V, longest = (int(n) for n in rng.integers(2, 30, size=5))
    return layers, d, d_ff, V, longest, *(bool(b) for b in rng.random(2) < 0.5)


@misconception(
    "count_parameters",
    """Your attention has three matrices and three biases. Behind the heads stands a
    fourth, which mixes their answers, with a bias, too. Reread section 5.4, equation
    (5.4), and the count at its end.""",
)
def output_matrix_of_attention_forgotten(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 3 * d * d + 3 * d + 2 * d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """You probably left the biases of attention out. Each of its four matrices has one.
    Reread the count at the end of section 5.4.""",
)
def attention_without_biases(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 2 * d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """You probably left the biases of the feed-forward part out. Its first layer has
    one for each of the inner features, its second one for each feature of the token.
    Reread section 5.5, equation (5.5).""",
)
def feed_forward_without_biases(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + 4 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your feed-forward part has one matrix. There are two, one to the inner features
    and one back. Reread section 5.5, equation (5.5).""",
)
def one_feed_forward_matrix(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your blocks have one layer norm each. A block has two parts, and each has its
    norm. Reread section 5.5 on a layer, around equation (5.8).""",
)
def one_norm_in_a_block(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 2 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your norms have a gain but no bias. Both are learned, one number of each for
    every feature. Reread section 5.5, equation (5.6).""",
)
def norms_without_bias(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 2 * d
    ends = V * d + longest * d + V
    return layers * block + ends + d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your count leaves the last norm out. With pre-norm the path through all layers is
    free of norms, so one stands at its very end. Reread section 5.5, around equation
    (5.8).""",
)
def last_norm_forgotten(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 4 * d
    return layers * block + V * d + longest * d + V + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your model has a last norm with post-norm, too. There each layer ends with a norm
    already, and none is added. Reread section 5.5, around equation (5.8).""",
)
def last_norm_always(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your count takes the shared matrix twice. What is tied is one matrix with two
    uses, and training changes it once. Reread the task, and the count of the paper's
    model in section 5.7.""",
)
def tied_matrix_counted_twice(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d + V
    return layers * block + ends + 2 * d * pre_norm + V * d


@misconception(
    "count_parameters",
    """When the matrix is shared, your output has no biases. Embeddings have none to
    share; those of the scores stay. Reread the task, and the model of section 5.10.""",
)
def biases_go_with_the_tie(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d
    return layers * block + ends + 2 * d * pre_norm + (V * d + V) * (not tied)


@misconception(
    "count_parameters",
    """Your output has no biases. There is one for each token of the vocabulary. Reread
    the task, and the model of section 5.10.""",
)
def scores_without_biases(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 4 * d
    ends = V * d + longest * d
    return layers * block + ends + 2 * d * pre_norm + V * d * (not tied)


@misconception(
    "count_parameters",
    """Your count leaves the positions out. Sinusoids are computed and not learned, but
    these are learned: a row for each place. Reread the task, and section 5.10.""",
)
def positions_forgotten(layers, d, d_ff, V, longest, pre_norm, tied):
    block = 4 * d * d + 4 * d + 2 * d * d_ff + d_ff + d + 4 * d
    return layers * block + V * d + V + 2 * d * pre_norm + V * d * (not tied)


# --- 21. How much work? ------------------------------------------------------------


@inputs("count_multiply_adds")
def work_inputs(rng):
    T, layers, d, d_ff, V = (int(n) for n in rng.integers(3, 12, size=5))
    return T, layers, d, d_ff, V


@misconception(
    "count_multiply_adds",
    """Your counts are twice as large: you probably counted a product and a sum as two.
    That is how floating-point operations are counted; a multiply-add is both together.
    Reread section 5.7 on counting.""",
)
def operations_for_multiply_adds(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    recurrent = T * (layers * 2 * d * d + d * V)
    return 2 * one_pass, 2 * rewritten, 2 * cached, 2 * recurrent


@misconception(
    "count_multiply_adds",
    """Your attention has only one product for a query and a key. The score is one, and
    the weighted mean of the values is another of the same size. Reread section 5.7 on
    counting, and section 5.11.""",
)
def mean_of_the_values_forgotten(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your attention has three matrices. The one behind the heads is multiplied, too.
    Reread section 5.7 on counting, and section 5.11 on the four projections.""",
)
def three_matrices_in_attention(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (3 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your attention costs nothing but its scores and means: the four matrices are not
    in the count. They are what makes the whole layer dearer than a recurrent one at
    every length. Reread section 5.11 on what the table leaves out.""",
)
def projections_forgotten(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * 2 * d * d_ff + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your pass counts only the pairs that the causal mask lets through. Scores are
    computed as one product of matrices and hidden afterwards. Reread the task, and the
    count of section 5.11, which takes the whole square.""",
)
def hidden_pairs_left_out(T, layers, d, d_ff, V):
    once = T * (T + 1) // 2
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass = cached = T * token + once * pair
    rewritten = once * token + T * (T + 1) * (T + 2) // 6 * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your writing without a cache makes as many whole passes as there are tokens, all
    of full length. The first pass has one token only, the second two, and so on. Reread
    section 5.10 on ever longer beginnings.""",
)
def every_pass_of_full_length(T, layers, d, d_ff, V):
    once = T * (T + 1) // 2
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    return one_pass, T * one_pass, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your step with a cache always looks at all tokens of the whole text. When a token
    is written, only those before it and itself are there. Reread section 5.10 on
    keeping keys and values.""",
)
def cached_step_sees_the_whole_text(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass = T * token + T * T * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, one_pass, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your step with a cache does not look back: it costs the same at every place. The
    cache saves the keys and values, not the looking; that grows with the text. Reread
    section 5.10 on keeping keys and values.""",
)
def cached_step_looks_at_one_key(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + T * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your step with a cache looks at the old tokens only. A token sees itself, too, so
    the first one looks at one key. Reread the task, and section 5.10 on keeping keys
    and values.""",
)
def cached_step_does_not_see_itself(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + (once - T) * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your count multiplies the scores against the vocabulary by the layers. They are
    computed once, after the last layer. Reread the task, and the count of section
    5.7.""",
)
def vocabulary_in_every_layer(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff + d * V), layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * layers * (2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Without a cache you score only the newest token against the vocabulary. That
    would be a saving, but here the model is run as it is, and it scores every token
    that it was given. Reread the task, and section 5.10.""",
)
def only_the_newest_token_scored(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    inner, pair = layers * (4 * d * d + 2 * d * d_ff), layers * 2 * d
    token = inner + d * V
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * inner + T * d * V + squares * pair
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your recurrent layer has one matrix. It has two: one for the input and one for
    the old state. Reread section 5.11.""",
)
def one_matrix_in_a_recurrent_layer(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * (layers * d * d + d * V)


@misconception(
    "count_multiply_adds",
    """Your recurrent stack does not score its tokens against the vocabulary. To predict
    the next token it must, like the other model. Reread the last of the four counts in
    the task, and section 5.11.""",
)
def recurrent_stack_without_scores(T, layers, d, d_ff, V):
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    token, pair = layers * (4 * d * d + 2 * d * d_ff) + d * V, layers * 2 * d
    one_pass, cached = T * token + T * T * pair, T * token + once * pair
    rewritten = once * token + squares * pair
    return one_pass, rewritten, cached, T * layers * 2 * d * d
