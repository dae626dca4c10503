"""What the fixtures of the plugin give to a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import pytest

from pytest_aiassert.integration.evaluation import EVALUATION, RECORDER, Evaluation, Holder, Purse, Recorder
from pytest_aiassert.integration.explanation import text_width
from pytest_aiassert.integration.markers import plan_for
from pytest_aiassert.integration.models import check_spec, is_replay, open_provider
from pytest_aiassert.integration.naming import cassette_path, short_name
from pytest_aiassert.integration.observed import ObservedProvider
from pytest_aiassert.integration.session import running_session
from pytest_aiassert.integration.settings import EvalSettings, read_settings
from pytest_aiassert.integration.traffic import guard

if TYPE_CHECKING:
    from assistant.protocols import Provider
    from pytest_aiassert.integration.expectation import Expect
    from pytest_aiassert.providers import MockProvider
    from pytest_aiassert.wire.mocking import AIWire
    from pytest_aiassert.wire.serving import AIServer


def provider(request: pytest.FixtureRequest, *, replayed: bool = False) -> Iterator[Provider]:
    """Yield the provider under test; where `replayed`, one that answers from the cassette in any case.

    Trials of one item share its connection and its cassette.
    """
    item = _guarded(request)
    if EVALUATION in item.stash:
        yield under_test(item, replayed=replayed)  # closed after the last trial
        return
    holder = Holder()
    yield under_test(item, replayed=replayed, holder=holder)
    holder.close()


def under_test(item: pytest.Item, *, replayed: bool = False, holder: Holder | None = None) -> Provider:
    """Return the provider that an item asks; it is opened at first use, and closed with its `holder`."""
    settings, purse = session_of(item)
    evaluation = item.stash.get(EVALUATION, None)
    specs = (evaluation.model,) if evaluation else settings.providers
    spec = next((spec for spec in specs if is_replay(spec)), "replay") if replayed else specs[0]
    keeper = evaluation or holder or Holder()

    def open_it() -> Provider:
        opened = _open(item, settings, spec)
        if evaluation is None or settings.concurrency == 1 or is_replay(spec):
            return opened
        return _ahead(opened, evaluation, settings.concurrency)

    return ObservedProvider(lambda: keeper.hold(spec, open_it), recorder_of(item), purse)


def mock(request: pytest.FixtureRequest) -> MockProvider:
    """Return a fresh mock whose replies count as the trial's."""
    from pytest_aiassert.integration.observed import ObservedMock

    return ObservedMock(recorder_of(_guarded(request)))


def wire(request: pytest.FixtureRequest) -> Iterator[AIWire]:
    """Yield a fresh mock of every model API, asked about the test's traffic."""
    from pytest_aiassert.integration.traffic import MOCKS, tapped
    from pytest_aiassert.wire.mocking import AIWire

    mocked = AIWire()
    with tapped(request, [mocked], rank=MOCKS, claims=mocked.claims) as tap:
        mocked.beneath = tap.after(mocked)
        yield mocked


def server(request: pytest.FixtureRequest) -> Iterator[AIServer]:
    """Yield a mock server that environment variables lead the SDKs to; what it refuses fails the test."""
    from pytest_aiassert.integration.traffic import FAULTS, tapped
    from pytest_aiassert.wire.serving import AIServer, ForwardTo

    patch = cast("pytest.MonkeyPatch", request.getfixturevalue("monkeypatch"))
    with tapped(request, [], rank=FAULTS) as tap:
        served = AIServer(refused=tap.refuse)
        tap.add(ForwardTo(served.url), rank=FAULTS)
        for name, value in served.environment.items():
            patch.setenv(name, value)
        patch.delenv("GOOGLE_API_KEY", raising=False)  # it would win over GEMINI_API_KEY
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, ",".join(filter(None, (os.environ.get(name), "127.0.0.1"))))
        served.start()
        try:
            yield served
        finally:
            served.close()


def expectation(request: pytest.FixtureRequest) -> Expect:
    """Return the callable that judges replies and records every verdict."""
    from pytest_aiassert.integration.expectation import Expect

    item = _guarded(request)
    return Expect(recorder_of(item), width=text_width(item.config))


def _guarded(request: pytest.FixtureRequest) -> pytest.Item:
    item = cast("pytest.Item", request.node)
    guard(item)  # set-up did so already, unless the test asked for the fixture by getfixturevalue
    return item


def _ahead(opened: Provider, evaluation: Evaluation, limit: int) -> Provider:
    from pytest_aiassert.integration.prefetch import PrefetchingProvider

    return PrefetchingProvider(
        opened, limit=limit, certain=evaluation.certain, opening=lambda: not evaluation.recorder.turns
    )


def session_of(item: pytest.Item) -> tuple[EvalSettings, Purse]:
    """Return the session's settings and purse; those of the item alone without --ai-eval."""
    session = running_session(item.config)
    if session is not None:
        return session.settings, session.purse
    settings = read_settings(item.config)
    return settings, Purse(settings.budget)


def recorder_of(item: pytest.Item) -> Callable[[], Recorder]:
    """Return what gives the recorder of the item's current trial."""
    evaluation = item.stash.get(EVALUATION, None)
    if evaluation is not None:
        return lambda: evaluation.recorder
    single = item.stash.setdefault(RECORDER, Recorder())
    return lambda: single


def _open(item: pytest.Item, settings: EvalSettings, spec: str) -> Provider:
    model = "" if spec == "replay" else short_name(spec)
    if running_session(item.config) is None and not is_replay(spec):  # a session has checked what it was given
        check_spec(spec, record=settings.record, allow_network=settings.allow_network)
    path = cassette_path(item, plan_for(item, settings), model, settings.providers)
    return open_provider(spec, cassette=path, record=settings.record)
