"""The functions a module defines, read off its syntax without running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CODE = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A callable at the top of a module; a method reads `Class.method`, without `self`.

    `most` is None where it takes any number of positional arguments; `line` counts from 1.
    """

    name: str
    parameters: tuple[str, ...]
    least: int
    most: int | None
    line: int
    required_keywords: tuple[str, ...] = ()

    def takes(self, count: int) -> bool:
        """Tell whether it can be called with so many positional arguments."""
        return not self.required_keywords and self.least <= count and (self.most is None or count <= self.most)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.parameters)})"


def outline(code: str) -> tuple[Function, ...]:
    """Return a module's top-level functions and methods; a class must need no arguments to make.

    Raises SyntaxError for code that Python cannot parse.
    """
    return tuple(_functions(parse(code).body))


def parse(code: str) -> ast.Module:
    """Parse code; raises SyntaxError, and nothing else, for code that Python cannot parse."""
    if len(code) > MAX_CODE:
        raise SyntaxError(f"more than {MAX_CODE} characters of code")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in generated code are not the caller's concern
            return ast.parse(code)
    except SyntaxError:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error) or "nested too deep to parse") from None


def _functions(body: list[ast.stmt]) -> Iterator[Function]:
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield _function(statement.name, statement.args, statement.lineno)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(args=arguments)):
                yield _function(name, arguments, statement.lineno)
            case ast.ClassDef() if _needs_no_arguments(statement):
                yield from _methods(statement)
            case ast.If(body=inner) | ast.Try(body=inner):
                yield from _functions(inner)
            case _:
                continue


def _methods(owner: ast.ClassDef) -> Iterator[Function]:
    for statement in owner.body:
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) or statement.name.startswith("_"):
            continue
        decorators = {node.id for node in statement.decorator_list if isinstance(node, ast.Name)}
        bound = 0 if "staticmethod" in decorators else 1
        yield _function(f"{owner.name}.{statement.name}", statement.args, statement.lineno, bound=bound)


def _needs_no_arguments(owner: ast.ClassDef) -> bool:
    for statement in owner.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            return _function("__init__", statement.args, 0, bound=1).takes(0)
    return True


def _function(name: str, arguments: ast.arguments, line: int, *, bound: int = 0) -> Function:
    positional = [*arguments.posonlyargs, *arguments.args][bound:]
    required = [
        argument.arg
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    shown = [argument.arg for argument in positional]
    if arguments.vararg:
        shown.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        shown.append("*")
    shown += [argument.arg for argument in arguments.kwonlyargs]
    if arguments.kwarg:
        shown.append(f"**{arguments.kwarg.arg}")
    return Function(
        name=name,
        parameters=tuple(shown),
        least=max(0, len(positional) - len(arguments.defaults)),
        most=None if arguments.vararg else len(positional),
        line=line,
        required_keywords=tuple(required),
    )
