"""Right answers to chapter 3, written in other ways than the solution.

Loops, einsum, torch inside, single precision, views, lists, other names: the tests
must accept each of them.
"""

import numpy as np
import torch

from autograder.answers import alternative


def sigmoid(z):
    """As it is given in the notebook."""
    return (1 + np.tanh(z / 2)) / 2


# --- 1. Three gates and a candidate ------------------------------------------------


@alternative("lstm_gates")
def gates_block_by_block(inp, state, win, wrec, bias):
    n = state.shape[1]
    rows = []
    for k in range(4):
        block = slice(k * n, (k + 1) * n)
        a = inp @ win[:, block] + state @ wrec[:, block] + bias[block]
        rows.append(np.tanh(a) if k == 2 else 1 / (1 + np.exp(-np.clip(a, -60, 60))))
    return rows


@alternative("lstm_gates")
def gates_by_einsum(x_t, h_prev, W_xh, W_hh, b_h):
    H = h_prev.shape[1]
    z = np.einsum("bd,dkh->kbh", x_t, W_xh.reshape(-1, 4, H))
    z = z + np.einsum("bg,gkh->kbh", h_prev, W_hh.reshape(H, 4, H))
    z = z + b_h.reshape(4, 1, H)
    return sigmoid(z[0]), sigmoid(z[1]), 2 * sigmoid(2 * z[2]) - 1, sigmoid(z[3])


@alternative("lstm_gates")
def gates_in_torch(x_t, h_prev, W_xh, W_hh, b_h):
    x, h, W, U, b = map(torch.tensor, (x_t, h_prev, W_xh, W_hh, b_h))
    i, f, g, o = (x @ W + h @ U + b).chunk(4, dim=1)
    return tuple(a.numpy() for a in (i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()))


@alternative("lstm_gates")
def gates_on_joined_inputs(x_t, h_prev, W_xh, W_hh, b_h):
    both = np.hstack([x_t, h_prev, np.ones((len(x_t), 1))])
    z = both @ np.vstack([W_xh, W_hh, b_h])
    i, f, g, o = np.moveaxis(z.reshape(len(z), 4, -1), 1, 0)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


# --- 2. One step -------------------------------------------------------------------


@alternative("lstm_step")
def step_unit_by_unit(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    H = h_prev.shape[1]
    h_t, c_t = np.zeros(h_prev.shape), np.zeros(c_prev.shape)
    for b in range(len(x_t)):
        z = W_xh.T @ x_t[b] + W_hh.T @ h_prev[b] + b_h
        for j in range(H):
            i, f, o = sigmoid(z[j]), sigmoid(z[H + j]), sigmoid(z[3 * H + j])
            c_t[b, j] = f * c_prev[b, j] + i * np.tanh(z[2 * H + j])
            h_t[b, j] = o * np.tanh(c_t[b, j])
    return h_t, c_t


@alternative("lstm_step")
def step_in_torch(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    x, h, c, W, U, b = map(torch.tensor, (x_t, h_prev, c_prev, W_xh, W_hh, b_h))
    i, f, g, o = torch.chunk(torch.addmm(b, x, W) + h @ U, 4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return (torch.sigmoid(o) * torch.tanh(c)).numpy(), c.numpy()


@alternative("lstm_step")
def step_in_single_precision(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    given = (x_t, h_prev, c_prev, W_xh, W_hh, b_h)
    x_t, h_prev, c_prev, W_xh, W_hh, b_h = (
        np.asarray(a, dtype=np.float32) for a in given
    )
    z = x_t @ W_xh + h_prev @ W_hh + b_h
    H = h_prev.shape[1]
    keep, write, show = (sigmoid(z[:, k * H : (k + 1) * H]) for k in (1, 0, 3))
    new = keep * c_prev
    new += write * np.tanh(z[:, 2 * H : 3 * H])
    return [show * np.tanh(new), new]


@alternative("lstm_step")
def step_through_the_sigmoid_alone(x_t, h_prev, c_prev, W_xh, W_hh, b_h):
    def s(z):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.exp(-z))

    z = np.dot(x_t, W_xh) + np.dot(h_prev, W_hh) + b_h[None]
    i, f, g, o = np.array_split(z, 4, axis=-1)
    c_t = np.add(np.multiply(s(f), c_prev), np.multiply(s(i), 2 * s(2 * g) - 1))
    return s(o) * (2 * s(2 * c_t) - 1), c_t


# --- 3. The whole sequence ---------------------------------------------------------


@alternative("lstm_forward")
def forward_with_the_inputs_projected_at_once(x, h_0, c_0, W_xh, W_hh, b_h):
    z_x, H = x @ W_xh + b_h, h_0.shape[1]
    hs, cs = [np.zeros((len(x), 0, H))], [np.zeros((len(x), 0, H))]
    h, c = h_0, c_0
    for t in range(x.shape[1]):
        i, f, g, o = np.split(z_x[:, t] + h @ W_hh, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        hs.append(h[:, None])
        cs.append(c[:, None])
    return np.concatenate(hs, axis=1), np.concatenate(cs, axis=1)


@alternative("lstm_forward")
def forward_in_torch(x, h_0, c_0, W_xh, W_hh, b_h):
    x, h, c, W, U, b = map(torch.tensor, (x, h_0, c_0, W_xh, W_hh, b_h))
    out = torch.zeros(2, *x.shape[:2], h.shape[1], dtype=x.dtype)
    for t in range(x.shape[1]):
        i, f, g, o = (x[:, t] @ W + h @ U + b).chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        out[0, :, t], out[1, :, t] = h, c
    return out[0].numpy(), out[1].numpy()


@alternative("lstm_forward")
def forward_time_first_and_views_back(x, h_0, c_0, W_xh, W_hh, b_h):
    steps = np.zeros((x.shape[1] + 1, 2, *h_0.shape), dtype=x.dtype)
    steps[0] = h_0, c_0
    for t, x_t in enumerate(np.swapaxes(x, 0, 1)):
        h, c = steps[t]
        z = (x_t @ W_xh + h @ W_hh + b_h).reshape(len(x), 4, -1)
        c = sigmoid(z[:, 1]) * c + sigmoid(z[:, 0]) * np.tanh(z[:, 2])
        steps[t + 1] = sigmoid(z[:, 3]) * np.tanh(c), c
    return steps[1:, 0].swapaxes(0, 1), steps[1:, 1].swapaxes(0, 1)


@alternative("lstm_forward")
def forward_sequence_by_sequence(x, h_0, c_0, W_xh, W_hh, b_h):
    B, T, _ = x.shape
    H = h_0.shape[1]
    hidden, cell = np.zeros((B, T, H)), np.zeros((B, T, H))
    for b in range(B):
        h, c = h_0[b], c_0[b]
        for t in range(T):
            z = x[b, t] @ W_xh + h @ W_hh + b_h
            i, f, o = sigmoid(z[:H]), sigmoid(z[H : 2 * H]), sigmoid(z[3 * H :])
            c = f * c + i * np.tanh(z[2 * H : 3 * H])
            h = o * np.tanh(c)
            hidden[b, t], cell[b, t] = h, c
    return hidden, cell


# --- 4. Weights in -----------------------------------------------------------------


@alternative("from_packed")
def blocks_in_a_dict(weight_ih, weight_hh, bias_ih, bias_hh, order):
    def sort(a):
        block = dict(zip(order, np.split(a, 4), strict=True))
        return np.concatenate([block["i"], block["f"], block["c"], block["o"]])

    return sort(weight_ih).T, sort(weight_hh).T, sort(bias_ih) + sort(bias_hh)


@alternative("from_packed")
def blocks_as_an_axis(w_x, w_h, b_1, b_2, order):
    letters = list(order)
    places = [letters.index("i"), letters.index("f")]
    places += [letters.index("c"), letters.index("o")]
    H, D = w_h.shape[1], w_x.shape[1]
    W = w_x.T.reshape(D, 4, H)[:, places].reshape(D, 4 * H)
    U = w_h.T.reshape(H, 4, H)[:, places].reshape(H, 4 * H)
    return W, U, np.add(b_1, b_2).reshape(4, H)[places].flatten()


@alternative("from_packed")
def column_by_column(weight_ih, weight_hh, bias_ih, bias_hh, order):
    H, D = weight_hh.shape[1], weight_ih.shape[1]
    W_xh, W_hh, b_h = np.zeros((D, 4 * H)), np.zeros((H, 4 * H)), np.zeros(4 * H)
    for k, letter in enumerate("ifco"):
        for unit in range(H):
            row = order.find(letter) * H + unit
            W_xh[:, k * H + unit] = weight_ih[row]
            W_hh[:, k * H + unit] = weight_hh[row]
            b_h[k * H + unit] = bias_ih[row] + bias_hh[row]
    return [W_xh, W_hh, b_h]


# --- 5. Weights out ----------------------------------------------------------------


@alternative("to_torch")
def state_with_keys_from_parts(W_xh, W_hh, b_h):
    state = {}
    for layer, (W, U, b) in enumerate(zip(W_xh, W_hh, b_h, strict=True)):
        arrays = [W.T.copy(), U.T.copy(), b.copy(), np.zeros_like(b)]
        for kind, array in zip(
            ["weight_ih", "weight_hh", "bias_ih", "bias_hh"], arrays, strict=True
        ):
            state[kind + "_l" + str(layer)] = array
    return state


@alternative("to_torch")
def state_as_a_dict_of_comprehensions(W_xh, W_hh, b_h):
    n = range(len(W_xh))
    second = {f"bias_hh_l{k}": 0 * b_h[k] for k in n}
    first = {f"bias_ih_l{k}": b_h[k] for k in n}
    inputs = {f"weight_ih_l{k}": np.moveaxis(W_xh[k], 0, 1) for k in n}
    return second | first | inputs | {f"weight_hh_l{k}": W_hh[k].T for k in n}


@alternative("to_torch")
def state_in_single_precision(W_xh, W_hh, b_h):
    state = {}
    for k in range(len(W_xh)):
        state[f"weight_ih_l{k}"] = np.transpose(W_xh[k]).astype(np.float32)
        state[f"weight_hh_l{k}"] = np.transpose(W_hh[k]).astype(np.float32)
        state[f"bias_ih_l{k}"] = b_h[k].astype(np.float32)
        state[f"bias_hh_l{k}"] = np.zeros(W_hh[k].shape[1], dtype=np.float32)
    return state


# --- 6. What does it cost? ---------------------------------------------------------


@alternative("count_parameters")
def count_layer_by_layer(D, H, layers):
    ours = torchs = 0
    size = D
    for _ in range(layers):
        ours += 4 * H * (size + H + 1)
        torchs += 4 * H * (size + H + 2)
        size = H
    return ours, torchs


@alternative("count_parameters")
def count_arrays_of_the_right_shape(D, H, layers):
    shapes = [(D if k == 0 else H, 4 * H) for k in range(layers)]
    shapes += layers * [(H, 4 * H)] + layers * [(1, 4 * H)]
    count = sum(np.prod(shape) for shape in shapes)
    return [count, count + 4 * layers * H]


@alternative("count_parameters")
def count_in_one_formula(D, H, layers):
    matrices = 4 * (D * H + (2 * layers - 1) * H**2)
    return matrices + 4 * layers * H, matrices + 8 * layers * H


# --- 7. One step back, through both states -----------------------------------------


@alternative("lstm_cell_backward")
def cell_backward_in_torch(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    given = (dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t)
    up, rail, i, f, g, o, before, after = map(torch.tensor, given)
    s = torch.tanh(after)
    total = torch.addcmul(rail, up * o, 1 - s.square())
    grads = total * g, total * before, total * i, up * s, total * f
    return tuple(a.numpy() for a in grads)


@alternative("lstm_cell_backward")
def cell_backward_number_by_number(dh_t, dc_t, i, f, c_tilde, o, c_prev, c_t):
    out = np.zeros((5, *c_t.shape))
    for n in np.ndindex(*c_t.shape):
        s = np.tanh(c_t[n])
        dc = dc_t[n] + dh_t[n] * o[n] * (1 - s) * (1 + s)
        out[(slice(None), *n)] = (
            dc * c_tilde[n],
            dc * c_prev[n],
            dc * i[n],
            dh_t[n] * s,
            dc * f[n],
        )
    return out[0], out[1], out[2], out[3], out[4]


@alternative("lstm_cell_backward")
def cell_backward_with_cosh(dh, dc, i, f, g, o, c_old, c_new):
    dc = dc.copy()
    dc += dh * o / np.cosh(c_new) ** 2
    return [dc * g, dc * c_old, dc * i, dh * np.tanh(c_new), dc * f]


# --- 8. One step back, through the gates -------------------------------------------


@alternative("lstm_gates_backward")
def gates_backward_by_einsum(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    H = h_prev.shape[1]
    g, d = np.stack(gates), np.stack(d_gates)  # (4, B, H)
    slope = g - g**2
    slope[2] = 1 - g[2] * g[2]
    d = d * slope
    W, U = W_xh.reshape(-1, 4, H), W_hh.reshape(H, 4, H)
    return (
        np.einsum("kbh,dkh->bd", d, W),
        np.einsum("kbh,gkh->bg", d, U),
        np.einsum("bd,kbh->dkh", x_t, d).reshape(W_xh.shape),
        np.einsum("bg,kbh->gkh", h_prev, d).reshape(W_hh.shape),
        np.einsum("kbh->kh", d).ravel(),
    )


@alternative("lstm_gates_backward")
def gates_backward_row_by_row(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    di, df, dg, do = d_gates
    i, f, g, o = gates
    dx, dh = np.zeros(x_t.shape), np.zeros(h_prev.shape)
    dW, dU, db = np.zeros(W_xh.shape), np.zeros(W_hh.shape), np.zeros(W_hh.shape[1])
    for b in range(len(x_t)):
        inside = [
            di[b] * i[b] * (1 - i[b]),
            df[b] * f[b] * (1 - f[b]),
            dg[b] * (1 - g[b]) * (1 + g[b]),
            do[b] * o[b] * (1 - o[b]),
        ]
        delta = np.hstack(inside)
        dx[b], dh[b] = W_xh @ delta, W_hh @ delta
        dW += np.outer(x_t[b], delta)
        dU += np.outer(h_prev[b], delta)
        db += delta
    return dx, dh, dW, dU, db


@alternative("lstm_gates_backward")
def gates_backward_in_torch(d_gates, gates, x_t, h_prev, W_xh, W_hh):
    d = torch.cat([torch.tensor(a) for a in d_gates], dim=1)
    g = torch.cat([torch.tensor(a) for a in gates], dim=1)
    H = h_prev.shape[1]
    is_gate = torch.arange(4 * H) // H != 2
    d = d * torch.where(is_gate, g * (1 - g), 1 - g * g)
    x, h, W, U = map(torch.tensor, (x_t, h_prev, W_xh, W_hh))
    grads = d @ W.mT, d @ U.mT, x.mT @ d, h.mT @ d, d.sum(0)
    return tuple(a.numpy() for a in grads)


# --- 9. Backpropagation through time -----------------------------------------------


@alternative("lstm_backward")
def backward_summed_as_it_goes(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    i, f, g, o = gates
    dx, up, rail = np.zeros_like(x), np.zeros_like(h_0), dc_T.copy()
    dW_xh, dW_hh = np.zeros_like(W_xh), np.zeros_like(W_hh)
    db_h = np.zeros(W_hh.shape[1])
    for t in range(x.shape[1] - 1, -1, -1):
        h_old = h[:, t - 1] if t > 0 else h_0
        c_old = c[:, t - 1] if t > 0 else c_0
        up = up + dh[:, t]
        s = np.tanh(c[:, t])
        rail = rail + up * o[:, t] * (1 - s * s)
        d_i = rail * g[:, t] * i[:, t] * (1 - i[:, t])
        d_f = rail * c_old * f[:, t] * (1 - f[:, t])
        d_g = rail * i[:, t] * (1 - g[:, t] ** 2)
        d_o = up * s * o[:, t] * (1 - o[:, t])
        d = np.hstack([d_i, d_f, d_g, d_o])
        dx[:, t] = d @ W_xh.T
        dW_xh += x[:, t].T @ d
        dW_hh += h_old.T @ d
        db_h += d.sum(axis=0)
        up, rail = d @ W_hh.T, rail * f[:, t]
    return dx, up, rail, dW_xh, dW_hh, db_h


@alternative("lstm_backward")
def backward_with_steps_that_call_themselves(
    dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh
):
    H = h_0.shape[1]
    deltas = np.zeros((*x.shape[:2], 4 * H))

    def back(t, up, rail):
        """Go back from step t; what reaches the states before the first."""
        if t < 0:
            return up, rail
        i, f, g, o = (a[:, t] for a in gates)
        before = c[:, t - 1] if t else c_0
        up = up + dh[:, t]
        rail = rail + up * o / np.cosh(c[:, t]) ** 2
        d = deltas[:, t]
        d[:, :H] = rail * g * (i - i * i)
        d[:, H : 2 * H] = rail * before * (f - f * f)
        d[:, 2 * H : 3 * H] = rail * i * (1 - g * g)
        d[:, 3 * H :] = up * np.tanh(c[:, t]) * (o - o * o)
        return back(t - 1, np.inner(d, W_hh), rail * f)

    dh_0, dc_0 = back(x.shape[1] - 1, np.zeros(h_0.shape), dc_T)
    before = np.concatenate([h_0[:, None], h], axis=1)[:, : x.shape[1]]
    dW_xh = np.tensordot(x, deltas, axes=([0, 1], [0, 1]))
    dW_hh = np.tensordot(before, deltas, axes=([0, 1], [0, 1]))
    return [np.inner(deltas, W_xh), dh_0, dc_0, dW_xh, dW_hh, deltas.sum((0, 1))]


@alternative("lstm_backward")
def backward_in_torch(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    dh, dc, x, h_0, c_0, h, c, W, U = (
        torch.tensor(a) for a in (dh, dc_T, x, h_0, c_0, h, c, W_xh, W_hh)
    )
    i, f, g, o = (torch.tensor(a) for a in gates)
    h_old = torch.cat([h_0[:, None], h], dim=1)
    c_old = torch.cat([c_0[:, None], c], dim=1)
    up, dx = torch.zeros_like(h_0), torch.zeros_like(x)
    sums = [torch.zeros_like(W), torch.zeros_like(U), torch.zeros_like(U[0])]
    for t in range(x.shape[1])[::-1]:
        up = up + dh[:, t]
        s = c[:, t].tanh()
        dc = dc + up * o[:, t] * (1 - s**2)
        rows = [dc * g[:, t], dc * c_old[:, t], dc * i[:, t], up * s]
        slopes = [a[:, t] * (1 - a[:, t]) for a in (i, f, g, o)]
        slopes[2] = 1 - g[:, t] ** 2
        d = torch.cat([a * b for a, b in zip(rows, slopes, strict=True)], dim=1)
        dx[:, t], up, dc = d @ W.T, d @ U.T, dc * f[:, t]
        for total, part in zip(
            sums, (x[:, t].T @ d, h_old[:, t].T @ d, d.sum(0)), strict=True
        ):
            total += part
    return tuple(a.numpy() for a in (dx, up, dc, *sums))


@alternative("lstm_backward")
def backward_in_single_precision(dh, dc_T, x, h_0, c_0, h, c, gates, W_xh, W_hh):
    dh, dc, x, h_0, c_0, h, c, W_xh, W_hh = (
        a.astype(np.float32) for a in (dh, dc_T, x, h_0, c_0, h, c, W_xh, W_hh)
    )
    i, f, g, o = (a.astype(np.float32) for a in gates)
    s = np.tanh(c)
    old_h = np.concatenate([h_0[:, None], h], axis=1)[:, :-1]
    old_c = np.concatenate([c_0[:, None], c], axis=1)[:, :-1]
    delta = np.zeros((*x.shape[:2], len(W_hh.T)), dtype=np.float32)
    carry = np.zeros_like(h_0)
    for t in reversed(range(x.shape[1])):
        carry = carry + dh[:, t]
        dc = dc + carry * o[:, t] * (1 - s[:, t] ** 2)
        blocks = (
            dc * g[:, t] * i[:, t] * (1 - i[:, t]),
            dc * old_c[:, t] * f[:, t] * (1 - f[:, t]),
            dc * i[:, t] * (1 - g[:, t] ** 2),
            carry * s[:, t] * o[:, t] * (1 - o[:, t]),
        )
        delta[:, t] = np.concatenate(blocks, axis=-1)
        carry, dc = delta[:, t] @ W_hh.T, dc * f[:, t]
    dW_xh = np.einsum("btd,bth->dh", x, delta)
    dW_hh = np.einsum("btg,bth->gh", old_h, delta)
    return delta @ W_xh.T, carry, dc, dW_xh, dW_hh, delta.sum(axis=(0, 1))


# --- 10. What the rail carries -----------------------------------------------------


@alternative("rail_by_lag")
def rail_by_a_running_product(f):
    rail, product = [], np.ones(f.shape[1])
    for gate in f[::-1]:
        rail.append(product)
        product = product * gate
    return np.array(rail)


@alternative("rail_by_lag")
def rail_of_whole_matrices(f):
    T, H = f.shape
    rail = np.zeros((T, H), dtype=f.dtype)
    for k in range(T):
        product = np.eye(H)
        for s in range(T - k, T):
            product = product @ np.diag(f[s])
        rail[k] = np.diagonal(product)
    return rail


@alternative("rail_by_lag")
def rail_in_torch(gates):
    shifted = torch.tensor(gates).flip(0).roll(1, 0)
    shifted[0] = 1
    return shifted.cumprod(0).numpy()


@alternative("rail_by_lag")
def rail_by_slices(f):
    return np.stack([f[len(f) - k :].prod(axis=0) for k in range(len(f))])


# --- 11. What the rail leaves out --------------------------------------------------


@alternative("cell_jacobian")
def jacobian_of_whole_matrices(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    H = len(c_t)
    W_hi, W_hf, W_hc = W_hh[:, :H], W_hh[:, H : 2 * H], W_hh[:, 2 * H : 3 * H]
    M = W_hf @ np.diag(c_t * f_next * (1 - f_next))
    M += W_hi @ np.diag(c_tilde_next * i_next * (1 - i_next))
    M += W_hc @ np.diag(i_next * (1 - c_tilde_next**2))
    return np.diag(f_next) + np.diag(o_t / np.cosh(c_t) ** 2) @ M


@alternative("cell_jacobian")
def jacobian_entry_by_entry(o, c, i, f, g, W_hh):
    H = len(c)
    J = np.zeros((H, H))
    for j in range(H):
        shown = o[j] * (1 - np.tanh(c[j]) ** 2)
        for k in range(H):
            path = W_hh[j, k] * g[k] * i[k] * (1 - i[k])
            path += W_hh[j, H + k] * c[k] * f[k] * (1 - f[k])
            path += W_hh[j, 2 * H + k] * i[k] * (1 - g[k] * g[k])
            J[j, k] = shown * path + (f[k] if j == k else 0)
    return J


@alternative("cell_jacobian")
def jacobian_in_torch(o_t, c_t, i_next, f_next, c_tilde_next, W_hh):
    given = (o_t, c_t, i_next, f_next, c_tilde_next, W_hh)
    o, c, i, f, g, U = map(torch.tensor, given)
    slopes = torch.stack([g * i * (1 - i), c * f * (1 - f), i * (1 - g**2), 0 * c])
    M = torch.einsum("jkh,kh->jh", U.reshape(len(c), 4, -1), slopes)
    return (torch.diag(f) + (o * (1 - c.tanh() ** 2)).unsqueeze(1) * M).numpy()


# --- 12. How far back does the gradient reach? -------------------------------------


@alternative("all_paths_by_lag")
def sizes_by_singular_values_in_torch(gates, c, W_hh):
    i, f, g, o = (torch.tensor(a) for a in gates)
    c, U = torch.tensor(c), torch.tensor(W_hh)
    s, H = torch.tanh(c), c.shape[1]
    up, total = torch.zeros(H, H, dtype=c.dtype), torch.eye(H, dtype=c.dtype)
    sizes = []
    for t in range(len(c) - 1, -1, -1):
        total = total + up * o[t] * (1 - s[t] ** 2)
        sizes.append(torch.linalg.svdvals(total).max().item())
        if t == 0:
            break
        rows = [total * g[t], total * c[t - 1], total * i[t], up * s[t]]
        slopes = [i[t] - i[t] ** 2, f[t] - f[t] ** 2, 1 - g[t] ** 2, o[t] - o[t] ** 2]
        delta = torch.cat([a * b for a, b in zip(rows, slopes, strict=True)], dim=1)
        up, total = delta @ U.T, total * f[t]
    return np.array(sizes)


@alternative("all_paths_by_lag")
def sizes_from_the_front(gates, c, W_hh):
    """Follow both states forward from each step, in matrices (H, 2H)."""
    i, f, g, o = gates
    T, H = c.shape
    W = np.split(W_hh, 4, axis=1)
    s = np.tanh(c)
    norms = np.ones(T)
    for start in range(T - 1):
        to_c, to_h = np.eye(H), np.diag(o[start] * (1 - s[start] ** 2))
        for t in range(start + 1, T):
            d_i, d_f = to_h @ W[0] * i[t] * (1 - i[t]), to_h @ W[1] * f[t] * (1 - f[t])
            d_g, d_o = to_h @ W[2] * (1 - g[t] ** 2), to_h @ W[3] * o[t] * (1 - o[t])
            to_c = to_c * f[t] + d_f * c[t - 1] + d_i * g[t] + d_g * i[t]
            to_h = d_o * s[t] + to_c * o[t] * (1 - s[t] ** 2)
        norms[T - 1 - start] = np.linalg.svd(to_c, compute_uv=False)[0]
    return norms


@alternative("all_paths_by_lag")
def sizes_by_one_matrix_for_both_states(gates, c, W_hh):
    """Multiply the matrices (2H, 2H) of a step, from (h, c) to (h, c)."""
    i, f, g, o = gates
    T, H = c.shape
    product, norms = np.concatenate([np.zeros((H, H)), np.eye(H)]), []
    for t in range(T - 1, -1, -1):
        s = np.tanh(c[t])
        slope = np.diag(o[t] * (1 - s**2))  # from c_t to h_t
        norms.append(np.linalg.norm(product[H:] + slope @ product[:H], ord=2))
        before = c[t - 1]
        back = np.zeros((2 * H, 2 * H))
        to_c = [g[t] * i[t] * (1 - i[t]), before * f[t] * (1 - f[t])]
        to_c = np.concatenate([*to_c, i[t] * (1 - g[t] ** 2), 0 * s])
        c_by_h = (W_hh * to_c).reshape(H, 4, H).sum(axis=1)
        h_by_o = W_hh[:, 3 * H :] * (s * o[t] * (1 - o[t]))
        back[:H, :H], back[:H, H:] = h_by_o + c_by_h @ slope, c_by_h
        back[H:, :H], back[H:, H:] = np.diag(f[t]) @ slope, np.diag(f[t])
        product = back @ product
    return np.asarray(norms)


# --- 13. How long shall a unit remember? -------------------------------------------


@alternative("forget_bias")
def bias_from_what_is_dropped(half_life):
    n = np.asarray(half_life, dtype=float)
    b_h = np.zeros((4, len(n)))
    b_h[1] = -np.log(np.expm1(np.log(2) / n))
    return b_h.reshape(-1)


@alternative("forget_bias")
def bias_unit_by_unit(half_life):
    H = len(half_life)
    b_h = np.zeros(4 * H)
    for j, n in enumerate(half_life):
        f = 2.0 ** (-1.0 / float(n))
        b_h[H + j] = np.log(f) - np.log(1.0 - f)
    return b_h


@alternative("forget_bias")
def bias_by_torchs_logit(half_life):
    n = torch.tensor(half_life, dtype=torch.float64)
    blocks = torch.zeros(4, len(n), dtype=torch.float64)
    blocks[1] = torch.logit(torch.exp2(-1 / n))
    return blocks.flatten().numpy()


# --- 14. A start for all lags ------------------------------------------------------


@alternative("spread_biases")
def biases_by_blocks(u, T_max, bias_ih, bias_hh):
    first, second = bias_ih.copy(), bias_hh.copy()
    H = u.shape[0]
    memory = 1 + (T_max - 2) * u
    first[H : 2 * H] = np.log(memory)
    first[:H] = -np.log(memory)
    second[: 2 * H] = 0
    return first, second


@alternative("spread_biases")
def biases_as_rows(u, T_max, bias_ih, bias_hh):
    ours = np.array(bias_ih, dtype=float).reshape(4, -1)
    theirs = np.array(bias_hh, dtype=float).reshape(4, -1)
    ours[1] = np.log1p(np.multiply(u, T_max - 2))
    ours[0] = -ours[1]
    theirs[:2] = 0.0
    return [ours.ravel(), theirs.ravel()]


@alternative("spread_biases")
def biases_in_torch(u, T_max, bias_ih, bias_hh):
    first, second = torch.tensor(bias_ih), torch.tensor(bias_hh)
    H = len(u)
    logs = torch.log((1 - torch.tensor(u)) * 1 + torch.tensor(u) * (T_max - 1))
    first[:H], first[H : H + H] = -logs, logs
    second[: H + H] -= second[: H + H].clone()
    return first.numpy(), second.numpy()


@alternative("spread_biases")
def biases_unit_by_unit(u, T_max, bias_ih, bias_hh):
    H, first, second = len(u), list(bias_ih), list(bias_hh)
    for j in range(H):
        first[j] = np.log(1 / (1 + u[j] * (T_max - 2)))
        first[H + j] = -first[j]
        second[j] = second[H + j] = 0.0
    return np.array(first), np.array(second)


# --- 15. A look at the cell --------------------------------------------------------


@alternative("peephole_step")
def peepholes_as_shifts_of_the_biases(
    x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co
):
    nothing = np.zeros_like(c_prev)
    looks = np.concatenate([w_ci * c_prev, w_cf * c_prev, nothing, nothing], axis=1)
    z = x_t @ W_xh + h_prev @ W_hh + (b_h + looks)
    H = c_prev.shape[1]
    c_t = sigmoid(z[:, H : 2 * H]) * c_prev
    c_t += sigmoid(z[:, :H]) * np.tanh(z[:, 2 * H : 3 * H])
    return sigmoid(z[:, 3 * H :] + w_co * c_t) * np.tanh(c_t), c_t


@alternative("peephole_step")
def peepholes_as_diagonal_matrices(x, h, c, W, U, b, p, q, r):
    z_i, z_f, z_c, z_o = np.split(x @ W + h @ U + b, 4, axis=-1)
    new = sigmoid(z_f + c @ np.diag(q)) * c
    new = new + sigmoid(z_i + c @ np.diag(p)) * np.tanh(z_c)
    return [sigmoid(z_o + new @ np.diag(r)) * np.tanh(new), new]


@alternative("peephole_step")
def peepholes_in_torch(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    x, h, c, W, U, b = map(torch.tensor, (x_t, h_prev, c_prev, W_xh, W_hh, b_h))
    p, q, r = map(torch.tensor, (w_ci, w_cf, w_co))
    i, f, g, o = (x @ W + h @ U + b).chunk(4, 1)
    new = (f + q * c).sigmoid() * c + (i + p * c).sigmoid() * g.tanh()
    return ((o + r * new).sigmoid() * new.tanh()).numpy(), new.numpy()


@alternative("peephole_step")
def peepholes_row_by_row(x_t, h_prev, c_prev, W_xh, W_hh, b_h, w_ci, w_cf, w_co):
    H = len(w_ci)
    h_t, c_t = np.zeros(h_prev.shape), np.zeros(c_prev.shape)
    for b, old in enumerate(c_prev):
        z = x_t[b] @ W_xh + h_prev[b] @ W_hh + b_h
        i = sigmoid(z[:H] + w_ci * old)
        f = sigmoid(z[H : 2 * H] + w_cf * old)
        c_t[b] = f * old + i * np.tanh(z[2 * H : 3 * H])
        h_t[b] = sigmoid(z[3 * H :] + w_co * c_t[b]) * np.tanh(c_t[b])
    return h_t, c_t


# --- 16. Look for a cell, without fooling yourself ---------------------------------


@alternative("find_cell")
def search_with_numpys_corrcoef(cells, mark):
    def follow(k):
        columns = cells[k::2].reshape(-1, cells.shape[-1]).T
        with np.errstate(all="ignore"):
            table = np.corrcoef(columns, mark[k::2].ravel().astype(float))
        return np.nan_to_num(table[-1, :-1])

    chosen, checked = follow(0), follow(1)
    best = int(np.argmax(chosen**2))
    turn = -1 if chosen[best] < 0 else 1
    return best, turn * chosen[best], turn * checked[best]


@alternative("find_cell")
def search_unit_by_unit(cells, mark):
    def r(a, m):
        a, m = np.ravel(a), np.ravel(m).astype(float)
        if a.std() == 0 or m.std() == 0:
            return 0.0
        return float(((a - a.mean()) * (m - m.mean())).mean() / (a.std() * m.std()))

    best, chosen = 0, 0.0
    for unit in range(cells.shape[2]):
        found = r(cells[0::2, :, unit], mark[0::2])
        if abs(found) > abs(chosen):
            best, chosen = unit, found
    checked = r(cells[1::2, :, best], mark[1::2])
    return (best, chosen, checked) if chosen > 0 else (best, -chosen, -checked)


@alternative("find_cell")
def search_in_torch(cells, mark):
    a, m = torch.tensor(cells), torch.tensor(mark).to(torch.tensor(cells).dtype)
    out = []
    for half in (slice(0, None, 2), slice(1, None, 2)):
        rows, goal = a[half].flatten(0, 1), m[half].flatten()
        rows, goal = rows - rows.mean(0), goal - goal.mean()
        size = rows.norm(dim=0) * goal.norm()
        out.append(torch.where(size > 0, goal @ rows / size.clamp(min=1e-30), 0.0))
    best = out[0].abs().argmax()
    sign = out[0][best].sign()
    return best.item(), (sign * out[0][best]).item(), (sign * out[1][best]).item()
