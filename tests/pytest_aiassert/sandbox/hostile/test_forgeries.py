"""Wrong code never passes, whatever it does; in one interpreter with the test it does."""

from __future__ import annotations

import re

import pytest
from tests.pytest_aiassert.sandbox.hostile.claims import CLAIMS
from tests.pytest_aiassert.sandbox.hostile.forgeries import FORGERIES as VALUES
from tests.pytest_aiassert.sandbox.hostile.test_attacks import SETUPS, USERS, assert_nothing_left

from pytest_aiassert.matchers import implements

FORGERIES = VALUES | CLAIMS
CONTROLLED = [name for name, row in FORGERIES.items() if not row.uncontrolled]


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize(("user", "setup"), [(USERS[0], "full"), (USERS[-1], "kernel")])
def test_a_forgery_fails_for_what_it_is(grounds, user, setup, forgery):
    row = FORGERIES[forgery]
    question = {"do": "check", "code": row.code, "test": row.test, "limits": {"wall": 20.0}}
    said = grounds(user).ask(question | {"without": list(SETUPS[setup])})

    assert not said["passed"]
    assert re.search(row.says, said["reason"]), said["reason"]
    assert_nothing_left(said)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_no_addition(forgery):
    verdict = implements("addition").check(f"```python\n{FORGERIES[forgery].code}\n```")

    assert not verdict.passed
    assert "add" in verdict.reason


@pytest.mark.parametrize("forgery", CONTROLLED)
def test_in_one_interpreter_with_the_test_a_forgery_passes(grounds, forgery):
    row = FORGERIES[forgery]
    said = grounds(USERS[0]).ask({"do": "plain", "code": row.in_one_interpreter, "patience": 20.0, "strict": True})

    assert said["returncode"] == 0 if row.fools == "status" else "PASSED" in said["stdout"], said


def test_the_same_test_passes_what_is_right(grounds):
    for compares in {row.compares for row in FORGERIES.values()}:
        row = FORGERIES["printing success"]
        test = row.test.replace(row.compares, compares)
        question = {"do": "check", "code": "def add(a, b): return a + b", "test": test, "limits": {}, "without": []}
        if "[expected]" not in compares and "check(" not in compares:
            assert grounds(USERS[0]).ask(question)["passed"], compares
