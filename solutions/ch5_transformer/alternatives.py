"""Right answers to chapter 5, written in other ways than the solution.

Loops, einsum, torch inside, single precision, views, lists, other names: the tests
must accept each of them.
"""

import numpy as np
import torch

from autograder.answers import alternative

# --- 1. Attention ------------------------------------------------------------------


@alternative("attention")
def attention_by_einsum(q, k, v):
    scores = np.einsum("...td,...sd->...ts", q, k) * q.shape[-1] ** -0.5
    a = np.exp(scores - np.max(scores, axis=-1)[..., None])
    a /= np.sum(a, axis=-1)[..., None]
    return np.einsum("...ts,...sv->...tv", a, v)


@alternative("attention")
def attention_query_by_query(queries, keys, values):
    *front, T, d = queries.shape
    answers = np.zeros((*front, T, values.shape[-1]))
    for place in np.ndindex(*front, T):
        query, sequence = queries[place], place[:-1]
        e = np.array([np.dot(query, key) for key in keys[sequence]]) / d**0.5
        weights = np.exp(e - max(e))
        weights = weights / sum(weights)
        for weight, value in zip(weights, values[sequence], strict=True):
            answers[place] += weight * value
    return answers


@alternative("attention")
def attention_in_torch(q, k, v):
    q, k, v = (torch.from_numpy(a) for a in (q, k, v))
    weights = torch.softmax(q @ k.transpose(-2, -1) / k.shape[-1] ** 0.5, dim=-1)
    return (weights @ v).numpy()


@alternative("attention")
def attention_with_scaled_queries(q, k, v):
    scores = (q / np.sqrt(np.shape(q)[-1])) @ np.moveaxis(k, -1, -2)
    log_sum = np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    return np.exp(scores - log_sum) @ v


# --- 2. What the root is for --------------------------------------------------------


@alternative("peak_and_slope")
def peaks_query_by_query(queries, keys, scaled):
    peaks, slopes = [], []
    for query, own in zip(queries, keys, strict=True):
        e = own @ query / (len(query) ** 0.5 if scaled else 1)
        a = np.exp(e - max(e))
        a = a / sum(a)
        peaks.append(max(a))
        slopes.append(np.linalg.norm(np.diag(a) - np.outer(a, a)))
    return np.array(peaks), np.array(slopes)


@alternative("peak_and_slope")
def peaks_in_torch(q, k, scaled):
    q, k = torch.tensor(q), torch.tensor(k)
    e = torch.einsum("nd,nsd->ns", q, k) * (q.shape[1] ** -0.5 if scaled else 1)
    a = e.softmax(dim=-1)
    derivative = torch.diag_embed(a) - a[:, :, None] * a[:, None]
    return a.amax(dim=1).numpy(), derivative.flatten(1).norm(dim=1).numpy()


@alternative("peak_and_slope")
def peaks_by_sums_of_powers(q, k, scaled):
    e = np.einsum("nd,nsd->ns", q, k)
    if scaled:
        e /= np.sqrt(k.shape[-1])
    a = np.exp(e - np.logaddexp.reduce(e, axis=1)[:, None])
    two, three = np.sum(a**2, axis=1), np.sum(a**3, axis=1)
    return [np.max(a, axis=1), np.maximum(two - 2 * three + two**2, 0) ** 0.5]


@alternative("peak_and_slope")
def peaks_entry_by_entry(q, k, scaled):
    N, S, d = k.shape
    peak, squares = np.zeros(N), np.zeros(N)
    for n in range(N):
        e = [float(k[n, s] @ q[n]) / (np.sqrt(d) if scaled else 1.0) for s in range(S)]
        total = sum(np.exp(score - max(e)) for score in e)
        a = [np.exp(score - max(e)) / total for score in e]
        peak[n] = max(a)
        for i in range(S):
            for j in range(S):
                squares[n] += (a[i] * ((i == j) - a[j])) ** 2
    return peak, np.sqrt(squares)


# --- 3. Padding and future ---------------------------------------------------------


@alternative("make_mask")
def mask_by_loops(lengths, T, S, causal):
    mask = np.zeros((len(lengths), T, S), dtype=bool)
    for b in range(len(lengths)):
        for t in range(T):
            for j in range(lengths[b]):
                mask[b, t, j] = not causal or j <= t
    return mask


@alternative("make_mask")
def mask_by_the_first_hidden_key(lengths, T, S, causal):
    end = np.repeat(np.asarray(lengths)[:, np.newaxis], T, axis=1)
    if causal:
        end = np.minimum(end, np.arange(T) + 1)
    return np.arange(S)[None, None, :] < end[:, :, None]


@alternative("make_mask")
def mask_in_torch(lengths, T, S, causal):
    mask = torch.arange(S).expand(len(lengths), T, S) < torch.tensor(lengths)[
        :, None, None
    ].expand(-1, T, -1)
    return (mask.tril() if causal else mask).numpy()


@alternative("make_mask")
def mask_as_a_view(lengths, T, S, causal):
    if causal:
        later = np.triu(np.ones((S, S)), k=1) > 0
        return np.stack([~later & (np.arange(S) < n) for n in lengths])
    real = np.arange(S)[None] < lengths.reshape(-1, 1)
    return np.broadcast_to(real[:, None], (len(lengths), T, S))


# --- 4. Attention that does not leak -----------------------------------------------


@alternative("masked_attention")
def masked_by_a_large_penalty(q, k, v, mask):
    scores = np.einsum("btd,bsd->bts", q, k) / q.shape[2] ** 0.5
    scores[~mask] = -1e9
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    return weights / weights.sum(axis=2, keepdims=True) @ v


@alternative("masked_attention")
def masked_query_by_query(q, k, v, mask):
    answers = []
    for b in range(len(q)):
        rows = []
        for t in range(q.shape[1]):
            seen = mask[b, t]
            e = k[b, seen] @ q[b, t] / np.sqrt(q.shape[-1])
            weights = np.exp(e - e.max())
            rows.append(weights @ v[b, seen] / weights.sum())
        answers.append(rows)
    return np.array(answers)


@alternative("masked_attention")
def masked_in_torch(q, k, v, mask):
    q, k, v, mask = map(torch.tensor, (q, k, v, mask))
    scores = torch.bmm(q, k.mT) / q.shape[-1] ** 0.5
    scores = scores.masked_fill(~mask, -torch.inf)
    return torch.bmm(scores.softmax(dim=-1), v).numpy()


@alternative("masked_attention")
def masked_by_summing_over_the_visible(q, k, v, mask):
    scores = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
    largest = np.max(scores, axis=-1, keepdims=True, where=mask, initial=-np.inf)
    e = np.exp(np.where(mask, scores - largest, -np.inf))
    return (e @ v) / e.sum(axis=-1, keepdims=True)


# --- 5. Split into heads -----------------------------------------------------------


@alternative("split_heads")
def split_by_slices(x, n):
    size = x.shape[-1] // n
    return np.stack([x[:, :, i * size : (i + 1) * size] for i in range(n)], axis=1)


@alternative("split_heads")
def split_in_torch(x, heads):
    return torch.from_numpy(x).unflatten(-1, (heads, -1)).transpose(1, 2).numpy()


@alternative("split_heads")
def split_number_by_number(x, heads):
    B, T, d = x.shape
    result = np.empty((B, heads, T, d // heads), dtype=np.float32)
    for b, t, i in np.ndindex(B, T, d):
        head, feature = divmod(i, d // heads)
        result[b, head, t, feature] = x[b, t, i]
    return result


@alternative("split_heads")
def split_by_einsum(x, heads):
    cut = np.reshape(x, (*x.shape[:-1], heads, -1))
    return np.einsum("bthf->bhtf", cut)


# --- 6. Merge the heads ------------------------------------------------------------


@alternative("merge_heads")
def merge_by_concatenation(heads):
    return np.concatenate(list(np.moveaxis(heads, 1, 0)), axis=-1)


@alternative("merge_heads")
def merge_in_torch(x):
    return torch.tensor(x).transpose(1, 2).flatten(2).numpy()


@alternative("merge_heads")
def merge_by_slices(x):
    B, n, T, size = x.shape
    result = np.zeros((B, T, n * size))
    for i in range(n):
        result[..., i * size : (i + 1) * size] = x[:, i]
    return result


@alternative("merge_heads")
def merge_token_by_token(x):
    B, _, T, _ = x.shape
    return np.array([[x[b, :, t].ravel() for t in range(T)] for b in range(B)])


# --- 7. Many heads -----------------------------------------------------------------


@alternative("multi_head")
def one_head_after_the_other(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    size = x.shape[-1] // heads
    result = np.zeros(x.shape) + b_o
    for i in range(heads):
        own = slice(i * size, (i + 1) * size)
        q = x @ W_q[:, own] + b_q[own]
        k = memory @ W_k[:, own] + b_k[own]
        v = memory @ W_v[:, own] + b_v[own]
        scores = q @ k.swapaxes(-1, -2) / size**0.5
        scores[~mask] = -np.inf
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        result += weights @ v @ W_o[own]
    return result


@alternative("multi_head")
def multi_head_by_einsum(
    x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o
):
    d = x.shape[-1]
    q, k, v = (
        np.reshape(a @ W + b, (*a.shape[:2], heads, d // heads))
        for a, W, b in [(x, W_q, b_q), (memory, W_k, b_k), (memory, W_v, b_v)]
    )
    scores = np.einsum("bthf,bshf->bhts", q, k) * (heads / d) ** 0.5
    scores = np.where(np.expand_dims(mask, 1), scores, -1e9)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    merged = np.einsum("bhts,bshf->bthf", weights, v).reshape(*x.shape)
    return merged @ W_o + b_o


@alternative("multi_head")
def multi_head_in_torch(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    def split(a, W, b):
        a = torch.tensor(a) @ torch.tensor(W) + torch.tensor(b)
        return a.unflatten(-1, (heads, -1)).transpose(1, 2)

    q, k, v = split(x, W_q, b_q), split(memory, W_k, b_k), split(memory, W_v, b_v)
    seen = torch.tensor(mask)[:, None]
    mixed = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
    merged = mixed.transpose(1, 2).flatten(2)
    return (merged @ torch.tensor(W_o) + torch.tensor(b_o)).numpy()


@alternative("multi_head")
def heads_in_the_batch(x, memory, mask, heads, W_q, b_q, W_k, b_k, W_v, b_v, W_o, b_o):
    def rows(a):
        return np.concatenate(np.split(a, heads, axis=-1), axis=0)

    q, v = rows(x @ W_q + b_q), rows(memory @ W_v + b_v)
    k = rows(memory @ W_k)  # the keys' bias changes no weight
    scores = q @ k.mT / np.sqrt(q.shape[-1])
    scores = np.where(np.tile(mask, (heads, 1, 1)), scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    answers = e / e.sum(axis=-1, keepdims=True) @ v
    return np.concatenate(np.split(answers, heads, axis=0), axis=-1) @ W_o + b_o


# --- 8. Sinusoids ------------------------------------------------------------------


@alternative("sinusoids")
def sinusoids_by_loops(T, d):
    rows = []
    for t in range(T):
        row = []
        for i in range(d // 2):
            angle = t / 10000 ** (2 * i / d)
            row += [np.sin(angle), np.cos(angle)]
        rows.append(row)
    return np.array(rows)


@alternative("sinusoids")
def sinusoids_in_torch(T, d):
    rate = torch.exp(-np.log(10_000) * torch.arange(0, d, 2) / d)
    angle = torch.arange(T)[:, None] * rate
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1).numpy()


@alternative("sinusoids")
def sinusoids_as_complex_numbers(length, width):
    theta = np.power(10_000.0, -2 * np.arange(width // 2) / width)
    z = np.exp(1j * np.outer(np.arange(length), theta))
    return np.stack([z.imag, z.real], axis=2).reshape(length, width)


@alternative("sinusoids")
def sinusoids_by_turning_on(T, d):
    theta = 1e4 ** (-np.arange(0, d, 2) / d)
    turn = np.exp(1j * theta)
    z, rows = np.ones(d // 2, dtype=complex), np.zeros((T, d))
    for t in range(T):
        rows[t, 0::2], rows[t, 1::2] = z.imag, z.real
        z = z * turn
    return rows


# --- 9. Rotary positions -----------------------------------------------------------


@alternative("rotate")
def rotate_as_complex_numbers(x, places):
    d = x.shape[-1]
    theta = 10_000.0 ** (-np.arange(0, d, 2) / d)
    z = (x[..., ::2] + 1j * x[..., 1::2]) * np.exp(1j * np.outer(places, theta))
    return np.stack([z.real, z.imag], axis=-1).reshape(x.shape)


@alternative("rotate")
def rotate_by_matrices(x, places):
    d = x.shape[-1]
    turned = np.array(x)
    for t, place in enumerate(places):
        R = np.zeros((d, d))
        for i in range(0, d, 2):
            a = place * 10_000 ** (-i / d)
            R[i, i] = R[i + 1, i + 1] = np.cos(a)
            R[i, i + 1], R[i + 1, i] = np.sin(a), -np.sin(a)
        turned[..., t, :] = x[..., t, :] @ R
    return turned


@alternative("rotate")
def rotate_in_torch(x, places):
    x, d = torch.tensor(x), x.shape[-1]
    angle = torch.tensor(places)[:, None] * 10_000.0 ** (-torch.arange(0, d, 2) / d)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = [
        even * angle.cos() - odd * angle.sin(),
        even * angle.sin() + odd * angle.cos(),
    ]
    return torch.stack(turned, dim=-1).flatten(-2).numpy()


@alternative("rotate")
def rotate_with_neighbours_swapped(x, places):
    d = x.shape[-1]
    angle = np.repeat(np.outer(places, 1e4 ** (-np.arange(0, d, 2) / d)), 2, axis=1)
    swapped = x.reshape(*x.shape[:-1], d // 2, 2)[..., ::-1].reshape(x.shape)
    return x * np.cos(angle) + swapped * np.sin(angle) * np.tile([-1, 1], d // 2)


# --- 10. Layer norm ----------------------------------------------------------------


@alternative("layer_norm")
def norm_by_the_formula(x, w, b):
    d = x.shape[-1]
    mu = x.sum(axis=-1)[..., None] / d
    sigma = ((((x - mu) ** 2).sum(axis=-1) / d + 1e-5) ** 0.5)[..., None]
    return np.add(np.multiply(w, (x - mu) / sigma), b)


@alternative("layer_norm")
def norm_token_by_token(x, gain, bias):
    rows = []
    for token in x.reshape(-1, x.shape[-1]):
        mean = sum(token) / len(token)
        variance = sum((feature - mean) ** 2 for feature in token) / len(token)
        rows.append(gain * (token - mean) / (variance + 1e-5) ** 0.5 + bias)
    return np.reshape(rows, x.shape)


@alternative("layer_norm")
def norm_in_torch(x, w, b):
    x, w, b = map(torch.tensor, (x, w, b))
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return (w * (x - mean) * torch.rsqrt(variance + 1e-5) + b).numpy()


@alternative("layer_norm")
def norm_in_single_precision(x, w, b):
    x, w, b = (np.asarray(a, dtype=np.float32) for a in (x, w, b))
    hat = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
    return w * hat + b


# --- 11. Layer norm, backward ------------------------------------------------------


@alternative("layer_norm_backward")
def norm_backward_by_the_matrix(dy, x, w):
    d = x.shape[-1]
    dx, dw, db = np.zeros(x.shape), np.zeros(d), np.zeros(d)
    for b, t in np.ndindex(x.shape[:2]):
        spread = (x[b, t].var() + 1e-5) ** 0.5
        hat = (x[b, t] - x[b, t].mean()) / spread
        slopes = (np.eye(d) - 1 / d - np.outer(hat, hat) / d) / spread
        dx[b, t] = slopes @ (w * dy[b, t])
        dw += dy[b, t] * hat
        db += dy[b, t]
    return [dx, dw, db]


@alternative("layer_norm_backward")
def norm_backward_in_torch(dy, x, w):
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, w, 0 * w)]
    y = torch.nn.functional.layer_norm(leaves[0], w.shape, *leaves[1:])
    dx, dw, db = torch.autograd.grad(y, leaves, torch.tensor(dy))
    return dx.numpy(), dw.numpy(), db.numpy()


@alternative("layer_norm_backward")
def norm_backward_by_the_chain(dy, x, w):
    d = x.shape[-1]
    centred = x - x.mean(axis=2, keepdims=True)
    rate = 1 / np.sqrt((centred**2).mean(axis=2, keepdims=True) + 1e-5)
    d_hat = np.einsum("btd,d->btd", dy, w)
    d_rate = np.sum(d_hat * centred, axis=2, keepdims=True)
    d_variance = -0.5 * d_rate * rate**3
    d_centred = d_hat * rate + 2 * centred * d_variance / d
    dx = d_centred - d_centred.mean(axis=2, keepdims=True)
    dw = np.einsum("btd,btd->d", dy, centred * rate)
    return dx, dw, np.einsum("btd->d", dy)


@alternative("layer_norm_backward")
def norm_backward_on_flat_tokens(dy, x, w):
    g, rows = dy.reshape(-1, len(w)), x.reshape(-1, len(w))
    spread = np.sqrt(rows.var(axis=1) + 1e-5)[:, None]
    hat = (rows - rows.mean(axis=1)[:, None]) / spread
    common = (g @ w / len(w))[:, None]
    along = hat * ((g * hat) @ w / len(w))[:, None]
    dx = (g * w - common - along) / spread
    return dx.reshape(x.shape), np.sum(g * hat, axis=0), np.sum(g, axis=0)


# --- 12. Feed-forward --------------------------------------------------------------


@alternative("feed_forward")
def feed_forward_token_by_token(x, first, shift, second, offset):
    y = np.zeros(x.shape)
    for place in np.ndindex(x.shape[:-1]):
        wide = [max(0.0, x[place] @ first[:, j] + shift[j]) for j in range(len(shift))]
        y[place] = np.array(wide) @ second + offset
    return y


@alternative("feed_forward")
def feed_forward_by_choosing(x, W_1, b_1, W_2, b_2):
    wide = np.einsum("...d,df->...f", x, W_1) + b_1
    return np.einsum("...f,fd->...d", np.where(wide > 0, wide, 0), W_2) + b_2


@alternative("feed_forward")
def feed_forward_in_torch(x, W_1, b_1, W_2, b_2):
    x, W_1, b_1, W_2, b_2 = map(torch.tensor, (x, W_1, b_1, W_2, b_2))
    return (torch.relu(x @ W_1 + b_1) @ W_2 + b_2).numpy()


@alternative("feed_forward")
def feed_forward_in_single_precision(x, W_1, b_1, W_2, b_2):
    x, W_1, b_1, W_2, b_2 = (np.float32(a) for a in (x, W_1, b_1, W_2, b_2))
    wide = (x @ W_1 + b_1).clip(0)
    return wide @ W_2 + b_2


# --- 13. A block of the encoder ----------------------------------------------------


@alternative("encoder_block")
def encoder_in_plain_numpy(x, mask, p, heads, pre_norm):
    def norm(name, z):
        centred = z - z.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return p[name]["w"] * centred / spread + p[name]["b"]

    def attend(z):
        a, size = p["attention"], z.shape[-1] // heads
        q, k, v = (z @ a["W_" + name] + a["b_" + name] for name in "qkv")
        answers = np.zeros_like(q)
        for h in range(heads):
            mine = slice(h * size, (h + 1) * size)
            scores = np.einsum("btd,bsd->bts", q[..., mine], k[..., mine])
            scores = np.where(mask, scores / size**0.5, -np.inf)
            e = np.exp(scores - scores.max(axis=2, keepdims=True))
            answers[..., mine] = e / e.sum(axis=2, keepdims=True) @ v[..., mine]
        return answers @ a["W_o"] + a["b_o"]

    def feed(z):
        inner = z @ p["W_1"] + p["b_1"]
        inner[inner < 0] = 0
        return inner @ p["W_2"] + p["b_2"]

    if pre_norm:
        x = x + attend(norm("norm_1", x))
        return x + feed(norm("norm_2", x))
    x = norm("norm_1", x + attend(x))
    return norm("norm_2", x + feed(x))


@alternative("encoder_block")
def encoder_one_sequence_at_a_time(tokens, visible, weights, heads, pre_norm):
    B, T, _ = tokens.shape
    every = np.broadcast_to(visible, (B, T, T))
    done = []
    for b in range(B):
        x = tokens[b : b + 1]
        z = given_norm(weights["norm_1"], x) if pre_norm else x
        x = x + given_attention(weights["attention"], z, z, every[b : b + 1], heads)
        x = x if pre_norm else given_norm(weights["norm_1"], x)
        z = given_norm(weights["norm_2"], x) if pre_norm else x
        inner = (z @ weights["W_1"] + weights["b_1"]).clip(min=0)
        x = x + inner @ weights["W_2"] + weights["b_2"]
        done.append(x if pre_norm else given_norm(p=weights["norm_2"], x=x))
    return np.concatenate(done)


@alternative("encoder_block")
def encoder_in_torch(x, mask, p, heads, pre_norm):
    F = torch.nn.functional
    p = {
        name: {k: torch.tensor(w, dtype=torch.float64) for k, w in part.items()}
        if isinstance(part, dict)
        else torch.tensor(part, dtype=torch.float64)
        for name, part in p.items()
    }
    x = torch.tensor(x, dtype=torch.float64)

    def norm(name, z):
        return F.layer_norm(z, z.shape[-1:], p[name]["w"], p[name]["b"])

    def attend(z):
        a = p["attention"]
        q, k, v = (
            (z @ a[f"W_{n}"] + a[f"b_{n}"]).unflatten(-1, (heads, -1)).transpose(1, 2)
            for n in "qkv"
        )
        seen = torch.tensor(mask)[:, None]
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        return y.transpose(1, 2).flatten(2) @ a["W_o"] + a["b_o"]

    def feed(z):
        return (z @ p["W_1"] + p["b_1"]).relu() @ p["W_2"] + p["b_2"]

    for name, part in {"norm_1": attend, "norm_2": feed}.items():
        x = x + part(norm(name, x)) if pre_norm else norm(name, x + part(x))
    return x.numpy()


# --- 14. A block of the decoder ----------------------------------------------------


@alternative("decoder_block")
def decoder_in_plain_numpy(x, memory, real, p, heads):
    B, T, d = x.shape

    def norm(part, z):
        centred = z - z.mean(axis=-1, keepdims=True)
        return (
            part["w"] * centred / np.sqrt(z.var(-1, keepdims=True) + 1e-5) + part["b"]
        )

    def look(a, z, into, mask):
        q, k, v = (
            np.reshape(rows @ a[f"W_{n}"] + a[f"b_{n}"], (B, -1, heads, d // heads))
            for n, rows in [("q", z), ("k", into), ("v", into)]
        )
        scores = np.einsum("bthe,bshe->bhts", q, k) / np.sqrt(d / heads)
        scores = np.where(mask, scores, -1e30)
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        e /= e.sum(axis=-1, keepdims=True)
        return np.einsum("bhts,bshe->bthe", e, v).reshape(x.shape) @ a["W_o"] + a["b_o"]

    z = norm(p["norm_1"], x)
    x = x + look(p["attention"], z, z, np.arange(T)[:, None] >= np.arange(T))
    z = norm(p["norm_2"], x)
    x = x + look(p["cross"], z, memory, real[:, None, None])
    z = norm(p["norm_3"], x)
    inner = z @ p["W_1"] + p["b_1"]
    return x + np.where(inner > 0, inner, 0) @ p["W_2"] + p["b_2"]


@alternative("decoder_block")
def decoder_token_by_token(x, memory, real, p, heads):
    out = np.zeros(x.shape)
    for b in range(len(x)):
        source = memory[b : b + 1][:, real[b]]
        seen = np.ones((1, 1, source.shape[1]), dtype=bool)
        z = given_norm(p["norm_1"], x[b : b + 1])
        for t in range(x.shape[1]):
            all_past = np.ones((1, 1, t + 1), dtype=bool)
            new, past = z[:, t : t + 1], z[:, : t + 1]
            y = x[b : b + 1, t : t + 1]
            y = y + given_attention(p["attention"], new, past, all_past, heads)
            asked = given_norm(p["norm_2"], y)
            y = y + given_attention(p["cross"], asked, source, seen, heads)
            inner = given_norm(p["norm_3"], y) @ p["W_1"] + p["b_1"]
            y = y + np.maximum(inner, 0) @ p["W_2"] + p["b_2"]
            out[b, t] = y[0, 0]
    return out


@alternative("decoder_block")
def decoder_with_whole_masks(target, source, is_token, weights, count):
    B, T, _ = target.shape
    S = source.shape[1]
    below = np.zeros((B, T, T), dtype=bool)
    for t in range(T):
        below[:, t, : t + 1] = True
    seen = np.repeat(is_token.reshape(B, 1, S), T, axis=1)

    def relu(a):
        return (a + abs(a)) / 2

    def attend(z):
        return given_attention(weights["attention"], z, z, below, count)

    def cross(z):
        return given_attention(weights["cross"], z, source, seen, count)

    def feed(z):
        inner = relu(np.matmul(z, weights["W_1"]) + weights["b_1"])
        return np.matmul(inner, weights["W_2"]) + weights["b_2"]

    x = target
    for number, part in enumerate((attend, cross, feed), start=1):
        x = x + part(given_norm(weights[f"norm_{number}"], x))
    return x


# --- 15. Label smoothing -----------------------------------------------------------


@alternative("smoothed_cross_entropy")
def smoothing_in_torch(scores, wanted, counts, share):
    y = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    keep = torch.tensor(counts)
    loss = torch.nn.functional.cross_entropy(
        y[keep], torch.tensor(wanted)[keep], label_smoothing=share
    )
    loss.backward()
    return loss.item(), y.grad.numpy()


@alternative("smoothed_cross_entropy")
def smoothing_by_loops(y, targets, mask, epsilon):
    B, T, V = y.shape
    loss, dy = 0.0, np.zeros((B, T, V))
    N = np.count_nonzero(mask)
    for b in range(B):
        for t in range(T):
            if not mask[b, t]:
                continue
            row = y[b, t].astype(float)
            whole = np.logaddexp.reduce(row)
            for j in range(V):
                asked = epsilon / V + (1 - epsilon if j == targets[b, t] else 0.0)
                loss -= asked * (row[j] - whole)
                dy[b, t, j] = np.exp(row[j] - whole) - asked
    return [loss / N, dy / N]


@alternative("smoothed_cross_entropy")
def smoothing_as_a_mixture_of_two_losses(y, targets, mask, epsilon):
    rows, k = y[mask], targets[mask]
    N, V = rows.shape
    top = rows.max(axis=1)
    log_sum = top + np.log(np.exp(rows - top[:, None]).sum(axis=1))
    plain = (log_sum - rows[np.arange(N), k]).mean()
    uniform = (log_sum[:, None] - rows).mean()
    slope = np.exp(rows - log_sum[:, None]) - epsilon / V
    slope[np.arange(N), k] -= 1 - epsilon
    dy = np.zeros_like(y)
    dy[mask] = slope / N
    return (1 - epsilon) * plain + epsilon * uniform, dy


# --- 16. A rate that rises first ---------------------------------------------------


@alternative("learning_rates")
def rates_by_a_loop(steps, d, warm):
    rates = []
    for step in steps:
        rates.append(min(1 / np.sqrt(step), step / warm**1.5) / np.sqrt(d))
    return np.array(rates)


@alternative("learning_rates")
def rates_by_cases(number, width, rising):
    peak = 1 / np.sqrt(width * rising)
    return np.where(
        number <= rising, peak * number / rising, peak * np.sqrt(rising / number)
    )


@alternative("learning_rates")
def rates_in_torch(steps, d, warm):
    step = torch.as_tensor(steps, dtype=torch.float64)
    return (torch.minimum(step.rsqrt(), step * warm**-1.5) / d**0.5).numpy()


# --- 17. The best token at every step ----------------------------------------------


@alternative("greedy_decode")
def greedy_for_the_whole_batch(log_p, start, end, fill):
    B, T = log_p.shape[:2]
    last, still = np.full(B, start), np.ones(B, dtype=bool)
    tokens, totals = np.zeros((B, T), dtype=int), np.zeros(B)
    for t in range(T):
        rows = np.take_along_axis(log_p[:, t], last[:, None, None], axis=1)[:, 0]
        last = rows.argmax(axis=1)
        tokens[:, t] = np.where(still, last, fill)
        totals += np.where(still, rows.max(axis=1), 0.0)
        still &= last != end
    return tokens, totals


@alternative("greedy_decode")
def greedy_in_lists(table, first, last, blank):
    said, sums = [], []
    for sequence in table.tolist():
        row, total = [first], 0.0
        for rows in sequence:
            best = max(range(len(rows)), key=rows[row[-1]].__getitem__)
            total += rows[row[-1]][best]
            row.append(best)
            if best == last:
                break
        said.append((row[1:] + [blank] * len(sequence))[: len(sequence)])
        sums.append(total)
    return np.array(said), np.array(sums)


@alternative("greedy_decode")
def greedy_in_torch(log_p, start, end, fill):
    table = torch.tensor(log_p)
    B, T = table.shape[:2]
    tokens = torch.full((B, T), fill)
    totals = torch.zeros(B, dtype=torch.float64)
    for b in range(B):
        before = start
        for t in range(T):
            likely, before = max(
                (p.item(), -j) for j, p in enumerate(table[b, t, before])
            )
            before = -before
            tokens[b, t], totals[b] = before, totals[b] + likely
            if before == end:
                break
    return [tokens.numpy(), totals.numpy()]


# --- 18. A beam --------------------------------------------------------------------


@alternative("beam_decode")
def beam_as_the_chapter_has_it(log_p, start, end, width):
    T, V, _ = log_p.shape
    beams, done = [(0.0, [start])], []
    for t in range(T):
        rows = np.array([log_p[t, tokens[-1]] for _, tokens in beams])
        totals = (np.array([[total] for total, _ in beams]) + rows).ravel()
        grown = []
        for place in np.argsort(-totals)[:width]:
            row, token = divmod(int(place), V)
            one = (totals[place], [*beams[row][1], token])
            (done if token == end else grown).append(one)
        beams = grown
        if not beams or (done and max(done)[0] >= max(beams)[0]):
            break
    total, tokens = max(done or beams)
    return np.array(tokens[1:]), total


@alternative("beam_decode")
def beam_in_arrays(log_p, start, end, width):
    T, V = log_p.shape[:2]
    tokens, totals = np.zeros((1, 0), dtype=int), np.zeros(1)
    before, finished = np.array([start]), []
    for t in range(T):
        if len(totals) == 0:
            break
        grown = (totals[:, None] + log_p[t, before]).reshape(-1)
        keep = np.sort(np.argpartition(-grown, min(width, grown.size) - 1)[:width])
        tokens = np.column_stack([tokens[keep // V], keep % V])
        totals, before = grown[keep], keep % V
        for row in np.flatnonzero(before == end):
            finished.append((totals[row], tokens[row]))
        still = before != end
        tokens, totals, before = tokens[still], totals[still], before[still]
    if finished:
        total, best = max(finished, key=lambda pair: pair[0])
        return best, total
    return tokens[totals.argmax()], totals.max()


@alternative("beam_decode")
def beam_in_dicts(table, first, last, size):
    open_, finished = {(): 0.0}, {}
    V = table.shape[2]
    for rows in table:
        every = {
            (*words, token): total + rows[words[-1] if words else first, token]
            for words, total in open_.items()
            for token in range(V)
        }
        open_ = {}
        for words in sorted(every, key=lambda words: -every[words])[:size]:
            kind = finished if words[-1] == last else open_
            kind[words] = every[words]
    kind = finished or open_
    best = max(kind, key=kind.get)
    return np.asarray(best), float(kind[best])


# --- 19. One step with a cache -----------------------------------------------------


@alternative("cached_step")
def step_with_einsum(x_t, places, cache, p):
    old_k, old_v = cache
    (B, d), heads = x_t.shape, old_k.shape[1]
    z = x_t + places[old_k.shape[2]]
    q = (z @ p["W_q"] + p["b_q"]).reshape(B, heads, d // heads)
    k_t = (z @ p["W_k"] + p["b_k"]).reshape(B, heads, 1, d // heads)
    v_t = (z @ p["W_v"] + p["b_v"]).reshape(B, heads, 1, d // heads)
    k = np.append(old_k, k_t, axis=2)
    v = np.append(old_v, v_t, axis=2)
    scores = np.einsum("bhe,bhse->bhs", q, k) * (d / heads) ** -0.5
    weights = np.exp(scores - scores.max(-1)[..., None])
    weights = weights / weights.sum(-1)[..., None]
    y = np.einsum("bhs,bhse->bhe", weights, v)
    return np.concatenate(list(y.swapaxes(0, 1)), axis=1) @ p["W_o"] + p["b_o"], (k, v)


@alternative("cached_step")
def step_by_loops(x_t, places, cache, p):
    B, H, t, size = cache[0].shape
    z = x_t + places[t]
    rows = {n: z @ p["W_" + n] + p["b_" + n] for n in "qkv"}
    k, v = np.zeros((2, B, H, t + 1, size))
    k[:, :, :t], v[:, :, :t] = cache
    answers = np.zeros((B, H * size))
    for b in range(B):
        for h in range(H):
            mine = slice(size * h, size * (h + 1))
            k[b, h, t], v[b, h, t] = rows["k"][b, mine], rows["v"][b, mine]
            scores = [rows["q"][b, mine] @ key / size**0.5 for key in k[b, h]]
            e = np.exp(np.array(scores) - max(scores))
            answers[b, mine] = (
                sum(w * a for w, a in zip(e, v[b, h], strict=True)) / e.sum()
            )
    return [answers @ p["W_o"] + p["b_o"], [k, v]]


@alternative("cached_step")
def step_in_torch(x_t, places, cache, p):
    heads = cache[0].shape[1]
    p = {name: torch.tensor(w) for name, w in p.items()}
    z = torch.tensor(x_t + places[cache[0].shape[2]])
    q, k, v = (
        (z @ p[f"W_{n}"] + p[f"b_{n}"]).unflatten(-1, (heads, -1)).unsqueeze(2)
        for n in "qkv"
    )
    k = torch.cat([torch.tensor(cache[0]), k], dim=2)
    v = torch.cat([torch.tensor(cache[1]), v], dim=2)
    y = torch.softmax(q @ k.mT / q.shape[-1] ** 0.5, dim=-1) @ v
    return (y.flatten(1) @ p["W_o"] + p["b_o"]).numpy(), (k.numpy(), v.numpy())


# --- 20. How many parameters? ------------------------------------------------------


@alternative("count_parameters")
def parameters_by_shapes(layers, d, d_ff, V, longest, pre_norm, tied):
    shapes = layers * [*4 * [(d, d), (d,)], (d, d_ff), (d_ff,), (d_ff, d), (d,)]
    shapes += (2 * layers + pre_norm) * [(d,), (d,)]
    shapes += [(V, d), (longest, d), (V,)]
    shapes += [] if tied else [(d, V)]
    return sum(int(np.prod(shape)) for shape in shapes)


@alternative("count_parameters")
def parameters_of_torch_modules(depth, d, d_ff, V, longest, pre_norm, tied):
    nn = torch.nn
    parts = [nn.Embedding(V, d), nn.Linear(d, V)]
    for _ in range(depth):
        parts += [nn.Linear(d, d) for _ in range(4)]
        parts += [nn.Linear(d, d_ff), nn.Linear(d_ff, d), *2 * [nn.LayerNorm(d)]]
    if pre_norm:
        parts.append(nn.LayerNorm(d))
    count = sum(w.numel() for part in parts for w in part.parameters())
    return count + longest * d - (V * d if tied else 0)


@alternative("count_parameters")
def parameters_in_numpy_integers(layers, d, d_ff, V, longest, pre_norm, tied):
    block = np.int64(4 * d * (d + 1) + d_ff * (2 * d + 1) + 5 * d)
    matrices = V * d if tied else 2 * V * d
    return block * layers + matrices + V + d * (longest + 2 * int(pre_norm))


# --- 21. How much work? ------------------------------------------------------------


@alternative("count_multiply_adds")
def work_in_closed_form(T, layers, d, d_ff, V):
    token = layers * 2 * d * (2 * d + d_ff) + d * V
    pair = 2 * layers * d
    once, squares = T * (T + 1) // 2, T * (T + 1) * (2 * T + 1) // 6
    return [
        T * (token + T * pair),
        once * token + squares * pair,
        T * token + once * pair,
        T * d * (2 * layers * d + V),
    ]


@alternative("count_multiply_adds")
def work_of_passes(T, layers, d, d_ff, V):
    def passed(new, seen):
        attention = 4 * new * d**2 + new * seen * d + new * seen * d
        return layers * (attention + new * d * d_ff + new * d_ff * d) + new * d * V

    rewritten = cached = recurrent = 0
    for t in range(1, T + 1):
        rewritten += passed(t, t)
        cached += passed(1, t)
        recurrent += d * V
        for _ in range(layers):
            recurrent += d * d + d * d
    return passed(T, T), rewritten, cached, recurrent


@alternative("count_multiply_adds")
def work_in_arrays(T, layers, d, d_ff, V):
    t = np.arange(T) + 1
    token = 4 * layers * d * d + 2 * layers * d * d_ff + d * V
    looking = 2 * layers * d * t
    return (
        T * (token + looking[-1]),
        (t * (token + looking)).sum(),
        (token + looking).sum(),
        T * (2 * layers * d * d + d * V),
    )
