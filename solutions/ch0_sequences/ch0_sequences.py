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
# # Sequences: build the tools that every chapter uses
#
# In this notebook you write the tools of the chapter 'Sequences': from text to tokens
# and back, one-hot rows, inputs and targets, batches with a mask, two models that only
# count, and the measure by which all models of this book are compared. Seven short
# functions (20 points), then one question to answer in words (2 points, graded by a
# reader): 22 points, about two hours. Each task stands on its own, so you may skip one
# and return.
#
# **How a task works**
#
# 1. Read the task, with its formula and a worked example. Equation numbers and section
#    titles are those of the chapter.
# 2. Replace `raise NotImplementedError()` in the cell below it, and run that cell.
# 3. Run the test cell that follows. It checks shapes, the worked example and that your
#    inputs stay as they are, and says in one sentence what it expected, what came, and
#    where to look.
# 4. Hidden tests decide on the points. They use random numbers, all sizes different,
#    and edge cases. To run them, press *Check* above the notebook. Where there is no
#    such button, save the notebook and type in a terminal, in the course's folder:
#
#    ```
#    .venv/bin/python -m autograder check work/ch0_sequences/ch0_sequences.ipynb
#    ```
#
# **The rules.** Do not change your inputs. Results have to agree to about five digits.
# No function needs another one of this notebook: where one task contains another, write
# the line again, so that a slip costs you once. Write them in Python and NumPy:
# ready-made functions such as `torch.nn.functional.one_hot`, `pad_sequence` or another
# package's vocabulary are not an answer here. The chapter shows code for parts of this.
# The functions here differ from it in places, so trust the task, not your memory.
#
# **The symbols**
#
# | Symbol | Meaning | Name | Shape |
# |---|---|---|---|
# | $B$, $T$ | sequences in a batch; tokens in a sequence or window | `B`, `T` | |
# | $V$ | size of the vocabulary; tokens are $0, \dots, V-1$ | `V` | |
# | $k_t$ | token at step $t$ | `tokens[t - 1]` | `(T,)` |
# | $m_t$ | whether a token counts: true or false, 1 or 0 | `mask` | `(B, T)` |
# | $u$, $u'$ | a context, and the same without its first token | `context` | |
# | $x$ | the token that follows a context | | |
# | $\#(u)$ | how often $u$ is followed by anything | | |
# | $\#(ux)$ | how often $u$ is followed by $x$ | | |
# | $\kappa(u)$ | how many *different* tokens follow $u$ | | |

# %% setup="helpers" file="expect.py"

# %% setup="counter"
from collections import Counter

# %% [markdown] prompt="encode_and_decode"
# ## 1. There and back
#
# *3 points · difficulty 2 of 5 · about 15 minutes*
#
# Write `encode_and_decode`: make a vocabulary from one list of pieces, then turn
# another list into tokens and back again (section 'From text to tokens'; no equation is
# behind it). Pieces may be characters or words.
#
# 1. The vocabulary is a list. Its first entry is `"<unk>"`, which stands for everything
#    unknown. Then come, each once and in the order of Python's `sorted`, all pieces
#    that stand at least `minimum` times in `learned`.
# 2. The token of a piece is its place in the vocabulary, and 0 if it has none.
# 3. Decoding looks each token up in the vocabulary. Whatever was unknown comes back as
#    `"<unk>"`.
#
# Shapes: `learned` and `pieces`, two lists of strings, and the integer `minimum`, at
# least 1 → the three results `(vocabulary, tokens, back)` in this order: a list of
# strings, an array of integers of shape `(T,)` with $T$ the length of `pieces`, and a
# list of $T$ strings. Either list may be empty. No piece is called `"<unk>"`.
#
# **Example.** `learned` is *the cat saw the cat and the dog*, one word each, and
# `minimum` is 2. *the* stands there 3 times and *cat* 2 times, the others once: the
# vocabulary is `["<unk>", "cat", "the"]`. Then *the dog met the cat* has the tokens
# $(2, 0, 0, 2, 1)$ and comes back as `["the", "<unk>", "<unk>", "the", "cat"]`.
#
# <details><summary>Hint</summary>
#
# `Counter(learned)` counts, and is imported above. A dict from each piece to its place
# is faster than searching the list, and its method `get` takes a value for what is not
# there. An array of an empty list holds floats unless you name the type.
#
# </details>


# %% solution="encode_and_decode"
def encode_and_decode(learned, pieces, minimum):
    """A vocabulary, and a list of pieces through it and back.

    learned and pieces lists of str, minimum int
    -> vocabulary list of str, tokens (T,) int, back list of T str
    """
    ### BEGIN SOLUTION
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = ["<unk>", *sorted(often)]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]
    ### END SOLUTION


# %% test="encode_and_decode" points=3
words = ["the", "cat", "saw", "the", "cat", "and", "the", "dog"]
got = expect_result(
    encode_and_decode,
    words,
    ["the", "dog", "met", "the", "cat"],
    2,
    case="the two lists of the example above and minimum = 2",
)
expect_parts(got, ["vocabulary", "tokens", "back"])
for name, came, want, look in [
    ("vocabulary", got[0], ["<unk>", "cat", "the"], "point 1"),
    ("decoded list", got[2], ["the", "<unk>", "<unk>", "the", "cat"], "point 3"),
]:
    if not isinstance(came, list):
        look = "the shapes and the order of the results"
    same_list = isinstance(came, list) and came == want
    assert same_list, (
        f"Expected the {name} {want}, got {came!r}. Look at {look} of the task, and at "
        "section 'From text to tokens'."
    )
expect_shape(got[1], (5,), "the shapes of the task: one token a piece", kind="int")
expect_close(got[1], [2, 0, 0, 2, 1], "the example above and point 2 of the task")
got = expect_result(encode_and_decode, words, [], 1, case="no pieces to encode")
expect_parts(got, ["vocabulary", "tokens", "back"])
expect_shape(got[1], (0,), "the shapes of the task: pieces may be empty", kind="int")
case = "learned = [] and pieces = ['cat']"
got = expect_result(encode_and_decode, [], ["cat"], 1, case=case)
expect_parts(got, ["vocabulary", "tokens", "back"])
assert got[0] == ["<unk>"], (
    f"Expected the vocabulary {['<unk>']} when nothing was learned, got {got[0]!r}. "
    "Look at point 1 of the task."
)
for learned, minimum, want, look in [
    (["a", "A", "b", "A"], 1, ["<unk>", "A", "a", "b"], "A and a are two pieces"),
    (["off", " ", "of", " ", "off"], 2, ["<unk>", " ", "off"], "'of' stands once"),
]:
    case = f"learned = {learned} and minimum = {minimum}"
    got = expect_result(encode_and_decode, learned, ["A", "off"], minimum, case=case)
    expect_parts(got, ["vocabulary", "tokens", "back"])
    assert got[0] == want, (
        f"Expected the vocabulary {want} for {case}, got {got[0]!r}. Look at point 1 "
        f"of the task: '<unk>' first, then the others as Python sorts them; {look}."
    )
    places = [want.index(piece) if piece in want else 0 for piece in ["A", "off"]]
    expect_close(got[1], places, f"point 2 of the task, with the vocabulary {want}")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
alphabet = [*"abcXYZ", "of", "Of", "off", " ", "\n", "천", "é", "10", "9"]
for size, length, minimum in [(40, 25, 2), (25, 1, 1), (60, 30, 3), (7, 12, 2)]:
    known = [str(piece) for piece in rng.permutation(alphabet)[:11]]
    learned = [known[k] for k in (11 * rng.random(size) ** 2).astype(int)]
    learned += minimum * ["just enough"] + (minimum - 1) * ["too few", "enough"]
    pieces = [str(piece) for piece in rng.choice([*alphabet, "too few"], size=length)]
    pieces += ["just enough", "enough", *minimum * ["never learned"]]
    given = [learned, pieces]
    kept = [learned.copy(), pieces.copy()]
    vocabulary, tokens, back = encode_and_decode(*given, minimum)
    assert given == kept, "encode_and_decode changed one of its lists; make new ones."
    enough = {piece for piece in learned if learned.count(piece) >= minimum}
    truth = ["<unk>", *sorted(enough)]
    right = isinstance(vocabulary, list) and vocabulary == truth
    assert right, (
        f"With minimum {minimum} the vocabulary of a random list is another one; see "
        "which pieces belong into it, and in which order."
    )
    places = [truth.index(piece) if piece in enough else 0 for piece in pieces]
    assert matches(tokens, places), (
        "The tokens of a random list are not the places in the vocabulary."
    )
    assert np.asarray(tokens).dtype.kind == "i", "Tokens are whole numbers."
    spelt = [piece if piece in enough else "<unk>" for piece in pieces]
    right = isinstance(back, list) and back == spelt
    assert right, "A random list comes back as another one."
vocabulary, tokens, back = encode_and_decode([], ["a", "b"], 1)
assert (vocabulary, list(tokens), back) == (["<unk>"], [0, 0], 2 * ["<unk>"]), (
    "When nothing was learned, everything is unknown."
)
vocabulary, tokens, back = encode_and_decode(["b", "a"], [], 1)
assert (vocabulary, np.shape(tokens), back) == (["<unk>", "a", "b"], (0,), []), (
    "A list of no pieces has no tokens, and comes back empty."
)
assert np.asarray(tokens).dtype.kind == "i", "Tokens are whole numbers, also none."
### END HIDDEN TESTS

# %% [markdown] prompt="one_hot"
# ## 2. One-hot rows
#
# *2 points · difficulty 1 of 5 · about 5 minutes*
#
# Write `one_hot`: for each token a row of $V$ numbers, all zero but for a one in the
# token's place (section 'Inputs and targets'; no equation is behind it).
#
# Shapes: `tokens (...)` integers from 0 to $V-1$, with any number of axes, also none,
# and the integer `V` → an array `rows (..., V)`: the axes of `tokens`, and one more at
# the end. The zeros and ones may be integers or floats. Not every token of the
# vocabulary need occur, and an axis of `tokens` may have the length 0.
#
# **Example.** $V=4$. The tokens $(2, 0)$ become the two rows $(0, 0, 1, 0)$ and
# $(1, 0, 0, 0)$.
#
# <details><summary>Hint</summary>
#
# The rows of the identity matrix are the one-hot rows, in order. An array of integers
# may stand in an index: `a[tokens]` has the axes of `tokens` first.
#
# </details>


# %% solution="one_hot"
def one_hot(tokens, V):
    """Rows with a single one.

    tokens (...) int, V int -> rows (..., V)
    """
    ### BEGIN SOLUTION
    return np.eye(V)[tokens]
    ### END SOLUTION


# %% test="one_hot" points=2
shape_look = "the shapes of the task: one more axis, at the end, of length V"
given = np.array([[[1, 0, 2], [2, 2, 1]]])
got = expect_result(one_hot, given, 4, case="tokens of shape (1, 2, 3) and V = 4")
came = f"shape {np.shape(got)}" if isinstance(got, np.ndarray) else type(got).__name__
assert came == "shape (1, 2, 3, 4)", (
    f"Expected an array of shape (1, 2, 3, 4) for tokens of shape (1, 2, 3) and V = 4, "
    f"got {came}. Look at {shape_look}."
)
got = expect_result(one_hot, np.array([2, 0]), 4)
look = "the example above, and section 'Inputs and targets'"
expect_close(got, [[0, 0, 1, 0], [1, 0, 0, 0]], look)
got = expect_result(one_hot, np.array([[1, 0], [1, 1]]), 2)
look = "the task: each of the 2 x 2 tokens 1, 0 and 1, 1 has a row of its own"
expect_close(got, [[[0, 1], [1, 0]], [[0, 1], [0, 1]]], look)
got = expect_result(one_hot, np.array(1), 3, case="a single token, without axes")
expect_close(got, [0, 1, 0], "the shapes of the task: tokens may have no axes")
none = np.zeros((2, 0), dtype=int)
got = expect_result(one_hot, none, 3, case="tokens of shape (2, 0) and V = 3")
assert np.shape(got) == (2, 0, 3), (
    f"Expected shape (2, 0, 3) for tokens of shape (2, 0) and V = 3, got "
    f"{np.shape(got)}. Look at {shape_look}."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for size, V in [
    ((6,), 9),
    ((3, 5), 4),
    ((2, 3, 4), 7),
    ((1,), 1),
    ((), 5),
    ((4, 0), 3),
]:
    for kind in [np.int64, np.int32]:
        given = rng.integers(V, size=size).astype(kind)
        kept = given.copy()
        result = one_hot(given, V)
        truth = torch.nn.functional.one_hot(torch.tensor(given).long(), V).numpy()
        assert matches(result, truth), (
            f"The rows of random tokens with shape {size} and V = {V} are not one-hot "
            "in the last axis, or not at the token's place."
        )
        assert np.array_equal(given, kept), "one_hot changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="next_token_pairs"
# ## 3. What comes next: inputs and targets
#
# *3 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `next_token_pairs`: cut a stream of tokens into windows of $T$ inputs, and give
# each input its target, the token that follows it in the stream (section 'Inputs and
# targets'; no equation is behind it).
#
# The first window begins at place 0 of the stream, the next one `step` places later,
# and so on: with `step = T` the windows follow each other without a gap, as in the
# chapter, with a smaller step they overlap. Take every window whose $T$ inputs all have
# a target. What is left over at the end is dropped.
#
# Shapes: `tokens` is one array of integers, of any length, also shorter than $T$; `T`
# and `step` are integers, at least 1 → `(inputs, targets)` in this order, each of shape
# `(B, T)`, with $B$ the number of windows, in the order of the stream. Without any
# window the shape is `(0, T)`.
#
# **Example.** The tokens $(7, 3, 9, 4, 8, 2)$, $T=3$ and `step` 2. The first window has
# the inputs $(7, 3, 9)$ and the targets $(3, 9, 4)$, the second $(9, 4, 8)$ and
# $(4, 8, 2)$. A third would begin with the 8 and would need three targets after it;
# there is one.
#
# <details><summary>Hint</summary>
#
# First write down the places where windows begin: the last target of a window that
# begins at `s` is `tokens[s + T]`, and it must exist. Then
# `begins[:, None] + np.arange(T)` has shape `(B, T)`, also for $B = 0$, and can stand
# in an index.
#
# </details>


# %% solution="next_token_pairs"
def next_token_pairs(tokens, T, step):
    """Windows of a stream, and the same one token later.

    tokens (any length,) int, T int, step int -> inputs (B, T) int, targets (B, T) int
    """
    ### BEGIN SOLUTION
    begins = np.arange(0, len(tokens) - T, step)
    places = begins[:, None] + np.arange(T)  # (B, T)
    return tokens[places], tokens[places + 1]
    ### END SOLUTION


# %% test="next_token_pairs" points=3
stream = np.array([7, 3, 9, 4, 8, 2])
got = expect_result(
    next_token_pairs,
    stream,
    3,
    2,
    case="the stream of the example above, T = 3 and step = 2",
)
expect_parts(got, ["inputs", "targets"])
for name, came in zip(["inputs", "targets"], got, strict=True):
    look = f"the {name} of the example above: two windows of three, (B, T)"
    expect_shape(came, (2, 3), look, kind="int")
look = "of the example above, and section 'Inputs and targets'"
expect_close(got[0], [[7, 3, 9], [9, 4, 8]], f"the inputs {look}")
expect_close(got[1], [[3, 9, 4], [4, 8, 2]], f"the targets {look}")
for length, T, why in [
    (6, 6, "the last of T inputs has no target"),
    (2, 5, "the stream is shorter than T"),
]:
    case = f"a stream of {length} tokens, T = {T} and step = 1"
    got = expect_result(next_token_pairs, stream[:length], T, 1, case=case)
    expect_parts(got, ["inputs", "targets"])
    for came in got:
        look = f"the shapes of the task without any window: {why}"
        expect_shape(came, (0, T), look, kind="int")
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for T, step in [(4, 4), (5, 2), (1, 3), (6, 1), (2, 5), (3, 3)]:
    for length in [*range(0, 3), T - 1, T, T + 1, *range(T + 2, T + 2 * step + 3), 31]:
        given = rng.integers(50, size=length)
        kept = given.copy()
        result = next_token_pairs(given, T, step)
        whole = [s for s in range(0, length, step) if s + T < length]
        truth = np.array([given[s : s + T + 1] for s in whole], dtype=int)
        truth = truth.reshape(len(whole), T + 1)
        case = f"{length} tokens, T = {T} and step = {step}"
        assert np.shape(result[0]) == (len(whole), T), (
            f"Another number of windows is whole, or another shape, with {case}."
        )
        assert matches(result[0], truth[:, :-1]), (
            f"The inputs are other ones with {case}."
        )
        assert matches(result[1], truth[:, 1:]), (
            f"The targets are other ones with {case}."
        )
        assert all(np.asarray(a).dtype.kind == "i" for a in result), (
            "Tokens are whole numbers, also where there is no window."
        )
        assert np.array_equal(given, kept), "next_token_pairs changed its input."
### END HIDDEN TESTS

# %% [markdown] prompt="pad"
# ## 4. Padding and a mask
#
# *2 points · difficulty 2 of 5 · about 10 minutes*
#
# Write `pad`: put sequences of different lengths into one array, and say in a mask what
# is real (section 'Padding, masks, batches'; no equation is behind it). Each sequence
# stands at the left of its row, in the order given. The places behind it hold `fill`.
# The mask is true where a token stands and false where padding stands. The vocabulary
# may use the number `fill` for a real token, too: such a token counts.
#
# Shapes: `sequences`, a list of $B$ arrays of integers, $B \ge 1$, and the integer
# `fill` → `(tokens, mask)` in this order, both of shape `(B, T)`, with $T$ the length
# of the longest sequence. `tokens` holds integers, `mask` booleans (or the integers 1
# and 0, as in the chapter). A sequence may be empty.
#
# **Example.** The sequences $(4, 0, 2)$ and $(5)$, with `fill` 0, become the tokens
# $(4, 0, 2)$, $(5, 0, 0)$. The mask is true, true, true in the first row and true,
# false, false in the second.


# %% solution="pad"
def pad(sequences, fill):
    """One array of sequences of different lengths, and what is real in it.

    sequences list of B arrays (any length,) int, fill int
    -> tokens (B, T) int, mask (B, T) bool
    """
    ### BEGIN SOLUTION
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(max(lengths)) < lengths[:, None]
    tokens = np.full(mask.shape, fill)
    tokens[mask] = np.concatenate(sequences)
    return tokens, mask
    ### END SOLUTION


# %% test="pad" points=2
got = expect_result(
    pad,
    [np.array([4, 0, 2]), np.array([5])],
    0,
    case="the two sequences of the example above and fill = 0",
)
expect_parts(got, ["tokens", "mask"])
look = "the shapes of the task: (tokens, mask) in this order, both (B, T)"
expect_shape(got[0], (2, 3), look, kind="int")
came = f"a {type(got[1]).__name__}"
if isinstance(got[1], np.ndarray):
    came = f"an array of {got[1].dtype} with shape {got[1].shape}"
fits = isinstance(got[1], np.ndarray) and got[1].shape == (2, 3)
fits = fits and got[1].dtype.kind in "biu"
assert fits, (
    "Expected a mask of booleans, or of the integers 1 and 0, with shape (2, 3), got "
    f"{came}. Look at {look}."
)
look = "the tokens of the example above, and section 'Padding, masks, batches'"
expect_close(got[0], [[4, 0, 2], [5, 0, 0]], look)
assert np.array_equal(got[1], [[1, 1, 1], [1, 0, 0]]), (
    f"Expected the mask {[[True] * 3, [True, False, False]]}, got {got[1].tolist()}. "
    "Look at the task: true where a token stands, also one with the number of the "
    "padding, and false where padding stands."
)
empty = [np.array([], dtype=int), np.array([3, 1])]
got = expect_result(pad, empty, 9, case="sequences of lengths 0 and 2 and fill = 9")
expect_parts(got, ["tokens", "mask"])
expect_close(
    got[0],
    [[9, 9], [3, 1]],
    "the task: fill is 9 here, the longest sequence is the second, the first is empty, "
    "and the order stays",
)
assert np.array_equal(got[1], [[0, 0], [1, 1]]), (
    f"Expected the mask {[[False] * 2, [True] * 2]}, got {got[1].tolist()}. Look at "
    "the task: the first sequence is empty, and the order stays."
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for lengths, fill in [
    ([3, 6, 1, 4, 6], 0),
    ([2, 7, 0, 5], 3),
    ([5], 2),
    ([1, 1, 1], -1),
    ([0, 4], 1),
    ([8, 2, 3], 0),
]:
    given = [rng.integers(5, size=length) for length in lengths]
    given[-1][-1] = fill  # a real token
    kept = [a.copy() for a in given]
    result = pad(given, fill)
    torches = [torch.tensor(a) for a in given]
    truth = torch.nn.utils.rnn.pad_sequence(torches, True, fill).numpy()
    real = [[t < length for t in range(max(lengths))] for length in lengths]
    assert matches(result[0], truth), (
        f"The tokens are other ones for sequences of lengths {lengths} and fill {fill}."
    )
    assert np.asarray(result[0]).dtype.kind == "i", "Tokens are whole numbers."
    assert matches(result[1], real), (
        f"The mask is another one for sequences of lengths {lengths} and fill {fill}; "
        "real tokens may have the number of the padding."
    )
    assert np.asarray(result[1]).dtype.kind in "biu", (
        "The mask holds booleans, or the integers 1 and 0."
    )
    assert all(map(np.array_equal, given, kept)), "pad changed one of its inputs."
result = pad([np.array([], dtype=int)] * 3, 4)
assert np.shape(result[0]) == np.shape(result[1]) == (3, 0), (
    "Three empty sequences make arrays with three rows and no columns."
)
### END HIDDEN TESTS

# %% [markdown] prompt="bigram_model"
# ## 5. A model that counts pairs
#
# *3 points · difficulty 3 of 5 · about 20 minutes*
#
# Write `bigram_model`: count how often each token follows each other one, and turn the
# counts into probabilities (section 'The opponent: counting', $n = 2$). The context $u$
# is here a single token. The plain estimate is equation (4),
# $\#(ux)\,/\,\#(u)$. Adding one to the count of each of the $V$ tokens that could
# follow makes it
#
# $$p(x \mid u) = \frac{\#(ux) + 1}{\#(u) + V}$$
#
# There are several texts. The last token of one is not followed by the first token of
# the next. $\#(u)$ is how often $u$ is *followed* by anything, so the last token of a
# text does not count as a context. A context that was never followed gets $1/V$
# everywhere.
#
# Shapes: `texts`, a list of arrays of integers from 0 to $V-1$, of any lengths, also 0
# and 1; `V` integer → `(counts, p)` in this order, both `(V, V)`. Row `u`, column `x`
# of `counts` holds $\#(ux)$, that of `p` the probability $p(x \mid u)$.
#
# **Example.** $V=3$ and the texts $(0, 1, 1, 0)$ and $(1, 0, 2)$. The pairs are
# 01, 11, 10 and 10, 02. So
#
# | $u$ | counts | $\#(u)$ | $p$ |
# |---|---|---|---|
# | 0 | 0, 1, 1 | 2 | $1/5,\ 2/5,\ 2/5$ |
# | 1 | 2, 1, 0 | 3 | $3/6,\ 2/6,\ 1/6$ |
# | 2 | 0, 0, 0 | 0 | $1/3,\ 1/3,\ 1/3$ |
#
# <details><summary>Hint</summary>
#
# A loop over neighbours is fine: `zip(text, text[1:])`. If you index with whole arrays
# instead, beware: `counts[a, b] += 1` adds 1 only once for a pair that stands in `a`
# and `b` several times. `np.add.at` adds every time.
#
# </details>


# %% solution="bigram_model"
def bigram_model(texts, V):
    """Counts of pairs, and probabilities with one added to every count.

    texts list of arrays (any length,) int, V int -> counts (V, V), p (V, V)
    """
    ### BEGIN SOLUTION
    counts = np.zeros((V, V))
    for text in texts:
        for t in range(1, len(text)):
            counts[text[t - 1], text[t]] += 1
    return counts, (counts + 1) / (counts.sum(axis=1, keepdims=True) + V)
    ### END SOLUTION


# %% test="bigram_model" points=3
two = [np.array([0, 1, 1, 0]), np.array([1, 0, 2])]
got = expect_result(
    bigram_model, two, 3, case="the two texts of the example above and V = 3"
)
expect_parts(got, ["counts", "p"])
for name, came in zip(["counts", "p"], got, strict=True):
    assert np.shape(came) == (3, 3), (
        f"Expected {name} with shape (3, 3), got {np.shape(came)}. Look at the shapes "
        "of the task: a row for each context, a column for each next token."
    )
look = "the counts in the table of the example above: row u, column x is how often x "
look += "comes right after u in one text, with nothing added"
expect_close(got[0], [[0, 1, 1], [2, 1, 0], [0, 0, 0]], look)
thirds = [[1 / 5, 2 / 5, 2 / 5], [3 / 6, 2 / 6, 1 / 6], [1 / 3, 1 / 3, 1 / 3]]
look = "p in the table of the example above, and the formula of the task"
expect_close(got[1], thirds, look)
thrice = [np.array([0, 0, 0]), np.array([], dtype=int)]
got = expect_result(
    bigram_model, thrice, 4, case="V = 4, the text 0, 0, 0 and a text without tokens"
)
expect_parts(got, ["counts", "p"])
once = [0, 0, 0, 0]
expect_close(
    got[0],
    [[2, 0, 0, 0], once, once, once],
    "the counts of the text 0, 0, 0 with V = 4: the pair 0, 0 stands there twice, and "
    "tokens that never occur have their row and column, too",
)
expect_close(
    got[1][0],
    [3 / 6, 1 / 6, 1 / 6, 1 / 6],
    "the formula of the task, with V = 4 though only token 0 occurs",
)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for lengths, V in [
    ([30, 21, 14], 5),
    ([50], 3),
    ([1, 9, 0, 2, 12], 7),
    ([1, 0], 2),
    ([6, 4], 1),
    ([3] * 20, 4),
]:
    given = [(V * rng.random(length) ** 1.5).astype(int) for length in lengths]
    kept = [a.copy() for a in given]
    result = bigram_model(given, V)
    neighbours = Counter(
        (int(a[t]), int(a[t + 1])) for a in given for t in range(len(a) - 1)
    )
    table = [[neighbours[u, x] for x in range(V)] for u in range(V)]
    assert matches(result[0], table), (
        f"The counts of pairs are other ones for random texts of lengths {lengths}; "
        "see what happens to repeated pairs and at the borders of texts."
    )
    truth = [[(k + 1) / (sum(row) + V) for k in row] for row in table]
    assert matches(result[1], truth), (
        f"The probabilities are other ones for random texts of lengths {lengths}."
    )
    assert matches(np.sum(result[1], axis=1), np.ones(V)), (
        "The probabilities after a context do not sum to one."
    )
    assert all(map(np.array_equal, given, kept)), (
        "bigram_model changed one of its inputs."
    )
### END HIDDEN TESTS

# %% [markdown] prompt="witten_bell"
# ## 6. Ask the shorter context
#
# *4 points · difficulty 4 of 5 · about 30 minutes*
#
# Write `witten_bell`: the probabilities of the next token after a context, with
# Witten–Bell smoothing. This is equation (5), section 'The opponent: counting':
#
# $$p_n(x \mid u) = \frac{\#(ux) + \kappa(u)\, p_{n-1}(x \mid u')}{\#(u) + \kappa(u)},
# \qquad p_0(x) = \frac{1}{V}$$
#
# Here $n - 1$ is the length of the context $u$, and $u'$ is $u$ without its first
# token. $\#(ux)$ counts how often the tokens of $u$, and then $x$, stand next to each
# other in the text, overlapping places too: in 0, 0, 0 the pair 0, 0 stands twice.
# $\#(u)$ is the sum of these over all $x$, and $\kappa(u)$ the number of different $x$
# among them. The empty context, $n = 1$, is followed by every token of the text. If $u$
# is never followed by anything, $p_n = p_{n-1}$.
#
# Shapes: `tokens (T,)` the text, integers from 0 to $V-1$; `context` an array of any
# length, also 0; `V` integer → `p (V,)`, where entry $x$ is the probability of $x$
# after the whole context. $T$ may be 0.
#
# **Example.** $V=2$ and the text $(0, 1, 0, 1, 0, 0)$.
#
# - No context: token 0 stands there 4 times and token 1 twice, so $\# = 6$ and
#   $\kappa = 2$. $p_1 = (4 + 2 \cdot 0.5,\ 2 + 2 \cdot 0.5)/8 = (0.625, 0.375)$.
# - After 0 came 1, 1, 0: counts $(1, 2)$, $\# = 3$, $\kappa = 2$.
#   $p_2 = (1 + 2 \cdot 0.625,\ 2 + 2 \cdot 0.375)/5 = (0.45, 0.55)$.
# - After 1 came 0, 0: counts $(2, 0)$, $\# = 2$, $\kappa = 1$.
#   $p_2 = (2 + 0.625,\ 0.375)/3 = (0.875, 0.125)$.
# - After 1, 0 came 1, 0: counts $(1, 1)$, $\# = 2$, $\kappa = 2$, and $u'$ is 0.
#   $p_3 = (1 + 2 \cdot 0.45,\ 1 + 2 \cdot 0.55)/4 = (0.475, 0.525)$.
# - 1, 1 never stands there. $p_3$ is $p_2$ after 1, $(0.875, 0.125)$.
#
# <details><summary>Hint</summary>
#
# Start with $1/V$ and go from the empty context to the longest: one more token on the
# left each time. In each turn collect the tokens that follow the last `length` tokens
# of the context in the text. The slice `context[-0:]` is the whole context, not the
# empty one; `context[len(context) - length:]` is what you want.
#
# </details>


# %% solution="witten_bell"
def witten_bell(tokens, context, V):
    """Probabilities of the next token, equation (5).

    tokens (T,) int, context (any length,) int, V int -> p (V,)
    """
    ### BEGIN SOLUTION
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        after, kinds = own.sum(), np.count_nonzero(own)
        if after:
            p = (own + kinds * p) / (after + kinds)
    return p
    ### END SOLUTION


# %% test="witten_bell" points=4
stream = np.array([0, 1, 0, 1, 0, 0])
got = expect_result(
    witten_bell, stream, np.array([0]), 3, case="the text of the example above, V = 3"
)
expect_shape(got, (3,), "the shapes of the task: one probability for each of V tokens")
for context, want in [
    ([], [0.625, 0.375]),
    ([0], [0.45, 0.55]),
    ([1], [0.875, 0.125]),
    ([1, 0], [0.475, 0.525]),
    ([1, 1], [0.875, 0.125]),
]:
    got = expect_result(
        witten_bell,
        stream,
        np.array(context, dtype=int),
        2,
        case=f"the context {context} of the example above",
    )
    expect_close(
        got, want, f"the context {context} of the example above and equation (5)"
    )
got = expect_result(
    witten_bell,
    np.zeros(5, dtype=int),
    np.zeros(3, dtype=int),
    2,
    case="the text 0, 0, 0, 0, 0 and the context 0, 0, 0",
)
look = "the task: in the text 0, 0, 0, 0, 0 places overlap, also those of 0, 0, 0"
expect_close(got, [719 / 720, 1 / 720], look)
nothing = np.array([], dtype=int)
got = expect_result(
    witten_bell,
    nothing,
    np.array([1]),
    4,
    case="a text without tokens, T = 0, and the context 1",
)
look = "the task for T = 0: no context is ever followed, and V = 4"
expect_close(got, [0.25, 0.25, 0.25, 0.25], look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()


def reference(text, u, V):
    """Equation (5) as it stands there, on lists."""
    shorter = reference(text, u[1:], V) if u else V * [1 / V]
    follow = [text[t] for t in range(len(u), len(text)) if text[t - len(u) : t] == u]
    kinds, total = len(set(follow)), len(follow)
    if not follow:
        return shorter
    return [(follow.count(x) + kinds * shorter[x]) / (total + kinds) for x in range(V)]


for T, V in [(40, 4), (60, 3), (90, 14), (30, 2), (1, 5), (0, 4), (8, 1)]:
    given = (V * rng.random(T) ** 1.4).astype(int)
    contexts = [rng.integers(V, size=length) for length in [0, 1, 2, 2, 3, 3, 4, 7]]
    contexts += [given[start : start + 3] for start in rng.integers(max(T, 1), size=6)]
    contexts += [given[T - length :] for length in [1, 2, 4] if length <= T]
    contexts += [np.append(given, 0)]  # longer than the text
    for context in contexts:
        case = [given, context]
        kept = [a.copy() for a in case]
        result = witten_bell(given, context, V)
        truth = reference(given.tolist(), context.tolist(), V)
        assert matches(result, truth), (
            f"The probabilities differ from equation (5) for a text of {T} tokens, "
            f"V = {V} and a context of length {len(context)}."
        )
        assert matches(np.sum(result), 1.0), "The probabilities do not sum to one."
        assert all(map(np.array_equal, case, kept)), (
            "witten_bell changed one of its inputs; make new arrays instead."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="surprise"
# ## 7. One surprise, three scales
#
# *3 points · difficulty 3 of 5 · about 15 minutes*
#
# Write `surprise`: how well a model predicted a batch of texts, in nats per token, as a
# perplexity, and in bits per character (section 'Measuring surprise'). `p` holds the
# probabilities that the model gave to the tokens that really came. With a mask,
# equation (2) is the mean over the tokens that count:
#
# $$L = -\frac{1}{N} \sum_{b,t} m_{b,t} \log p_{b,t}, \qquad N = \sum_{b,t} m_{b,t}$$
#
# The perplexity follows by equation (3). Bits per character are the bits of all tokens
# that count, divided by the number of all characters that these tokens spell.
#
# Shapes: `p (B, T)`, `characters (B, T)` integers, how many characters each token
# spells, `mask (B, T)` booleans → the three numbers
# `(nats, perplexity, bits_per_character)` in this order. At least one token counts, and
# for those that do, `p` is above 0. Where the mask is false, `p` and `characters` mean
# nothing; `p` may be 0 there. There may be thousands of tokens: the product of all $p$
# is then too small for the computer and rounds to 0.
#
# **Example.** $B=2$, $T=2$. $p$ is $(1/2, 1/8)$ and $(1/4, 0.9)$, the characters are
# $(1, 4)$ and $(3, 2)$, and the last token is padding. The three that count cost
# 1, 3 and 2 bits, together 6 bits: 2 bits per token, so $L = 2 \ln 2 = 1.3863$ nats and
# the perplexity is $2^2 = 4$. They spell $1 + 4 + 3 = 8$ characters, so it is
# $6/8 = 0.75$ bits per character.
#
# <details><summary>Hint</summary>
#
# $\log 0$ is $-\infty$, and $0 \cdot \infty$ is not a number: multiplying by the mask
# comes too late for such a place. Pick what counts first: `p[mask]` has shape `(N,)`.
#
# </details>


# %% solution="surprise"
def surprise(p, characters, mask):
    """Nats per token, perplexity, and bits per character, equations (2) and (3).

    p (B, T), characters (B, T) int, mask (B, T) bool
    -> nats, perplexity, bits_per_character
    """
    ### BEGIN SOLUTION
    cost = -np.log(p[mask])  # (N,)
    bits_per_character = cost.sum() / np.log(2) / characters[mask].sum()
    return cost.mean(), np.exp(cost.mean()), bits_per_character
    ### END SOLUTION


# %% test="surprise" points=3
got = expect_result(
    surprise,
    np.array([[1 / 2, 1 / 8], [1 / 4, 0.9]]),
    np.array([[1, 4], [3, 2]]),
    np.array([[True, True], [True, False]]),
)
names = ["nats", "perplexity", "bits_per_character"]
expect_parts(got, names)
look = "the nats of the example above, and equation (2) with the mask"
expect_close(got[0], 2 * np.log(2), look)
expect_close(got[1], 4.0, "the perplexity of the example above, and equation (3)")
look = "the bits per character of the example above, and the end of section 'Measuring "
look += "surprise': both sums are over the tokens that count"
expect_close(got[2], 0.75, look)
got = expect_result(
    surprise,
    np.array([[0.5, 0.0]]),
    np.array([[1, 0]]),
    np.array([[True, False]]),
)
expect_parts(got, names)
for name, came, want in zip(names, got, [np.log(2), 2.0, 1.0], strict=True):
    expect_close(
        came, want, f"{name}, and the shapes of the task: p may be 0 in padding"
    )
got = expect_result(
    surprise, np.array([[1e-30]]), np.array([[1]]), np.array([[True]]), case="p = 1e-30"
)
expect_parts(got, names)
look = "equation (2) for one token with p = 1e-30: p is above 0, so nothing has to "
look += "keep its logarithm finite"
expect_close(got[0], 30 * np.log(10), look)
p = np.full((2, 2000), 0.25)
p[1] = 0.5
got = expect_result(surprise, p, np.full(p.shape, 2), np.arange(2000) < [[2000], [1]])
expect_parts(got, names)
look = "equation (2) for 2001 tokens that count: each weighs the same, and the product "
look += "of all p would round to 0"
expect_close(got[0], 4001 / 2001 * np.log(2), look)
look = "equation (3) for 2001 tokens that count: the product of all p would round to 0"
expect_close(got[1], 2 ** (4001 / 2001), look)
look = "the bits per character of 2001 tokens that count, of two characters each"
expect_close(got[2], 4001 / 4002, look)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng()
for B, T in [(4, 7), (1, 9), (6, 1), (1, 1), (3, 4000)]:
    given = [
        rng.uniform(0.02, 1.0, size=(B, T)) ** rng.choice([2, 8], size=(B, T)),
        rng.integers(1, 9, size=(B, T)),
        np.arange(T) < rng.integers(1, T + 1, size=(B, 1)),
    ]
    gaps = rng.random((B, T)) < 0.7
    gaps[0, 0] = True
    for counted in [given[2], gaps, np.ones((B, T), dtype=bool)]:
        p = np.where(counted, given[0], rng.choice([0.0, 0.3, 1.0], size=(B, T)))
        case = [p, given[1], counted]
        kept = [a.copy() for a in case]
        result = surprise(*case)
        keep = torch.tensor(counted)
        lost = torch.tensor(p)[keep].log().neg()
        where = f"with {counted.sum()} of {B * T} tokens counted"
        assert matches(result[0], lost.mean().item()), (
            f"The nats per token differ from equation (2) {where}."
        )
        assert matches(result[1], lost.mean().exp().item()), (
            f"The perplexity differs from equation (3) {where}."
        )
        spelt = torch.tensor(given[1])[keep].sum()
        assert matches(result[2], (lost.sum() / spelt / np.log(2)).item()), (
            f"The bits per character are wrong {where}; see whose bits and whose "
            "characters they are."
        )
        assert all(map(np.array_equal, case, kept)), (
            "surprise changed one of its inputs."
        )
### END HIDDEN TESTS

# %% [markdown] prompt="reflection"
# ## 8. In your own words
#
# *2 points · difficulty 3 of 5 · about 15 minutes*
#
# Ada and Ben each have a language model for the same book. Ada cuts the book into
# words, with 6 characters a word on average, the blank included. She makes overlapping
# windows, shuffles them, holds out a tenth, and reports perplexity 64. Ben cuts the
# book into characters, learns from the first nine tenths, measures on the rest, and
# reports perplexity 4. 'Mine is sixteen times better', says Ben.
#
# In six to nine sentences: (a) Turn both figures into bits per character. What is wrong
# with Ben's claim? (b) Why can Ada's figure still not be trusted, and what should she
# do? (c) One word in twenty of Ada's held-out text was replaced by `<unk>`, and her
# model is measured on predicting `<unk>` there. Does that make her figure too good or
# too bad? Why? (d) Eve wants to tell from a page which of $V$ authors wrote it. Which
# of the five shapes has her problem, and what are the shapes of the arrays of tokens
# and of targets for $B$ pages of $T$ tokens? Which of this book's networks (RNN, LSTM,
# GRU, attention) could she have used in the year 2000?

# %% [markdown] written="reflection" points=2
# ### BEGIN SOLUTION
# **A model answer.** (a) A perplexity is counted per token, and a
# word is a harder question than a character, so the two cannot be compared. Perplexity
# 64 is $\log_2 64 = 6$ bits per word, and with 6 characters a word that is 1 bit per
# character. Perplexity 4 is $\log_2 4 = 2$ bits per character. By these figures Ada's
# model is the better one. (b) Her windows overlap, so nearly every held-out word also
# stands in a window that the model has learned from: she partly measures how well it
# remembers. She should split the book by place first, as Ben does, and cut windows
# within each part afterwards. Then the figures can be compared if both measure on the
# same part. (c) Too good. All rare words become one frequent token, which is easy to
# predict, and nobody pays the bits for which of these words it was, though its
# characters are still counted. Ben's model has to spell every one of them. (d) Many to
# one: tokens `(B, T)` go in, and one target a page comes out, `(B,)`. In 2000 there
# were the RNN and, since 1997, the LSTM. The GRU and attention came in 2014.
#
# **Rubric, 2 points.** Half a point each. (a): both figures, 1 and 2 bits per
# character, and the reason, perplexity is per token and the tokens differ. (b): the
# parts overlap, and the split has to come before the windows. (c): too good, because
# which word it was is never paid for. (d): many to one with its two shapes, and RNN and
# LSTM; a quarter for either.
# ### END SOLUTION
