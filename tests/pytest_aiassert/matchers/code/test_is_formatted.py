"""is_formatted: what the formatter would change."""

from __future__ import annotations

import pytest

from pytest_aiassert.code import formatting
from pytest_aiassert.code.warm import warm_ruff
from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import is_formatted
from pytest_aiassert.matchers.registry import build_check

GOOD = "```python\n\ndef add(a, b):\n    return a + b\n\n```"


def changes(code):
    return is_formatted().check(f"```python\n{code}\n```").reason


def test_formatted_code_passes_whatever_blank_lines_are_around_it():
    assert is_formatted().check(GOOD).reason == "ruff format changes nothing in 1 python block"
    assert is_formatted().check(f"{GOOD}\n\n{GOOD}").reason == "ruff format changes nothing in 2 python blocks"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("x=1\ny = 2", "ruff format would change 1 of 2 lines; line 2: `x=1` becomes `x = 1`"),
        ("x = 1\ndef f(): ...", "ruff format would change 1 of 2 lines; line 3: 2 blank lines missing"),
        ("x = 1\n\n\n\n\ny = 2", "ruff format would change 2 of 6 lines; line 3: 2 blank lines too many"),
        ("if x:\n    a = 1\n    \n    b = 1", "line 4: spaces on a blank line"),
        ("x = 1  \ny = 2", "line 2: spaces at the end of the line"),
        ("x = [1,\n2]\ny=2", "line 2: `x = [1,` and 2 more lines becomes `x = [1, 2]` and 1 more line"),
    ],
)
def test_changes_are_told(code, reason):
    assert changes(code).endswith(reason)


def test_changed_lines_are_marked_beside_the_formatted_text():
    verdict = is_formatted().check("```python\n\nx = 1\ny=2\n```")
    assert verdict.score == 0.5
    assert [(each.title, each.marks) for each in verdict.evidence] == [
        ("python block at line 2", (3,)),
        ("as ruff format writes it", ()),
    ]
    assert verdict.evidence[1].text == "x = 1\ny = 2\n"


def test_the_length_of_lines_can_be_chosen():
    reply = "```python\ntotal = first_value + second_value\n```"
    assert reply == is_formatted()
    assert reply != is_formatted(line_length=20)


def test_code_that_does_not_parse_is_never_passed():
    assert is_formatted().check("words").reason.startswith("no python code")
    assert (
        is_formatted().check(f"{GOOD}\n```python\nx = (\n```").reason.startswith("the python block at line 8 does not")
    )


def test_a_block_is_formatted_once(monkeypatch):
    formatting.formatted.cache_clear()
    asked = []
    by_server, by_process = formatting._by_server, formatting._by_process
    monkeypatch.setattr(formatting, "_by_server", lambda code, server: asked.append(code) or by_server(code, server))
    monkeypatch.setattr(formatting, "_by_process", lambda code, *a: asked.append(code) or by_process(code, *a))
    blocks = "\n".join(f"```python\nsize = {number}\n```" for number in range(4))
    assert is_formatted().check(f"{blocks}\n{blocks}") == is_formatted().check(f"{blocks}\n{blocks}")
    assert [code for code in asked if code.startswith("size")] == [f"size = {number}\n" for number in range(4)]


def test_what_only_ruff_cannot_parse_is_told(monkeypatch):
    monkeypatch.setattr("pytest_aiassert.matchers.code.is_formatted.formatted", lambda *_: None)
    assert is_formatted().check(GOOD).reason == "ruff cannot parse the python block at line 2, though Python can"


def test_a_broken_ruff_is_no_verdict(monkeypatch):
    warm_ruff().close()
    monkeypatch.setattr("pytest_aiassert.code.formatting.run_ruff", lambda *_, **__: (b"", "out of memory"))
    with pytest.raises(CannotJudgeError, match="ruff failed to format a reply: out of memory"):
        is_formatted().check("```python\nbroken_ruff = 1\n```")


def test_golden_sets_write_it_with_or_without_a_length():
    assert repr(build_check("is_formatted")) == "is_formatted()"
    assert repr(build_check({"is_formatted": 100})) == "is_formatted(line_length=100)"


@pytest.mark.parametrize("value", [0, 321, 88.5, True, "88"])
def test_an_impossible_length_is_refused(value):
    with pytest.raises(UsageError, match="is_formatted: line_length is "):
        is_formatted(value)
