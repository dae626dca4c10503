"""Which language a piece of code is in, where the model did not say."""

from __future__ import annotations

import json
import re

from pytest_aiassert.code.parsing import parses_cleanly, python_tree

LONGEST_GUESSED = 20_000
"""Characters looked at; what comes after them does not change the guess."""

_FLAGS = re.MULTILINE
_HINTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("go", re.compile(r"^(?:package \w+$|func (?:\([^)]*\) )?\w+\(.*\{$|import \($)", _FLAGS)),
    ("rust", re.compile(r"^\s*(?:(?:pub )?fn \w+|use \w+::|impl\b|let mut |#\[derive)", _FLAGS)),
    ("c-sharp", re.compile(r"^\s*(?:using [\w.]+;|namespace [\w.]+)|\bConsole\.Write", _FLAGS)),
    ("java", re.compile(r"^\s*(?:public |private |protected |import java|@Override|package [\w.]+;)", _FLAGS)),
    (
        "cpp",
        re.compile(
            r"^\s*(?:#include <(?:iostream|vector|string|map|algorithm)>|using namespace|template ?<)|std::", _FLAGS
        ),
    ),
    (
        "c",
        re.compile(
            r"^\s*(?:#include|#define|(?:static |unsigned |const )*(?:int|void|char|double|float|size_t) \*?\w+\()",
            _FLAGS,
        ),
    ),
    (
        "javascript",
        re.compile(
            r"^\s*(?:(?:export )?(?:default )?(?:async )?function\b|(?:export )?(?:const|let|var) [\w{\[]|import .* from ['\"]"
            r"|(?:module\.)?exports\b|class \w+[^:]*\{$|console\.|describe\(|(?:test|it)\(['\"`])|=> ?[{(\w]|\brequire\(",
            _FLAGS,
        ),
    ),
    (
        "typescript",
        re.compile(
            r"^\s*(?:(?:export )?(?:interface|type|enum|abstract class) \w+|import .* from ['\"])"
            r"|^\s*(?:export )?(?:async )?(?:function|const|let|var) .*: ?\w",
            _FLAGS,
        ),
    ),
    ("ruby", re.compile(r"^\s*(?:def \w+[?!]?(?:\(.*\))?$|puts |require ['\"]|module [A-Z]|attr_\w+ |end$)", _FLAGS)),
    (
        "bash",
        re.compile(
            r"^(?:#!.*\b(?:ba|z|da)?sh\b|\$ |\s*(?:sudo|pip3?|npm|npx|yarn|git|cd|ls|mkdir|curl|wget|echo|export|apt(?:-get)?"
            r"|docker|brew|cargo|make|chmod|source|python3?|pytest|node) |\s*if \[|\s*fi$|\s*done$)",
            _FLAGS,
        ),
    ),
)
_PYTHON = re.compile(
    r"^[ \t]*(?:(?:async )?def \w+ ?\(|class \w+.*:|import \w|from [\w.]+ import |@\w|print\(|assert |return\b|raise |try:"
    r"|(?:if|elif|for|while|with) .+:[ \t]*(?:#.*)?$|\w[\w., \[\]\"']* ?[-+*/|&]?= ?\S)",
    _FLAGS,
)


def guess_language(code: str) -> str | None:
    """Guess a code's language: one whose grammar takes it without an error, else one whose marks it bears."""
    code = code[:LONGEST_GUESSED]
    if not code.strip():
        return None
    if _is_json(code):
        return "json"
    pythonic = _PYTHON.search(code) is not None
    if pythonic and is_python(code):
        return "python"
    hinted = [language for language, hint in _HINTS if hint.search(code)]
    clean = next((language for language in hinted if parses_cleanly(code, language)), None)
    if clean is not None:
        return clean
    if is_python(code):
        return "python"
    if looks_like_python(code):
        return "python"
    return hinted[0] if hinted else None


def looks_like_python(code: str) -> bool:
    """Tell whether a text defines or imports something in Python; the rest may be broken."""
    return _DEFINES.search(code) is not None


_DEFINES = re.compile(
    r"^[ \t]*(?:(?:async )?def \w+ ?\(.*\)(?: ?->.*)?:[ \t]*(?:#.*)?$|class \w+(?:\(.*\))?:[ \t]*$|import \w+(?:\.\w+)*(?: as \w+)?[ \t]*$"
    r"|from [\w.]+ import [\w*(])",
    _FLAGS,
)


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


def _is_json(code: str) -> bool:
    stripped = code.strip()
    if stripped[0] not in "{[" or stripped[-1] not in "}]":
        return False
    try:
        json.loads(stripped)
    except (ValueError, RecursionError):
        return False
    return True
