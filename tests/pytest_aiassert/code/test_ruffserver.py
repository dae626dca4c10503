"""A server that answers, and servers that end, hang or talk nonsense: an OSError, in time."""

from __future__ import annotations

import os
import sys
import time

import pytest

from pytest_aiassert.code.ruffserver import RuffServer, RuffSettings

WORDS = """#!{python} -IS
import json, sys, time

def receive():
    length = 0
    while (line := sys.stdin.buffer.readline()).strip():
        length = int(line.split(b":")[1])
    return json.loads(sys.stdin.buffer.read(length)) if length else sys.exit()

def send(text):
    sys.stdout.write(text if isinstance(text, str) else "Content-Length: %d\\r\\n\\r\\n%s" % (len(text), text))
    sys.stdout.flush()

def answer(message, **fields):
    text = json.dumps({{"jsonrpc": "2.0", "id": message["id"], **fields}})
    send("Content-Length: %d\\r\\n\\r\\n%s" % (len(text), text))

ready = {{"result": {{"capabilities": {{"positionEncoding": "utf-32"}}}}}}
while True:
    message = receive()
    method = message["method"]
    {script}
"""
START = 'if method == "initialize": answer(message, **ready); continue\n    if "id" not in message: continue\n    '


@pytest.fixture
def server(tmp_path):
    opened = []

    def start(script, seconds=5.0):
        file = tmp_path / "ruff"
        file.write_text(WORDS.format(python=sys.executable, script=script))
        file.chmod(0o755)
        opened.append(RuffServer(RuffSettings(), seconds=seconds, binary=str(file)))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture
def ruff():
    server = RuffServer(RuffSettings(select=("F",), line_length=40))
    yield server
    server.close()


def test_diagnostics_and_edits_are_of_the_text_that_was_given_last(ruff):
    assert [each["code"] for each in ruff.diagnostics("import os\n")] == ["F401"]
    assert ruff.diagnostics("x = 1\n") == []
    assert ruff.edits("x = 1\n") is None
    assert ruff.edits("x=1\n")[0]["newText"] == "x = 1\n"
    assert "(\n" in ruff.edits("total = first_value_of_all + second_value\n")[0]["newText"]


def test_what_is_longer_than_any_pipe_is_answered(ruff):
    code = "\n".join(f"import module_{number}" for number in range(4_000))
    assert len(ruff.diagnostics(code)) == 4_000


def test_surrogates_and_null_bytes_are_answered(ruff):
    assert ruff.diagnostics("x = '\ud800'\n") == []
    assert ruff.diagnostics("x = \0\n")


def test_a_closed_server_is_gone():
    server = RuffServer(RuffSettings())
    process = server._process
    server.close()
    assert process.returncode is not None
    with pytest.raises((OSError, ValueError)):
        os.kill(process.pid, 0)


def test_a_server_that_was_killed_is_told(ruff):
    ruff._process.kill()
    ruff._process.wait()
    with pytest.raises(OSError):
        ruff.diagnostics("x = 1\n")


def test_no_binary_is_an_os_error():
    with pytest.raises(OSError):
        RuffServer(RuffSettings(), binary="/nowhere/ruff")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("sys.exit(3)", "has ended"),
        ("send('Panic! at the linter' + chr(13) + chr(10) + chr(13) + chr(10))", "no message"),
        ("send('Content-Length: 2' + 2 * (chr(13) + chr(10)) + '[]')", "no message"),
        ("send('Content-Length: 3' + 2 * (chr(13) + chr(10)) + '{[}')", "no message"),
        ("answer(message, error={'message': 'no such method'})", "refused: .*no such method"),
        ("answer(message, result={'capabilities': {}})", "cannot count characters"),
        ("answer(message, result={})", "cannot count characters"),
        ("answer(message, result={'capabilities': 3})", "cannot count characters"),
        ("answer(message, result=None)", "cannot count characters"),
    ],
)
def test_a_server_that_does_not_start_well_is_told(server, script, words):
    with pytest.raises(OSError, match=words):
        server(script)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("answer(message, result={'kind': 'unchanged'})", "no diagnostics"),
        ("answer(message, result=[3])", "no diagnostics"),
    ],
)
def test_an_answer_that_is_none_is_told(server, script, words):
    started = server(START + script)
    with pytest.raises(OSError, match=words):
        started.diagnostics("x = 1\n")


def test_edits_that_are_none_are_told(server):
    started = server(START + "answer(message, result=5)")
    with pytest.raises(OSError, match="no edits: 5"):
        started.edits("x = 1\n")


def test_notices_and_late_answers_are_passed_over(server):
    script = """send('Content-Length: 32' + 2 * (chr(13) + chr(10)) + '{"method": "log", "params": [1]}')
    answer({'id': 0}, result=7); answer(message, result={'items': []})"""
    assert server(START + script).diagnostics("x = 1\n") == []


@pytest.mark.parametrize(
    "script",
    ["time.sleep(60)", "send('Content-Length: 99' + 2 * (chr(13) + chr(10)) + '{'); time.sleep(60)"],
    ids=["silent", "half"],
)
def test_a_server_that_hangs_is_late(server, script):
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"more than 0\.3 s"):
        server(script, seconds=0.3)
    assert time.monotonic() - started < 5


def test_a_server_that_does_not_read_is_late(server):
    started = server(START + "answer(message, result={'items': []}); time.sleep(60)", seconds=0.3)
    with pytest.raises(TimeoutError):
        started.diagnostics("x = 1\n" * 50_000)
