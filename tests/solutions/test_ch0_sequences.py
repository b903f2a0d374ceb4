"""The first assignment: its worked examples, and what its visible tests say."""

import re

import numpy as np
import pytest

from .assignment import ROOT, assignment, check_pieces, check_slip, row

A = assignment("ch0_sequences")
SOLVED = A.solved

# The equations, by their labels in the chapter, that a task's texts may name.
EQUATIONS = {
    "bigram_model": "eq-ratio",
    "witten_bell": "eq-witten-bell eq-ratio",
    "surprise": "eq-nats eq-perplexity",
}


def chapter():
    """Titles of the chapter's sections; and of each equation its number and section."""
    titles, equations = [], {}
    for line in (ROOT / "book" / "ch0_sequences.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            titles.append(line.removeprefix("## "))
        if line.startswith(":label: eq-"):
            label = line.removeprefix(":label: ")
            equations[label] = str(len(equations) + 1), titles[-1]
    return titles, equations


@pytest.mark.parametrize("name", A.prompts)
def test_sections_and_equations_are_the_chapters(name):
    titles, equations = chapter()
    allowed = dict(equations[label] for label in EQUATIONS.get(name, "").split())
    for text in A.texts(name):
        named = re.findall(r"[Ss]ection '([^']+)'", text)
        assert set(named) <= set(titles), text
        assert named or name == "reflection", text
        numbers = re.findall(r"[Ee]quations? \((\d)\)", text)
        assert set(numbers) <= allowed.keys(), text
        assert {allowed[k] for k in numbers} <= set(named), text


def examples():
    """Of each task: pieces of text that the solution's results make."""
    words = [*"the cat saw the cat and the dog".split()]  # noqa: SIM905
    new = ["the", "dog", "met", "the", "cat"]
    vocabulary, tokens, back = SOLVED["encode_and_decode"](words, new, 2)
    lists = [str(a).replace("'", '"') for a in (vocabulary, back)]
    stream = np.array([7, 3, 9, 4, 8, 2])
    pairs = np.concatenate(SOLVED["next_token_pairs"](stream, 3, 2))
    padded = SOLVED["pad"]([np.array([4, 0, 2]), np.array([5])], 0)[0]
    two = [np.array([0, 1, 1, 0]), np.array([1, 0, 2])]
    counts, p = SOLVED["bigram_model"](two, 3)
    below = [[5], [6], [3]]
    above = np.round(p * below).astype(int)
    assert np.allclose(above / below, p)
    fractions = [
        ",\\ ".join(f"{a}/{b[0]}" for a in line)
        for line, b in zip(above, below, strict=True)
    ]
    text = np.array([0, 1, 0, 1, 0, 0])
    contexts = [np.array(u, dtype=int) for u in ([], [0], [1], [1, 0], [1, 1])]
    nats, perplexity, bits = SOLVED["surprise"](
        np.array([[1 / 2, 1 / 8], [1 / 4, 0.9]]),
        np.array([[1, 4], [3, 2]]),
        np.array([[True, True], [True, False]]),
    )
    return {
        "encode_and_decode": [row(tokens), *lists],
        "one_hot": map(row, SOLVED["one_hot"](np.array([2, 0]), 4)),
        "next_token_pairs": map(row, [stream, *pairs]),
        "pad": map(row, padded),
        "bigram_model": [*(row(c)[1:-1] for c in counts), *fractions],
        "witten_bell": [row(SOLVED["witten_bell"](text, u, 2)) for u in contexts],
        "surprise": [f"{nats:.4f}", f"2^2 = {perplexity:g}", f"6/8 = {bits:g}$ bits"],
    }


@pytest.mark.parametrize("name", A.tasks)
def test_a_worked_example_has_the_solutions_numbers(name):
    check_pieces(A, name, examples()[name])


# A right answer, but for one thing that a prompt names: a part of the solution to be
# replaced, and a piece of the sentence that the visible tests then say.
SLIPS = {
    "floats for an empty list": (
        "encode_and_decode",
        ", dtype=int",
        "",
        "got an array of float64 with shape (0,)",
    ),
    "an array for the list": (
        "encode_and_decode",
        "return vocabulary,",
        "return np.array(vocabulary),",
        "Expected the vocabulary ['<unk>', 'cat', 'the'], got array(['<unk>', 'cat',",
    ),
    "the tokens first": (
        "encode_and_decode",
        "return vocabulary, tokens,",
        "return tokens, vocabulary,",
        "got array([2, 0, 0, 2, 1]). Look at the shapes and the order of the results",
    ),
    "the unknown sorted with the others": (
        "encode_and_decode",
        """["<unk>", *sorted(often)]""",
        """sorted(["<unk>", *often])""",
        "point 1 of the task: '<unk>' first, then the others as Python sorts them",
    ),
    "a part of a piece counted": (
        "encode_and_decode",
        "[piece for piece, count in Counter(learned).items() if count >= minimum]",
        "[p for p in set(learned) if ' '.join(learned).count(p) >= minimum]",
        "got ['<unk>', ' ', 'of', 'off']. Look at point 1 of the task",
    ),
    "blanks left out": (
        "encode_and_decode",
        "if count >= minimum",
        "if count >= minimum and piece.strip()",
        "Expected the vocabulary ['<unk>', ' ', 'off'] for learned = ['off', ' ',",
    ),
    "nothing learned": (
        "encode_and_decode",
        "vocabulary = [",
        "most = max(Counter(learned).values()); vocabulary = [",
        "to work for learned = [] and pieces = ['cat'], got ValueError",
    ),
    "only two axes": (
        "one_hot",
        "np.eye(V)[tokens]",
        "np.array([np.eye(V)[row] for row in tokens])",
        "to work for a single token, without axes, got TypeError",
    ),
    "rows in a list": (
        "one_hot",
        "np.eye(V)[tokens]",
        "np.eye(V)[tokens].tolist()",
        "for tokens of shape (1, 2, 3) and V = 4, got list. Look at the shapes",
    ),
    "axes of length one dropped": (
        "one_hot",
        "np.eye(V)[tokens]",
        "np.eye(V)[tokens].squeeze()",
        "for tokens of shape (1, 2, 3) and V = 4, got shape (2, 3, 4)",
    ),
    "an axis of length zero": (
        "one_hot",
        "np.eye(V)[tokens]",
        "np.eye(V)[tokens] if tokens.size else np.eye(V)[[]]",
        "Expected shape (2, 0, 3) for tokens of shape (2, 0) and V = 3, got (0, 3)",
    ),
    "no window": (
        "next_token_pairs",
        "return ",
        "np.stack([*begins]); return ",
        "to work for a stream of 6 tokens, T = 6 and step = 1, got ValueError",
    ),
    "fewer windows than none": (
        "next_token_pairs",
        "np.arange(0, len(tokens) - T, step)",
        "step * np.nonzero(np.ones((len(tokens) - 1 - T) // step + 1))[0]",
        "to work for a stream of 2 tokens, T = 5 and step = 1, got ValueError",
    ),
    "a mask from the tokens": (
        "pad",
        "return tokens, mask",
        "return tokens, tokens != 0",
        "also one with the number of the padding",
    ),
    "a mask of floats": (
        "pad",
        "return tokens, mask",
        "return tokens, mask * 1.0",
        "got an array of float64 with shape (2, 3)",
    ),
    "a table on its side": (
        "bigram_model",
        "text[t - 1], text[t]",
        "text[t], text[t - 1]",
        "row u, column x is how often x comes right after u in one text",
    ),
    "a table for the tokens that occur": (
        "bigram_model",
        "counts = np.zeros((V, V))",
        "V = max(max(a) for a in texts if len(a)) + 1; counts = np.zeros((V, V))",
        "with V = 4: the pair 0, 0 stands there twice, and tokens that never occur",
    ),
    "pairs that are numbers": (
        "bigram_model",
        "            counts[text[t - 1], text[t]] += 1",
        "            counts.flat[V * V] += 1",
        "to work for the two texts of the example above and V = 3, got IndexError",
    ),
    "a new context": (
        "witten_bell",
        "if after:",
        "if True:",
        "the context [1, 1] of the example",
    ),
    "the whole context for none": (
        "witten_bell",
        "context[len(context) - length :]",
        "context[-length:]",
        "Expected [0.45, 0.55], got",
    ),
    "no tokens": (
        "witten_bell",
        "if after:",
        "if after or not length:",
        "got [nan, nan, nan, nan]. Look at the task for T = 0",
    ),
    "two tokens at most": (
        "witten_bell",
        "range(len(context) + 1)",
        "range(min(len(context), 2) + 1)",
        "in the text 0, 0, 0, 0, 0 places overlap, also those of 0, 0, 0",
    ),
    "zero times infinity": (
        "surprise",
        "return cost.mean(),",
        "return -(np.log(p) * mask).sum() / mask.sum(),",
        "got nan. Look at nats, and the shapes of the task: p may be 0",
    ),
    "zero times infinity in the bits alone": (
        "surprise",
        "cost.sum() / np.log(2)",
        "-(np.log2(p) * mask).sum()",
        "got nan. Look at bits_per_character, and the shapes of the task: p may be 0",
    ),
    "a tiny number": (
        "surprise",
        "np.log(p[mask])",
        "np.log(p[mask] + 1e-12)",
        "got 27.631. Look at equation (2) for one token with p = 1e-30",
    ),
    "the product of all": (
        "surprise",
        "np.exp(cost.mean())",
        "np.prod(p[mask]) ** (-1 / mask.sum())",
        "got inf. Look at equation (3) for 2001 tokens that count: the product",
    ),
}


@pytest.mark.parametrize("case", SLIPS)
def test_a_special_case_of_a_prompt_gets_one_sentence(case):
    check_slip(A, *SLIPS[case])
