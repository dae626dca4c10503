import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pytest_aiassert.cli.app import app

ROOT = Path(__file__).parents[3]

CASES = """\
version: 1
name: small
parameters: {temperature: 0}
cases:
  - id: greet
    prompt: Say hello.
    checks: [{mentions: hello}]
    tags: [talk]
  - id: count
    prompt: Count to three.
    checks: [{mentions: three}]
    tags: [talk, numbers]
    weight: 2
"""


@pytest.fixture
def root():
    return ROOT


@pytest.fixture
def aiassert(monkeypatch):
    """Run the command line in this process."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def _run(*args):
        return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)

    return _run


@pytest.fixture
def golden(tmp_path):
    """Write a golden set of two cases, without recordings."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "cases.yaml").write_text(CASES)
    return folder


class Server:
    """A model on loopback: answers from a list, or with an HTTP status."""

    def __init__(self):
        self.answers = []
        self.asked = []
        self.url = ""

    def answer(self, body):
        self.asked.append(body["messages"][-1]["content"])
        return self.answers.pop(0) if self.answers else "hello three"


@pytest.fixture
def server():
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = state.answer(body)
            status = answer if isinstance(answer, int) else 200
            reply = {
                "model": body["model"],
                "choices": [{"message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 2},
            }
            content = json.dumps(reply if status == 200 else {"error": {"message": "no luck"}}).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            """Say nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{httpd.server_port}/v1"
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def spec(server):
    return f"openai+{server.url}:tiny/model-1"


@pytest.fixture
def recorded(aiassert, golden, spec):
    """Record two replies to each case of the small set."""
    result = aiassert("record", golden, "-p", spec, "--samples", 2, "--model-name", "tiny")
    assert result.exit_code == 0, result.output
    return golden
