"""Wrong answers to chapter 2 that learners write, each with the hint it earns.

The inputs come first in each part. Where a slip shows only with sizes that agree (a
matrix transposed, or left out), the sizes agree there; the tests use other ones.
"""

import numpy as np

from autograder.answers import equivalent, inputs, misconception

PAD, BOS, EOS = 0, 1, 2  # as in the notebook


def arrays(rng, *shapes, scale=0.7):
    """Random arrays of the given shapes, small enough to leave a softmax its slope."""
    return [scale * rng.normal(size=shape) for shape in shapes]


# --- 1. The encoder reads a batch ---------------------------------------------------


@inputs("encode")
def source_inputs(rng):
    """Letters, an end mark in the last place of each source, then padding."""
    lengths = rng.permutation([6, 4, 3, 2])
    source = rng.integers(3, 7, size=(4, 6))
    source[np.arange(4), lengths - 1] = EOS
    source[np.arange(6) >= lengths[:, None]] = PAD
    return source, *arrays(rng, (7, 3), (3, 5), (5, 5), (5,))


@misconception(
    "encode",
    """Your encoder reads the padding as if it were tokens: states stand there, and
    the last state is the one behind it. A source would then be translated
    differently when it stands beside a longer one. Reread section 2.1 on the state
    that the decoder starts from, and the task on what stands in padding.""",
)
def padding_read_like_tokens(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = new
        h[:, j] = new
    return h, last, mask


@misconception(
    "encode",
    """Your states are right, but the last state is the one behind the padding: the
    state went on changing there. The decoder starts from the state that has just
    read the source's own last token. Reread section 2.1, above equation (2.1).""",
)
def last_state_behind_the_padding(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = new
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


@misconception(
    "encode",
    """Your last states are right, but where padding stands your array holds states,
    not zeros. Whoever forgets a mask later would mix them in. Reread the task on
    what stands there, and section 2.2 on padding.""",
)
def states_of_padding_kept(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = new
        h[:, j] = new
    return h, h[np.arange(B), mask.sum(axis=1) - 1], mask


@misconception(
    "encode",
    """Your last state is the last column of the states. For a shorter source this is
    padding, and the decoder would start from zeros. Reread section 2.1, above
    equation (2.1), for the token that it comes after.""",
)
def last_column_for_the_last_state(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, h[:, -1], mask


@misconception(
    "encode",
    """Where padding stands your array repeats the source's last state. A mean of the
    states would then count it many times. The task asks for something else there;
    section 2.2 gives padding no weight.""",
)
def last_state_repeated_in_padding(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = last
    return h, last, mask


@misconception(
    "encode",
    """You probably set the embedding of padding to zero and let the state go on. The
    state still passes through the matrix, the bias and the tanh at every step, and
    it changes. Reread section 2.1: a source ends with its last token, and so does
    its encoder.""",
)
def padding_as_an_input_of_zeros(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    x = embed[source] * mask[:, :, None]
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        last = np.tanh(x[:, j] @ W_xh + last @ W_hh + b_h)
        h[:, j] = last
    return h, last, mask


@misconception(
    "encode",
    """Your encoder stops before the end mark. It is a token like the others: the
    state after it is the first one that knows the source is over. Reread section
    2.1 on the last token of a source.""",
)
def end_mark_taken_for_padding(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = (source != PAD) & (source != EOS)
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


@misconception(
    "encode",
    """Your states change as if there were no bias. Even with a zero embedding and a
    zero state it moves the new state. Reread section 2.1, the first line of
    equation (2.1), and count its terms.""",
)
def bias_forgotten(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


@misconception(
    "encode",
    """You probably applied tanh to each part and then added. The network adds first,
    so that one squashing acts on the whole sum. Reread section 2.1, the first line
    of equation (2.1).""",
)
def tanh_of_the_parts_in_reading(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh) + np.tanh(last @ W_hh) + np.tanh(b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


@misconception(
    "encode",
    """Each of your states knows its own token only: the state before it has no part
    in it. Then the encoder reads words, not a sentence. Reread section 2.1, the
    first line of equation (2.1).""",
)
def state_not_carried_in_reading(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


@misconception(
    "encode",
    """You multiplied the old state by the transposed matrix. As the matrix is square,
    the shapes do not complain. In this book a row stands to the left of its
    matrix: reread section 2.1, the first line of equation (2.1).""",
)
def state_matrix_transposed(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh.T + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


@misconception(
    "encode",
    """Your last state is the mean of all states. That is a way to look at the whole
    source, and section 2.7 tries it, but the decoder starts from another state.
    Reread section 2.1, above equation (2.1).""",
)
def mean_for_the_last_state(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, h.sum(axis=1) / mask.sum(axis=1, keepdims=True), mask


@misconception(
    "encode",
    """Your mask is true where padding stands. In this book it is true, or 1, for a
    token that counts. Reread section 2.2 on the mask.""",
)
def mask_upside_down_in_reading(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, ~mask


@misconception(
    "encode",
    """Your encoder reads each source from its end. Its last state then knows the
    first token best. Feeding sources backwards has been done, as section 2.1
    tells, but equation (2.1) runs from the first token to the last.""",
)
def read_from_the_right(source, embed, W_xh, W_hh, b_h):
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in reversed(range(S)):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask


# --- 2. What arrived? ---------------------------------------------------------------


@inputs("tokens_right")
def answer_inputs(rng):
    """Answers that are shorter than the longest target, or longer."""
    lengths = rng.permutation([5, 4, 3, 2, 3, 4])
    wanted = rng.integers(3, 7, size=(6, 5))
    wanted[np.arange(6), lengths - 1] = EOS
    wanted[np.arange(5) >= lengths[:, None]] = PAD
    said = np.hstack([wanted, np.zeros((6, 2), dtype=int)])[:, : rng.choice([3, 7])]
    slips = rng.choice([PAD, EOS, 3, 4, 5, 6], size=said.shape)
    return np.where(rng.random(said.shape) < 0.5, said, slips), wanted


@misconception(
    "tokens_right",
    """You divided by all places of the row, and padding counts as right where both
    have it. Short targets then look better than they are, the more so the longer
    the batch. Reread section 2.1 on what the measure is a share of.""",
)
def padding_counted(said, wanted):
    N = min(said.shape[1], wanted.shape[1])
    padded = np.full_like(wanted, PAD)
    padded[:, :N] = said[:, :N]
    return (padded == wanted).mean(axis=1)


@misconception(
    "tokens_right",
    """Your shares can be larger than 1: padding that agrees counts as right, but you
    divide by the tokens alone. What is measured has to be the same above and below
    the bar. Reread section 2.1 on the measure.""",
)
def padding_counted_as_right(said, wanted):
    N = min(said.shape[1], wanted.shape[1])
    padded = np.full_like(wanted, PAD)
    padded[:, :N] = said[:, :N]
    return (padded == wanted).sum(axis=1) / (wanted != PAD).sum(axis=1)


@misconception(
    "tokens_right",
    """You divided by the number of columns, which is the length of the longest
    target. A shorter one could then never reach 1. Reread section 2.1: it is a
    share of this target's own tokens.""",
)
def divided_by_the_longest_target(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    return right.sum(axis=1) / wanted.shape[1]


@misconception(
    "tokens_right",
    """You made one number for the whole batch. The chapter draws the measure against
    the length of each word, so it needs one for every target. Reread section 2.1
    and the shapes of the task.""",
)
def one_share_for_all(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    return right.sum() / counts.sum()


@misconception(
    "tokens_right",
    """A token counts for you wherever it stands. Then a word with its letters in
    disorder would be a perfect translation. Reread section 2.1: each token has to
    be right at its own place.""",
)
def any_place_counts(said, wanted):
    shares = []
    for ours, theirs in zip(said, wanted, strict=True):
        theirs = theirs[theirs != PAD]
        shares.append(np.isin(theirs, ours).mean())
    return np.array(shares)


@misconception(
    "tokens_right",
    """Your numbers are 1 for a perfect translation and 0 for every other one. That is
    a measure, too, but it cannot tell one slip from many. Reread section 2.1 on
    the share of tokens.""",
)
def all_or_nothing(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    return (right.sum(axis=1) == counts.sum(axis=1)) * 1.0


@misconception(
    "tokens_right",
    """You stop counting at the first slip. Later tokens may be right again, and they
    count, each at its own place. Reread section 2.1 on the measure.""",
)
def only_up_to_the_first_slip(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    right = np.logical_and.accumulate(right, axis=1)
    return right.sum(axis=1) / counts.sum(axis=1)


@misconception(
    "tokens_right",
    """You divided by the number of tokens that the model wrote. A model that writes
    one right token and stops would then be perfect. Reread section 2.1: it is a
    share of the target's tokens.""",
)
def share_of_what_was_said(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    return right.sum(axis=1) / np.maximum((said != PAD).sum(axis=1), 1)


@misconception(
    "tokens_right",
    """Where the model wrote too little, you count only the places up to there. A
    token that is wanted and was not written is not right, and it belongs to the
    target. Reread section 2.1 and the example.""",
)
def tokens_not_written_left_out(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    return right.sum(axis=1) / np.maximum(counts[:, :N].sum(axis=1), 1)


@misconception(
    "tokens_right",
    """You left the end mark out. A model has to learn where to stop, too, so it
    counts like every other token. Reread section 2.1 on the measure, and on the
    last token of a target.""",
)
def end_mark_left_out(said, wanted):
    counts = (wanted != PAD) & (wanted != EOS)
    N = min(said.shape[1], wanted.shape[1])
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N]
    return right.sum(axis=1) / counts.sum(axis=1)


@misconception(
    "tokens_right",
    """You stop counting where the answer has its end mark. Only the target says which
    places count, and a token behind an early end mark may still be right. Reread
    section 2.1 on the measure, and the task on the answer's own end mark.""",
)
def cut_at_the_answers_own_end(said, wanted):
    counts = wanted != PAD
    N = min(said.shape[1], wanted.shape[1])
    ended = np.cumsum(said == EOS, axis=1) - (said == EOS) > 0
    right = (said[:, :N] == wanted[:, :N]) & counts[:, :N] & ~ended[:, :N]
    return right.sum(axis=1) / counts.sum(axis=1)


# --- 3. The simplest score ----------------------------------------------------------


@inputs("dot_scores")
def dot_inputs(rng):
    return tuple(arrays(rng, (3, 4, 5), (3, 6, 5)))


@misconception(
    "dot_scores",
    """You divided the scores by the square root of their size. Chapter 5 will do so,
    with a reason; the score of this chapter is the plain product. Reread section
    2.2, equation (2.4).""",
)
def divided_by_the_root_in_dot(s, h):
    return s @ h.swapaxes(1, 2) / np.sqrt(s.shape[-1])


@misconception(
    "dot_scores",
    """You took the mean of the products, not their sum. The more numbers a state has,
    the less decided the weights would be. Reread section 2.2, equation (2.4), and
    ask what a row times a column is.""",
)
def mean_of_the_products(s, h):
    return s @ h.swapaxes(1, 2) / s.shape[-1]


@misconception(
    "dot_scores",
    """You divided by the lengths of the two states, so only the angle between them
    counts. Such scores lie between -1 and 1, and no weight could become large.
    Reread section 2.2, equation (2.4).""",
)
def angle_only(s, h):
    s = s / np.linalg.norm(s, axis=-1, keepdims=True)
    h = h / np.linalg.norm(h, axis=-1, keepdims=True)
    return s @ h.swapaxes(1, 2)


@misconception(
    "dot_scores",
    """Your scores have the source before the target. In this book each row belongs to
    a step of the decoder, and the softmax runs along it. Reread section 2.2 and
    the shapes of the task.""",
)
def source_first_in_dot(s, h):
    return h @ s.swapaxes(1, 2)


@misconception(
    "dot_scores",
    """You probably reshaped the encoder's states to make the product fit. Reshaping
    only cuts the same list of numbers anew, so the columns are no states any more;
    axes have to change places. Reread section 2.2, equation (2.4).""",
)
def reshaped_not_transposed_in_dot(s, h):
    return s @ h.reshape(h.shape[0], h.shape[2], h.shape[1])


@misconception(
    "dot_scores",
    """Your numbers are weights: you have taken the softmax as well. Scores may be any
    numbers, and the mask has to come between the two. Reread section 2.2, equation
    (2.4).""",
)
def weights_already_in_dot(s, h):
    e = s @ h.swapaxes(1, 2)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "dot_scores",
    """Every decoder of the batch looks at the first source. Each sequence has a
    source of its own, so the batch is an axis of both. Reread section 2.2 and the
    shapes of the task.""",
)
def first_source_for_all_in_dot(s, h):
    return s @ h[0].T


@misconception(
    "dot_scores",
    """You score by closeness: the nearer the two states, the larger your number. It
    sounds alike, but equation (2.4) multiplies, and a long state that points the
    same way can score higher than a near one. Reread section 2.2.""",
)
def closeness_for_a_product(s, h):
    return -((s[:, :, None] - h[:, None]) ** 2).sum(axis=-1)


@misconception(
    "dot_scores",
    """Your numbers are all positive: you have taken the exponential as well. It
    belongs to the weights, where the largest score is subtracted first. Reread
    section 2.2, equation (2.4).""",
)
def exponential_already(s, h):
    return np.exp(s @ h.swapaxes(1, 2))


# --- 4. No weight for padding -------------------------------------------------------


@inputs("masked_softmax")
def score_inputs(rng):
    """Nothing left of one sequence, one state of another; one has very large scores."""
    mask = np.array([[1, 1, 0, 1], [0, 1, 1, 0], [1, 0, 1, 1], [0, 1, 0, 0], [0] * 4])
    mask = mask[:, rng.permutation(4)] > 0
    e = 1.2 * rng.normal(size=(5, 3, 4))
    e[0, 0] += 1e4
    e[0, 1] += np.where(mask[0], 0.0, 1e4)
    e[0, 2] -= 1e4
    return e, mask


@misconception(
    "masked_softmax",
    """You probably took the softmax of all scores and set the weights of padding to 0
    afterwards. Padding has had its share by then, and what remains sums to less
    than 1. Reread section 2.2 on three ways to mask: in equation (2.5) the mask
    stands in the sum as well.""",
)
def masked_afterwards_in_weights(e, mask):
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / w.sum(axis=-1, keepdims=True) * mask[:, None]


@misconception(
    "masked_softmax",
    """You probably set the scores of padding to 0. A score of 0 is not a weight of 0:
    its exponential is 1, and beside negative scores it is even the largest. Reread
    section 2.2 on three ways to mask.""",
)
def zero_for_the_score_in_weights(e, mask):
    e = np.where(mask[:, None], e, 0)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "masked_softmax",
    """Your weights stand on the padding, and the tokens have none. In this book the
    mask is true for what counts. Reread section 2.2, around equation (2.5).""",
)
def mask_upside_down_in_weights(e, mask):
    kept = ~mask[:, None]
    e = np.where(kept, e, -1000000000.0)
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * kept
    return w / np.maximum(w.sum(axis=-1, keepdims=True), 1)


@misconception(
    "masked_softmax",
    """Where nothing is left, your weights are spread evenly over the padding: a large
    negative number for every score makes all of them alike. That is wrong without
    a sound. Reread section 2.2 on three ways to mask.""",
)
def uniform_where_nothing_is_left(e, mask):
    kept = mask[:, None]
    e = np.where(kept, e, -1000000000.0)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / np.maximum(w.sum(axis=-1, keepdims=True), 1)


@misconception(
    "masked_softmax",
    """Where nothing is left, your weights are not numbers: a row of minus infinities
    has no largest score to subtract. One such entry spreads to every parameter in the
    next update. Reread section 2.2 on three ways to mask.""",
)
def nan_where_nothing_is_left(e, mask):
    kept = mask[:, None]
    e = np.where(kept, e, -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / np.maximum(w.sum(axis=-1, keepdims=True), 1)


@misconception(
    "masked_softmax",
    """You subtract the largest score of the whole row, padding included. Where
    padding has by far the largest, the exponentials of all tokens become 0. Reread
    section 2.2 and ask, at equation (2.5), which scores are left to choose from.""",
)
def largest_score_of_padding(e, mask):
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * mask[:, None]
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


@misconception(
    "masked_softmax",
    """Your weights are not numbers when scores are large: the exponential overflows.
    Subtracting the same number from all scores of a row changes no weight and
    keeps it in range, as in chapter 1. Reread section 2.2 and its code.""",
)
def largest_score_not_subtracted_in_weights(e, mask):
    w = np.where(mask[:, None], np.exp(e), 0)
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


@misconception(
    "masked_softmax",
    """You subtract one number, the largest of all scores. Rows lie on different
    levels, and where a whole row lies far below, all its exponentials become 0.
    Each row has a largest score of its own: reread section 2.2, equation (2.5).""",
)
def one_largest_score_for_all(e, mask):
    e = np.where(mask[:, None], e, -np.inf)
    w = np.exp(e - e.max())
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


@misconception(
    "masked_softmax",
    """Your weights sum to 1 over the steps of the decoder. Each step shares out its
    attention over the source, so the sum runs over the states. Reread section 2.2,
    equation (2.5), and see which index is summed.""",
)
def over_the_steps_in_weights(e, mask):
    kept = mask[:, None]
    e = np.where(kept, e, -1000000000.0)
    w = np.exp(e - e.max(axis=1, keepdims=True)) * kept
    return w / np.maximum(w.sum(axis=1, keepdims=True), 1)


@misconception(
    "masked_softmax",
    """The number that you put in the place of masked scores is not low enough. Real
    scores may be lower still, and then padding gets the weight. Reread section 2.2
    on three ways to mask.""",
)
def number_not_low_enough(e, mask):
    e = np.where(mask[:, None], e, -100.0)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "masked_softmax",
    """You divide by the sum over all steps of a sequence. Then all weights of a
    sequence together sum to 1, and those of a step to less. Reread section 2.2,
    equation (2.5): every step has a sum of its own.""",
)
def one_sum_for_a_sequence(e, mask):
    kept = mask[:, None]
    e = np.where(kept, e, -1000000000.0)
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * kept
    return w / np.maximum(w.sum(axis=(1, 2), keepdims=True), 1)


@misconception(
    "masked_softmax",
    """You did not divide by the sum. The largest weight of every row is 1, and the
    context would be no average. Reread section 2.2, equation (2.5), below the bar.""",
)
def not_divided_in_weights(e, mask):
    kept = mask[:, None]
    e = np.where(kept, e, -1000000000.0)
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * kept
    return w


@misconception(
    "masked_softmax",
    """You use the mask of the first sequence for all of them. Their lengths differ,
    so each has a mask of its own; its axis of steps is what they share. Reread
    section 2.2, around equation (2.5).""",
)
def first_mask_for_all_in_weights(e, mask):
    kept = mask[0]
    e = np.where(kept, e, -1000000000.0)
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * kept
    return w / np.maximum(w.sum(axis=-1, keepdims=True), 1)


@misconception(
    "masked_softmax",
    """Your weights are not numbers in two cases: when scores are large, because the
    exponential overflows, and where the mask leaves nothing, because the sum below the
    bar is 0. Reread section 2.2 and its code on the score that is subtracted, and the
    task on a sequence of padding.""",
)
def overflow_and_division_by_zero(e, mask):
    w = np.where(mask[:, None], np.exp(e), 0)
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "masked_softmax",
    """Your weights are not numbers in two cases: when scores are large, because the
    exponential overflows, and where they are large in padding, because infinity times 0
    is not 0. Reread section 2.2 and its code on the score that is subtracted, and on
    which scores are left to choose from.""",
)
def overflow_times_the_mask(e, mask):
    w = np.exp(e) * mask[:, None]
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


@misconception(
    "masked_softmax",
    """Where padding has by far the largest score, or where nothing is left, you divide
    0 by 0: the exponentials of all tokens are 0, or there are none. Ask from which
    scores you choose the one to subtract, and what is below the bar when no state is
    left. Reread section 2.2, equation (2.5).""",
)
def largest_score_of_padding_and_division_by_zero(e, mask):
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * mask[:, None]
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "masked_softmax",
    """You probably cut large scores off before the exponential. Then no exponential
    overflows, but scores beyond your limit all become alike, and their differences
    are lost. Reread section 2.2 and its code on the score that is subtracted.""",
)
def large_scores_cut_off(e, mask):
    w = np.where(mask[:, None], np.exp(np.clip(e, -500, 500)), 0)
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


# --- 5. One step of a decoder that looks back ---------------------------------------


@inputs("attention_step")
def step_inputs(rng):
    sizes = [
        (4, 3),
        (4, 5),
        (4, 6, 5),
        (3, 5),
        (5, 5),
        (5,),
        (10, 2),
        (2,),
        (2, 7),
        (7,),
    ]
    x_t, s_prev, h, *weights = arrays(rng, *sizes)
    mask = np.arange(6) < np.array([[3], [5], [2], [6]])
    # Very low scores at the first source's tokens and very high ones at its padding;
    # very high ones at the second source's tokens.
    W_xs, W_ss, b_s = weights[:3]
    s = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    s /= (s * s).sum(axis=1, keepdims=True)
    h[0] += np.where(mask[0], -3e3, 3e3)[:, None] * s[0]
    h[1] += 3e3 * s[1]
    return x_t, s_prev, h, mask, *weights


@misconception(
    "attention_step",
    """In your step the old state asks. So did the first decoder with attention; this
    one makes its new state first and lets that one ask. Reread section 2.2, on
    where it came from, and equation (2.4).""",
)
def old_state_asks_in_step(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_prev, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You mixed the context with the old state. The new one has read the token that
    was given, and the old one has not. Reread section 2.1, the first line of
    equation (2.3).""",
)
def old_state_in_the_mix(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_prev]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You put the state before the context. The upper half of the matrix belongs to
    the context, and the shapes do not tell the two halves apart. Reread section
    2.1, the first line of equation (2.3).""",
)
def bracket_turned_round_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([s_t, context]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Padding gets weight in your step. Its states mean nothing, and they would be
    mixed into every context. Reread section 2.2, equation (2.5).""",
)
def mask_left_out_in_step(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.einsum("bh,bsh->bs", s_t, h)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You removed the weights of padding after the softmax. Padding has had its share
    by then, and what remains sums to less than 1. Reread section 2.2 on three ways
    to mask.""",
)
def masked_afterwards_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.einsum("bh,bsh->bs", s_t, h)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True) * mask
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You divided the scores by the square root of their size. Chapter 5 will do so,
    with a reason; here the score is the plain product. Reread section 2.2,
    equation (2.4).""",
)
def divided_by_the_root_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h) / np.sqrt(h.shape[2]), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You return the mixture in the place of the state. The next step continues from
    the state that the recurrence made; the mixture only serves to read the scores.
    Reread section 2.1: equation (2.1) says what goes on from step to step.""",
)
def mixed_handed_on_in_step(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, mixed, weights


@misconception(
    "attention_step",
    """The tanh around the mixture is missing. Context and state would then reach the
    scores by one linear map. Reread section 2.1, the first line of equation (2.3).""",
)
def mix_not_squashed(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.hstack([context, s_t]) @ W_m + b_m
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """The tanh around your new state is missing, so it can grow from step to step.
    Reread section 2.1, the second line of equation (2.1).""",
)
def state_not_squashed(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = x_t @ W_xs + s_prev @ W_ss + b_s
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Your new state has no bias in it. Even with a zero embedding and a zero state
    it moves the new one. Reread section 2.1, the second line of equation (2.1).""",
)
def bias_of_the_state_forgotten(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Your mixture has no bias in it. It stands inside the tanh, after the matrix.
    Reread section 2.1, the first line of equation (2.3).""",
)
def bias_of_the_mix_forgotten(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Your scores have no bias in them. It is what lets frequent tokens start ahead.
    Reread section 2.1, the second line of equation (2.3).""",
)
def bias_of_the_scores_forgotten(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy, s_t, weights


@misconception(
    "attention_step",
    """Your context is the mean of all states, whatever the state asks. Section 2.7
    tries this, too, but it chooses nothing. Reread section 2.2, equations (2.4)
    and (2.5), for what the weights depend on.""",
)
def mean_of_the_states_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    weights = mask / mask.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Your context is the encoder's last state. That is the bottleneck of section
    2.1, which attention is there to lift. Reread section 2.2, equations (2.5) and
    (2.6).""",
)
def last_state_only_in_step(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    weights = np.eye(h.shape[1])[mask.sum(axis=1) - 1]
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Your weights are 1 for the state with the largest score and 0 for all others. A
    hard choice has no slope to learn from, and the second best is lost. Reread
    section 2.2, equation (2.5).""",
)
def only_the_best_state_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    weights = np.eye(h.shape[1])[e.argmax(axis=1)]
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """Your weights are right, but no context reaches the scores. A decoder that looks
    back and does not use what it sees could as well not look. Reread section 2.1,
    the first line of equation (2.3).""",
)
def context_left_out(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    mixed = np.tanh(s_t @ W_m[h.shape[2] :] + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You return probabilities. The step gives scores, which may be any numbers; who
    needs probabilities takes the softmax. Reread section 2.1, the second line of
    equation (2.3).""",
)
def probabilities_for_scores(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    y = mixed @ W_hy + b_y
    p = np.exp(y - y.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True), s_t, weights


@misconception(
    "attention_step",
    """Your weights are not numbers when scores are large: the exponential overflows.
    Subtracting the same number from all scores of a row changes no weight and keeps it
    in range, as in chapter 1. Reread section 2.2 and its code.""",
)
def largest_score_not_subtracted_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    w = np.where(mask, np.exp(np.einsum("bh,bsh->bs", s_t, h)), 0)
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """You subtract the largest score of the whole row, padding included. Where padding
    has by far the largest, the exponentials of all tokens become 0. Reread section 2.2
    and ask, at equation (2.5), which scores are left to choose from.""",
)
def largest_score_of_padding_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.einsum("bh,bsh->bs", s_t, h)
    w = np.exp(e - e.max(axis=1, keepdims=True)) * mask
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """The number that you put in the place of masked scores is not low enough. Real
    scores may be lower still, and then padding gets the weight. Reread section 2.2 on
    three ways to mask, and the task on how large scores may be.""",
)
def number_not_low_enough_in_step(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -1000.0)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


@misconception(
    "attention_step",
    """The decoder's state of the first sequence asks for all of them. Each sequence has
    a state of its own, as it has a source of its own. Reread section 2.2, equation
    (2.4), and keep the batch as an axis of both.""",
)
def first_state_asks_for_all(
    x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, h @ s_t[0], -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights


# --- 6. The decoder writes ----------------------------------------------------------


@inputs("greedy_translation")
def writing_inputs(rng):
    """States and mixtures of one size, so that one may be taken for the other."""
    sizes = [(7, 3), (3, 5), (5, 5), (5,), (10, 5), (5,), (5, 7), (7,)]
    weights = arrays(rng, *sizes, scale=1.1)
    h = np.tanh(1.5 * rng.normal(size=(12, 6, 5)))
    h[:4] *= 3e3  # very large scores, at tokens and at padding
    mask = np.arange(6) < rng.permutation(np.arange(12) % 5 + 1)[:, None]
    return h, mask, 8, *weights


@misconception(
    "greedy_translation",
    """Your decoder starts from the last column of the states. For a shorter source
    this is padding; it has to start from the state after the source's own last
    token. Reread section 2.1, above equation (2.1).""",
)
def starts_behind_the_padding(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[:, -1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your decoder starts from a zero state. It has then not been told anything
    before it looks back for the first time. Reread section 2.1, equation (2.1),
    for the state that it receives.""",
)
def starts_from_zero(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = np.zeros_like(h[:, 0])
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your decoder is given the begin mark at every step. It never hears what it has
    written, and cannot know where in the target it is. Reread section 2.1 on
    greedy translation.""",
)
def begin_mark_at_every_step(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[np.full(B, BOS)] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Every step of yours starts from the encoder's last state again. The state has
    to go on from step to step, or the decoder forgets what it has already
    translated. Reread section 2.1, equation (2.1).""",
)
def state_not_carried_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s_0 = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s_0 @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """From step to step you hand on the mixture of context and state. It only serves
    to read the scores; the recurrence continues from its own state. Reread section
    2.1: equation (2.1) says what goes on.""",
)
def mixed_handed_on_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        s, token = mixed, np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your decoder writes on after its end mark. What follows is no translation any
    more and has to become padding. Reread section 2.1 on greedy translation, and
    the example.""",
)
def goes_on_after_the_end(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[:, t] = token
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your rows are closed before the end mark is written down. It is the last token
    of every target, and the measure of section 2.1 counts it. Reread section 2.1
    on greedy translation, and mind the order of writing and closing.""",
)
def end_mark_not_written(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = np.full(B, BOS), np.full(B, True)
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        still_open &= token != EOS
        tokens[still_open, t] = token[still_open]
    return tokens


@misconception(
    "greedy_translation",
    """As soon as one row ends, all of yours stop. The rows of a batch have nothing to
    do with each other, and the others have more to write. Reread the task on when
    a row is closed, and section 2.1 on greedy translation.""",
)
def first_end_stops_all(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        if (token == EOS).any():
            break
    return tokens


@misconception(
    "greedy_translation",
    """In your code a row that has ended opens again one step later: you look only at
    the token just written. Once closed, a row stays closed. Reread the task on
    what follows the end mark, and section 2.1 on greedy translation.""",
)
def row_opens_again(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open = token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your rows begin with the begin mark, and everything else stands one place too
    late. It is given to the decoder and is no part of what it writes. Reread
    section 2.1 on greedy translation, and the example.""",
)
def begin_mark_in_the_result(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return np.hstack([np.full((B, 1), BOS), tokens])[:, :longest]


@misconception(
    "greedy_translation",
    """The first token that your decoder is given is padding. It has learned to begin
    after the begin mark, which has an embedding of its own. Reread section 2.1 on
    the marks.""",
)
def begins_with_padding(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, PAD), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You choose among the words only and leave out the tokens of padding and begin.
    A trained model seldom writes them, but the task chooses among all scores, as
    the chapter does. Reread section 2.1 on greedy translation.""",
)
def marks_never_written(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax((mixed @ W_hy + b_y)[:, EOS:], axis=1) + EOS
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Padding gets weight in your steps, so a source is translated differently beside
    a longer one. Reread section 2.2, equation (2.5).""",
)
def mask_left_out_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.einsum("bh,bsh->bs", s, h)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You removed the weights of padding after the softmax. What remains sums to less
    than 1, and the contexts are too small. Reread section 2.2 on three ways to
    mask.""",
)
def masked_afterwards_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.einsum("bh,bsh->bs", s, h)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True) * mask, h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """In your steps the old state asks. Here the new state is made first, and that
    one asks. Reread section 2.2, on where it came from, and equation (2.4).""",
)
def old_state_asks_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        old, s = s, np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", old, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You put the state before the context. The upper half of the matrix belongs to
    the context, and the shapes do not tell the two halves apart. Reread section
    2.1, the first line of equation (2.3).""",
)
def bracket_turned_round_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([s, context]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your decoder receives the encoder's last state at every step and never looks
    back. That is the bottleneck of section 2.1. Reread section 2.2, equations
    (2.4) to (2.6).""",
)
def last_state_only_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    context = s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = np.full(B, BOS), np.full(B, True)
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """Your weights are not numbers when scores are large, and then you write token 0:
    the exponential overflows. Subtracting the same number from all scores of a row
    changes no weight and keeps it in range. Reread section 2.2 and its code.""",
)
def largest_score_not_subtracted_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        w = np.where(mask, np.exp(np.einsum("bh,bsh->bs", s, h)), 0)
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You subtract the largest score of the whole row, padding included. Where padding
    has by far the largest, the exponentials of all tokens become 0. Reread section 2.2
    and ask, at equation (2.5), which scores are left to choose from.""",
)
def largest_score_of_padding_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.einsum("bh,bsh->bs", s, h)
        w = np.exp(e - e.max(axis=1, keepdims=True)) * mask
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You take the length of the first source for all of them. The others then start
    from a state in their middle, or from padding. Each source has a last token of its
    own: reread section 2.1, above equation (2.1).""",
)
def length_of_the_first_for_all(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask[0].sum() - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You divided the scores by the square root of their size. Chapter 5 will do so,
    with a reason; here the score is the plain product. Reread section 2.2,
    equation (2.4).""",
)
def divided_by_the_root_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.einsum("bh,bsh->bs", s, h) / np.sqrt(h.shape[2])
        e = np.where(mask, e, -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """You did not divide by the sum of the exponentials. The context is then no
    average, and it is too large. Reread section 2.2, equation (2.5), below the bar.""",
)
def not_divided_in_writing(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w, h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens


@misconception(
    "greedy_translation",
    """In your code the token of padding closes a row, too. A model may write any token
    with the largest score, and only the end mark ends a translation. Reread the task
    on when a row is closed, and section 2.1 on greedy translation.""",
)
def closed_by_padding_too(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B = len(h)
    tokens = np.full((B, longest), PAD)
    s = h[np.arange(B), mask.sum(axis=1) - 1]
    token, still_open = (np.full(B, BOS), np.full(B, True))
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, np.einsum("bh,bsh->bs", s, h), -np.inf)
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w / w.sum(axis=1, keepdims=True), h)
        mixed = np.tanh(np.hstack([context, s]) @ W_m + b_m)
        token = np.argmax(mixed @ W_hy + b_y, axis=1)
        tokens[still_open, t] = token[still_open]
        still_open &= (token != EOS) & (token != PAD)
    return tokens


# --- 7. A matrix between ------------------------------------------------------------


@inputs("general_scores")
def general_inputs(rng):
    """States of one size, so that the matrix fits either way."""
    return tuple(arrays(rng, (3, 4, 5), (3, 6, 5), (5, 5)))


@misconception(
    "general_scores",
    """The matrix has no part in your scores: you have the plain dot product. It is
    the special case in which the matrix is the identity. Reread section 2.3.""",
)
def matrix_left_out_in_general(s, h, W_a):
    return s @ h.swapaxes(1, 2)


@misconception(
    "general_scores",
    """You used the matrix the other way round. When both states have the same size,
    the shapes do not complain; when they differ, they do. Reread section 2.3: the
    decoder's state stands to the left of the matrix.""",
)
def matrix_transposed_in_general(s, h, W_a):
    return s @ W_a.T @ h.swapaxes(1, 2)


@misconception(
    "general_scores",
    """You multiplied both states by the matrix. One translation is enough to bring
    the two together, and with different sizes only one is possible. Reread section
    2.5, the second line of equation (2.8).""",
)
def matrix_for_both_states(s, h, W_a):
    return s @ W_a @ (h @ W_a).swapaxes(1, 2)


@misconception(
    "general_scores",
    """Your scores have the source before the target. In this book each row belongs to
    a step of the decoder, and the softmax runs along it. Reread section 2.3 and
    the shapes of the task.""",
)
def source_first_in_general(s, h, W_a):
    return (s @ W_a @ h.swapaxes(1, 2)).swapaxes(1, 2)


@misconception(
    "general_scores",
    """You divided the scores by the square root of their size. Chapter 5 will do so,
    with a reason; the scores of this chapter are plain products. Reread section
    2.5, equation (2.8).""",
)
def divided_by_the_root_in_general(s, h, W_a):
    return s @ W_a @ h.swapaxes(1, 2) / np.sqrt(h.shape[-1])


@misconception(
    "general_scores",
    """Your numbers are weights: you have taken the softmax as well. Scores may be any
    numbers, and the mask has to come between the two. Reread section 2.5, equation
    (2.8).""",
)
def weights_already_in_general(s, h, W_a):
    e = s @ W_a @ h.swapaxes(1, 2)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "general_scores",
    """You put a tanh between the matrix and the product. The general score is a plain
    product of three; a tanh makes another score of it. Reread section 2.5 and
    compare the second and the third line of equation (2.8).""",
)
def squashed_on_the_way(s, h, W_a):
    return np.tanh(s @ W_a) @ h.swapaxes(1, 2)


@misconception(
    "general_scores",
    """You probably reshaped the encoder's states to make the product fit. Reshaping
    only cuts the same list of numbers anew, so the columns are no states any more;
    axes have to change places. Reread section 2.3.""",
)
def reshaped_not_transposed_in_general(s, h, W_a):
    return s @ W_a @ h.reshape(h.shape[0], h.shape[2], h.shape[1])


@misconception(
    "general_scores",
    """Every decoder of the batch looks at the first source. The matrix is shared, but
    each sequence has a source of its own. Reread section 2.3 and the shapes of the
    task.""",
)
def first_source_for_all_in_general(s, h, W_a):
    return s @ W_a @ h[0].T


# --- 8. Contexts in a batch ---------------------------------------------------------


@inputs("attend")
def batch_inputs(rng):
    """Sizes that agree where a slip needs it; one sequence with very large scores."""
    s, h, W_a = arrays(rng, (3, 4, 5), (3, 4, 5), (5, 5))
    s[0] *= 1e4
    return s, h, W_a, np.arange(4) < rng.permutation([2, 3, 1])[:, None]


@misconception(
    "attend",
    """Padding gets weight in your batch. Its states mean nothing, and they are mixed
    into every context. Reread section 2.2, equation (2.5).""",
)
def mask_left_out_in_batch(s, h, W_a, mask):
    e = s @ W_a @ h.swapaxes(1, 2)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """You removed the weights of padding after the softmax. Padding has had its share
    by then, and what remains sums to less than 1. Reread section 2.2 on three ways
    to mask.""",
)
def masked_afterwards_in_batch(s, h, W_a, mask):
    e = s @ W_a @ h.swapaxes(1, 2)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True) * mask[:, None]
    return weights, weights @ h


@misconception(
    "attend",
    """You probably set the scores of padding to 0. A score of 0 is not a weight of 0:
    its exponential is 1. Reread section 2.2 on three ways to mask.""",
)
def zero_for_the_score_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), 0)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """You use the mask of the first sequence for all of them. Their lengths differ,
    so each has a mask of its own. Reread section 2.2, around equation (2.5).""",
)
def first_mask_for_all_in_batch(s, h, W_a, mask):
    e = np.where(mask[0], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """The matrix has no part in your scores: you have the plain dot product. It is
    the special case in which the matrix is the identity. Reread section 2.3, at
    its beginning.""",
)
def matrix_left_out_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """You used the matrix the other way round. When both states have the same size,
    the shapes do not complain. Reread section 2.3: the decoder's state stands to
    the left of the matrix.""",
)
def matrix_transposed_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a.T @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """Your weights are right, but you average the encoder's states after the matrix
    has been applied to them. The matrix serves to compare; what is averaged are
    the states themselves. Reread section 2.2, equation (2.6).""",
)
def translated_states_averaged(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ (h @ W_a.T)


@misconception(
    "attend",
    """Your weights are right, but you average the decoder's own states. The decoder
    knows those already; it asks for the encoder's. Reread section 2.2, equation
    (2.6).""",
)
def own_states_averaged(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ s


@misconception(
    "attend",
    """Your weights sum to 1 over the steps of the decoder. Each step shares out its
    attention over the source, so the sum runs over the states. Reread section 2.2,
    equation (2.5), and see which index is summed.""",
)
def over_the_steps_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -1e9)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """You did not divide by the sum of the exponentials. The context is then no
    average, but a sum that grows with the source. Reread section 2.2, equation
    (2.5), below the bar.""",
)
def not_divided_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w
    return weights, weights @ h


@misconception(
    "attend",
    """Your weights are not numbers when scores are large: the exponential overflows.
    Subtracting the same number from all scores of a row changes no weight and
    keeps it in range, as in chapter 1. Reread section 2.2 and its code.""",
)
def largest_score_not_subtracted_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e)
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """You divided the scores by the square root of their size. Chapter 5 will do so,
    with a reason; the scores of this chapter are plain products. Reread section
    2.3, at its beginning.""",
)
def divided_by_the_root_in_batch(s, h, W_a, mask):
    e = np.where(
        mask[:, None], s @ W_a @ h.swapaxes(1, 2) / np.sqrt(h.shape[-1]), -np.inf
    )
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """Your weights are 1 for the state with the largest score and 0 for all others. A
    hard choice has no slope to learn from, and the second best is lost. Reread
    section 2.2, equation (2.5).""",
)
def only_the_best_state_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    weights = np.eye(h.shape[1])[e.argmax(axis=-1)]
    return weights, weights @ h


@misconception(
    "attend",
    """Your weights are the same for all states of a source, whatever the scores are.
    Section 2.7 tries this, too, but it chooses nothing. Reread section 2.2,
    equation (2.5).""",
)
def mean_of_the_states_in_batch(s, h, W_a, mask):
    share = mask / mask.sum(axis=1, keepdims=True)
    weights = np.repeat(share[:, None], s.shape[1], axis=1)
    return weights, weights @ h


@misconception(
    "attend",
    """You subtract the largest score of the whole row, padding included. Where padding
    has by far the largest, the exponentials of all tokens become 0. Reread section 2.2
    and ask, at equation (2.5), which scores are left to choose from.""",
)
def largest_score_of_padding_in_batch(s, h, W_a, mask):
    e = s @ W_a @ h.swapaxes(1, 2)
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * mask[:, None]
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


@misconception(
    "attend",
    """You subtract one number, the largest of all scores. Rows lie on different levels,
    and where a whole row lies far below, all its exponentials become 0. Each row has a
    largest score of its own: reread section 2.2, equation (2.5).""",
)
def one_largest_score_for_all_in_batch(s, h, W_a, mask):
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max())
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h


# --- 9. Back through the softmax ----------------------------------------------------


@inputs("softmax_backward")
def weight_inputs(rng):
    """Weights of a masked softmax, some of them 0."""
    w = np.exp(rng.normal(size=(3, 4, 5))) * (np.arange(5) < [[[4]], [[2]], [[5]]])
    return rng.normal(size=(3, 4, 5)), w / w.sum(axis=-1, keepdims=True)


@misconception(
    "softmax_backward",
    """You multiplied each gradient by its weight and stopped there. A score does not
    act on its own weight alone: as the weights sum to 1, the others must give way.
    Reread the derivation in section 2.3, above equation (2.7).""",
)
def mean_forgotten_in_softmax(d_weights, weights):
    return weights * d_weights


@misconception(
    "softmax_backward",
    """You subtracted the mean but did not multiply by the weight. Padding, whose
    weight is 0, would then get a gradient. Reread section 2.3, the second line of
    equation (2.7).""",
)
def weight_in_front_forgotten_in_softmax(d_weights, weights):
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    return d_weights - mean


@misconception(
    "softmax_backward",
    """You used the slope of a weight by its own score only, as if there were a
    sigmoid for each. In a softmax every score moves every weight. Reread the
    derivation in section 2.3, above equation (2.7), where the bracket has two
    cases.""",
)
def each_weight_by_itself_in_softmax(d_weights, weights):
    return weights * (1 - weights) * d_weights


@misconception(
    "softmax_backward",
    """You subtracted the plain mean of the gradients. What a score has to beat is the
    average under the weights, in which a state that is overlooked hardly counts.
    Reread section 2.3, the second line of equation (2.7).""",
)
def plain_mean(d_weights, weights):
    mean = d_weights.mean(axis=-1, keepdims=True)
    return weights * (d_weights - mean)


@misconception(
    "softmax_backward",
    """You subtracted the sum of the gradients without the weights in it. Then a row
    of the result does not sum to zero, as it must. Reread section 2.3, the second
    line of equation (2.7), inside the bracket.""",
)
def sum_without_weights(d_weights, weights):
    mean = d_weights.sum(axis=-1, keepdims=True)
    return weights * (d_weights - mean)


@misconception(
    "softmax_backward",
    """Your gradient has the opposite sign: you subtracted from the mean. A step of
    descent would then raise the loss. Reread section 2.3, the second line of
    equation (2.7).""",
)
def sign_turned_round(d_weights, weights):
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (mean - d_weights)


@misconception(
    "softmax_backward",
    """You subtracted the gradient from the weights. That looks like the gradient of
    softmax and cross-entropy in one, chapter 1's rule, with a target in the place
    of the gradient. Here any gradient may arrive: reread section 2.3, the second
    line of equation (2.7).""",
)
def rule_of_the_cross_entropy(d_weights, weights):
    return weights - d_weights


@misconception(
    "softmax_backward",
    """Your rule belongs to the logarithm of a softmax. There the weight stands before
    the sum only. Here the gradient is that of the weights themselves: reread the
    derivation in section 2.3, above equation (2.7).""",
)
def logarithm_of_the_weights(d_weights, weights):
    return d_weights - weights * d_weights.sum(axis=-1, keepdims=True)


@misconception(
    "softmax_backward",
    """Your mean runs over the steps of the decoder. The weights of one step sum to 1
    over the source, so the mean is one for each step. Reread section 2.3, the
    second line of equation (2.7), and see which index is summed.""",
)
def mean_over_the_steps(d_weights, weights):
    mean = (weights * d_weights).sum(axis=1, keepdims=True)
    return weights * (d_weights - mean)


@misconception(
    "softmax_backward",
    """Your mean runs over all steps of a sequence at once. Each step has weights of
    its own that sum to 1, so each has its own mean. Reread section 2.3, the second
    line of equation (2.7).""",
)
def mean_over_the_sequence(d_weights, weights):
    mean = (weights * d_weights).sum(axis=(1, 2), keepdims=True)
    return weights * (d_weights - mean)


@misconception(
    "softmax_backward",
    """You multiplied by 1 minus the square, which is the slope of tanh. The weights
    come from a softmax, in which every score moves every weight. Reread the
    derivation in section 2.3, above equation (2.7).""",
)
def slope_of_tanh(d_weights, weights):
    return (1 - weights**2) * d_weights


# --- 10. Two gradients for one state ------------------------------------------------


@inputs("attention_backward")
def gradient_inputs(rng):
    """States of one size, so that the matrix fits either way."""
    d_context, s, h, W_a = arrays(rng, (3, 4, 5), (3, 4, 5), (3, 6, 5), (5, 5))
    w = np.exp(rng.normal(size=(3, 4, 6))) * (np.arange(6) < [[[4]], [[2]], [[6]]])
    return d_context, s, h, W_a, w / w.sum(axis=-1, keepdims=True)


@misconception(
    "attention_backward",
    """Your encoder states get a gradient as values only. They were compared, too, and
    as keys they get a second one; with a single state it is zero, so a short test
    does not notice. Reread section 2.3, the last line of equation (2.7).""",
)
def keys_forgotten(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """Your encoder states get a gradient as keys only. They were also averaged into
    the context, and as values they get a first one; perhaps you overwrote it.
    Reread section 2.3, the last line of equation (2.7).""",
)
def values_forgotten(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """You handed the gradient of the weights on as that of the scores. Between the
    two stands the softmax, which has a gradient of its own. Reread section 2.3,
    the second line of equation (2.7).""",
)
def softmax_left_out(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    de = d_weights
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """In your gradient of the scores the mean is missing. As the weights sum to 1,
    raising one score takes from all the others. Reread section 2.3, the second
    line of equation (2.7).""",
)
def mean_forgotten_in_backward(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    de = weights * d_weights
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """In your gradient of the scores the weight in front is missing. Padding, whose
    weight is 0, would then get a gradient. Reread section 2.3, the second line of
    equation (2.7).""",
)
def weight_in_front_forgotten_in_backward(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = d_weights - mean
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """In your gradient of the scores every weight stands by itself, as if there were
    a sigmoid for each. In a softmax every score moves every weight. Reread the
    derivation in section 2.3, above equation (2.7).""",
)
def each_weight_by_itself_in_backward(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    de = weights * (1 - weights) * d_weights
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """In the gradients of the score you used the weights where the gradient of the
    scores belongs. The weights carry values forward; back to the states goes what
    the loss says of the scores. Reread section 2.3, the third and fourth line of
    equation (2.7).""",
)
def weights_for_the_gradient(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = weights @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, weights, h)


@misconception(
    "attention_backward",
    """On the way back to the decoder's states you used the matrix as on the way
    forward. When both states have the same size, the shapes do not complain. Reread
    section 2.3, the third line of equation (2.7).""",
)
def matrix_not_transposed(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """On the way to the keys you used the transposed matrix, as on the way to the
    decoder's states. In the score the two stand on different sides of the matrix.
    Reread section 2.3, the last line of equation (2.7).""",
)
def keys_through_the_transpose(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a.T
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """Your decoder states get a gradient that has not passed the matrix. They were
    multiplied by it, so it takes part on the way back. Reread section 2.3, the
    third line of equation (2.7).""",
)
def states_without_the_matrix(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """As keys your encoder states get a gradient that has not passed the matrix. They
    were compared with the translated state, not with the plain one. Reread section
    2.3, the last line of equation (2.7).""",
)
def keys_without_the_matrix(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """Your gradient of the matrix is transposed: its rows belong to the encoder. A
    gradient has the shape of what it is the gradient of. Reread section 2.3, the
    fourth line of equation (2.7).""",
)
def gradient_of_the_matrix_transposed(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->hg", s, de, h)


@misconception(
    "attention_backward",
    """You have one gradient of the matrix for each sequence. The same matrix serves
    all of them, so its gradients add up. Reread section 2.3, the code below
    equation (2.7).""",
)
def a_matrix_for_each_sequence(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->bgh", s, de, h)


@misconception(
    "attention_backward",
    """You took the mean over the batch for the gradient of the matrix. A loss that is
    a mean has its factor in the gradient that arrives already, so here the parts
    add up. Reread section 2.3, the code below equation (2.7).""",
)
def mean_over_the_batch(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h) / len(s)


@misconception(
    "attention_backward",
    """You summed over the batch first and multiplied the sums. That mixes the states
    of one sequence with the gradients of another. Each sequence has a product of
    its own, and these add up: reread section 2.3, the code below equation (2.7).""",
)
def product_of_the_sums(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, s.sum(axis=0).T @ de.sum(axis=0) @ h.sum(axis=0)


@misconception(
    "attention_backward",
    """In your gradient of the scores one mean serves all steps of a sequence. Each step
    has weights of its own that sum to 1, so each has its own mean. Reread section 2.3,
    the second line of equation (2.7), and see which index is summed.""",
)
def mean_over_the_sequence_in_backward(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=(1, 2), keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)


@misconception(
    "attention_backward",
    """In the gradient of the matrix you took the mean over the steps of the decoder.
    The same matrix serves every step, and a mean in the loss has its factor in the
    gradient that arrives already. Reread section 2.3, the fourth line of equation
    (2.7).""",
)
def mean_over_the_steps_for_the_matrix(d_context, s, h, W_a, weights):
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h) / s.shape[1]


# --- 11. A small network as a score -------------------------------------------------


@inputs("additive_scores")
def additive_inputs(rng):
    """All states and the hidden layer of one size: the matrices fit anywhere."""
    return tuple(arrays(rng, (2, 3, 4), (2, 5, 4), (4, 4), (4, 4), (4,)))


@misconception(
    "additive_scores",
    """You probably applied tanh to each part and then added. Then the two states
    never meet inside a tanh, and the decoder's part is the same for all states of
    the source: it cannot change a weight. Reread section 2.5, the third line of
    equation (2.8).""",
)
def tanh_of_the_parts_in_additive(s, h, W_q, W_k, v_a):
    both = np.tanh(s @ W_q)[:, :, None] + np.tanh(h @ W_k)[:, None]
    return both @ v_a


@misconception(
    "additive_scores",
    """The tanh is missing. Without it the score is a sum of two parts, and the
    decoder's part is the same for all states of the source: it cannot change a
    weight. Reread section 2.5, the third line of equation (2.8).""",
)
def tanh_left_out(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]
    return both @ v_a


@misconception(
    "additive_scores",
    """Your tanh stands around the finished score. It belongs inside, before the last
    product, and the score itself may be any number. Reread section 2.5, the third
    line of equation (2.8).""",
)
def tanh_around_the_score(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]
    return np.tanh(both @ v_a)


@misconception(
    "additive_scores",
    """You summed the hidden numbers without the learned row. Each of them would count
    alike, and none could count against. Reread section 2.5, the third line of
    equation (2.8).""",
)
def sum_without_learned_numbers(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]
    return np.tanh(both).sum(axis=-1)


@misconception(
    "additive_scores",
    """You multiplied by the learned row before the tanh. It weighs what comes out of
    the tanh, and the sum over the hidden numbers comes with it. Reread section
    2.5, the third line of equation (2.8).""",
)
def learned_numbers_inside_the_tanh(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]
    return np.tanh(both * v_a).sum(axis=-1)


@misconception(
    "additive_scores",
    """You multiplied the two parts where the score adds them. Adding is what gives
    this score its name. Reread section 2.5, the third line of equation (2.8).""",
)
def parts_multiplied(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] * (h @ W_k)[:, None]
    return np.tanh(both) @ v_a


@misconception(
    "additive_scores",
    """The encoder's states have no part in your scores, so all states of a source
    score alike. Section 2.5 mentions a score that does not look at the source;
    this is another one. Reread the third line of equation (2.8).""",
)
def source_left_out(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + np.zeros((*h.shape[:2], len(v_a)))[:, None]
    return np.tanh(both) @ v_a


@misconception(
    "additive_scores",
    """You exchanged the two matrices. When all sizes agree, the shapes do not
    complain. Reread section 2.5, the third line of equation (2.8): the query's
    matrix belongs to the decoder's state.""",
)
def matrices_exchanged(s, h, W_q, W_k, v_a):
    both = (s @ W_k)[:, :, None] + (h @ W_q)[:, None]
    return np.tanh(both) @ v_a


@misconception(
    "additive_scores",
    """You added the encoder's states without their matrix. That is how the concat
    score was run in one paper, with the identity in its place. The additive score
    has both: reread section 2.5, the third line of equation (2.8).""",
)
def identity_for_the_keys(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + h[:, None]
    return np.tanh(both) @ v_a


@misconception(
    "additive_scores",
    """You took the dot product of the two translated states. That is another score,
    without a hidden layer. Reread section 2.5, the third line of equation (2.8).""",
)
def product_of_the_translations(s, h, W_q, W_k, v_a):
    return (s @ W_q) @ (h @ W_k).swapaxes(1, 2)


@misconception(
    "additive_scores",
    """Your scores have the source before the target. In this book each row belongs to
    a step of the decoder, and the softmax runs along it. Reread section 2.5 and
    the shapes of the task.""",
)
def source_first_in_additive(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, None] + (h @ W_k)[:, :, None]
    return np.tanh(both) @ v_a


@misconception(
    "additive_scores",
    """Your numbers are weights: you have taken the softmax as well. Scores may be any
    numbers, and the mask has to come between the two. Reread section 2.5, equation
    (2.8).""",
)
def weights_already_in_additive(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]
    e = np.tanh(both) @ v_a
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    return w / w.sum(axis=-1, keepdims=True)


@misconception(
    "additive_scores",
    """You divided by the number of hidden numbers. The product with the learned row
    is a sum; what it should weigh is for the row to learn. Reread section 2.5, the
    third line of equation (2.8).""",
)
def mean_over_the_hidden_numbers(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]
    return np.tanh(both) @ v_a / len(v_a)


@misconception(
    "additive_scores",
    """Every decoder of the batch looks at the first source. The matrices are shared,
    but each sequence has a source of its own. Reread section 2.5 and the shapes of the
    task.""",
)
def first_source_for_all_in_additive(s, h, W_q, W_k, v_a):
    both = (s @ W_q)[:, :, None] + (h[0] @ W_k)[None, None]
    return np.tanh(both) @ v_a


# --- 12. An alignment as two numbers ------------------------------------------------


@inputs("alignment")
def row_inputs(rng):
    """Weights of a masked softmax, some of them 0."""
    w = np.exp(rng.normal(size=(3, 4, 6))) * (np.arange(6) < [[[4]], [[2]], [[6]]])
    return (w / w.sum(axis=-1, keepdims=True),)


@misconception(
    "alignment",
    """Your positions count from 0. The code of the chapter does so when it scales
    them, but the equation and the task count from 1. Reread section 2.6, equation
    (2.9).""",
)
def counted_from_zero(weights):
    positions = weights @ np.arange(weights.shape[-1])
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """Your entropy is in nats: you took the natural logarithm. In bits two states
    that are alike are undecided by 1. Reread section 2.6, equation (2.9).""",
)
def natural_logarithm(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """Your positions are those of the largest weight. The expected position is a mean
    under all weights, and it may lie between two states. Reread section 2.6, the
    left of equation (2.9).""",
)
def largest_weight_for_the_mean(weights):
    positions = weights.argmax(axis=-1) + 1.0
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """Your entropies are negative. The logarithm of a weight is negative or 0, so a
    minus stands before the sum. Reread section 2.6, the right of equation (2.9).""",
)
def entropy_with_the_wrong_sign(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, (weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """Your entropy is not a number where a weight is 0: the logarithm of 0 is minus
    infinity, and 0 times that is not defined. A weight of 0 adds nothing to the
    sum. Reread section 2.6, the code below equation (2.9).""",
)
def not_a_number_at_zero(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(weights)
    return positions, -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """You added 1 inside the logarithm. That keeps it away from 0, but it is another
    quantity: a row that is fully decided would not have entropy 0. Reread section
    2.6, the right of equation (2.9), and its code.""",
)
def one_added_in_the_logarithm(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(weights + 1)
    return positions, -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """You summed the logarithms without their weights. Then the states that are
    hardly looked at count most. Reread section 2.6, the right of equation (2.9).""",
)
def logarithms_not_weighed(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -np.where(weights > 0, logs, 0).sum(axis=-1)


@misconception(
    "alignment",
    """Your positions are divided by the length of the source. The chapter scales them
    to compare pairs of different length, after this step. Reread section 2.6, the
    left of equation (2.9).""",
)
def scaled_to_one(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1) / weights.shape[-1]
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """You divided the entropy by its largest value. The result is a share, not a
    number of bits. Reread section 2.6, the right of equation (2.9).""",
)
def share_of_the_largest_entropy(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=-1) / np.log2(weights.shape[-1])


@misconception(
    "alignment",
    """Your entropy sums over the steps of the decoder. It says of each step how
    undecided it is among the states. Reread section 2.6, the right of equation
    (2.9), and see which index is summed.""",
)
def entropy_over_the_steps(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=1)


@misconception(
    "alignment",
    """You took means over the states where the equation has sums. The weights sum to
    1 already, so both are averages without another division. Reread section 2.6,
    equation (2.9).""",
)
def mean_for_the_sum(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1) / weights.shape[-1]
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).mean(axis=-1)


@misconception(
    "alignment",
    """You raised 2 to the entropy. That says among how many states a row is
    undecided; the entropy counts bits. Reread section 2.6, the right of equation
    (2.9).""",
)
def perplexity_for_the_entropy(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, 2 ** -(weights * logs).sum(axis=-1)


@misconception(
    "alignment",
    """Where any weight of a row is 0, your entropy is 0. You probably turned the result
    into a number after the sum, and lost the other parts of the row. Only the part of
    the weight 0 is 0: reread section 2.6, the code below equation (2.9).""",
)
def not_a_number_made_zero_after_the_sum(weights):
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        undecided = -(weights * np.log2(weights)).sum(axis=-1)
    return positions, np.nan_to_num(undecided)


# --- 13. Three ways to look without choosing ----------------------------------------


@inputs("fixed_weights")
def length_inputs(rng):
    return np.arange(6) < rng.permutation([5, 2, 4, 1])[:, None], 8


@misconception(
    "fixed_weights",
    """Your weights for the last state stand in the last place of the row. In a
    shorter source that is padding; the last token stands before it. Reread section
    2.7, the first of the four ways.""",
)
def last_place_for_the_last_token(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[np.full_like(end, S - 1)]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """Your weights for the last state stand on the first one. The first state has
    read one token, the last one all. Reread section 2.7, the first of the four
    ways.""",
)
def first_state_for_the_last(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[0 * end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """At the same position, the steps that run past the end of your source get no
    weight at all. They are to receive the last state. Reread section 2.7, the
    second of the four ways.""",
)
def nothing_past_the_end(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)] * (np.arange(T) <= end)[:, :, None]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """At the same position, your steps walk on into the padding of a shorter source.
    They are to stop at its last token. Reread section 2.7, the second of the four
    ways.""",
)
def same_position_in_padding(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), S - 1) + 0 * end]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """At the same position, your steps begin again with the first state when the
    source is over. They are to stay at its last token. Reread section 2.7, the
    second of the four ways.""",
)
def begins_again_past_the_end(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.arange(T) % (end + 1)]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """Your steps walk from the last state back to the first. That would suit words to
    be reversed; the same position walks forward. Reread section 2.7, the second of
    the four ways.""",
)
def from_the_end_backwards(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.maximum(end - np.arange(T), 0)]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """At the same position, your steps are one state ahead: the first step receives
    the second state. Python counts from 0, and the first step and the first state
    both stand at 0. Reread section 2.7, the second of the four ways.""",
)
def one_position_ahead(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(1, T + 1), end)]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """Your mean runs over all places, padding included. Its states mean nothing, and
    a source would be read differently beside a longer one. Reread section 2.7, the
    third of the four ways, and the task on whose length it is.""",
)
def mean_over_padding_too(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat(np.full(mask.shape, 1 / S)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """Your mean leaves padding out but divides by all places of the row. The weights
    of a shorter source then sum to less than 1. Reread section 2.7, the third of
    the four ways.""",
)
def mean_divided_by_all_places(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / S)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """You divided the mean by the number of steps of the decoder. It is a mean over
    the states of the source. Reread section 2.7, the third of the four ways.""",
)
def mean_divided_by_the_steps(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / T)[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """Your mean takes only the states up to the same position. The decoder stores all
    of them, and all are there before it starts. Reread section 2.7, the third of
    the four ways.""",
)
def mean_of_what_came_so_far(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    place = np.minimum(np.arange(T), end)
    seen = np.arange(S) <= place[:, :, None]
    return np.eye(S)[end], np.eye(S)[place], seen / (place + 1)[:, :, None]


@misconception(
    "fixed_weights",
    """Your mean is shared out over all sources of the batch: all its weights together
    sum to 1. Each source has a mean of its own, and each of its steps sums to 1. Reread
    section 2.7, the third of the four ways.""",
)
def mean_over_the_whole_batch(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / mask.sum())[:, None], T, axis=1)


@misconception(
    "fixed_weights",
    """You divided every mean by the length of the longest source. The weights of a
    shorter source then sum to less than 1. Reread section 2.7, the third of the four
    ways, and the task on whose length it is.""",
)
def mean_divided_by_the_longest(mask, T):
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)
    end = np.repeat(length - 1, T, axis=1)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / length.max())[:, None], T, axis=1)


# --- Mutants that change nothing -----------------------------------------------------

TURNED = "two axes change places, whichever is named first"

equivalent(
    "dot_scores",
    "return s @ h.swapaxes(1, 2): 'h.swapaxes(1, 2)' -> 'h.swapaxes(2, 1)'",
    TURNED,
)

equivalent(
    "general_scores",
    "return s @ W_a @ h.swapaxes(1, 2): 'h.swapaxes(1, 2)' -> 'h.swapaxes(2, 1)'",
    TURNED,
)

equivalent(
    "attend",
    "e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf): "
    "'h.swapaxes(1, 2)' -> "
    "'h.swapaxes(2, 1)'",
    TURNED,
)

equivalent(
    "attention_backward",
    "d_weights = d_context @ h.swapaxes(1, 2): "
    "'h.swapaxes(1, 2)' -> "
    "'h.swapaxes(2, 1)'",
    TURNED,
)

equivalent(
    "attention_backward",
    "dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a: "
    "'weights.swapaxes(1, 2)' -> "
    "'weights.swapaxes(2, 1)'",
    TURNED,
)

equivalent(
    "attention_backward",
    "dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a: "
    "'de.swapaxes(1, 2)' -> "
    "'de.swapaxes(2, 1)'",
    TURNED,
)

equivalent(
    "masked_softmax",
    "e = np.where(kept, e, -1000000000.0): '-1000000000.0' -> '-999999999.0'",
    "any number far below -10,000 serves, and the mask makes these weights 0",
)
