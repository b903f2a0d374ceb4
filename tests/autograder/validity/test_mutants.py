import ast

import pytest

from autograder.validity.mutants import blank, mutants

CELL = '''
SCALE = 2

def f(x, y, W, T, mask):
    """Text, with a number: 1."""
    scale = 3
    ### BEGIN SOLUTION
{}
    ### END SOLUTION
'''


def cell(*lines):
    return CELL.format("\n".join(f"    {line}" for line in lines))


def changed(*lines):
    """Each mutant of a solution as the lines that it has instead."""
    bodies = []
    for mutant in mutants(cell(*lines)):
        body = ast.parse(mutant.source).body[1].body[2:]
        bodies.append("\n".join(map(ast.unparse, body)))
    return bodies


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # operators, dropped terms, swapped operands
        ("return x + y", ["return x - y", "return x", "return y"]),
        ("return x - y", ["return x + y", "return x", "return y", "return y - x"]),
        ("return x * y", ["return x / y", "return x + y", "return x", "return y"]),
        ("return x / y", ["return x * y", "return x", "return y", "return y / x"]),
        ("return x // y", ["return x / y", "return x * y", "return x", "return y"]),
        ("return x % y", ["return x // y", "return x", "return y"]),
        ("return x ** y", ["return x * y", "return x", "return y"]),
        ("return x @ y", ["return x * y", "return x", "return y", "return y @ x"]),
        ("return x & y", ["return x | y", "return x", "return y"]),
        # comparisons, boolean and unary operators, constants
        ("return x < y", ["return x <= y", "return x > y"]),
        ("return x >= y", ["return x > y", "return x <= y"]),
        ("return x == y", ["return x != y"]),
        ("return x is y", ["return x is not y"]),
        ("return x in y", ["return x not in y"]),
        ("return x and y", ["return x or y", "return y", "return x"]),
        ("return not x", ["return x"]),
        ("return -x", ["return x"]),
        ("return ~x", ["return x"]),
        ("return 5", ["return 6", "return 4", "return 0"]),
        ("return 1", ["return 2", "return 0"]),
        ("return 0", ["return 1", "return -1"]),
        ("return -1", ["return 1", "return 0", "return -2"]),
        ("return 0.5", ["return 1.5", "return 0.0"]),
        ("return True", ["return False"]),
        # calls
        ("return np.tanh(x)", ["return x"]),
        ("return x.sum()", ["return x", "return x.mean()"]),
        ("return np.exp(x).copy()", ["return np.exp(x)", "return x.copy()"]),
        (
            "return x.cumsum(axis=T, out=y)",
            ["return x", "return x.cumsum(out=y)", "return x.cumsum(axis=T)"],
        ),
        (
            "return x.cumsum(axis=(T, W))",
            [
                "return x",
                "return x.cumsum()",
                "return x.cumsum(axis=T)",
                "return x.cumsum(axis=W)",
            ],
        ),
        ("return np.dot(x, y)", ["return x", "return np.dot(y, x)"]),
        ("return np.maximum(x, y)", ["return x", "return np.minimum(x, y)"]),
        ("return list(reversed(x))", ["return reversed(x)", "return list(x)"]),
        # ranges, slices, indices, transposes
        ("return range(T)", ["return T", "return range(1, T)", "return range(T - 1)"]),
        (
            "return range(x, y, W)",
            ["return x", "return range(x + 1, y, W)", "return range(x, y - 1, W)"],
        ),
        (
            "return x[T:y]",
            ["return x[:y]", "return x[T + 1:y]", "return x[T:]", "return x[T:y - 1]"],
        ),
        ("return x[:T]", ["return x[1:T]", "return x[:]", "return x[:T - 1]"]),
        ("return x[::T]", ["return x[:]"]),
        ("return x[:, None]", []),
        ("return x[T]", ["return x[T - 1]"]),
        ("return x[:, T]", ["return x[:, T - 1]"]),
        ("return x.T", ["return x"]),
        # branches, comprehensions, returns
        ("return x if T else y", ["return x", "return y", "return x if not T else y"]),
        ("return [a for a in x if a]", ["return [a for a in x]"]),
        ("return (x, y)", ["return (y, x)"]),
        ("return f'{T + 1}'", []),
        ("return 'text'", []),
    ],
)
def test_an_expression_is_changed_in_every_way(line, expected):
    assert changed(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x = y", ["pass"]),
        ("x[mask] = y", ["pass", "x[mask - 1] = y"]),
        ("x += y", ["pass", "x -= y", "x = y"]),
        ("x.append(y)", ["pass", "x"]),
        ("raise ValueError(1)", ["pass"]),
        ("x: np.ndarray[1] = y", ["pass"]),
        ("'a text'", []),
    ],
)
def test_a_statement_is_left_out(line, expected):
    assert changed(line) == expected


def test_a_branch_is_never_taken_or_its_condition_negated():
    assert changed("if x:", "    return y") == [
        "if False:\n    return y",
        "if not x:\n    return y",
    ]


def test_a_loop_is_left_early_or_not():
    loop = "while x:\n    {}"
    assert changed("while x:", "    break") == [
        loop.format("break").replace("x", "not x"),
        loop.format("pass"),
    ]


def test_only_the_solution_is_changed():
    assert not mutants("def f(x):\n    return x + 1")
    for mutant in mutants(cell("return x + 1")):
        assert "SCALE = 2\n" in mutant.source
        assert '"""Text, with a number: 1."""\n    scale = 3\n' in mutant.source


def test_labels_say_what_was_changed():
    labels = [m.label for m in mutants(cell("y = np.tanh(x @ W)", "return y, T"))]
    assert labels == [
        "y = np.tanh(x @ W): dropped",
        "y = np.tanh(x @ W): 'np.tanh(x @ W)' -> 'x @ W'",
        "y = np.tanh(x @ W): 'x @ W' -> 'x * W'",
        "y = np.tanh(x @ W): 'x @ W' -> 'x'",
        "y = np.tanh(x @ W): 'x @ W' -> 'W'",
        "y = np.tanh(x @ W): 'x @ W' -> 'W @ x'",
        "'return (y, T)' -> 'return (T, y)'",
    ]


def test_labels_are_unique():
    lines = ["x = y + 1 + 1", "x = y + 1 + 1", "return x[1:1]"]
    labels = [mutant.label for mutant in mutants(cell(*lines))]
    assert len(labels) == len(set(labels))
    assert "x = y + 1 + 1: '1' -> '2' (4)" in labels


def test_labels_do_not_depend_on_line_numbers_comments_or_layout():
    plain = cell("x = np.where(mask, x, 0)", "return x * 2")
    other = cell(
        "# Why.", "", "x = np.where(", "    mask, x, 0", ")", "return x*2  # !"
    )
    assert mutants(plain) == mutants("# A line more.\n" + other)


def test_no_two_mutants_are_the_same_and_none_is_the_original():
    # 2 - 1 and 0 + 1 meet in 1, and so do both halves of x + x in x.
    source = cell("x = x + x", "return x * 1 + 2")
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in mutants(source)]
    assert len(trees) == len(set(trees))
    assert ast.dump(ast.parse(source)) not in trees


def test_a_change_that_is_no_python_is_not_made():
    # Without .T the target would be a sum, to which nothing can be assigned.
    found = changed("(x + y).T = W")
    assert "(x - y).T = W" in found
    assert "x + y = W" not in found


def test_an_odd_change_warns_of_nothing(recwarn):
    assert "return 1[T]" in changed("return abs(1)[T]")
    assert not recwarn.list


def test_the_blank_cell_raises_in_place_of_each_solution():
    source = cell("x = 1", "return x")
    assert "x = 1" in source
    assert "    scale = 3\n    raise NotImplementedError" in blank(source)
    assert "x = 1" not in blank(source)
    assert "SOLUTION" not in blank(source)
    two = "def f():\n    ### BEGIN SOLUTION\n    a\n    ### END SOLUTION\n"
    assert blank(two + two).count("raise NotImplementedError") == 2
