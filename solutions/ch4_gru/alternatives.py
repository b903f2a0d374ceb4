"""Right answers to chapter 4, written in other ways than the solution.

Loops, einsum, torch inside, single precision, views, lists, other names: the tests
must accept each of them.
"""

import numpy as np
import torch

from autograder.answers import alternative


def sigmoid(a):
    """The notebook's set-up function, for the answers below."""
    return 0.5 * (1 + np.tanh(0.5 * a))


# --- 1. Tie two gates --------------------------------------------------------------


@alternative("free_and_tied")
def lists_of_cells(forget, write, candidate, start):
    results = []
    for take in (write, 1 - forget):
        cells = [start]
        for t in range(forget.shape[1]):
            cells.append(forget[:, t] * cells[-1] + take[:, t] * candidate[:, t])
        results.append(np.stack(cells[1:], axis=1))
    return results


@alternative("free_and_tied")
def tied_as_a_step_towards_the_candidate(f, i, c_tilde, c_0):
    free, tied = np.zeros_like(f), np.zeros_like(f)
    for t in range(f.shape[1]):
        c = free[:, t - 1] if t else c_0
        d = tied[:, t - 1] if t else c_0
        free[:, t] = c * f[:, t] + c_tilde[:, t] * i[:, t]
        tied[:, t] = c_tilde[:, t] + f[:, t] * (d - c_tilde[:, t])
    return free, tied


@alternative("free_and_tied")
def cells_in_torch(f, i, c_tilde, c_0):
    f, i, c_tilde, c_0 = map(torch.tensor, (f, i, c_tilde, c_0))
    free, tied = torch.empty_like(f), torch.empty_like(f)
    c = d = c_0
    for t in range(f.shape[1]):
        c = torch.addcmul(f[:, t] * c, i[:, t], c_tilde[:, t])
        d = torch.lerp(c_tilde[:, t], d, f[:, t])
        free[:, t], tied[:, t] = c, d
    return free.numpy(), tied.numpy()


@alternative("free_and_tied")
def cells_in_single_precision(f, i, c_tilde, c_0):
    f, i, c_tilde, c_0 = (a.astype(np.float32) for a in (f, i, c_tilde, c_0))
    both = np.empty((2, f.shape[1], *c_0.shape), dtype=np.float32)
    for t in range(f.shape[1]):
        before = both[:, t - 1] if t else np.stack([c_0, c_0])
        take = np.stack([i[:, t], 1 - f[:, t]])
        both[:, t] = f[:, t] * before + take * c_tilde[:, t]
    return tuple(both.transpose(0, 2, 1, 3))


# --- 2. One step of a GRU ----------------------------------------------------------


@alternative("gru_step")
def step_by_loops(inputs, state, w_in, w_rec, bias, inner):
    H = len(inner)
    new = np.zeros(state.shape)
    for b in range(len(inputs)):
        for j in range(H):
            from_x, from_h = [], []
            for block in range(3):
                k = block * H + j
                from_x.append(bias[k] + sum(inputs[b] * w_in[:, k]))
                from_h.append(sum(state[b] * w_rec[:, k]))
            reset = sigmoid(from_x[0] + from_h[0])
            keep = sigmoid(from_x[1] + from_h[1])
            candidate = np.tanh(from_x[2] + reset * (from_h[2] + inner[j]))
            new[b, j] = keep * state[b, j] + (1 - keep) * candidate
    return new


@alternative("gru_step")
def step_with_sliced_blocks(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    H = h_prev.shape[-1]
    gates = x_t @ W_xh[:, : 2 * H] + h_prev @ W_hh[:, : 2 * H] + b_h[: 2 * H]
    with np.errstate(over="ignore"):
        gates = 1 / (1 + np.exp(-gates))
    r, z = gates[:, :H], gates[:, H:]
    past = h_prev @ W_hh[:, 2 * H :] + b_hn
    n = np.tanh(x_t @ W_xh[:, 2 * H :] + b_h[2 * H :] + r * past)
    return n + z * (h_prev - n)


@alternative("gru_step")
def step_by_einsum_and_a_third_axis(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    B, H = h_prev.shape
    from_x = np.einsum("bd,dk->bk", x_t, W_xh).reshape(B, 3, H) + b_h.reshape(3, H)
    from_h = np.einsum("bg,gk->bk", h_prev, W_hh).reshape(B, 3, H)
    gates = sigmoid(from_x[:, :2] + from_h[:, :2])
    n = np.tanh(from_x[:, 2] + gates[:, 0] * (from_h[:, 2] + b_hn))
    return (1 - gates[:, 1]) * n + gates[:, 1] * h_prev


@alternative("gru_step")
def step_in_torch(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    x, h, W, U, b, inner = map(torch.tensor, (x_t, h_prev, W_xh, W_hh, b_h, b_hn))
    r_x, z_x, n_x = torch.addmm(b, x, W).chunk(3, dim=1)
    r_h, z_h, n_h = (h @ U).chunk(3, dim=1)
    n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * (n_h + inner))
    return torch.lerp(n, h, torch.sigmoid(z_x + z_h)).numpy()


@alternative("gru_step")
def step_in_single_precision(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    x_t, h_prev, W_xh, W_hh, b_h, b_hn = (
        np.asarray(a, dtype=np.float32) for a in (x_t, h_prev, W_xh, W_hh, b_h, b_hn)
    )
    r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=-1)
    r_h, z_h, n_h = np.split(h_prev @ W_hh, 3, axis=-1)
    r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
    n = np.tanh(n_x + np.multiply(r, n_h + b_hn))
    return n - z * n + z * h_prev


# --- 3. The other variant ----------------------------------------------------------


@alternative("gru_step_before")
def other_step_row_by_row(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    H = len(b_hn)
    new = np.zeros_like(h_prev)
    for b, (x, h) in enumerate(zip(x_t, h_prev, strict=True)):
        given = W_xh.T @ x + b_h
        r = sigmoid(given[:H] + W_hh[:, :H].T @ h)
        z = sigmoid(given[H:-H] + W_hh[:, H:-H].T @ h)
        n = np.tanh(given[-H:] + W_hh[:, -H:].T @ (r * h) + b_hn)
        new[b] = (1 - z) * n + z * h
    return new


@alternative("gru_step_before")
def other_step_by_einsum(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    B, H = h_prev.shape
    given = (x_t @ W_xh + b_h).reshape(B, 3, H)
    blocks = W_hh.reshape(H, 3, H)
    gates = sigmoid(given[:, :2] + np.einsum("bg,gkh->bkh", h_prev, blocks[:, :2]))
    past = np.einsum("bg,bg,gh->bh", gates[:, 0], h_prev, blocks[:, 2])
    n = np.tanh(given[:, 2] + past + b_hn)
    return n + gates[:, 1] * (h_prev - n)


@alternative("gru_step_before")
def other_step_in_torch(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    x, h, W, U, b, inner = map(torch.tensor, (x_t, h_prev, W_xh, W_hh, b_h, b_hn))
    H = h.shape[1]
    given = torch.addmm(b, x, W)
    r, z = torch.sigmoid(given[:, : 2 * H] + h @ U[:, : 2 * H]).chunk(2, dim=1)
    n = torch.tanh(given[:, 2 * H :] + (r * h) @ U[:, 2 * H :] + inner)
    return torch.lerp(n, h, z).numpy()


@alternative("gru_step_before")
def other_step_in_single_precision(x_t, h_prev, W_xh, W_hh, b_h, b_hn):
    x_t, h_prev, W_xh, W_hh, b_h, b_hn = (
        a.astype("float32") for a in (x_t, h_prev, W_xh, W_hh, b_h, b_hn)
    )
    W_xr, W_xz, W_xn = np.split(W_xh, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_hh, 3, axis=1)
    b_r, b_z, b_xn = np.split(b_h, 3)
    r = sigmoid(x_t @ W_xr + h_prev @ W_hr + b_r)
    z = sigmoid(x_t @ W_xz + h_prev @ W_hz + b_z)
    n = np.tanh(x_t @ W_xn + np.multiply(h_prev, r) @ W_hn + (b_xn + b_hn))
    return (1 - z) * n + z * h_prev


# --- 4. The whole sequence ---------------------------------------------------------


@alternative("gru_forward")
def inputs_projected_at_once(x, h_0, W_xh, W_hh, b_h, b_hn):
    H = len(b_hn)
    given = x @ W_xh + b_h
    h, h_t = np.zeros((*x.shape[:2], H)), h_0
    for t in range(x.shape[1]):
        from_h = h_t @ W_hh
        gates = sigmoid(given[:, t, : 2 * H] + from_h[:, : 2 * H])
        past = from_h[:, 2 * H :] + b_hn
        n = np.tanh(given[:, t, 2 * H :] + gates[:, :H] * past)
        h_t = h[:, t] = n + gates[:, H:] * (h_t - n)
    return h


@alternative("gru_forward")
def list_of_states(x, h_0, W_xh, W_hh, b_h, b_hn):
    states = [h_0]
    for x_t in np.swapaxes(x, 0, 1):
        r_x, z_x, n_x = np.split(x_t @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(states[-1] @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        n = np.tanh(n_x + r * (n_h + b_hn))
        states.append((1 - z) * n + z * states[-1])
    return np.stack(states, axis=1)[:, 1:]


@alternative("gru_forward")
def sequence_after_sequence(x, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.zeros((x.shape[0], x.shape[1], len(b_hn)))
    for b in range(x.shape[0]):
        state = h_0[b]
        for t in range(x.shape[1]):
            r_x, z_x, n_x = np.split(W_xh.T @ x[b, t] + b_h, 3)
            r_h, z_h, n_h = np.split(W_hh.T @ state, 3)
            n = np.tanh(n_x + sigmoid(r_x + r_h) * (n_h + b_hn))
            z = sigmoid(z_x + z_h)
            state = (1 - z) * n + z * state
            h[b, t] = state
    return h


@alternative("gru_forward")
def sequence_in_torch(x, h_0, W_xh, W_hh, b_h, b_hn):
    x, h, W, U, b, inner = map(torch.from_numpy, (x, h_0, W_xh, W_hh, b_h, b_hn))
    out = torch.zeros(*x.shape[:2], len(inner), dtype=x.dtype)
    for t in range(x.shape[1]):
        r_x, z_x, n_x = torch.addmm(b, x[:, t], W).chunk(3, dim=1)
        r_h, z_h, n_h = (h @ U).chunk(3, dim=1)
        n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * (n_h + inner))
        h = torch.lerp(n, h, torch.sigmoid(z_x + z_h))
        out[:, t] = h
    return out.numpy()


@alternative("gru_forward")
def time_first_and_a_view_back(x, h_0, W_xh, W_hh, b_h, b_hn):
    out = np.zeros((x.shape[1], *h_0.shape), dtype=np.float32)
    for t in range(x.shape[1]):
        before = out[t - 1] if t > 0 else h_0
        r_x, z_x, n_x = np.split(x[:, t, :] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(before @ W_hh, 3, axis=1)
        n = np.tanh(n_x + sigmoid(r_x + r_h) * (n_h + b_hn))
        z = sigmoid(z_x + z_h)
        out[t] = (1 - z) * n + z * before
    return out.transpose(1, 0, 2)


# --- 5. One step back --------------------------------------------------------------


@alternative("gru_step_backward")
def step_back_block_by_block(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    d_n = dh_t * (1 - z) * (1 - n * n)
    d_z = dh_t * (h_prev - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    d_past = d_n * r
    dx, dh = np.zeros(x_t.shape), dh_t * z
    dW, dU = [], []
    for k, (left, right) in enumerate([(d_r, d_r), (d_z, d_z), (d_n, d_past)]):
        own = slice(k * len(W_hh), (k + 1) * len(W_hh))
        dx = dx + left @ W_xh[:, own].T
        dh = dh + right @ W_hh[:, own].T
        dW.append(x_t.T @ left)
        dU.append(h_prev.T @ right)
    db = np.concatenate([d_r.sum(0), d_z.sum(0), d_n.sum(0)])
    return dx, dh, np.hstack(dW), np.hstack(dU), db, d_past.sum(0)


@alternative("gru_step_backward")
def step_back_by_einsum(up, inp, old, reset, keep, offered, new, w_in, w_rec):
    H = old.shape[1]
    inside = (1 - keep) * (1 - new) * (1 + new)
    slopes = np.stack(
        [
            inside * offered * reset * (1 - reset),
            (old - new) * keep * (1 - keep),
            inside,
        ]
    )  # (3, B, H)
    left = np.einsum("bh,kbh->bkh", up, slopes)
    right = left.copy()
    right[:, 2] *= reset
    return [
        np.einsum("bkh,dkh->bd", left, w_in.reshape(-1, 3, H)),
        up * keep + np.einsum("bkh,gkh->bg", right, w_rec.reshape(H, 3, H)),
        np.einsum("bd,bkh->dkh", inp, left).reshape(-1, 3 * H),
        np.einsum("bg,bkh->gkh", old, right).reshape(H, 3 * H),
        left.sum(axis=0).ravel(),
        right[:, 2].sum(axis=0),
    ]


@alternative("gru_step_backward")
def step_back_in_torch(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    up, x, h, r, z, past, n, W, U = map(
        torch.tensor, (dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh)
    )
    d_n = up * (1 - z) * (1 - n.square())
    d_z = up * (h - n) * z * (1 - z)
    d_r = d_n * past * r * (1 - r)
    left = torch.cat([d_r, d_z, d_n], dim=1)
    right = torch.cat([d_r, d_z, d_n * r], dim=1)
    grads = left @ W.T, up * z + right @ U.T, x.T @ left, h.T @ right, left.sum(0)
    return *(g.numpy() for g in grads), (d_n * r).sum(0).numpy()


@alternative("gru_step_backward")
def step_back_row_by_row(dh_t, x_t, h_prev, r, z, past, n, W_xh, W_hh):
    dx, dh = np.zeros(x_t.shape), np.zeros(h_prev.shape)
    dW, dU = np.zeros(W_xh.shape), np.zeros(W_hh.shape)
    db, db_n = np.zeros(W_hh.shape[1]), np.zeros(len(W_hh))
    for b in range(len(dh_t)):
        d_n = dh_t[b] * (1 - z[b]) * (1 - n[b] ** 2)
        d_z = dh_t[b] * (h_prev[b] - n[b]) * z[b] * (1 - z[b])
        d_r = d_n * past[b] * r[b] * (1 - r[b])
        left, right = np.hstack([d_r, d_z, d_n]), np.hstack([d_r, d_z, d_n * r[b]])
        dx[b], dh[b] = W_xh @ left, dh_t[b] * z[b] + W_hh @ right
        dW += np.outer(x_t[b], left)
        dU += np.outer(h_prev[b], right)
        db += left
        db_n += d_n * r[b]
    return dx, dh, dW, dU, db, db_n


# --- 6. Back through time ----------------------------------------------------------


@alternative("gru_backward")
def backward_summed_as_it_goes(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    dx, carry = np.zeros_like(x), np.zeros_like(h_0)
    dW, dU = np.zeros_like(W_xh), np.zeros_like(W_hh)
    db, db_n = np.zeros(W_hh.shape[1]), np.zeros(len(W_hh))
    for t in range(x.shape[1] - 1, -1, -1):
        before = h_0 if t == 0 else h[:, t - 1]
        total = dh[:, t] + carry
        d_n = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        d_z = total * (before - n[:, t]) * z[:, t] * (1 - z[:, t])
        d_r = d_n * past[:, t] * r[:, t] * (1 - r[:, t])
        d_past = d_n * r[:, t]
        left = np.concatenate([d_r, d_z, d_n], axis=1)
        right = np.concatenate([d_r, d_z, d_past], axis=1)
        dx[:, t] = left @ W_xh.T
        carry = total * z[:, t] + right @ W_hh.T
        dW += x[:, t].T @ left
        dU += before.T @ right
        db += left.sum(axis=0)
        db_n += d_past.sum(axis=0)
    return dx, carry, dW, dU, db, db_n


@alternative("gru_backward")
def backward_time_first(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    saved = [np.moveaxis(a, 1, 0) for a in (dh, x, h, r, z, past, n)]
    ups, xs, hs, rs, zs, pasts, ns = saved
    carry, dx = np.zeros(h_0.shape), np.zeros(xs.shape)
    sums = [0 * W_xh, 0 * W_hh, 0 * W_hh[0], np.zeros(len(W_hh))]
    for t in reversed(range(len(xs))):
        old = hs[t - 1] if t else h_0
        total = ups[t] + carry
        inside = total * (1 - zs[t]) * (1 - ns[t] ** 2)
        to_r = inside * pasts[t] * rs[t] * (1 - rs[t])
        to_z = total * (old - ns[t]) * zs[t] * (1 - zs[t])
        left = np.hstack([to_r, to_z, inside])
        right = np.hstack([to_r, to_z, inside * rs[t]])
        dx[t] = np.inner(left, W_xh)
        carry = zs[t] * total + np.inner(right, W_hh)
        new = xs[t].T @ left, old.T @ right, left.sum(0), (inside * rs[t]).sum(0)
        sums = [a + b for a, b in zip(sums, new, strict=True)]
    return [np.moveaxis(dx, 0, 1), carry, *sums]


@alternative("gru_backward")
def backward_in_single_precision(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    dh, x, h_0, h, r, z, past, n, W_xh, W_hh = (
        a.astype(np.float32) for a in (dh, x, h_0, h, r, z, past, n, W_xh, W_hh)
    )
    B, T, H = h.shape
    before = np.concatenate([h_0[:, None], h], axis=1)[:, :T]
    delta = np.zeros((B, T, 4, H), dtype=np.float32)  # r, z, n, past
    carry = np.zeros_like(h_0)
    for t in range(T)[::-1]:
        total = dh[:, t] + carry
        delta[:, t, 2] = total * (1 - z[:, t]) * (1 - n[:, t] ** 2)
        delta[:, t, 1] = total * (before[:, t] - n[:, t]) * z[:, t] * (1 - z[:, t])
        delta[:, t, 0] = delta[:, t, 2] * past[:, t] * r[:, t] * (1 - r[:, t])
        delta[:, t, 3] = delta[:, t, 2] * r[:, t]
        right = delta[:, t, [0, 1, 3]].reshape(B, 3 * H)
        carry = total * z[:, t] + right @ W_hh.T
    left = delta[:, :, [0, 1, 2]].reshape(B, T, 3 * H)
    right = delta[:, :, [0, 1, 3]].reshape(B, T, 3 * H)
    dW_xh = np.tensordot(x, left, axes=([0, 1], [0, 1]))
    dW_hh = np.tensordot(before, right, axes=([0, 1], [0, 1]))
    db_hn = delta[:, :, 3].sum(axis=(0, 1))
    return left @ W_xh.T, carry, dW_xh, dW_hh, left.sum(axis=(0, 1)), db_hn


@alternative("gru_backward")
def backward_each_loss_by_itself(dh, x, h_0, h, r, z, past, n, W_xh, W_hh):
    T, H = h.shape[1:]
    before = np.concatenate([h_0[:, None], h], axis=1)[:, :T]
    inside = (1 - z) * (1 - n**2)
    to_r, to_z = inside * past * r * (1 - r), (before - n) * z * (1 - z)
    totals, dh_0 = np.zeros(h.shape), np.zeros(h_0.shape)
    for end in range(T):
        reaching = dh[:, end]
        for t in range(end, -1, -1):
            totals[:, t] += reaching
            parts = [reaching * a[:, t] for a in (to_r, to_z, inside * r)]
            blocks = np.split(W_hh, 3, axis=1)
            reaching = reaching * z[:, t] + sum(
                part @ block.T for part, block in zip(parts, blocks, strict=True)
            )
        dh_0 += reaching
    left = np.concatenate([totals * a for a in (to_r, to_z, inside)], axis=2)
    right = np.concatenate([totals * a for a in (to_r, to_z, inside * r)], axis=2)
    return (
        left @ W_xh.T,
        dh_0,
        np.einsum("btd,btk->dk", x, left),
        np.einsum("btg,btk->gk", before, right),
        left.sum((0, 1)),
        right[..., 2 * H :].sum((0, 1)),
    )


# --- 7. Padding stands still -------------------------------------------------------


@alternative("masked_gru_forward")
def mask_as_numbers(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h, h_t = np.zeros((*mask.shape, h_0.shape[1])), h_0
    m = mask.astype(float)[:, :, None]
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(h_t @ W_hh, 3, axis=1)
        r, z = sigmoid(r_x + r_h), sigmoid(z_x + z_h)
        new = (1 - z) * np.tanh(n_x + r * (n_h + b_hn)) + z * h_t
        h_t = m[:, t] * new + (1 - m[:, t]) * h_t
        h[:, t] = h_t
    return h, h[:, -1]


@alternative("masked_gru_forward")
def update_gate_held_open(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    states = [h_0]
    for t in range(x.shape[1]):
        r_x, z_x, n_x = np.split(x[:, t] @ W_xh + b_h, 3, axis=1)
        r_h, z_h, n_h = np.split(states[-1] @ W_hh, 3, axis=1)
        n = np.tanh(n_x + sigmoid(r_x + r_h) * (n_h + b_hn))
        z = np.where(mask[:, t][:, None], sigmoid(z_x + z_h), 1.0)
        states.append((1 - z) * n + z * states[-1])
    return [np.stack(states[1:], axis=1), states[-1]]


@alternative("masked_gru_forward")
def only_real_rows_move(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    H = len(b_hn)
    h, state = np.empty((*mask.shape, H)), h_0.copy()
    for t in range(mask.shape[1]):
        real = np.flatnonzero(mask[:, t])
        given, from_h = x[real, t] @ W_xh + b_h, state[real] @ W_hh
        gates = sigmoid(given[:, : 2 * H] + from_h[:, : 2 * H])
        n = np.tanh(given[:, 2 * H :] + gates[:, :H] * (from_h[:, 2 * H :] + b_hn))
        state[real] = n + gates[:, H:] * (state[real] - n)
        h[:, t] = state
    return h, state


@alternative("masked_gru_forward")
def padded_batch_in_torch(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    x, m, h, W, U, b, inner = map(torch.tensor, (x, mask, h_0, W_xh, W_hh, b_h, b_hn))
    states = []
    for t in range(x.shape[1]):
        r_x, z_x, n_x = torch.addmm(b, x[:, t], W).chunk(3, dim=1)
        r_h, z_h, n_h = (h @ U).chunk(3, dim=1)
        n = torch.tanh(n_x + torch.sigmoid(r_x + r_h) * (n_h + inner))
        new = torch.lerp(n, h, torch.sigmoid(z_x + z_h))
        h = torch.where(m[:, t].unsqueeze(1), new, h)
        states.append(h)
    return torch.stack(states, dim=1).numpy(), h.numpy()


@alternative("masked_gru_forward")
def sequence_by_sequence(x, mask, h_0, W_xh, W_hh, b_h, b_hn):
    h = np.zeros((*mask.shape, len(b_hn)), dtype=np.float32)
    last = np.zeros(h_0.shape, dtype=np.float32)
    for b in range(len(mask)):
        state = h_0[b]
        for t, real in enumerate(mask[b]):
            if real:
                r_x, z_x, n_x = np.split(x[b, t] @ W_xh + b_h, 3)
                r_h, z_h, n_h = np.split(state @ W_hh, 3)
                n = np.tanh(n_x + sigmoid(r_x + r_h) * (n_h + b_hn))
                z = sigmoid(z_x + z_h)
                state = (1 - z) * n + z * state
            h[b, t] = state
        last[b] = state
    return h, last


# --- 8. Weights from torch ---------------------------------------------------------


@alternative("weights_from_torch")
def weights_written_into_a_copy(weight_ih, weight_hh, bias_ih, bias_hh):
    H = weight_hh.shape[1]
    b_h = bias_ih.copy()
    b_h[: 2 * H] += bias_hh[: 2 * H]
    return np.transpose(weight_ih), np.transpose(weight_hh), b_h, bias_hh[-H:].copy()


@alternative("weights_from_torch")
def weights_block_by_block(weight_ih, weight_hh, bias_ih, bias_hh):
    W_xh = np.hstack([block.T for block in np.split(weight_ih, 3)])
    W_hh = np.hstack([block.T for block in np.vsplit(weight_hh, 3)])
    (xr, xz, xn), (hr, hz, hn) = np.split(bias_ih, 3), np.split(bias_hh, 3)
    return [W_xh, W_hh, np.concatenate([xr + hr, xz + hz, xn]), hn]


@alternative("weights_from_torch")
def weights_through_tensors(weight_ih, weight_hh, bias_ih, bias_hh):
    W, U, of_x, of_h = map(torch.tensor, (weight_ih, weight_hh, bias_ih, bias_hh))
    H = U.shape[1]
    gate = torch.arange(3 * H) < 2 * H
    b_h = torch.where(gate, of_x + of_h, of_x)
    return W.t().numpy(), U.t().numpy(), b_h.numpy(), of_h[~gate].numpy()


@alternative("weights_from_torch")
def weights_with_a_mask(weight_ih, weight_hh, bias_ih, bias_hh):
    H = len(bias_ih) // 3
    gates = np.repeat([1.0, 1.0, 0.0], H)
    W_xh = np.asfortranarray(weight_ih).T.astype(np.float32)
    return W_xh, weight_hh.swapaxes(0, 1), bias_ih + gates * bias_hh, bias_hh[2 * H :]


# --- 9. What it costs --------------------------------------------------------------


@alternative("costs")
def layer_after_layer(cell, D, H, layers):
    blocks, elementwise = {"rnn": (1, 0), "gru": (3, 3), "lstm": (4, 3)}[cell]
    parameters = multiplications = 0
    size = D
    for _ in range(layers):
        parameters += blocks * (size * H + H**2 + 2 * H)
        multiplications += blocks * (size * H + H**2) + elementwise * H
        size = H
    return parameters, multiplications


@alternative("costs")
def counted_with_questions(cell, D, H, layers):
    if cell == "rnn":
        mu, epsilon = 1, 0
    else:
        mu, epsilon = (3, 3) if cell == "gru" else (4, 3)
    sizes = [D] + [H] * (layers - 1)
    products = sum(mu * (size + H) * H for size in sizes)
    return [products + mu * 2 * H * layers, products + epsilon * H * layers]


@alternative("costs")
def counted_over_an_array(cell, D, H, layers):
    mu = np.array([1, 3, 4])[["rnn", "gru", "lstm"].index(cell)]
    sizes = np.full(layers, H)
    sizes[0] = D
    products = np.sum(mu * (sizes * H + H * H))
    gating = 0 if mu == 1 else 3 * H * layers
    return products + mu * layers * (H + H), products + gating


# --- 10. A fair width --------------------------------------------------------------


@alternative("widest")
def one_unit_more_each_time(cell, D, budget):
    blocks, H = {"rnn": 1, "gru": 3, "lstm": 4}[cell], 0
    while blocks * (H + 1) * (D + H + 3) <= budget:
        H += 1
    return H


@alternative("widest")
def halved_again_and_again(cell, D, budget):
    mu = 1 if cell == "rnn" else 3 if cell == "gru" else 4
    low, high = 0, budget + 1  # low fits, high does not
    while high - low > 1:
        middle = (low + high) // 2
        if mu * (D * middle + middle * middle + 2 * middle) <= budget:
            low = middle
        else:
            high = middle
    return low


@alternative("widest")
def root_in_whole_numbers(cell, D, budget):
    from math import isqrt

    share = budget // {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    return (isqrt((D + 2) ** 2 + 4 * share) - D - 2) // 2


@alternative("widest")
def root_then_corrected(cell, D, budget):
    blocks = {"rnn": 1, "gru": 3, "lstm": 4}[cell]
    H = np.int64((np.sqrt((D + 2) ** 2 + 4 * budget / blocks) - D - 2) / 2 + 1)
    while blocks * H * (D + H + 2) > budget:
        H -= 1
    return H
