"""Secrets in replies and in a server's complaints: never in a file, never in the log."""

from __future__ import annotations

import pytest

TOKEN = "sk-" + "abcdefghijklmnopqrstuvwxyz123456"

ASK = """
    import pytest
    from pytest_aiassert import contains_code

    @pytest.mark.ai_eval
    def test_ask(ai, expect):
        expect(ai.complete("hi")).to(contains_code(min_blocks=2))
"""


@pytest.mark.parametrize("workers", [(), ("-n1",)])
def test_a_key_in_a_reply_reaches_no_file(pytester, chat_server, workers):
    chat_server.text = f"Set it:\n```python\nkey = '{TOKEN}'\n```\n"
    pytester.makepyfile(ASK)
    outputs = ["--ai-save-run=run.jsonl", *(f"--ai-report=r{suffix}" for suffix in (".html", ".md", ".json"))]
    live = (f"--ai-provider={chat_server.spec}", "--ai-record=once", "--junitxml=junit.xml")
    result = pytester.runpytest_subprocess("-p", "no:anyio", *workers, "--ai-eval", *live, *outputs)
    result.assert_outcomes(failed=1)
    assert TOKEN not in result.stdout.str()
    files = [path for path in pytester.path.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {"run.jsonl", "r.html", "r.md", "r.json", "junit.xml"} <= {path.name for path in files}
    assert [path.name for path in files if TOKEN in path.read_text(errors="replace")] == []
    assert "[REDACTED]" in (pytester.path / "run.jsonl").read_text()
