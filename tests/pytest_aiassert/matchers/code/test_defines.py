"""defines: functions, classes and methods by name, parameters and types."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import defines
from pytest_aiassert.matchers.registry import build_check

STACK = """```python
from dataclasses import dataclass
from typing import Optional, List, Union

class Stack:
    def __init__(self, size: int = 3): ...
    def push(self, item) -> None: ...
    @staticmethod
    def of(*items, limit=None, **rest): ...

@dataclass
class Point:
    x: int
    y: "int"

def find(items: List[int], key: Union[str, None]) -> Optional[int]: ...
double = lambda n: 2 * n
try:
    import fast
except ImportError:
    def slow(a, *, b): ...
```"""
SHOP = """```ts
export function total(prices: number[], rate = 0.2): number { return 0 }
export const area = async (w, h) => w * h;
const one = x => x;
class Cart { constructor(owner) {} add(item) {} static of = (a) => a; }
interface Shape { name: string }
module.exports.helper = function (...all) {};
```"""


@pytest.mark.parametrize(
    "matcher",
    [
        defines("Stack"),
        defines("Stack", params=["size: int"]),
        defines("Stack.push", params="item", returns=type(None)),
        defines("Stack.of", params=["*items", "limit", "**rest"]),
        defines("Point", params=["x: int", "y: int"]),
        defines("find", params=["items: list[int]", "key: str | None"], returns="int | None"),
        defines("find", returns="Union[None, int]"),
        defines("double", params=["n"]),
        defines("slow", params=["a", "*", "b"]),
    ],
    ids=repr,
)
def test_what_python_defines_is_found(matcher):
    verdict = matcher.check(STACK)
    assert verdict.passed, verdict.reason
    assert len(verdict.evidence[0].marks) == 1


@pytest.mark.parametrize(
    "matcher",
    [
        defines("total", params=["prices: number[]", "rate"], returns="number"),
        defines("area", params=["w", "h"]),
        defines("one", params=["x"]),
        defines("Cart", params=["owner"]),
        defines("Cart.add", params=["item"]),
        defines("Cart.of", params=["a"]),
        defines("Shape", params=[]),
        defines("helper", params=["...all"]),
    ],
    ids=repr,
)
def test_what_typescript_defines_is_found(matcher):
    verdict = matcher.check(SHOP)
    assert verdict.passed, verdict.reason


@pytest.mark.parametrize(
    ("matcher", "score", "reason"),
    [
        (
            defines("find", params=["key", "items"], returns="int | None"),
            0.5 + 0.5 / 3,
            " -> int | None at line 16: its parameters are (items, key), expected (key, items)",
        ),
        (
            defines("Stack.push", params=["item: int"], returns=bool),
            0.5,
            "the parameter 'item' has no type, expected int; the return type is written as None, expected bool",
        ),
        (
            defines("double", returns="int"),
            0.5,
            "defines double(n) at line 17: the return type is not written, expected int",
        ),
        (
            defines("fnd"),
            0.0,
            "the code does not define 'fnd': it defines Stack, Stack.__init__, Stack.push, Stack.of, ",
        ),
        (defines("push"), 0.0, "ask for it as 'Stack.push'"),
    ],
)
def test_what_differs_is_told(matcher, score, reason):
    verdict = matcher.check(STACK)
    assert not verdict.passed
    assert verdict.score == pytest.approx(score)
    assert reason in verdict.reason


def test_the_better_definition_of_two_counts():
    reply = "```python\ndef f(a): ...\n```\n```python\ndef f(a, b): ...\n```"
    assert reply == defines("f", params=["a"])
    assert reply == defines("f", params=["a", "b"])


def test_a_reply_without_readable_code_says_so():
    assert defines("f").check("words").reason == "no code: the reply is prose only (5 characters)"
    assert defines("f").check("```go\nfunc f() {}\n```").reason.startswith("definitions are read in python, javascript")
    broken = defines("f").check("```python\ndef f(a:\n```").reason
    assert broken.startswith(
        "the code does not define 'f': it defines nothing; the python block at line 2 does not parse"
    )


def test_an_annotation_deeper_than_the_stack_is_no_definition():
    assert not defines("f").check(f"```python\ndef f(a: {'a | ' * 1500}a): ...\n```").passed


def test_golden_sets_write_it_as_a_mapping():
    assert repr(build_check({"defines": {"name": "f", "params": ["a"], "returns": "int"}})) == (
        "defines('f', params=['a'], returns='int')"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "a b"}, "defines: name is 'a b'; expected a name such as"),
        ({"name": 3}, "defines: name is 3"),
        ({"name": "f", "params": 3}, "defines: params is 3; expected a list of names"),
        ({"name": "f", "params": ["a b"]}, "defines: params has 'a b'; expected a parameter's name"),
        ({"name": "f", "params": [None]}, "defines: params has None"),
        ({"name": "f", "params": ["a, b"]}, "defines: params has 'a, b'"),
        ({"name": "f", "returns": " "}, "defines: returns is ' '; expected a type"),
    ],
)
def test_impossible_arguments_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        defines(**arguments)
