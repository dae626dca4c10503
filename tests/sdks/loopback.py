"""A server on loopback that answers as a handler decides; streams are sent piece by piece."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pytest_aiassert.wire.message import Handler, WireRequest, WireResponse


@contextmanager
def serving(handler: Handler, *, host: str = "") -> Generator[str]:
    """Serve while the context lasts, as if it were `host`; yield the address."""

    class Server(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            url = f"http://{host or self.headers['host']}{self.path}"
            content = self.rfile.read(int(self.headers["content-length"]))
            request = WireRequest(method="POST", url=url, headers=tuple(self.headers.items()), content=content)
            decision = handler.answer(request)
            assert isinstance(decision, WireResponse)
            self.send_response(decision.status)
            for name, value in decision.headers:
                self.send_header(name, value)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for piece in decision.pieces:
                self.wfile.write(f"{len(piece.data):x}\r\n".encode() + piece.data + b"\r\n")
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
