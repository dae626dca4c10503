"""Code in replies: found, named, parsed and linted."""

from __future__ import annotations

from pytest_aiassert.code.completing import complete_function
from pytest_aiassert.code.extraction import Block, extract
from pytest_aiassert.code.findings import Finding
from pytest_aiassert.code.languages import KNOWN_LANGUAGES, canonical_language
from pytest_aiassert.code.linters import Linter
from pytest_aiassert.code.parsing import SyntaxIssue, syntax_errors

__all__ = [
    "KNOWN_LANGUAGES",
    "Block",
    "Finding",
    "Linter",
    "SyntaxIssue",
    "canonical_language",
    "complete_function",
    "extract",
    "syntax_errors",
]
