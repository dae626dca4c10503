"""Code in the strings of a JSON answer."""

from __future__ import annotations

import json

import pytest

from pytest_aiassert.code import extract

ADD = "def add(a, b):\n    return a + b"


def inner(value):
    """Return the blocks that come after the JSON's own, bare and fenced alike."""
    text = json.dumps(value, indent=2)
    first, *bare = extract(text)
    outer, *fenced = extract(f"Here:\n```json\n{text}\n```")
    assert (first.language, outer.language, outer.line) == ("json", "json", 3)
    assert [block.code for block in bare] == [block.code for block in fenced]
    assert {block.line for block in fenced} <= {3}
    return bare


@pytest.mark.parametrize("key", ["code", "solution", "program", "content", "Code"])
def test_a_string_that_its_key_calls_code_is_a_block(key):
    (block,) = inner({key: ADD, "explanation": "Adds."})
    assert (block.code, block.language) == (ADD, "python")


def test_its_neighbours_name_language_and_file():
    files = [{"path": "a.ts", "content": "let a"}, {"filename": "b", "lang": "py", "code": "b = 1"}]
    found = [(block.code, block.language, block.filename) for block in inner({"files": files})]
    assert found == [("let a", "typescript", "a.ts"), ("b = 1", "python", None)]


def test_a_string_with_a_fence_is_a_reply_of_its_own():
    (block,) = inner({"answer": f"Here it is:\n```python\n{ADD}\n```\nDone."})
    assert (block.code, block.language, block.closed) == (ADD, "python", True)


@pytest.mark.parametrize(
    "value",
    [
        {"text": ADD},
        {"code": 3, "content": None},
        {"code": ""},
        {"content": "The function adds two numbers."},
        {"code": "E1042"},
        [1, [2, {"x": {}}]],
    ],
)
def test_other_strings_are_data(value):
    assert inner(value) == []


def test_json_that_is_none_holds_nothing():
    assert len(extract('```json\n{"code": "x = 1",}\n```')) == 1
