"""A warm `ruff server`, spoken to through its pipes: it takes a tenth of the time that a process takes."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from dataclasses import dataclass
from typing import Any, cast

from pytest_aiassert.code.ruff import NOWHERE, TARGET_VERSION, encoded, ruff_binary, ruff_environment

AVAILABLE = os.name == "posix"
"""Whether pipes can be waited for with a deadline, which a server that hangs asks for."""

_DOCUMENT = "file:///reply.py"
_MARK = "\ufeff"
_LONGEST_LINE = 1_500
_GRACE = 0.5
_MOST_BYTES = 64_000_000
_CHUNK = 1 << 16
_BLANK_LINE = b"\r\n\r\n"
_CAPABILITIES = {"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class RuffSettings:
    """What a server lints and formats by, for its whole life."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    line_length: int = 88


def is_servable(code: str) -> bool:
    """Tell whether a server answers as the command line does.

    It miscounts behind a byte order mark, and its small stack overflows on an expression that is thousands deep.
    """
    return _MARK not in code and max(map(len, code.split("\n"))) <= _LONGEST_LINE


class RuffServer:
    """One server process, for one thread at a time.

    Every method raises OSError where the server is gone, is late, or says what cannot be understood; it is of no use
    then, except to be closed.
    """

    def __init__(self, settings: RuffSettings, *, seconds: float = 10.0, binary: str | None = None) -> None:
        self._seconds = seconds
        self._number = 0
        self._received = bytearray()
        self._expected: int | None = None
        self._process = subprocess.Popen(  # noqa: S603 - ruff's own binary
            [binary or ruff_binary(), "server", "--silent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=NOWHERE,
            env=ruff_environment(),
            process_group=0,  # a Ctrl-C at the terminal is not for it
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        try:
            os.set_blocking(self._input.fileno(), False)
            os.set_blocking(self._output.fileno(), False)
            self._open(settings)
        except BaseException:
            self.close()
            raise

    def diagnostics(self, code: str) -> list[dict[str, Any]]:
        """Return what the server finds in a piece of Python, as the protocol has it; columns count characters."""
        asked = self._request("textDocument/diagnostic", {"textDocument": {"uri": _DOCUMENT}})
        answer = self._exchange(self._text(code) + asked)
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise ConnectionError(f"ruff's server gave no diagnostics: {answer!r:.200}")
        return cast("list[dict[str, Any]]", answer["items"])

    def edits(self, code: str) -> list[dict[str, Any]] | None:
        """Return what the formatter would change, as the protocol has it; None where it says nothing."""
        options = {"tabSize": 4, "insertSpaces": True}
        asked = self._request("textDocument/formatting", {"textDocument": {"uri": _DOCUMENT}, "options": options})
        answer = self._exchange(self._text(code) + asked)
        if answer is not None and not isinstance(answer, list):
            raise ConnectionError(f"ruff's server gave no edits: {answer!r:.200}")
        return cast("list[dict[str, Any]] | None", answer)

    def close(self) -> None:
        """End the server, by its own will or else by force."""
        self._input.close()
        self._output.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def disown(self) -> None:
        """In a child of a fork, leave the server to the parent."""
        self._input.close()
        self._output.close()
        self._process.returncode = 0

    def _open(self, settings: RuffSettings) -> None:
        parameters = {
            "processId": None,
            "rootUri": None,
            "workspaceFolders": None,
            "capabilities": _CAPABILITIES,
            "initializationOptions": {"settings": _options(settings)},
        }
        answer = self._exchange(self._request("initialize", parameters))
        if '"positionEncoding": "utf-32"' not in json.dumps(answer):
            raise ConnectionError(f"ruff's server cannot count characters: {answer!r:.200}")
        document = {"uri": _DOCUMENT, "languageId": "python", "version": 0, "text": ""}
        self._exchange(
            _message(method="initialized", params={})
            + _message(method="textDocument/didOpen", params={"textDocument": document})
            + self._request("textDocument/diagnostic", {"textDocument": {"uri": _DOCUMENT}})
        )

    def _text(self, code: str) -> bytes:
        """Replace the one document's text."""
        document = {"uri": _DOCUMENT, "version": self._number + 1}
        text = encoded(code).decode()
        return _message(
            method="textDocument/didChange", params={"textDocument": document, "contentChanges": [{"text": text}]}
        )

    def _request(self, method: str, params: dict[str, Any]) -> bytes:
        self._number += 1
        return _message(id=self._number, method=method, params=params)

    def _exchange(self, messages: bytes) -> Any:
        """Send messages, the last of them a request, and return the answer to it."""
        deadline = time.monotonic() + self._seconds
        waiting = memoryview(messages)
        while True:
            if waiting:
                waiting = waiting[self._write(waiting) :]
            self._wait(deadline, writing=bool(waiting))
            self._read()
            while (message := self._take()) is not None:
                if message.get("id") != self._number or "method" in message:
                    continue  # a notice, or an answer to an earlier request that was given up
                if "result" not in message:
                    raise ConnectionError(f"ruff's server refused: {message.get('error')!r:.200}")
                return message["result"]

    def _write(self, waiting: memoryview) -> int:
        try:
            return os.write(self._input.fileno(), waiting)
        except BlockingIOError:
            return 0

    def _wait(self, deadline: float, *, writing: bool) -> None:
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        if writing:
            poll.register(self._input, select.POLLOUT)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise TimeoutError(f"ruff's server took more than {self._seconds:g} s")

    def _read(self) -> None:
        try:
            chunk = os.read(self._output.fileno(), _CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            raise ConnectionError("ruff's server has ended")
        self._received += chunk
        if len(self._received) > _MOST_BYTES:
            raise ConnectionError(f"ruff's server wrote more than {_MOST_BYTES:,} bytes")

    def _take(self) -> dict[str, Any] | None:
        """Take one message from what was received, None where it is not complete."""
        try:
            if self._expected is None:
                end = self._received.find(_BLANK_LINE)
                if end < 0:
                    return None
                self._expected = int(self._received[:end].lower().rpartition(b"content-length:")[2].split(b"\r\n")[0])
                del self._received[: end + len(_BLANK_LINE)]
            if len(self._received) < self._expected:
                return None
            message = json.loads(self._received[: self._expected])
        except ValueError as error:
            raise ConnectionError(f"ruff's server wrote what is no message: {error}") from error
        if not isinstance(message, dict):
            raise ConnectionError("ruff's server wrote what is no message")
        del self._received[: self._expected]
        self._expected = None
        return cast("dict[str, Any]", message)


def _options(settings: RuffSettings) -> dict[str, Any]:
    """Return the server's settings: what the command line is given, and nothing from any file."""
    lint = {"select": list(settings.select), "ignore": list(settings.ignore)}
    configuration = {"target-version": TARGET_VERSION, "line-length": settings.line_length, "lint": lint}
    return {"configurationPreference": "editorOnly", "configuration": configuration, "logLevel": "error"}


def _message(**fields: Any) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **fields}, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
