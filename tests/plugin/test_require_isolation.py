"""--ai-require-isolation: no code is judged behind thinner walls than asked for."""

from __future__ import annotations

import pytest

from pytest_aiassert import sandbox
from pytest_aiassert.errors import CannotJudgeError
from pytest_aiassert.integration.settings import ISOLATION_TIERS
from pytest_aiassert.sandbox.isolation import TIERS


def test_the_option_offers_every_tier():
    assert ISOLATION_TIERS == TIERS


def test_what_the_machine_has_is_enough(run):
    source = "import pytest\n@pytest.mark.ai_eval\ndef test_it(): pass"
    run("--ai-eval", f"--ai-require-isolation={sandbox.tier()}", source=source).assert_outcomes(passed=1)


def test_less_ends_the_session_at_once(run, monkeypatch):
    def require(tier):
        raise CannotJudgeError(f"this machine offers limits only, less than {tier}; see: aiassert doctor")

    monkeypatch.setattr(sandbox, "require", require)
    result = run("--ai-eval", "-o", "ai_require_isolation=full", source="def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-require-isolation=full: this machine offers limits only*"])


def test_a_tier_that_does_not_exist(run):
    result = run("--ai-eval", "-o", "ai_require_isolation=some", source="def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: ini option ai_require_isolation: 'some' is not one of full, kernel, limits"])
