"""A real model as judge: recorded, replayed, and calibrated; `make test-real` sets PROVIDER."""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

QUIET = ("-p", "no:anyio", "-p", "no:asyncio", "-p", "no:cov")


@pytest.fixture
def spec() -> str:
    """The provider that judges."""
    spec = os.environ.get("PROVIDER", "")
    if not spec:
        pytest.fail("PROVIDER is not set; run make test-real")
    return spec


def test_a_real_judge_is_recorded_and_replayed_offline(spec, pytester):
    pytester.makepyfile(
        """
        import json
        from pathlib import Path
        import pytest
        from pytest_aiassert import better_than, judged_by

        BRIEF = {"max_tokens": 200}

        @pytest.mark.ai_eval
        def test_judged(mock_ai):
            reply = mock_ai.reply("Paris is the capital of France.").complete("What is the capital of France?")
            found = [
                judged_by("The answer is right.", parameters=BRIEF).check(reply),
                judged_by({"right": "Is right.", "brief": "Is brief."}, scale=(1, 5), parameters=BRIEF).check(reply),
                better_than("I do not know.", parameters=BRIEF).check(reply),
            ]
            told = [[verdict.score, verdict.reason] for verdict in found]
            with Path("told.jsonl").open("a") as file:
                file.write(json.dumps(told) + "\\n")
        """
    )
    live = ("--ai-eval", "--ai-provider=mock", f"--ai-judge={spec}", "--ai-record=new")
    pytester.runpytest_subprocess(*QUIET, *live).assert_outcomes(passed=1)
    pytester.runpytest_subprocess(*QUIET, "--ai-eval", "--ai-provider=mock").assert_outcomes(passed=1)
    first, second = Path("told.jsonl").read_text().splitlines()
    assert first == second
    assert all(0 <= score <= 1 and reason for score, reason in json.loads(first))


def test_a_real_judge_is_calibrated(spec, pytester):
    with Path("labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt", "reply", "label"])
        for number in range(2, 7):
            writer.writerow([f"What is {number} + {number}?", str(2 * number), "pass"])
            writer.writerow([f"What is {number} + {number}?", "I like cheese.", "fail"])
    command = (sys.executable, "-m", "pytest_aiassert", "calibrate", "labels.csv", "--rubric", "The answer is right.")
    live = pytester.run(*command, "--judge", spec, "--max-tokens", "200", "--report", "live.json")
    assert live.ret == 0
    replayed = pytester.run(*command, "--judge", "replay", "--max-tokens", "200", "--report", "again.json")
    assert replayed.ret == 0
    assert replayed.outlines == [line.replace("live.json", "again.json") for line in live.outlines]
    found = json.loads(Path("live.json").read_text())
    assert found["n"] + found["errors"] == 10
    assert -1 <= found["kappa"]["low"] <= found["kappa"]["estimate"] <= found["kappa"]["high"] <= 1
