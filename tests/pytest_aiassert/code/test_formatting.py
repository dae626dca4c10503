"""Formatting: by a warm server as by a process, to the letter."""

from __future__ import annotations

import random

import pytest
from benchmarks.replies import recorded_code

from pytest_aiassert.code import formatting
from pytest_aiassert.code.formatting import formatted
from pytest_aiassert.code.parsing import python_tree
from pytest_aiassert.code.warm import warm_ruff

ODD = (
    "x=1\r\ny=2\r\n",
    "x=1\ry=2\r",
    'x="𝒳";y=1',
    "# fmt: off\nx=1\n",
    "",
    "\n\n",
    "x=1\n\n\n\n",
    "\ufeffx=1\n",
    "x = '''\n \x0c \u2028'''  \n",
    "def f(a,\n b): return  a\n\n\n\nclass C: pass\n",
)


@pytest.fixture(autouse=True)
def _warm():
    warm_ruff().close()
    formatted.cache_clear()
    formatted("warm=1\n", 88)


def test_recorded_code_is_formatted_as_by_a_process():
    codes = [code for code in recorded_code() if python_tree(code) is not None]
    sample = random.Random(1).sample(codes, 60)
    assert [formatted(code, 88) for code in sample] == [formatting._by_process(code, 88) for code in sample]


@pytest.mark.parametrize("code", ODD)
@pytest.mark.parametrize("length", [20, 88])
def test_odd_code_is_formatted_as_by_a_process(code, length):
    formatted("warm=1\n", length)
    assert formatted(code, length) == formatting._by_process(code, length)


def test_what_does_not_parse_is_none():
    assert [formatted(f"x{number} = (", 88) for number in range(3)] == [None] * 3


def test_edits_count_from_the_text_as_it_was():
    edits = [
        {"range": {"start": {"line": 0, "character": 1}, "end": {"line": 1, "character": 0}}, "newText": "two\n"},
        {"range": {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 2}}, "newText": "3"},
    ]
    assert formatting._edited("𝒳é\r\n456\n", edits) == "𝒳two\n36\n"


def test_an_edit_that_cannot_be_read_is_no_answer():
    class Odd:
        def edits(self, _code):
            return [{"newText": "x"}]

    with pytest.raises(ConnectionError, match="unusual edit"):
        formatting._by_server("x", Odd())
