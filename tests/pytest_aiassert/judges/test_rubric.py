from __future__ import annotations

import re

import pytest

from pytest_aiassert import Criterion, judged_by
from pytest_aiassert.errors import UsageError
from pytest_aiassert.judges.rubric import Scale, read_rubric, read_scale, read_threshold


def test_a_text_is_one_criterion_without_a_name():
    assert read_rubric("here", " Says hello. ") == (Criterion(name="", text="Says hello."),)


@pytest.mark.parametrize(
    "rubric",
    [
        [Criterion(name="right", text="Is right.", weight=2), Criterion(name="kind", text="Is kind.")],
        [{"name": "right", "text": "Is right.", "weight": 2}, {"name": "kind", "text": "Is kind."}],
    ],
)
def test_criteria_are_objects_or_mappings(rubric):
    criteria = read_rubric("here", rubric)
    assert [(each.name, each.text, each.weight) for each in criteria] == [
        ("right", "Is right.", 2),
        ("kind", "Is kind.", 1),
    ]


def test_a_mapping_names_texts():
    assert [each.name for each in read_rubric("here", {"right": "Is right.", "kind": "Is kind."})] == ["right", "kind"]


@pytest.mark.parametrize(
    ("rubric", "complaint"),
    [
        ("  ", "rubric is empty"),
        ([], "has no criterion"),
        (7, "rubric is 7; expected a text"),
        (b"x", "expected a text"),
        (["x"], "criterion 1 is 'x'"),
        ([{"text": "x"}], "criterion 1: name is None"),
        ([{"name": "a", "text": ""}], "criterion 1: text is empty"),
        ([{"name": "a", "text": "x", "wieght": 1}], "criterion 1 has 'wieght'; did you mean 'weight'?"),
        ([{"name": "a", "text": "x", "weight": -1}], "criterion 1: weight is -1"),
        ([{"name": "a", "text": "x", "weight": 0}], "weights of the criteria are all zero"),
        ([{"name": "a", "text": "x"}, {"name": "A", "text": "y"}], "two criteria are named"),
        ([{"name": 'a"b', "text": "x"}], "without quotes"),
        ([{"name": "a\nb", "text": "x"}], "without quotes"),
        ([{"name": "a" * 61, "text": "x"}], "a few words"),
    ],
)
def test_rubrics_that_cannot_work(rubric, complaint):
    with pytest.raises(UsageError, match=re.escape(complaint)):
        judged_by(rubric)


@pytest.mark.parametrize(
    "scale", [(1, 1), (2, 1), (0, float("inf")), (0, float("nan")), (0,), "01", None, (False, True)]
)
def test_scales_that_cannot_work(scale):
    with pytest.raises(UsageError, match=r"expected two numbers that rise, such as \(1, 5\)"):
        judged_by("x", scale=scale)


@pytest.mark.parametrize(
    ("threshold", "complaint"),
    [(0, "every score reaches it"), (1.1, "no score reaches it"), ("0.5", "expected a number"), (True, "a number")],
)
def test_a_threshold_must_be_able_to_say_yes_and_no(threshold, complaint):
    with pytest.raises(UsageError, match=complaint):
        judged_by("x", threshold=threshold)


def test_a_scale_is_in_whole_numbers_where_there_is_room_for_them():
    assert Scale(low=1, high=5).whole
    assert not Scale(low=0, high=1).whole
    assert not Scale(low=0, high=2.5).whole


def test_scale_and_threshold():
    scale = read_scale("here", [1, 5])
    assert [scale.share(score) for score in (1, 3, 5)] == [0, 0.5, 1]
    assert str(scale) == "1–5"
    assert read_threshold("here", None, scale) == 3.8
    assert read_threshold("here", 4, scale) == 4
