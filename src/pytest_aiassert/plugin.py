"""The pytest plugin: options, marker and fixtures; the work is done in `integration`, when it is needed.

This module is loaded in every pytest session, so beyond the standard library's os, sys and time it imports pytest only.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from assistant.protocols import Provider
    from pytest_aiassert.cassettes import Cassette
    from pytest_aiassert.integration.expectation import Expect
    from pytest_aiassert.providers import MockProvider
    from pytest_aiassert.wire.mocking import AIWire
    from pytest_aiassert.wire.serving import AIServer

SKIP_REASON = "AI evaluation, run with --ai-eval"

# name, kind, metavar, help; kind is "flag", "one", "many", or the tuple of allowed values
OPTIONS: tuple[tuple[str, str | tuple[str, ...], str, str], ...] = (
    ("ai-eval", "flag", "", "Run the tests marked ai_eval; without it they are skipped."),
    (
        "ai-provider",
        "many",
        "SPEC",
        "Who answers: replay (the default), replay:MODEL, mock, openai:MODEL or openai+http://HOST:PORT/v1:MODEL. "  # noqa: ISC004
        "Repeatable: several models run side by side.",
    ),
    (
        "ai-judge",
        "one",
        "SPEC",
        "Who judges for judged_by and better_than: replay (the default), replay:MODEL, or a live model as above.",
    ),
    (
        "ai-record",
        ("none", "once", "new", "all"),
        "",
        "Record replies: none (the default), once (where there is no cassette), new (what is missing), all (anew).",
    ),
    ("ai-samples", "one", "N", "Trials of each marked test that does not say so itself (default: 1)."),
    ("ai-report", "many", "PATH", "Write a report; the suffix says which: .html, .md or .json. Repeatable."),
    ("ai-save-run", "one", "PATH", "Save every trial as JSON lines; with several models the path needs {model}."),
    ("ai-baseline", "one", "RUN", "Compare with a saved run."),
    (
        "ai-fail-on",
        ("failure", "regression", "never"),
        "",
        "What makes the session fail: failure of a marked test (the default), regression against --ai-baseline, never.",
    ),
    (
        "ai-undecided",
        ("fail", "pass", "xfail"),
        "",
        "What becomes of a test with stop='sequential' whose trials show neither: fail (the default), pass or xfail.",
    ),
    ("ai-budget", "one", "USD", "Stop asking models when their replies have cost this much."),
    (
        "ai-concurrency",
        "one",
        "N",
        "Ask a live model for up to N trials of a test at once (default: 1); no reply is asked for in vain.",
    ),
    (
        "ai-require-isolation",
        ("full", "kernel", "limits"),
        "",
        "End at once where judged code would be walled in less than this; `aiassert doctor` shows what there is.",
    ),
    ("ai-redact", "many", "PATTERN", "Keep what a regular expression finds out of cassettes, too. Repeatable."),
    (
        "ai-cassette-max-age",
        "one",
        "DAYS",
        "Name the cassettes that hold older replies at the end of the session.",
    ),
    (
        "ai-allow-network",
        "flag",
        "",
        "Let a live provider answer without recording what it says, and tests reach model APIs.",
    ),
)

GUARDED = frozenset({"ai", "mock_ai", "replay_ai", "expect", "ai_wire", "ai_server", "ai_cassette"})
"""The fixtures whose tests call no model that is neither mocked nor replayed."""

STARTED: pytest.StashKey[float] = pytest.StashKey()
"""When the session began, in seconds of the epoch; workers of pytest-xdist are told."""

EXTENSIONS = (
    "pytest_aiassert_coerce",
    "pytest_aiassert_matchers",
    "pytest_aiassert_behaviours",
    "pytest_aiassert_linters",
    "pytest_aiassert_wire_formats",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer every option on the command line and as its ini twin."""
    group = parser.getgroup("ai-eval", "evaluation of AI output (pytest-aiassert)")
    for name, kind, metavar, text in OPTIONS:
        dest = name.replace("-", "_")
        if kind == "flag":
            group.addoption(f"--{name}", action="store_true", default=None, dest=dest, help=text)
            parser.addini(dest, f"{text} (twin of --{name})", type="bool", default=None)
        elif kind == "many":
            group.addoption(f"--{name}", action="append", default=None, dest=dest, metavar=metavar, help=text)
            parser.addini(dest, f"{text} (twin of --{name}, one a line)", type="linelist", default=None)
        else:
            choices = list(kind) if isinstance(kind, tuple) else None
            group.addoption(
                f"--{name}",
                action="store",
                default=None,
                dest=dest,
                metavar=metavar or None,
                choices=choices,
                help=text,
            )
            parser.addini(dest, f"{text} (twin of --{name})", type="string", default=None)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Make the hooks of hookspecs.py known."""
    from pytest_aiassert import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    """Take up what a plugin or conftest file adds; others cost nothing."""
    if any(hasattr(plugin, name) for name in EXTENSIONS):
        from pytest_aiassert.integration.extensions import install_extensions

        install_extensions(manager)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and start an evaluation where one was asked for."""
    config.stash[STARTED] = getattr(config, "workerinput", {}).get("aiassert_started", time.time())
    config.addinivalue_line(
        "markers",
        "ai_eval(samples=1, min_pass_rate=1.0, stop='fixed', confidence=0.95, tags=(), weight=1.0, provider=None, "
        "cassette=None): judge AI output in repeated trials; runs with --ai-eval only.",
    )
    config.addinivalue_line(
        "markers",
        "ai_cassette(path=None, record=None, match_on=(method, url, body), ignore=(), redact=(), speed=None, "
        "every=None, hosts=()): replay what the code under test asks model APIs, or record it with --ai-record.",
    )
    if _enabled(config):
        from pytest_aiassert.integration.session import start

        start(config)


def pytest_unconfigure() -> None:
    """End what the session kept warm; one that never linted pays nothing."""
    warm = sys.modules.get("pytest_aiassert.code.warm")
    if warm is not None:
        warm.warm_ruff().close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that are marked ai_cassette the fixture; an item without fixtures is refused when it is to run."""
    for item in items:
        names = getattr(item, "fixturenames", None)
        if names is not None and item.get_closest_marker("ai_cassette") is not None:
            item.fixturenames = ["ai_cassette", *(name for name in names if name != "ai_cassette")]  # type: ignore[attr-defined]  # looked at above


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist when the session began."""
    node.workerinput["aiassert_started"] = node.config.stash[STARTED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of pytest-xdist noted of cassettes."""
    told = getattr(node, "workeroutput", {}).get("aiassert_cassettes")
    if told is not None:
        from pytest_aiassert.integration.upkeep import watch

        watch(node.config).merge(told)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let judges find their model while a test runs; a session that never loaded one pays nothing."""
    evaluated = item.config.pluginmanager.has_plugin("aiassert-session")
    if not evaluated and "pytest_aiassert.judges.setup" not in sys.modules:
        return (yield)
    from pytest_aiassert.integration.judging import judging

    with judging(item):
        return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip marked tests in a session without evaluation; guard the traffic of those that use a fixture of ours."""
    if not item.config.pluginmanager.has_plugin("aiassert-session") and item.get_closest_marker("ai_eval") is not None:
        pytest.skip(SKIP_REASON)
    if not hasattr(item, "fixturenames") and item.get_closest_marker("ai_cassette") is not None:
        pytest.fail(f"marker ai_cassette: {item.nodeid} takes no fixtures, so it cannot be recorded", pytrace=False)
    if not GUARDED.isdisjoint(getattr(item, "fixturenames", ())):
        from pytest_aiassert.integration.traffic import guard

        guard(item)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once that marked tests were skipped, where pytest itself does not list skips."""
    if "s" in terminalreporter.reportchars:
        return
    skipped = [r for r in terminalreporter.stats.get("skipped", ()) if _is_ours(r)]
    if skipped and terminalreporter.verbosity >= 0:
        tests = "1 test" if len(skipped) == 1 else f"{len(skipped)} tests"
        terminalreporter.write_line(f"{tests} skipped: {SKIP_REASON}")


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Explain `assert reply == matcher`; a session that never loaded a matcher pays nothing."""
    if "pytest_aiassert.matchers.base" not in sys.modules:
        return None
    from pytest_aiassert.integration.explanation import explain_comparison

    return explain_comparison(config, op, left, right)


@pytest.fixture
def ai(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """The provider that --ai-provider names: complete, acomplete, stream and astream."""
    from pytest_aiassert.integration.fixtures import provider

    yield from provider(request)


@pytest.fixture
def mock_ai(request: pytest.FixtureRequest) -> MockProvider:
    """A provider that answers what the test tells it: `mock_ai.reply("…")`."""
    from pytest_aiassert.integration.fixtures import mock

    return mock(request)


@pytest.fixture
def replay_ai(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """A provider that answers from the test's own cassette."""
    from pytest_aiassert.integration.fixtures import provider

    yield from provider(request, replayed=True)


@pytest.fixture
def ai_wire(request: pytest.FixtureRequest) -> Iterator[AIWire]:
    """Mocks the model APIs that any SDK calls: `ai_wire.openai.reply("…")`."""
    from pytest_aiassert.integration.fixtures import wire

    yield from wire(request)


@pytest.fixture
def ai_cassette(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    """The test's cassette, which answers what any SDK asks a model API."""
    from pytest_aiassert.integration.recordings import cassette

    yield from cassette(request, since=request.config.stash[STARTED])


@pytest.fixture
def ai_server(request: pytest.FixtureRequest) -> Iterator[AIServer]:
    """Serves mocked model APIs on loopback, for other processes; OPENAI_BASE_URL and the like lead there."""
    from pytest_aiassert.integration.fixtures import server

    yield from server(request)


@pytest.fixture
def expect(request: pytest.FixtureRequest) -> Expect:
    """Judge a reply by several matchers at once: `expect(reply).to(…)`."""
    from pytest_aiassert.integration.fixtures import expectation

    return expectation(request)


def _is_ours(report: Any) -> bool:
    return isinstance(report.longrepr, tuple) and SKIP_REASON in report.longrepr[2]


def _enabled(config: pytest.Config) -> bool:
    if config.getoption("ai_eval") is None and not os.environ.get("AIASSERT_EVAL"):
        try:
            return bool(config.getini("ai_eval"))
        except (ValueError, pytest.UsageError):
            pass  # told by what reads it below
    from pytest_aiassert.integration.settings import truth

    return truth(config, "ai-eval")
