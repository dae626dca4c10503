"""`run` and `record` of golden sets whose checks ask a judge."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CASES = """\
version: 1
name: small
cases:
  - id: greet
    prompt: Say hello.
    checks: [{mentions: hello}, {judged_by: Is kind.}]
  - id: count
    prompt: Count to three.
    checks: [{mentions: three}]
"""


class Models:
    """Two models on loopback: `tiny` says hello three times over, `wise` judges."""

    def __init__(self):
        self.asked = []
        self.judgement = '{"reason": "friendly", "score": 1}'
        models = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                models.asked.append(body["model"])
                text = models.judgement if body["model"] == "wise" else f"hello, hello, three {len(models.asked)}"
                choice = {"message": {"content": text}, "finish_reason": "stop"}
                usage = {"prompt_tokens": 3, "completion_tokens": 2}
                content = json.dumps({"model": body["model"], "choices": [choice], "usage": usage}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"openai+http://127.0.0.1:{self.server.server_address[1]}/v1"


@pytest.fixture
def models():
    models = Models()
    yield models
    models.server.shutdown()
    models.thread.join()
    models.server.server_close()


@pytest.fixture
def judged(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "cases.yaml").write_text(CASES)
    return folder


def _record(aiassert, models, judged, *more):
    return aiassert(
        "record", judged, "-p", f"{models.url}:tiny", "--judge", f"{models.url}:wise", "--samples", "2", *more
    )


def test_what_a_judge_says_is_recorded_beside_the_replies(aiassert, models, judged):
    done = _record(aiassert, models, judged)
    assert done.exit_code == 0, done.stderr
    exchanges = json.loads((judged / "cassettes" / "tiny" / "greet.json").read_text())["exchanges"]
    assert sorted(exchange.get("role", "") for exchange in exchanges) == ["", "", "judge", "judge"]
    assert models.asked.count("wise") == 2
    assert _record(aiassert, models, judged).exit_code == 0
    assert (models.asked.count("tiny"), models.asked.count("wise")) == (4, 2)


def test_a_recorded_judge_is_replayed_and_its_answers_are_no_trials(aiassert, models, judged, tmp_path):
    _record(aiassert, models, judged)
    asked = len(models.asked)
    save = tmp_path / "run.jsonl"
    done = aiassert("run", judged, "-p", "replay:tiny", "--save", save)
    assert done.exit_code == 0, done.stderr
    assert "4 trials" in done.stdout
    assert "judged: 2 answers of wise, 10 tokens" in done.stdout
    assert len(models.asked) == asked
    trials = [json.loads(line) for line in save.read_text().splitlines() if '"kind": "trial"' in line]
    assert [trial.get("judging", {}).get("calls") for trial in trials] == [1, 1, None, None]
    (listed,) = [line for line in aiassert("golden", "ls", judged).stdout.splitlines() if line.startswith("greet")]
    assert listed.split() == ["greet", "1", "2", "2"]  # weight, checks, replies
    assert "2, 2 judgements" in aiassert("cassettes", "ls", judged / "cassettes").stdout
    assert aiassert("cassettes", "show", judged / "cassettes").stdout.count(" by a judge") == 2


def test_a_live_judge_judges_recorded_replies(aiassert, models, judged):
    aiassert("record", judged, "-p", f"{models.url}:tiny")
    done = aiassert("run", judged, "-p", "replay:tiny", "--judge", f"{models.url}:wise")
    assert done.exit_code == 0, done.stderr
    assert models.asked.count("wise") == 1
    exchanges = json.loads((judged / "cassettes" / "tiny" / "greet.json").read_text())["exchanges"]
    assert len(exchanges) == 1  # a run records nothing


def test_without_a_judge_a_case_cannot_be_judged(aiassert, models, judged):
    aiassert("record", judged, "-p", f"{models.url}:tiny")
    done = aiassert("run", judged, "-p", "replay:tiny")
    assert done.exit_code == 1
    assert "has no recorded judge" in done.stderr
    assert "ERROR" in done.stdout


def test_rubbish_is_recorded_as_what_the_judge_says(aiassert, models, judged):
    models.judgement = "rubbish"
    done = _record(aiassert, models, judged)
    assert done.exit_code == 0
    assert "greet: judge 'Is kind.' gave an answer that cannot be used" in done.stderr
    done = aiassert("run", judged, "-p", "replay:tiny")
    assert done.exit_code == 1
    assert "cannot judge: judge 'Is kind.' gave an answer that cannot be used" in done.stderr


def test_a_judge_that_nobody_reaches_stops_the_recording(aiassert, models, judged):
    done = aiassert("record", judged, "-p", f"{models.url}:tiny", "--judge", "openai+http://127.0.0.1:9/v1:wise")
    assert done.exit_code == 2
    assert "run the same command again to continue" in done.stderr
