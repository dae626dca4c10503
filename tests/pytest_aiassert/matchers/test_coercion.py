"""Coercion: text, completions, taught types, and clear refusals."""

from __future__ import annotations

import pytest

from assistant.messages import Completion
from pytest_aiassert.errors import CoercionError
from pytest_aiassert.matchers.coercion import as_completion, use_coercers


class Reply:
    words = "hello"


class Text(str):
    __slots__ = ()


def from_reply(value):
    return Completion(text=value.words) if isinstance(value, Reply) else None


def test_text_and_completions_are_taken():
    completion = Completion(text="a")
    assert as_completion(completion) is completion
    assert as_completion("a") == completion
    assert type(as_completion(Text("a")).text) is str


def test_a_coercer_teaches_a_type_while_it_is_in_use():
    with use_coercers(lambda _value: None, from_reply):
        assert as_completion(Reply()).text == "hello"
        with use_coercers(lambda _value: Completion(text="nearer")):
            assert as_completion(Reply()).text == "nearer"
    with pytest.raises(CoercionError):
        as_completion(Reply())


@pytest.mark.parametrize(
    ("value", "words"),
    [(3, "a value of type int"), (b"x", "of type bytes"), (None, "cannot judge None"), (Reply(), r"\.Reply")],
)
def test_other_types_are_refused_with_the_hook_that_helps(value, words):
    with pytest.raises(CoercionError, match=f"{words}.*pytest_aiassert_coerce") as caught:
        as_completion(value)
    assert isinstance(caught.value, TypeError)


def test_a_coercer_that_returns_something_else_is_named():
    def careless(value):
        return "text"

    with use_coercers(careless), pytest.raises(CoercionError, match="careless returned a value of type str"):
        as_completion(3)
