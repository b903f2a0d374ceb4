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
# # Chapter 4: build a gated recurrent unit
#
# In this notebook you write, in NumPy, the GRU of chapter 4: both of its variants, the
# sequence, the way back, padded batches, and the way in for weights that torch has
# trained. Then you count what the cell costs. Ten short functions (26 points), then one
# question to answer in words (2 points, graded by a reader): 28 points, about two and
# three quarter hours. Each task stands on its own, so you may skip one and return.
#
# **How a task works**
#
# 1. Read the task, with its formula and a worked example. Equation and section
#    numbers are those of chapter 4.
# 2. Replace `raise NotImplementedError()` in the cell below it, and run that cell.
# 3. Run the test cell that follows. It checks shapes, the worked example and that your
#    inputs stay as they are, and says in one sentence what it expected, what came, and
#    where to look.
# 4. Hidden tests decide on the points. They use random numbers, all sizes different,
#    and edge cases. To run them, press *Check* above the notebook. Where there is no
#    such button, save the notebook and type in a terminal, in the course's folder:
#
#    ```
#    .venv/bin/python -m autograder check work/ch4_gru/ch4_gru.ipynb
#    ```
#
# **The rules.** NumPy arrays go in and NumPy arrays come out; do not change your
# inputs. Results have to agree to about five digits. No function needs another one of
# this notebook: where one task contains another, write the line again, so that a slip
# costs you once. Write the formulas out: `torch.nn.GRU`, `torch.nn.GRUCell` and
# automatic differentiation are not an answer here. The function `sigmoid` is given.
#
# **The shapes.** Vectors are rows: a batch of inputs is multiplied by a matrix from the
# right. The chapter keeps ten arrays of weights in a dict. Here the three blocks stand
# **side by side, in the order $r$, $z$, $n$**: reset gate, update gate, candidate. So
# four arrays hold everything, and one product serves three blocks.
#
# | Symbol | Meaning | Name | Shape |
# |---|---|---|---|
# | | batch size, steps, input size, hidden size | `B`, `T`, `D`, `H` | |
# | $x_t$ | input at step $t$ | `x_t` | `(B, D)` |
# | $h_{t-1}$, $h_t$ | state before and after step $t$ | `h_prev`, `h_t` | `(B, H)` |
# | $W_{xr}, W_{xz}, W_{xn}$ | weights from the input | `W_xh` | `(D, 3H)` |
# | $W_{hr}, W_{hz}, W_{hn}$ | weights from the state | `W_hh` | `(H, 3H)` |
# | $b_r, b_z, b_{xn}$ | biases | `b_h` | `(3H,)` |
# | $b_{hn}$ | the candidate's other bias | `b_hn` | `(H,)` |
#
# For example, `x_t @ W_xh` has the shape `(B, 3H)`: its first $H$ columns are
# $x_t W_{xr}$, the next $H$ are $x_t W_{xz}$, the last $H$ are $x_t W_{xn}$.
# `np.split(a, 3, axis=1)` cuts such an array into its three blocks.
#
# A whole sequence has the steps on the second axis: `x` is `(B, T, D)`, `h` is
# `(B, T, H)`. Python counts from 0: `x[:, 0]` is $x_1$ and `h[:, 0]` is $h_1$, the
# state after the first step. The gradient of the loss with respect to `a` is called
# `da` and has the shape of `a`. The operation $\odot$ multiplies element by element.

# %% setup="helpers" file="expect.py"


# %% setup="sigmoid"
def sigmoid(a):
    """1 / (1 + exp(-a)), written so that nothing overflows."""
    return 0.5 * (1 + np.tanh(0.5 * a))


# %% [markdown] prompt="free_and_tied"
# ## 1. Tie two gates
#
# *2 points · difficulty 1 of 5 · about 10 minutes*
#
# The first step from the LSTM to the GRU: what a cell takes is what it drops. Write
# `free_and_tied`: given the forget gates $f_t$, the input gates $i_t$ and the
# candidates $\tilde c_t$ of every step, compute the cell states of the LSTM, whose
# gates are free of each other, and those of the tied cell. These are the middle line of
# equation (4.1) and equation (4.2), section 4.1:
#
# $$\text{free:}\quad c_t = f_t \odot c_{t-1} + i_t \odot \tilde c_t, \qquad
# \text{tied:}\quad c_t = f_t \odot c_{t-1} + (1 - f_t) \odot \tilde c_t$$
#
# Both start at the same $c_0$, and each goes on from its own states. (In a network the
# gates would depend on the state. Here they are given, so that you can set them.)
#
# Shapes: `f (B, T, H)`, `i (B, T, H)`, `c_tilde (B, T, H)`, `c_0 (B, H)` → the two
# results `(free, tied)` in this order, each `(B, T, H)`.
#
# **Example.** All sizes 1 but $T=3$: $f = (1, 1, 0.5)$, $i = (1, 1, 1)$,
# $\tilde c = (1, -0.5, 1)$, $c_0 = 0$. With free gates both are open at once and the
# cell adds: $c = (1, 0.5, 1.25)$. Tied, it stands still for two steps and then goes
# half of the way: $c = (0, 0, 0.5)$. One of the two left the range from $-1$ to 1. The
# other started within it, and by equation (4.10), section 4.7, cannot leave it.


# %% solution="free_and_tied"
def free_and_tied(f, i, c_tilde, c_0):
    """Cell states with free gates (4.1), and with tied ones (4.2).

    f (B, T, H), i (B, T, H), c_tilde (B, T, H), c_0 (B, H)
    -> free (B, T, H), tied (B, T, H)
    """
    ### BEGIN SOLUTION
    free, tied = np.empty(f.shape), np.empty(f.shape)
    c, d = c_0, c_0
    for t in range(f.shape[1]):
        c = f[:, t] * c + i[:, t] * c_tilde[:, t]
        d = f[:, t] * d + (1 - f[:, t]) * c_tilde[:, t]
        free[:, t] = c
        tied[:, t] = d
    return free, tied
    ### END SOLUTION


# %% test="free_and_tied" points=2
names = ["free", "tied"]
halves = [np.full((2, 5, 3), 0.5) for _ in range(3)]
case = "B = 2, T = 5 and H = 3"
parts = expect_result(free_and_tied, *halves, np.ones((2, 3)), case=case)
expect_parts(parts, names)
for name, part in zip(names, parts, strict=True):
    expect_shape(part, (2, 5, 3), f"the shapes of the task: {name} is (B, T, H)")

parts = expect_result(
    free_and_tied,
    np.array([[[1.0], [1.0], [0.5]]]),
    np.ones((1, 3, 1)),
    np.array([[[1.0], [-0.5], [1.0]]]),
    np.zeros((1, 1)),
    case="the example above",
)
wants = [[[[1.0], [0.5], [1.25]]], [[[0.0], [0.0], [0.5]]]]
looks = [
    "free, the first result, in the example above, and the middle line of (4.1)",
    "tied, the second result, in the example above, and equation (4.2)",
]
for part, want, look in zip(parts, wants, looks, strict=True):
    expect_close(part, want, f"{look}, section 4.1")
parts = expect_result(
    free_and_tied,
    np.array([[[0.5, 1.0], [0.25, 0.0]], [[0.0, 0.5], [1.0, 0.5]]]),
    np.array([[[0.25, 0.0], [0.5, 1.0]], [[0.5, 1.0], [0.0, 0.25]]]),
    np.array([[[0.8, 5.0], [-0.4, -3.0]], [[2.0, 1.0], [7.0, -4.0]]]),
    np.array([[2.0, -1.0], [1.0, 4.0]]),
    case="B = T = H = 2",
)
wants = [
    [[[1.2, -1.0], [0.1, -3.0]], [[1.0, 3.0], [1.0, 0.5]]],
    [[[1.4, -1.0], [0.05, -3.0]], [[2.0, 2.5], [2.0, -0.75]]],
]
looks = [
    "where c_0 is not zero: each factor of the middle line of (4.1), section 4.1",
    "where c_0 is not zero: each factor of (4.2), section 4.1",
]
for name, part, want, look in zip(names, parts, wants, looks, strict=True):
    expect_close(part, want, f"{name} with B = T = H = 2, {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, H, kind in [
    (3, 5, 4, np.float64),
    (1, 7, 2, np.float64),
    (4, 1, 3, np.float64),
    (2, 6, 5, np.float32),
]:
    f, i = rng.random((2, B, T, H))
    c_tilde, c_0 = 2 * rng.random((B, T, H)) - 1, 1.5 * rng.normal(size=(B, H))
    given = [a.astype(kind) for a in (f, i, c_tilde, c_0)]
    kept = [a.copy() for a in given]
    result = free_and_tied(*given)
    assert all(map(np.array_equal, given, kept)), (
        "free_and_tied changed one of its inputs; make new arrays instead."
    )
    f, i, c_tilde, c_0 = (torch.tensor(a, dtype=torch.float64) for a in given)
    for name, found, take in zip(names, result, [i, 1 - f], strict=True):
        truth = torch.empty(B, T, H, dtype=torch.float64)
        for t in range(T):  # what is left of the start, and of each candidate
            truth[:, t] = c_0 * f[:, : t + 1].prod(dim=1)
            for s in range(t + 1):
                left = f[:, s + 1 : t + 1].prod(dim=1)
                truth[:, t] += left * take[:, s] * c_tilde[:, s]
        assert matches(found, truth.numpy()), (
            f"The {name} states differ on random gates with T = {T}; compare with "
            "equations (4.1) and (4.2), section 4.1; follow the second step by hand."
        )
open_gates, up = np.ones((1, 40, 1)), np.ones((1, 40, 1))
climbs, stays = free_and_tied(open_gates, open_gates, up, np.full((1, 1), -0.5))
assert matches(climbs[0, :, 0], np.arange(40) + 0.5), (
    "With both gates open the free cell counts up by one at each step, (4.11)."
)
assert matches(stays, np.full((1, 40, 1), -0.5)), (
    "A tied cell that keeps everything stays where it is."
)
### END HIDDEN TESTS

# %% [markdown] prompt="gru_step"
# ## 2. One step of a GRU
#
# *3 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `gru_step`: from the input $x_t$ and the state $h_{t-1}$ make the new state
# $h_t$, in the variant that `torch.nn.GRU` computes. It resets *after* the product.
# This is equation (4.4), section 4.1:
#
# $$\begin{aligned}
# r_t &= \sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r) \\
# z_t &= \sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z) \\
# n_t &= \tanh\left(x_t W_{xn} + b_{xn} + r_t \odot (h_{t-1} W_{hn} + b_{hn})\right) \\
# h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}
# \end{aligned}$$
#
# Shapes: `x_t (B, D)`, `h_prev (B, H)`, `W_xh (D, 3H)`, `W_hh (H, 3H)`, `b_h (3H,)`,
# `b_hn (H,)` → `h_t (B, H)`. The blocks stand side by side in the order $r$, $z$, $n$,
# as the table at the top of this notebook says. The sums inside the gates and the
# candidate may be as large as some 10,000, of either sign.
#
# **Example.** All sizes 1: $x_t = 1$, $h_{t-1} = 0.5$, $W_{xh} = (1, 0.5, 0.5)$,
# $W_{hh} = (-1, 0.5, 2)$, $b_h = (-0.5, 0.25, -0.2)$, $b_{hn} = 0.4$.
#
# - Reset gate: $1 - 0.5 - 0.5 = 0$, so $r_t = \sigma(0) = 0.5$.
# - Update gate: $0.5 + 0.25 + 0.25 = 1$, so $z_t = \sigma(1) = 0.7311$.
# - Candidate: the past offers $0.5 \cdot 2 + 0.4 = 1.4$, of which half comes through:
#   $0.5 - 0.2 + 0.7 = 1$, so $n_t = \tanh(1) = 0.7616$.
# - New state: $h_t = 0.2689 \cdot 0.7616 + 0.7311 \cdot 0.5 = 0.5704$.
#
# <details><summary>Hint</summary>
#
# Make the two products `x_t @ W_xh` and `h_prev @ W_hh` first, and cut each of them
# into three blocks. Do not add the two before you cut: the candidate needs its parts
# from the input and from the state separately, since the reset gate scales only one.
#
# </details>


# %% solution="gru_step"
def gru_step(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    """One step of a GRU that resets after the product, equation (4.4).

    x_t (B, D), h_prev (B, H), W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,)
    -> h_t (B, H)
    """
    ### BEGIN SOLUTION
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)  # (B, H) each
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=1)
    r = sigmoid(r_x + r_h)
    z = sigmoid(z_x + z_h)
    n = np.tanh(n_x + r * (n_h + b_hn))
    return (1 - z) * n + z * h_prev
    ### END SOLUTION


# %% test="gru_step" points=3
sizes = [(2, 3), (2, 4), (3, 12), (4, 12), (12,), (4,)]
case = "B = 2, D = 3 and H = 4"
got = expect_result(gru_step, *(np.full(size, 0.1) for size in sizes), case=case)
expect_shape(got, (2, 4), "the shapes in the table: h_t is (B, H)")

# One gate after the other is held open or shut by its bias, so that one line of (4.4)
# is seen at a time.
for r_bias, z_bias, want, look in [
    (
        -50.0,
        50.0,
        np.array([[0.5, -1.0], [0.0, 0.25]]),
        "the last line of (4.4), and the order r, z, n: here b_z = 50 makes z_t 1, so "
        "that all stays",
    ),
    (
        -50.0,
        -50.0,
        np.tanh([[0.4, 0.1], [0.5, 0.3]]),
        "n_t in (4.4): here b_r and b_z are -50, so that the sigmoid makes r_t and z_t "
        "0, and h_t is tanh of the input's part",
    ),
    (
        50.0,
        -50.0,
        np.tanh([[-1.5, 0.4], [1.1, 0.1]]),
        "n_t in (4.4): here b_r = 50 and b_z = -50, so that r_t is 1, z_t is 0 and the "
        "past's part comes in whole, b_hn included",
    ),
]:
    got = expect_result(
        gru_step,
        np.array([[1.0], [2.0]]),
        np.array([[0.5, -1.0], [0.0, 0.25]]),
        np.array([[0.0, 0.0, 0.0, 0.0, 0.1, 0.2]]),
        np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 2.0, 0.0]]),
        np.array([r_bias, r_bias, z_bias, z_bias, 0.3, -0.1]),
        np.array([0.1, -0.2]),
        case=f"b_r = {r_bias:g} and b_z = {z_bias:g}",
    )
    expect_close(got, want, look)
got = expect_result(
    gru_step,
    np.array([[1.0]]),
    np.array([[0.5]]),
    np.array([[1.0, 0.5, 0.5]]),
    np.array([[-1.0, 0.5, 2.0]]),
    np.array([-0.5, 0.25, -0.2]),
    np.array([0.4]),
    case="the example above",
)
expect_shape(got, (1, 1), "the shapes of the task: (B, H), also where both are 1")
z = 1 / (1 + np.exp(-1.0))
expect_close(
    got,
    [[(1 - z) * np.tanh(1.0) + z / 2]],
    "the example above, line by line: what goes into r_t and z_t in (4.4)",
)
x_t = np.array([[1.0, -0.5, 2.0], [0.5, 2.0, -1.0]])
weights = [
    np.sin(np.arange(1.0, 19.0)).reshape(3, 6) / 2,
    np.cos(np.arange(1.0, 13.0)).reshape(2, 6),
    np.sin(np.arange(19.0, 25.0)),
    np.array([0.5, -0.25]),
]
case = "B = 2, D = 3, H = 2 and no weight 0"
h_prev = np.array([[0.5, -1.0], [1.0, 0.25]])
got = expect_result(gru_step, x_t, h_prev, *weights, case=case)
expect_close(
    got,
    [[0.30903, -0.987848], [0.015736, -0.283049]],
    "(4.4) with B = 2, D = 3, H = 2 and no weight 0: the H columns of each block, and "
    "each row of the batch by itself",
)
got = expect_result(
    gru_step,
    np.array([[1.0], [-1.0]]),
    np.array([[0.5], [0.5]]),
    np.full((1, 3), 10000.0),
    *[np.zeros(size) for size in [(1, 3), 3, 1]],
    case="sums of 10,000 and -10,000",
)
look = "the task: sums may be 10,000 or -10,000, and no exponential may "
look += "overflow; the sigmoid that is given and np.tanh do not"
expect_close(got, [[0.5], [-1.0]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H, size, kind in [
    (4, 3, 5, 0.6, np.float64),
    (1, 6, 2, 0.6, np.float64),
    (7, 1, 4, 0.6, np.float64),
    (3, 5, 1, 0.6, np.float64),
    (5, 2, 3, 0.6, np.float32),
    (6, 3, 4, 40.0, np.float64),
]:
    sizes = [(B, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (H,)]
    given = [(size * rng.normal(size=s)).astype(kind) for s in sizes]
    if size > 1:  # gates of 0, 0.5 and 1, so that single precision is exact, too
        given = [20 * np.rint(a / 20) for a in given]
    kept = [a.copy() for a in given]
    result = gru_step(*given)
    assert all(map(np.array_equal, given, kept)), (
        "gru_step changed one of its inputs; make a new array instead."
    )
    x, h, W, U, b, b_hn = (torch.tensor(a, dtype=torch.float64) for a in given)
    other = torch.cat([0 * b[: 2 * H], b_hn])
    truth = torch.gru_cell(x, h, W.T, U.T, b, other).numpy()
    assert matches(result, truth), (
        f"On random inputs of size about {size:g} gru_step differs from equation "
        "(4.4), section 4.1; check its four lines, and the order of the blocks."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="gru_step_before"
# ## 3. The other variant
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `gru_step_before`: one step of the GRU that resets the state *before* the
# product. The two gates and the last line are those of equation (4.4), as in task 2.
# The candidate is that of equation (4.5), section 4.2:
#
# $$n_t = \tanh\left(x_t W_{xn} + b_{xn} + (r_t \odot h_{t-1}) W_{hn} + b_{hn}\right)$$
#
# Shapes: as in task 2. `x_t (B, D)`, `h_prev (B, H)`, `W_xh (D, 3H)`, `W_hh (H, 3H)`,
# `b_h (3H,)`, `b_hn (H,)` → `h_t (B, H)`. Sums may be as large as there, too.
#
# **Example.** $B=1$, $D=1$, $H=2$: $x_t = 1$, $h_{t-1} = (0.5, -1)$. Let the gates
# depend on nothing but their biases, $b_r = (50, -50)$ and $b_z = (0, 0)$. So
# $r_t = (1, 0)$ up to $10^{-21}$ and $z_t = (0.5, 0.5)$. For the candidate let
#
# $$W_{xn} = (0.4, 0.1), \quad b_{xn} = (0, 0), \quad
# W_{hn} = \begin{pmatrix} 0 & 1 \\ 2 & 0 \end{pmatrix}, \quad b_{hn} = (0.1, -0.2).$$
#
# The reset leaves $(0.5, 0)$ of the state, and the product with $W_{hn}$ is $(0, 0.5)$.
# The sums are $0.4 + 0 + 0.1 = 0.5$ and $0.1 + 0.5 - 0.2 = 0.4$, so
# $n_t = (0.4621, 0.3799)$. Half of it and half of the old state make
# $h_t = (0.4811, -0.3100)$. (With the same numbers the variant of task 2 gives
# $(-0.2026, -0.4502)$.)
#
# <details><summary>Hint</summary>
#
# The third product has to wait for the reset gate. So only the first $2H$ columns of
# `W_hh` are multiplied by the whole state; the last $H$ columns, $W_{hn}$, are
# multiplied by what the reset leaves of it.
#
# </details>


# %% solution="gru_step_before"
def gru_step_before(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    """One step of a GRU that resets before the product, equation (4.5).

    x_t (B, D), h_prev (B, H), W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,)
    -> h_t (B, H)
    """
    ### BEGIN SOLUTION
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)  # (B, H) each
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)  # (H, H) each
    r = sigmoid(r_x + h_prev @ W_hr)
    z = sigmoid(z_x + h_prev @ W_hz)
    n = np.tanh(n_x + (r * h_prev) @ W_hn + b_hn)
    return (1 - z) * n + z * h_prev
    ### END SOLUTION


# %% test="gru_step_before" points=2
sizes = [(2, 3), (2, 4), (3, 12), (4, 12), (12,), (4,)]
given = [np.full(size, 0.1) for size in sizes]
got = expect_result(gru_step_before, *given, case="B = 2, D = 3 and H = 4")
expect_shape(got, (2, 4), "the shapes of the task: h_t is (B, H)")

got = expect_result(
    gru_step_before,
    np.array([[1.0]]),
    np.array([[0.5, -1.0]]),
    np.array([[0.0, 0.0, 0.0, 0.0, 0.4, 0.1]]),
    np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0, 2.0, 0.0]]),
    np.array([50.0, -50.0, 0.0, 0.0, 0.0, 0.0]),
    np.array([0.1, -0.2]),
    case="the example above",
)
expect_shape(got, (1, 2), "the shapes of the task: (B, H), also where B is 1")
expect_close(
    got,
    [[np.tanh(0.5) / 2 + 0.25, np.tanh(0.4) / 2 - 0.5]],
    "the example above, line by line: the gates, what the reset leaves of the state, "
    "and the terms of (4.5), section 4.2",
)
three = np.log(3.0)
got = expect_result(
    gru_step_before,
    np.array([[1.0]]),
    np.array([[0.5, -1.0]]),
    np.array([[0.0, 0.0, 0.0, 0.0, 0.4, 0.1]]),
    np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [0.0, 0.0, -three, three, 2.0, 0.0]]),
    np.array([50.0, -50.0, 0.0, 0.0, 0.0, 0.0]),
    np.array([0.1, -0.2]),
    case="the example above with another W_hz",
)
expect_close(
    got,
    [[np.tanh(0.5) / 4 + 0.375, 3 * np.tanh(0.4) / 4 - 0.25]],
    "z_t and the last line in (4.4): this is the example, but with a W_hz that makes "
    "z_t = (0.75, 0.25) of the whole old state, and z_t near 1 keeps",
)
x_t = np.array([[1.0, -0.5, 2.0], [0.5, 2.0, -1.0]])
weights = [
    np.sin(np.arange(1.0, 19.0)).reshape(3, 6) / 2,
    np.cos(np.arange(1.0, 13.0)).reshape(2, 6),
    np.sin(np.arange(19.0, 25.0)),
    np.array([0.5, -0.25]),
]
case = "B = 2, D = 3, H = 2 and no weight 0"
h_prev = np.array([[0.5, -1.0], [1.0, 0.25]])
got = expect_result(gru_step_before, x_t, h_prev, *weights, case=case)
expect_close(
    got,
    [[0.313504, -0.991373], [0.039537, -0.285333]],
    "the case B = 2, D = 3, H = 2 with no weight 0: what goes into r_t and z_t, (4.4), "
    "the terms of (4.5), and each row of the batch by itself",
)
got = expect_result(
    gru_step_before,
    np.array([[1.0], [-1.0]]),
    np.array([[0.5], [0.5]]),
    np.full((1, 3), 10000.0),
    *[np.zeros(size) for size in [(1, 3), 3, 1]],
    case="sums of 10,000 and -10,000",
)
look = "the task: sums may be 10,000 or -10,000, and no exponential may "
look += "overflow; the sigmoid that is given and np.tanh do not"
expect_close(got, [[0.5], [-1.0]], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H, size, kind in [
    (4, 3, 5, 0.6, np.float64),
    (1, 6, 2, 0.6, np.float64),
    (7, 1, 4, 0.6, np.float64),
    (3, 5, 1, 0.6, np.float64),
    (5, 2, 3, 0.6, np.float32),
    (6, 3, 4, 40.0, np.float64),
]:
    sizes = [(B, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (H,)]
    given = [(size * rng.normal(size=s)).astype(kind) for s in sizes]
    if size > 1:  # gates of 0, 0.5 and 1, so that single precision is exact, too
        given = [20 * np.rint(a / 20) for a in given]
    kept = [a.copy() for a in given]
    result = gru_step_before(*given)
    assert all(map(np.array_equal, given, kept)), (
        "gru_step_before changed one of its inputs; make a new array instead."
    )
    x, h, W, U, b, b_hn = (torch.tensor(a, dtype=torch.float64) for a in given)
    gates = torch.sigmoid(torch.addmm(b, x, W) + h @ U)
    shown = torch.diag_embed(gates[:, :H])  # one diagonal matrix a row: (B, H, H)
    offered = torch.einsum("bg,bgk,kj->bj", h, shown, U[:, 2 * H :])
    n = torch.tanh(x @ W[:, 2 * H :] + b[2 * H :] + offered + b_hn)
    truth = torch.lerp(n, h, gates[:, H : 2 * H]).numpy()
    assert matches(result, truth), (
        f"On random inputs of size about {size:g} gru_step_before differs from "
        "equation (4.5), section 4.2; check where the reset gate acts, and on what."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="gru_forward"
# ## 4. The whole sequence
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `gru_forward`: start at $h_0$, apply equation (4.4), section 4.1, to one step
# after the other, and keep every state. It is the variant of task 2, the one that
# resets after the product. The weights are the same at every step.
#
# Shapes: `x (B, T, D)`, `h_0 (B, H)`, `W_xh (D, 3H)`, `W_hh (H, 3H)`, `b_h (3H,)`,
# `b_hn (H,)` → `h (B, T, H)`, where `h[:, t]` is the state after input `x[:, t]`. `T`
# may be 0: then `h` has shape `(B, 0, H)`. (In the chapter's code the steps stand on
# the first axis; here they stand on the second.)
#
# **Example.** The weights of task 2, $T=2$, $x = (1, 0)$ and $h_0 = 0.5$. The first
# step is that of task 2: $h_1 = 0.5704$. In the second step $r_2 = \sigma(-1.0704) =
# 0.2553$, $z_2 = \sigma(0.5352) = 0.6307$, $n_2 = \tanh(-0.2 + 0.2553 \cdot 1.5407) =
# 0.1910$, and $h_2 = 0.4303$.
#
# <details><summary>Hint</summary>
#
# Make the array for all states first, and fill one step of it at a time. `np.stack` of
# a list of states works too, but not on an empty list.
#
# </details>


# %% solution="gru_forward"
def gru_forward(x, h_0, W_xh, W_hh, b_h, b_hn):
    """All states of a GRU, equation (4.4) at every step.

    x (B, T, D), h_0 (B, H), W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,)
    -> h (B, T, H)
    """
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h = np.empty((B, T, len(b_hn)))
    h_t = h_0
    for t in range(T):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = (1 - z) * n + z * h_t
        h[:, t] = h_t
    return h
    ### END SOLUTION


# %% test="gru_forward" points=2
sizes = [(2, 5, 3), (2, 4), (3, 12), (4, 12), (12,), (4,)]
given = [np.full(size, 0.1) for size in sizes]
got = expect_result(gru_forward, *given, case="B = 2, T = 5, D = 3 and H = 4")
expect_shape(got, (2, 5, 4), "the shapes of the task: one state for each step")

got = expect_result(
    gru_forward,
    np.array([[[1.0], [0.0]]]),
    np.array([[0.5]]),
    np.array([[1.0, 0.5, 0.5]]),
    np.array([[-1.0, 0.5, 2.0]]),
    np.array([-0.5, 0.25, -0.2]),
    np.array([0.4]),
    case="the example above",
)
expect_shape(got, (1, 2, 1), "the shapes of the task: (B, T, H), also where B is 1")
z = 1 / (1 + np.exp(-1.0))
one = (1 - z) * np.tanh(1.0) + z / 2
r, z = 1 / (1 + np.exp(one + 0.5)), 1 / (1 + np.exp(-one / 2 - 0.25))
two = (1 - z) * np.tanh(r * (2 * one + 0.4) - 0.2) + z * one
look = "h[:, 0], the state after the first input, in the example above: the step of "
expect_close(got[:, 0], [[one]], f"{look}task 2, (4.4), from h_0")
look = "h[:, 1] in the example above: (4.4) again, with x[:, 1] for x_t and with h_1 "
expect_close(got[:, 1], [[two]], f"{look}wherever h_{{t-1}} stands")
weights = [
    np.sin(np.arange(1.0, 19.0)).reshape(3, 6) / 2,
    np.cos(np.arange(1.0, 13.0)).reshape(2, 6),
    np.sin(np.arange(19.0, 25.0)),
    np.array([0.5, -0.25]),
]
got = expect_result(
    gru_forward,
    np.array([[[1.0, -0.5, 2.0], [0.5, 2.0, -1.0]], [[-1, 0.5, 0], [0.25, 1, -2]]]),
    np.array([[0.5, -1.0], [1.0, 0.25]]),
    *weights,
    case="B = 2, T = 2, D = 3, H = 2 and no weight 0",
)
wants = [
    [[0.30903, -0.987848], [0.10546, -0.967446]],
    [[0.351738, -0.150598], [0.117753, -0.313127]],
]
look = "(4.4) with B = 2, T = 2, D = 3, H = 2 and no weight 0: the H columns of each "
look += "block, and each sequence from its own h_0 with its own inputs"
expect_close(got, wants, look)
got = expect_result(gru_forward, given[0][:, :0], *given[1:], case="T = 0, no steps")
expect_shape(got, (2, 0, 4), "the shapes of the task: T may be 0")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H, kind in [
    (3, 6, 4, 5, np.float64),
    (1, 7, 2, 3, np.float64),
    (4, 1, 3, 2, np.float64),
    (5, 3, 2, 1, np.float64),
    (2, 5, 3, 4, np.float32),
]:
    sizes = [(B, T, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (H,)]
    given = [(0.7 * rng.normal(size=size)).astype(kind) for size in sizes]
    kept = [a.copy() for a in given]
    result = gru_forward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "gru_forward changed one of its inputs; make a new array instead."
    )
    x, h, W, U, b, b_hn = (torch.tensor(a, dtype=torch.float64) for a in given)
    weights = [W.T, U.T, b, torch.cat([0 * b[: 2 * H], b_hn])]
    truth = torch.gru(x, h[None], weights, True, 1, 0.0, False, False, True)[0]
    assert matches(result, truth.numpy()), (
        f"On a random sequence with T = {T} gru_forward differs from equation (4.4) "
        "applied step by step; compare two steps with the loop in section 4.3."
    )
empty = gru_forward(np.ones((3, 0, 2)), np.ones((3, 4)), np.ones((2, 12)), *given[3:])
assert np.shape(empty) == (3, 0, 4), (
    "A sequence of no steps has no states, but its array still has three axes."
)
### END HIDDEN TESTS

# %% [markdown] prompt="gru_step_backward"
# ## 5. One step back
#
# *4 points · difficulty 4 of 5 · about 30 minutes*
#
# Write `gru_step_backward`: given the gradient $dh_t$ that reaches the new state, find
# the gradients of everything that went into the step of equation (4.4). What the
# forward pass saved is given: the two gates, the candidate, and
# $\eta_t = h_{t-1} W_{hn} + b_{hn}$, called `past`, which is what the reset gate
# scales. This is equation (4.6), section 4.3:
#
# $$\begin{aligned}
# \delta^n_t &= dh_t \odot (1 - z_t) \odot (1 - n_t \odot n_t) \\
# \delta^z_t &= dh_t \odot (h_{t-1} - n_t) \odot z_t \odot (1 - z_t) \\
# \delta^r_t &= \delta^n_t \odot \eta_t \odot r_t \odot (1 - r_t) \\
# d\eta_t &= \delta^n_t \odot r_t \\
# dx_t &= \delta^r_t W_{xr}^\top + \delta^z_t W_{xz}^\top + \delta^n_t W_{xn}^\top \\
# dh_{t-1} &= dh_t \odot z_t + \delta^r_t W_{hr}^\top + \delta^z_t W_{hz}^\top
# + d\eta_t W_{hn}^\top
# \end{aligned}$$
#
# (The chapter writes $\mathrel{+}=$ in the last line, because a state can have other
# uses. Here there is one step: return the part that it sends back.) Each matrix gets
# its input, transposed, times the $\delta$ of its block, and each bias the sum of that
# $\delta$ over the batch. The one to watch is $W_{hn}$: its output is $\eta_t$, so it
# gets $h_{t-1}^\top d\eta_t$, and $b_{hn}$ gets the sum of $d\eta_t$, while $b_{xn}$
# gets that of $\delta^n_t$.
#
# Shapes: `dh_t (B, H)`, `x_t (B, D)`, `h_prev (B, H)`, `r (B, H)`, `z (B, H)`,
# `past (B, H)`, `n (B, H)`, `W_xh (D, 3H)`, `W_hh (H, 3H)` → the six gradients
# `(dx_t, dh_prev, dW_xh, dW_hh, db_h, db_hn)` in this order, each with the shape of
# what it belongs to, and with its blocks in the order $r$, $z$, $n$.
#
# **Example.** All sizes 1: $dh_t = 4$, $x_t = 2$, $h_{t-1} = -0.5$, $r_t = 0.5$,
# $z_t = 0.5$, $\eta_t = -2$, $n_t = 0.5$, $W_{xh} = (1, 2, 3)$, $W_{hh} = (2, -1, 4)$.
# (The numbers are chosen to be easy; no weights made them.)
#
# - $\delta^n = 4 \cdot 0.5 \cdot 0.75 = 1.5$,
#   $\delta^z = 4 \cdot (-1) \cdot 0.25 = -1$,
#   $\delta^r = 1.5 \cdot (-2) \cdot 0.25 = -0.75$, $d\eta = 1.5 \cdot 0.5 = 0.75$.
# - $dx = -0.75 \cdot 1 - 1 \cdot 2 + 1.5 \cdot 3 = 1.75$ and
#   $dh_{t-1} = 4 \cdot 0.5 - 0.75 \cdot 2 + 1 \cdot 1 + 0.75 \cdot 4 = 4.5$.
# - $dW_{xh} = 2 \cdot (-0.75, -1, 1.5) = (-1.5, -2, 3)$ and
#   $dW_{hh} = -0.5 \cdot (-0.75, -1, 0.75) = (0.375, 0.5, -0.375)$.
# - $db_h = (-0.75, -1, 1.5)$ and $db_{hn} = 0.75$.
#
# <details><summary>Hint</summary>
#
# Put the three $\delta$ of the input's side next to each other with `np.concatenate`:
# $(\delta^r, \delta^z, \delta^n)$, of shape `(B, 3H)`. One product with `W_xh.T` then
# is the whole sum for $dx_t$. The state's side has three of its own:
# $(\delta^r, \delta^z, d\eta)$.
#
# </details>


# %% solution="gru_step_backward"
def gru_step_backward(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    """Gradients of one step, equation (4.6).

    dh_t (B, H), x_t (B, D), h_prev (B, H), r (B, H), z (B, H), past (B, H), n (B, H),
    W_xh (D, 3H), W_hh (H, 3H) -> dx_t (B, D), dh_prev (B, H), dW_xh (D, 3H),
    dW_hh (H, 3H), db_h (3H,), db_hn (H,)
    """
    ### BEGIN SOLUTION
    d_n = dh_t * (1 - z) * (1 - n**2)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    d_x = np.concatenate([d_r, d_z, d_n], axis=1)  # (B, 3H)
    d_h = np.concatenate([d_r, d_z, d_past], axis=1)
    dx_t = d_x @ W_xh.T
    dh_prev = dh_t * z + d_h @ W_hh.T
    dW_xh = x_t.T @ d_x
    dW_hh = h_prev.T @ d_h
    return dx_t, dh_prev, dW_xh, dW_hh, d_x.sum(axis=0), d_past.sum(axis=0)
    ### END SOLUTION


# %% test="gru_step_backward" points=4
names = ["dx_t", "dh_prev", "dW_xh", "dW_hh", "db_h", "db_hn"]
sizes = [(2, 3), (2, 4), (3, 12), (4, 12), (12,), (4,)]
parts = expect_result(
    gru_step_backward,
    *(np.full(size, 0.5) for size in [(2, 4), (2, 3), *[(2, 4)] * 5, (3, 12), (4, 12)]),
    case="B = 2, D = 3 and H = 4",
)
expect_parts(parts, names)
for k, (name, part, size) in enumerate(zip(names, parts, sizes, strict=True), start=1):
    look = f"the shapes of the task: result {k} is {name}, with the shape of {name[1:]}"
    expect_shape(part, size, look)
parts = expect_result(
    gru_step_backward,
    np.array([[4.0]]),
    np.array([[2.0]]),
    np.array([[-0.5]]),
    *(np.array([[number]]) for number in (0.5, 0.5, -2.0, 0.5)),
    np.array([[1.0, 2.0, 3.0]]),
    np.array([[2.0, -1.0, 4.0]]),
    case="the example above",
)
# What the deltas are shows in the biases' gradients; so these are looked at first.
by_name = dict(zip(names, parts, strict=True))
for name, want, look in [
    ("db_h", [-0.75, -1.0, 1.5], "the deltas of r, z and n, lines 3, 2 and 1 of (4.6)"),
    ("db_hn", [0.75], "d eta, line 4 of (4.6), and what the task says below (4.6)"),
    ("dW_xh", [[-1.5, -2.0, 3.0]], "the input, transposed, times the deltas"),
    ("dW_hh", [[0.375, 0.5, -0.375]], "the order r, z, n, and W_hn, the one to watch"),
    ("dx_t", [[1.75]], "the line of dx_t in (4.6)"),
    ("dh_prev", [[4.5]], "the last line of (4.6), with its four terms"),
]:
    expect_close(by_name[name], want, f"{name} in the example above: {look}")
parts = expect_result(
    gru_step_backward,
    np.array([[4.0, 8.0], [-4.0, 4.0]]),
    np.array([[2.0], [-1.0]]),
    np.array([[-0.5, 1.0], [0.0, 2.0]]),
    np.array([[0.5, 0.25], [0.75, 0.5]]),
    np.full((2, 2), 0.25),
    np.array([[-2.0, 4.0], [2.0, 0.0]]),
    np.array([[0.5, 0.0], [0.0, -0.5]]),
    np.array([[1.0, -1.0, 0.0, 2.0, 0.5, 1.0]]),
    np.array([[1.0, 0.0, 2.0, 0.0, 0.0, 1.0], [0.0, -1.0, 1.0, 0.0, 2.0, 0.0]]),
    case="B = H = 2 and D = 1",
)
by_name = dict(zip(names, parts, strict=True))
deltas = "the factors z_t, 1 - z_t, r_t, 1 - r_t and past in (4.6)"
batch = "the sum over the batch"
square = [
    [0.5625, -2.25, 0.375, -0.75, -0.5625, -0.75],
    [-3.375, 4.5, -0.75, 5.25, -3.375, 3.75],
]
for name, want, look in [
    ("db_h", [-2.25, 4.5, -0.75, 3.375, -0.75, 8.25], f"{deltas}, and {batch}"),
    ("db_hn", [-1.125, 2.625], f"d eta in (4.6), and {batch}"),
    ("dW_xh", [[-1.125, 9.0, -1.5, 1.125, 7.5, 9.75]], f"its H columns, and {batch}"),
    (
        "dW_hh",
        square,
        f"its H columns, W_hn, the one to watch, below (4.6), and {batch}",
    ),
    ("dx_t", [[4.5], [3.375]], "the line of dx_t in (4.6), for each row by itself"),
    (
        "dh_prev",
        [[-0.125, -1.0], [-1.0, -3.5]],
        "z_t on the direct path, r_t in d eta and each block's transpose in the last "
        "line of (4.6)",
    ),
]:
    expect_close(by_name[name], want, f"{name} with B = H = 2 and D = 1: {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, D, H in [(4, 3, 5), (1, 6, 2), (5, 1, 3), (2, 4, 1)]:
    sizes = [(B, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (H,)]
    leaves = [
        torch.tensor(0.8 * rng.normal(size=size), requires_grad=True) for size in sizes
    ]
    x, h, W, U, b, b_hn = leaves
    reaching = rng.normal(size=(B, H))
    other = torch.cat([0 * b[: 2 * H].detach(), b_hn])
    torch.gru_cell(x, h, W.T, U.T, b, other).backward(torch.tensor(reaching))
    x, h, W, U, b, b_hn = (leaf.detach().numpy().copy() for leaf in leaves)
    from_x, from_h = x @ W + b, h @ U
    r = 1 / (1 + np.exp(-from_x[:, :H] - from_h[:, :H]))
    z = 1 / (1 + np.exp(-from_x[:, H : 2 * H] - from_h[:, H : 2 * H]))
    past = from_h[:, 2 * H :] + b_hn
    n = np.tanh(from_x[:, 2 * H :] + r * past)
    given = [reaching, x, h, r, z, past, n, W, U]
    kept = [a.copy() for a in given]
    result = gru_step_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "gru_step_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, leaf in zip(names, result, leaves, strict=True):
        assert matches(found, leaf.grad.numpy()), (
            f"{name} is not the gradient of a loss on random inputs; compare it with "
            "equation (4.6), section 4.3, and what the task says below it."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="gru_backward"
# ## 6. Back through time
#
# *4 points · difficulty 4 of 5 · about 25 minutes*
#
# Write `gru_backward`: the gradients of a whole sequence (section 4.3). Walk from the
# last step to the first. What reaches $h_t$ is the sum of what comes from outside at
# that step, given as the array `dh`, and what step $t+1$ sends back by the last line of
# equation (4.6):
#
# $$\text{total}_t = dh_t + \underbrace{\text{total}_{t+1} \odot z_{t+1}
# + \delta^r_{t+1} W_{hr}^\top + \delta^z_{t+1} W_{hz}^\top + d\eta_{t+1} W_{hn}^\top
# }_{\text{zero for the last step}}$$
#
# With this total in the place of $dh_t$, each step goes as in task 5, equation (4.6).
# The weights are the same at every step, so their gradients are the sums over the
# steps. Step $t$ uses $h_{t-1}$, which is $h_0$ for the first one.
#
# Shapes: `dh (B, T, H)`, `x (B, T, D)`, `h_0 (B, H)`, `h (B, T, H)` (the states, as
# `gru_forward` returns them); `r`, `z`, `past` and `n`, each `(B, T, H)`, saved by the
# forward pass; `W_xh (D, 3H)`, `W_hh (H, 3H)` →
# `(dx, dh_0, dW_xh, dW_hh, db_h, db_hn)` in this order, each with the shape of what it
# belongs to. $dh_0$ is what the first step sends back. `T` may be 0: then `dx` has no
# steps and the other gradients are zero.
#
# **Example.** All sizes 1 but $T=2$: $dh = (-0.5, 4)$, $x = (1, 2)$, $h_0 = 0.5$,
# $h = (-0.5, 0)$, $r = (0.5, 0.5)$, $z = (0.5, 0.5)$, $\eta = (-2, -2)$,
# $n = (0, 0.5)$, $W_{xh} = (1, 2, 3)$, $W_{hh} = (2, -1, 4)$.
#
# - Step 2 is the example of task 5: it sends back $4.5$.
# - Step 1: the total is $-0.5 + 4.5 = 4$. $\delta^n = 4 \cdot 0.5 \cdot 1 = 2$,
#   $\delta^z = 4 \cdot 0.5 \cdot 0.25 = 0.5$,
#   $\delta^r = 2 \cdot (-2) \cdot 0.25 = -1$, $d\eta = 2 \cdot 0.5 = 1$. It sends back
#   $4 \cdot 0.5 - 1 \cdot 2 - 0.5 \cdot 1 + 1 \cdot 4 = 3.5 = dh_0$.
# - $dx = (-1 + 1 + 6,\ 1.75) = (6, 1.75)$, and the sums over both steps are
#   $dW_{xh} = (-1, 0.5, 2) + (-1.5, -2, 3) = (-2.5, -1.5, 5)$,
#   $dW_{hh} = (-0.5, 0.25, 0.5) + (0.375, 0.5, -0.375) = (-0.125, 0.75, 0.125)$,
#   $db_h = (-1.75, -0.5, 3.5)$ and $db_{hn} = 1.75$.
#
# (The numbers are chosen to be easy; no weights made them.)
#
# <details><summary>Hint</summary>
#
# Keep one array of shape `(B, H)`, zero before the loop, with what the next step sends
# back. Collect the two sides' $\delta$, each `(B, T, 3H)`, or add to the weights'
# gradients as you go. In Python, `h[:, t - 1]` at `t = 0` is the *last* state, without
# any warning.
#
# </details>


# %% solution="gru_backward"
def gru_backward(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    """Gradients of a whole sequence, equation (4.6) at every step.

    dh (B, T, H), x (B, T, D), h_0 (B, H), h (B, T, H), r (B, T, H), z (B, T, H),
    past (B, T, H), n (B, T, H), W_xh (D, 3H), W_hh (H, 3H) -> dx (B, T, D),
    dh_0 (B, H), dW_xh (D, 3H), dW_hh (H, 3H), db_h (3H,), db_hn (H,)
    """
    ### BEGIN SOLUTION
    h_prev = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]  # (B, T, H)
    total = np.empty(h.shape)
    # Slopes of the new state by what is inside tanh and the gates: (B, T, H) each.
    to_n = (1 - z) * (1 - n**2)
    to_z = (h_prev - n) * z * (1 - z)
    to_r = to_n * past * r * (1 - r)
    to_h = np.concatenate([to_r, to_z, to_n * r], axis=2)  # (B, T, 3H)
    back = np.zeros(h_0.shape)
    for t in reversed(range(h.shape[1])):
        total[:, t] = dh[:, t] + back
        back = total[:, t] * z[:, t]
        back = back + (np.tile(total[:, t], 3) * to_h[:, t]) @ W_hh.T
    d_x = np.tile(total, 3) * np.concatenate([to_r, to_z, to_n], axis=2)
    d_h = np.tile(total, 3) * to_h
    dW_xh = np.einsum("btd,bth->dh", x, d_x)
    dW_hh = np.einsum("btg,bth->gh", h_prev, d_h)
    db_hn = (total * to_n * r).sum(axis=(0, 1))
    return d_x @ W_xh.T, back, dW_xh, dW_hh, d_x.sum(axis=(0, 1)), db_hn
    ### END SOLUTION


# %% test="gru_backward" points=4
names = ["dx", "dh_0", "dW_xh", "dW_hh", "db_h", "db_hn"]
sizes = [(2, 5, 3), (2, 4), (3, 12), (4, 12), (12,), (4,)]
parts = expect_result(
    gru_backward,
    *(np.full(size, 0.5) for size in [(2, 5, 4), *sizes[:2]]),
    *(np.full((2, 5, 4), 0.5) for _ in range(5)),
    *(np.full(size, 0.5) for size in sizes[2:4]),
    case="B = 2, T = 5, D = 3 and H = 4",
)
expect_parts(parts, names)
for k, (name, part, size) in enumerate(zip(names, parts, sizes, strict=True), start=1):
    look = f"the shapes of the task: result {k} is {name}, with the shape of {name[1:]}"
    expect_shape(part, size, look)
steps = [
    np.array(pair).reshape(1, 2, 1)
    for pair in [(-0.5, 4.0), (1.0, 2.0), (-0.5, 0.0), (0.5, 0.5), (-2.0, -2.0)]
]
parts = expect_result(
    gru_backward,
    steps[0],
    steps[1],
    np.array([[0.5]]),
    steps[2],
    steps[3],
    steps[3].copy(),
    steps[4],
    np.array([[[0.0], [0.5]]]),
    np.array([[1.0, 2.0, 3.0]]),
    np.array([[2.0, -1.0, 4.0]]),
    case="the example above",
)
shapes = [(1, 2, 1), (1, 1), (1, 3), (1, 3), (3,), (1,)]
for name, part, size in zip(names, parts, shapes, strict=True):
    expect_shape(part, size, f"{name}, which has the shape of {name[1:]}")
by_name = dict(zip(names, parts, strict=True))
look = "dx at step 2 of the example above, where the walk begins: it is the example of "
look += "task 5, (4.6), with h[:, 0] for the old state"
expect_close(by_name["dx"][:, 1], [[1.75]], look)
look = "dx at step 1 of the example above: its old state is h_0, and its total has dh "
look += "and all that step 2 sends back by the last line of (4.6)"
expect_close(by_name["dx"][:, 0], [[6.0]], look)
both = "the sum over both steps"
for name, want, look in [
    ("dh_0", [[3.5]], "what step 1 sends back of its total, the last line of (4.6)"),
    ("dW_xh", [[-2.5, -1.5, 5.0]], f"{both}, each with its own input"),
    (
        "dW_hh",
        [[-0.125, 0.75, 0.125]],
        f"{both}, each with the state before it, and d eta for W_hn, the one to watch, "
        "section 4.3",
    ),
    ("db_h", [-1.75, -0.5, 3.5], f"{both} of the deltas of r, z and n in (4.6)"),
    ("db_hn", [1.75], f"{both} of d eta in (4.6)"),
]:
    expect_close(by_name[name], want, f"{name} in the example above: {look}")
parts = expect_result(
    gru_backward,
    np.array([[[1.0, -1.0], [4.0, 2.0]], [[2.0, 0.0], [-2.0, 4.0]]]),
    np.array([[[2.0], [-1.0]], [[1.0], [2.0]]]),
    np.array([[0.5, -1.0], [1.0, 0.5]]),
    np.array([[[-0.5, 1.0], [0.0, 2.0]], [[1.0, 0.0], [-1.0, 1.0]]]),
    np.array([[[0.5, 0.25], [0.75, 0.5]], [[0.5, 0.5], [0.25, 0.5]]]),
    np.array([[[0.25, 0.5], [0.75, 0.5]], [[0.5, 0.75], [0.5, 0.25]]]),
    np.array([[[-2.0, 4.0], [2.0, 0.0]], [[0.0, 1.0], [-4.0, 2.0]]]),
    np.array([[[0.5, 0.0], [0.0, -0.5]], [[0.0, 0.5], [-0.5, 0.0]]]),
    np.array([[1.0, -1.0, 0.0, 2.0, 0.5, 1.0]]),
    np.array([[1.0, 0.0, 2.0, 0.0, 0.0, 1.0], [0.0, -1.0, 1.0, 0.0, 2.0, 0.0]]),
    case="B = T = H = 2 and D = 1",
)
by_name = dict(zip(names, parts, strict=True))
square = [
    [-0.1875, 1.634766, -0.171875, -0.515625, 0.390625, 1.230469],
    [1.5, -0.459961, -0.179688, 1.03125, -0.179688, 0.158203],
]
last = "each row by itself, and z_t, r_t and the transposes in the last line of (4.6)"
sums = "the sum over steps and batch"
for name, want, look in [
    ("dx", [[[-0.421875], [3.125]], [[0.162109], [1.6875]]], last),
    ("dh_0", [[0.015625, 2.390625], [1.410156, 0.029297]], last),
    ("dW_xh", [[-1.5, 3.767578, -0.734375, -1.3125, 2.78125, 6.070312]], sums),
    ("dW_hh", square, f"{sums}, and W_hn, the one to watch, section 4.3"),
    ("db_h", [-0.1875, 1.845703, -0.734375, 0.46875, 3.28125, 4.007812], sums),
    ("db_hn", [2.078125, 1.863281], f"{sums} of d eta in (4.6)"),
]:
    expect_close(by_name[name], want, f"{name} with B = T = H = 2 and D = 1: {look}")
sizes = [(2, 0, 3), (2, 4), (3, 12), (4, 12), (12,), (4,)]
parts = expect_result(
    gru_backward,
    np.ones((2, 0, 4)),
    *(np.ones(size) for size in sizes[:2]),
    *(np.ones((2, 0, 4)) for _ in range(5)),
    *(np.ones(size) for size in sizes[2:4]),
    case="T = 0, no steps",
)
expect_parts(parts, names)
for name, part, size in zip(names, parts, sizes, strict=True):
    expect_shape(part, size, f"{name} in the shapes of the task: T may be 0")
    expect_close(part, np.zeros(size), f"{name} in the task: zero for no steps")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H in [(3, 6, 4, 5), (1, 4, 3, 2), (2, 1, 4, 3), (5, 2, 1, 4)]:
    sizes = [(B, T, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (H,)]
    leaves = [
        torch.tensor(0.8 * rng.normal(size=size), requires_grad=True) for size in sizes
    ]
    x, start, W, U, b, b_hn = leaves
    weights = [W.T, U.T, b, torch.cat([0 * b[: 2 * H].detach(), b_hn])]
    states = torch.gru(x, start[None], weights, True, 1, 0.0, False, False, True)[0]
    reaching = rng.normal(size=(B, T, H))
    states.backward(torch.tensor(reaching))
    x, start, W, U, b, b_hn = (leaf.detach().numpy().copy() for leaf in leaves)
    h = states.detach().numpy().copy()
    before = np.concatenate([start[:, None], h], axis=1)[:, :T]
    from_x, from_h = x @ W + b, before @ U
    r = 1 / (1 + np.exp(-from_x[..., :H] - from_h[..., :H]))
    z = 1 / (1 + np.exp(-from_x[..., H : 2 * H] - from_h[..., H : 2 * H]))
    past = from_h[..., 2 * H :] + b_hn
    n = np.tanh(from_x[..., 2 * H :] + r * past)
    given = [reaching, x, start, h, r, z, past, n, W, U]
    kept = [a.copy() for a in given]
    result = gru_backward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "gru_backward changed one of its inputs; make new arrays instead."
    )
    for name, found, leaf in zip(names, result, leaves, strict=True):
        assert matches(found, leaf.grad.numpy()), (
            f"{name} differs from backpropagation through all steps of a random "
            f"sequence with T = {T}; compare with (4.6), section 4.3, step by step."
        )
none = gru_backward(
    np.ones((3, 0, 4)),
    np.ones((3, 0, 2)),
    np.ones((3, 4)),
    *(np.ones((3, 0, 4)) for _ in range(5)),
    np.ones((2, 12)),
    np.ones((4, 12)),
)
sizes = [(3, 0, 2), (3, 4), (2, 12), (4, 12), (12,), (4,)]
for name, found, size in zip(names, none, sizes, strict=True):
    assert matches(found, np.zeros(size)), (
        f"{name} is wrong for a sequence of no steps, through which nothing flows."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="masked_gru_forward"
# ## 7. Padding stands still
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Sequences of different lengths share a batch when the short ones are padded. Write
# `masked_gru_forward`: the states of a padded batch. A padded step must not move the
# state. With the mask $m_t$, true at a real step and false at padding, and $\hat h_t$
# for the new state that equation (4.4) proposes, this is equation (4.7), section 4.3:
#
# $$h_t = m_t\,\hat h_t + (1 - m_t)\,h_{t-1}$$
#
# Padding may stand anywhere: behind a sequence, before it, or within it. A sequence may
# be all padding. What stands in a padded input is any finite number, and must not
# matter.
#
# Shapes: `x (B, T, D)`, `mask (B, T)` booleans, `h_0 (B, H)`, `W_xh (D, 3H)`,
# `W_hh (H, 3H)`, `b_h (3H,)`, `b_hn (H,)`, with $T \ge 1$ → the two results `(h, last)`
# in this order: `h (B, T, H)`, the states after every step, real or not, and
# `last (B, H)`, the state after the last *real* step of each sequence. For a sequence
# that is all padding it is $h_0$.
#
# **Example.** The weights of task 2, $B=2$, $T=2$, and both sequences start at
# $h_0 = 0.5$. The first is $x = (1, 9)$ with the mask (true, false), the second
# $x = (9, 1)$ with the mask (false, true). Only the inputs 1 are real. The first has
# the states $(0.5704, 0.5704)$: it moves, and then stands still. The second has
# $(0.5, 0.5704)$. Both have the last state $0.5704$.
#
# <details><summary>Hint</summary>
#
# `mask[:, t]` has the shape `(B,)` and the state `(B, H)`. `mask[:, t, None]` has the
# shape `(B, 1)`, so that it lines up with the rows. What is the state of the loop
# worth, after the last step, if padding never moves it?
#
# </details>


# %% solution="masked_gru_forward"
def masked_gru_forward(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    """All states of a padded batch, and each sequence's last, equation (4.7).

    x (B, T, D), mask (B, T) bool, h_0 (B, H), W_xh (D, 3H), W_hh (H, 3H), b_h (3H,),
    b_hn (H,) -> h (B, T, H), last (B, H)
    """
    ### BEGIN SOLUTION
    B, T, _ = x.shape
    h = np.empty((B, T, len(b_hn)))
    h_t = h_0
    for t in range(T):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        h_t = np.where(mask[:, t, None], (1 - z) * n + z * h_t, h_t)
        h[:, t] = h_t
    return h, h_t
    ### END SOLUTION


# %% test="masked_gru_forward" points=3
names = ["h", "last"]
sizes = [(2, 4), (3, 12), (4, 12), (12,), (4,)]
given = [np.full(size, 0.1) for size in sizes]
parts = expect_result(
    masked_gru_forward,
    np.ones((2, 5, 3)),
    np.ones((2, 5), dtype=bool),
    *given,
    case="B = 2, T = 5, D = 3 and H = 4",
)
expect_parts(parts, names)
for name, part, size in zip(names, parts, [(2, 5, 4), (2, 4)], strict=True):
    expect_shape(part, size, f"{name} in the shapes of the task")

parts = expect_result(
    masked_gru_forward,
    np.array([[[1.0], [9.0]], [[9.0], [1.0]]]),
    np.array([[True, False], [False, True]]),
    np.full((2, 1), 0.5),
    np.array([[1.0, 0.5, 0.5]]),
    np.array([[-1.0, 0.5, 2.0]]),
    np.array([-0.5, 0.25, -0.2]),
    np.array([0.4]),
    case="the example above",
)
for name, part, size in zip(names, parts, [(2, 2, 1), (2, 1)], strict=True):
    expect_shape(part, size, f"{name} in the shapes of the task, with H = 1")
z = 1 / (1 + np.exp(-1.0))
one = (1 - z) * np.tanh(1.0) + z / 2
look = "h[0, 0] in the example above, where the mask is true: there the state moves by "
expect_close(parts[0][0, 0], [one], f"{look}(4.4), as in task 2")
look = "h in the example above: at padding the state is the one just before, (4.7)"
expect_close(parts[0], [[[one], [one]], [[0.5], [one]]], look)
look = "last in the example above, where padding stands behind one sequence and before "
look += "the other, and below (4.7) in section 4.3"
expect_close(parts[1], [[one], [one]], look)
parts = expect_result(
    masked_gru_forward,
    np.array([[[9.0], [9.0], [9.0]], [[1.0], [9.0], [0.0]]]),
    np.array([[False, False, False], [True, False, True]]),
    np.array([[-0.25], [0.5]]),
    np.array([[1.0, 0.5, 0.5]]),
    np.array([[-1.0, 0.5, 2.0]]),
    np.array([-0.5, 0.25, -0.2]),
    np.array([0.4]),
    case="a sequence that is all padding, beside one with padding within it",
)
r, z = 1 / (1 + np.exp(one + 0.5)), 1 / (1 + np.exp(-one / 2 - 0.25))
two = (1 - z) * np.tanh(r * (2 * one + 0.4) - 0.2) + z * one
rows = [[[-0.25]] * 3, [[one], [one], [two]]]
for row, case in enumerate(
    [
        "a sequence is all padding and stays at its h_0",
        "padding stands within a sequence, which then moves on from where it was",
    ]
):
    look = f"in the task, where {case}"
    expect_close(parts[0][row], rows[row], f"h[{row}] {look}")
    expect_close(parts[1][row], rows[row][-1], f"last[{row}] {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T, D, H in [(7, 6, 4, 5), (6, 4, 2, 3), (1, 5, 3, 4), (5, 1, 3, 2)]:
    sizes = [(B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (H,)]
    state_and_weights = [0.7 * rng.normal(size=size) for size in sizes]
    real = rng.random((B, T)) < 0.6
    real[-1] = False  # all padding
    real[: B // 2] = np.arange(T) < rng.integers(1, T + 1, size=(B // 2, 1))
    real[0] = True
    real[-2:-1] = np.arange(T) != T // 2  # padding within
    real[B // 2] = np.arange(T) >= T - 1  # all padding but the last
    inputs = np.where(real[..., None], 1.0, 30.0) * rng.normal(size=(B, T, D))
    given = [inputs, real, *state_and_weights]
    kept = [a.copy() for a in given]
    states, last = masked_gru_forward(*given)
    assert all(map(np.array_equal, given, kept)), (
        "masked_gru_forward changed one of its inputs; make new arrays instead."
    )
    x, h_0, W, U, b, b_hn = map(torch.tensor, [inputs, *state_and_weights])
    weights = [W.T, U.T, b, torch.cat([0 * b[: 2 * H], b_hn])]
    truth = np.empty((B, T, H))
    for row in range(B):  # each sequence alone, without its padding
        own = h_0[row, None]
        for t in range(T):
            if real[row, t]:
                own = torch.gru_cell(x[row, t, None], own, *weights)
            truth[row, t] = own[0].numpy()
    case = f"with T = {T} and {real.sum()} of {B * T} steps real"
    assert matches(states, truth), (
        f"The states of a random batch {case} differ from those of each sequence "
        "alone; compare with equation (4.7), section 4.3."
    )
    assert matches(last, truth[:, -1]), (
        f"The last states of a random batch {case} are not those after the last real "
        "step of each sequence, or the start where there is none."
    )
states, last = masked_gru_forward(inputs, np.zeros_like(real), *state_and_weights)
start = state_and_weights[0]
assert matches(states, np.repeat(start[:, None], T, axis=1)), (
    "A batch that is all padding stays at its first states."
)
assert matches(last, start), "The last state of a batch that is all padding is h_0."
### END HIDDEN TESTS

# %% [markdown] prompt="weights_from_torch"
# ## 8. Weights from torch
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `weights_from_torch`: turn the four arrays of a layer `torch.nn.GRU(D, H)` into
# the four of this notebook, so that equation (4.4) gives the layer's states (section
# 4.3, 'Forward and backward by hand'). Torch packs its blocks in the order $r$, $z$,
# $n$, too. But each of its matrices is transposed, so its blocks stand *below* each
# other, and it has two biases for every block, one on the input's side, one on the
# state's:
#
# $$r_t = \sigma\left(x_t W_{xr} + b_{xr} + h_{t-1} W_{hr} + b_{hr}\right), \quad
# z_t = \sigma\left(x_t W_{xz} + b_{xz} + h_{t-1} W_{hz} + b_{hz}\right)$$
#
# and $n_t$ as in (4.4), which already has two. `bias_ih` holds
# $b_{xr}, b_{xz}, b_{xn}$, and `bias_hh` holds $b_{hr}, b_{hz}, b_{hn}$.
#
# Shapes: `weight_ih (3H, D)`, `weight_hh (3H, H)`, `bias_ih (3H,)`, `bias_hh (3H,)` →
# `(W_xh, W_hh, b_h, b_hn)` in this order, with the shapes `(D, 3H)`, `(H, 3H)`, `(3H,)`
# and `(H,)` of the table at the top.
#
# **Example.** $D=2$, $H=1$. `weight_ih` has the rows $(1, 2)$, $(3, 4)$ and $(5, 6)$,
# `weight_hh` the rows $7$, $8$ and $9$; `bias_ih` is $(0.1, 0.2, 0.3)$ and `bias_hh` is
# $(10, 20, 30)$.
#
# Then $W_{xh}$ has the rows $(1, 3, 5)$ and $(2, 4, 6)$, $W_{hh} = (7, 8, 9)$,
# $b_h = (10.1, 20.2, 0.3)$ and $b_{hn} = 30$.


# %% solution="weights_from_torch"
def weights_from_torch(weight_ih, weight_hh, bias_ih, bias_hh):
    """Our four arrays from those of a torch.nn.GRU, for equation (4.4).

    weight_ih (3H, D), weight_hh (3H, H), bias_ih (3H,), bias_hh (3H,)
    -> W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,)
    """
    ### BEGIN SOLUTION
    of_r, of_z, b_hn = np.split(bias_hh, 3)
    b_h = bias_ih + np.concatenate([of_r, of_z, np.zeros(len(b_hn))])
    return weight_ih.T, weight_hh.T, b_h, b_hn
    ### END SOLUTION


# %% test="weights_from_torch" points=2
names = ["W_xh", "W_hh", "b_h", "b_hn"]
looks = [
    "how the task says that torch packs its blocks",
    "how the task says that torch packs its blocks",
    "which biases add up, by (4.4) in section 4.1 and torch's lines in the task",
    "which bias the reset gate scales in (4.4), section 4.1, and where bias_hh has it",
]
parts = expect_result(
    weights_from_torch,
    np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    np.array([[7.0], [8.0], [9.0]]),
    np.array([0.1, 0.2, 0.3]),
    np.array([10.0, 20.0, 30.0]),
    case="the example above",
)
expect_parts(parts, names)
wants = [
    [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]],
    [[7.0, 8.0, 9.0]],
    [10.1, 20.2, 0.3],
    [30.0],
]
for k, (name, part, want) in enumerate(zip(names, parts, wants, strict=True), start=1):
    look = f"the shapes of the task, with D = 2 and H = 1: result {k} is {name}"
    expect_shape(part, np.shape(want), look)
for name, part, want, look in zip(names, parts, wants, looks, strict=True):
    expect_close(part, want, f"{name} in the example above, and {look}")
parts = expect_result(
    weights_from_torch,
    np.arange(1.0, 7.0).reshape(6, 1),
    np.arange(12.0).reshape(6, 2),
    np.arange(1.0, 7.0),
    np.arange(10.0, 70.0, 10.0),
    case="D = 1 and H = 2",
)
wants = [
    [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]],
    [[0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]],
    [11.0, 22.0, 33.0, 44.0, 5.0, 6.0],
    [50.0, 60.0],
]
high = "a block is H rows high, and each is transposed, section 4.3"
wide = "a block has H biases"
for name, part, want, look in zip(
    names, parts, wants, [high, high, wide, wide], strict=True
):
    expect_close(part, want, f"{name} with D = 1 and H = 2: {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for D, H, kind in [(4, 3, np.float64), (2, 5, np.float32), (3, 1, np.float32)]:
    sizes = [(3 * H, D), (3 * H, H), (3 * H,), (3 * H,)]
    given = [rng.normal(size=size).astype(kind) for size in sizes]
    kept = [a.copy() for a in given]
    result = weights_from_torch(*given)
    assert all(map(np.array_equal, given, kept)), (
        "weights_from_torch changed one of its inputs; make new arrays instead."
    )
    weight_ih, weight_hh, bias_ih, bias_hh = given
    both = bias_ih + bias_hh
    truth = [
        np.hstack([weight_ih[k * H : (k + 1) * H].T for k in range(3)]),
        np.hstack([weight_hh[k * H : (k + 1) * H].T for k in range(3)]),
        np.array([(both if k < 2 * H else bias_ih)[k] for k in range(3 * H)]),
        bias_hh[2 * H :],
    ]
    for name, found, want in zip(names, result, truth, strict=True):
        assert matches(found, want), (
            f"{name} of a random layer with D = {D} and H = {H} is another one; "
            "compare equation (4.4), section 4.1, with torch's lines in the task."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="costs"
# ## 9. What it costs
#
# *2 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `costs`: the number of parameters of a recurrent network, and the number of
# multiplications that one step takes for one sequence. For a single layer these are
# equations (4.8) and (4.9), section 4.5, with torch's two biases a block:
#
# $$\text{parameters} = \mu\,(D H + H^2 + 2 H), \qquad
# \text{multiplications} = \mu\,(D H + H^2) + \epsilon\,H$$
#
# where $\mu$ is the number of blocks (1 for the RNN, 3 for the GRU, 4 for the LSTM) and
# $\epsilon$ that of element-wise products (0 for the RNN, 3 for the other two). Layers
# can be stacked: the first one reads the input, of size $D$, and every other one reads
# the state of the layer below it, of size $H$. What a network costs is the sum over its
# layers.
#
# Shapes: `cell`, one of the strings `"rnn"`, `"gru"` and `"lstm"`, and the integers
# `D`, `H` and `layers`, each at least 1 → a tuple of two integers,
# `(parameters, multiplications)` in this order. Torch may check your count, but is not
# to make it: compute it from the formulas.
#
# **Example.** $D=2$, $H=3$. One layer of a GRU has $3 \cdot (6 + 9 + 6) = 63$
# parameters and takes $3 \cdot (6 + 9) + 9 = 54$ multiplications. A second layer reads
# 3 numbers instead of 2: it has $3 \cdot (9 + 9 + 6) = 72$ and takes
# $3 \cdot (9 + 9) + 9 = 63$. Two layers together: 135 and 117. One layer of an LSTM: 84
# and 69; three of them: 276 and 231. One layer of an RNN: 21 and 15.


# %% solution="costs"
def costs(cell, D, H, layers):
    """Parameters of a network, and multiplications of a step, (4.8) and (4.9).

    cell str, D int, H int, layers int -> parameters int, multiplications int
    """
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    elementwise = {"rnn": 0, "gru": 3, "lstm": 3}[cell]
    # The state's products are alike in all layers; the input's are not.
    products = blocks * (D * H + (layers - 1) * H * H + layers * H * H)
    parameters = products + layers * blocks * 2 * H
    return parameters, products + layers * elementwise * H
    ### END SOLUTION


# %% test="costs" points=2
names = ["parameters", "multiplications"]
for cell, layers, wants in [
    ("gru", 1, [63, 54]),
    ("gru", 2, [135, 117]),
    ("lstm", 1, [84, 69]),
    ("lstm", 3, [276, 231]),
    ("rnn", 1, [21, 15]),
]:
    case = f"cell = {cell!r}, D = 2, H = 3, layers = {layers}"
    parts = expect_result(costs, cell, 2, 3, layers, case=case)
    expect_parts(parts, names)
    looks = ["the first result, and equation (4.8)", "the second, and equation (4.9)"]
    for name, part, want, look in zip(names, parts, wants, looks, strict=True):
        whole = np.shape(part) == () and np.asarray(part).dtype.kind == "i"
        came = repr(part) if np.shape(part) == () else f"a {type(part).__name__}"
        assert whole, (
            f"Expected an integer for {name}, got {came}. Look at the shapes of the "
            "task."
        )
        look += ", section 4.5" if layers == 1 else " for each layer with its own input"
        expect_close(part, want, f"{name} for {case} in the example above, {look}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
known = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
for cell, layer in known.items():
    for layers in [1, 2, 3, 5]:
        D, H = (int(k) for k in rng.permutation(np.arange(1, 40))[:2])
        result = costs(cell, D, H, layers)
        truth = {k: w.numel() for k, w in layer(D, H, layers).named_parameters()}
        products = sum(size for k, size in truth.items() if k.startswith("weight"))
        gating = 0 if cell == "rnn" else 3 * H * layers
        wants = [sum(truth.values()), products + gating]
        for name, found, want in zip(names, result, wants, strict=True):
            right = np.shape(found) == () and found == want
            assert right, (
                f"Another number of {name} than in equation (4.8) or (4.9), section "
                f"4.5, with a random D and H and {layers} layer(s) of {cell}."
            )
            assert np.asarray(found).dtype.kind == "i", "Counts are whole numbers."
### END HIDDEN TESTS

# %% [markdown] prompt="widest"
# ## 10. A fair width
#
# *2 points · difficulty 3 of 5 · about 10 minutes*
#
# Two cells are compared at equal parameters (section 4.6), so somebody has to choose
# the widths. Write `widest`: the largest hidden size $H$ with which a single layer has
# *no more* than a given number of parameters. They are counted by equation (4.8),
# section 4.5, with torch's two biases a block:
#
# $$\text{parameters} = \mu\,(D H + H^2 + 2 H)$$
#
# where $\mu$ is 1 for the RNN, 3 for the GRU and 4 for the LSTM.
#
# Shapes: `cell`, one of the strings `"rnn"`, `"gru"` and `"lstm"`, and the integers
# `D`, at least 1, and `budget`, from 1 to some hundred thousand → one integer, $H$. If
# not even one unit fits, the result is 0.
#
# **Example.** $D=2$. A GRU with $H=3$ has 63 parameters. So `widest("gru", 2, 63)` is 3
# and `widest("gru", 2, 62)` is 2. With $H=1$ it has $3 \cdot (2 + 1 + 2) = 15$, so
# `widest("gru", 2, 14)` is 0. An LSTM has 48 parameters with $H=2$ and 84 with $H=3$,
# so `widest("lstm", 2, 63)` is 2. An RNN with $D=3$ and $H=500$ has
# $500 \cdot (3 + 500 + 2) = 252{,}500$, so `widest("rnn", 3, 252499)` is 499.
#
# <details><summary>Hint</summary>
#
# Wider is never cheaper, so you may try $H = 1, 2, \dots$ until it no longer fits. You
# may also solve the quadratic equation; mind then what rounding does where a width fits
# exactly.
#
# </details>


# %% solution="widest"
def widest(cell, D, budget):
    """The largest hidden size that fits a number of parameters, equation (4.8).

    cell str, D int, budget int -> H int
    """
    ### BEGIN SOLUTION
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    H = np.arange(1, budget)  # H units have more than H parameters
    return (blocks * (D * H + H * H + 2 * H) <= budget).sum()
    ### END SOLUTION


# %% test="widest" points=2
for (cell, D, budget), want, why in [
    (("gru", 2, 63), 3, "H = 3 has exactly 63 parameters, which fits"),
    (("gru", 2, 62), 2, "H = 3 would have 63 parameters"),
    (("gru", 2, 14), 0, "H = 1 would have 15 parameters"),
    (("lstm", 2, 63), 2, "H = 2 has 48 parameters and H = 3 has 84"),
    (
        ("rnn", 3, 252499),
        499,
        "H = 500 would have 252,500 parameters, but H = 499 fits",
    ),
]:
    case = f"cell = {cell!r}, D = {D}, budget = {budget}"
    got = expect_result(widest, cell, D, budget, case=case)
    whole = np.shape(got) == () and np.asarray(got).dtype.kind == "i"
    came = repr(got) if np.shape(got) == () else f"a {type(got).__name__}"
    assert whole, (
        f"Expected an integer for {case}, got {came}. Look at the shapes of the task."
    )
    look = f"the example above for {case}: by (4.8), section 4.5, {why}"
    expect_close(got, want, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for cell, blocks in [("rnn", 1), ("gru", 3), ("lstm", 4)]:
    for sizes in [np.arange(1, 90), np.arange(1, 90), np.arange(150, 250)]:
        D, H = (int(k) for k in rng.permutation(sizes)[:2])
        exact = blocks * H * (D + H + 2)
        more = blocks * (H + 1) * (D + H + 3)
        between = int(rng.integers(exact, more))
        for budget, want in [
            (exact, H),
            (exact - 1, H - 1),
            (between, H),
            (more - 1, H),
            (blocks * (D + 3) - 1, 0),
        ]:
            found = widest(cell, D, budget)
            right = np.shape(found) == () and found == want
            assert right, (
                f"{cell} with D = {D} and H = {H} has {exact} parameters by equation "
                f"(4.8), section 4.5; for the budget {budget} the width {want} is "
                f"expected, but {found} came back."
            )
            assert np.asarray(found).dtype.kind == "i", "A width is a whole number."
### END HIDDEN TESTS

# %% [markdown] prompt="reflection"
# ## 11. In your own words
#
# *2 points · difficulty 3 of 5 · about 15 minutes*
#
# A colleague has trained a GRU with a library that resets *before* the product. She
# loads its weights into `torch.nn.GRU`. All shapes fit and no error comes, but the
# predictions are bad.
#
# In six to nine sentences: (a) What went wrong, and why did nothing complain? If
# every reset gate of her network were at 1 for every input, would the loaded network
# work? (b) She trains again, in torch. The task is to say at every character whether
# all brackets opened so far are closed. The network is right up to the depth that
# occurs in its training texts, and wrong on deeper ones. With equations (4.10) and
# (4.11), section 4.7, say what a GRU's state cannot do here, and what an LSTM's can.
# (c) Is she sure to get a counter if she trains an LSTM? (d) By (4.9), section 4.5, a
# step of a GRU takes about three quarters of the multiplications of an LSTM's. Name one
# reason why her clock may say something else.

# %% [markdown] written="reflection" points=2
# ### BEGIN SOLUTION
# **A model answer.** (a) The two variants have the same weights with the same shapes,
# so nothing can complain, but they compute different candidates from them: one scales
# the units of the old state before $W_{hn}$ mixes them, the other scales the mixed
# result. So the gates were trained for one function and are used in another. With every
# reset gate at 1 nothing is scaled in either variant, both compute the same candidate,
# and the loaded network would work. (b) By (4.10) every unit of a GRU that starts
# between $-1$ and 1 stays there: its new state is a mixture of the old one and a tanh.
# A depth without limit has to be squeezed into that range, where neighbouring depths
# come ever closer together, and training asks only for those it has shown to be kept
# apart. By (4.11) an LSTM with its forget and input gate open adds its candidate to the
# cell: one up at an opening bracket, one down at a closing one, as deep as you like.
# (c) No. That a cell can count does not mean that training finds the counter; gates
# that are not quite open, or steps up and down that differ a little, add up, and seeds
# differ widely. It has a better chance, which has to be measured on deeper texts.
# (d) In small cells most of the time goes into starting the operations of each step,
# and their number does not shrink with the products. And a library may have a fast path
# for the one cell and none for the other, as torch has on a CPU for the LSTM.
#
# **Rubric, 2 points.** 1 point for (a): same shapes but another function, because the
# reset acts on another side of the product (half a point); with all reset gates at 1 it
# would work (half a point). Half a point for (b): the bounded state against the cell
# that adds. A quarter for (c): being able to count is not the same as learning it. A
# quarter for (d): one reason of the two, or another one that section 4.5 measures.
# ### END SOLUTION
