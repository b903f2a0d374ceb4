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
# # Chapter 5: build a Transformer
#
# In this notebook you write, in NumPy, what chapter 5 builds a Transformer from:
# attention with its masks and heads, positions, norms and the feed-forward part; then
# whole layers, and what it takes to train them, to decode with them and to count them.
# Twenty-one short functions (61 points), then one question to answer in words (2
# points, graded by a reader): 63 points, about six hours. Each task stands on its own,
# so you may skip one and return. After task 12 is a good place for a break.
#
# **How a task works**
#
# 1. Read the task, with its formula and a worked example. Equation and section
#    numbers are those of chapter 5.
# 2. Replace `raise NotImplementedError()` in the cell below it, and run that cell.
# 3. Run the test cell that follows. It checks shapes, the worked example and that your
#    inputs stay as they are, and says in one sentence what it expected, what came, and
#    where to look.
# 4. Hidden tests decide on the points. They use random numbers, all sizes different,
#    and edge cases. To run them, press *Check* above the notebook. Where there is no
#    such button, save the notebook and type in a terminal, in the course's folder:
#
# ```
# .venv/bin/python -m autograder check work/ch5_transformer/ch5_transformer.ipynb
# ```
#
# **The rules.** NumPy arrays go in and NumPy arrays come out; do not change your
# inputs. Results have to agree to about five digits. No function needs another one of
# this notebook: where one task contains another, write the line again, so that a slip
# costs you once. Two parts are given for tasks 13 and 14, which put whole blocks
# together: attention and layer norm are defined in a cell before them. Write the
# formulas out: torch's attention, its layer norm, its Transformer modules and automatic
# differentiation are not an answer here. The chapter shows code for parts of this, most
# of it in torch. The functions here differ from it in places, so trust the task, not
# your memory.
#
# **The shapes.** Vectors are rows: a batch of tokens is multiplied by a matrix from the
# right, `x @ W_q`.
#
# | Symbol | Meaning | Name | Shape |
# |---|---|---|---|
# | $B$ | sequences in a batch | `B` | |
# | $T$, $S$ | tokens that ask, and tokens that are asked | `T`, `S` | |
# | $d$ | features of a token, and of a query or key | `d` | |
# | $d_v$ | features of a value, where they differ from $d$ | `d_v` | |
# | $d_{\text{head}}$ | features of one head: $d$, divided by the heads | `d_head` | |
# | $d_{\text{ff}}$ | features inside the feed-forward part | `d_ff` | |
# | $V$ | size of the vocabulary | `V` | |
# | $x$ | tokens, one a row | `x` | `(B, T, d)` |
# | $\bar x$ | tokens that are asked, one a row | `memory` | `(B, S, d)` |
# | $\mathbf Q$ | queries | `q` | `(T, d)` |
# | $\mathbf K$, $\mathbf V$ | keys and values | `k`, `v` | `(S, d)`, `(S, d_v)` |
# | $W_q, W_k, W_v$ | from tokens to queries, keys and values | `W_q` … | `(d, d)` |
# | $b_q, b_k, b_v$ | biases of queries, keys and values | `b_q` … | `(d,)` |
# | $W_o, b_o$ | from the heads to the output | `W_o`, `b_o` | `(d, d)`, `(d,)` |
# | $W_1, b_1$ | into the feed-forward part | `W_1`, `b_1` | `(d, d_ff)`, `(d_ff,)` |
# | $W_2, b_2$ | out of it | `W_2`, `b_2` | `(d_ff, d)`, `(d,)` |
# | $w$, $b$ | gain and bias of a layer norm | `w`, `b` | `(d,)` |
#
# A shape that begins with dots, `(..., T, d)`, may have any number of axes in front,
# also none. Python counts from 0: the first token stands at place 0.
#
# **The masks.** A mask holds booleans: `mask[b, t, j]` is true where query `t` of
# sequence `b` may see key `j`, as in the chapter. (Some of torch's masks mean the
# opposite: true for what is hidden.) The gradient of the loss with respect to `a` is
# called `da` and has the shape of `a`.

# %% setup="helpers" file="expect.py"

# %% [markdown] prompt="attention"
# ## 1. Attention
#
# *3 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `attention`: compare every query with every key, and answer each query with the
# weighted mean of the values. This is equation (5.2), section 5.1:
#
# $$\operatorname{attention}(\mathbf Q, \mathbf K, \mathbf V)
# = \operatorname{softmax}\left(\frac{\mathbf Q \mathbf K^\top}{\sqrt d}\right)
# \mathbf V$$
#
# $d$ is the number of features of a query, which is also that of a key; the values may
# have another number, $d_v$. The softmax runs over the keys: each query has its own
# weights, with the sum 1. The scores, what stands inside the softmax, may be as large
# as 10,000, of either sign.
#
# Shapes: `q (..., T, d)`, `k (..., S, d)`, `v (..., S, d_v)` → answers
# `(..., T, d_v)`. The axes in front are the same in all three; each such sequence is on
# its own.
#
# **Example.** $T=1$, $S=2$, $d=4$, $d_v=3$, $c = 2 \ln 3$. The query is
# $(c, 0, 0, 1)$, the keys are $(0, 5, 5, 0)$ and $(1, 0, 5, 0)$. The dot products are
# $0$ and $c$; divided by $\sqrt 4 = 2$ the scores are $0$ and $\ln 3$. Their
# exponentials are 1 and 3, so the weights are $1/4$ and $3/4$. With the values
# $(4, 0, 2)$ and $(0, 8, 2)$ the answer is $(1, 6, 2)$.
#
# <details><summary>Hint</summary>
#
# `k.T` turns *all* axes round. `np.swapaxes(k, -1, -2)` swaps the last two only. Before
# the exponential, subtract each query's largest score: the weights stay the same, and
# nothing overflows. `keepdims=True` keeps the axis that is summed, with length 1.
#
# </details>


# %% solution="attention"
def attention(q, k, v):
    """Answers to all queries, equation (5.2).

    q (..., T, d), k (..., S, d), v (..., S, d_v) -> (..., T, d_v)
    """
    ### BEGIN SOLUTION
    scores = q @ k.mT / np.sqrt(q.shape[-1])  # (..., T, S)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v
    ### END SOLUTION


# %% test="attention" points=3
ones = [np.ones(size) for size in [(5, 3, 4), (5, 2, 4), (5, 2, 6)]]
got = expect_result(attention, *ones, case="five sequences (an axis in front)")
expect_shape(got, (5, 3, 6), "the shapes of the task: an answer for each query")

c = 2 * np.log(3.0)
got = expect_result(
    attention,
    np.array([[c, 0.0, 0.0, 1.0]]),
    np.array([[0.0, 5.0, 5.0, 0.0], [1.0, 0.0, 5.0, 0.0]]),
    np.array([[4.0, 0.0, 2.0], [0.0, 8.0, 2.0]]),
    case="one sequence, with no axes in front",
)
expect_close(got, [[1.0, 6.0, 2.0]], "the example above and equation (5.2)")
got = expect_result(
    attention,
    np.array([[100.0], [-100.0], [0.0]]),
    np.array([[100.0], [99.0], [-100.0]]),
    np.array([[1.0], [2.0], [3.0]]),
)
look = "the task: scores may be as large as 10,000, for each query by itself"
expect_close(got, [[1.0], [3.0], [2.0]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for front, T, S, d, d_v, size in [
    ((), 3, 5, 4, 2, 1.0),
    ((6,), 4, 2, 3, 5, 1.0),
    ((2, 3), 5, 4, 7, 6, 1.5),
    ((2,), 1, 6, 5, 3, 1.0),
    ((3,), 4, 1, 2, 5, 1.0),
    ((4,), 3, 7, 1, 2, 1.0),
    ((2,), 6, 5, 3, 4, 30.0),
]:
    sizes = [(*front, T, d), (*front, S, d), (*front, S, d_v)]
    given = [size * rng.normal(size=s) for s in sizes]
    given[2] = 1 + given[2] / size
    kept = [a.copy() for a in given]
    result = attention(*given)
    q, k, v = map(torch.tensor, given)
    truth = torch.nn.functional.scaled_dot_product_attention(q, k, v).numpy()
    assert matches(result, truth), (
        f"attention differs from equation (5.2) on random inputs with T = {T}, "
        f"S = {S}, d = {d}, d_v = {d_v} and {len(front)} axes in front."
    )
    assert all(map(np.array_equal, given, kept)), (
        "attention changed one of its inputs; make new arrays instead."
    )
    weights = attention(given[0], given[1], np.zeros((*front, S, S)) + np.eye(S))
    assert matches(np.sum(weights, axis=-1), np.ones((*front, T))), (
        "The weights of a query do not have the sum 1."
    )
far = np.array([[1e4], [-1e4], [0.0]])
spread = attention(far, np.array([[1.0], [-1.0], [0.5]]), np.eye(3))
assert matches(spread, [[1, 0, 0], [0, 1, 0], [1 / 3, 1 / 3, 1 / 3]]), (
    "attention is wrong for very large scores; section 5.1 shows a softmax that is not."
)
### END HIDDEN TESTS

# %% [markdown] prompt="peak_and_slope"
# ## 2. What the root is for
#
# *2 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `peak_and_slope`: measure what the root in equation (5.2), section 5.1, does to
# the softmax. A query compares itself with its own $S$ keys. Its scores are the dot
# products, whose variance grows with $d$, equation (5.3), section 5.2. Where `scaled`
# is true, they are divided by $\sqrt d$. Let $e$ be the scores as the softmax is given
# them, and $\alpha = \operatorname{softmax}(e)$. Find for each query
#
# - its *peak*: the largest of its weights;
# - its *slope*, as section 5.2 measures it: the root of the sum of all $S \times S$
#   squared entries of the derivative
#
# $$\frac{\partial \alpha_i}{\partial e_j} = \alpha_i
# \left(\mathbb 1[i = j] - \alpha_j\right)$$
#
# where $\mathbb 1[i = j]$ is 1 if $i = j$, else 0. Where the slope is near 0, no
# gradient passes. The scores, what stands inside the softmax, may be as large as
# 10,000, of either sign.
#
# Shapes: `q (N, d)`, `k (N, S, d)`, `scaled` true or false → `(peak, slope)` in this
# order, `(N,)` each. Query `n` meets the keys `k[n]` and no others.
#
# **Example.** The query and the keys of task 1: $N=1$, $S=2$, $d=4$, and the dot
# products are $0$ and $2 \ln 3$. Divided by 2 they are $0$ and $\ln 3$, the weights are
# $1/4$ and $3/4$, and the four entries of the derivative are $\pm 3/16$: the peak is
# $0.75$, the slope is $\sqrt{4 \cdot (3/16)^2} = 0.375$. Without the root the weights
# are $0.1$ and $0.9$, the four entries are $\pm 0.09$: the peak is $0.9$ and the slope
# $0.18$. The softmax picks more sharply, and answers half as strongly.
#
# <details><summary>Hint</summary>
#
# `np.eye(S)` holds the numbers $\mathbb 1[i = j]$. With `a (N, S)`, `a[:, :, None]` has
# the shape `(N, S, 1)` and `a[:, None, :]` the shape `(N, 1, S)`; both line up with
# `(N, S, S)`.
#
# </details>


# %% solution="peak_and_slope"
def peak_and_slope(q, k, scaled):
    """Largest weight, and size of the softmax's derivative, for each query.

    q (N, d), k (N, S, d), scaled bool -> peak (N,), slope (N,)
    """
    ### BEGIN SOLUTION
    e = np.einsum("nd,nsd->ns", q, k)
    if scaled:
        e = e / np.sqrt(q.shape[1])
    a = np.exp(e - e.max(axis=1, keepdims=True))
    a = a / a.sum(axis=1, keepdims=True)
    jacobian = a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])  # (N, S, S)
    return a.max(axis=1), np.sqrt((jacobian**2).sum(axis=(1, 2)))
    ### END SOLUTION


# %% test="peak_and_slope" points=2
names = ["peak", "slope"]
parts = expect_result(
    peak_and_slope,
    np.ones((5, 4)),
    np.ones((5, 3, 4)),
    True,
    case="N = 5, S = 3, d = 4 and scaled = True",
)
expect_parts(parts, names)
for name, part in zip(names, parts, strict=True):
    expect_shape(part, (5,), f"{name} in the shapes of the task: one for each query")
query = np.array([[2 * np.log(3.0), 0.0, 0.0, 1.0]])
keys = np.array([[[0.0, 5.0, 5.0, 0.0], [1.0, 0.0, 5.0, 0.0]]])
for scaled, wants in [(True, [0.75, 0.375]), (False, [0.9, 0.18])]:
    case = f"the example above with scaled = {scaled}"
    parts = expect_result(peak_and_slope, query, keys, scaled, case=case)
    expect_parts(parts, names)
    for name, part, want in zip(names, parts, wants, strict=True):
        look = f"{name} in the example above, with scaled = {scaled}"
        expect_close(part, [want], f"{look}, and section 5.2")
parts = expect_result(
    peak_and_slope,
    np.array([[100.0], [1.0]]),
    np.array([[[100.0], [-100.0], [100.0]], [[0.0], [0.0], [np.log(4.0)]]]),
    True,
    case="two queries with three keys each and d = 1",
)
looks = [
    "query n meets its own keys k[n], and no exponential may overflow (section 5.1)",
    "all entries of the derivative in the task, section 5.2, of the same weights",
]
wants = [[0.5, 2 / 3], [0.5, 5**0.5 / 6]]
for name, part, want, look in zip(names, parts, wants, looks, strict=True):
    two = f"{name} of two queries, one with scores of 10,000"
    expect_close(part, want, f"{two}: {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for N, S, d, size in [
    (4, 3, 5, 1.0),
    (1, 6, 2, 1.0),
    (5, 2, 3, 1.5),
    (3, 4, 1, 1.0),
    (2, 1, 4, 1.0),
    (6, 5, 7, 40.0),
]:
    given = [size * rng.normal(size=(N, d)), size * rng.normal(size=(N, S, d))]
    kept = [a.copy() for a in given]
    for scaled in [True, False]:
        result = peak_and_slope(*given, scaled)
        assert all(map(np.array_equal, given, kept)), (
            "peak_and_slope changed one of its inputs; make new arrays instead."
        )
        scores = torch.einsum("nd,nsd->ns", *map(torch.tensor, kept))
        scores = scores / (d**0.5 if scaled else 1.0)
        scores.requires_grad_()
        weights = torch.softmax(scores, dim=1)
        # One weight of every query at a time; queries do not mix.
        slopes = [
            torch.autograd.grad(weights[:, i].sum(), scores, retain_graph=True)[0]
            for i in range(S)
        ]
        truth = [weights.max(dim=1).values, torch.stack(slopes, 1).norm(dim=(1, 2))]
        for name, found, want in zip(names, result, truth, strict=True):
            assert matches(found, want.detach().numpy()), (
                f"{name} is another one for random queries with N = {N}, S = {S}, "
                f"d = {d} and scaled = {scaled}; compare with section 5.2."
            )
### END HIDDEN TESTS

# %% [markdown] prompt="make_mask"
# ## 3. Padding and future
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `make_mask`: a mask for a batch, true where a query may see a key (section 5.3).
# It says which scores of equation (5.2), section 5.1, enter the softmax.
#
# - **Padding.** The keys of sequence $b$ are real at its first `lengths[b]` places.
#   What follows is padding, and no query may see it.
# - **Future.** If `causal` is true, a query may not see keys that stand after it: the
#   query at place $t$ sees the key at place $j$ only if $j \le t$. Its own place it may
#   see. With `causal` true, $T = S$.
#
# A key is visible only where neither rule hides it. Queries at padding follow the same
# rules; what they compute is thrown away later.
#
# Shapes: `lengths (B,)` integers from 1 to $S$, `T` and `S` integers, `causal` true or
# false → `mask (B, T, S)` booleans.
#
# **Example.** `lengths` is $(2, 3)$ and $S=3$. With `causal` true and $T=3$ the rows of
# the first sequence are $(1, 0, 0)$, $(1, 1, 0)$, $(1, 1, 0)$, those of the second
# $(1, 0, 0)$, $(1, 1, 0)$, $(1, 1, 1)$, with 1 for true. With `causal` false and $T=2$
# both rows of the first sequence are $(1, 1, 0)$, both of the second $(1, 1, 1)$.
#
# <details><summary>Hint</summary>
#
# Compare places with lengths: `np.arange(S) < lengths[:, None]` has shape `(B, S)`. One
# more `None` makes room for the queries, `(B, 1, S)`; all $T$ of them have to be there,
# also if `causal` is false. `np.tril` keeps the lower triangle of a matrix, with its
# diagonal.
#
# </details>


# %% solution="make_mask"
def make_mask(lengths, T, S, causal):
    """True where a query may see a key.

    lengths (B,) int, T int, S int, causal bool -> mask (B, T, S) bool
    """
    ### BEGIN SOLUTION
    grid = np.ones((T, S), dtype=bool)
    past = np.tril(grid) if causal else grid
    return past & (np.arange(S) < lengths[:, None, None])
    ### END SOLUTION


# %% test="make_mask" points=2
look = "the shapes of the task: booleans, a row for each query"
case = "two lengths, T = 2, S = 3 and causal = False"
got = expect_result(make_mask, np.array([2, 3]), 2, 3, False, case=case)
expect_shape(got, (2, 2, 3), look, kind="bool")
want = [[[1, 1, 0]] * 2, [[1, 1, 1]] * 2]
expect_close(1 * got, want, "the example above, with causal false")
case = "two lengths, T = 3, S = 3 and causal = True"
got = expect_result(make_mask, np.array([2, 3]), 3, 3, True, case=case)
expect_shape(got, (2, 3, 3), look, kind="bool")
expect_close(
    1 * got,
    [[[1, 0, 0], [1, 1, 0], [1, 1, 0]], [[1, 0, 0], [1, 1, 0], [1, 1, 1]]],
    "the example above, with causal true",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S in [(5, 4, 6), (3, 7, 4), (1, 3, 5), (4, 1, 3), (2, 5, 1), (6, 1, 1)]:
    for causal in [False, True]:
        queries = S if causal else T
        given = rng.integers(1, S + 1, size=B)
        given[0] = S if rng.random() < 0.5 else 1
        kept = given.copy()
        result = make_mask(given, queries, S, causal)
        truth = [
            [
                [j < n and (j <= t or not causal) for j in range(S)]
                for t in range(queries)
            ]
            for n in kept.tolist()
        ]
        assert matches(result, truth), (
            f"Another mask belongs to random lengths with T = {queries}, S = {S} and "
            f"causal = {causal}; section 5.3 has a figure of each kind."
        )
        assert np.asarray(result).dtype.kind == "b", "A mask holds true and false."
        assert np.array_equal(given, kept), "make_mask changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="masked_attention"
# ## 4. Attention that does not leak
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `masked_attention`: equation (5.2), section 5.1, with a mask. Section 5.3 says
# where the mask goes: a score that is masked becomes $-\infty$ *before* the softmax.
# With $m_{t,j}$ true where query $t$ may see key $j$, the weights are
#
# $$\alpha_t = \operatorname{softmax}(e_t), \qquad
# e_{t,j} = \begin{cases}
# \mathbf q_t \cdot \mathbf k_j / \sqrt d & \text{if } m_{t,j} \\
# -\infty & \text{otherwise} \end{cases}$$
#
# and the answer is the mean of the values under these weights. Every query may see at
# least one key. What it may not see has no effect on its answer at all, whatever
# finite numbers stand there. Scores may be as large as 10,000, of either sign.
#
# Shapes: `q (B, T, d)`, `k (B, S, d)`, `v (B, S, d_v)`, `mask (B, T, S)` booleans
# → answers `(B, T, d_v)`.
#
# **Example.** $B=1$, $T=2$, $S=3$, $d=1$, $d_v=1$. Both queries are 1. The keys are
# $0$, $\ln 3$ and $50$, the values $4$, $8$ and $100$. The first query may see the
# first two keys: its weights are $1/4$, $3/4$ and $0$, and the answer is
# $1 + 6 = 7$. The second query may see the last key alone, and the answer is $100$.
#
# <details><summary>Hint</summary>
#
# `np.where(mask, a, b)` takes from `a` where the mask is true and from `b` elsewhere;
# `b` may be a single number. `np.exp(-np.inf)` is exactly 0. Take the largest score
# *after* masking.
#
# </details>


# %% solution="masked_attention"
def masked_attention(q, k, v, mask):
    """Answers to all queries from the keys that each may see.

    q (B, T, d), k (B, S, d), v (B, S, d_v), mask (B, T, S) bool -> (B, T, d_v)
    """
    ### BEGIN SOLUTION
    scores = q @ k.mT / np.sqrt(q.shape[-1])  # (B, T, S)
    scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) @ v
    ### END SOLUTION


# %% test="masked_attention" points=3
ones = [np.ones(size) for size in [(5, 3, 4), (5, 2, 4), (5, 2, 6)]]
got = expect_result(masked_attention, *ones, np.ones((5, 3, 2), dtype=bool))
expect_shape(got, (5, 3, 6), "the shapes of the task: an answer for each query")
got = expect_result(
    masked_attention,
    np.array([[[1.0], [1.0]]]),
    np.array([[[0.0], [np.log(3.0)], [50.0]]]),
    np.array([[[4.0], [8.0], [100.0]]]),
    np.array([[[True, True, False], [False, False, True]]]),
)
expect_close(got, [[[7.0], [100.0]]], "the example above and section 5.3")
got = expect_result(
    masked_attention,
    np.array(
        [
            [[100.0, 0.0, 0.0, 0.0], [0.0, 100.0, 0.0, 0.0]],
            [[0.0, 100.0, 0.0, 0.0], [100.0, 0.0, 0.0, 0.0]],
        ]
    ),
    np.array(
        [
            [
                [-200.0, 0.0, 0.0, 9.0],
                [np.log(3.0) / 50 - 200.0, 7.0, 0.0, 0.0],
                [200.0, 0.0, 0.0, 0.0],
            ],
            [[0.0, 200.0, 0.0, 0.0], [5.0, 0.0, 0.0, 0.0], [0.0, -200.0, 0.0, 0.0]],
        ]
    ),
    np.array([[[4.0], [8.0], [100.0]], [[50.0], [60.0], [3.0]]]),
    np.array(
        [
            [[True, True, False], [False, False, True]],
            [[False, False, True], [True, False, True]],
        ]
    ),
)
look = "section 5.3 and each query's own largest seen score: here d = 4, so the root "
look += "is 2; the first query sees scores of -10,000, and one of 10,000 is hidden"
expect_close(got, [[[7.0], [100.0]], [[3.0], [26.5]]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, d, d_v, size in [
    (3, 4, 6, 5, 2, 1.0),
    (1, 5, 3, 2, 4, 1.0),
    (4, 1, 7, 3, 5, 1.5),
    (2, 6, 5, 4, 3, 30.0),
    (2, 3, 1, 4, 5, 1.0),
]:
    sizes = [(B, T, d), (B, S, d), (B, S, d_v)]
    given = [size * rng.normal(size=s) for s in sizes]
    given[2] = 1 + given[2] / size
    some = rng.random((B, T, S)) < 0.6
    lonely = np.arange(S) == rng.integers(S, size=(B, T, 1))  # all but one masked
    padding = np.zeros((B, T, 1), dtype=bool) | (
        np.arange(S) < rng.integers(1, S + 1, size=(B, 1, 1))
    )
    for seen in [some | lonely, lonely, padding, padding | True]:
        case = [*given, seen]
        kept = [a.copy() for a in case]
        result = masked_attention(*case)
        truth = torch.nn.functional.scaled_dot_product_attention(
            *map(torch.tensor, given), attn_mask=torch.tensor(seen)
        ).numpy()
        assert matches(result, truth), (
            "masked_attention gives other answers than (5.2) with the mask before the "
            f"softmax, for random scores of size about {size**2:g} and a mask that "
            f"shows {seen.sum()} of {seen.size} keys."
        )
        assert all(map(np.array_equal, case, kept)), (
            "masked_attention changed one of its inputs; make new arrays instead."
        )
q, k, v = (rng.normal(size=s) for s in [(2, 4, 3), (2, 4, 3), (2, 4, 5)])
past = np.zeros((2, 4, 4), dtype=bool) | np.tri(4, dtype=bool)
before = np.array(masked_attention(q, k, v, past))
for loud in [2.0, 3e3]:
    later_k, later_v = k.copy(), v.copy()
    later_k[:, 3], later_v[:, 3] = loud * np.sign(q[:, 2]), loud
    after = np.array(masked_attention(q, later_k, later_v, past))
    assert matches(after[:, :3], before[:, :3]), (
        "It leaks: with a causal mask an earlier answer moved when the last key and "
        "value changed. Section 5.3 has the test."
    )
deep = [np.array([[[1e4]]]), np.array([[[-1.0], [-1.0], [1.0]]]), np.eye(3)[None]]
halves = masked_attention(*deep, np.array([[[True, True, False]]]))
assert matches(halves, [[[0.5, 0.5, 0.0]]]), (
    "masked_attention is wrong where the visible scores are very small and the hidden "
    "one is very large; see what section 5.3 puts in its place."
)
### END HIDDEN TESTS

# %% [markdown] prompt="split_heads"
# ## 5. Split into heads
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `split_heads`: give each head its slice of the features (section 5.4). With
# $d_{\text{head}}$ = `d / heads`, the first head gets the first $d_{\text{head}}$
# features of every token, the second head the next ones, and so on. The heads become an
# axis of their own, in front of the tokens, so that one product serves all of them.
# These are the slices $\mathbf Q_i$, $\mathbf K_i$ and $\mathbf V_i$ of equation (5.4).
#
# Shapes: `x (B, T, d)`, the integer `heads`, which divides $d$
# → `(B, heads, T, d_head)`. The result may be a view.
#
# **Example.** $B=1$, $T=3$, $d=4$ and 2 heads. The tokens are $(1, 2, 3, 4)$,
# $(5, 6, 7, 8)$ and $(9, 10, 11, 12)$. The first head has the rows $(1, 2)$, $(5, 6)$,
# $(9, 10)$, the second head the rows $(3, 4)$, $(7, 8)$, $(11, 12)$.
#
# <details><summary>Hint</summary>
#
# A reshape never moves a number: read row by row, they keep their order. So cut the
# last axis into two first, and swap axes then. Section 5.4 shows what comes out if you
# go straight to the final shape.
#
# </details>


# %% solution="split_heads"
def split_heads(x, heads):
    """Each head's slice of the features.

    x (B, T, d), heads int -> (B, heads, T, d_head)
    """
    ### BEGIN SOLUTION
    B, T, d = x.shape
    return x.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)
    ### END SOLUTION


# %% test="split_heads" points=2
got = expect_result(split_heads, np.ones((5, 4, 6)), 3, case="x (5, 4, 6) and 3 heads")
expect_shape(got, (5, 3, 4, 2), "the shapes of the task: (B, heads, T, d_head)")
got = expect_result(split_heads, np.arange(1.0, 13.0).reshape(1, 3, 4), 2)
expect_close(
    got,
    [[[[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]], [[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]]]],
    "the example above and section 5.4",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, heads, d_head in [
    (2, 5, 4, 3),
    (3, 2, 5, 4),
    (1, 4, 2, 6),
    (4, 1, 3, 2),
    (3, 4, 1, 5),
    (2, 3, 6, 1),
    (4, 4, 4, 4),
]:
    given = rng.normal(size=(B, T, heads * d_head))
    kept = given.copy()
    result = split_heads(given, heads)
    truth = np.stack(np.split(kept, heads, axis=2), axis=1)
    assert matches(result, truth), (
        f"The heads have other features than their slices, for B = {B}, T = {T}, "
        f"{heads} heads and d = {heads * d_head}; see section 5.4."
    )
    assert np.array_equal(given, kept), "split_heads changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="merge_heads"
# ## 6. Merge the heads
#
# *2 points · difficulty 2 of 5 · about 5 minutes*
#
# Write `merge_heads`: put the answers of the heads side by side again, for each token
# (section 5.4). This is the bracket of equation (5.4), before the product with $W_o$:
#
# $$\left[\operatorname{head}_1, \operatorname{head}_2, \dots\right]$$
#
# Each row of the result holds one token: first what the first head says about it, then
# what the second head says, and so on.
#
# Shapes: `x (B, heads, T, d_head)` → `(B, T, d)` with $d$ = `heads * d_head`.
#
# **Example.** $B=1$, 2 heads, $T=3$, $d_{\text{head}}=2$. The first head has the rows
# $(1, 2)$, $(5, 6)$, $(9, 10)$, the second head the rows $(3, 4)$, $(7, 8)$,
# $(11, 12)$. The result has the rows $(1, 2, 3, 4)$, $(5, 6, 7, 8)$ and
# $(9, 10, 11, 12)$.


# %% solution="merge_heads"
def merge_heads(x):
    """What all heads say about each token, side by side.

    x (B, heads, T, d_head) -> (B, T, d)
    """
    ### BEGIN SOLUTION
    B, heads, T, d_head = x.shape
    return x.transpose(0, 2, 1, 3).reshape(B, T, heads * d_head)
    ### END SOLUTION


# %% test="merge_heads" points=2
got = expect_result(merge_heads, np.ones((5, 3, 4, 2)))
expect_shape(got, (5, 4, 6), "the shapes of the task: (B, T, d)")
got = expect_result(
    merge_heads,
    np.array(
        [
            [
                [[1.0, 2.0], [5.0, 6.0], [9.0, 10.0]],
                [[3.0, 4.0], [7.0, 8.0], [11.0, 12.0]],
            ]
        ]
    ),
)
expect_close(
    got,
    np.arange(1.0, 13.0).reshape(1, 3, 4),
    "the example above and section 5.4",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, heads, d_head in [
    (2, 5, 4, 3),
    (3, 2, 5, 4),
    (1, 4, 2, 6),
    (4, 1, 3, 2),
    (3, 4, 1, 5),
    (2, 3, 6, 1),
    (4, 4, 4, 4),
]:
    given = rng.normal(size=(B, heads, T, d_head))
    kept = given.copy()
    result = merge_heads(given)
    truth = np.concatenate([kept[:, i] for i in range(heads)], axis=2)
    assert matches(result, truth), (
        f"The rows are other ones than the heads side by side, for B = {B}, T = {T}, "
        f"{heads} heads of {d_head} features; see equation (5.4), section 5.4."
    )
    assert np.array_equal(given, kept), "merge_heads changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="multi_head"
# ## 7. Many heads
#
# *4 points · difficulty 4 of 5 · about 30 minutes*
#
# Write `multi_head`: attention with several heads, from tokens to tokens. The tokens
# $x$ ask, the tokens $\bar x$ (`memory`) are asked; in self-attention both are the
# same. This is equation (5.4), section 5.4, with the biases of the code there:
#
# $$\mathbf Q = x W_q + b_q, \qquad \mathbf K = \bar x W_k + b_k, \qquad
# \mathbf V = \bar x W_v + b_v$$
#
# $$\operatorname{head}_i = \operatorname{attention}\left(\mathbf Q_i, \mathbf K_i,
# \mathbf V_i\right), \qquad
# \operatorname{multihead} = \left[\operatorname{head}_1, \operatorname{head}_2,
# \dots\right] W_o + b_o$$
#
# where $\mathbf Q_i$ is the $i$-th slice of $d_{\text{head}}$ = `d / heads` columns of
# $\mathbf Q$, and so on. Attention is equation (5.2), section 5.1; each head divides
# its scores by the root of what it multiplies, $\sqrt{d_{\text{head}}}$. The mask goes
# in before the softmax, section 5.3, and serves all heads. Every query may see at least
# one key. Scores may be as large as 10,000, of either sign.
#
# Shapes: `x (B, T, d)`, `memory (B, S, d)`, `mask (B, T, S)` booleans, the integer
# `heads`, which divides $d$, the four matrices `(d, d)` and the four biases `(d,)`
# → `(B, T, d)`.
#
# **Example.** $B=1$, $T=1$, $S=2$, $d=2$ and 2 heads, so $d_{\text{head}} = 1$.
# $x = (\ln 3, 0)$, the memory has the rows $(0, 3)$ and $(1, 1)$, and both may be seen.
# $W_q$ and $W_k$ are the identity, $W_v$ is 4 times the identity,
# $W_o = \begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix}$, $b_o = (1, 0)$, and the other
# biases are zero. So the values are $(0, 12)$ and $(4, 4)$.
#
# - The first head multiplies the first columns: scores $0$ and $\ln 3$, weights $1/4$
#   and $3/4$, answer $0/4 + 3 \cdot 4/4 = 3$.
# - The second head multiplies the second columns: the query is 0, both weights are
#   $1/2$, and the answer is $(12 + 4)/2 = 8$.
# - Side by side $(3, 8)$. $W_o$ swaps them, the bias adds $(1, 0)$: the result is
#   $(9, 3)$.
#
# <details><summary>Hint</summary>
#
# Write the shapes beside each line: `(B, heads, T, d_head)` for the queries,
# `(B, heads, T, S)` for the scores. The mask has no axis for the heads;
# `mask[:, None]` has shape `(B, 1, T, S)`. A loop over the heads, with slices of the
# columns, is right as well.
#
# </details>


# %% solution="multi_head"
def multi_head(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    """Attention with several heads, equation (5.4).

    x (B, T, d), memory (B, S, d), mask (B, T, S) bool, heads int, W_q (d, d), b_q (d,),
    W_k (d, d), b_k (d,), W_v (d, d), b_v (d,), W_o (d, d), b_o (d,) -> (B, T, d)
    """

    ### BEGIN SOLUTION
    def split(a):
        d_head = a.shape[2] // heads
        return a.reshape(*a.shape[:2], heads, d_head).transpose(0, 2, 1, 3)

    q = split(x @ W_q + b_q)  # (B, heads, T, d_head)
    k = split(memory @ W_k + b_k)  # (B, heads, S, d_head)
    v = split(memory @ W_v + b_v)
    scores = q @ k.mT / np.sqrt(q.shape[-1])  # (B, heads, T, S)
    scores = np.where(mask[:, None], scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    answers = e / e.sum(axis=-1, keepdims=True) @ v  # (B, heads, T, d_head)
    return answers.transpose(0, 2, 1, 3).reshape(x.shape) @ W_o + b_o
    ### END SOLUTION


# %% test="multi_head" points=4
whole = [a for _ in range(4) for a in (np.ones((6, 6)), np.ones(6))]
got = expect_result(
    multi_head,
    np.ones((5, 4, 6)),
    np.ones((5, 2, 6)),
    np.ones((5, 4, 2), dtype=bool),
    3,
    *whole,
    case="T = 4 tokens that ask and S = 2 that are asked",
)
expect_shape(got, (5, 4, 6), "the shapes of the task: the result has the shape of x")
eyes, none = [np.eye(2) for _ in range(4)], [np.zeros(2) for _ in range(3)]
got = expect_result(
    multi_head,
    np.array([[[np.log(3.0), 0.0]]]),
    np.array([[[0.0, 3.0], [1.0, 1.0]]]),
    np.ones((1, 1, 2), dtype=bool),
    2,
    *[eyes[0], none[0], eyes[1], none[1], 4 * eyes[2], none[2]],
    *[eyes[3][::-1].copy(), np.array([1.0, 0.0])],
    case="the example above",
)
look = "the example above, line by line: each head's columns, equation (5.4), and the "
look += "mask, section 5.3, in which true means seen"
expect_close(got, [[[9.0, 3.0]]], look)
got = expect_result(
    multi_head,
    np.array([[[5.0, 6.0]]]),
    np.array([[[0.0, 3.0], [1.0, 1.0]]]),
    np.ones((1, 1, 2), dtype=bool),
    2,
    *[np.zeros((2, 2)), np.array([np.log(3.0), 0.0]), eyes[0], none[0]],
    *[4 * eyes[1], np.array([1.0, 2.0]), eyes[2], none[1]],
    case="two heads, W_q = 0, and a bias of queries and of values",
)
look = "b_q and b_v in (5.4): W_q is 0 and W_k is not, so the query is b_q alone, and "
look += "b_v comes through whole"
expect_close(got, [[[4.0, 10.0]]], look)
matrices = np.sin(np.arange(1.0, 65.0)).reshape(4, 4, 4)
biases = np.cos(np.arange(1.0, 17.0)).reshape(4, 4)
weights = [a.copy() for pair in zip(matrices, biases, strict=True) for a in pair]
tokens = 2 * np.cos(np.arange(16.0)).reshape(2, 2, 4)
memory = 3 * np.sin(np.arange(24.0)).reshape(2, 3, 4)
seen = np.array([[[1, 0, 0], [1, 1, 0]], [[1, 0, 1], [0, 1, 1]]]) > 0
case = "B = 2, T = 2, S = 3, d = 4 and two heads"
got = expect_result(multi_head, tokens, memory, seen, 2, *weights, case=case)
other = memory.copy()
other[0, 2] = -5.0
after = expect_result(multi_head, tokens, other, seen, 2, *weights, case=case)
assert matches(after[0], got[0]), (
    "Expected the same answers of a sequence before and after a row of its memory "
    f"changed that no query may see, got {shown(got[0])} before and {shown(after[0])} "
    "after. Look at the mask, section 5.3: where it goes in."
)
wants = [
    [
        [0.251622, 0.465364, 0.251252, -0.19386],
        [-1.089593, -0.84533, 0.176126, 1.035652],
    ],
    [
        [0.58114, 0.809337, 0.293434, -0.492251],
        [0.020281, -0.276351, -0.318908, -0.068262],
    ],
]
look = "two heads of two features, d = 4: how section 5.4 splits and merges the heads, "
look += "then each matrix, root and bias of (5.4)"
expect_close(got, wants, look)
got = expect_result(
    multi_head,
    np.array([[[100.0, -100.0], [-100.0, 100.0]]]),
    np.array([[[100.0, 100.0], [99.0, 98.0]]]),
    np.ones((1, 2, 2), dtype=bool),
    2,
    *[a for _ in range(4) for a in (np.eye(2), np.zeros(2))],
    case="two tokens, two heads and scores of 10,000",
)
look = "the task: scores may be as large as 10,000, of either sign, for each query in "
look += "each head by itself"
expect_close(got, [[[100.0, 98.0], [99.0, 100.0]]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, S, heads, d_head, size in [
    (2, 5, 3, 4, 6, 1.0),
    (3, 2, 6, 5, 4, 1.0),
    (1, 4, 5, 2, 3, 1.0),
    (4, 1, 3, 3, 2, 1.0),
    (2, 3, 5, 1, 4, 1.0),
    (3, 4, 1, 2, 5, 1.0),
    (2, 4, 6, 7, 1, 1.0),
    (2, 4, 5, 3, 6, 300.0),
]:
    d = heads * d_head
    given = [rng.normal(size=(B, T, d)), rng.normal(size=(B, S, d))]
    lonely = np.arange(S) == rng.integers(S, size=(B, T, 1))
    seen = lonely | (rng.random((B, T, S)) < 0.6)
    weights = [
        rng.normal(size=s) / d**0.5 * 1.5 for _ in range(4) for s in [(d, d), (d,)]
    ]
    weights[0] *= size
    case = [*given, seen, heads, *weights]
    kept = [np.copy(a) for a in case]
    result = multi_head(*case)
    theirs = torch.nn.MultiheadAttention(
        d, heads, batch_first=True, dtype=torch.float64
    )
    W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o = map(torch.tensor, weights)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([W_q.T, W_k.T, W_v.T]))
        theirs.in_proj_bias.copy_(torch.cat([b_q, b_k, b_v]))
        theirs.out_proj.weight.copy_(W_o.T)
        theirs.out_proj.bias.copy_(b_o)
        x, memory = map(torch.tensor, given)
        hidden = ~torch.tensor(seen).repeat_interleave(heads, dim=0)
        truth, _ = theirs(x, memory, memory, attn_mask=hidden)
    assert matches(result, truth.numpy()), (
        f"multi_head differs from equation (5.4) on random inputs with B = {B}, "
        f"T = {T}, S = {S}, {heads} heads and d = {d}; compare with section 5.4."
    )
    assert all(map(np.array_equal, case, kept)), (
        "multi_head changed one of its inputs; make new arrays instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="sinusoids"
# ## 8. Where a token stands: sinusoids
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `sinusoids`: the rows $\mathbf r_t$ that are added to the tokens, so that a
# model knows their order. This is equation (5.9), section 5.6:
#
# $$r_{t,2i} = \sin(\theta_i t), \qquad r_{t,2i+1} = \cos(\theta_i t),
# \qquad \theta_i = 10000^{-2i/d}$$
#
# for $i = 0, 1, \dots, d/2 - 1$. Places and features are counted from 0. The angles are
# in radians.
#
# Shapes: the integers `T` and `d`, $d$ even → `r (T, d)`, with the row of place $t$ in
# `r[t]`.
#
# **Example.** $T=2$, $d=4$. $\theta_0 = 1$ and $\theta_1 = 10000^{-2/4} = 0.01$. The
# row of place 0 is $(0, 1, 0, 1)$. That of place 1 is
# $(\sin 1, \cos 1, \sin 0.01, \cos 0.01) = (0.8415, 0.5403, 0.0100, 0.99995)$.


# %% solution="sinusoids"
def sinusoids(T, d):
    """Sines and cosines of every place, equation (5.9).

    T int, d int -> r (T, d)
    """
    ### BEGIN SOLUTION
    theta = 10_000.0 ** (-np.arange(0, d, 2) / d)  # (d / 2,)
    angles = np.arange(T)[:, None] * theta  # (T, d / 2)
    r = np.empty((T, d))
    r[:, ::2] = np.sin(angles)
    r[:, 1::2] = np.cos(angles)
    return r
    ### END SOLUTION


# %% test="sinusoids" points=2
got = expect_result(sinusoids, 5, 6, case="T = 5 and d = 6")
expect_shape(got, (5, 6), "the shapes of the task: a row for each place")
got = expect_result(sinusoids, 2, 4, case="T = 2 and d = 4")
expect_close(
    got,
    [[0, 1, 0, 1], [np.sin(1), np.cos(1), np.sin(0.01), np.cos(0.01)]],
    "the example above and equation (5.9)",
)
got = expect_result(sinusoids, 4, 2, case="T = 4 and d = 2")
want = [[np.sin(t), np.cos(t)] for t in range(4)]
look = "the rows of places 2 and 3, where theta_0 = 1: the angle in equation (5.9)"
expect_close(got, want, look)
### BEGIN HIDDEN TESTS
for T, d in [(7, 6), (5, 12), (1, 8), (9, 2), (60, 10), (3, 64)]:
    result = sinusoids(T, d)
    t, pair = torch.arange(T, dtype=torch.float64), torch.arange(d) // 2
    angle = torch.outer(t, torch.exp(-2 * pair / d * np.log(10_000)))
    truth = torch.where(torch.arange(d) % 2 == 0, angle.sin(), angle.cos()).numpy()
    assert matches(result, truth), (
        f"The rows differ from equation (5.9), section 5.6, for T = {T} and d = {d}."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="rotate"
# ## 9. Where a token stands: rotary positions
#
# *3 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `rotate`: turn each pair of features of a query or a key by an angle that grows
# with its place. This is the row $\mathbf q R_t$ of equation (5.11), section 5.6. For a
# row $x$ at place $t$, and for each $i = 0, 1, \dots, d/2 - 1$,
#
# $$x'_{2i} = x_{2i} \cos(\theta_i t) - x_{2i+1} \sin(\theta_i t), \qquad
# x'_{2i+1} = x_{2i} \sin(\theta_i t) + x_{2i+1} \cos(\theta_i t)$$
#
# with the frequencies of (5.9), $\theta_i = 10000^{-2i/d}$. A pair are two neighbours,
# $2i$ and $2i+1$. (Some models pair feature $i$ with feature $i + d/2$. That works as
# well, but the two must not be mixed.)
#
# Shapes: `x (..., T, d)` with $d$ even, `places (T,)` → the turned rows, `(..., T, d)`.
# Row `x[..., t, :]` stands at place `places[t]`. Places may be any real
# numbers, in any order, and need not begin at 0.
#
# **Example.** $T=2$, $d=4$, places 0 and 1, so $\theta = (1, 0.01)$. The row
# $(5, 6, 7, 8)$ at place 0 stays as it is. The row $(1, 0, 0, 1)$ at place 1 becomes
# $(\cos 1, \sin 1, -\sin 0.01, \cos 0.01) = (0.5403, 0.8415, -0.0100, 0.99995)$.
#
# <details><summary>Hint</summary>
#
# `x[..., 0::2]` are the features $2i$, `x[..., 1::2]` the features $2i+1$: two arrays
# `(..., T, d / 2)`. The angles have shape `(T, d / 2)`. Fill a new array with the same
# two slices. Both new features of a pair need both *old* ones. (A row times the matrix
# of equation (5.10) turns the other way.)
#
# </details>


# %% solution="rotate"
def rotate(x, places):
    """Turn each pair of features by its place's angle, equation (5.11).

    x (..., T, d), places (T,) -> (..., T, d)
    """
    ### BEGIN SOLUTION
    d = x.shape[-1]
    angle = places[:, None] * 10_000.0 ** (-np.arange(0, d, 2) / d)  # (T, d / 2)
    even, odd = x[..., ::2], x[..., 1::2]
    turned = np.empty(x.shape)
    turned[..., ::2] = even * np.cos(angle) - odd * np.sin(angle)
    turned[..., 1::2] = even * np.sin(angle) + odd * np.cos(angle)
    return turned
    ### END SOLUTION


# %% test="rotate" points=3
got = expect_result(rotate, np.ones((5, 3, 6)), np.arange(3))
expect_shape(got, (5, 3, 6), "the shapes of the task: the result has the shape of x")
got = expect_result(
    rotate,
    np.array([[5.0, 6.0, 7.0, 8.0], [1.0, 0.0, 0.0, 1.0]]),
    np.array([0, 1]),
    case="one sequence, with no axes in front",
)
expect_close(
    got,
    [[5, 6, 7, 8], [np.cos(1), np.sin(1), -np.sin(0.01), np.cos(0.01)]],
    "the example above and its formula",
)
got = expect_result(rotate, np.array([[[1.0, 0.0], [0.0, 1.0]]]), np.array([7.0, 2.5]))
want = [[[np.cos(7), np.sin(7)], [-np.sin(2.5), np.cos(2.5)]]]
expect_close(got, want, "the places in the task: here they are 7 and 2.5")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for front, T, d, kind in [
    ((), 5, 6, int),
    ((3,), 4, 8, int),
    ((4,), 4, 6, float),
    ((2, 3), 5, 4, float),
    ((3,), 1, 10, int),
    ((1,), 7, 2, int),
    ((2,), 3, 64, int),
]:
    at = rng.permutation(24)[:T].astype(kind)
    if kind is float:
        at += rng.normal(size=T)
    given = [rng.normal(size=(*front, T, d)), at]
    kept = [a.copy() for a in given]
    result = rotate(*given)
    rate = 10_000.0 ** (-torch.arange(0, d, 2, dtype=torch.float64) / d)
    angle = torch.outer(torch.tensor(at, dtype=torch.float64), rate)
    pairs = torch.view_as_complex(torch.tensor(kept[0]).unflatten(-1, (-1, 2)))
    turned = pairs * torch.polar(torch.ones_like(angle), angle)
    truth = torch.view_as_real(turned).flatten(-2).numpy()
    assert matches(result, truth), (
        f"The turned rows differ from the task's formula for random places, T = {T}, "
        f"d = {d} and {len(front)} axes in front; see section 5.6."
    )
    assert all(map(np.array_equal, given, kept)), (
        "rotate changed one of its inputs; make new arrays instead."
    )
q, k, here = rng.normal(size=(6, 8)), rng.normal(size=(6, 8)), np.arange(6)
near = np.array(rotate(q, here)) @ np.array(rotate(k, here)).T
far = np.array(rotate(q, here + 40)) @ np.array(rotate(k, here + 40)).T
assert np.allclose(near, far, atol=1e-3), (
    "The scores of turned queries and keys should depend on distances only, (5.11)."
)
### END HIDDEN TESTS

# %% [markdown] prompt="layer_norm"
# ## 10. Layer norm
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `layer_norm`: bring each token to a common size, then scale and shift its
# features. This is equation (5.6), section 5.5; $\odot$ multiplies element by element:
#
# $$\hat x = \frac{x - \mu}{\varsigma}, \qquad
# \varsigma = \sqrt{\tfrac1d \textstyle\sum_i (x_i - \mu)^2 + 10^{-5}}, \qquad
# y = w \odot \hat x + b$$
#
# $\mu$ is the mean of the token's $d$ features.
#
# Shapes: `x (..., d)`, `w (d,)`, `b (d,)` → `y (..., d)`. Each row along the last axis
# is a token. A token may have equal features: then $\hat x$ is zero.
#
# **Example.** $d=4$, $x = (1, 1, 5, 5)$. The mean is 3 and the mean of the squares
# $(4, 4, 4, 4)$ is 4, so $\varsigma = \sqrt{4.00001} = 2$ (to five digits) and
# $\hat x = (-1, -1, 1, 1)$. With $w = (1, 2, 1, 2)$ and $b = (0, 0, 10, 1)$ the result
# is $y = (-1, -2, 11, 3)$.


# %% solution="layer_norm"
def layer_norm(x, w, b):
    """Tokens of a common size, scaled and shifted, equation (5.6).

    x (..., d), w (d,), b (d,) -> y (..., d)
    """
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    return w * centred / spread + b
    ### END SOLUTION


# %% test="layer_norm" points=2
got = expect_result(layer_norm, np.ones((5, 3, 4)), np.ones(4), np.ones(4))
expect_shape(got, (5, 3, 4), "the shapes of the task: y has the shape of x")
got = expect_result(
    layer_norm,
    np.array([1.0, 1.0, 5.0, 5.0]),
    np.array([1.0, 2.0, 1.0, 2.0]),
    np.array([0.0, 0.0, 10.0, 1.0]),
    case="a single token x (d,)",
)
expect_close(got, [-1.0, -2.0, 11.0, 3.0], "the example above and equation (5.6)")
got = expect_result(
    layer_norm, 2 * np.ones((1, 3)), np.ones(3), np.array([3.0, 4.0, 5.0])
)
expect_close(got, [[3.0, 4.0, 5.0]], "the task: a token may have equal features")
got = expect_result(
    layer_norm,
    np.array(
        [[1.0, 1.0, 5.0, 5.0], [0.0, 0.002, 0.0, 0.002], [30.0, 30.0, 10.0, 10.0]]
    ),
    np.ones(4),
    np.zeros(4),
)
small = 0.001 / np.sqrt(1.1e-5)
want = [[-1.0, -1.0, 1.0, 1.0], [-small, small, -small, small], [1.0, 1.0, -1.0, -1.0]]
look = "three tokens, one of them tiny: the mean and the root in (5.6)"
expect_close(got, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for size in [(6,), (4, 3), (3, 5, 4), (2, 3, 4, 5), (1, 7), (3, 1), (4, 4)]:
    given = [2 * rng.normal(size=size) + 1, *rng.normal(size=(2, size[-1]))]
    for level, stretch in [(0.0, 1.0), (0.0, 1e-3), (3.0, 0.0), (-200.0, 50.0)]:
        case = [level + stretch * given[0], *given[1:]]
        kept = [a.copy() for a in case]
        result = layer_norm(*case)
        x, w, b = map(torch.tensor, kept)
        truth = torch.nn.functional.layer_norm(x, (len(w),), w, b, 1e-5).numpy()
        assert matches(result, truth), (
            f"y differs from equation (5.6), section 5.5, for random tokens of shape "
            f"{size}, stretched by {stretch:g} and moved by {level:g}."
        )
        assert all(map(np.array_equal, case, kept)), (
            "layer_norm changed one of its inputs; make a new array instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="layer_norm_backward"
# ## 11. Layer norm, backward
#
# *4 points · difficulty 4 of 5 · about 25 minutes*
#
# Write `layer_norm_backward`: from the gradient $dy$ that reaches the output of a layer
# norm, find those of its three inputs. First compute $\hat x$ and $\varsigma$ again, by
# equation (5.6), section 5.5, with its $10^{-5}$. The rest is the passage that ends
# with equation (5.7), section 5.5:
#
# $$d\hat x = dy \odot w, \qquad
# dx = \frac1\varsigma \left( d\hat x - \operatorname{mean}(d\hat x)
# - \hat x \operatorname{mean}(d\hat x \odot \hat x) \right)$$
#
# $$dw = \sum dy \odot \hat x, \qquad db = \sum dy$$
#
# The means run over the features of each token. The sums run over all tokens, of all
# sequences.
#
# Shapes: `dy (B, T, d)`, `x (B, T, d)`, `w (d,)` → the three gradients
# `(dx, dw, db)` in this order, each with the shape of what it belongs to.
#
# **Example.** $B=T=1$, $d=4$, $x = (1, 1, 5, 5)$, $w = (2, 1, 1, 1)$ and
# $dy = (2, 0, 0, 0)$. As in task 10, $\hat x = (-1, -1, 1, 1)$ and $\varsigma = 2$.
#
# - $d\hat x = (4, 0, 0, 0)$; its mean is 1.
# - $d\hat x \odot \hat x = (-4, 0, 0, 0)$; its mean is $-1$.
# - $dx = \frac12 \left((4, 0, 0, 0) - 1 + (-1, -1, 1, 1)\right) = (1, -1, 0, 0)$.
# - $dw = (-2, 0, 0, 0)$ and $db = (2, 0, 0, 0)$.
#
# <details><summary>Hint</summary>
#
# Keep the axis of each mean with `keepdims=True`. Two checks of your result, whatever
# $dy$ is: the sum of $dx$ over a token's features is zero, and so is that of
# $dx \odot \hat x$, but for the tiny constant.
#
# </details>


# %% solution="layer_norm_backward"
def layer_norm_backward(dy, x, w):
    """Gradients of a layer norm, equation (5.7).

    dy (B, T, d), x (B, T, d), w (d,) -> dx (B, T, d), dw (d,), db (d,)
    """
    ### BEGIN SOLUTION
    spread = np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    hat = (x - x.mean(axis=-1, keepdims=True)) / spread
    dhat = dy * w
    common = dhat.mean(axis=-1, keepdims=True)
    along = hat * (dhat * hat).mean(axis=-1, keepdims=True)
    dx = (dhat - common - along) / spread
    return dx, (dy * hat).sum(axis=(0, 1)), dy.sum(axis=(0, 1))
    ### END SOLUTION


# %% test="layer_norm_backward" points=4
names = ["dx", "dw", "db"]
parts = expect_result(
    layer_norm_backward, np.ones((5, 3, 4)), np.ones((5, 3, 4)), np.ones(4)
)
expect_parts(parts, names)
for name, part, size in zip(names, parts, [(5, 3, 4), (4,), (4,)], strict=True):
    expect_shape(part, size, f"{name}, which has the shape of {name[1:]}")
parts = expect_result(
    layer_norm_backward,
    np.array([[[2.0, 0.0, 0.0, 0.0]]]),
    np.array([[[1.0, 1.0, 5.0, 5.0]]]),
    np.array([2.0, 1.0, 1.0, 1.0]),
)
for name, part, want in zip(
    names,
    parts,
    [[[[1.0, -1.0, 0.0, 0.0]]], [-2.0, 0.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]],
    strict=True,
):
    expect_close(part, want, f"{name} in the example above and equation (5.7)")
parts = expect_result(
    layer_norm_backward,
    np.array([[[2.0, 0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 0.0]]]),
    np.array([[[1.0, 1.0, 5.0, 5.0]], [[0.0, 0.002, 0.0, 0.002]]]),
    np.array([2.0, 1.0, 1.0, 1.0]),
)
wants = [
    [[[1.0, -1.0, 0.0, 0.0]], [[-68.52531, 219.28098, -68.52531, -82.23037]]],
    [-1.999998, 0.301511, 0.0, 0.0],
    [2.0, 1.0, 0.0, 0.0],
]
for name, part, want in zip(names, parts, wants, strict=True):
    look = f"{name} for two tokens, one of them tiny: the sums over tokens, the root"
    expect_close(part, want, f"{look} in (5.6), and (5.7)")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, d in [(3, 5, 4), (1, 4, 7), (6, 1, 3), (2, 3, 1), (4, 4, 4), (1, 1, 6)]:
    for level, stretch in [(1.0, 2.0), (0.0, 3e-3), (30.0, 5.0)]:
        given = [
            rng.normal(size=(B, T, d)),
            level + stretch * rng.normal(size=(B, T, d)),
            rng.normal(size=d),
        ]
        kept = [a.copy() for a in given]
        result = layer_norm_backward(*given)
        assert all(map(np.array_equal, given, kept)), (
            "layer_norm_backward changed one of its inputs; make new arrays instead."
        )
        reaching, x, w = map(torch.tensor, kept)
        leaves = [x, w, torch.zeros_like(w)]
        for leaf in leaves:
            leaf.requires_grad_()
        y = torch.nn.functional.layer_norm(x, (d,), *leaves[1:], 1e-5)
        truth = torch.autograd.grad(y, leaves, reaching)
        for name, found, slope in zip(names, result, truth, strict=True):
            assert matches(found, slope.numpy()), (
                f"{name} is not the gradient on random inputs with B = {B}, T = {T}, "
                f"d = {d}; compare it with its formula in equation (5.7), section 5.5."
            )
### END HIDDEN TESTS

# %% [markdown] prompt="feed_forward"
# ## 12. Feed-forward
#
# *2 points · difficulty 1 of 5 · about 5 minutes*
#
# Write `feed_forward`: the work on each token alone. This is equation (5.5), section
# 5.5:
#
# $$\operatorname{ffn}(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2$$
#
# where $\max(0, \cdot)$ is taken of each entry.
#
# Shapes: `x (..., d)`, `W_1 (d, d_ff)`, `b_1 (d_ff,)`, `W_2 (d_ff, d)`, `b_2 (d,)`
# → `(..., d)`.
#
# **Example.** $d=2$, $d_{\text{ff}}=3$, $x = (1, 2)$,
#
# $$W_1 = \begin{pmatrix} 1 & -1 & 0 \\ 0 & 1 & -1 \end{pmatrix}, \quad
# b_1 = (0, -3, 5), \quad
# W_2 = \begin{pmatrix} 1 & 0 \\ 5 & 5 \\ 0 & 2 \end{pmatrix}, \quad
# b_2 = (1, -1)$$
#
# $x W_1 = (1, 1, -2)$. With $b_1$ it is $(1, -2, 3)$, and the maximum with 0 makes it
# $(1, 0, 3)$. Times $W_2$ it is $(1, 6)$, and with $b_2$ the result is $(2, 5)$.


# %% solution="feed_forward"
def feed_forward(x, W_1, b_1, W_2, b_2):
    """Two linear layers with a ReLU between them, equation (5.5).

    x (..., d), W_1 (d, d_ff), b_1 (d_ff,), W_2 (d_ff, d), b_2 (d,) -> (..., d)
    """
    ### BEGIN SOLUTION
    return np.maximum(0, x @ W_1 + b_1) @ W_2 + b_2
    ### END SOLUTION


# %% test="feed_forward" points=2
ones = [np.ones(size) for size in [(5, 3, 4), (4, 6), (6,), (6, 4), (4,)]]
got = expect_result(feed_forward, *ones)
expect_shape(got, (5, 3, 4), "the shapes of the task: the result has the shape of x")
got = expect_result(
    feed_forward,
    np.array([1.0, 2.0]),
    np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]),
    np.array([0.0, -3.0, 5.0]),
    np.array([[1.0, 0.0], [5.0, 5.0], [0.0, 2.0]]),
    np.array([1.0, -1.0]),
    case="a single token x (d,)",
)
expect_close(got, [2.0, 5.0], "the example above and equation (5.5)")
got = expect_result(
    feed_forward,
    np.array([[[1.0, 2.0]], [[0.0, 0.0]]]),
    np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]),
    np.array([0.0, -3.0, 5.0]),
    np.array([[1.0, 0.0], [5.0, 5.0], [0.0, 2.0]]),
    np.array([-9.0, -20.0]),
)
want = [[[-8.0, -14.0]], [[-9.0, -10.0]]]
expect_close(
    got, want, "two tokens, negative results: the place of the maximum in (5.5)"
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for front, d, d_ff in [
    ((), 4, 7),
    ((5,), 3, 8),
    ((3, 4), 5, 6),
    ((2, 4, 3), 6, 5),
    ((1, 2), 1, 4),
    ((4, 1), 3, 1),
]:
    sizes = [(*front, d), (d, d_ff), (d_ff,), (d_ff, d), (d,)]
    for _ in range(3):
        given = [rng.normal(size=size) for size in sizes]
        kept = [a.copy() for a in given]
        result = feed_forward(*given)
        x, W_1, b_1, W_2, b_2 = map(torch.tensor, kept)
        wide = torch.nn.functional.linear(x, W_1.T, b_1).relu()
        truth = torch.nn.functional.linear(wide, W_2.T, b_2).numpy()
        assert matches(result, truth), (
            "feed_forward differs from equation (5.5), section 5.5, on random inputs "
            f"with d = {d} and d_ff = {d_ff}."
        )
        assert all(map(np.array_equal, given, kept)), (
            "feed_forward changed one of its inputs; make a new array instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="given"
# ## Given: attention and layer norm
#
# A block is put together from parts. So that no task needs another one's function, two
# parts are given here, made of torch's ready-made ones. You may call them in the two
# tasks that follow; they take and return NumPy arrays.
#
# - `given_attention(p, x, memory, mask, heads)` is multi-head attention, equation
#   (5.4), section 5.4. Queries come from `x (B, T, d)`, keys and values from
#   `memory (B, S, d)`; the result is `(B, T, d)`. `p` is a dict with the arrays
#   `"W_q"`, `"W_k"`, `"W_v"`, `"W_o"`, each `(d, d)`, and `"b_q"`, `"b_k"`, `"b_v"`,
#   `"b_o"`, each `(d,)`. `mask (B, T, S)` is true where a query may look; each of its
#   first two axes may also be 1, and then it serves all sequences, or all queries.
# - `given_norm(p, x)` is layer norm over the last axis, equation (5.6), section 5.5.
#   `p` is a dict with the gain `"w"` and the bias `"b"`, each `(d,)`.


# %% setup="given_parts"
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


# %% setup="weights"
# The tests use these; you need not.


def _attention_weights(d, draw):
    """The dict that given_attention wants; draw(*shape) makes an array."""
    matrices = {f"W_{name}": draw(d, d) for name in "qkvo"}
    return matrices | {f"b_{name}": draw(d) for name in "qkvo"}


def _block_weights(d, d_ff, attentions, draw):
    """The weights of a block: its attentions, by name, and the feed-forward part."""
    p = {name: _attention_weights(d, draw) for name in attentions}
    for part in range(1, len(attentions) + 2):
        p[f"norm_{part}"] = {"w": draw(d), "b": draw(d)}
    p |= {"W_1": draw(d, d_ff), "b_1": draw(d_ff)}
    return p | {"W_2": draw(d_ff, d), "b_2": draw(d)}


def _waves():
    """Draws for the functions above: fixed numbers between -1 and 1."""
    drawn = 0

    def draw(*shape):
        nonlocal drawn
        drawn += np.prod(shape, dtype=int)
        return np.sin(np.arange(drawn - np.prod(shape), drawn) + 1).reshape(shape)

    return draw


def _example_weights(attentions):
    """The weights of the worked examples: d = 2, d_ff = 1, nearly all zero."""
    p = _block_weights(2, 1, attentions, lambda *shape: np.zeros(shape))
    for name in attentions:
        p[name] |= {"W_v": np.eye(2), "W_o": np.eye(2)}
    for part in range(1, len(attentions) + 2):
        p[f"norm_{part}"]["w"] = np.ones(2)
    return p | {"W_1": np.array([[1.0], [0.0]]), "W_2": np.array([[0.0, 5.0]])}


# %% [markdown] prompt="encoder_block"
# ## 13. A block of the encoder
#
# *4 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `encoder_block`: self-attention, then the feed-forward part, with a path around
# each and a layer norm for each (section 5.5). The norm stands in one of two places,
# equation (5.8), section 5.5:
#
# $$\text{post:}\quad x \leftarrow \operatorname{norm}(x + \operatorname{part}(x)),
# \qquad
# \text{pre:}\quad x \leftarrow x + \operatorname{part}(\operatorname{norm}(x))$$
#
# The first part is self-attention: queries, keys and values all come from its input,
# the bracket behind $\operatorname{part}$. What it makes is the $x$ of the second part,
# equation (5.5):
#
# $$\operatorname{ffn}(x) = \max(0,\; x W_1 + b_1)\, W_2 + b_2$$
#
# A *stack* of pre-norm blocks has one more norm at its very end. It belongs to the
# stack; leave it out here. `given_attention` and `given_norm` do the work inside; whole
# layers such as `torch.nn.TransformerEncoderLayer` are not an answer.
#
# Shapes: `x (B, T, d)`, `mask (B, T, T)` booleans, true where a query may look (each of
# its first two axes may also be 1), `p` a dict, `heads` an integer that divides $d$,
# `pre_norm` a boolean → `(B, T, d)`. The dict holds
#
# | Key | What |
# |---|---|
# | `"attention"` | the dict of eight arrays for `given_attention` |
# | `"norm_1"` | the dict for `given_norm` of the attention part |
# | `"norm_2"` | the same for the feed-forward part |
# | `"W_1"`, `"b_1"` | arrays `(d, d_ff)` and `(d_ff,)` |
# | `"W_2"`, `"b_2"` | arrays `(d_ff, d)` and `(d,)` |
#
# **Example.** $B=T=1$, $d=2$, $d_{\text{ff}}=1$, one head, $x = (3, 1)$. In the
# attention $W_v$ and $W_o$ are identity matrices; a token alone looks at itself, so
# this attention gives back what it gets. The norms have gain 1. $W_1 = (1, 0)^\top$,
# $W_2 = (0, 5)$; all other weights are zero. (The $10^{-5}$ in the norm changes only
# the sixth digit, and is left out here.)
#
# - Pre: $\operatorname{norm}(3, 1) = (1, -1)$, so $x$ becomes $(3, 1) + (1, -1)$, that
#   is $(4, 0)$. Its norm is $(1, -1)$ again, which the feed-forward part makes
#   $(0, 5)$: the result is $(4, 5)$.
# - Post: $(3, 1) + (3, 1) = (6, 2)$, with the norm $(1, -1)$. Then
#   $(1, -1) + (0, 5) = (1, 4)$, and its norm is the result, $(-1, 1)$.
#
# <details><summary>Hint</summary>
#
# Write the two parts as small functions of one argument inside `encoder_block`. Then
# each line of equation (5.8) is one line of code, used twice.
#
# </details>


# %% solution="encoder_block"
def encoder_block(x, mask, p, heads, pre_norm):
    """Self-attention and feed-forward, each with a path and a norm, equation (5.8).

    x (B, T, d), mask (B, T, T) bool, p dict of weights, heads int, pre_norm bool
    -> (B, T, d)
    """
    ### BEGIN SOLUTION

    def attend(z):
        return given_attention(p["attention"], z, z, mask, heads)

    def feed(z):
        return np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]

    for part, norm in [(attend, p["norm_1"]), (feed, p["norm_2"])]:
        x = x + part(given_norm(norm, x)) if pre_norm else given_norm(norm, x + part(x))
    return x
    ### END SOLUTION


# %% test="encoder_block" points=4
weights = _block_weights(6, 5, ["attention"], lambda *shape: np.full(shape, 0.1))
everywhere = np.ones((1, 1, 4), dtype=bool)
for pre_norm in [True, False]:
    got = expect_result(
        encoder_block,
        *(np.ones((3, 4, 6)), everywhere, weights, 2, pre_norm),
        case=f"B = 3, T = 4, d = 6, d_ff = 5, two heads and pre_norm = {pre_norm}",
    )
    expect_shape(got, (3, 4, 6), "the shapes of the task: the result has those of x")
alone = np.array([[[3.0, 1.0]]]), np.ones((1, 1, 1), dtype=bool)
small = _example_weights(["attention"])
case = "the example above, pre"
got = expect_result(encoder_block, *alone, small, 1, True, case=case)
expect_close(got, [[[4.0, 5.0]]], "the example above, pre, and equation (5.8)")
case = "the example above, post"
got = expect_result(encoder_block, *alone, small, 1, False, case=case)
expect_close(got, [[[-1.0, 1.0]]], "the example above, post, and equation (5.8)")
small = _example_weights(["attention"])
small["attention"]["W_v"] = -20 * np.eye(2)
small["norm_2"]["w"] = np.array([1.0, 2.0])
small |= {"W_1": np.eye(2), "b_1": np.zeros(2), "W_2": np.array([[3.0, 0], [0, -5.0]])}
past = np.array([[[True, False], [True, True]]])
for pre_norm, want in [(True, [[10.0, 20.0]] * 2), (False, [[1.0, -2.0]] * 2)]:
    two = np.array([[[30.0, 10.0], [10.0, 30.0]]])
    look = f"two tokens, a causal mask, two different norms, pre_norm = {pre_norm}"
    got = expect_result(encoder_block, two, past, small, 1, pre_norm, case=look)
    expect_close(got, [want], f"{look}: (5.8), and (5.5) for the second part")
for pre_norm, want in [
    (
        True,
        [
            [1.575007, 3.981513, 2.727435, -1.034235],
            [-4.132329, -3.493775, 0.35694, 3.879486],
        ],
    ),
    (
        False,
        [
            [-1.892638, -1.043233, 0.77915, 0.13718],
            [-1.372519, -1.216869, 0.680658, -0.26718],
        ],
    ),
]:
    got = expect_result(
        encoder_block,
        3 * np.cos(np.arange(30.0, 38.0)).reshape(1, 2, 4),
        np.array([[[True, True], [False, True]]]),
        _block_weights(4, 3, ["attention"], _waves()),
        *(2, pre_norm),
        case=f"two tokens, two heads, d = 4 and pre_norm = {pre_norm}",
    )
    look = f"two heads, d = 4, no weight 0, pre_norm = {pre_norm}: the heads and the "
    look += "mask that are given, b_1 and b_2 of (5.5), and what (5.8) gives each part"
    expect_close(got, [want], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def _torchs_layer(p, heads, pre_norm):
    """torch's own encoder layer with the weights p."""
    a, (d, d_ff) = p["attention"], p["W_1"].shape
    layer = torch.nn.TransformerEncoderLayer(
        d, heads, d_ff, 0.0, batch_first=True, norm_first=pre_norm
    ).double()
    state = {
        "self_attn.in_proj_weight": np.hstack([a["W_q"], a["W_k"], a["W_v"]]).T,
        "self_attn.in_proj_bias": np.hstack([a["b_q"], a["b_k"], a["b_v"]]),
        "self_attn.out_proj.weight": a["W_o"].T,
        "self_attn.out_proj.bias": a["b_o"],
        "linear1.weight": p["W_1"].T,
        "linear1.bias": p["b_1"],
        "linear2.weight": p["W_2"].T,
        "linear2.bias": p["b_2"],
    }
    for n in (1, 2):
        state[f"norm{n}.weight"] = p[f"norm_{n}"]["w"]
        state[f"norm{n}.bias"] = p[f"norm_{n}"]["b"]
    layer.load_state_dict({k: torch.tensor(v) for k, v in state.items()})
    return layer


for B, T, heads, d, d_ff, kind in [
    (2, 5, 3, 12, 7, np.float64),
    (3, 4, 2, 6, 10, np.float64),
    (1, 7, 4, 8, 3, np.float64),
    (4, 1, 1, 5, 9, np.float64),
    (2, 6, 2, 4, 11, np.float32),
]:
    weights = _block_weights(
        d, d_ff, ["attention"], lambda *shape: 0.6 * rng.normal(size=shape)
    )
    tokens = (1.5 * rng.normal(size=(B, T, d)) + 0.5).astype(kind)
    some = rng.random((B, T, T)) < 0.5
    some[:, np.arange(T), rng.integers(T, size=T)] = True
    one = np.eye(T, dtype=bool)[None, rng.permutation(T)]
    ends = (np.arange(T) < rng.integers(1, T + 1, size=(B, 1)))[:, None]
    past = np.tri(T, dtype=bool)[None]
    for mask in [some, ends, past, one]:
        hidden = ~torch.tensor(np.broadcast_to(mask, (B, T, T)))
        hidden = hidden.repeat_interleave(heads, dim=0)
        for before in [True, False]:
            given = [tokens, mask, weights]
            kept = copy.deepcopy(given)
            result = encoder_block(*given, heads, before)
            assert same_values(given, kept), (
                "encoder_block changed one of its inputs; make new arrays instead."
            )
            layer = _torchs_layer(weights, heads, before)
            with torch.no_grad():
                truth = layer(torch.tensor(tokens).double(), src_mask=hidden)
            assert matches(result, truth.numpy()), (
                "On random inputs encoder_block differs from equation (5.8) with the "
                f"norm {'before' if before else 'after'} each part."
            )
### END HIDDEN TESTS

# %% [markdown] prompt="decoder_block"
# ## 14. A block of the decoder
#
# *4 points · difficulty 3 of 5 · about 25 minutes*
#
# Write `decoder_block`: causal self-attention, then cross-attention to the encoder's
# output, then the feed-forward part (section 5.7). All three have a path around them
# and a norm before them: pre-norm, equation (5.8), section 5.5. The feed-forward part
# is equation (5.5), section 5.5.
#
# In cross-attention the queries come from the target, normed as always. Keys and values
# come from `memory`, the encoder's output, as it is: it had a norm of its own at the
# end of the encoder.
#
# You make both masks. In self-attention the token at place $t$ sees the places
# $0, \dots, t$. In cross-attention every token of the target sees the real tokens of
# the source and none of its padding. `given_attention` and `given_norm` do the work
# inside; whole layers such as `torch.nn.TransformerDecoderLayer` are not an answer.
#
# Shapes: `x (B, T, d)`, `memory (B, S, d)`, `real (B, S)` booleans, true where the
# source has a token and false where it has padding, at least one true in each row, `p`
# a dict, `heads` an integer that divides $d$ → `(B, T, d)`. The dict holds
#
# | Key | What |
# |---|---|
# | `"attention"` | the dict for `given_attention` in self-attention |
# | `"cross"` | the dict for `given_attention` in cross-attention |
# | `"norm_1"`, `"norm_2"`, `"norm_3"` | a dict each for `given_norm`, part by part |
# | `"W_1"`, `"b_1"` | arrays `(d, d_ff)` and `(d_ff,)` |
# | `"W_2"`, `"b_2"` | arrays `(d_ff, d)` and `(d,)` |
#
# **Example.** $B=1$, $T=2$, $S=2$, $d=2$, $d_{\text{ff}}=1$, one head. The tokens are
# $(3, 1)$ and $(1, 3)$; the memory is $(8, 0)$ and $(9, 9)$, and the second is padding.
# In both attentions $W_v$ and $W_o$ are identity matrices, and queries and keys are
# zero, so each mean is a plain one over what may be seen. The norms have gain 1,
# $W_1 = (1, 0)^\top$ and $W_2 = (0, 5)$; all other weights are zero. (The $10^{-5}$ in
# the norm is left out again.)
#
# | | Place 0 | Place 1 |
# |---|---|---|
# | normed | $(1, -1)$ | $(-1, 1)$ |
# | mean of what it sees | $(1, -1)$ | $(0, 0)$ |
# | after self-attention | $(4, 0)$ | $(1, 3)$ |
# | after cross-attention, $+ (8, 0)$ | $(12, 0)$ | $(9, 3)$ |
# | normed | $(1, -1)$ | $(1, -1)$ |
# | after feed-forward, $+ (0, 5)$ | $(12, 5)$ | $(9, 8)$ |
#
# <details><summary>Hint</summary>
#
# `np.tri(T, dtype=bool)` is true on and below the diagonal. A mask for
# `given_attention` has three axes: `[None]` in an index adds one in front, `[:, None]`
# adds one in the middle.
#
# </details>


# %% solution="decoder_block"
def decoder_block(x, memory, real, p, heads):
    """Causal self-attention, cross-attention, feed-forward; pre-norm, section 5.7.

    x (B, T, d), memory (B, S, d), real (B, S) bool, p dict of weights, heads int
    -> (B, T, d)
    """
    ### BEGIN SOLUTION
    past = np.tri(x.shape[1], dtype=bool)[None]  # (1, T, T)
    z = given_norm(p["norm_1"], x)
    x = x + given_attention(p["attention"], z, z, past, heads)
    z = given_norm(p["norm_2"], x)
    x = x + given_attention(p["cross"], z, memory, real[:, None], heads)
    z = given_norm(p["norm_3"], x)
    return x + np.maximum(0, z @ p["W_1"] + p["b_1"]) @ p["W_2"] + p["b_2"]
    ### END SOLUTION


# %% test="decoder_block" points=4
weights = _block_weights(6, 5, ["attention", "cross"], lambda *s: np.full(s, 0.1))
tokens, memory = np.ones((3, 4, 6)), np.ones((3, 7, 6))
got = expect_result(
    decoder_block,
    tokens,
    memory,
    np.ones((3, 7), dtype=bool),
    weights,
    2,
    case="B = 3, T = 4 and S = 7 (each mask needs three axes)",
)
expect_shape(got, (3, 4, 6), "the shapes of the task: the result has those of x")
got = expect_result(
    decoder_block,
    np.array([[[3.0, 1.0], [1.0, 3.0]]]),
    np.array([[[8.0, 0.0], [9.0, 9.0]]]),
    np.array([[True, False]]),
    _example_weights(["attention", "cross"]),
    1,
    case="the example above",
)
expect_close(got, [[[12.0, 5.0], [9.0, 8.0]]], "the table in the example above")
got = expect_result(
    decoder_block,
    3 * np.cos(np.arange(16.0)).reshape(2, 2, 4),
    3 * np.cos(np.arange(30.0, 54.0)).reshape(2, 3, 4),
    np.array([[True, True, False], [True, False, True]]),
    _block_weights(4, 3, ["attention", "cross"], _waves()),
    2,
    case="B = 2, T = 2, S = 3, d = 4, d_ff = 3 and two heads",
)
want = [
    [
        [2.449996, 2.791653, 0.566677, -2.179299],
        [-0.632826, 2.035877, 2.832804, 1.025264],
    ],
    [
        [-0.399463, -2.059674, -1.82623, 0.086241],
        [3.722377, 4.462529, 1.099852, -3.274023],
    ],
]
look = "other weights in each part, d = 4: what each part is given, (5.8), section 5.7"
expect_close(got, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def _torchs_layer(p, heads):
    """torch's own decoder layer with the weights p, pre-norm."""
    d, d_ff = p["W_1"].shape
    layer = torch.nn.TransformerDecoderLayer(
        d, heads, d_ff, 0.0, batch_first=True, norm_first=True
    ).double()
    state = {
        "linear1.weight": p["W_1"].T,
        "linear1.bias": p["b_1"],
        "linear2.weight": p["W_2"].T,
        "linear2.bias": p["b_2"],
    }
    for name, a in [("self_attn", p["attention"]), ("multihead_attn", p["cross"])]:
        state[f"{name}.in_proj_weight"] = np.hstack([a["W_q"], a["W_k"], a["W_v"]]).T
        state[f"{name}.in_proj_bias"] = np.hstack([a["b_q"], a["b_k"], a["b_v"]])
        state[f"{name}.out_proj.weight"] = a["W_o"].T
        state[f"{name}.out_proj.bias"] = a["b_o"]
    for n in (1, 2, 3):
        state[f"norm{n}.weight"] = p[f"norm_{n}"]["w"]
        state[f"norm{n}.bias"] = p[f"norm_{n}"]["b"]
    layer.load_state_dict({k: torch.tensor(v) for k, v in state.items()})
    return layer


for B, T, S, heads, d, d_ff, kind in [
    (3, 5, 7, 2, 8, 6, np.float64),
    (2, 6, 4, 3, 12, 5, np.float64),
    (1, 4, 9, 4, 4, 7, np.float64),
    (4, 1, 3, 1, 5, 10, np.float64),
    (5, 3, 1, 2, 6, 9, np.float64),
    (2, 4, 5, 2, 6, 3, np.float32),
]:
    weights = _block_weights(
        d, d_ff, ["attention", "cross"], lambda *shape: 0.6 * rng.normal(size=shape)
    )
    tokens = (1.5 * rng.normal(size=(B, T, d)) + 0.5).astype(kind)
    memory = (1.5 * rng.normal(size=(B, S, d)) - 0.5).astype(kind)
    ends = np.arange(S) < rng.integers(1, S + 1, size=(B, 1))
    gaps = rng.random((B, S)) < 0.4
    gaps[np.arange(B), rng.integers(S, size=B)] = True
    one = np.eye(S, dtype=bool)[rng.integers(S, size=B)]
    for real in [ends, gaps, one]:
        given = [tokens, memory, real, weights]
        kept = copy.deepcopy(given)
        result = decoder_block(*given, heads)
        assert same_values(given, kept), (
            "decoder_block changed one of its inputs; make new arrays instead."
        )
        with torch.no_grad():
            truth = _torchs_layer(weights, heads)(
                torch.tensor(tokens).double(),
                torch.tensor(memory).double(),
                tgt_mask=~torch.ones(T, T, dtype=torch.bool).tril(),
                memory_key_padding_mask=~torch.tensor(real),
            )
        assert matches(result, truth.numpy()), (
            "On random inputs decoder_block differs from three parts with pre-norm, "
            "section 5.7; look at the order of the parts, at what each of them is "
            "given, and at both masks."
        )
        later, padding = tokens.copy(), memory.copy()
        later[:, T // 2 :] = rng.normal(size=(B, T - T // 2, d))
        padding[~real] = 40 * rng.normal(size=(d,))
        other = decoder_block(later, padding, real, weights, heads)
        assert matches(np.asarray(other)[:, : T // 2], truth.numpy()[:, : T // 2]), (
            "Tokens of the past moved when the future of the target and the padding "
            "of the source changed: a mask leaks, section 5.3."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="smoothed_cross_entropy"
# ## 15. Label smoothing
#
# *4 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `smoothed_cross_entropy`: the loss with smoothed labels, and its gradient with
# respect to the scores. For one token with the target $k$ this is equation (5.13),
# section 5.8:
#
# $$L = -\sum_{j=1}^{V} \bar p_j \log p_j, \qquad
# \bar p = (1 - \varepsilon)\operatorname{onehot}(k) + \frac{\varepsilon}{V}, \qquad
# \frac{\partial L}{\partial y} = p - \bar p$$
#
# where $p$ is the softmax of the scores $y$. The logarithm is the natural one. The loss
# of the batch is the mean over the $N$ tokens for which the mask is true. Tokens that
# do not count have the gradient zero.
#
# Shapes: `y (B, T, V)` scores, `targets (B, T)` integers from 0 to $V-1$, `mask (B, T)`
# booleans, at least one true, `epsilon` a number from 0 to 1 → `(loss, dy)` in this
# order: a number and an array `(B, T, V)`. `dy` is the gradient of the *mean*. Scores
# may be as large as 10,000, of either sign. `torch.nn.functional.cross_entropy` and
# automatic differentiation are not an answer here.
#
# **Example.** $B=1$, $T=2$, $V=4$, $\varepsilon=0.2$. The first token has the scores
# $(0, 0, 0, \ln 3)$ and the target 3; the second is padding. The probabilities are
# $(1/6, 1/6, 1/6, 1/2)$. Each token gets $0.2/4 = 0.05$ of the target, so
# $\bar p = (0.05, 0.05, 0.05, 0.85)$ and
# $L = 3 \cdot 0.05 \cdot \ln 6 + 0.85 \cdot \ln 2 = 0.26876 + 0.58918 = 0.85794$. The
# gradient is $(0.1167, 0.1167, 0.1167, -0.35)$, and zero for the padding.
#
# <details><summary>Hint</summary>
#
# With scores 10,000 apart a probability rounds to 0, and its logarithm is $-\infty$.
# Take the logarithm on paper: $\log p_j = y_j - a - \log \sum_i e^{\,y_i - a}$, with
# $a$ the largest score. `np.eye(V)[targets]` has the shape `(B, T, V)`.
#
# </details>


# %% solution="smoothed_cross_entropy"
def smoothed_cross_entropy(y, targets, mask, epsilon):
    """Mean loss with smoothed labels, and its gradient, equation (5.13).

    y (B, T, V), targets (B, T) int, mask (B, T) bool, epsilon number
    -> loss, dy (B, T, V)
    """
    ### BEGIN SOLUTION
    V = y.shape[-1]
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    wanted = (1 - epsilon) * np.eye(V)[targets] + epsilon / V
    share = mask[..., None] / mask.sum()  # (B, T, 1), of each token in the mean
    return -(share * wanted * log_p).sum(), share * (np.exp(log_p) - wanted)
    ### END SOLUTION


# %% test="smoothed_cross_entropy" points=4
scores = np.array([[[0.0, 0.0, 0.0, np.log(3.0)], [7.0, 1.0, 2.0, 0.0]]])
got = expect_result(
    smoothed_cross_entropy,
    scores,
    np.array([[3, 1]]),
    np.array([[True, False]]),
    0.2,
    case="the example above",
)
expect_parts(got, ["loss", "dy"])
assert np.shape(got[0]) == (), (
    f"Expected the loss as one number, got an array with shape {np.shape(got[0])}. "
    "Look at the shapes of the task."
)
expect_shape(got[1], (1, 2, 4), "the shapes of the task: dy has the shape of y")
loss = 0.15 * np.log(6.0) + 0.85 * np.log(2.0)
expect_close(got[0], loss, "the loss of the example above and equation (5.13)")
slope = [[3 * [1 / 6 - 0.05] + [-0.35], 4 * [0.0]]]
expect_close(got[1], slope, "the gradient of the example above and equation (5.13)")
c = np.log(3.0)
got = expect_result(
    smoothed_cross_entropy,
    np.array([[[0.0, c], [c, 0.0]], [[2.0, 2.0], [5.0, 1.0]]]),
    np.array([[1, 1], [0, 0]]),
    np.array([[True, True], [True, False]]),
    0.2,
    case="two sequences, with two tokens and one that count",
)
expect_parts(got, ["loss", "dy"])
look = "the mean over all N tokens that count, here two of one sequence and one of the "
look += "other; (5.13) is for one token"
expect_close(got[0], np.log(32 / 3) / 3, f"the loss: {look}")
slope = [[[0.05, -0.05], [0.65 / 3, -0.65 / 3]], [[-0.4 / 3, 0.4 / 3], [0.0, 0.0]]]
expect_close(got[1], slope, f"the gradient: {look}")
got = expect_result(
    smoothed_cross_entropy,
    np.array([[[1e4, 0.0]], [[0.0, -1e4]]]),
    np.array([[1], [0]]),
    np.ones((2, 1), dtype=bool),
    0.5,
    case="scores that are 10,000 apart",
)
expect_parts(got, ["loss", "dy"])
look = "the task: scores may be 10,000 apart"
expect_close(got[0], 5000.0, f"the mean loss of two tokens, and {look}")
slope = [[[0.375, -0.375]], [[0.125, -0.125]]]
expect_close(got[1], slope, f"the gradient of the mean over two tokens, and {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, V, size, epsilon, kind in [
    (3, 5, 4, 2.0, 0.1, np.float64),
    (2, 4, 7, 1.0, 0.35, np.float64),
    (1, 6, 3, 3.0, 0.0, np.float64),
    (4, 1, 5, 2.0, 1.0, np.float64),
    (1, 1, 2, 1.0, 0.6, np.float64),
    (2, 3, 6, 1e4, 0.2, np.float64),
    (3, 2, 5, 1.0, 0.15, np.float32),
]:
    scores = (size * rng.normal(size=(B, T, V)) - size).astype(kind)
    targets = rng.integers(V, size=(B, T))
    ends = np.arange(T) < rng.integers(1, T + 1, size=(B, 1))
    gaps = rng.random((B, T)) < 0.5
    gaps[rng.integers(B), rng.integers(T)] = True
    for mask in [ends, gaps, np.ones((B, T), dtype=bool)]:
        given = [scores, targets, mask]
        kept = copy.deepcopy(given)
        result = smoothed_cross_entropy(*given, epsilon)
        assert same_values(given, kept), (
            "smoothed_cross_entropy changed one of its inputs; make new arrays instead."
        )
        leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
        counts = torch.tensor(mask)
        truth = torch.nn.functional.cross_entropy(
            leaf[counts], torch.tensor(targets)[counts], label_smoothing=epsilon
        )
        truth.backward()
        assert matches(result[0], truth.item()), (
            f"The loss differs from equation (5.13) with epsilon {epsilon}, V = {V} "
            f"and {mask.sum()} of {mask.size} tokens counted."
        )
        assert matches(result[1], leaf.grad.numpy()), (
            f"dy is not the gradient of the mean loss with epsilon {epsilon}, V = {V} "
            f"and {mask.sum()} of {mask.size} tokens counted."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="learning_rates"
# ## 16. A rate that rises first
#
# *2 points · difficulty 1 of 5 · about 10 minutes*
#
# Write `learning_rates`: the paper's learning rate at some steps of the training. This
# is equation (5.12), section 5.8:
#
# $$\text{rate} = d^{-1/2} \cdot \min\left(\text{step}^{-1/2},\;
# \text{step} \cdot \text{warm}^{-3/2}\right)$$
#
# Steps count from 1. `warm` is the number of steps for which the rate rises.
#
# Shapes: `steps (N,)` integers, at least 1, in any order, `d` and `warm` integers, at
# least 1 → `rates (N,)`.
#
# **Example.** $d=4$ and 4 steps of warm-up: $d^{-1/2} = 0.5$ and
# $\text{warm}^{-3/2} = 1/8$. At step 1 the rate is $0.5 \cdot 1/8 = 0.0625$. At step 4
# both terms are $0.5$, and the rate is $0.25$, the largest of all. At step 16 it is
# $0.5 \cdot 1/4 = 0.125$.


# %% solution="learning_rates"
def learning_rates(steps, d, warm):
    """The rate rises in a line, then falls as one over a root, equation (5.12).

    steps (N,) int from 1, d int, warm int -> rates (N,)
    """
    ### BEGIN SOLUTION
    return d**-0.5 * np.minimum(steps**-0.5, steps * warm**-1.5)
    ### END SOLUTION


# %% test="learning_rates" points=2
case = "steps (3,), d = 4 and warm = 4"
got = expect_result(learning_rates, np.array([1, 4, 16]), 4, 4, case=case)
expect_shape(got, (3,), "the shapes of the task: one rate for each step")
expect_close(got, [0.0625, 0.25, 0.125], "the example above and equation (5.12)")
case = "the steps 36, 3 and 9, d = 4 and warm = 9"
got = expect_result(learning_rates, np.array([36, 3, 9]), 4, 9, case=case)
look = "equation (5.12): what is d there, what is warm, and which step each rate is for"
expect_close(got, [1 / 12, 1 / 18, 1 / 6], f"{case}, and {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for N, d, warm in [(9, 512, 4000), (40, 3, 20), (30, 7, 11), (12, 1, 1), (1, 5, 2)]:
    for kind in [np.int64, np.int32]:
        given = rng.integers(1, 3 * warm + 2, size=N).astype(kind)
        given[: N // 3] = [warm, 1, warm + 1, *range(2, N)][: N // 3]
        kept = given.copy()
        result = learning_rates(given, d, warm)
        assert np.array_equal(given, kept), (
            "learning_rates changed its steps; make a new array instead."
        )
        peak = (d * warm) ** -0.5  # where the two terms meet
        truth = [
            peak * (s / warm if s < warm else (warm / s) ** 0.5) for s in given.tolist()
        ]
        # Rates are small: what counts is the part, not the difference.
        assert np.shape(result) == (N,), "There is not one rate for each step."
        assert np.allclose(np.divide(result, truth), 1, rtol=1e-5), (
            f"The rates differ from equation (5.12) with d = {d} and {warm} steps of "
            "warm-up; compare steps before and after its end."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="greedy_decode"
# ## 17. The best token at every step
#
# *3 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `greedy_decode`: at every step take the most probable next token, until the end
# mark. Section 5.9 tells it in words; there is no equation for it. Here the model
# is a table. `log_p[b, t, i, j]` is the logarithm of the probability that in sequence
# `b`, at place `t`, token `j` stands when the token before it is `i`. Before place 0
# stands the token `start`.
#
# A sequence ends with the token `end`. What stands after it is filled with `fill`. No
# other token ends a sequence, not even one with the number `fill`. Of equally probable
# tokens take the smallest, as `np.argmax` does. A sequence that never meets `end` has
# $T$ tokens.
#
# Shapes: `log_p (B, T, V, V)`, two different integers `start` and `end` from 0 to
# $V-1$, the integer `fill` → `(tokens, totals)` in this order: `tokens (B, T)`
# integers, from place 0 on, the end mark included, and `totals (B,)`, of each sequence
# the log-probability: the sum over its tokens, the end mark counted, what is filled in
# not.
#
# **Example.** $B=1$, $T=3$, $V=4$. Token 0 is the start, 1 the end, 2 and 3 are words.
# At each place the probabilities of tokens 0, 1, 2, 3 are
#
# | After | Probabilities |
# |---|---|
# | 0 | 0.1, 0.1, 0.5, 0.3 |
# | 1 | 0.25, 0.25, 0.25, 0.25 |
# | 2 | 0.2, 0.4, 0.2, 0.2 |
# | 3 | 0.05, 0.8, 0.05, 0.1 |
#
# After the start 2 is the best, with 0.5, and after 2 the end, with 0.4. With `fill` 0
# the tokens are $(2, 1, 0)$, and the total is $\ln(0.5 \cdot 0.4) = \ln 0.2 = -1.6094$.


# %% solution="greedy_decode"
def greedy_decode(log_p, start, end, fill):
    """The best token at every step, until the end mark; section 5.9.

    log_p (B, T, V, V), start int, end int, fill int -> tokens (B, T) int, totals (B,)
    """
    ### BEGIN SOLUTION
    B, T = log_p.shape[:2]
    tokens, totals = np.full((B, T), fill), np.zeros(B)
    for b in range(B):
        last = start
        for t in range(T):
            row = log_p[b, t, last]  # (V,)
            last = row.argmax()
            tokens[b, t] = last
            totals[b] += row[last]
            if last == end:
                break
    return tokens, totals
    ### END SOLUTION


# %% test="greedy_decode" points=3
table = np.log(
    [
        [0.1, 0.1, 0.5, 0.3],
        [0.25, 0.25, 0.25, 0.25],
        [0.2, 0.4, 0.2, 0.2],
        [0.05, 0.8, 0.05, 0.1],
    ]
)
case = "B = 2, T = 5, V = 4, start 3, end 0 and fill 7, which is no token of the table"
got = expect_result(greedy_decode, np.stack([[table] * 5] * 2), 3, 0, 7, case=case)
expect_parts(got, ["tokens", "totals"])
expect_shape(got[0], (2, 5), "the shapes of the task: tokens (B, T)", kind="int")
expect_shape(got[1], (2,), "the shapes of the task: one total for each sequence")
case = "the example above"
got = expect_result(greedy_decode, np.array([[table] * 3]), 0, 1, 0, case=case)
expect_close(got[0], [[2, 1, 0]], "the tokens of the example above")
expect_close(got[1], [np.log(0.2)], "the total of the example above")
p = np.full((2, 3, 3, 3), 1 / 3)  # place by place; some rows are other ones
p[0, 0, 0], p[0, 1, 2] = [0.2, 0.2, 0.6], [0.1, 0.7, 0.2]
p[1, 0, 0], p[1, 1, 2] = [0.1, 0.1, 0.8], [0.3, 0.2, 0.5]
p[1, 2, 2] = [0.04, 0.9, 0.06]
case = "B = 2, T = 3, V = 3, start 0, end 1 and fill 2, a real token"
got = expect_result(greedy_decode, np.log(p), 0, 1, 2, case=case)
look = "two sequences of their own, a table for each place, and fill 2, a real token"
expect_close(got[0], [[2, 1, 2], [2, 2, 1]], f"the tokens of {look}")
expect_close(got[1], np.log([0.6 * 0.7, 0.8 * 0.5 * 0.9]), f"the totals of {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, V in 4 * [(5, 6, 4), (4, 7, 5), (6, 3, 6), (1, 8, 3), (7, 1, 4), (3, 9, 2)]:
    log_p = torch.tensor(1.5 * rng.normal(size=(B, T, V, V))).log_softmax(-1).numpy()
    start, end = (int(k) for k in rng.permutation(V)[:2])
    fill = int(rng.integers(V + 3))
    given = [log_p]
    kept = [log_p.copy()]
    result = greedy_decode(*given, start, end, fill)
    assert same_values(given, kept), (
        "greedy_decode changed its table; make new arrays instead."
    )
    said, sums = [], []
    for block in log_p.tolist():
        row, total, before = [], 0.0, start
        for place in block:
            likely = max(place[before])
            before = place[before].index(likely)
            row, total = [*row, before], total + likely
            if before == end:
                break
        said.append(row + (T - len(row)) * [fill])
        sums.append(total)
    assert matches(result[0], said), (
        f"greedy_decode writes other tokens than the best ones in {T} steps with a "
        "random table; follow one sequence by hand."
    )
    assert np.asarray(result[0]).dtype.kind == "i", "Tokens are whole numbers."
    assert matches(result[1], sums), (
        "The totals are not the sums of the log-probabilities of what was written."
    )
level = np.log(np.full((2, 3, 4, 4), 0.25))
level[1] = np.log([0.1, 0.35, 0.2, 0.35])
result = greedy_decode(level, 2, 3, 0)
assert matches(result[0], [[0, 0, 0], [1, 1, 1]]), (
    "Of equally probable tokens the smallest is meant."
)
### END HIDDEN TESTS

# %% [markdown] prompt="beam_decode"
# ## 18. A beam
#
# *4 points · difficulty 4 of 5 · about 30 minutes*
#
# Write `beam_decode`: search for a sequence with a large log-probability, with a beam
# (section 5.9, which has no equation for it: the steps below are the definition). The
# model is a table for one sequence: `log_p[t, i, j]` is the logarithm of the
# probability that at place `t` token `j` stands when the token before it is `i`. Before
# place 0 stands the token `start`.
#
# 1. At first one beginning is open: the empty one, with the total 0.
# 2. For each place $0, \dots, T-1$: extend every open beginning by every token, and add
#    the token's log-probability to its total. Of *all* these extensions together keep
#    the `width` with the largest totals, or all of them if there are fewer.
# 3. Those of them that end with the token `end` are finished and put aside. The others
#    are the open beginnings of the next place: there may be fewer than `width`, also
#    none.
# 4. The answer is the finished sequence with the largest total, at whichever place it
#    ended. If none is finished after the last place, it is the open one with the
#    largest total.
#
# Totals are compared as they are; nothing is divided by the length. The chapter's
# search stops as soon as the best finished total beats all open ones. You may do so,
# too: the answer is the same, for no extension can raise a total.
#
# Shapes: `log_p (T, V, V)`, finite, two different integers `start` and `end` from 0 to
# $V-1$, the integer `width`, at least 1 → `(tokens, total)` in this order:
# `tokens (n,)` integers, $1 \le n \le T$, from place 0 on, the end mark included if the
# sequence is finished, and its total, a number. Where totals compete for the last place
# in the beam or for the answer, no two are equal.
#
# **Example.** The table of the task before, with start 0, end 1, $T=3$ and `width` 2.
# At place 0 the best two are $(2)$ with the probability 0.5 and $(3)$ with 0.3. At
# place 1 they have eight extensions. The best two are $(3, 1)$ with
# $0.3 \cdot 0.8 = 0.24$ and $(2, 1)$ with $0.5 \cdot 0.4 = 0.2$; both are finished, and
# nothing is open. The answer is $(3, 1)$ with the total $\ln 0.24 = -1.4271$. With
# `width` 1 it is greedy's, $(2, 1)$. With $T=1$ nothing is finished among the best two,
# and the answer is $(2)$ with the total $\ln 0.5 = -0.6931$.
#
# <details><summary>Hint</summary>
#
# Keep pairs of a total and a list of tokens. Python compares pairs by their first
# entries, so `sorted` and `max` order them by the total. A new list
# `[*tokens, j]` leaves the old one as it is for the other extensions.
#
# </details>


# %% solution="beam_decode"
def beam_decode(log_p, start, end, width):
    """The best sequence that a beam finds; section 5.9.

    log_p (T, V, V), start int, end int, width int -> tokens (n,) int, total
    """
    ### BEGIN SOLUTION
    beams, done = [(0.0, [])], []
    for table in log_p:
        grown = [
            (total + p, [*tokens, token])
            for total, tokens in beams
            for token, p in enumerate(table[[start, *tokens][-1]])
        ]
        best = sorted(grown, reverse=True)[:width]
        done += [one for one in best if one[1][-1] == end]
        beams = [one for one in best if one[1][-1] != end]
    total, tokens = max(done or beams)
    return np.array(tokens), total
    ### END SOLUTION


# %% test="beam_decode" points=4
table = np.log(
    [
        [0.1, 0.1, 0.5, 0.3],
        [0.25, 0.25, 0.25, 0.25],
        [0.2, 0.4, 0.2, 0.2],
        [0.05, 0.8, 0.05, 0.1],
    ]
)
for T, width, tokens, p in [
    (3, 2, [3, 1], 0.24),
    (3, 1, [2, 1], 0.2),
    (1, 2, [2], 0.5),
]:
    look = f"the example above with T = {T} and width {width}"
    got = expect_result(beam_decode, np.stack([table] * T), 0, 1, width, case=look)
    expect_parts(got, ["tokens", "total"])
    size = getattr(got[0], "shape", ())  # any number of tokens; their values come next
    size = tuple(size) if len(size) == 1 and size[0] > 0 else np.shape(tokens)
    order = "the shapes of the task: (tokens, total) in this order, tokens in an array"
    expect_shape(got[0], size, order, kind="int")
    expect_close(got[0], tokens, look)
    expect_close(got[1], np.log(p), f"the total in {look}")


def _rows(T, V, rows):
    """A table of probabilities: `rows` by place and token before; the rest alike."""
    p = np.full((T, V, V), 1 / V)
    for place, row in rows.items():
        p[place] = row
    return p


late = {(0, 0): [0.05, 0.1, 0.8, 0.05], (1, 2): [0.02, 0.08, 0.5, 0.4]}
late |= {(2, 2): [0.35, 0.2, 0.25, 0.2], (2, 3): [0.04, 0.9, 0.03, 0.03]}
slow = {(0, 0): [0.05, 0.1, 0.8, 0.05], (1, 2): [0.02, 0.3, 0.6, 0.08]}
slow |= {(2, 2): [0.05, 0.8, 0.1, 0.05]}
early = {(0, 0): [0.1, 0.3, 0.5, 0.1], (1, 2): [0.08, 0.5, 0.3, 0.12]}
close = {(0, 0): [0.05, 0.02, 0.5, 0.4, 0.03], (1, 2): [0.04, 0.03, 0.6, 0.3, 0.03]}
close |= {(1, 3): [0.05, 0.1, 0.2, 0.3, 0.35], (2, 4): [0.01, 0.95, 0.02, 0.01, 0.01]}
close |= {(2, 2): [0.1, 0.3, 0.25, 0.2, 0.15], (2, 3): [0.1, 0.3, 0.25, 0.2, 0.15]}
few = np.exp([table] * 2)  # the example's; at place 0 there are four extensions
for p, width, tokens, total, look in [
    (_rows(3, 4, late), 2, [2, 3, 1], 0.288, "rules 2 and 3: (1) ends first, at 0.1"),
    (_rows(3, 4, late)[:1], 2, [1], 0.1, "rule 4: (2) has 0.8, but is open"),
    (_rows(3, 4, late)[:2], 2, [1], 0.1, "rule 3: (1) is put aside, out of the beam"),
    (_rows(3, 4, slow), 2, [2, 2, 1], 0.384, "rule 4: (2, 1), at 0.24, ends earlier"),
    (_rows(2, 4, early), 2, [1], 0.3, "rule 4: (1) has 0.3 and (2, 1) has 0.25"),
    (_rows(3, 5, close), 2, [2, 2, 1], 0.09, "rule 2: (3, 4) with 0.14 is only third"),
    (few, 20, [3, 1], 0.24, "rule 2: there may be fewer extensions than width"),
]:
    case = f"T = {len(p)} and width {width}, {look}"
    got = expect_result(beam_decode, np.log(p), 0, 1, width, case=case)
    expect_parts(got, ["tokens", "total"])
    expect_close(got[0], tokens, case)
    expect_close(got[1], np.log(total), f"the total with {case}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def _searched(log_p, start, end, width):
    """The four rules as they stand there, on text of tokens."""
    table = {key: float(value) for key, value in np.ndenumerate(log_p)}
    opened, finished = {(): 0.0}, {}
    for t in range(len(log_p)):
        grown = {
            (*s, j): total + table[t, s[-1] if s else start, j]
            for s, total in opened.items()
            for j in range(log_p.shape[1])
        }
        ranked = sorted(grown, key=grown.get)
        ranked = ranked[max(0, len(ranked) - width) :]
        finished |= {s: grown[s] for s in ranked if s[-1] == end}
        opened = {s: grown[s] for s in ranked if s[-1] != end}
    last = finished if finished else opened
    longest = max(last, key=last.get)
    return longest, last[longest]


for T, V, width, rare in [
    *4 * [(5, 6, 2, 0.0), (6, 5, 3, 1.0), (4, 7, 4, 0.5), (9, 4, 2, 1.5)],
    *2 * [(7, 3, 2, 0.5), (3, 5, 3, 2.0), (6, 4, 1, 0.5), (4, 5, 6, 3.0)],
    *2 * [(4, 3, 200, 0.5), (1, 6, 4, 0.0), (5, 2, 3, 2.0), (3, 4, 100, 0.0)],
    *2 * [(4, 2, 9, 1.0), (8, 6, 3, 1.0), (8, 4, 3, 2.0), (1, 2, 1, 0.0)],
    *10 * [(5, 2, 2, 2.0)],  # the best often ends after two others have
]:
    start, end = (int(k) for k in rng.permutation(V)[:2])
    scores = torch.tensor(1.5 * rng.normal(size=(T, V, V)))
    scores[:, :, end] -= rare
    given = [scores.log_softmax(-1).numpy()]
    kept = copy.deepcopy(given)
    result = beam_decode(*given, start, end, width)
    assert same_values(given, kept), (
        "beam_decode changed its table; make new arrays instead."
    )
    tokens, total = _searched(*given, start, end, width)
    case = f"T = {T}, V = {V} and width {width}"
    assert matches(result[1], total), (
        f"The total is not that of the best sequence in the beam with {case}."
    )
    assert matches(result[0], tokens), f"The tokens are other ones with {case}."
    assert np.asarray(result[0]).dtype.kind == "i", "Tokens are whole numbers."
### END HIDDEN TESTS

# %% [markdown] prompt="cached_step"
# ## 19. One step with a cache
#
# *4 points · difficulty 4 of 5 · about 30 minutes*
#
# Write `cached_step`: one more token goes through causal multi-head self-attention, and
# only this token is computed; the keys and values of all tokens before it come from a
# cache (section 5.10). The layer adds a row of positions to its input. With $t$ tokens
# in the cache the new one has place $t$, the first of all place 0:
#
# $$z = x + \mathbf r_t, \qquad \mathbf q = z W_q + b_q, \qquad
# \mathbf k = z W_k + b_k, \qquad \mathbf v = z W_v + b_v$$
#
# Head $i$ owns the $i$-th slice of the features, equation (5.4), section 5.4. In each
# head the new query looks at all cached keys and at the new one, equation (5.2),
# section 5.1, with the scale $\sqrt{d_{\text{head}}}$. The answers of the heads, side
# by side, times $W_o$, plus $b_o$, are the output. There is no norm and no path here.
# Write the attention out; `torch.nn.MultiheadAttention`, `scaled_dot_product_attention`
# and `given_attention` are not an answer.
#
# Shapes: `x_t (B, d)`, `places (longest, d)` with the row $\mathbf r_t$ in `places[t]`
# and more rows than the cache has tokens, `cache` a tuple `(k, v)` of two arrays
# `(B, heads, t, d_head)`, whose shape tells you `heads` and $t$; $t$ may be 0, and
# `heads` times `d_head` is $d$, `p` a dict with `"W_q"`, `"W_k"`, `"W_v"`, `"W_o"`,
# each `(d, d)`, and `"b_q"`, `"b_k"`, `"b_v"`, `"b_o"`, each `(d,)` → `(y_t, cache)` in
# this order: `y_t (B, d)`, and the new tuple `(k, v)` of arrays
# `(B, heads, t + 1, d_head)`, the new token behind the old ones. The old cache stays as
# it is. Scores may be as large as 10,000.
#
# If you call it for one token after the other, the outputs are those of one causal pass
# over all tokens. The hidden tests check this, too.
#
# **Example.** $B=1$, $d=2$, two heads, so $d_{\text{head}}=1$, and one token in the
# cache: head 1 holds the key 0 and the value 4, head 2 the key 0 and the value 6.
# $x_t = (\ln 3, -1)$, and `places` has the rows $(5, 5)$ and $(0, 1)$. So
# $z = (\ln 3, 0)$. $W_q$ and $W_v$ are zero, $W_k$ and $W_o$ are identity matrices,
# $b_q = (1, 1)$, $b_v = (8, 2)$, and the other biases are zero.
#
# | | Head 1 | Head 2 |
# |---|---|---|
# | query | 1 | 1 |
# | keys | 0, $\ln 3$ | 0, 0 |
# | weights | 0.25, 0.75 | 0.5, 0.5 |
# | values | 4, 8 | 6, 2 |
# | answer | 7 | 4 |
#
# So $y_t = (7, 4)$, and the new cache holds the keys and the values of the table.
#
# <details><summary>Hint</summary>
#
# `a.reshape(B, heads, 1, -1)` splits one row of features `(B, d)` into heads and keeps
# an axis for the step. `np.concatenate` puts two arrays one behind the other along an
# axis, also if the first has length 0 there. Take the largest score away before the
# exponential.
#
# </details>


# %% solution="cached_step"
def cached_step(x_t, places, cache, p):
    """One token through causal self-attention with a cache; section 5.10.

    x_t (B, d), places (longest, d), cache (k, v) each (B, heads, t, d_head), p dict
    -> y_t (B, d), (k, v) each (B, heads, t + 1, d_head)
    """
    ### BEGIN SOLUTION
    old_k, old_v = cache
    B, heads, t, d_head = old_k.shape
    z = x_t + places[t]
    q, k, v = (
        (z @ p[f"W_{name}"] + p[f"b_{name}"]).reshape(B, heads, 1, d_head)
        for name in "qkv"
    )
    k = np.concatenate([old_k, k], axis=2)
    v = np.concatenate([old_v, v], axis=2)
    scores = q @ k.mT / np.sqrt(d_head)  # (B, heads, 1, t + 1)
    e = np.exp(scores - scores.max(axis=3, keepdims=True))
    answers = e @ v / e.sum(axis=3, keepdims=True)  # (B, heads, 1, d_head)
    return answers.reshape(x_t.shape) @ p["W_o"] + p["b_o"], (k, v)
    ### END SOLUTION


# %% test="cached_step" points=4
weights = _attention_weights(6, lambda *shape: np.full(shape, 0.1))
for t in [4, 0]:
    got = expect_result(
        cached_step,
        np.ones((5, 6)),
        np.ones((9, 6)),
        (np.ones((5, 2, t, 3)), np.ones((5, 2, t, 3))),
        weights,
        case=f"a cache of {t} tokens",
    )
    expect_parts(got, ["y_t", "cache"])
    expect_parts(got[1], ["k", "v"])
    expect_shape(got[0], (5, 6), "the shapes of the task: y_t is (B, d)")
    for part in got[1]:
        expect_shape(part, (5, 2, t + 1, 3), "the shapes of the new cache")
weights = _attention_weights(2, lambda *shape: np.zeros(shape))
weights |= {"W_k": np.eye(2), "W_o": np.eye(2)}
weights |= {"b_q": np.array([1.0, 1.0]), "b_v": np.array([8.0, 2.0])}
got = expect_result(
    cached_step,
    np.array([[np.log(3.0), -1.0]]),
    np.array([[5.0, 5.0], [0.0, 1.0]]),
    (np.zeros((1, 2, 1, 1)), np.array([[[[4.0]], [[6.0]]]])),
    weights,
    case="the example above",
)
expect_parts(got, ["y_t", "cache"])
expect_parts(got[1], ["k", "v"])
keys = [[[[0.0], [np.log(3.0)]], [[0.0], [0.0]]]]
expect_close(got[1][0], keys, "the keys in the example above, and the place of z")
look = "the values in the example above, and the formula of v in the task"
expect_close(got[1][1], [[[[4.0], [8.0]], [[6.0], [2.0]]]], look)
look = "the table of the example above, and equations (5.2) and (5.4)"
expect_close(got[0], [[7.0, 4.0]], look)
got = expect_result(
    cached_step,
    np.cos(np.arange(8.0)).reshape(2, 4),
    np.cos(np.arange(12.0)).reshape(3, 4),
    (
        2 * np.sin(np.arange(8.0)).reshape(2, 2, 1, 2),
        np.cos(np.arange(8.0)).reshape(2, 2, 1, 2),
    ),
    _attention_weights(4, _waves()),
    case="B = 2, two heads of two features and a cache of 1 token",
)
look = "two heads of two features, B = 2: the heads' slices, (5.4), and z in all three"
keys = [
    [[0.326279, 1.154603], [0.92139, -0.158944]],
    [[0.361902, 1.725239], [1.502398, -0.10174]],
]
expect_close(np.array(got[1][0])[:, :, 1], keys, f"the new keys with {look}")
values = [
    [[-1.147883, -1.269211], [-0.223632, 1.027553]],
    [[-1.370652, -1.908985], [-0.692206, 1.160984]],
]
expect_close(np.array(got[1][1])[:, :, 1], values, f"the new values with {look}")
want = [
    [0.511307, 0.271609, -0.217805, -0.50697],
    [1.195781, 0.819458, -0.310271, -1.154738],
]
look = "two heads of two features, B = 2: the query of z, the root and the softmax in "
look += "(5.2), the heads side by side, W_o and b_o"
expect_close(got[0], want, look)
weights = {f"W_{name}": np.eye(2) for name in "qkvo"}
weights |= {f"b_{name}": np.zeros(2) for name in "qkvo"}
got = expect_result(
    cached_step,
    np.array([[100.0, 1.0], [2.0, 3.0]]),
    np.zeros((1, 2)),
    (np.zeros((2, 2, 0, 1)), np.zeros((2, 2, 0, 1))),
    weights,
    case="an empty cache, B = 2 and two heads",
)
look = "the task: scores may be as large as 10,000, in each head and sequence by itself"
expect_close(got[0], [[100.0, 1.0], [2.0, 3.0]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, heads, d, size in [
    (3, 6, 4, 12, 0.6),
    (2, 7, 2, 6, 0.8),
    (1, 5, 3, 9, 0.7),
    (4, 3, 1, 5, 0.9),
    (2, 4, 6, 6, 0.8),
    (3, 5, 2, 8, 9.0),
]:
    weights = _attention_weights(d, lambda *shape: rng.normal(size=shape))
    weights = {name: size * a for name, a in weights.items()}
    places = rng.normal(size=(T + 3, d))
    x = torch.tensor(rng.normal(size=(B, T, d)))
    leaves = {name: torch.tensor(a) for name, a in weights.items()}
    z = x + torch.tensor(places[:T])
    q, k, v = (
        (z @ leaves[f"W_{n}"] + leaves[f"b_{n}"])
        .unflatten(-1, (heads, -1))
        .transpose(1, 2)
        for n in "qkv"
    )
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    truth = mixed.transpose(1, 2).flatten(2) @ leaves["W_o"] + leaves["b_o"]
    inner = (B, heads, 0, d // heads)
    cache = np.zeros(inner), np.zeros(inner)
    for t in range(T):
        given = [x[:, t].numpy().copy(), places, cache, weights]
        kept = copy.deepcopy(given)
        y_t, cache = cached_step(*given)
        assert same_values(given, kept), (
            "cached_step changed one of its inputs; make new arrays instead."
        )
        assert matches(y_t, truth[:, t].numpy()), (
            f"With {t} tokens in the cache the output is not that of a causal pass "
            "over all tokens; section 5.10."
        )
        for found, whole in zip(cache, (k, v), strict=True):
            assert matches(found, whole[:, :, : t + 1].numpy()), (
                f"With {t} tokens in the cache the new cache does not hold their keys, "
                "or their values, and those of the new token behind them."
            )
        cache = tuple(np.array(a, dtype=float) for a in cache)
    for t in [T - 1, 1]:
        old = tuple(a[:, :, :t].numpy().copy() for a in (k, v))
        y_t, cache = cached_step(x[:, t].numpy().copy(), places, old, weights)
        assert matches(y_t, truth[:, t].numpy()), (
            "A single step from a cache that others filled has another output."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="count_parameters"
# ## 20. How many parameters?
#
# *2 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `count_parameters`: all numbers that training may change in a decoder-only model
# (section 5.10). Count
#
# - a matrix of embeddings, a row of $d$ numbers for each of $V$ tokens;
# - learned positions, a row of $d$ for each of `longest` places; with `longest` 0 the
#   positions are sinusoids, and nothing of them is learned;
# - in each of the `layers` blocks: multi-head attention with all its matrices and
#   biases (section 5.4); the feed-forward part, equation (5.5), section 5.5; two layer
#   norms, each with gain and bias;
# - with pre-norm one more layer norm at the very end (section 5.5), with post-norm
#   none;
# - the output: a matrix $(d, V)$ and $V$ biases. If `tied` is true, the output's matrix
#   is that of the embeddings, transposed, and is not counted again; its biases are.
#
# Shapes: the integers `layers`, which may be 0, `d`, `d_ff`, `V` and `longest`, the
# booleans `pre_norm` and `tied` → one integer.
#
# **Example.** One layer, $d=2$, $d_{\text{ff}}=3$, $V=5$, `longest` 4. Attention has
# $4 \cdot 4 + 4 \cdot 2 = 24$, the feed-forward part $6 + 3 + 6 + 2 = 17$, the two
# norms $2 \cdot 4 = 8$: the block has 49. Embeddings 10, positions 8, the last norm 4,
# the output $10 + 5 = 15$. With pre-norm, not tied, that is
# $49 + 10 + 8 + 4 + 15 = 86$. With post-norm, tied and with sinusoids it is
# $49 + 10 + 5 = 64$.


# %% solution="count_parameters"
def count_parameters(layers, d, d_ff, V, longest, pre_norm, tied):
    """Parameters of a decoder-only model; sections 5.4, 5.5 and 5.10.

    layers, d, d_ff, V, longest int, pre_norm bool, tied bool -> int
    """
    ### BEGIN SOLUTION
    heads, norm = 4 * d * d + 4 * d, 2 * d  # all heads of a block together
    feeding = 2 * d * d_ff + d_ff + d
    blocks = layers * (heads + feeding + 2 * norm)
    ends = V * d + longest * d + V
    if pre_norm:
        ends += norm
    if not tied:
        ends += V * d
    return blocks + ends
    ### END SOLUTION


# %% test="count_parameters" points=2
names = ["layers", "d", "d_ff", "V", "longest", "pre_norm", "tied"]
second = "with a second layer: what each block has, and what the model has once"
for sizes, want, what in [
    ((1, 2, 3, 5, 4, True, False), 86, "pre-norm, not tied"),
    ((1, 2, 3, 5, 0, False, True), 64, "post-norm, tied, with sinusoids"),
    ((2, 2, 3, 5, 4, True, False), 135, f"pre-norm, not tied, {second}"),
]:
    case = ", ".join(f"{k} = {v}" for k, v in zip(names, sizes, strict=True))
    got = expect_result(count_parameters, *sizes, case=case)
    exact = np.shape(got) == () and got == want
    assert exact, (
        f"Expected exactly {want}, got {got}. Look at the example above, {what}."
    )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for layers in [0, 1, 2, 5]:
    for last in [True, False]:
        for tied in [True, False]:
            d, d_ff, V, longest = (int(n) for n in rng.integers(3, 40, size=4))
            longest *= int(rng.integers(2))
            block = torch.nn.TransformerEncoderLayer(d, 1, d_ff)  # the same parts
            whole = [block] * layers + [torch.nn.Embedding(V, d)]
            whole += [torch.nn.Linear(d, V)] + [torch.nn.LayerNorm(d)] * last
            truth = sum(w.numel() for part in whole for w in part.parameters())
            truth += longest * d - tied * d * V
            result = count_parameters(layers, d, d_ff, V, longest, last, tied)
            equal = np.shape(result) == () and result == truth
            assert equal, (
                f"Another number than torch counts for {layers} layers, d = {d}, d_ff "
                f"= {d_ff}, V = {V}, longest = {longest}, pre_norm = {last}, tied "
                f"= {tied}."
            )
### END HIDDEN TESTS

# %% [markdown] prompt="count_multiply_adds"
# ## 21. How much work?
#
# *3 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `count_multiply_adds`: what a decoder-only model computes, beside a recurrent
# one. Count the products of matrices only, one multiply-add for each product of two
# numbers, for one sequence (sections 5.7, 5.10 and 5.11). The matrices are those of
# equations (5.4) and (5.5).
#
# A pass in which `new` tokens are computed, each of which looks at `seen` keys, takes
# in each layer $4 d^2$ for every new token (the four matrices of attention), $2d$ for
# each pair of a new token and a key it meets (score and mean), and
# $2\, d\, d_{\text{ff}}$ for every new token (the feed-forward part). Once, after all
# layers, every new token is scored against the vocabulary: $d\,V$. A mask hides scores
# after they were computed, so hidden pairs count like the others. Heads change nothing.
#
# Four counts for $T$ tokens:
#
# 1. `one_pass`: all $T$ tokens in one pass, as in training;
# 2. `rewritten`: written one by one without a cache. For the $t$-th token the model
#    makes a whole pass over all $t$ tokens so far, their scores against the vocabulary
#    included, for $t = 1, \dots, T$;
# 3. `cached`: written one by one with a cache. For the $t$-th token one new token is
#    computed, which looks at $t$ keys, its own included;
# 4. `recurrent`: one pass of a stack of as many recurrent layers, chapter 1's. Each has
#    two matrices $(d, d)$ for every token, and every token is scored as above.
#
# Shapes: the integers `T`, at least 1, `layers`, `d`, `d_ff` and `V` → a tuple of four
# integers, `(one_pass, rewritten, cached, recurrent)` in this order.
#
# **Example.** $T=2$, one layer, $d=2$, $d_{\text{ff}}=3$, $V=5$. For each new token
# $4 \cdot 4 + 2 \cdot 6 + 10 = 38$, for each pair 4.
#
# - One pass: $2 \cdot 38 + 2 \cdot 2 \cdot 4 = 92$.
# - Without a cache: $38 + 4 = 42$ for the first token, the 92 for the second: 134.
# - With a cache: $38 + 4$ and $38 + 2 \cdot 4$: 88.
# - Recurrent: $2 \cdot (2 \cdot 4 + 10) = 36$.


# %% solution="count_multiply_adds"
def count_multiply_adds(T, layers, d, d_ff, V):
    """Multiply-adds of one pass, of writing in two ways, and of a recurrent stack.

    T, layers, d, d_ff, V int -> one_pass, rewritten, cached, recurrent
    """
    ### BEGIN SOLUTION
    token = layers * (4 * d * d + 2 * d * d_ff) + d * V
    pair = layers * 2 * d
    lengths = range(1, T + 1)
    one_pass = T * token + T * T * pair
    rewritten = sum(t * token + t * t * pair for t in lengths)
    cached = sum(token + t * pair for t in lengths)
    return one_pass, rewritten, cached, T * (layers * 2 * d * d + d * V)
    ### END SOLUTION


# %% test="count_multiply_adds" points=3
names = ["one_pass", "rewritten", "cached", "recurrent"]
for T, layers, wants, what in [
    (2, 1, [92, 134, 88, 36], ""),
    (2, 2, [164, 238, 156, 52], ", but with two layers: what comes in each, what once"),
    (3, 1, [150, 284, 138, 54], ", but with T = 3, where the example has T = d = 2"),
]:
    case = f"T = {T}, layers = {layers}, d = 2, d_ff = 3, V = 5"
    got = expect_result(count_multiply_adds, T, layers, 2, 3, 5, case=case)
    expect_parts(got, names)
    for name, came, want in zip(names, got, wants, strict=True):
        exact = np.shape(came) == () and came == want
        assert exact, (
            f"Expected exactly {want} for {name}, got {came}. Look at {name} in the "
            f"list of the task and in the example{what}."
        )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def _passed(new, seen, layers, d, d_ff, V):
    """All products of matrices in a pass, (rows, inner, columns) of each, counted."""
    attending = [*4 * [(new, d, d)], (new, d, seen), (new, seen, d)]
    feeding = [(new, d, d_ff), (new, d_ff, d)]
    products = layers * [*attending, *feeding] + [(new, d, V)]
    return sum(rows * inner * columns for rows, inner, columns in products)


for T, layers in [(6, 2), (1, 3), (9, 1), (4, 4), (7, 1), (2, 2)]:
    d, d_ff, V = sizes = [int(n) for n in rng.integers(2, 30, size=3)]
    lengths = range(1, T + 1)
    truths = [
        _passed(T, T, layers, *sizes),
        sum(_passed(t, t, layers, *sizes) for t in lengths),
        sum(_passed(1, t, layers, *sizes) for t in lengths),
        T * d * V + 2 * layers * T * d**2,
    ]
    result = count_multiply_adds(T, layers, *sizes)
    for name, found, truth in zip(names, result, truths, strict=True):
        equal = np.shape(found) == () and found == truth
        assert equal, (
            f"{name} is another number than all products make for T = {T}, {layers} "
            f"layers, d = {d}, d_ff = {d_ff} and V = {V}."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="reflection"
# ## 22. In your own words
#
# *2 points · difficulty 3 of 5 · about 15 minutes*
#
# Ida trains a decoder-only Transformer on long log files: two layers, $d = 64$, windows
# of 512 tokens, sinusoids for the places. She computes the softmax over all keys and
# then sets the weights of later tokens to zero. Measured in one pass over held-out
# windows, her loss is better than that of any model before. The text that the model
# then writes, token by token with a cache, is poor. 'A model error', she says, 'so I
# need a wider beam.'
#
# In six to nine sentences: (a) Why is her loss too good, though no later token has a
# weight? Which test, of two lines, would have shown it before the training? Why will a
# wider beam not help? (b) She mends the mask. Her friend writes with a recurrent
# network of two layers with 64 units. 20,000 tokens have been written, and sinusoids
# reach that far. How many numbers does each of the two keep for the next token? And how
# many multiply-adds does looking back take for it, both layers together: for Ida the
# scores and the weighted means, for her friend the products with the old states?
# (c) Name one reason why Ida may still prefer her model for the training.

# %% [markdown] written="reflection" points=2
# ### BEGIN SOLUTION
# **A model answer.** (a) The later weights are zero, but the softmax had already
# divided by a sum over all keys, the later ones included. So each output tells
# something of the future, and the model has learned to read it. With a cache there are
# no later keys: the sums are other ones than in training, and what the model relied on
# is gone. Two tests find it at once: change the last tokens and see whether an earlier
# output moves, or compare one step with the cache with one full pass. A beam only finds
# sequences that the model thinks more probable; it mends search errors, and what the
# model believes is what is wrong here. (b) Her cache keeps a key and a value in each
# layer for each token: $2 \cdot 2 \cdot 64 \cdot 20{,}000 = 5{,}120{,}000$ numbers. The
# recurrent network keeps its states, $2 \cdot 64 = 128$, whatever the length. Looking
# back costs her $2\,t\,d$ in each layer, about 5.1 million multiply-adds for both, and
# more with every token. It costs the friend $d^2$ in each layer for the product with
# the old state, 8,192 for both, always the same. (c) In training all tokens of a window
# are known. All of them are computed at once, in a few large products, where the
# recurrent network waits 512 times for its last step. (Or: between any two tokens of a
# window the path is one layer long, where the gradient of the recurrent network crosses
# a factor for every step between them.)
#
# **Rubric, 2 points.** 1 point for (a): half for the sum over the future in the
# softmax; a quarter for a test that works (change the future, or cached step against
# full pass); a quarter for the beam, which mends no model error. Half a point for (b):
# both numbers kept, and a cost that grows with the length beside one that stays; slips
# of arithmetic, and one token more or less, cost nothing. Half a point for (c): one of
# the two reasons.
# ### END SOLUTION
