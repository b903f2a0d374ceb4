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
# # Chapter 3: build an LSTM
#
# In this notebook you write, in NumPy, the cell of chapter 3: its forward pass, its
# gradients through both states, what its memory is worth over many steps, the biases it
# starts with, its peepholes, and the search for a cell that can be read. Sixteen short
# functions (42 points), then one question to answer in words (2 points, graded by a
# reader): 44 points, about four hours. Each task stands on its own, so you may skip one
# and return.
#
# **How a task works**
#
# 1. Read the task, with its formula and a worked example. Equation and section
#    numbers are those of chapter 3.
# 2. Replace `raise NotImplementedError()` in the cell below it, and run that cell.
# 3. Run the test cell that follows. It checks shapes, the worked example and that your
#    inputs stay as they are, and says in one sentence what it expected, what came, and
#    where to look.
# 4. Hidden tests decide on the points. They use random numbers, all sizes different,
#    and edge cases. To run them, press *Check* above the notebook. Where there is no
#    such button, save the notebook and type in a terminal, in the course's folder:
#
#    ```
#    .venv/bin/python -m autograder check work/ch3_lstm/ch3_lstm.ipynb
#    ```
#
# **The rules.** NumPy arrays go in and NumPy arrays come out; do not change your
# inputs. Results have to agree to about five digits. No function needs another one of
# this notebook: where one task contains another, write the line again, so that a slip
# costs you once. Write the formulas out: `torch.nn.LSTM`, `torch.nn.LSTMCell` and
# automatic differentiation are not an answer here. The chapter shows code for parts of
# this. The functions here take and return other things, so trust the task, not your
# memory.
#
# **The shapes.** Vectors are rows: a batch of inputs is multiplied by a matrix from the
# right, `x_t @ W_xh`.
#
# | Symbol | Meaning | Name | Shape |
# |---|---|---|---|
# | | batch size, steps, input size, hidden size | `B`, `T`, `D`, `H` | |
# | $x_t$ | input at step $t$ | `x_t` | `(B, D)` |
# | $h_t$ | hidden state after step $t$ | `h_t` | `(B, H)` |
# | $c_t$ | cell state after step $t$ | `c_t` | `(B, H)` |
# | $h_{t-1}$, $c_{t-1}$ | the states before step $t$ | `h_prev`, `c_prev` | `(B, H)` |
# | $i_t$, $f_t$, $o_t$ | input, forget and output gate | `i`, `f`, `o` | `(B, H)` |
# | $\tilde{c}_t$ | candidate | `c_tilde` | `(B, H)` |
# | $W_{xh}$ | weights from the input, four blocks | `W_xh` | `(D, 4H)` |
# | $W_{hh}$ | weights from the hidden state, four blocks | `W_hh` | `(H, 4H)` |
# | $b_h$ | biases, four blocks | `b_h` | `(4H,)` |
#
# The four blocks stand side by side, in the order of equation (3.4), section 3.2: input
# gate, forget gate, candidate, output gate. The first `H` columns belong to the input
# gate, the next `H` to the forget gate, and so on. Wherever four things come together,
# they come in this order.
#
# A whole sequence has the steps on the second axis: `x` is `(B, T, D)`, `h` and `c` are
# `(B, T, H)`. Python counts from 0: `x[:, 0]` is $x_1$ and `c[:, 0]` is $c_1$, the
# state after the first step. The gradient of the loss with respect to `a` is called
# `da` and has the shape of `a`. The sign $\odot$ multiplies element by element,
# $\operatorname{diag}(a)$ is the matrix with the numbers of $a$ on its diagonal and
# zeros elsewhere, and $\sigma(z) = 1/(1+e^{-z})$ is the sigmoid. The function
# `sigmoid` is given, in the second cell below.

# %% setup="helpers" file="expect.py"


# %% setup="sigmoid"
def sigmoid(z):
    """The sigmoid 1 / (1 + exp(-z)), in a form that never overflows."""
    return (1 + np.tanh(z / 2)) / 2


# %% [markdown] prompt="lstm_gates"
# ## 1. Three gates and a candidate
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `lstm_gates`: from the input $x_t$ and the hidden state $h_{t-1}$ make the four
# rows of one step. This is equation (3.1), section 3.1:
#
# $$i_t = \sigma\left(x_t W_{xi} + h_{t-1} W_{hi} + b_i\right), \qquad
# f_t = \sigma\left(x_t W_{xf} + h_{t-1} W_{hf} + b_f\right)$$
#
# $$\tilde{c}_t = \tanh\left(x_t W_{xc} + h_{t-1} W_{hc} + b_c\right), \qquad
# o_t = \sigma\left(x_t W_{xo} + h_{t-1} W_{ho} + b_o\right)$$
#
# The sums in the brackets may be large, of either sign.
#
# The blocks $W_{xi}, W_{xf}, W_{xc}, W_{xo}$ stand side by side in `W_xh`, and those of
# `W_hh` and `b_h` likewise: equation (3.4), section 3.2.
#
# Shapes: `x_t (B, D)`, `h_prev (B, H)`, `W_xh (D, 4H)`, `W_hh (H, 4H)`, `b_h (4H,)`
# → `(i, f, c_tilde, o)` in this order, four arrays of shape `(B, H)`.
#
# **Example.** All sizes 1, so that each block is one number: $x_t = 1$, $h_{t-1} = 2$,
# $W_{xh} = (1, 0, \ln 2, 0)$, $W_{hh} = (-1, 0, 0, 1)$,
# $b_h = (1, \ln 3, 0, -2 - \ln 3)$. The four sums are $1 - 2 + 1 = 0$, $\ln 3$, $\ln 2$
# and $2 - 2 - \ln 3 = -\ln 3$. So $i_t = 0.5$, $f_t = 3/(3+1) = 0.75$,
# $\tilde{c}_t = \tanh(\ln 2) = 0.6$ and $o_t = 0.25$.
#
# <details><summary>Hint</summary>
#
# One matrix product with `W_xh` and one with `W_hh` serve all four rows. `np.split`
# cuts an array into equal parts, along the axis that you name.
#
# </details>


# %% solution="lstm_gates"
def lstm_gates(x_t, h_prev, W_xh, W_hh, b_h):
    """The three gates and the candidate of one step, equation (3.1).

    x_t (B, D), h_prev (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,)
    -> i, f, c_tilde, o (B, H) each
    """
    ### BEGIN SOLUTION
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(c_tilde), sigmoid(o)
    ### END SOLUTION


# %% test="lstm_gates" points=2
names = ["i", "f", "c_tilde", "o"]
ones = [np.ones(size) for size in [(2, 3), (2, 5), (3, 20), (5, 20), (20,)]]
parts = expect_result(
    lstm_gates, *ones, case="B = 2, D = 3 and H = 5 (np.split cuts along one axis)"
)
expect_parts(parts, names)
for name, part in zip(names, parts, strict=True):
    expect_shape(part, (2, 5), f"{name} in the shapes of the task: a block is (B, H)")

parts = expect_result(
    lstm_gates,
    np.array([[1.0]]),
    np.array([[2.0]]),
    np.array([[1.0, 0.0, np.log(2.0), 0.0]]),
    np.array([[-1.0, 0.0, 0.0, 1.0]]),
    np.array([1.0, np.log(3.0), 0.0, -2.0 - np.log(3.0)]),
    case="the example above",
)
for name, part, want in zip(names, parts, [0.5, 0.75, 0.6, 0.25], strict=True):
    look = f"{name} in the example above: its block, (3.4), and its line in (3.1)"
    expect_close(part, [[want]], look)
two, three = np.log(2.0), np.log(3.0)
parts = expect_result(
    lstm_gates,
    np.array([[0.0], [1.0]]),
    np.array([[1.0, 0.0], [0.0, 1.0]]),
    np.array([[three, 0.0, 0.0, 0.0, 0.0, two, 0.0, 0.0]]),
    np.array(
        [
            [0.0, three, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -three, 0.0, -two, 0.0, three, 0.0],
        ]
    ),
    np.array([0.0, three, three, 0.0, two, 0.0, 0.0, -three]),
    case="D = 1, B = 2 and H = 2",
)
wants = [
    [[0.5, 0.9], [0.75, 0.75]],
    [[0.75, 0.5], [0.5, 0.5]],
    [[0.6, 0.0], [0.0, 0.6]],
    [[0.5, 0.25], [0.75, 0.25]],
]
look = "with B = 2 and H = 2: each block is H neighbouring columns, (3.4), and each "
look += "row of h_prev meets W_hh as it is, (3.1)"
for name, part, want in zip(names, parts, wants, strict=True):
    expect_close(part, want, f"{name} {look}")
parts = expect_result(
    lstm_gates,
    np.array([[1000.0], [-1000.0]]),
    np.zeros((2, 1)),
    np.ones((1, 4)),
    np.zeros((1, 4)),
    np.zeros(4),
    case="sums of 1,000 and of -1,000",
)
for name, part, low in zip(names, parts, [0.0, 0.0, -1.0, 0.0], strict=True):
    look = f"{name} for sums of 1,000 and of -1,000: no exponential may overflow, and"
    expect_close(part, [[1.0], [low]], f"{look} in the given sigmoid none does")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H, kind, size in [
    (4, 3, 5, np.float64, 0.7),
    (1, 6, 2, np.float64, 0.7),
    (7, 1, 4, np.float32, 0.7),
    (3, 5, 1, np.float64, 0.7),
    (2, 4, 3, np.float64, 2e3),
]:
    sizes = [(B, D), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)]
    given = [(size * rng.normal(size=s)).astype(kind) for s in sizes]
    kept = [a.copy() for a in given]
    result = lstm_gates(*given)
    x, h, W, U, b = (torch.tensor(a, dtype=torch.float64) for a in given)
    inside = torch.addmm(torch.addmm(b, x, W), h, U)
    truth = [
        (torch.tanh if k == 2 else torch.sigmoid)(inside[:, k * H : (k + 1) * H])
        for k in range(4)
    ]
    assert len(result) == 4, "lstm_gates does not return four rows."
    for name, found, want in zip(names, result, truth, strict=True):
        assert matches(found, want.numpy()), (
            f"{name} differs from equation (3.1), section 3.1, on random inputs of "
            f"size about {size:g}; check its block, its squashing and its three terms."
        )
    assert all(map(np.array_equal, given, kept)), (
        "lstm_gates changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="lstm_step"
# ## 2. One step
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `lstm_step`: forget, write, show. Make the gates and the candidate as in task 1,
# equation (3.1), then the two new states. These are equations (3.2) and (3.3), section
# 3.1:
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot \tilde{c}_t, \qquad
# h_t = o_t \odot \tanh(c_t)$$
#
# The sums inside the gates may be large, of either sign.
#
# Shapes: `x_t (B, D)`, `h_prev (B, H)`, `c_prev (B, H)`, `W_xh (D, 4H)`,
# `W_hh (H, 4H)`, `b_h (4H,)` → `(h_t, c_t)` in this order, both `(B, H)`.
#
# **Example.** The numbers of task 1, and $c_{t-1} = 0.4$. The four rows are
# $0.5, 0.75, 0.6, 0.25$, so $c_t = 0.75 \cdot 0.4 + 0.5 \cdot 0.6 = 0.6$ and
# $h_t = 0.25 \cdot \tanh(0.6) = 0.25 \cdot 0.5370 = 0.1343$.


# %% solution="lstm_step"
def lstm_step(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    """One step of an LSTM, equations (3.1) to (3.3).

    x_t (B, D), h_prev (B, H), c_prev (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,)
    -> h_t (B, H), c_t (B, H)
    """
    ### BEGIN SOLUTION
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    c_t = sigmoid(f) * c_prev + sigmoid(i) * np.tanh(c_tilde)
    return sigmoid(o) * np.tanh(c_t), c_t
    ### END SOLUTION


# %% test="lstm_step" points=2
sizes = [(2, 3), (2, 5), (2, 5), (3, 20), (5, 20), (20,)]
parts = expect_result(lstm_step, *map(np.ones, sizes), case="B = 2, D = 3 and H = 5")
expect_parts(parts, ["h_t", "c_t"])
for name, part in zip(["h_t", "c_t"], parts, strict=True):
    expect_shape(part, (2, 5), f"{name} in the shapes of the task")

parts = expect_result(
    lstm_step,
    np.array([[1.0]]),
    np.array([[2.0]]),
    np.array([[0.4]]),
    np.array([[1.0, 0.0, np.log(2.0), 0.0]]),
    np.array([[-1.0, 0.0, 0.0, 1.0]]),
    np.array([1.0, np.log(3.0), 0.0, -2.0 - np.log(3.0)]),
    case="the example above",
)
assert not (
    matches(parts[0], [[0.6]]) and matches(parts[1], [[0.25 * np.tanh(0.6)]])
), (
    "Expected (h_t, c_t), got the cell state first. Look at the order of the two "
    "results in the shapes of the task."
)
look = "c_t in the example above: its four rows, (3.1) and (3.4), then equation (3.2)"
expect_close(parts[1], [[0.6]], look)
expect_close(
    parts[0], [[0.25 * np.tanh(0.6)]], "h_t in the example above and equation (3.3)"
)
two, three = np.log(2.0), np.log(3.0)
parts = expect_result(
    lstm_step,
    np.array([[0.0], [1.0]]),
    np.array([[1.0, 0.0], [0.0, 1.0]]),
    np.array([[0.4, 1.0], [-1.0, 2.0]]),
    np.array([[three, 0.0, 0.0, 0.0, 0.0, two, 0.0, 0.0]]),
    np.array(
        [
            [0.0, three, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -three, 0.0, -two, 0.0, three, 0.0],
        ]
    ),
    np.array([0.0, three, three, 0.0, two, 0.0, 0.0, -three]),
    case="D = 1, B = 2 and H = 2",
)
c_wanted = np.array([[0.6, 0.5], [-0.5, 1.45]])
h_wanted = np.tanh(c_wanted) * [[0.5, 0.25], [0.75, 0.25]]
look = "with B = 2 and H = 2: each block is H neighbouring columns, (3.4), each row of "
look += "h_prev meets W_hh as it is, (3.1), and every number has gates of its own,"
expect_close(parts[1], c_wanted, f"c_t {look} (3.2)")
expect_close(parts[0], h_wanted, f"h_t {look} (3.3)")
parts = expect_result(
    lstm_step,
    np.array([[1000.0], [-1000.0]]),
    np.zeros((2, 1)),
    np.full((2, 1), 2.0),
    np.ones((1, 4)),
    np.zeros((1, 4)),
    np.zeros(4),
    case="sums of 1,000 and of -1,000",
)
look = "for sums of 1,000 and of -1,000: no exponential may overflow, and in the given "
look += "sigmoid none does"
expect_close(parts[1], [[3.0], [0.0]], f"c_t {look}")
expect_close(parts[0], [[np.tanh(3.0)], [0.0]], f"h_t {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H, kind, size in [
    (4, 3, 5, np.float64, 0.8),
    (1, 6, 2, np.float64, 0.8),
    (7, 1, 4, np.float32, 0.8),
    (3, 5, 1, np.float64, 0.8),
    (2, 4, 3, np.float64, 1e3),
]:
    sizes = [(B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)]
    given = [(size * rng.normal(size=s)).astype(kind) for s in sizes]
    given[2] = (3 * rng.normal(size=(B, H))).astype(kind)  # a count may be large
    kept = [a.copy() for a in given]
    result = lstm_step(*given)
    x, h, c, W, U, b = (torch.tensor(a, dtype=torch.float64) for a in given)
    truth = torch.lstm_cell(x, (h, c), W.T, U.T, b, 0 * b)
    assert len(result) == 2, "lstm_step does not return two states."
    for name, found, want in zip(["h_t", "c_t"], result, truth, strict=True):
        assert matches(found, want.numpy()), (
            f"{name} differs from equations (3.1) to (3.3), section 3.1, on random "
            "inputs; check which gate multiplies what."
        )
    assert all(map(np.array_equal, given, kept)), (
        "lstm_step changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="lstm_forward"
# ## 3. The whole sequence
#
# *3 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `lstm_forward`: start at $h_0$ and $c_0$, apply equations (3.1) to (3.3) to one
# step after the other, and keep both states of every step (section 3.1, the loop). The
# weights are the same at every step.
#
# Shapes: `x (B, T, D)`, `h_0 (B, H)`, `c_0 (B, H)`, and the weights of task 2 →
# `(h, c)` in this order, both `(B, T, H)`, where `h[:, t]` and `c[:, t]` are the states
# after input `x[:, t]`. `T` may be 0: then both have shape `(B, 0, H)`.
#
# **Example.** All sizes 1 but $T=2$: $x = (1, 0)$, $h_0 = 0$, $c_0 = 0.8$,
# $W_{xh} = (0, 0, \ln 2, 0)$, $W_{hh} = (0, 0, 0, 0)$, $b_h = (0, \ln 3, 0, 0)$. At
# both steps $i = o = 0.5$ and $f = 0.75$; the candidate is 0.6 at step 1 and 0 at
# step 2.
#
# - Step 1: $c_1 = 0.75 \cdot 0.8 + 0.5 \cdot 0.6 = 0.9$,
#   $h_1 = 0.5 \tanh(0.9) = 0.3581$.
# - Step 2: $c_2 = 0.75 \cdot 0.9 = 0.675$, $h_2 = 0.5 \tanh(0.675) = 0.2941$. Nothing
#   is written, and what is left is memory.
#
# <details><summary>Hint</summary>
#
# Two states go from step to step. Make the arrays for all states first, and fill one
# step of them at a time: `np.stack` does not work on an empty list.
#
# </details>


# %% solution="lstm_forward"
def lstm_forward(x, h_0, c_0, W_xh, W_hh, b_h):
    """Both states of every step, equations (3.1) to (3.3).

    x (B, T, D), h_0 (B, H), c_0 (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,)
    -> h (B, T, H), c (B, T, H)
    """
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h, c = np.empty((2, B, T, h_0.shape[1]))
    h_t, c_t = h_0, c_0
    for t in range(T):
        z = x[:, t] @ W_xh + h_t @ W_hh + b_h
        i, f, c_tilde, o = np.split(z, 4, axis=1)
        c_t = sigmoid(f) * c_t + sigmoid(i) * np.tanh(c_tilde)
        h_t = sigmoid(o) * np.tanh(c_t)
        h[:, t], c[:, t] = h_t, c_t
    return h, c
    ### END SOLUTION


# %% test="lstm_forward" points=3
sizes = [(2, 6, 3), (2, 5), (2, 5), (3, 20), (5, 20), (20,)]
ones = [np.ones(size) for size in sizes]
parts = expect_result(lstm_forward, *ones, case="B = 2, T = 6, D = 3 and H = 5")
expect_parts(parts, ["h", "c"])
for name, part in zip(["h", "c"], parts, strict=True):
    expect_shape(part, (2, 6, 5), f"{name} in the shapes of the task")

parts = expect_result(
    lstm_forward,
    np.array([[[1.0], [0.0]]]),
    np.zeros((1, 1)),
    np.array([[0.8]]),
    np.array([[0.0, 0.0, np.log(2.0), 0.0]]),
    np.zeros((1, 4)),
    np.array([0.0, np.log(3.0), 0.0, 0.0]),
    case="the example above",
)
c_wanted = np.array([[[0.9], [0.675]]])
h_wanted = np.tanh(c_wanted) / 2
assert not (matches(parts[0], c_wanted) and matches(parts[1], h_wanted)), (
    "Expected (h, c), got the cell states first. Look at the order of the two results "
    "in the shapes of the task."
)
look = "in the example above: what goes from step to step in section 3.1, and"
expect_close(parts[1], c_wanted, f"c {look} (3.2)")
expect_close(parts[0], h_wanted, f"h {look} (3.3)")
parts = expect_result(
    lstm_forward,
    np.array([[[1.0], [0.0]], [[0.0], [2.0]]]),
    np.array([[1.0, 0.0], [0.0, -1.0]]),
    np.array([[0.5, 0.0], [1.0, 2.0]]),
    np.array([[1.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 1.0]]),
    np.array(
        [
            [0.0, 1.0, 0.0, 2.0, 1.0, 0.0, 2.0, 0.0],
            [1.0, 0.0, -1.0, 0.0, 0.0, 2.0, 0.0, -2.0],
        ]
    ),
    np.zeros(8),
    case="D = 1, B = 2, T = 2 and H = 2",
)
wants = [
    [[[0.662322, 0.0], [0.515006, 0.0]], [[0.311856, 0.419386], [0.544329, 0.537414]]],
    [[[0.977443, 0.0], [0.778675, 0.0]], [[0.731059, 0.517986], [1.207948, 0.878524]]],
]
look = "with B = T = H = 2 and a W_hh that is not zero: the blocks of (3.4), and which "
look += "h each step reads (section 3.1 has the loop)"
for name, part, want in zip(["h", "c"], parts, wants, strict=True):
    expect_close(part, want, f"{name} {look}")
parts = expect_result(lstm_forward, ones[0][:, :0], *ones[1:], case="T = 0, no steps")
expect_parts(parts, ["h", "c"])
for part in parts:
    expect_shape(part, (2, 0, 5), "the shapes of the task: T may be 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H, kind in [
    (3, 6, 4, 5, np.float64),
    (1, 7, 2, 3, np.float64),
    (4, 1, 3, 2, np.float64),
    (2, 5, 3, 4, np.float32),
    (2, 0, 4, 3, np.float64),
]:
    sizes = [(B, T, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)]
    given = [(0.8 * rng.normal(size=s)).astype(kind) for s in sizes]
    kept = [a.copy() for a in given]
    result = lstm_forward(*given)
    x, h, c, W, U, b = (torch.tensor(a, dtype=torch.float64) for a in given)
    truth = np.empty((2, B, T, H))
    for t in range(T):
        h, c = torch.lstm_cell(x[:, t], (h, c), W.T, U.T, b, 0 * b)
        truth[:, :, t] = h.numpy(), c.numpy()
    assert len(result) == 2, "lstm_forward does not return two arrays of states."
    for name, found, want in zip(["h", "c"], result, truth, strict=True):
        assert matches(found, want), (
            f"{name} differs from equations (3.1) to (3.3) applied step by step to a "
            f"random sequence with T = {T}; compare with the loop in section 3.1."
        )
    assert all(map(np.array_equal, given, kept)), (
        "lstm_forward changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="from_packed"
# ## 4. Weights in: whatever the order of the blocks
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `from_packed`: read the weights of another library's LSTM. As section 3.2 says,
# `torch.nn.LSTM` keeps its matrices transposed, so the blocks lie on top of each other,
# $H$ rows each, and it has two biases that add up. The order of the blocks is given as
# a string of the four letters `i`, `f`, `c`, `o`, from the first block to the last.
# Torch's order is `"ifco"`, that of equation (3.4), section 3.2. Another library has
# another one, and no error tells you.
#
# Shapes: `weight_ih (4H, D)`, `weight_hh (4H, H)`, `bias_ih (4H,)`, `bias_hh (4H,)`,
# and the string `order` → `(W_xh, W_hh, b_h)` of this book, `(D, 4H)`, `(H, 4H)` and
# `(4H,)`, with the blocks in the order of (3.4). Both biases and both matrices that
# come in have the given order.
#
# **Example.** $D=2$, $H=1$, `order = "oifc"`. `weight_ih` is
# `[[1, 2], [3, 4], [5, 6], [7, 8]]`: its first row belongs to the output gate, the
# second to the input gate. So `W_xh` is `[[3, 5, 7, 1], [4, 6, 8, 2]]`. `weight_hh` is
# `[[10], [20], [30], [40]]`, so `W_hh` is `[[20, 30, 40, 10]]`. With the biases
# $(0.1, 0.2, 0.3, 0.4)$ and $(1, 1, 1, 1)$ the sum is $(1.1, 1.2, 1.3, 1.4)$, and
# $b_h = (1.2, 1.3, 1.4, 1.1)$.
#
# <details><summary>Hint</summary>
#
# For each of the four blocks that you want, ask where it stands in what you have:
# `order.index("i")`, and so on. The blocks are $H$ rows high, not one.
#
# </details>


# %% solution="from_packed"
def from_packed(weight_ih, weight_hh, bias_ih, bias_hh, order):
    """Another library's weights in the form of this book, section 3.2.

    weight_ih (4H, D), weight_hh (4H, H), bias_ih (4H,), bias_hh (4H,), order str
    -> W_xh (D, 4H), W_hh (H, 4H), b_h (4H,)
    """
    ### BEGIN SOLUTION
    H = weight_hh.shape[1]
    places = [order.index(letter) for letter in "ifco"]
    rows = np.arange(4 * H).reshape(4, H)[places].ravel()
    return weight_ih[rows].T, weight_hh[rows].T, (bias_ih + bias_hh)[rows]
    ### END SOLUTION


# %% test="from_packed" points=2
names = ["W_xh", "W_hh", "b_h"]
ones = [np.ones(size) for size in [(20, 3), (20, 5), (20,), (20,)]]
case = 'D = 3, H = 5 and order = "ifco"'
parts = expect_result(from_packed, *ones, "ifco", case=case)
expect_parts(parts, names)
for name, part, size in zip(names, parts, [(3, 20), (5, 20), (20,)], strict=True):
    expect_shape(part, size, f"{name} in the shapes of the task")

parts = expect_result(
    from_packed,
    np.arange(1.0, 9.0).reshape(4, 2),
    np.array([[10.0], [20.0], [30.0], [40.0]]),
    np.array([0.1, 0.2, 0.3, 0.4]),
    np.ones(4),
    "oifc",
    case="the example above",
)
for name, part, want, what in zip(
    names,
    parts,
    [
        [[3.0, 5.0, 7.0, 1.0], [4.0, 6.0, 8.0, 2.0]],
        [[20.0, 30.0, 40.0, 10.0]],
        [1.2, 1.3, 1.4, 1.1],
    ],
    ["transposed", "transposed", "the sum of both biases"],
    strict=True,
):
    look = f"{name} in the example above: {what}, section 3.2, in the order of (3.4)"
    expect_close(part, want, look)
parts = expect_result(
    from_packed,
    np.arange(1.0, 9.0).reshape(8, 1),
    np.arange(16.0).reshape(8, 2),
    np.arange(8.0),
    np.arange(80.0, 0.0, -10.0),
    "cfio",
    case='D = 1, H = 2 and order = "cfio"',
)
wants = [
    [[5.0, 6.0, 3.0, 4.0, 1.0, 2.0, 7.0, 8.0]],
    [
        [8.0, 10.0, 4.0, 6.0, 0.0, 2.0, 12.0, 14.0],
        [9.0, 11.0, 5.0, 7.0, 1.0, 3.0, 13.0, 15.0],
    ],
    [44.0, 35.0, 62.0, 53.0, 80.0, 71.0, 26.0, 17.0],
]
look = 'with H = 2 and the order "cfio": a block is H rows high, and all four arrays '
for name, part, want in zip(names, parts, wants, strict=True):
    expect_close(part, want, f"{name} {look}come in this order, section 3.2")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for D, H, order in [
    (4, 5, "ifco"),
    (6, 3, "cifo"),
    (3, 2, "fcoi"),
    (5, 1, "iofc"),
    (1, 6, "".join(rng.permutation(list("ifco")))),
]:
    torchs = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    weights = [a.detach().numpy() for a in torchs.parameters()]
    blocks = [dict(zip("ifco", np.split(a, 4), strict=True)) for a in weights]
    given = [np.concatenate([block[k] for k in order]) for block in blocks]
    kept = [a.copy() for a in given]
    result = from_packed(*given, order)
    truth = weights[0].T, weights[1].T, weights[2] + weights[3]
    for name, found, want in zip(names, result, truth, strict=True):
        assert matches(found, want), (
            f"{name} is wrong for the weights of a random cell whose blocks come in "
            f"the order {order}, with D = {D} and H = {H}; see section 3.2."
        )
    assert all(map(np.array_equal, given, kept)), (
        "from_packed changed one of its inputs; make new arrays instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="to_torch"
# ## 5. Weights out: into torch
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `to_torch`: put the weights of a stack of layers into the form of
# `torch.nn.LSTM`. The hidden states of one layer are the inputs of the next. Torch
# numbers its layers from 0, and layer $k$ has four arrays. As in section 3.2, the
# matrices are transposed, the blocks stay in the order of equation (3.4), section 3.2,
# our one bias becomes the first of torch's two, and the second is zero:
#
# | Key, here for layer 0 | Shape |
# |---|---|
# | `"weight_ih_l0"` | `(4H, D)`; for all other layers `(4H, H)` |
# | `"weight_hh_l0"` | `(4H, H)` |
# | `"bias_ih_l0"` | `(4H,)` |
# | `"bias_hh_l0"` | `(4H,)`, zeros |
#
# Shapes: `W_xh`, `W_hh` and `b_h`, three *lists* with one array for each layer, from
# the first layer to the last: `W_xh[0]` is `(D, 4H)`, every other `W_xh[k]` is
# `(H, 4H)`, `W_hh[k]` is `(H, 4H)`, `b_h[k]` is `(4H,)` → a dict with four NumPy arrays
# for each layer, by their keys. There is at least one layer.
#
# **Example.** One layer, $D=2$, $H=1$: `W_xh = [array([[3, 5, 7, 1], [4, 6, 8, 2]])]`,
# `W_hh = [array([[20, 30, 40, 10]])]`, `b_h = [array([1.2, 1.3, 1.4, 1.1])]`. Then
# `"weight_ih_l0"` is `[[3, 4], [5, 6], [7, 8], [1, 2]]`, `"weight_hh_l0"` is
# `[[20], [30], [40], [10]]`, `"bias_ih_l0"` is `[1.2, 1.3, 1.4, 1.1]`, and
# `"bias_hh_l0"` is `[0, 0, 0, 0]`. With a second layer there are four more keys, which
# end in `_l1`.


# %% solution="to_torch"
def to_torch(W_xh, W_hh, b_h):
    """Layers of this book as the weights of a torch.nn.LSTM, section 3.2.

    W_xh, W_hh, b_h lists with an array a layer -> dict of arrays
    """
    ### BEGIN SOLUTION
    state = {}
    for k in range(len(b_h)):
        state[f"weight_ih_l{k}"] = W_xh[k].T
        state[f"weight_hh_l{k}"] = W_hh[k].T
        state[f"bias_ih_l{k}"] = b_h[k]
        state[f"bias_hh_l{k}"] = np.zeros(len(b_h[k]))
    return state
    ### END SOLUTION


# %% test="to_torch" points=2
given = [
    [np.array([[3.0, 5.0, 7.0, 1.0], [4.0, 6.0, 8.0, 2.0]])],
    [np.array([[20.0, 30.0, 40.0, 10.0]])],
    [np.array([1.2, 1.3, 1.4, 1.1])],
]
want = {
    "weight_ih_l0": [[3.0, 4.0], [5.0, 6.0], [7.0, 8.0], [1.0, 2.0]],
    "weight_hh_l0": [[20.0], [30.0], [40.0], [10.0]],
    "bias_ih_l0": [1.2, 1.3, 1.4, 1.1],
    "bias_hh_l0": [0.0] * 4,
}
got = expect_result(to_torch, *given, case="the example above, lists of one layer")
keys = sorted(map(str, got)) if isinstance(got, dict) else f"a {type(got).__name__}"
assert keys == sorted(want), (
    f"Expected a dict with the keys {sorted(want)}, got {keys}. Look at the table of "
    "the task."
)
for key in want:
    expect_shape(got[key], np.shape(want[key]), f"{key} in the table of the task")
    expect_close(got[key], want[key], f"{key} in the example above and section 3.2")
both = [
    [np.arange(24.0).reshape(3, 8), np.arange(30.0, 46.0).reshape(2, 8)],
    [np.arange(50.0, 66.0).reshape(2, 8), np.arange(70.0, 86.0).reshape(2, 8)],
    [np.arange(90.0, 98.0), np.arange(100.0, 108.0)],
]
got = expect_result(to_torch, *both, case="two layers with D = 3 and H = 2")
keys = sorted(map(str, got))
assert keys == sorted(f"{key[:-1]}{k}" for key in want for k in (0, 1)), (
    f"Expected four keys ending in _l0 and four ending in _l1, got {keys}. Look at the "
    "example above."
)
want = {
    "weight_ih_l0": [[n, n + 8.0, n + 16.0] for n in range(8)],
    "weight_hh_l0": [[n + 50.0, n + 58.0] for n in range(8)],
    "bias_ih_l0": [n + 90.0 for n in range(8)],
    "bias_hh_l0": [0.0] * 8,
    "weight_ih_l1": [[n + 30.0, n + 38.0] for n in range(8)],
    "weight_hh_l1": [[n + 70.0, n + 78.0] for n in range(8)],
    "bias_ih_l1": [n + 100.0 for n in range(8)],
    "bias_hh_l1": [0.0] * 8,
}
look = (
    "two layers with D = 3 and H = 2: each layer has its own entry of the lists, and "
)
look += "section 3.2 says what becomes of it"
for key in want:
    expect_shape(got[key], np.shape(want[key]), f"{key} in the table of the task")
    expect_close(got[key], want[key], f"{key} of {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H, layers in [(2, 4, 3, 5, 1), (3, 2, 6, 4, 2), (1, 3, 2, 1, 3)]:
    sizes = [[(H if k else D, 4 * H) for k in range(layers)]]
    sizes += [layers * [(H, 4 * H)], layers * [(4 * H,)]]
    given = [[0.7 * rng.normal(size=s) for s in row] for row in sizes]
    kept = [[a.copy() for a in row] for row in given]
    result = to_torch(*given)
    stack = torch.nn.LSTM(D, H, layers, batch_first=True, dtype=torch.float64)
    wanted = {key: tuple(w.shape) for key, w in stack.state_dict().items()}
    keys = result.keys() if isinstance(result, dict) else None
    assert keys == wanted.keys(), (
        f"The keys are not those of a torch.nn.LSTM with {layers} layers."
    )
    for key, shape in wanted.items():
        assert np.shape(result[key]) == shape, (
            f"{key} has another shape than in torch, with {layers} layers, D = {D} "
            f"and H = {H}."
        )
    assert not any(np.any(result[f"bias_hh_l{k}"]) for k in range(layers)), (
        "The second bias of a layer is not zero."
    )
    stack.load_state_dict({k: torch.tensor(np.array(a)) for k, a in result.items()})
    x = torch.tensor(rng.normal(size=(B, T, D)))
    found, states = stack(x)[0].detach().numpy(), x
    for W, U, b in zip(*kept, strict=True):
        W, U, b = map(torch.tensor, (W, U, b))
        h = c = torch.zeros(B, H, dtype=torch.float64)
        steps = []
        for t in range(T):
            i, f, g, o = torch.chunk(states[:, t] @ W + h @ U + b, 4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            steps.append(h)
        states = torch.stack(steps, dim=1)
    assert matches(found, states.numpy()), (
        f"Torch's LSTM with {layers} layers and your weights computes other states "
        "than equations (3.1) to (3.3); see section 3.2."
    )
    same = [all(map(np.array_equal, *pair)) for pair in zip(given, kept, strict=True)]
    assert all(same), "to_torch changed one of its inputs; make new arrays instead."
### END HIDDEN TESTS

# %% [markdown] prompt="count_parameters"
# ## 6. What does it cost?
#
# *2 points · difficulty 1 of 5 · about 5 minutes*
#
# Write `count_parameters`: how many weights and biases a stack of LSTM layers has. One
# layer has $4(DH + H^2 + H)$ of them, equation (3.5), section 3.2. The hidden states of
# one layer are the inputs of the next, so from the second layer on the size of the
# input is $H$. All layers have the width $H$.
#
# Shapes: the integers `D`, `H` and `layers`, at least 1 each → a tuple of two integers,
# in this order: the number with one bias a row, as in this book, and the number that
# `torch.nn.LSTM` has, with two biases. Do not make a layer in order to count it.
#
# **Example.** $D=3$, $H=5$. One layer has $4(15 + 25 + 5) = 180$, in torch
# $180 + 20 = 200$. A second layer has $4(25 + 25 + 5) = 220$, in torch 240: for two
# layers the result is `(400, 440)`.


# %% solution="count_parameters"
def count_parameters(D, H, layers):
    """Weights and biases of a stack of LSTM layers, equation (3.5).

    D int, H int, layers int -> count int, count in torch int
    """
    ### BEGIN SOLUTION
    first = 4 * (D * H + H * H + H)
    other = 4 * (2 * H * H + H)
    count = first + (layers - 1) * other
    return count, count + 4 * H * layers
    ### END SOLUTION


# %% test="count_parameters" points=2
names = ["the number with one bias", "the number in torch"]
looks = [
    "the example above and (3.5): its terms, its 4, and what each layer reads",
    "the example above, and section 3.2 below (3.4): torch's second bias",
]
for layers, wants in [(1, (180, 200)), (2, (400, 440)), (3, (620, 680))]:
    case = f"D = 3, H = 5 and layers = {layers}"
    parts = expect_result(count_parameters, 3, 5, layers, case=case)
    expect_parts(parts, names)
    for name, came, want, look in zip(names, parts, wants, looks, strict=True):
        exact = np.shape(came) == () and came == want
        assert exact, (
            f"Expected {want} for {name}, with {case}, got {came!r}. Look at {look}."
        )
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for layers in [1, 2, 3, 1, 4]:
    D, H = (int(n) for n in rng.choice(np.arange(2, 40), 2, replace=False))
    for size, width in [(D, H), (1, H), (D, 1)]:
        stack = torch.nn.LSTM(size, width, layers)
        counts = {key: w.numel() for key, w in stack.named_parameters()}
        extra = sum(n for key, n in counts.items() if key.startswith("bias_hh"))
        total = sum(counts.values())
        case = f"with D = {size}, H = {width} and layers = {layers}"
        result = count_parameters(size, width, layers)
        assert len(result) == 2, "count_parameters does not return two numbers."
        assert result[0] == total - extra, (
            f"The number with one bias is wrong {case}; see (3.5), section 3.2."
        )
        assert result[1] == total, (
            f"The number in torch is wrong {case}; see section 3.2 on its biases."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="lstm_cell_backward"
# ## 7. One step back: through both states
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `lstm_cell_backward`, the first half of a step back. Two gradients come in:
# $dh_t$, all that reaches the hidden state, and the part of $dc_t$ that comes from step
# $t+1$ along the rail. Find what reaches the gates, the candidate and the old cell
# state. First the outlet, equation (3.6), section 3.3:
#
# $$do_t = dh_t \odot \tanh(c_t), \qquad
# dc_t \mathrel{+}= dh_t \odot o_t \odot \left(1 - \tanh^2(c_t)\right)$$
#
# then, with the whole $dc_t$, the rail, equation (3.7), section 3.3:
#
# $$df_t = dc_t \odot c_{t-1}, \quad di_t = dc_t \odot \tilde{c}_t, \quad
# d\tilde{c}_t = dc_t \odot i_t, \quad dc_{t-1} = dc_t \odot f_t$$
#
# Shapes: `dh_t (B, H)`, `dc_t (B, H)` (what comes along the rail), `i`, `f`, `c_tilde`,
# `o` (the rows of the step, after their squashing), `c_prev` and `c_t`, all `(B, H)` →
# `(di, df, dc_tilde, do, dc_prev)` in this order, all `(B, H)`.
#
# **Example.** $B=H=1$: $dh_t = 2$, $dc_t = 1$, $i = 0.25$, $f = 0.75$,
# $\tilde{c} = 0.5$, $o = 0.5$, $c_{t-1} = -2$, $c_t = \ln 2$ with $\tanh(c_t) = 0.6$.
# Then $do_t = 2 \cdot 0.6 = 1.2$, and the whole
# $dc_t = 1 + 2 \cdot 0.5 \cdot (1 - 0.36) = 1.64$. So $di_t = 0.82$, $df_t = -3.28$,
# $d\tilde{c}_t = 0.41$ and $dc_{t-1} = 1.23$. (The states of this example are chosen
# for easy numbers; no step made them.)
#
# <details><summary>Hint</summary>
#
# `dc_t += ...` writes into the array that you were given. Make a new one:
# `dc_t = dc_t + ...`.
#
# </details>


# %% solution="lstm_cell_backward"
def lstm_cell_backward(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    """From the two states to the gates and the old cell state, (3.6) and (3.7).

    dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t (B, H) each
    -> di, df, dc_tilde, do, dc_prev (B, H) each
    """
    ### BEGIN SOLUTION
    squashed = np.tanh(c_t)
    do = dh_t * squashed
    dc_t = dc_t + dh_t * o * (1 - squashed**2)
    return dc_t * c_tilde, dc_t * c_prev, dc_t * i, do, dc_t * f
    ### END SOLUTION


# %% test="lstm_cell_backward" points=3
names = ["di", "df", "dc_tilde", "do", "dc_prev"]
parts = expect_result(
    lstm_cell_backward,
    *(np.full((2, 5), 0.5) for _ in range(8)),
    case="B = 2 and H = 5",
)
expect_parts(parts, names)
for name, part in zip(names, parts, strict=True):
    expect_shape(part, (2, 5), f"{name} in the shapes of the task")

equations = dict.fromkeys(names, "the whole dc_t, (3.6), and its line in (3.7)")
equations["do"] = "(3.6), first line"
values = [2.0, 1.0, 0.25, 0.75, 0.5, 0.5, -2.0, np.log(2.0)]
parts = expect_result(
    lstm_cell_backward,
    *(np.array([[value]]) for value in values),
    case="the example above",
)
for name, part, want in zip(names, parts, [0.82, -3.28, 0.41, 1.2, 1.23], strict=True):
    expect_close(part, [[want]], f"{name} in the example above: {equations[name]}")
parts = expect_result(
    lstm_cell_backward,
    np.array([[1.0, 2.0], [-1.0, 0.5]]),
    np.array([[0.5, -1.0], [2.0, 1.0]]),
    np.array([[0.2, 0.9], [0.4, 0.6]]),
    np.array([[0.7, 0.3], [0.8, 0.1]]),
    np.array([[-0.5, 0.3], [0.6, -0.8]]),
    np.array([[0.9, 0.4], [0.1, 0.7]]),
    np.array([[1.0, -2.0], [0.5, 3.0]]),
    np.array([[0.5, -1.0], [2.0, 0.0]]),
    case="B = 2 and H = 2",
)
wants = [
    [[-0.603901, -0.199206], [1.195761, -1.08]],
    [[1.207803, 1.328041], [0.996467, 4.05]],
    [[0.241561, -0.597618], [0.797174, 0.81]],
    [[0.462117, -1.523188], [-0.964028, 0.0]],
    [[0.845462, -0.199206], [1.594348, 0.135]],
]
look = "with B = 2 and H = 2, where each number has its own factors"
for name, part, want in zip(names, parts, wants, strict=True):
    expect_close(part, want, f"{name} {look}: {equations[name]}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, H in [(4, 5), (1, 3), (6, 1), (2, 7)]:
    leaves = [torch.tensor(rng.random((B, H))) for _ in range(4)]  # i, f, c_tilde, o
    leaves[2] = 2 * leaves[2] - 1
    leaves.append(torch.tensor(2 * rng.normal(size=(B, H))))  # c_prev
    for leaf in leaves:
        leaf.requires_grad_()
    i, f, g, o, before = leaves
    after = f * before + i * g
    reaching = rng.normal(size=(2, B, H))
    both = torch.stack([o * torch.tanh(after), after])
    both.backward(torch.tensor(reaching))
    given = [*reaching, *(a.detach().numpy().copy() for a in [*leaves, after])]
    kept = [a.copy() for a in given]
    result = lstm_cell_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "lstm_cell_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, leaf in zip(names, result, leaves, strict=True):
        assert matches(found, leaf.grad.numpy()), (
            f"{name} is not the slope of the loss on random inputs; compare it with "
            "its formula in (3.6) and (3.7), section 3.3."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="lstm_gates_backward"
# ## 8. One step back: through the gates
#
# *3 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `lstm_gates_backward`, the second half of a step back. What reaches the gates
# and the candidate is known; find the gradients of the input, the old hidden state and
# the weights. First the squashing, equation (3.8), section 3.3:
#
# $$\delta_t = \left[\, \delta^i_t \;\; \delta^f_t \;\; \delta^c_t \;\; \delta^o_t
# \,\right]$$
#
# $$\delta^i_t = di_t \odot i_t \odot (1 - i_t), \qquad
# \delta^f_t = df_t \odot f_t \odot (1 - f_t)$$
#
# $$\delta^c_t = d\tilde{c}_t \odot (1 - \tilde{c}_t \odot \tilde{c}_t), \qquad
# \delta^o_t = do_t \odot o_t \odot (1 - o_t)$$
#
# then the matrices, equation (3.9), section 3.3. The chapter writes $\mathrel{+}=$
# where several steps share a gradient. Here there is one step: return the part that it
# adds.
#
# $$dx_t = \delta_t W_{xh}^\top, \quad
# dh_{t-1} = \delta_t W_{hh}^\top, \quad
# dW_{xh} = x_t^\top \delta_t, \quad
# dW_{hh} = h_{t-1}^\top \delta_t, \quad
# db_h = \sum_b \delta_{b,t}$$
#
# Shapes: `d_gates`, the tuple `(di, df, dc_tilde, do)`, and `gates`, the tuple
# `(i, f, c_tilde, o)` after the squashing, eight arrays of shape `(B, H)`;
# `x_t (B, D)`, `h_prev (B, H)`, `W_xh (D, 4H)`, `W_hh (H, 4H)` → the five gradients
# `(dx_t, dh_prev, dW_xh, dW_hh, db_h)` in this order, each with the shape of what it
# belongs to.
#
# **Example.** All sizes 1: $di = 4$, $df = 16$, $d\tilde{c} = -4$, $do = 8$, and
# $i = 0.5$, $f = 0.25$, $\tilde{c} = 0.5$, $o = 0.5$. The slopes are $0.25$,
# $0.25 \cdot 0.75 = 0.1875$, $1 - 0.25 = 0.75$ and $0.25$, so
# $\delta_t = (1, 3, -3, 2)$. With $x_t = 2$, $h_{t-1} = -1$,
# $W_{xh} = (0.1, 0.2, 0.3, 0.4)$ and $W_{hh} = (1, 0, 2, -1)$:
# $dx_t = 0.1 + 0.6 - 0.9 + 0.8 = 0.6$, $dh_{t-1} = 1 + 0 - 6 - 2 = -7$,
# $dW_{xh} = (2, 6, -6, 4)$, $dW_{hh} = (-1, -3, 3, -2)$, $db_h = (1, 3, -3, 2)$.
#
# <details><summary>Hint</summary>
#
# Gates and candidate are already squashed, so their slopes need no second sigmoid or
# tanh. `np.concatenate` puts blocks side by side when you name the axis. If you are
# unsure where a transpose goes, write the shapes under the formula: only one way fits.
#
# </details>


# %% solution="lstm_gates_backward"
def lstm_gates_backward(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    """From the gates to the input, the old state and the weights, (3.8) and (3.9).

    d_gates and gates tuples of four (B, H), x_t (B, D), h_prev (B, H),
    W_xh (D, 4H), W_hh (H, 4H)
    -> dx_t (B, D), dh_prev (B, H), dW_xh (D, 4H), dW_hh (H, 4H), db_h (4H,)
    """
    ### BEGIN SOLUTION
    i, f, c_tilde, o = gates
    slopes = [i * (1 - i), f * (1 - f), 1 - c_tilde**2, o * (1 - o)]
    delta = np.concatenate(d_gates, axis=1) * np.concatenate(slopes, axis=1)
    dx_t = delta @ W_xh.T
    dh_prev = delta @ W_hh.T
    dW_xh = x_t.T @ delta
    dW_hh = h_prev.T @ delta
    return dx_t, dh_prev, dW_xh, dW_hh, delta.sum(axis=0)
    ### END SOLUTION


# %% test="lstm_gates_backward" points=3
names = ["dx_t", "dh_prev", "dW_xh", "dW_hh", "db_h"]
fours = [tuple(np.full((2, 5), 0.5) for _ in range(4)) for _ in range(2)]
sizes = [(2, 3), (2, 5), (3, 20), (5, 20), (20,)]
parts = expect_result(
    lstm_gates_backward,
    *fours,
    *map(np.ones, sizes[:4]),
    case="B = 2, D = 3 and H = 5",
)
expect_parts(parts, names)
for name, part, size in zip(names, parts, sizes, strict=True):
    expect_shape(part, size, f"{name}, which has the shape of {name[1:]}")

parts = expect_result(
    lstm_gates_backward,
    tuple(np.array([[value]]) for value in [4.0, 16.0, -4.0, 8.0]),
    tuple(np.array([[value]]) for value in [0.5, 0.25, 0.5, 0.5]),
    np.array([[2.0]]),
    np.array([[-1.0]]),
    np.array([[0.1, 0.2, 0.3, 0.4]]),
    np.array([[1.0, 0.0, 2.0, -1.0]]),
    case="the example above",
)
got = dict(zip(names, parts, strict=True))
look = "db_h in the example above, where it is delta_t itself: equation (3.8)"
expect_close(got["db_h"], [1.0, 3.0, -3.0, 2.0], look)
for name, want in [
    ("dx_t", [[0.6]]),
    ("dh_prev", [[-7.0]]),
    ("dW_xh", [[2.0, 6.0, -6.0, 4.0]]),
    ("dW_hh", [[-1.0, -3.0, 3.0, -2.0]]),
]:
    expect_close(got[name], want, f"{name} in the example above and equation (3.9)")
reaching = [
    [[6.25, 12.5], [0.0, 6.25]],
    [[16.0, 0.0], [32.0, 16.0]],
    [[4.0, 8.0], [-4.0, 0.0]],
    [[16.0, 32.0], [0.0, -16.0]],
]
parts = expect_result(
    lstm_gates_backward,
    tuple(map(np.array, reaching)),
    tuple(np.full((2, 2), value) for value in [0.8, 0.25, 0.5, 0.75]),
    np.array([[1.0], [2.0]]),
    np.array([[1.0, 0.0], [-1.0, 3.0]]),
    np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]),
    np.array(
        [
            [1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 1.0],
            [0.0, 1.0, 1.0, 0.0, 3.0, 0.0, 1.0, 0.0],
        ]
    ),
    case="D = 1, B = 2 and H = 2",
)
got = dict(zip(names, parts, strict=True))
look = "with B = 2 and H = 2: the blocks of delta_t side by side, each with its own "
look += "slope, (3.8), and its sum over the batch"
expect_close(got["db_h"], [1.0, 3.0, 9.0, 3.0, 0.0, 6.0, 3.0, 3.0], f"db_h {look}")
look = "with B = 2 and H = 2: its product in (3.9), with all four blocks and no mean"
for name, want in [
    ("dx_t", [[134.0], [-7.0]]),
    ("dh_prev", [[19.0, 17.0], [9.0, -2.0]]),
    ("dW_xh", [[1.0, 4.0, 15.0, 6.0, -3.0, 6.0, 3.0, 0.0]]),
    (
        "dW_hh",
        [
            [1.0, 1.0, -3.0, -3.0, 6.0, 6.0, 3.0, 9.0],
            [0.0, 3.0, 18.0, 9.0, -9.0, 0.0, 0.0, -9.0],
        ],
    ),
]:
    expect_close(got[name], want, f"{name} {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H in [(4, 3, 5), (1, 6, 2), (5, 1, 3), (3, 4, 1)]:
    sizes = [(B, D), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)]
    leaves = [torch.tensor(0.7 * rng.normal(size=s), requires_grad=True) for s in sizes]
    x, h, W, U, b = leaves
    inside = torch.addmm(torch.addmm(b, x, W), h, U)
    rows = [inside[:, k * H : (k + 1) * H] for k in range(4)]
    rows = [torch.tanh(z) if k == 2 else torch.sigmoid(z) for k, z in enumerate(rows)]
    reaching = rng.normal(size=(4, B, H))
    torch.stack(rows).backward(torch.tensor(reaching))
    four = tuple(a.copy() for a in reaching), tuple(a.detach().numpy() for a in rows)
    given = [*four, *(a.detach().numpy().copy() for a in leaves[:4])]
    kept = [np.array(a) for a in given]
    result = lstm_gates_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "lstm_gates_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, leaf in zip(names, result, leaves, strict=True):
        assert matches(found, leaf.grad.numpy()), (
            f"{name} is not the slope of the loss on random inputs; compare it with "
            "its formula in (3.8) and (3.9), section 3.3."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="lstm_backward"
# ## 9. Backpropagation through time
#
# *4 points · difficulty 4 of 5 · about 25 minutes*
#
# Write `lstm_backward`: the gradients of a whole sequence. Walk from the last step to
# the first, and apply (3.6) to (3.9), section 3.3, at each step. Two gradients travel
# from step to step:
#
# - what reaches $h_t$ is the sum of what comes from its own scores, which is given as
#   `dh[:, t]`, and of $\delta_{t+1} W_{hh}^\top$, which comes from the next step;
# - what comes to $c_t$ along the rail is $dc_{t+1} \odot f_{t+1}$.
#
# There is no step after the last: along the rail the given `dc_T` comes to $c_T$, and
# $h_T$ hears from its own scores alone.
#
# The weights are the same at every step, so their gradients are the sums over the
# steps. Step $t$ uses $h_{t-1}$ and $c_{t-1}$, which are $h_0$ and $c_0$ for the first.
#
# Shapes: `dh (B, T, H)`, `dc_T (B, H)`, `x (B, T, D)`, `h_0 (B, H)`, `c_0 (B, H)`, the
# states `h (B, T, H)` and `c (B, T, H)`, `gates`, the tuple `(i, f, c_tilde, o)` of
# four arrays `(B, T, H)`, after their squashing, `W_xh (D, 4H)`, `W_hh (H, 4H)` →
# `(dx, dh_0, dc_0, dW_xh, dW_hh, db_h)` in this order, each with the shape of what it
# belongs to. `T` may be 0: then `dx` has no steps, $dc_0$ is `dc_T`, and the other
# gradients are zero.
#
# **Example.** All sizes 1 but $T=2$. At both steps $i = f = o = 0.5$ and
# $\tilde{c} = 0$. The states are zero, $h = c = (0, 0)$, but $h_0 = 1$ and $c_0 = 2$.
# (Chosen for easy numbers; no weights made them.) Let $x = (1, 2)$,
# $W_{xh} = (0, 1, 2, 0)$, $W_{hh} = (0, 0, 2, 0)$, $dh = (1, 4)$ and $dc_T = 1$.
#
# - Step 2: $dc_2 = 1 + 4 \cdot 0.5 = 3$, and only the candidate hears of it:
#   $\delta_2 = (0, 0, 1.5, 0)$. It sends back $1.5 \cdot 2 = 3$ to $h_1$ and
#   $3 \cdot 0.5 = 1.5$ to $c_1$.
# - Step 1: what reaches $h_1$ is $1 + 3 = 4$, so
#   $dc_1 = 1.5 + 4 \cdot 0.5 = 3.5$. The forget gate gets
#   $3.5 \cdot 2 \cdot 0.25 = 1.75$, the candidate $3.5 \cdot 0.5 = 1.75$:
#   $\delta_1 = (0, 1.75, 1.75, 0)$. It sends back $dh_0 = 3.5$ and $dc_0 = 1.75$.
# - Sums: $dW_{xh} = 1 \cdot \delta_1 + 2 \cdot \delta_2 = (0, 1.75, 4.75, 0)$,
#   $dW_{hh} = 1 \cdot \delta_1 + 0 \cdot \delta_2 = (0, 1.75, 1.75, 0)$,
#   $db_h = (0, 1.75, 3.25, 0)$, and $dx = (5.25, 3)$.
#
# <details><summary>Hint</summary>
#
# Keep two arrays of shape `(B, H)` through the loop, one for each state. In Python,
# `c[:, t - 1]` at `t = 0` is the *last* state, without any warning.
#
# </details>


# %% solution="lstm_backward"
def lstm_backward(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    """Gradients of a whole sequence, equations (3.6) to (3.9).

    dh (B, T, H), dc_T (B, H), x (B, T, D), h_0 (B, H), c_0 (B, H), h (B, T, H),
    c (B, T, H), gates a tuple of four (B, T, H), W_xh (D, 4H), W_hh (H, 4H)
    -> dx (B, T, D), dh_0 (B, H), dc_0 (B, H), dW_xh (D, 4H), dW_hh (H, 4H), db_h (4H,)
    """
    ### BEGIN SOLUTION
    i, f, c_tilde, o = gates
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]  # (B, T, H)
    c_prev = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    squashed = np.tanh(c)
    shown = o * (1 - squashed**2)
    # From dc_t, dc_t, dc_t and dh_t to the four blocks of delta_t.
    to_i, to_f = c_tilde * i * (1 - i), c_prev * f * (1 - f)
    to_c, to_o = i * (1 - c_tilde**2), squashed * o * (1 - o)
    delta = np.empty((*x.shape[:2], W_hh.shape[1]))
    dh_t, dc_t = np.zeros(h_0.shape), dc_T
    for t in reversed(range(x.shape[1])):
        dh_t = dh_t + dh[:, t]
        dc_t = dc_t + dh_t * shown[:, t]
        blocks = [dc_t * to_i[:, t], dc_t * to_f[:, t]]
        blocks += [dc_t * to_c[:, t], dh_t * to_o[:, t]]
        delta[:, t] = np.concatenate(blocks, axis=1)
        dh_t = delta[:, t] @ W_hh.T
        dc_t = dc_t * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", h_prev, delta)
    return delta @ W_xh.T, dh_t, dc_t, dW_xh, dW_hh, delta.sum(axis=(0, 1))
    ### END SOLUTION


# %% test="lstm_backward" points=4
names = ["dx", "dh_0", "dc_0", "dW_xh", "dW_hh", "db_h"]
half, none = np.full((1, 2, 1), 0.5), np.zeros((1, 2, 1))
parts = expect_result(
    lstm_backward,
    np.array([[[1.0], [4.0]]]),
    np.array([[1.0]]),
    np.array([[[1.0], [2.0]]]),
    np.array([[1.0]]),
    np.array([[2.0]]),
    none,
    none.copy(),
    (half, half.copy(), none.copy(), half.copy()),
    np.array([[0.0, 1.0, 2.0, 0.0]]),
    np.array([[0.0, 0.0, 2.0, 0.0]]),
    case="the example above",
)
expect_parts(parts, names)
sizes = [(1, 2, 1), (1, 1), (1, 1), (1, 4), (1, 4), (4,)]
for name, part, size in zip(names, parts, sizes, strict=True):
    expect_shape(part, size, f"{name}, which has the shape of {name[1:]}")
got = dict(zip(names, parts, strict=True))
look = "in the example above,"
begins = "what reaches h_1 and c_1 from step 2, then (3.6) to (3.9), with h_0 and c_0"
adds = "the sums: each step adds its part, (3.9), with"
for name, part, want, where in [
    ("dx at step 2", got["dx"][:, 1], [[3.0]], "the lines of step 2: (3.6) to (3.9)"),
    ("dx at step 1", got["dx"][:, 0], [[5.25]], f"the lines of step 1: {begins}"),
    ("dh_0", got["dh_0"], [[3.5]], "what step 1 sends back, (3.9)"),
    ("dc_0", got["dc_0"], [[1.75]], "what step 1 sends back along the rail, (3.7)"),
    ("dW_xh", got["dW_xh"], [[0.0, 1.75, 4.75, 0.0]], f"{adds} its own x"),
    ("dW_hh", got["dW_hh"], [[0.0, 1.75, 1.75, 0.0]], f"{adds} the h before it"),
    ("db_h", got["db_h"], [0.0, 1.75, 3.25, 0.0], f"{adds} nothing but delta_t"),
]:
    expect_close(part, want, f"{name} {look} {where}")
two = np.log(2.0)
parts = expect_result(
    lstm_backward,
    np.array([[[1.0, -2.0]]]),
    np.array([[1.68, -3.68]]),
    np.array([[[1.0, 2.0, -1.0]]]),
    np.array([[1.0, -1.0]]),
    np.array([[2.0, 1.0]]),
    np.array([[[0.3, -0.15]]]),
    np.array([[[two, -two]]]),
    (
        np.array([[[0.5, 0.5]]]),
        np.array([[[0.5, 0.25]]]),
        np.array([[[0.5, -0.5]]]),
        np.array([[[0.5, 0.25]]]),
    ),
    np.arange(-12.0, 12.0).reshape(3, 8) / 10,
    np.arange(-6.0, 10.0).reshape(2, 8) / 10,
    case="B = T = 1, D = 3 and H = 2",
)
delta = np.array([0.25, 0.5, 1.0, -0.75, 0.75, -1.5, 0.15, 0.225])
wants = [
    [[[-0.9275, -0.4275, 0.0725]]],
    [[-0.5525, -0.0525]],
    [[1.0, -1.0]],
    np.array([delta, 2 * delta, -delta]),
    np.array([delta, -delta]),
    delta,
]
for name, part, want in zip(names, parts, wants, strict=True):
    expect_shape(part, np.shape(want), f"{name}, which has the shape of {name[1:]}")
look = (
    "db_h with one step, D = 3 and H = 2, where it is delta_t itself: (3.6) to (3.8), "
)
look += "and its blocks side by side"
expect_close(parts[5], wants[5], look)
for name, part, want in zip(names, parts, wants, strict=True):
    where = "the rail, (3.7)" if name == "dc_0" else "its product with delta_t, (3.9)"
    expect_close(part, want, f"{name} with one step, D = 3 and H = 2: {where}")
parts = expect_result(
    lstm_backward,
    np.array([[[1.0], [4.0]], [[0.0], [2.0]]]),
    np.array([[1.0], [0.0]]),
    np.array([[[1.0], [2.0]], [[-1.0], [1.0]]]),
    np.array([[1.0], [2.0]]),
    np.array([[2.0], [-1.0]]),
    np.array([[[0.5], [0.0]], [[-0.5], [0.0]]]),
    np.array([[[0.5], [-0.4]], [[1.0], [0.3]]]),
    (
        np.array([[[0.5], [0.4]], [[0.6], [0.2]]]),
        np.array([[[0.5], [0.25]], [[0.75], [0.5]]]),
        np.array([[[0.5], [-0.2]], [[0.1], [0.3]]]),
        np.array([[[0.5], [0.8]], [[0.3], [0.6]]]),
    ),
    np.array([[0.0, 1.0, 2.0, 0.0]]),
    np.array([[1.0, 0.0, 2.0, -1.0]]),
    case="B = T = 2 and D = H = 1",
)
wants = [
    [[[3.102092], [3.22126]], [[0.588763], [0.674273]]],
    [[1.716908], [0.663227]],
    [[1.240837], [0.441352]],
    [[-0.010054, 2.326599, 3.651761, 0.058054]],
    [[0.222387, 1.058111, 2.2475, 0.363054]],
    [0.197618, 1.755482, 2.915453, 0.401217],
]
look = "with B = T = 2 and other gates at each step: the time of each factor in (3.6) "
look += "to (3.9), and sums, not means, over batch and steps"
for name, part, want in zip(names, parts, wants, strict=True):
    expect_close(part, want, f"{name} {look}")
sizes = [(2, 0, 3), (2, 4), (2, 4), (3, 16), (4, 16), (16,)]
along = np.arange(8.0).reshape(2, 4)
parts = expect_result(
    lstm_backward,
    np.ones((2, 0, 4)),
    along,
    *(np.ones(size) for size in [*sizes[:3], (2, 0, 4), (2, 0, 4)]),
    tuple(np.ones((2, 0, 4)) for _ in range(4)),
    *(np.ones(size) for size in sizes[3:5]),
    case="T = 0, no steps",
)
expect_parts(parts, names)
for name, part, size in zip(names, parts, sizes, strict=True):
    expect_shape(part, size, f"{name} in the shapes of the task: T may be 0")
    want = along if name == "dc_0" else np.zeros(size)
    expect_close(part, want, f"{name} in the task, where it says what T = 0 gives")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H in [(3, 6, 4, 5), (1, 4, 3, 2), (2, 1, 4, 3), (5, 2, 1, 4)]:
    sizes = [(B, T, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)]
    leaves = [torch.tensor(0.7 * rng.normal(size=s), requires_grad=True) for s in sizes]
    x, h, c, W, U, b = leaves
    steps = []
    for t in range(T):
        inside = torch.addmm(torch.addmm(b, x[:, t], W), h, U)
        rows = [inside[:, k * H : (k + 1) * H].sigmoid() for k in (0, 1, 3)]
        rows.insert(2, inside[:, 2 * H : 3 * H].tanh())
        c = rows[1] * c + rows[0] * rows[2]
        h = rows[3] * torch.tanh(c)
        steps.append(torch.stack([h, c, *rows]))
    trace = torch.stack(steps, dim=2)  # (6, B, T, H)
    reaching, last = rng.normal(size=(B, T, H)), rng.normal(size=(B, H))
    loss = (trace[0] * torch.tensor(reaching)).sum() + (c * torch.tensor(last)).sum()
    loss.backward()
    values = [leaf.detach().numpy().copy() for leaf in leaves]
    hs, cs, *four = trace.detach().numpy().copy()
    given = [reaching, last, *values[:3], hs, cs, tuple(four), *values[3:5]]
    kept = [np.array(a) for a in given]
    result = lstm_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "lstm_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, leaf in zip(names, result, leaves, strict=True):
        assert matches(found, leaf.grad.numpy()), (
            f"{name} differs from backpropagation through all steps of a random "
            f"sequence with T = {T}; compare with (3.6) to (3.9), section 3.3."
        )
last = rng.normal(size=(3, 4))
empty = np.ones((3, 0, 4))
nothing = lstm_backward(
    empty,
    last,
    np.ones((3, 0, 2)),
    np.ones((3, 4)),
    np.ones((3, 4)),
    empty,
    empty,
    (empty, empty, empty, empty),
    np.ones((2, 16)),
    np.ones((4, 16)),
)
for name, found, size in zip(
    names, nothing, [(3, 0, 2), (3, 4), 0, (2, 16), (4, 16), (16,)], strict=True
):
    assert matches(found, np.zeros(size) if size else last), (
        f"{name} is wrong for a sequence of no steps: the task says what T = 0 gives."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="rail_by_lag"
# ## 10. What the rail carries
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `rail_by_lag`: how the last cell state depends on each earlier one, along the
# rail alone. This is equation (3.10), section 3.4:
#
# $$\left. \frac{\partial c_T}{\partial c_t} \right|_{\text{rail}} =
# \prod_{s=t+1}^{T} \operatorname{diag}(f_s)$$
#
# A product of diagonal matrices is diagonal, so keep only its diagonal: $H$ numbers for
# each $t$.
#
# Shapes: `f (T, H)`, the forget gates $f_1, \dots, f_T$ of one sequence with $T \ge 1$
# → `rail (T, H)`, where `rail[k]` is the diagonal of the derivative with respect to
# $c_{T-k}$, at lag $k$. At lag 0 the product is empty, and all its numbers are 1. A
# gate may be exactly 0.
#
# **Example.** $T=3$, $H=2$, $f_1 = (0.9, 0.1)$, $f_2 = (0.5, 1)$, $f_3 = (0.8, 0.5)$.
# Lag 0: $(1, 1)$. Lag 1: $(0.8, 0.5)$. Lag 2:
# $(0.8 \cdot 0.5,\; 0.5 \cdot 1) = (0.4, 0.5)$. The gate $f_1$ has no part in it:
# it stands between $c_0$ and $c_1$.


# %% solution="rail_by_lag"
def rail_by_lag(f):
    """Diagonals of the derivative along the rail, by lag, equation (3.10).

    f (T, H) -> rail (T, H)
    """
    ### BEGIN SOLUTION
    factors = np.concatenate([np.ones((1, f.shape[1])), f[:0:-1]])
    return np.cumprod(factors, axis=0)
    ### END SOLUTION


# %% test="rail_by_lag" points=2
got = expect_result(rail_by_lag, np.full((6, 4), 0.5), case="T = 6 and H = 4")
expect_shape(got, (6, 4), "the shapes of the task: a row for each lag from 0")
gates_given = np.array([[0.9, 0.1], [0.5, 1.0], [0.8, 0.5]])
got = expect_result(rail_by_lag, gates_given, case="the example above")
look = "the example above, lag by lag, and equation (3.10)"
expect_close(got, [[1.0, 1.0], [0.8, 0.5], [0.4, 0.5]], look)
shut = np.array([[0.9, 0.6], [0.0, 0.8], [0.5, 1.0]])
got = expect_result(rail_by_lag, shut, case="a gate that is exactly 0")
look = "the task: a gate may be exactly 0, here that of unit 1 at step 2, and (3.10) "
look += "only multiplies"
expect_close(got, [[1.0, 1.0], [0.5, 1.0], [0.0, 0.8]], look)
got = expect_result(rail_by_lag, np.array([[0.3, 0.6]]), case="T = 1, a single step")
expect_close(got, [[1.0, 1.0]], "the task: at lag 0 the product is empty")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for T, H, low in [(6, 4, 0.2), (1, 5, 0.5), (2, 3, 0.1), (5, 1, 0.6), (300, 2, 0.98)]:
    given = rng.uniform(low, 1, size=(T, H))
    if T == 6:
        given[3, 1] = 0.0  # shut for one step: nothing from before comes through
    kept = given.copy()
    result = rail_by_lag(given)
    truth = torch.ones(T, H, dtype=torch.float64)
    for t in range(1, T):
        truth[:t] *= torch.tensor(given[t])
    assert matches(result, truth.flip(0).numpy()), (
        f"The diagonals differ from equation (3.10), section 3.4, for T = {T} and "
        f"H = {H}; check which gates belong to each lag."
    )
    assert np.array_equal(given, kept), "rail_by_lag changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="cell_jacobian"
# ## 11. What the rail leaves out
#
# *3 points · difficulty 4 of 5 · about 20 minutes*
#
# Write `cell_jacobian`: how the next cell state depends on this one, by all paths of
# one step. The cell state is also shown, and what is shown reaches every gate of the
# next step. This is equation (3.11), section 3.4:
#
# $$\frac{\partial c_{t+1}}{\partial c_t} = \operatorname{diag}(f_{t+1}) +
# \operatorname{diag}\left(o_t \odot (1 - \tanh^2 c_t)\right) M_t$$
#
# $$\begin{aligned}
# M_t &= W_{hf} \operatorname{diag}\left(c_t \odot f_{t+1} \odot (1 - f_{t+1})\right) \\
# &+ W_{hi} \operatorname{diag}\left(\tilde{c}_{t+1} \odot i_{t+1} \odot
# (1 - i_{t+1})\right) \\
# &+ W_{hc} \operatorname{diag}\left(i_{t+1} \odot
# (1 - \tilde{c}_{t+1} \odot \tilde{c}_{t+1})\right)
# \end{aligned}$$
#
# Shapes, without a batch: `o_t (H,)` and `c_t (H,)` of step $t$, `i_next (H,)`,
# `f_next (H,)`, `c_tilde_next (H,)` of step $t+1$, and `W_hh (H, 4H)` with its four
# blocks in the order of (3.4) → `jacobian (H, H)`. Row $j$, column $k$ holds the
# derivative of unit $k$ of $c_{t+1}$ with respect to unit $j$ of $c_t$.
#
# **Example.** $H=1$: $o_t = 0.5$, $c_t = \ln 2 = 0.6931$ with $\tanh(c_t) = 0.6$,
# $i_{t+1} = f_{t+1} = \tilde{c}_{t+1} = 0.5$, $W_{hh} = (4, 8, 2, 7)$. The share of
# $c_t$ that is shown has the slope $0.5 \cdot (1 - 0.36) = 0.32$. The three paths are
# $8 \cdot \ln 2 \cdot 0.25 = 1.3863$, $4 \cdot 0.5 \cdot 0.25 = 0.5$ and
# $2 \cdot 0.5 \cdot 0.75 = 0.75$, together $M_t = 2.6363$. The result is
# $0.5 + 0.32 \cdot 2.6363 = 1.3436$, where the rail alone has 0.5. The output gate of
# step $t+1$, and so the 7, has no part in it.
#
# <details><summary>Hint</summary>
#
# A diagonal matrix on the right scales the columns: `W * d` with `d (H,)`. A diagonal
# matrix on the left scales the rows: `d[:, None] * W`.
#
# </details>


# %% solution="cell_jacobian"
def cell_jacobian(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    """Derivative of the next cell state by all paths of one step, equation (3.11).

    o_t, c_t, i_next, f_next, c_tilde_next (H,) each, W_hh (H, 4H) -> jacobian (H, H)
    """
    ### BEGIN SOLUTION
    W_hi, W_hf, W_hc, _ = np.split(W_hh, 4, axis=1)
    M = W_hf * (c_t * f_next * (1 - f_next))
    M = M + W_hi * (c_tilde_next * i_next * (1 - i_next))
    M = M + W_hc * (i_next * (1 - c_tilde_next**2))
    shown = o_t * (1 - np.tanh(c_t) ** 2)
    return np.diag(f_next) + shown[:, None] * M
    ### END SOLUTION


# %% test="cell_jacobian" points=3
given = [np.full(3, 0.5) for _ in range(5)]
got = expect_result(cell_jacobian, *given, np.ones((3, 12)), case="H = 3")
expect_shape(got, (3, 3), "the shapes of the task: jacobian is (H, H)")
got = expect_result(
    cell_jacobian,
    np.array([0.5]),
    np.array([np.log(2.0)]),
    *(np.array([0.5]) for _ in range(3)),
    np.array([[4.0, 8.0, 2.0, 7.0]]),
    case="the example above",
)
paths = 2 * np.log(2.0) + 0.5 + 0.75
look = (
    "the example above, term by term: the rail, what is shown, and the three paths of "
)
look += "(3.11)"
expect_close(got, [[0.5 + 0.32 * paths]], look)
got = expect_result(
    cell_jacobian,
    np.array([0.5, 1.0]),
    np.array([0.0, np.log(2.0)]),
    np.array([0.75, 0.25]),
    np.array([0.5, 0.75]),
    np.array([0.5, 0.0]),
    np.array(
        [
            [4.0, 1.0, 8.0, 0.0, 2.0, 4.0, 7.0, 7.0],
            [0.0, 8.0, 2.0, 4.0, 8.0, 0.0, 7.0, 7.0],
        ]
    ),
    case="H = 2",
)
look = "H = 2: the blocks of (3.4), which diagonals of (3.11) scale rows and which "
look += "columns, and what row and column mean in the shapes of the task"
expect_close(got, [[1.25, 0.5], [2.88, 1.082711]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for H in [4, 1, 6, 3]:
    U = torch.tensor(rng.normal(size=(H, 4 * H)))
    push = torch.tensor(rng.normal(size=4 * H))  # of the next input, and the biases
    o, c = torch.tensor(rng.random(H)), torch.tensor(1.5 * rng.normal(size=H))
    c.requires_grad_()
    inside = push + (o * torch.tanh(c)) @ U
    i, f = inside[:H].sigmoid(), inside[H : 2 * H].sigmoid()
    g = inside[2 * H : 3 * H].tanh()
    ahead = f * c + i * g
    columns = [torch.autograd.grad(a, c, retain_graph=True)[0] for a in ahead]
    truth = torch.stack(columns, dim=1).numpy()
    given = [a.detach().numpy().copy() for a in (o, c, i, f, g, U)]
    kept = [a.copy() for a in given]
    result = cell_jacobian(*given)
    assert matches(result, truth), (
        f"The matrix differs from equation (3.11), section 3.4, for a random cell with "
        f"H = {H}; check each path, and which diagonal scales rows and which columns."
    )
    assert all(map(np.array_equal, given, kept)), (
        "cell_jacobian changed one of its inputs; make new arrays instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="all_paths_by_lag"
# ## 12. How far back does the gradient reach?
#
# *4 points · difficulty 4 of 5 · about 25 minutes*
#
# Write `all_paths_by_lag`: how strongly the last cell state depends on each earlier one
# by *all* paths (section 3.4; the right half of its figure shows such curves). The size
# of $\partial c_T/\partial c_t$ is the most by which it stretches a row: its largest
# singular value, which `np.linalg.norm` computes with `ord=2`.
#
# A product of (3.11) is not enough. Over several steps there are more paths: through
# the output gates of the steps between. But a step back has them all. Send $H$
# gradients back at once, one for each number of $c_T$: at step $T$, let $dc_T$ be the
# identity matrix and $dh_T$ be zero, both `(H, H)`, and treat the rows as a batch. At
# each step, the whole $dc_t$ after equation (3.6), section 3.3, has row $k$ with the
# derivatives of unit $k$ of $c_T$ with respect to $c_t$. Take its size, and go on with
# (3.7) to (3.9) to the step before. There are no scores: what reaches $h_t$ comes from
# step $t+1$ alone.
#
# Shapes, without a batch: `gates`, the tuple `(i, f, c_tilde, o)` of four arrays
# `(T, H)`, after their squashing, `c (T, H)`, the cell states $c_1, \dots, c_T$, and
# `W_hh (H, 4H)` → `norms (T,)`, where `norms[k]` is the size of
# $\partial c_T/\partial c_{T-k}$. At lag 0 it is 1. $T \ge 1$.
#
# **Example.** $H=1$, $T=3$. At each step $i = f = o = 0.5$, $\tilde{c} = 0$,
# $c = \ln 2$ with $\tanh(c) = 0.6$; $W_{hh} = (0, 0, 2, 4)$. (Chosen for easy numbers;
# no weights made them.) What is shown has the slope $0.5 \cdot (1 - 0.36) = 0.32$.
#
# - Lag 0: $dc_3 = 1$, $dh_3 = 0$. Step 3 sends back
#   $dh_2 = 1 \cdot 0.5 \cdot 2 = 1$ through the candidate, and 0.5 along the rail.
# - Lag 1: $dc_2 = 0.5 + 1 \cdot 0.32 = 0.82$. Step 2 sends back
#   $0.82 \cdot 0.5 \cdot 2 = 0.82$ through the candidate and
#   $1 \cdot 0.6 \cdot 0.25 \cdot 4 = 0.6$ through the output gate, together
#   $dh_1 = 1.42$, and $0.82 \cdot 0.5 = 0.41$ along the rail.
# - Lag 2: $dc_1 = 0.41 + 1.42 \cdot 0.32 = 0.8644$.
#
# So `norms` is $(1, 0.82, 0.8644)$. The rail alone has $(1, 0.5, 0.25)$.
#
# <details><summary>Hint</summary>
#
# `dc * f[t]` with `dc (H, H)` and `f[t] (H,)` multiplies every row of `dc` by the gates
# of step `t`. The last step that the loop visits is the first of the sequence: after
# its size is taken, nothing more is needed, and there is no $c_0$ to use.
#
# </details>


# %% solution="all_paths_by_lag"
def all_paths_by_lag(gates, c, W_hh):
    """Size of the last cell state's derivative by all paths, by lag (section 3.4).

    gates a tuple of four (T, H), c (T, H), W_hh (H, 4H) -> norms (T,)
    """
    ### BEGIN SOLUTION
    i, f, c_tilde, o = gates
    H, squashed, norms = c.shape[1], np.tanh(c), []
    dh, dc = np.zeros((H, H)), np.eye(H)
    for t in reversed(range(len(c))):
        dc = dc + dh * o[t] * (1 - squashed[t] ** 2)
        norms.append(np.linalg.norm(dc, 2))
        # At t = 0 there is no state before; what is sent back is not used.
        delta_i = dc * c_tilde[t] * i[t] * (1 - i[t])
        delta_f = dc * c[t - 1] * f[t] * (1 - f[t])
        delta_c = dc * i[t] * (1 - c_tilde[t] ** 2)
        delta_o = dh * squashed[t] * o[t] * (1 - o[t])
        dh = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1) @ W_hh.T
        dc = dc * f[t]
    return np.array(norms)
    ### END SOLUTION


# %% test="all_paths_by_lag" points=4
four = tuple(np.full((6, 4), 0.5) for _ in range(4))
got = expect_result(
    all_paths_by_lag, four, np.ones((6, 4)), np.ones((4, 16)), case="T = 6 and H = 4"
)
expect_shape(got, (6,), "the shapes of the task: one size for each lag")
look = "lag 0 in the task, the first size: dc_T is the identity, dh_T is zero, and the "
look += "size is the largest singular value"
expect_close(got[0], 1.0, look)
half = np.full((3, 1), 0.5)
got = expect_result(
    all_paths_by_lag,
    (half, half.copy(), np.zeros((3, 1)), half.copy()),
    np.full((3, 1), np.log(2.0)),
    np.array([[0.0, 0.0, 2.0, 4.0]]),
    case="the example above",
)
expect_close(got, [1.0, 0.82, 0.8644], "the example above, lag by lag, (3.6) to (3.9)")
half = np.full((2, 2), 0.5)
got = expect_result(
    all_paths_by_lag,
    (half, half.copy(), np.zeros((2, 2)), half.copy()),
    np.full((2, 2), np.log(2.0)),
    np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0], [0.0] * 8]),
    case="T = 2 and H = 2",
)
look = "lag 1 of two units: the whole dc_1 is [[0.5, 0.0], [0.32, 0.5]] here, and its "
look += "size is its largest singular value"
expect_close(got, [1.0, 0.684976], look)
got = expect_result(
    all_paths_by_lag,
    (
        np.array([[0.5, 0.7], [0.2, 0.5], [0.8, 0.4]]),
        np.array([[0.9, 0.9], [0.5, 0.25], [0.75, 0.5]]),
        np.array([[0.25, 0.5], [-0.5, 0.3], [0.6, -0.2]]),
        np.array([[0.5, 0.3], [0.9, 0.6], [0.2, 0.7]]),
    ),
    np.array([[np.log(2.0), 0.0], [1.0, -1.0], [0.5, 2.0]]),
    np.array(
        [
            [1.0, 0.0, 2.0, 0.0, 2.0, 0.0, 4.0, 0.0],
            [0.0, 2.0, 1.0, 0.0, 1.0, 2.0, 0.0, -4.0],
        ]
    ),
    case="T = 3 and H = 2",
)
look = "H = 2 and other gates at each step: the time of each factor in (3.6) to (3.9), "
look += "the blocks of (3.4), and that a column, not a row, is a unit of the step"
expect_close(got, [1.0, 1.330794, 1.114525], look)
got = expect_result(
    all_paths_by_lag,
    tuple(np.full((1, 2), 0.5) for _ in range(4)),
    np.ones((1, 2)),
    np.ones((2, 8)),
    case="T = 1, a single step",
)
expect_close(got, [1.0], "the task: with T = 1 there is lag 0 alone")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for T, H, size in [(6, 4, 0.6), (5, 3, 1.5), (1, 5, 0.8), (7, 1, 1.5), (2, 6, 0.5)]:
    U = torch.tensor(size * rng.normal(size=(H, 4 * H)))
    push = torch.tensor(0.8 * rng.normal(size=(T, 4 * H)))
    h = torch.tensor(rng.normal(size=H))
    c = torch.tensor(rng.normal(size=H), requires_grad=True)
    path, steps = [], []
    for t in range(T):
        inside = push[t] + h @ U
        rows = [inside[k * H : (k + 1) * H].sigmoid() for k in (0, 1, 3)]
        rows.insert(2, inside[2 * H : 3 * H].tanh())
        c = rows[1] * c + rows[0] * rows[2]
        h = rows[3] * torch.tanh(c)
        path.append(c)
        steps.append(torch.stack([c, *rows]))
    truth = []
    for back in reversed(path):
        pulls = [torch.autograd.grad(a, back, retain_graph=True)[0] for a in c]
        truth.append(torch.linalg.svdvals(torch.stack(pulls)).max().item())
    states, *four = torch.stack(steps, dim=1).detach().numpy().copy()
    given = [tuple(four), states, U.numpy().copy()]
    kept = [np.array(a) for a in given]
    result = all_paths_by_lag(*given)
    assert matches(result, truth), (
        "The sizes differ from those of the full derivative of a random cell with "
        f"T = {T} and H = {H}; check that each way of section 3.4 is there once."
    )
    assert all(map(np.array_equal, given, kept)), (
        "all_paths_by_lag changed one of its inputs; make new arrays instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="forget_bias"
# ## 13. How long shall a unit remember?
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `forget_bias`: the biases of a new cell whose units are to remember for given
# times. A value that is written into a unit fades by the factor $f$ a step, section
# 3.5. The half-life $n$ is the number of steps after which half of it is left:
#
# $$f^{\,n} = \tfrac{1}{2}$$
#
# Before training, the bias decides: $f = \sigma(b_f)$. So find the $f$ of each unit,
# and invert the sigmoid:
#
# $$b_f = \log \frac{f}{1 - f}$$
#
# Shapes: `half_life (H,)`, numbers from 0.05 to 100,000 that need not be whole →
# `b_h (4H,)`, with the blocks in the order of equation (3.4), section 3.2. The other
# three blocks are zero.
#
# **Example.** $H=2$, half-lives 1 and 10. Unit 1: $f = 0.5$ and $b_f = 0$. Unit 2:
# $f = 0.5^{1/10} = 0.933033$ and $b_f = \log(0.933033/0.066967) = 2.6342$. So
# $b_h = (0, 0,\; 0, 2.6342,\; 0, 0,\; 0, 0)$. A bias of 1, which is often used, is a
# half-life of 2.2 steps.


# %% solution="forget_bias"
def forget_bias(half_life):
    """Biases of a cell whose units forget half in given times (section 3.5).

    half_life (H,) -> b_h (4H,)
    """
    ### BEGIN SOLUTION
    f = 0.5 ** (1 / half_life)
    zero = np.zeros(len(half_life))
    return np.concatenate([zero, np.log(f / (1 - f)), zero, zero])
    ### END SOLUTION


# %% test="forget_bias" points=2
got = expect_result(forget_bias, np.array([1.0, 2.0, 3.0]), case="H = 3")
expect_shape(got, (12,), "the shapes of the task: four blocks of H biases")
got = expect_result(forget_bias, np.array([1.0, 10.0]), case="the example above")
expect_shape(got, (8,), "the shapes of the task: four blocks of H biases")
look = (
    "the example above without its numbers 3 and 4, which are the forget gate's: the "
)
look += "other blocks are zero, in the order of (3.4)"
expect_close(np.delete(got, [2, 3]), [0.0] * 6, look)
kept_share = 0.5**0.1
look = "numbers 3 and 4 in the example above, the forget gate's: first f from the "
look += "half-life, then its bias, the two formulas of the task"
expect_close(got[2:4], [0.0, np.log(kept_share / (1 - kept_share))], look)
case = "half-lives of 0.25, 1000 and 4 steps"
got = expect_result(forget_bias, np.array([0.25, 1000.0, 4.0]), case=case)
expect_shape(got, (12,), "the shapes of the task: four blocks of H biases")
look = f"the forget gate's block for {case}: the two formulas of the task, for gates "
look += "near 0 and near 1 as well"
expect_close(got[3:6], [-2.70805, 7.273922, 1.664913], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for given in [
    rng.uniform(0.5, 20, size=5),
    rng.uniform(50, 500, size=3),
    np.array([0.05, 1e5]),
    rng.uniform(1, 9, size=1),
    rng.uniform(1, 9, size=4).astype(np.float32),
]:
    kept, H = given.copy(), len(given)
    result = np.asarray(forget_bias(given))
    assert result.shape == (4 * H,), "forget_bias does not return 4H numbers."
    blocks = result.reshape(4, H)
    assert matches(blocks[[0, 2, 3]], np.zeros((3, H))), (
        "Blocks other than the forget gate's are not zero; see (3.4), section 3.2."
    )
    opened = torch.sigmoid(torch.tensor(blocks[1], dtype=torch.float64)).numpy()
    left = opened ** given.astype(float)
    assert np.allclose(left, 0.5, rtol=1e-4), (
        "With your biases another share than half is left after the half-life; "
        "compare with section 3.5."
    )
    assert np.array_equal(given, kept), "forget_bias changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="spread_biases"
# ## 14. A start for all lags
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `spread_biases`: open the forget gates *and* shut the input gates, each unit for
# a memory of its own, in the two biases of a `torch.nn.LSTM`. This is equation (3.13),
# section 3.5:
#
# $$b_f = \log \ell, \qquad b_i = -\log \ell, \qquad
# \ell \sim \text{uniform}(1, T_{\max} - 1)$$
#
# The chance is not yours to make: `u` holds one number from $[0, 1)$ for each unit.
# Stretch it to the interval: $\ell = 1 + u\,(T_{\max} - 2)$.
#
# Torch adds its two biases up. Put $b_i$ and $b_f$ into the first, and zeros into the
# same two blocks of the second. The blocks of the candidate and the output gate stay as
# they are, in both. Torch's order is that of equation (3.4), section 3.2.
#
# Shapes: `u (H,)`, `T_max` a number above 2, `bias_ih (4H,)`, `bias_hh (4H,)` → two new
# arrays `(bias_ih, bias_hh)` in this order, `(4H,)` each.
#
# **Example.** $H=2$, $T_{\max} = 10$, $u = (0, 0.5)$: $\ell = (1, 5)$ and
# $\log \ell = (0, 1.6094)$. `bias_ih` $= (1, 2, 3, 4, 5, 6, 7, 8)$ becomes
# $(0, -1.6094, 0, 1.6094, 5, 6, 7, 8)$, and `bias_hh` $= (9, 9, 9, 9, 9, 9, 9, 9)$
# becomes $(0, 0, 0, 0, 9, 9, 9, 9)$.


# %% solution="spread_biases"
def spread_biases(u, T_max, bias_ih, bias_hh):
    """Biases for memories spread up to T_max, equation (3.13).

    u (H,) in [0, 1), T_max > 2, bias_ih (4H,), bias_hh (4H,)
    -> bias_ih (4H,), bias_hh (4H,)
    """
    ### BEGIN SOLUTION
    b_f = np.log(1 + u * (T_max - 2))
    kept = 2 * len(u)
    first = np.concatenate([-b_f, b_f, bias_ih[kept:]])
    second = np.concatenate([np.zeros(kept), bias_hh[kept:]])
    return first, second
    ### END SOLUTION


# %% test="spread_biases" points=2
names = ["bias_ih", "bias_hh"]
parts = expect_result(
    spread_biases,
    np.array([0.0, 0.5]),
    10,
    np.arange(1.0, 9.0),
    np.full(8, 9.0),
    case="the example above",
)
expect_parts(parts, names)
for name, part in zip(names, parts, strict=True):
    expect_shape(part, (8,), f"{name} in the shapes of the task")
five, look = np.log(5.0), "in the example above"
expect_close(
    parts[0][4:],
    [5.0, 6.0, 7.0, 8.0],
    f"the last two blocks of bias_ih, the first result, {look}: they stay as they are",
)
expect_close(
    parts[0][:4],
    [0.0, -five, 0.0, five],
    f"the first two blocks of bias_ih {look}: u stretched to the interval, then (3.13)",
)
expect_close(
    parts[1],
    [0.0] * 4 + [9.0] * 4,
    f"bias_hh {look}: the task says which blocks are cleared and which stay",
)
parts = expect_result(
    spread_biases,
    np.array([0.4]),
    4.5,
    np.arange(1.0, 5.0),
    np.arange(6.0, 10.0),
    case="H = 1 and T_max = 4.5",
)
two, look = np.log(2.0), "with H = 1 and T_max = 4.5, where u = 0.4 gives l = 2"
expect_close(parts[0], [-two, two, 3.0, 4.0], f"bias_ih {look}")
expect_close(parts[1], [0.0, 0.0, 8.0, 9.0], f"bias_hh {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for H, T_max in [(5, 40), (3, 250.0), (1, 3), (4, 2.5)]:
    given = [rng.random(H), rng.normal(size=4 * H), rng.normal(size=4 * H)]
    kept = [a.copy() for a in given]
    result = spread_biases(given[0], T_max, *given[1:])
    assert all(map(np.array_equal, given, kept)), (
        "spread_biases changed one of its inputs; make new arrays instead."
    )
    ends = torch.tensor([1.0, T_max - 1.0], dtype=torch.float64)
    memory = torch.lerp(*ends, torch.tensor(given[0])).numpy()
    logs = [[-np.log(m) for m in memory], [np.log(m) for m in memory]]
    truth = [np.append(logs, kept[1][2 * H :]), np.append(0 * kept[1], [])]
    truth[1][2 * H :] = kept[2][2 * H :]
    for name, found, want in zip(names, result, truth, strict=True):
        assert matches(found, want), (
            f"{name} differs from equation (3.13), section 3.5, for random numbers u, "
            f"H = {H} and T_max = {T_max}; check each of its four blocks."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="peephole_step"
# ## 15. A look at the cell
#
# *3 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `peephole_step`: one step of an LSTM whose gates look at the cell state. Inside
# the sigmoid of each gate there is one more term than in (3.1). This is equation
# (3.14), section 3.7:
#
# $$i_t = \sigma\left(\ldots + w_{ci} \odot c_{t-1}\right), \quad
# f_t = \sigma\left(\ldots + w_{cf} \odot c_{t-1}\right), \quad
# o_t = \sigma\left(\ldots + w_{co} \odot c_t\right)$$
#
# The output gate looks at the *new* cell state. The candidate has no peephole. The
# rest is as in equations (3.2) and (3.3), section 3.1.
#
# Shapes: `x_t (B, D)`, `h_prev (B, H)`, `c_prev (B, H)`, `W_xh (D, 4H)`,
# `W_hh (H, 4H)`, `b_h (4H,)`, and the peepholes `w_ci`, `w_cf`, `w_co`, `(H,)` each →
# `(h_t, c_t)` in this order, both `(B, H)`.
#
# **Example.** All sizes 1: $x_t = h_{t-1} = 0$, so that only the biases
# $b_h = (0, 0, \ln 2, 0)$ and the peepholes speak. $c_{t-1} = 1$, $w_{ci} = \ln 3$,
# $w_{cf} = -\ln 3$, $w_{co} = 2$. Then $i_t = 0.75$, $f_t = 0.25$,
# $\tilde{c}_t = 0.6$, so $c_t = 0.25 \cdot 1 + 0.75 \cdot 0.6 = 0.7$. Now
# $o_t = \sigma(2 \cdot 0.7) = 0.8022$ and
# $h_t = 0.8022 \cdot \tanh(0.7) = 0.4848$.


# %% solution="peephole_step"
def peephole_step(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    """One step of an LSTM with peepholes, equation (3.14).

    x_t (B, D), h_prev (B, H), c_prev (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,),
    w_ci, w_cf, w_co (H,) each -> h_t (B, H), c_t (B, H)
    """
    ### BEGIN SOLUTION
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    i, f, c_tilde, o = np.split(z, 4, axis=1)
    i, f = sigmoid(i + w_ci * c_prev), sigmoid(f + w_cf * c_prev)
    c_t = f * c_prev + i * np.tanh(c_tilde)
    return sigmoid(o + w_co * c_t) * np.tanh(c_t), c_t
    ### END SOLUTION


# %% test="peephole_step" points=3
sizes = [(2, 3), (2, 5), (2, 5), (3, 20), (5, 20), (20,), (5,), (5,), (5,)]
case = "B = 2, D = 3 and H = 5"
parts = expect_result(peephole_step, *map(np.ones, sizes), case=case)
expect_parts(parts, ["h_t", "c_t"])
for name, part in zip(["h_t", "c_t"], parts, strict=True):
    expect_shape(part, (2, 5), f"{name} in the shapes of the task")

parts = expect_result(
    peephole_step,
    np.zeros((1, 1)),
    np.zeros((1, 1)),
    np.ones((1, 1)),
    np.ones((1, 4)),
    np.ones((1, 4)),
    np.array([0.0, 0.0, np.log(2.0), 0.0]),
    np.array([np.log(3.0)]),
    np.array([-np.log(3.0)]),
    np.array([2.0]),
    case="the example above",
)
h_wanted = np.tanh(0.7) / (1 + np.exp(-1.4))
assert not (matches(parts[0], [[0.7]]) and matches(parts[1], [[h_wanted]])), (
    "Expected (h_t, c_t), got the cell state first. Look at the order of the two "
    "results in the shapes of the task."
)
look = "c_t in the example above: i_t and f_t by (3.14), the candidate by (3.1), then "
look += "equation (3.2)"
expect_close(parts[1], [[0.7]], look)
look = "h_t in the example above: which cell state the output gate sees, (3.14), then "
look += "equation (3.3)"
expect_close(parts[0], [[h_wanted]], look)
parts = expect_result(
    peephole_step,
    np.zeros((2, 1)),
    np.zeros((2, 2)),
    np.array([[1.0, 2.0], [-1.0, 1.0]]),
    np.ones((1, 8)),
    np.ones((2, 8)),
    np.array([0.0, 0.0, 0.0, 0.0, np.log(2.0), np.log(2.0), 0.0, 0.0]),
    np.array([np.log(3.0), 0.0]),
    np.array([-np.log(3.0), 0.0]),
    np.array([2.0, -1.0]),
    case="D = 1, B = 2 and H = 2",
)
c_wanted = np.array([[0.7, 1.3], [-0.6, 0.8]])
h_wanted = np.tanh(c_wanted) / (1 + np.exp(c_wanted * [-2.0, 1.0]))
look = "with B = 2 and H = 2, where each unit looks at its own cell, (3.14), and each "
look += "block is H neighbouring columns, (3.4)"
expect_close(parts[1], c_wanted, f"c_t {look}")
expect_close(parts[0], h_wanted, f"h_t {look}")
two, three = np.log(2.0), np.log(3.0)
parts = expect_result(
    peephole_step,
    np.array([[0.0], [1.0]]),
    np.array([[1.0, 0.0], [0.0, 1.0]]),
    np.array([[0.4, 1.0], [-1.0, 2.0]]),
    np.array([[three, 0.0, 0.0, 0.0, 0.0, two, 0.0, 0.0]]),
    np.array(
        [
            [0.0, three, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -three, 0.0, -two, 0.0, three, 0.0],
        ]
    ),
    np.array([0.0, three, three, 0.0, two, 0.0, 0.0, -three]),
    np.array([1.0, -1.0]),
    np.array([0.5, 2.0]),
    np.array([-1.0, 0.5]),
    case="inputs and hidden states that are not zero",
)
wants = [
    [[0.198327, 0.241125], [-0.2935, 0.478987]],
    [[0.673453, 0.880797], [-0.377541, 2.137287]],
]
look = (
    "with inputs and hidden states that are not zero: each block of (3.4) has all the "
)
look += "terms of (3.1), and the peephole of its own gate, (3.14)"
for name, k in [("c_t", 1), ("h_t", 0)]:
    expect_close(parts[k], wants[k], f"{name} {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H, look in [(4, 3, 5, 1.5), (1, 6, 2, 1.5), (7, 1, 4, 1.5), (3, 5, 1, 0.0)]:
    sizes = [(B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,), *3 * [(H,)]]
    given = [0.8 * rng.normal(size=s) for s in sizes]
    given[2] *= 2
    given[6:] = [look * a for a in given[6:]]
    kept = [a.copy() for a in given]
    result = peephole_step(*given)
    x, h, c, W, U, b, p, q, r = map(torch.tensor, given)
    # The first two peepholes shift the biases; the third one acts on the result.
    shift = torch.cat([p * c, q * c, 0 * c, 0 * c], dim=1)
    inside = torch.addmm(x @ W + shift + b, h, U)
    ahead = inside[:, H : 2 * H].sigmoid() * c
    ahead = ahead + inside[:, :H].sigmoid() * inside[:, 2 * H : 3 * H].tanh()
    truth = torch.sigmoid(inside[:, 3 * H :] + r * ahead) * ahead.tanh(), ahead
    assert len(result) == 2, "peephole_step does not return two states."
    for name, found, want in zip(["h_t", "c_t"], result, truth, strict=True):
        assert matches(found, want.numpy()), (
            f"{name} differs from equation (3.14), section 3.7, on random inputs; "
            "check for each gate which cell state it looks at."
        )
    assert all(map(np.array_equal, given, kept)), (
        "peephole_step changed one of its inputs; make a new array instead."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="find_cell"
# ## 16. Look for a cell, without fooling yourself
#
# *3 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `find_cell`: which unit of an LSTM follows a mark best, and how well does it
# really (section 3.8)? A mark is a number for each character of a text, such as whether
# a bracket is open. Half the pieces of text *choose* the unit, the other half *check*
# it. Pieces 0, 2, 4, … choose, pieces 1, 3, 5, … check.
#
# The correlation of a unit with the mark, for which the section has no equation, is
# taken over all characters of all pieces in a half:
#
# $$r = \frac{\sum_n (a_n - \bar a)(m_n - \bar m)}
# {\sqrt{\sum_n (a_n - \bar a)^2 \sum_n (m_n - \bar m)^2}}$$
#
# where $a_n$ is what the unit holds after a character, $m_n$ its mark, and $\bar a$ and
# $\bar m$ are their means over the half. Where the unit or the mark never changes,
# let $r = 0$. A unit may follow the mark with either sign, so the chosen unit is the
# one with the largest $|r|$ on the choosing half. If its $r$ there is negative, turn
# the signs of both its correlations round: the chosen one is then positive. The checked
# one may be negative; it says whether the unit keeps its sign.
#
# Shapes: `cells (P, N, H)`, what the $H$ units hold after each of $N$ characters of
# $P \ge 2$ pieces, `mark (P, N)`, booleans or numbers → `(best, chosen, checked)` in
# this order: the unit's number (an integer from 0), its correlation where it was
# chosen, and where it is checked. On the choosing half, mark and at least one unit do
# change, and no other unit has an $|r|$ as large as the best one's. What never changes
# in a half holds a multiple of $1/2$ there, so its mean is exact.
#
# **Example.** $P=2$, $N=4$, $H=2$. The mark is $(0, 0, 1, 1)$ in piece 0 and
# $(0, 1, 0, 1)$ in piece 1. Unit 0 holds $(1, 1, -1, -1)$ and $(1, 1, 1, -1)$, unit 1
# holds $(0, 1, 1, 1)$ and $(0, 1, 0, 1)$. On piece 0 their correlations are $-1$ and
# $0.5774$: unit 0 is chosen. On piece 1 its correlation is $-0.5774$. With the sign
# turned round the result is `(0, 1.0, 0.5774)`. Unit 1 would do better on piece 1, but
# piece 1 may not choose.
#
# <details><summary>Hint</summary>
#
# `cells[0::2].reshape(-1, H)` lays the pieces of a half end to end. Write the
# correlation for all units at once: the means and sums run over the characters, axis 0.
#
# </details>


# %% solution="find_cell"
def find_cell(cells, mark):
    """The unit that follows a mark best on even pieces, and how well on odd ones.

    cells (P, N, H), mark (P, N) -> best int, chosen float, checked float
    """
    ### BEGIN SOLUTION
    halves = []
    for k in (0, 1):
        a, m = cells[k::2].reshape(-1, cells.shape[2]), mark[k::2].ravel()
        a, m = a - a.mean(axis=0), m - m.mean()
        size = np.sqrt((a**2).sum(axis=0) * (m**2).sum())
        halves.append(m @ a / np.maximum(size, 1e-12))
    best = np.argmax(np.abs(halves[0]))
    sign = np.sign(halves[0][best])
    return best, sign * halves[0][best], sign * halves[1][best]
    ### END SOLUTION


# %% test="find_cell" points=3
cells = np.array(
    [
        [[1.0, 0.0], [1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]],
        [[1.0, 0.0], [1.0, 1.0], [1.0, 0.0], [-1.0, 1.0]],
    ]
)
marks = np.array([[False, False, True, True], [False, True, False, True]])
parts = expect_result(find_cell, cells, marks, case="the example above")
expect_parts(parts, ["best", "chosen", "checked"])
assert np.array_equal(parts[0], 0), (
    f"Expected unit 0 as best, the first result, got {parts[0]}. Look at the example "
    "above: piece 0 chooses, by the formula of the task and with either sign; units "
    "count from 0."
)
look = "chosen in the example above: the formula of the task, then the sign, which is "
look += "turned round"
expect_close(parts[1], 1.0, look)
look = "checked in the example above: the formula of the task on piece 1, for the unit "
look += "and the sign that piece 0 chose"
expect_close(parts[2], 3**-0.5, look)
still = np.concatenate([cells, np.full((2, 4, 1), 0.5)], axis=2)
parts = expect_result(find_cell, still, marks, case="a unit that never changes")
look = "chosen when a third unit never changes: the task says what its correlation is"
expect_close(parts[1], 1.0, look)
cells = np.array(
    [
        [[0.0, 0.0], [1.0, 1.0]],
        [[1.0, 0.0], [0.0, 1.0]],
        [[0.0, 1.0], [1.0, 1.0]],
        [[1.0, 0.0], [0.0, 1.0]],
    ]
)
marks = np.tile([0.0, 2.0], (4, 1))
parts = expect_result(find_cell, cells, marks, case="four pieces")
assert np.array_equal(parts[0], 0), (
    f"Expected unit 0 as the best of four pieces, got {parts[0]}. Look at the task: "
    "pieces 0 and 2 choose, and 1 and 3 have no say."
)
look = "four pieces by the formula: unit 0 follows the mark in pieces 0 and 2"
expect_close(parts[1], 1.0, f"chosen of {look}")
expect_close(parts[2], -1.0, f"checked of {look}, and its opposite in 1 and 3")
cells = np.array(
    [
        [[0.0, 0.0], [1.0, 1.0]],
        [[0.0, 1.0], [1.0, 0.0]],
        [[4.0, 0.0], [5.0, 0.5]],
    ]
)
marks = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 1.0]])
parts = expect_result(find_cell, cells, marks, case="three pieces")
assert np.array_equal(parts[0], 1), (
    f"Expected unit 1 as the best of three pieces, got {parts[0]}. Look at the formula "
    "of the task: each mean and each sum is one, over all characters of pieces 0 and 2."
)
look = "chosen of three pieces: the formula of the task, and a sign that is 1 or -1"
expect_close(parts[1], 0.75 / 0.6875**0.5, look)
look = "checked where the mark never changes: the task names the correlation"
expect_close(parts[2], 0.0, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for P, N, H, scale, kind in [
    (7, 9, 5, 1.0, bool),
    (4, 11, 6, 1e-3, float),
    (2, 13, 1, 1.0, bool),
    (5, 8, 4, 30.0, float),
    (6, 10, 3, 1.0, bool),
]:
    for sign in (1, -1):
        cells = rng.normal(size=(P, N, H)) + 2 * rng.normal(size=H)
        mark = rng.random((P, N)) < 0.4
        mark[0, :2] = mark[1, :2] = False, True
        # A unit that follows the mark roughly where it is chosen, and another one
        # that follows it better where it is checked; one unit never moves.
        cells[::2, :, H - 1] += sign * 4 * mark[::2]
        cells[1::2, :, 0] += 9 * mark[1::2]
        given = [scale * cells, mark.astype(kind)]
        if H > 2:
            given[0][:, :, 1] = 0.5
        kept = [a.copy() for a in given]
        result = find_cell(*given)
        truth = []
        for half in (slice(0, None, 2), slice(1, None, 2)):
            rows = [torch.tensor(given[1][half].astype(float)).ravel()]
            rows += [torch.tensor(given[0][half, :, k]).ravel() for k in range(H)]
            truth.append(torch.corrcoef(torch.stack(rows))[0, 1:].nan_to_num().numpy())
        unit = max(range(H), key=lambda k: abs(truth[0][k]))
        turn = 1 if truth[0][unit] > 0 else -1
        assert len(result) == 3, "find_cell does not return three things."
        assert np.array_equal(result[0], unit), (
            f"Another unit is the best on the choosing half of {P} random pieces; see "
            "section 3.8 on which pieces choose."
        )
        assert matches(result[1], turn * truth[0][unit]), (
            "The correlation where the unit was chosen is another one on random "
            "pieces; compare with the formula of the task."
        )
        assert matches(result[2], turn * truth[1][unit]), (
            "The correlation where the unit is checked is another one on random "
            "pieces; section 3.8 says what is checked, and on what."
        )
        assert all(map(np.array_equal, given, kept)), (
            "find_cell changed one of its inputs; make new arrays instead."
        )
cells = rng.normal(size=(4, 6, 3))
mark = np.zeros((4, 6))
mark[::2, :3] = 1
result = find_cell(cells, mark)
assert matches(result[2], 0.0), (
    "Where the mark never changes, nothing can follow it: the task names the number."
)
### END HIDDEN TESTS

# %% [markdown] prompt="reflection"
# ## 17. In your own words
#
# *2 points · difficulty 3 of 5 · about 15 minutes*
#
# A colleague trains an LSTM of 512 units on logs of machines. Some 300 steps before a
# failure one of two alarms is logged; the model has to say which. With
# `torch.nn.LSTM` as it starts, it does not learn.
#
# In six to nine sentences: (a) What is left of a gradient along the rail after 300
# steps, by equation (3.10), section 3.4, if the forget gates stand at 0.5, and what if
# they stand at $\sigma(6) = 0.9975$? Why does training not open the gates by itself?
# (b) With a forget bias of 6 the gradients arrive, some of them even grow, and the
# model is still little better than a guess. Name two things that you would try, and
# say with section 3.4 or 3.5 why. (c) At last it works. Your colleague shows one of the
# 512 units, whose correlation with the alarm is 0.45, as proof that the model 'uses the
# alarm'. What do you ask?

# %% [markdown] written="reflection" points=2
# ### BEGIN SOLUTION
# **A model answer.** (a) At 0.5 the product is $0.5^{300}$, about $5 \cdot 10^{-91}$:
# nothing. At 0.9975 it is $0.9975^{300}$, about 0.47 (with $\sigma(6)$ not rounded
# 0.48). The gates would open only if the
# loss at the end told them that keeping the alarm would have paid, and that message is
# the gradient that has vanished on the way. The other paths carry more than the rail,
# but with a start like torch's they vanish as well. (b) Shut the input gates, too, with
# a negative bias, or spread both biases by (3.13): an open forget gate keeps 300
# steps of distractions as faithfully as the alarm, and they pile up beside it. Clip the
# gradient: the rail cannot explode, but the full derivative can, through $W_{hh}$ and
# the gates. (A smaller training rate or more steps count, if the answer says why.)
# (c) On which texts was the unit chosen, and what is its correlation on logs that did
# not choose it? What does the best of 512 units of an untrained network reach? And even
# then: that a unit follows the alarm does not say that the prediction uses it; one
# would have to change the unit and see what the prediction does.
#
# **Rubric, 2 points.** Half a point for the two numbers of (a), to the power of ten and
# to one digit (0.47 and 0.48 are both right). Half a point for: the message that would
# open the gates is the gradient that vanishes. Half a point for (b): one thing from
# section 3.5 (input gates) and one other, with reasons; or both from section 3.5 with a
# reason that names what piles up. Half a point for (c): at least two of held-out data,
# untrained control, following is not using.
# ### END SOLUTION
