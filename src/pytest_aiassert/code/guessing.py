"""Which language a piece of code is in, where the model did not say."""

from __future__ import annotations

import json
import re

from pytest_aiassert.code.parsing import parses_cleanly, python_tree

LONGEST_GUESSED = 20_000
"""Characters looked at; what comes after them does not change the guess."""


def any_of(*patterns: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Join patterns into one that matches where any of them does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), flags)


def _lines(*patterns: str) -> re.Pattern[str]:
    """Join patterns that match from the beginning of a line, indented or not."""
    return re.compile(rf"^[ \t]*(?:{'|'.join(patterns)})", re.MULTILINE)


_HINTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("go", _lines(r"package \w+$", r"func (?:\([^)]*\) )?\w+\(.*\{$", r"import \($")),
    ("rust", _lines(r"(?:pub )?fn \w+", r"use \w+::", r"impl\b", "let mut ", r"#\[derive")),
    ("c-sharp", _lines(r"using [\w.]+;", r"namespace [\w.]+", r".*\bConsole\.Write")),
    ("java", _lines("(?:public|private|protected) ", "import java", "@Override", r"package [\w.]+;")),
    (
        "cpp",
        _lines(r"#include <(?:iostream|vector|string|map|algorithm)>", "using namespace", "template ?<", ".*std::"),
    ),
    (
        "c",
        _lines("#include", "#define", r"(?:static |unsigned |const )*(?:int|void|char|double|float|size_t) \*?\w+\("),
    ),
    (
        "javascript",
        _lines(
            r"(?:export )?(?:default )?(?:async )?function\b",
            r"(?:export )?(?:const|let|var) [\w{\[]",
            r"import .* from ['\"]",
            r"(?:module\.)?exports\b",
            r"class \w+[^:\n]*\{$",
            r"console\.",
            r"(?:describe|test|it)\(['\"`]",
            r".*=> ?[{(\w]",
            r".*\brequire\(",
        ),
    ),
    (
        "typescript",
        _lines(
            r"(?:export )?(?:interface|type|enum|abstract class) \w+",
            r"(?:export )?(?:async )?(?:function|const|let|var) .*: ?\w",
        ),
    ),
    ("ruby", _lines(r"def \w+[?!]?(?:\(.*\))?$", "puts ", r"require ['\"]", "module [A-Z]", r"attr_\w+ ", "end$")),
    (
        "bash",
        _lines(
            r"#!.*\b(?:ba|z|da)?sh\b",
            "(?:sudo|pip3?|npm|npx|yarn|git|cd|ls|mkdir|curl|wget|echo|export|apt(?:-get)?) ",
            "(?:docker|brew|cargo|make|chmod|source|python3?|pytest|node) ",
            r"if \[",
            "(?:fi|done)$",
        ),
    ),
)
_PYTHON = _lines(
    r"(?:async )?def \w+ ?\(",
    r"class \w+.*:",
    r"import \w",
    r"from [\w.]+ import ",
    r"@\w",
    r"(?:print\(|assert |return\b|raise |try:)",
    r"(?:if|elif|for|while|with) .+:[ \t]*(?:#.*)?$",
    r"\w[\w., \[\]\"']* ?[-+*/|&]?= ?\S",
)
_DEFINES = _lines(
    r"(?:async )?def \w+ ?\(.*:[ \t]*(?:#.*)?$",
    r"class \w+(?:\(.*\))?:[ \t]*$",
    r"import \w+(?:\.\w+)*(?: as \w+)?[ \t]*$",
    r"from [\w.]+ import [\w*(]",
)


def guess_language(code: str) -> str | None:
    """Guess a code's language: one whose grammar takes it without an error, else one whose marks it bears."""
    code = code[:LONGEST_GUESSED]
    if not code.strip():
        return None
    if _is_json(code):
        return "json"
    pythonic = _PYTHON.search(code) is not None
    python = is_python(code)
    if python and pythonic:
        return "python"
    hinted = [language for language, hint in _HINTS if hint.search(code)]
    clean = next((language for language in hinted if parses_cleanly(code, language)), None)
    if clean is None and (python or looks_like_python(code)):
        return "python"
    return clean or next(iter(hinted), None)


def looks_like_python(code: str) -> bool:
    """Tell whether a text defines or imports something in Python; the rest may be broken."""
    return _DEFINES.search(code) is not None


def is_python(code: str) -> bool:
    """Tell whether a text is Python that does something: bare words and numbers are prose."""
    import ast

    tree = python_tree(code)
    if tree is None:
        return False
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            continue
        if not isinstance(statement, ast.Expr):
            return True
        if isinstance(
            statement.value, (ast.Call, ast.Await, ast.Yield, ast.Lambda, ast.ListComp, ast.DictComp, ast.BinOp)
        ):
            return True
    return False


def is_notebook(code: str) -> bool:
    """Tell whether a text is a Jupyter notebook: JSON, although mostly Python's syntax, too."""
    return '"nbformat"' in code and '"cells"' in code and _is_json(code)


def _is_json(code: str) -> bool:
    stripped = code.strip()
    if stripped[0] not in "{[" or stripped[-1] not in "}]":
        return False
    try:
        json.loads(stripped)
    except (ValueError, RecursionError):
        return False
    return True
