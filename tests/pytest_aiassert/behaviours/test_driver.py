"""What plays scripts in the candidate's process; here it plays beside the tests."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from pytest_aiassert.behaviours.driver import play

WATCH = """
import time
from datetime import datetime
from time import perf_counter as now

class Watch:
    def __init__(self, clock=time.monotonic):
        self.clock = clock

    def read(self):
        moments = datetime.now().timestamp(), datetime.utcnow().timestamp()
        return [self.clock(), time.time(), time.time_ns() / 10**9, now(), *moments]

    def nap(self):
        time.sleep(5)
"""


class Thing:
    def __init__(self, start=0, *, loud=False):
        self.total = start
        self.loud = loud

    def add(self, amount):
        print("adding", amount)  # noqa: T201 - what is printed is part of an answer
        self.total += amount
        return self

    def doubleValue(self):  # noqa: N802 - as people write it
        return 2 * self.total

    def each(self):
        yield self.total

    def fails(self, what="no"):
        raise LookupError(what)


def played(steps, *, methods, args=(), spare=()):
    return play({"Thing": Thing}, "Thing", list(args), list(spare), methods, steps=steps)


def test_calls_answer_in_order_and_tell_what_they_were_given():
    said = played([[0, [2]], [1, []]], methods=[(["add"], []), (["value", "total"], [])])

    assert said["names"] == ["add", "total"]
    first, second = said["answers"]
    assert isinstance(first["value"], Thing)
    assert first["printed"] == "adding 2\n"
    assert second == {"args": [], "attribute": True, "value": 2, "printed": ""}


def test_a_word_within_a_name_is_found_where_no_name_is_the_same():
    said = played([[0, []]], methods=[(["value"], [])], args=[4])

    assert said["names"] == ["doubleValue"]
    assert said["answers"][0]["value"] == 8


@pytest.mark.parametrize("word", ["val", "ouble", "dd"])
def test_a_part_of_a_word_is_no_word(word):
    assert played([[0, []]], methods=[([word], [])]) == {"made": [], "names": [None], "answers": [None]}


def test_one_method_is_not_found_twice():
    assert played([], methods=[(["add"], []), (["plus", "add"], [])])["names"] == ["add", None]


def test_spare_arguments_fill_what_is_needed():
    said = played([[0, []]], methods=[(["add"], [5, 6])])

    assert said["answers"][0]["args"] == [5]


def test_what_takes_no_such_arguments_raises():
    said = played([[0, [1, 2, 3]]], methods=[(["add"], [])])

    assert said["answers"][0]["raised"][0] == "TypeError"


def test_exceptions_and_generators_are_answers():
    said = played([[0, []], [1, []]], methods=[(["fails"], []), (["each"], [])], args=[3])

    assert said["answers"][0]["raised"] == ["LookupError", "no"]
    assert said["answers"][1]["value"] == [3]


def test_a_class_that_cannot_be_made_says_how_it_is_made():
    assert played([], methods=[], args=[1, 2]) == {"unmade": "Thing(start=0, *, loud=False)"}


def test_a_class_that_raises_when_made():
    class Broken:
        def __init__(self):
            raise OSError(self)

        def __str__(self):
            raise ValueError

    said = play({"Broken": Broken}, "Broken", [], [], [], steps=[])

    assert said == {"made": [], "raised": ["OSError", ""]}


def test_a_class_that_is_missing_is_a_name_error():
    with pytest.raises(NameError, match="name 'Gone' is not defined"):
        play({}, "Gone", [], [], [], steps=[])


def test_clocks_move_where_they_are_held(monkeypatch):
    for name in ("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns", "sleep"):
        monkeypatch.setattr(time, name, getattr(time, name))
    monkeypatch.setattr(dt, "datetime", dt.datetime)

    namespace = {}
    exec(WATCH, namespace)
    methods = [(["read"], []), (["nap"], [])]
    steps = [[0, []], [None, [60]], [0, []], [1, []], [0, []]]
    before, _, later, _, last = play(namespace, "Watch", [], [], methods, steps=steps)["answers"]

    assert [b - a for a, b in zip(before["value"], later["value"], strict=True)] == pytest.approx([60] * 6)
    assert [b - a for a, b in zip(later["value"], last["value"], strict=True)] == pytest.approx([5] * 6)
