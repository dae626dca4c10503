"""Every matcher by name: calls as they print, how YAML writes them, and calls that cannot be."""

from __future__ import annotations

import json
from typing import Any

import yaml

from pytest_aiassert import matchers
from pytest_aiassert.matchers.base import Matcher

ADD = "def add(a, b):\n    return a + b\n"
QUOTED = json.dumps(ADD)

# A call that prints as it is written here, and the same in a golden set. `repo` is a git repository.
CALLS: dict[str, list[tuple[str, str]]] = {
    "all_of": [("contains_code() & mentions('a')", "{all_of: [contains_code, {mentions: a}]}")],
    "answers_with": [
        ("answers_with(42)", "{answers_with: 42}"),
        ("answers_with('2024-05-01')", "{answers_with: '2024-05-01'}"),
        ("answers_with('B')", "{answers_with: B}"),
        ("answers_with(True)", "{answers_with: true}"),
        ("answers_with('a b')", "{answers_with: a b}"),
        ("answers_with(0.5, tolerance=0.1)", "{answers_with: {value: 0.5, tolerance: 0.1}}"),
    ],
    "any_of": [("parses('json') | mentions('b')", "{any_of: [{parses: json}, {mentions: b}]}")],
    "applies_to": [
        ("applies_to('repo', tests=False)", "{applies_to: {repo: repo, tests: false}}"),
        ("applies_to('repo', at='HEAD~0', strict=True)", "{applies_to: {repo: repo, at: HEAD~0, strict: true}}"),
    ],
    "at_least": [("at_least(1, has_json(), mentions('b'))", "{at_least: [1, has_json, {mentions: b}]}")],
    "behaves_like": [
        (f"behaves_like({ADD!r}, inputs=[[1, 2]])", f"{{behaves_like: {{reference: {QUOTED}, inputs: [[1, 2]]}}}}"),
    ],
    "calls_tool": [("calls_tool('f', {'a': 1})", "{calls_tool: [f, {a: 1}]}")],
    "calls_tools": [
        ("calls_tools('f', 'g')", "{calls_tools: [f, g]}"),
        ("calls_tools('f', order='any')", ""),
    ],
    "contains_code": [("contains_code('python', min_blocks=2)", "{contains_code: [py, 2]}")],
    "defines": [
        ("defines('f', params=['x'], returns='int')", "{defines: {name: f, params: [x], returns: int}}"),
    ],
    "edits_only": [("edits_only('src/**', '*.py')", "{edits_only: [src/**, '*.py']}")],
    "equals": [("equals('a', ignore_case=True)", "{equals: {text: a, ignore_case: true}}")],
    "faster_than": [
        (f"faster_than({ADD!r}, inputs=[[1, 2]], by=2)",
         f"{{faster_than: {{reference: {QUOTED}, inputs: [[1, 2]], by: 2}}}}"),
    ],
    "has_docstrings": [("has_docstrings(0.5)", "{has_docstrings: 0.5}")],
    "has_json": [("has_json()", "has_json")],
    "has_no_secrets": [("has_no_secrets()", "has_no_secrets")],
    "has_tests": [("has_tests(3)", "{has_tests: 3}")],
    "implements": [
        ("implements('addition')", "{implements: addition}"),
        ("implements('add(a, b)')", "{implements: 'add(a, b)'}"),
        ("implements('f', cases=[[[1], 2]])", "{implements: {target: f, cases: [[[1], 2]]}}"),
    ],
    "imports_exist": [("imports_exist()", "imports_exist")],
    "imports_only": [("imports_only('os')", "{imports_only: os}")],
    "is_formatted": [("is_formatted(line_length=100)", "{is_formatted: 100}")],
    "is_refusal": [("is_refusal()", "is_refusal")],
    "is_secure": [("is_secure()", "is_secure")],
    "json_equals": [
        ("json_equals({'a': [1]}, ignore=['$..b'], ignore_order=True)",
         "{json_equals: {value: {a: [1]}, ignore: [$..b], ignore_order: true}}"),
        ("json_equals([1.5, 2], tolerance=0.1, ignore_order=True)",
         "{json_equals: {value: [1.5, 2], tolerance: 0.1, ignore_order: true}}"),
    ],
    "length": [
        (f"length(min=1, max=9{unit})", f"{{length: {{min: 1, max: 9{yaml_unit}}}}}")
        for unit, yaml_unit in (("", ""), (", unit='characters'", ", unit: characters"),
        (", unit='lines'", ", unit: lines"))
    ],
    "matches_regex": [("matches_regex('\\\\bdef\\\\b')", r"{matches_regex: '\bdef\b'}")],
    "matches_schema": [("matches_schema({'type': 'object'})", "{matches_schema: {type: object}}")],
    "max_complexity": [("max_complexity(3)", "{max_complexity: 3}")],
    "max_steps": [("max_steps(1)", "{max_steps: 1}")],
    "mentions": [("mentions('a', whole_word=True)", "{mentions: {text: a, whole_word: true}}")],
    "never_calls": [("never_calls('f')", "{never_calls: f}")],
    "not": [("~mentions('a')", "{not: {mentions: a}}"),
            ("~(has_json() & parses())", "{not: {all_of: [has_json, parses]}}")],
    "one_of": [("one_of('a', 'b')", "{one_of: [a, b]}")],
    "parses": [("parses()", "parses"), ("parses('python')", "{parses: py}")],
    "passes_lint": [("passes_lint()", "passes_lint")],
    "quality_score": [("quality_score(80, weights={'lint': 1})", "{quality_score: {min: 80, weights: {lint: 1}}}")],
    "similar_code": [(f"similar_code({ADD!r})", f"{{similar_code: {QUOTED}}}")],
    "similar_to": [
        ("similar_to('a b c')", "{similar_to: a b c}"),
        ("similar_to('a b c', by='tokens')", "{similar_to: {text: a b c, by: tokens}}"),
    ],
    "tests_kill_mutants": [("tests_kill_mutants()", "tests_kill_mutants")],
    "tests_pass": [("tests_pass()", "tests_pass"), (f"tests_pass(reference={ADD!r})", f"{{tests_pass: {QUOTED}}}")],
    "type_checks": [("type_checks(checker='mypy')", "{type_checks: {checker: mypy}}")],
    "weighted": [("weighted({mentions('a'): 1, has_json(): 2}, min=0.5)",
                  "{weighted: {matchers: [[{mentions: a}, 1], [has_json, 2]], min: 0.5}}")],
    "within": [("within(tokens=10)", "{within: {tokens: 10}}")],
}  # fmt: skip

# Calls that must be refused at once, with words of the reason. None where there is nothing to get wrong.
IMPOSSIBLE: dict[str, list[tuple[str, str]] | None] = {
    "all_of": [("all_of()", "needs at least one"), ("all_of(3)", "3 is not a matcher"),
               ("all_of(parses)", "not called")],
    "answers_with": [("answers_with(float('nan'))", "finite"), ("answers_with('')", "empty"),
                     ("answers_with([1])", "value is"),
                     ("answers_with('a b', tolerance=1)", "is no number"), ("answers_with('2024-13-01')", "no date")],
    "any_of": [("any_of()", "needs at least one")],
    "applies_to": [("applies_to('nowhere')", "is no folder"),
                   ("applies_to('repo', tests='rm -rf /')", "the sandbox runs")],
    "at_least": [("at_least(2, parses())", "can never pass"), ("at_least(0, parses())", "k is 0"),
                 ("at_least(1)", "needs")],
    "behaves_like": [("behaves_like('def f(:', inputs=[(1,)])", "does not parse"),
                     ("behaves_like(abs, inputs=[])", "inputs is"),
                     ("behaves_like('def f(x): raise ValueError', inputs=[(1,)])", "raised ValueError"),
                     ("behaves_like('import random\\ndef f(x): return random.random()', inputs=[(1,)])", "otherwise"),
                     ("behaves_like('def f(x):\\n while 1: pass', inputs=[(1,)])", "gave no answer")],
    "calls_tool": [("calls_tool('')", "empty"), ("calls_tool('f', 3)", "args is")],
    "calls_tools": [("calls_tools()", "at least one"), ("calls_tools('f', order='sorted')", "order is")],
    "contains_code": [("contains_code('klingon')", "klingon"), ("contains_code(min_blocks=0)", "min_blocks is 0")],
    "defines": [("defines('not a name')", "not a name"), ("defines('f', params=3)", "params")],
    "edits_only": [("edits_only()", "at least one"), ("edits_only('/etc/*')", "absolute")],
    "equals": [("equals(3)", "expected a str")],
    "faster_than": [("faster_than('x = 1', inputs=[(1,)])", "no function"),
                    ("faster_than('def f(x): return x', inputs=[(1,)], by=0)", "by is 0")],
    "has_docstrings": [("has_docstrings(2)", "from 0 to 1")],
    "has_json": None,
    "has_no_secrets": None,
    "has_tests": [("has_tests(0)", "min is 0")],
    "implements": [("implements('no such behaviour')", "no such behaviour"), ("implements('f(')", "f\\("),
                   ("implements('f', cases=[])", "cases"), ("implements('f', cases=[3])", "case")],
    "imports_exist": None,
    "imports_only": [("imports_only('not a module')", "not a module")],
    "is_formatted": [("is_formatted(0)", "line_length is 0"), ("is_formatted(1000)", "line_length is 1000")],
    "is_refusal": None,
    "is_secure": [("is_secure(ignore='nonsense')", "nonsense")],
    "json_equals": [("json_equals({1: 2})", "key"), ("json_equals(float('inf'))", "finite"),
                    ("json_equals(1, ignore=['a b'])", "no path"),
                    ("json_equals(1, tolerance=-1)", "tolerance is -1")],
    "length": [("length()", "needs min"), ("length(5, 2)", "no reply can keep"),
               ("length(1, unit='pages')", "unit is")],
    "matches_regex": [("matches_regex('(')", "regular expression|unterminated|\\("), ("matches_regex(3)", "3")],
    "matches_schema": [("matches_schema({'type': 'nonsense'})", "nonsense"), ("matches_schema(3)", "3")],
    "max_complexity": [("max_complexity(0)", "is 0")],
    "max_steps": [("max_steps(-1)", "is -1")],
    "mentions": [("mentions('')", "empty"), ("mentions(3)", "expected a str")],
    "never_calls": [("never_calls()", "at least one")],
    "not": [("not_(3)", "3 is not a matcher")],
    "one_of": [("one_of('a')", "two or more"), ("one_of('a', 'A')", "same option"),
               ("one_of('a', '')", "an option is")],
    "parses": [("parses('klingon')", "klingon"), ("parses('cobol')", "cobol")],
    "passes_lint": [("passes_lint(select=[])", "empty"), ("passes_lint(select='nonsense')", "nonsense")],
    "quality_score": [("quality_score(101)", "from 0 to 100"), ("quality_score(weights={'beauty': 1})", "beauty"),
                      ("quality_score(weights={'lint': 0})", "all zero")],
    "similar_code": [("similar_code('')", "reference"), ("similar_code('x', min=2)", "from 0 to 1"),
                     ("similar_code('x', language='cobol')", "cobol")],
    "similar_to": [("similar_to(' ')", "nothing can be like"), ("similar_to('a', by='smell')", "by is"),
                   ("similar_to('a', min=2)", "min is 2")],
    "tests_kill_mutants": [("tests_kill_mutants(min=2)", "from 0 to 1"),
                           ("tests_kill_mutants(reference='def f(:')", "reference")],
    "tests_pass": [("tests_pass(reference='def f(:')", "reference"), ("tests_pass(3)", "reference is 3")],
    "type_checks": [("type_checks(checker='pyre')", "checker is"), ("type_checks(strict=1)", "strict is 1")],
    "weighted": [("weighted({}, min=1)", "at least one"), ("weighted({parses(): -1}, min=1)", "-1"),
                 ("weighted([(parses(), 1)] * 2, min=1)", "twice")],
    "within": [("within()", "needs"), ("within(latency=-1)", "latency is -1"), ("within(tokens=1.5)", "tokens is 1.5")],
}  # fmt: skip

NAMES = {name: getattr(matchers, name) for name in matchers.__all__}


def made(call: str) -> Matcher:
    """Make a matcher as a test would write it."""
    matcher = eval(call, dict(NAMES))
    assert isinstance(matcher, Matcher)
    return matcher


def spec(text: str) -> Any:
    """Read a check as a golden set writes it."""
    return yaml.safe_load(text)
