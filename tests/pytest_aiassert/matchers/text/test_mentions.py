"""mentions and matches_regex, and the limits that keep them from hanging."""

from __future__ import annotations

import re
import signal
import threading

import pytest

from pytest_aiassert.errors import CannotJudgeError, UsageError
from pytest_aiassert.matchers import matches_regex, mentions
from pytest_aiassert.matchers.text.mentions import MatchesRegex
from pytest_aiassert.matchers.text.searching import LONGEST_SEARCHED, SearchTimeoutError, search

CATASTROPHE = re.compile(r"(a+)+$")
LONG_A = "a" * 40 + "b"


def in_a_thread(function):
    result = []

    def run():
        try:
            result.append(function())
        except SearchTimeoutError as error:
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return result[0]


@pytest.mark.parametrize(
    ("matcher", "reply", "reason"),
    [
        (mentions("Generator"), "a\nA generator.", "mentions 'Generator' once, on line 2"),
        (mentions("a"), "A\na", "mentions 'a' 2 times, first on line 1"),
        (mentions("STRASSE"), "Straße", "mentions 'STRASSE' once, on line 1"),
        (mentions("a.b", case_sensitive=True), "x a.b", "mentions 'a.b' once, on line 1"),
        (mentions("cat", whole_word=True), "concat\ncat!", "mentions 'cat' once, on line 2"),
        (mentions("שלום"), "\u202eשלום\u200b", "mentions 'שלום' once, on line 1"),
    ],
)
def test_words_that_occur_are_placed(matcher, reply, reason):
    verdict = matcher.check(reply)
    assert (verdict.passed, verdict.reason) == (True, reason)


@pytest.mark.parametrize(
    ("matcher", "reply", "reason"),
    [
        (mentions("x"), "abc", "'x' does not occur in the reply (3 characters)"),
        (mentions("x"), "", "'x' does not occur: the reply has no text"),
        (
            mentions("Cat", case_sensitive=True),
            "\ncat",
            "'Cat' occurs only in other upper and lower case, on line 2",
        ),
        (mentions("cat", whole_word=True), "\nconcat", "'cat' occurs only within a longer word, on line 2"),
        (
            mentions("dog", whole_word=True, case_sensitive=True),
            "cat",
            "'dog' does not occur in the reply (3 characters)",
        ),
    ],
)
def test_words_that_do_not_occur_are_explained(matcher, reply, reason):
    verdict = matcher.check(reply)
    assert (verdict.passed, verdict.score, verdict.reason) == (False, 0.0, reason)


def test_the_line_is_marked_in_a_long_reply_too():
    (evidence,) = mentions("needle").check("hay\n" * 10_000 + "needle\n" + "hay\n" * 10).evidence
    assert evidence.title == "reply from line 9996"
    assert evidence.text.split("\n")[evidence.marks[0] - 1] == "needle"


def test_a_pattern_is_found_and_quoted():
    assert matches_regex(r"\bb\w+").check("a\nbcd e").reason == "line 2 has 'bcd'"
    assert matches_regex("x+").check("x" * 200).reason == f"line 1 has {'x' * 79 + '…'!r}"
    assert matches_regex("A", re.IGNORECASE).check("a").passed
    assert matches_regex(re.compile("^b", re.MULTILINE)).check("a\nb").passed
    assert matches_regex("y").check("xx").reason == "nothing in the reply (2 characters) matches 'y'"
    assert "of which the first 1,000,000 were searched" in matches_regex("y").check("x" * 1_000_001).reason


def test_reprs_read_like_the_call():
    assert repr(mentions("a", whole_word=True)) == "mentions('a', whole_word=True)"
    assert repr(matches_regex("(?i)a")) == "matches_regex('(?i)a')"
    assert (
        repr(matches_regex("a", re.IGNORECASE | re.MULTILINE))
        == "matches_regex('a', flags=re.IGNORECASE | re.MULTILINE)"
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mentions(""), "mentions: text is empty"),
        (lambda: mentions(3), "mentions: text is 3; expected a str"),
        (lambda: mentions("a", whole_word=1), "mentions: whole_word is 1; expected True or False"),
        (lambda: matches_regex("("), r"matches_regex: pattern '\(' is not a regular expression: missing \)"),
        (lambda: matches_regex(b"a"), "pattern is b'a'; expected a str"),
        (lambda: matches_regex(re.compile(b"a")), "expected a str or a compiled pattern of str"),
        (lambda: matches_regex("a", "i"), "flags is 'i'"),
        (lambda: matches_regex("a", True), "flags is True"),
        (lambda: matches_regex("a", re.ASCII | re.UNICODE), "not a regular expression"),
    ],
)
def test_impossible_arguments_are_refused(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_a_pattern_that_never_ends_cannot_be_judged():
    matcher = MatchesRegex(pattern=CATASTROPHE, seconds=0.05)
    with pytest.raises(CannotJudgeError, match=r"took more than 0\.05 s on a reply of 41 characters; rewrite"):
        matcher.check(LONG_A)


def test_the_timer_leaves_no_trace():
    before = signal.getsignal(signal.SIGVTALRM)
    assert search(re.compile("b"), "ab", seconds=1) == (1, 2)
    assert signal.getsignal(signal.SIGVTALRM) is before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_outside_the_main_thread_another_process_searches():
    pattern = re.compile("B c", re.IGNORECASE)
    assert in_a_thread(lambda: search(pattern, "\ud800a b c", seconds=30)) == (3, 6)
    assert in_a_thread(lambda: search(pattern, "abc", seconds=30)) is None
    assert isinstance(in_a_thread(lambda: search(CATASTROPHE, LONG_A, seconds=0.3)), SearchTimeoutError)


def test_only_the_first_million_characters_are_searched():
    assert search(re.compile("b"), "a" * LONGEST_SEARCHED + "b", seconds=5) is None
