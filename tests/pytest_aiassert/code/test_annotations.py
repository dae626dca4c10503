"""Annotations in one spelling."""

from __future__ import annotations

import pytest

from pytest_aiassert.code.annotations import canonical_annotation, same_annotation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("int", " int "),
        ("Optional[List[int]]", "list[int] | None"),
        ("typing.Union[str, None, int]", "None | int | str"),
        ("Union[int]", "int"),
        ("'Stack'", "Stack"),
        ("t.Dict[str, 'Stack']", "dict[str, Stack]"),
        ("collections.abc.Callable[[int, str], None]", "Callable[[int,str],None]"),
        ("Tuple[int, ...]", "tuple[int, ...]"),
        ("number[]", "number []"),
        ("Literal['a', 'b']", "Literal['a','b']"),
    ],
)
def test_spellings_of_one_type_are_the_same(one, other):
    assert same_annotation(one, other)
    assert same_annotation(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("int", "str"), ("int", None), ("List[int]", "List[str]"), ("Literal['a']", "Literal[a]"), ("np.array", "array")],
)
def test_other_types_are_not(one, other):
    assert not same_annotation(one, other)


@pytest.mark.parametrize("text", ["", "  ", "int)", "a; b", "x = 1", "number[]", "(" * 300])
def test_what_is_no_expression_has_no_spelling(text):
    assert canonical_annotation(text) is None


def test_a_text_that_is_no_type_keeps_its_quotes():
    assert canonical_annotation("'no type'") == "'no type'"
