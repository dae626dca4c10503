"""The traffic of real SDKs to a real model: recorded as it arrives, and replayed where nothing can be reached.

`make test-real` sets PROVIDER, and PROXY with its PROXY_KEY, or WITHOUT_PROXY to the reason why there is none.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import anthropic
import httpx2
import ollama
import openai.types.responses
import pytest
from tests.sdks.questions import QUESTIONS, Heard, Question, expect, unreadable
from typer.testing import CliRunner

from pytest_aiassert.cassettes import Cassette
from pytest_aiassert.cli.app import app

pytestmark = pytest.mark.real

for loaded in (anthropic, ollama, openai.types.responses):  # an inner run forgets what it loads itself, at length
    assert loaded

QUIET = ("-p", "no:anyio", "-p", "no:asyncio", "-p", "no:cov")
PLANTED = "sk-planted-0123456789abcdef"
ASKED = """
import json
from dataclasses import asdict
from pathlib import Path
import pytest
from tests.sdks.questions import QUESTIONS, hear

@pytest.mark.ai_cassette("{file}")
def test_asked(ai_cassette):
    question = next(each for each in QUESTIONS if each.name == "{question}")
    place = {{"base_url": "{base_url}", "model": "{model}", "key": "{key}"}}
    heard = hear(question, "{mode}", **place, note=lambda: ai_cassette.complete)
    Path("heard.json").write_text(json.dumps(asdict(heard)))
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a question is asked."""

    base_url: str
    model: str
    key: str = field(repr=False)


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    """Who answers a question; skipped, with the reason, where nobody speaks its API."""
    question: Question = request.getfixturevalue("question")
    spec = os.environ.get("PROVIDER", "")
    if not spec:
        pytest.fail("PROVIDER is not set; run make test-real")
    if not spec.startswith("openai+"):
        pytest.skip(f"{spec} is no openai+http://HOST:PORT/v1:MODEL")
    base_url, _, model = spec.removeprefix("openai+").rpartition(":")
    key = os.environ.get("OPENAI_API_KEY") or PLANTED
    if question.served_by == "server":
        return Place(base_url=base_url, model=model, key=key)
    if question.served_by == "ollama":
        root = f"{urlsplit(base_url).scheme}://{urlsplit(base_url).netloc}"
        if httpx2.get(f"{root}/api/tags", timeout=30).status_code != httpx2.codes.OK:
            pytest.skip(f"{root} does not speak Ollama's API")
        return Place(base_url=root, model=model, key=key)
    if not os.environ.get("PROXY"):
        pytest.skip(os.environ.get("WITHOUT_PROXY") or "no proxy was started; run make test-real")
    proxy = os.environ["PROXY"]
    at = f"{proxy}/v1" if question.package == "openai" else proxy
    return Place(base_url=at, model=model, key=os.environ["PROXY_KEY"])


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Cuts the process off: no socket connects any more."""

    def connect(_: socket.socket, address: object) -> None:
        raise ConnectionRefusedError(f"{address} is gone")

    return lambda: monkeypatch.setattr(socket.socket, "connect", connect)


def heard() -> Heard:
    return Heard(**json.loads(Path("heard.json").read_text()))


@pytest.mark.parametrize("mode", ["sync", "async"])
@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_real_reply_is_recorded_as_it_comes_and_replayed_offline(question, mode, place, pytester, unreachable):
    file = Path(pytester.path, f"{question}-{mode}.json")
    pytester.makepyfile(
        ASKED.format(
            file=file.name, question=question, mode=mode, base_url=place.base_url, model=place.model, key=place.key
        )
    )
    pytester.runpytest_inprocess(*QUIET, "--ai-record=once").assert_outcomes(passed=1)
    live, (exchange,) = heard(), Cassette.load(file).exchanges
    said = question.said(live.events)
    assert said.text or said.calls
    if question.streams:
        arrives_by_and_by(live)
    assert place.key not in file.read_text()
    recorded = file.read_bytes()

    unreachable()
    pytester.runpytest_inprocess(*QUIET).assert_outcomes(passed=1)
    assert heard().events == live.events
    assert file.read_bytes() == recorded
    verified = CliRunner().invoke(app, ["cassettes", "verify", str(file)])
    assert verified.exit_code == (1 if question.lacks else 0), verified.output
    assert unreadable(exchange) == question.lacks
    if os.environ.get("RECORDINGS"):
        expect(question, said)
        shutil.copy(file, os.environ["RECORDINGS"])


def arrives_by_and_by(live: Heard) -> None:
    """The caller hears events while others are still to come, not when the recording is complete."""
    assert live.moments[-1] - live.moments[0] > 0.2
    assert not any(live.notes[: len(live.notes) // 2])
