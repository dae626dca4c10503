"""Mutants of Python code: each one small change that good tests notice."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

from pytest_aiassert.code.parsing import python_tree

MOST_MUTANTS = 30
"""Mutants of one program at the most, evenly spread over it."""

_LONGEST_CODE = 50_000
_ARITHMETIC: MappingProxyType[type[ast.operator], type[ast.operator]] = MappingProxyType(
    {
        ast.Add: ast.Sub,
        ast.Sub: ast.Add,
        ast.Mult: ast.Add,
        ast.Div: ast.Mult,
        ast.FloorDiv: ast.Mult,
        ast.Mod: ast.FloorDiv,
        ast.Pow: ast.Mult,
        ast.BitAnd: ast.BitOr,
        ast.BitOr: ast.BitAnd,
        ast.BitXor: ast.BitAnd,
        ast.LShift: ast.RShift,
        ast.RShift: ast.LShift,
    }
)
_BOUNDARY: MappingProxyType[type[ast.cmpop], type[ast.cmpop]] = MappingProxyType(
    {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
)
_NEGATION: MappingProxyType[type[ast.cmpop], type[ast.cmpop]] = MappingProxyType(
    {
        ast.Lt: ast.GtE,
        ast.LtE: ast.Gt,
        ast.Gt: ast.LtE,
        ast.GtE: ast.Lt,
        ast.Eq: ast.NotEq,
        ast.NotEq: ast.Eq,
        ast.Is: ast.IsNot,
        ast.IsNot: ast.Is,
        ast.In: ast.NotIn,
        ast.NotIn: ast.In,
    }
)
_TALK = frozenset({"print", "debug", "info", "warning", "error", "log", "warn", "exception"})
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A program with one change; `line` counts from 1, `before` and `after` are what changed, in source."""

    code: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"line {self.line}: `{self.before}` → `{self.after}`"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    node: ast.expr | ast.stmt
    replacement: ast.AST


def mutants(code: str, *, skip: Callable[[ast.stmt], bool], most: int = MOST_MUTANTS) -> tuple[Mutant, ...]:
    """Make mutants of what functions and classes do, always the same ones; empty where the code does not parse.

    Changed are operators, comparisons, constants and returned values. Left out are docstrings, annotations, messages,
    code that cannot be reached, what is easily seen to mean the same, and the top-level statements that `skip` names.
    """
    tree = python_tree(code) if len(code) <= _LONGEST_CODE else None
    if tree is None:
        return ()
    lines = code.encode("utf-8", "replace").split(b"\n")
    try:
        changes = list(_changes([statement for statement in tree.body if not skip(statement)]))
        made = [mutant for change in _spread(changes, most) if (mutant := _mutant(change, lines)) is not None]
    except RecursionError:  # an expression of a thousand operators
        return ()
    return tuple(made)


def _spread(changes: list[_Change], most: int) -> list[_Change]:
    if len(changes) <= most:
        return changes
    return [changes[number * len(changes) // most] for number in range(most)]


def _mutant(change: _Change, lines: list[bytes]) -> Mutant | None:
    """Put a change into the source; what cannot be placed, or changes nothing, is None."""
    node = change.node
    if node.end_lineno is None or node.end_col_offset is None:
        return None
    before = ast.unparse(node)
    after = ast.unparse(change.replacement)
    written = f"({after})" if isinstance(node, ast.expr) and not isinstance(change.replacement, _ATOMS) else after
    first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
    joined = first[: node.col_offset] + written.encode("utf-8", "replace") + last[node.end_col_offset :]
    code = b"\n".join([*lines[: node.lineno - 1], joined, *lines[node.end_lineno :]]).decode("utf-8", "replace")
    if before == after or python_tree(code) is None:
        return None
    if node.lineno == node.end_lineno and len(first.strip()) <= _LONGEST_SHOWN:  # the whole line says more
        before, after = (line.decode("utf-8", "replace") for line in (first, joined))
    return Mutant(code=code, line=node.lineno, before=_short(before), after=_short(after))


_ATOMS = (ast.Constant, ast.Name, ast.Call, ast.Attribute, ast.Subscript)


def _changes(body: list[ast.stmt]) -> Iterator[_Change]:  # noqa: C901, PLR0912 - one case for each statement
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                defaults = [
                    *statement.args.defaults,
                    *(each for each in statement.args.kw_defaults if each is not None),
                ]
                for default in defaults:
                    yield from _in_expression(default)
                yield from _changes(_without_docstring(statement.body))
            case ast.ClassDef():
                yield from _changes(_without_docstring(statement.body))
            case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Global() | ast.Nonlocal() | ast.Pass():
                continue
            case ast.Raise():
                continue  # the kind of an exception, and its words
            case ast.Return(value=value) if value is not None:
                yield from _in_expression(value)
                if not isinstance(value, ast.Constant):
                    yield _Change(node=value, replacement=ast.Constant(value=None))
            case ast.AugAssign():
                yield from _in_augmented(statement)
            case ast.AnnAssign(value=value):
                yield from _in_expression(value) if value is not None else ()
            case ast.Expr(value=value) if _is_talk(value):
                continue
            case _:
                yield from _in_statement(statement)
        if isinstance(statement, _ENDS):
            return  # what stands behind it is never reached


def _in_statement(statement: ast.stmt) -> Iterator[_Change]:
    strict = isinstance(statement, ast.If) and _ties_mean_nothing(statement.test, statement)
    for name, value in ast.iter_fields(statement):
        if name in ("targets", "target"):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.expr):
                yield from _in_expression(each, ties=not (strict and name == "test"))
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield from _changes(value)
    for handler in getattr(statement, "handlers", []):
        yield from _changes(handler.body)
    for case in getattr(statement, "cases", []):
        yield from _changes(case.body)
    for item in getattr(statement, "items", []):
        yield from _in_expression(item.context_expr)


def _in_augmented(statement: ast.AugAssign) -> Iterator[_Change]:
    operator = _ARITHMETIC.get(type(statement.op))
    if operator is not None:
        changed = ast.AugAssign(target=statement.target, op=operator(), value=statement.value)
        yield _Change(node=statement, replacement=changed)
    yield from _in_expression(statement.value)


def _in_expression(node: ast.expr, *, ties: bool = True) -> Iterator[_Change]:  # noqa: C901, PLR0912 - one case each
    """Change a node and what is within it; `ties` tells whether equal sides of a comparison matter."""
    match node:
        case ast.JoinedStr() | ast.Lambda(body=ast.Constant()):
            return
        case ast.Compare(ops=[operator], left=left, comparators=comparators):
            other = (_BOUNDARY.get(type(operator)) if ties else None) or _NEGATION[type(operator)]
            yield _Change(node=node, replacement=ast.Compare(left=left, ops=[other()], comparators=comparators))
        case ast.BinOp(op=operator, left=left, right=right) if type(operator) in _ARITHMETIC and not _is_text(node):
            changed = ast.BinOp(left=left, op=_ARITHMETIC[type(operator)](), right=right)
            yield _Change(node=node, replacement=changed)
        case ast.BoolOp(op=operator, values=values):
            other_op = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield _Change(node=node, replacement=ast.BoolOp(op=other_op, values=values))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield _Change(node=node, replacement=operand)
        case ast.Constant(value=value) if (replaced := _other_constant(value)) is not None:
            yield _Change(node=node, replacement=replaced)
        case _:
            pass
    quiet = isinstance(node, ast.IfExp) and _ties_mean_nothing(node.test, node)
    for name, value in ast.iter_fields(node):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.expr):
                yield from _in_expression(each, ties=not (quiet and name == "test"))
            elif isinstance(each, ast.comprehension):
                for inner in (each.iter, *each.ifs):
                    yield from _in_expression(inner)
            elif isinstance(each, ast.keyword):
                yield from _in_expression(each.value)


def _other_constant(value: object) -> ast.expr | None:
    if isinstance(value, bool):
        return ast.Constant(value=not value)
    if isinstance(value, (int, float)) and value == value and abs(value) < 10**15:  # noqa: PLR0124 - not nan
        return ast.Constant(value=value + 1)
    if isinstance(value, str):
        return ast.Constant(value="" if value else "mutant")
    return None


def _ties_mean_nothing(test: ast.expr, node: ast.If | ast.IfExp) -> bool:
    """Tell whether a comparison picks one of its own sides, as in `a if a > b else b` or `if x > best: best = x`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or type(test.ops[0]) not in _BOUNDARY:
        return False
    sides = {ast.dump(test.left), ast.dump(test.comparators[0])}
    if isinstance(node, ast.IfExp):
        return {ast.dump(node.body), ast.dump(node.orelse)} == sides
    match node.body, node.orelse:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)], []:
            return {ast.dump(ast.Name(id=name, ctx=ast.Load())), ast.dump(value)} == sides
        case [ast.Assign(targets=[ast.Tuple(elts=[a, b])], value=ast.Tuple(elts=[c, d]))], []:  # a swap
            written = [ast.unparse(each) for each in (a, b, c, d, test.left, test.comparators[0])]
            return written[:2] == written[3:1:-1] and set(written[:2]) == set(written[4:])
        case [ast.Return(value=ast.expr() as one)], [ast.Return(value=ast.expr() as other)]:
            return {ast.dump(one), ast.dump(other)} == sides
        case _:
            return False


def _is_text(node: ast.BinOp) -> bool:
    """Tell a `%` that formats text."""
    return (
        isinstance(node.op, ast.Mod)
        and isinstance(node.left, (ast.JoinedStr, ast.Constant))
        and (not isinstance(node.left, ast.Constant) or isinstance(node.left.value, (str, bytes)))
    )


def _is_talk(value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return True
    if not isinstance(value, ast.Call):
        return False
    called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
    return called in _TALK


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    has_one = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if has_one else body


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[: _LONGEST_SHOWN - 1]}…"


_LONGEST_SHOWN = 60
