"""A small chat completions server on loopback; each reply says the how-manieth it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatServer:
    """Answers `reply 1`, `reply 2`, … to POST /v1/chat/completions, and keeps the request bodies."""

    def __init__(self) -> None:
        self.requests: list[dict[str, object]] = []
        self.text = ""
        """What it says instead of counting, if anything."""
        self.judgement = '{"reason": "as it should", "score": 0.9}'
        """What it says where it is asked to judge."""
        self.refuses_schemas = False
        """Whether it answers a wish for a schema with status 500, as some servers do."""
        self.before_reply: Callable[[], object] = lambda: None
        self.lock = threading.Lock()
        chat = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with chat.lock:
                    chat.requests.append(body)
                    number = len(chat.requests)
                if chat.refuses_schemas and "json_schema" in str(body.get("response_format")):
                    self.send_error(500, "response_format: input should be 'text' or 'json_object'")
                    return
                chat.before_reply()
                asked_to_judge = "response_format" in body
                text = chat.judgement if asked_to_judge else chat.text or f"reply {number}"
                content = _stream(text) if body.get("stream") else _whole(text, body["model"])
                self.send_response(200)
                kind = "text/event-stream" if body.get("stream") else "application/json"
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.spec = f"openai+http://127.0.0.1:{self._server.server_address[1]}/v1:tiny"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _whole(text: str, model: str) -> bytes:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    return json.dumps({"model": model, "choices": [choice], "usage": usage}).encode()


def _stream(text: str) -> bytes:
    deltas = [{"choices": [{"delta": {"content": piece}}]} for piece in text.partition(" ") if piece]
    ending = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    events = [f"data: {json.dumps(event)}\n\n" for event in (*deltas, ending)]
    return "".join([*events, "data: [DONE]\n\n"]).encode()
