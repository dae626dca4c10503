"""A model API on loopback that stands for the real one: it counts what reaches it, by the first part of the path."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PIECES = ("Once ", "upon ", "a ", "time ", "there ", "was.")
PAUSE = 0.06


@dataclass(kw_only=True)
class RealApi:
    """Its address, and how often each probe has asked it."""

    url: str
    hits: Counter[str] = field(default_factory=Counter)


@contextmanager
def real_api() -> Generator[RealApi]:
    """Serve in threads of this process."""
    lock, asked = threading.Lock(), Counter[str]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            probe = self.path.split("/")[1]
            prompt = prompt_of(body)
            with lock:
                api.hits[probe] += 1
                asked[probe + prompt] += 1
                number = asked[probe + prompt]
            if body.get("stream"):
                self._stream()
            else:
                self._whole(answer(self.path, f"{prompt} (reply {number})"))

        def _whole(self, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.send_header("set-cookie", "session=planted-cookie-0123456789; Path=/")
            self.end_headers()
            self.wfile.write(data)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            for text in PIECES:
                self.wfile.write(f"data: {json.dumps(chunk(text))}\n\n".encode())
                time.sleep(PAUSE)
            self.wfile.write(f"data: {json.dumps(chunk(None))}\n\ndata: [DONE]\n\n".encode())
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = RealApi(url=f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def prompt_of(body: dict[str, Any]) -> str:
    """Return what was asked, whichever of the formats it is in."""
    if "contents" in body:
        return str(body["contents"][0]["parts"][0]["text"])
    return str(body["messages"][-1]["content"] if "messages" in body else body["input"])


def answer(path: str, text: str) -> dict[str, Any]:
    """Return a reply in the format that the path asks for."""
    if path.endswith("/messages"):
        usage = {"input_tokens": 1, "output_tokens": 1}
        content = [{"type": "text", "text": text}]
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "some-model",
            "content": content,
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": usage,
        }
    if path.endswith("/embeddings"):
        data = [{"object": "embedding", "index": 0, "embedding": [0.5]}]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return {"object": "list", "data": data, "model": "some-model", "usage": usage}
    if ":generateContent" in path:
        return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}]}
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "some-model",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def chunk(text: str | None) -> dict[str, Any]:
    """Return one event of a streamed chat completion; the last has no text."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if text is None else None}
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "some-model", "choices": [choice]}
