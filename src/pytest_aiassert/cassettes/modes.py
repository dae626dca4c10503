"""Record modes: when a cassette replays, and when it records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from pytest_aiassert.errors import UsageError

RecordMode: TypeAlias = Literal["none", "once", "new", "all"]

RECORD_MODES: Final[tuple[RecordMode, ...]] = get_args(RecordMode)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with a cassette file: replay it, record into it, replace it by a new recording."""

    replays: bool
    records: bool
    replaces: bool = False


def decide(mode: str, *, exists: bool) -> Decision:
    """Say what a mode means for a file that exists or not; raises UsageError for an unknown mode.

    `none` replays only; `once` records where there is no file; `new` replays what is there and records the rest; `all`
    records everything anew, and replaces the file when the recording is complete.
    """
    match mode:
        case "none":
            return Decision(replays=True, records=False)
        case "once":
            return Decision(replays=exists, records=not exists)
        case "new":
            return Decision(replays=exists, records=True)
        case "all":
            return Decision(replays=False, records=True, replaces=exists)
        case _:
            raise UsageError(f"unknown record mode {mode!r}; choose one of {', '.join(RECORD_MODES)}")
