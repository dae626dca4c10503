"""A judge's exchanges share the file of the replies they judge, and are told apart from them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.pytest_aiassert.cassettes.conftest import exchange, request, text_of

from pytest_aiassert.cassettes.cassette import Cassette
from pytest_aiassert.cassettes.files import read_exchanges
from pytest_aiassert.cassettes.upkeep import usage_of


@pytest.fixture
def both(path: Path) -> Path:
    """One reply, one judgement of the same request, and another reply."""
    Cassette.open(path).add(exchange("a", "said"))
    Cassette.open(path, "new", role="judge").add(exchange("a", "judged"))
    Cassette.open(path).add(exchange("b", "more"))
    return path


def _roles(path: Path) -> list[tuple[str, str]]:
    return [(each.role, text_of(each)) for each in read_exchanges(path)]


def test_each_role_sees_its_own(both):
    assert _roles(both) == [("", "said"), ("judge", "judged"), ("", "more")]
    assert text_of(Cassette.load(both).take(request("a"))) == "said"
    assert text_of(Cassette.load(both, role="judge").take(request("a"))) == "judged"
    assert Cassette.load(both, role="judge").take(request("b")) is None
    assert len(Cassette.load(both, role=None).exchanges) == 3


def test_two_recorders_lose_nothing_of_each_other(path):
    replies, judge = Cassette.open(path), Cassette.open(path, role="judge")
    for number in range(5):
        replies.add(exchange(f"q{number}", "reply"))
        judge.add(exchange(f"j{number}", "judgement"))
    assert sorted(_roles(path)) == [("", "reply")] * 5 + [("judge", "judgement")] * 5


def test_once_is_once_for_each_role(path):
    Cassette.open(path, "once").add(exchange("a"))
    assert Cassette.open(path, "once").records is False
    judge = Cassette.open(path, "once", role="judge")
    assert judge.records is True
    judge.add(exchange("b"))
    assert Cassette.open(path, "once", role="judge").records is False


@pytest.mark.parametrize(
    ("role", "left"),
    [("", [("judge", "judged"), ("", "new")]), ("judge", [("", "said"), ("", "more"), ("judge", "new")])],
)
def test_a_new_recording_leaves_the_other_role_as_it_is(both, role, left):
    fresh = Cassette.open(both, "all", role=role)
    fresh.add(exchange("a", "new"))
    assert fresh.publish()
    assert _roles(both) == left


def test_two_new_recordings_of_one_model_are_staged_apart(both):
    replies, judge = (Cassette.open(both, "all", model="tiny", role=role) for role in ("", "judge"))
    replies.add(exchange("a", "new"))
    judge.add(exchange("a", "judged anew"))
    assert judge.publish()
    assert replies.publish()
    assert sorted(_roles(both)) == [("", "new"), ("judge", "judged anew")]


def test_a_miss_of_a_judge_names_its_option(both):
    assert "--ai-judge SPEC" in str(Cassette.load(both, role="judge").miss(request("z")))
    assert "--ai-provider SPEC" in str(Cassette.load(both).miss(request("z")))


def test_what_is_unused_is_told_by_its_place_in_the_file(both):
    cassette = Cassette.load(both)
    cassette.take(request("a"))
    usage = usage_of(cassette)
    assert usage is not None
    assert usage.unused == (2,)
