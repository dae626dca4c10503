"""Odd names of tests and models: every recording has a file of its own, and every model its own name."""

from __future__ import annotations

import json

import pytest
from tests.plugin.openai_server import ChatServer

ODD = """
    import pytest

    NAMES = ["a b", "a/b", "a-b", "a::b", "a.b", "../../up", "x" * 300, "ü" * 300, "[", "ünïcode", "", "tab\\t"]

    @pytest.mark.ai_eval
    @pytest.mark.parametrize("name", NAMES)
    def test_odd(ai, name):
        ai.complete("the same question")
"""

ASK = """
    import pytest

    @pytest.mark.ai_eval
    @pytest.mark.parametrize("n", [1])
    class TestGroup:
        def test_ask(self, ai, n):
            assert ai.complete("hi").text
"""


def test_each_odd_name_has_its_own_cassette(run, chat_server, pytester):
    live = ("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once")
    run(*live, source=ODD).assert_outcomes(passed=12)
    files = list((pytester.path / "cassettes").rglob("*.json"))
    assert len(files) == 12
    assert all(len(path.name.encode()) < 200 for path in files)
    assert len({path.parent for path in files}) == 1
    assert len(chat_server.requests) == 12
    run("--ai-eval").assert_outcomes(passed=12)


def test_a_plain_name_stays_as_it_is(run, chat_server, pytester):
    run("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=once", source=ASK).assert_outcomes(passed=1)
    assert [path.name for path in (pytester.path / "cassettes").rglob("*.json")] == ["TestGroup.test_ask[1].json"]


def test_two_servers_with_a_model_of_one_name(run, chat_server, pytester):
    second = ChatServer()
    try:
        specs = (chat_server.spec, second.spec)
        result = run(
            "--ai-eval",
            *(f"--ai-provider={spec}" for spec in specs),
            "--ai-save-run=runs/{model}.jsonl",
            "--ai-report=r.json",
            source=ASK,
        )
    finally:
        second.stop()
    result.assert_outcomes(passed=2)
    runs = json.loads((pytester.path / "r.json").read_text())["runs"]
    assert [run["model"] for run in runs] == list(specs)
    assert {case["id"].rpartition("::")[2] for run in runs for case in run["cases"]} == {"test_ask[1]"}
    assert len(list((pytester.path / "runs").iterdir())) == 2


@pytest.mark.parametrize("model", ["qwen2.5-coder:1.5b", "org/model:latest", "modèle x", "[big]"])
def test_a_model_with_odd_letters(run, chat_server, pytester, model):
    spec = chat_server.spec.removesuffix("tiny") + model
    arguments = (
        f"--ai-provider={spec}",
        "--ai-provider=mock",
        "--ai-save-run=runs/{model}.jsonl",
        "--ai-report=r.json",
    )
    result = run("--ai-eval", *arguments, source=ASK)
    result.assert_outcomes(passed=2)
    runs = json.loads((pytester.path / "r.json").read_text())["runs"]
    assert runs[0]["model"] == model
    assert {case["id"].rpartition("::")[2] for run in runs for case in run["cases"]} == {"test_ask[1]"}
    assert len([path for path in (pytester.path / "runs").iterdir() if path.is_file()]) == 2


def test_models_that_would_share_a_run_file(run, chat_server):
    base = chat_server.spec.removesuffix("tiny")
    several = [f"--ai-provider={base}{model}" for model in ("a/b", "a-b")]
    result = run("--ai-eval", *several, "--ai-save-run={model}.jsonl", source=ASK)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --ai-save-run: *would hold the runs of several models; run them apart"])
    run("--ai-eval", *several).assert_outcomes(passed=2)


def test_a_run_path_that_is_too_long(run):
    result = run("--ai-eval", "--ai-provider=mock", f"--ai-save-run={'a' * 300}.jsonl", source=ASK)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["ERROR: cannot write run *File name too long*"])
