from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class LoopbackServer:
    """A real HTTP server on a free port; it gives each request the next answer, the last one for ever."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, *answers: Answer) -> None:
        self.answers[:] = answers

    def reply(self, text: str, **more: Any) -> None:
        self.answer(say(completion(text, **more)))


def completion(text: str | None = "hi", *, finish: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "tiny",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "logprobs": None,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6},
    }


def say(content: Any, status: int = 200, **headers: str) -> Answer:
    """Answer with JSON, or with text or bytes as they are."""
    body = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
    kind = "application/json" if body is None else "text/plain"
    body = json.dumps(content).encode() if body is None else body

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"content-type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def events(*data: Any, end: str = "data: [DONE]\n\n", hang: threading.Event | None = None, cut: bool = False) -> Answer:
    """Answer with server-sent events; `cut` breaks the connection, `hang` keeps it open until set."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream; charset=utf-8")
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        pieces = [f"data: {d if isinstance(d, str) else json.dumps(d)}\n\n" for d in data]
        for piece in [*pieces, end]:
            if piece:
                handler.wfile.write(f"{len(piece.encode()):x}\r\n{piece}\r\n".encode())
                handler.wfile.flush()
        if hang is not None:
            hang.wait(5)
        if cut:
            handler.close_connection = True
            return
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def delta(text: str | None = None, *, finish: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text, **more}, "finish_reason": finish}]}


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            headers = {k.lower(): v for k, v in self.headers.items()}
            loopback.seen.append(Seen(self.command, self.path, headers, json.loads(raw) if raw else None))
            number = min(len(loopback.seen), len(loopback.answers)) - 1
            try:
                loopback.answers[number](self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815  the names that http.server looks for

        def log_message(self, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.handle_error = lambda *_: None  # type: ignore[method-assign]  clients that leave are part of the tests
    loopback = LoopbackServer(port=http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield loopback
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """Run in an empty folder without any of the variables that matter."""
    for name in (
        "ASSISTANT_PROVIDER",
        "ASSISTANT_CONFIG",
        "ASSISTANT_TIMEOUT",
        "ASSISTANT_CONNECT_TIMEOUT",
        "ASSISTANT_TOTAL_TIMEOUT",
        "OPENAI_API_KEY",
        "OPENAI_COMPATIBLE_API_KEY",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
