"""The `ai_cassette` marker and fixture: the traffic of one test, replayed from its cassette or recorded into it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final, cast

import pytest

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.handler import CassetteHandler
from pytest_aiassert.cassettes.matching import Matching
from pytest_aiassert.cassettes.modes import RECORD_MODES, RecordMode
from pytest_aiassert.cassettes.playing import Pace
from pytest_aiassert.errors import CassetteError, UsageError
from pytest_aiassert.integration.evaluation import EVALUATION, Holder
from pytest_aiassert.integration.markers import plan_for
from pytest_aiassert.integration.naming import cassette_path, named_path
from pytest_aiassert.integration.settings import read_settings
from pytest_aiassert.integration.traffic import CASSETTES, tapped
from pytest_aiassert.integration.upkeep import watch
from pytest_aiassert.wire.formats import recognise
from pytest_aiassert.wire.hosts import is_model_host
from pytest_aiassert.wire.message import WireRequest
from pytest_aiassert.wording import known_names

MARKER: Final = "ai_cassette"
_KNOWN: Final = ("path", "record", "match_on", "ignore", "redact", "speed", "every", "hosts")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPlan:
    """What the marker asks for; `hosts` are patterns of hosts to record besides those of known model APIs."""

    path: str | None = None
    record: RecordMode | None = None
    matching: Matching
    pace: Pace
    hosts: tuple[str, ...] = ()


def cassette(request: pytest.FixtureRequest, *, since: float) -> Generator[Cassette]:
    """Yield the test's cassette while its traffic is answered from it; raises CassetteError or UsageError.

    Trials of one item share the cassette, so that the n-th trial gets the n-th reply. Tests may share one, too: what
    was recorded `since` the session began (in seconds of the epoch) stays.
    """
    __tracebackhide__ = True
    item = cast("pytest.Item", request.node)
    plan = _plan(item)
    evaluation = item.stash.get(EVALUATION, None)
    keeper = evaluation or Holder()
    tape = keeper.hold(MARKER, lambda: _Tape(_open(item, plan, since)))
    handler = CassetteHandler(tape.cassette, pace=plan.pace, covers=_covers(plan.hosts))
    failures = request.session.testsfailed
    with tapped(request, [handler], rank=CASSETTES):
        yield tape.cassette
    if evaluation is None:
        keeper.close(broken=request.session.testsfailed > failures)
    watch(item.config).note(tape.cassette, whole=evaluation is None and request.session.testsfailed == failures)


class _Tape:
    """An open cassette, as what holds it closes it."""

    def __init__(self, opened: Cassette) -> None:
        self.cassette = opened

    def close(self) -> None:
        """Put a complete new recording in the old one's place."""
        self.cassette.publish()

    def abandon(self) -> None:
        """Leave the old recording as it is, and the new one beside it."""


def _open(item: pytest.Item, plan: RecordingPlan, since: float) -> Cassette:
    __tracebackhide__ = True
    settings = read_settings(item.config)
    evaluated = plan_for(item, settings)
    path = named_path(item, plan.path, f"marker {MARKER} path") if plan.path else cassette_path(item, evaluated, "")
    mode = plan.record or settings.record
    if mode == "none" and not path.exists():
        raise CassetteError(f"no cassette at {path}; record one with --ai-record=once")
    return Cassette.open(path, mode, matching=plan.matching, remedy="--ai-record={mode}", since=since)


def _covers(hosts: tuple[str, ...]) -> Callable[[WireRequest], bool]:
    def covers(request: WireRequest) -> bool:
        if is_model_host(request.host) or recognise(request) is not None:
            return True
        return any(fnmatchcase(request.host, host) for host in hosts)

    return covers


def _plan(item: pytest.Item) -> RecordingPlan:
    """Read the item's markers, the closest first; raises UsageError naming test and argument."""
    said: dict[str, Any] = {}
    for marker in item.iter_markers(MARKER):
        if len(marker.args) > 1:
            raise _refuse(item, f"takes one path, and keyword arguments, got {marker.args[1]!r}")
        for name, value in {**dict(zip(("path",), marker.args, strict=False)), **marker.kwargs}.items():
            if name not in _KNOWN:
                raise _refuse(item, f"has no argument {name!r}; it takes {', '.join(_KNOWN)}")
            said.setdefault(name, value)
    record, path = said.get("record"), said.get("path")
    if record is not None and record not in RECORD_MODES:
        raise _refuse(item, f"record={record!r}: {known_names(str(record), RECORD_MODES)}")
    if path is not None and not (isinstance(path, str) and path.strip() and "\0" not in path):
        raise _refuse(item, f"path={path!r} is not a text that names a file")
    try:
        return RecordingPlan(
            path=path,
            record=record,
            matching=Matching.of(
                on=None if said.get("match_on") is None else _texts(item, said, "match_on"),
                ignore=_texts(item, said, "ignore"),
                secrets=(*_texts(item, said, "redact"), *read_settings(item.config).redact),
            ),
            pace=Pace(speed=said.get("speed"), every=said.get("every")),
            hosts=_texts(item, said, "hosts"),
        )
    except (UsageError, TypeError) as error:
        raise _refuse(item, str(error)) from error


def _texts(item: pytest.Item, said: dict[str, Any], name: str) -> tuple[str, ...]:
    value = said.get(name, ())
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise _refuse(item, f"{name}={value!r} is not a list of texts")
    return tuple(texts)


def _refuse(item: pytest.Item, text: str) -> UsageError:
    return UsageError(f"{item.nodeid}: marker {MARKER} {text}")
