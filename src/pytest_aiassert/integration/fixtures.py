"""What the fixtures of the plugin give to a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import pytest

from pytest_aiassert.integration.evaluation import EVALUATION, Purse, Recorder
from pytest_aiassert.integration.markers import cassette_path, plan_for
from pytest_aiassert.integration.models import open_provider, recorded_model
from pytest_aiassert.integration.observed import ObservedProvider
from pytest_aiassert.integration.settings import EvalSettings, read_settings
from pytest_aiassert.plugin import EVAL_SESSION

if TYPE_CHECKING:
    from assistant.protocols import Provider
    from pytest_aiassert.integration.expectation import Expect
    from pytest_aiassert.providers import MockProvider, ReplayProvider


def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """Yield the provider under test; trials of one item share its connection and its cassette."""
    item = cast("pytest.Item", request.node)
    evaluation = item.stash.get(EVALUATION, None)
    settings, purse = _session(item)
    if evaluation is not None:
        inner = evaluation.provider(lambda: _open(item, settings, evaluation.model))
        yield ObservedProvider(inner, lambda: evaluation.recorder, purse)
        return
    inner = _open(item, settings, settings.providers[0])
    try:
        yield ObservedProvider(inner, _recorder(item), purse)
    finally:
        inner.close()


def mock(request: pytest.FixtureRequest) -> MockProvider:
    """Return a fresh mock whose replies count as the trial's."""
    from pytest_aiassert.integration.observed import ObservedMock

    return ObservedMock(_recorder(cast("pytest.Item", request.node)))


def replay(request: pytest.FixtureRequest) -> Iterator[ReplayProvider]:
    """Yield a provider that replays the item's cassette, recording where --ai-record says so."""
    item = cast("pytest.Item", request.node)
    settings, _ = _session(item)
    specs = [spec for spec in settings.providers if spec.startswith("replay")] or ["replay"]
    inner = _open(item, settings, specs[0])
    try:
        yield cast("ReplayProvider", inner)
    finally:
        inner.close()


def expectation(request: pytest.FixtureRequest) -> Expect:
    """Return the callable that judges replies and records every verdict."""
    from pytest_aiassert.integration.expectation import Expect

    return Expect(_recorder(cast("pytest.Item", request.node)))


def _session(item: pytest.Item) -> tuple[EvalSettings, Purse]:
    session = item.config.stash.get(EVAL_SESSION, None)
    if session is not None:
        return session.settings, session.purse
    settings = read_settings(item.config)
    return settings, Purse(settings.budget)


def _recorder(item: pytest.Item) -> Callable[[], Recorder]:
    evaluation = item.stash.get(EVALUATION, None)
    if evaluation is not None:
        return lambda: evaluation.recorder
    single = Recorder()
    return lambda: single


def _open(item: pytest.Item, settings: EvalSettings, spec: str) -> Provider:
    path = cassette_path(item, plan_for(item, settings), recorded_model(spec))
    return open_provider(spec, cassette=path, record=settings.record)
