"""The mutation operators: a syntax node in, nodes that may stand in its place out.

Each operator looks at one kind of node and yields nothing for the others. The new
nodes may share parts with the old one: they are written out, never changed.
"""

import ast
import copy
from collections.abc import Iterator

BINARY = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISON = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),  # codespell:ignore notin
    ast.NotIn: (ast.In,),  # codespell:ignore notin
}
NOT_COMMUTATIVE = ast.Sub | ast.Div | ast.MatMult
COMMUTATIVE_CALLS = {"maximum", "minimum", "max", "min", "add", "multiply", "hypot"}
PAIRS = ("sum mean", "max min", "argmax argmin", "maximum minimum", "zeros ones")
SIBLING = {a: b for pair in PAIRS for a, b in (pair.split(), pair.split()[::-1])}
MODULES = {"np", "torch", "math", "F", "nn", "random"}
DROPPABLE = (
    ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Raise | ast.Break
) | ast.Continue


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """A shallow copy of a node with some fields changed."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _plus(node: ast.expr, step: int) -> ast.expr:
    """`node + 1` or `node - 1`."""
    sign = ast.Add() if step > 0 else ast.Sub()
    return ast.BinOp(node, sign, ast.Constant(abs(step)))


def _without(items: list, index: int) -> list:
    return items[:index] + items[index + 1 :]


def number(node: ast.AST) -> int | float | None:
    """Return the value of a number as it is written, with its minus sign; else None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) in (int, float) else None


def _literal(value: int | float) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


def _numbers(node: ast.AST) -> Iterator[ast.expr]:
    """Yield n + 1, n - 1 and 0 for n."""
    value = number(node)
    if type(value) is int:
        yield from map(_literal, (value + 1, value - 1, 0))
    elif type(value) is float:
        yield from map(_literal, (value + 1.0, 0.0))


def _truths(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)


def _binary(node: ast.AST) -> Iterator[ast.AST]:
    """Another operator; one operand alone; the operands swapped."""
    if not isinstance(node, ast.BinOp):
        return
    for op in BINARY.get(type(node.op), ()):
        yield _with(node, op=op())
    yield node.left
    yield node.right
    if isinstance(node.op, NOT_COMMUTATIVE):
        yield _with(node, left=node.right, right=node.left)


def _augmented(node: ast.AST) -> Iterator[ast.AST]:
    """`a += b` becomes `a -= b` and `a = b`."""
    if isinstance(node, ast.AugAssign):
        for op in BINARY.get(type(node.op), ()):
            yield _with(node, op=op())
        yield ast.copy_location(ast.Assign([node.target], node.value), node)


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for i, old in enumerate(node.ops):
            for op in COMPARISON[type(old)]:
                yield _with(node, ops=[*node.ops[:i], op(), *node.ops[i + 1 :]])


def _boolean(node: ast.AST) -> Iterator[ast.AST]:
    """`and` becomes `or` and back; each operand is left out."""
    if isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for i in range(len(node.values)):
            rest = _without(node.values, i)
            yield rest[0] if len(rest) == 1 else _with(node, values=rest)


def _unary(node: ast.AST) -> Iterator[ast.AST]:
    """`-x`, `not x` and `~x` become `x`."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield node.operand


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    """A branch never taken; a bare condition negated; one arm of `a if c else b`."""
    if isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    if isinstance(node, ast.If):
        yield _with(node, test=ast.Constant(False))
    bare = not isinstance(getattr(node, "test", None), ast.Compare | ast.BoolOp)
    if isinstance(node, ast.If | ast.While | ast.IfExp) and bare:
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _calls(node: ast.AST) -> Iterator[ast.AST]:
    """The call left out; a keyword left out; two arguments swapped; a sibling."""
    if not isinstance(node, ast.Call):
        return
    if _is_method(node.func):
        yield node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]
    for i in range(len(node.keywords)):
        yield _with(node, keywords=_without(node.keywords, i))
    name = getattr(node.func, "attr", getattr(node.func, "id", None))
    if len(node.args) == 2 and name not in COMMUTATIVE_CALLS:
        yield _with(node, args=node.args[::-1])
    if name in SIBLING:
        field = "attr" if isinstance(node.func, ast.Attribute) else "id"
        yield _with(node, func=_with(node.func, **{field: SIBLING[name]}))


def _is_method(func: ast.expr) -> bool:
    """Whether a call's function belongs to a value, not to a module."""
    if not isinstance(func, ast.Attribute):
        return False
    root = func.value
    while isinstance(root, ast.Attribute):
        root = root.value
    return not (isinstance(root, ast.Name) and root.id in MODULES)


def _axes(node: ast.AST) -> Iterator[ast.AST]:
    """`axis=(0, 1)` becomes `axis=0` and `axis=1`."""
    if isinstance(node, ast.keyword) and isinstance(node.value, ast.Tuple):
        for axis in node.value.elts:
            yield _with(node, value=axis)


def _ranges(node: ast.AST) -> Iterator[ast.AST]:
    """`range(a, b)` starts one later, or ends one earlier."""
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", None) == "range"):
        return
    first, *rest = node.args
    if not rest:
        yield _with(node, args=[ast.Constant(1), first])
        yield _with(node, args=[_plus(first, -1)])
    else:
        yield _with(node, args=[_plus(first, 1), *rest])
        yield _with(node, args=[first, _plus(rest[0], -1), *rest[1:]])


def _slices(node: ast.AST) -> Iterator[ast.AST]:
    """A bound of `a:b` is left out, or moved one inwards; a step is left out."""
    if not isinstance(node, ast.Slice):
        return
    for field, edge, step in (("lower", 1, 1), ("upper", -1, -1)):
        bound = getattr(node, field)
        if bound is not None:
            yield _with(node, **{field: None})
            if number(bound) is None:
                yield _with(node, **{field: _plus(bound, step)})
        elif node.lower or node.upper:
            yield _with(node, **{field: _literal(edge)})
    if node.step is not None:
        yield _with(node, step=None)


def _indices(node: ast.AST) -> Iterator[ast.AST]:
    """`x[t]` becomes `x[t - 1]`, in each place of an index."""
    if not isinstance(node, ast.Subscript):
        return
    if isinstance(node.slice, ast.Name):
        yield _with(node, slice=_plus(node.slice, -1))
    for i, item in enumerate(getattr(node.slice, "elts", [])):
        if isinstance(item, ast.Name):
            items = [*node.slice.elts]
            items[i] = _plus(item, -1)
            yield _with(node, slice=_with(node.slice, elts=items))


def _transposes(node: ast.AST) -> Iterator[ast.AST]:
    """`W.T` becomes `W`."""
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value


def _filters(node: ast.AST) -> Iterator[ast.AST]:
    """The `if` of a comprehension is left out."""
    for i, loop in enumerate(getattr(node, "generators", [])):
        if loop.ifs:
            loops = [*node.generators]
            loops[i] = _with(loop, ifs=[])
            yield _with(node, generators=loops)


def _returns(node: ast.AST) -> Iterator[ast.AST]:
    """Two neighbours of a returned tuple are swapped."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        items = node.value.elts
        for i in range(len(items) - 1):
            swapped = [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
            yield _with(node, value=_with(node.value, elts=swapped))


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """A statement is left out, unless it is a text."""
    text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    if isinstance(node, DROPPABLE) and not text:
        yield ast.Pass()


OPERATORS = (
    _statements,
    _returns,
    _augmented,
    _conditions,
    _binary,
    _comparison,
    _boolean,
    _unary,
    _calls,
    _axes,
    _ranges,
    _slices,
    _indices,
    _transposes,
    _filters,
    _numbers,
    _truths,
)


def replacements(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that may stand in a node's place, by any operator."""
    for operator in OPERATORS:
        yield from operator(node)
