"""Chapter 5's assignment: its worked examples, and what its visible tests say."""

import ast
import re

import numpy as np
import pytest
import torch
from course.models.transformer import EncoderLayer
from torch.utils.flop_counter import FlopCounterMode

from .assignment import (
    ROOT,
    assignment,
    chapter_numbers,
    check_pieces,
    check_references,
    check_slip,
    rows,
)

A = assignment("ch5_transformer")
SOLVED = A.solved

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "attention": "one attention variance",
    "peak_and_slope": "attention variance",
    "make_mask": "attention",
    "masked_attention": "attention",
    "split_heads": "heads",
    "merge_heads": "heads",
    "multi_head": "attention heads",
    "sinusoids": "sinusoid shift",
    "rotate": "sinusoid shift rotary",
    "layer_norm": "norm",
    "layer_norm_backward": "norm norm-back",
    "feed_forward": "ffn",
    "encoder_block": "ffn pre-post",
    "decoder_block": "ffn pre-post",
    "smoothed_cross_entropy": "smoothing",
    "learning_rates": "schedule",
    "greedy_decode": "",
    "beam_decode": "",
    "cached_step": "attention heads",
    "count_parameters": "heads ffn norm pre-post",
    "count_multiply_adds": "heads ffn",
}


@pytest.mark.parametrize("name", A.tasks)  # the question names none
def test_sections_and_equations_are_the_chapters(name):
    check_references(A, name, EQUATIONS[name], "tf-")


@pytest.mark.parametrize("name", A.tasks)
def test_a_prompt_says_at_once_what_to_write(name):
    assert f"Write `{name}`: " in A.prompts[name]


def test_the_introduction_says_for_which_tasks_two_parts_are_given():
    places = {name: place for place, name in enumerate(A.tasks, start=1)}
    first, last = places["encoder_block"], places["decoder_block"]
    introduction = " ".join(A.notebook.cells[0].source.split())
    assert f"Two parts are given for tasks {first} and {last}" in introduction


def test_what_is_given_names_the_chapters_equations():
    numbers, _ = chapter_numbers(A.name)
    for label in ["eq-tf-heads", "eq-tf-norm"]:
        equation, section = numbers[label]
        stated = f"equation ({equation}), section {section}"
        assert stated in " ".join(A.cells["given_prompt"].source.split())


def test_the_catalogue_has_the_given_functions_of_the_notebook():
    path = ROOT / "solutions" / A.name / "misconceptions.py"
    module = ast.parse(path.read_text("utf-8"))
    own = {n.name: n for n in module.body if isinstance(n, ast.FunctionDef)}
    for node in ast.parse(A.cells["given_parts"].source).body:
        assert ast.dump(own[node.name]) == ast.dump(node)


def attention_examples():
    c = 2 * np.log(3)
    k = np.array([[0.0, 5, 5, 0], [1, 0, 5, 0]])
    v = np.array([[4.0, 0, 2], [0, 8, 2]])
    answer = SOLVED["attention"](np.array([[c, 0, 0, 1.0]]), k, v)
    masks = [
        *SOLVED["make_mask"](np.array([2, 3]), 3, 3, True),
        *SOLVED["make_mask"](np.array([2, 3]), 2, 3, False),
    ]
    masked = SOLVED["masked_attention"](
        np.ones((1, 2, 1)),
        np.array([[[0.0], [np.log(3)], [50]]]),
        np.array([[[4.0], [8], [100]]]),
        np.array([[[True, True, False], [False, False, True]]]),
    )
    q = np.array([[c, 0, 0, 1.0]])
    sharp = [SOLVED["peak_and_slope"](q, k[None], scaled) for scaled in (True, False)]
    (peak, slope), (raw_peak, raw_slope) = np.squeeze(sharp)
    return {
        "attention": [*rows(k), *rows(v), *rows(answer)],
        "peak_and_slope": [
            f"the peak is ${peak:g}$, the slope",
            f"= {slope:g}$",
            f"the peak is ${raw_peak:g}$ and the slope ${raw_slope:g}$",
        ],
        "make_mask": rows(np.concatenate(masks).astype(int)),
        "masked_attention": [f"= {masked[0, 0, 0]:g}$", f"is ${masked[0, 1, 0]:g}$"],
    }


def head_examples():
    x = np.arange(1.0, 13.0).reshape(1, 3, 4)
    heads = SOLVED["split_heads"](x, 2)
    one, none = np.eye(2), np.zeros(2)
    mixed = SOLVED["multi_head"](
        np.array([[[np.log(3), 0]]]),
        np.array([[[0.0, 3], [1, 1]]]),
        np.ones((1, 1, 2), dtype=bool),
        2,
        *[one, none, one, none, 4 * one, none, one[::-1], np.array([1.0, 0])],
    )
    return {
        "split_heads": [*rows(x), *rows(heads)],
        "merge_heads": [*rows(heads), *rows(SOLVED["merge_heads"](heads))],
        "multi_head": rows(mixed),
    }


def position_examples():
    two = SOLVED["sinusoids"](2, 4)
    turned = SOLVED["rotate"](
        np.array([[5.0, 6, 7, 8], [1, 0, 0, 1]]), np.array([0, 1])
    )
    first, second = (
        f"({a:.4f}, {b:.4f}, {c:.4f}, {d:.5f})" for a, b, c, d in (two[1], turned[1])
    )
    return {
        "sinusoids": [*rows(two[:1]), first],
        "rotate": [*rows(turned[:1]), second],
    }


def token_examples():
    x = np.array([1.0, 1, 5, 5])
    b = np.array([0.0, 0, 10, 1])
    y = SOLVED["layer_norm"](x, np.array([1.0, 2, 1, 2]), b)
    dy, w = np.array([2.0, 0, 0, 0]), np.array([2.0, 1, 1, 1])
    back = SOLVED["layer_norm_backward"](dy[None, None], x[None, None], w)
    wide = SOLVED["feed_forward"](
        np.array([1.0, 2]),
        np.array([[1.0, -1, 0], [0, 1, -1]]),
        np.array([0.0, -3, 5]),
        np.array([[1.0, 0], [5, 5], [0, 2]]),
        np.array([1.0, -1]),
    )
    slopes = [np.round(a, 4) + 0.0 for a in back]
    return {
        "layer_norm": [*rows(np.round(y, 4)), *rows(b)],
        "layer_norm_backward": [text for a in slopes for text in rows(a)],
        "feed_forward": rows(wide),
    }


def block_examples():
    seen = np.ones((1, 1, 1), dtype=bool)
    p = SOLVED["_example_weights"](["attention"])
    alone = np.array([[[3.0, 1.0]]])
    pre, post = (SOLVED["encoder_block"](alone, seen, p, 1, pre) for pre in (1, 0))
    two = SOLVED["decoder_block"](
        np.array([[[3.0, 1.0], [1.0, 3.0]]]),
        np.array([[[8.0, 0.0], [9.0, 9.0]]]),
        np.array([[True, False]]),
        SOLVED["_example_weights"](["attention", "cross"]),
        1,
    )
    last = [f"${row}$" for row in rows(np.round(two, 4))]
    return {
        "encoder_block": rows(np.round([pre, post], 4)),
        "decoder_block": [f"$+ (0, 5)$ | {' | '.join(last)} |"],
    }


def training_examples():
    y = np.array([[[0, 0, 0, np.log(3)], [7, 1, 2, 0]]])
    mask = np.array([[True, False]])
    loss, dy = SOLVED["smoothed_cross_entropy"](y, np.array([[3, 1]]), mask, 0.2)
    rates = SOLVED["learning_rates"](np.array([1, 4, 16]), 4, 4)
    terms = f"{0.15 * np.log(6):.5f} + {0.85 * np.log(2):.5f} = {loss:.5f}"
    return {
        "smoothed_cross_entropy": [terms, *rows(np.round(dy, 4)[0, :1])],
        "learning_rates": [f"{rate:g}$" for rate in rates],
    }


def search_examples():
    lines = re.findall(
        r"\| [0-3] \| (0\.[^|]*) \|", A.cells["greedy_decode_prompt"].source
    )
    table = np.log([[float(p) for p in line.split(",")] for line in lines])
    assert np.allclose(np.exp(table).sum(axis=1), 1)
    greedy = SOLVED["greedy_decode"](np.array([3 * [table]]), 0, 1, 0)
    found = [
        SOLVED["beam_decode"](np.array(T * [table]), 0, 1, width)
        for T, width in [(3, 2), (3, 1), (1, 2)]
    ]
    pieces = [piece for tokens, _ in found for piece in rows([tokens])]
    return {
        "greedy_decode": [*rows(greedy[0]), f"= {greedy[1][0]:.4f}"],
        "beam_decode": [*pieces, f"= {found[0][1]:.4f}", f"= {found[2][1]:.4f}"],
    }


def cost_examples():
    p = SOLVED["_attention_weights"](2, lambda *shape: np.zeros(shape))
    p |= {"W_k": np.eye(2), "W_o": np.eye(2)}
    p |= {"b_q": np.array([1.0, 1.0]), "b_v": np.array([8.0, 2.0])}
    old = np.zeros((1, 2, 1, 1)), np.array([[[[4.0]], [[6.0]]]])
    y, (k, v) = SOLVED["cached_step"](
        np.array([[np.log(3), -1]]), np.array([[5.0, 5], [0, 1]]), old, p
    )
    assert np.allclose(k[0, :, :, 0], [[0, np.log(3)], [0, 0]])
    values = " | ".join(", ".join(f"{a:g}" for a in row) for row in v[0, :, :, 0])
    parameters = [
        SOLVED["count_parameters"](1, 2, 3, 5, *rest)
        for rest in [(4, True, False), (0, False, True)]
    ]
    work = SOLVED["count_multiply_adds"](2, 1, 2, 3, 5)
    return {
        "cached_step": [*rows(y), f"| values | {values} |"],
        "count_parameters": [f"= {count}$" for count in parameters],
        "count_multiply_adds": [
            f"= {work[0]}$",
            f": {work[1]}.",
            f": {work[2]}.",
            f"= {work[3]}$",
        ],
    }


EXAMPLES = attention_examples() | head_examples() | position_examples()
EXAMPLES |= token_examples() | block_examples() | training_examples()
EXAMPLES |= search_examples() | cost_examples()


@pytest.mark.parametrize("name", A.tasks)
def test_a_worked_example_has_the_solutions_numbers(name):
    check_pieces(A, name, EXAMPLES[name])


def test_multiply_adds_are_what_torch_counts():
    T, layers, d, d_ff, V = 5, 2, 6, 9, 7
    block, seen = EncoderLayer(d, 2, d_ff), torch.ones(1, T, T, dtype=torch.bool)
    out, x = torch.nn.Linear(d, V), torch.randn(1, T, d)
    with FlopCounterMode(display=False) as counter:
        for _ in range(layers):
            x = block(x, seen)
        out(x)
    one_pass = SOLVED["count_multiply_adds"](T, layers, d, d_ff, V)[0]
    assert counter.get_total_flops() == 2 * one_pass


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "three axes only": (
        "attention",
        "k.mT",
        "k.transpose(0, 2, 1)",
        "to work for one sequence, with no axes in front, got ValueError",
    ),
    "overflow": (
        "attention",
        " - scores.max(axis=-1, keepdims=True)",
        "",
        "Look at the task: scores may be as large as 10,000",
    ),
    "one largest score": (
        "attention",
        "scores.max(axis=-1, keepdims=True)",
        "scores.max()",
        "for each query by itself",
    ),
    "all axes turned round": (
        "attention",
        "k.mT",
        "k.T",
        "to work for five sequences (an axis in front), got ValueError",
    ),
    "the softmax of one query for all": (
        "peak_and_slope",
        "e.max(axis=1, keepdims=True)",
        "0",
        "no exponential may overflow (section 5.1)",
    ),
    "one query's keys for all": (
        "peak_and_slope",
        """np.einsum("nd,nsd->ns", q, k)""",
        "q @ k[0].T",
        "query n meets its own keys k[n]",
    ),
    "a mask of numbers": (
        "make_mask",
        "return past &",
        "return 1.0 * past *",
        "got an array of float64 with shape (2, 2, 3)",
    ),
    "a causal mask of numbers": (
        "make_mask",
        "return past &",
        "return (np.tri(T) if causal else past) *",
        "Expected an array of bool with shape (2, 3, 3), got an array of float64",
    ),
    "hidden too late": (
        "masked_attention",
        "mask, scores, -np.inf",
        "mask, scores, 0",
        "Look at the example above and section 5.3",
    ),
    "a large penalty": (
        "masked_attention",
        "mask, scores, -np.inf",
        "mask, scores, -1e4",
        "sees scores of -10,000, and one of 10,000 is hidden.",
    ),
    "one largest seen score": (
        "masked_attention",
        "scores.max(axis=-1, keepdims=True)",
        "scores.max()",
        "Look at section 5.3 and each query's own largest seen score",
    ),
    "no mask": (
        "multi_head",
        "mask[:, None]",
        "True",
        "Expected the same answers of a sequence before and after a row of its memory",
    ),
    "a mask turned round": (
        "multi_head",
        "mask[:, None]",
        "~mask[:, None]",
        "and the mask, section 5.3, in which true means seen",
    ),
    "heads merged in one reshape": (
        "multi_head",
        "answers.transpose(0, 2, 1, 3)",
        "answers",
        "how section 5.4 splits and merges the heads",
    ),
    "no bias of the queries": (
        "multi_head",
        "x @ W_q + b_q",
        "x @ W_q",
        "W_q is 0 and W_k is not, so the query is b_q alone",
    ),
    "one largest score in all heads": (
        "multi_head",
        "scores.max(axis=-1, keepdims=True)",
        "scores.max()",
        "for each query in each head by itself",
    ),
    "the sine of one place": (
        "sinusoids",
        "np.sin(angles)",
        "np.sin(theta) * np.arange(T)[:, None]",
        "Look at the rows of places 2 and 3, where theta_0 = 1",
    ),
    "keys of the tokens themselves": (
        "multi_head",
        "k = split(memory @ W_k + b_k)",
        "k = split(x @ W_k + b_k)",
        "to work for T = 4 tokens that ask and S = 2 that are asked, got ValueError",
    ),
    "places from 0": (
        "rotate",
        "places[:, None]",
        "np.arange(len(places))[:, None]",
        "Look at the places in the task: here they are 7 and 2.5",
    ),
    "one norm": (
        "encoder_block",
        '(feed, p["norm_2"])',
        '(feed, p["norm_1"])',
        "two different norms, pre_norm = True: (5.8)",
    ),
    "one head": (
        "encoder_block",
        "mask, heads",
        "mask, 1",
        "the heads and the mask that are given, b_1 and b_2 of (5.5)",
    ),
    "no inner bias": (
        "encoder_block",
        ' + p["b_1"]',
        "",
        "the heads and the mask that are given, b_1 and b_2 of (5.5)",
    ),
    "padding without an axis": (
        "decoder_block",
        "real[:, None]",
        "real",
        "(each mask needs three axes), got",
    ),
    "one reshape": (
        "split_heads",
        "x.reshape(B, T, heads, d // heads).transpose(0, 2, 1, 3)",
        "x.reshape(B, heads, T, d // heads)",
        "[[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]",
    ),
    "a token with equal features": (
        "layer_norm",
        " + 1e-5",
        "",
        "a token may have equal features",
    ),
    "a batch only": (
        "layer_norm",
        "### BEGIN SOLUTION",
        "B, T, d = x.shape",
        "to work for a single token x (d,), got ValueError",
    ),
    "always pre": (
        "encoder_block",
        "if pre_norm",
        "if True",
        "Look at the example above, post, and equation (5.8)",
    ),
    "a key taken out of the dict": (
        "encoder_block",
        'p["W_2"]',
        'p.pop("W_2")',
        "Expected encoder_block to leave its inputs as they are, but input 3",
    ),
    "source padding": (
        "decoder_block",
        "real[:, None]",
        "np.ones_like(real)[:, None]",
        "Look at the table in the example above",
    ),
    "a loss for each token": (
        "smoothed_cross_entropy",
        "log_p).sum()",
        "log_p).sum(axis=-1)",
        "Expected the loss as one number, got an array with shape (1, 2)",
    ),
    "a gradient at padding": (
        "smoothed_cross_entropy",
        "share * (np.exp",
        "share.max() * (np.exp",
        "Look at the gradient of the example above",
    ),
    "a mean for each sequence": (
        "smoothed_cross_entropy",
        "/ mask.sum()",
        "/ mask.sum(axis=1)[:, None, None].clip(1) / len(mask)",
        "Look at the loss: the mean over all N tokens that count",
    ),
    "the two sizes swapped": (
        "learning_rates",
        "d**-0.5 * np.minimum(steps**-0.5, steps * warm**-1.5)",
        "warm**-0.5 * np.minimum(steps**-0.5, steps * d**-1.5)",
        "Look at the steps 36, 3 and 9, d = 4 and warm = 9, and equation (5.12)",
    ),
    "whole numbers for the rates": (
        "learning_rates",
        "return d**-0.5",
        "return 0 * d",
        "got [0.0, 0.0, 0.0]",
    ),
    "tokens as floats": (
        "greedy_decode",
        "np.full((B, T), fill)",
        "np.full((B, T), float(fill))",
        "got an array of float64 with shape (2, 5)",
    ),
    "what fills taken for a token": (
        "greedy_decode",
        "return tokens, totals",
        "return tokens, totals + 0 * log_p[:, 0, 0, tokens[:, -1]].sum()",
        "and fill 7, which is no token of the table, got IndexError",
    ),
    "all end together": (
        "greedy_decode",
        "if last == end",
        "if (tokens[:, t] == end).any()",
        "two sequences of their own, a table for each place, and fill 2, a real token",
    ),
    "an open one": (
        "beam_decode",
        "max(done or beams)",
        "max(done + beams)",
        "rule 4: (2) has 0.8, but is open",
    ),
    "nothing finished": (
        "beam_decode",
        "max(done or beams)",
        "max(done)",
        "to work for the example above with T = 1 and width 2, got ValueError",
    ),
    "a list for the tokens": (
        "beam_decode",
        "np.array(tokens)",
        "tokens",
        "shape (2,), got a list. Look at the shapes of the task: (tokens, total) in",
    ),
    "the total first": (
        "beam_decode",
        "np.array(tokens), total",
        "total, np.array(tokens)",
        "Expected an array of int with shape (2,), got a float64. Look at the shapes",
    ),
    "what is finished stays in the beam": (
        "beam_decode",
        "best = sorted(grown, reverse=True)[:width]",
        "best, done = sorted(grown + done, reverse=True)[:width], []",
        "rule 3: (1) is put aside, out of the beam",
    ),
    "an end when as many are finished": (
        "beam_decode",
        "best = sorted(grown, reverse=True)[:width]",
        "best = sorted(grown, reverse=True)[: width * (len(done) < width)]",
        "rule 4: (2, 1), at 0.24, ends earlier",
    ),
    "as many as the width": (
        "beam_decode",
        "best = sorted(grown, reverse=True)[:width]",
        "best = [sorted(grown)[~i] for i in range(width if grown else 0)]",
        "to work for T = 2 and width 20, rule 2: there may be fewer extensions than",
    ),
    "an empty cache": (
        "cached_step",
        "places[t]",
        "places[t] + 0 * old_k[0, 0, -1, 0]",
        "to work for a cache of 0 tokens, got IndexError",
    ),
    "place 0": (
        "cached_step",
        "places[t]",
        "places[0]",
        "Look at the keys in the example above, and the place of z",
    ),
    "a query without its place": (
        "cached_step",
        """        (z @ p[f"W_{name}"]""",
        """        ((x_t if name == "q" else z) @ p[f"W_{name}"]""",
        "B = 2: the query of z, the root and the softmax in (5.2), the heads side by",
    ),
    "one largest score for a batch": (
        "cached_step",
        "scores.max(axis=3, keepdims=True)",
        "scores.max()",
        "scores may be as large as 10,000, in each head and sequence by itself",
    ),
    "a last norm in each layer": (
        "count_parameters",
        "ends += norm",
        "ends += layers * norm",
        "with a second layer: what each block has, and what the model has once",
    ),
    "the tie counted twice": (
        "count_parameters",
        "if not tied",
        "if True",
        "Expected exactly 64, got 74",
    ),
    "the vocabulary in each layer": (
        "count_multiply_adds",
        "2 * d * d_ff) + d * V",
        "2 * d * d_ff + d * V)",
        "but with two layers: what comes in each, what once",
    ),
    "a square of the tokens in the recurrent layers": (
        "count_multiply_adds",
        "T * (layers * 2 * d * d + d * V)",
        "T * (layers * 2 * T * d + d * V)",
        "Expected exactly 54 for recurrent, got 66. Look at recurrent in the list of",
    ),
    "four numbers in an array": (
        "count_multiply_adds",
        "return one_pass, rewritten, cached, ",
        "return np.arange(4) + ",
        "Expected 4 results, one_pass, rewritten, cached, recurrent, got a ndarray",
    ),
    "one key for each step": (
        "count_multiply_adds",
        "token + t * pair",
        "token + pair",
        "Expected exactly 88 for cached, got 84",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_special_case_of_a_prompt_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
