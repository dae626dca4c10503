from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

SCRIPT = """\
version: 1
any:
  reply: hello
  faults: [{fault: cut, at: 2, times: 1}]
"""
ASKED = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "script.yaml").write_text(SCRIPT, encoding="utf-8")
    command = [sys.executable, "-m", "pytest_aiassert", "serve-mock", "script.yaml"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_it_says_where_it_serves_and_ends_cleanly(served: subprocess.Popen[str]) -> None:
    assert served.stdout is not None
    word, url = served.stdout.readline().split()
    assert word == "serving"
    assert served.stdout.readline() == f"export OPENAI_BASE_URL={url}/v1\n"
    url += "/v1/chat/completions"
    with pytest.raises(httpx2.RemoteProtocolError):
        httpx2.post(url, json=ASKED, trust_env=False)
    assert httpx2.post(url, json=ASKED, trust_env=False).text.endswith("data: [DONE]\n\n")
    assert httpx2.post(f"{url}/no", json=ASKED, trust_env=False).status_code == 404
    served.send_signal(signal.SIGINT)
    _, complaints = served.communicate(timeout=10)
    assert served.returncode == 0
    assert complaints == "script.yaml knows no format for POST /v1/chat/completions/no\n"


def test_a_script_that_cannot_work_is_told_and_nothing_served(aiassert, tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("version: 1\nopenay: {reply: x}\n", encoding="utf-8")
    result = aiassert("serve-mock", str(script))
    assert result.exit_code == 2
    assert "script.yaml:2: there is no wire format 'openay'; did you mean 'openai'?" in result.stderr
    assert "serving" not in result.stdout
