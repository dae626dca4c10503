from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.assistant.conftest import LoopbackServer, completion, delta, events, say

from assistant.cli import main

pytestmark = pytest.mark.usefixtures("clean_environment")


class Terminal(io.StringIO):
    """Text in memory that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.fixture
def spec(server: LoopbackServer) -> str:
    return f"openai+{server.base_url}:tiny"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command as in a terminal, and return what that shows."""

    def run(*arguments: str) -> str:
        with monkeypatch.context() as patch:
            stream = Terminal()
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "stdin", Terminal())
            assert _run(*arguments) == 0
            return stream.getvalue()

    return run


def test_asks_and_streams(server: LoopbackServer, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    server.answer(events(delta("hel"), delta("lo"), delta(finish="stop")))
    assert _run("ask", "hi", "--provider", spec) == 0
    assert capsys.readouterr() == ("hello\n", "")
    assert server.seen[0].body["stream"] is True
    assert server.seen[0].body["messages"] == [{"role": "user", "content": "hi"}]


def test_asks_for_the_whole_reply(server: LoopbackServer, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    server.reply("hello\n")
    assert _run("ask", "hi", "-p", spec, "--no-stream") == 0
    assert capsys.readouterr().out == "hello\n"
    assert "stream" not in server.seen[0].body


def test_prints_json(server: LoopbackServer, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    server.reply("héllo")
    assert _run("ask", "hi", "-p", spec, "--json") == 0
    reply = json.loads(capsys.readouterr().out)
    assert (reply["text"], reply["model"], reply["usage"]["output_tokens"]) == ("héllo", "tiny", 2)


@pytest.mark.parametrize("arguments", [["-"], []])
def test_reads_the_question_from_a_pipe(
    server: LoopbackServer, spec: str, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    server.reply("hello")
    monkeypatch.setattr(sys, "stdin", io.StringIO("from the pipe\n"))
    assert _run("ask", *arguments, "-p", spec, "--no-stream") == 0
    assert server.seen[0].body["messages"][0]["content"] == "from the pipe\n"


def _one_line(error: str) -> str:
    assert error.startswith("assistant: ")
    assert error.count("\n") == 1
    return error


@pytest.mark.parametrize("stdin", [Terminal(), io.StringIO(" \n")])
def test_no_question_is_bad_input(
    stdin: io.StringIO, spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    assert _run("ask", "-p", spec) == 2
    assert "there is no question" in _one_line(capsys.readouterr().err)


def test_a_pipe_that_is_no_text(spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))
    assert _run("ask", "-", "-p", spec) == 2
    assert "standard input is not text" in _one_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", "hi"], "no provider is named"),
        (["ask", "hi", "-p", "gpt-5.1"], "does not say KIND:MODEL"),
        (["ask", "hi", "-p", "openai:gpt-5.1"], "OPENAI_API_KEY is not set"),
        (["ask", "hi", "-p", "openai+http://127.0.0.1:9/v1:m"], "cannot reach"),
        (["ask", "hi", "-p", "openai+http://127.0.0.1:9/v1:m", "--json"], "cannot reach"),
        (["doctor", "-p", "zzz:m"], "unknown kind"),
    ],
)
def test_an_error_is_one_line_and_exit_code_two(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*arguments) == 2
    assert words in _one_line(capsys.readouterr().err)


def test_a_broken_stream_shows_what_came_and_the_error(
    server: LoopbackServer, spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer(events(delta("half"), end=""))
    assert _run("ask", "hi", "-p", spec) == 2
    captured = capsys.readouterr()
    assert captured.out == "half"
    assert "ended after 4 characters" in _one_line(captured.err.lstrip("\n"))


def test_an_unknown_option_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("ask", "hi", "--porvider", "x") == 2
    assert "--porvider" in capsys.readouterr().err


def test_help_teaches_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("ask", "--help") == 0
    text = capsys.readouterr().out
    assert "git diff | assistant ask" in text
    assert "ollama:qwen2.5-coder:1.5b" in text
    assert _run("--help") == 0
    assert "doctor" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--version") == 0
    assert capsys.readouterr().out.startswith("assistant 0.")


def test_a_terminal_gets_no_control_characters(server: LoopbackServer, spec: str, terminal: Callable[..., str]) -> None:
    server.answer(say(completion("a\x1b[31mb\x07c\nd\te")))
    assert terminal("ask", "hi", "-p", spec, "--no-stream") == "a[31mbc\nd\te\n"


def test_the_doctor_finds_a_server_and_shows_no_key(
    server: LoopbackServer, spec: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    monkeypatch.setenv("OPENAI_COMPATIBLE_API_KEY", "another-secret")
    server.answer(say({"data": [{"id": "tiny"}]}), say({"data": [{"id": "a"}, {"id": "b"}]}), say({"data": []}))
    assert _run("doctor", "-p", spec) == 0
    text = capsys.readouterr().out
    assert "secret" not in text
    lines = {line[:26].strip(): line[27:] for line in text.splitlines()}
    assert lines["answers"] == "yes"
    assert lines["OPENAI_API_KEY"] == "set"
    assert lines["provider"] == spec
    assert lines["settings"] == "environment"
    assert lines["python"].startswith(sys.version.split()[0])
    assert _run("doctor", "-p", spec) == 0
    assert "yes, but it does not list 'tiny'; it lists a, b" in capsys.readouterr().out
    assert _run("doctor", "-p", spec) == 0


def test_the_doctor_finds_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("doctor", "-p", "openai+http://127.0.0.1:9/v1:m") == 1
    assert "no: openai: cannot reach" in capsys.readouterr().out


def test_the_doctor_finds_no_provider(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("doctor") == 0
    assert "none; give --provider SPEC" in capsys.readouterr().out


@pytest.mark.parametrize(("no_color", "styled"), [("", True), ("1", False)])
def test_colour_is_for_terminals_that_want_it(
    terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch, no_color: str, styled: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[1m" in terminal("doctor")) is styled


def test_an_interrupt_exits_with_130(server: LoopbackServer, spec: str) -> None:
    waiting = threading.Event()
    server.answer(events(delta("first\n"), end="", hang=waiting, cut=True))
    process = _start("ask", "hi", "-p", spec)
    assert process.stdout is not None
    assert process.stdout.readline() == "first\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    waiting.set()
    assert (err, out, process.returncode) == ("", "", 130)


def test_a_closed_pipe_is_no_traceback(server: LoopbackServer, spec: str) -> None:
    pieces: list[Any] = [delta("x" * 50_000) for _ in range(20)]
    server.answer(events(*pieces, delta(finish="stop")))
    process = _start("ask", "hi", "-p", spec)
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.wait(20)
    process.stderr.close()
    assert "Traceback" not in err


def _start(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", "from assistant.cli import main; main()", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "assistant", "doctor"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (found.returncode, found.stderr) == (2, "assistant: cannot write the output: No space left on device\n")
