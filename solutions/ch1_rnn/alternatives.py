"""Right answers to chapter 1, written in other ways than the solution.

Loops, einsum, torch inside, single precision, views, lists, other names: the tests
must accept each of them.
"""

import numpy as np
import torch

from autograder.answers import alternative

# --- 1. One step -------------------------------------------------------------------


@alternative("rnn_step")
def step_by_loops(inputs, state, win, wrec, bias):
    new = np.zeros((len(inputs), len(bias)))
    for b in range(len(inputs)):
        for j in range(len(bias)):
            total = bias[j]
            for i in range(inputs.shape[1]):
                total += inputs[b, i] * win[i, j]
            for k in range(len(bias)):
                total += state[b, k] * wrec[k, j]
            new[b, j] = np.tanh(total)
    return new


@alternative("rnn_step")
def step_on_joined_inputs(x_t, h_prev, W_xh, W_hh, b_h):
    both = np.concatenate([x_t, h_prev], axis=1)
    weights = np.concatenate([W_xh, W_hh], axis=0)
    return np.tanh(np.add(np.matmul(both, weights), b_h))


@alternative("rnn_step")
def step_in_single_precision(x_t, h_prev, W_xh, W_hh, b_h):
    x_t, h_prev, W_xh, W_hh, b_h = (
        np.asarray(a, dtype=np.float32) for a in (x_t, h_prev, W_xh, W_hh, b_h)
    )
    return np.tanh(x_t @ W_xh + h_prev @ W_hh + b_h)


@alternative("rnn_step")
def step_by_exponentials(x_t, h_prev, W_xh, W_hh, b_h):
    a = np.einsum("bd,dh->bh", x_t, W_xh) + np.einsum("bg,gh->bh", h_prev, W_hh) + b_h
    return 2 / (1 + np.exp(-2 * a)) - 1


# --- 2. The whole sequence ---------------------------------------------------------


@alternative("rnn_forward")
def inputs_projected_at_once(x, h_0, W_xh, W_hh, b_h):
    h = x @ W_xh + b_h
    previous = h_0
    for t in range(x.shape[1]):
        previous = h[:, t] = np.tanh(h[:, t] + previous @ W_hh)
    return h


@alternative("rnn_forward")
def list_of_states(x, h_0, W_xh, W_hh, b_h):
    states = [h_0]
    for x_t in np.swapaxes(x, 0, 1):
        states.append(np.tanh(x_t @ W_xh + states[-1] @ W_hh + b_h))
    return np.stack(states, axis=1)[:, 1:]


@alternative("rnn_forward")
def sequence_in_torch(x, h_0, W_xh, W_hh, b_h):
    x, h, W, U, b = (torch.from_numpy(a) for a in (x, h_0, W_xh, W_hh, b_h))
    out = torch.zeros(*x.shape[:2], len(b), dtype=x.dtype)
    for t in range(x.shape[1]):
        h = torch.tanh(torch.addmm(b, x[:, t], W) + h @ U)
        out[:, t] = h
    return out.numpy()


@alternative("rnn_forward")
def time_first_and_a_view_back(x, h_0, W_xh, W_hh, b_h):
    out = np.zeros((x.shape[1], *h_0.shape), dtype=x.dtype)
    for t in range(x.shape[1]):
        before = out[t - 1] if t > 0 else h_0
        out[t] = np.tanh(x[:, t, :] @ W_xh + before @ W_hh + b_h)
    return out.transpose(1, 0, 2)


# --- 3. A stable softmax -----------------------------------------------------------


@alternative("softmax")
def softmax_in_torch(y):
    return torch.softmax(torch.tensor(y), dim=-1).numpy()


@alternative("softmax")
def softmax_by_the_log_of_the_sum(y):
    log_sum = np.logaddexp.reduce(y, axis=-1, keepdims=True)
    return np.exp(y - log_sum)


@alternative("softmax")
def softmax_row_by_row(y):
    rows = y.reshape(-1, y.shape[-1])
    p = np.zeros(rows.shape)
    for i, row in enumerate(rows):
        top = max(row)
        e = [np.exp(score - top) for score in row]
        p[i] = np.array(e) / sum(e)
    return p.reshape(y.shape)


@alternative("softmax")
def softmax_in_single_precision(y):
    z = (y - np.max(y, axis=-1)[..., None]).astype(np.float32)
    np.exp(z, out=z)
    z /= z.sum(-1)[..., None]
    return z


# --- 4. The loss of a batch of sequences -------------------------------------------


@alternative("sequence_cross_entropy")
def loss_by_loops(y, targets, mask):
    total, count = 0.0, 0
    for b in range(y.shape[0]):
        for t in range(y.shape[1]):
            if mask[b, t]:
                row = y[b, t]
                log_sum = row.max() + np.log(np.sum(np.exp(row - row.max())))
                total += log_sum - row[targets[b, t]]
                count += 1
    return float(total / count) if count else 0.0


@alternative("sequence_cross_entropy")
def loss_in_torch(y, targets, mask):
    goal = np.where(mask, targets, -100)
    loss = torch.nn.functional.cross_entropy(
        torch.tensor(y).flatten(0, 1),
        torch.tensor(goal).flatten(),
        ignore_index=-100,
        reduction="sum",
    )
    return loss.item() / max(1, int(mask.sum()))


@alternative("sequence_cross_entropy")
def loss_by_one_hot_and_mask(y, targets, mask):
    n = max(mask.sum(), 1)
    z = y - y.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    onehot = np.eye(y.shape[-1])[targets]
    return -np.einsum("btv,btv,bt->", log_p, onehot, mask / n)


@alternative("sequence_cross_entropy")
def loss_as_an_array_without_axes(y, targets, mask):
    nll = np.logaddexp.reduce(y, axis=-1)
    nll = nll - np.take_along_axis(y, targets[:, :, None], axis=2).squeeze(2)
    return np.asarray(np.sum(nll, where=mask) / np.maximum(np.count_nonzero(mask), 1))


# --- 5. The gradient of the loss ---------------------------------------------------


@alternative("sequence_cross_entropy_backward")
def gradient_by_one_hot(y, targets, mask):
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    error = p - (targets[..., None] == np.arange(y.shape[-1]))
    return error * mask[..., None] / max(1, mask.sum())


@alternative("sequence_cross_entropy_backward")
def gradient_by_loops(y, targets, mask):
    dy = np.zeros_like(y)
    for b, t in np.argwhere(mask):
        e = np.exp(y[b, t] - np.max(y[b, t]))
        dy[b, t] = e / np.sum(e)
        dy[b, t, targets[b, t]] -= 1.0
    return dy / np.maximum(np.count_nonzero(mask), 1)


@alternative("sequence_cross_entropy_backward")
def gradient_in_torch(y, targets, mask):
    y, keep = torch.tensor(y), torch.tensor(mask)
    hot = torch.nn.functional.one_hot(torch.tensor(targets), y.shape[-1])
    dy = (torch.softmax(y, dim=-1) - hot) * keep.unsqueeze(-1)
    return (dy / keep.sum().clamp(min=1)).numpy()


@alternative("sequence_cross_entropy_backward")
def gradient_in_single_precision(y, targets, mask):
    p = np.exp(y - np.logaddexp.reduce(y, axis=-1, keepdims=True)).astype(np.float32)
    rows, steps = np.indices(targets.shape)
    p[rows, steps, targets] -= 1
    p[~mask] = 0
    return p / np.float32(max(mask.sum(), 1))


# --- 6. One step back --------------------------------------------------------------


@alternative("rnn_step_backward")
def step_back_by_einsum(grad, inp, before, after, w_in, w_rec):
    d = grad - grad * after * after
    return (
        np.einsum("bh,dh->bd", d, w_in),
        np.einsum("bh,gh->bg", d, w_rec),
        np.einsum("bd,bh->dh", inp, d),
        np.einsum("bg,bh->gh", before, d),
        np.einsum("bh->h", d),
    )


@alternative("rnn_step_backward")
def step_back_row_by_row(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    dx_t, dh_prev = np.zeros(x_t.shape), np.zeros(h_prev.shape)
    dW_xh, dW_hh, db_h = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(len(W_hh))
    for b in range(len(x_t)):
        d = dh_t[b] * (1 + h_t[b]) * (1 - h_t[b])
        dx_t[b], dh_prev[b] = W_xh @ d, W_hh @ d
        dW_xh += np.outer(x_t[b], d)
        dW_hh += np.outer(h_prev[b], d)
        db_h += d
    return dx_t, dh_prev, dW_xh, dW_hh, db_h


@alternative("rnn_step_backward")
def step_back_as_a_list(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    d = np.multiply(dh_t, 1 - np.square(h_t))
    both = d @ np.concatenate([W_xh, W_hh]).T
    weights = np.hstack([x_t, h_prev]).T @ d
    cut = x_t.shape[1]
    return [
        both[:, :cut],
        both[:, cut:],
        weights[:cut],
        weights[cut:],
        np.ones(len(d)) @ d,
    ]


@alternative("rnn_step_backward")
def step_back_in_torch(dh_t, x_t, h_prev, h_t, W_xh, W_hh):
    up, x, before, h, W, U = map(torch.tensor, (dh_t, x_t, h_prev, h_t, W_xh, W_hh))
    d = up * (1 - h.pow(2))
    grads = d.mm(W.T), d.mm(U.T), x.T.mm(d), before.T.mm(d), d.sum(dim=0)
    return tuple(g.numpy() for g in grads)


# --- 7. Backpropagation through time -----------------------------------------------


@alternative("rnn_backward")
def backward_summed_as_it_goes(dh, x, h_0, h, W_xh, W_hh):
    dx, carry = np.zeros_like(x), np.zeros_like(h_0)
    dW_xh, dW_hh = np.zeros_like(W_xh), np.zeros_like(W_hh)
    db_h = np.zeros(len(W_hh))
    for t in range(x.shape[1] - 1, -1, -1):
        before = h_0 if t == 0 else h[:, t - 1]
        d = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        dx[:, t] = d @ W_xh.T
        carry = d @ W_hh.T
        dW_xh += x[:, t].T @ d
        dW_hh += before.T @ d
        db_h += d.sum(axis=0)
    return dx, carry, dW_xh, dW_hh, db_h


@alternative("rnn_backward")
def backward_time_first(dh, x, h_0, h, W_xh, W_hh):
    up, xs, hs = (np.moveaxis(a, 1, 0) for a in (dh, x, h))
    before = [h_0, *hs]
    grads = [np.zeros_like(h_0), 0 * W_xh, 0 * W_hh, 0 * W_hh[0]]
    dx = np.empty(xs.shape)
    for t in reversed(range(len(xs))):
        d = (up[t] + grads[0]) * (1 - hs[t]) * (1 + hs[t])
        dx[t] = np.inner(d, W_xh)
        grads[0] = np.inner(d, W_hh)
        grads[1] = grads[1] + xs[t].T @ d
        grads[2] = grads[2] + before[t].T @ d
        grads[3] = grads[3] + np.sum(d, 0)
    return [np.moveaxis(dx, 0, 1), *grads]


@alternative("rnn_backward")
def backward_each_loss_by_itself(dh, x, h_0, h, W_xh, W_hh):
    delta, dh_0 = np.zeros(h.shape), np.zeros(h_0.shape)
    for end in range(h.shape[1]):
        reaching = dh[:, end]
        for t in range(end, -1, -1):
            d = reaching * (1 - h[:, t] ** 2)
            delta[:, t] += d
            reaching = d @ W_hh.T
        dh_0 += reaching
    before = np.concatenate([h_0[:, None], h], axis=1)[:, : h.shape[1]]
    dW_xh = np.tensordot(x, delta, axes=([0, 1], [0, 1]))
    dW_hh = np.tensordot(before, delta, axes=([0, 1], [0, 1]))
    return delta @ W_xh.T, dh_0, dW_xh, dW_hh, delta.sum((0, 1))


@alternative("rnn_backward")
def backward_in_single_precision(dh, x, h_0, h, W_xh, W_hh):
    dh, x, h_0, h, W_xh, W_hh = (
        a.astype(np.float32) for a in (dh, x, h_0, h, W_xh, W_hh)
    )
    delta, carry = np.zeros_like(h), np.zeros_like(h_0)
    for t in range(h.shape[1])[::-1]:
        delta[:, t] = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
        carry = delta[:, t] @ W_hh.T
    before = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", before, delta)
    return delta @ W_xh.T, carry, dW_xh, dW_hh, delta.sum(axis=(0, 1))


# --- 8. Truncated backpropagation through time -------------------------------------


@alternative("truncated_bptt")
def window_after_window(dh, x, h_0, W_xh, W_hh, b_h, K):
    T = x.shape[1]
    h = np.zeros(dh.shape)
    dW_xh, dW_hh, db_h = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(b_h.shape)
    state = h_0
    for start in range(0, T, K):
        end, states = min(start + K, T), [state]
        for t in range(start, end):
            states.append(np.tanh(x[:, t] @ W_xh + states[-1] @ W_hh + b_h))
            h[:, t] = states[-1]
        carry = np.zeros(h_0.shape)
        for t in range(end - 1, start - 1, -1):
            d = (dh[:, t] + carry) * (1 - h[:, t] ** 2)
            carry = d @ W_hh.T
            dW_xh += x[:, t].T @ d
            dW_hh += states[t - start].T @ d
            db_h += d.sum(axis=0)
        state = states[-1]
    return h, dW_xh, dW_hh, db_h


@alternative("truncated_bptt")
def each_loss_to_its_border(dh, x, h_0, W_xh, W_hh, b_h, K):
    steps = x.shape[1]
    h = np.empty((steps + 1, *h_0.shape))
    h[0] = h_0
    for t in range(steps):
        h[t + 1] = np.tanh(x[:, t] @ W_xh + h[t] @ W_hh + b_h)
    delta = np.zeros((steps, *h_0.shape))
    for end in range(steps):
        reaching = dh[:, end]
        for t in range(end, end // K * K - 1, -1):
            reaching = reaching * (1 - h[t + 1] ** 2)
            delta[t] += reaching
            reaching = reaching @ W_hh.T
    return (
        h[1:].swapaxes(0, 1),
        np.einsum("btd,tbh->dh", x, delta),
        np.einsum("tbg,tbh->gh", h[:-1], delta),
        np.einsum("tbh->h", delta),
    )


@alternative("truncated_bptt")
def stream_in_torch(dh, x, h_0, W_xh, W_hh, b_h, K):
    dh, x, h, W, U, b = map(torch.tensor, (dh, x, h_0, W_xh, W_hh, b_h))
    states = [h]
    for t in range(x.shape[1]):
        states.append(torch.tanh(x[:, t] @ W + states[-1] @ U + b))
    grads = [torch.zeros_like(W), torch.zeros_like(U), torch.zeros_like(b)]
    carry = torch.zeros_like(h)
    for t in reversed(range(x.shape[1])):
        if (t + 1) % K == 0:
            carry = torch.zeros_like(h)
        d = (dh[:, t] + carry) * (1 - states[t + 1] ** 2)
        carry = d @ U.T
        parts = x[:, t].T @ d, states[t].T @ d, d.sum(0)
        grads = [g + part for g, part in zip(grads, parts, strict=True)]
    h = torch.stack(states, dim=1)[:, 1:]
    return h.numpy(), *(g.numpy() for g in grads)


# --- 9. Clipping by the global norm ------------------------------------------------


@alternative("clip_by_global_norm")
def clip_with_a_question(grads, max_norm):
    total = 0.0
    for g in grads:
        total += float(np.sum(np.square(g)))
    norm = total**0.5
    if norm <= max_norm:
        return grads, norm
    return [max_norm * g / norm for g in grads], norm


@alternative("clip_by_global_norm")
def clip_one_long_vector(grads, max_norm):
    flat = np.concatenate([np.ravel(g) for g in grads])
    norm = np.linalg.norm(flat)
    flat = flat * np.minimum(1.0, max_norm / np.maximum(norm, 1e-30))
    ends = np.cumsum([g.size for g in grads])
    parts = np.split(flat, ends[:-1])
    return [part.reshape(g.shape) for part, g in zip(parts, grads, strict=True)], norm


@alternative("clip_by_global_norm")
def clip_copies_in_torch(grads, max_norm):
    copies = [torch.tensor(g) for g in grads]
    norm = torch.stack([c.norm() for c in copies]).norm()
    if norm > max_norm:
        for c in copies:
            c *= max_norm / norm
    return tuple(c.numpy() for c in copies), norm.item()


@alternative("clip_by_global_norm")
def clip_in_single_precision(grads, max_norm):
    small = [g.astype(np.float32) for g in grads]
    norm = np.sqrt(sum(np.vdot(g, g) for g in small))
    return [g / max(1, norm / np.float32(max_norm)) for g in small], norm


# --- 10. Sampling with a temperature -----------------------------------------------


@alternative("sample")
def sample_row_by_row(y, temperature, chance):
    tokens = []
    for scores, cut in zip(y, chance, strict=True):
        e = np.exp((scores - scores.max()) / temperature)
        k, total = 0, e[0]
        while total / e.sum() <= cut and k < len(e) - 1:
            k += 1
            total += e[k]
        tokens.append(k)
    return np.array(tokens)


@alternative("sample")
def sample_by_search(y, temperature, chance):
    p = np.exp((y - y.max(axis=-1, keepdims=True)) / temperature)
    p /= p.sum(axis=-1, keepdims=True)
    tokens = np.zeros(len(y), dtype=np.int32)
    for i in range(len(y)):
        tokens[i] = np.searchsorted(np.cumsum(p[i])[:-1], chance[i], side="right")
    return tokens


@alternative("sample")
def sample_by_counting(y, temperature, chance):
    total = torch.softmax(torch.tensor(y) / temperature, dim=1).cumsum(dim=1)
    below = total <= torch.tensor(chance).unsqueeze(1)
    return below.sum(dim=1).clamp(max=y.shape[1] - 1).numpy()


@alternative("sample")
def sample_by_a_triangle(y, temperature, chance):
    z = np.divide(y, temperature)
    p = np.exp(z - np.logaddexp.reduce(z, axis=1, keepdims=True))
    total = p @ np.triu(np.ones((y.shape[1], y.shape[1])))
    total[:, -1] = 1
    return (total > chance[:, None]).argmax(axis=1)


# --- 11. Teacher forcing -----------------------------------------------------------


@alternative("teacher_forced_scores")
def one_hot_and_all_scores_at_once(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    x = np.eye(len(b_y))[tokens]
    h = np.zeros((*tokens.shape, len(b_h)))
    state = h_0
    for t in range(tokens.shape[1]):
        state = np.tanh(x[:, t] @ W_xh + state @ W_hh + b_h)
        h[:, t] = state
    return h @ W_hy + b_y


@alternative("teacher_forced_scores")
def text_after_text(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    y = np.zeros(tokens.shape + b_y.shape)
    for b, text in enumerate(tokens):
        h = h_0[b]
        for t, token in enumerate(text):
            h = np.tanh(W_xh[token] + W_hh.T @ h + b_h)
            y[b, t] = W_hy.T @ h + b_y
    return y


@alternative("teacher_forced_scores")
def text_in_torch(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    h, W, U, b, A, c = map(torch.tensor, (h_0, W_xh, W_hh, b_h, W_hy, b_y))
    x = torch.nn.functional.embedding(torch.tensor(tokens), W)
    y = torch.zeros(*tokens.shape, len(c), dtype=h.dtype)
    for t in range(tokens.shape[1]):
        h = (x[:, t] + h @ U + b).tanh()
        y[:, t] = h @ A + c
    return y.numpy()


@alternative("teacher_forced_scores")
def text_in_single_precision(tokens, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    h, W, U, b, A, c = (
        np.asarray(a, "float32") for a in (h_0, W_xh, W_hh, b_h, W_hy, b_y)
    )
    y = np.empty((tokens.shape[1], len(tokens), len(c)), dtype=np.float32)
    for t, token in enumerate(tokens.T):
        h = np.tanh(W[token] + h @ U + b)
        y[t] = h @ A + c
    return y.swapaxes(0, 1)


# --- 12. Free running --------------------------------------------------------------


@alternative("free_running")
def one_hot_and_a_list(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    x, h, written = np.eye(len(b_y))[first], h_0, []
    for _ in range(T):
        h = np.tanh(x @ W_xh + h @ W_hh + b_h)
        written.append((h @ W_hy + b_y).argmax(axis=-1))
        x = np.eye(len(b_y))[written[-1]]
    return np.array(written, dtype=int).reshape(T, len(first)).T


@alternative("free_running")
def writer_after_writer(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    tokens = np.zeros((len(first), T), dtype=np.int32)
    for b in range(len(first)):
        token, h = first[b], h_0[b]
        for t in range(T):
            h = np.tanh(W_xh[token] + h @ W_hh + b_h)
            scores = list(h @ W_hy + b_y)
            token = tokens[b, t] = scores.index(max(scores))
    return tokens


@alternative("free_running")
def writer_in_torch(first, T, h_0, W_xh, W_hh, b_h, W_hy, b_y):
    h, W, U, b, A, c = map(torch.tensor, (h_0, W_xh, W_hh, b_h, W_hy, b_y))
    tokens = torch.zeros(len(first), T + 1, dtype=torch.long)
    tokens[:, 0] = torch.tensor(first)
    for t in range(T):
        h = torch.tanh(W[tokens[:, t]] + h @ U + b)
        tokens[:, t + 1] = torch.softmax(h @ A + c, dim=-1).argmax(dim=-1)
    return tokens[:, 1:].numpy()


# --- 13. How far back does the gradient reach? -------------------------------------


@alternative("gradient_norm_by_lag")
def every_product_from_its_start(h, W_hh):
    norms = []
    for lag in range(len(h)):
        product = np.eye(W_hh.shape[0])
        for s in range(len(h) - lag, len(h)):
            product = product @ W_hh @ np.diag(1 - h[s] ** 2)
        norms.append(np.sqrt(np.sum(product**2)))
    return np.array(norms)


@alternative("gradient_norm_by_lag")
def products_in_column_convention(h, W_hh):
    norms, jacobian = np.zeros(len(h)), np.identity(h.shape[1])
    for k, state in enumerate(h[::-1]):
        norms[k] = np.linalg.norm(jacobian)
        jacobian = jacobian @ ((1 - state**2)[:, None] * W_hh.T)
    return norms


@alternative("gradient_norm_by_lag")
def unit_gradients_sent_back(h, W_hh):
    states, U = torch.tensor(h), torch.tensor(W_hh)
    rows = torch.eye(len(U), dtype=U.dtype)  # one gradient for each unit of h_T
    norms = []
    for state in states.flip(0):
        norms.append(rows.norm().item())
        rows = (rows * (1 - state.square())) @ U.T
    return np.array(norms)


@alternative("gradient_norm_by_lag")
def products_in_single_precision(h, W_hh):
    h, U = h.astype(np.float32), W_hh.astype(np.float32)
    products = [np.eye(len(U), dtype=np.float32)]
    for t in range(len(h) - 1, 0, -1):
        products.append(np.einsum("ij,j,jk->ik", U, 1 - h[t] ** 2, products[-1]))
    return np.linalg.norm(np.stack(products), axis=(1, 2))
