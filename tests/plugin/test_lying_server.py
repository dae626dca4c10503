"""Servers that answer 200 with something that is no reply: an error of the trial, never a recording."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

GOOD = json.dumps({"model": "m", "choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}]})

ASK = """
    import pytest

    @pytest.mark.ai_eval
    def test_whole(ai):
        assert ai.complete("hi").text

    @pytest.mark.ai_eval
    def test_stream(ai):
        assert "".join(chunk.text for chunk in ai.stream("hi"))
"""


@pytest.fixture
def liar():
    """A server that says `liar.body`, of type `liar.kind`, to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", server.kind)
            self.send_header("content-length", str(len(server.body)))
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.kind = "application/json"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    server.spec = f"openai+http://127.0.0.1:{server.server_address[1]}/v1:m"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def record(run, server, mode="once"):
    return run("--ai-eval", f"--ai-provider={server.spec}", f"--ai-record={mode}", source=ASK)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<html>Please log in</html>"),
        ("application/json", GOOD[:30].encode()),
        ("application/json", b'{"error": {"message": "quota exceeded"}}'),
        ("application/json", b"{}"),
        ("application/json", b"null"),
        ("application/json", b'{"choices": []}'),
        ("application/json", b""),
        ("application/json", bytes(range(256))),
        ("text/event-stream", b'data: {"choices": [{"delta": {"content": "cut"}}]}\n\n'),
        ("text/event-stream", b"data: {not json\n\n"),
        ("text/event-stream", b'data: {"error": {"message": "died"}}\n\n'),
    ],
)
def test_what_is_no_reply_is_not_recorded(run, liar, pytester, kind, body):
    liar.kind, liar.body = kind, body
    result = record(run, liar)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*assistant.errors.*"])
    assert list(pytester.path.rglob("cassettes/**/*.json")) == []
    liar.kind, liar.body = "application/json", GOOD.encode()
    record(run, liar).assert_outcomes(passed=2)
    run("--ai-eval").assert_outcomes(passed=2)


def test_a_lie_does_not_take_the_place_of_a_recording(run, liar, pytester):
    liar.body = GOOD.encode()
    record(run, liar).assert_outcomes(passed=2)
    before = {path: path.read_bytes() for path in pytester.path.rglob("cassettes/**/*.json")}
    liar.body = b"<html>Please log in</html>"
    record(run, liar, "all").assert_outcomes(failed=2)
    assert {path: path.read_bytes() for path in pytester.path.rglob("cassettes/**/*") if path.is_file()} == before


def test_numbers_that_json_lacks_break_no_file(run, liar, pytester):
    call = {"id": "1", "function": {"name": "f", "arguments": '{"a": NaN, "b": 1e999}'}}
    choice = {"message": {"content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}
    liar.body = json.dumps({"choices": [choice]}).encode()
    reports = [f"--ai-report=r{suffix}" for suffix in (".html", ".md", ".json")]
    result = run("--ai-eval", f"--ai-provider={liar.spec}", "--ai-save-run=r.jsonl", *reports, source=ASK)
    result.assert_outcomes(failed=2)
    trial = json.loads((pytester.path / "r.jsonl").read_text().splitlines()[1])
    (kept,) = trial["turns"][0]["reply"]["tool_calls"]
    assert kept["raw_arguments"] == '{"a": NaN, "b": 1e999}'
    assert kept["arguments"] == {}
    assert len(list(pytester.path.glob("r.*"))) == 4
