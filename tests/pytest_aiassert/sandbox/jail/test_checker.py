"""The checker's side, without the process around it."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from pytest_aiassert.sandbox.jail import checker, frames
from pytest_aiassert.sandbox.jail.checker import Bench, CandidateLost, Remote, copy_back, exception, judge
from pytest_aiassert.sandbox.jail.resident import Resident
from pytest_aiassert.sandbox.jail.surroundings import Compiled, Surroundings

TEST = "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(3) == 6\n"


@pytest.fixture
def ends():
    near, far = socket.socketpair()
    yield near, far
    near.close()
    far.close()


def answering(far):
    """Answer as a candidate would, from a thread."""
    thread = threading.Thread(target=Resident(far.fileno()).serve, daemon=True)
    thread.start()
    return thread


def asked(test=TEST, code="", **job):
    return {"test": test, "prelude": "", "entry_point": "f", "code": code, "compile": True, **job}


def verdict_on(remote, job):
    return judge(remote, job, Compiled.of(job["test"], job["prelude"]))


def judged(ends, code, test=TEST, **job):
    near, far = ends
    thread = answering(far)
    verdict = verdict_on(Remote(near.fileno(), 3.0), asked(test, code, **job))
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


@pytest.mark.parametrize("code", ["def f(:", "x = '\ud800'", "\0", "1 / 0", "(" * 500])
def test_it_matters_not_where_code_is_compiled(pairs, code):
    here, there = (judged(next(pairs), code, compile=here) for here in (True, False))

    assert here == there
    assert here["reason"].startswith("loading it raised ")


def test_code_that_does_not_load_fails_though_the_test_never_calls_it(ends):
    assert judged(ends, "1 / 0", "def check(candidate): pass")["verdict"] == "failed"


def test_a_failed_load_cannot_be_caught(ends):
    test = (
        "def check(candidate):\n    for _ in range(2):\n        try: candidate(1)\n        except BaseException: pass\n"
    )

    assert judged(ends, "1 / 0", test) == {
        "verdict": "failed",
        "reason": "loading it raised ZeroDivisionError: division by zero",
        "calls": 0,
    }


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ([b"\xff\xff\xff\xff"], "malformed"),
        ([frames.pack({"loaded": 3})], "malformed"),
        ([frames.pack({})], "malformed"),
        ([frames.pack({"id": 9, "value": 4, "args": []})], "malformed"),
        (
            [frames.pack({"id": 1, "value": {"t": "pickle", "v": 1}, "args": []})],
            "malformed",
        ),
        ([frames.pack([1])], "malformed"),
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

    verdict = verdict_on(remote, asked())
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


class Unchanged(Surroundings):
    def __init__(self, changed=False):
        self.changed = lambda: changed


def benched(bench, ends, test, code="def f(n): return 2 * n"):
    near, far = ends
    thread = answering(far)
    verdict = bench.judge(Remote(near.fileno(), 3.0), asked(test, code))
    near.shutdown(socket.SHUT_RDWR)
    thread.join()
    return verdict["verdict"]


@pytest.fixture
def pairs():
    made = [socket.socketpair() for _ in range(3)]
    yield iter(made)
    for pair in made:
        for end in pair:
            end.close()


def test_one_test_after_another_runs_in_one_process(pairs):
    bench = Bench(Unchanged())

    assert [benched(bench, next(pairs), f"# {n}\n{TEST}") for n in range(3)] == ["passed"] * 3


def test_after_a_change_only_the_same_test_goes_on(pairs):
    bench = Bench(Unchanged(changed=True))

    assert [benched(bench, next(pairs), test) for test in (TEST, TEST, f"#\n{TEST}")] == ["passed", "passed", "stale"]


@pytest.mark.parametrize(
    "meddling",
    ["import math; math.pi = 3", "exec('')", "class A:\n    def f(self): self.x = 1", "import gc", "vars()"],
)
def test_after_a_test_that_may_meddle_no_other_goes_on(pairs, meddling):
    bench = Bench(Unchanged())
    test = f"def never():\n  {meddling.replace(chr(10), chr(10) + '  ')}\n{TEST}"

    assert [benched(bench, next(pairs), test) for test in (test, test, TEST)] == ["passed", "passed", "stale"]


def test_a_test_that_does_not_compile_is_unusable(pairs):
    assert benched(Bench(Unchanged()), next(pairs), "def check(") == "unusable"


def test_few_tests_are_kept_compiled():
    bench = Bench(Unchanged())
    for number in range(100):
        bench._prepared(f"# {number}", "")

    assert len(bench._compiled) <= 32
