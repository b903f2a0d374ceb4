"""Wrong answers to the chapter on sequences that learners write, with their hints.

The inputs come first in each part: sizes all differ, some tokens never occur, and
whatever sets two wrong answers apart is in them.
"""

from collections import Counter

import numpy as np

from autograder.answers import equivalent, inputs, misconception

# --- 1. There and back -------------------------------------------------------------


@inputs("encode_and_decode")
def piece_inputs(rng):
    words = ["of", "an", "The", "the", "3rd", "Ox", "bee"]  # a digit comes before <
    learned = rng.permutation(np.repeat(words, rng.permutation([1, 1, 2, 2, 3, 4, 6])))
    pieces = rng.permutation([*words, *words[:3], "new", "new", "zoo"])
    return learned.tolist(), pieces.tolist(), 2


@misconception(
    "encode_and_decode",
    """You probably left unknown pieces out. Then the text becomes shorter, and a token
    no longer stands at the place of its piece. Section 'From text to tokens' says what
    stands in for a piece that was never learned.""",
)
def unknown_left_out(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = ["<unk>", *sorted(often)]
    known = [piece for piece in pieces if piece in often]
    tokens = np.array([vocabulary.index(piece) for piece in known], dtype=int)
    return vocabulary, tokens, known


@misconception(
    "encode_and_decode",
    """Your vocabulary knows pieces of the text that it is to encode. A vocabulary is
    made from what was learned; a new text cannot add to it, or nothing would ever be
    unknown. Reread section 'From text to tokens'.""",
)
def learned_from_both_lists(learned, pieces, minimum):
    counts = Counter([*learned, *pieces])
    often = [piece for piece, count in counts.items() if count >= minimum]
    vocabulary = ["<unk>", *sorted(often)]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """Your vocabulary lacks the pieces that occur just often enough. The task says at
    least so many times, and that includes the minimum itself. Compare with the class in
    section 'From text to tokens'.""",
)
def more_often_than_the_minimum(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count > minimum]
    vocabulary = ["<unk>", *sorted(often)]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """Rare pieces are in your vocabulary, too. You probably took every different piece,
    however often it occurs. Compare with the class in section 'From text to tokens' and
    see what its minimum does.""",
)
def minimum_not_used(learned, pieces, minimum):
    vocabulary = ["<unk>", *sorted(set(learned))]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """Your vocabulary runs from the most frequent piece to the rarest. That is a good
    order, too, but two people get the same numbers only if they keep to the same one.
    The task and section 'From text to tokens' sort the pieces.""",
)
def sorted_by_frequency(learned, pieces, minimum):
    often = [p for p, count in Counter(learned).most_common() if count >= minimum]
    vocabulary = ["<unk>", *often]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """Your vocabulary holds the pieces in the order in which they first occurred. The
    numbers then depend on how the text begins. The task and section 'From text to
    tokens' sort the pieces.""",
)
def in_order_of_appearance(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = ["<unk>", *often]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """You put the entry for everything unknown at the end of the vocabulary. Its number
    would then change with the size of the vocabulary. Reread section 'From text to
    tokens' for the place that it has.""",
)
def unknown_at_the_end(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = [*sorted(often), "<unk>"]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, len(often)) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """You sorted the entry for everything unknown in among the others. Blanks, digits
    and some signs come before it then, so its number depends on the text. Section 'From
    text to tokens' keeps one fixed place for it.""",
)
def unknown_sorted_with_the_others(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = sorted(["<unk>", *often])
    number = {piece: k for k, piece in enumerate(vocabulary)}
    unknown = number["<unk>"]
    tokens = np.array([number.get(piece, unknown) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """In your vocabulary an unknown piece gets the number of a known one. The two
    cannot be told apart afterwards, and decoding invents a word. Section 'From text to
    tokens' keeps a place for the unknown.""",
)
def unknown_shares_a_number(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = sorted(often)
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """Your decoded list has the pieces that were unknown. Decoding sees nothing but
    tokens and vocabulary, so it cannot know them. Reread section 'From text to tokens'
    on the round trip, and decode the tokens themselves.""",
)
def pieces_given_back_as_they_were(learned, pieces, minimum):
    often = [piece for piece, count in Counter(learned).items() if count >= minimum]
    vocabulary = ["<unk>", *sorted(often)]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, list(pieces)


@misconception(
    "encode_and_decode",
    """Your vocabulary holds a piece as many times as it was learned. Every different
    piece has one number, or the vocabulary grows with the text. Reread section 'From
    text to tokens'.""",
)
def pieces_kept_twice(learned, pieces, minimum):
    often = [piece for piece in learned if learned.count(piece) >= minimum]
    vocabulary = ["<unk>", *sorted(often)]
    number = {piece: vocabulary.index(piece) for piece in vocabulary}
    tokens = np.array([number.get(piece, 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


@misconception(
    "encode_and_decode",
    """You probably turned capital letters into small ones. Then a text does not survive
    the round trip even if all of it is known. In section 'From text to tokens' pieces
    that differ in any letter are different pieces.""",
)
def capitals_lost(learned, pieces, minimum):
    counts = Counter(piece.lower() for piece in learned)
    often = [piece for piece, count in counts.items() if count >= minimum]
    vocabulary = ["<unk>", *sorted(often)]
    number = {piece: k for k, piece in enumerate(vocabulary)}
    tokens = np.array([number.get(piece.lower(), 0) for piece in pieces], dtype=int)
    return vocabulary, tokens, [vocabulary[token] for token in tokens]


# --- 2. One-hot rows ---------------------------------------------------------------


@inputs("one_hot")
def one_hot_inputs(rng):
    """Tokens of which the vocabulary's third and its last one never occur."""
    tokens = rng.choice([0, 1, 3, 5], size=(3, 4))
    tokens[1] = [5, 0, 3, 3]
    return tokens, 7


@misconception(
    "one_hot",
    """Your rows are as long as the largest token needs. A batch that lacks the last
    tokens of the vocabulary would then have shorter rows than the next one, and no
    matrix would fit both. Reread section 'Inputs and targets' for the shape.""",
)
def as_long_as_the_largest_token(tokens, V):
    return np.eye(tokens.max() + 1)[tokens]


@misconception(
    "one_hot",
    """Your ones stand one place too far to the left, and token 0 has its one at the
    end. You probably counted tokens from 1; in this book they begin at 0. Reread
    section 'Inputs and targets' and the tokens printed there.""",
)
def tokens_counted_from_one(tokens, V):
    return np.eye(V)[tokens - 1]


@misconception(
    "one_hot",
    """Your ones run along the first axis: you probably built a column for each token.
    In this book the vocabulary is the last axis, so that a row can be multiplied by a
    matrix. Reread section 'Inputs and targets' for the shape.""",
)
def vocabulary_first(tokens, V):
    return np.moveaxis(np.eye(V)[tokens], -1, 0)


@misconception(
    "one_hot",
    """You made one long list of rows, and the axes of the tokens are gone. In a batch
    nobody could say any more which row belongs to which sequence. Reread section
    'Inputs and targets' for the shape.""",
)
def axes_flattened(tokens, V):
    return np.eye(V)[tokens.reshape(-1)]


@misconception(
    "one_hot",
    """In the place of the token you put its number, not a one. Then token 6 would count
    six times as much as token 1, and token 0 would be nothing at all: just what one-hot
    rows avoid. Reread section 'Inputs and targets'.""",
)
def number_in_the_place(tokens, V):
    return np.eye(V)[tokens] * tokens[..., None]


@misconception(
    "one_hot",
    """All rows of yours are the same, with ones at every token of the batch. You
    probably wrote the ones into all rows at once. Each token has a row of its own:
    reread section 'Inputs and targets'.""",
)
def ones_in_all_rows(tokens, V):
    rows = np.zeros((*tokens.shape, V))
    rows[..., tokens] = 1
    return rows


@misconception(
    "one_hot",
    """You have one row for a whole sequence, with a one for each token that occurs in
    it. The order is lost, and order is what makes a sequence. Reread section 'Inputs
    and targets': every token becomes a row.""",
)
def a_bag_of_tokens(tokens, V):
    return np.eye(V)[tokens].max(axis=-2)


@misconception(
    "one_hot",
    """Your rows have ones in all places up to the token. Then tokens with close numbers
    have similar rows, but the numbers of a list say nothing about closeness. Reread
    section 'Inputs and targets'.""",
)
def ones_up_to_the_token(tokens, V):
    return (np.arange(V) <= tokens[..., None]).astype(int)


@misconception(
    "one_hot",
    """You numbered the tokens of this batch anew, without the ones that do not occur in
    it. In another batch the same token would then have another row. In section 'Inputs
    and targets' the token itself is the place.""",
)
def numbered_anew(tokens, V):
    rank = np.unique(tokens, return_inverse=True)[1].reshape(tokens.shape)
    return np.eye(V)[rank]


# --- 3. What comes next ------------------------------------------------------------


@inputs("next_token_pairs")
def stream_inputs(rng):
    """In one draw of two the last target of a window is the last token of the stream.

    In the others one token is missing for one more window.
    """
    T, step = 4, 3
    length = T + step * 5 + rng.integers(2)
    return rng.integers(20, size=length), T, step


@misconception(
    "next_token_pairs",
    """Your targets are the inputs themselves. A model that may look at its answer has
    only to copy it, and learns nothing. Section 'Inputs and targets' says how far the
    two are shifted.""",
)
def targets_not_shifted(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, step)
    places = begins[:, None] + np.arange(T)
    return tokens[places], tokens[places]


@misconception(
    "next_token_pairs",
    """Your targets stand one token before the inputs. The model would learn to say what
    it has just read. Reread section 'Inputs and targets' for the direction of the
    shift.""",
)
def shifted_the_wrong_way(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, step)
    places = begins[:, None] + np.arange(T)
    return tokens[places + 1], tokens[places]


@misconception(
    "next_token_pairs",
    """Your windows hold one input less than they should. You probably cut pieces as
    long as the inputs and split each into inputs and targets; inputs and targets
    together span one token more. Reread section 'Inputs and targets'.""",
)
def shift_inside_the_window(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, step)
    window = tokens[begins[:, None] + np.arange(T)]
    return window[:, :-1], window[:, 1:]


@misconception(
    "next_token_pairs",
    """The last target of each window is the window's own first token. You probably
    rolled the inputs round; but after the window the stream goes on, and there stands
    the true target. Reread section 'Inputs and targets'.""",
)
def window_rolled_round(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, step)
    inputs = tokens[begins[:, None] + np.arange(T)]
    return inputs, np.roll(inputs, -1, axis=1)


@misconception(
    "next_token_pairs",
    """Your windows follow each other without a gap or an overlap, whatever the step is.
    The task is more general here than section 'Inputs and targets': a window begins one
    step after the one before it.""",
)
def step_taken_for_the_window(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, T)
    places = begins[:, None] + np.arange(T)
    return tokens[places], tokens[places + 1]


@misconception(
    "next_token_pairs",
    """One of your windows is missing where the stream just suffices for it. The target
    of the last input may be the very last token. Count the tokens that a window needs,
    section 'Inputs and targets'.""",
)
def last_window_missing(tokens, T, step):
    begins = np.arange(0, len(tokens) - T - 1, step)
    places = begins[:, None] + np.arange(T)
    return tokens[places], tokens[places + 1]


@misconception(
    "next_token_pairs",
    """You have one window too many where the stream ends with its inputs: for the last
    input there is no token left to be its target, and yours comes from the beginning of
    the stream. Reread section 'Inputs and targets': so many tokens give one pair
    less.""",
)
def stream_rolled_round(tokens, T, step):
    begins = np.arange(0, len(tokens) - T + 1, step)
    places = begins[:, None] + np.arange(T)
    return tokens[places], np.roll(tokens, -1)[places]


@misconception(
    "next_token_pairs",
    """Your targets are the window after the inputs. That would be the shape with the
    outputs after the inputs; a language model answers at every step. Reread section
    'Inputs and targets': each input has a target of its own, close to it.""",
)
def targets_from_the_window_after(tokens, T, step):
    begins = np.arange(0, len(tokens) - 2 * T + 1, step)
    places = begins[:, None] + np.arange(T)
    return tokens[places], tokens[places + T]


@misconception(
    "next_token_pairs",
    """You have one target for each window. A window holds as many questions as it has
    inputs, with contexts from one token up to all of them, and all are asked. Reread
    section 'Inputs and targets'.""",
)
def one_target_a_window(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, step)
    return tokens[begins[:, None] + np.arange(T)], tokens[begins + T]


@misconception(
    "next_token_pairs",
    """Your arrays lie on their side: a window runs down a column. In this book a
    sequence is a row, and its steps are the second axis. Reread section 'Inputs and
    targets' for the shape.""",
)
def windows_in_columns(tokens, T, step):
    begins = np.arange(0, len(tokens) - T, step)
    places = begins + np.arange(T)[:, None]
    return tokens[places], tokens[places + 1]


# --- 4. Padding and a mask ---------------------------------------------------------


@inputs("pad")
def ragged_inputs(rng):
    """Sequences in which the number of the padding stands as a real token, too."""
    fill = 2
    sequences = [rng.choice([0, 1, 3, 4], size=length) for length in [3, 6, 1, 4]]
    for sequence in sequences:
        sequence[:-1][:1] = fill
    return sequences, fill


@misconception(
    "pad",
    """Your mask calls a real token padding where it has the padding's number. You
    probably made the mask from the tokens; they cannot tell the two apart, which is why
    there is a mask. Reread section 'Padding, masks, batches': what is real follows from
    the lengths.""",
)
def mask_read_from_the_tokens(sequences, fill):
    tokens = np.full((len(sequences), max(map(len, sequences))), fill)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
    return tokens, tokens != fill


@misconception(
    "pad",
    """Your sequences stand at the right of their rows. Some models want that, but here
    the first token of every sequence is in the first column. Reread section 'Padding,
    masks, batches' and look at the array printed there.""",
)
def padded_on_the_left(sequences, fill):
    T = max(map(len, sequences))
    tokens = np.full((len(sequences), T), fill)
    mask = np.zeros(tokens.shape, dtype=bool)
    for b, sequence in enumerate(sequences):
        tokens[b, T - len(sequence) :] = sequence
        mask[b, T - len(sequence) :] = True
    return tokens, mask


@misconception(
    "pad",
    """Your mask marks the padding. Some libraries do it this way round, and it is worth
    looking up each time; in this book the mask is true, or 1, for what counts. Reread
    section 'Padding, masks, batches'.""",
)
def mask_marks_the_padding(sequences, fill):
    tokens = np.full((len(sequences), max(map(len, sequences))), fill)
    mask = np.ones(tokens.shape, dtype=bool)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
        mask[b, : len(sequence)] = False
    return tokens, mask


@misconception(
    "pad",
    """You filled up with zeros. The chapter's padding is 0, but here the number is an
    input of the function. Reread the task, and section 'Padding, masks, batches' for
    the places where it goes.""",
)
def filled_with_zeros(sequences, fill):
    tokens = np.zeros((len(sequences), max(map(len, sequences))), dtype=int)
    mask = np.zeros(tokens.shape, dtype=bool)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
        mask[b, : len(sequence)] = True
    return tokens, mask


@misconception(
    "pad",
    """You cut all sequences to the length of the shortest. That needs no padding, but
    it throws tokens away. Reread section 'Padding, masks, batches': the shorter ones
    are filled up.""",
)
def cut_to_the_shortest(sequences, fill):
    T = min(map(len, sequences))
    tokens = np.array([sequence[:T] for sequence in sequences])
    return tokens, np.ones(tokens.shape, dtype=bool)


@misconception(
    "pad",
    """Your rows are in another order: you probably sorted the sequences by length. That
    saves padding over many batches, but whoever calls this function expects each
    sequence in its place. Reread the task, and section 'Padding, masks, batches' on
    what sorting is for.""",
)
def sorted_by_length(sequences, fill):
    sequences = sorted(sequences, key=len, reverse=True)
    tokens = np.full((len(sequences), len(sequences[0])), fill)
    mask = np.zeros(tokens.shape, dtype=bool)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
        mask[b, : len(sequence)] = True
    return tokens, mask


@misconception(
    "pad",
    """Your mask is true for one place of padding after each sequence. A sequence of
    three tokens has the places 0, 1 and 2, and place 3 is empty. Reread section
    'Padding, masks, batches' and count the ones in the mask printed there.""",
)
def mask_one_too_long(sequences, fill):
    lengths = np.array([len(sequence) for sequence in sequences])
    tokens = np.full((len(sequences), max(lengths)), fill)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
    return tokens, np.arange(max(lengths)) <= lengths[:, None]


@misconception(
    "pad",
    """You filled up with the last token of each sequence. It looks like text and is
    none. Reread section 'Padding, masks, batches': padding is a number that the
    function is given.""",
)
def last_token_repeated(sequences, fill):
    tokens = np.full((len(sequences), max(map(len, sequences))), fill)
    mask = np.zeros(tokens.shape, dtype=bool)
    for b, sequence in enumerate(sequences):
        tokens[b] = sequence[-1] if len(sequence) else fill
        tokens[b, : len(sequence)] = sequence
        mask[b, : len(sequence)] = True
    return tokens, mask


@misconception(
    "pad",
    """Your mask says that everything is real. A loss with this mask would count the
    padding, which means nothing. Reread section 'Padding, masks, batches'.""",
)
def mask_of_ones(sequences, fill):
    tokens = np.full((len(sequences), max(map(len, sequences))), fill)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
    return tokens, np.ones(tokens.shape, dtype=bool)


@misconception(
    "pad",
    """Your arrays lie on their side: a sequence runs down a column. In this book a
    sequence is a row, the batch is the first axis and the steps are the second. Reread
    section 'Padding, masks, batches' for the shape.""",
)
def sequences_in_columns(sequences, fill):
    tokens = np.full((max(map(len, sequences)), len(sequences)), fill)
    mask = np.zeros(tokens.shape, dtype=bool)
    for b, sequence in enumerate(sequences):
        tokens[: len(sequence), b] = sequence
        mask[: len(sequence), b] = True
    return tokens, mask


# --- 5. A model that counts pairs --------------------------------------------------


@inputs("bigram_model")
def text_inputs(rng):
    """Texts with many repeated pairs.

    Token 3 only ends texts, token 4 never occurs, and a text begins with what never
    follows the end of the one before it.
    """
    texts = [(3 * rng.random(length) ** 1.5).astype(int) for length in [17, 12, 9]]
    texts[0][-1] = texts[2][-1] = 3
    texts[1][:3] = [0, 0, 0]
    return texts, 5


@misconception(
    "bigram_model",
    """Your tables lie on their side: the row is the token that follows, the column the
    one before. A row has to be a distribution over what comes next. Reread the shapes
    in the task, and section 'The opponent: counting', equation (4).""",
)
def rows_and_columns_swapped(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[1:], text[:-1]), 1)
    return counts, (counts + 1) / (counts.sum(axis=0) + V)


@misconception(
    "bigram_model",
    """You counted pairs across the border of two texts, probably because you joined the
    texts first. The end of one text says nothing about the beginning of the next.
    Reread the task, and what a context is in section 'The opponent: counting'.""",
)
def texts_joined(texts, V):
    counts = np.zeros((V, V))
    text = np.concatenate(texts)
    np.add.at(counts, (text[:-1], text[1:]), 1)
    return counts, (counts + 1) / (counts.sum(axis=1, keepdims=True) + V)


@misconception(
    "bigram_model",
    """You divided by how often the context occurs, and the last token of a text occurs
    without being followed. The probabilities of its row then do not sum to one. Reread
    section 'The opponent: counting' for what is counted below the fraction of equation
    (4).""",
)
def divided_by_occurrences(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    occurs = np.bincount(np.concatenate(texts), minlength=V)
    return counts, (counts + 1) / (occurs[:, None] + V)


@misconception(
    "bigram_model",
    """Your probabilities do not sum to one. You added one to each count of a row, but
    only a single one below the fraction. Reread the task: how many ones does the whole
    row get? Section 'The opponent: counting' says why none may be zero.""",
)
def a_single_one_below(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    return counts, (counts + 1) / (counts.sum(axis=1, keepdims=True) + 1)


@misconception(
    "bigram_model",
    """Pairs that were never seen have probability zero with you: this is the plain
    ratio of equation (4). A single such pair in a new text costs infinitely many bits.
    Reread section 'The opponent: counting' on smoothing.""",
)
def plain_ratio(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    return counts, counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@misconception(
    "bigram_model",
    """Your whole table sums to one. That is the probability of a pair; what is asked
    for is the probability of a token when the one before it is known, and so each row
    has a sum of its own. Reread section 'The opponent: counting', equation (4).""",
)
def whole_table_sums_to_one(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    return counts, (counts + 1) / (counts + 1).sum()


@misconception(
    "bigram_model",
    """Your columns sum to one. That answers which token came before, not which one
    comes next. Reread section 'The opponent: counting', equation (4), and see what is
    known and what is asked for.""",
)
def columns_sum_to_one(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    return counts, (counts + 1) / (counts.sum(axis=0) + V)


@misconception(
    "bigram_model",
    """Your counts are too small where a pair occurs several times in a text. You
    probably added to many entries in one statement with whole arrays in the index; a
    pair that stands there twice is then counted once. The task's hint says more, and
    section 'The opponent: counting' what a count is.""",
)
def repeated_pairs_counted_once(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        counts[text[:-1], text[1:]] += 1
    return counts, (counts + 1) / (counts.sum(axis=1, keepdims=True) + V)


@misconception(
    "bigram_model",
    """After a context that was never followed, your probabilities are all zero. They
    have to sum to one there, too, and nothing speaks for any token more than for
    another. Put such a context into the task's formula; section 'The opponent:
    counting' says what one zero costs.""",
)
def unseen_context_left_empty(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    after = counts.sum(axis=1, keepdims=True)
    return counts, np.where(after > 0, (counts + 1) / (after + V), 0)


@misconception(
    "bigram_model",
    """Your counts have the ones in them. The counts are what was seen; the ones belong
    to the estimate only, or the next text would be added on top of something that never
    occurred. Reread the task, and section 'The opponent: counting'.""",
)
def ones_left_in_the_counts(texts, V):
    counts = np.ones((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    return counts, counts / counts.sum(axis=1, keepdims=True)


@misconception(
    "bigram_model",
    """You probably added one only where the count was zero. Then a pair that was never
    seen is as probable as one that was seen once. Reread section 'The opponent:
    counting': the simplest remedy treats every count alike.""",
)
def one_only_for_zeros(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    raised = np.maximum(counts, 1)
    return counts, raised / raised.sum(axis=1, keepdims=True)


@misconception(
    "bigram_model",
    """Below the fraction you added the number of tokens that occur in the texts, not
    the size of the vocabulary. The vocabulary has tokens that these texts lack, and
    they get their one as well. Reread the task's formula, and section 'The opponent:
    counting'.""",
)
def only_tokens_that_occur(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    kinds = len(np.unique(np.concatenate(texts)))
    return counts, (counts + 1) / (counts.sum(axis=1, keepdims=True) + kinds)


@misconception(
    "bigram_model",
    """You counted every pair in both directions. What follows a token is not what
    stands before it: after q comes u, but u seldom has a q before it. Reread section
    'The opponent: counting', equation (4).""",
)
def counted_in_both_directions(texts, V):
    counts = np.zeros((V, V))
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
        np.add.at(counts, (text[1:], text[:-1]), 1)
    return counts, (counts + 1) / (counts.sum(axis=1, keepdims=True) + V)


# --- 6. Ask the shorter context ----------------------------------------------------

equivalent(
    "witten_bell",
    "for length in range(len(context) + 1): '1' -> '2'",
    "the turn too many compares slices with a shorter context, and none is equal to it",
)
equivalent(
    "witten_bell",
    "if np.array_equal(tokens[t - length:t], u): "
    "'np.array_equal(tokens[t - length:t], u)' -> "
    "'np.array_equal(u, tokens[t - length:t])'",
    "whether two arrays are equal does not depend on which comes first",
)


@inputs("witten_bell")
def context_inputs(rng):
    """A context with which the text also ends; in one draw of two, it is a new one.

    Some tokens have two digits, and a run of one token overlaps itself.
    """
    text = np.array([0, 1, 10, 11])[(4 * rng.random(40) ** 1.3).astype(int)]
    text[3:8] = 0
    length, start = rng.integers(2, 4), rng.integers(30)
    context = text[start : start + length]
    tokens = np.concatenate([text, context])
    if rng.random() < 0.5:
        context = np.append(4, context)
    return tokens, context, 12


@misconception(
    "witten_bell",
    """You gave the shorter context the weight of the whole vocabulary. In equation (5),
    section 'The opponent: counting', the weight is the number of different tokens that
    were seen after this very context.""",
)
def weight_of_the_whole_vocabulary(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        if own.sum():
            p = (own + V * p) / (own.sum() + V)
    return p


@misconception(
    "witten_bell",
    """You gave the shorter context the weight of one, however many different tokens
    were seen after this one. Witten and Bell let it grow with that number: where much
    variety was seen, more is expected. Reread section 'The opponent: counting',
    equation (5).""",
)
def weight_of_one(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        if own.sum():
            p = (own + p) / (own.sum() + 1)
    return p


@misconception(
    "witten_bell",
    """You weighed the shorter context by the tokens that were seen exactly once after
    this one. That is another estimate of novelty; in equation (5), section 'The
    opponent: counting', every different token counts, however often it was seen.""",
)
def weight_of_those_seen_once(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        once = np.sum(own == 1)
        if own.sum():
            p = (own + once * p) / (own.sum() + once)
    return p


@misconception(
    "witten_bell",
    """A token that never occurs in the text has probability zero with you. You probably
    began with the plain frequencies. Equation (5), section 'The opponent: counting',
    holds for the empty context, too, and there the shorter model is the guess that
    treats all tokens alike.""",
)
def began_with_plain_frequencies(tokens, context, V):
    p = np.bincount(tokens, minlength=V) / len(tokens)
    for length in range(1, len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """You probably went from the guess that treats all tokens alike straight to
    contexts of one token. The empty context comes in between: it knows how often each
    token occurs. Reread section 'The opponent: counting', equation (5), and follow it
    down to its end.""",
)
def empty_context_left_out(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(1, len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """You made contexts shorter at their end. The token just before the question tells
    most, and so the oldest one is dropped first. Reread what the shorter context is,
    below equation (5) in section 'The opponent: counting'.""",
)
def last_token_dropped(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[:length]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """You mixed the longest context directly with the guess that treats all tokens
    alike. Between the two stand all the shorter contexts, and each is asked by the one
    above it. Reread section 'The opponent: counting', equation (5).""",
)
def shorter_contexts_skipped(tokens, context, V):
    p = np.full(V, 1 / V)
    length = len(context)
    own = np.zeros(V)
    for t in range(length, len(tokens)):
        if np.array_equal(tokens[t - length : t], context):
            own[tokens[t]] += 1
    kinds = np.count_nonzero(own)
    return (own + kinds * p) / (own.sum() + kinds) if own.sum() else p


@misconception(
    "witten_bell",
    """You asked the shorter context only about tokens that were never seen after the
    longer one. In equation (5), section 'The opponent: counting', it has a share in
    every probability, and without that share they do not sum to one.""",
)
def shorter_only_for_the_unseen(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        if own.sum():
            p = np.where(own > 0, own, kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """Your probabilities sum to more than one. You added the share of the shorter
    context above the fraction and probably forgot it below. Reread section 'The
    opponent: counting', equation (5).""",
)
def kinds_missing_below(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        if own.sum():
            p = (own + np.count_nonzero(own) * p) / own.sum()
    return p


@misconception(
    "witten_bell",
    """For a context that was never followed you guess that all tokens are alike. Its
    shorter context may still know a lot: reread what stands below equation (5) in
    section 'The opponent: counting'.""",
)
def new_context_forgets_everything(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens)):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        p = (own + kinds * p) / (own.sum() + kinds) if kinds else np.full(V, 1 / V)
    return p


@misconception(
    "witten_bell",
    """You counted how often a context occurs, and at the end of the text it occurs
    without being followed. The probabilities then do not sum to one. Reread what the
    count of a context is in section 'The opponent: counting', before equation (4).""",
)
def divided_by_all_occurrences(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own, occurs = np.zeros(V), 0
        for t in range(length, len(tokens) + (length > 0)):
            if np.array_equal(tokens[t - length : t], u):
                occurs += 1
                if t < len(tokens):
                    own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        if occurs:
            p = (own + kinds * p) / (occurs + kinds)
    return p


@misconception(
    "witten_bell",
    """Your text does not reach its end: the last token never counts as one that
    follows. Check the last turn of your loop with the example of the task. Section 'The
    opponent: counting' says what is counted for equation (5).""",
)
def last_token_not_counted(tokens, context, V):
    p = np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :]
        own = np.zeros(V)
        for t in range(length, len(tokens) - 1):
            if np.array_equal(tokens[t - length : t], u):
                own[tokens[t]] += 1
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """You added one to the counts of the whole context. That is the simplest smoothing;
    this task asks the shorter contexts instead. Reread section 'The opponent:
    counting', equation (5).""",
)
def one_added_to_every_count(tokens, context, V):
    length = len(context)
    own = np.zeros(V)
    for t in range(length, len(tokens)):
        if np.array_equal(tokens[t - length : t], context):
            own[tokens[t]] += 1
    return (own + 1) / (own.sum() + V)


@misconception(
    "witten_bell",
    """You probably wrote the tokens one after the other into a string and counted
    there. Two things go wrong: places that overlap are counted once, and a token of two
    digits looks like two tokens. Reread section 'The opponent: counting', before
    equation (4), and compare tokens, not letters.""",
)
def counted_in_a_string(tokens, context, V):
    text, p = "".join(map(str, tokens)), np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = "".join(map(str, context[len(context) - length :]))
        own = np.array([text.count(f"{u}{x}") for x in range(V)])
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """A token of two digits looks like two tokens to you: you probably joined the
    numbers into a string. Reread section 'The opponent: counting', before equation (4):
    what is counted are tokens that follow each other.""",
)
def digits_run_together(tokens, context, V):
    text, p = "".join(map(str, tokens)), np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = "".join(map(str, context[len(context) - length :]))
        own = np.array(
            [
                sum(text.startswith(f"{u}{x}", i) for i in range(len(text)))
                for x in range(V)
            ]
        )
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


@misconception(
    "witten_bell",
    """Your counts are too small where a string of tokens overlaps itself: after each
    find you probably went on behind it. Every place of the text counts by itself.
    Reread section 'The opponent: counting', before equation (4), and the task on places
    that overlap.""",
)
def overlaps_counted_once(tokens, context, V):
    text, p = tokens.tolist(), np.full(V, 1 / V)
    for length in range(len(context) + 1):
        u = context[len(context) - length :].tolist()
        own = np.zeros(V)
        for x in range(V):
            t = 0
            while t + length < len(text):
                found = text[t : t + length + 1] == [*u, x]
                own[x] += found
                t += length + 1 if found else 1
        kinds = np.count_nonzero(own)
        if own.sum():
            p = (own + kinds * p) / (own.sum() + kinds)
    return p


# --- 7. One surprise, three scales -------------------------------------------------


@inputs("surprise")
def probability_inputs(rng):
    """Long texts, so that the likelihood underflows, with a few hopeless predictions.

    In one draw of two a place of padding has probability zero.
    """
    B, T = 4, 500
    p = rng.uniform(0.02, 1, size=(B, T))
    mask = np.arange(T) < np.array([[500], [190], [30], [340]])
    p[0, :3] = 1e-14, 1e-16, 1e-15
    p[1, -1] *= rng.integers(2)
    return p, rng.integers(1, 9, size=(B, T)), mask


@misconception(
    "surprise",
    """You divided by the number of all places. Padding then makes the loss smaller: the
    same text costs less in a batch with a longer one. Equation (2), section 'Measuring
    surprise', divides by what counts; section 'Padding, masks, batches' shows the
    mistake.""",
)
def mean_over_all_places(p, characters, mask):
    cost = -np.log(np.where(mask, p, 1))
    bits = cost.sum() / np.log(2) / characters[mask].sum()
    return cost.mean(), np.exp(cost.mean()), bits


@misconception(
    "surprise",
    """Your three numbers include the padding. What a model says there means nothing,
    and it may even be a zero, which costs infinitely much. Reread section 'Padding,
    masks, batches' on what every sum has to leave out.""",
)
def mask_not_used(p, characters, mask):
    cost = -np.log(p)
    bits = cost.sum() / np.log(2) / characters.sum()
    return cost.mean(), np.exp(cost.mean()), bits


@misconception(
    "surprise",
    """You averaged each sequence first, and then the sequences. A token of a short text
    then weighs more than one of a long text; with the mask, equation (2) gives every
    token the same weight. Reread section 'Measuring surprise'.""",
)
def mean_of_the_means(p, characters, mask):
    cost = -np.log(np.where(mask, p, 1))
    nats = np.mean(cost.sum(axis=1) / mask.sum(axis=1))
    bits = cost.sum() / np.log(2) / characters[mask].sum()
    return nats, np.exp(nats), bits


@misconception(
    "surprise",
    """Your perplexity is 2 to the power of the nats. Nats belong to e, and 2 belongs to
    bits. Reread section 'Measuring surprise', equation (3).""",
)
def two_to_the_nats(p, characters, mask):
    cost = -np.log(p[mask])
    bits = cost.sum() / np.log(2) / characters[mask].sum()
    return cost.mean(), 2 ** cost.mean(), bits


@misconception(
    "surprise",
    """Your bits are too few: you probably multiplied by the logarithm of 2. A bit is
    less than a nat, so there are more of them. Reread section 'Measuring surprise',
    equation (3).""",
)
def multiplied_by_ln_2(p, characters, mask):
    cost = -np.log(p[mask])
    bits = cost.sum() * np.log(2) / characters[mask].sum()
    return cost.mean(), np.exp(cost.mean()), bits


@misconception(
    "surprise",
    """What you call bits per character are nats per character: the way from one unit to
    the other is missing. Nobody could compare your figure with a compressor's. Reread
    section 'Measuring surprise', equation (3).""",
)
def nats_per_character(p, characters, mask):
    cost = -np.log(p[mask])
    nats = cost.sum() / characters[mask].sum()
    return cost.mean(), np.exp(cost.mean()), nats


@misconception(
    "surprise",
    """Your bits are per token, not per character. A token may spell several characters,
    and only with characters below the fraction can two ways to cut a text be compared.
    Reread the end of section 'Measuring surprise'.""",
)
def bits_per_token(p, characters, mask):
    cost = -np.log(p[mask])
    return cost.mean(), np.exp(cost.mean()), cost.mean() / np.log(2)


@misconception(
    "surprise",
    """You counted the characters of the padding, too. It spells nothing: what stands in
    the array there has no meaning. Reread section 'Padding, masks, batches'.""",
)
def characters_of_the_padding(p, characters, mask):
    cost = -np.log(p[mask])
    bits = cost.sum() / np.log(2) / characters.sum()
    return cost.mean(), np.exp(cost.mean()), bits


@misconception(
    "surprise",
    """You divided the bits of each token by its own characters and took the mean. Then
    a character of a short token weighs more than one of a long token. In section
    'Measuring surprise' the cost of the whole text is divided by all of its
    characters.""",
)
def mean_of_the_ratios(p, characters, mask):
    cost = -np.log(p[mask])
    bits = np.mean(cost / np.log(2) / characters[mask])
    return cost.mean(), np.exp(cost.mean()), bits


@misconception(
    "surprise",
    """You took the logarithm of the mean probability. That hides the tokens that the
    model thought almost impossible. Equation (2), section 'Measuring surprise', has the
    mean of the logarithms.""",
)
def logarithm_of_the_mean(p, characters, mask):
    nats = -np.log(p[mask].mean())
    bits = nats * mask.sum() / np.log(2) / characters[mask].sum()
    return nats, np.exp(nats), bits


@misconception(
    "surprise",
    """Your cost is negative, and your perplexity below 1. Logarithms of probabilities
    are negative, and a minus sign turns them into a cost. Reread section 'Measuring
    surprise', equation (2).""",
)
def sign_left_out(p, characters, mask):
    cost = np.log(p[mask])
    bits = cost.sum() / np.log(2) / characters[mask].sum()
    return cost.mean(), np.exp(cost.mean()), bits


@misconception(
    "surprise",
    """You made the perplexity from the bits per character. It is counted per token, so
    the logarithm that it undoes is the one per token. Reread section 'Measuring
    surprise', equation (3).""",
)
def perplexity_of_a_character(p, characters, mask):
    cost = -np.log(p[mask])
    bits = cost.sum() / np.log(2) / characters[mask].sum()
    return cost.mean(), 2**bits, bits


@misconception(
    "surprise",
    """Your numbers become infinite for a long text. You probably multiplied all
    probabilities first; the product rounds to zero, and its logarithm is lost. Reread
    section 'Measuring surprise' on why equation (2) takes logarithms.""",
)
def product_first(p, characters, mask):
    total = -np.log(np.prod(p[mask]))
    nats = total / mask.sum()
    return nats, np.exp(nats), total / np.log(2) / characters[mask].sum()


@misconception(
    "surprise",
    """You took the mean of the perplexities of single tokens, or of what is one over
    each probability. A perplexity undoes the mean of the logarithms, and undoing comes
    after the mean. Reread section 'Measuring surprise', equation (3).""",
)
def mean_of_the_perplexities(p, characters, mask):
    cost = -np.log(p[mask])
    bits = cost.sum() / np.log(2) / characters[mask].sum()
    return cost.mean(), np.mean(1 / p[mask]), bits


@misconception(
    "surprise",
    """Your result is not a number where the padding has probability zero. You probably
    took all logarithms first and multiplied by the mask afterwards; but zero times
    infinity is not zero. Reread the task's hint, and section 'Padding, masks, batches'
    on what a sum leaves out.""",
)
def masked_after_the_logarithm(p, characters, mask):
    cost = -np.log(p) * mask
    nats = cost.sum() / mask.sum()
    bits = cost.sum() / np.log(2) / (characters * mask).sum()
    return nats, np.exp(nats), bits


TINY = """You probably added a tiny number before the logarithm, so that it stays finite
    where the padding has probability zero. Among the tokens that count it hides how
    wrong a hopeless prediction was. Padding must not get as far as the logarithm at
    all: reread section 'Padding, masks, batches', and equation (2) in section
    'Measuring surprise'."""


@misconception("surprise", TINY)
def tiny_number_in_the_logarithm(p, characters, mask):
    cost = -np.log(p + 1e-12) * mask
    nats = cost.sum() / mask.sum()
    return nats, np.exp(nats), cost.sum() / np.log(2) / characters[mask].sum()


@misconception("surprise", TINY)
def small_number_in_the_logarithm(p, characters, mask):
    cost = -np.log(p + 1e-9) * mask
    nats = cost.sum() / mask.sum()
    return nats, np.exp(nats), cost.sum() / np.log(2) / characters[mask].sum()


@misconception(
    "surprise",
    """Your first number is in bits per token. Equation (2) has the natural logarithm,
    and its unit is the nat. Reread section 'Measuring surprise', equation (3), for what
    lies between the two.""",
)
def bits_for_nats(p, characters, mask):
    cost = -np.log2(p[mask])
    return cost.mean(), 2 ** cost.mean(), cost.sum() / characters[mask].sum()
