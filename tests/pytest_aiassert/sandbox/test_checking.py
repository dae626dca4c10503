"""A test and what it tests, in two processes: every way it can end, and every way it cannot be fooled."""

from __future__ import annotations

import asyncio
import time

import pytest

from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.sandbox import Check, Checked, Limits, acheck, check, check_many, team

TEST = "def check(candidate):\n    assert candidate(2, 2) == 4\n    assert candidate(1, 2) == 3\n"


def tried(code, test=TEST, **options):
    return check(code, "add", test, **options)


def test_code_that_is_right_passes():
    assert tried("def add(a, b): return a + b") == Checked(passed=True, outcome="ok", reason="", calls=2)


def test_code_that_is_wrong_fails_where_the_test_says():
    assert tried("def add(a, b): return 4") == Checked(
        passed=False,
        outcome="ok",
        reason="AssertionError at line 3 of the test: assert candidate(1, 2) == 3",
        calls=2,
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def add(a, b:", "loading it raised SyntaxError: "),
        ("def add(a, b): return a + b\n1 / 0", "loading it raised ZeroDivisionError: division by zero"),
        ("", "NameError: name 'add' is not defined at line 2"),
        ("def add(a): return a", "TypeError: add() takes 1 positional argument but 2 were given"),
        ("def add(a, b): raise KeyError(a)", "KeyError: '2' at line 2"),
        ("class E(Exception): pass\ndef add(a, b): raise E('oh')", "Exception: oh at line 2"),
        ("import sys\ndef add(a, b): sys.exit(0)", "SystemExit: 0 at line 2"),
    ],
)
def test_code_that_raises_fails_with_what_it_raised(code, reason):
    checked = tried(code)

    assert not checked.passed
    assert checked.reason.startswith(reason)


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        ("import os\ndef add(a, b): os._exit(0)", "error", "the code exited with status 0"),
        ("import os\nos._exit(0)", "error", "the code exited with status 0"),
        ("import os\ndef add(a, b): os.kill(os.getpid(), 9)", "killed", "the code was killed by SIGKILL"),
        ("def add(a, b):\n    while True: pass", "timeout", "the code ran longer than 0.5 s"),
        ("import time\ntime.sleep(60)", "timeout", "the code ran longer than 0.5 s"),
        (
            (
                "import os\ndef add(a, b):\n    for n in range(3, 30):\n        try: os.write(n, b'x' * 64)\n"
                "        except OSError: pass\n    return 4"
            ),
            "error",
            "the code sent a malformed reply",
        ),
        ("import os\ndef add(a, b):\n    os.closerange(0, 64)\n    return 4", "error", "the code exited with status"),
    ],
)
def test_code_that_is_lost_fails(code, outcome, reason):
    checked = tried(code, limits=Limits(wall=0.5))

    assert not checked.passed
    assert checked.outcome == outcome
    assert reason in checked.reason


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n    def __eq__(self, other): return True\ndef add(a, b): return A()",
        "class I(int):\n    def __eq__(self, other): return True\ndef add(a, b): return I(7)",
        "import builtins\nbuiltins.AssertionError = ValueError\ndef add(a, b): return 5",
        "def check(candidate): pass\ndef add(a, b): return 5",
        "import gc\ndef add(a, b):\n    return next((o for o in gc.get_objects() if o == {'want': 4}), 9)",
        "print('PASSED', flush=True)\ndef add(a, b): return None",
        (
            'def add(a, b):\n    import os, struct\n    m = b\'{"verdict": "passed", "calls": 2}\'\n'
            "    for n in range(3, 64):\n        try: os.write(n, struct.pack('>I', len(m)) + m)\n"
            "        except OSError: pass"
        ),
    ],
    ids=["always equal", "lying int", "patched builtins", "own check", "searching", "printing", "a forged verdict"],
)
def test_a_forgery_fails(code):
    assert not tried(code).passed
    assert tried("def add(a, b): return a + b").passed


def test_a_test_that_swallows_the_loss_does_not_pass():
    test = "def check(candidate):\n    try:\n        candidate(1)\n    except BaseException:\n        pass\n"
    checked = tried("import os\ndef add(a): os._exit(0)", test)

    assert (checked.passed, checked.outcome) == (False, "error")


def test_once_lost_it_stays_lost():
    test = (
        "def check(candidate):\n    for _ in range(3):\n        try: candidate(1)\n        except BaseException: pass\n"
    )

    assert tried("import os\ndef add(a): os._exit(0)", test).calls == 1


def test_arguments_changed_in_place_are_changed_for_the_test():
    test = """
def check(candidate):
    items, table, seen = [2, 1], {"a": 1}, {1}
    candidate(items, table, seen)
    assert (items, table, seen) == ([1, 2], {"b": 2}, {3})
"""
    code = """
def add(items, table, seen):
    items.sort(); table.clear(); table["b"] = 2; seen.clear(); seen.add(3)
"""
    assert tried(code, test).passed


def test_iterators_are_read_and_are_no_lists():
    test = "def check(candidate):\n    got = candidate()\n    assert got != [1, 2]\n    assert list(got) == [1, 2]\n"

    assert tried("def add(): yield from (1, 2)", test).passed


def test_the_test_may_expect_an_exception():
    test = """
def check(candidate):
    try:
        candidate(-1)
    except ValueError as error:
        assert str(error) == "negative"
    else:
        raise AssertionError
"""
    assert tried("class Mine(ValueError): pass\ndef add(n): raise Mine('negative')", test).passed


def test_the_prelude_is_what_the_test_may_use_and_the_code_cannot_change_it():
    test = "def check(candidate):\n    assert twice(candidate(1)) == 4\n"
    code = "def twice(n): return 4\ndef add(n): return n"

    assert not tried(code, test, prelude="def twice(n): return 2 * n").passed


def test_in_the_test_too_the_name_of_the_code_means_the_code():
    test = "def check(candidate):\n    assert candidate(2) == add(2) == 4\n"

    assert tried("def add(n): return 2 * n", test, prelude="def add(n): 'Return twice as much.'").passed


@pytest.mark.parametrize(
    ("test", "problem"),
    [
        ("def check(", "loading the test raised SyntaxError"),
        ("x = 1", "the test defines no function check"),
        ("check = 3", "the test defines no function check"),
        ("import nowhere", "loading the test raised ModuleNotFoundError"),
    ],
)
def test_a_test_that_cannot_be_used_is_no_verdict(test, problem):
    with pytest.raises(CannotJudgeError, match=rf"sandbox\.check\(test=…\): {problem}"):
        tried("def add(): pass", test)


@pytest.mark.parametrize(
    ("test", "outcome"),
    [
        ("import os\ndef check(candidate): os._exit(0)", "error"),
        ("import os\ndef check(candidate): os.kill(os.getpid(), 9)", "killed"),
        (
            (
                "import os\ndef check(candidate):\n    for n in range(64):\n        try: os.write(n, b'xx' * 64)\n"
                "        except OSError: pass\n"
            ),
            "error",
        ),
    ],
)
def test_a_test_that_ends_its_own_process_does_not_pass(test, outcome):
    checked = tried("def add(): pass", test)

    assert not checked.passed
    assert checked.outcome == outcome
    assert checked.reason.startswith("the test itself")
    assert tried("def add(a, b): return a + b").passed


def test_a_test_is_confined_too():
    test = "import os\ndef check(candidate):\n    os.fork()\n"

    assert tried("def add(): pass", test).reason.startswith("PermissionError")


def test_many_come_back_in_order():
    checks = [Check(code=f"def f(): return {n}", entry_point="f", test=TESTS[n % 3]) for n in range(30)]

    assert [checked.passed for checked in check_many(checks)] == [n in (0, 1, 2) for n in range(30)]


TESTS = [f"def check(candidate):\n    assert candidate() == {n}\n" for n in range(3)]


def test_those_that_hang_do_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr(team, "lacked_processor", lambda *_: False)  # a busy machine would have them tried again
    loops = [Check(code="def f():\n    while True: pass", entry_point="f", test=TESTS[0])] * 3
    quick = [Check(code="def f(): return 0", entry_point="f", test=TESTS[0])] * 20
    started = time.monotonic()
    done = check_many([*loops, *quick], limits=Limits(wall=0.8), workers=1)

    assert [checked.outcome for checked in done] == ["timeout"] * 3 + ["ok"] * 20
    assert time.monotonic() - started < 2.3  # one after the other, they take 2.4


def test_one_unusable_test_ends_them_all_with_its_error():
    with pytest.raises(CannotJudgeError):
        check_many([Check(code="", entry_point="f", test="")] * 5)


def test_no_checks_are_no_results():
    assert check_many([]) == []


def test_it_can_be_awaited():
    assert asyncio.run(acheck("def add(a, b): return a + b", "add", TEST)).passed
