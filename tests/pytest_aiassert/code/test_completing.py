"""A prompt that ends in a signature, joined to replies as models go on from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert import implements, parses
from pytest_aiassert.code import complete_function, extract

PROMPT = '''from typing import List


def add(a: int, b: int) -> int:
    """Add two numbers.

    >>> add(1, 2)
    3
    """
'''
REPLIES = {
    "a body": "    return a + b\n",
    "a body after a blank line": "\n    return a + b\n",
    "a body, then more": "    total = a + b\n    return total\n\n\ndef other():\n    pass\n\nprint(add(1) / 0)\n",
    "a body, then a comment": "    return a + b\n# the end",
    "a body in tabs": "\tif a:\n\t\treturn a + b\n\treturn b\n",
    "one line where the prompt ended": "return a + b",
    "a first line where the prompt ended": "total = a + b\n    return total\n",
    "a first line that opens a block": "if a:\n        return a + b\n    return b\n",
    "a first line that opens a block from nothing": "if a:\n    return a + b\nreturn b\n",
    "a body without indentation": "total = a + b\nreturn total\n",
    "a fenced body": "Sure:\n```python\n    return a + b\n```\nThat is it.",
    "a fenced body without indentation": "```python\nif a:\n    return a + b\nreturn b\n```",
    "the whole function": "```python\ndef add(a, b):\n    return a + b\n```",
    "the whole function, bare": "def add(a, b):\n    return a + b\n",
    "the whole function and what it needs": (
        "```python\nimport operator\n\ndef add(a, b):\n    return operator.add(a, b)\n```"
    ),
    "the whole function after a thought": "<think>easy</think>\n```python\ndef add(a, b):\n    return a + b\n```",
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_prompt_and_reply_make_a_function(reply):
    program = complete_function(PROMPT, reply)
    names = {}
    exec(compile(program, "program.py", "exec"), names)

    assert names["add"](1, 2) == 3
    assert program.startswith("from typing import List\n")
    assert "other" not in names


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_matchers_read_what_was_joined_as_one_block(reply):
    program = complete_function(PROMPT, reply)

    assert [(block.language, block.code.strip()) for block in extract(program)] == [("python", program.strip())]
    assert program == parses("python") & implements("add", cases=[((1, 2), 3)])


def test_the_last_of_several_functions_is_completed():
    program = complete_function("def one():\n    return 1\n\ndef two():\n", "    return one() + 1\n")

    names = {}
    exec(program, names)
    assert names["two"]() == 2


def test_a_narrow_prompt_keeps_its_width():
    assert complete_function("def f(x):\n  '''Doubles.'''\n", "  return 2 * x").endswith("\n  return 2 * x\n")


def test_a_prompt_without_a_function_is_gone_on_from():
    assert complete_function("x = 1", "y = 2") == "x = 1\n    y = 2\n"


@given(st.text(), st.text())
def test_any_texts_make_a_text(prompt, reply):
    assert isinstance(complete_function(prompt, reply), str)
