"""aimock, as a server that each test starts and the SDKs' variables lead to."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from types import SimpleNamespace

import pytest


@pytest.fixture
def peer(real: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Generator[SimpleNamespace]:
    folder, mode = Path("cassettes") / request.node.name, os.environ["MODE"]
    folder.mkdir(parents=True, exist_ok=True)
    running: list[subprocess.Popen[str]] = []

    def start() -> None:
        upstream = [f"--provider-{name}={real}" for name in ("openai", "anthropic", "gemini")]
        more = ["--record", *upstream] if mode in ("record", "new") else []
        command = ["node", os.environ["LLMOCK"], "-p", "0", "-f", str(folder), *more]
        command += json.loads(os.environ["OPTIONS"]).get("arguments", [])
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        running.append(server)
        assert server.stdout is not None
        said = []
        for line in server.stdout:
            said.append(line)
            if "listening on " in line:
                url = line.rpartition("listening on ")[2].strip()
                monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
                monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
                monkeypatch.setenv("GEMINI_BASE_URL", url)
                return
        pytest.fail("".join(said))

    def reply(text: str, only_for: str = "") -> None:
        if mode == "mock":
            script = {"fixtures": [{"match": {"userMessage": only_for or "Hi"}, "response": {"content": text}}]}
            (folder / "script.json").write_text(json.dumps(script), encoding="utf-8")
            start()

    def megabytes() -> float:
        status = Path(f"/proc/{running[0].pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6

    if mode != "mock":
        start()
    yield SimpleNamespace(reply=reply, megabytes=megabytes)
    for server in running:
        server.terminate()
        server.communicate(timeout=20)
