"""Matchers: values that judge a reply. Each loads when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.matchers.base import Matcher
    from pytest_aiassert.matchers.code.applies_to import applies_to, edits_only
    from pytest_aiassert.matchers.code.behaves_like import behaves_like
    from pytest_aiassert.matchers.code.contains_code import contains_code, parses
    from pytest_aiassert.matchers.code.defines import defines
    from pytest_aiassert.matchers.code.faster_than import faster_than
    from pytest_aiassert.matchers.code.has_docstrings import has_docstrings
    from pytest_aiassert.matchers.code.has_tests import has_tests
    from pytest_aiassert.matchers.code.implements import implements
    from pytest_aiassert.matchers.code.imports import imports_exist, imports_only
    from pytest_aiassert.matchers.code.is_formatted import is_formatted
    from pytest_aiassert.matchers.code.is_secure import is_secure
    from pytest_aiassert.matchers.code.max_complexity import max_complexity
    from pytest_aiassert.matchers.code.passes_lint import passes_lint
    from pytest_aiassert.matchers.code.quality_score import quality_score
    from pytest_aiassert.matchers.code.similar_code import similar_code
    from pytest_aiassert.matchers.code.tests_pass import tests_kill_mutants, tests_pass
    from pytest_aiassert.matchers.code.type_checks import type_checks
    from pytest_aiassert.matchers.composition import all_of, any_of, at_least, not_, weighted
    from pytest_aiassert.matchers.cost import within
    from pytest_aiassert.matchers.structure.json_equals import has_json, json_equals
    from pytest_aiassert.matchers.structure.matches_schema import matches_schema
    from pytest_aiassert.matchers.text.answers_with import answers_with, one_of
    from pytest_aiassert.matchers.text.has_no_secrets import has_no_secrets
    from pytest_aiassert.matchers.text.is_refusal import is_refusal
    from pytest_aiassert.matchers.text.length import length
    from pytest_aiassert.matchers.text.mentions import matches_regex, mentions
    from pytest_aiassert.matchers.text.similar_to import equals, similar_to
    from pytest_aiassert.matchers.tools.calls_tool import calls_tool, calls_tools, max_steps, never_calls

__all__ = [
    "Matcher",
    "all_of",
    "answers_with",
    "any_of",
    "applies_to",
    "at_least",
    "behaves_like",
    "calls_tool",
    "calls_tools",
    "contains_code",
    "defines",
    "edits_only",
    "equals",
    "faster_than",
    "has_docstrings",
    "has_json",
    "has_no_secrets",
    "has_tests",
    "implements",
    "imports_exist",
    "imports_only",
    "is_formatted",
    "is_refusal",
    "is_secure",
    "json_equals",
    "length",
    "matches_regex",
    "matches_schema",
    "max_complexity",
    "max_steps",
    "mentions",
    "never_calls",
    "not_",
    "one_of",
    "parses",
    "passes_lint",
    "quality_score",
    "similar_code",
    "similar_to",
    "tests_kill_mutants",
    "tests_pass",
    "type_checks",
    "weighted",
    "within",
]

__getattr__, __dir__ = lazy(
    __name__,
    **{
        "base": ("Matcher",),
        "code.applies_to": ("applies_to", "edits_only"),
        "code.behaves_like": ("behaves_like",),
        "code.contains_code": ("contains_code", "parses"),
        "code.defines": ("defines",),
        "code.faster_than": ("faster_than",),
        "code.has_docstrings": ("has_docstrings",),
        "code.has_tests": ("has_tests",),
        "code.implements": ("implements",),
        "code.imports": ("imports_exist", "imports_only"),
        "code.is_formatted": ("is_formatted",),
        "code.is_secure": ("is_secure",),
        "code.max_complexity": ("max_complexity",),
        "code.passes_lint": ("passes_lint",),
        "code.quality_score": ("quality_score",),
        "code.similar_code": ("similar_code",),
        "code.tests_pass": ("tests_kill_mutants", "tests_pass"),
        "code.type_checks": ("type_checks",),
        "composition": ("all_of", "any_of", "at_least", "not_", "weighted"),
        "cost": ("within",),
        "structure.json_equals": ("has_json", "json_equals"),
        "structure.matches_schema": ("matches_schema",),
        "text.answers_with": ("answers_with", "one_of"),
        "text.has_no_secrets": ("has_no_secrets",),
        "text.is_refusal": ("is_refusal",),
        "text.length": ("length",),
        "text.mentions": ("matches_regex", "mentions"),
        "text.similar_to": ("equals", "similar_to"),
        "tools.calls_tool": ("calls_tool", "calls_tools", "max_steps", "never_calls"),
    },
)
