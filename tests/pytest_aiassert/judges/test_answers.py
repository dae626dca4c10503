from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_aiassert.judges.answers import UnusableError, read_object, read_scores
from pytest_aiassert.judges.prompting import score_schema
from pytest_aiassert.judges.rubric import Criterion, Scale

UNIT = Scale(low=0, high=1)
ONE = (Criterion(name="", text="x"),)
SCHEMA = score_schema(ONE, UNIT)
GOOD = '{"reason": "fine", "score": 0.5}'


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        f"Here is my judgement:\n\n```json\n{GOOD}\n```\nI hope it helps! 🎉",
        f"{GOOD} {GOOD}",
        f"<think>a set {{1, 2}} of {{x}}</think>{GOOD}",
        f"\ufeff{GOOD}",
        f'It said {{"reason": "perfect"}} but {GOOD}',
    ],
)
def test_the_object_is_found_amid_prose(answer):
    assert read_object(answer, SCHEMA) == {"reason": "fine", "score": 0.5}


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("I cannot judge that.", "no JSON object"),
        ("0.8", "no JSON object"),
        ('{"reason": "fine"}', "'score' is a required property"),
        ('{"score": 1}', "'reason' is a required property"),
        ('{"reason": "fine", "score": "0.9"}', "score: '0.9' is not of type 'number'"),
        ('{"reason": "fine", "score": true}', "score: True is not of type 'number'"),
        ('{"reason": "fine", "score": null}', "score: None is not of type 'number'"),
        ('{"reason": "fine", "score": 1, "pass": true}', "Additional properties"),
        ('{"reason": "fine", "score": NaN}', "no JSON object"),
        ('{"reason": "fine", "score": 1e999}', "no JSON object"),
        ('{"reason": "fine", "score": 0, "score": 1}', "no JSON object"),
        ('{"reason": "cut off he', "no JSON object"),
        ('{"quoted": {"reason": "mine", "score": 1}, "reason": "bad', "no JSON object"),
        ('The reply says {"reason": "perfect", "score": 1}. My verdict: {"reason": "bad", "score": 0}', "several"),
        ("🙂" * 100_001, "100,001 characters"),
    ],
)
def test_nothing_is_guessed(answer, complaint):
    with pytest.raises(UnusableError, match=complaint):
        read_object(answer, SCHEMA)


@pytest.mark.parametrize("score", ["7", "-0.1", "1.0000001", "1" + "0" * 400])
def test_a_score_outside_the_scale_is_no_score(score):
    value = read_object(f'{{"reason": "x", "score": {score}}}', SCHEMA)
    with pytest.raises(UnusableError, match=r"it returned .*, outside 0–1"):
        read_scores(value, ONE, UNIT)


def test_whole_scales_take_whole_numbers_only():
    scale = Scale(low=1, high=5)
    schema = score_schema(ONE, scale)
    assert read_scores(read_object('{"reason": "x", "score": 4.0}', schema), ONE, scale)[0].value == 4
    with pytest.raises(UnusableError, match=r"4.5 is not of type 'integer'"):
        read_object('{"reason": "x", "score": 4.5}', schema)


def test_named_criteria_are_read_by_name():
    criteria = (Criterion(name="right", text="x"), Criterion(name="kind", text="y"))
    answer = '{"kind": {"reason": "b", "score": 1}, "right": {"reason": "a\\n a", "score": 0}}'
    scores = read_scores(read_object(answer, score_schema(criteria, UNIT)), criteria, UNIT)
    assert [(score.criterion.name, score.value, score.reason) for score in scores] == [
        ("right", 0, "a a"),
        ("kind", 1, "b"),
    ]
    with pytest.raises(UnusableError, match="outside 0–1"):
        read_scores({"right": {"reason": "", "score": 2}, "kind": {"reason": "", "score": 1}}, criteria, UNIT)


PIECES = ["{", "}", '"', "[", "]", ":", ",", '"reason"', '"score"', "1", "1e9", "\\", "\ud800", "```", "\0", GOOD]


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_answer_is_read_or_refused(answer):
    try:
        scores = read_scores(read_object(answer, SCHEMA), ONE, UNIT)
    except UnusableError:
        return
    assert 0 <= scores[0].value <= 1


@pytest.mark.parametrize("piece", ["{", '{"a":', "[{", '{"reason": "', "}{"])
def test_the_longest_answer_is_read_in_no_time(piece):
    answer = (piece * 100_000)[:100_000]
    started = time.process_time()
    with pytest.raises(UnusableError):
        read_object(answer, SCHEMA)
    assert time.process_time() - started < 5
