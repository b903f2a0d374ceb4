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
# # Chapter 1: build a recurrent neural network
#
# In this notebook you write, in NumPy, everything that chapter 1 trains with: the
# forward pass, the loss, backpropagation through time, and the tools around them.
# Thirteen short functions (38 points), then one question to answer in words (2 points,
# graded by a reader): 40 points, about three and a half hours. Each task stands on its
# own, so you may skip one and return.
#
# **How a task works**
#
# 1. Read the task, with its formula and a worked example. Equation and section
#    numbers are those of chapter 1.
# 2. Replace `raise NotImplementedError()` in the cell below it, and run that cell.
# 3. Run the test cell that follows. It checks shapes, the worked example and that your
#    inputs stay as they are, and says in one sentence what it expected, what came, and
#    where to look.
# 4. Hidden tests decide on the points. They use random numbers, all sizes different,
#    and edge cases. To run them, press *Check* above the notebook. Where there is no
#    such button, save the notebook and type in a terminal, in the course's folder:
#
#        .venv/bin/python -m autograder check work/ch1_rnn/ch1_rnn.ipynb
#
# **The rules.** NumPy arrays go in and NumPy arrays come out; do not change your
# inputs. Results have to agree to about five digits. No function needs another one of
# this notebook: where one task contains another, write the line again, so that a slip
# costs you once. Write the formulas out: `torch.nn.RNN` and automatic differentiation
# are not an answer here.
#
# **The shapes.** Vectors are rows: a batch of inputs is multiplied by a matrix from the
# right, `x_t @ W_xh`.
#
# | Symbol | Meaning | Name | Shape |
# |---|---|---|---|
# | | batch size, steps, input size | `B`, `T`, `D` | |
# | | hidden size, vocabulary size | `H`, `V` | |
# | $K$ | window of truncated backpropagation, in steps | `K` | |
# | $x_t$ | input at step $t$ | `x_t` | `(B, D)` |
# | $h_t$ | hidden state after step $t$ | `h_t` | `(B, H)` |
# | $h_0$ | state before the first step | `h_0` | `(B, H)` |
# | $W_{xh}$ | weights from input to state | `W_xh` | `(D, H)` |
# | $W_{hh}$ | weights from state to state | `W_hh` | `(H, H)` |
# | $b_h$ | bias of the state | `b_h` | `(H,)` |
# | $W_{hy}$ | weights from state to scores | `W_hy` | `(H, V)` |
# | $b_y$ | bias of the scores | `b_y` | `(V,)` |
# | $y_t$ | scores (logits) at step $t$ | `y_t` | `(B, V)` |
# | $m_{b,t}$ | whether a position counts: true or false | `mask` | `(B, T)` |
# | $N$ | how many positions count | `mask.sum()` | |
#
# A whole sequence has the steps on the second axis: `x` is `(B, T, D)`, `h` is
# `(B, T, H)`, `y` is `(B, T, V)`. Python counts from 0: `x[:, 0]` is $x_1$ and
# `h[:, 0]` is $h_1$, the state after the first step. The gradient of the loss with
# respect to `a` is called `da` and has the shape of `a`.

# %% setup="helpers" file="expect.py"

# %% [markdown] prompt="rnn_step"
# ## 1. One step
#
# *2 points · difficulty 1 of 5 · about 5 minutes*
#
# Write `rnn_step`: from the input $x_t$ and the state $h_{t-1}$ make the new state
# $h_t$. This is equation (1.1), section 1.1:
#
# $$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$$
#
# Shapes: `x_t (B, D)`, `h_prev (B, H)`, `W_xh (D, H)`, `W_hh (H, H)`, `b_h (H,)`
# → `h_t (B, H)`.
#
# **Example.** $B=1$, $D=2$, $H=1$: $x_t = (1, 2)$, $h_{t-1} = 0.5$,
# $W_{xh} = (0.1, 0.2)^\top$, $W_{hh} = 0.4$, $b_h = -0.3$. The sum is
# $0.1 + 0.4 + 0.2 - 0.3 = 0.4$, and $h_t = \tanh(0.4) = 0.3799$.


# %% solution="rnn_step"
def rnn_step(x_t, h_prev, W_xh, W_hh, b_h):
    """One step of a recurrent network, equation (1.1).

    x_t (B, D), h_prev (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) -> h_t (B, H)
    """
    ### BEGIN SOLUTION
    return np.tanh(x_t @ W_xh + h_prev @ W_hh + b_h)
    ### END SOLUTION


# %% test="rnn_step" points=2
ones = [np.ones(size) for size in [(2, 3), (2, 4), (3, 4), (4, 4), (4,)]]
got = expect_result(rnn_step, *ones)
expect_shape(got, (2, 4), "the shapes of the task: h_t is (B, H)")

got = expect_result(
    rnn_step,
    np.array([[1.0, 2.0]]),
    np.array([[0.5]]),
    np.array([[0.1], [0.2]]),
    np.array([[0.4]]),
    np.array([-0.3]),
)
expect_close(got, [[np.tanh(0.4)]], "the example above and equation (1.1)")
got = expect_result(
    rnn_step,
    np.array([[0.1], [-0.1]]),
    np.array([[0.6, 0.1], [-0.5, 0.4]]),
    np.array([[1.3, 0.9]]),
    np.array([[-0.7, -1.3], [-0.6, 0.0]]),
    np.array([-2.3, -0.2]),
)
expect_close(
    got,
    [[-0.990066, -0.711394], [-0.980869, 0.345214]],
    "h_t for B = 2, D = 1 and H = 2, equation (1.1): W_hh is square, so no shape tells "
    "which way round it has to stand",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H in [(4, 3, 5), (1, 6, 2), (7, 1, 4), (3, 5, 1)]:
    sizes = [(B, D), (B, H), (D, H), (H, H), (H,)]
    given = [0.6 * rng.normal(size=size) for size in sizes]
    kept = [a.copy() for a in given]
    result = rnn_step(*given)
    x, h, W, U, b = map(torch.tensor, given)
    truth = torch.rnn_tanh_cell(x, h, W.T, U.T, b, 0 * b).numpy()
    assert matches(result, truth), (
        "On random inputs rnn_step differs from equation (1.1), section 1.1; "
        "check that each of its five inputs has its effect."
    )
    assert all(map(np.array_equal, given, kept)), (
        "rnn_step changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="rnn_forward"
# ## 2. The whole sequence
#
# *3 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `rnn_forward`: start at $h_0$, apply equation (1.1) to one step after the other,
# and keep every state (section 1.1, the loop). The weights are the same at every step.
#
# Shapes: `x (B, T, D)`, `h_0 (B, H)`, `W_xh (D, H)`, `W_hh (H, H)`, `b_h (H,)` →
# `h (B, T, H)`, where `h[:, t]` is the state after input `x[:, t]`. `T` may be 0: then
# `h` has shape `(B, 0, H)`.
#
# **Example.** All sizes 1 but $T=2$: $x = (1, 0)$, $h_0 = 0$, $W_{xh} = 1$,
# $W_{hh} = 0.5$, $b_h = 0$. Then $h_1 = \tanh(1) = 0.7616$ and
# $h_2 = \tanh(0.5 \cdot 0.7616) = 0.3634$: the second input is zero, and what is left
# is memory.
#
# <details><summary>Hint</summary>
#
# Make the array for all states first, and fill one step of it at a time. `np.stack`
# of a list of states works too, but not on an empty list.
#
# </details>


# %% solution="rnn_forward"
def rnn_forward(x, h_0, W_xh, W_hh, b_h):
    """All states of a recurrent network, equation (1.1) at every step.

    x (B, T, D), h_0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) -> h (B, T, H)
    """
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h = np.empty((B, T, len(b_h)))
    h_t = h_0
    for t in range(T):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        h[:, t] = h_t
    return h
    ### END SOLUTION


# %% test="rnn_forward" points=3
ones = [np.ones(size) for size in [(2, 5, 3), (2, 4), (3, 4), (4, 4), (4,)]]
got = expect_result(rnn_forward, *ones)
expect_shape(got, (2, 5, 4), "the shapes of the task: one state for each step")

got = expect_result(
    rnn_forward,
    np.array([[[1.0], [0.0]]]),
    np.zeros((1, 1)),
    np.array([[1.0]]),
    np.array([[0.5]]),
    np.zeros(1),
)
first = np.tanh(1.0)
expect_close(
    got,
    [[[first], [np.tanh(first / 2)]]],
    "the example above, equation (1.1) and the loop in section 1.1",
)
got = expect_result(rnn_forward, ones[0][:, :0], *ones[1:], case="T = 0, no steps")
expect_shape(got, (2, 0, 4), "the shapes of the task: T may be 0")
got = expect_result(
    rnn_forward,
    np.array([[[0.1], [-0.1]], [[0.6], [0.1]]]),
    np.array([[-0.5, 0.4], [1.3, 0.9]]),
    np.array([[-0.7, -1.3]]),
    np.array([[-0.6, 0.0], [-2.3, -0.2]]),
    np.array([-1.2, -0.7]),
)
expect_close(
    got,
    [
        [[-0.955373, -0.721132], [0.801155, -0.401783]],
        [[-0.999738, -0.930217], [0.899452, -0.567588]],
    ],
    "h for B = 2, T = 2 and H = 2, where h_0 and b_h are not zero: the loop in section "
    "1.1, the square W_hh, and the axis of the steps",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H, kind in [
    (3, 6, 4, 5, np.float64),
    (1, 7, 2, 3, np.float64),
    (4, 1, 3, 2, np.float64),
    (2, 5, 3, 4, np.float32),
]:
    sizes = [(B, T, D), (B, H), (D, H), (H, H), (H,)]
    given = [(0.6 * rng.normal(size=size)).astype(kind) for size in sizes]
    kept = [a.copy() for a in given]
    result = rnn_forward(*given)
    x, h, W, U, b = (torch.tensor(a, dtype=torch.float64) for a in given)
    weights = [W.T, U.T, b, 0 * b]
    truth = torch.rnn_tanh(x, h[None], weights, True, 1, 0.0, False, False, True)[0]
    assert matches(result, truth.numpy()), (
        "On random inputs rnn_forward differs from equation (1.1) applied step by "
        "step; compare the first steps with the loop in section 1.1."
    )
    assert all(map(np.array_equal, given, kept)), (
        "rnn_forward changed one of its inputs; make a new array instead."
    )
empty = rnn_forward(
    np.ones((3, 0, 2)), np.ones((3, 4)), np.ones((2, 4)), np.ones((4, 4)), np.ones(4)
)
assert np.shape(empty) == (3, 0, 4), (
    "A sequence of no steps has no states, but its array still has three axes."
)
### END HIDDEN TESTS

# %% [markdown] prompt="softmax"
# ## 3. A softmax that does not overflow
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `softmax`: turn scores into probabilities over the last axis. This is equation
# (1.3), section 1.2:
#
# $$p_k = \frac{e^{\,y_k - a}}{\sum_j e^{\,y_j - a}}, \qquad a = \max_j y_j$$
#
# Shapes: `y (..., V)` → `p (..., V)`, with any number of axes in front, also none.
# Each row along the last axis has its own maximum and its own sum. Scores may be as
# large as 10,000, of either sign.
#
# **Example.** $y = (0, \ln 2, \ln 5)$ gives $p = (1, 2, 5)/8 = (0.125, 0.25, 0.625)$,
# and $y = (1000, 1000)$ gives $(0.5, 0.5)$.
#
# <details><summary>Hint</summary>
#
# `keepdims=True` keeps the reduced axis with length 1, so that the result lines up
# with `y` again, whatever its number of axes.
#
# </details>


# %% solution="softmax"
def softmax(y):
    """Probabilities from scores over the last axis, equation (1.3).

    y (..., V) -> p (..., V)
    """
    ### BEGIN SOLUTION
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %% test="softmax" points=2
got = expect_result(softmax, np.ones((2, 3, 4)))
expect_shape(got, (2, 3, 4), "the shapes of the task: p has the shape of y")

got = expect_result(
    softmax,
    np.array([0.0, np.log(2.0), np.log(5.0)]),
    case="scores y (V,), with no axes in front of the last",
)
expect_close(got, [0.125, 0.25, 0.625], "the example above and equation (1.3)")
levels = np.log([[[1.0, 3.0], [2.0, 2.0]], [[1.0, 1.0], [4.0, 1.0]]])
got = expect_result(softmax, levels)
expect_close(
    got,
    [[[0.25, 0.75], [0.5, 0.5]], [[0.5, 0.5], [0.8, 0.2]]],
    "the task and the sum in (1.3): each row along the last axis has its own sum",
)
got = expect_result(softmax, np.array([[1000.0, 1000.0]]))
expect_close(got, [[0.5, 0.5]], "the example above, and the largest score a in (1.3)")
got = expect_result(softmax, levels + np.array([[[0.0], [-1e4]], [[-1e4], [1e4]]]))
expect_close(
    got,
    [[[0.25, 0.75], [0.5, 0.5]], [[0.5, 0.5], [0.8, 0.2]]],
    "the task and a in (1.3): each row along the last axis has its own maximum, here "
    "near 0, -10,000 and 10,000",
)
far = np.array([[-1e4, 1e4 + np.log(3.0), 1e4, -1e4]])
got = expect_result(softmax, far)
expect_close(
    got,
    [[0.0, 0.75, 0.25, 0.0]],
    "the largest score a in (1.3), for the scores -10,000, 10,000 + ln 3, 10,000 and "
    "-10,000",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for size in [(6,), (1,), (4, 3), (3, 5, 4), (2, 3, 4, 5), (1, 7)]:
    given = 2 * rng.normal(size=size)
    kept = given.copy()
    result = softmax(given)
    truth = torch.tensor(given).softmax(-1).numpy()
    assert matches(result, truth), (
        "On random scores softmax differs from equation (1.3); every row along the "
        "last axis is a distribution of its own."
    )
    assert np.array_equal(given, kept), (
        "softmax changed its input; make a new array instead."
    )
levels = 1e4 * np.array([[1.0], [0.0], [-1.0], [0.5]]) + rng.normal(size=(4, 3))
spread = np.array([[-1e4, 0.0, 1e4], [1e4, 1e4, -1e4]])
for given in [levels, spread, levels.T, levels.astype(np.float32) / 1e4]:
    truth = torch.tensor(given, dtype=torch.float64).softmax(-1).numpy()
    assert matches(softmax(given), truth), (
        "softmax is wrong for very large or very different scores; section 1.2 says "
        "what keeps the exponential in range, for each row."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="sequence_cross_entropy"
# ## 4. The loss of a batch of sequences
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `sequence_cross_entropy`: the mean negative log-probability of the targets,
# over the positions that count. Sequences in a batch differ in length, the shorter
# ones are padded, and the mask says which positions are real. This is equation (1.4),
# section 1.2:
#
# $$L = -\frac{1}{N} \sum_{b,t} m_{b,t} \log p_{b,t,k_{b,t}}, \qquad
# N = \sum_{b,t} m_{b,t}$$
#
# where $p$ is the softmax of the scores (1.3) and $k_{b,t}$ the target. The logarithm
# is the natural one, so the unit is nats per token.
#
# Shapes: `y (B, T, V)` scores, `targets (B, T)` integers from 0 to $V-1$, `mask (B, T)`
# booleans → one `float`. If no position counts, the loss is 0.0. Scores may be as
# large as 10,000, of either sign.
#
# **Example.** $B=1$, $T=3$, $V=2$. Scores $(0, 0)$, $(0, \ln 3)$, $(7, 7)$; targets
# 0, 1, 1; the third position is masked. The two targets have probabilities 0.5 and
# 0.75, so $L = -(\ln 0.5 + \ln 0.75)/2 = (0.6931 + 0.2877)/2 = 0.4904$.
#
# <details><summary>Hint</summary>
#
# With scores 10,000 apart a probability underflows to 0, and its logarithm is
# $-\infty$. Take the logarithm on paper first:
# $\log p_k = y_k - a - \log \sum_j e^{\,y_j - a}$, with $a$ the largest score.
#
# Two ways to use the mask: multiply by it before summing, or pick the rows that count,
# `y[mask]`, which has shape `(N, V)`.
#
# </details>


# %% solution="sequence_cross_entropy"
def sequence_cross_entropy(y, targets, mask):
    """Cross-entropy in nats per unmasked token, equation (1.4).

    y (B, T, V) scores, targets (B, T) int, mask (B, T) bool -> float
    """
    ### BEGIN SOLUTION
    if not mask.any():
        return 0.0
    scores, k = y[mask], targets[mask]  # (N, V), (N,)
    a = scores.max(axis=1)
    log_sum = a + np.log(np.exp(scores - a[:, None]).sum(axis=1))
    return np.mean(log_sum - scores[np.arange(len(k)), k])
    ### END SOLUTION


# %% test="sequence_cross_entropy" points=3
got = expect_result(
    sequence_cross_entropy,
    np.array([[[0.0, 0.0], [0.0, np.log(3.0)], [7.0, 7.0]]]),
    np.array([[0, 1, 1]]),
    np.array([[True, True, False]]),
)
assert np.shape(got) == (), (
    f"Expected one number, got shape {np.shape(got)}. Look at the sum in (1.4)."
)
expect_close(got, -np.log(0.5 * 0.75) / 2, "the example above and equation (1.4)")
uneven = [
    np.array([[[0.0, 0.0], [0.0, 0.0]], [[0.0, np.log(3.0)], [7.0, 7.0]]]),
    np.array([[0, 1], [0, 0]]),
    np.array([[True, True], [True, False]]),
]

got = expect_result(sequence_cross_entropy, *uneven)
expect_close(
    got,
    -np.log(0.5 * 0.5 * 0.25) / 3,
    "(1.4) for B = 2: the probability of each position's own target, 0.5, 0.5, 0.25, "
    "and N, as every token that counts weighs the same",
)
far = np.array([[[1e4, 0.0], [-1e4, -1e4]]])
got = expect_result(
    sequence_cross_entropy, far, np.array([[1, 1]]), np.array([[True, True]])
)
expect_close(
    got,
    5000 + np.log(2) / 2,
    "the hint of the task and a in (1.3), one for each position: scores may be as "
    "large as 10,000, of either sign",
)
got = expect_result(sequence_cross_entropy, *uneven[:2], np.zeros((2, 2), dtype=bool))
expect_close(got, 0.0, "the shapes of the task: here no position counts, so N is 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, V, scale in [(3, 5, 4, 2.0), (1, 6, 3, 1.0), (5, 1, 7, 2.0), (4, 3, 6, 1e4)]:
    given = [
        scale * rng.normal(size=(B, T, V)),
        rng.integers(V, size=(B, T)),
        rng.random((B, T)) < 0.6,
    ]
    given[2].flat[[0, -1]] = True, False
    lonely = np.zeros((B, T), dtype=bool)
    lonely[-1, -1] = True
    for counted in [given[2], lonely, ~lonely, lonely | True]:
        case = [given[0], given[1], counted]
        kept = [a.copy() for a in case]
        result = sequence_cross_entropy(*case)
        logits, k = torch.tensor(given[0][counted]), torch.tensor(given[1][counted])
        truth = torch.nn.functional.cross_entropy(logits, k).item()
        assert matches(result, truth), (
            "sequence_cross_entropy differs from equation (1.4) on random scores of "
            f"size about {scale:g} with {counted.sum()} of {B * T} positions counted."
        )
        assert all(map(np.array_equal, case, kept)), (
            "sequence_cross_entropy changed one of its inputs."
        )
    nothing = sequence_cross_entropy(given[0], given[1], lonely & False)
    assert matches(nothing, 0.0), (
        "When every position is masked the loss should be the number the task names."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="sequence_cross_entropy_backward"
# ## 5. Green up, red down: the gradient of the loss
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `sequence_cross_entropy_backward`: the gradient of the loss (1.4) with respect
# to the scores. This is equation (1.5), section 1.2:
#
# $$\frac{\partial L}{\partial y_{b,t}} = \frac{m_{b,t}}{N}
# \left(p_{b,t} - \mathrm{onehot}(k_{b,t})\right)$$
#
# where $p$ is the softmax of the scores (1.3), $k_{b,t}$ the target, and $N$ the number
# of positions that count, in the whole batch.
#
# Shapes: `y (B, T, V)`, `targets (B, T)` integers, `mask (B, T)` booleans →
# `dy (B, T, V)`. Masked positions get zeros. If no position counts, all of `dy` is
# zero. Scores may be as large as 10,000, of either sign.
#
# **Example.** The numbers of task 4: probabilities $(0.5, 0.5)$ and $(0.25, 0.75)$,
# targets 0 and 1, $N = 2$. So $dy_1 = (-0.25, 0.25)$,
# $dy_2 = (0.125, -0.125)$, and $dy_3 = (0, 0)$. A step against the
# gradient pushes the target's score up and the others down.
#
# <details><summary>Hint</summary>
#
# Every row of $p - \mathrm{onehot}(k)$ sums to zero: a quick check of your result.
# To index one entry in each row of a `(N, V)` array, pair `np.arange(N)` with the
# targets.
#
# </details>


# %% solution="sequence_cross_entropy_backward"
def sequence_cross_entropy_backward(y, targets, mask):
    """Gradient of the cross-entropy with respect to the scores, equation (1.5).

    y (B, T, V) scores, targets (B, T) int, mask (B, T) bool -> dy (B, T, V)
    """
    ### BEGIN SOLUTION
    scores = y[mask]  # (N, V)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), targets[mask]] -= 1
    dy = np.zeros(y.shape)
    dy[mask] = p / len(p)
    return dy
    ### END SOLUTION


# %% test="sequence_cross_entropy_backward" points=3
got = expect_result(
    sequence_cross_entropy_backward,
    np.array([[[0.0, 0.0], [0.0, np.log(3.0)], [7.0, 7.0]]]),
    np.array([[0, 1, 1]]),
    np.array([[True, True, False]]),
)
expect_shape(got, (1, 3, 2), "the shapes of the task: dy has the shape of y")
expect_close(
    got,
    [[[-0.25, 0.25], [0.125, -0.125], [0.0, 0.0]]],
    "the example above and equation (1.5)",
)
uneven = [
    np.array([[[0.0, 0.0], [0.0, 0.0]], [[0.0, np.log(3.0)], [7.0, 7.0]]]),
    np.array([[0, 1], [1, 0]]),
    np.array([[True, True], [True, False]]),
]

got = expect_result(sequence_cross_entropy_backward, *uneven)
expect_close(
    12 * np.asarray(got),
    [[[-2.0, 2.0], [2.0, -2.0]], [[1.0, -1.0], [0.0, 0.0]]],
    "12 times dy for B = 2, and equation (1.5): each position has its own target, and "
    "all that count are divided by one N",
)
far = np.array([[[1e4, 0.0, 0.0], [-1e4, -1e4, -1e4]]])
got = expect_result(
    sequence_cross_entropy_backward,
    far,
    np.array([[1, 0]]),
    np.array([[True, True]]),
    case="V = 3, though token 2 is no target, and scores of 10,000 and -10,000",
)
expect_close(
    got,
    [[[0.5, -0.5, 0.0], [-1 / 3, 1 / 6, 1 / 6]]],
    "the task: scores may be as large as 10,000, of either sign, and p is the stable "
    "softmax (1.3) with a maximum for each position",
)
none = np.zeros((2, 2), dtype=bool)
got = expect_result(sequence_cross_entropy_backward, *uneven[:2], none)
look = "the shapes of the task: here no position counts, so N is 0"
expect_close(got, np.zeros((2, 2, 2)), look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, V, scale in [(3, 5, 4, 2.0), (1, 6, 3, 1.0), (5, 1, 7, 2.0), (4, 3, 6, 1e4)]:
    given = scale * rng.normal(size=(B, T, V))
    k = rng.integers(V, size=(B, T))
    lonely = np.zeros((B, T), dtype=bool)
    lonely[-1, 0] = True
    for counted in [lonely | (rng.random((B, T)) < 0.5), lonely, lonely | True]:
        case = [given, k, counted]
        kept = [a.copy() for a in case]
        result = sequence_cross_entropy_backward(*case)
        logits = torch.tensor(given, requires_grad=True)
        loss = torch.nn.functional.cross_entropy(
            logits[torch.tensor(counted)], torch.tensor(k[counted])
        )
        loss.backward()
        assert matches(result, logits.grad.numpy()), (
            "dy differs from equation (1.5) on random scores of size about "
            f"{scale:g} with {counted.sum()} of {B * T} positions counted."
        )
        assert all(map(np.array_equal, case, kept)), (
            "sequence_cross_entropy_backward changed one of its inputs."
        )
    nothing = sequence_cross_entropy_backward(given, k, lonely & False)
    assert matches(nothing, np.zeros((B, T, V))), (
        "When every position is masked nothing should be pushed anywhere."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="rnn_step_backward"
# ## 6. One step back
#
# *4 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `rnn_step_backward`: given the gradient $dh_t$ that reaches the new
# state, find the gradients of everything that went into the step. This is equation
# (1.6), section 1.3; $\odot$ multiplies element by element:
#
# $$\delta_t = dh_t \odot (1 - h_t \odot h_t)$$
#
# $$dx_t = \delta_t W_{xh}^\top, \quad
# dh_{t-1} = \delta_t W_{hh}^\top, \quad
# dW_{xh} = x_t^\top \delta_t, \quad
# dW_{hh} = h_{t-1}^\top \delta_t, \quad
# db_h = \sum_b \delta_{b,t}$$
#
# The chapter writes $\mathrel{+}=$ where several steps share a gradient. Here there is
# one step: return the part that it adds.
#
# Shapes: `dh_t (B, H)`, `x_t (B, D)`, `h_prev (B, H)`, `h_t (B, H)`, `W_xh (D, H)`,
# `W_hh (H, H)` → the five gradients `(dx_t, dh_prev, dW_xh, dW_hh, db_h)` in this
# order, each with the shape of what it belongs to.
#
# **Example.** $B=1$, $D=2$, $H=1$: $dh_t = 2$, $h_t = 0.5$, $x_t = (1, 2)$,
# $h_{t-1} = -1$, $W_{xh} = (0.1, 0.2)^\top$, $W_{hh} = 0.4$. Then
# $\delta_t = 2 \cdot (1 - 0.25) = 1.5$, and the gradients are
# $dx_t = (0.15, 0.3)$, $dh_{t-1} = 0.6$,
# $dW_{xh} = (1.5, 3)^\top$, $dW_{hh} = -1.5$, $db_h = 1.5$.
#
# <details><summary>Hint</summary>
#
# The state $h_t$ is already the tanh, so its slope needs no second tanh. If you are
# unsure where a transpose goes, write the shapes under the formula: only one way fits,
# except for `W_hh`, which is square. There, follow the formula.
#
# </details>


# %% solution="rnn_step_backward"
def rnn_step_backward(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    """Gradients of one step, equation (1.6).

    dh_t (B, H), x_t (B, D), h_prev (B, H), h_t (B, H), W_xh (D, H), W_hh (H, H)
    -> dx_t (B, D), dh_prev (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,)
    """
    ### BEGIN SOLUTION
    delta = dh_t * (1 - h_t**2)
    dx_t = delta @ W_xh.T
    dh_prev = delta @ W_hh.T
    dW_xh = x_t.T @ delta
    dW_hh = h_prev.T @ delta
    return dx_t, dh_prev, dW_xh, dW_hh, delta.sum(axis=0)
    ### END SOLUTION


# %% test="rnn_step_backward" points=4
names = ["dx_t", "dh_prev", "dW_xh", "dW_hh", "db_h"]
parts = expect_result(
    rnn_step_backward,
    np.array([[2.0]]),
    np.array([[1.0, 2.0]]),
    np.array([[-1.0]]),
    np.array([[0.5]]),
    np.array([[0.1], [0.2]]),
    np.array([[0.4]]),
)
expect_parts(parts, names)
for name, part, want in zip(
    names,
    parts,
    [[[0.15, 0.3]], [[0.6]], [[1.5], [3.0]], [[-1.5]], [1.5]],
    strict=True,
):
    look = f"the order of the results, and {name}, which has the shape of {name[1:]}"
    expect_shape(part, np.shape(want), look)
    look = f"{name} in the example above, where delta_t is 1.5, and equation (1.6)"
    expect_close(part, want, look)
got = expect_result(
    rnn_step_backward,
    np.array([[0.1, -0.1], [0.6, 0.1]]),
    np.array([[-0.5], [0.4]]),
    np.array([[1.3, 0.9], [-0.7, -1.3]]),
    np.array([[-0.2, 0.0], [-0.9, -0.1]]),
    np.array([[-1.2, -0.7]]),
    np.array([[-0.5, -0.3], [0.4, 1.0]]),
)
expect_parts(got, names)
for name, part, want in zip(
    names,
    got,
    [
        [[-0.0452], [-0.2061]],
        [[-0.018, -0.0616], [-0.0867, 0.1446]],
        [[-0.0024, 0.0896]],
        [[0.045, -0.1993], [-0.0618, -0.2187]],
        [0.21, -0.001],
    ],
    strict=True,
):
    look = f"{name} for B = 2, D = 1 and H = 2, equation (1.6) and what stands below "
    look += "it on batches: the transposes, and what is summed over the rows"
    expect_close(part, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H in [(4, 3, 5), (1, 6, 2), (5, 1, 3)]:
    sizes = [(B, D), (B, H), (D, H), (H, H), (H,)]
    point = [0.6 * rng.normal(size=size) for size in sizes]
    x, h, W, U, b = point
    reaching = rng.normal(size=(B, H))
    given = [reaching, x, h, np.tanh(x @ W + h @ U + b), W, U]
    kept = [a.copy() for a in given]
    result = rnn_step_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "rnn_step_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, a in zip(names, result, point, strict=True):
        slopes = np.empty(a.shape)
        for index in np.ndindex(a.shape):
            value, ends = a[index], []
            for nudge in (1e-5, -1e-5):  # central differences
                a[index] = value + nudge
                ends.append((reaching * np.tanh(x @ W + h @ U + b)).sum())
            a[index] = value
            slopes[index] = (ends[0] - ends[1]) / 2e-5
        assert matches(found, slopes), (
            f"{name} is not the slope of the loss on random inputs; compare it with "
            "its formula in equation (1.6), section 1.3."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="rnn_backward"
# ## 7. Backpropagation through time
#
# *4 points · difficulty 4 of 5 · about 25 minutes*
#
# Write `rnn_backward`: the gradients of a whole sequence. Walk from the last step to
# the first. This is equation (1.7), section 1.3: what reaches $h_t$ is the sum of what
# comes from its scores and what comes from the next step. The first part is given here,
# as the array `dh`; in the chapter it is $dy_t W_{hy}^\top$. With (1.6) this makes
#
# $$\delta_t = \big(\underbrace{dh_t}_{\text{from its scores}} +
# \underbrace{\delta_{t+1} W_{hh}^\top}_{\text{from the next step}}\big)
# \odot (1 - h_t \odot h_t), \qquad \delta_{T+1} = 0$$
#
# The weights are the same at every step, so their gradients are the sums over the steps
# of those in (1.6). Step $t$ uses $h_{t-1}$, which is $h_0$ for the first one.
#
# Shapes: `dh (B, T, H)`, `x (B, T, D)`, `h_0 (B, H)`, `h (B, T, H)` (the states, as
# `rnn_forward` returns them), `W_xh (D, H)`, `W_hh (H, H)` →
# `(dx, dh_0, dW_xh, dW_hh, db_h)`, each with the shape of what it belongs to.
# $dh_0$ is what the first step sends back. `T` may be 0: then `dx` has no steps and the
# other gradients are zero.
#
# **Example.** All sizes 1 but $T=2$: $dh = (1, 1)$, $x = (1, 2)$, $h_0 = 0.2$,
# $h = (0.5, 0)$, $W_{xh} = 0.1$, $W_{hh} = 2$.
#
# - Step 2: $\delta_2 = 1 \cdot (1 - 0) = 1$; it sends back $1 \cdot 2 = 2$.
# - Step 1: $\delta_1 = (1 + 2)(1 - 0.25) = 2.25$; it sends back $4.5 = dh_0$.
# - Sums: $dW_{xh} = 1 \cdot 2.25 + 2 \cdot 1 = 4.25$,
#   $dW_{hh} = 0.2 \cdot 2.25 + 0.5 \cdot 1 = 0.95$, $db_h = 3.25$,
#   and $dx = (0.225, 0.1)$.
#
# (The states of this example are chosen for easy numbers; no weights made them.)
#
# <details><summary>Hint</summary>
#
# Keep one array of shape `(B, H)`, zero before the loop, with what the next step sends
# back. Collect the $\delta_t$, or add to the weights' gradients as you go. In Python,
# `h[:, t - 1]` at `t = 0` is the *last* state, without any warning.
#
# </details>


# %% solution="rnn_backward"
def rnn_backward(dh, x, h_0, h, W_xh, W_hh):
    """Gradients of a whole sequence, equations (1.6) and (1.7).

    dh (B, T, H), x (B, T, D), h_0 (B, H), h (B, T, H), W_xh (D, H), W_hh (H, H)
    -> dx (B, T, D), dh_0 (B, H), dW_xh (D, H), dW_hh (H, H), db_h (H,)
    """
    ### BEGIN SOLUTION
    delta = np.empty(h.shape)
    dh_next = np.zeros(h_0.shape)
    for t in reversed(range(h.shape[1])):
        delta[:, t] = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        dh_next = delta[:, t] @ W_hh.T
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]  # (B, T, H)
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_next, dW_xh, dW_hh, delta.sum(axis=(0, 1))
    ### END SOLUTION


# %% test="rnn_backward" points=4
names = ["dx", "dh_0", "dW_xh", "dW_hh", "db_h"]
parts = expect_result(
    rnn_backward,
    np.array([[[1.0], [1.0]]]),
    np.array([[[1.0], [2.0]]]),
    np.array([[0.2]]),
    np.array([[[0.5], [0.0]]]),
    np.array([[0.1]]),
    np.array([[2.0]]),
)
expect_parts(parts, names)
for name, part, want in zip(
    names,
    parts,
    [[[[0.225], [0.1]]], [[4.5]], [[4.25]], [[0.95]], [3.25]],
    strict=True,
):
    look = f"the order of the results, and {name}, which has the shape of {name[1:]}"
    expect_shape(part, np.shape(want), look)
    look = f"{name} in the example above, where delta_2 is 1 and delta_1 2.25, and "
    look += "equation (1.7)"
    expect_close(part, want, look)
got = expect_result(
    rnn_backward,
    np.array([[[0.1, -0.1], [0.6, 0.1]], [[-0.5, 0.4], [1.3, 0.9]]]),
    np.array([[[-0.7], [-1.3]], [[-0.6], [0.0]]]),
    np.array([[-2.3, -0.2], [-1.2, -0.7]]),
    np.array([[[-0.2, -0.1], [0.2, 0.4]], [[-0.1, 0.5], [-0.3, 0.1]]]),
    np.array([[0.9, 0.1]]),
    np.array([[-0.7, -0.9], [-0.5, 0.2]]),
)
expect_parts(got, names)
for name, part, want in zip(
    names,
    got,
    [
        [[[-0.364032], [0.5268]], [[-1.898828], [1.1538]]],
        [[0.585293, 0.108326], [1.485067, 1.052355]],
        [[0.770974, 0.154027]],
        [[3.13333, 0.751292], [2.08272, 0.51758]],
        [-0.713348, 0.597537],
    ],
    strict=True,
):
    expect_close(
        part,
        want,
        f"{name} for B = 2, T = 2 and H = 2, equations (1.6) and (1.7): transposes, "
        "and what is summed over batch and steps",
    )
none = [
    np.ones(size) for size in [(2, 0, 4), (2, 0, 3), (2, 4), (2, 0, 4), (3, 4), (4, 4)]
]
got = expect_result(rnn_backward, *none, case="T = 0, no steps")
expect_parts(got, names)
for name, part, size in zip(
    names, got, [(2, 0, 3), (2, 4), (3, 4), (4, 4), (4,)], strict=True
):
    expect_close(part, np.zeros(size), f"{name} in the shapes of the task: T may be 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H in [(3, 6, 4, 5), (1, 4, 3, 2), (2, 1, 4, 3), (5, 2, 1, 4)]:
    sizes = [(B, T, D), (B, H), (D, H), (H, H), (H,)]
    leaves = [
        torch.tensor(0.6 * rng.normal(size=size), requires_grad=True) for size in sizes
    ]
    x, state, W, U, b = leaves
    states = []
    for t in range(T):
        state = torch.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    h = torch.stack(states, dim=1)
    reaching = rng.normal(size=(B, T, H))
    h.backward(torch.tensor(reaching))
    xs, h_start, Ws, Us, _ = (leaf.detach().numpy().copy() for leaf in leaves)
    given = [reaching, xs, h_start, h.detach().numpy().copy(), Ws, Us]
    kept = [a.copy() for a in given]
    result = rnn_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "rnn_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, leaf in zip(names, result, leaves, strict=True):
        assert matches(found, leaf.grad.numpy()), (
            f"{name} differs from backpropagation through all steps of a random "
            f"sequence with T = {T}; compare with (1.6) and (1.7), section 1.3."
        )
none = rnn_backward(
    np.ones((3, 0, 4)),
    np.ones((3, 0, 2)),
    np.ones((3, 4)),
    np.ones((3, 0, 4)),
    np.ones((2, 4)),
    np.ones((4, 4)),
)
for name, found, size in zip(
    names, none, [(3, 0, 2), (3, 4), (2, 4), (4, 4), (4,)], strict=True
):
    assert matches(found, np.zeros(size)), (
        f"{name} is wrong for a sequence of no steps, through which nothing flows."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="truncated_bptt"
# ## 8. Truncated backpropagation through time
#
# *4 points · difficulty 5 of 5 · about 25 minutes*
#
# A stream may be too long to walk back to its start. Section 1.6 cuts it into windows
# of $K$ steps. The *state* crosses from window to window, the *gradient* does not: the
# first step of a window sends nothing back to the window before it. Write
# `truncated_bptt`: run equation (1.1) over the whole stream, and sum the gradients of
# the weights (1.7) over all windows.
#
# Shapes: `dh (B, T, H)` (what reaches each state from its scores, as in task 7),
# `x (B, T, D)`, `h_0 (B, H)`, `W_xh (D, H)`, `W_hh (H, H)`, `b_h (H,)`, and the whole
# number $K \ge 1$ → `(h, dW_xh, dW_hh, db_h)` with `h (B, T, H)`. Windows start at the
# first step; the last one may be shorter. $K$ may be larger than $T$; `T` may be 0.
#
# **Example.** All sizes 1 but $T=3$, and $K=2$: all of $x$, $h_0$, $b_h$ zero, so that
# every state is 0 and $1 - h_t \odot h_t = 1$. Let $W_{hh} = 0.5$ and
# $dh = (1, 1, 1)$. The windows are steps 1–2 and step 3:
#
# - Step 3 is alone in its window: $\delta_3 = 1$.
# - Step 2 is the last of its window and hears nothing from step 3: $\delta_2 = 1$.
# - Step 1 hears from step 2: $\delta_1 = 1 + 0.5 \cdot 1 = 1.5$.
#
# So $db_h = 3.5$. Without truncation it would be $1 + 1.5 + 1.75 = 4.25$.
#
# <details><summary>Hint</summary>
#
# You may loop over windows, or walk back over all steps once and drop what is sent
# back wherever a border is crossed. The gradient $dW_{hh}$ of a window's first step
# still uses the state that it received: it is a number there, not something to
# differentiate through.
#
# </details>


# %% solution="truncated_bptt"
def truncated_bptt(dh, x, h_0, W_xh, W_hh, b_h, K):
    """States of a stream, and weight gradients cut at every K steps (section 1.6).

    dh (B, T, H), x (B, T, D), h_0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,), K int
    -> h (B, T, H), dW_xh (D, H), dW_hh (H, H), db_h (H,)
    """
    ### BEGIN SOLUTION
    T = x.shape[1]
    h = np.empty(dh.shape)
    h_t = h_0
    for t in range(T):
        h_t = np.tanh(x[:, t] @ W_xh + h_t @ W_hh + b_h)
        h[:, t] = h_t
    delta = np.empty(dh.shape)
    dh_next = np.zeros(h_0.shape)
    for t in reversed(range(T)):
        delta[:, t] = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        # A window's first step sends nothing back.
        dh_next = delta[:, t] @ W_hh.T if t % K else np.zeros(h_0.shape)
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]  # (B, T, H)
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return h, dW_xh, dW_hh, delta.sum(axis=(0, 1))
    ### END SOLUTION


# %% test="truncated_bptt" points=4
names = ["h", "dW_xh", "dW_hh", "db_h"]
sizes = [(2, 5, 4), (2, 5, 3), (2, 4), (3, 4), (4, 4), (4,)]
parts = expect_result(
    truncated_bptt,
    *(np.full(size, 0.1) for size in sizes),
    2,
    case="B = 2, T = 5, D = 3, H = 4 and K = 2, where the last window is shorter",
)
expect_parts(parts, names)
for name, part, size in zip(names, parts, [(2, 5, 4), *sizes[3:]], strict=True):
    expect_shape(part, size, f"{name} and the order in the shapes of the task")

for K, total, what in [
    (2, 3.5, "in the example above, where the windows are steps 1-2 and step 3"),
    (4, 4.25, "in the example above for K = 4: one window, so nothing is cut off"),
]:
    parts = expect_result(
        truncated_bptt,
        np.ones((1, 3, 1)),
        np.zeros((1, 3, 1)),
        np.zeros((1, 1)),
        np.array([[1.0]]),
        np.array([[0.5]]),
        np.zeros(1),
        K,
        case=f"the example above with K = {K}",
    )
    expect_parts(parts, names)
    wants = [np.zeros((1, 3, 1)), [[0.0]], [[0.0]], [total]]
    for name, part, want in zip(names, parts, wants, strict=True):
        expect_close(part, want, f"{name} {what}, and section 1.6")
got = expect_result(
    truncated_bptt,
    np.array(
        [
            [[0.1, -0.1], [0.6, 0.1], [-0.5, 0.4], [1.3, 0.9], [-0.7, -1.3]],
            [[-0.6, 0.0], [-2.3, -0.2], [-1.2, -0.7], [-0.5, -0.3], [0.4, 1.0]],
        ]
    ),
    np.array(
        [[[-0.1], [1.4], [-0.7], [0.4], [0.9]], [[0.1], [-0.7], [-0.9], [-0.5], [0.2]]]
    ),
    np.array([[-1.0, -0.2], [-0.2, 0.5]]),
    np.array([[0.1, 0.2]]),
    np.array([[-0.3, -0.1], [0.4, 0.7]]),
    np.array([-0.6, 0.8]),
    2,
)
expect_parts(got, names)
states = [
    [[-0.37136, 0.629145], [-0.318521, 0.830579]],
    [[-0.096631, 0.915021], [-0.237584, 0.854678]],
    [[-0.268273, 0.86432], [-0.26999, 0.846034]],
    [[-0.132997, 0.907267], [-0.226587, 0.866591]],
    [[-0.106785, 0.925831], [-0.163896, 0.899439]],
]
expect_shape(got[0], (2, 5, 2), "h in the shapes of the task")
for t, want in enumerate(states):
    look = f"h_{t + 1} for B = 2, T = 5, K = 2, with windows from steps 1, 3 and 5: "
    look += "equation (1.1), and what section 1.6 carries across a border"
    expect_close(got[0][:, t], want, look)
for name, part, want in zip(
    names[1:],
    got[1:],
    [
        [[4.026572, 0.055494]],
        [[0.630553, -0.025294], [-2.573068, -0.113819]],
        [-2.902059, -0.147821],
    ],
    strict=True,
):
    expect_close(
        part,
        want,
        f"{name} for B = 2, T = 5, H = 2 and K = 2: section 1.6 says what crosses a "
        "border of windows, and (1.7) what happens within one",
    )
none = [np.ones(size) for size in [(2, 0, 4), (2, 0, 3), (2, 4), (3, 4), (4, 4), (4,)]]
got = expect_result(truncated_bptt, *none, 2, case="T = 0, no steps")
expect_parts(got, names)
for name, part, size in zip(names, got, [(2, 0, 4), (3, 4), (4, 4), (4,)], strict=True):
    expect_close(part, np.zeros(size), f"{name} in the shapes of the task: T may be 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H, K in [
    (2, 7, 4, 3, 3),
    (3, 6, 2, 5, 2),
    (1, 5, 3, 2, 1),
    (2, 4, 5, 3, 6),
    (4, 5, 1, 2, 5),
    (2, 1, 4, 3, 2),
]:
    sizes = [(B, T, D), (B, H), (D, H), (H, H), (H,)]
    x, start, W, U, b = leaves = [torch.tensor(0.7 * rng.normal(size=s)) for s in sizes]
    for leaf in (W, U, b):
        leaf.requires_grad_()
    states, state = [], start
    for t in range(T):
        if t in range(K, T, K):
            state = state.detach()
        state = torch.tanh(x[:, t] @ W + state @ U + b)
        states.append(state)
    stream = torch.stack(states, dim=1)
    reaching = rng.normal(size=(B, T, H))
    stream.backward(torch.tensor(reaching))
    given = [reaching, *(leaf.detach().numpy().copy() for leaf in leaves)]
    kept = [a.copy() for a in given]
    result = truncated_bptt(*given, K)
    assert all(map(np.array_equal, given, kept)), (
        "truncated_bptt changed one of its inputs; make new arrays instead."
    )
    truths = [stream.detach(), W.grad, U.grad, b.grad]
    for name, found, truth in zip(names, result, truths, strict=True):
        assert matches(found, truth.numpy()), (
            f"{name} is wrong for a random stream with T = {T} and K = {K}. Section "
            "1.6 says what crosses a window's border and what does not."
        )
none = truncated_bptt(
    np.ones((3, 0, 4)),
    np.ones((3, 0, 2)),
    np.ones((3, 4)),
    np.ones((2, 4)),
    np.ones((4, 4)),
    np.ones(4),
    2,
)
for found, size in zip(none, [(3, 0, 4), (2, 4), (4, 4), (4,)], strict=True):
    assert matches(found, np.zeros(size)), (
        "A stream of no steps has no states, and its weights get no push."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="clip_by_global_norm"
# ## 9. Clipping by the global norm
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `clip_by_global_norm`: if all gradients together are longer than a limit
# $g_{\max}$, shorten them to that length. This is equation (1.10), section 1.6:
#
# $$g \leftarrow g \cdot \min\left(1, \frac{g_{\max}}{\lVert g \rVert}\right)$$
#
# where $\lVert g \rVert$ is *one* number: the square root of the sum of the squares of
# all entries of all arrays. One factor for all of them keeps the direction of the step.
#
# Shapes: `grads` is a list of arrays of any shapes, `max_norm` is the number
# $g_{\max} > 0$ → `(clipped, norm)` in this order: a list of arrays with the same
# shapes in the same order, and the norm *before* clipping. The arrays in `grads` stay
# as they are. Gradients that are all zero stay zero.
#
# **Example.** `grads` holds `[3]` and `[[0, 4]]`: the norm is $\sqrt{9 + 16} = 5$. With
# $g_{\max} = 2.5$ both are halved, to `[1.5]` and `[[0, 2]]`. With $g_{\max} = 10$ they
# stay.


# %% solution="clip_by_global_norm"
def clip_by_global_norm(grads, max_norm):
    """Shorten all gradients together to at most max_norm, equation (1.10).

    grads list of arrays, max_norm > 0 -> list of arrays of the same shapes, norm
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    scale = max_norm / max(norm, max_norm)  # never divides by zero
    return [g * scale for g in grads], norm
    ### END SOLUTION


# %% test="clip_by_global_norm" points=2
before = [np.array([3.0]), np.array([[0.0, 4.0]])]
square = [np.array([1.0]), np.array([[2.0, 0.0], [0.0, -2.0]])]
zeros = [np.zeros(2), np.zeros((1, 3))]
for grads, limit, norm, wants, what in [
    (before, 2.5, 5.0, [[1.5], [[0.0, 2.0]]], "in the example above"),
    (before, 10.0, 5.0, before, "in the example above for 10, where all stay,"),
    (square, 1.5, 3.0, [[0.5], [[1.0, 0.0], [0.0, -1.0]]], "of entries 1, 2, 0, 0, -2"),
    (zeros, 2.5, 0.0, zeros, "of gradients that are all zero, and stay so,"),
]:
    case = f"grads of {[g.tolist() for g in grads]} and max_norm = {limit}"
    got = expect_result(clip_by_global_norm, grads, limit, case=case)
    expect_parts(got, ["clipped", "norm"])
    came = type(got[0]).__name__
    came = f"{len(got[0])} arrays" if isinstance(got[0], list | tuple) else f"a {came}"
    assert came == "2 arrays", (
        "Expected a list of 2 arrays for clipped, the first of the two results, got "
        f"{came}. Look at the shapes of the task."
    )
    expect_close(got[1], norm, f"the norm {what} and equation (1.10)")
    for place in range(2):
        look = f"clipped[{place}] {what} and equation (1.10)"
        expect_close(got[0][place], wants[place], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for shapes in [[(3, 4), (4, 4), (4,)], [(5,)], [(2, 1, 6), (1,), (7, 2), (3,)]]:
    given = [10 ** rng.uniform(-1, 1) * rng.normal(size=size) for size in shapes]
    kept = [g.copy() for g in given]
    whole = np.linalg.norm(np.concatenate([g.ravel() for g in given]))
    for limit in [0.01 * whole, 0.6 * whole, 0.99 * whole, 1.01 * whole, 50 * whole]:
        result, length = clip_by_global_norm(given, limit)
        assert all(map(np.array_equal, given, kept)), (
            "clip_by_global_norm changed the arrays in grads; make new ones instead."
        )
        assert matches(length, whole), (
            "The norm is not that of all entries of all arrays before clipping."
        )
        for found, g in zip(result, given, strict=True):
            assert matches(found, g * limit / whole if limit < whole else g), (
                "The clipped gradients differ from equation (1.10); section 1.6 says "
                "which norm counts, and when nothing is to be done."
            )
zeros = [np.zeros((2, 3)), np.zeros(4)]
result, length = clip_by_global_norm(zeros, 1.5)
assert matches(length, 0.0), "The norm of gradients that are all zero is wrong."
for found, zero in zip(result, zeros, strict=True):
    assert matches(found, zero), "Gradients that are all zero should stay zero."
### END HIDDEN TESTS

# %% [markdown] prompt="sample"
# ## 10. Sampling with a temperature
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `sample`: draw one token for each row of scores. The temperature $\tau$ divides
# the scores before the softmax. This is equation (1.12), section 1.7:
#
# $$p = \mathrm{softmax}(y / \tau)$$
#
# The luck is not yours to make: `chance` holds one number from $[0, 1)$ for each row.
# Lay the probabilities end to end; the token is the one on whose piece the row's number
# falls: the smallest $k$ for which $p_0 + \dots + p_k$ is above it. Rounding can leave
# even the last running sum a little below 1, and not above a number close to 1: then
# the last token is meant.
#
# Shapes: `y (B, V)`, `temperature` a number above 0, `chance (B,)` → `tokens (B,)`
# integers. Scores may be as large as 10,000, of either sign, so use the stable softmax
# (1.3).
#
# **Example.** $y = (0, \ln 2, \ln 5)$. At $\tau = 1$ the probabilities are
# $(0.125, 0.25, 0.625)$ and the running sums $(0.125, 0.375, 1)$: 0.1 draws token 0,
# 0.2 draws 1, 0.9 draws 2. At $\tau = 0.5$ the probabilities are proportional to
# $(1, 4, 25)$, the running sums are $(0.033, 0.167, 1)$, and 0.1 draws 1, 0.2 draws 2.
#
# <details><summary>Hint</summary>
#
# `np.cumsum` makes the running sums. For one row, `np.argmax` of an array of booleans
# is the place of the first `True`; it works for all rows at once along an axis. Where
# no entry is `True` it returns 0, without any warning.
#
# </details>


# %% solution="sample"
def sample(y, temperature, chance):
    """Draw a token for each row of scores, equation (1.12).

    y (B, V) scores, temperature > 0, chance (B,) in [0, 1) -> tokens (B,) int
    """
    ### BEGIN SOLUTION
    z = y / temperature
    total = np.cumsum(np.exp(z - z.max(axis=1, keepdims=True)), axis=1)
    # Divided by the last sum, the last entry is exactly 1, above every chance.
    return np.argmax(total / total[:, -1:] > chance[:, None], axis=1)
    ### END SOLUTION


# %% test="sample" points=3
three = np.log([[1.0, 2.0, 5.0]] * 3)
got = expect_result(sample, three, 1.0, np.array([0.1, 0.2, 0.9]))
expect_shape(got, (3,), "the shapes of the task: one whole number a row", kind="int")
look = "the example above at temperature 1, and the rule of the task: which running "
look += "sum of a row is the first above its chance"
expect_close(got, [0, 1, 2], look)
got = expect_result(sample, three, 0.5, np.array([0.1, 0.2, 0.9]))
expect_close(got, [1, 2, 2], "the example above at temperature 0.5, equation (1.12)")
got = expect_result(
    sample,
    np.zeros((1, 10)),
    1.0,
    np.array([1 - 2**-53]),
    case="ten equal scores and a chance so close to 1 that no running sum is above it",
)
look = "the rule of the task for a chance so close to 1 that no running sum is above it"
expect_close(got, [9], look)
got = expect_result(sample, np.zeros((2, 4)), 1.0, np.array([0.0, 0.25]))
expect_close(
    got,
    [0, 1],
    "the rule of the task: the running sum has to be above the chance, not equal to it",
)
large = np.array([[0.0, 1e4, -1e4], [-1e4, -1e4, -9e3]])
got = expect_result(sample, large, 0.5, np.array([0.5, 0.5]))
look = "the stable softmax (1.3) of scores as large as 10,000: each row has its own "
look += "maximum"
expect_close(got, [1, 2], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, V, tau in [(40, 6, 1.0), (50, 5, 0.4), (60, 7, 2.5), (1, 4, 0.7), (30, 1, 2.0)]:
    given = [1.5 * rng.normal(size=(B, V)), rng.random(B)]
    kept = [a.copy() for a in given]
    result = sample(given[0], tau, given[1])
    assert all(map(np.array_equal, given, kept)), (
        "sample changed one of its inputs; make new arrays instead."
    )
    truth = []
    for row, cut in zip(torch.tensor(given[0]), given[1], strict=True):
        pieces, k = torch.softmax(row / tau, dim=0).tolist(), 0
        while k < V - 1 and sum(pieces[: k + 1]) <= cut:
            k += 1
        truth.append(k)
    assert matches(result, truth), (
        f"sample draws other tokens than the task asks for at temperature {tau}; "
        "compare the running sums of the probabilities with the row's chance."
    )
    assert np.asarray(result).dtype.kind == "i", "Tokens are whole numbers."
edges = sample(np.zeros((3, 4)), 1.5, np.array([0.0, 0.25, 0.5]))
assert matches(edges, [0, 1, 2]), (
    "sample is wrong when a chance is exactly one of the running sums; see the rule."
)
close = sample(rng.normal(size=(200, 9)), 1.0, np.full(200, 1 - 2**-53))
assert matches(close, np.full(200, 8)), (
    "sample draws another token than the last when a chance is as near 1 as can be."
)
signs = [[-1.0, 1.0, -1.0], [1.0, -1.0, -1.0], [-1.0, -1.0, 1.0], [-1.0, -1.0, -1.0]]
huge = sample(1e4 * np.array(signs), 0.5, np.array([0.0, 0.9, 0.4, 0.5]))
assert matches(huge, [1, 0, 2, 1]), (
    "sample is wrong for very large scores; a token without probability is not drawn."
)
### END HIDDEN TESTS

# %% [markdown] prompt="teacher_forced_scores"
# ## 11. Teacher forcing
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `teacher_forced_scores`: run the network over given text, and score every next
# token. With teacher forcing (section 1.4) the input at step $t$ is the *true* token
# $t$, whatever the network would have said. The input is one-hot, so $D = V$. At each
# step use equations (1.1) and (1.2):
#
# $$h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h), \qquad y_t = h_t W_{hy} + b_y$$
#
# Shapes: `tokens (B, T)` integers, `h_0 (B, H)`, `W_xh (V, H)`, `W_hh (H, H)`,
# `b_h (H,)`, `W_hy (H, V)`, `b_y (V,)` → `y (B, T, V)`. `T` may be 0.
#
# **Example.** $B=1$, $H=1$, $V=2$, tokens 0 and 1, $h_0 = 0$, $W_{xh} = (1, -1)^\top$,
# $W_{hh} = 0.5$, $b_h = 0$, $W_{hy} = (-2, 2)$, $b_y = (0, 1)$. Then
# $h_1 = \tanh(1) = 0.7616$, $y_1 = (-1.5232, 2.5232)$, and
# $h_2 = \tanh(-1 + 0.3808) = -0.5506$, $y_2 = (1.1011, -0.1011)$.
#
# <details><summary>Hint</summary>
#
# A one-hot row times a matrix is one row of that matrix: you may look it up, or build
# the one-hot rows with `np.eye`. Make the array for all scores first: `np.stack` does
# not work on an empty list.
#
# </details>


# %% solution="teacher_forced_scores"
def teacher_forced_scores(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    """Scores of the next token at every step of given text, (1.1) and (1.2).

    tokens (B, T) int, h_0 (B, H), W_xh (V, H), W_hh (H, H), b_h (H,), W_hy (H, V),
    b_y (V,) -> y (B, T, V)
    """
    ### BEGIN SOLUTION
    B, T = tokens.shape
    y = np.empty((B, T, len(b_y)))
    h_t = h_0
    for t in range(T):
        h_t = np.tanh(W_xh[tokens[:, t]] + h_t @ W_hh + b_h)
        y[:, t] = h_t @ W_hy + b_y
    return y
    ### END SOLUTION


# %% test="teacher_forced_scores" points=2
small = [
    np.zeros((1, 1)),
    np.array([[1.0], [-1.0]]),
    np.array([[0.5]]),
    np.zeros(1),
    np.array([[-2.0, 2.0]]),
    np.array([0.0, 1.0]),
]
got = expect_result(teacher_forced_scores, np.array([[0, 1]]), *small)
expect_shape(got, (1, 2, 2), "the shapes of the task: y is (B, T, V)")
one, two = np.tanh(1.0), np.tanh(np.tanh(1.0) / 2 - 1)
expect_close(
    got,
    [[[-2 * one, 2 * one + 1], [-2 * two, 2 * two + 1]]],
    "the example above, and equations (1.1) and (1.2)",
)
nothing = np.zeros((1, 0), dtype=int)
got = expect_result(teacher_forced_scores, nothing, *small, case="T = 0, no tokens")
expect_shape(got, (1, 0, 2), "the shapes of the task: T may be 0")
got = expect_result(
    teacher_forced_scores,
    np.array([[0, 1], [1, 0]]),
    np.array([[0.5, -0.3], [-0.2, 0.4]]),
    np.array([[0.6, -0.4], [0.1, 0.8], [-0.5, 0.2]]),
    np.array([[0.4, 0.9], [-0.7, 0.1]]),
    np.array([0.3, -0.1]),
    np.array([[0.9, -0.7, 1.3], [0.2, 1.1, -0.8]]),
    np.array([-0.6, 0.1, 0.4]),
    case="B = 2, T = 2, H = 2 and V = 3, though token 2 is not in the text",
)
expect_close(
    got,
    [
        [[0.161882, -0.592806, 1.587422], [0.178343, 0.624059, 0.544762]],
        [[-0.462424, 0.63079, 0.04559], [-0.220789, -0.686121, 1.373727]],
    ],
    "y where h_0 and both biases are not zero: (1.1) and (1.2) with the given tokens "
    "as inputs, section 1.4, the square W_hh, and the axis of the steps",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, H, V in [(3, 6, 5, 4), (1, 5, 2, 7), (4, 1, 3, 2), (2, 0, 4, 3)]:
    sizes = [(B, H), (V, H), (H, H), (H,), (H, V), (V,)]
    given = [0.7 * rng.normal(size=size) for size in sizes]
    given = [rng.integers(V, size=(B, T)), *given]
    kept = [a.copy() for a in given]
    result = teacher_forced_scores(*given)
    assert all(map(np.array_equal, given, kept)), (
        "teacher_forced_scores changed one of its inputs; make new arrays instead."
    )
    text, h, W, U, b, A, c = map(torch.tensor, given)
    truth = np.empty((B, T, V))
    for t in range(T):
        h = torch.rnn_tanh_cell(W.new_tensor(np.eye(V))[text[:, t]], h, W.T, U.T, b)
        truth[:, t] = torch.addmm(c, h, A).numpy()
    assert matches(result, truth), (
        f"The scores of a random text with T = {T} differ from (1.1) and (1.2) with "
        "the given tokens as inputs, section 1.4."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="free_running"
# ## 12. Free running
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `free_running`: let the network write on its own (section 1.4). The first input
# is given; from then on each output is the next input. The output is greedy: the token
# with the largest score, and of equal scores the smallest token, as `np.argmax` does.
# Use equations (1.1) and (1.2) with one-hot inputs, so $D = V$.
#
# Shapes: `first (B,)` integers, `T` the number of tokens to write, `h_0 (B, H)`,
# `W_xh (V, H)`, `W_hh (H, H)`, `b_h (H,)`, `W_hy (H, V)`, `b_y (V,)` → `tokens (B, T)`
# integers. `tokens` holds what the network wrote; `first` is not a part of it. `T` may
# be 0.
#
# **Example.** The weights of task 11, the first input 0, $T=3$. Input 0:
# $h_1 = 0.7616$, scores $(-1.52, 2.52)$, so it writes 1. Input 1: $h_2 = -0.5506$,
# scores $(1.10, -0.10)$, so it writes 0. Input 0: $h_3 = \tanh(1 - 0.2753) = 0.6198$,
# scores $(-1.24, 2.24)$, so it writes 1. Result: `[[1, 0, 1]]`.
#
# <details><summary>Hint</summary>
#
# Two things go from step to step, and they are different things: the state `(B, H)` and
# the token just written `(B,)`.
#
# </details>


# %% solution="free_running"
def free_running(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    """Write T tokens, each one greedy and the next input (section 1.4).

    first (B,) int, T int, h_0 (B, H), W_xh (V, H), W_hh (H, H), b_h (H,),
    W_hy (H, V), b_y (V,) -> tokens (B, T) int
    """
    ### BEGIN SOLUTION
    tokens = np.empty((len(first), T), dtype=int)
    token, h_t = first, h_0
    for t in range(T):
        h_t = np.tanh(W_xh[token] + h_t @ W_hh + b_h)
        token = np.argmax(h_t @ W_hy + b_y, axis=1)
        tokens[:, t] = token
    return tokens
    ### END SOLUTION


# %% test="free_running" points=3
small = [
    np.zeros((1, 1)),
    np.array([[1.0], [-1.0]]),
    np.array([[0.5]]),
    np.zeros(1),
    np.array([[-2.0, 2.0]]),
    np.array([0.0, 1.0]),
]
case = "B = 1, T = 3, H = 1 and V = 2"
got = expect_result(free_running, np.array([0]), 3, *small, case=case)
expect_shape(got, (1, 3), "the shapes of the task: T whole numbers a row", kind="int")
expect_close(got, [[1, 0, 1]], "the example above, (1.1), (1.2) and section 1.4")
got = expect_result(free_running, np.array([0]), 0, *small, case="T = 0, no tokens")
assert np.shape(got) == (1, 0), (
    f"Expected shape (1, 0) for T = 0, got {np.shape(got)}. Look at the shapes of the "
    "task: T may be 0."
)
equal = [np.zeros_like(a) for a in small]
equal[-1] = np.array([0.0, 1.0, 1.0])
equal[1], equal[4] = np.zeros((3, 1)), np.zeros((1, 3))
got = expect_result(free_running, np.array([0]), 2, *equal)
look = "the task for the scores 0, 1, 1: of equal scores the smallest token is written"
expect_close(got, [[1, 1]], look)
got = expect_result(
    free_running,
    np.array([0, 2]),
    5,
    np.array([[0.3, 0.8], [0.3, -1.3]]),
    np.array([[0.9, 0.4], [-0.5, 0.6], [0.4, 0.3]]),
    np.array([[0.0, 0.5], [-0.7, -0.2]]),
    np.array([-0.5, 0.6]),
    np.array([[0.0, -0.3, -0.8], [-0.3, 0.0, -0.3]]),
    np.array([1.3, 1.0, -2.7]),
    case="B = 2, T = 5, H = 2 and V = 3",
)
expect_close(
    got,
    [[0, 0, 0, 0, 0], [0, 1, 1, 1, 1]],
    "two texts of five tokens, where h_0 and both biases are not zero: (1.1), (1.2), "
    "and what goes from step to step in section 1.4",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, H, V in 3 * [(9, 7, 5, 8), (1, 12, 6, 9), (11, 1, 4, 6), (8, 6, 3, 10)]:
    sizes = [(B, H), (V, H), (H, H), (H,), (H, V), (V,)]
    given = [rng.integers(V, size=B), *(rng.normal(size=size) for size in sizes)]
    kept = [a.copy() for a in given]
    result = free_running(given[0], T, *given[1:])
    assert all(map(np.array_equal, given, kept)), (
        "free_running changed one of its inputs; make new arrays instead."
    )
    spoken, h, W, U, b, A, c = map(torch.tensor, given)
    truth = []
    for _ in range(T):
        h = torch.rnn_tanh_cell(W.new_tensor(np.eye(V))[spoken], h, W.T, U.T, b)
        spoken = torch.addmm(c, h, A).max(dim=1).indices
        truth.append(spoken.numpy())
    assert matches(result, np.transpose(truth)), (
        f"free_running writes another text than the network does in {T} steps from a "
        "random start; follow its second step by hand, section 1.4."
    )
    assert np.asarray(result).dtype.kind == "i", "Tokens are whole numbers."
equal = [np.zeros_like(a) for a in given[1:6]]
tied = free_running(given[0], 4, *equal, np.array([0.0, 1.0, 1.0] + [0.5] * (V - 3)))
assert matches(tied, np.ones((B, 4))), "Of equal scores the smallest token is meant."
silent = free_running(given[0], 0, *given[1:])
assert np.shape(silent) == (B, 0), "With T = 0 there are B rows with nothing written."
### END HIDDEN TESTS

# %% [markdown] prompt="gradient_norm_by_lag"
# ## 13. How far back does the gradient reach?
#
# *3 points · difficulty 4 of 5 · about 20 minutes*
#
# Write `gradient_norm_by_lag`: how strongly the last state depends on each earlier one.
# In row convention, the derivative of the last state is a product with one factor for
# each step between. This is equation (1.8), section 1.5:
#
# $$\frac{\partial h_T}{\partial h_t} = \prod_{s=t+1}^{T} W_{hh}\,
# \mathrm{diag}(1 - h_s \odot h_s)$$
#
# with the factor of $s = t+1$ on the left and that of $s = T$ on the right. Its size
# is here the Frobenius norm: the square root of the sum of the squares of all entries.
# It is not the norm of the bound (1.9), which is the largest stretch: for the identity
# that one is 1, and this one $\sqrt{H}$.
#
# Shapes: `h (T, H)`, the states $h_1, \dots, h_T$ of one sequence with $T \ge 1$,
# `W_hh (H, H)` → `norms (T,)`, where `norms[k]` is the norm of
# $\partial h_T / \partial h_{T-k}$. At $k = 0$ the product is empty, that is the
# identity matrix, and its norm is $\sqrt{H}$.
#
# **Example.** $H=1$, $T=3$: $W_{hh} = 2$, $h = (0.9, 0.5, 0)$. The factor of step 3 is
# $2 \cdot (1 - 0) = 2$ and that of step 2 is $2 \cdot (1 - 0.25) = 1.5$. So the norms
# are $1$, $2$, $2 \cdot 1.5 = 3$. The state $h_1 = 0.9$ has no part in it: nothing
# before step 1 is asked for.
#
# <details><summary>Hint</summary>
#
# Start with the identity and multiply one more factor at each lag. Going from lag $k$
# to lag $k+1$ adds the factor of an *earlier* step: on which side does it go? A matrix
# times a diagonal matrix scales the columns: `W_hh * d` with `d (H,)`.
#
# </details>


# %% solution="gradient_norm_by_lag"
def gradient_norm_by_lag(h, W_hh):
    """Norm of the last state's derivative by lag, equation (1.8).

    h (T, H), W_hh (H, H) -> norms (T,)
    """
    ### BEGIN SOLUTION
    T, H = h.shape
    norms = np.empty(T)
    product = np.eye(H)
    for k in range(T):
        norms[k] = np.linalg.norm(product)
        product = (W_hh * (1 - h[T - 1 - k] ** 2)) @ product
    return norms
    ### END SOLUTION


# %% test="gradient_norm_by_lag" points=3
got = expect_result(gradient_norm_by_lag, np.zeros((5, 4)), np.eye(4))
expect_shape(got, (5,), "the shapes of the task: one norm for each lag")
look = "lag 0 in the task: the Frobenius norm of the identity matrix, here with H = 4"
expect_close(got[0], 2.0, look)
states = np.array([[0.9], [0.5], [0.0]])
got = expect_result(gradient_norm_by_lag, states, np.array([[2.0]]))
expect_close(got, [1.0, 2.0, 3.0], "the example above and equation (1.8)")
got = expect_result(
    gradient_norm_by_lag,
    np.array([[0.1, -0.1], [0.3, 0.1], [-0.3, 0.2]]),
    np.array([[1.3, 0.9], [-0.7, -1.3]]),
)
expect_close(
    got,
    [1.414214, 2.02713, 1.34881],
    "the norms for H = 2 and equation (1.8): the sides and the order of the factors, "
    "and the norm of their product as a whole",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for T, H, size in [(6, 4, 0.6), (5, 3, 1.2), (1, 5, 0.8), (4, 1, 1.5), (2, 6, 0.5)]:
    U = torch.tensor(size * rng.normal(size=(H, H)))
    push = torch.tensor(0.8 * rng.normal(size=(T, H)))
    first = torch.tanh(push[0])
    path = [first.requires_grad_()]
    for t in range(1, T):
        path.append(torch.tanh(push[t] + path[-1] @ U))
    truth = []
    for back in reversed(path):
        rows = [
            torch.autograd.grad(entry, back, retain_graph=True)[0] for entry in path[-1]
        ]
        truth.append(torch.stack(rows).square().sum().sqrt().item())
    given = [torch.stack(path).detach().numpy().copy(), U.numpy().copy()]
    kept = [a.copy() for a in given]
    result = gradient_norm_by_lag(*given)
    assert all(map(np.array_equal, given, kept)), (
        "gradient_norm_by_lag changed one of its inputs; make new arrays instead."
    )
    assert matches(result, truth), (
        f"The norms differ from those of equation (1.8) for a random network with "
        f"T = {T} and H = {H}; check which state and which side belongs to each lag."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="reflection"
# ## 14. In your own words
#
# *2 points · difficulty 3 of 5 · about 15 minutes*
#
# You train a character model on program text with truncated backpropagation through
# time, $K = 25$, and clip the gradients at 5. The model learns words and indentation,
# but it often forgets to close a bracket that was opened 60 characters before.
#
# In five to eight sentences: (a) Can information about the open bracket still reach the
# step where it is needed? Can the gradient of that step get back to the bracket? (b) A
# friend
# proposes $K = 100$. With equation (1.9), section 1.5, say why this alone may not be
# enough. (c) Another friend proposes to clip at 50 instead. Does that help? Why?

# %% [markdown] written="reflection" points=2
# ### BEGIN SOLUTION
# **A model answer.** (a) The state is carried over the window's border, so a trace of
# the bracket can still be in it 60 steps later. The gradient is cut at the border, so
# no update ever tells the network, from the missing closing bracket, that keeping this
# trace would have paid. It can keep it only by luck, or because shorter brackets taught
# it to. (b) With $K = 100$ the gradient is no longer cut, but it is still a product of
# 60 factors. By (1.9) its norm is at most $(\gamma\rho)^{60}$, which is next to nothing
# when $\gamma\rho < 1$: with 0.9 it is 0.002. So the long-range part is there but is
# lost among the short-range parts. (c) No. Clipping only shortens gradients that are
# too long; it protects a step against explosion. It scales long- and short-range parts
# alike, and so cannot make the vanished part larger relative to the rest.
#
# **Rubric, 2 points.** 1 point for (a): the state crosses the border, the gradient does
# not (half a point each). Half a point for (b): the bound shrinks as a power of the
# lag, so the gradient can vanish though it is not cut. Half a point for (c): clipping
# acts on explosion, not on vanishing.
# ### END SOLUTION
