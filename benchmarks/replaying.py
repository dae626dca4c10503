"""Run inside an environment: seconds that calls of the openai SDK take, mocked or replayed, as JSON lines.

`python replaying.py WAY RECORDED CALLS ROUNDS`, where WAY is aiassert, vcr-order, vcr-body, first-token or memory;
with the last, CALLS are the bytes of a reply.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

URL = "https://api.openai.com/v1/chat/completions"
SYSTEM = "You are a helpful coding assistant."


def question(number: int) -> dict[str, Any]:
    user = f"Question number {number}: write a function that adds {number} to its argument"
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": user}]
    return {"messages": messages, "model": "some-model", "temperature": 0.2}


def answer(number: int, text: str = "") -> dict[str, Any]:
    text = text or f"```python\ndef add(x):\n    return x + {number}\n```\n" * 3
    message = {"role": "assistant", "content": text}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "some-model",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50},
    }


def our_cassette(recorded: int, text: str = "") -> Path:
    from pytest_aiassert.cassettes.exchange import Body, Exchange, RecordedRequest, RecordedResponse
    from pytest_aiassert.cassettes.writing import write_exchanges

    path = Path(tempfile.mkdtemp()) / "ours.json"
    kind = {"content-type": "application/json"}
    write_exchanges(
        path,
        [
            Exchange(
                request=RecordedRequest(method="POST", url=URL, body=Body(json=question(number))),
                response=RecordedResponse(status=200, headers=kind, body=Body(json=answer(number, text)), elapsed=1.0),
                recorded_at="2026-01-01T00:00:00+00:00",
            )
            for number in range(recorded)
        ],
    )
    return path


def vcr_cassette(recorded: int) -> Path:
    import yaml

    path = Path(tempfile.mkdtemp()) / "vcr.yaml"
    interactions = [
        {
            "request": {
                "method": "POST",
                "uri": URL,
                "body": json.dumps(question(number), separators=(",", ":")),
                "headers": {"content-type": ["application/json"]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"content-type": ["application/json"]},
                "body": {"string": json.dumps(answer(number))},
            },
        }
        for number in range(recorded)
    ]
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.write_text(yaml.dump({"version": 1, "interactions": interactions}, Dumper=dumper), encoding="utf-8")
    return path


def ask(client: Any, calls: int) -> float:
    """Return the seconds that so many questions take, the first of which is not counted."""
    started = time.perf_counter()
    for number in range(calls):
        if number == 1:
            started = time.perf_counter()
        client.chat.completions.create(**question(number))
    return (time.perf_counter() - started) * calls / (calls - 1)


def openai_client(**arguments: Any) -> Any:
    import openai

    return openai.OpenAI(api_key="sk-none", max_retries=0, **arguments)


def mocked(calls: int) -> float:
    import openai

    http = __import__("httpx2" if int(openai.__version__.partition(".")[0]) > 2 else "httpx")
    body = json.dumps(answer(1)).encode()
    kind = {"content-type": "application/json"}
    transport = http.MockTransport(lambda _request: http.Response(200, content=body, headers=kind))
    return ask(openai_client(http_client=http.Client(transport=transport)), calls)


def replayed(path: Path, calls: int) -> float:
    from pytest_aiassert.cassettes import Cassette
    from pytest_aiassert.cassettes.handler import CassetteHandler
    from pytest_aiassert.wire import Tap
    from pytest_aiassert.wire.intercept import intercept

    with intercept(Tap("benchmark", [CassetteHandler(Cassette.load(path))])):
        return ask(openai_client(), calls)


def by_vcr(path: Path, calls: int, match_on: list[str]) -> float:
    import vcr

    recorder = vcr.VCR(record_mode="none", match_on=match_on)
    with recorder.use_cassette(str(path)):
        return ask(openai_client(), calls)


def first_token(calls: int, *, recording: bool) -> float:
    """Return the median seconds to the first chunk of a stream from a server on loopback."""
    with ExitStack() as scope:
        url = scope.enter_context(streaming_server())
        if recording:
            from pytest_aiassert.cassettes import Cassette
            from pytest_aiassert.cassettes.handler import CassetteHandler
            from pytest_aiassert.wire import Tap
            from pytest_aiassert.wire.intercept import intercept

            cassette = Cassette.open(Path(tempfile.mkdtemp()) / "stream.json")
            scope.enter_context(intercept(Tap("benchmark", [CassetteHandler(cassette)], allow_network=True)))
        client, waits = openai_client(base_url=url), []
        for number in range(calls + 1):
            started = time.perf_counter()
            chunks = iter(client.chat.completions.create(**question(number), stream=True))
            next(chunks)
            waits.append(time.perf_counter() - started)
            list(chunks)
    return median(waits[1:])


@contextmanager
def streaming_server() -> Generator[str]:
    """Start a server in a process of its own; yield its base URL."""
    with subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.terminate()


def serve() -> None:
    """Answer every request with a stream of three chunks, until terminated."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for text in ("one", "two", "three"):
                delta = {"index": 0, "delta": {"content": text}, "finish_reason": None}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()


def peak() -> float:
    """Return the most memory that this process has used so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def memory(recorded: int, size: int) -> dict[str, float]:
    """Replay a cassette of replies of `size` bytes in a fresh process; return its file's size, seconds and memory."""
    from pytest_aiassert.cassettes import Cassette

    path = Path(os.environ["CASSETTE"]) if "CASSETTE" in os.environ else our_cassette(recorded, "x" * size)
    if "CASSETTE" not in os.environ:
        os.environ["CASSETTE"] = str(path)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # what wrote the file must not count
    started = time.perf_counter()
    Cassette.load(path)
    load = time.perf_counter() - started
    replayed(path, min(recorded, 50))
    return {"megabytes": path.stat().st_size / 1e6, "load": load, "peak": peak()}


def main() -> None:
    if sys.argv[1] == "serve":
        serve()
    way, recorded, calls, rounds = sys.argv[1], *map(int, sys.argv[2:5])
    actions: dict[str, Callable[[], Any]] = {"mock": lambda: mocked(calls)}
    if way == "aiassert":
        ours = our_cassette(recorded)
        actions["aiassert"] = lambda: replayed(ours, calls)
    elif way in ("vcr-order", "vcr-body"):
        theirs = vcr_cassette(recorded)
        parts = ["method", "scheme", "host", "port", "path", "query"]
        actions[way] = lambda: by_vcr(theirs, calls, [*parts, *(["body"] if way == "vcr-body" else [])])
    elif way == "first-token":
        actions = {
            "plain": lambda: first_token(calls, recording=False),
            "recording": lambda: first_token(calls, recording=True),
        }
    elif way == "memory":
        print(json.dumps(memory(recorded, calls)))
        return
    for turn in range(rounds + 1):
        names = list(actions)[:: 1 if turn % 2 else -1]
        times = {name: actions[name]() for name in names}
        if turn:  # the first round warms up
            print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
