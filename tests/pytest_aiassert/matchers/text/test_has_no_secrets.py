"""has_no_secrets: what it says, and that it repeats nothing."""

from __future__ import annotations

import pytest

from assistant.messages import Completion, ToolCall
from pytest_aiassert.matchers import has_no_secrets

KEY = "sk-proj-" + "q7Zp2LmX9vTr4KsW8bNd" * 2
PASSWORD = "h4Rd2gu3ss!q"


def test_a_reply_without_secrets_passes():
    verdict = has_no_secrets().check("api_key = os.environ['API_KEY']")
    assert (verdict.passed, verdict.reason) == (True, "no secret in 31 characters")


def test_secrets_are_placed_and_redacted():
    verdict = has_no_secrets().check(f"Use this:\n\nKEY = '{KEY}'\npassword = '{PASSWORD}'\n")
    assert not verdict.passed
    assert verdict.reason == "2 secrets: an OpenAI key on line 3 and a value given to password on line 4"
    (evidence,) = verdict.evidence
    assert evidence.marks == (3,)
    assert "sk-p…[redacted]" in evidence.text
    assert KEY not in repr(verdict)
    assert PASSWORD not in repr(verdict)


def test_the_arguments_of_tools_are_searched():
    calls = (ToolCall(id="1", name="login", raw_arguments=f'{{"password": "{PASSWORD}"}}'),)
    verdict = has_no_secrets().check(Completion(tool_calls=calls))
    assert verdict.reason == "1 secret: a value given to password in the arguments of login"
    assert PASSWORD not in repr(verdict)


def test_many_secrets_are_counted():
    verdict = has_no_secrets().check("\n".join(f"{KEY}{n}" for n in range(9)))
    assert verdict.reason.startswith("9 secrets: ")
    assert verdict.reason.endswith(" and 4 more")


@pytest.mark.parametrize("size", [30_000])
def test_evidence_of_a_long_reply_shows_the_place(size):
    (evidence,) = has_no_secrets().check("a\n" * size + KEY).evidence
    assert evidence.text.count("\n") < 20
    assert "[redacted]" in evidence.text


def test_it_prints_as_the_call():
    assert repr(has_no_secrets()) == "has_no_secrets()"
