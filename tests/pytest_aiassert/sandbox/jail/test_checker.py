"""The checker's side, without the process around it."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from pytest_aiassert.sandbox.jail import checker, frames, worker
from pytest_aiassert.sandbox.jail.checker import CandidateLost, Remote, copy_back, exception, judge

TEST = "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(3) == 6\n"


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    yield near, far
    near.close()
    far.close()


def answering(far, code):
    """Answer as a candidate would, from a thread."""
    namespace = {}

    def serve():
        frames.write(far.fileno(), {"loaded": worker.load_whole(code, namespace)})
        while (request := frames.read(far.fileno())) is not None:
            frames.write(far.fileno(), worker.answer(namespace, request))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def judged(ends, code, test=TEST, **job):
    near, far = ends
    thread = answering(far, code)
    verdict = judge(Remote(near.fileno(), 3.0), {"test": test, "prelude": "", "entry_point": "f", **job}, {})
    near.shutdown(socket.SHUT_WR)
    thread.join()
    return verdict


def test_right_code_passes(ends):
    assert judged(ends, "def f(n): return 2 * n") == {"verdict": "passed", "reason": "", "calls": 2}


@pytest.mark.parametrize(
    ("code", "reason", "calls"),
    [
        ("def f(n): return 4", "AssertionError at line 3 of the test: assert candidate(3) == 6", 2),
        ("def f(n): raise LookupError('no')", "LookupError: no at line 2 of the test: assert candidate(2) == 4", 1),
        ("1 / 0", "loading it raised ZeroDivisionError: division by zero", 0),
    ],
)
def test_wrong_code_fails_with_a_reason(ends, code, reason, calls):
    assert judged(ends, code) == {"verdict": "failed", "reason": reason, "calls": calls}


@pytest.mark.parametrize("test", ["1 / 0", "check = None", "raise SystemExit"])
def test_a_test_that_cannot_be_run_is_unusable(ends, test):
    assert judged(ends, "def f(n): pass", test)["verdict"] == "unusable"


def test_an_error_that_cannot_be_shown_is_named(ends):
    test = "class E(Exception):\n    def __str__(self): raise self\ndef check(candidate): raise E\n"

    assert judged(ends, "def f(): pass", test)["reason"] == "E"


def test_what_was_compiled_is_kept(ends):
    compiled = {}
    near, far = ends
    thread = answering(far, "def f(n): return 2 * n")
    judge(Remote(near.fileno(), 3.0), {"test": TEST, "prelude": "x = 1", "entry_point": "f"}, compiled)
    near.shutdown(socket.SHUT_WR)
    thread.join()

    assert [*compiled] == [(TEST, "x = 1")]


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ([b"\xff\xff\xff\xff"], "malformed"),
        ([frames.pack({"loaded": 3})], "malformed"),
        ([frames.pack({})], "malformed"),
        ([frames.pack({"loaded": None}), frames.pack({"id": 9, "value": 4, "args": []})], "malformed"),
        (
            [frames.pack({"loaded": None}), frames.pack({"id": 1, "value": {"t": "pickle", "v": 1}, "args": []})],
            "malformed",
        ),
        ([frames.pack({"loaded": None}), frames.pack([1])], "malformed"),
        ([frames.pack({"loaded": None}), None], "ended"),
        ([None], "ended"),
        ([], "timeout"),
    ],
)
def test_a_candidate_that_does_not_answer_is_lost(ends, said, how):
    near, far = ends
    for piece in said:
        if piece is None:
            far.shutdown(socket.SHUT_RDWR)
        else:
            far.sendall(piece)
    remote = Remote(near.fileno(), 0.1)

    verdict = judge(remote, {"test": TEST, "prelude": "", "entry_point": "f"}, {})
    assert (verdict["verdict"], verdict["reason"]) == ("lost", how)
    with pytest.raises(CandidateLost):
        remote.call("f", (), {})


def test_a_candidate_whose_channel_is_gone_is_lost():
    reading, writing = os.pipe()
    os.close(writing)
    remote = Remote(reading, 1.0)
    os.close(reading)

    with pytest.raises(CandidateLost, match="ended"):
        remote.receive()


@pytest.mark.parametrize(
    ("before", "after", "then"),
    [
        ([2, 1], [1, 2], [1, 2]),
        ({"a": 1}, {"b": 2}, {"b": 2}),
        ({1}, {2}, {2}),
        ([1], {1}, [1]),
        (1, 2, 1),
    ],
)
def test_arguments_become_what_was_made_of_them(before, after, then):
    copy_back(before, after)

    assert before == then


@pytest.mark.parametrize(
    ("bases", "kind"),
    [
        (["Mine", "KeyError", "LookupError"], KeyError),
        (["UnicodeDecodeError", "UnicodeError", "ValueError"], UnicodeError),
        (["print"], Exception),
        ([], Exception),
        (["SystemExit"], SystemExit),
    ],
)
def test_an_exception_is_the_nearest_that_is_built_in(bases, kind):
    assert type(exception(bases, "why")) is kind


def test_a_stream_is_itself_and_gives_its_items_once():
    stream = checker.Stream((1, 2))

    assert stream != [1, 2]
    assert len(stream) == 2
    assert next(stream) == 1
    assert list(stream) == [2]
    assert list(stream) == []
