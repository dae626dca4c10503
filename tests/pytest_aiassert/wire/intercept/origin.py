"""A server on loopback that answers in the ways that responses differ in."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

EVENTS = [f"data: {n}\n\n".encode() for n in range(3)]


class Origin(ThreadingHTTPServer):
    """`go_on` holds `/stream` back between its events; `seen` are the bodies that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Pages)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.go_on = threading.Semaphore(0)
        self.seen: list[bytes] = []
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.go_on.release(100)
        self.shutdown()
        self.server_close()


class _Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Origin

    def _answer(self) -> None:
        body = self._body()
        self.server.seen.append(body)
        with suppress(ConnectionError):  # callers may stop early
            getattr(self, "page_" + self.path.partition("?")[0].strip("/"))(body)

    do_GET = do_POST = do_HEAD = _answer  # noqa: N815 - the base class's names

    def page_echo(self, body: bytes) -> None:
        said = {"method": self.command, "length": len(body), "type": self.headers.get("Content-Type", "")}
        self._send(json.dumps(said).encode(), content_type="application/json")

    def page_gzip(self, _body: bytes) -> None:
        self._send(gzip.compress(b"squeezed " * 1000), content_encoding="gzip")

    def page_empty(self, _body: bytes) -> None:
        self.send_response(204)
        self.end_headers()

    def page_redirect(self, _body: bytes) -> None:
        self._send(b"", status=302, location="/cookie")

    def page_cookie(self, _body: bytes) -> None:
        self._send(b"sweet", set_cookie="a=1")

    def page_cut(self, _body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"half")
        self.close_connection = True

    def page_stream(self, _body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for event in EVENTS:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            self.wfile.flush()
            self.server.go_on.acquire()
        self.wfile.write(b"0\r\n\r\n")

    def _send(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-").title(), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, *_arguments: object) -> None:
        pass
