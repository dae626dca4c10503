from __future__ import annotations

import pytest

from pytest_aiassert.cassettes.modes import RECORD_MODES, Decision, decide
from pytest_aiassert.errors import UsageError


@pytest.mark.parametrize(
    ("mode", "exists", "replays", "records", "replaces"),
    [
        ("none", False, True, False, False),
        ("none", True, True, False, False),
        ("once", False, False, True, False),
        ("once", True, True, False, False),
        ("new", False, False, True, False),
        ("new", True, True, True, False),
        ("all", False, False, True, False),
        ("all", True, False, True, True),
    ],
)
def test_what_each_mode_means(mode: str, exists: bool, replays: bool, records: bool, replaces: bool) -> None:
    assert decide(mode, exists=exists) == Decision(replays=replays, records=records, replaces=replaces)


def test_an_unknown_mode_names_the_known() -> None:
    assert RECORD_MODES == ("none", "once", "new", "all")
    with pytest.raises(UsageError, match="unknown record mode 'some'; choose one of none, once, new, all"):
        decide("some", exists=True)
