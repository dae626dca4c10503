"""What tests answer with."""

from __future__ import annotations

from pytest_aiassert.wire import Decision, Forward, Piece, WireRequest, WireResponse

MODEL_URL = "https://api.openai.com/v1/chat/completions"


class Answering:
    """A handler that gives one decision, and keeps the requests it has seen."""

    def __init__(self, decision: Decision | None = None) -> None:
        self.decision = decision
        self.requests: list[WireRequest] = []

    def answer(self, request: WireRequest) -> Decision | None:
        self.requests.append(request)
        return self.decision


class Notes:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.ends: list[bool] = []

    @property
    def content(self) -> bytes:
        return b"".join(self.pieces)

    def start(self, status, headers) -> None:
        self.status = status
        self.headers = dict(headers)

    def piece(self, data: bytes) -> None:
        self.pieces.append(data)

    def finish(self, *, complete: bool) -> None:
        self.ends.append(complete)


def recorded() -> tuple[Answering, Notes]:
    """Return a handler that forwards, and its sink."""
    notes = Notes()
    return Answering(Forward(sink=notes)), notes


def json_response(*texts: str, **more) -> WireResponse:
    pieces = tuple(Piece(data=text.encode()) for text in texts)
    return WireResponse(headers=(("content-type", "application/json"),), pieces=pieces, **more)
