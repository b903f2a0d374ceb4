# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Chapter 2: build attention
#
# In this notebook you write, in NumPy, the translator of chapter 2 for whole batches:
# the encoder, four kinds of scores and weights, a decoder that looks back and writes,
# the gradients of attention, and the measures of the chapter's experiments. Thirteen
# short functions (38 points), then one question to answer in words (2 points, graded by
# a reader): 40 points, about three hours. Each task stands on its own, so you may skip
# one and return.
#
# **How a task works**
#
# 1. Read the task, with its formula and a worked example. Equation and section
#    numbers are those of chapter 2.
# 2. Replace `raise NotImplementedError()` in the cell below it, and run that cell.
# 3. Run the test cell that follows. It checks shapes, the worked example and that your
#    inputs stay as they are, and says in one sentence what it expected, what came, and
#    where to look.
# 4. Hidden tests decide on the points. They use random numbers, all sizes different,
#    and edge cases. To run them, press *Check* above the notebook. Where there is no
#    such button, save the notebook and type in a terminal, in the course's folder:
#
#    ```
#    .venv/bin/python -m autograder check work/ch2_attention/ch2_attention.ipynb
#    ```
#
# **The rules.** NumPy arrays go in and NumPy arrays come out; do not change your
# inputs. Results have to agree to about five digits. No function needs another one of
# this notebook: where one task contains another, write the line again, so that a slip
# costs you once. Write the formulas out: `torch.nn.RNN`,
# `torch.nn.functional.scaled_dot_product_attention`, `torch.nn.MultiheadAttention` and
# automatic differentiation are not an answer here. The chapter shows code for parts of
# this. The functions here differ from it in places (a batch, a mask for each source,
# sizes of their own), so trust the task, not your memory.
#
# **The shapes.** Vectors are rows: a batch of inputs is multiplied by a matrix from the
# right, `x_t @ W_xs`. Sizes that are all $H$ in the chapter may differ here.
#
# | Symbol | Meaning | Name | Shape |
# |---|---|---|---|
# | | batch size, tokens of a source, steps of a target | `B`, `S`, `T` | |
# | | size of an embedding, of an encoder's state | `D`, `H` | |
# | | size of a decoder's state where it may differ from `H` | `G` | |
# | | size of $\tilde{s}_t$, vocabulary size | `M`, `V` | |
# | | size of the additive score's hidden layer | `A` | |
# | $h_j$ | state of the encoder after token $j$ | `h[:, j - 1]` | `(B, H)` |
# | $s_t$ | state of the decoder at step $t$ | `s[:, t - 1]` or `s_t` | `(B, H)` |
# | $m_j$ | true for a token of the source, false for padding | `mask` | `(B, S)` |
# | $e_{t,j}$ | score of state $h_j$ for step $t$ | `e` | `(B, T, S)` |
# | $\alpha_{t,j}$ | weight of state $h_j$ at step $t$ | `weights` | `(B, T, S)` |
# | $\bar{h}_t$ | context of step $t$ | `context` | `(B, T, H)` |
# | $y_t$ | scores (logits) of the next token | `y_t` | `(B, V)` |
#
# Padding stands at the end of a source, unless a task says that the mask may have any
# pattern. What the arrays hold there means nothing, unless a task says what it has to
# be. The gradient of the loss with respect to `a` is
# called `da` or `d_a` and has the shape of `a`.

# %% setup="helpers" file="expect.py"

# %% setup="marks"
PAD, BOS, EOS = 0, 1, 2  # tokens for padding, begin and end of a sequence

# %% [markdown] prompt="encode"
# ## 1. The encoder reads a batch
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `encode`: read a batch of sources and keep every state. This is the first line
# of equation (2.1), section 2.1:
#
# $$h_j = \tanh(x_j W_{xh} + h_{j-1} W_{hh} + b_h), \qquad h_0 = 0$$
#
# Here $x_j$ is the embedding of token $j$: the row of `embed` with that number. The
# sources of a batch differ in length, and the shorter ones are padded at the end with
# the token `PAD`, which is 0. No source may notice its padding. So the last state is
# the one after the source's *own* last token, and where padding stands, `h` is zero.
#
# Shapes: `source (B, S)` integers, `embed (V, D)`, `W_xh (D, H)`, `W_hh (H, H)`,
# `b_h (H,)` → the three results `(h, last, mask)` in this order: `h (B, S, H)`,
# `last (B, H)`, and `mask (B, S)` booleans, true where a token of the source stands.
# Every source has at least one token.
#
# **Example.** One source with the tokens $(3, 2, 0)$: a letter, the end mark, padding.
# $D = H = 1$, the rows of `embed` are $9$, $9$, $0$, $1$, $W_{xh} = 1$, $W_{hh} = 0.5$,
# $b_h = 0$. Then $h_1 = \tanh(1) = 0.7616$, $h_2 = \tanh(0.5 \cdot 0.7616) = 0.3634$,
# and the third row of `h` is $0$. `last` is $0.3634$. The 9 of the padding leaves no
# trace.
#
# <details><summary>Hint</summary>
#
# Let the state that goes from step to step stand still in rows where padding has
# begun: `np.where(condition, new, old)` chooses entry by entry, and a condition of
# shape `(B, 1)` chooses whole rows. What is written into `h` is another question.
#
# </details>


# %% solution="encode"
def encode(source, embed, W_xh, W_hh, b_h):
    """States of an encoder over a padded batch, the first line of equation (2.1).

    source (B, S) int, embed (V, D), W_xh (D, H), W_hh (H, H), b_h (H,)
    -> h (B, S, H), last (B, H), mask (B, S) bool
    """
    ### BEGIN SOLUTION
    B, S = source.shape
    mask = source != PAD
    h = np.empty((B, S, len(b_h)))
    last = np.zeros((B, len(b_h)))
    for j in range(S):
        new = np.tanh(embed[source[:, j]] @ W_xh + last @ W_hh + b_h)
        last = np.where(mask[:, j, None], new, last)
        h[:, j] = new * mask[:, j, None]
    return h, last, mask
    ### END SOLUTION


# %% test="encode" points=3
small = [
    np.array([[9.0], [9.0], [0.0], [1.0]]),
    np.array([[1.0]]),
    np.array([[0.5]]),
    np.zeros(1),
]
ones = [np.ones(size) for size in [(6, 2), (2, 4), (4, 4), (4,)]]
case = "B = 2, S = 3, V = 6, D = 2 and H = 4"
got = expect_result(encode, np.array([[3, 5, 2], [4, 2, 0]]), *ones, case=case)
expect_parts(got, ["h", "last", "mask"])
expect_shape(got[0], (2, 3, 4), "the shapes of the task: h is (B, S, H)")
expect_shape(got[1], (2, 4), "the shapes of the task: last is (B, H)")
expect_shape(got[2], (2, 3), "the shapes of the task: mask is (B, S)", kind="bool")

got = expect_result(encode, np.array([[3, 2, 0]]), *small, case="the example above")
first = np.tanh(1.0)
second = np.tanh(first / 2)
states = np.array(got[0])
look = (
    "h at the two tokens of the example above, the end mark among them: the first line "
    "of equation (2.1)"
)
expect_close(states[:, :2], [[[first], [second]]], look)
look = "what the task asks for in h where padding stands, and the example above"
expect_close(states[:, 2:], [[[0.0]]], look)
look = (
    "the last state in the example above, and section 2.1, above equation (2.1): after "
    "the source's own last token"
)
expect_close(got[1], [[second]], look)
look = "the mask in the example above: true at a token, the end mark among them"
expect_close(got[2], [[True, True, False]], look)
got = expect_result(
    encode,
    np.array([[4, 1, 2], [3, 2, 0]]),
    np.array([[0.1], [-0.1], [0.6], [0.1], [-0.5]]),
    np.array([[0.4, 1.3]]),
    np.array([[0.9, -0.7], [-1.3, -0.6]]),
    np.array([0.0, -2.3]),
    case="B = 2 and H = 2",
)
expect_parts(got, ["h", "last", "mask"])
for part, want, look in zip(
    got,
    [
        [
            [[-0.197375, -0.994536], [0.791434, -0.934796], [0.974136, -0.907492]],
            [[0.039979, -0.974262], [0.912543, -0.745802], [0.0, 0.0]],
        ],
        [[0.974136, -0.907492], [0.912543, -0.745802]],
        [[True, True, True], [True, True, False]],
    ],
    [
        "h of a batch with B = 2 and H = 2: each source begins with h_0 = 0 and ends "
        "with its own padding; between them stands the first line of equation (2.1), "
        "each term and one tanh around their sum",
        "last of a batch with B = 2: the state after each source's own last token",
        "the mask of a batch with B = 2: false where PAD stands, and nowhere else",
    ],
    strict=True,
):
    expect_close(part, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, S, V, D, H in [
    (5, 7, 9, 3, 4),
    (1, 6, 5, 4, 2),
    (4, 1, 6, 2, 3),
    (3, 4, 7, 5, 1),
]:
    lengths = rng.permutation(np.arange(B) % S + 1)
    source = rng.integers(1, V, size=(B, S))
    source = np.where(np.arange(S) < lengths[:, None], source, PAD)
    sizes = [(V, D), (D, H), (H, H), (H,)]
    given = [source, *(0.7 * rng.normal(size=size) for size in sizes)]
    kept = [a.copy() for a in given]
    result = encode(*given)
    E, W, U, b = map(torch.tensor, given[1:])
    states, ends = torch.zeros(B, S, H).double(), torch.zeros(B, H).double()
    for row, n in enumerate(lengths):
        x = E[torch.tensor(source[row : row + 1, :n])]
        h = torch.rnn_tanh(
            x,
            0 * ends[None, :1],
            [W.T, U.T, b, 0 * b],
            True,
            1,
            0.0,
            False,
            False,
            True,
        )[0]
        states[row, :n], ends[row] = h[0], h[0, -1]
    assert matches(result[2], np.arange(S) < lengths[:, None]), (
        "The mask is not true at the tokens and false at the padding of random sources."
    )
    counted = np.arange(S) < lengths[:, None]
    assert np.shape(result[0]) == (B, S, H), "h has another shape than (B, S, H)."
    assert matches(np.asarray(result[0])[counted], states.numpy()[counted]), (
        f"The states of random sources differ from equation (2.1) for B = {B}, S = {S}."
    )
    assert matches(result[0], states.numpy()), "Where padding stands, h is not zero."
    assert matches(result[1], ends.numpy()), (
        "The last states are not those after each source's own last token; section 2.1 "
        "says which state the decoder starts from."
    )
    assert all(map(np.array_equal, given, kept)), (
        "encode changed one of its inputs; make new arrays instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="tokens_right"
# ## 2. What arrived?
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `tokens_right`: the measure of section 2.1; no equation is behind it. Of each
# target it is the share of tokens, the end mark `EOS` among them, that the translation
# has right, each at its own place.
#
# Shapes: `said (B, longest)` integers, what a model wrote, and `wanted (B, T)`
# integers, the targets, padded at the end with `PAD`, which is 0 → `shares (B,)`, one
# number for each target. `longest` may be 0, below or above `T`. Only the target says
# which places count: a token that is wanted and was not written is not right, what was
# written beyond a target counts neither way, and where the answer has an end mark or
# `PAD` of its own makes no difference. Every target has at least one token.
#
# **Example.** $B = 2$, $T = 4$, `longest` 3. Wanted are $(7, 5, 4, 2)$ and
# $(6, 2, 0, 0)$; the model wrote $(7, 3, 4)$ and $(5, 6, 2)$. Of the first target's
# four tokens the first and the third are right, and the fourth was never written:
# $2/4 = 0.5$. The second answer has the right tokens, but each a place too late:
# $0/2 = 0$.


# %% solution="tokens_right"
def tokens_right(said, wanted):
    """Share of each target's tokens that stand at their place.

    said (B, longest) int, wanted (B, T) int -> shares (B,)
    """
    ### BEGIN SOLUTION
    counts = wanted != PAD
    longest = min(said.shape[1], wanted.shape[1])
    right = (said[:, :longest] == wanted[:, :longest]) & counts[:, :longest]
    return right.sum(axis=1) / counts.sum(axis=1)
    ### END SOLUTION


# %% test="tokens_right" points=2
wanted = np.array([[7, 5, 4, 2], [6, 2, 0, 0]])
got = expect_result(
    tokens_right,
    np.array([[7, 3, 4], [5, 6, 2]]),
    wanted,
    case="an answer that is shorter than the target (longest below T)",
)
expect_shape(got, (2,), "the shapes of the task: one share for each target")
look = (
    "the example above, place by place, and 'The bottleneck, measured' in section 2.1"
)
expect_close(got, [0.5, 0.0], look)
got = expect_result(tokens_right, np.array([[7, 2, 0, 2], [6, 0, 0, 0]]), wanted)
look = (
    "the task, with the answers (7, 2, 0, 2) and (6, 0, 0, 0): a share of the target's "
    "own tokens, wherever the answer has an end mark or padding"
)
expect_close(got, [0.5, 0.5], look)
got = expect_result(
    tokens_right,
    np.array([[7, 5, 4, 2, 0], [6, 2, 0, 9, 9]]),
    wanted,
    case="an answer that is longer than the target (longest above T)",
)
look = "the task: what was written beyond a target counts neither way"
expect_close(got, [1.0, 1.0], look)
for said, want in [([[2], [6]], [0.0, 0.5]), ([[], []], [0.0, 0.0])]:
    said = np.array(said, dtype=int)
    case = f"an answer with longest = {said.shape[1]}"
    got = expect_result(tokens_right, said, wanted, case=case)
    look = f"the task, with {case}: a token that was not written is not right"
    expect_close(got, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, N, T in [(9, 5, 7), (8, 9, 6), (1, 4, 4), (7, 3, 1), (6, 1, 5), (5, 0, 3)]:
    for correct in [0.3, 0.8, 1.0]:
        lengths = rng.integers(1, T + 1, size=B)
        wanted = rng.integers(3, 6, size=(B, T))
        wanted[np.arange(B), lengths - 1] = EOS
        wanted[np.arange(T) >= lengths[:, None]] = PAD
        said = rng.choice([PAD, EOS, 3, 4, 5], size=(B, N))
        for row, place in np.ndindex(B, min(N, T)):
            if rng.random() < correct:
                said[row, place] = wanted[row, place]
        given = [said, wanted]
        kept = [a.copy() for a in given]
        result = tokens_right(*given)
        truth = []
        for ours, theirs, length in zip(said, wanted, lengths, strict=True):
            pairs = zip(ours, theirs[:length], strict=False)
            truth.append(sum(int(a == b) for a, b in pairs) / int(length))
        assert matches(result, truth), (
            f"The shares are wrong for random targets with T = {T} and answers with "
            f"longest = {N}; see which places count, and what a share is a share of."
        )
        assert all(map(np.array_equal, given, kept)), (
            "tokens_right changed one of its inputs; make new arrays instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="dot_scores"
# ## 3. The simplest score
#
# *2 points · difficulty 1 of 5 · about 5 minutes*
#
# Write `dot_scores`: compare every decoder state with every encoder state of the same
# sequence. This is equation (2.4), section 2.2, for a batch:
#
# $$e_{t,j} = s_t h_j^\top$$
#
# Shapes: `s (B, T, H)`, `h (B, S, H)` → `e (B, T, S)`.
#
# **Example.** $B = 1$, $T = 2$, $S = 3$, $H = 2$. The decoder states are $(1, 2)$ and
# $(0, -1)$, the encoder states $(3, 1)$, $(0, 2)$ and $(1, 1)$. The scores are
# $(5, 4, 3)$ in the first step and $(-1, -2, -1)$ in the second.


# %% solution="dot_scores"
def dot_scores(s, h):
    """Every decoder state against every encoder state, equation (2.4).

    s (B, T, H), h (B, S, H) -> e (B, T, S)
    """
    ### BEGIN SOLUTION
    return s @ h.swapaxes(1, 2)
    ### END SOLUTION


# %% test="dot_scores" points=2
case = "B = 2, T = 3, S = 4 and H = 5"
got = expect_result(dot_scores, np.ones((2, 3, 5)), np.ones((2, 4, 5)), case=case)
expect_shape(got, (2, 3, 4), "the shapes of the task: a score for each pair of states")
got = expect_result(
    dot_scores,
    np.array([[[1.0, 2.0], [0.0, -1.0]]]),
    np.array([[[3.0, 1.0], [0.0, 2.0], [1.0, 1.0]]]),
    case="the example above",
)
expect_close(got, [[[5, 4, 3], [-1, -2, -1]]], "the example above and equation (2.4)")
got = expect_result(
    dot_scores,
    np.array([[[0.1, -0.1]], [[0.6, 0.1]]]),
    np.array([[[-0.5, 0.4], [1.3, 0.9]], [[-0.7, -1.3], [-0.6, 0.0]]]),
)
expect_close(
    got,
    [[[-0.09, 0.04]], [[-0.55, -0.36]]],
    "the scores of a batch with B = 2: each sequence has a source of its own, (2.4)",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, H in [
    (3, 4, 6, 5),
    (1, 7, 3, 2),
    (4, 1, 5, 3),
    (2, 6, 1, 4),
    (5, 3, 4, 1),
]:
    given = [rng.normal(size=(B, T, H)), rng.normal(size=(B, S, H))]
    kept = [a.copy() for a in given]
    result = dot_scores(*given)
    s, h = map(torch.tensor, given)
    truth = (s[:, :, None] * h[:, None]).sum(dim=-1).numpy()
    assert matches(result, truth), (
        f"The scores differ from equation (2.4) on random states with B = {B}, "
        f"T = {T}, S = {S} and H = {H}."
    )
    assert all(map(np.array_equal, given, kept)), (
        "dot_scores changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="masked_softmax"
# ## 4. No weight for padding
#
# *3 points · difficulty 3 of 5 · about 10 minutes*
#
# Write `masked_softmax`: turn scores into weights over the source. This is equation
# (2.5), section 2.2:
#
# $$\alpha_{t,j} = \frac{m_j \exp(e_{t,j})}{\sum_{i=1}^{S} m_i \exp(e_{t,i})}$$
#
# Each sequence of the batch has a mask of its own, and it is the same for all its
# steps. If the mask leaves nothing of a sequence, all its weights are 0. Scores may be
# as large as 10,000, of either sign, at tokens and at padding.
#
# Shapes: `e (B, T, S)`, `mask (B, S)` booleans in any pattern → `weights (B, T, S)`.
#
# **Example.** $B = 1$, $S = 3$, scores $(0, \ln 3, 7)$. If the third is padding, the
# weights are $(1, 3, 0)/4 = (0.25, 0.75, 0)$. If only the first counts, they are
# $(1, 0, 0)$. If nothing counts, they are $(0, 0, 0)$.
#
# <details><summary>Hint</summary>
#
# As in chapter 1, subtract the largest score before the exponential. Which scores may
# be the largest? And in a row without tokens: what does your code subtract, and what
# does it divide by? `mask[:, None]` has shape `(B, 1, S)` and lines up with the scores.
#
# </details>


# %% solution="masked_softmax"
def masked_softmax(e, mask):
    """Weights over the last axis that leave padding out, equation (2.5).

    e (B, T, S), mask (B, S) bool -> weights (B, T, S)
    """
    ### BEGIN SOLUTION
    kept = mask[:, None]  # (B, 1, S)
    e = np.where(kept, e, -1e9)
    w = np.exp(e - e.max(axis=-1, keepdims=True)) * kept
    # The largest term is 1, so a sum below 1 means that nothing is left.
    return w / np.maximum(w.sum(axis=-1, keepdims=True), 1)
    ### END SOLUTION


# %% test="masked_softmax" points=3
two = np.array([[True, True, False, True], [True, False, True, True]])
got = expect_result(
    masked_softmax, np.ones((2, 3, 4)), two, case="scores (2, 3, 4) and a mask (2, 4)"
)
expect_shape(got, (2, 3, 4), "the shapes of the task: weights have the shape of e")
scores = np.array([[[0.0, np.log(3.0), 7.0]]])
bar = "equation (2.5), its mask above and below the bar, and its sum over the states"
none = "where nothing is left, the task says what equation (2.5) does not"
for left, want, look in [
    ([True, True, False], [0.25, 0.75, 0.0], bar),
    ([True, False, False], [1.0, 0.0, 0.0], bar),
    ([False, False, False], [0.0, 0.0, 0.0], none),
]:
    got = expect_result(masked_softmax, scores, np.array([left]), case=f"mask {left}")
    expect_close(got, [[want]], f"mask {left} in the example above: {look}")
levels = np.log(
    [[[1.0, 3.0, 9.0], [3.0, 1.0, 9.0]], [[9.0, 1.0, 3.0]] * 2, [[1.0] * 3] * 2]
)
two = np.array([[True, True, False], [False, True, True], [False, False, False]])
got = expect_result(masked_softmax, levels, two, case="B = 3, T = 2 and S = 3")
expect_close(
    got,
    [[[0.25, 0.75, 0.0], [0.75, 0.25, 0.0]], [[0.0, 0.25, 0.75]] * 2, [[0.0] * 3] * 2],
    "three sequences with two steps each: every sequence has a mask of its own, which "
    "may leave nothing, and every step a sum of its own",
)
low, high = [-1e4, 1 - 1e4], [1e4, 1e4 - 1]  # one apart
more = np.e / (1 + np.e)
levels = np.array([[[*high, 1e4], [*low, 1e4]], [[-1e4, *low], [1e4, 1e4, -1e4]]])
got = expect_result(masked_softmax, levels, two[:2], case="scores of 10,000")
expect_close(
    got,
    [
        [[more, 1 - more, 0.0], [1 - more, more, 0.0]],
        [[0.0, 1 - more, more], [0.0, 1.0, 0.0]],
    ],
    "the task: scores may be as large as 10,000, of either sign, at tokens and at "
    "padding. No exponential may overflow, and no sum of a row become 0: which score "
    "do you subtract in each row, and which ones do you choose it from (section 2.2)",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def _softmax_over_tokens(scores, mask):
    """Each row by itself, over the tokens that are left."""
    truth = np.zeros(scores.shape)
    for b, t in np.ndindex(*scores.shape[:2]):
        if mask[b].any():
            left = torch.tensor(scores[b, t][mask[b]]).softmax(dim=0)
            truth[b, t][mask[b]] = left.numpy()
    return truth


for B, T, S in [(5, 4, 6), (1, 3, 7), (6, 1, 4), (4, 5, 1), (3, 3, 3)]:
    ragged = np.arange(S) < rng.integers(1, S + 1, size=(B, 1))
    gaps = rng.random((B, S)) < 0.6
    lonely = np.arange(S) == rng.integers(S, size=(B, 1))
    full = np.ones((B, S), dtype=bool)
    empty = gaps & (np.arange(B) != rng.integers(B))[:, None]
    levels = 1e4 * rng.choice([-1.0, 0.0, 0.5, 1.0], size=(B, T, S))
    mixed = np.round(77 * rng.normal(size=(B, T, S))) / 64  # exact in float32, too
    far, low, rows = levels + mixed, mixed - 1e4, mixed + levels[:, :, :1]
    far, low, rows = (np.clip(scores, -1e4, 1e4) for scores in (far, low, rows))
    masks = [gaps, ragged, empty, lonely, full]
    for k, (name, scores) in enumerate(
        [
            ("random scores", mixed),
            ("very large scores", far),
            ("very large scores in padding", np.where(gaps[:, None], mixed, 1e4)),
            ("very small scores", low),
            ("rows on different levels", rows),
        ]
    ):
        for mask in masks if B == 5 else [masks[(k + B) % 5]]:
            given = [scores, mask]
            kept = [a.copy() for a in given]
            result = masked_softmax(*given)
            assert matches(result, _softmax_over_tokens(*given)), (
                f"The weights differ from equation (2.5) for {name} with "
                f"{mask.sum()} of {B * S} states left; section 2.2 compares ways to "
                "mask."
            )
            assert all(map(np.array_equal, given, kept)), (
                "masked_softmax changed one of its inputs; make new arrays instead."
            )
### END HIDDEN TESTS

# %% [markdown] prompt="attention_step"
# ## 5. One step of a decoder that looks back
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `attention_step`: one step of the decoder of section 2.2, for a batch. It
# receives the embedding $x'_t$ of the token before, and its old state. In this order:
# the new state by the second line of equation (2.1), its scores against all encoder
# states by (2.4), the weights by (2.5), the context by (2.6), and both lines of (2.3):
#
# $$s_t = \tanh(x'_t W_{xs} + s_{t-1} W_{ss} + b_s), \qquad
# \alpha_{t,j} = \frac{m_j \exp(s_t h_j^\top)}{\sum_i m_i \exp(s_t h_i^\top)}, \qquad
# \bar{h}_t = \sum_j \alpha_{t,j} h_j$$
#
# $$\tilde{s}_t = \tanh([\bar{h}_t, s_t] W_m + b_m), \qquad
# y_t = \tilde{s}_t W_{hy} + b_y$$
#
# Shapes: `x_t (B, D)`, `s_prev (B, H)`, `h (B, S, H)`, `mask (B, S)` booleans in any
# pattern, `W_xs (D, H)`, `W_ss (H, H)`, `b_s (H,)`, `W_m (2H, M)`, `b_m (M,)`,
# `W_hy (M, V)`, `b_y (V,)` → the three results `(y_t, s_t, weights)` in this order:
# `y_t (B, V)`, `s_t (B, H)`, `weights (B, S)`. Every source has at least one token.
# Scores $s_t h_j^\top$ may be as large as 10,000, of either sign.
#
# **Example.** $B = D = H = M = 1$, $S = 3$, $V = 2$. $x'_t = 2$, $s_{t-1} = -1$,
# $W_{xs} = W_{ss} = 1$, $b_s = 0$: $s_t = \tanh(1) = 0.7616$. The encoder states are
# $0$, $1$ and $9$, the last one padding. The scores of the first two are $0$ and
# $0.7616$, the weights $(0.3183, 0.6817, 0)$, the context is $0.6817$. With
# $W_m = (1, 2)^\top$ and $b_m = -2$ we get
# $\tilde{s}_t = \tanh(0.6817 + 1.5232 - 2) = \tanh(0.2049) = 0.2021$, and with
# $W_{hy} = (1, -1)$, $b_y = (0, 1)$ the scores $y_t = (0.2021, 0.7979)$.
#
# <details><summary>Hint</summary>
#
# A batch of single rows against a batch of matrices: `s_t[:, None] @ ...` makes room
# for an axis of length 1 that you take away afterwards, or name the axes in
# `np.einsum("bh,bsh->bs", ...)`. `np.hstack` puts two blocks side by side.
#
# </details>


# %% solution="attention_step"
def attention_step(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    """One decoder step with attention, equations (2.1) and (2.3) to (2.6).

    x_t (B, D), s_prev (B, H), h (B, S, H), mask (B, S) bool, W_xs (D, H),
    W_ss (H, H), b_s (H,), W_m (2H, M), b_m (M,), W_hy (M, V), b_y (V,)
    -> y_t (B, V), s_t (B, H), weights (B, S)
    """
    ### BEGIN SOLUTION
    s_t = np.tanh(x_t @ W_xs + s_prev @ W_ss + b_s)
    e = np.where(mask, np.einsum("bh,bsh->bs", s_t, h), -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    weights = w / w.sum(axis=1, keepdims=True)
    context = np.einsum("bs,bsh->bh", weights, h)
    mixed = np.tanh(np.hstack([context, s_t]) @ W_m + b_m)
    return mixed @ W_hy + b_y, s_t, weights
    ### END SOLUTION


# %% test="attention_step" points=3
sizes = [(2, 3), (2, 4), (2, 5, 4), (2, 5), (3, 4), (4, 4), (4,), (8, 6), (6,)]
ones = [np.ones(size) for size in [*sizes, (6, 7), (7,)]]
ones[3] = ones[3] > 0
case = "B = 2, D = 3, H = 4, S = 5, M = 6 and V = 7"
got = expect_result(attention_step, *ones, case=case)
expect_parts(got, ["y_t", "s_t", "weights"])
expect_shape(got[0], (2, 7), "the shapes of the task: y_t is (B, V)")
expect_shape(got[1], (2, 4), "the shapes of the task: s_t is (B, H)")
expect_shape(got[2], (2, 5), "the shapes of the task: weights are (B, S)")

got = expect_result(
    attention_step,
    np.array([[2.0]]),
    np.array([[-1.0]]),
    np.array([[[0.0], [1.0], [9.0]]]),
    np.array([[True, True, False]]),
    np.array([[1.0]]),
    np.array([[1.0]]),
    np.zeros(1),
    np.array([[1.0], [2.0]]),
    np.array([-2.0]),
    np.array([[1.0, -1.0]]),
    np.array([0.0, 1.0]),
    case="the example above",
)
state = np.tanh(1.0)
share = 1 / (1 + np.exp(-state))
mix = np.tanh(share + 2 * state - 2)
look = "s_t in the example above and the second line of equation (2.1)"
expect_close(got[1], [[state]], look)
expect_close(
    got[2],
    [[1 - share, share, 0.0]],
    "the weights in the example above: s_t asks by equation (2.4), and the mask stands "
    "in the sum of equation (2.5)",
)
look = (
    "y_t in the example above: the context by equation (2.6), then both lines of (2.3)"
)
expect_close(got[0], [[mix, 1 - mix]], look)
got = expect_result(
    attention_step,
    np.array([[-2.3], [-0.2]]),
    np.array([[-1.2, -0.7], [-0.5, -0.3]]),
    np.array(
        [
            [[0.1, -0.1], [0.6, 0.1], [-0.5, 0.4]],
            [[1.3, 0.9], [-0.7, -1.3], [-0.6, 0.0]],
        ]
    ),
    np.array([[True, False, True], [True, True, True]]),
    np.array([[0.4, 1.0]]),
    np.array([[-0.1, 1.4], [-0.7, 0.4]]),
    np.array([0.9, 0.1]),
    np.array([[-0.7], [-0.9], [-0.5], [0.2]]),
    np.array([-1.0]),
    np.array([[-0.2, -0.2]]),
    np.array([0.5, 0.2]),
    case="B = 2 and H = 2",
)
expect_parts(got, ["y_t", "s_t", "weights"])
for part, want, look in [
    (
        got[1],
        [[0.529896, -0.999513], [0.793199, -0.725897]],
        "s_t of a batch with B = 2 and H = 2: the second line of equation (2.1)",
    ),
    (
        got[2],
        [[0.693747, 0.0, 0.306253], [0.410435, 0.414799, 0.174766]],
        "the weights of a batch with B = 2 and H = 2: each s_t asks its own source, "
        "and the mask may have gaps, equations (2.4) and (2.5)",
    ),
    (
        got[0],
        [[0.679298, 0.379298], [0.680508, 0.380508]],
        "y_t of a batch with B = 2 and H = 2: each context is of its own source, "
        "equation (2.6), and then both lines of (2.3)",
    ),
]:
    expect_close(part, want, look)
large = [
    np.array([[0.0], [0.0]]),
    np.array([[99.0], [99.0]]),
    np.array([[[-1e4], [1 - 1e4], [1e4]], [[1e4], [-1e4], [1e4]]]),
    np.array([[True, True, False], [True, True, False]]),
    *(np.ones(size) for size in [(1, 1), (1, 1)]),
    np.zeros(1),
    *(np.zeros(size) for size in [(2, 1), (1,), (1, 2), (2,)]),
]
more = np.e / (1 + np.e)
got = expect_result(attention_step, *large, case="scores of 10,000")
expect_close(
    got[2],
    [[1 - more, more, 0.0], [1.0, 0.0, 0.0]],
    "the weights where scores are as large as 10,000, at tokens and at padding. No "
    "exponential may overflow, and no sum of a row become 0: which score do you "
    "subtract in each row, and what stands in for padding, equation (2.5)",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, S, D, H, M, V, size in [
    (5, 6, 3, 4, 2, 7, 0.7),
    (1, 4, 5, 3, 6, 2, 0.7),
    (3, 1, 2, 5, 4, 6, 0.7),
    (4, 7, 1, 2, 3, 5, 0.7),
    (2, 3, 4, 1, 5, 1, 0.7),
    (6, 5, 2, 3, 4, 7, 2e3),
]:
    shapes = [(B, D), (B, H), (B, S, H), (D, H), (H, H), (H,), (2 * H, M), (M,)]
    arrays = [0.7 * rng.normal(size=shape) for shape in [*shapes, (M, V), (V,)]]
    arrays[2] *= size / 0.7
    ragged = np.arange(S) < rng.permutation(np.arange(B) % S + 1)[:, None]
    lonely = np.arange(S) == rng.integers(S, size=(B, 1))
    for counted in [ragged, lonely, ragged | True]:
        given = [*arrays[:3], counted, *arrays[3:]]
        kept = [a.copy() for a in given]
        result = attention_step(*given)
        x, s, h, m, W, U, b, A, c, R, q = map(torch.tensor, given)
        new = torch.rnn_tanh_cell(x, s, W.T, U.T, b, 0 * b)
        scores = torch.bmm(h, new[:, :, None])[:, :, 0]
        alpha = scores.masked_fill(~m, -torch.inf).softmax(dim=1)
        context = (alpha[:, :, None] * h).sum(dim=1)
        y = torch.addmm(q, torch.tanh(context @ A[:H] + new @ A[H:] + c), R)
        where = f"for B = {B}, S = {S} and {counted.sum()} of {B * S} states left"
        assert matches(result[1], new.numpy()), (
            f"The new state differs from the second line of equation (2.1) {where}."
        )
        assert matches(result[2], alpha.numpy()), (
            f"The weights differ from equations (2.4) and (2.5) {where}; see which "
            "state asks, and what is left out."
        )
        assert matches(result[0], y.numpy()), (
            f"The scores y_t differ from equations (2.6) and (2.3) {where}."
        )
        assert all(map(np.array_equal, given, kept)), (
            "attention_step changed one of its inputs; make new arrays instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="greedy_translation"
# ## 6. The decoder writes
#
# *4 points · difficulty 4 of 5 · about 30 minutes*
#
# Write `greedy_translation`: let the decoder with attention write its targets, token by
# token (section 2.1 on greedy, section 2.2 on the step).
#
# - The first state is $s_0 = h_S$, the encoder's state after the source's last token.
#   The mask is true for the tokens of a source, at least one, and then false.
# - The first token that the decoder is given is `BOS`, which is 1. After that it is
#   given the token that it has just written. Its embedding $x'_t$ is a row of `embed`.
# - Each step is that of task 5: equations (2.1), (2.4), (2.5), (2.6) and (2.3). From
#   step to step goes the state $s_t$.
# - It writes the token with the largest score among all $V$, and of equal scores the
#   smallest token, as `np.argmax` does.
# - A row that has written `EOS`, which is 2, is closed: after it follows `PAD`, which
#   is 0. No other token closes a row. Rows end at different steps, or never.
#
# Shapes: `h (B, S, H)`, `mask (B, S)` booleans, the integer `longest`,
# `embed (V, D)`, `W_xs (D, H)`, `W_ss (H, H)`, `b_s (H,)`, `W_m (2H, M)`, `b_m (M,)`,
# `W_hy (M, V)`, `b_y (V,)` → `tokens (B, longest)` integers, without the `BOS` at the
# beginning. `longest` may be 0. Scores $s_t h_j^\top$ may be as large as 10,000, of
# either sign.
#
# **Example.** One source with the single state $0.5$, $D = H = M = 1$, $V = 4$,
# `longest` 4. The rows of `embed` are $0$, $0$, $0$, $-2$; $W_{xs} = W_{ss} = 1$,
# $W_m = (1, 1)^\top$, $W_{hy} = (0, 0, -1, 1)$, $b_y = (-9, -9, 0, 0)$, the other
# biases $0$. The context is always $0.5$.
#
# - `BOS` is given: $s_1 = \tanh(0 + 0.5) = 0.4621$,
#   $\tilde{s}_1 = \tanh(0.5 + 0.4621) = 0.7452$. The scores are
#   $(-9, -9, -0.7452, 0.7452)$, so it writes 3.
# - 3 is given: $s_2 = \tanh(-2 + 0.4621) = -0.9118$,
#   $\tilde{s}_2 = \tanh(0.5 - 0.9118) = -0.3900$. Now token 2 has the largest score: it
#   writes `EOS`.
#
# The result is `[[3, 2, 0, 0]]`.
#
# <details><summary>Hint</summary>
#
# Three things go from step to step, one of each for every row: the state, the token
# just written, and whether the row is still open. A closed row may go on computing; its
# tokens are just not written down. The number of true entries in a row of the mask is
# the length of its source.
#
# </details>


# %% solution="greedy_translation"
def greedy_translation(h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    """Write the most probable token at every step, until EOS (sections 2.1 and 2.2).

    h (B, S, H), mask (B, S) bool, longest int, embed (V, D), W_xs (D, H), W_ss (H, H),
    b_s (H,), W_m (2H, M), b_m (M,), W_hy (M, V), b_y (V,) -> tokens (B, longest) int
    """
    ### BEGIN SOLUTION
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
        tokens[still_open, t] = token[still_open]
        still_open &= token != EOS
    return tokens
    ### END SOLUTION


# %% test="greedy_translation" points=4
small = {
    "embed": np.array([[0.0], [0.0], [0.0], [-2.0]]),
    "W_xs": np.array([[1.0]]),
    "W_ss": np.array([[1.0]]),
    "b_s": np.zeros(1),
    "W_m": np.array([[1.0], [1.0]]),
    "b_m": np.zeros(1),
    "W_hy": np.array([[0.0, 0.0, -1.0, 1.0]]),
    "b_y": np.array([-9.0, -9.0, 0.0, 0.0]),
}
lone = [np.array([[[0.5]]]), np.array([[True]])]
case = "the example above"
got = expect_result(greedy_translation, *lone, 4, *small.values(), case=case)
expect_shape(got, (1, 4), "the shapes of the task: (B, longest)", kind="int")
expect_close(got, [[3, 2, 0, 0]], "the example above, step by step")
case = "the example above with longest = 1"
got = expect_result(greedy_translation, *lone, 1, *small.values(), case=case)
expect_close(got, [[3]], case)
got = expect_result(greedy_translation, *lone, 0, *small.values(), case="longest = 0")
assert np.shape(got) == (1, 0), (
    f"Expected shape (1, 0) for longest = 0, got {np.shape(got)}. Look at the shapes "
    "of the task: (B, longest)."
)
changed = small | {"b_y": np.array([0.0, 4.0, 0.0, 4.0]), "W_hy": np.zeros((1, 4))}
got = expect_result(greedy_translation, *lone, 2, *changed.values(), case="W_hy = 0")
look = (
    "the task: the largest of all V scores, and of equal ones the smallest token; here "
    "W_hy is 0, and b_y alone makes 1 and 3 the largest"
)
expect_close(got, [[1, 1]], look)
changed = small | {"embed": np.array([[-9.0], [1.0], [-9.0], [-9.0]])}
changed |= {
    "W_ss": -np.ones((1, 1)),
    "b_s": np.ones(1),
    "W_m": np.array([[0.0], [1.0]]),
}
got = expect_result(
    greedy_translation,
    np.array([[[1.0], [9.0]], [[-9.0], [3.0]]]),
    np.array([[True, False], [True, True]]),
    1,
    *changed.values(),
    case="two sources, the first one with padding",
)
look = (
    "the first token of two sources, where W_m reads the state alone: s_0 after each "
    "source's own last token, the embedding of BOS, and b_s in equation (2.1)"
)
expect_close(got, [[3], [2]], look)
changed = small | {"embed": np.array([[0.0], [2.0], [0.0], [0.0]])}
changed |= {"W_m": np.array([[1.0], [0.0]]), "b_m": np.array([0.53])}
got = expect_result(
    greedy_translation,
    np.array([[[-1.5], [9.0]], [[5.0], [-1.0]], [[-1.2], [-0.2]]]),
    np.array([[True, False], [True, True], [True, True]]),
    1,
    *changed.values(),
    case="three sources, the first one with padding",
)
look = (
    "the first token of three sources, where W_m reads the context alone: the scores "
    "of s_1, (2.4), the mask in the sum of (2.5), the average, (2.6), and the order of "
    "the bracket and b_m in (2.3)"
)
expect_close(got, [[2], [3], [3]], look)
got = expect_result(
    greedy_translation,
    np.array(
        [
            [[-1.6, -0.1], [1.0, 1.3], [-0.8, -1.8]],
            [[-0.3, -0.1], [3.3, -0.8], [-1.1, -2.4]],
            [[1.6, -1.0], [-0.6, -0.6], [0.9, 2.7]],
        ]
    ),
    np.array([[True, False, False], [True, True, False], [True, True, True]]),
    5,
    np.array([[2.5], [-1.1], [-2.4], [-3.2], [-0.3]]),
    np.array([[-0.9, -2.2]]),
    np.array([[0.4, -0.8], [1.1, -0.1]]),
    np.array([-0.2, -0.4]),
    np.array([[0.0, 0.7], [1.1, 0.2], [0.4, -1.0], [-0.8, 0.9]]),
    np.array([-0.3, -0.2]),
    np.array([[-1.4, 0.1, -0.3, 1.6, 0.8], [1.6, 0.0, -1.2, -0.8, 1.7]]),
    np.array([-0.8, -0.3, -0.3, 0.2, 0.3]),
    case="B = 3, S = 3, D = 1, H = M = 2, V = 5 and longest = 5",
)
look = (
    "three sources with H = 2: each step is that of task 5, s_t and the token just "
    "written go on to the next step, and EOS alone closes a row: its own, and for good"
)
expect_close(got, [[2, 0, 0, 0, 0], [4, 4, 0, 3, 0], [4, 2, 0, 0, 0]], look)
look = (
    "the task: scores may be as large as 10,000, at tokens and at padding. If they "
    "turn into nan, argmax says 0: which score do you subtract in each row, and what "
    "stands in for padding, equation (2.5)"
)
changed = small | {"W_ss": -np.ones((1, 1))}
got = expect_result(
    greedy_translation,
    np.array([[[-1e4], [1e4], [1e4]], [[1e4], [-5.0], [0.0]]]),
    np.array([[True, False, False], [True, True, False]]),
    1,
    *changed.values(),
    case="scores of 10,000",
)
expect_close(got, [[2], [3]], look)
changed = small | {"W_m": np.array([[1.0], [0.0]]), "b_m": np.array([0.6 - 1e4])}
large = [np.array([[[1e4], [1e4 - 2]]]), np.array([[True, True]])]
case = "scores of 10,000 and 9,998"
got = expect_result(greedy_translation, *large, 1, *changed.values(), case=case)
expect_close(got, [[3]], f"{look}, here with {case}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def _by_the_book(h, mask, longest, embed, W, U, b, A, c, R, q):
    """One source after the other, in torch."""
    lines = []
    for states, counted in zip(h, mask, strict=True):
        kept = torch.tensor(states[counted])
        s, token, line = kept[-1], BOS, []
        while len(line) < longest and EOS not in line:
            s = torch.tanh(torch.tensor(embed[token] @ W + b) + s @ torch.tensor(U))
            context = torch.softmax(kept @ s, dim=0) @ kept
            both = torch.cat([context, s]) @ torch.tensor(A) + torch.tensor(c)
            scores = torch.tanh(both) @ torch.tensor(R) + torch.tensor(q)
            token = scores.max(dim=0).indices.item()
            line.append(token)
        lines.append(line + [PAD] * (longest - len(line)))
    return lines


for B, S, D, H, M, V, longest, size in 3 * [
    (14, 5, 3, 4, 6, 7, 8, 1.0),
    (13, 7, 5, 3, 2, 6, 9, 1.0),
    (11, 1, 2, 5, 4, 8, 6, 1.0),
    (12, 4, 3, 2, 5, 9, 1, 1.0),
    (10, 6, 4, 3, 7, 5, 11, 1.0),
    (9, 3, 2, 4, 3, 6, 7, 2.5e3),
    (1, 4, 3, 5, 2, 7, 10, 1.0),
]:
    shapes = [(V, D), (D, H), (H, H), (H,), (2 * H, M), (M,), (M, V), (V,)]
    weights = [1.1 * rng.normal(size=shape) for shape in shapes]
    weights[-1][EOS] += rng.uniform(-1.0, 0.5)
    mask = np.arange(S) < rng.permutation(np.arange(B) % S + 1)[:, None]
    h = size * np.tanh(1.5 * rng.normal(size=(B, S, H)))
    given = [h, mask, *weights]
    kept = [a.copy() for a in given]
    result = greedy_translation(h, mask, longest, *weights)
    assert all(map(np.array_equal, given, kept)), (
        "greedy_translation changed one of its inputs; make new arrays instead."
    )
    truth = _by_the_book(h, mask, longest, *weights)
    assert np.shape(result) == (B, longest), "The tokens are not (B, longest)."
    first = np.asarray(result)[:, :1]
    assert matches(first, [line[:1] for line in truth]), (
        "The first token of a random batch is another one; see what the first state "
        "is, what the first token given is, and how the step looks back."
    )
    assert matches(result, truth), (
        f"A random batch is translated otherwise within {longest} steps; see what goes "
        "from step to step, and what follows an end mark."
    )
    assert np.asarray(result).dtype.kind == "i", "Tokens are whole numbers."
equal = [0 * a for a in weights[:-1]]
tie = np.array([0.0, 0.5, 0.0, 1.0, 1.0, 0.0, 1.0])
tied = greedy_translation(h, mask, 3, *equal, tie)
assert matches(tied, [[3, 3, 3]]), "Of equal scores the smallest token is meant."
silent = greedy_translation(h, mask, 0, *weights)
assert np.shape(silent) == (1, 0), "With longest = 0 nothing is written."
### END HIDDEN TESTS

# %% [markdown] prompt="general_scores"
# ## 7. A matrix between
#
# *2 points · difficulty 1 of 5 · about 5 minutes*
#
# Write `general_scores`: the general score of section 2.3, a dot product with a learned
# matrix between. It is also the second line of equation (2.8), section 2.5:
#
# $$e_{t,j} = s_t W_a h_j^\top$$
#
# The matrix lets the two states have different sizes, and one matrix serves the whole
# batch.
#
# Shapes: `s (B, T, G)`, `h (B, S, H)`, `W_a (G, H)` → `e (B, T, S)`.
#
# **Example.** $B = T = 1$, $S = 2$, $G = 2$, $H = 3$. The decoder state is $(1, 2)$,
# the encoder states are $(1, 0, 1)$ and $(0, 2, 0)$, and the rows of $W_a$ are
# $(1, 0, 3)$ and $(0, 1, -1)$. The decoder state becomes
# $(1, 2) W_a = 1 \cdot (1, 0, 3) + 2 \cdot (0, 1, -1) = (1, 2, 1)$, and the scores are
# $(2, 4)$.


# %% solution="general_scores"
def general_scores(s, h, W_a):
    """Scores with a matrix between the states, equation (2.8), second line.

    s (B, T, G), h (B, S, H), W_a (G, H) -> e (B, T, S)
    """
    ### BEGIN SOLUTION
    return s @ W_a @ h.swapaxes(1, 2)
    ### END SOLUTION


# %% test="general_scores" points=2
ones = [np.ones(size) for size in [(2, 3, 6), (2, 4, 5), (6, 5)]]
got = expect_result(general_scores, *ones, case="states of sizes G = 6 and H = 5")
expect_shape(got, (2, 3, 4), "the shapes of the task: a score for each pair of states")
got = expect_result(
    general_scores,
    np.array([[[1.0, 2.0]]]),
    np.array([[[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]]]),
    np.array([[1.0, 0.0, 3.0], [0.0, 1.0, -1.0]]),
    case="the example above",
)
expect_close(got, [[[2, 4]]], "the example above and equation (2.8), second line")
got = expect_result(
    general_scores,
    np.array([[[0.1, -0.1]], [[0.6, 0.1]]]),
    np.array([[[-0.5, 0.4], [1.3, 0.9]], [[-0.7, -1.3], [-0.6, 0.0]]]),
    np.array([[-2.3, -0.2], [-1.2, -0.7]]),
)
expect_close(
    got,
    [[[0.075, -0.098]], [[1.297, 0.9]]],
    "the scores of a batch with B = 2 and G = H = 2: each sequence has a source of its "
    "own, and the matrix has two sides, equation (2.8), second line",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, G, H in [
    (3, 4, 6, 5, 2),
    (1, 7, 3, 2, 4),
    (4, 1, 5, 3, 6),
    (2, 6, 1, 4, 3),
    (5, 3, 4, 1, 2),
    (2, 3, 5, 4, 4),
]:
    given = [rng.normal(size=size) for size in [(B, T, G), (B, S, H), (G, H)]]
    kept = [a.copy() for a in given]
    result = general_scores(*given)
    s, h, W = map(torch.tensor, given)
    every_s = s[:, :, None].expand(B, T, S, G).contiguous()
    every_h = h[:, None].expand(B, T, S, H).contiguous()
    truth = torch.nn.functional.bilinear(every_s, every_h, W[None])[..., 0].numpy()
    assert matches(result, truth), (
        f"The scores differ from s W_a h^T on random states with B = {B}, T = {T}, "
        f"S = {S}, G = {G} and H = {H}, section 2.3."
    )
    assert all(map(np.array_equal, given, kept)), (
        "general_scores changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="attend"
# ## 8. Contexts in a batch
#
# *3 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `attend`: all contexts of a batch at once, with the general score of section 2.3
# between a decoder's states and an encoder's, whose sizes differ. From the scores come
# the weights by equation (2.5), section 2.2, and from these the contexts by equation
# (2.6), section 2.2:
#
# $$e_{t,j} = s_t W_a h_j^\top, \qquad
# \alpha_{t,j} = \frac{m_j \exp(e_{t,j})}{\sum_{i=1}^{S} m_i \exp(e_{t,i})}, \qquad
# \bar{h}_t = \sum_{j=1}^{S} \alpha_{t,j} h_j$$
#
# Shapes: `s (B, T, G)`, `h (B, S, H)`, `W_a (G, H)`, `mask (B, S)` booleans in any
# pattern → the two results `(weights, context)` in this order: `weights (B, T, S)`,
# `context (B, T, H)`. In every sequence the mask leaves at least one state. Scores may
# be as large as 10,000, of either sign.
#
# **Example.** $B = T = G = 1$, $H = 2$, $S = 3$: the decoder state is $1$,
# $W_a = (2, 0)$, the encoder states are $(0, 4)$, $(0.5, 8)$ and $(9, 9)$, the last one
# padding. The scores of the first two are $0$ and $1$, the weights are
# $(1, e, 0)/(1 + e) = (0.2689, 0.7311, 0)$, and the context is
# $0.2689 \cdot (0, 4) + 0.7311 \cdot (0.5, 8) = (0.3655, 6.9242)$.


# %% solution="attend"
def attend(s, h, W_a, mask):
    """Weights and contexts of a batch, equations (2.5) and (2.6), general score.

    s (B, T, G), h (B, S, H), W_a (G, H), mask (B, S) bool
    -> weights (B, T, S), context (B, T, H)
    """
    ### BEGIN SOLUTION
    e = np.where(mask[:, None], s @ W_a @ h.swapaxes(1, 2), -np.inf)
    w = np.exp(e - e.max(axis=-1, keepdims=True))
    weights = w / w.sum(axis=-1, keepdims=True)
    return weights, weights @ h
    ### END SOLUTION


# %% test="attend" points=3
ones = [np.ones(size) for size in [(2, 3, 6), (2, 4, 5), (6, 5), (2, 4)]]
got = expect_result(
    attend,
    *ones[:3],
    ones[3] > 0,
    case="sizes G = 6 and H = 5, scores (2, 3, 4) and a mask (2, 4)",
)
expect_parts(got, ["weights", "context"])
expect_shape(got[0], (2, 3, 4), "the shapes of the task: weights are (B, T, S)")
expect_shape(got[1], (2, 3, 5), "the shapes of the task: context is (B, T, H)")
got = expect_result(
    attend,
    np.array([[[1.0]]]),
    np.array([[[0.0, 4.0], [0.5, 8.0], [9.0, 9.0]]]),
    np.array([[2.0, 0.0]]),
    np.array([[True, True, False]]),
    case="the example above",
)
more = np.e / (1 + np.e)
look = (
    "the weights of the example: the score of section 2.3, and in equation (2.5) the "
    "mask stands in the sum, which runs over the states"
)
expect_close(got[0], [[[1 - more, more, 0.0]]], look)
expect_close(
    got[1], [[[more / 2, 4 + 4 * more]]], "the context of the example, equation (2.6)"
)
ln3 = np.log(3.0)
got = expect_result(
    attend,
    np.array([[[1.0, 1.0]], [[0.0, 2.0]]]),
    np.array([[[0.0], [9.0], [ln3]], [[ln3], [0.0], [9.0]]]),
    np.array([[0.5], [0.5]]),
    np.array([[True, False, True], [True, True, False]]),
    case="B = 2, T = 1, S = 3, G = 2 and H = 1",
)
expect_parts(got, ["weights", "context"])
look = (
    "the weights where G = 2 and H = 1: the score of section 2.3 as it stands, and a "
    "mask for each sequence, which may have gaps"
)
expect_close(got[0], [[[0.25, 0.0, 0.75]], [[0.75, 0.25, 0.0]]], look)
got = expect_result(
    attend,
    np.array([[[1.0], [-1.0]], [[1.0], [-1.0]]]),
    np.array([[[1e4], [1e4 - 1], [-1e4]], [[0.0], [1e4], [5e3]]]),
    np.array([[1.0]]),
    np.array([[True, True, False], [True, True, False]]),
    case="scores of 10,000",
)
expect_parts(got, ["weights", "context"])
expect_close(
    got[0],
    [
        [[more, 1 - more, 0.0], [1 - more, more, 0.0]],
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
    ],
    "the weights where scores are as large as 10,000, at tokens and at padding. No "
    "exponential may overflow, and each step has a sum of its own, which may not "
    "become 0: which score do you subtract, and what stands in for padding, equation "
    "(2.5)",
)
expect_close(
    got[1],
    [[[1e4 - 1 + more], [1e4 - more]], [[1e4], [0.0]]],
    "the contexts of a batch with B = 2 and T = 2: each of its own source, (2.6)",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, G, H, size in [
    (5, 4, 6, 3, 2, 0.7),
    (1, 5, 4, 2, 3, 0.7),
    (4, 1, 7, 5, 6, 0.5),
    (3, 6, 1, 2, 4, 0.7),
    (2, 3, 5, 4, 1, 0.7),
    (4, 3, 5, 2, 6, 1e4),
]:
    shapes = [(B, T, G), (B, S, H), (G, H)]
    arrays = [min(size, 1) * rng.normal(size=shape) for shape in shapes]
    if size > 1:  # then this is the largest score
        s, h, W = arrays
        s *= size / np.abs(np.einsum("btg,gh,bsh->bts", s, W, h)).max()
    ragged = np.arange(S) < rng.permutation(np.arange(B) % S + 1)[:, None]
    lonely = np.arange(S) == rng.integers(S, size=(B, 1))
    gaps = (rng.random((B, S)) < 0.6) | lonely
    for mask in [ragged, lonely, gaps, ragged | True]:
        given = [*arrays, mask]
        kept = [a.copy() for a in given]
        weights, context = attend(*given)
        s, h, W, m = map(torch.tensor, given)
        scores = torch.einsum("btg,gh,bsh->bts", s, W, h)
        truth = scores.masked_fill(~m[:, None], -torch.inf).softmax(dim=2)
        where = f"with B = {B}, T = {T} and {mask.sum()} of {B * S} states left"
        assert matches(weights, truth.numpy()), (
            f"The weights of random states differ from equation (2.5) {where}."
        )
        assert matches(np.sum(weights, axis=2), np.ones((B, T))), (
            "The weights of a step do not sum to one."
        )
        read = torch.nn.functional.scaled_dot_product_attention(
            s @ W, h, h, attn_mask=m[:, None].expand(B, T, S), scale=1.0
        )
        assert matches(context, read.numpy()), (
            f"The contexts of random states differ from equation (2.6) {where}."
        )
        assert all(map(np.array_equal, given, kept)), (
            "attend changed one of its inputs; make new arrays instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="softmax_backward"
# ## 9. Back through the softmax
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `softmax_backward`: from the gradient of the loss with respect to the weights
# make that with respect to the scores. This is the second line of equation (2.7),
# section 2.3:
#
# $$de_{t,j} = \alpha_{t,j} \Bigl( d\alpha_{t,j} -
# \sum_{i} \alpha_{t,i} \, d\alpha_{t,i} \Bigr)$$
#
# Shapes: `d_weights (B, T, S)`, `weights (B, T, S)` → `de (B, T, S)`. The weights come
# from a masked softmax: those of padding are 0, and in a sequence of which nothing is
# left, all are.
#
# **Example.** $B = T = 1$, $S = 3$: the weights are $(0.25, 0.75, 0)$, and their
# gradient is $(4, 0, 8)$. The sum is $0.25 \cdot 4 = 1$, so
# $de = (0.25 \cdot 3,\ 0.75 \cdot (-1),\ 0) = (0.75, -0.75, 0)$.
#
# <details><summary>Hint</summary>
#
# Add the same number to all scores of a row, and its weights do not change. So every
# row of $de$ sums to zero: a quick check of your result.
#
# </details>


# %% solution="softmax_backward"
def softmax_backward(d_weights, weights):
    """Gradient of the scores from that of the weights, equation (2.7), second line.

    d_weights (B, T, S), weights (B, T, S) -> de (B, T, S)
    """
    ### BEGIN SOLUTION
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - mean)
    ### END SOLUTION


# %% test="softmax_backward" points=3
ones, quarters = np.ones((2, 3, 4)), np.full((2, 3, 4), 0.25)
case = "B = 2, T = 3 and S = 4"
got = expect_result(softmax_backward, ones, quarters, case=case)
expect_shape(got, (2, 3, 4), "the shapes of the task: de has the shape of the weights")
got = expect_result(
    softmax_backward,
    np.array([[[4.0, 0.0, 8.0]]]),
    np.array([[[0.25, 0.75, 0.0]]]),
    case="the example above",
)
look = "the example above and equation (2.7), second line, as section 2.3 derives it"
expect_close(got, [[[0.75, -0.75, 0.0]]], look)
got = expect_result(
    softmax_backward,
    np.array([[[0.1, -0.1], [0.6, 0.1]], [[-0.5, 0.4], [1.3, 0.9]], [[0.2, 0.3]] * 2]),
    np.array([[[0.5, 0.5], [0.2, 0.8]], [[0.6, 0.4], [1.0, 0.0]], [[0.0, 0.0]] * 2]),
    case="B = 3, T = 2 and S = 2",
)
look = (
    "de of a batch: every step of every sequence has a sum of its own, (2.7); in the "
    "third sequence all weights are 0, as the task says they may be"
)
want = [[[0.05, -0.05], [0.08, -0.08]], [[-0.216, 0.216], [0.0, 0.0]], [[0.0, 0.0]] * 2]
expect_close(got, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S in [(3, 4, 6), (1, 5, 3), (4, 1, 7), (5, 3, 1), (2, 6, 2)]:
    scores = torch.tensor(1.2 * rng.normal(size=(B, T, S)), requires_grad=True)
    lonely = np.arange(S) == rng.integers(S, size=(B, 1))
    gaps = (rng.random((B, S)) < 0.7) | lonely
    for mask in [gaps, lonely, gaps | True]:
        hidden = ~torch.tensor(mask)[:, None]
        alpha = scores.masked_fill(hidden, -torch.inf).softmax(dim=2)
        d_alpha = torch.tensor(rng.normal(size=(B, T, S)))
        truth = torch.autograd.grad(alpha, scores, d_alpha)[0].numpy()
        given = [d_alpha.numpy(), alpha.detach().numpy().copy()]
        kept = [a.copy() for a in given]
        result = softmax_backward(*given)
        assert matches(result, truth), (
            "The gradient of random scores is not the one that autograd finds, with "
            f"{mask.sum()} of {B * S} states left; section 2.3 derives it."
        )
        assert matches(np.sum(result, axis=2), np.zeros((B, T))), (
            "The gradient of a row of scores does not sum to zero."
        )
        assert all(map(np.array_equal, given, kept)), (
            "softmax_backward changed one of its inputs; make new arrays instead."
        )
    nothing = softmax_backward(given[0], np.zeros((B, T, S)))
    assert matches(nothing, np.zeros((B, T, S))), (
        "Where all weights are 0, no score can have a gradient."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="attention_backward"
# ## 10. Two gradients for one state
#
# *4 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `attention_backward`: the gradients of the states and of the matrix, given the
# gradient $d\bar{h}$ that reaches the contexts. This is all of equation (2.7), section
# 2.3, for a batch and the general score:
#
# $$d\alpha = d\bar{h}\, h^\top, \qquad
# de_{t,j} = \alpha_{t,j} \Bigl( d\alpha_{t,j} -
# \sum_{i} \alpha_{t,i} \, d\alpha_{t,i} \Bigr)$$
#
# $$ds = de\, h\, W_a^\top, \qquad dW_a = s^\top de\, h, \qquad
# dh = \alpha^\top d\bar{h} + de^\top s\, W_a$$
#
# The matrix serves all sequences of the batch, so its gradient is a sum over them.
#
# Shapes: `d_context (B, T, H)`, `s (B, T, G)`, `h (B, S, H)`, `W_a (G, H)`,
# `weights (B, T, S)` from a masked softmax → the three results `(ds, dh, dW_a)` in this
# order, each in the shape of what it is the gradient of.
#
# **Example.** $B = T = G = H = 1$, $S = 2$: $s = 2$, $h = (1, 3)$, $W_a = 0.5$, the
# weights are $(0.4, 0.6)$ and $d\bar{h} = 10$. (These weights are not the softmax of
# the scores; the formulas do not mind.)
#
# - $d\alpha = 10 \cdot (1, 3) = (10, 30)$, and the sum is $4 + 18 = 22$.
# - $de = (0.4 \cdot (-12),\ 0.6 \cdot 8) = (-4.8, 4.8)$.
# - $de\, h = -4.8 + 14.4 = 9.6$, so $ds = 9.6 \cdot 0.5 = 4.8$ and
#   $dW_a = 2 \cdot 9.6 = 19.2$.
# - As values the states get $10 \cdot (0.4, 0.6) = (4, 6)$, as keys
#   $(-4.8, 4.8) \cdot 2 \cdot 0.5 = (-4.8, 4.8)$, together $dh = (-0.8, 10.8)$.
#
# <details><summary>Hint</summary>
#
# $A^\top$ of a matrix with a batch in front is `A.swapaxes(1, 2)`; `W_a.T` is enough
# where there is none. For the sum over the batch name the axes in `np.einsum`, or sum
# the stacked products over axis 0.
#
# </details>


# %% solution="attention_backward"
def attention_backward(d_context, s, h, W_a, weights):
    """Gradients of attention with the general score, equation (2.7).

    d_context (B, T, H), s (B, T, G), h (B, S, H), W_a (G, H), weights (B, T, S)
    -> ds (B, T, G), dh (B, S, H), dW_a (G, H)
    """
    ### BEGIN SOLUTION
    d_weights = d_context @ h.swapaxes(1, 2)
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    de = weights * (d_weights - mean)
    ds = de @ h @ W_a.T
    dh = weights.swapaxes(1, 2) @ d_context + de.swapaxes(1, 2) @ s @ W_a
    return ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)
    ### END SOLUTION


# %% test="attention_backward" points=4
sizes = [(2, 3, 5), (2, 3, 6), (2, 4, 5), (6, 5)]
ones = [np.ones(size) for size in sizes]
ones.append(np.full((2, 3, 4), 0.25))
got = expect_result(attention_backward, *ones, case="states of sizes G = 6 and H = 5")
expect_parts(got, ["ds", "dh", "dW_a"])
for name, came, size in zip(["ds", "dh", "dW_a"], got, sizes[1:], strict=True):
    expect_shape(came, size, f"the shapes of the task: {name} has that of {name[1:]}")
got = expect_result(
    attention_backward,
    np.array([[[10.0]]]),
    np.array([[[2.0]]]),
    np.array([[[1.0], [3.0]]]),
    np.array([[0.5]]),
    np.array([[[0.4, 0.6]]]),
    case="the example above",
)
lines = {
    "ds": "d_alpha and de, the first two lines of equation (2.7), then the third",
    "dh": "the last line of equation (2.7), as values and as keys",
    "dW_a": "the fourth line of equation (2.7)",
}
for (name, line), came, want in zip(
    lines.items(), got, [[[[4.8]]], [[[-0.8], [10.8]]], [[19.2]]], strict=True
):
    expect_close(came, want, f"{name} in the example above: {line}")
got = expect_result(
    attention_backward,
    np.array([[[0.1, -0.1], [0.4, 0.3]], [[0.6, 0.1], [-0.2, 0.5]]]),
    np.array([[[-0.5, 0.4], [0.7, 0.2]], [[1.3, 0.9], [-0.4, 0.6]]]),
    np.array([[[-0.7, -1.3], [-0.6, 0.0]], [[-2.3, -0.2], [-1.2, -0.7]]]),
    np.array([[-0.5, -0.3], [0.4, 1.0]]),
    np.array([[[0.5, 0.5], [0.2, 0.8]], [[0.6, 0.4], [0.9, 0.1]]]),
    case="B = T = S = G = H = 2",
)
expect_parts(got, ["ds", "dh", "dW_a"])
lines["ds"] += "; every step has a sum of its own"
lines["dh"] += "; each step of the decoder adds its own product"
lines["dW_a"] += "; each step of each sequence adds its own product"
for (name, line), came, want in zip(
    lines.items(),
    got,
    [
        [
            [[0.0132, -0.0402], [-0.030272, 0.092192]],
            [[-0.05856, -0.008784], [0.01692, 0.002538]],
        ],
        [
            [[0.160876, 0.027188], [0.339124, 0.172812]],
            [[0.241068, 0.465792], [0.158932, 0.134208]],
        ],
        [[0.23428, -0.021512], [0.117194, -0.050902]],
    ],
    strict=True,
):
    expect_close(came, want, f"{name} of a batch with B = 2 and T = 2: {line}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, G, H in [
    (3, 4, 6, 5, 2),
    (1, 5, 4, 2, 3),
    (4, 1, 7, 3, 5),
    (2, 6, 1, 4, 3),
    (5, 3, 4, 1, 2),
    (2, 3, 5, 4, 1),
    (3, 2, 4, 5, 5),
]:
    shapes = [(B, T, G), (B, S, H), (G, H)]
    leaves = [
        torch.tensor(0.7 * rng.normal(size=shape), requires_grad=True)
        for shape in shapes
    ]
    lonely = np.arange(S) == rng.integers(S, size=(B, 1))
    gaps = (rng.random((B, S)) < 0.7) | lonely
    for mask in [gaps, lonely, gaps | True]:
        s, h, W = leaves
        scores = torch.einsum("btg,gh,bsh->bts", s, W, h)
        alpha = scores.masked_fill(~torch.tensor(mask)[:, None], -torch.inf).softmax(2)
        d_read = torch.tensor(rng.normal(size=(B, T, H)))
        truth = torch.autograd.grad(torch.bmm(alpha, h), leaves, d_read)
        given = [a.detach().numpy().copy() for a in [d_read, *leaves, alpha]]
        kept = [a.copy() for a in given]
        result = attention_backward(*given)
        for name, found, want in zip(["ds", "dh", "dW_a"], result, truth, strict=True):
            assert matches(found, want.numpy()), (
                f"{name} is not the gradient that autograd finds for B = {B}, T = {T}, "
                f"S = {S}, G = {G}, H = {H} with {mask.sum()} of {B * S} states left; "
                "reread its line of equation (2.7), section 2.3."
            )
        assert all(map(np.array_equal, given, kept)), (
            "attention_backward changed one of its inputs; make new arrays instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="additive_scores"
# ## 11. A small network as a score
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `additive_scores`: the additive score, the third line of equation (2.8), section
# 2.5, for every pair of states:
#
# $$e_{t,j} = \tanh(s_t W_q + h_j W_k)\, v_a^\top$$
#
# The two states may differ in size, and so may the hidden layer, which has $A$ numbers.
# In the chapter all three are $H$.
#
# Shapes: `s (B, T, G)`, `h (B, S, H)`, `W_q (G, A)`, `W_k (H, A)`, `v_a (A,)` →
# `e (B, T, S)`.
#
# **Example.** $B = T = G = H = 1$, $S = 2$, $A = 2$: the decoder state is $1$, the
# encoder states are $-1$ and $1$, $W_q = (0.5, 1)$, $W_k = (0.5, -1)$, $v_a = (2, 1)$.
# For the first, the sum inside is $(0.5 - 0.5,\ 1 + 1) = (0, 2)$, and
# $e = 2 \cdot 0 + \tanh(2) = 0.9640$. For the second it is $(1, 0)$, and
# $e = 2 \tanh(1) + 0 = 1.5232$.
#
# <details><summary>Hint</summary>
#
# Every pair of steps needs a $\tanh$ of its own, so a block of shape `(B, T, S, A)` is
# built on the way. `a[:, :, None]` and `b[:, None]` put an axis of length 1 where the
# other one has steps.
#
# </details>


# %% solution="additive_scores"
def additive_scores(s, h, W_q, W_k, v_a):
    """Scores by a small network, equation (2.8), third line.

    s (B, T, G), h (B, S, H), W_q (G, A), W_k (H, A), v_a (A,) -> e (B, T, S)
    """
    ### BEGIN SOLUTION
    both = (s @ W_q)[:, :, None] + (h @ W_k)[:, None]  # (B, T, S, A)
    return np.tanh(both) @ v_a
    ### END SOLUTION


# %% test="additive_scores" points=3
ones = [np.ones(size) for size in [(2, 3, 6), (2, 4, 5), (6, 7), (5, 7), (7,)]]
got = expect_result(additive_scores, *ones, case="sizes G = 6, H = 5 and A = 7")
expect_shape(got, (2, 3, 4), "the shapes of the task: a score for each pair of states")
got = expect_result(
    additive_scores,
    np.array([[[1.0]]]),
    np.array([[[-1.0], [1.0]]]),
    np.array([[0.5, 1.0]]),
    np.array([[0.5, -1.0]]),
    np.array([2.0, 1.0]),
    case="the example above",
)
expect_close(
    got,
    [[[np.tanh(2.0), 2 * np.tanh(1.0)]]],
    "the example above and equation (2.8), third line",
)
got = expect_result(
    additive_scores,
    np.array([[[0.1], [-0.6]], [[1.3], [0.4]]]),
    np.array([[[-0.5, 0.4], [1.3, 0.9]], [[-0.7, -1.3], [-0.6, 0.2]]]),
    np.array([[0.9, -0.7]]),
    np.array([[0.3, -0.4], [0.8, 0.5]]),
    np.array([1.5, -2.0]),
    case="B = T = S = H = A = 2 and G = 1",
)
expect_close(
    got,
    [
        [[-0.255598, 1.528667], [-1.881127, 0.100288]],
        [[1.593225, 2.25735], [0.076249, 0.37136]],
    ],
    "the scores of a batch with B = 2 and T = 2: each step t meets each state j of its "
    "own source, equation (2.8), third line",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, G, H, A in [
    (3, 4, 6, 5, 2, 7),
    (1, 7, 3, 2, 4, 5),
    (4, 1, 5, 3, 6, 2),
    (2, 6, 1, 4, 3, 5),
    (5, 3, 4, 1, 2, 3),
    (2, 4, 3, 5, 2, 1),
    (3, 3, 3, 4, 4, 4),
]:
    shapes = [(B, T, G), (B, S, H), (G, A), (H, A), (A,)]
    given = [0.7 * rng.normal(size=shape) for shape in shapes]
    kept = [a.copy() for a in given]
    result = additive_scores(*given)
    s, h, Q, K, v = map(torch.tensor, given)
    side = [s[:, :, None].expand(B, T, S, G), h[:, None].expand(B, T, S, H)]
    side = torch.cat(side, dim=3) @ torch.cat([Q, K])
    truth = (torch.tanh(side) * v).sum(dim=3).numpy()
    assert matches(result, truth), (
        f"The scores differ from equation (2.8), third line, on random states with "
        f"B = {B}, T = {T}, S = {S}, G = {G}, H = {H} and A = {A}."
    )
    assert all(map(np.array_equal, given, kept)), (
        "additive_scores changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="alignment"
# ## 12. An alignment as two numbers
#
# *3 points · difficulty 2 of 5 · about 5 minutes*
#
# Write `alignment`: for each row of weights its expected position and its entropy in
# bits. This is equation (2.9), section 2.6:
#
# $$E_t = \sum_{j=1}^{S} \alpha_{t,j} \, j, \qquad
# U_t = -\sum_{j=1}^{S} \alpha_{t,j} \log_2 \alpha_{t,j}$$
#
# Positions count from 1, as in the equation. A weight may be 0: then its part of the
# entropy is 0, as $\alpha \log_2 \alpha$ goes to 0 with $\alpha$.
#
# Shapes: `weights (B, T, S)`, each row not negative and with sum 1 → the two results
# `(positions, undecided)` in this order, both `(B, T)`.
#
# **Example.** $S = 3$. The weights $(0.25, 0.25, 0.5)$ have the logarithms $-2$, $-2$
# and $-1$: $E = 0.25 + 0.5 + 1.5 = 2.25$ and $U = 0.5 + 0.5 + 0.5 = 1.5$ bits. The
# weights $(0, 1, 0)$ have $E = 2$ and $U = 0$.
#
# <details><summary>Hint</summary>
#
# $\log_2 0$ is $-\infty$, and $0 \cdot \infty$ is not a number. Take the logarithm of
# something else where the weight is 0: there it is multiplied by 0 anyway.
#
# </details>


# %% solution="alignment"
def alignment(weights):
    """Expected position and entropy of each row of weights, equation (2.9).

    weights (B, T, S) -> positions (B, T), undecided (B, T)
    """
    ### BEGIN SOLUTION
    positions = weights @ np.arange(1, weights.shape[-1] + 1)
    logs = np.log2(np.maximum(weights, 1e-300))
    return positions, -(weights * logs).sum(axis=-1)
    ### END SOLUTION


# %% test="alignment" points=3
case = "B = 2, T = 3 and S = 4"
got = expect_result(alignment, np.full((2, 3, 4), 0.25), case=case)
expect_parts(got, ["positions", "undecided"])
expect_shape(got[0], (2, 3), "the shapes of the task: a position for each step")
expect_shape(got[1], (2, 3), "the shapes of the task: an entropy for each step")
rows = np.array([[[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]]])
got = expect_result(alignment, rows, case="the example above")
look = "the positions in the example above, which count from 1: equation (2.9), left"
expect_close(got[0], [[2.25, 2.0]], look)
look = (
    "the entropies in the example above, in bits, where a weight 0 adds 0: equation "
    "(2.9), right"
)
expect_close(got[1], [[1.5, 0.0]], look)
rows = np.array([[[0.5, 0.0, 0.5]], [[0.0, 0.25, 0.75]]])
got = expect_result(alignment, rows, case="B = 2, T = 1, and some weights 0")
where = "of the weights (0.5, 0, 0.5) and (0, 0.25, 0.75)"
expect_close(got[0], [[2.0], [2.75]], f"the positions {where}: equation (2.9), left")
look = f"the entropies {where}: the part of a weight 0 is 0, and the other parts stay"
expect_close(got[1], [[1.0], [0.811278]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S in [(3, 4, 6), (1, 5, 8), (4, 1, 7), (5, 3, 1), (2, 6, 2)]:
    lonely = np.arange(S) == rng.integers(S, size=(B, 1))
    gaps = (rng.random((B, S)) < 0.6) | lonely
    for mask in [gaps, lonely, gaps | True]:
        hidden = ~torch.tensor(mask)[:, None]
        scores = torch.tensor(rng.normal(size=(B, T, S)))
        alpha = scores.masked_fill(hidden, -torch.inf).softmax(dim=2)
        given = alpha.numpy().copy()
        kept = given.copy()
        positions, undecided = alignment(given)
        where = (
            f"for B = {B}, T = {T}, S = {S} with {mask.sum()} of {B * S} states left"
        )
        places = [[sum((j + 1) * row[j] for j in range(S)) for row in a] for a in given]
        assert matches(positions, places), (
            f"The expected positions differ from equation (2.9) {where}."
        )
        bits = torch.distributions.Categorical(alpha).entropy() / np.log(2)
        assert matches(undecided, bits.numpy()), (
            f"The entropies differ from equation (2.9) {where}; see the unit, and what "
            "becomes of weights that are 0."
        )
        assert np.array_equal(given, kept), (
            "alignment changed its input; make a new array instead."
        )
even = np.full((2, 3, 8), 1 / 8)
assert matches(alignment(even)[1], np.full((2, 3), 3.0)), (
    "Eight weights that are all alike are undecided by three bits."
)
### END HIDDEN TESTS

# %% [markdown] prompt="fixed_weights"
# ## 13. Three ways to look without choosing
#
# *3 points · difficulty 3 of 5 · about 10 minutes*
#
# Write `fixed_weights`: the weights of the three decoders that section 2.7 compares
# with attention. They depend on nothing but the lengths.
#
# - `last`: every step receives the state of the source's last token,
#   $\bar{h}_t = h_S$.
# - `same`: step $t$ receives the state of the same position, $\bar{h}_t = h_t$, and the
#   last state where the source is shorter.
# - `mean`: every step receives the mean of all states of the source, that is
#   $\alpha_{t,j} = 1/S$, where $S$ counts this source's own tokens.
#
# Padding gets no weight in any of them. A table of weights gives the contexts as in
# equation (2.6), section 2.2; here only the tables are asked for.
#
# Shapes: `mask (B, S)` booleans, true for the tokens of a source and then false, with
# at least one token each, and `T` integer → the three results `(last, same, mean)` in
# this order, each `(B, T, S)`. `T` may be smaller or larger than `S`.
#
# **Example.** One source with two tokens and one place of padding, $T = 4$. The rows of
# `last` are four times $(0, 1, 0)$; those of `same` are $(1, 0, 0)$ and three times
# $(0, 1, 0)$; those of `mean` four times $(0.5, 0.5, 0)$.
#
# <details><summary>Hint</summary>
#
# For `last` and `same` find first, for each step, the place where its one stands: an
# array of shape `(B, T)`. The rows of an identity matrix, looked up by place, are the
# weights.
#
# </details>


# %% solution="fixed_weights"
def fixed_weights(mask, T):
    """Weights of the last state, of the same position, and of the mean (section 2.7).

    mask (B, S) bool, T int -> last (B, T, S), same (B, T, S), mean (B, T, S)
    """
    ### BEGIN SOLUTION
    S = mask.shape[1]
    length = mask.sum(axis=1, keepdims=True)  # (B, 1)
    end = np.repeat(length - 1, T, axis=1)  # (B, T)
    last = np.eye(S)[end]
    same = np.eye(S)[np.minimum(np.arange(T), end)]
    return last, same, np.repeat((mask / length)[:, None], T, axis=1)
    ### END SOLUTION


# %% test="fixed_weights" points=3
two = np.array([[True, True, True, False], [True, False, False, False]])
got = expect_result(fixed_weights, two, 5, case="B = 2, S = 4 and T = 5")
expect_parts(got, ["last", "same", "mean"])
for name, came in zip(["last", "same", "mean"], got, strict=True):
    assert np.shape(came) == (2, 5, 4), (
        f"Expected {name} with shape (2, 5, 4), got {np.shape(came)}. Look at the "
        "shapes of the task: a row of S weights for each of T steps."
    )
names = ["'last', the first result,", "'same', the second result,"]
names += ["'mean', the third result,"]
one = np.array([[True, True, False]])
got = expect_result(fixed_weights, one, 4, case="the example above")
for name, came, want in [
    (names[0], got[0], 4 * [[0, 1, 0]]),
    (names[1], got[1], [[1, 0, 0], *3 * [[0, 1, 0]]]),
    (names[2], got[2], 4 * [[0.5, 0.5, 0]]),
]:
    expect_close(came, [want], f"{name} in the example above and in section 2.7")
got = expect_result(fixed_weights, two[:, :3], 2, case="B = 2, S = 3 and T = 2")
expect_parts(got, ["last", "same", "mean"])
third = 1 / 3
for name, came, want in [
    (names[0], got[0], [2 * [[0, 0, 1]], 2 * [[1, 0, 0]]]),
    (names[1], got[1], [[[1, 0, 0], [0, 1, 0]], 2 * [[1, 0, 0]]]),
    (names[2], got[2], [2 * [[third, third, third]], 2 * [[1, 0, 0]]]),
]:
    look = f"{name} of a source with three tokens and one with one, and section 2.7"
    expect_close(came, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
names = ["last", "same", "mean"]
for B, T, S in [(5, 4, 7), (6, 8, 5), (1, 3, 6), (4, 1, 3), (3, 6, 1), (7, 5, 4)]:
    for lengths in [np.arange(B) % S + 1, rng.integers(1, S + 1, size=B)]:
        given = np.arange(S) < rng.permutation(lengths)[:, None]
        kept = given.copy()
        result = fixed_weights(given, T)
        assert np.array_equal(given, kept), "fixed_weights changed its input."
        truth = np.zeros((3, B, T, S))
        for b, t in np.ndindex(B, T):
            end = int(given[b].sum()) - 1
            truth[0, b, t, end] = truth[1, b, t, min(t, end)] = 1
            truth[2, b, t, : end + 1] = 1 / (end + 1)
        for name, table, want in zip(names, result, truth, strict=True):
            assert np.shape(table) == (B, T, S), f"'{name}' is not (B, T, S)."
            table = np.asarray(table)
            assert not (table * ~given[:, None]).any(), (
                f"With '{name}' padding gets weight."
            )
            assert matches(table.sum(axis=2), np.ones((B, T))), (
                f"The weights of '{name}' do not sum to one in every step."
            )
            assert matches(table, want), (
                f"The weights of '{name}' are other ones for B = {B}, T = {T} and "
                f"S = {S}; section 2.7 says which states each step receives."
            )
### END HIDDEN TESTS

# %% [markdown] prompt="reflection"
# ## 14. In your own words
#
# *2 points · difficulty 3 of 5 · about 15 minutes*
#
# Kim trains the translator of this chapter on English dates and their Korean forms. In
# Kim's code the softmax is taken first, and the weights of padding are set to 0
# afterwards.
#
# In six to nine sentences: (a) A date gets another translation alone than in a batch
# with longer ones. Explain why, with equation (2.5), section 2.2. (b) The mask is
# mended. Now Kim also labels every word of a sentence with its word class, one label a
# word. For which of the two tasks would you replace attention by 'same position'
# (section 2.7)? What do you gain there, and why not for the other? (c) In the heat-map
# of a date, the syllables of the day have their largest weight on the end mark. 'So the
# model does not use the word for the day', says Kim. What is wrong with that, and how
# could Kim find out?

# %% [markdown] written="reflection" points=2
# ### BEGIN SOLUTION
# **A model answer.** (a) In (2.5) the mask stands in the sum below the bar, too. In
# Kim's code padding has taken its share of the softmax before it is removed, so the
# weights that remain sum to less than 1 and the context is too small. How much too
# small depends on how many places of padding there are and what scores they get, that
# is on the longest source of the batch. Alone a date has no padding and its weights sum
# to 1. (b) For the word classes. Input and output run in step, so the state that is
# needed is known beforehand: there is nothing to find, learning is faster, and the
# $T \times S$ scores need not be computed. Korean dates begin with the year, which
# English puts at the end. There the same position hands over a state that belongs to
# another word, and each step has to be able to choose. (c) A weight points at a state,
# not at a word. The encoder's state at the end mark has read all words, so the decoder
# may be reading the day from it. Kim can test it: change the word for the day and see
# whether the output follows, or force the weights away from the end mark in the trained
# model and count what is right.
#
# **Rubric, 2 points.** Half a point for the cause in (a): padding takes part in the
# sum, so what remains sums to less than 1; a quarter for why it depends on the batch.
# Half a point for (b): word classes, because the order is the same, and the dates need
# a choice; accept either gain. A quarter for 'a state, not a word' and half a point for
# a test that changes something, the input or the weights, and looks at the output.
# ### END SOLUTION
