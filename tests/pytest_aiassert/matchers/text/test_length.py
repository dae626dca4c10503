"""length, in four units."""

from __future__ import annotations

import pytest

from pytest_aiassert.errors import UsageError
from pytest_aiassert.matchers import length


@pytest.mark.parametrize(
    ("unit", "reply", "count"),
    [
        ("words", "", 0),
        ("words", " One - two\n* three! ", 3),
        ("words", "don't state-of-the-art", 2),
        ("characters", " abc \n", 3),
        ("lines", "a\n\n b\r\nc", 3),
        ("sentences", "One. Two! Three? Four", 4),
        ("sentences", "Dr. Who paid 3.50, e.g. in cash. He left.", 2),
        ("sentences", "1. First point.\n2. Second point.", 2),
        ("sentences", 'Wait... what?! "Yes." No', 4),
        ("sentences", "Title\n\nText.", 2),
        ("sentences", "一。二！", 2),
        ("sentences", "...", 0),
    ],
)  # fmt: skip
def test_units_are_counted(unit, reply, count):
    assert length(count, count, unit).check(reply).passed, length(count, count, unit).check(reply).reason
    assert not length(count + 1, unit=unit).check(reply).passed


@pytest.mark.parametrize(
    ("matcher", "passed", "score", "reason"),
    [
        (length(max=2), False, 0.5, "4 words, expected at most 2"),
        (length(min=8), False, 0.5, "4 words, expected at least 8"),
        (length(5, 9), False, 0.8, "4 words, expected 5 to 9"),
        (length(4, 4), True, 1.0, "4 words, expected 4"),
        (length(max=0), False, 0.0, "4 words, expected at most 0"),
        (length(min=1, unit="lines"), True, 1.0, "1 line, expected at least 1"),
    ],
)
def test_the_score_is_how_near_the_limit_is(matcher, passed, score, reason):
    verdict = matcher.check("one two three four")
    assert (verdict.passed, verdict.score, verdict.reason) == (passed, score, reason)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (length, r"length\(\) needs min, max or both"),
        (lambda: length(3, 2), "length: min is 3 and max 2, which no reply can keep"),
        (lambda: length(-1), "length: min is -1; expected a whole number, 0 or more"),
        (lambda: length(max=1.5), "length: max is 1.5"),
        (lambda: length(1, unit="word"), "length: unit is 'word'; did you mean 'words'"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_it_prints_as_the_call():
    assert repr(length(max=5)) == "length(max=5)"
    assert repr(length(1, 2, "lines")) == "length(min=1, max=2, unit='lines')"
