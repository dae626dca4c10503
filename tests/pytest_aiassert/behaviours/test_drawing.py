"""Inputs are the same everywhere, stay within what can be drawn, and get smaller without leaving it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.behaviours.drawing import Draw, drawn, simpler


class Listed(Draw):
    """Draws the choices it was given, then the simplest ones."""

    def __init__(self, *choices):
        self.left = list(choices)

    def choice(self, most, *, likely=None):  # noqa: ARG002 - it draws what it is given
        return min(self.left.pop(0) if self.left else 0, most)


def everything(draw):
    return (
        draw.integer(-3, 10),
        draw.integer(5, 9),
        draw.integer(-9, -5),
        draw.one_of("xyz"),
        draw.boolean(),
        draw.text("ab", 1, 3),
        draw.items(lambda: draw.integer(0, 9), 2, 4),
        draw.distinct(range(5), 2, 3),
        draw.shuffled("pq"),
    )


def is_possible(value):
    a, b, c, letter, flag, text, items, distinct, shuffled = value
    return (
        -3 <= a <= 10
        and 5 <= b <= 9
        and -9 <= c <= -5
        and letter in ("x", "y", "z")
        and flag in (True, False)
        and 1 <= len(text) <= 3
        and set(text) <= set("ab")
        and 2 <= len(items) <= 4
        and all(0 <= item <= 9 for item in items)
        and 2 <= len(set(distinct)) == len(distinct) <= 3
        and set(distinct) <= set(range(5))
        and sorted(shuffled) == ["p", "q"]
    )


def test_without_choices_everything_is_at_its_simplest():
    assert everything(Listed()) == (0, 5, -5, "x", False, "a", [0, 0], [0, 1], ["p", "q"])


def test_integers_count_away_from_zero():
    assert [Listed(step).integer(-2, 4) for step in range(7)] == [0, 1, -1, 2, -2, 3, 4]
    assert [Listed(step).integer(-4, 2) for step in range(7)] == [0, 1, -1, 2, -2, -3, -4]


@given(st.lists(st.integers(0, 20), max_size=40))
def test_whatever_the_choices_what_is_drawn_is_possible(choices):
    assert is_possible(everything(Listed(*choices)))


def test_what_is_drawn_does_not_depend_on_the_machine():
    numbers = [one.value for one in drawn(lambda draw: (draw.integer(0, 99), draw.text("ab")), 6, "pinned")]

    assert numbers == PINNED


PINNED = [(14, ""), (3, "abba"), (6, "abbb"), (0, "ababba"), (0, "bbaaaabb"), (3, "abaabbbb")]


def test_inputs_come_once_each_and_the_simplest_first():
    inputs = drawn(everything, 50, "seed")

    assert len({repr(one.value) for one in inputs}) == len(inputs) == 50
    assert [one.complexity for one in inputs] == sorted(one.complexity for one in inputs)
    assert all(is_possible(one.value) for one in inputs)


def test_drawing_leaves_the_random_numbers_of_others_alone():
    random.seed(1)
    expected = random.random()
    random.seed(1)
    drawn(everything, 5, "seed")

    assert random.random() == expected


def test_few_possible_inputs_are_few():
    assert len(drawn(lambda draw: (draw.boolean(),), 40, "seed")) == 2


def test_what_is_simpler_is_possible_and_new_and_simpler():
    for one in drawn(everything, 20, "seed")[-5:]:
        others = list(simpler(everything, one))
        assert len({repr(other.value) for other in others}) == len(others) > 10
        assert all(is_possible(other.value) and other.complexity < one.complexity for other in others)


@pytest.mark.parametrize(
    ("inputs", "wrong", "smallest"),
    [
        (lambda draw: draw.integer(0, 1000), lambda n: n > 57, 58),
        (lambda draw: draw.integer(-1000, 1000), lambda n: n < -57, -58),
        (lambda draw: draw.items(lambda: draw.integer(-50, 50)), lambda xs: len(xs) > 2 and max(xs) > 7, [8, 0, 0]),
        (lambda draw: draw.text("abc"), lambda text: text.count("c") > 1, "cc"),
        (lambda draw: draw.distinct(range(9)), lambda xs: xs != sorted(xs), [1, 0]),
    ],
    ids=range(5),
)
def test_step_by_step_the_smallest_is_reached(inputs, wrong, smallest):
    best = next(one for one in reversed(drawn(inputs, 60, "seed")) if wrong(one.value))
    while found := [other for other in simpler(inputs, best) if wrong(other.value)]:
        best = min(found, key=lambda one: one.complexity)

    assert best.value == smallest
