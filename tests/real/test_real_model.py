"""Against a real model: `make test-real` sets PROVIDER, and serves a small one where none is given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from assistant import connect
from assistant.errors import BadRequestError, ProviderError

pytestmark = pytest.mark.real

QUIET = ("-p", "no:anyio", "-p", "no:asyncio", "-p", "no:cov")


@pytest.fixture
def spec() -> str:
    """The provider under test."""
    spec = os.environ.get("PROVIDER", "")
    if not spec:
        pytest.fail("PROVIDER is not set; run make test-real")
    return spec


def test_a_reply_has_text_usage_and_latency(spec):
    with connect(spec) as ai:
        reply = ai.complete("Say hello.", max_tokens=20)
    assert reply.text.strip()
    assert reply.usage.input_tokens > 0
    assert 0 < reply.usage.output_tokens <= 20
    assert reply.latency is not None
    assert reply.latency > 0


def test_a_stream_arrives_in_pieces_and_ends_with_a_reason(spec):
    with connect(spec) as ai:
        chunks = list(ai.stream("Count from one to five.", max_tokens=40))
    assert len([chunk for chunk in chunks if chunk.text]) > 1
    assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason]


def test_a_conversation_too_long_for_the_model_is_refused_by_type(spec):
    with connect(spec) as ai, pytest.raises(ProviderError) as caught:
        ai.complete("word " * 60_000, max_tokens=1)
    assert isinstance(caught.value, BadRequestError) or caught.value.status is not None


def test_record_in_pytest_then_replay_offline(spec, pytester):
    pytester.makepyfile(
        """
        import pytest
        from pytest_aiassert import matches_regex

        @pytest.mark.ai_eval(samples=3, min_pass_rate=0.3)
        def test_ask(ai, expect):
            expect(ai.complete("Say hello.", max_tokens=20)).to(matches_regex("[A-Za-z]"))

        @pytest.mark.ai_eval
        def test_stream(ai):
            assert "".join(map(str, ai.stream("Count to three.", max_tokens=20))).strip()
        """
    )
    live = ("--ai-eval", f"--ai-provider={spec}", "--ai-record=once", "--ai-concurrency=2")
    pytester.runpytest_subprocess(*QUIET, *live).assert_outcomes(passed=2)
    written = {path: path.read_bytes() for path in Path(pytester.path, "cassettes").rglob("*.json")}
    assert len(written) == 2
    pytester.runpytest_subprocess(*QUIET, "--ai-eval").assert_outcomes(passed=2)
    assert {path: path.read_bytes() for path in written} == written


def test_record_a_golden_set_and_go_on_where_it_stopped(spec, pytester):
    folder = pytester.mkdir("tiny")
    (folder / "cases.yaml").write_text(
        "version: 1\nname: tiny\nparameters: {max_tokens: 20}\ncases:\n"
        "  - {id: hello, prompt: Say hello., checks: [{matches_regex: '[a-z]'}]}\n"
        "  - {id: count, prompt: Count to three., checks: [{matches_regex: '[a-z0-9]'}]}\n"
    )
    command = (sys.executable, "-m", "pytest_aiassert")
    record = (*command, "record", str(folder), "--provider", spec)
    assert pytester.run(*record, "--samples", "1").ret == 0
    first = {path: path.read_bytes() for path in folder.rglob("cassettes/*/*.json")}
    assert pytester.run(*record, "--samples", "2").ret == 0
    assert sorted(first) == sorted(folder.rglob("cassettes/*/*.json"))
    model = next(iter(first)).parent.name
    run = pytester.run(*command, "run", str(folder), "--provider", f"replay:{model}", "--samples", "2")
    assert run.ret == 0
    run.stdout.fnmatch_lines(["*4 trials*"])
