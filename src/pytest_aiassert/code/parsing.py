"""Syntax errors in code, with line and column; any text gets a verdict, whatever its size and depth."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_aiassert.code.languages import grammar
from pytest_aiassert.wording import cut

if TYPE_CHECKING:
    import ast

    from tree_sitter import Node, Tree

LONGEST_PYTHON = 200_000
"""Characters of Python that are parsed at the most; longer code counts as an error."""

LONGEST_OTHER = 30_000
"""The same for other languages: on rubbish, ambiguous grammars take the square of its length."""

LONGEST_LINE = 20_000
"""Characters of one line of Python at the most: CPython takes the square of a dotted name's length."""

DEEPEST_PARSED = 500
"""Open brackets that a grammar is given at the most: some overflow the stack on a hundred thousand."""

_BRACKET = re.compile(r"[()\[\]{}]")
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
    refusal = _refusal(code, language)
    if refusal is not None:
        return (SyntaxIssue(line=1, column=1, message=refusal),)
    lone = lone_surrogate(code)
    if lone is not None:
        return (lone,)
    if language == "python":
        return _python_issues(code)
    parsed = tree(code, language)
    return () if parsed is None else _tree_issues(parsed)


def lone_surrogate(code: str) -> SyntaxIssue | None:
    """Find the first half of a pair that UTF-16 alone has: no program that reads files ever sees one."""
    try:
        code.encode()
    except UnicodeEncodeError as error:
        line, column = _position(code, error.start)
        return SyntaxIssue(line=line, column=column, message="a lone surrogate, which no source file can hold")
    return None


def longest_parsed(language: str) -> int:
    """Return how many characters of a language are parsed at the most."""
    return LONGEST_PYTHON if language == "python" else LONGEST_OTHER


def parses_cleanly(code: str, language: str) -> bool:
    """Tell whether a grammar takes the code without an error."""
    parsed = tree(code, language)
    return parsed is not None and not parsed.root_node.has_error


def python_tree(code: str) -> ast.Module | None:
    """Parse Python; None where it is not Python, or too long or too deep for the interpreter."""
    import ast

    if _refusal(code, "python") is not None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in a reply are the reply's, not the test's
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _refusal(code: str, language: str) -> str | None:
    """Say why code is not given to a parser at all."""
    longest = longest_parsed(language)
    if len(code) > longest:
        return f"{len(code):,} characters of {language}; at most {longest:,} are parsed"
    if language != "python":
        return f"more than {DEEPEST_PARSED} brackets are open at once" if _depth(code) > DEEPEST_PARSED else None
    width = max(map(len, code.split("\n")))
    return f"a line of {width:,} characters; at most {LONGEST_LINE:,} are parsed" if width > LONGEST_LINE else None


def _python_issues(code: str) -> tuple[SyntaxIssue, ...]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the same
            compile(code, "<reply>", "exec", dont_inherit=True)
    except SyntaxError as error:
        issue = SyntaxIssue(line=max(error.lineno or 1, 1), column=max(error.offset or 1, 1), message=error.msg)
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


def tree(code: str, language: str) -> Tree | None:
    """Parse with a language's grammar, errors becoming nodes; None where that could take too much time or stack.

    Raises CannotJudgeError where the grammar is missing.
    """
    from tree_sitter import Parser

    parser = Parser(grammar(language))
    if len(code) > longest_parsed(language) or _depth(code) > DEEPEST_PARSED:
        return None
    return parser.parse(code.encode("utf-8", "surrogatepass"))


def _depth(code: str) -> int:
    """Return how many brackets are open at the most, whatever they mean."""
    deepest = depth = 0
    for match in _BRACKET.finditer(code):
        depth = depth + 1 if match.group() in "([{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


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
        message = f"unexpected {cut(quoted, _LONGEST_QUOTE)!r}" if quoted else "unexpected end of code"
    return SyntaxIssue(line=row + 1, column=column + 1, message=message)
