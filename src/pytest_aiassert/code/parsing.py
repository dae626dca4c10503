"""Syntax errors in code, with line and column; any text gets a verdict, whatever its size and depth."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_aiassert.code.languages import grammar

if TYPE_CHECKING:
    import ast

    from tree_sitter import Node, Tree

LONGEST_PARSED = 1_000_000
"""Characters that a parser is given at the most; longer code counts as an error."""

_MOST_ISSUES = 20
_LONGEST_QUOTE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SyntaxIssue:
    """A place where code does not parse; line and column count from 1."""

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


def syntax_errors(code: str, language: str) -> tuple[SyntaxIssue, ...]:
    """Find where code does not parse, empty where it does; at most 20 places.

    `language` is one of `KNOWN_LANGUAGES`. Python is held against the running interpreter's own grammar.
    Raises CannotJudgeError where a grammar is missing.
    """
    if len(code) > LONGEST_PARSED:
        message = f"{len(code):,} characters of code; at most {LONGEST_PARSED:,} are parsed"
        return (SyntaxIssue(line=1, column=1, message=message),)
    if language == "python":
        return _python_issues(code)
    return _tree_issues(tree(code, language))


def parses_cleanly(code: str, language: str) -> bool:
    """Tell whether a grammar takes the code without an error."""
    return len(code) <= LONGEST_PARSED and not tree(code, language).root_node.has_error


def python_tree(code: str) -> ast.Module | None:
    """Parse Python; None where it is not Python, or too long or too deep for the interpreter."""
    import ast

    if len(code) > LONGEST_PARSED:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a reply are the reply's, not the test's
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _python_issues(code: str) -> tuple[SyntaxIssue, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the same
            compile(code, "<reply>", "exec", dont_inherit=True)
    except SyntaxError as error:
        issue = SyntaxIssue(line=max(error.lineno or 1, 1), column=max(error.offset or 1, 1), message=error.msg)
    except UnicodeEncodeError as error:
        line, column = _position(code, error.start)
        issue = SyntaxIssue(line=line, column=column, message="a lone surrogate, which no source file can hold")
    except ValueError:  # CPython before 3.12 says so of null bytes
        line, column = _position(code, max(code.find("\0"), 0))
        issue = SyntaxIssue(line=line, column=column, message="a null byte, which no source file can hold")
    except (RecursionError, MemoryError):  # the parser's own stack, not the machine's memory
        issue = SyntaxIssue(line=1, column=1, message="nested too deeply for Python to parse")
    else:
        return ()
    return (issue,)


def _position(code: str, offset: int) -> tuple[int, int]:
    return code.count("\n", 0, offset) + 1, offset - (code.rfind("\n", 0, offset) + 1) + 1


def tree(code: str, language: str) -> Tree:
    """Parse with a language's grammar; errors become nodes. Raises CannotJudgeError where the grammar is missing."""
    from tree_sitter import Parser

    return Parser(grammar(language)).parse(code.encode("utf-8", "surrogatepass"))


def _tree_issues(tree: Tree) -> tuple[SyntaxIssue, ...]:
    """Walk only the branches that hold errors; a cursor, because trees can be deeper than the stack."""
    issues: list[SyntaxIssue] = []
    cursor = tree.walk()
    descend = True
    while len(issues) < _MOST_ISSUES:
        node = cursor.node
        if descend and node is not None and node.has_error:
            if node.is_error or node.is_missing:
                issues.append(_issue(node))
            elif cursor.goto_first_child():
                continue
        if cursor.goto_next_sibling():
            descend = True
        elif cursor.goto_parent():
            descend = False
        else:
            break
    return tuple(issues)


def _issue(node: Node) -> SyntaxIssue:
    row, column = node.start_point
    if node.is_missing:
        message = f"missing {node.type!r}"
    else:
        quoted = (node.text or b"").decode("utf-8", "replace").strip().split("\n", 1)[0]
        quoted = quoted if len(quoted) <= _LONGEST_QUOTE else quoted[: _LONGEST_QUOTE - 1] + "…"
        message = f"unexpected {quoted!r}" if quoted else "unexpected end of code"
    return SyntaxIssue(line=row + 1, column=column + 1, message=message)
