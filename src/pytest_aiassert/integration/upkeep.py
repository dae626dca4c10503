"""Tells at the end of a session which cassettes are stale or unused, and which replies were not recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import pytest

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cassettes.upkeep import USAGE_FILE, Usage, is_stale, usage_of, write_usage
from pytest_aiassert.integration.settings import max_age
from pytest_aiassert.wording import plural

_WATCH: Final = "aiassert-cassettes"
WORKER_KEY: Final = "aiassert_cassettes"
_SHOWN: Final = 5


def watch(config: pytest.Config) -> CassetteWatch:
    """Return the session's watch on cassettes, started at the first call."""
    manager = config.pluginmanager
    found = cast("CassetteWatch | None", manager.get_plugin(_WATCH))
    if found is None:
        found = CassetteWatch(config)
        manager.register(found, _WATCH)
    return found


class CassetteWatch:
    """Notes what tests used; under xdist workers tell the controller."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        age = max_age(config)
        self._max_age = None if age is None else timedelta(days=age)
        self._started = datetime.now(UTC)
        self._stale: set[str] = set()
        self._used: dict[Path, Usage] = {}
        self._skipped: dict[str, tuple[str, ...]] = {}

    def note(self, cassette: Cassette, *, whole: bool) -> None:
        """Note a cassette's age and what it did not keep; where the `whole` test passed, what it left unused, too."""
        self._skipped[str(cassette.path)] = cassette.skipped
        if self._max_age is not None and is_stale(cassette.exchanges, self._max_age, self._started):
            self._stale.add(str(cassette.path))
        usage = usage_of(cassette) if whole else None
        if usage is not None:
            self._used[usage.path] = usage

    def merge(self, told: dict[str, Any]) -> None:
        """Take what a worker noted."""
        self._stale.update(told["stale"])
        for path, stamp, unused in told["used"]:
            self._used[Path(path)] = Usage(path=Path(path), stamp=tuple(stamp), unused=tuple(unused))
        for path, skipped in told["skipped"]:
            self._skipped[path] = (*self._skipped.get(path, ()), *skipped)

    def pytest_sessionfinish(self) -> None:
        """Tell the controller, or keep what was used for `aiassert cassettes prune`."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            used = [(str(usage.path), usage.stamp, usage.unused) for usage in self._used.values()]
            skipped = [(path, list(said)) for path, said in self._skipped.items()]
            output[WORKER_KEY] = {"stale": sorted(self._stale), "used": used, "skipped": skipped}
        elif self._used and self._config.pluginmanager.has_plugin("cacheprovider"):
            folder = self._config.cache.mkdir(USAGE_FILE.parent.name)
            write_usage(folder / USAGE_FILE.name, self._used.values())

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was not recorded, and what is stale and unused."""
        unused = {usage.path: len(usage.unused) for usage in self._used.values() if usage.unused}
        skipped = [f"{path}: {why}" for path, said in sorted(self._skipped.items()) for why in said]
        for line in (*_skipped_lines(skipped), *_stale_lines(self._stale, self._max_age), *_unused_lines(unused)):
            terminalreporter.write_line(line)


def _skipped_lines(skipped: list[str]) -> list[str]:
    if not skipped:
        return []
    head = f"{plural(len(skipped), 'reply', 'replies')} not recorded, which would be wrong for ever"
    return _listed(f"{head}; mend the cause and record again", skipped)


def _stale_lines(paths: Iterable[str], limit: timedelta | None) -> list[str]:
    stale = sorted(paths)
    if not stale or limit is None:
        return []
    head = f"{plural(len(stale), 'cassette')} with replies older than {plural(limit.days, 'day')}"
    return _listed(f"{head}; record anew with --ai-record=all", stale)


def _unused_lines(unused: dict[Path, int]) -> list[str]:
    if not unused:
        return []
    head = f"{plural(sum(unused.values()), 'recorded reply', 'recorded replies')} that no test asked for"
    return _listed(f"{head}; see aiassert cassettes prune", [f"{path} ({n})" for path, n in sorted(unused.items())])


def _listed(head: str, items: list[str]) -> list[str]:
    more = [f"  … and {len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    return [head, *(f"  {item}" for item in items[:_SHOWN]), *more]
