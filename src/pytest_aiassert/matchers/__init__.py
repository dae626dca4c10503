"""Matchers: values that judge a reply. Each loads when first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_aiassert.lazy import lazy

if TYPE_CHECKING:
    from pytest_aiassert.matchers.answering import answers_with, one_of
    from pytest_aiassert.matchers.base import Matcher
    from pytest_aiassert.matchers.code import contains_code, parses
    from pytest_aiassert.matchers.combining import at_least, weighted
    from pytest_aiassert.matchers.comparing import equals, similar_to
    from pytest_aiassert.matchers.complexity import max_complexity
    from pytest_aiassert.matchers.composition import all_of, any_of, not_
    from pytest_aiassert.matchers.defining import defines
    from pytest_aiassert.matchers.documenting import has_docstrings
    from pytest_aiassert.matchers.formatting import is_formatted
    from pytest_aiassert.matchers.implementing import implements
    from pytest_aiassert.matchers.importing import imports_exist, imports_only
    from pytest_aiassert.matchers.jsonequality import has_json, json_equals
    from pytest_aiassert.matchers.likewise import behaves_like
    from pytest_aiassert.matchers.linting import passes_lint
    from pytest_aiassert.matchers.measuring import length
    from pytest_aiassert.matchers.quality import quality_score
    from pytest_aiassert.matchers.refusing import is_refusal
    from pytest_aiassert.matchers.schema import matches_schema
    from pytest_aiassert.matchers.secrecy import has_no_secrets
    from pytest_aiassert.matchers.security import is_secure
    from pytest_aiassert.matchers.similarity import similar_code
    from pytest_aiassert.matchers.spending import within
    from pytest_aiassert.matchers.testing import has_tests
    from pytest_aiassert.matchers.testrunning import tests_kill_mutants, tests_pass
    from pytest_aiassert.matchers.text import matches_regex, mentions
    from pytest_aiassert.matchers.toolcalls import calls_tool, calls_tools, max_steps, never_calls
    from pytest_aiassert.matchers.typechecking import type_checks

__all__ = [
    "Matcher",
    "all_of",
    "answers_with",
    "any_of",
    "at_least",
    "behaves_like",
    "calls_tool",
    "calls_tools",
    "contains_code",
    "defines",
    "equals",
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
    answering=("answers_with", "one_of"),
    base=("Matcher",),
    code=("contains_code", "parses"),
    combining=("at_least", "weighted"),
    comparing=("equals", "similar_to"),
    complexity=("max_complexity",),
    composition=("all_of", "any_of", "not_"),
    defining=("defines",),
    documenting=("has_docstrings",),
    formatting=("is_formatted",),
    implementing=("implements",),
    importing=("imports_exist", "imports_only"),
    jsonequality=("has_json", "json_equals"),
    likewise=("behaves_like",),
    linting=("passes_lint",),
    measuring=("length",),
    quality=("quality_score",),
    refusing=("is_refusal",),
    schema=("matches_schema",),
    secrecy=("has_no_secrets",),
    security=("is_secure",),
    similarity=("similar_code",),
    spending=("within",),
    testing=("has_tests",),
    testrunning=("tests_kill_mutants", "tests_pass"),
    text=("matches_regex", "mentions"),
    toolcalls=("calls_tool", "calls_tools", "max_steps", "never_calls"),
    typechecking=("type_checks",),
)
