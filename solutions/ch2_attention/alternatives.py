"""Right answers to chapter 2, written in other ways than the solutions.

Loops, einsum, torch inside, float32, views, other names: the tests must accept them.
"""

import numpy as np
import torch

from autograder.answers import alternative

PAD, BOS, EOS = 0, 1, 2  # as in the notebook

# --- 1. The encoder reads a batch ---------------------------------------------------


@alternative("encode")
def encode_one_source_at_a_time(source, table, W, U, b):
    B, S = source.shape
    h, last = np.zeros((B, S, len(b))), []
    for row, tokens in enumerate(source):
        state = np.zeros(len(b))
        for j, token in enumerate(tokens):
            if token == PAD:
                break
            state = np.tanh(table[token] @ W + state @ U + b)
            h[row, j] = state
        last.append(state)
    return [h, np.array(last), source > 0]


@alternative("encode")
def encode_everything_and_choose(source, embed, W_xh, W_hh, b_h):
    used = source.astype(bool)
    x = embed[source] @ W_xh + b_h
    state, states = np.zeros_like(x[:, 0]), []
    for j in range(source.shape[1]):
        state = np.tanh(x[:, j] + state @ W_hh)
        states.append(state)
    h = np.stack(states, axis=1)
    last = h[np.arange(len(h)), used.sum(axis=1) - 1]
    return np.where(used[..., None], h, 0), last, used


@alternative("encode")
def encode_in_torch(source, embed, W_xh, W_hh, b_h):
    k, E, W, U, b = map(torch.tensor, (source, embed, W_xh, W_hh, b_h))
    used = k != PAD
    h = torch.zeros(*k.shape, len(b), dtype=b.dtype)
    last = torch.zeros(len(k), len(b), dtype=b.dtype)
    for j in range(k.shape[1]):
        rows = used[:, j].nonzero()[:, 0]
        last[rows] = torch.tanh(E[k[rows, j]] @ W + last[rows] @ U + b)
        h[rows, j] = last[rows]
    return h.numpy(), last.numpy(), used.numpy()


@alternative("encode")
def encode_in_single_precision(source, embed, W_xh, W_hh, b_h):
    embed, W_xh, W_hh, b_h = (a.astype(np.float32) for a in (embed, W_xh, W_hh, b_h))
    mask = np.not_equal(source, PAD)
    onehot = np.eye(len(embed), dtype=np.float32)[source]
    x = np.einsum("bsv,vd,dh->bsh", onehot, embed, W_xh)
    h = np.zeros(x.shape, dtype=np.float32)
    last = h[:, 0].copy()
    for j, column in enumerate(mask.T):
        last[column] = np.tanh(x[column, j] + last[column] @ W_hh + b_h)
        h[column, j] = last[column]
    return h, last, mask


# --- 2. What arrived? ---------------------------------------------------------------


@alternative("tokens_right")
def tokens_right_row_by_row(said, wanted):
    shares = []
    for ours, theirs in zip(said.tolist(), wanted.tolist(), strict=True):
        theirs = [token for token in theirs if token != PAD]
        right = [a == b for a, b in zip(ours, theirs, strict=False)]
        shares.append(sum(right) / len(theirs))
    return np.array(shares)


@alternative("tokens_right")
def tokens_right_with_padding_added(said, wanted):
    T = wanted.shape[1]
    said = np.pad(said, ((0, 0), (0, max(0, T - said.shape[1]))))[:, :T]
    counts = wanted > 0
    return ((said == wanted) * counts).sum(-1) / counts.sum(-1)


@alternative("tokens_right")
def tokens_right_by_an_average(said, wanted):
    ours = np.full(wanted.shape, -1)
    N = said[:, : wanted.shape[1]].shape[1]
    ours[:, :N] = said[:, :N]
    return np.average(ours == wanted, axis=1, weights=wanted != PAD)


@alternative("tokens_right")
def tokens_right_in_torch(said, wanted):
    goal = torch.tensor(wanted)
    ours = torch.zeros_like(goal)
    N = min(said.shape[1], wanted.shape[1])
    ours[:, :N] = torch.tensor(said[:, :N])
    right = ((ours == goal) & (goal != PAD)).sum(dim=1)
    return (right / (goal != PAD).sum(dim=1)).numpy()


# --- 3. The simplest score ----------------------------------------------------------


@alternative("dot_scores")
def dot_by_einsum(queries, keys):
    return np.einsum("bth,bsh->bts", queries, keys)


@alternative("dot_scores")
def dot_by_loops(s, h):
    e = np.empty((len(s), s.shape[1], h.shape[1]), dtype=np.float32)
    for b, t, j in np.ndindex(*e.shape):
        e[b, t, j] = sum(s[b, t] * h[b, j])
    return e


@alternative("dot_scores")
def dot_in_torch(s, h):
    return torch.bmm(torch.tensor(s), torch.tensor(h).transpose(1, 2)).numpy()


@alternative("dot_scores")
def dot_as_a_view(s, h):
    return (h @ s.swapaxes(1, 2)).transpose(0, 2, 1)


@alternative("dot_scores")
def dot_by_broadcasting(s, h):
    return np.sum(s[:, :, np.newaxis, :] * h[:, np.newaxis, :, :], axis=3)


# --- 4. No weight for padding -------------------------------------------------------


@alternative("masked_softmax")
def softmax_of_the_chapter(e, mask):
    e = np.where(mask[:, None], e, -np.inf)
    top = e.max(axis=-1, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    w = np.exp(e - top)
    total = w.sum(axis=-1, keepdims=True)
    return w / np.where(total > 0, total, 1)


@alternative("masked_softmax")
def softmax_row_by_row(scores, used):
    weights = np.zeros(scores.shape)
    for b, row in enumerate(used):
        if not row.any():
            continue
        for t in range(scores.shape[1]):
            left = np.exp(scores[b, t, row] - max(scores[b, t, row]))
            weights[b, t, row] = left / sum(left)
    return weights


@alternative("masked_softmax")
def softmax_in_torch(e, mask):
    hidden = ~torch.tensor(mask)[:, None]
    w = torch.tensor(e).masked_fill(hidden, -torch.inf).softmax(dim=-1)
    return torch.nan_to_num(w).numpy()


@alternative("masked_softmax")
def softmax_by_logarithms(e, mask):
    e = e + np.where(mask, 0.0, -1e6)[:, None, :]
    log_sum = np.logaddexp.reduce(e, axis=2)
    return np.exp(e - log_sum[..., None]) * mask[:, None, :]


@alternative("masked_softmax")
def softmax_with_a_small_number_below(e, mask):
    m = np.broadcast_to(mask[:, np.newaxis], e.shape)
    top = np.max(e, axis=-1, keepdims=True, where=m, initial=-1e5)
    w = np.exp(np.minimum(e - top, 0)) * m
    return w / (w.sum(axis=-1, keepdims=True) + 1e-12)


# --- 5. One step of a decoder that looks back ---------------------------------------


@alternative("attention_step")
def step_by_stacked_products(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_y, b_y):
    s_t = np.tanh(np.hstack([x_t, s_prev]) @ np.vstack([W_xs, W_ss]) + b_s)
    e = (h @ s_t[..., None])[..., 0] + (mask - 1.0) * 1e9
    w = np.exp(e - e.max(-1, keepdims=True))
    w /= w.sum(-1, keepdims=True)
    context = (w[:, None] @ h)[:, 0]
    H = h.shape[-1]
    mixed = np.tanh(context @ W_m[:H] + s_t @ W_m[H:] + b_m)
    return [mixed @ W_y + b_y, s_t, w]


@alternative("attention_step")
def step_row_by_row(x_t, s_prev, h, mask, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y):
    weights, y = np.zeros(mask.shape), []
    states = []
    for b in range(len(x_t)):
        s = np.tanh(x_t[b] @ W_xs + s_prev[b] @ W_ss + b_s)
        own = h[b, mask[b]]
        w = np.exp(own @ s - (own @ s).max())
        w = w / w.sum()
        weights[b, mask[b]] = w
        mixed = np.tanh(np.concatenate([w @ own, s]) @ W_m + b_m)
        y.append(mixed @ W_hy + b_y)
        states.append(s)
    return np.array(y), np.array(states), weights


@alternative("attention_step")
def step_in_torch(*given):
    x, s, h, m, W, U, b, A, c, R, q = (torch.tensor(a) for a in given)
    s = torch.tanh(x @ W + s @ U + b)
    e = torch.einsum("bh,bsh->bs", s, h).masked_fill(~m, -torch.inf)
    w = e.softmax(dim=-1)
    context = torch.einsum("bs,bsh->bh", w, h)
    y = torch.tanh(torch.cat([context, s], dim=-1) @ A + c) @ R + q
    return y.numpy(), s.numpy(), w.numpy()


# --- 6. The decoder writes ----------------------------------------------------------


@alternative("greedy_translation")
def greedy_one_source_at_a_time(h, mask, longest, E, W, U, b, A, c, R, q):
    result = np.zeros((len(h), longest), dtype=np.int32)
    for row in range(len(h)):
        own = h[row][mask[row]]
        s, token = own[-1], BOS
        for t in range(longest):
            s = np.tanh(E[token] @ W + s @ U + b)
            e = own @ s
            w = np.exp(e - e.max())
            context = w @ own / w.sum()
            mixed = np.tanh(np.concatenate([context, s]) @ A + c)
            token = int(np.argmax(mixed @ R + q))
            result[row, t] = token
            if token == EOS:
                break
    return result


@alternative("greedy_translation")
def greedy_all_rows_then_padding(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    rows = np.arange(len(h))
    s, token = h[rows, mask.sum(axis=1) - 1], np.ones(len(h), dtype=int)
    tokens = np.zeros((len(h), longest), dtype=int)
    for t in range(longest):
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.where(mask, (h * s[:, None]).sum(axis=2), -1e9)
        w = np.exp(e - e.max(axis=1)[:, None])
        w = w / w.sum(axis=1)[:, None]
        both = np.concatenate([(w[..., None] * h).sum(axis=1), s], axis=1)
        token = (np.tanh(both @ W_m + b_m) @ W_hy + b_y).argmax(axis=1)
        tokens[:, t] = token
    ended = np.cumsum(tokens == EOS, axis=1) - (tokens == EOS)
    return np.where(ended > 0, PAD, tokens)


@alternative("greedy_translation")
def greedy_in_torch(h, mask, longest, *weights):
    states, m = torch.tensor(h), torch.tensor(mask)
    E, W, U, b, A, c, R, q = (torch.tensor(a) for a in weights)
    s = states[torch.arange(len(h)), m.sum(dim=1) - 1]
    token, closed = torch.full((len(h),), BOS), torch.zeros(len(h), dtype=torch.bool)
    columns = [torch.zeros(len(h), 0, dtype=torch.int64)]
    for _ in range(longest):
        s = torch.tanh(E[token] @ W + s @ U + b)
        e = torch.bmm(states, s[:, :, None])[:, :, 0].masked_fill(~m, -torch.inf)
        context = torch.bmm(e.softmax(dim=1)[:, None], states)[:, 0]
        y = torch.tanh(torch.cat([context, s], dim=1) @ A + c) @ R + q
        token = torch.where(closed, PAD, y.max(dim=1).indices)
        columns.append(token[:, None])
        closed = closed | (token == EOS)
    return torch.cat(columns, dim=1).numpy()


@alternative("greedy_translation")
def greedy_until_every_row_is_closed(
    h, mask, longest, embed, W_xs, W_ss, b_s, W_m, b_m, W_hy, b_y
):
    B, H = len(h), h.shape[2]
    said = [[] for _ in range(B)]
    left = list(range(B))
    s = np.array([h[b][mask[b]][-1] for b in left])
    token = [BOS] * B
    while left and len(said[left[0]]) < longest:
        own, m = h[left], mask[left]
        s = np.tanh(embed[token] @ W_xs + s @ W_ss + b_s)
        e = np.einsum("bsh,bh->bs", own, s)
        e[~m] = -np.inf
        w = np.exp(e - e.max(axis=1, keepdims=True))
        context = np.einsum("bs,bsh->bh", w, own) / w.sum(axis=1)[:, None]
        y = np.tanh(context @ W_m[:H] + s @ W_m[H:] + b_m) @ W_hy + b_y
        token = y.argmax(axis=1).tolist()
        for b, k in zip(left, token, strict=True):
            said[b].append(k)
        on = [i for i, k in enumerate(token) if k != EOS]
        left, s, token = [left[i] for i in on], s[on], [token[i] for i in on]
    rows = [row + [PAD] * (longest - len(row)) for row in said]
    return np.array(rows, dtype=int).reshape(B, longest)


# --- 7. A matrix between ------------------------------------------------------------


@alternative("general_scores")
def general_by_einsum(s, h, W_a):
    return np.einsum("btg,gh,bsh->bts", s, W_a, h)


@alternative("general_scores")
def general_through_the_source(queries, keys, matrix):
    keys = keys @ matrix.T
    return queries @ np.transpose(keys, (0, 2, 1))


@alternative("general_scores")
def general_in_torch_and_single_precision(s, h, W_a):
    s, h, W_a = (torch.tensor(a, dtype=torch.float32) for a in (s, h, W_a))
    return ((s @ W_a) @ h.mT).numpy()


@alternative("general_scores")
def general_sequence_by_sequence(s, h, W_a):
    return np.stack([s[b] @ W_a @ h[b].T for b in range(len(s))])


# --- 8. Contexts in a batch ---------------------------------------------------------


@alternative("attend")
def attend_step_by_step(s, h, W_a, mask):
    B, T, S = len(s), s.shape[1], h.shape[1]
    weights, context = np.zeros((B, T, S)), np.empty((B, T, h.shape[2]))
    for b, t in np.ndindex(B, T):
        own = h[b, mask[b]]
        e = own @ (s[b, t] @ W_a)
        w = np.exp(e - e.max())
        weights[b, t, mask[b]] = w / w.sum()
        context[b, t] = w @ own / w.sum()
    return weights, context


@alternative("attend")
def attend_in_torch(s, h, W_a, mask):
    s, h, W_a, mask = map(torch.tensor, (s, h, W_a, mask))
    e = torch.einsum("btg,gh,bsh->bts", s, W_a, h)
    w = torch.softmax(e.masked_fill(~mask[:, None, :], -torch.inf), dim=-1)
    return w.numpy(), torch.bmm(w, h).numpy()


@alternative("attend")
def attend_with_a_large_negative_number(queries, states, matrix, used):
    e = np.einsum("btg,bsg->bts", queries, states @ matrix.T)
    e = e + 1e9 * (used[:, None] - 1.0)
    e -= e.max(axis=2, keepdims=True)
    w = np.exp(e)
    w /= w.sum(axis=2, keepdims=True)
    return [w, np.einsum("bts,bsh->bth", w, states)]


@alternative("attend")
def attend_source_first(s, h, W_a, mask):
    e = h @ (s @ W_a).transpose(0, 2, 1)  # (B, S, T)
    e = np.where(mask[..., None], e, -np.inf)
    w = np.exp(e - e.max(axis=1, keepdims=True))
    w = (w / w.sum(axis=1, keepdims=True)).transpose(0, 2, 1)
    return w, (w[..., None] * h[:, None]).sum(axis=2)


# --- 9. Back through the softmax ----------------------------------------------------


@alternative("softmax_backward")
def softmax_backward_by_the_matrix(d_weights, weights):
    de = np.empty(weights.shape)
    for b, t in np.ndindex(*weights.shape[:2]):
        a = weights[b, t]
        de[b, t] = (np.diag(a) - np.outer(a, a)) @ d_weights[b, t]
    return de


@alternative("softmax_backward")
def softmax_backward_by_einsum(da, a):
    return a * da - a * np.einsum("bts,bts->bt", a, da)[:, :, None]


@alternative("softmax_backward")
def softmax_backward_in_single_precision(d_weights, weights):
    d, w = d_weights.astype(np.float32), weights.astype(np.float32)
    return w * (d - np.sum(w * d, axis=2, keepdims=True))


@alternative("softmax_backward")
def softmax_backward_in_torch(d_weights, weights):
    d, w = torch.tensor(d_weights), torch.tensor(weights)
    return (w * (d - (w * d).sum(dim=-1, keepdim=True))).numpy()


# --- 10. Two gradients for one state ------------------------------------------------


@alternative("attention_backward")
def attention_backward_by_einsum(d_context, s, h, W_a, weights):
    d_alpha = np.einsum("bth,bsh->bts", d_context, h)
    mean = np.einsum("bts,bts->bt", weights, d_alpha)
    de = weights * (d_alpha - mean[..., None])
    ds = np.einsum("bts,bsh,gh->btg", de, h, W_a)
    dh = np.einsum("bts,bth->bsh", weights, d_context)
    dh = dh + np.einsum("bts,btg,gh->bsh", de, s, W_a)
    return [ds, dh, np.einsum("btg,bts,bsh->gh", s, de, h)]


@alternative("attention_backward")
def attention_backward_pair_by_pair(d_context, s, h, W_a, weights):
    ds, dh, dW_a = np.zeros(s.shape), np.zeros(h.shape), np.zeros(W_a.shape)
    for b, t in np.ndindex(*s.shape[:2]):
        a, d = weights[b, t], h[b] @ d_context[b, t]
        for j in range(h.shape[1]):
            de = a[j] * (d[j] - a @ d)
            ds[b, t] += de * (W_a @ h[b, j])
            dh[b, j] += a[j] * d_context[b, t] + de * (s[b, t] @ W_a)
            dW_a += de * np.outer(s[b, t], h[b, j])
    return ds, dh, dW_a


@alternative("attention_backward")
def attention_backward_in_torch(d_context, s, h, W_a, weights):
    d, s, h, W, a = map(torch.tensor, (d_context, s, h, W_a, weights))
    d_a = d @ h.mT
    de = a * (d_a - (a * d_a).sum(-1, keepdim=True))
    asked = s @ W
    dW = (s.mT @ (de @ h)).sum(dim=0)
    return (de @ h @ W.T).numpy(), (a.mT @ d + de.mT @ asked).numpy(), dW.numpy()


@alternative("attention_backward")
def attention_backward_with_the_batch_flattened(d_context, s, h, W_a, weights):
    d_weights = d_context @ np.transpose(h, (0, 2, 1))
    de = weights * d_weights
    de = de - weights * de.sum(axis=2, keepdims=True)
    read = (de @ h).reshape(-1, h.shape[2])
    asked = s.reshape(-1, s.shape[2])
    turned = np.transpose(de, (0, 2, 1))
    dh = np.transpose(weights, (0, 2, 1)) @ d_context + (turned @ s) @ W_a
    return (read @ W_a.T).reshape(s.shape), dh, asked.T @ read


# --- 11. A small network as a score -------------------------------------------------


@alternative("additive_scores")
def additive_pair_by_pair(s, h, W_q, W_k, v_a):
    e = np.empty((len(s), s.shape[1], h.shape[1]))
    for b, t, j in np.ndindex(*e.shape):
        e[b, t, j] = np.tanh(s[b, t] @ W_q + h[b, j] @ W_k) @ v_a
    return e


@alternative("additive_scores")
def additive_side_by_side(s, h, W_q, W_k, v_a):
    B, T, G = s.shape
    S, H = h.shape[1:]
    left = np.broadcast_to(s[:, :, None], (B, T, S, G))
    right = np.broadcast_to(h[:, None], (B, T, S, H))
    both = np.concatenate([left, right], axis=-1) @ np.concatenate([W_q, W_k])
    return np.einsum("btsa,a->bts", np.tanh(both), v_a)


@alternative("additive_scores")
def additive_in_torch(s, h, W_q, W_k, v_a):
    s, h, W_q, W_k, v_a = map(torch.tensor, (s, h, W_q, W_k, v_a))
    both = (s @ W_q).unsqueeze(2) + (h @ W_k).unsqueeze(1)
    return torch.tanh(both).matmul(v_a).numpy()


@alternative("additive_scores")
def additive_in_single_precision(s, h, W_q, W_k, v_a):
    s, h, W_q, W_k, v_a = (a.astype(np.float32) for a in (s, h, W_q, W_k, v_a))
    steps = [np.tanh((s[:, t : t + 1] @ W_q) + h @ W_k) for t in range(s.shape[1])]
    return np.stack([(step * v_a).sum(axis=-1) for step in steps], axis=1)


# --- 12. An alignment as two numbers ------------------------------------------------


@alternative("alignment")
def alignment_with_a_one_for_zero(weights):
    places = 1 + np.arange(weights.shape[2])
    logs = np.log2(np.where(weights > 0, weights, 1))
    return (weights * places).sum(axis=2), (weights * -logs).sum(axis=2)


@alternative("alignment")
def alignment_by_loops(weights):
    E, U = np.zeros(weights.shape[:2]), np.zeros(weights.shape[:2])
    for (b, t, j), a in np.ndenumerate(weights):
        E[b, t] += a * (j + 1)
        if a:
            U[b, t] -= a * np.log(a) / np.log(2)
    return [E, U]


@alternative("alignment")
def alignment_in_torch(weights):
    w = torch.tensor(weights)
    E = w @ torch.arange(1, w.shape[-1] + 1).to(w.dtype)
    return E.numpy(), (torch.special.entr(w).sum(-1) / np.log(2)).numpy()


@alternative("alignment")
def alignment_with_a_small_number_added(a):
    E = np.einsum("bts,s->bt", a, np.linspace(1, a.shape[-1], a.shape[-1]))
    return E, -np.sum(a * np.log2(a + 1e-12), axis=-1)


# --- 13. Three ways to look without choosing ----------------------------------------


@alternative("fixed_weights")
def fixed_by_loops(mask, T):
    B, S = mask.shape
    last, same, mean = (np.zeros((B, T, S)) for _ in range(3))
    for b, t in np.ndindex(B, T):
        n = int(mask[b].sum())
        last[b, t, n - 1] = 1
        same[b, t, t if t < n else n - 1] = 1
        mean[b, t, :n] = 1 / n
    return last, same, mean


@alternative("fixed_weights")
def fixed_in_torch(mask, T):
    used = torch.tensor(mask)
    (B, S), n = used.shape, used.sum(dim=1, keepdim=True)
    place = torch.minimum(torch.arange(T), n - 1)
    last = torch.nn.functional.one_hot((n - 1).expand(B, T), S)
    same = torch.nn.functional.one_hot(place, S)
    mean = (used / n)[:, None].expand(B, T, S)
    return [last.numpy(), same.numpy(), mean.numpy()]


@alternative("fixed_weights")
def fixed_by_comparing(mask, T):
    n = mask.sum(axis=1)[:, None, None]
    j, t = np.arange(mask.shape[1]), np.arange(T)[:, None]
    same = (j == np.minimum(t, n - 1)).astype(np.float32)
    last = (j == n - 1 + 0 * t).astype(int)
    return last, same, (j < n) / n * np.ones((T, 1))


@alternative("fixed_weights")
def fixed_as_views(mask, T):
    B, S = mask.shape
    end = mask & ~np.pad(mask, ((0, 0), (0, 1)))[:, 1:]
    same = np.zeros((B, T, S))
    same[:, : min(T, S)] = np.eye(S)[:T] * mask[:, :T, None]
    past = np.arange(T) >= mask.sum(axis=1)[:, None]
    same = np.where(past[..., None], end[:, None], same)
    share = mask / mask.sum(axis=1, keepdims=True)
    last, mean = (np.broadcast_to(a[:, None], (B, T, S)) for a in (end, share))
    return last, same, mean
