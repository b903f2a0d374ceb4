"""Right answers to the chapter on sequences, written in other ways than the solution.

Loops, einsum, torch inside, other types of number, lists: the tests must accept them.
"""

from collections import Counter

import numpy as np
import torch

from autograder.answers import alternative

# --- 1. There and back -------------------------------------------------------------


@alternative("encode_and_decode")
def encode_by_searching_the_list(text, new, least):
    vocabulary = ["<unk>"]
    for piece in sorted(set(text)):
        if text.count(piece) >= least:
            vocabulary.append(piece)
    tokens = []
    for piece in new:
        tokens.append(vocabulary.index(piece) if piece in vocabulary else 0)
    tokens = np.array(tokens).astype(int)
    return [vocabulary, tokens, [vocabulary[token] for token in tokens]]


@alternative("encode_and_decode")
def encode_with_numpys_unique(learned, pieces, minimum):
    kinds, counts = np.unique(np.array(learned, dtype=object), return_counts=True)
    vocabulary = ["<unk>", *kinds[counts >= minimum]]
    tokens = np.zeros(len(pieces), dtype=np.int32)
    for t, piece in enumerate(pieces):
        for k, known in enumerate(vocabulary[1:], start=1):
            if piece == known:
                tokens[t] = k
    return vocabulary, tokens, np.array(vocabulary, dtype=object)[tokens].tolist()


@alternative("encode_and_decode")
def encode_with_a_dict_that_has_a_default(learned, pieces, minimum):
    counts = {}
    for piece in learned:
        counts[piece] = counts.get(piece, 0) + 1
    known = sorted(piece for piece in counts if counts[piece] >= minimum)

    class Number(dict):
        def __missing__(self, piece):
            return 0

    number = Number(zip(known, range(1, len(known) + 1), strict=True))
    tokens = np.fromiter((number[piece] for piece in pieces), dtype=int)
    back = [piece if piece in number else "<unk>" for piece in pieces]
    return ["<unk>", *known], tokens, back


# --- 2. One-hot rows ---------------------------------------------------------------


@alternative("one_hot")
def one_hot_by_comparing(tokens, V):
    return tokens[..., None] == np.arange(V)


@alternative("one_hot")
def one_hot_in_torch(tokens, V):
    return torch.nn.functional.one_hot(torch.tensor(tokens).long(), V).numpy()


@alternative("one_hot")
def one_hot_by_a_loop(tokens, V):
    flat = np.zeros((tokens.size, V), dtype=np.float32)
    for row, token in zip(flat, tokens.flat, strict=True):
        row[token] = 1
    return flat.reshape(*tokens.shape, V)


@alternative("one_hot")
def one_hot_by_putting_along_an_axis(tokens, V):
    rows = np.zeros((*np.shape(tokens), V), dtype=np.int8)
    np.put_along_axis(rows, tokens[..., np.newaxis], 1, axis=-1)
    return rows


# --- 3. What comes next ------------------------------------------------------------


@alternative("next_token_pairs")
def pairs_by_a_loop(stream, length, stride):
    first, second = [], []
    start = 0
    while start + length < len(stream):
        first.append(stream[start : start + length])
        second.append(stream[start + 1 : start + length + 1])
        start += stride
    shape = (len(first), length)
    return np.array(first, int).reshape(shape), np.array(second, int).reshape(shape)


@alternative("next_token_pairs")
def pairs_as_views(tokens, T, step):
    if len(tokens) <= T:
        nothing = np.empty((0, T), dtype=tokens.dtype)
        return nothing, nothing
    both = np.lib.stride_tricks.sliding_window_view(tokens, T + 1)[::step]
    return both[:, :-1], both[:, 1:]


@alternative("next_token_pairs")
def pairs_column_by_column(tokens, T, step):
    count = max(0, (len(tokens) - 1 - T) // step + 1)
    inputs, targets = np.zeros((2, count, T), dtype=int)
    for t in range(T):
        inputs[:, t] = tokens[t:][: count * step : step]
        targets[:, t] = tokens[t + 1 :][: count * step : step]
    return [inputs, targets]


# --- 4. Padding and a mask ---------------------------------------------------------


@alternative("pad")
def pad_by_rows(sequences, value):
    B, T = len(sequences), max(len(s) for s in sequences)
    tokens, mask = np.full((B, T), value), np.zeros((B, T), dtype=int)
    for b, sequence in enumerate(sequences):
        tokens[b, : len(sequence)] = sequence
        mask[b, : len(sequence)] = 1
    return tokens, mask


@alternative("pad")
def pad_in_torch(sequences, fill):
    pad_sequence = torch.nn.utils.rnn.pad_sequence
    tokens = pad_sequence([torch.tensor(s) for s in sequences], True, fill)
    ones = [torch.ones(len(s), dtype=torch.bool) for s in sequences]
    return tokens.numpy(), pad_sequence(ones, batch_first=True).numpy()


@alternative("pad")
def pad_with_lists(sequences, fill):
    T = max(map(len, sequences))
    rows = [[*s, *[fill] * (T - len(s))] for s in sequences]
    real = [[True] * len(s) + [False] * (T - len(s)) for s in sequences]
    shape = len(sequences), T
    return np.array(rows, np.int32).reshape(shape), np.array(real, bool).reshape(shape)


@alternative("pad")
def pad_with_numpys_pad(sequences, fill):
    T = max(len(s) for s in sequences)
    tokens = [np.pad(s, (0, T - len(s)), constant_values=fill) for s in sequences]
    mask = [np.pad(np.ones_like(s), (0, T - len(s))) for s in sequences]
    return np.stack(tokens), np.stack(mask) > 0


# --- 5. A model that counts pairs --------------------------------------------------


@alternative("bigram_model")
def pairs_added_at_once(texts, V):
    counts = np.zeros((V, V), dtype=int)
    for text in texts:
        np.add.at(counts, (text[:-1], text[1:]), 1)
    ones = counts + 1
    return counts, ones / ones.sum(axis=1, keepdims=True)


@alternative("bigram_model")
def pairs_by_one_hot_rows(texts, size):
    eye = np.eye(size, dtype=np.float32)
    counts = sum(eye[text[:-1]].T @ eye[text[1:]] for text in texts)
    return counts, np.array([(row + 1) / (row.sum() + size) for row in counts])


@alternative("bigram_model")
def pairs_as_one_number(texts, V):
    both = np.concatenate([text[:-1] * V + text[1:] for text in texts])
    counts = np.bincount(both, minlength=V * V).reshape(V, V)
    return [counts, (counts.T + 1.0).T / (V + counts.sum(1))[:, None]]


@alternative("bigram_model")
def pairs_in_a_counter(texts, V):
    seen = Counter()
    for text in texts:
        seen.update(zip(text.tolist(), text[1:].tolist(), strict=False))
    counts, p = torch.zeros(V, V, dtype=torch.long), torch.zeros(V, V)
    for u in range(V):
        after = sum(seen[u, x] for x in range(V))
        for x in range(V):
            counts[u, x], p[u, x] = seen[u, x], (seen[u, x] + 1) / (after + V)
    return counts.numpy(), p.numpy()


# --- 6. Ask the shorter context ----------------------------------------------------


@alternative("witten_bell")
def witten_bell_by_recursion(tokens, context, V):
    n = len(context)
    shorter = witten_bell_by_recursion(tokens, context[1:], V) if n else np.ones(V) / V
    places = [t for t in range(n, len(tokens)) if (tokens[t - n : t] == context).all()]
    own = np.bincount(tokens[np.array(places, dtype=int)], minlength=V)
    total, kinds = own.sum(), (own > 0).sum()
    return shorter if total == 0 else (own + kinds * shorter) / (total + kinds)


@alternative("witten_bell")
def witten_bell_one_context_after_the_other(tokens, context, V):
    text, past = tuple(tokens.tolist()), tuple(context.tolist())
    counts = Counter(
        text[i : i + n]
        for n in range(1, len(past) + 2)
        for i in range(len(text) - n + 1)
    )
    p = [1 / V] * V
    for n in range(len(past) + 1):
        u = past[len(past) - n :]
        own = [counts[(*u, x)] for x in range(V)]
        kinds = sum(k > 0 for k in own)
        if kinds == 0:
            break  # longer contexts are new as well
        p = [(k + kinds * q) / (sum(own) + kinds) for k, q in zip(own, p, strict=True)]
    return np.array(p)


@alternative("witten_bell")
def witten_bell_from_a_mask_of_places(text, past, V):
    eye = np.eye(V, dtype=np.float32)[text]
    match = np.ones(len(text), dtype=bool)
    p = np.full(V, 1 / V, dtype=np.float32)
    for lag in range(len(past) + 1):
        if lag:
            back = np.concatenate([np.full(min(lag, len(text)), -1), text])[: len(text)]
            match = match & (back == past[-lag])
        own = eye[match].sum(axis=0)
        kinds = np.float32(np.sum(own > 0))
        if kinds:
            p = own / (own.sum() + kinds) + p * kinds / (own.sum() + kinds)
    return p


# --- 7. One surprise, three scales -------------------------------------------------


@alternative("surprise")
def surprise_by_loops(p, characters, mask):
    nats, count, letters = 0.0, 0, 0
    for b in range(p.shape[0]):
        for t in range(p.shape[1]):
            if mask[b, t]:
                nats -= float(np.log(p[b, t]))
                count += 1
                letters += int(characters[b, t])
    return [nats / count, np.exp(nats / count), nats / np.log(2) / letters]


@alternative("surprise")
def surprise_in_torch(p, characters, mask):
    keep = torch.tensor(mask)
    nats = -torch.tensor(p).clamp(min=1e-300).log().masked_fill(~keep, 0.0)
    mean = nats.sum() / keep.sum()
    letters = (torch.tensor(characters) * keep).sum()
    bits = nats.sum() / torch.log(torch.tensor(2.0, dtype=torch.float64))
    return mean.item(), mean.exp().item(), (bits / letters).item()


@alternative("surprise")
def surprise_from_bits(p, characters, mask):
    bits = -np.log2(np.where(mask, p, 1.0))
    each = np.einsum("bt,bt->", bits, mask) / np.count_nonzero(mask)
    letters = np.sum(characters, where=mask)
    return np.asarray(each * np.log(2)), 2**each, bits.sum() / letters


@alternative("surprise")
def surprise_in_single_precision(p, characters, mask):
    q = p.astype(np.float32)[mask]
    nats = np.mean(-np.log(q), dtype=np.float64)
    bits = nats / np.log(2) * len(q) / np.sum(characters[mask])
    return nats, np.power(2, nats / np.log(2)), bits
