"""Parts code from tests, makes imports of the reply's own modules work, and loads what is left."""

from __future__ import annotations

import ast
import types
from collections.abc import Sequence
from typing import Any

FILE = "reply.py"
LONGEST_MESSAGE = 300
POSTPONED = 0x1000000  # the compiler flag of `annotations`, the same since Python 3.8

program = types.ModuleType("program")


def arrange(
    body: Sequence[ast.stmt], protected: frozenset[str], own: frozenset[str]
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Part code from tests; what stands only to be run as a script is left out, imports of own modules come late."""
    code: list[ast.stmt] = []
    late: list[ast.stmt] = []
    tests: list[ast.stmt] = []
    for statement in body:
        if is_test(statement):
            tests.append(statement)
        elif is_script(statement) or is_protected(statement, protected):
            continue
        elif isinstance(statement, (ast.Import, ast.ImportFrom)) and imported(statement) & own:
            late.append(statement)
        else:
            code.append(statement)
    return [*code, *late], tests


def is_test(statement: ast.stmt) -> bool:
    """Tell whether pytest or unittest would collect it, or it is a fixture."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        fixture = any("fixture" in ast.unparse(each) for each in statement.decorator_list)
        return statement.name.startswith("test") or fixture
    if isinstance(statement, ast.ClassDef):
        return statement.name.startswith("Test") or any("TestCase" in ast.unparse(base) for base in statement.bases)
    return False


def is_script(statement: ast.stmt) -> bool:
    """Tell whether it only shows or checks something, when run as a script."""
    if isinstance(statement, ast.Assert):
        return True
    if isinstance(statement, ast.If):
        return "__name__" in ast.unparse(statement.test)
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    called = ast.unparse(statement.value.func)
    return (
        called in ("print", "input", "sys.exit", "exit", "quit")
        or called.startswith("test")
        or called.endswith(".main")
    )


def is_protected(statement: ast.stmt, protected: frozenset[str]) -> bool:
    """Tell whether it would replace something of the trusted code."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return statement.name in protected
    if isinstance(statement, ast.Assign):
        names = [each.id for target in statement.targets for each in ast.walk(target) if isinstance(each, ast.Name)]
        return bool(protected & set(names))
    return False


def imported(statement: ast.Import | ast.ImportFrom) -> set[str]:
    """Return the top-level names of imported modules; a relative one is the empty name."""
    if isinstance(statement, ast.Import):
        return {alias.name.partition(".")[0] for alias in statement.names}
    return {"" if statement.level else (statement.module or "").partition(".")[0]}


class Rewriter(ast.NodeTransformer):
    """Imports of own modules become names of the program; comparisons in asserts are kept for the message."""

    def __init__(self, own: frozenset[str]) -> None:
        self.own = own

    def visit_Import(self, node: ast.Import) -> Any:
        """Bind the program under the module's name."""
        if not imported(node) & self.own:
            return node
        lines = [
            f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
            if alias.name.partition(".")[0] not in self.own
            else f"{alias.asname or alias.name.partition('.')[0]} = __aiassert_program__"
            for alias in node.names
        ]
        return _placed("\n".join(lines), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        """Take names from the program."""
        if not imported(node) & self.own:
            return node
        lines = [
            f"{alias.asname or alias.name} = __aiassert_program__.{alias.name}" if alias.name != "*" else "pass"
            for alias in node.names
        ]
        return _placed("\n".join(lines), node)

    def visit_Assert(self, node: ast.Assert) -> Any:
        """Keep both sides of a comparison, each evaluated once."""
        compared = node.test
        said: list[ast.expr] = [ast.Constant(short(ast.unparse(compared))), ast.Constant(value=True)]
        if isinstance(compared, ast.Compare) and len(compared.ops) == 1:
            left, right = compared.left, compared.comparators[0]
            said[1] = ast.Constant(isinstance(right, ast.Constant))
            compared.left = _kept(0, left)
            compared.comparators[0] = _kept(1, right)
        message = [] if node.msg is None else [node.msg]
        node.msg = ast.Call(ast.Name("__aiassert_explain__", ast.Load()), [*said, *message], [])
        return ast.fix_missing_locations(node)


def _kept(side: int, value: ast.expr) -> ast.expr:
    return ast.Call(ast.Name("__aiassert_keep__", ast.Load()), [ast.Constant(side), value], [])


def _placed(source: str, node: ast.stmt) -> list[ast.stmt]:
    body = ast.parse(source).body
    for statement in body:
        for each in ast.walk(statement):
            ast.copy_location(each, node)
    return body


class Sides:
    """Both sides of the assert that is evaluated now."""

    def __init__(self) -> None:
        self.values: dict[int, Any] = {}

    def keep(self, side: int, value: Any) -> Any:
        """Keep a side, and return it."""
        self.values[side] = value
        return value

    def explain(self, source: str, plain: bool, message: object = None) -> str:  # noqa: FBT001 - called from syntax
        """Say which assertion is false, and what its sides were; `plain` where the right one stands in the source."""
        words = f"`{source}` is false" if message is None else f"{message} (`{source}` is false)"
        if 0 in self.values:
            words += f": the left side is {short(repr(self.values[0]))}"
            words += "" if plain else f", the right side {short(repr(self.values[1]))}"
        self.values = {}
        return words


def postpones_annotations(statement: ast.stmt) -> bool:
    """Tell whether it is `from __future__ import annotations`."""
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def load(body: Sequence[ast.stmt], *, postponed: bool) -> list[Any] | None:
    """Run statements one by one, going on after one that raises; returns the first error as name, message, line."""
    sides = Sides()
    program.__dict__.update(
        __name__="program",
        __aiassert_program__=program,
        __aiassert_keep__=sides.keep,
        __aiassert_explain__=sides.explain,
    )
    first = None
    flags = POSTPONED if postponed else 0
    for statement in body:
        try:
            unit = ast.fix_missing_locations(ast.Module([statement], []))
            exec(compile(unit, FILE, "exec", flags, dont_inherit=True), program.__dict__)  # noqa: S102 - that is the job
        except BaseException as error:  # noqa: BLE001 - SystemExit must not hide the tests
            first = first or [type(error).__name__, short(message_of(error)), statement.lineno]
    return first


def message_of(error: BaseException) -> str:
    """Return an exception's message on one line; empty where its own code raises."""
    try:
        return " ".join(str(error).split())
    except BaseException:  # noqa: BLE001 - a hostile __str__
        return ""


def short(text: str) -> str:
    """Cut a text to what a message can hold."""
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1]}…"
