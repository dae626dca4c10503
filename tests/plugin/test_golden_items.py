"""`pytest --ai-eval golden/`: one item a case."""

from __future__ import annotations

import json

import pytest

from pytest_aiassert import load_run

CASES = """
version: 1
name: tiny
parameters: {max_tokens: 20}
cases:
  - {id: hello, prompt: Say hello., checks: [{mentions: reply}], tags: [greeting]}
  - {id: count, prompt: Count., checks: [{mentions: ten}], tags: [numbers], weight: 2, min_pass_rate: 0.5}
"""


@pytest.fixture
def golden(pytester):
    """A folder with a golden set of two cases."""
    folder = pytester.mkdir("tiny")
    (folder / "cases.yaml").write_text(CASES)
    return folder


def test_every_case_is_asked_and_judged(run, golden, pytester, chat_server):
    options = (f"--ai-provider={chat_server.spec}", "--ai-samples=4", "--ai-report=r.json", "--ai-save-run=r.jsonl")
    result = run("--ai-eval", *options, "-v", "tiny")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*tiny/cases.yaml::hello PASSED*", "*tiny/cases.yaml::count FAILED*", "> Count."])
    result.stdout.fnmatch_lines(
        ["FAILED tiny/cases.yaml::count - 0 of 3 trials passed, needs 2 of 4: 1 of 1 expectation *"]
    )
    assert not [line for line in result.outlines if "/pytest_aiassert/" in line]
    count, hello = json.loads((pytester.path / "r.json").read_text())["runs"][0]["cases"]
    assert (hello["id"], len(hello["trials"]), hello["tags"]) == ("hello", 4, ["greeting"])
    assert (count["id"], len(count["trials"]), count["weight"], count["bar"]) == ("count", 3, 2, 0.5)
    assert chat_server.requests[0] == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 20,
    }


def test_tags_and_names_select(run, golden):
    run("--ai-eval", "--ai-provider=mock", "-k", "numbers", "tiny").assert_outcomes(failed=1, deselected=1)
    run("--ai-eval", "--ai-provider=mock", "tiny/cases.yaml::hello").assert_outcomes(failed=1)


def test_recorded_beside_the_set_and_replayed(run, golden, chat_server):
    recorded = ("--ai-eval", f"--ai-provider={chat_server.spec}", "--ai-record=new", "--ai-samples=2")
    run(*recorded, "tiny").assert_outcomes(passed=1, failed=1)
    assert sorted(p.relative_to(golden).as_posix() for p in golden.rglob("*.json")) == [
        "cassettes/tiny/count.json",
        "cassettes/tiny/hello.json",
    ]
    run("--ai-eval", "--ai-provider=replay:tiny", "--ai-samples=2", "tiny").assert_outcomes(passed=1, failed=1)
    result = run("--ai-eval", "tiny")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*needs a model: use --ai-provider replay:MODEL*"])


def test_several_models_side_by_side(run, golden, pytester, chat_server):
    options = ("--ai-provider=mock", f"--ai-provider={chat_server.spec}", "--ai-report=r.json")
    run("--ai-eval", *options, "tiny").assert_outcomes(passed=1, failed=3)
    runs = json.loads((pytester.path / "r.json").read_text())["runs"]
    assert [sorted(case["id"] for case in found["cases"]) for found in runs] == [["count", "hello"]] * 2


def test_a_broken_set_is_told_with_its_line(run, golden):
    (golden / "cases.yaml").write_text(CASES.replace("mentions: ten", "mention: ten"))
    result = run("--ai-eval", "--ai-provider=mock", "tiny")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*cases.yaml:7:*mention*"])
    assert not [line for line in result.outlines if "/pytest_aiassert/" in line]


def test_without_the_flag_nothing_is_collected(run, golden):
    assert run("tiny").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_header_of_a_saved_run_knows_all_cases(run, golden, pytester):
    run("--ai-eval", "--ai-provider=mock", "--ai-save-run=all.jsonl", "tiny")
    run("--ai-eval", "--ai-provider=mock", "--ai-save-run=again.jsonl", "tiny")
    run("--ai-eval", "--ai-provider=mock", "--ai-save-run=one.jsonl", "tiny", "-k", "numbers")
    all_cases, again, one = (load_run(pytester.path / f"{name}.jsonl").header for name in ("all", "again", "one"))
    assert all_cases.fingerprint == again.fingerprint != one.fingerprint
